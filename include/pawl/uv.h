/* SPDX-License-Identifier: MIT
 *
 * pawl_uv: the locks of pawl, awaited on a libuv loop. Header only; needs libuv 1.18.
 *
 * The objects may be shared with threads, other loops and other tasks, all in one queue. fn is
 * called on the loop's own thread, whichever thread granted, and never inside a call of the
 * program's: it may do whatever a libuv callback may. Use <pawl/await.h> alone if any thread will
 * do, and the plain calls if a thread can block. In C++20, use co_await with pawl::on(the pawl_uv).
 *
 *     the operation      pawl_uv_<thing>_*      pawl_uv_await_cancel     pawl_uv_close
 *     is idle            PAWL_OK, PENDING ...   false                    a start from then on is
 *                                                                        PAWL_CANCELLED
 *     waits              PAWL_INVALID           true: it is idle again   fn gets PAWL_CANCELLED
 *     was granted,       PAWL_INVALID           false: fn will be        fn gets what it would have
 *     or has timed out                          called                   got
 *
 * A condition's operation also waits while it is queued for the lock again, after a notification or
 * a time-out: if it is cancelled or closed then, it holds nothing.
 *
 * One handle for wake-ups and one timer serve all operations of a loop; nothing is allocated. While
 * an operation is in flight the loop is alive; otherwise these handles do not keep it alive. A loop
 * that is stopped keeps its operations, and continues with them when it runs again. What is granted
 * while fn runs is called in the same turn of the loop, after a thousand calls in the next turn.
 *
 * The handles belong to the pawl_uv: end it by pawl_uv_close, not by uv_walk and uv_close. A forked
 * child needs a loop of its own and a new pawl_uv. Operations that were in flight have ended there
 * without a call, and must not be touched.
 *
 * The calls, below the private part: pawl_uv_init, _close; pawl_uv_await_init, _context, _cancel;
 * pawl_uv_lock_acquire, pawl_uv_semaphore_acquire, pawl_uv_event_wait, pawl_uv_latch_wait,
 * pawl_uv_condition_wait, pawl_uv_barrier_wait, pawl_uv_rwlock_acquire_shared, _exclusive. Link
 * libuv yourself; pawl::pawl does not. libuv's own header needs POSIX's types: with -std=c11,
 * define _POSIX_C_SOURCE=200809L.
 *
 * Example:
 *
 *     #include <pawl/uv.h>
 *     #include <stdio.h>
 *
 *     static pawl_lock lock; // shared with threads and other loops
 *
 *     static void acquired(pawl_uv_await *op, pawl_status result)
 *     {
 *         if (result == PAWL_OK) {
 *             printf("%s holds the lock\n", (const char *)pawl_uv_await_context(op));
 *             pawl_lock_release(&lock);
 *         } // else PAWL_TIMEOUT, or PAWL_CANCELLED: the pawl_uv was closed
 *     }
 *
 *     int run(uv_loop_t *loop)
 *     {
 *         static pawl_uv uv;
 *         static pawl_uv_await op;
 *         static char name[] = "the task";
 *         if (pawl_uv_init(&uv, loop) != 0) {
 *             return 1;
 *         }
 *         pawl_uv_await_init(&op, &uv, acquired, name);
 *         pawl_status status = pawl_uv_lock_acquire(&op, &lock, pawl_after_s(1));
 *         if (status != PAWL_PENDING) {
 *             acquired(&op, status); // at once
 *         }
 *         uv_run(loop, UV_RUN_DEFAULT); // until nothing is in flight
 *         pawl_uv_close(&uv, NULL);
 *         uv_run(loop, UV_RUN_DEFAULT); // until it is closed
 *         return uv_loop_close(loop);
 *     }
 */
#ifndef PAWL_UV_H
#define PAWL_UV_H

#include <pawl/barrier.h>
#include <pawl/condition.h>
#include <pawl/event.h>
#include <pawl/latch.h>
#include <pawl/rwlock.h>
#include <pawl/semaphore.h>
#include <pawl/with.h>

#include <uv.h>

PAWL__BEGIN

/* Runs pawl's operations on a loop, in memory that the program keeps until closed() is called. One
 * for each loop is enough. */
typedef struct pawl_uv pawl_uv;

/* One operation, in memory that the program keeps while it is in flight: from a start that returns
 * PAWL_PENDING until fn has begun, or cancel has returned true. All-zero bytes are not ready to
 * use; pawl_uv_await_init makes them so. */
typedef struct pawl_uv_await pawl_uv_await;

/* The function that is called, once, when a pending operation ends. `result` is
 *
 *     PAWL_OK         it holds what it asked for, the event was set, the condition was notified
 *     PAWL_TIMEOUT    the deadline passed; nothing was acquired, but after a condition the lock is
 *                     held again, as after a thread's wait
 *     PAWL_BROKEN     from a barrier
 *     PAWL_CANCELLED  the pawl_uv was closed; nothing is held, not even a condition's lock
 *
 * The operation is idle again. fn may start it again, or free it. It must not run the loop. */
typedef void pawl_uv_resume(pawl_uv_await *op, pawl_status result);

