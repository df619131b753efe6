/* SPDX-License-Identifier: MIT
 *
 * Waiting without a thread for objects other than locks: semaphore, event, condition, barrier,
 * rwlock. await_test.c has what is the same for all.
 */
#include "caller.h"
#include "task.h"

#include <string.h>

/* --- Semaphore -------------------------------------------------------------------------------- */

static void permit_that_is_there_is_taken_without_a_call(void **state)
{
    pawl_semaphore semaphore = PAWL_SEMAPHORE_INIT(2);
    struct task task;
    (void)state;
    task_init(&task, NULL, NULL);
    assert_int_equal(pawl_semaphore_acquire_await(&semaphore, &task.op), PAWL_OK);
    assert_int_equal(pawl_semaphore_value(&semaphore), 1);
    assert_int_equal(task.calls, 0);
}

static void see_no_permit(struct task *task)
{
    task->seen =
        pawl_semaphore_value(task->object) == 0 && !pawl_semaphore_try_acquire(task->object);
}

static void permits_go_to_threads_and_tasks_in_order_of_arrival(void **state)
{
    pawl_semaphore semaphore = PAWL_SEMAPHORE_INIT(0);
    struct caller thread = {.call = call_semaphore, .object = &semaphore, .time = PAWL_NEVER};
    struct task tasks[3];
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        task_init(&tasks[i], see_no_permit, &semaphore);
    }
    assert_int_equal(pawl_semaphore_acquire_await(&semaphore, &tasks[0].op), PAWL_PENDING);
    caller_start(&thread, 2);
    assert_int_equal(pawl_semaphore_acquire_await(&semaphore, &tasks[1].op), PAWL_PENDING);
    assert_int_equal(pawl_semaphore_acquire_await(&semaphore, &tasks[2].op), PAWL_PENDING);
    assert_int_equal(pawl_semaphore_release(&semaphore), PAWL_OK);
    assert_true(tasks[0].calls == 1 && tasks[0].seen);
    assert_int_equal(pawl__lot_count(&semaphore), 3);
    assert_int_equal(pawl_semaphore_release_n(&semaphore, 4), PAWL_OK);
    assert_int_equal(caller_join(&thread), PAWL_OK);
    assert_true(tasks[1].calls == 1 && tasks[2].calls == 1);
    assert_true(tasks[1].place == 2 && tasks[2].place == 3);
    assert_int_equal(pawl_semaphore_value(&semaphore), 1);
}

static void cancelled_task_leaves_its_permit_to_the_next(void **state)
{
    pawl_semaphore semaphore = PAWL_SEMAPHORE_INIT(0);
    struct task first, second;
    (void)state;
    task_init(&first, NULL, NULL);
    task_init(&second, NULL, NULL);
    assert_int_equal(pawl_semaphore_acquire_await(&semaphore, &first.op), PAWL_PENDING);
    assert_int_equal(pawl_semaphore_acquire_await(&semaphore, &second.op), PAWL_PENDING);
    assert_true(pawl_await_cancel(&first.op));
    assert_int_equal(pawl_semaphore_release(&semaphore), PAWL_OK);
    assert_true(first.calls == 0 && second.calls == 1);
    assert_int_equal(pawl_semaphore_release(&semaphore), PAWL_OK);
    assert_int_equal(pawl_semaphore_value(&semaphore), 1);
}

/* --- Event ------------------------------------------------------------------------------------ */

static void clear_event(struct task *task)
{
    pawl_event_clear(task->object);
}

static void set_lets_all_tasks_and_threads_through_though_cleared_at_once(void **state)
{
    pawl_event event = PAWL_EVENT_INIT;
    struct caller thread = {.call = call_event, .object = &event, .time = PAWL_NEVER};
    struct task tasks[3];
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        task_init(&tasks[i], clear_event, &event);
        assert_int_equal(pawl_event_wait_await(&event, &tasks[i].op), PAWL_PENDING);
    }
    caller_start(&thread, 4);
    pawl_event_set(&event);
    assert_int_equal(caller_join(&thread), PAWL_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(tasks[i].calls, 1);
        assert_int_equal(tasks[i].result, PAWL_OK);
        assert_int_equal(tasks[i].place, i + 1);
    }
    assert_false(pawl_event_is_set(&event));
}

