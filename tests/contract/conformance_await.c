/* SPDX-License-Identifier: MIT
 *
 * The last part of the transcript: waiting without a thread. All in one thread, so that the order
 * of the calls is part of what every platform must print.
 */
#include "conformance.h"
#include "task.h"

static const char *const names[3] = {"first", "second", "third"};

static void write_down(struct task *task)
{
    say("Await.2 called", "%s, call %u, %s, cancel is too late: %s",
        task->name, task->place, name(task->result),
        truth(!pawl_await_cancel(&task->op)));
}

static void release_next(struct task *task)
{
    write_down(task);
    pawl_status released = pawl_lock_release(task->object);
    say("Await.2 released inside the call", "%s, by %s", name(released),
        task->name);
}

static void walk_lock_tasks(bool fair)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    struct task tasks[3];
    if (fair) {
        pawl_lock_init_fair(&lock);
    }
    say_heading(fair ? "Await, fair lock" : "Await, default lock");
    task_begin_test(NULL);
    for (size_t i = 0; i < 3; i++) {
        task_init(&tasks[i], release_next, &lock);
        tasks[i].name = names[i];
    }
    pawl_status at_once = pawl_lock_acquire_await(&lock, &tasks[0].op);
    say("Await a free lock", "%s, calls %u", name(at_once), task_calls_so_far);
    pawl_status later[3];
    for (size_t i = 0; i < 3; i++) {
        later[i] = pawl_lock_acquire_await(&lock, &tasks[i].op);
    }
    say("Await a held lock", "%s %s %s", name(later[0]), name(later[1]), name(later[2]));
    pawl_status again = pawl_lock_acquire_await(&lock, &tasks[1].op);
    say("Await, started twice", "%s, waiters %u", name(again), (unsigned)pawl__lot_count(&lock));
    bool withdrawn = pawl_await_cancel(&tasks[1].op);
    bool twice = pawl_await_cancel(&tasks[1].op);
    say("Await.3 cancel, and again", "%s %s, waiters %u", truth(withdrawn), truth(twice),
        (unsigned)pawl__lot_count(&lock));
    pawl_status released = pawl_lock_release(&lock);
    say("Await.1 release", "%s, calls %u, locked %s", name(released), task_calls_so_far,
        truth(pawl_lock_locked(&lock)));
}

static void walk_counted_tasks(void)
{
    pawl_semaphore semaphore = PAWL_SEMAPHORE_INIT(1);
    pawl_event event = PAWL_EVENT_INIT;
    struct task tasks[3];
    say_heading("Await, semaphore and event");
    task_begin_test(NULL);
    for (size_t i = 0; i < 3; i++) {
        task_init(&tasks[i], write_down, NULL);
        tasks[i].name = names[i];
        pawl_status status = pawl_semaphore_acquire_await(&semaphore, &tasks[i].op);
        say("Await a permit", "%s", name(status));
    }
    pawl_status released = pawl_semaphore_release_n(&semaphore, 3);
    say("Semaphore.3 as many as there were permits", "%s, value %lld", name(released),
        (long long)pawl_semaphore_value(&semaphore));
    for (size_t i = 0; i < 2; i++) {
        pawl_status status = pawl_event_wait_await(&event, &tasks[i].op);
        say("Await an unset event", "%s", name(status));
    }
    pawl_event_set(&event);
    pawl_status late = pawl_event_wait_await(&event, &tasks[2].op);
    say("Await a set event", "%s", name(late));
}

