/* SPDX-License-Identifier: MIT
 *
 * pawl_await: what is the same for every primitive. Contract: include/pawl/await.h.
 *
 * An operation is a waiter in the lot like a thread's, with a function in place of a parker. That
 * of a cancel and a grant one happens is decided by the guard of the bucket it is queued in; its
 * key_ says which that is, and is looked at again inside. Each primitive starts its own operations.
 */
#include <pawl/await.h>

#include "await.h"
#include "misuse.h"

#include <stdlib.h>

_Static_assert(sizeof(pawl_await) <= 64, "the size that is promised");

/* The external definitions of the header's inline functions. */
PAWL__EXPORT extern inline pawl_status pawl_lock_acquire_await(pawl_lock *lock, pawl_await *op);
PAWL__EXPORT extern inline pawl_status pawl_semaphore_acquire_await(pawl_semaphore *semaphore,
                                                                    pawl_await *op);

static void need_function(pawl_resume *fn, const char *call)
{
    if (fn == NULL) {
        pawl__die_null(call, "fn");
    }
}

static void initialise(pawl_await *op, pawl_resume *fn, void *ctx)
{
    *op = (pawl_await){.fn_ = fn, .ctx_ = ctx};
}

void pawl_await_init(pawl_await *op, pawl_resume *fn, void *ctx)
{
    pawl__need(op, "pawl_await_init", "op");
    need_function(fn, "pawl_await_init");
    initialise(op, fn, ctx);
}

void *pawl_await_context(const pawl_await *op)
{
    pawl__need(op, "pawl_await_context", "op");
    return op->ctx_;
}

pawl_await *pawl_await_new(pawl_resume *fn, void *ctx)
{
    need_function(fn, "pawl_await_new");
    pawl_await *op = malloc(sizeof *op);
    if (op != NULL) {
        initialise(op, fn, ctx);
    }
    return op;
}

void pawl_await_free(pawl_await *op)
{
    free(op);
}

/* A task is out of its queue: mend the object's word, and leave. */
static void mend(const struct pawl__withdrawn *was, struct pawl__bucket *bucket)
{
    void *key = was->key;
    switch (was->awaited) {
    case PAWL__ON_LOCK:
    case PAWL__ON_NOTIFIED_LOCK:
        pawl__lock_withdraw(key, bucket);
        break;
    case PAWL__ON_SEMAPHORE:
        pawl__semaphore_withdraw(key, bucket);
        break;
    case PAWL__ON_EVENT:
        pawl__event_withdraw(key, bucket);
        break;
    case PAWL__ON_CONDITION:
        pawl__condition_withdraw(key, bucket);
        break;
    case PAWL__ON_BARRIER:
        pawl__barrier_withdraw(key, bucket);
        break;
    case PAWL__ON_SHARED:
    case PAWL__ON_EXCLUSIVE:
        pawl__rwlock_withdraw(key, was->awaited, bucket);
        break;
    default: /* a once has no tasks */
        pawl__lot_leave(bucket);
        break;
    }
}

bool pawl_await_cancel(pawl_await *op)
{
    pawl__need(op, "pawl_await_cancel", "op");
    struct pawl__withdrawn was;
    struct pawl__bucket *bucket = pawl__lot_withdraw(op, &was, NULL);
    if (bucket == NULL) {
        return false;
    }
    mend(&was, bucket);
    if (was.object != NULL) { /* the notification goes to the next at the condition */
        pawl_condition_notify(was.object, 1);
    }
    return true;
}

/* As for a thread, whose deadline no longer counts once it was notified. */
static bool is_notified(const pawl_await *op)
{
    return op->kind_ == PAWL__ON_NOTIFIED_LOCK;
}

bool pawl__await_time_out(pawl_await *op)
{
    struct pawl__withdrawn was;
    struct pawl__bucket *bucket = pawl__lot_withdraw(op, &was, is_notified);
    if (bucket == NULL) {
        return false;
    }
    if (was.awaited == PAWL__ON_BARRIER) {
        pawl__barrier_break(was.key, bucket);
    } else {
        mend(&was, bucket);
    }
    return true;
}

bool pawl__await_take_back(pawl_await *op)
{
    return pawl__lot_take_back(op);
}
