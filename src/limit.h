/* SPDX-License-Identifier: MIT
 *
 * Waits that end at a deadline or when an event is set: what unless.c needs of each primitive. Each
 * is called after the object could not be acquired at once. It returns PAWL_OK, PAWL_TIMEOUT or
 * PAWL_CANCELLED, and does not check the stop before it has to wait.
 */
#ifndef PAWL_SRC_LIMIT_H
#define PAWL_SRC_LIMIT_H

#include <pawl/condition.h>
#include <pawl/event.h>
#include <pawl/latch.h>
#include <pawl/rwlock.h>
#include <pawl/semaphore.h>

#include "waiter.h"

PAWL__HIDDEN_BEGIN

pawl_status pawl__lock_wait(pawl_lock *lock, struct pawl__limit limit);
pawl_status pawl__semaphore_wait(pawl_semaphore *semaphore, struct pawl__limit limit);
/* Also acquire them if that takes no waiting. Also returns PAWL_INVALID. */
pawl_status pawl__semaphore_wait_n(pawl_semaphore *semaphore, int64_t n, struct pawl__limit limit);
pawl_status pawl__event_wait(pawl_event *event, struct pawl__limit limit);
pawl_status pawl__latch_wait(pawl_latch *latch, struct pawl__limit limit);

/* Also acquire it if that takes no waiting. PAWL__ON_SHARED also returns PAWL_OVERFLOW. */
pawl_status pawl__rwlock_wait(pawl_rwlock *rwlock, enum pawl__wait_kind kind,
                              struct pawl__limit limit);

/* A lock that a condition's waiter holds: a lock, or an rlock. */
struct pawl__relock {
    pawl_lock *lock;
    pawl_rlock *rlock; /* or NULL */
};

/* Wait at the condition, or until the predicate is true if pred is not NULL. A stop that is set
 * ends the call before it releases the lock. Also returns PAWL_NOT_HELD, with nothing done. */
pawl_status pawl__condition_wait(pawl_condition *condition, const struct pawl__relock *held,
                                 bool (*pred)(void *ctx), void *ctx, struct pawl__limit limit);

PAWL__HIDDEN_END

#endif
