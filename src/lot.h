/* SPDX-License-Identifier: MIT
 *
 * The parking lot: pawl's only wait queue.
 *
 * A thread or task that must wait enqueues a waiter under the address it waits for (the key). A
 * thread then parks; a task (a pawl_await) returns to its caller. The thread that makes progress
 * possible locks the key's bucket, dequeues the waiters it grants, unlocks the bucket, and wakes
 * them: it unparks threads and calls tasks. A timeout or a cancellation withdraws a waiter under
 * the same guard, so every waiter is either granted or withdrawn, never both.
 *
 * Invariant: a waiter that another thread dequeues is woken exactly once, and pawl__lot_wait does
 * not return before that wake-up. A waiter on the waiting thread's stack therefore stays valid
 * until its waker has finished with it, and no token is left over for that thread's next wait.
 *
 * Exception: a waiter can be woken while it stays queued. It is then awake, keeps its place and
 * polls pawl__lot_is_granted; granting it posts no token.
 *
 * Keys are compared and hashed, never dereferenced. The two lowest bits of a key do not choose its
 * bucket, so an object of four bytes has up to four queues under one guard.
 *
 * A function whose name ends in _and_unlock is called with the bucket locked and unlocks it.
 */
#ifndef PAWL_SRC_LOT_H
#define PAWL_SRC_LOT_H

#include "waiter.h"

PAWL__HIDDEN_BEGIN

struct PAWL__IS_CAPABILITY("bucket") pawl__bucket;

/* Make a thread's waiter, with a parker, before it is enqueued, and with an event that stops its
 * waits unless that is NULL; and return the parker once the
 * waiter is no longer queued. */
void pawl__lot_open(struct pawl__sleeper *sleeper, enum pawl__wait_kind kind);
void pawl__lot_open_with(struct pawl__sleeper *sleeper, enum pawl__wait_kind kind,
                         struct pawl_event *stop);
void pawl__lot_close(struct pawl__sleeper *sleeper);

/* Make an idle operation a task's waiter, before it is enqueued.
 *
 * Returns   false, with nothing changed: it is not idle, or was never initialised. */
bool pawl__lot_start(pawl_await *op, enum pawl__wait_kind kind);

/* The key's bucket, and its guard. A thread locks one bucket at a time, or two by the one call, and
 * briefly: inside it calls nothing but the lot and the clock. */
struct pawl__bucket *pawl__lot_bucket(const void *key);
void pawl__lot_lock(struct pawl__bucket *bucket) PAWL__ACQUIRES(bucket);
void pawl__lot_unlock(struct pawl__bucket *bucket) PAWL__RELEASES(bucket);

/* Two buckets, which may be the same one. */
void pawl__lot_lock_two(struct pawl__bucket *one, struct pawl__bucket *other)
    PAWL__ACQUIRES(one, other);
void pawl__lot_unlock_two(struct pawl__bucket *one, struct pawl__bucket *other)
    PAWL__RELEASES(one, other);

/* Enqueue a waiter under the key, behind the others. */
void pawl__lot_enqueue(struct pawl__bucket *bucket, void *key, pawl_await *waiter)
    PAWL_REQUIRES(bucket);

/* The waiter that has waited longest for the key, or NULL. */
pawl_await *pawl__lot_first(struct pawl__bucket *bucket, const void *key) PAWL_REQUIRES(bucket);

/* Dequeue a waiter. It must be granted, or enqueued again, before the bucket is unlocked, unless it
 * is the caller's own. */
void pawl__lot_dequeue(struct pawl__bucket *bucket, pawl_await *waiter) PAWL_REQUIRES(bucket);

/* Dequeue the first waiter of the key, or all of them, with this outcome, and append them to the
 * list. The first: returns 1, or 0 if nobody waits. */
uint32_t pawl__lot_grant_first(struct pawl__bucket *bucket, const void *key, pawl_status outcome,
                               struct pawl__wake_list *list) PAWL_REQUIRES(bucket);
void pawl__lot_grant_all(struct pawl__bucket *bucket, const void *key, pawl_status outcome,
                         struct pawl__wake_list *list) PAWL_REQUIRES(bucket);

/* Append a dequeued waiter to the list, with this outcome. */
void pawl__lot_grant(pawl_await *waiter, pawl_status outcome, struct pawl__wake_list *list);

/* Grant a lock to a dequeued waiter whose thread is awake and polls: no list, as it needs no
 * wake-up, and no outcome. It may be gone when this returns. */
void pawl__lot_grant_awake(pawl_await *waiter);

/* In the waiter's own thread: whether it was granted. A true return happens after that grant. */
bool pawl__lot_is_granted(const pawl_await *waiter);

/* Wake threads whose waiters stay queued: pawl__lot_wait returns there. First, with the bucket
 * locked, each becomes awake, so that nobody else wakes it, and joins the list `roused`; then, with
 * the bucket unlocked, the threads are unparked. */
void pawl__lot_awaken(struct pawl__bucket *bucket, struct pawl__sleeper *sleeper,
                      struct pawl__sleeper **roused) PAWL_REQUIRES(bucket);
void pawl__lot_unpark_all(struct pawl__sleeper *roused);

/* With no bucket locked: wake all of a list, threads first, then call the tasks (tasks.h). They may
 * be gone when this returns. */
void pawl__lot_wake(const struct pawl__wake_list *list);

/* What a task that was withdrawn had waited for. */
struct pawl__withdrawn {
    void *key;
    enum pawl__wait_kind kind;
    void *object; /* its object_ */
};

/* Dequeue a task if it is queued, and make it idle.
 *
 * Returns   the bucket of its key, locked; the task must not be touched again. NULL, with nothing
 *           changed: it does not wait any more, or not in this process, or refuses(op), called with
 *           the bucket locked, returned true. refuses may be NULL. */
struct pawl__bucket *pawl__lot_withdraw(pawl_await *op, struct pawl__withdrawn *was,
                                        bool (*refuses)(const pawl_await *op));

/* With no bucket locked: park until the sleeper, enqueued under the key of this bucket, was woken,
 * or until `deadline`, or until the sleeper's stop is set. Once it was dequeued or moved to another
 * key, deadline and stop no longer count.
 *
 * Returns   false  it was woken
 *           true   the wait has ended (pawl__sleeper_ended) and the waiter was dequeued. The bucket
 * is locked: the caller adjusts the object's word and unlocks it. */
bool pawl__lot_wait(struct pawl__sleeper *sleeper, struct pawl__bucket *bucket, const void *key,
                    pawl_time deadline) PAWL__TRIES(true, bucket);

/* With no bucket locked: park until the sleeper, enqueued under the key of this bucket, was woken,
 * or until `until` at the latest. It may be awake afterwards without having been woken. */
void pawl__lot_nap(struct pawl__sleeper *sleeper, struct pawl__bucket *bucket, const void *key,
                   pawl_time until);

/* How many wait for the key. Costs a walk along the queue. */
size_t pawl__lot_count(const void *key);

/* Whether a deadline has passed. Reads the clock if the deadline is neither past nor never. */
bool pawl__lot_is_past(pawl_time deadline);

/* The deadline of a `_for` call: a past one for 0 or less. */
pawl_time pawl__lot_deadline(pawl_ns ns);

PAWL__HIDDEN_END

#endif
