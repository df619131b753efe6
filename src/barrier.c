/* SPDX-License-Identifier: MIT
 *
 * pawl_barrier. Contract: include/pawl/barrier.h.
 *
 * The invariant: under the guard waiting_ is the number of queued waiters, less than parties_, and
 * 0 when the barrier is broken. The last arrival takes all of a round out of the queue in one step;
 * from then on neither a time-out nor abort, reset or a newcomer reaches them, and the barrier
 * itself is not touched again: the next round may fill, or the last one out may free it.
 */
#define PAWL__INSIDE
#include <pawl/barrier.h>

#include "lot.h"
#include "withdraw.h"
#include "misuse.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void write_index(uint32_t *index, uint32_t value)
{
    if (index != NULL) {
        *index = value;
    }
}

/* Under the guard: take out all who wait, with this outcome, and begin a round, or none if broken.
 * With PAWL_OK each one's index is its place in the order of arrival. */
static void end_round(pawl_barrier *barrier, struct pawl__bucket *bucket, pawl_status outcome,
                      bool broken, struct pawl__wake_list *list)
{
    uint32_t place = 0;
    pawl__lot_grant_all(bucket, barrier, outcome, list);
    for (pawl_await *waiter = list->first; outcome == PAWL_OK && waiter != NULL;
         waiter = waiter->next_) {
        write_index(waiter->object_, place++);
    }
    pawl__store32(&barrier->waiting_, 0, PAWL__RELAXED);
    pawl__store8(&barrier->broken_, broken, PAWL__RELAXED);
}

/* The guard orders what the parties did before: each has held it on arrival. */
static pawl_status arrive_last_and_unlock(pawl_barrier *barrier, struct pawl__bucket *bucket,
                                          uint32_t *index)
{
    struct pawl__wake_list list = {NULL, NULL};
    void (*action)(void *ctx) = barrier->action_;
    void *ctx = barrier->ctx_;
    write_index(index, barrier->parties_ - 1);
    end_round(barrier, bucket, PAWL_OK, false, &list);
    pawl__lot_unlock(bucket);
    if (action != NULL) {
        action(ctx);
    }
    pawl__lot_wake(&list);
    return PAWL_OK;
}

/* Under the guard: break, with those who wait. */
static void break_and_unlock(pawl_barrier *barrier, struct pawl__bucket *bucket, bool broken)
{
    struct pawl__wake_list list = {NULL, NULL};
    end_round(barrier, bucket, PAWL_BROKEN, broken, &list);
    pawl__lot_unlock(bucket);
    pawl__lot_wake(&list);
}

void pawl__barrier_break_and_unlock(pawl_barrier *barrier, struct pawl__bucket *bucket)
{
    break_and_unlock(barrier, bucket, true);
}

void pawl__barrier_withdraw_and_unlock(pawl_barrier *barrier, struct pawl__bucket *bucket)
{
    pawl__store32(&barrier->waiting_, barrier->waiting_ - 1, PAWL__RELAXED);
    pawl__lot_unlock(bucket);
}

/* Under the guard: one more waits. */
static void queue_and_unlock(pawl_barrier *barrier, struct pawl__bucket *bucket,
                             pawl_await *waiter, uint32_t *index)
{
    waiter->object_ = index;
    pawl__store32(&barrier->waiting_, barrier->waiting_ + 1, PAWL__RELAXED);
    pawl__lot_enqueue(bucket, barrier, waiter);
    pawl__lot_unlock(bucket);
}

pawl_status pawl_barrier_wait_await(pawl_barrier *barrier, pawl_await *op, uint32_t *index)
{
    pawl__await_check(barrier, op, "pawl_barrier_wait_await", "barrier");
    if (barrier->parties_ == 0 || !pawl__lot_start(op, PAWL__ON_BARRIER)) {
        return PAWL_INVALID;
    }
    struct pawl__bucket *bucket = pawl__lot_bucket(barrier);
    pawl__lot_lock(bucket);
    if (barrier->broken_ != 0) {
        pawl__lot_unlock(bucket);
        return PAWL_BROKEN;
    }
    if (barrier->waiting_ + 1 == barrier->parties_) {
        return arrive_last_and_unlock(barrier, bucket, index);
    }
    queue_and_unlock(barrier, bucket, op, index);
    return PAWL_PENDING;
}

/* The waiter is queued: wait for the last arrival, or break the barrier at the deadline. */
static pawl_status wait_for_round(pawl_barrier *barrier, struct pawl__bucket *bucket,
                                  struct pawl__sleeper *sleeper, pawl_time deadline)
{
    if (pawl__lot_wait(sleeper, bucket, barrier, deadline)) {
        break_and_unlock(barrier, bucket, true);
        return PAWL_TIMEOUT;
    }
    return (pawl_status)sleeper->waiter.outcome_;
}