static void wait_for_a_set_event_returns_at_once(void **state)
{
    pawl_event event = PAWL_EVENT_INIT;
    struct task task;
    (void)state;
    task_init(&task, NULL, NULL);
    pawl_event_set(&event);
    assert_int_equal(pawl_event_wait_await(&event, &task.op), PAWL_OK);
    assert_int_equal(task.calls, 0);
}

static void cancelled_task_is_not_let_through_by_set(void **state)
{
    pawl_event event = PAWL_EVENT_INIT;
    struct task first, second;
    (void)state;
    task_init(&first, NULL, NULL);
    task_init(&second, NULL, NULL);
    assert_int_equal(pawl_event_wait_await(&event, &first.op), PAWL_PENDING);
    assert_int_equal(pawl_event_wait_await(&event, &second.op), PAWL_PENDING);
    assert_true(pawl_await_cancel(&first.op));
    pawl_event_set(&event);
    assert_true(first.calls == 0 && second.calls == 1);
}

/* --- Condition -------------------------------------------------------------------------------- */

struct meeting {
    pawl_lock lock;
    pawl_condition condition;
};

/* With the lock held, which the wait releases. */
static void wait_at(struct meeting *meeting, struct task *task)
{
    pawl_lock_acquire(&meeting->lock);
    assert_int_equal(pawl_condition_wait_await(&meeting->condition, &meeting->lock, &task->op),
                     PAWL_PENDING);
}

static void release_meeting(struct task *task)
{
    struct meeting *meeting = task->object;
    task->seen = pawl_lock_locked(&meeting->lock) && pawl_lock_release(&meeting->lock) == PAWL_OK;
}

static void wait_without_the_lock_is_refused(void **state)
{
    struct meeting meeting = {PAWL_LOCK_INIT, PAWL_CONDITION_INIT};
    struct task task;
    (void)state;
    task_init(&task, NULL, NULL);
    assert_int_equal(pawl_condition_wait_await(&meeting.condition, &meeting.lock, &task.op),
                     PAWL_NOT_HELD);
    assert_int_equal(pawl__lot_count(&meeting.condition), 0);
    assert_false(pawl_await_cancel(&task.op));
}

static void wait_releases_the_lock_and_is_called_with_it(void **state)
{
    struct meeting meeting = {PAWL_LOCK_INIT, PAWL_CONDITION_INIT};
    struct task task;
    (void)state;
    task_init(&task, release_meeting, &meeting);
    wait_at(&meeting, &task);
    assert_false(pawl_lock_locked(&meeting.lock));
    pawl_lock_acquire(&meeting.lock);
    assert_int_equal(pawl_condition_notify(&meeting.condition, 1), 1);
    assert_int_equal(task.calls, 0); /* the notifier has the lock */
    assert_int_equal(pawl__lot_count(&meeting.lock), 1);
    pawl_lock_release(&meeting.lock);
    assert_true(task.calls == 1 && task.seen && task.result == PAWL_OK);
    assert_false(pawl_lock_locked(&meeting.lock));
}

static void notify_without_the_lock_calls_the_task_with_it(void **state)
{
    struct meeting meeting = {PAWL_LOCK_INIT, PAWL_CONDITION_INIT};
    struct task task;
    (void)state;
    task_init(&task, release_meeting, &meeting);
    wait_at(&meeting, &task);
    assert_int_equal(pawl_condition_notify(&meeting.condition, 1), 1);
    assert_true(task.calls == 1 && task.seen);
}

