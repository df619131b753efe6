/* SPDX-License-Identifier: MIT */
#include "sim.h"

enum call { ACQUIRE, TRY_ACQUIRE, ACQUIRE_UNTIL, RELEASE };

static pawl_semaphore *semaphore;
static struct sim_task *task;
static unsigned holders, most_holders;
static int parcel; /* data that a releaser leaves for the fibre that takes its permit */

static void begin(int64_t value, bool bounded)
{
    semaphore = sim_new(sizeof *semaphore, "semaphore");
    task = sim_new(sizeof *task, "task");
    SIM_CHECK((bounded ? pawl_semaphore_init_bounded(semaphore, value)
                       : pawl_semaphore_init(semaphore, value)) == PAWL_OK);
    holders = 0;
    most_holders = 0;
    parcel = 0;
}

static void of_none(void)
{
    begin(0, false);
}

static void of_one(void)
{
    begin(1, true);
}

static void of_two(void)
{
    begin(2, true);
}

static void hold(void)
{
    holders++;
    most_holders = holders > most_holders ? holders : most_holders;
    sim_yield();
    holders--;
}

static void release_n(int64_t n)
{
    SIM_CHECK(SIM_CALL(RELEASE, n, pawl_semaphore_release_n(semaphore, n)) == PAWL_OK);
}

static void release(void)
{
    SIM_CHECK(SIM_CALL(RELEASE, 1, pawl_semaphore_release(semaphore)) == PAWL_OK);
}

static void acquire(void)
{
    sim_begin(ACQUIRE, 0);
    pawl_semaphore_acquire(semaphore);
    sim_end(0);
    sim_check_served_in_order(semaphore);
}

static bool acquire_timed(pawl_ns ns)
{
    sim_begin(ACQUIRE_UNTIL, 0);
    bool acquired = sim_end(pawl_semaphore_acquire_until(semaphore, PAWL_S(1) + ns)) == PAWL_OK;
    if (acquired) {
        sim_check_served_in_order(semaphore);
    }
    return acquired;
}

static void hold_and_release(void)
{
    hold();
    release();
}

static void acquire_and_release(void)
{
    acquire();
    hold_and_release();
}

/* With one permit it is a lock. */
static void acquire_alone(void)
{
    acquire();
    SIM_WRITE(parcel, 1);
    hold();
    SIM_WRITE(parcel, 0);
    release();
}

static void try_alone(void)
{
    if (SIM_CALL(TRY_ACQUIRE, 0, pawl_semaphore_try_acquire(semaphore))) {
        SIM_WRITE(parcel, 1);
        hold();
        SIM_WRITE(parcel, 0);
        release_n(1);
    }
}

static void try_and_release(void)
{
    if (SIM_CALL(TRY_ACQUIRE, 0, pawl_semaphore_try_acquire(semaphore))) {
        hold_and_release();
    }
}

static void acquire_and_release_timed(void)
{
    if (acquire_timed(PAWL_MS(5))) {
        hold_and_release();
    }
}

static void start_task(void)
{
    sim_started(task, pawl_semaphore_acquire_await(
                          semaphore, sim_start(task, ACQUIRE_UNTIL, hold_and_release)));
}

static void start_and_cancel_task(void)
{
    start_task();
    sim_cancel(task);
}

static void acquire_only(void)
{
    acquire();
}

static void time_out_or_keep(void)
{
    (void)acquire_timed(PAWL_MS(5));
}

static void give(void)
{
    SIM_WRITE(parcel, 7);
    release();
}

static void take(void)
{
    acquire();
    SIM_CHECK(SIM_READ(parcel) == 7);
}

static void give_slowly(void)
{
    SIM_WRITE(parcel, 7);
    release_n(1);
}

static void give_two(void)
{
    SIM_WRITE(parcel, 7);
    release_n(2);
}

static void release_one(void)
{
    release();
}

static void release_two(void)
{
    release_n(2);
}

static void take_and_free(void)
{
    acquire();
    SIM_CHECK(SIM_READ(parcel) == 7);
    sim_free(semaphore);
}

static void over_release(void)
{
    SIM_CHECK(pawl_semaphore_release_n(semaphore, 2) == PAWL_OVERFLOW);
}

/* A deadline that is past, and a duration of 0: a free permit is taken, and nobody waits. */
static void try_in_the_past(void)
{
    (void)sim_has_waited();
    int64_t first = SIM_CALL(ACQUIRE_UNTIL, 0, pawl_semaphore_acquire_until(semaphore, sim_time()));
    SIM_CHECK(!sim_has_waited());
    if (first == PAWL_OK) {
        hold_and_release();
    }
    int64_t second = SIM_CALL(ACQUIRE_UNTIL, 0, pawl_semaphore_acquire_for(semaphore, 0));
    SIM_CHECK(!sim_has_waited());
    if (second == PAWL_OK) {
        hold_and_release();
    }
}

