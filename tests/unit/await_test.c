/* SPDX-License-Identifier: MIT
 *
 * Waiting without a thread: docs/semantics.md, "Await", for each primitive, and the schedules on
 * which home-made ones fail.
 */
#include "caller.h"
#include "task.h"

#include "process.h"

#include <stdlib.h>
#include <string.h>

static void release_lock(struct task *task)
{
    task->seen = pawl_lock_release(task->object) == PAWL_OK;
}

/* --- Starting, and the call ------------------------------------------------------------------- */

static void await_of_a_free_lock_takes_it_without_a_call(void **state)
{
    pawl_lock locks[] = {PAWL_LOCK_INIT, PAWL_FAIR_LOCK_INIT};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct task task;
        task_init(&task, NULL, NULL);
        assert_int_equal(pawl_lock_acquire_await(&locks[i], &task.op), PAWL_OK);
        assert_true(pawl_lock_locked(&locks[i]));
        assert_int_equal(pawl_lock_release(&locks[i]), PAWL_OK);
        assert_int_equal(task.calls, 0);
    }
}

static void see_lock_held(struct task *task)
{
    task->seen = pawl_lock_locked(task->object) && !pawl_lock_try_acquire(task->object);
}

static void task_is_called_by_the_release_and_holds_the_lock(void **state)
{
    pawl_lock locks[] = {PAWL_LOCK_INIT, PAWL_FAIR_LOCK_INIT};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct task task;
        task_init(&task, see_lock_held, &locks[i]);
        pawl_lock_acquire(&locks[i]);
        assert_int_equal(pawl_lock_acquire_await(&locks[i], &task.op), PAWL_PENDING);
        assert_int_equal(task.calls, 0);
        assert_int_equal(pawl_lock_release(&locks[i]), PAWL_OK);
        assert_int_equal(task.calls, 1);
        assert_int_equal(task.result, PAWL_OK);
        assert_true(task.seen);
        assert_true(pawl_lock_locked(&locks[i]));
        assert_int_equal(pawl_lock_release(&locks[i]), PAWL_OK);
        assert_int_equal(pawl_lock_release(&locks[i]), PAWL_NOT_HELD);
    }
}

struct releaser {
    pawl_lock *lock;
    uint64_t thread;
};

static void release_elsewhere(void *context)
{
    struct releaser *releaser = context;
    releaser->thread = pawl__process_identity();
    pawl_lock_release(releaser->lock);
}

static void callback_runs_on_the_thread_that_granted(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    struct releaser releaser = {&lock, 0};
    struct task task;
    crew_thread thread;
    (void)state;
    task_init(&task, release_lock, &lock);
    pawl_lock_acquire(&lock);
    assert_int_equal(pawl_lock_acquire_await(&lock, &task.op), PAWL_PENDING);
    crew_start(&thread, release_elsewhere, &releaser);
    crew_join(&thread);
    assert_int_equal(task.calls, 1);
    assert_true(task.thread == releaser.thread && task.thread != pawl__process_identity());
    assert_false(pawl_lock_locked(&lock));
}