static void notify_serves_threads_and_tasks_oldest_first(void **state)
{
    struct meeting meeting = {PAWL_LOCK_INIT, PAWL_CONDITION_INIT};
    struct caller thread = {.call = call_condition,
                            .object = &meeting.condition,
                            .lock = &meeting.lock,
                            .time = PAWL_NEVER};
    struct task tasks[2];
    (void)state;
    task_init(&tasks[0], release_meeting, &meeting);
    task_init(&tasks[1], release_meeting, &meeting);
    wait_at(&meeting, &tasks[0]);
    caller_start(&thread, 2);
    wait_at(&meeting, &tasks[1]);
    assert_int_equal(pawl_condition_notify(&meeting.condition, 1), 1);
    assert_true(tasks[0].calls == 1 && tasks[1].calls == 0);
    assert_int_equal(pawl_condition_notify(&meeting.condition, 1), 1);
    assert_int_equal(caller_join(&thread), PAWL_OK);
    assert_int_equal(tasks[1].calls, 0);
    assert_int_equal(pawl_condition_notify_all(&meeting.condition), 1);
    assert_int_equal(tasks[1].calls, 1);
    assert_int_equal(pawl_condition_notify_all(&meeting.condition), 0);
}

static void waiters_with_different_locks_are_all_notified(void **state)
{
    enum { LOCKS = 8 };
    struct meeting meetings[LOCKS];
    struct task tasks[LOCKS];
    (void)state;
    memset(meetings, 0, sizeof meetings);
    for (size_t i = 0; i < LOCKS; i++) { /* one condition, and locks in buckets of any order */
        task_init(&tasks[i], release_meeting, &meetings[i]);
        pawl_lock_acquire(&meetings[i].lock);
        assert_int_equal(
            pawl_condition_wait_await(&meetings[0].condition, &meetings[i].lock, &tasks[i].op),
            PAWL_PENDING);
    }
    assert_int_equal(pawl_condition_notify(&meetings[0].condition, 3), 3);
    assert_int_equal(task_calls_so_far, 3);
    assert_int_equal(pawl_condition_notify_all(&meetings[0].condition), LOCKS - 3);
    for (size_t i = 0; i < LOCKS; i++) {
        assert_true(tasks[i].calls == 1 && tasks[i].seen);
        assert_int_equal(tasks[i].place, i + 1);
    }
}

static void condition_cancelled_before_notify_leaves_it_to_the_next(void **state)
{
    struct meeting meeting = {PAWL_LOCK_INIT, PAWL_CONDITION_INIT};
    struct task first, second;
    (void)state;
    task_init(&first, release_meeting, &meeting);
    task_init(&second, release_meeting, &meeting);
    wait_at(&meeting, &first);
    wait_at(&meeting, &second);
    assert_true(pawl_await_cancel(&first.op));
    assert_false(pawl_lock_locked(&meeting.lock)); /* it holds nothing */
    assert_int_equal(pawl_condition_notify(&meeting.condition, 1), 1);
    assert_true(first.calls == 0 && second.calls == 1);
}

static void condition_cancelled_after_notify_hands_the_notification_on(void **state)
{
    struct meeting meeting = {PAWL_LOCK_INIT, PAWL_CONDITION_INIT};
    struct task first, second;
    (void)state;
    task_init(&first, release_meeting, &meeting);
    task_init(&second, release_meeting, &meeting);
    wait_at(&meeting, &first);
    wait_at(&meeting, &second);
    pawl_lock_acquire(&meeting.lock);
    assert_int_equal(pawl_condition_notify(&meeting.condition, 1), 1);
    assert_true(pawl_await_cancel(&first.op)); /* on the lock's queue */
    assert_int_equal(pawl__lot_count(&meeting.condition), 0);
    assert_int_equal(pawl__lot_count(&meeting.lock), 1);
    pawl_lock_release(&meeting.lock);
    assert_true(first.calls == 0 && second.calls == 1 && second.seen);
    assert_false(pawl_lock_locked(&meeting.lock));
}

