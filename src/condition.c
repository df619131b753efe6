/* SPDX-License-Identifier: MIT
 *
 * pawl_condition. Contract: include/pawl/condition.h.
 *
 * A wait queues its waiter under the condition before it releases the lock, so whoever has the lock
 * afterwards finds it. A notification takes waiters out of that queue, under the condition's guard,
 * and then delivers each to its lock: from the moment it is taken its deadline no longer counts, so
 * a notification and a time-out never meet. Between the two guards it is in no queue, for as long
 * as the notifier takes.
 *
 * The invariant: a queued waiter implies PARKED, which is written under the guard only.
 */
#include <pawl/condition.h>

#include "lock.h"
#include "misuse.h"
#include "rlock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

_Static_assert(sizeof(pawl_condition) <= 8, "the size that is promised");

enum { PARKED = 1 };

/* Queue, release by the given step, wait, and hold the lock again.
 *
 * Returns   PAWL_OK, PAWL_TIMEOUT. */
static pawl_status wait_until(pawl_condition *condition, pawl_lock *lock, pawl_time deadline)
{
    struct pawl__waiter waiter;
    pawl__waiter_open(&waiter);
    waiter.lock = lock;
    struct pawl__bucket *bucket = pawl__lot_enter(condition);
    pawl__store8(&condition->state_, PARKED, PAWL__RELAXED);
    pawl__lot_push_last(bucket, condition, &waiter);
    pawl__lot_leave(bucket);
    pawl_lock_release(lock);
    pawl_status status = PAWL_OK;
    bucket = pawl__lot_wait(&waiter, condition, deadline);
    if (bucket != NULL) { /* withdrawn; as the last to wait it takes PARKED along */
        if (pawl__lot_first(bucket, condition) == NULL) {
            pawl__store8(&condition->state_, 0, PAWL__RELAXED);
        }
        pawl__lot_leave(bucket);
        status = PAWL_TIMEOUT;
        pawl_lock_acquire(lock);
    } else {
        pawl__lock_accept(lock, &waiter);
    }
    pawl__waiter_close(&waiter);
    return status;
}

/* A lock, or an rlock and its lock. */
struct held {
    pawl_lock *lock;
    pawl_rlock *rlock;
};

static bool is_held(const struct held *held)
{
    return held->rlock != NULL ? pawl_rlock_owned(held->rlock) : pawl_lock_locked(held->lock);
}

static pawl_status wait_with(pawl_condition *condition, const struct held *held, pawl_time deadline)
{
    if (!is_held(held)) {
        return PAWL_NOT_HELD;
    }
    if (held->rlock == NULL) {
        return wait_until(condition, held->lock, deadline);
    }
    uint32_t depth = pawl_rlock_depth(held->rlock);
    pawl__rlock_set(held->rlock, 0, 0);
    pawl_status status = wait_until(condition, held->lock, deadline);
    pawl__rlock_set(held->rlock, pawl__lot_identity(), depth);
    return status;
}

static pawl_status wait_pred(pawl_condition *condition, const struct held *held,
                             bool (*pred)(void *ctx), void *ctx, pawl_time deadline)
{
    if (!is_held(held)) {
        return PAWL_NOT_HELD;
    }
    pawl_status status = PAWL_OK;
    while (!pred(ctx)) {
        if (status != PAWL_OK) {
            return status;
        }
        status = wait_with(condition, held, deadline);
    }
    return PAWL_OK;
}

static struct held need_lock(pawl_condition *condition, pawl_lock *lock, const char *call)
{
    pawl__need(condition, call, "condition");
    pawl__need(lock, call, "lock");
    return (struct held){lock, NULL};
}

static struct held need_rlock(pawl_condition *condition, pawl_rlock *rlock, const char *call)
{
    pawl__need(condition, call, "condition");
    pawl__need(rlock, call, "rlock");
    return (struct held){&rlock->lock_, rlock};
}

pawl_status pawl_condition_wait(pawl_condition *condition, pawl_lock *lock)
{
    struct held held = need_lock(condition, lock, "pawl_condition_wait");
    return wait_with(condition, &held, PAWL_NEVER);
}

pawl_status pawl_condition_wait_for(pawl_condition *condition, pawl_lock *lock, pawl_ns ns)
{
    struct held held = need_lock(condition, lock, "pawl_condition_wait_for");
    return wait_with(condition, &held, pawl__lot_deadline(ns));
}

