/* SPDX-License-Identifier: MIT
 *
 * Taking back a granted task: an adapter destroys a coroutine that waits, inside a function that
 * pawl calls, and another thread grants that coroutine's operation at the same moment.
 */
#include "sim.h"

struct task {
    pawl_await op;
    unsigned calls, cancelled, taken_back;
};

/* The first task waits for `outer`, the others for `inner`; `later` is what the second task waits
 * for when it was started again. */
static pawl_semaphore *outer, *inner, *later;
static struct task *first, *second, *third;
static pawl_status started_again;
static bool forked;

static void count_call(pawl_await *op, pawl_status result)
{
    struct task *task = pawl_await_context(op);
    SIM_CHECK(result == PAWL_OK);
    task->calls++;
}

/* End the second task's operation as an adapter does. */
static void abandon_second(void)
{
    if (pawl_await_cancel(&second->op)) {
        second->cancelled++;
    } else if (pawl__await_take_back(&second->op)) {
        second->taken_back++;
    }
}

static void abandon_in_call(pawl_await *op, pawl_status result)
{
    count_call(op, result);
    abandon_second();
}

/* The second task's chain_ keeps the address of this fibre's list, and the fibre that grants it
 * next stores another: with the old value the task would still be on this fibre's list. */
static void take_back_start_and_abandon_in_call(pawl_await *op, pawl_status result)
{
    count_call(op, result);
    SIM_CHECK(pawl_semaphore_release(inner) == PAWL_OK);
    SIM_CHECK(pawl__await_take_back(&second->op));
    started_again = pawl_semaphore_acquire_await(later, &second->op);
    if (started_again == PAWL_PENDING) {
        abandon_second();
    }
}

static void grant_and_abandon_in_call(pawl_await *op, pawl_status result)
{
    count_call(op, result);
    SIM_CHECK(pawl_semaphore_release(inner) == PAWL_OK);
    abandon_second();
}

/* In the child the second task's operation has ended, though this fibre was about to call it. */
static void fork_and_abandon_in_call(pawl_await *op, pawl_status result)
{
    count_call(op, result);
    SIM_CHECK(pawl_semaphore_release(inner) == PAWL_OK);
    forked = sim_fork();
    abandon_second();
}

static struct task *new_task(const char *name, pawl_resume *fn, pawl_semaphore *semaphore)
{
    struct task *task = sim_new(sizeof *task, name);
    pawl_await_init(&task->op, fn, task);
    SIM_CHECK(pawl_semaphore_acquire_await(semaphore, &task->op) == PAWL_PENDING);
    return task;
}

static void first_waits(pawl_resume *fn)
{
    outer = sim_new(sizeof *outer, "outer");
    inner = sim_new(sizeof *inner, "inner");
    later = sim_new(sizeof *later, "later");
    first = new_task("first", fn, outer);
}

static void the_first_abandons_the_second(void)
{
    first_waits(abandon_in_call);
    second = new_task("second", count_call, inner);
}

/* Once the third is granted the second is the first of its queue, and enters the bucket's chain. */
static void the_first_abandons_the_second_behind_a_third(void)
{
    first_waits(abandon_in_call);
    third = new_task("third", count_call, inner);
    second = new_task("second", count_call, inner);
}

static void the_first_starts_the_second_again(void)
{
    first_waits(take_back_start_and_abandon_in_call);
    second = new_task("second", count_call, inner);
}

static void the_first_grants_the_second(void)
{
    first_waits(grant_and_abandon_in_call);
    second = new_task("second", count_call, inner);
}

static void the_first_grants_the_second_and_forks(void)
{
    first_waits(fork_and_abandon_in_call);
    second = new_task("second", count_call, inner);
    third = new_task("third", count_call, inner);
}

static void call_first(void)
{
    SIM_CHECK(pawl_semaphore_release(outer) == PAWL_OK);
}

static void grant_inner(void)
{
    SIM_CHECK(pawl_semaphore_release(inner) == PAWL_OK);
}

