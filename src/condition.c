/* SPDX-License-Identifier: MIT
 *
 * pawl_condition. Contract: include/pawl/condition.h.
 *
 * A wait queues its waiter under the condition before it releases the lock, so whoever has the lock
 * afterwards finds it. A notification moves waiters from that queue to the lock's, inside both
 * buckets: each is always in one of the two, or has the lock. Once a thread's was moved its
 * deadline no longer counts, so a notification and a time-out never meet; a task's that is
 * cancelled after that hands the notification on.
 *
 * The invariant: a queued waiter implies PARKED, which is written under the guard only.
 */
#define PAWL__INSIDE
#include <pawl/condition.h>

#include "limit.h"
#include "lockword.h"
#include "misuse.h"
#include "process.h"
#include "relock.h"
#include "spin.h"
#include "withdraw.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* The external definitions of the header's inline functions. */
PAWL__EXPORT extern inline size_t pawl_condition_notify(pawl_condition *condition, size_t n);
PAWL__EXPORT extern inline size_t pawl_condition_notify_one(pawl_condition *condition);
PAWL__EXPORT extern inline size_t pawl_condition_notify_all(pawl_condition *condition);

_Static_assert(sizeof(pawl_condition) <= 8, "the size that is promised");

enum { PARKED = 1 };

static struct pawl__word word_of(pawl_lock *lock)
{
    return (struct pawl__word){lock, false};
}

/* Queue the waiter, and then release the lock. A task may be called, and gone, by the release.
 *
 * Returns   whether nobody else waits. */
static bool queue_and_release(pawl_condition *condition, pawl_lock *lock, pawl_await *waiter)
{
    waiter->object_ = lock;
    struct pawl__bucket *bucket = pawl__lot_bucket(condition);
    pawl__lot_lock(bucket);
    pawl__store8(&condition->state_, PARKED, PAWL__RELAXED);
    pawl__lot_enqueue(bucket, condition, waiter);
    bool alone = pawl__lot_first(bucket, condition) == waiter;
    pawl__lot_unlock(bucket);
    pawl_lock_release(lock);
    return alone;
}

/* Clear PARKED if the queue is now empty. */
static void clear_if_empty(pawl_condition *condition, struct pawl__bucket *bucket)
{
    if (pawl__lot_first(bucket, condition) == NULL) {
        pawl__store8(&condition->state_, 0, PAWL__RELAXED);
    }
}

void pawl__condition_withdraw_and_unlock(pawl_condition *condition, struct pawl__bucket *bucket)
{
    clear_if_empty(condition, bucket);
    pawl__lot_unlock(bucket);
}

pawl_status pawl_condition_wait_await(pawl_condition *condition, pawl_lock *lock, pawl_await *op)
{
    pawl__await_check(condition, op, "pawl_condition_wait_await", "condition");
    pawl__need(lock, "pawl_condition_wait_await", "lock");
    if (!pawl_lock_locked(lock)) {
        return PAWL_NOT_HELD;
    }
    if (!pawl__lot_start(op, PAWL__ON_CONDITION)) {
        return PAWL_INVALID;
    }
    (void)queue_and_release(condition, lock, op);
    return PAWL_PENDING;
}

/* Returns   PAWL_OK, PAWL_TIMEOUT, PAWL_CANCELLED; the lock is held again. */
static pawl_status wait_until(pawl_condition *condition, pawl_lock *lock, struct pawl__limit limit)
{
    struct pawl__sleeper sleeper;
    pawl__lot_open_with(&sleeper, PAWL__ON_CONDITION, limit.stop);
    bool polls = queue_and_release(condition, lock, &sleeper.waiter) && limit.deadline > 0;
    pawl_status status = PAWL_OK;
    struct pawl__bucket *bucket = pawl__lot_bucket(condition);
    if (!(polls && pawl__spin_for_token(&sleeper, condition)) &&
        pawl__lot_wait(&sleeper, bucket, condition, limit.deadline)) {
        pawl__condition_withdraw_and_unlock(condition, bucket);
        status = pawl__sleeper_ended(&sleeper);
        pawl_lock_acquire(lock);
    } else {
        sleeper.stop = NULL; /* the lock is awaited as long as it takes */
        pawl__word_accept(word_of(lock), &sleeper);
        PAWL__TOLD_ACQUIRED(lock, 0U);
    }
    pawl__lot_close(&sleeper);
    return status;
}

