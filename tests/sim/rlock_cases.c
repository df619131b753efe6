/* SPDX-License-Identifier: MIT */
#include "sim.h"

enum call { ACQUIRE, TRY_ACQUIRE, ACQUIRE_UNTIL, RELEASE };

static pawl_rlock *rlock;
static struct sim_section section;

static void new_rlock(void)
{
    rlock = sim_new(sizeof *rlock, "rlock");
    section = (struct sim_section){0};
}

static void acquire(void)
{
    sim_begin(ACQUIRE, 0);
    pawl_rlock_acquire(rlock);
    sim_end(0);
}

static void release(void)
{
    SIM_CHECK(SIM_CALL(RELEASE, 0, pawl_rlock_release(rlock)) == PAWL_OK);
}

static void pass_section(void)
{
    SIM_CHECK(pawl_rlock_owned(rlock));
    sim_enter(&section);
    sim_leave(&section);
}

static void acquire_once(void)
{
    acquire();
    pass_section();
    release();
}

static void acquire_nested(void)
{
    acquire();
    acquire();
    SIM_CHECK(pawl_rlock_depth(rlock) == 2);
    pass_section();
    release();
    SIM_CHECK(pawl_rlock_depth(rlock) == 1);
    pass_section();
    release();
}

static void acquire_twice(void)
{
    acquire_once();
    SIM_CHECK(!pawl_rlock_owned(rlock));
    acquire_once();
}

static void try_nested(void)
{
    if (SIM_CALL(TRY_ACQUIRE, 0, pawl_rlock_try_acquire(rlock))) {
        SIM_CHECK(SIM_CALL(TRY_ACQUIRE, 0, pawl_rlock_try_acquire(rlock)));
        pass_section();
        release();
        release();
    }
}

static void acquire_timed(void)
{
    if (SIM_CALL(ACQUIRE_UNTIL, 0, pawl_rlock_acquire_until(rlock, PAWL_S(1) + PAWL_MS(5))) ==
        PAWL_OK) {
        pass_section();
        release();
    }
}

/* A deadline that is past, and a duration of 0: a free rlock is acquired, and nobody waits. */
static void try_in_the_past(void)
{
    (void)sim_has_waited();
    int64_t status = SIM_CALL(ACQUIRE_UNTIL, 0, pawl_rlock_acquire_until(rlock, sim_time()));
    SIM_CHECK(!sim_has_waited());
    if (status == PAWL_OK) {
        status = SIM_CALL(ACQUIRE_UNTIL, 0, pawl_rlock_acquire_for(rlock, 0));
        SIM_CHECK(status == PAWL_OK);
        pass_section();
        release();
        release();
    }
}

/* Another fibre's rlock, or a free one, is not the caller's, however old the value it reads. */
static void release_unowned(void)
{
    SIM_CHECK(!pawl_rlock_owned(rlock));
    SIM_CHECK(pawl_rlock_depth(rlock) == 0);
    SIM_CHECK(SIM_CALL(RELEASE, 0, pawl_rlock_release(rlock)) == PAWL_NOT_HELD);
}

static void acquire_and_free(void)
{
    acquire();
    pass_section();
    sim_free(rlock);
}

static void acquire_first(void)
{
    acquire();
    pass_section();
    release();
}

/* state[0]: the owner + 1, state[1]: its depth. */
static bool step(int64_t *state, const struct sim_call *call)
{
    int64_t me = call->fibre + 1;
    bool mine = state[0] == me;
    bool can = mine || state[0] == 0;
    bool acquired = call->name == ACQUIRE || (call->name == TRY_ACQUIRE && call->result != 0) ||
                    (call->name == ACQUIRE_UNTIL && call->result == PAWL_OK);
    if (acquired) {
        state[0] = me;
        state[1]++;
        return can;
    }
    if (call->name == TRY_ACQUIRE) {
        return !can;
    }
    if (call->name == ACQUIRE_UNTIL) {
        return !mine;
    }
    if (mine && --state[1] == 0) {
        state[0] = 0;
    }
    return call->result == (mine ? PAWL_OK : PAWL_NOT_HELD);
}

static void is_free_and_linear(void)
{
    static const struct sim_model model = {{0}, step};
    SIM_CHECK(!pawl_rlock_locked(rlock));
    sim_check_linearizable(&model);
}

static const struct sim_case rlock_cases[] = {
    {"rlock", "one_nests_while_another_acquires", new_rlock, {acquire_nested, acquire_once},
     .finish = is_free_and_linear},
    {"rlock", "one_nests_while_another_tries", new_rlock, {acquire_nested, try_nested},
     .finish = is_free_and_linear},
    {"rlock", "who_released_it_owns_it_no_more", new_rlock, {acquire_twice, acquire_once},
     .finish = is_free_and_linear, .old_values = SIM_NONE},
    {"rlock", "another_cannot_release", new_rlock, {acquire_nested, release_unowned},
     .finish = is_free_and_linear},
    {"rlock", "a_time_out_races_the_release", new_rlock, {acquire_once, acquire_timed},
     .finish = is_free_and_linear, .jumps = 1},
    {"rlock", "the_next_owner_frees_it", new_rlock, {acquire_and_free}, .finish = NULL},
    {"rlock", "identities_are_made_at_the_same_time", new_rlock,
     {release_unowned, release_unowned, release_unowned}, .finish = is_free_and_linear},
    {"rlock", "three_acquire_and_one_times_out", new_rlock,
     {acquire_nested, acquire_first, acquire_timed}, .finish = is_free_and_linear, .jumps = 1,
     .old_values = SIM_NONE},
    {"rlock", "a_try_neither_sleeps_nor_spins", new_rlock, {acquire_once, try_in_the_past},
     .finish = is_free_and_linear, .processors = 2},
    {"rlock", "two_processors_spin_first", new_rlock,
     {acquire_nested, try_nested, acquire_timed}, .finish = is_free_and_linear, .processors = 2,
     .sampled = true},
};
SIM_GROUP(rlock);