static void condition_cancelled_after_notify_all_notifies_no_newcomer(void **state)
{
    struct meeting meeting = {PAWL_LOCK_INIT, PAWL_CONDITION_INIT};
    (void)state;
    for (int surplus = 0; surplus < 2; surplus++) {
        struct task early, newcomer, holder;
        task_init(&early, release_meeting, &meeting);
        task_init(&newcomer, release_meeting, &meeting);
        task_init(&holder, NULL, NULL);
        wait_at(&meeting, &early);
        pawl_lock_acquire(&meeting.lock);
        assert_int_equal(pawl_lock_acquire_await(&meeting.lock, &holder.op), PAWL_PENDING);
        assert_int_equal(surplus != 0 ? pawl_condition_notify(&meeting.condition, 2)
                                      : pawl_condition_notify_all(&meeting.condition),
                         1);
        assert_int_equal(
            pawl_condition_wait_await(&meeting.condition, &meeting.lock, &newcomer.op),
            PAWL_PENDING); /* lets `holder` have the lock, before `early` */
        assert_true(holder.calls == 1 && early.calls == 0);
        assert_true(pawl_await_cancel(&early.op));
        assert_int_equal(pawl__lot_count(&meeting.condition), 1);
        assert_int_equal(pawl_lock_release(&meeting.lock), PAWL_OK);
        assert_int_equal(newcomer.calls, 0);
        assert_true(pawl_await_cancel(&newcomer.op));
        assert_false(pawl_lock_locked(&meeting.lock));
    }
}

static void condition_cancelled_when_it_has_the_lock_is_too_late(void **state)
{
    struct meeting meeting = {PAWL_LOCK_INIT, PAWL_CONDITION_INIT};
    struct task task;
    (void)state;
    task_init(&task, NULL, NULL);
    wait_at(&meeting, &task);
    assert_int_equal(pawl_condition_notify(&meeting.condition, 1), 1);
    assert_false(pawl_await_cancel(&task.op));
    assert_int_equal(task.calls, 1);
    assert_int_equal(pawl_lock_release(&meeting.lock), PAWL_OK);
}

static void condition_that_was_notified_does_not_time_out(void **state)
{
    struct meeting meeting = {PAWL_LOCK_INIT, PAWL_CONDITION_INIT};
    struct task first, second;
    (void)state;
    task_init(&first, release_meeting, &meeting);
    task_init(&second, release_meeting, &meeting);
    wait_at(&meeting, &first);
    wait_at(&meeting, &second);
    pawl_lock_acquire(&meeting.lock);
    assert_int_equal(pawl_condition_notify(&meeting.condition, 1), 1);
    assert_false(pawl__await_time_out(&first.op));
    assert_true(pawl__await_time_out(&second.op));
    pawl_lock_release(&meeting.lock);
    assert_true(first.calls == 1 && second.calls == 0);
}

/* --- Barrier ---------------------------------------------------------------------------------- */

static void threads_and_tasks_fill_a_round_together(void **state)
{
    pawl_barrier barrier = PAWL_BARRIER_INIT(4);
    struct caller thread = {.call = call_barrier, .object = &barrier, .time = PAWL_NEVER};
    struct task tasks[3];
    uint32_t index[3] = {9, 9, 9};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        task_init(&tasks[i], NULL, NULL);
    }
    assert_int_equal(pawl_barrier_wait_await(&barrier, &tasks[0].op, &index[0]), PAWL_PENDING);
    caller_start(&thread, 2);
    assert_int_equal(pawl_barrier_wait_await(&barrier, &tasks[1].op, &index[1]), PAWL_PENDING);
    assert_int_equal(pawl_barrier_waiting(&barrier), 3);
    assert_int_equal(pawl_barrier_wait_await(&barrier, &tasks[2].op, &index[2]), PAWL_OK);
    assert_int_equal(caller_join(&thread), PAWL_OK);
    assert_true(tasks[0].calls == 1 && tasks[1].calls == 1 && tasks[2].calls == 0);
    assert_true(index[0] == 0 && thread.number == 1 && index[1] == 2 && index[2] == 3);
    assert_int_equal(pawl_barrier_waiting(&barrier), 0);
}