/* state[0]: the permits. */
static bool step(int64_t *state, const struct sim_call *call)
{
    switch (call->name) {
    case ACQUIRE:
        return state[0]-- > 0;
    case TRY_ACQUIRE:
        state[0] -= call->result;
        return call->result != 0 ? state[0] >= 0 : state[0] == 0;
    case ACQUIRE_UNTIL:
        return call->result == PAWL_TIMEOUT || state[0]-- > 0;
    default:
        state[0] += call->argument;
        return call->result == PAWL_OK;
    }
}

static const struct sim_model none_model = {{0}, step};
static const struct sim_model one_model = {{1}, step};
static const struct sim_model two_model = {{2}, step};

static void one_is_left(void)
{
    SIM_CHECK(pawl_semaphore_value(semaphore) == 1);
    SIM_CHECK(most_holders <= 1);
    sim_check_linearizable(&one_model);
}

static void two_are_left(void)
{
    SIM_CHECK(pawl_semaphore_value(semaphore) == 2);
    SIM_CHECK(most_holders <= 2);
    sim_check_linearizable(&two_model);
}

static void none_is_left(void)
{
    SIM_CHECK(pawl_semaphore_value(semaphore) == 0);
    sim_check_linearizable(&none_model);
}

static void permits_are_conserved(void)
{
    sim_check_linearizable(&none_model);
    /* The rest is what was given minus what was taken, which the model knows for each order. */
    SIM_CHECK(pawl_semaphore_value(semaphore) <= 2);
}

static const struct sim_case semaphore_cases[] = {
    {"semaphore", "one_permit_two_threads", of_one, {acquire_alone, acquire_alone},
     .finish = one_is_left},
    {"semaphore", "one_permit_taken_by_acquire_and_try", of_one, {acquire_alone, try_alone},
     .finish = one_is_left},
    {"semaphore", "two_permits_taken_by_acquire_and_try", of_two,
     {acquire_and_release, try_and_release}, .finish = two_are_left},
    {"semaphore", "a_time_out_races_the_permit", of_one,
     {acquire_and_release, acquire_and_release_timed}, .finish = one_is_left},
    {"semaphore", "what_is_given_with_a_permit_is_seen", of_none, {take, give},
     .finish = none_is_left},
    {"semaphore", "what_is_given_by_release_n_is_seen", of_none, {take, give_slowly},
     .finish = none_is_left},
    {"semaphore", "two_are_given_to_two", of_none, {take, take, give_two}, .finish = none_is_left},
    {"semaphore", "a_release_races_the_free_by_its_taker", of_none,
     {take_and_free, give}, .finish = NULL},
    {"semaphore", "a_release_n_races_the_free_by_its_taker", of_none,
     {take_and_free, give_slowly}, .finish = NULL},
    {"semaphore", "a_release_beyond_the_bound_is_refused", of_two,
     {acquire_and_release, over_release}, .finish = two_are_left},
    {"semaphore", "a_permit_meets_a_time_out_and_goes_to_the_next", of_none,
     {time_out_or_keep, time_out_or_keep, give}, .finish = permits_are_conserved},
    {"semaphore", "a_time_out_leaves_the_next_waiter_in_place", of_none,
     {acquire_only, time_out_or_keep, release_two}, .finish = permits_are_conserved,
     .old_values = SIM_NONE},
    {"semaphore", "two_permits_three_threads_and_a_time_out", of_two,
     {acquire_and_release, acquire_and_release, acquire_and_release_timed},
     .finish = two_are_left, .old_values = SIM_NONE},
    {"semaphore", "one_permit_for_a_task_a_thread_and_a_time_out", of_one,
     {start_task, acquire_and_release, acquire_and_release_timed}, .finish = one_is_left,
     .old_values = SIM_NONE},
    {"semaphore", "one_permit_for_a_task_that_is_cancelled_and_a_thread", of_one,
     {start_and_cancel_task, acquire_and_release}, .finish = one_is_left},
    {"semaphore", "a_try_neither_sleeps_nor_spins", of_one,
     {acquire_and_release, try_in_the_past}, .finish = one_is_left, .processors = 2},
    {"semaphore", "served_in_order_of_arrival", of_none,
     {acquire_only, acquire_only, acquire_only, release_one, release_two}, .finish = none_is_left,
     .sampled = true},
    {"semaphore", "two_processors_served_in_order_of_arrival", of_none,
     {acquire_only, acquire_only, acquire_only, release_one, release_two}, .finish = none_is_left,
     .processors = 2, .sampled = true},
    {"semaphore", "two_processors_a_release_races_the_free_by_its_taker", of_none,
     {take_and_free, give}, .finish = NULL, .processors = 2},
    {"semaphore", "two_processors_and_two_time_outs", of_none,
     {time_out_or_keep, time_out_or_keep, give}, .finish = permits_are_conserved,
     .processors = 2, .sampled = true},
    {"semaphore", "two_processors_a_task_a_thread_and_a_time_out", of_one,
     {start_task, acquire_and_release_timed, acquire_and_release}, .finish = one_is_left,
     .processors = 2, .spurious = 1, .sampled = true},
    {"semaphore", "two_processors_and_who_is_alone_stays_awake", of_one,
     {acquire_alone, acquire_alone, try_alone}, .finish = one_is_left, .processors = 2,
     .sampled = true},
};
SIM_GROUP(semaphore);
