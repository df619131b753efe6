/* SPDX-License-Identifier: MIT
 *
 * pawl_await: waiting without a thread. The same locks and the same queues; a call instead of a
 * wake-up.
 *
 * For an event loop, a coroutine or a state machine: the acquire returns at once, and when the
 * task's turn comes a function is called, which then holds what was asked for. Threads and tasks
 * wait in one queue, in order of arrival. With libuv use <pawl/uv.h>, which calls on the loop's own
 * thread and has deadlines; in C++20 use co_await, with <pawl/pawl.hpp>. A caller that has a thread
 * to block uses the plain calls. There is no await for an rlock, whose owner is a thread, nor for a
 * once.
 *
 * There is no deadline here: cancel from a timer. A cancel differs from a thread's time-out in two
 * ways: it does not break a barrier, and it does not acquire a condition's lock again.
 *
 *     the operation   *_await         pawl_await_cancel        fn
 *     is idle         PAWL_OK, or     false                    is not called
 *                     PAWL_PENDING
 *     waits           PAWL_INVALID    true: it is idle again   is called when it is granted
 *     was granted     PAWL_INVALID    false                    will be called, once; when that
 *                                                              begins the operation is idle
 *
 * fn is called by the thread whose call granted: a release (a condition's wait makes one), set,
 * notify, the last arrival at a barrier, its abort or reset, a downgrade, or a cancel or time-out
 * that lets other waiters proceed. fn is called before that call returns, outside every guard of
 * pawl. If that call was made inside another fn, this fn is called after the other one has
 * returned. So fn runs in the middle of the granting thread's code, with whatever that thread
 * holds. In fn use only calls that do not wait, *_await and try; an rlock that the thread owns
 * counts as fn's own. If that is no place for the work, let fn only pass it on to the right thread
 * or loop, as the adapters do.
 *
 * fn may start its operation again or free it, and may free what it was granted. Calls of fn do not
 * nest on one thread: what fn grants to another task is granted at once, but the other task's fn is
 * called after this one has returned. So a chain of a million takes no more stack than one, and the
 * call that began it returns when the chain has ended. Therefore fn must return soon, on the thread
 * it was called on: while it runs, the tasks that this thread granted wait for it, and a fn that
 * blocks until one of them has done something waits for itself. fn must not end its thread, call
 * exit, longjmp away or throw. Its thread is not cancelled while it runs. A child forked in fn, as
 * one forked in a barrier's action or a once's function, may exec or _exit, but must not return
 * from it. The first fn on a thread sets a thread-specific word, for which some C libraries
 * allocate.
 *
 * Example:
 *
 *     #include <pawl/lock.h>
 *     #include <stdio.h>
 *
 *     static pawl_lock lock;
 *
 *     static void work(const char *name)
 *     {
 *         printf("%s holds the lock\n", name);
 *         pawl_lock_release(&lock); // the next task in the queue holds it now
 *     }
 *
 *     static void acquired(pawl_await *op, pawl_status result)
 *     {
 *         (void)result; // PAWL_OK: a lock has no other
 *         work(pawl_await_context(op));
 *     }
 *
 *     void start(pawl_await *op, char *name)
 *     {
 *         pawl_await_init(op, acquired, name);
 *         if (pawl_lock_acquire_await(&lock, op) == PAWL_OK) {
 *             work(name); // at once: acquired() is not called
 *         }
 *     }
 */
#ifndef PAWL_AWAIT_H
#define PAWL_AWAIT_H

#include <pawl/base.h>

PAWL__BEGIN

typedef struct pawl_await pawl_await;

/* The function that is called when a pending operation is granted. `result` is PAWL_OK, or
 * PAWL_BROKEN from a barrier, or PAWL_CANCELLED from an adapter whose loop was closed. The
 * operation is idle again. The opening comment says what the function must not do. */
typedef void pawl_resume(pawl_await *op, pawl_status result);

/* One operation, in memory that the caller owns. It is in flight from a start that returns
 * PAWL_PENDING until fn begins or cancel returns true; otherwise it is idle. While it is in flight
 * the memory must not change. Afterwards only the thread in which fn began, or whose cancel
 * returned true, may start it again or free it; other threads may when that thread has told them.
 * All-zero bytes are not ready to use; pawl_await_init makes them so. The fields belong to the lot,
 * under its guards. A waiting thread uses one as well, without a fn_. */