static void last_to_arrive_may_be_a_thread(void **state)
{
    pawl_barrier barrier = PAWL_BARRIER_INIT(2);
    struct task task;
    uint32_t own = 9;
    (void)state;
    task_init(&task, NULL, NULL);
    assert_int_equal(pawl_barrier_wait_await(&barrier, &task.op, NULL), PAWL_PENDING);
    assert_int_equal(pawl_barrier_wait(&barrier, &own), PAWL_OK);
    assert_true(own == 1 && task.calls == 1 && task.result == PAWL_OK);
}

/* An action; in the first round a thread and a task arrive meanwhile. */
struct occasion {
    pawl_barrier barrier;
    struct caller thread;
    struct task task;
    uint32_t index;
    unsigned actions;
};

static void let_a_task_come_last(void *context)
{
    struct occasion *occasion = context;
    if (occasion->actions++ == 0) {
        occasion->thread = (struct caller){.call = call_barrier, .object = &occasion->barrier,
                                          .time = PAWL_NEVER};
        caller_start(&occasion->thread, 1);
        assert_int_equal(
            pawl_barrier_wait_await(&occasion->barrier, &occasion->task.op, &occasion->index),
            PAWL_PENDING);
        assert_int_equal(pawl_barrier_waiting(&occasion->barrier), 2);
    } else {
        assert_int_equal(occasion->task.calls, 0);
    }
}

static void task_that_arrives_last_during_an_action_has_its_round_run_after_it(void **state)
{
    struct occasion occasion = {.index = 9};
    struct task early;
    uint32_t own = 9;
    (void)state;
    task_init(&early, NULL, NULL);
    task_init(&occasion.task, NULL, NULL);
    assert_int_equal(pawl_barrier_init(&occasion.barrier, 2, let_a_task_come_last, &occasion),
                     PAWL_OK);
    assert_int_equal(pawl_barrier_wait_await(&occasion.barrier, &early.op, NULL), PAWL_PENDING);
    assert_int_equal(pawl_barrier_wait(&occasion.barrier, &own), PAWL_OK);
    assert_int_equal(caller_join(&occasion.thread), PAWL_OK);
    assert_int_equal(occasion.actions, 2);
    assert_true(early.calls == 1 && early.result == PAWL_OK && own == 1);
    assert_true(occasion.task.calls == 1 && occasion.task.result == PAWL_OK);
    assert_true(occasion.thread.number == 0 && occasion.index == 1);
    assert_int_equal(pawl_barrier_waiting(&occasion.barrier), 0);
}

static void parties_cancelled_while_the_round_fills_are_out_of_it(void **state)
{
    pawl_barrier barrier = PAWL_BARRIER_INIT(3);
    struct task tasks[4];
    uint32_t index[4] = {9, 9, 9, 9};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        task_init(&tasks[i], NULL, NULL);
    }
    assert_int_equal(pawl_barrier_wait_await(&barrier, &tasks[0].op, &index[0]), PAWL_PENDING);
    assert_int_equal(pawl_barrier_wait_await(&barrier, &tasks[1].op, &index[1]), PAWL_PENDING);
    assert_true(pawl_await_cancel(&tasks[0].op));
    assert_int_equal(pawl_barrier_waiting(&barrier), 1);
    assert_int_equal(pawl_barrier_wait_await(&barrier, &tasks[2].op, &index[2]), PAWL_PENDING);
    assert_int_equal(task_calls_so_far, 0);
    assert_int_equal(pawl_barrier_wait_await(&barrier, &tasks[3].op, &index[3]), PAWL_OK);
    assert_false(pawl_barrier_broken(&barrier));
    assert_true(tasks[0].calls == 0 && tasks[1].calls == 1 && tasks[2].calls == 1);
    assert_true(index[0] == 9 && index[1] == 0 && index[2] == 1 && index[3] == 2);
}

static void cancel_the_other(struct task *task)
{
    task->seen = pawl_await_cancel(&task->other->op);
}