/* ---- The private part ----
 *
 * An operation in flight is always in one of three states:
 *
 *     pawl's             its pawl_await waits, or was dequeued by a thread that has not called
 *                        pawl_uv__arrive for it yet
 *     the ready queue's  it has arrived, by pawl_uv__arrive, with a result. Under the lock
 *     the loop thread's  while it is withdrawn, and after it left the ready queue until fn begins
 *
 * It arrives once: pawl calls pawl_uv__arrive once unless a withdrawal succeeds. A thread that
 * withdrew, always the loop's thread, ends the operation or makes it arrive.
 *
 * awake_ is true when the ready queue will be served without further action: it is being served, or
 * the async handle's callback is pending. A queue that is not empty implies awake_.
 *
 * The handles are closed when no operation is in flight, so no thread can reach them any more: an
 * arrival sends under the lock, and the loop's thread has dequeued the operation under it. */

struct pawl_uv_await {
    pawl_await await_;
    pawl_uv *uv_;
    pawl_uv_resume *fn_;
    void *ctx_;

    /* The loop thread's. */
    pawl_uv_await *next_;                     /* those in flight, newest first */
    pawl_uv_await **link_;                    /* what points to this one; NULL: not among them */
    pawl_uv_await *below_, *beside_, *above_; /* in the heap: the first child, the next sibling, and
                                                 whose below_ or beside_ this is */
    pawl_time deadline_;
    pawl_lock *lock_; /* a condition's, to be acquired again when the time is up; or NULL */
    bool in_flight_;
    bool in_heap_;
    bool timed_out_; /* changes while the operation is in no queue of pawl's */

    /* Under uv_->lock_. */
    bool has_arrived_;
    uint8_t result_; /* a pawl_status */
    pawl_uv_await *ready_next_, *ready_previous_;
};

/* A withdrawal in progress: it may let a callback of the program run, which may abandon this very
 * operation. */
struct pawl_uv__withdrawal {
    pawl_uv_await *op; /* NULL: it was abandoned */
    struct pawl_uv__withdrawal *outer;
};

struct pawl_uv {
    void *data; /* the program's own; never touched here */
    uv_async_t async_; /* has a reference while operations are in flight, and until it is closed */
    uv_timer_t timer_; /* never has one */

    /* The loop thread's. */
    void (*closed_)(pawl_uv *uv);
    pawl_uv_await *in_flight_;                /* until pawl_uv_close has withdrawn them */
    pawl_uv_await *earliest_;                 /* the root of the heap of deadlines */
    pawl_time armed_;                         /* when the timer goes off, or PAWL_NEVER */
    struct pawl_uv__withdrawal *withdrawals_; /* the innermost */
    size_t count_;                            /* how many are in flight */
    uv_pid_t process_;                        /* in another one, a forked child, they have ended */
    bool has_reference_;
    bool closing_;
    bool withdrawn_; /* closing_, and no operation waits any more */
    uint8_t handles_;

    pawl_lock lock_;         /* held by threads only, and briefly */
    pawl_condition arrived_; /* for who waits for a certain one */
    bool awake_;
    pawl_uv_await *ready_first_, *ready_last_; /* in order of arrival */
};

/* The number of calls after which libuv serves its other handles. */
enum { PAWL_UV__TURN = 1024 };

/* libuv's handles begin with what a uv_handle_t has. */
static inline uv_handle_t *pawl_uv__handle(void *handle)
{
    return PAWL__CAST(uv_handle_t *, handle);
}

static inline void pawl_uv__need(const void *pointer, const char *call, const char *argument)
{
    if (PAWL__UNLIKELY(pointer == PAWL__NULL)) {
        pawl__die_null(call, argument);
    }
}

/* A pairing heap. The deadline of a parent is not later than its children's. */
static inline pawl_uv_await *pawl_uv__meld(pawl_uv_await *first, pawl_uv_await *second)
{
    pawl_uv_await *root = second->deadline_ < first->deadline_ ? second : first;
    pawl_uv_await *child = root == first ? second : first;
    child->above_ = root;
    child->beside_ = root->below_;
    if (root->below_ != PAWL__NULL) {
        root->below_->above_ = child;
    }
    root->below_ = child;
    return root;
}

/* One heap of the children of a root that is removed: in pairs, and then pair by pair. */
static inline pawl_uv_await *pawl_uv__meld_children(pawl_uv_await *root)
{
    pawl_uv_await *pairs = PAWL__NULL;
    pawl_uv_await *rest = root->below_;
    pawl_uv_await *heap;
    while (rest != PAWL__NULL) {
        pawl_uv_await *pair = rest;
        pawl_uv_await *second = rest->beside_;
        rest = second != PAWL__NULL ? second->beside_ : PAWL__NULL;
        if (second != PAWL__NULL) {
            pair = pawl_uv__meld(pair, second);
        }
        pair->beside_ = pairs;
        pairs = pair;
    }
    heap = PAWL__NULL;
    while (pairs != PAWL__NULL) {
        pawl_uv_await *pair = pairs;
        pairs = pair->beside_;
        pair->beside_ = PAWL__NULL;
        pair->above_ = PAWL__NULL;
        heap = heap != PAWL__NULL ? pawl_uv__meld(heap, pair) : pair;
    }
    return heap;
}