static void operation_that_is_pending_cannot_be_started_again(void **state)
{
    pawl_lock held = PAWL_LOCK_INIT, free_one = PAWL_LOCK_INIT;
    pawl_semaphore semaphore = PAWL_SEMAPHORE_INIT(1);
    pawl_event event = PAWL_EVENT_INIT;
    pawl_condition condition = PAWL_CONDITION_INIT;
    pawl_barrier barrier = PAWL_BARRIER_INIT(1);
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    struct task task;
    (void)state;
    task_init(&task, release_lock, &held);
    pawl_event_set(&event);
    pawl_lock_acquire(&held);
    assert_int_equal(pawl_lock_acquire_await(&held, &task.op), PAWL_PENDING);
    assert_int_equal(pawl_lock_acquire_await(&held, &task.op), PAWL_INVALID);
    assert_int_equal(pawl_lock_acquire_await(&free_one, &task.op), PAWL_INVALID);
    assert_int_equal(pawl_semaphore_acquire_await(&semaphore, &task.op), PAWL_INVALID);
    assert_int_equal(pawl_event_wait_await(&event, &task.op), PAWL_INVALID);
    assert_int_equal(pawl_condition_wait_await(&condition, &held, &task.op), PAWL_INVALID);
    assert_int_equal(pawl_barrier_wait_await(&barrier, &task.op, NULL), PAWL_INVALID);
    assert_int_equal(pawl_rwlock_acquire_shared_await(&rwlock, &task.op), PAWL_INVALID);
    assert_int_equal(pawl_rwlock_acquire_exclusive_await(&rwlock, &task.op), PAWL_INVALID);
    assert_false(pawl_lock_locked(&free_one));
    assert_true(pawl_lock_locked(&held));
    assert_int_equal(pawl_semaphore_value(&semaphore), 1);
    assert_true(pawl_rwlock_try_acquire_exclusive(&rwlock));
    assert_int_equal(pawl__lot_count(&held), 1);
    assert_int_equal(pawl_lock_release(&held), PAWL_OK);
    assert_int_equal(task.calls, 1);
    assert_false(pawl_lock_locked(&held));
}

static void operation_that_was_never_initialised_cannot_be_started(void **state)
{
    pawl_lock free_one = PAWL_LOCK_INIT, held = PAWL_LOCK_INIT;
    pawl_semaphore semaphore = PAWL_SEMAPHORE_INIT(1);
    pawl_await blank;
    (void)state;
    memset(&blank, 0, sizeof blank);
    pawl_lock_acquire(&held);
    assert_int_equal(pawl_lock_acquire_await(&free_one, &blank), PAWL_INVALID);
    assert_int_equal(pawl_lock_acquire_await(&held, &blank), PAWL_INVALID);
    assert_int_equal(pawl_semaphore_acquire_await(&semaphore, &blank), PAWL_INVALID);
    assert_false(pawl_lock_locked(&free_one));
    assert_int_equal(pawl_semaphore_value(&semaphore), 1);
    assert_int_equal(pawl__lot_count(&held), 0);
    assert_false(pawl_await_cancel(&blank));
}

static void start_again(struct task *task)
{
    if (task->left-- > 0) {
        pawl_lock_release(task->object);
        pawl_lock_acquire(task->object);
        task->seen = pawl_lock_acquire_await(task->object, &task->op) == PAWL_PENDING;
    }
}

static void operation_may_be_started_again_by_its_own_callback(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    struct task task;
    (void)state;
    task_init(&task, start_again, &lock);
    task.left = 1;
    pawl_lock_acquire(&lock);
    assert_int_equal(pawl_lock_acquire_await(&lock, &task.op), PAWL_PENDING);
    pawl_lock_release(&lock);
    assert_true(task.calls == 1 && task.seen);
    pawl_lock_release(&lock);
    assert_int_equal(task.calls, 2);
    pawl_lock_release(&lock);
    assert_false(pawl_lock_locked(&lock));
}

static void free_operation_and_lock(pawl_await *op, pawl_status result)
{
    struct task *task = pawl_await_context(op);
    pawl_lock *lock = task->object;
    task->calls++;
    task->result = result;
    pawl_await_free(op);
    memset(lock, 0xFF, sizeof *lock);
    pawl_lock_free(lock);
}

static void callback_may_free_its_operation_and_what_it_was_granted(void **state)
{
    struct task task;
    (void)state;
    memset(&task, 0, sizeof task);
    pawl_lock *lock = pawl_lock_new();
    pawl_await *op = pawl_await_new(free_operation_and_lock, &task);
    assert_true(lock != NULL && op != NULL);
    task.object = lock;
    pawl_lock_acquire(lock);
    assert_int_equal(pawl_lock_acquire_await(lock, op), PAWL_PENDING);
    assert_int_equal(pawl_lock_release(lock), PAWL_OK);
    assert_int_equal(task.calls, 1);
    pawl_await_free(NULL);
}

