/* SPDX-License-Identifier: MIT
 *
 * What pawl_await_cancel needs of each primitive: to mend its word when a waiter has left a queue.
 * The same that a thread's time-out does.
 *
 * Each is called inside the key's bucket, with the waiter taken out, and leaves it. The object may
 * be gone afterwards, if that let somebody through.
 */
#ifndef PAWL_SRC_AWAIT_H
#define PAWL_SRC_AWAIT_H

#include "lot.h"

void pawl__lock_withdraw(pawl_lock *lock, struct pawl__bucket *bucket);
void pawl__semaphore_withdraw(pawl_semaphore *semaphore, struct pawl__bucket *bucket);
void pawl__event_withdraw(pawl_event *event, struct pawl__bucket *bucket);
void pawl__condition_withdraw(pawl_condition *condition, struct pawl__bucket *bucket);

/* A party leaves the round that is filling, or breaks it. */
void pawl__barrier_withdraw(pawl_barrier *barrier, struct pawl__bucket *bucket);
void pawl__barrier_break(pawl_barrier *barrier, struct pawl__bucket *bucket);

/* `key` is a reader's or a writer's, as `awaited` says. */
void pawl__rwlock_withdraw(void *key, enum pawl__awaited awaited, struct pawl__bucket *bucket);

#endif