static bool is_held(const struct pawl__relock *held)
{
    return held->rlock != NULL ? pawl_rlock_owned(held->rlock) : pawl_lock_locked(held->lock);
}

static pawl_status wait_with(pawl_condition *condition, const struct pawl__relock *held,
                             struct pawl__limit limit)
{
    if (!is_held(held)) {
        return PAWL_NOT_HELD;
    }
    if (held->rlock == NULL) {
        return wait_until(condition, held->lock, limit);
    }
    uint32_t depth = pawl_rlock_depth(held->rlock);
    pawl__rlock_set(held->rlock, 0, 0);
    pawl_status status = wait_until(condition, held->lock, limit);
    pawl__rlock_set(held->rlock, pawl__process_identity(), depth);
    return status;
}

static pawl_status wait_pred(pawl_condition *condition, const struct pawl__relock *held,
                             bool (*pred)(void *ctx), void *ctx, struct pawl__limit limit)
{
    pawl_status status = PAWL_OK;
    while (!pred(ctx)) {
        if (status != PAWL_OK) {
            return status;
        }
        status = wait_with(condition, held, limit);
    }
    return PAWL_OK;
}

pawl_status pawl__condition_wait(pawl_condition *condition, const struct pawl__relock *held,
                                 bool (*pred)(void *ctx), void *ctx, struct pawl__limit limit)
{
    if (!is_held(held)) {
        return PAWL_NOT_HELD;
    }
    if (limit.stop != NULL && pawl_event_is_set(limit.stop)) {
        return PAWL_CANCELLED;
    }
    return pred == NULL ? wait_with(condition, held, limit)
                        : wait_pred(condition, held, pred, ctx, limit);
}

static struct pawl__relock need_lock(pawl_condition *condition, pawl_lock *lock, const char *call)
{
    pawl__need(condition, call, "condition");
    pawl__need(lock, call, "lock");
    return (struct pawl__relock){lock, NULL};
}

static struct pawl__relock need_rlock(pawl_condition *condition, pawl_rlock *rlock,
                                      const char *call)
{
    pawl__need(condition, call, "condition");
    pawl__need(rlock, call, "rlock");
    return (struct pawl__relock){&rlock->lock_, rlock};
}

static void need_predicate(bool (*pred)(void *ctx), const char *call)
{
    if (PAWL__UNLIKELY(pred == NULL)) {
        pawl__die_null(call, "pred");
    }
}

pawl_status pawl_condition_wait(pawl_condition *condition, pawl_lock *lock)
{
    struct pawl__relock held = need_lock(condition, lock, "pawl_condition_wait");
    return wait_with(condition, &held, pawl__until(PAWL_NEVER));
}

pawl_status pawl_condition_wait_for(pawl_condition *condition, pawl_lock *lock, pawl_ns ns)
{
    struct pawl__relock held = need_lock(condition, lock, "pawl_condition_wait_for");
    return wait_with(condition, &held, pawl__until(pawl__lot_deadline(ns)));
}

pawl_status pawl_condition_wait_until(pawl_condition *condition, pawl_lock *lock,
                                      pawl_time deadline)
{
    struct pawl__relock held = need_lock(condition, lock, "pawl_condition_wait_until");
    return wait_with(condition, &held, pawl__until(deadline));
}

pawl_status pawl_condition_wait_rlock(pawl_condition *condition, pawl_rlock *rlock)
{
    struct pawl__relock held = need_rlock(condition, rlock, "pawl_condition_wait_rlock");
    return wait_with(condition, &held, pawl__until(PAWL_NEVER));
}

pawl_status pawl_condition_wait_rlock_for(pawl_condition *condition, pawl_rlock *rlock, pawl_ns ns)
{
    struct pawl__relock held = need_rlock(condition, rlock, "pawl_condition_wait_rlock_for");
    return wait_with(condition, &held, pawl__until(pawl__lot_deadline(ns)));
}

pawl_status pawl_condition_wait_rlock_until(pawl_condition *condition, pawl_rlock *rlock,
                                            pawl_time deadline)
{
    struct pawl__relock held = need_rlock(condition, rlock, "pawl_condition_wait_rlock_until");
    return wait_with(condition, &held, pawl__until(deadline));
}

pawl_status pawl_condition_wait_pred(pawl_condition *condition, pawl_lock *lock,
                                     bool (*pred)(void *ctx), void *ctx, pawl_time deadline)
{
    const char *call = "pawl_condition_wait_pred";
    struct pawl__relock held = need_lock(condition, lock, call);
    need_predicate(pred, call);
    return pawl__condition_wait(condition, &held, pred, ctx, pawl__until(deadline));
}

