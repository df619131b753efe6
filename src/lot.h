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
 * Keys are compared and hashed, never dereferenced. The two lowest bits of a key do not choose its
 * bucket, so an object of four bytes has up to four queues under one guard.
 */
#ifndef PAWL_SRC_LOT_H
#define PAWL_SRC_LOT_H

#include <pawl/lock.h>

struct pawl__bucket;
struct pawl__slot;

/* All fields are the lot's, under the guard of the bucket that `key` hashes to, except as said. */
struct pawl__waiter {
    struct pawl__waiter *next, *prev; /* the ring of a key's waiters; first->prev is the last */
    struct pawl__waiter *low, *high;  /* in the first of a ring: subtrees of the bucket's tree */
    void *key;                        /* NULL: not queued. Written under the guard, read without */
    struct pawl__slot *slot;          /* the parker, from open to close */
    /* The primitive's own; what a waker writes before it wakes, the waiter reads after. */
    pawl_status outcome; /* PAWL_OK: it has what it waited for; PAWL_PENDING: it may try again */
    pawl_time due;       /* a lock's: when waiting has been long enough */
    bool put_off;        /* a lock's: due was put off, which happens once a wait */
    pawl_lock *lock;     /* a condition's: whose queue it is moved to */
    uint32_t index;      /* a barrier's */
};

/* Waiters that were taken out and are to be woken, oldest first. */
struct pawl__wake_list {
    struct pawl__waiter *first, *last;
};

/* Equip a waiter with a parker, before it is queued, and give the parker back, when it is not. */
void pawl__waiter_open(struct pawl__waiter *waiter);
void pawl__waiter_close(struct pawl__waiter *waiter);

/* Lock and unlock the guard of the key's bucket. A thread is in one bucket at a time, briefly: it
 * calls nothing but the lot and the clock there. */
struct pawl__bucket *pawl__lot_enter(const void *key);
void pawl__lot_leave(struct pawl__bucket *bucket);

/* Inside the bucket: queue an opened waiter under the key, behind the others or before them. */
void pawl__lot_push_last(struct pawl__bucket *bucket, void *key, struct pawl__waiter *waiter);
void pawl__lot_push_first(struct pawl__bucket *bucket, void *key, struct pawl__waiter *waiter);

/* Inside the bucket: who has waited longest for the key, or NULL. */
struct pawl__waiter *pawl__lot_first(struct pawl__bucket *bucket, const void *key);

/* Inside the bucket: take a queued waiter out. It must be woken, or queued again, after leaving. */
void pawl__lot_take(struct pawl__bucket *bucket, struct pawl__waiter *waiter);

/* Inside the bucket: take out the first who waits for the key, or all of them, with this outcome,
 * and append them to the list. Returns how many they were. */
uint32_t pawl__lot_take_first(struct pawl__bucket *bucket, const void *key, pawl_status outcome,
                              struct pawl__wake_list *list);
uint32_t pawl__lot_take_all(struct pawl__bucket *bucket, const void *key, pawl_status outcome,
                            struct pawl__wake_list *list);

/* Outside any bucket: wake a waiter that was taken out, or all of a list. They may be gone when
 * this returns. */
void pawl__lot_wake(struct pawl__waiter *waiter);
void pawl__lot_wake_list(const struct pawl__wake_list *list);

/* Outside any bucket: sleep until the waiter, queued under the key, was taken out and woken, or
 * until `deadline`. Once it was taken out or moved to another key the deadline no longer counts.
 *
 * Returns   NULL: it was woken. Otherwise the deadline has passed, the waiter has been withdrawn
 *           from its queue, and the caller is inside the bucket returned, to mend the object's
 *           word there and leave. */
struct pawl__bucket *pawl__lot_wait(struct pawl__waiter *waiter, const void *key,
                                    pawl_time deadline);

/* How many wait for the key: for describe and for tests. Costs a walk along the queue. */
size_t pawl__lot_count(const void *key);

/* One turn of spinning before a thread parks: pauses, longer with each turn, and counts.
 *
 * Returns   false when spinning has cost about as much as parking would; at once on a machine with
 *           one processor. */
bool pawl__lot_spin(unsigned *turn);

/* Whether a deadline has passed. Costs a look at the clock, if the deadline is a time at all. */
bool pawl__lot_is_past(pawl_time deadline);

/* The deadline of a `_for` call: a past one for 0 or less. */
pawl_time pawl__lot_deadline(pawl_ns ns);

/* The calling thread's identity, which no other thread ever has, however many come and go; not
 * 0. */
uint64_t pawl__lot_identity(void);

/* The number of forks between the process that opened the lot and this one. */
unsigned pawl__lot_forks(void);

#endif