struct pawl_await {
    pawl_await *next_, *prev_; /* the ring of a key's waiters; first->prev_ is the last */
    void *chain_;              /* in the first of a ring: the next first in its chain */
    void *key_;                /* atomic. NULL: idle. Written under the guard, read without */
    pawl_resume *fn_;          /* NULL: a thread waits, see src/waiter.h */
    void *ctx_;                /* fn's */
    void *object_;             /* a condition's: its lock; on the lock's queue: the condition, or
                                * NULL; a barrier's: where the party's index goes, or NULL */
    uint32_t generation_;      /* a task's: the number of forks before it was queued */
    uint8_t kind_;             /* what it waits for */
    uint8_t outcome_;          /* a pawl_status, from the grant until the waiter has seen it */
};

/* Waiters that were dequeued and are to be woken, oldest first. Not for users. */
struct pawl__wake_list {
    pawl_await *first, *last;
};

/* Make the memory an idle operation that calls fn. fn gets ctx by pawl_await_context.
 *
 * Requires  op is idle, or was never initialised; fn is not NULL. */
PAWL_API void pawl_await_init(pawl_await *op, pawl_resume *fn, void *ctx);

/* The ctx that the operation was initialised with. */
PAWL_MUST_CHECK PAWL_API void *pawl_await_context(const pawl_await *op);

/* An operation on the heap, for callers that hold a pointer; NULL when memory is out. NULL may be
 * freed. fn may free its own operation.
 *
 * Requires  for free: op is idle.
 * Costs     malloc, free. */
PAWL_MUST_CHECK PAWL_API pawl_await *pawl_await_new(pawl_resume *fn, void *ctx);
PAWL_API void pawl_await_free(pawl_await *op);

/* Whether the operation can be started, as far as one load shows. The acquire pairs with the last
 * write to an operation that ends, in src/lot.c. */
PAWL__HELPER bool pawl__await_is_idle(const pawl_await *op)
{
    return op->fn_ != PAWL__NULL && pawl__load_pointer(&op->key_, PAWL__ACQUIRE) == PAWL__NULL;
}

PAWL__HELPER void pawl__await_check(const void *object, const pawl_await *op, const char *call,
                                    const char *argument)
{
    if (PAWL__UNLIKELY(object == PAWL__NULL || op == PAWL__NULL)) {
        pawl__die_null(call, object == PAWL__NULL ? argument : "op");
    }
}

/* Withdraw an operation that waits. Exactly one of "this returns true" and "fn is called" happens.
 *
 * The result is as if the operation had never waited: the next waiter is served, readers that only
 * waited behind a writer are granted, a barrier's round lacks a party again. An operation that was
 * notified at a condition and now waits for the lock does not get the lock. If others were waiting
 * at the condition when it was notified, its notification goes to the oldest waiter there now.
 *
 * Returns   true   it waited: fn will not be called, nothing was acquired, op is idle
 *           false  it did not wait: fn has been, is being or will be called; or nothing was in
 *                  flight, because its start returned something else, another cancel was faster, or
 *                  the process was forked. Nothing changed
 * Requires  op's memory is valid: the caller knows that neither fn nor another thread that cancels
 *           has freed it. If fn starts op again, this call may cancel the new wait. Any thread.
 * Costs     one guard, or two; constant in the number of waiters, except for the readers that a
 *           writer's cancel lets proceed. May wake or call the waiter that is served next. */
PAWL_API bool pawl_await_cancel(pawl_await *op);

/* For adapters, which have deadlines: as pawl_await_cancel, but with the effects of a thread's
 * time-out. A barrier is broken, and a notified operation is no longer withdrawn. Not for users. */
PAWL_API bool pawl__await_time_out(pawl_await *op);

/* For adapters, on the thread that granted op and is still inside an earlier fn: remove op, which
 * was granted but not called, from the list of calls to make. The caller owns what was granted, and
 * gives it back. A condition's notification is then the caller's to pass on. Not for users.
 *
 * Returns   true: fn will not be called; false: op is not in the list. */
PAWL_API bool pawl__await_take_back(pawl_await *op);

PAWL__END

#endif