static inline void pawl_uv__heap_insert(pawl_uv *uv, pawl_uv_await *op)
{
    op->below_ = PAWL__NULL;
    op->beside_ = PAWL__NULL;
    op->above_ = PAWL__NULL;
    op->in_heap_ = true;
    uv->earliest_ = uv->earliest_ != PAWL__NULL ? pawl_uv__meld(uv->earliest_, op) : op;
}

static inline void pawl_uv__heap_remove(pawl_uv *uv, pawl_uv_await *op)
{
    pawl_uv_await *children;
    if (!op->in_heap_) {
        return;
    }
    children = pawl_uv__meld_children(op);
    op->in_heap_ = false;
    if (op == uv->earliest_) {
        uv->earliest_ = children;
        return;
    }
    if (op->above_->below_ == op) {
        op->above_->below_ = op->beside_;
    } else {
        op->above_->beside_ = op->beside_;
    }
    if (op->beside_ != PAWL__NULL) {
        op->beside_->above_ = op->above_;
    }
    if (children != PAWL__NULL) {
        uv->earliest_ = pawl_uv__meld(uv->earliest_, children);
    }
}

static inline void pawl_uv__list_insert(pawl_uv *uv, pawl_uv_await *op)
{
    op->next_ = uv->in_flight_;
    op->link_ = &uv->in_flight_;
    if (op->next_ != PAWL__NULL) {
        op->next_->link_ = &op->next_;
    }
    uv->in_flight_ = op;
}

static inline void pawl_uv__list_remove(pawl_uv_await *op)
{
    if (op->link_ != PAWL__NULL) {
        *op->link_ = op->next_;
        if (op->next_ != PAWL__NULL) {
            op->next_->link_ = op->link_;
        }
        op->link_ = PAWL__NULL;
    }
}

/* Under the lock. */
static inline void pawl_uv__ready_remove(pawl_uv *uv, pawl_uv_await *op)
{
    pawl_uv_await *next = op->ready_next_;
    pawl_uv_await *previous = op->ready_previous_;
    *(previous != PAWL__NULL ? &previous->ready_next_ : &uv->ready_first_) = next;
    *(next != PAWL__NULL ? &next->ready_previous_ : &uv->ready_last_) = previous;
    op->has_arrived_ = false;
}

/* Under the lock: make sure that the ready queue is served, from this or the next turn of the loop
 * on. An error of uv_async_send would mean that the handle is closing, which it is not. */
static inline void pawl_uv__rouse(pawl_uv *uv)
{
    if (!uv->awake_) {
        uv->awake_ = true;
        (void)uv_async_send(&uv->async_);
    }
}

/* On any thread: the operation has a result. When the loop's thread dequeues it the pawl_uv may be
 * closed and freed, hence the send under the lock. */
static inline void pawl_uv__arrive_with(pawl_uv_await *op, pawl_status result)
{
    pawl_uv *uv = op->uv_;
    pawl_lock_acquire(&uv->lock_);
    op->has_arrived_ = true;
    op->result_ = PAWL__CAST(uint8_t, result);
    op->ready_next_ = PAWL__NULL;
    op->ready_previous_ = uv->ready_last_;
    *(uv->ready_last_ != PAWL__NULL ? &uv->ready_last_->ready_next_ : &uv->ready_first_) = op;
    uv->ready_last_ = op;
    pawl_uv__rouse(uv);
    pawl_condition_notify_all(&uv->arrived_);
    pawl_lock_release(&uv->lock_);
}

/* The pawl_resume of all operations: pawl calls it on the thread that granted. */
static inline void pawl_uv__arrive(pawl_await *await, pawl_status result)
{
    pawl_uv_await *op = PAWL__CAST(pawl_uv_await *, pawl_await_context(await));
    pawl_uv__arrive_with(op, op->timed_out_ ? PAWL_TIMEOUT : result);
}

static inline void pawl_uv__handle_closed(uv_handle_t *handle)
{
    pawl_uv *uv = PAWL__CAST(pawl_uv *, handle->data);
    uv->handles_--;
    if (uv->handles_ == 0 && uv->closed_ != PAWL__NULL) {
        uv->closed_(uv);
    }
}

/* Close the handles, once, when the pawl_uv is closing and nothing is in flight. */
static inline void pawl_uv__close_handles(pawl_uv *uv)
{
    if (uv->closing_ && uv->count_ == 0 && !uv_is_closing(pawl_uv__handle(&uv->async_))) {
        uv_close(pawl_uv__handle(&uv->async_), pawl_uv__handle_closed);
        uv_close(pawl_uv__handle(&uv->timer_), pawl_uv__handle_closed);
    }
}

/* The loop is alive while operations are in flight. */
static inline void pawl_uv__hold_loop(pawl_uv *uv)
{
    bool needed = uv->count_ != 0 || uv->closing_;
    if (needed && !uv->has_reference_) {
        uv_ref(pawl_uv__handle(&uv->async_));
    } else if (!needed && uv->has_reference_) {
        uv_unref(pawl_uv__handle(&uv->async_));
    }
    uv->has_reference_ = needed;
}

