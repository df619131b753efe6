/* SPDX-License-Identifier: MIT
 *
 * Every macro and every inline function of the C headers, in a program that is clean under the
 * strictest warnings. Compiled as C and as C++.
 */
#include <pawl/pawl.h>

static const pawl_lock fair = PAWL_FAIR_LOCK_INIT;
static pawl_semaphore permits = PAWL_SEMAPHORE_INIT(3);
static pawl_semaphore bounded = PAWL_BOUNDED_SEMAPHORE_INIT(3);
static pawl_semaphore bounded_at = PAWL_BOUNDED_SEMAPHORE_INIT_AT(3, 5L);
static pawl_barrier barrier = PAWL_BARRIER_INIT(2);
static pawl_latch latch = PAWL_LATCH_INIT(2);
static const pawl_rlock unowned = PAWL_RLOCK_INIT;
static pawl_condition condition = PAWL_CONDITION_INIT;
static pawl_event event = PAWL_EVENT_INIT;
static pawl_once once = PAWL_ONCE_INIT;

static const pawl_ns limits[] = {PAWL_US(1),     PAWL_MS(2),   PAWL_S(3),
                                 PAWL_US(4L),    PAWL_MS(5LL), PAWL_S(0.5),
                                 PAWL_MS(0.25F), PAWL_FOREVER, PAWL_NEVER};

pawl_ns span_of(unsigned index, short milliseconds);
bool use_scopes(pawl_lock *lock, pawl_rlock *rlock, pawl_rwlock *rwlock, int value);
pawl_status wait_for_each(pawl_lock *lock, pawl_rwlock *rwlock, pawl_ns ns, pawl_time deadline);
bool acquire_each(pawl_lock *lock, pawl_rwlock *rwlock, pawl_await *op);

pawl_ns span_of(unsigned index, short milliseconds)
{
    return limits[index] + PAWL_MS(milliseconds);
}

bool use_scopes(pawl_lock *lock, pawl_rlock *rlock, pawl_rwlock *rwlock, int value)
{
    *lock = fair;
    *rlock = unowned;
    PAWL_WITH(lock) {
        PAWL_ASSERT_HELD(lock);
        value++;
    }
    PAWL_END
    PAWL_WITH(rlock) {
        PAWL_ASSERT_HELD(rlock);
        value++;
    }
    PAWL_END
    PAWL_WITH(&permits) {
        value++;
    }
    PAWL_END
    PAWL_WITH_SHARED(rwlock) {
        PAWL_ASSERT_HELD_SHARED(rwlock);
        value++;
    }
    PAWL_END
    if (value > 5) {
        PAWL_GUARD_EXCLUSIVE(rwlock);
        PAWL_ASSERT_HELD(rwlock);
        value++;
    }
    return value > 6;
}

pawl_status wait_for_each(pawl_lock *lock, pawl_rwlock *rwlock, pawl_ns ns, pawl_time deadline)
{
    uint32_t index = 0;
    pawl_status status = pawl_event_wait_for(&event, ns);
    if (pawl_lock_acquire_for(lock, ns) == 0) {
        status = pawl_condition_wait_until(&condition, lock, deadline);
        pawl_lock_release(lock);
    }
    if (pawl_rwlock_acquire_shared_until(rwlock, deadline) == 0) {
        pawl_rwlock_release_shared(rwlock);
    }
    if (pawl_rwlock_acquire_exclusive_for(rwlock, ns) == 0) {
        pawl_rwlock_downgrade(rwlock);
        pawl_rwlock_release_shared(rwlock);
    }
    if (pawl_semaphore_acquire_until(&bounded, deadline) == PAWL_OK) {
        pawl_semaphore_release(&bounded);
    }
    return status != PAWL_OK ? status : pawl_barrier_wait_for(&barrier, ns, &index);
}

bool acquire_each(pawl_lock *lock, pawl_rwlock *rwlock, pawl_await *op)
{
    bool at_once = pawl_semaphore_acquire_await(&bounded_at, op) == PAWL_OK;
    at_once = pawl_event_wait_await(&event, op) == PAWL_OK && at_once;
    if (pawl_lock_acquire_await(lock, op) == 0) {
        pawl_lock_release(lock);
    }
    if (pawl_rwlock_acquire_shared_await(rwlock, op) == 0) {
        pawl_rwlock_release_shared(rwlock);
    }
    if (pawl_lock_try_acquire(lock)) {
        at_once = pawl_lock_locked(lock) && at_once;
        pawl_lock_release(lock);
    }
    return pawl_await_cancel(op) && at_once && pawl_event_is_set(&event) && pawl_once_done(&once) &&
           pawl_latch_count(&latch) == 0;
}
