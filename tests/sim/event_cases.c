/* SPDX-License-Identifier: MIT */
#include "sim.h"

enum call { SET, CLEAR, IS_SET, WAIT, WAIT_UNTIL };

static pawl_event *event;
static struct sim_task *task;
static int news; /* the data that a set announces */
static int work[2];
static bool seen[2];

static void new_event(void)
{
    event = sim_new(sizeof *event, "event");
    task = sim_new(sizeof *task, "task");
    news = 0;
    work[0] = work[1] = 0;
    seen[0] = seen[1] = false;
}

static void new_set_event(void)
{
    new_event();
    pawl_event_set(event);
}

static void set(void)
{
    sim_begin(SET, 0);
    pawl_event_set(event);
    sim_end(0);
}

static void clear(void)
{
    sim_begin(CLEAR, 0);
    pawl_event_clear(event);
    sim_end(0);
}

static void wait(void)
{
    sim_begin(WAIT, 0);
    pawl_event_wait(event);
    sim_end(0);
}

static void wait_timed(void)
{
    int64_t status = SIM_CALL(WAIT_UNTIL, 0,
                              pawl_event_wait_until(event, PAWL_S(1) + PAWL_MS(5)));
    SIM_CHECK(status == PAWL_OK || sim_time() >= PAWL_S(1) + PAWL_MS(5));
}

static void go_on(void)
{
    SIM_CHECK(SIM_READ(news) == 7);
}

static void start_task(void)
{
    sim_started(task, pawl_event_wait_await(event, sim_start(task, WAIT_UNTIL, go_on)));
}

static void start_and_cancel_task(void)
{
    start_task();
    sim_cancel(task);
}

static void tell(void)
{
    SIM_WRITE(news, 7);
    set();
}

static void tell_and_clear(void)
{
    tell();
    clear();
}

static void hear(void)
{
    wait();
    SIM_CHECK(SIM_READ(news) == 7);
}

static void hear_timed(void)
{
    if (SIM_CALL(WAIT_UNTIL, 0, pawl_event_wait_until(event, PAWL_S(1) + PAWL_MS(5))) == PAWL_OK) {
        SIM_CHECK(SIM_READ(news) == 7);
    }
}

static void glance(void)
{
    if (SIM_CALL(IS_SET, 0, pawl_event_is_set(event))) {
        SIM_CHECK(SIM_READ(news) == 7);
    }
}

/* A deadline that is past, and a duration of 0: the call only checks, and nobody waits. */
static void glance_by_waiting(void)
{
    (void)sim_has_waited();
    int64_t first = SIM_CALL(WAIT_UNTIL, 0, pawl_event_wait_until(event, sim_time()));
    int64_t second = SIM_CALL(WAIT_UNTIL, 0, pawl_event_wait_for(event, 0));
    SIM_CHECK(!sim_has_waited());
    SIM_CHECK(first != PAWL_OK || second == PAWL_OK);
    if (second == PAWL_OK) {
        SIM_CHECK(SIM_READ(news) == 7);
    }
}

static void hear_and_free(void)
{
    wait();
    SIM_CHECK(SIM_READ(news) == 7);
    sim_free(event);
}

/* Two fibres announce work by a set each. A fibre that waits, clears and then checks misses none:
 * it sees what was done before a set that the clear undoes. */
static void announce_first(void)
{
    SIM_WRITE(work[0], 1);
    pawl_event_set(event);
}

static void announce_second(void)
{
    SIM_WRITE(work[1], 1);
    pawl_event_set(event);
}

static void serve(void)
{
    pawl_event_wait(event);
    pawl_event_clear(event);
    seen[0] = sim_sees(&work[0]);
    seen[1] = sim_sees(&work[1]);
}

/* Unset at the end: the clear was after both sets. */
static void no_work_was_missed(void)
{
    SIM_CHECK(pawl_event_is_set(event) || (seen[0] && seen[1]));
    SIM_CHECK(seen[0] || seen[1]);
}

/* Whatever the order, the last call is a set: the waiter proceeds. */
static void clear_and_set(void)
{
    clear();
    set();
}

static void clear_and_set_twice(void)
{
    clear_and_set();
    clear_and_set();
}

static void wait_twice(void)
{
    wait();
    wait();
}

/* state[0]: 1 while it is set. A wait passes if it is set. A sleeping waiter passes by a set that
 * happened while it waited, even if it was cleared at once: in the model the wait happens at the
 * set. */
static bool step(int64_t *state, const struct sim_call *call)
{
    switch (call->name) {
    case SET:
        state[0] = 1;
        return true;
    case CLEAR:
        state[0] = 0;
        return true;
    case IS_SET:
        return call->result == state[0];
    case WAIT:
        return state[0] == 1;
    default:
        return call->result == PAWL_TIMEOUT || state[0] == 1;
    }
}

static void is_linear(void)
{
    static const struct sim_model model = {{0}, step};
    sim_check_linearizable(&model);
}

static void is_set_and_linear(void)
{
    SIM_CHECK(pawl_event_is_set(event));
    is_linear();
}

static void is_linear_from_set(void)
{
    static const struct sim_model model = {{1}, step};
    sim_check_linearizable(&model);
}

static const struct sim_case event_cases[] = {
    {"event", "set_lets_a_waiter_through", new_event, {hear, tell}, .finish = is_set_and_linear},
    {"event", "set_and_clear_let_a_waiter_through", new_event, {wait_timed, tell_and_clear},
     .finish = is_linear},
    {"event", "set_lets_two_waiters_through", new_event, {hear, hear, tell},
     .finish = is_set_and_linear},
    {"event", "a_glance_sees_the_news", new_event, {glance, glance, tell},
     .finish = is_set_and_linear},
    {"event", "a_time_out_races_the_set", new_event, {hear_timed, tell},
     .finish = is_set_and_linear, .jumps = 1},
    {"event", "a_set_races_the_free_by_its_waiter", new_event,
     {hear_and_free, tell}, .finish = NULL},
    {"event", "clear_sees_what_came_before_the_sets_it_undoes", new_event,
     {serve, announce_first, announce_second}, .finish = no_work_was_missed},
    {"event", "two_set_one_clears_and_one_waits", new_event,
     {wait_timed, set, clear, set}, .finish = is_linear},
    {"event", "clear_races_set_and_a_glance", new_set_event, {clear, set, wait_timed},
     .finish = is_linear_from_set},
    {"event", "two_wait_with_deadlines_while_it_is_set_and_cleared", new_event,
     {wait_timed, wait_timed, tell_and_clear}, .finish = is_linear, .old_values = SIM_NONE},
    {"event", "a_set_lets_a_task_and_a_thread_through", new_event, {start_task, hear_timed, tell},
     .finish = is_set_and_linear},
    {"event", "a_task_is_cancelled_while_it_is_set_and_cleared", new_event,
     {start_and_cancel_task, wait_timed, tell_and_clear}, .finish = is_linear,
     .old_values = SIM_NONE},
    {"event", "a_try_neither_sleeps_nor_spins", new_event, {glance_by_waiting, tell},
     .finish = is_set_and_linear, .processors = 2},
    {"event", "clears_and_sets_lose_no_waiter", new_set_event,
     {wait_twice, clear_and_set, clear_and_set_twice}, .finish = is_linear_from_set,
     .old_values = SIM_NONE},
    {"event", "two_processors_spin_first", new_event, {hear, hear_timed, tell},
     .finish = is_set_and_linear, .processors = 2, .sampled = true},
};
SIM_GROUP(event);