static void grant_two_of_inner(void)
{
    SIM_CHECK(pawl_semaphore_release_n(inner, 2) == PAWL_OK);
}

static void grant_later(void)
{
    SIM_CHECK(pawl_semaphore_release(later) == PAWL_OK);
}

/* PAWL_INVALID while it is in flight; what it waited for once it is idle does not matter. */
static void start_second_when_idle(void)
{
    started_again = pawl_semaphore_acquire_await(later, &second->op);
}

static void cancel_second(void)
{
    second->cancelled += pawl_await_cancel(&second->op) ? 1 : 0;
}

/* The fibre that grants the second task also calls it: fibre a has nothing to take back. */
static void second_was_called_or_cancelled(void)
{
    SIM_CHECK(first->calls == 1 && second->taken_back == 0);
    SIM_CHECK(second->calls + second->cancelled == 1);
    SIM_CHECK(pawl_semaphore_value(inner) == (int64_t)second->cancelled);
}

static void both_were_called_or_the_second_cancelled(void)
{
    SIM_CHECK(third->calls == 1);
    second_was_called_or_cancelled();
}

static void second_had_its_second_wait(void)
{
    SIM_CHECK(first->calls == 1 && second->taken_back == 0);
    SIM_CHECK(second->calls + second->cancelled == (started_again == PAWL_PENDING ? 1U : 0U));
    SIM_CHECK(pawl_semaphore_value(later) == (int64_t)second->cancelled);
}

static void second_was_taken_back_or_cancelled(void)
{
    SIM_CHECK(first->calls == 1 && second->calls == 0);
    SIM_CHECK(second->taken_back + second->cancelled == 1);
    SIM_CHECK(pawl_semaphore_value(inner) == (int64_t)second->cancelled);
}

/* The other fibre's start found the operation in flight, or idle after it was taken back. */
static void second_was_taken_back_and_may_wait_again(void)
{
    SIM_CHECK(first->calls == 1 && second->taken_back == 1 && second->calls == 0);
    SIM_CHECK(started_again == PAWL_PENDING || started_again == PAWL_INVALID);
    SIM_CHECK(pawl_await_cancel(&second->op) == (started_again == PAWL_PENDING));
}

static void second_was_taken_back_in_the_parent(void)
{
    SIM_CHECK(first->calls == 1 && second->calls == 0);
    SIM_CHECK(second->taken_back == (forked ? 0 : 1));
    SIM_CHECK(pawl_await_cancel(&third->op) == !forked);
}

static const struct sim_case take_back_cases[] = {
    {"take_back",
     "a_grant_by_another_thread_races_a_task_that_abandons",
     the_first_abandons_the_second,
     {call_first, grant_inner},
     .finish = second_was_called_or_cancelled},
    {"take_back",
     "grants_of_two_tasks_race_a_task_that_abandons_one",
     the_first_abandons_the_second_behind_a_third,
     {call_first, grant_two_of_inner},
     .finish = both_were_called_or_the_second_cancelled},
    {"take_back",
     "a_grant_races_a_task_that_was_taken_back_and_started_again",
     the_first_starts_the_second_again,
     {call_first, grant_later},
     .finish = second_had_its_second_wait},
    {"take_back",
     "a_cancel_by_another_thread_races_taking_back",
     the_first_grants_the_second,
     {call_first, cancel_second},
     .finish = second_was_taken_back_or_cancelled},
    {"take_back",
     "a_start_by_another_thread_races_taking_back",
     the_first_grants_the_second,
     {call_first, start_second_when_idle},
     .finish = second_was_taken_back_and_may_wait_again,
     .leaves = true},
    {"take_back",
     "a_child_forked_in_a_call_has_nothing_to_take_back",
     the_first_grants_the_second_and_forks,
     {call_first},
     .finish = second_was_taken_back_in_the_parent,
     .leaves = true},
};
SIM_GROUP(take_back);