/* --- Order ------------------------------------------------------------------------------------ */

static void threads_and_tasks_are_served_in_order_of_arrival(void **state)
{
    pawl_lock lock = PAWL_FAIR_LOCK_INIT;
    struct task tasks[3];
    struct caller threads[2] = {0};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        task_init(&tasks[i], NULL, NULL);
    }
    pawl_lock_acquire(&lock);
    assert_int_equal(pawl_lock_acquire_await(&lock, &tasks[0].op), PAWL_PENDING);
    caller_start_on(&threads[0], call_lock, &lock, PAWL_NEVER, 2);
    assert_int_equal(pawl_lock_acquire_await(&lock, &tasks[1].op), PAWL_PENDING);
    caller_start_on(&threads[1], call_lock, &lock, PAWL_NEVER, 4);
    assert_int_equal(pawl_lock_acquire_await(&lock, &tasks[2].op), PAWL_PENDING);
    pawl_lock_release(&lock);
    assert_int_equal(tasks[0].calls, 1);
    assert_int_equal(pawl__lot_count(&lock), 4);
    pawl_lock_release(&lock);
    caller_join(&threads[0]);
    assert_int_equal(tasks[1].calls, 0);
    pawl_lock_release(&lock);
    assert_int_equal(tasks[1].calls, 1);
    pawl_lock_release(&lock);
    caller_join(&threads[1]);
    assert_int_equal(tasks[2].calls, 0);
    pawl_lock_release(&lock);
    assert_int_equal(tasks[2].calls, 1);
    pawl_lock_release(&lock);
    assert_false(pawl_lock_locked(&lock));
}

static void try_as_newcomer(struct task *task)
{
    task->seen = !pawl_lock_try_acquire(task->object) &&
                 pawl_lock_acquire_for(task->object, 0) == PAWL_TIMEOUT;
}

static void new_arrival_does_not_overtake_a_granted_task(void **state)
{
    pawl_lock locks[] = {PAWL_LOCK_INIT, PAWL_FAIR_LOCK_INIT};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct task granted, waiting;
        task_init(&granted, try_as_newcomer, &locks[i]);
        task_init(&waiting, NULL, NULL);
        pawl_lock_acquire(&locks[i]);
        assert_int_equal(pawl_lock_acquire_await(&locks[i], &granted.op), PAWL_PENDING);
        assert_int_equal(pawl_lock_acquire_await(&locks[i], &waiting.op), PAWL_PENDING);
        pawl_lock_release(&locks[i]);
        assert_true(granted.calls == 1 && granted.seen);
        assert_int_equal(waiting.calls, 0);
        pawl_lock_release(&locks[i]);
        assert_int_equal(waiting.calls, 1);
        pawl_lock_release(&locks[i]);
        assert_false(pawl_lock_locked(&locks[i]));
    }
}

static void release_and_acquire_again(struct task *task)
{
    pawl_lock_release(task->object);
    if (task->left-- > 0) {
        task->seen = pawl_lock_acquire_await(task->object, &task->op) == PAWL_PENDING;
    }
}

static void task_that_releases_and_acquires_again_queues_behind_the_others(void **state)
{
    enum { TASKS = 3 };
    pawl_lock locks[] = {PAWL_LOCK_INIT, PAWL_FAIR_LOCK_INIT};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct task tasks[TASKS];
        task_calls_so_far = 0;
        pawl_lock_acquire(&locks[i]);
        for (size_t t = 0; t < TASKS; t++) {
            task_init(&tasks[t], release_and_acquire_again, &locks[i]);
            tasks[t].left = t == 0 ? 1 : 0;
            assert_int_equal(pawl_lock_acquire_await(&locks[i], &tasks[t].op), PAWL_PENDING);
        }
        pawl_lock_release(&locks[i]);
        assert_int_equal(tasks[0].calls, 2);
        assert_true(tasks[0].seen);
        assert_int_equal(tasks[1].place, 2);
        assert_int_equal(tasks[2].place, 3);
        assert_int_equal(tasks[0].place, 4);
        assert_false(pawl_lock_locked(&locks[i]));
    }
}

