/* SPDX-License-Identifier: MIT
 *
 * Withdrawing a task's operation, for a cancellation or a timeout; and what that needs of each
 * primitive.
 */
#ifndef PAWL_SRC_WITHDRAW_H
#define PAWL_SRC_WITHDRAW_H

#include <pawl/barrier.h>
#include <pawl/condition.h>
#include <pawl/event.h>
#include <pawl/filelock.h>
#include <pawl/latch.h>
#include <pawl/rwlock.h>
#include <pawl/semaphore.h>

#include "lot.h"

PAWL__HIDDEN_BEGIN

/* Withdraw an operation that waits: contract at pawl_await_cancel. */
bool pawl__withdraw_cancelled(pawl_await *op);

/* The same with what a thread's timeout does: a barrier breaks, and an operation that a condition
 * has notified is not withdrawn any more. */
bool pawl__withdraw_timed_out(pawl_await *op);

/* Each of the following is called after a waiter was dequeued, with the key's bucket locked: it
 * adjusts the object's word as a thread's timeout does, and unlocks the bucket. The object may be
 * gone afterwards, if that granted something to somebody. */
void pawl__semaphore_withdraw_and_unlock(pawl_semaphore *semaphore, struct pawl__bucket *bucket)
    PAWL__RELEASES(bucket);
void pawl__event_withdraw_and_unlock(pawl_event *event, struct pawl__bucket *bucket)
    PAWL__RELEASES(bucket);
void pawl__latch_withdraw_and_unlock(pawl_latch *latch, struct pawl__bucket *bucket)
    PAWL__RELEASES(bucket);
void pawl__condition_withdraw_and_unlock(pawl_condition *condition, struct pawl__bucket *bucket)
    PAWL__RELEASES(bucket);

/* A party leaves the round that is filling, or breaks it. */
void pawl__barrier_withdraw_and_unlock(pawl_barrier *barrier, struct pawl__bucket *bucket)
    PAWL__RELEASES(bucket);
void pawl__barrier_break_and_unlock(pawl_barrier *barrier, struct pawl__bucket *bucket)
    PAWL__RELEASES(bucket);

void pawl__filelock_withdraw_and_unlock(pawl_filelock *filelock, struct pawl__bucket *bucket)
    PAWL__RELEASES(bucket);

PAWL__HIDDEN_END

#endif
