/* SPDX-License-Identifier: MIT
 *
 * Waits that an event stops. Contract: include/pawl/unless.h. How a stop reaches a thread: stop.h.
 */
#define PAWL__INSIDE
#include <pawl/unless.h>

#include "limit.h"
#include "lot.h"
#include "misuse.h"
#include "process.h"
#include "relock.h"

/* The external definitions of the header's inline functions. */
PAWL__EXPORT extern inline pawl_status pawl_lock_acquire_unless(pawl_lock *lock, pawl_event *stop,
                                                                pawl_time deadline);
PAWL__EXPORT extern inline pawl_status
pawl_semaphore_acquire_unless(pawl_semaphore *semaphore, pawl_event *stop, pawl_time deadline);

pawl_status pawl__lock_acquire_unless_slow(pawl_lock *lock, pawl_event *stop, pawl_time deadline)
{
    return pawl__lock_wait(lock, (struct pawl__limit){deadline, stop});
}

pawl_status pawl__semaphore_acquire_unless_slow(pawl_semaphore *semaphore, pawl_event *stop,
                                                pawl_time deadline)
{
    return pawl__semaphore_wait(semaphore, (struct pawl__limit){deadline, stop});
}

/* Die if one of them is NULL. */
static void need(const void *object, const pawl_event *stop, const char *call, const char *argument)
{
    pawl__need(object, call, argument);
    pawl__need(stop, call, "stop");
}

pawl_status pawl_rlock_acquire_unless(pawl_rlock *rlock, pawl_event *stop, pawl_time deadline)
{
    need(rlock, stop, "pawl_rlock_acquire_unless", "rlock");
    if (pawl_event_is_set(stop)) {
        return PAWL_CANCELLED;
    }
    if (pawl_rlock_owned(rlock)) {
        return pawl_rlock_acquire_for(rlock, 0); /* one level more */
    }
    pawl_status status = pawl_lock_acquire_unless(&rlock->lock_, stop, deadline);
    if (status == PAWL_OK) {
        pawl__rlock_set(rlock, pawl__process_identity(), 1);
    }
    return status;
}

pawl_status pawl_semaphore_acquire_n_unless(pawl_semaphore *semaphore, int64_t n, pawl_event *stop,
                                            pawl_time deadline)
{
    need(semaphore, stop, "pawl_semaphore_acquire_n_unless", "semaphore");
    if (pawl_event_is_set(stop)) {
        return PAWL_CANCELLED;
    }
    return pawl__semaphore_wait_n(semaphore, n, (struct pawl__limit){deadline, stop});
}

pawl_status pawl_rwlock_acquire_shared_unless(pawl_rwlock *rwlock, pawl_event *stop,
                                              pawl_time deadline)
{
    need(rwlock, stop, "pawl_rwlock_acquire_shared_unless", "rwlock");
    if (pawl_event_is_set(stop)) {
        return PAWL_CANCELLED;
    }
    struct pawl__limit limit = {deadline, stop};
    return PAWL__TOLD_TIMED(pawl__rwlock_wait(rwlock, PAWL__ON_SHARED, limit), rwlock,
                            PAWL__TOLD_SHARED);
}

pawl_status pawl_rwlock_acquire_exclusive_unless(pawl_rwlock *rwlock, pawl_event *stop,
                                                 pawl_time deadline)
{
    need(rwlock, stop, "pawl_rwlock_acquire_exclusive_unless", "rwlock");
    if (pawl_event_is_set(stop)) {
        return PAWL_CANCELLED;
    }
    struct pawl__limit limit = {deadline, stop};
    return PAWL__TOLD_TIMED(pawl__rwlock_wait(rwlock, PAWL__ON_EXCLUSIVE, limit), rwlock, 0U);
}

pawl_status pawl_event_wait_unless(pawl_event *event, pawl_event *stop, pawl_time deadline)
{
    need(event, stop, "pawl_event_wait_unless", "event");
    if (pawl_event_is_set(stop)) {
        return PAWL_CANCELLED;
    }
    struct pawl__limit limit = {deadline, stop};
    return pawl_event_is_set(event) ? PAWL_OK : pawl__event_wait(event, limit);
}

pawl_status pawl_latch_wait_unless(pawl_latch *latch, pawl_event *stop, pawl_time deadline)
{
    need(latch, stop, "pawl_latch_wait_unless", "latch");
    if (pawl_event_is_set(stop)) {
        return PAWL_CANCELLED;
    }
    struct pawl__limit limit = {deadline, stop};
    return pawl_latch_is_open(latch) ? PAWL_OK : pawl__latch_wait(latch, limit);
}

pawl_status pawl_condition_wait_unless(pawl_condition *condition, pawl_lock *lock, pawl_event *stop,
                                       pawl_time deadline)
{
    need(condition, stop, "pawl_condition_wait_unless", "condition");
    pawl__need(lock, "pawl_condition_wait_unless", "lock");
    struct pawl__relock held = {lock, NULL};
    struct pawl__limit limit = {deadline, stop};
    return pawl__condition_wait(condition, &held, NULL, NULL, limit);
}

pawl_status pawl_condition_wait_rlock_unless(pawl_condition *condition, pawl_rlock *rlock,
                                             pawl_event *stop, pawl_time deadline)
{
    need(condition, stop, "pawl_condition_wait_rlock_unless", "condition");
    pawl__need(rlock, "pawl_condition_wait_rlock_unless", "rlock");
    struct pawl__relock held = {&rlock->lock_, rlock};
    struct pawl__limit limit = {deadline, stop};
    return pawl__condition_wait(condition, &held, NULL, NULL, limit);
}

static void need_pred(bool (*pred)(void *ctx), const char *call)
{
    if (PAWL__UNLIKELY(pred == NULL)) {
        pawl__die_null(call, "pred");
    }
}

pawl_status pawl_condition_wait_pred_unless(pawl_condition *condition, pawl_lock *lock,
                                            bool (*pred)(void *ctx), void *ctx, pawl_event *stop,
                                            pawl_time deadline)
{
    need(condition, stop, "pawl_condition_wait_pred_unless", "condition");
    pawl__need(lock, "pawl_condition_wait_pred_unless", "lock");
    need_pred(pred, "pawl_condition_wait_pred_unless");
    struct pawl__relock held = {lock, NULL};
    struct pawl__limit limit = {deadline, stop};
    return pawl__condition_wait(condition, &held, pred, ctx, limit);
}

pawl_status pawl_condition_wait_rlock_pred_unless(pawl_condition *condition, pawl_rlock *rlock,
                                                  bool (*pred)(void *ctx), void *ctx,
                                                  pawl_event *stop, pawl_time deadline)
{
    need(condition, stop, "pawl_condition_wait_rlock_pred_unless", "condition");
    pawl__need(rlock, "pawl_condition_wait_rlock_pred_unless", "rlock");
    need_pred(pred, "pawl_condition_wait_rlock_pred_unless");
    struct pawl__relock held = {&rlock->lock_, rlock};
    struct pawl__limit limit = {deadline, stop};
    return pawl__condition_wait(condition, &held, pred, ctx, limit);
}