static inline void pawl_uv__ring(uv_timer_t *timer);

/* Set the timer to the earliest deadline, if that is before the time it is set to. libuv counts in
 * milliseconds from the beginning of this turn of the loop, so the timer may fire early, and is set
 * again. */
static inline void pawl_uv__arm(pawl_uv *uv)
{
    pawl_time now;
    uint64_t rest;
    if (uv->earliest_ == PAWL__NULL || uv->earliest_->deadline_ >= uv->armed_) {
        return;
    }
    uv->armed_ = uv->earliest_->deadline_;
    now = pawl_now();
    rest = uv->armed_ > now ? PAWL__CAST(uint64_t, uv->armed_ - now) : 1;
    (void)uv_timer_start(&uv->timer_, pawl_uv__ring, (rest + 999999) / 1000000, 0);
}

/* To be done whenever operations have begun or ended. */
static inline void pawl_uv__settle(pawl_uv *uv)
{
    pawl_uv__arm(uv);
    pawl_uv__hold_loop(uv);
    pawl_uv__close_handles(uv);
}

/* The operation is no longer in flight, and the memory is the program's again. */
static inline void pawl_uv__end(pawl_uv *uv, pawl_uv_await *op)
{
    pawl_uv__list_remove(op);
    pawl_uv__heap_remove(uv, op);
    op->in_flight_ = false;
    uv->count_--;
}

/* Withdraw an operation by pawl_await_cancel or pawl__await_time_out.
 *
 * Returns   true: the caller ends it, or makes it arrive; false: it arrives, or was abandoned by a
 *           callback in here and its memory is gone. */
static inline bool pawl_uv__withdraw(pawl_uv *uv, pawl_uv_await *op, bool (*by)(pawl_await *await))
{
    struct pawl_uv__withdrawal withdrawal = {op, uv->withdrawals_};
    bool withdrawn;
    uv->withdrawals_ = &withdrawal;
    withdrawn = by(&op->await_);
    uv->withdrawals_ = withdrawal.outer;
    return withdrawn && withdrawal.op != PAWL__NULL;
}

/* The deadline has passed. An operation that is being granted, or was notified, is left to
 * arrive. */
PAWL__NO_ANALYSIS static inline void pawl_uv__expire(pawl_uv *uv, pawl_uv_await *op)
{
    if (!pawl_uv__withdraw(uv, op, pawl__await_time_out)) {
        return;
    }
    op->timed_out_ = true;
    if (op->lock_ == PAWL__NULL || pawl_lock_acquire_await(op->lock_, &op->await_) == PAWL_OK) {
        pawl_uv__arrive_with(op, PAWL_TIMEOUT);
    }
}

/* After pawl_uv_close: withdraw all that wait. Operations that are just being granted arrive. */
static inline void pawl_uv__withdraw_all(pawl_uv *uv)
{
    while (uv->in_flight_ != PAWL__NULL) {
        pawl_uv_await *op = uv->in_flight_;
        pawl_uv__list_remove(op);
        if (pawl_uv__withdraw(uv, op, pawl_await_cancel)) {
            pawl_uv__arrive_with(op, PAWL_CANCELLED);
        }
    }
    uv->withdrawn_ = true;
}

/* The oldest in the ready queue; NULL if the queue is empty or the turn has ended. */
static inline pawl_uv_await *pawl_uv__next(pawl_uv *uv, unsigned served)
{
    pawl_uv_await *op;
    pawl_lock_acquire(&uv->lock_);
    op = uv->ready_first_;
    uv->awake_ = op != PAWL__NULL && served < PAWL_UV__TURN;
    if (uv->awake_) {
        pawl_uv__ready_remove(uv, op);
    } else if (op != PAWL__NULL) {
        pawl_uv__rouse(uv);
        op = PAWL__NULL;
    }
    pawl_lock_release(&uv->lock_);
    return op;
}

/* In a libuv callback: call the operations that have arrived, and those that arrive meanwhile. */
static inline void pawl_uv__serve(pawl_uv *uv)
{
    for (unsigned served = 0;; served++) {
        pawl_uv_await *op;
        pawl_status result;
        if (uv->closing_ && !uv->withdrawn_) { /* by the fn that was called last, perhaps */
            pawl_uv__withdraw_all(uv);
        }
        op = pawl_uv__next(uv, served);
        if (op == PAWL__NULL) {
            break;
        }
        result = PAWL__CAST(pawl_status, op->result_);
        pawl_uv__end(uv, op);
        op->fn_(op, result);
    }
    pawl_uv__settle(uv);
}

static inline void pawl_uv__roused(uv_async_t *async)
{
    pawl_uv__serve(PAWL__CAST(pawl_uv *, async->data));
}

