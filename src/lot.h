/* SPDX-License-Identifier: MIT
 *
 * The parking lot: the only queue in pawl and the only place to wait.
 *
 * Who cannot proceed queues a waiter under the address it waits for (the key) and sleeps, if it is
 * a thread, or goes on with something else, if it is a task (a pawl_await that the program
 * started). Who makes progress possible enters the key's bucket, decides under its guard who goes
 * on, takes them out of the queue, leaves, and wakes them: a thread by its parker, a task by a
 * call. A time-out or a cancel withdraws under the same guard, so of "woken" and "withdrawn"
 * exactly one happens to each waiter.
 *
 * The invariant that all rests on: a waiter that somebody else takes out of the queue is woken
 * exactly once, unless it is awake_ and looks (see below), and a thread does not return from
 * pawl__lot_wait before that. So its memory (a stack frame) stays valid for the waker, and no stray
 * token is left behind for the next wait.
 *
 * A thread can be roused without being taken out. It is awake_ then, keeps its place, and looks
 * itself whether it is granted, which takes no token and is the granter's last touch of it: the
 * token that it gets is that of its being roused.
 *
 * Keys are compared and hashed, never dereferenced. The two lowest bits of a key do not choose its
 * bucket, so an object of four bytes has up to four queues under one guard.
 */
#ifndef PAWL_SRC_LOT_H
#define PAWL_SRC_LOT_H

#include <pawl/await.h>

struct pawl__bucket;

/* What a waiter waits for, in kind_. */
enum pawl__awaited {
    PAWL__ON_LOCK,
    PAWL__ON_NOTIFIED_LOCK, /* it was notified at a condition and moved here */
    PAWL__ON_SEMAPHORE,
    PAWL__ON_EVENT,
    PAWL__ON_CONDITION,
    PAWL__ON_BARRIER,
    PAWL__ON_SHARED,
    PAWL__ON_EXCLUSIVE,
    PAWL__ON_ONCE
};

/* Waiters that were taken out and are to be woken, oldest first. */
struct pawl__wake_list {
    pawl_await *first, *last;
};

static inline bool pawl__waiter_is_task(const pawl_await *waiter)
{
    return waiter->fn_ != NULL;
}

/* Make a thread's waiter, with a parker, before it is queued; and give the parker back, when it is
 * not. */
void pawl__waiter_open(pawl_await *waiter, enum pawl__awaited kind);
void pawl__waiter_close(pawl_await *waiter);

/* Make an idle operation a task's waiter, before it is queued; false, with nothing changed, if it
 * is not idle or was never initialised. */
bool pawl__waiter_start(pawl_await *op, enum pawl__awaited kind);

/* Lock and unlock the guard of the key's bucket. A thread is in one bucket at a time, or in two
 * that it entered by the one call, briefly: it calls nothing but the lot and the clock there. */
struct pawl__bucket *pawl__lot_enter(const void *key);
void pawl__lot_leave(struct pawl__bucket *bucket);

/* The buckets of two keys, which may be the same one. */
struct pawl__bucket_pair {
    struct pawl__bucket *first, *second;
};
struct pawl__bucket_pair pawl__lot_enter_two(const void *first_key, const void *second_key);
void pawl__lot_leave_two(struct pawl__bucket_pair pair);

/* Inside the bucket: queue an opened waiter under the key, behind the others. */
void pawl__lot_push_last(struct pawl__bucket *bucket, void *key, pawl_await *waiter);

/* Inside the bucket: who has waited longest for the key, or NULL. */
pawl_await *pawl__lot_first(struct pawl__bucket *bucket, const void *key);

/* Inside the bucket: take a queued waiter out. It must be granted, or queued again, before leaving,
 * unless it is the caller's own. */
void pawl__lot_take(struct pawl__bucket *bucket, pawl_await *waiter);

/* Inside the bucket: take out the first who waits for the key, or all of them, with this outcome,
 * and append them to the list. The first: returns 1, or 0 if nobody waits. */
uint32_t pawl__lot_take_first(struct pawl__bucket *bucket, const void *key, pawl_status outcome,
                              struct pawl__wake_list *list);
void pawl__lot_take_all(struct pawl__bucket *bucket, const void *key, pawl_status outcome,
                        struct pawl__wake_list *list);

