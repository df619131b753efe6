/* SPDX-License-Identifier: MIT
 *
 * pawl_condition: wait, without the lock, until somebody who changed what it protects says so.
 *
 * Used with a pawl_lock or a pawl_rlock. For one fact that is set once, pawl_event needs no lock;
 * for counting, pawl_semaphore.
 *
 *     call         with waiters                              without
 *     wait         joins them: releases the lock and waits as one step; holds the lock on return
 *     notify(n)    the n oldest proceed, each when it has    0; nothing is remembered
 *                  the lock
 *     notify_all   all do, one after the other               0; nothing is remembered
 *
 * A notified waiter is moved to the lock's queue, so notify_all of a thousand wakes a few at a
 * time. A notification never takes a free lock for a thread that sleeps: the thread is woken and
 * competes for the lock, as every waiter does (lock.h). A wait ends because of a notification or
 * its deadline, never spuriously. Yet what was true at the notification may have changed when the
 * waiter has the lock, so use a loop or wait_pred. Example:
 *
 *     #include <pawl/condition.h>
 *
 *     static pawl_lock lock;
 *     static pawl_condition filled; // all-zero bytes: ready
 *     static int items;
 *
 *     void put(void)
 *     {
 *         pawl_lock_acquire(&lock);
 *         items++;
 *         pawl_condition_notify(&filled, 1);
 *         pawl_lock_release(&lock);
 *     }
 *
 *     void take(void)
 *     {
 *         pawl_lock_acquire(&lock);
 *         while (items == 0) {
 *             pawl_condition_wait(&filled, &lock);
 *         }
 *         items--;
 *         pawl_lock_release(&lock);
 *     }
 */
#ifndef PAWL_CONDITION_H
#define PAWL_CONDITION_H

#include <pawl/lock.h>
#include <pawl/rlock.h>

PAWL__BEGIN

/* All-zero bytes are a condition that nobody waits for. Usually all who wait at it do so with the
 * same lock. With several locks a notification is not one step, but one for each lock: in between,
 * others may begin or end their waits. Nothing needs destroying. PARKED may lag: threads may be
 * queued in the lot under the condition's address; written under the bucket's guard. */
typedef struct pawl_condition {
    uint8_t state_;
} pawl_condition;

#define PAWL_CONDITION_INIT {0}

PAWL_API PAWL__COLD size_t pawl__condition_notify_slow(pawl_condition *condition, size_t n);

PAWL__HELPER void pawl__condition_check(const pawl_condition *condition, const char *call)
{
    if (PAWL__UNLIKELY(condition == NULL)) {
        pawl__die_null(call, "condition");
    }
}

/* Whether nobody waits. Relaxed: a notifier that has had the lock since a wait released it sees
 * PARKED by that; one that has not may as well have come before. */
PAWL__HELPER bool pawl__condition_is_idle(const pawl_condition *condition)
{
    return pawl__load8(&condition->state_, PAWL__RELAXED) == 0;
}

/* Make the memory a condition that nobody waits for, whatever it held before.
 *
 * Requires  no thread is using it. */
PAWL_API void pawl_condition_init(pawl_condition *condition);

/* Release the lock and wait for a notification as one step, then acquire the lock again: as long
 * as it takes, at most `ns` nanoseconds, or until the monotonic time `deadline` at the latest. An
 * rlock is released at all its levels, and all are restored. A wait whose time has passed still
 * releases the lock once.
 *
 * Returns   PAWL_OK        notified, also if the deadline passed at the same moment
 *           PAWL_TIMEOUT   the time passed without one, never early
 *           PAWL_NOT_HELD  the lock is not locked, or the rlock not owned by the caller; nothing
 *                          was done. (A lock that somebody else holds cannot be told from the
 *                          caller's own: it is released.)
 *           With the first two the caller holds the lock again.
 * Requires  the caller holds the lock; condition and lock outlive the call. Not a signal handler.
 * Orders    the release that let this call have the lock again happens before it returns.
 * Costs     always parks, unless the deadline has passed. The lock is awaited as long as it takes,
 *           whatever the deadline. Never allocates. Not a cancellation point. */
PAWL_API pawl_status pawl_condition_wait(pawl_condition *condition, pawl_lock *lock)
    PAWL_REQUIRES(lock);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_condition_wait_for(pawl_condition *condition,
                                                             pawl_lock *lock, pawl_ns ns)
    PAWL_REQUIRES(lock);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_condition_wait_until(pawl_condition *condition,
                                                               pawl_lock *lock,
                                                               pawl_time deadline)
    PAWL_REQUIRES(lock);