/* The timer's callback. pawl_now alone decides which deadlines have passed. */
static inline void pawl_uv__ring(uv_timer_t *timer)
{
    pawl_uv *uv = PAWL__CAST(pawl_uv *, timer->data);
    pawl_time now = pawl_now();
    uv->armed_ = PAWL_NEVER;
    while (uv->earliest_ != PAWL__NULL && uv->earliest_->deadline_ <= now) {
        pawl_uv_await *op = uv->earliest_;
        pawl_uv__heap_remove(uv, op);
        pawl_uv__expire(uv, op);
    }
    pawl_uv__serve(uv);
}

/* Put an idle operation in flight. The caller then calls pawl's start and passes its result to
 * pawl_uv__begun. The operation is in flight before, because another thread may grant it, and the
 * start of a condition's wait may call the program, before that start returns.
 *
 * Returns   PAWL_OK: go on. PAWL_INVALID, PAWL_CANCELLED: nothing changed. */
PAWL_MUST_CHECK static inline pawl_status pawl_uv__prepare(pawl_uv_await *op, pawl_lock *lock,
                                                           pawl_time deadline)
{
    pawl_uv *uv = op->uv_;
    if (uv == PAWL__NULL || op->in_flight_) {
        return PAWL_INVALID;
    }
    if (uv->closing_) {
        return PAWL_CANCELLED;
    }
    op->in_flight_ = true;
    op->timed_out_ = false;
    op->lock_ = lock;
    op->deadline_ = deadline;
    uv->count_++;
    pawl_uv__list_insert(uv, op);
    if (deadline != PAWL_NEVER) {
        pawl_uv__heap_insert(uv, op);
    }
    return PAWL_OK;
}

/* `lock` and `deadline` as before: after the start of a condition's wait, op may be gone already,
 * if a callback that the release called has cancelled it.
 *
 * Returns   status; PAWL_TIMEOUT where it would be PAWL_PENDING past the deadline. */
PAWL_MUST_CHECK static inline pawl_status pawl_uv__begun(pawl_uv *uv, pawl_uv_await *op,
                                                         pawl_lock *lock, pawl_time deadline,
                                                         pawl_status status)
{
    if (status == PAWL_PENDING && lock == PAWL__NULL && deadline != PAWL_NEVER &&
        deadline <= pawl_now() && pawl_uv__withdraw(uv, op, pawl__await_time_out)) {
        status = PAWL_TIMEOUT;
    }
    if (status != PAWL_PENDING) {
        pawl_uv__end(uv, op);
    }
    pawl_uv__settle(uv);
    return status;
}

/* Dequeue an operation that is granted, or about to be: it arrives soon, if it has not.
 *
 * Returns   what fn would have been called with; in a forked child PAWL_CANCELLED. */
static inline pawl_status pawl_uv__fetch(pawl_uv *uv, pawl_uv_await *op)
{
    if (pawl__await_take_back(&op->await_)) {
        return op->timed_out_ ? PAWL_TIMEOUT : PAWL__CAST(pawl_status, op->await_.outcome_);
    }
    if (uv_os_getpid() != uv->process_) {
        return PAWL_CANCELLED; /* in the child no thread can report a grant, or release the lock */
    }
    pawl_lock_acquire(&uv->lock_);
    while (!op->has_arrived_) {
        pawl_status status = pawl_condition_wait(&uv->arrived_, &uv->lock_);
        (void)status; /* PAWL_OK: the lock is held */
    }
    pawl_uv__ready_remove(uv, op);
    pawl_lock_release(&uv->lock_);
    return PAWL__CAST(pawl_status, op->result_);
}

/* For a coroutine that is destroyed while it waits: end the operation, in whatever state, without a
 * call of fn. May have to wait for another thread that is about to report its grant.
 *
 * Returns   PAWL_CANCELLED: it was withdrawn, or was not in flight. Otherwise it had been granted,
 *           or timed out, with the result that is returned, and the caller owns what fn would have
 *           had. */
PAWL_MUST_CHECK static inline pawl_status pawl_uv__abandon(pawl_uv_await *op)
{
    pawl_uv *uv = op->uv_;
    pawl_status result = PAWL_CANCELLED;
    struct pawl_uv__withdrawal *at;
    if (!op->in_flight_) {
        return result;
    }
    at = uv->withdrawals_;
    while (at != PAWL__NULL && at->op != op) {
        at = at->outer;
    }
    if (at != PAWL__NULL) {
        at->op = PAWL__NULL;
    } else if (!pawl_await_cancel(&op->await_)) {
        result = pawl_uv__fetch(uv, op);
    }
    pawl_uv__end(uv, op);
    pawl_uv__settle(uv);
    return result;
}

/* ---- The calls ---- */

/* Make the memory ready to run operations on the loop.
 *
 * Returns   0, or libuv's error, and then there is nothing to close.
 * Requires  on the loop's thread, as is everything below. */
