/* SPDX-License-Identifier: MIT
 *
 * What a condition needs of a lock: to move waiters into its queue.
 */
#ifndef PAWL_SRC_LOCK_H
#define PAWL_SRC_LOCK_H

#include "lot.h"

/* For a waiter that was taken out of another queue, inside the lock's bucket: acquire the lock on
 * its behalf, if it is free, and append it to the list; otherwise queue it, as if it had called
 * pawl_lock_acquire at the time `now`. */
void pawl__lock_admit(pawl_lock *lock, struct pawl__bucket *bucket, pawl_await *waiter,
                      pawl_time now, struct pawl__wake_list *list);

/* In the admitted waiter's own thread, after pawl__lot_wait: return when it has the lock. */
void pawl__lock_accept(pawl_lock *lock, pawl_await *waiter);

#endif
