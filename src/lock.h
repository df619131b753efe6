/* SPDX-License-Identifier: MIT
 *
 * What a condition needs of a lock: to move a waiter into its queue.
 */
#ifndef PAWL_SRC_LOCK_H
#define PAWL_SRC_LOCK_H

#include "lot.h"

/* For a waiter that was taken out of another queue: acquire the lock on its behalf and wake it, if
 * the lock is free; otherwise queue it as if its thread had called pawl_lock_acquire.
 *
 * Requires  outside any bucket. Afterwards the waiter, and with it the lock, may be gone. */
void pawl__lock_deliver(pawl_lock *lock, struct pawl__waiter *waiter);

/* In the delivered waiter's own thread, after pawl__lot_wait: return when it has the lock. */
void pawl__lock_accept(pawl_lock *lock, struct pawl__waiter *waiter);

#endif