PAWL_MUST_CHECK static inline int pawl_uv_init(pawl_uv *uv, uv_loop_t *loop)
{
    int error;
    pawl_uv__need(uv, "pawl_uv_init", "uv");
    pawl_uv__need(loop, "pawl_uv_init", "loop");
    error = uv_async_init(loop, &uv->async_, pawl_uv__roused);
    if (error == 0) {
        error = uv_timer_init(loop, &uv->timer_); /* has no errors */
    }
    if (error != 0) {
        return error;
    }
    uv->async_.data = uv;
    uv->timer_.data = uv;
    uv_unref(pawl_uv__handle(&uv->async_));
    uv_unref(pawl_uv__handle(&uv->timer_));
    uv->closed_ = PAWL__NULL;
    uv->in_flight_ = PAWL__NULL;
    uv->earliest_ = PAWL__NULL;
    uv->armed_ = PAWL_NEVER;
    uv->withdrawals_ = PAWL__NULL;
    uv->count_ = 0;
    uv->process_ = uv_os_getpid();
    uv->has_reference_ = false;
    uv->closing_ = false;
    uv->withdrawn_ = false;
    uv->handles_ = 2;
    pawl_lock_init(&uv->lock_);
    pawl_condition_init(&uv->arrived_);
    uv->awake_ = false;
    uv->ready_first_ = PAWL__NULL;
    uv->ready_last_ = PAWL__NULL;
    return 0;
}

/* End it. No operation can be started any more. From the loop, which must run until then, fn is
 * called for every operation in flight: with its grant, or with PAWL_CANCELLED. Then closed(uv) is
 * called, once, after which nothing is called any more, and the memory may be freed. `closed` may
 * be NULL. A second call does nothing. */
static inline void pawl_uv_close(pawl_uv *uv, void (*closed)(pawl_uv *uv))
{
    pawl_uv__need(uv, "pawl_uv_close", "uv");
    if (uv->closing_) {
        return;
    }
    uv->closing_ = true;
    uv->closed_ = closed;
    if (uv->count_ != 0) {
        pawl_lock_acquire(&uv->lock_);
        pawl_uv__rouse(uv);
        pawl_lock_release(&uv->lock_);
    }
    pawl_uv__settle(uv);
}

/* Make the memory an idle operation of the loop that calls fn. fn gets ctx by
 * pawl_uv_await_context.
 *
 * Requires  op is not in flight; fn is not NULL. */
static inline void pawl_uv_await_init(pawl_uv_await *op, pawl_uv *uv, pawl_uv_resume *fn, void *ctx)
{
    pawl_uv__need(op, "pawl_uv_await_init", "op");
    pawl_uv__need(uv, "pawl_uv_await_init", "uv");
    if (fn == PAWL__NULL) {
        pawl__die_null("pawl_uv_await_init", "fn");
    }
    pawl_await_init(&op->await_, pawl_uv__arrive, op);
    op->uv_ = uv;
    op->fn_ = fn;
    op->ctx_ = ctx;
    op->next_ = PAWL__NULL;
    op->link_ = PAWL__NULL;
    op->below_ = PAWL__NULL;
    op->beside_ = PAWL__NULL;
    op->above_ = PAWL__NULL;
    op->deadline_ = PAWL_NEVER;
    op->lock_ = PAWL__NULL;
    op->in_flight_ = false;
    op->in_heap_ = false;
    op->timed_out_ = false;
    op->has_arrived_ = false;
    op->result_ = PAWL_OK;
    op->ready_next_ = PAWL__NULL;
    op->ready_previous_ = PAWL__NULL;
}

/* The ctx that the operation was initialised with. */
PAWL_MUST_CHECK static inline void *pawl_uv_await_context(const pawl_uv_await *op)
{
    pawl_uv__need(op, "pawl_uv_await_context", "op");
    return op->ctx_;
}

/* Acquire the lock, a permit, or the rwlock, or wait for the event or the latch, now or by
 * `deadline`: a point in time, such as pawl_after_ms(50), not a duration. A deadline in the past
 * makes it a try; PAWL_NEVER is no limit.
 *
 * Returns   PAWL_OK         at once; fn will not be called
 *           PAWL_PENDING    fn will be called, unless op is cancelled before
 *           PAWL_TIMEOUT    the deadline has passed, and it is not free
 *           PAWL_CANCELLED  the pawl_uv is closing
 *           PAWL_INVALID    op is in flight, or was never initialised; nothing changed
 *           PAWL_OVERFLOW   shared, with as many holders as can be counted, and nobody waiting
 * Requires  the object and op outlive the operation. On the loop's thread.
 * Orders    as the plain call: PAWL_OK, or the call of fn with it, is that call's return.
 * Costs     that of pawl_<thing>_*_await and some nanoseconds; with a deadline also one reading of
 *           the clock if it must wait. A grant from another thread sends a message to the loop,
 *           unless one is pending. */
PAWL_MUST_CHECK static inline pawl_status pawl_uv_lock_acquire(pawl_uv_await *op, pawl_lock *lock,
                                                               pawl_time deadline)
{
    pawl_status status;
    pawl_uv__need(op, "pawl_uv_lock_acquire", "op");
    pawl_uv__need(lock, "pawl_uv_lock_acquire", "lock");
    status = pawl_uv__prepare(op, PAWL__NULL, deadline);
    return status != PAWL_OK ? status
                             : pawl_uv__begun(op->uv_, op, PAWL__NULL, deadline,
                                              pawl_lock_acquire_await(lock, &op->await_));
}