static void on_a_default_lock_the_oldest_task_is_handed_the_lock(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    struct caller thread = {.then = release_lock_after};
    struct task task;
    (void)state;
    task_init(&task, NULL, NULL);
    pawl_lock_acquire(&lock);
    assert_int_equal(pawl_lock_acquire_await(&lock, &task.op), PAWL_PENDING);
    caller_start_on(&thread, call_lock, &lock, PAWL_NEVER, 2);
    pawl_lock_release(&lock);
    assert_int_equal(task.calls, 1);
    assert_true(pawl_lock_locked(&lock));
    assert_int_equal(pawl__lot_count(&lock), 1);
    pawl_lock_release(&lock);
    caller_join(&thread);
    assert_false(pawl_lock_locked(&lock));
}

/* The outer callback has not returned when the inner task holds the lock, and is not called. */
static void release_and_look(struct task *task)
{
    pawl_lock_release(task->object);
    task->seen = pawl_lock_locked(task->object) && task->other->calls == 0 &&
                 !pawl_await_cancel(&task->other->op) &&
                 pawl_lock_acquire_await(task->object, &task->other->op) == PAWL_INVALID;
}

static void release_in_a_callback_grants_at_once_and_calls_afterwards(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    struct task outer, inner;
    (void)state;
    task_init(&outer, release_and_look, &lock);
    task_init(&inner, release_lock, &lock);
    outer.other = &inner;
    pawl_lock_acquire(&lock);
    assert_int_equal(pawl_lock_acquire_await(&lock, &outer.op), PAWL_PENDING);
    assert_int_equal(pawl_lock_acquire_await(&lock, &inner.op), PAWL_PENDING);
    pawl_lock_release(&lock);
    assert_true(outer.seen);
    assert_true(outer.calls == 1 && inner.calls == 1);
    assert_false(pawl_lock_locked(&lock));
}

enum { CHAIN = 1000000, SMALL_STACK = 64 * 1024 };

struct chain {
    pawl_lock lock;
    pawl_await *ops;
    size_t done;
};

static void next_in_chain(pawl_await *op, pawl_status result)
{
    struct chain *chain = pawl_await_context(op);
    (void)result;
    chain->done++;
    pawl_lock_release(&chain->lock);
}

static void run_chain(void *context)
{
    struct chain *chain = context;
    pawl_lock_release(&chain->lock);
}

static void chain_of_a_million_grants_runs_on_a_small_stack(void **state)
{
    struct chain chain = {PAWL_LOCK_INIT, calloc(CHAIN, sizeof(pawl_await)), 0};
    crew_thread thread;
    (void)state;
    assert_non_null(chain.ops);
    pawl_lock_acquire(&chain.lock);
    for (size_t i = 0; i < CHAIN; i++) {
        pawl_await_init(&chain.ops[i], next_in_chain, &chain);
        assert_int_equal(pawl_lock_acquire_await(&chain.lock, &chain.ops[i]), PAWL_PENDING);
    }
    crew_start_with_stack(&thread, run_chain, &chain, SMALL_STACK);
    crew_join(&thread);
    assert_int_equal(chain.done, CHAIN);
    assert_false(pawl_lock_locked(&chain.lock));
    free(chain.ops);
}

/* --- Cancelling ------------------------------------------------------------------------------- */

static void cancelled_task_is_not_called_and_the_next_is_served(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    (void)state;
    for (size_t victim = 0; victim < 3; victim++) {
        struct task tasks[3];
        task_calls_so_far = 0;
        pawl_lock_acquire(&lock);
        for (size_t i = 0; i < 3; i++) {
            task_init(&tasks[i], release_lock, &lock);
            assert_int_equal(pawl_lock_acquire_await(&lock, &tasks[i].op), PAWL_PENDING);
        }
        assert_true(pawl_await_cancel(&tasks[victim].op));
        assert_int_equal(pawl__lot_count(&lock), 2);
        pawl_lock_release(&lock);
        for (size_t i = 0; i < 3; i++) {
            assert_int_equal(tasks[i].calls, i == victim ? 0 : 1);
        }
        assert_int_equal(task_calls_so_far, 2);
        assert_false(pawl_lock_locked(&lock));
    }
}