static void walk_condition_tasks(void)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    pawl_condition condition = PAWL_CONDITION_INIT;
    struct task tasks[3];
    say_heading("Await, condition");
    task_begin_test(NULL);
    for (size_t i = 0; i < 3; i++) {
        task_init(&tasks[i], release_next, &lock);
        tasks[i].name = names[i];
    }
    pawl_status unheld = pawl_condition_wait_await(&condition, &lock, &tasks[0].op);
    say("Await without the lock", "%s", name(unheld));
    for (size_t i = 0; i < 3; i++) {
        pawl_lock_acquire(&lock);
        pawl_status status = pawl_condition_wait_await(&condition, &lock, &tasks[i].op);
        say("Await with the lock", "%s, locked %s", name(status), truth(pawl_lock_locked(&lock)));
    }
    pawl_lock_acquire(&lock);
    size_t notified = pawl_condition_notify(&condition, 1);
    bool cancelled = pawl_await_cancel(&tasks[0].op);
    say("Await.4 cancelled after the notification", "%u %s, it goes on: here %u, there %u",
        (unsigned)notified, truth(cancelled), (unsigned)pawl__lot_count(&condition),
        (unsigned)pawl__lot_count(&lock));
    pawl_lock_release(&lock);
    notified = pawl_condition_notify_all(&condition);
    say("Condition.2 notify_all without the lock", "%u, calls %u", (unsigned)notified,
        task_calls_so_far);
}

static void walk_barrier_tasks(void)
{
    pawl_barrier barrier = PAWL_BARRIER_INIT(3);
    struct task tasks[3];
    uint32_t index[3] = {9, 9, 9};
    pawl_status status[3];
    say_heading("Await, barrier");
    task_begin_test(NULL);
    for (size_t i = 0; i < 2; i++) {
        task_init(&tasks[i], write_down, NULL);
        tasks[i].name = names[i];
        status[i] = pawl_barrier_wait_await(&barrier, &tasks[i].op, &index[i]);
    }
    say("Await the others", "%s %s, waiting %u", name(status[0]), name(status[1]),
        (unsigned)pawl_barrier_waiting(&barrier));
    bool out = pawl_await_cancel(&tasks[0].op);
    say("Barrier, decided: a cancel takes its party out", "%s, waiting %u, broken %s", truth(out),
        (unsigned)pawl_barrier_waiting(&barrier), truth(pawl_barrier_broken(&barrier)));
    status[0] = pawl_barrier_wait_await(&barrier, &tasks[0].op, &index[0]);
    task_init(&tasks[2], write_down, NULL);
    tasks[2].name = names[2];
    status[2] = pawl_barrier_wait_await(&barrier, &tasks[2].op, &index[2]);
    say("Barrier.1 the last arrival", "%s %s, indices %u %u %u", name(status[0]), name(status[2]),
        (unsigned)index[0], (unsigned)index[1], (unsigned)index[2]);
    status[0] = pawl_barrier_wait_await(&barrier, &tasks[0].op, &index[0]);
    pawl_barrier_abort(&barrier);
    status[1] = pawl_barrier_wait_await(&barrier, &tasks[1].op, &index[1]);
    say("Barrier.3 abort", "%s, then %s", name(status[0]), name(status[1]));
}

static void walk_rwlock_tasks(void)
{
    static const char *const parts[3] = {"reader", "writer", "late"};
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    struct task tasks[3];
    pawl_status status[3];
    say_heading("Await, rwlock");
    task_begin_test(NULL);
    for (size_t i = 0; i < 3; i++) {
        task_init(&tasks[i], write_down, NULL);
        tasks[i].name = parts[i];
    }
    status[0] = pawl_rwlock_acquire_shared_await(&rwlock, &tasks[0].op);
    status[1] = pawl_rwlock_acquire_exclusive_await(&rwlock, &tasks[1].op);
    status[2] = pawl_rwlock_acquire_shared_await(&rwlock, &tasks[2].op);
    say("RWLock.1 a waiting writer holds back new readers", "%s %s %s", name(status[0]),
        name(status[1]), name(status[2]));
    status[0] = pawl_rwlock_release_shared(&rwlock);
    status[1] = pawl_rwlock_release_exclusive(&rwlock);
    status[2] = pawl_rwlock_release_shared(&rwlock);
    say("RWLock.1 then the writer, then the reader", "%s %s %s", name(status[0]), name(status[1]),
        name(status[2]));
}

void walk_await(void)
{
    walk_lock_tasks(false);
    walk_lock_tasks(true);
    walk_counted_tasks();
    walk_condition_tasks();
    walk_barrier_tasks();
    walk_rwlock_tasks();
}
