/* SPDX-License-Identifier: MIT
 *
 * A program for Clang's -Wthread-safety, as C and as C++: it must compile, and with MISTAKE defined
 * as one of the numbers below it must not. See safety_test.cmake.
 */
#include <pawl/pawl.h>

#ifndef MISTAKE
# define MISTAKE 0
#endif

static pawl_lock lock;
static pawl_rlock rlock;
static pawl_rwlock rwlock;
static pawl_semaphore semaphore = PAWL_SEMAPHORE_INIT(2);
static pawl_condition condition;

static int of_lock PAWL_GUARDED_BY(lock);
static int of_rlock PAWL_GUARDED_BY(rlock);
static int of_rwlock PAWL_GUARDED_BY(rwlock);
static int *pointed_to PAWL_POINTEE_GUARDED_BY(lock);

static void change(void) PAWL_REQUIRES(lock)
{
    of_lock++;
    *pointed_to = 1;
}

static int look(void) PAWL_REQUIRES_SHARED(rwlock)
{
    return of_rwlock;
}

static void settle(void) PAWL_EXCLUDES(lock)
{
    pawl_lock_acquire(&lock);
    change();
    pawl_lock_release(&lock);
}

static void plain_and_try(void)
{
    pawl_lock_acquire(&lock);
    of_lock++;
    change();
    pawl_lock_release(&lock);
    settle();
    if (pawl_lock_try_acquire(&lock)) {
        change();
        pawl_lock_release(&lock);
    }
    if (!pawl_rlock_try_acquire(&rlock)) {
        return;
    }
    of_rlock++;
    pawl_rlock_release(&rlock);
    pawl_rlock_acquire(&rlock);
    of_rlock++;
    pawl_rlock_release(&rlock);
}

static void timed(void)
{
    if (!pawl_lock_acquire_for(&lock, PAWL_MS(1))) {
        change();
        pawl_lock_release(&lock);
    }
    if (pawl_rlock_acquire_until(&rlock, pawl_now()) == 0) {
        of_rlock++;
        pawl_rlock_release(&rlock);
    }
    pawl_status status = pawl_lock_acquire_until(&lock, PAWL_NEVER);
    if (status != 0) {
        return;
    }
    change();
    pawl_lock_release(&lock);
#ifdef __cplusplus /* where Clang does not follow the comparison with an enumerator */
    if (pawl_lock_acquire_for(&lock, PAWL_MS(1)) == PAWL_OK) {
        PAWL_ASSERT_HELD(&lock);
        change();
        pawl_lock_release(&lock);
    }
#else
    if (pawl_lock_acquire_for(&lock, PAWL_MS(1)) == PAWL_OK) {
        change();
        pawl_lock_release(&lock);
    }
    status = pawl_lock_acquire_until(&lock, PAWL_NEVER);
    if (status != PAWL_OK) {
        return;
    }
    change();
    pawl_lock_release(&lock);
#endif
}

static int shared_and_exclusive(void)
{
    pawl_rwlock_acquire_shared(&rwlock);
    int seen = look();
    pawl_rwlock_release_shared(&rwlock);
    pawl_rwlock_acquire_exclusive(&rwlock);
    of_rwlock++;
    pawl_rwlock_downgrade(&rwlock);
    seen += of_rwlock;
    pawl_rwlock_release_shared(&rwlock);
    if (!pawl_rwlock_acquire_exclusive_for(&rwlock, PAWL_MS(1))) {
        of_rwlock = seen;
        pawl_rwlock_release_exclusive(&rwlock);
    }
    PAWL_WITH_EXCLUSIVE(&rwlock) {
        of_rwlock++;
    } PAWL_END
    PAWL_GUARD_SHARED(&rwlock);
    return seen + look();
}

static int scopes(int value)
{
    for (int i = 0; i < 3; i++) {
        PAWL_WITH(&lock) {
            change();
            if (of_lock == value) {
                return i;
            }
        } PAWL_END
    }
    PAWL_WITH(&semaphore) {
        PAWL_GUARD(&semaphore); /* two permits: no mistake */
    } PAWL_END
    PAWL_GUARD(&rlock);
    return of_rlock;
}

static void waits(pawl_await *op)
{
    pawl_lock_acquire(&lock);
    while (of_lock == 0) {
        if (pawl_condition_wait(&condition, &lock) != PAWL_OK) {
            break;
        }
    }
    if (pawl_condition_wait_await(&condition, &lock, op) != PAWL_PENDING) {
        return;
    }
    if (!pawl_lock_acquire_await(&lock, op)) {
        change();
        pawl_lock_release(&lock);
    }
}

/* A task's function: it was granted the lock. */
static void resumed(pawl_await *op, pawl_status result)
{
    (void)op;
    (void)result;
    PAWL_ASSERT_HELD(&lock);
    change();
    pawl_lock_release(&lock);
}

static void mistake(int value)
{
#if MISTAKE == 1 /* no release */
    pawl_lock_acquire(&lock);
#elif MISTAKE == 2 /* what is guarded, without the lock */
    of_lock = value;
#elif MISTAKE == 3 /* acquired twice */
    pawl_lock_acquire(&lock);
    pawl_lock_acquire(&lock);
    pawl_lock_release(&lock);
#elif MISTAKE == 4 /* released twice */
    pawl_lock_acquire(&lock);
    pawl_lock_release(&lock);
    pawl_lock_release(&lock);
#elif MISTAKE == 5 /* written while held shared */
    pawl_rwlock_acquire_shared(&rwlock);
    of_rwlock = value;
    pawl_rwlock_release_shared(&rwlock);
#elif MISTAKE == 6 /* a try that was not looked at */
    bool taken = pawl_lock_try_acquire(&lock);
    of_lock = taken ? value : 0;
    pawl_lock_release(&lock);
#elif MISTAKE == 7 /* the wrong side of a timed acquire */
    if (pawl_rlock_acquire_for(&rlock, PAWL_MS(1)) != 0) {
        of_rlock = value;
        pawl_rlock_release(&rlock);
    }
#elif MISTAKE == 8 /* a wait without the lock */
    if (pawl_condition_wait(&condition, &lock) == PAWL_OK) {
        return;
    }
#elif MISTAKE == 9 /* a call that needs the lock */
    change();
#elif MISTAKE == 10 /* released on one way out only */
    pawl_rwlock_acquire_exclusive(&rwlock);
    if (value == 0) {
        return;
    }
    pawl_rwlock_release_exclusive(&rwlock);
#elif MISTAKE == 11 /* what is guarded, by the other lock */
    PAWL_WITH(&rlock) {
        of_lock = value;
    } PAWL_END
#elif MISTAKE == 12 /* written where it is held shared, after a downgrade */
    pawl_rwlock_acquire_exclusive(&rwlock);
    pawl_rwlock_downgrade(&rwlock);
    of_rwlock = value;
    pawl_rwlock_release_shared(&rwlock);
#elif MISTAKE == 13 /* a call that acquires it again */
    pawl_lock_acquire(&lock);
    settle();
    pawl_lock_release(&lock);
#endif
    (void)value;
}

int main(void)
{
    pawl_await op;
    pawl_await_init(&op, resumed, NULL);
    plain_and_try();
    timed();
    waits(&op);
    mistake(1);
    return shared_and_exclusive() + scopes(1);
}