static void last_to_be_cancelled_leaves_a_lock_that_nobody_waits_for(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    pawl_semaphore semaphore = PAWL_SEMAPHORE_INIT(0);
    pawl_event event = PAWL_EVENT_INIT;
    struct task task;
    (void)state;
    task_init(&task, NULL, NULL);
    pawl_lock_acquire(&lock);
    assert_int_equal(pawl_lock_acquire_await(&lock, &task.op), PAWL_PENDING);
    assert_true(pawl_await_cancel(&task.op));
    assert_int_equal(lock.state_, PAWL__LOCK_LOCKED);
    assert_int_equal(pawl_semaphore_acquire_await(&semaphore, &task.op), PAWL_PENDING);
    assert_true(pawl_await_cancel(&task.op));
    assert_true(semaphore.state_ == 0);
    assert_int_equal(pawl_event_wait_await(&event, &task.op), PAWL_PENDING);
    assert_true(pawl_await_cancel(&task.op));
    assert_int_equal(event.state_, 0);
    assert_int_equal(task.calls, 0);
}

static void cancel_of_what_is_not_pending_is_false(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    struct task task;
    (void)state;
    task_init(&task, release_lock, &lock);
    assert_false(pawl_await_cancel(&task.op));
    assert_int_equal(pawl_lock_acquire_await(&lock, &task.op), PAWL_OK);
    assert_false(pawl_await_cancel(&task.op));
    assert_int_equal(pawl_lock_acquire_await(&lock, &task.op), PAWL_PENDING);
    assert_true(pawl_await_cancel(&task.op));
    assert_false(pawl_await_cancel(&task.op));
    assert_int_equal(pawl_lock_acquire_await(&lock, &task.op), PAWL_PENDING);
    pawl_lock_release(&lock);
    assert_int_equal(task.calls, 1);
    assert_false(pawl_await_cancel(&task.op));
    assert_false(pawl_lock_locked(&lock));
}

static void release_and_then_cancel_of_the_first_of_two_is_too_late(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    struct task first, second;
    (void)state;
    task_init(&first, NULL, NULL);
    task_init(&second, NULL, NULL);
    pawl_lock_acquire(&lock);
    assert_int_equal(pawl_lock_acquire_await(&lock, &first.op), PAWL_PENDING);
    assert_int_equal(pawl_lock_acquire_await(&lock, &second.op), PAWL_PENDING);
    pawl_lock_release(&lock);
    assert_false(pawl_await_cancel(&first.op));
    assert_true(first.calls == 1 && second.calls == 0);
    pawl_lock_release(&lock);
    assert_int_equal(second.calls, 1);
    pawl_lock_release(&lock);
    assert_false(pawl_lock_locked(&lock));
}

static void cancel_and_then_release_serves_the_second_of_two(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    struct task first, second;
    (void)state;
    task_init(&first, NULL, NULL);
    task_init(&second, NULL, NULL);
    pawl_lock_acquire(&lock);
    assert_int_equal(pawl_lock_acquire_await(&lock, &first.op), PAWL_PENDING);
    assert_int_equal(pawl_lock_acquire_await(&lock, &second.op), PAWL_PENDING);
    assert_true(pawl_await_cancel(&first.op));
    pawl_lock_release(&lock);
    assert_true(first.calls == 0 && second.calls == 1);
    pawl_lock_release(&lock);
    assert_false(pawl_lock_locked(&lock));
}

static void release_and_cancel_the_other(struct task *task)
{
    pawl_lock_release(task->object);
    task->seen = pawl_await_cancel(&task->other->op);
}