PAWL_MUST_CHECK static inline pawl_status
pawl_uv_semaphore_acquire(pawl_uv_await *op, pawl_semaphore *semaphore, pawl_time deadline)
{
    pawl_status status;
    pawl_uv__need(op, "pawl_uv_semaphore_acquire", "op");
    pawl_uv__need(semaphore, "pawl_uv_semaphore_acquire", "semaphore");
    status = pawl_uv__prepare(op, PAWL__NULL, deadline);
    return status != PAWL_OK ? status
                             : pawl_uv__begun(op->uv_, op, PAWL__NULL, deadline,
                                              pawl_semaphore_acquire_await(semaphore, &op->await_));
}

PAWL_MUST_CHECK static inline pawl_status
pawl_uv_rwlock_acquire_shared(pawl_uv_await *op, pawl_rwlock *rwlock, pawl_time deadline)
{
    pawl_status status;
    pawl_uv__need(op, "pawl_uv_rwlock_acquire_shared", "op");
    pawl_uv__need(rwlock, "pawl_uv_rwlock_acquire_shared", "rwlock");
    status = pawl_uv__prepare(op, PAWL__NULL, deadline);
    return status != PAWL_OK
               ? status
               : pawl_uv__begun(op->uv_, op, PAWL__NULL, deadline,
                                pawl_rwlock_acquire_shared_await(rwlock, &op->await_));
}

PAWL_MUST_CHECK static inline pawl_status
pawl_uv_rwlock_acquire_exclusive(pawl_uv_await *op, pawl_rwlock *rwlock, pawl_time deadline)
{
    pawl_status status;
    pawl_uv__need(op, "pawl_uv_rwlock_acquire_exclusive", "op");
    pawl_uv__need(rwlock, "pawl_uv_rwlock_acquire_exclusive", "rwlock");
    status = pawl_uv__prepare(op, PAWL__NULL, deadline);
    return status != PAWL_OK
               ? status
               : pawl_uv__begun(op->uv_, op, PAWL__NULL, deadline,
                                pawl_rwlock_acquire_exclusive_await(rwlock, &op->await_));
}

PAWL_MUST_CHECK static inline pawl_status pawl_uv_event_wait(pawl_uv_await *op, pawl_event *event,
                                                             pawl_time deadline)
{
    pawl_status status;
    pawl_uv__need(op, "pawl_uv_event_wait", "op");
    pawl_uv__need(event, "pawl_uv_event_wait", "event");
    status = pawl_uv__prepare(op, PAWL__NULL, deadline);
    return status != PAWL_OK ? status
                             : pawl_uv__begun(op->uv_, op, PAWL__NULL, deadline,
                                              pawl_event_wait_await(event, &op->await_));
}

PAWL_MUST_CHECK static inline pawl_status pawl_uv_latch_wait(pawl_uv_await *op, pawl_latch *latch,
                                                             pawl_time deadline)
{
    pawl_status status;
    pawl_uv__need(op, "pawl_uv_latch_wait", "op");
    pawl_uv__need(latch, "pawl_uv_latch_wait", "latch");
    status = pawl_uv__prepare(op, PAWL__NULL, deadline);
    return status != PAWL_OK ? status
                             : pawl_uv__begun(op->uv_, op, PAWL__NULL, deadline,
                                              pawl_latch_wait_await(latch, &op->await_));
}

/* Wait for a notification by `deadline`: joins the waiters and releases the lock as one step. fn is
 * called holding the lock again, with PAWL_OK or PAWL_TIMEOUT; with PAWL_CANCELLED it is not held.
 * The deadline is for the notification: the lock may be acquired later.
 *
 * Returns   PAWL_PENDING    fn will be called, unless op is cancelled before, and then it does not
 *                           hold the lock. Also if the deadline has passed: the lock is released
 *                           once, and fn gets PAWL_TIMEOUT
 *           PAWL_NOT_HELD   the lock is not locked; nothing changed
 *           PAWL_CANCELLED, PAWL_INVALID   as above; the lock was not released
 * Requires  condition, lock and op outlive the operation. On the loop's thread, which holds the
 *           lock, or whose task does.
 * Orders    as pawl_condition_wait. */
PAWL_MUST_CHECK PAWL__NO_ANALYSIS static inline pawl_status
pawl_uv_condition_wait(pawl_uv_await *op, pawl_condition *condition, pawl_lock *lock,
                       pawl_time deadline) PAWL__RELEASES(lock)
{
    pawl_uv *uv;
    pawl_status status;
    pawl_uv__need(op, "pawl_uv_condition_wait", "op");
    pawl_uv__need(condition, "pawl_uv_condition_wait", "condition");
    pawl_uv__need(lock, "pawl_uv_condition_wait", "lock");
    uv = op->uv_;
    status = pawl_uv__prepare(op, lock, deadline);
    return status != PAWL_OK
               ? status
               : pawl_uv__begun(uv, op, lock, deadline,
                                pawl_condition_wait_await(condition, lock, &op->await_));
}

