/* SPDX-License-Identifier: MIT */
#include "sim.h"

enum call { ACQUIRE, TRY_ACQUIRE, ACQUIRE_UNTIL, RELEASE };

static pawl_lock *lock;
static struct sim_section section;

static void new_lock(void)
{
    lock = sim_new(sizeof *lock, "lock");
    section = (struct sim_section){0};
}

static void new_fair_lock(void)
{
    new_lock();
    pawl_lock_init_fair(lock);
}

static void acquire(void)
{
    sim_begin(ACQUIRE, 0);
    pawl_lock_acquire(lock);
    sim_end(0);
}

static void release(void)
{
    SIM_CHECK(SIM_CALL(RELEASE, 0, pawl_lock_release(lock)) == PAWL_OK);
}

static void pass_section(void)
{
    sim_enter(&section);
    sim_leave(&section);
}

static void acquire_once(void)
{
    acquire();
    pass_section();
    release();
}

static void acquire_twice(void)
{
    acquire_once();
    acquire_once();
}

static void try_once(void)
{
    if (SIM_CALL(TRY_ACQUIRE, 0, pawl_lock_try_acquire(lock))) {
        pass_section();
        release();
    }
}

static void acquire_timed(void)
{
    if (SIM_CALL(ACQUIRE_UNTIL, 0, pawl_lock_acquire_until(lock, PAWL_S(1) + PAWL_MS(5))) ==
        PAWL_OK) {
        pass_section();
        release();
    }
}

/* state[0]: 1 while it is locked. */
static bool step(int64_t *state, const struct sim_call *call)
{
    bool locked = state[0] != 0;
    switch (call->name) {
    case ACQUIRE:
        state[0] = 1;
        return !locked;
    case TRY_ACQUIRE:
        state[0] = 1;
        return (call->result != 0) == !locked;
    case ACQUIRE_UNTIL:
        state[0] = call->result == PAWL_OK ? 1 : state[0];
        return call->result == PAWL_TIMEOUT || !locked;
    default:
        state[0] = 0;
        return call->result == (locked ? PAWL_OK : PAWL_NOT_HELD);
    }
}

static void is_free_and_linear(void)
{
    static const struct sim_model model = {{0}, step};
    SIM_CHECK(!pawl_lock_locked(lock));
    SIM_CHECK(pawl_lock_release(lock) == PAWL_NOT_HELD);
    sim_check_linearizable(&model);
}

/* The lock is held once more from who queued first, and nobody overtook it. */
static void was_in_order(void)
{
    is_free_and_linear();
    for (unsigned i = 1; i < section.entered; i++) {
        if (section.order[i] < section.order[i - 1]) {
            sim_fail("a fair lock was overtaken: turn %u", i);
        }
    }
}

static void acquire_and_free(void)
{
    acquire();
    pass_section();
    sim_free(lock);
}

static void held_at_first(void)
{
    new_lock();
    SIM_CHECK(pawl_lock_try_acquire(lock));
}

static void fair_held_at_first(void)
{
    new_fair_lock();
    SIM_CHECK(pawl_lock_try_acquire(lock));
}

static void release_only(void)
{
    pawl_status status = pawl_lock_release(lock);
    SIM_CHECK(status == PAWL_OK);
}

static const struct sim_case lock_cases[] = {
    {"lock", "two_acquire_and_release", new_lock, {acquire_once, acquire_once},
     .finish = is_free_and_linear, .jumps = 1},
    {"lock", "one_tries_while_another_acquires", new_lock, {acquire_once, try_once, try_once},
     .finish = is_free_and_linear},
    {"lock", "a_time_out_races_the_release", new_lock, {acquire_once, acquire_timed},
     .finish = is_free_and_linear, .jumps = 1},
    {"lock", "a_release_races_the_free_by_the_next_holder", held_at_first,
     {release_only, acquire_and_free}, .jumps = 1},
    {"lock", "three_acquire_and_release", new_lock, {acquire_once, acquire_once, acquire_once},
     .finish = is_free_and_linear, .jumps = 1, .spurious = 1},
    {"lock", "two_acquire_twice_and_one_times_out", new_lock,
     {acquire_twice, acquire_twice, acquire_timed}, .finish = is_free_and_linear, .jumps = 2},
    {"lock", "two_processors_spin_first", new_lock, {acquire_twice, acquire_once, acquire_timed},
     .finish = is_free_and_linear, .processors = 2, .jumps = 1, .sampled = true},
    {"lock", "fair_two_acquire_and_release", new_fair_lock, {acquire_once, acquire_once},
     .finish = was_in_order},
    {"lock", "fair_a_release_races_the_free_by_the_next_holder", fair_held_at_first,
     {release_only, acquire_and_free}, .finish = NULL},
    {"lock", "fair_serves_three_in_order_of_arrival", new_fair_lock,
     {acquire_once, acquire_once, acquire_once}, .finish = was_in_order},
    {"lock", "two_open_the_lot_while_one_holds", held_at_first,
     {release_only, acquire_once, acquire_once}, .finish = NULL, .cold = true},
};
SIM_GROUP(lock);