pawl_status pawl_condition_wait_until(pawl_condition *condition, pawl_lock *lock,
                                      pawl_time deadline)
{
    struct held held = need_lock(condition, lock, "pawl_condition_wait_until");
    return wait_with(condition, &held, deadline);
}

pawl_status pawl_condition_wait_rlock(pawl_condition *condition, pawl_rlock *rlock)
{
    struct held held = need_rlock(condition, rlock, "pawl_condition_wait_rlock");
    return wait_with(condition, &held, PAWL_NEVER);
}

pawl_status pawl_condition_wait_rlock_for(pawl_condition *condition, pawl_rlock *rlock, pawl_ns ns)
{
    struct held held = need_rlock(condition, rlock, "pawl_condition_wait_rlock_for");
    return wait_with(condition, &held, pawl__lot_deadline(ns));
}

pawl_status pawl_condition_wait_rlock_until(pawl_condition *condition, pawl_rlock *rlock,
                                            pawl_time deadline)
{
    struct held held = need_rlock(condition, rlock, "pawl_condition_wait_rlock_until");
    return wait_with(condition, &held, deadline);
}

pawl_status pawl_condition_wait_pred(pawl_condition *condition, pawl_lock *lock,
                                     bool (*pred)(void *ctx), void *ctx, pawl_time deadline)
{
    struct held held = need_lock(condition, lock, "pawl_condition_wait_pred");
    return wait_pred(condition, &held, pred, ctx, deadline);
}

pawl_status pawl_condition_wait_rlock_pred(pawl_condition *condition, pawl_rlock *rlock,
                                           bool (*pred)(void *ctx), void *ctx, pawl_time deadline)
{
    struct held held = need_rlock(condition, rlock, "pawl_condition_wait_rlock_pred");
    return wait_pred(condition, &held, pred, ctx, deadline);
}

/* Take out the n oldest, under the guard; the condition is not touched afterwards. */
static size_t take_oldest(pawl_condition *condition, size_t n, struct pawl__wake_list *list)
{
    size_t count = 0;
    struct pawl__bucket *bucket = pawl__lot_enter(condition);
    while (count < n && pawl__lot_take_first(bucket, condition, PAWL_PENDING, list) != 0) {
        count++;
    }
    if (pawl__lot_first(bucket, condition) == NULL) {
        pawl__store8(&condition->state_, 0, PAWL__RELAXED);
    }
    pawl__lot_leave(bucket);
    return count;
}

/* Relaxed: a notifier that has had the lock since the wait released it sees PARKED by that; one
 * that has not may as well have come before. */
static size_t notify(pawl_condition *condition, size_t n)
{
    struct pawl__wake_list list = {NULL, NULL};
    if (n == 0 || pawl__load8(&condition->state_, PAWL__RELAXED) == 0) {
        return 0;
    }
    size_t count = take_oldest(condition, n, &list);
    struct pawl__waiter *next = NULL;
    for (struct pawl__waiter *waiter = list.first; waiter != NULL; waiter = next) {
        next = waiter->next; /* before it is delivered, after which it may be gone */
        pawl__lock_deliver(waiter->lock, waiter);
    }
    return count;
}

size_t pawl_condition_notify(pawl_condition *condition, size_t n)
{
    pawl__need(condition, "pawl_condition_notify", "condition");
    return notify(condition, n);
}

size_t pawl_condition_notify_all(pawl_condition *condition)
{
    pawl__need(condition, "pawl_condition_notify_all", "condition");
    return notify(condition, SIZE_MAX);
}

void pawl_condition_init(pawl_condition *condition)
{
    pawl__need(condition, "pawl_condition_init", "condition");
    pawl__store8(&condition->state_, 0, PAWL__RELAXED);
}

int pawl_condition_describe(const pawl_condition *condition, char *buf, size_t size)
{
    pawl__need(condition, "pawl_condition_describe", "condition");
    return snprintf(buf, size, "<pawl_condition waiters=%lu at 0x%" PRIxPTR ">",
                    (unsigned long)pawl__lot_count(condition), (uintptr_t)condition);
}

pawl_condition *pawl_condition_new(void)
{
    pawl_condition *condition = malloc(sizeof *condition);
    if (condition != NULL) {
        pawl_condition_init(condition);
    }
    return condition;
}

void pawl_condition_free(pawl_condition *condition)
{
    free(condition);
}