static void parties_cancelled_when_the_round_is_full_are_too_late(void **state)
{
    pawl_barrier barrier = PAWL_BARRIER_INIT(3);
    struct task first, second;
    (void)state;
    task_init(&first, cancel_the_other, NULL);
    task_init(&second, NULL, NULL);
    first.other = &second;
    assert_int_equal(pawl_barrier_wait_await(&barrier, &first.op, NULL), PAWL_PENDING);
    assert_int_equal(pawl_barrier_wait_await(&barrier, &second.op, NULL), PAWL_PENDING);
    assert_int_equal(pawl_barrier_wait(&barrier, NULL), PAWL_OK);
    assert_false(first.seen);
    assert_false(pawl_await_cancel(&first.op));
    assert_true(second.calls == 1 && second.result == PAWL_OK);
}

static void abort_reset_and_a_thread_that_times_out_break_the_round_for_tasks(void **state)
{
    pawl_barrier barrier = PAWL_BARRIER_INIT(3);
    struct task task;
    uint32_t index = 9;
    (void)state;
    task_init(&task, NULL, NULL);
    assert_int_equal(pawl_barrier_wait_await(&barrier, &task.op, &index), PAWL_PENDING);
    pawl_barrier_abort(&barrier);
    assert_true(task.calls == 1 && task.result == PAWL_BROKEN);
    assert_int_equal(pawl_barrier_wait_await(&barrier, &task.op, &index), PAWL_BROKEN);
    pawl_barrier_reset(&barrier);
    assert_int_equal(pawl_barrier_wait_await(&barrier, &task.op, &index), PAWL_PENDING);
    pawl_barrier_reset(&barrier);
    assert_true(task.calls == 2 && task.result == PAWL_BROKEN);
    assert_int_equal(pawl_barrier_wait_await(&barrier, &task.op, &index), PAWL_PENDING);
    assert_int_equal(pawl_barrier_wait_for(&barrier, PAWL_MS(1), NULL), PAWL_TIMEOUT);
    assert_true(task.calls == 3 && task.result == PAWL_BROKEN);
    assert_int_equal(index, 9);
}

static void task_that_times_out_breaks_the_barrier(void **state)
{
    pawl_barrier barrier = PAWL_BARRIER_INIT(3);
    struct task slow, other;
    (void)state;
    task_init(&slow, NULL, NULL);
    task_init(&other, NULL, NULL);
    assert_int_equal(pawl_barrier_wait_await(&barrier, &slow.op, NULL), PAWL_PENDING);
    assert_int_equal(pawl_barrier_wait_await(&barrier, &other.op, NULL), PAWL_PENDING);
    assert_true(pawl__await_time_out(&slow.op));
    assert_true(pawl_barrier_broken(&barrier));
    assert_int_equal(slow.calls, 0);
    assert_true(other.calls == 1 && other.result == PAWL_BROKEN);
    assert_int_equal(pawl_barrier_waiting(&barrier), 0);
}

static void barrier_of_no_parties_is_refused(void **state)
{
    pawl_barrier barrier;
    struct task task;
    (void)state;
    memset(&barrier, 0, sizeof barrier);
    task_init(&task, NULL, NULL);
    assert_int_equal(pawl_barrier_wait_await(&barrier, &task.op, NULL), PAWL_INVALID);
    assert_false(pawl_await_cancel(&task.op));
}

/* --- RWLock ----------------------------------------------------------------------------------- */

