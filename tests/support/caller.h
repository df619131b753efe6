/* SPDX-License-Identifier: MIT
 *
 * A helper thread that makes one call for the test and keeps its outcome: the one actor of most
 * tests. `call` is one of the ready-made calls below or the test's own. A test that starts several
 * callers on one object adds up their counts.
 */
#ifndef PAWL_TESTS_CALLER_H
#define PAWL_TESTS_CALLER_H

#include "support.h"

struct wait_kind; /* waits.h */
struct stage;

/* The forms of a call that waits. */
enum form { UNTIL, FOR, UNTIMED, FORMS };

struct caller {
    /* The caller's task; a test sets these before it starts the caller. */
    pawl_status (*call)(struct caller *caller);
    void (*then)(struct caller *caller); /* after the call and after is_back; or NULL */
    void *object;       /* of the call */
    void *lock;         /* a second object: a condition's lock */
    const struct wait_kind *wait; /* of call_wait */
    const void *key;    /* what a call of the test's own waits for, if that is not the object */
    enum form form;     /* of a ready-made call */
    int64_t time;       /* the deadline; the duration if the form is FOR */
    uint32_t number;    /* in and out, of the call's own: a barrier's index, an rlock's depth */
    uint32_t *turn;     /* counts the calls that returned PAWL_OK, while one thread at a time is
                         * inside */
    uint64_t seed;      /* of its random choices */
    /* The outcome, after caller_join or caller_is_back. */
    pawl_status status; /* what the call returned */
    uint32_t order;     /* what *turn was */
    pawl_time ended;    /* when the call returned */
    uint64_t count;     /* for the call's own use: how often it did its work */
    uint64_t mistakes;  /* for the call's own use: what must not happen */
    /* The rest is for the functions below. */
    crew_thread thread;
    uint8_t has_begun, is_back, must_stop; /* atomic */
};

/* Start the call and wait until it is waiter number `place` for its key, or AT_ITS_OWN_TIME, if it
 * may have returned before the test checks. */
enum { AT_ITS_OWN_TIME = 0 };
void caller_start(struct caller *caller, size_t place);

/* The same for a call on this object until this time. */
void caller_start_on(struct caller *caller, pawl_status (*call)(struct caller *caller),
                     void *object, int64_t time, size_t place);

/* Wait for its end. */
pawl_status caller_join(struct caller *caller);

/* Whether the call has returned. The thread may still be in `then`. */
bool caller_is_back(const struct caller *caller);

/* Called by a call of the test's own, and awaited by the test: the call is about to wait. */
void caller_begins(struct caller *caller);
void caller_await_begin(struct caller *caller);

/* Called by the test, and checked by a call of its own: the call is to return. */
void caller_stop(struct caller *caller);
bool caller_must_stop(struct caller *caller);

/* Start `count` callers in this order, each queued behind the one before, in all forms; none of
 * them times out. */
void callers_queue(struct caller *callers, size_t count, pawl_status (*call)(struct caller *caller),
                   void *object);

/* Start `count` copies of the model, which do not wait for each other, each with the next seed. */
void callers_start(struct caller *callers, size_t count, const struct caller *model);

/* Join all: each returned this status and made no mistake. Returns the sum of their counts. */
uint64_t callers_join(struct caller *callers, size_t count, pawl_status expected);

/* How many are back. */
size_t callers_back(const struct caller *callers, size_t count);

/* Ready-made calls, on an object of the name, in the caller's form. */
pawl_status call_lock(struct caller *caller);
pawl_status call_rlock(struct caller *caller);
pawl_status call_semaphore(struct caller *caller);
pawl_status call_event(struct caller *caller);
pawl_status call_latch(struct caller *caller);
pawl_status call_barrier(struct caller *caller); /* the index is its number */
pawl_status call_shared(struct caller *caller);
pawl_status call_exclusive(struct caller *caller);

/* Acquire the caller's lock, wait for the condition and release the lock. */
pawl_status call_condition(struct caller *caller);

/* Make the caller's wait of waits.h on its object, a stage. */
pawl_status call_wait(struct caller *caller);

/* Shut the stage, then start a caller that waits on it until this time. */
void caller_start_wait(struct caller *caller, const struct wait_kind *wait, struct stage *stage,
                       pawl_time deadline);

/* For `then`: give back what the call acquired, if it did. */
void release_lock_after(struct caller *caller);
void release_rlock_after(struct caller *caller);
void release_semaphore_after(struct caller *caller);
void release_shared_after(struct caller *caller);
void release_exclusive_after(struct caller *caller);

#endif
