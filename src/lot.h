/* SPDX-License-Identifier: MIT
 *
 * The parking lot: the only queue in pawl and the only place to wait.
 *
 * Who cannot proceed queues a waiter under the address it waits for (the key) and sleeps. Who makes
 * progress possible enters the key's bucket, decides under its guard who goes on, takes them out of
 * the queue, leaves, and wakes them. A time-out withdraws under the same guard, so of "woken" and
 * "withdrawn" exactly one happens to each waiter.
 *
 * The invariant that all rests on: a waiter that somebody else takes out of the queue is woken
 * exactly once, and does not return from pawl__lot_wait before that. So its memory (a stack frame)
 * stays valid for the waker, and no stray token is left behind for the next wait.
 *
 * Keys are compared and hashed, never dereferenced.
 */
#ifndef PAWL_SRC_LOT_H
#define PAWL_SRC_LOT_H

#include <pawl/base.h>

struct pawl__bucket;
struct pawl__slot;

/* All fields are the lot's, under the guard of the bucket that `key` hashes to, except as said. */
struct pawl__waiter {
    struct pawl__waiter *next, *prev; /* the ring of a key's waiters; first->prev is the last */
    struct pawl__waiter *low, *high;  /* in the first of a ring: subtrees of the bucket's tree */
    void *key;                        /* NULL: not queued. Written under the guard, read without */
    struct pawl__slot *slot;          /* the parker, from open to close */
    pawl_time due;                    /* the primitive's: when waiting has been long enough */
    bool granted; /* the primitive's: set by the waker before it wakes; true: what was waited for is
                     the waiter's; false: it may try again */
};

/* Equip a waiter with a parker, before it is queued, and give the parker back, when it is not. */
void pawl__waiter_open(struct pawl__waiter *waiter);
void pawl__waiter_close(struct pawl__waiter *waiter);

/* Lock and unlock the guard of the key's bucket. A thread is in one bucket at a time, briefly: it
 * calls nothing but the lot there. */
struct pawl__bucket *pawl__lot_enter(const void *key);
void pawl__lot_leave(struct pawl__bucket *bucket);

/* Inside the bucket: queue an opened waiter under the key, behind the others or before them. */
void pawl__lot_push_last(struct pawl__bucket *bucket, void *key, struct pawl__waiter *waiter);
void pawl__lot_push_first(struct pawl__bucket *bucket, void *key, struct pawl__waiter *waiter);

/* Inside the bucket: who has waited longest for the key, or NULL. */
struct pawl__waiter *pawl__lot_first(struct pawl__bucket *bucket, const void *key);

/* Inside the bucket: take a queued waiter out. It must be woken, after leaving. */
void pawl__lot_take(struct pawl__bucket *bucket, struct pawl__waiter *waiter);

/* Outside any bucket: wake a waiter that was taken out. It may be gone when this returns. */
void pawl__lot_wake(struct pawl__waiter *waiter);

/* Outside any bucket: sleep until the queued waiter was taken out and woken, or until `deadline`.
 *
 * Returns   NULL: it was woken. Otherwise the deadline has passed, the waiter has been withdrawn
 *           from its queue, and the caller is inside the bucket returned, to mend the object's
 *           word there and leave. */
struct pawl__bucket *pawl__lot_wait(struct pawl__waiter *waiter, pawl_time deadline);

/* How many wait for the key: for describe and for tests. Costs a walk along the queue. */
size_t pawl__lot_count(const void *key);

/* How many turns it has lately been worth spinning for this key, 0 to 255: a hint that keys of one
 * bucket share; relaxed, as a wrong value costs only time. */
uint8_t *pawl__lot_spin_hint(const void *key);

#endif
