/* SPDX-License-Identifier: MIT
 *
 * Several permits at once: pawl_semaphore_acquire_n against single permits, timeouts and stops.
 */
#include "sim.h"

#define SOON (PAWL_S(1) + PAWL_MS(5))

enum call { ACQUIRE, RELEASE, TASK /* for two permits */ };

static pawl_semaphore *semaphore;
static pawl_event *stop;
static struct sim_task *task;
static int parcels[2]; /* what the releasers left */
static int64_t first_value;

static void begin(int64_t value, int64_t bound)
{
    semaphore = sim_new(sizeof *semaphore, "semaphore");
    stop = sim_new(sizeof *stop, "stop");
    task = sim_new(sizeof *task, "task");
    SIM_CHECK(pawl_semaphore_init_bounded_at(semaphore, value, bound) == PAWL_OK);
    first_value = value;
    parcels[0] = parcels[1] = 0;
}

static void none_of_two(void)
{
    begin(0, 2);
}

static void one_of_two(void)
{
    begin(1, 2);
}

static void two_of_three(void)
{
    begin(2, 3);
}

/* Recorded: n permits are taken, or none. */
static bool taken(int64_t n, pawl_time deadline, bool stoppable)
{
    sim_begin(ACQUIRE, n);
    pawl_status status = stoppable ? pawl_semaphore_acquire_n_unless(semaphore, n, stop, deadline)
                                   : pawl_semaphore_acquire_n_until(semaphore, n, deadline);
    SIM_CHECK(status != PAWL_TIMEOUT || sim_time() >= deadline);
    SIM_CHECK(status != PAWL_CANCELLED || stoppable);
    return sim_end(status) == PAWL_OK;
}

static void give(int64_t n)
{
    SIM_CHECK(SIM_CALL(RELEASE, n, pawl_semaphore_release_n(semaphore, n)) == PAWL_OK);
}

static void use(int64_t n, pawl_time deadline, bool stoppable)
{
    if (taken(n, deadline, stoppable)) {
        sim_yield();
        give(n);
    }
}

static void use_one(void)
{
    use(1, PAWL_NEVER, false);
}

static void use_one_timed(void)
{
    use(1, SOON, false);
}

static void use_two(void)
{
    use(2, PAWL_NEVER, false);
}

static void use_two_timed(void)
{
    use(2, SOON, false);
}

static void use_two_unless(void)
{
    use(2, PAWL_NEVER, true);
}

static void use_three(void)
{
    use(3, PAWL_NEVER, false);
}

static void set_stop(void)
{
    pawl_event_set(stop);
}

static void give_one(void)
{
    give(1);
}

static void give_two(void)
{
    give(2);
}

static void start_task(void)
{
    pawl_status status =
        pawl_semaphore_acquire_n_await(semaphore, 2, sim_start(task, TASK, give_two));
    sim_started(task, status);
    sim_cancel(task);
}

/* Two releasers, of which neither may enter the guard: both happen before the grant. */
static void leave_first(void)
{
    SIM_WRITE(parcels[0], 1);
    give(1);
}

static void leave_second(void)
{
    SIM_WRITE(parcels[1], 1);
    give(1);
}

static void take_both(void)
{
    if (taken(2, PAWL_NEVER, false)) {
        SIM_CHECK(SIM_READ(parcels[0]) == 1 && SIM_READ(parcels[1]) == 1);
    }
}

static void take_both_and_free(void)
{
    SIM_CHECK(pawl_semaphore_acquire_n(semaphore, 2) == PAWL_OK);
    sim_free(semaphore);
}

static void leave_two(void)
{
    pawl_semaphore_release(semaphore);
    pawl_semaphore_release(semaphore);
}

/* A small request behind a large one that gave up takes what was kept for that one. */
static void take_one_and_see(void)
{
    if (taken(1, PAWL_NEVER, false)) {
        SIM_CHECK(sim_sees(&parcels[0]));
    }
}

static void over_release(void)
{
    SIM_CHECK(pawl_semaphore_release_n(semaphore, 3) == PAWL_OVERFLOW);
}

static bool step(int64_t *state, const struct sim_call *call)
{
    if (call->name == ACQUIRE) {
        if (call->result != PAWL_OK) {
            return true;
        }
        state[0] -= call->argument;
        return state[0] >= 0;
    }
    if (call->name == TASK) {
        state[0] -= call->result == PAWL_OK ? 2 : 0;
        return state[0] >= 0;
    }
    state[0] += call->argument;
    return true;
}

static void check(int64_t value)
{
    struct sim_model model = {{first_value}, step};
    sim_check_linearizable(&model);
    SIM_CHECK(semaphore->state_ == (uint64_t)value << 1);
    SIM_CHECK(stop->state_ != PAWL__EVENT_PARKED);
}

static void all_are_back(void)
{
    check(first_value);
}

static void one_more_is_there(void)
{
    check(first_value + 1);
}

static void none_is_there(void)
{
    check(0);
}

static const struct sim_case permits_cases[] = {
    {"permits",
     "two_releases_supply_one_request",
     none_of_two,
     {take_both, leave_first, leave_second},
     .finish = none_is_there},
    {"permits",
     "a_release_races_the_free_by_its_taker",
     none_of_two,
     {take_both_and_free, leave_two},
     .finish = NULL},
    {"permits",
     "a_permit_that_is_free_is_kept_for_the_request",
     one_of_two,
     {use_two, give_one},
     .finish = one_more_is_there},
    {"permits",
     "small_and_large_requests_share",
     two_of_three,
     {use_two, use_one, use_one},
     .finish = all_are_back,
     .old_values = SIM_NONE},
    {"permits",
     "two_large_requests_take_turns",
     two_of_three,
     {use_two, use_two},
     .finish = all_are_back},
    {"permits",
     "a_large_request_times_out_and_a_small_one_goes_on",
     one_of_two,
     {use_two_timed, use_one},
     .finish = all_are_back},
    {"permits",
     "two_large_requests_time_out_and_a_small_one_goes_on",
     one_of_two,
     {use_two_timed, use_one, use_one_timed},
     .finish = all_are_back,
     .old_values = SIM_NONE},
    {"permits",
     "what_was_kept_is_seen_by_the_next_when_the_first_gives_up",
     none_of_two,
     {use_two_timed, take_one_and_see, leave_first},
     .finish = none_is_there},
    {"permits",
     "a_request_is_stopped_while_permits_are_kept_for_it",
     one_of_two,
     {use_two_unless, use_one, set_stop},
     .finish = all_are_back,
     .old_values = SIM_NONE},
    {"permits",
     "a_task_is_cancelled_while_permits_are_kept_for_it",
     one_of_two,
     {start_task, use_one},
     .finish = all_are_back},
    {"permits",
     "a_release_beyond_the_bound_is_refused_whoever_waits",
     one_of_two,
     {use_two_timed, over_release, use_one},
     .finish = all_are_back,
     .old_values = SIM_NONE},
    {"permits",
     "a_request_for_all_and_small_ones",
     two_of_three,
     {use_three, use_one, give_one},
     .finish = one_more_is_there,
     .old_values = SIM_NONE},
    {"permits",
     "two_processors_spin_first",
     two_of_three,
     {use_two, use_two_timed, use_one},
     .finish = all_are_back,
     .processors = 2,
     .sampled = true},
};
SIM_GROUP(permits);
