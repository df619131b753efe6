/* SPDX-License-Identifier: MIT
 *
 * Waits that another thread can stop.
 *
 * The token is a pawl_event: set it, and every wait that names it ends with PAWL_CANCELLED. One
 * event stops any number of waits of any kind at once. Nothing is registered and nothing has to be
 * unregistered: the event may be freed as soon as no call uses it. A task awaits the event itself
 * (pawl_event_wait_await), and is cancelled by pawl_await_cancel.
 *
 *     stop               the object can be had     it cannot be had
 *     set on entry       PAWL_CANCELLED            PAWL_CANCELLED
 *     set during a wait  -                         PAWL_CANCELLED, unless it was granted first
 *     not set            PAWL_OK                   waits
 *
 * A stop races a grant as a timeout does: exactly one of the two happens, and a wait that was
 * stopped leaves no trace. Barriers have no such form, because they have abort; pawl_once_call has
 * none. Example:
 *
 *     #include <pawl/unless.h>
 *
 *     static pawl_event stop; // set by the thread that shuts down
 *     static pawl_semaphore jobs; // all-zero bytes: none yet
 *
 *     void work(void (*do_next_job)(void))
 *     {
 *         while (pawl_semaphore_acquire_unless(&jobs, &stop, PAWL_NEVER) == PAWL_OK) {
 *             do_next_job();
 *         }
 *     }
 */
#ifndef PAWL_UNLESS_H
#define PAWL_UNLESS_H

#include <pawl/condition.h>
#include <pawl/event.h>
#include <pawl/latch.h>
#include <pawl/lock.h>
#include <pawl/rlock.h>
#include <pawl/rwlock.h>
#include <pawl/semaphore.h>

PAWL__BEGIN

PAWL_API PAWL__COLD pawl_status pawl__lock_acquire_unless_slow(pawl_lock *lock, pawl_event *stop,
                                                               pawl_time deadline);
PAWL_API PAWL__COLD pawl_status pawl__semaphore_acquire_unless_slow(pawl_semaphore *semaphore,
                                                                    pawl_event *stop,
                                                                    pawl_time deadline);

PAWL__HELPER bool pawl__event_stops(const pawl_event *stop, const char *call)
{
    if (PAWL__UNLIKELY(stop == NULL)) {
        pawl__die_null(call, "stop");
    }
    return (pawl__load8(&stop->state_, PAWL__ACQUIRE) & PAWL__EVENT_SET) != 0;
}

/* Acquire or wait, unless `stop` is set, until the monotonic time `deadline` at the latest;
 * PAWL_NEVER is a legal deadline. Apart from the stop each call does what its `_until` form does:
 * pawl_lock_acquire_until, and so on. An rlock that the caller owns is deepened.
 *
 * Returns   PAWL_OK         as the `_until` form
 *           PAWL_TIMEOUT    the deadline passed, never early; nothing was acquired
 *           PAWL_CANCELLED  stop was set on entry, or became set during the wait, also if it was
 *                           cleared at once; nothing was acquired
 *           and what else the `_until` form returns
 * Requires  the object and `stop` outlive the call. Any thread; not a signal handler.
 * Orders    when PAWL_CANCELLED, the set happens before this returns; else as the `_until` form.
 * Costs     one load more than the `_until` form when it need not wait; else one more guard, or
 *           two. The thread wakes up every 50 ms to check for a stop that a signal handler set.
 *           Never allocates. Not a cancellation point. */
PAWL_MUST_CHECK PAWL_INLINE pawl_status pawl_lock_acquire_unless(pawl_lock *lock, pawl_event *stop,
                                                                 pawl_time deadline)
    PAWL__TRIES(0, lock)
{
    pawl__lock_check(lock, "pawl_lock_acquire_unless");
    if (pawl__event_stops(stop, "pawl_lock_acquire_unless")) {
        return PAWL_CANCELLED;
    }
    return PAWL__TOLD_TIMED(
        pawl__lock_take(lock) ? PAWL_OK : pawl__lock_acquire_unless_slow(lock, stop, deadline),
        lock, 0U);
}

PAWL_MUST_CHECK PAWL_INLINE pawl_status pawl_semaphore_acquire_unless(pawl_semaphore *semaphore,
                                                                      pawl_event *stop,
                                                                      pawl_time deadline)
{
    pawl__semaphore_check(semaphore, "pawl_semaphore_acquire_unless");
    if (pawl__event_stops(stop, "pawl_semaphore_acquire_unless")) {
        return PAWL_CANCELLED;
    }
    return pawl__semaphore_take(semaphore)
               ? PAWL_OK
               : pawl__semaphore_acquire_unless_slow(semaphore, stop, deadline);
}

PAWL_MUST_CHECK PAWL_API pawl_status pawl_semaphore_acquire_n_unless(pawl_semaphore *semaphore,
                                                                     int64_t n, pawl_event *stop,
                                                                     pawl_time deadline);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_rlock_acquire_unless(pawl_rlock *rlock, pawl_event *stop,
                                                               pawl_time deadline)
    PAWL__TRIES(0, rlock);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_rwlock_acquire_shared_unless(pawl_rwlock *rwlock,
                                                                       pawl_event *stop,
                                                                       pawl_time deadline)
    PAWL__TRIES_SHARED(0, rwlock);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_rwlock_acquire_exclusive_unless(pawl_rwlock *rwlock,
                                                                          pawl_event *stop,
                                                                          pawl_time deadline)
    PAWL__TRIES(0, rwlock);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_event_wait_unless(pawl_event *event, pawl_event *stop,
                                                            pawl_time deadline);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_latch_wait_unless(pawl_latch *latch, pawl_event *stop,
                                                            pawl_time deadline);

/* Wait at a condition, unless `stop` is set: as pawl_condition_wait_until,
 * pawl_condition_wait_rlock_until, and pawl_condition_wait_pred for the other two. The lock is held
 * again when the call returns, whatever it returns: it is awaited as long as it takes. If stop is
 * set on entry, the lock is not released at all, and pred is not called. If stop is set during the
 * wait, pred is called once more, and PAWL_OK is returned if it is true.
 *
 * Returns   PAWL_OK         notified; or the predicate is true
 *           PAWL_TIMEOUT    the deadline passed, never early
 *           PAWL_CANCELLED  stop was set on entry, or became set during the wait
 *           PAWL_NOT_HELD   as pawl_condition_wait; nothing was done
 * Requires  as pawl_condition_wait_until; `stop` outlives the call.
 * Orders    when PAWL_CANCELLED, the set happens before this returns; the release that let this
 *           call have the lock again always does. */
PAWL_MUST_CHECK PAWL_API pawl_status pawl_condition_wait_unless(pawl_condition *condition,
                                                                pawl_lock *lock, pawl_event *stop,
                                                                pawl_time deadline)
    PAWL_REQUIRES(lock);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_condition_wait_rlock_unless(pawl_condition *condition,
                                                                      pawl_rlock *rlock,
                                                                      pawl_event *stop,
                                                                      pawl_time deadline)
    PAWL_REQUIRES(rlock);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_condition_wait_pred_unless(
    pawl_condition *condition, pawl_lock *lock, bool (*pred)(void *ctx), void *ctx,
    pawl_event *stop, pawl_time deadline) PAWL_REQUIRES(lock);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_condition_wait_rlock_pred_unless(
    pawl_condition *condition, pawl_rlock *rlock, bool (*pred)(void *ctx), void *ctx,
    pawl_event *stop, pawl_time deadline) PAWL_REQUIRES(rlock);

PAWL__END

#endif