static void tasks_come_in_in_their_order_and_readers_together(void **state)
{
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    struct task readers[2], writer;
    (void)state;
    task_init(&readers[0], NULL, NULL);
    task_init(&readers[1], NULL, NULL);
    task_init(&writer, NULL, NULL);
    pawl_rwlock_acquire_exclusive(&rwlock);
    assert_int_equal(pawl_rwlock_acquire_shared_await(&rwlock, &readers[0].op), PAWL_PENDING);
    assert_int_equal(pawl_rwlock_acquire_shared_await(&rwlock, &readers[1].op), PAWL_PENDING);
    assert_int_equal(pawl_rwlock_acquire_exclusive_await(&rwlock, &writer.op), PAWL_PENDING);
    assert_int_equal(pawl_rwlock_release_exclusive(&rwlock), PAWL_OK);
    assert_true(readers[0].calls == 1 && readers[1].calls == 1 && writer.calls == 0);
    assert_int_equal(pawl_rwlock_release_shared(&rwlock), PAWL_OK);
    assert_int_equal(writer.calls, 0);
    assert_int_equal(pawl_rwlock_release_shared(&rwlock), PAWL_OK);
    assert_int_equal(writer.calls, 1);
    assert_false(pawl_rwlock_try_acquire_shared(&rwlock));
    assert_int_equal(pawl_rwlock_release_exclusive(&rwlock), PAWL_OK);
    assert_int_equal(pawl_rwlock_acquire_shared_await(&rwlock, &readers[0].op), PAWL_OK);
    assert_int_equal(pawl_rwlock_release_shared(&rwlock), PAWL_OK);
    assert_int_equal(pawl_rwlock_acquire_exclusive_await(&rwlock, &writer.op), PAWL_OK);
}

static void writer_that_is_cancelled_lets_in_the_readers_that_waited_for_it(void **state)
{
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    struct task reader, writer;
    (void)state;
    task_init(&reader, NULL, NULL);
    task_init(&writer, NULL, NULL);
    pawl_rwlock_acquire_shared(&rwlock);
    assert_int_equal(pawl_rwlock_acquire_exclusive_await(&rwlock, &writer.op), PAWL_PENDING);
    assert_int_equal(pawl_rwlock_acquire_shared_await(&rwlock, &reader.op), PAWL_PENDING);
    assert_true(pawl_await_cancel(&writer.op));
    assert_true(reader.calls == 1 && writer.calls == 0);
    assert_int_equal(pawl_rwlock_release_shared(&rwlock), PAWL_OK);
    assert_int_equal(pawl_rwlock_release_shared(&rwlock), PAWL_OK);
    assert_true(pawl_rwlock_try_acquire_exclusive(&rwlock));
}

static void writer_that_is_cancelled_lets_in_no_more_readers_than_can_be_counted(void **state)
{
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    struct task readers[2], writer;
    (void)state;
    task_init(&readers[0], NULL, NULL);
    task_init(&readers[1], NULL, NULL);
    task_init(&writer, NULL, NULL);
    rwlock.state_ = PAWL__RWLOCK_FULL - PAWL__RWLOCK_READER; /* room for one */
    assert_int_equal(pawl_rwlock_acquire_exclusive_await(&rwlock, &writer.op), PAWL_PENDING);
    assert_int_equal(pawl_rwlock_acquire_shared_await(&rwlock, &readers[0].op), PAWL_PENDING);
    assert_int_equal(pawl_rwlock_acquire_shared_await(&rwlock, &readers[1].op), PAWL_PENDING);
    assert_true(pawl_await_cancel(&writer.op));
    assert_true(readers[0].calls == 1 && readers[1].calls == 0);
    assert_int_equal(pawl_rwlock_release_shared(&rwlock), PAWL_OK);
    assert_int_equal(readers[1].calls, 1);
    rwlock.state_ -= PAWL__RWLOCK_FULL - PAWL__RWLOCK_READER; /* all leave but one */
    assert_int_equal(pawl_rwlock_release_shared(&rwlock), PAWL_OK);
    assert_true(pawl_rwlock_try_acquire_exclusive(&rwlock));
}

static void reader_that_is_cancelled_leaves_the_others(void **state)
{
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    struct task readers[2];
    (void)state;
    pawl_rwlock_acquire_exclusive(&rwlock);
    for (size_t i = 0; i < 2; i++) {
        task_init(&readers[i], NULL, NULL);
        assert_int_equal(pawl_rwlock_acquire_shared_await(&rwlock, &readers[i].op), PAWL_PENDING);
    }
    assert_true(pawl_await_cancel(&readers[0].op));
    assert_int_equal(pawl_rwlock_downgrade(&rwlock), PAWL_OK);
    assert_true(readers[0].calls == 0 && readers[1].calls == 1);
    assert_int_equal(pawl_rwlock_release_shared(&rwlock), PAWL_OK);
    assert_int_equal(pawl_rwlock_release_shared(&rwlock), PAWL_OK);
    assert_int_equal(pawl_rwlock_release_shared(&rwlock), PAWL_NOT_HELD);
}

