/* SPDX-License-Identifier: MIT */
#include "sim.h"

enum call { ADD, DONE, WAIT, WAIT_UNTIL };

static pawl_latch *latch;
static struct sim_task *task;
static int work[2];

static void new_latch(void)
{
    latch = sim_new(sizeof *latch, "latch");
    task = sim_new(sizeof *task, "task");
    latch->state_ = 2 << 1;
    work[0] = work[1] = 0;
}

static void new_latch_of_one(void)
{
    new_latch();
    latch->state_ = 1 << 1;
}

static void done(void)
{
    (void)SIM_CALL(DONE, 1, pawl_latch_done(latch, 1));
}

static void done_two(void)
{
    (void)SIM_CALL(DONE, 2, pawl_latch_done(latch, 2));
}

static void add(void)
{
    (void)SIM_CALL(ADD, 1, pawl_latch_add(latch, 1));
}

static void add_and_done(void)
{
    add();
    done();
}

static void wait(void)
{
    sim_begin(WAIT, 0);
    pawl_latch_wait(latch);
    sim_end(0);
}

static void wait_timed(void)
{
    int64_t status = SIM_CALL(WAIT_UNTIL, 0, pawl_latch_wait_until(latch, PAWL_S(1) + PAWL_MS(5)));
    SIM_CHECK(status == PAWL_OK || sim_time() >= PAWL_S(1) + PAWL_MS(5));
}

static void first_works(void)
{
    SIM_WRITE(work[0], 1);
    done();
}

static void second_works(void)
{
    SIM_WRITE(work[1], 1);
    done();
}

static void see_work(void)
{
    SIM_CHECK(SIM_READ(work[0]) == 1 && SIM_READ(work[1]) == 1);
}

static void wait_for_work(void)
{
    wait();
    see_work();
}

static void wait_timed_for_work(void)
{
    if (SIM_CALL(WAIT_UNTIL, 0, pawl_latch_wait_until(latch, PAWL_S(1) + PAWL_MS(5))) == PAWL_OK) {
        see_work();
    }
}

static void wait_and_free(void)
{
    pawl_latch_wait(latch);
    sim_free(latch);
}

static void start_task(void)
{
    sim_started(task, pawl_latch_wait_await(latch, sim_start(task, WAIT_UNTIL, see_work)));
}

static void nothing(void)
{
}

static void start_and_cancel_task(void)
{
    sim_started(task, pawl_latch_wait_await(latch, sim_start(task, WAIT_UNTIL, nothing)));
    sim_cancel(task);
}

/* state[0]: the count. A sleeping wait passes by the done that made it 0, even if an add followed
 * at once: in the model the wait happens at the done. */
static bool step(int64_t *state, const struct sim_call *call)
{
    switch (call->name) {
    case ADD:
        state[0] += call->argument;
        return call->result == PAWL_OK;
    case DONE:
        if (state[0] < call->argument) {
            return call->result == PAWL_NOT_HELD;
        }
        state[0] -= call->argument;
        return call->result == PAWL_OK;
    case WAIT:
        return state[0] == 0;
    default:
        return call->result == PAWL_TIMEOUT || state[0] == 0;
    }
}

static void is_linear(void)
{
    static const struct sim_model model = {{2}, step};
    sim_check_linearizable(&model);
}

static void is_linear_from_one(void)
{
    static const struct sim_model model = {{1}, step};
    sim_check_linearizable(&model);
}

static void is_open_and_linear(void)
{
    SIM_CHECK(latch->state_ == 0);
    is_linear();
}

static const struct sim_case latch_cases[] = {
    {"latch",
     "the_last_done_lets_a_waiter_return",
     new_latch,
     {wait_for_work, first_works, second_works},
     .finish = is_open_and_linear},
    {"latch",
     "the_last_done_lets_a_thread_and_a_task_return",
     new_latch,
     {start_task, first_works, second_works, wait_for_work},
     .finish = is_open_and_linear,
     .old_values = SIM_NONE},
    {"latch",
     "a_time_out_races_the_last_done",
     new_latch,
     {wait_timed_for_work, first_works, second_works},
     .finish = is_open_and_linear,
     .jumps = 1},
    {"latch",
     "an_add_right_behind_the_last_done_loses_no_waiter",
     new_latch_of_one,
     {wait, add_and_done, done},
     .finish = is_linear_from_one},
    {"latch",
     "two_wait_one_times_out",
     new_latch_of_one,
     {wait, wait_timed, done},
     .finish = is_linear_from_one},
    {"latch",
     "a_time_out_races_adds_and_dones",
     new_latch_of_one,
     {wait_timed, add_and_done, done},
     .finish = is_linear_from_one},
    {"latch",
     "a_cancel_races_the_last_done",
     new_latch_of_one,
     {start_and_cancel_task, wait_timed, done},
     .finish = is_linear_from_one,
     .old_values = SIM_NONE},
    {"latch",
     "one_of_two_dones_too_many_is_refused",
     new_latch,
     {done_two, done, wait_timed},
     .finish = is_linear},
    {"latch",
     "the_last_done_races_the_free_by_its_waiter",
     new_latch_of_one,
     {wait_and_free, done},
     .finish = NULL},
    {"latch",
     "two_processors_spin_first",
     new_latch,
     {wait_for_work, first_works, second_works},
     .finish = is_open_and_linear,
     .processors = 2,
     .sampled = true},
};
SIM_GROUP(latch);