/* Append a waiter that was taken out to the list, with this outcome. */
void pawl__lot_grant(pawl_await *waiter, pawl_status outcome, struct pawl__wake_list *list);

/* The same, of a lock, for a waiter whose thread is awake and looks whether it was granted: without
 * a list, as it needs no waking, and without an outcome. It may be gone when this returns. */
void pawl__lot_grant_awake(pawl_await *waiter);

/* In the waiter's own thread: whether it was granted. Orders that grant before a true. */
bool pawl__lot_is_granted(const pawl_await *waiter);

/* Rouse a thread, whose waiter stays queued: pawl__lot_wait returns there. First, inside the
 * bucket, it is awake_, so that nobody else does; then, outside any bucket, its thread is
 * unparked. */
void pawl__lot_awaken(struct pawl__bucket *bucket, pawl_await *waiter);
void pawl__lot_rouse(pawl_await *waiter);

/* Outside any bucket: wake all of a list, the threads first, and call the tasks, unless this thread
 * is in such a call already, which then does it afterwards. They may be gone when this returns. */
void pawl__lot_wake(const struct pawl__wake_list *list);

/* Take a task that this thread is to call, when the call it is in returns, out of that list; false:
 * it is not there. */
bool pawl__lot_take_back(pawl_await *op);

/* What a task that was withdrawn had waited for. */
struct pawl__withdrawn {
    void *key;
    enum pawl__awaited awaited;
    void *object; /* more_.object of one that was notified, else NULL */
};

/* A cancel: take the task out of its queue if it is in one.
 *
 * Returns   the bucket of its key, entered, with the task taken out and idle, not to be touched
 *           again; NULL, with nothing changed, if it waits no longer, or no longer in this process,
 *           or refuses(op), asked under the guard. refuses may be NULL. */
struct pawl__bucket *pawl__lot_withdraw(pawl_await *op, struct pawl__withdrawn *was,
                                        bool (*refuses)(const pawl_await *op));

/* Outside any bucket: sleep until the waiter, queued under the key, was taken out and woken, or
 * until `deadline`. Once it was taken out or moved to another key the deadline no longer counts.
 *
 * Returns   NULL: it was woken, or roused. Otherwise the deadline has passed, the waiter has been
 *           withdrawn from its queue, and the caller is inside the bucket returned, to mend the
 *           object's word there and leave. */
struct pawl__bucket *pawl__lot_wait(pawl_await *waiter, const void *key,
                                    pawl_time deadline);

/* Outside any bucket, before pawl__lot_wait: stay awake for a while. true: it was woken. */
bool pawl__lot_watch(pawl_await *waiter, const void *key);

/* By who lets others pass a waiter that was awakened: whether it is time to look if it is late.
 * True in the first such call, the second, the fourth and so on, and then in each 64th: so a look
 * is late by no more than the time that has gone by, and costs next to nothing. */
bool pawl__lot_time_to_look(const void *key);

/* How many wait for the key: for describe and for tests. Costs a walk along the queue. */
size_t pawl__lot_count(const void *key);

/* Turns to begin with where fewer looks disturb the others less. Of a lock for which others wait:
 * 100 ns apart, since one that runs alone is as fast as two in turns where sections are short. Of
 * readers that meet: some hundred. */
enum { PAWL__SPIN_CROWDED = 6, PAWL__SPIN_APART = 8 };

/* Spinning before a thread parks: the turn to begin with. Where spinning has failed of late it is
 * the last, but now and then. */
unsigned pawl__lot_spin_begin(const void *key);

/* One turn: pauses, longer with each later turn, and counts.
 *
 * Returns   false when spinning has cost about as much as parking would; at once on a machine with
 *           one processor. */
bool pawl__lot_spin(unsigned *turn);

/* Remember whether it was worth it. */
void pawl__lot_spin_end(const void *key, unsigned turn, bool won);

/* Whether a deadline has passed. Costs a look at the clock, if the deadline is a time at all. */
bool pawl__lot_is_past(pawl_time deadline);

/* The deadline of a `_for` call: a past one for 0 or less. */
pawl_time pawl__lot_deadline(pawl_ns ns);

/* The calling thread's identity, which no other thread ever has, however many come and go; not
 * 0. */
uint64_t pawl__lot_identity(void);

/* The number of times that all threads but one have vanished since the lot was opened: forks, and
 * the end of a Windows process. */
uint32_t pawl__lot_generation(void);

#endif