pawl_status pawl_condition_wait_rlock_pred(pawl_condition *condition, pawl_rlock *rlock,
                                           bool (*pred)(void *ctx), void *ctx, pawl_time deadline)
{
    const char *call = "pawl_condition_wait_rlock_pred";
    struct pawl__relock held = need_rlock(condition, rlock, call);
    need_predicate(pred, call);
    return pawl__condition_wait(condition, &held, pred, ctx, pawl__until(deadline));
}

/* A notification under way. */
struct notification {
    size_t left;    /* so many are to be moved */
    bool to_others; /* more were waiting than it is for */
    pawl_time now;
    struct pawl__wake_list granted;
    struct pawl__sleeper *roused;
};

/* Move one waiter, inside both buckets. A task that is cancelled while it waits for the lock hands
 * its notification on, if others were waiting here that might have had it. */
static void move(pawl_condition *condition, struct pawl__bucket *from, struct pawl__bucket *to,
                 struct notification *notification)
{
    pawl_await *waiter = pawl__lot_first(from, condition);
    pawl_lock *lock = waiter->object_;
    pawl__lot_dequeue(from, waiter);
    waiter->kind_ = PAWL__ON_NOTIFIED_LOCK;
    waiter->object_ = notification->to_others ? condition : NULL;
    pawl__word_admit(word_of(lock), to, waiter, notification->now, &notification->granted,
                     &notification->roused);
}

/* Move the oldest who wait with `lock`, in a row. The lock is there if the first of them waits with
 * it, and the condition if one is moved, until the buckets are left: nobody who was moved has the
 * lock before. Otherwise those moved earlier, to other locks, may have freed it.
 *
 * Returns   the lock of the next who is to be moved, or NULL: there is none. */
static pawl_lock *move_to(pawl_condition *condition, pawl_lock *lock,
                          struct notification *notification)
{
    struct pawl__bucket *from = pawl__lot_bucket(condition);
    struct pawl__bucket *to = pawl__lot_bucket(lock);
    pawl__lot_lock_two(from, to);
    pawl_await *first = pawl__lot_first(from, condition);
    size_t left = notification->left;
    while (notification->left > 0 && first != NULL && first->object_ == lock) {
        move(condition, from, to, notification);
        first = pawl__lot_first(from, condition);
        notification->left--;
    }
    if (notification->left < left) {
        clear_if_empty(condition, from);
    }
    pawl_lock *next =
        notification->left > 0 && first != NULL ? first->object_ : NULL;
    pawl__lot_unlock_two(from, to);
    return next;
}

/* Look who waits: how many of them the notification is for, and with which lock the first does. */
static pawl_lock *look(pawl_condition *condition, size_t n, struct notification *notification)
{
    struct pawl__bucket *bucket = pawl__lot_bucket(condition);
    pawl__lot_lock(bucket);
    pawl_await *first = pawl__lot_first(bucket, condition);
    pawl_lock *lock = first != NULL ? first->object_ : NULL;
    pawl_await *at = first;
    while (at != NULL && notification->left < n) {
        notification->left++;
        at = at->next_ != first ? at->next_ : NULL;
    }
    notification->to_others = at != NULL;
    pawl__lot_unlock(bucket);
    return lock;
}

/* In all but strange programs there is one lock, and so one round. */
size_t pawl__condition_notify_slow(pawl_condition *condition, size_t n)
{
    struct notification notification = {0, false, 0, {NULL, NULL}, NULL};
    if (n == 0) {
        return 0;
    }
    notification.now = pawl__port_now();
    pawl_lock *lock = look(condition, n, &notification);
    size_t wanted = notification.left;
    while (lock != NULL) {
        lock = move_to(condition, lock, &notification);
    }
    pawl__lot_unpark_all(notification.roused);
    pawl__lot_wake(&notification.granted);
    return wanted - notification.left;
}

void pawl_condition_init(pawl_condition *condition)
{
    pawl__need(condition, "pawl_condition_init", "condition");
    pawl__store8(&condition->state_, 0, PAWL__RELAXED);
}

int pawl_condition_describe(const pawl_condition *condition, char *buf, size_t size)
{
    pawl__need_text(condition, buf, size, "pawl_condition_describe", "condition");
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