/* Arrive at the barrier. A deadline that passes breaks it: fn gets PAWL_TIMEOUT.
 *
 * Returns   PAWL_OK       this was the last arrival, with *index = parties - 1
 *           PAWL_PENDING  fn will be called, with PAWL_OK when *index is the party's number; unless
 *                         op is cancelled before, which removes one party
 *           PAWL_BROKEN   it is broken
 *           PAWL_TIMEOUT  the deadline has passed, and this was not the last arrival: now it is
 *                         broken
 *           PAWL_INVALID  it has 0 parties, or op is in flight or was never initialised
 *           PAWL_CANCELLED  the pawl_uv is closing
 * Requires  barrier, op and *index, if index is not NULL, outlive the operation. On the loop's
 *           thread.
 * Orders    as pawl_barrier_wait. */
PAWL_MUST_CHECK static inline pawl_status
pawl_uv_barrier_wait(pawl_uv_await *op, pawl_barrier *barrier, uint32_t *index, pawl_time deadline)
{
    pawl_status status;
    pawl_uv__need(op, "pawl_uv_barrier_wait", "op");
    pawl_uv__need(barrier, "pawl_uv_barrier_wait", "barrier");
    status = pawl_uv__prepare(op, PAWL__NULL, deadline);
    return status != PAWL_OK ? status
                             : pawl_uv__begun(op->uv_, op, PAWL__NULL, deadline,
                                              pawl_barrier_wait_await(barrier, &op->await_, index));
}

/* Withdraw an operation that is pending, as pawl_await_cancel.
 *
 * Returns   true   fn will not be called, nothing was acquired, op is idle; also for a condition's
 *                  operation that is queued for the lock again
 *           false  it was granted, or has timed out, and fn will be called; or it is not in flight;
 *                  or its start, or another cancel of it, has not returned yet
 * Requires  op's memory is valid. On the loop's thread. */
static inline bool pawl_uv_await_cancel(pawl_uv_await *op)
{
    pawl_uv__need(op, "pawl_uv_await_cancel", "op");
    if (!op->in_flight_ || !pawl_await_cancel(&op->await_)) {
        return false;
    }
    pawl_uv__end(op->uv_, op);
    pawl_uv__settle(op->uv_);
    return true;
}

PAWL__END

#if defined(__cpp_impl_coroutine)

extern "C++" { /* also where a program includes this inside extern "C" */

# include <pawl/pawl.hpp>

namespace pawl
{

/* Where a coroutine continues: `co_await lock.acquire_await(pawl::on(uv))`, or with a deadline. On
 * the loop's thread, as is destroying the coroutine while it waits. */
class uv_loop
{
  public:
    uv_loop(pawl_uv &uv, pawl_time deadline) noexcept : uv_(&uv), deadline_(deadline)
    {
    }

    /* One await of pawl.hpp's, in the coroutine's frame. */
    class operation
    {
      public:
        explicit operation(const uv_loop &where) noexcept
            : uv_(where.uv_), deadline_(where.deadline_), op_()
        {
        }
        operation(const operation &) = delete;
        operation &operator=(const operation &) = delete;

        /* begin(await) makes the C call; `held` is the lock of a condition's. After PAWL_PENDING
         * ended(ctx, result) is called, once, on the loop's thread. */
        template <class Begin>
        [[nodiscard]] pawl_status start(Begin begin, void (*ended)(void *ctx, pawl_status result),
                                        void *ctx, pawl_lock *held = nullptr)
        {
            /* Not through this: the coroutine may be gone once a wait for a condition has released
             * its lock. */
            pawl_uv *uv = uv_;
            pawl_time deadline = deadline_;
            ended_ = ended;
            ctx_ = ctx;
            pawl_uv_await_init(&op_, uv, resume, this);
            pawl_status status = pawl_uv__prepare(&op_, held, deadline);
            return status != PAWL_OK ? status
                                     : pawl_uv__begun(uv, &op_, held, deadline, begin(&op_.await_));
        }

        /* The coroutine is destroyed while it waits: ended will not be called.
         *
         * Returns   PAWL_CANCELLED: nothing is held; otherwise the result that ended would have
         *           got, and the caller owns what that grants. */
        [[nodiscard]] pawl_status abandon()
        {
            return pawl_uv__abandon(&op_);
        }

        /* After PAWL_OK from abandon, at a condition: whether others waited there that could have
         * been notified instead. */
        [[nodiscard]] bool owes_notification() const
        {
            return op_.await_.object_ != nullptr;
        }

      private:
        static void resume(pawl_uv_await *op, pawl_status result)
        {
            operation *self = static_cast<operation *>(pawl_uv_await_context(op));
            self->ended_(self->ctx_, result);
        }

        pawl_uv *uv_;
        pawl_time deadline_;
        detail::uninitialised<pawl_uv_await> op_;
        void (*ended_)(void *ctx, pawl_status result) = nullptr;
        void *ctx_ = nullptr;
    };

  private:
    pawl_uv *uv_;
    pawl_time deadline_;
};

/* Continue on this loop; with a deadline the await ends with PAWL_TIMEOUT when it passes. */
[[nodiscard]] inline uv_loop on(pawl_uv &uv, pawl_time deadline = PAWL_NEVER) noexcept
{
    return uv_loop(uv, deadline);
}

} // namespace pawl

} // extern "C++"

#endif

#endif