static pawl_status wait_until(pawl_barrier *barrier, pawl_time deadline, uint32_t *index)
{
    struct pawl__sleeper sleeper;
    if (barrier->parties_ == 0) {
        return PAWL_INVALID;
    }
    pawl__lot_open(&sleeper, PAWL__ON_BARRIER);
    struct pawl__bucket *bucket = pawl__lot_bucket(barrier);
    pawl__lot_lock(bucket);
    pawl_status status = PAWL_OK;
    if (barrier->broken_ != 0) {
        pawl__lot_unlock(bucket);
        status = PAWL_BROKEN;
    } else if (barrier->waiting_ + 1 == barrier->parties_) {
        status = arrive_last_and_unlock(barrier, bucket, index);
    } else if (pawl__lot_is_past(deadline)) { /* a try: neither queues nor parks */
        break_and_unlock(barrier, bucket, true);
        status = PAWL_TIMEOUT;
    } else {
        queue_and_unlock(barrier, bucket, &sleeper.waiter, index);
        status = wait_for_round(barrier, bucket, &sleeper, deadline);
    }
    pawl__lot_close(&sleeper);
    return status;
}

pawl_status pawl_barrier_init(pawl_barrier *barrier, uint32_t parties, void (*action)(void *ctx),
                              void *ctx)
{
    pawl__need(barrier, "pawl_barrier_init", "barrier");
    if (parties == 0) {
        return PAWL_INVALID;
    }
    *barrier = (pawl_barrier){action, ctx, parties, 0, 0};
    return PAWL_OK;
}

pawl_status pawl_barrier_wait(pawl_barrier *barrier, uint32_t *index)
{
    pawl__need(barrier, "pawl_barrier_wait", "barrier");
    return wait_until(barrier, PAWL_NEVER, index);
}

pawl_status pawl_barrier_wait_for(pawl_barrier *barrier, pawl_ns ns, uint32_t *index)
{
    pawl__need(barrier, "pawl_barrier_wait_for", "barrier");
    return wait_until(barrier, pawl__lot_deadline(ns), index);
}

pawl_status pawl_barrier_wait_until(pawl_barrier *barrier, pawl_time deadline, uint32_t *index)
{
    pawl__need(barrier, "pawl_barrier_wait_until", "barrier");
    return wait_until(barrier, deadline, index);
}

static void break_now(pawl_barrier *barrier, bool broken)
{
    struct pawl__bucket *bucket = pawl__lot_bucket(barrier);
    pawl__lot_lock(bucket);
    break_and_unlock(barrier, bucket, broken);
}

void pawl_barrier_abort(pawl_barrier *barrier)
{
    pawl__need(barrier, "pawl_barrier_abort", "barrier");
    break_now(barrier, true);
}

void pawl_barrier_reset(pawl_barrier *barrier)
{
    pawl__need(barrier, "pawl_barrier_reset", "barrier");
    break_now(barrier, false);
}

uint32_t pawl_barrier_parties(const pawl_barrier *barrier)
{
    pawl__need(barrier, "pawl_barrier_parties", "barrier");
    return barrier->parties_;
}

uint32_t pawl_barrier_waiting(const pawl_barrier *barrier)
{
    pawl__need(barrier, "pawl_barrier_waiting", "barrier");
    return pawl__load32(&barrier->waiting_, PAWL__RELAXED);
}

bool pawl_barrier_broken(const pawl_barrier *barrier)
{
    pawl__need(barrier, "pawl_barrier_broken", "barrier");
    return pawl__load8(&barrier->broken_, PAWL__RELAXED) != 0;
}

int pawl_barrier_describe(const pawl_barrier *barrier, char *buf, size_t size)
{
    pawl__need_text(barrier, buf, size, "pawl_barrier_describe", "barrier");
    return snprintf(buf, size, "<pawl_barrier%s parties=%lu waiters=%lu at 0x%" PRIxPTR ">",
                    pawl_barrier_broken(barrier) ? " broken" : "",
                    (unsigned long)barrier->parties_,
                    (unsigned long)pawl_barrier_waiting(barrier), (uintptr_t)barrier);
}

pawl_barrier *pawl_barrier_new(uint32_t parties, void (*action)(void *ctx), void *ctx)
{
    pawl_barrier *barrier = malloc(sizeof *barrier);
    if (barrier != NULL && pawl_barrier_init(barrier, parties, action, ctx) != PAWL_OK) {
        free(barrier);
        return NULL;
    }
    return barrier;
}

void pawl_barrier_free(pawl_barrier *barrier)
{
    free(barrier);
}
