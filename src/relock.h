/* SPDX-License-Identifier: MIT
 *
 * What a condition needs of a lock and an rlock: to move waiters into the lock's queue, and to
 * acquire the lock again.
 */
#ifndef PAWL_SRC_RELOCK_H
#define PAWL_SRC_RELOCK_H

#include <pawl/rlock.h>

#include "lot.h"

PAWL__HIDDEN_BEGIN

/* With the lock's bucket locked, for a waiter that was dequeued elsewhere: acquire the lock on its
 * behalf if it is free, and append the waiter to the list; otherwise enqueue it, as if it had
 * called pawl_lock_acquire at the time `now`. */
void pawl__lock_admit(pawl_lock *lock, struct pawl__bucket *bucket, pawl_await *waiter,
                      pawl_time now, struct pawl__wake_list *list) PAWL_REQUIRES(bucket);

/* In the admitted sleeper's own thread, after pawl__lot_wait: return when it has the lock. */
void pawl__lock_accept(pawl_lock *lock, struct pawl__sleeper *sleeper);

/* Set the owner and its depth. Requires  the caller holds rlock->lock_. */
void pawl__rlock_set(pawl_rlock *rlock, uint64_t owner, uint32_t depth);

PAWL__HIDDEN_END

#endif
