/* SPDX-License-Identifier: MIT
 *
 * A waiter: what a thread or a task puts into the parking lot's queue.
 *
 * A task's waiter is its pawl_await. A thread's is a pawl__sleeper on its stack: a pawl_await
 * without a function, followed by what only threads need. Copies of pawl in one process share these
 * structures; see PAWL__LOT_ABI in process.h.
 */
#ifndef PAWL_SRC_WAITER_H
#define PAWL_SRC_WAITER_H

#include <pawl/await.h>

struct pawl__slot; /* process.h */

/* What a waiter waits for: its kind_. */
enum pawl__wait_kind {
    PAWL__ON_LOCK,
    PAWL__ON_NOTIFIED_LOCK, /* a condition notified it and moved it to the lock's queue */
    PAWL__ON_SEMAPHORE,
    PAWL__ON_EVENT,
    PAWL__ON_CONDITION,
    PAWL__ON_BARRIER,
    PAWL__ON_SHARED,
    PAWL__ON_EXCLUSIVE,
    PAWL__ON_ONCE,
    PAWL__ON_LATCH,
    PAWL__ON_FILE_SHARED,
    PAWL__ON_FILE_EXCLUSIVE,
    PAWL__ON_STOP /* for the event that stops another wait of the thread: stop.h */
};

/* A thread that waits. */
struct pawl__sleeper {
    pawl_await waiter;                 /* first, so that a waiter's address is its sleeper's */
    struct pawl__slot *slot;           /* holds the parker */
    struct pawl__sleeper *next_roused; /* who is to be unparked after it */
    struct pawl_event *stop;           /* ends the wait when it is set (stop.h); or NULL */
    bool stopped;                      /* it was set; its own thread's, as stop is */

    /* Of one that waits for a lock or an rwlock (lockword.c), under the bucket's guard. */
    pawl_time since;    /* when it began to wait, or was moved to the lock's queue */
    pawl_time woken;    /* when it was woken last, or 0 */
    pawl_time reserved; /* until when the word is reserved for it, or 0 */
    pawl_time nap;      /* it sleeps until then at the latest; its own thread's */
    bool awake;         /* it was woken, or has not parked yet, and polls pawl__lot_is_granted */
    bool tried;         /* it was awake and found the word taken */
    bool demands;       /* it is awake, and the next release is to reserve the word for it */
    bool absent;        /* a reservation passed, and it has not been seen since it was woken */
};

/* When a thread gives up a wait: at a deadline, or when an event is set. */
struct pawl__limit {
    pawl_time deadline;
    struct pawl_event *stop; /* or NULL */
};

static inline struct pawl__limit pawl__until(pawl_time deadline)
{
    return (struct pawl__limit){deadline, NULL};
}

/* In the sleeper's own thread: why its wait ended, if it was not granted. */
static inline pawl_status pawl__sleeper_ended(const struct pawl__sleeper *sleeper)
{
    return sleeper->stopped ? PAWL_CANCELLED : PAWL_TIMEOUT;
}

static inline bool pawl__waiter_is_task(const pawl_await *waiter)
{
    return waiter->fn_ != NULL;
}

/* The sleeper whose waiter this is. Requires a thread's waiter. */
static inline struct pawl__sleeper *pawl__sleeper_of(pawl_await *waiter)
{
    return (struct pawl__sleeper *)(void *)waiter;
}

static inline const struct pawl__sleeper *pawl__sleeper_of_const(const pawl_await *waiter)
{
    return (const struct pawl__sleeper *)(const void *)waiter;
}

/* Whether a thread's waiter is awake; false for a task's. */
static inline bool pawl__waiter_is_awake(const pawl_await *waiter)
{
    return !pawl__waiter_is_task(waiter) && pawl__sleeper_of_const(waiter)->awake;
}

/* Append a dequeued waiter to the list, and remove one from it.
 *
 * A waiter on a list is linked both ways (the first one's prev_ is unspecified), and its chain_ is
 * the list's address, which is no waiter's. Relaxed: another thread that reads chain_ only has to
 * find that it is not its own list. */
static inline void pawl__list_append(struct pawl__wake_list *list, pawl_await *waiter)
{
    waiter->next_ = NULL;
    waiter->prev_ = list->last;
    pawl__store_pointer(&waiter->chain_, list, PAWL__RELAXED);
    if (list->first == NULL) {
        list->first = waiter;
    } else {
        list->last->next_ = waiter;
    }
    list->last = waiter;
}

static inline void pawl__list_remove(struct pawl__wake_list *list, pawl_await *waiter)
{
    if (list->first == waiter) {
        list->first = waiter->next_;
    } else {
        waiter->prev_->next_ = waiter->next_;
    }
    if (list->last == waiter) {
        list->last = waiter->prev_;
    } else {
        waiter->next_->prev_ = waiter->prev_;
    }
}

/* The key_ of a waiter that was granted and has not been woken yet: the address of no object. A
 * waiter that is only moved to another key never has it. */
#define PAWL__TAKEN ((void *)1)

/* The last access to an operation that ends: whoever finds it idle may start it again. The release
 * pairs with pawl__await_is_idle and pawl__lot_start. */
static inline void pawl__waiter_be_idle(pawl_await *op)
{
    pawl__store_pointer(&op->key_, NULL, PAWL__RELEASE);
}

#endif