static void shared_holder_too_many_is_an_overflow(void **state)
{
    pawl_rwlock rwlock = {PAWL__RWLOCK_FULL};
    struct task task;
    (void)state;
    task_init(&task, NULL, NULL);
    assert_int_equal(pawl_rwlock_acquire_shared_await(&rwlock, &task.op), PAWL_OVERFLOW);
    assert_false(pawl_await_cancel(&task.op));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(permit_that_is_there_is_taken_without_a_call, task_begin_test),
        cmocka_unit_test_setup(permits_go_to_threads_and_tasks_in_order_of_arrival,
                               task_begin_test),
        cmocka_unit_test_setup(cancelled_task_leaves_its_permit_to_the_next, task_begin_test),
        cmocka_unit_test_setup(set_lets_all_tasks_and_threads_through_though_cleared_at_once,
                               task_begin_test),
        cmocka_unit_test_setup(wait_for_a_set_event_returns_at_once, task_begin_test),
        cmocka_unit_test_setup(cancelled_task_is_not_let_through_by_set, task_begin_test),
        cmocka_unit_test_setup(wait_without_the_lock_is_refused, task_begin_test),
        cmocka_unit_test_setup(wait_releases_the_lock_and_is_called_with_it, task_begin_test),
        cmocka_unit_test_setup(notify_without_the_lock_calls_the_task_with_it, task_begin_test),
        cmocka_unit_test_setup(notify_serves_threads_and_tasks_oldest_first, task_begin_test),
        cmocka_unit_test_setup(waiters_with_different_locks_are_all_notified, task_begin_test),
        cmocka_unit_test_setup(condition_cancelled_before_notify_leaves_it_to_the_next,
                               task_begin_test),
        cmocka_unit_test_setup(condition_cancelled_after_notify_hands_the_notification_on,
                               task_begin_test),
        cmocka_unit_test_setup(condition_cancelled_after_notify_all_notifies_no_newcomer,
                               task_begin_test),
        cmocka_unit_test_setup(condition_cancelled_when_it_has_the_lock_is_too_late,
                               task_begin_test),
        cmocka_unit_test_setup(condition_that_was_notified_does_not_time_out, task_begin_test),
        cmocka_unit_test_setup(threads_and_tasks_fill_a_round_together, task_begin_test),
        cmocka_unit_test_setup(last_to_arrive_may_be_a_thread, task_begin_test),
        cmocka_unit_test_setup(task_that_arrives_last_during_an_action_has_its_round_run_after_it,
                               task_begin_test),
        cmocka_unit_test_setup(parties_cancelled_while_the_round_fills_are_out_of_it,
                               task_begin_test),
        cmocka_unit_test_setup(parties_cancelled_when_the_round_is_full_are_too_late,
                               task_begin_test),
        cmocka_unit_test_setup(abort_reset_and_a_thread_that_times_out_break_the_round_for_tasks,
                               task_begin_test),
        cmocka_unit_test_setup(task_that_times_out_breaks_the_barrier, task_begin_test),
        cmocka_unit_test_setup(barrier_of_no_parties_is_refused, task_begin_test),
        cmocka_unit_test_setup(tasks_come_in_in_their_order_and_readers_together,
                               task_begin_test),
        cmocka_unit_test_setup(writer_that_is_cancelled_lets_in_the_readers_that_waited_for_it,
                               task_begin_test),
        cmocka_unit_test_setup(writer_that_is_cancelled_lets_in_no_more_readers_than_can_be_counted,
                               task_begin_test),
        cmocka_unit_test_setup(reader_that_is_cancelled_leaves_the_others, task_begin_test),
        cmocka_unit_test_setup(shared_holder_too_many_is_an_overflow, task_begin_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