static void cancel_of_an_operation_being_granted_is_too_late(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    struct task canceller, granted;
    (void)state;
    task_init(&canceller, release_and_cancel_the_other, &lock);
    task_init(&granted, release_lock, &lock);
    canceller.other = &granted;
    pawl_lock_acquire(&lock);
    assert_int_equal(pawl_lock_acquire_await(&lock, &canceller.op), PAWL_PENDING);
    assert_int_equal(pawl_lock_acquire_await(&lock, &granted.op), PAWL_PENDING);
    pawl_lock_release(&lock);
    assert_false(canceller.seen);
    assert_true(granted.calls == 1 && granted.seen);
    assert_false(pawl_lock_locked(&lock));
}

static void take_back_the_other(struct task *task)
{
    pawl_lock_release(task->object);
    task->seen = pawl__await_take_back(&task->other->op) &&
                 !pawl__await_take_back(&task->other->op) && pawl_lock_locked(task->object) &&
                 pawl_lock_release(task->object) == PAWL_OK;
}

static void task_granted_but_not_called_can_be_taken_back_by_its_thread(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    struct task taker, granted, last;
    (void)state;
    task_init(&taker, take_back_the_other, &lock);
    task_init(&granted, release_lock, &lock);
    task_init(&last, release_lock, &lock);
    taker.other = &granted;
    assert_false(pawl__await_take_back(&granted.op));
    pawl_lock_acquire(&lock);
    assert_int_equal(pawl_lock_acquire_await(&lock, &taker.op), PAWL_PENDING);
    assert_int_equal(pawl_lock_acquire_await(&lock, &granted.op), PAWL_PENDING);
    assert_int_equal(pawl_lock_acquire_await(&lock, &last.op), PAWL_PENDING);
    pawl_lock_release(&lock);
    assert_true(taker.seen);
    assert_true(granted.calls == 0 && last.calls == 1);
    assert_false(pawl_lock_locked(&lock));
    assert_int_equal(pawl_lock_acquire_await(&lock, &granted.op), PAWL_OK);
}

static void set_and_take_back_the_other(struct task *task)
{
    pawl_event_set(task->object);
    task->seen = pawl__await_take_back(&task->other->op);
}

static void taking_back_one_of_several_leaves_the_others_to_be_called(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    pawl_event event = PAWL_EVENT_INIT;
    struct task taker, tasks[3];
    (void)state;
    task_init(&taker, set_and_take_back_the_other, &event);
    taker.other = &tasks[1];
    for (size_t i = 0; i < 3; i++) {
        task_init(&tasks[i], NULL, NULL);
        assert_int_equal(pawl_event_wait_await(&event, &tasks[i].op), PAWL_PENDING);
    }
    pawl_lock_acquire(&lock);
    assert_int_equal(pawl_lock_acquire_await(&lock, &taker.op), PAWL_PENDING);
    pawl_lock_release(&lock);
    assert_true(taker.seen);
    assert_true(tasks[0].place == 2 && tasks[1].calls == 0 && tasks[2].place == 3);
}

/* Of six tasks that are to be called, two neighbours and the last are taken back, then one is
 * appended. */
static void set_take_back_and_grant(struct task *task)
{
    struct task *tasks = task->other;
    pawl_event_set(task->object);
    task->seen = pawl__await_take_back(&tasks[2].op) && pawl__await_take_back(&tasks[3].op) &&
                 pawl__await_take_back(&tasks[5].op) &&
                 pawl_semaphore_release(tasks[6].object) == PAWL_OK;
}