PAWL_API pawl_status pawl_condition_wait_rlock(pawl_condition *condition, pawl_rlock *rlock)
    PAWL_REQUIRES(rlock);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_condition_wait_rlock_for(pawl_condition *condition,
                                                                   pawl_rlock *rlock, pawl_ns ns)
    PAWL_REQUIRES(rlock);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_condition_wait_rlock_until(pawl_condition *condition,
                                                                     pawl_rlock *rlock,
                                                                     pawl_time deadline)
    PAWL_REQUIRES(rlock);

/* Wait until pred(ctx) is true, or until `deadline` at the latest. pred is called with the lock
 * held, first on entry, then after each notification and at the deadline.
 *
 * Returns   PAWL_OK        it is true
 *           PAWL_TIMEOUT   the time passed and it is still false
 *           PAWL_NOT_HELD  as for wait; pred was not called
 * Requires  as wait; pred leaves the lock as it found it. */
PAWL_MUST_CHECK PAWL_API pawl_status pawl_condition_wait_pred(pawl_condition *condition,
                                                              pawl_lock *lock,
                                                              bool (*pred)(void *ctx), void *ctx,
                                                              pawl_time deadline)
    PAWL_REQUIRES(lock);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_condition_wait_rlock_pred(pawl_condition *condition,
                                                                    pawl_rlock *rlock,
                                                                    bool (*pred)(void *ctx),
                                                                    void *ctx, pawl_time deadline)
    PAWL_REQUIRES(rlock);

/* Wait for a notification: joins those who wait and releases the lock as one step. fn is called
 * when the operation was notified and then got the lock, which it holds.
 *
 * Returns   PAWL_PENDING   fn will be called, with PAWL_OK, unless op is cancelled before; that may
 *                          be before this call returns, on this thread too, since the release may
 *                          let others go on
 *           PAWL_NOT_HELD  the lock is not locked; nothing changed
 *           PAWL_INVALID   op is in flight, or was never initialised; nothing changed
 * Requires  condition, lock and op outlive the operation. The caller, or its task, holds the lock.
 * Orders    the release by which fn holds the lock happens before fn is called.
 * Costs     pawl_lock_release, which may call other tasks' fn. Never waits or allocates. */
PAWL_MUST_CHECK PAWL_API pawl_status pawl_condition_wait_await(pawl_condition *condition,
                                                               pawl_lock *lock, pawl_await *op)
    PAWL__RELEASES(lock);

/* Notify the n oldest of those who wait now, the oldest, or all of them. The lock need not be held.
 *
 * Returns   how many were notified: at most n, 0 when nobody waits.
 * Requires  the condition outlives the moment at which a notified waiter can have the lock: from
 *           then on this call does not touch it. If they wait with several locks, its memory does
 *           not become another condition before the call returns. Any thread; not a signal handler.
 * Orders    with the lock held, through the lock; without, nothing.
 * Costs     one load when nobody waits; else moves waiters, and wakes one if the lock is free. A
 *           task (await.h) that gets the lock so is called instead, before this returns. */
PAWL_INLINE size_t pawl_condition_notify(pawl_condition *condition, size_t n)
{
    pawl__condition_check(condition, "pawl_condition_notify");
    return pawl__condition_is_idle(condition) ? 0 : pawl__condition_notify_slow(condition, n);
}

PAWL_INLINE size_t pawl_condition_notify_one(pawl_condition *condition)
{
    pawl__condition_check(condition, "pawl_condition_notify_one");
    return pawl__condition_is_idle(condition) ? 0 : pawl__condition_notify_slow(condition, 1);
}

PAWL_INLINE size_t pawl_condition_notify_all(pawl_condition *condition)
{
    pawl__condition_check(condition, "pawl_condition_notify_all");
    return pawl__condition_is_idle(condition) ? 0
                                              : pawl__condition_notify_slow(condition, SIZE_MAX);
}

/* Write what it looks like: `<pawl_condition waiters=2 at 0x7f30c0de>`. A snapshot.
 *
 * Returns   as snprintf; (NULL, 0) is allowed. */
PAWL_API int pawl_condition_describe(const pawl_condition *condition, char *buf, size_t size);

/* A condition on the heap; NULL when memory is out. NULL may be freed. */
PAWL_MUST_CHECK PAWL_API pawl_condition *pawl_condition_new(void);
PAWL_API void pawl_condition_free(pawl_condition *condition);

PAWL__END

#endif
