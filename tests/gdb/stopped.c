/* SPDX-License-Identifier: MIT
 *
 * A program in which a thread or task waits for every kind of object, for gdb to inspect: see
 * gdb_test.cmake. It stops in all_wait(), lets all of them proceed, and ends.
 */
#include <pawl/pawl.h>

#include "crew.h"
#include "lot.h"

static pawl_lock lock;
static pawl_lock fair = PAWL_FAIR_LOCK_INIT;
static pawl_rlock rlock;
static pawl_semaphore permits = PAWL_BOUNDED_SEMAPHORE_INIT(2);
static pawl_semaphore plain = PAWL_SEMAPHORE_INIT(7);
static pawl_condition condition;
static pawl_event event;
static pawl_event happened;
static pawl_latch latch = PAWL_LATCH_INIT(3);
static pawl_barrier barrier = PAWL_BARRIER_INIT(3);
static pawl_rwlock rwlock;
static pawl_rwlock written;
static pawl_once once;
static pawl_await task;
static unsigned resumed;

static void lock_it(void *context)
{
    (void)context;
    pawl_lock_acquire(&lock);
    pawl_lock_release(&lock);
}

static void rlock_it(void *context)
{
    (void)context;
    pawl_rlock_acquire(&rlock);
    pawl_rlock_release(&rlock);
}

static void take_a_permit(void *context)
{
    (void)context;
    pawl_semaphore_acquire(&permits);
}

static void wait_for_event(void *context)
{
    (void)context;
    pawl_event_wait(&event);
}

static void wait_for_condition(void *context)
{
    (void)context;
    pawl_lock_acquire(&fair);
    pawl_status status = pawl_condition_wait(&condition, &fair);
    (void)status;
    pawl_lock_release(&fair);
}

static void arrive(void *context)
{
    (void)context;
    pawl_status status = pawl_barrier_wait(&barrier, NULL);
    (void)status;
}

static void write_it(void *context)
{
    (void)context;
    pawl_rwlock_acquire_exclusive(&rwlock);
    pawl_rwlock_release_exclusive(&rwlock);
}

static void resume(pawl_await *op, pawl_status result)
{
    (void)op;
    (void)result;
    resumed++;
    pawl_lock_release(&lock);
}

#if defined(__GNUC__)
__attribute__((noinline))
#endif
void all_wait(void);

void all_wait(void)
{
    pawl_event_set(&happened);
}

static void until_waiters(const void *key, size_t count)
{
    while (pawl__lot_count(key) != count) {
        crew_yield();
    }
}

static void hold_all(void)
{
    pawl_lock_acquire(&lock);
    pawl_rlock_acquire(&rlock);
    pawl_rlock_acquire(&rlock);
    pawl_semaphore_acquire(&permits);
    pawl_semaphore_acquire(&permits);
    pawl_rwlock_acquire_shared(&rwlock);
    pawl_rwlock_acquire_exclusive(&written);
}

static void let_all_go(void)
{
    pawl_lock_release(&lock);
    pawl_rlock_release(&rlock);
    pawl_rlock_release(&rlock);
    pawl_semaphore_release(&permits);
    pawl_semaphore_acquire(&plain);
    pawl_event_set(&event);
    pawl_condition_notify_all(&condition);
    pawl_latch_done(&latch, 3);
    pawl_barrier_abort(&barrier);
    pawl_rwlock_release_shared(&rwlock);
    pawl_rwlock_release_exclusive(&written);
}

int main(void)
{
    static void (*const works[])(void *) = {lock_it,        rlock_it,           take_a_permit,
                                            wait_for_event, wait_for_condition, arrive,
                                            write_it};
    enum { COUNT = sizeof works / sizeof works[0] };
    crew_thread threads[COUNT];
    const void *keys[COUNT] = {&lock,      &rlock.lock_, &permits, &event,
                               &condition, &barrier,     (char *)&rwlock + 1};
    hold_all();
    for (size_t i = 0; i < COUNT; i++) {
        crew_start(&threads[i], works[i], NULL);
        until_waiters(keys[i], 1);
    }
    pawl_await_init(&task, resume, NULL);
    if (pawl_lock_acquire_await(&lock, &task) != PAWL_PENDING || pawl_once_done(&once)) {
        return 1;
    }
    all_wait();
    let_all_go();
    for (size_t i = 0; i < COUNT; i++) {
        crew_join(&threads[i]);
    }
    return resumed == 1 ? 0 : 1;
}