static void taking_back_leaves_the_rest_in_order_wherever_it_was(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    pawl_event event = PAWL_EVENT_INIT;
    pawl_semaphore semaphore;
    struct task taker, tasks[7];
    (void)state;
    assert_int_equal(pawl_semaphore_init(&semaphore, 0), PAWL_OK);
    task_init(&taker, set_take_back_and_grant, &event);
    taker.other = tasks;
    for (size_t i = 0; i < 6; i++) {
        task_init(&tasks[i], NULL, NULL);
        assert_int_equal(pawl_event_wait_await(&event, &tasks[i].op), PAWL_PENDING);
    }
    task_init(&tasks[6], NULL, &semaphore);
    assert_int_equal(pawl_semaphore_acquire_await(&semaphore, &tasks[6].op), PAWL_PENDING);
    pawl_lock_acquire(&lock);
    assert_int_equal(pawl_lock_acquire_await(&lock, &taker.op), PAWL_PENDING);
    pawl_lock_release(&lock);
    assert_true(taker.seen);
    assert_true(tasks[0].place == 2 && tasks[1].place == 3 && tasks[4].place == 4);
    assert_true(tasks[6].place == 5);
    assert_true(tasks[2].calls == 0 && tasks[3].calls == 0 && tasks[5].calls == 0);
}

static void time_out_of_a_task_withdraws_it(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    struct task task;
    (void)state;
    task_init(&task, NULL, NULL);
    assert_false(pawl__await_time_out(&task.op));
    pawl_lock_acquire(&lock);
    assert_int_equal(pawl_lock_acquire_await(&lock, &task.op), PAWL_PENDING);
    assert_true(pawl__await_time_out(&task.op));
    assert_int_equal(pawl_lock_release(&lock), PAWL_OK);
    assert_int_equal(task.calls, 0);
    assert_false(pawl_lock_locked(&lock));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(await_of_a_free_lock_takes_it_without_a_call, task_begin_test),
        cmocka_unit_test_setup(task_is_called_by_the_release_and_holds_the_lock, task_begin_test),
        cmocka_unit_test_setup(callback_runs_on_the_thread_that_granted, task_begin_test),
        cmocka_unit_test_setup(operation_that_is_pending_cannot_be_started_again, task_begin_test),
        cmocka_unit_test_setup(operation_that_was_never_initialised_cannot_be_started,
                               task_begin_test),
        cmocka_unit_test_setup(operation_may_be_started_again_by_its_own_callback, task_begin_test),
        cmocka_unit_test_setup(callback_may_free_its_operation_and_what_it_was_granted,
                               task_begin_test),
        cmocka_unit_test_setup(threads_and_tasks_are_served_in_order_of_arrival, task_begin_test),
        cmocka_unit_test_setup(new_arrival_does_not_overtake_a_granted_task, task_begin_test),
        cmocka_unit_test_setup(task_that_releases_and_acquires_again_queues_behind_the_others,
                               task_begin_test),
        cmocka_unit_test_setup(on_a_default_lock_the_oldest_task_is_handed_the_lock,
                               task_begin_test),
        cmocka_unit_test_setup(release_in_a_callback_grants_at_once_and_calls_afterwards,
                               task_begin_test),
        cmocka_unit_test_setup(chain_of_a_million_grants_runs_on_a_small_stack, task_begin_test),
        cmocka_unit_test_setup(cancelled_task_is_not_called_and_the_next_is_served,
                               task_begin_test),
        cmocka_unit_test_setup(last_to_be_cancelled_leaves_a_lock_that_nobody_waits_for,
                               task_begin_test),
        cmocka_unit_test_setup(cancel_of_what_is_not_pending_is_false, task_begin_test),
        cmocka_unit_test_setup(release_and_then_cancel_of_the_first_of_two_is_too_late,
                               task_begin_test),
        cmocka_unit_test_setup(cancel_and_then_release_serves_the_second_of_two, task_begin_test),
        cmocka_unit_test_setup(cancel_of_an_operation_being_granted_is_too_late, task_begin_test),
        cmocka_unit_test_setup(task_granted_but_not_called_can_be_taken_back_by_its_thread,
                               task_begin_test),
        cmocka_unit_test_setup(taking_back_one_of_several_leaves_the_others_to_be_called,
                               task_begin_test),
        cmocka_unit_test_setup(taking_back_leaves_the_rest_in_order_wherever_it_was,
                               task_begin_test),
        cmocka_unit_test_setup(time_out_of_a_task_withdraws_it, task_begin_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
