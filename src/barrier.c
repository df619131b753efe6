/* SPDX-License-Identifier: MIT
 *
 * pawl_barrier. Contract: include/pawl/barrier.h.
 *
 * The invariant: under the guard waiting_ is the number of queued waiters. It is less than parties_
 * unless acting_ is set, and 0 when the barrier is broken. The thread that completes a round takes
 * its parties out of the queue in one step; from then on neither a timeout nor abort, reset or a
 * later arrival reaches them.
 *
 * Without an action they are woken at once, and the barrier is not touched again: the next round
 * may fill, or the last one out may free it. With an action, that thread sets acting_, runs the
 * action, clears acting_ and wakes them. If the next round became full meanwhile, the same step
 * hands that round to its last arrival, which acts in turn.
 */
#define PAWL__INSIDE
#include <pawl/barrier.h>

#include "lot.h"
#include "withdraw.h"
#include "misuse.h"
#include "port.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void write_index(uint32_t *index, uint32_t value)
{
    if (index != NULL) {
        *index = value;
    }
}

/* A thread that waits, and the round that it acts for if it arrived last during an action. */
struct party {
    struct pawl__sleeper sleeper; /* first, so that a waiter's address is its party's */
    struct pawl__round *round;
};

static struct party *party_of(pawl_await *waiter)
{
    return (struct party *)(void *)waiter;
}

/* Under the guard: dequeue the n oldest parties, as granted. */
static void take_out(pawl_barrier *barrier, struct pawl__bucket *bucket, uint32_t n,
                     struct pawl__wake_list *list)
{
    for (uint32_t i = 0; i < n; i++) {
        pawl__lot_grant_first(bucket, barrier, PAWL_OK, list);
    }
    pawl__store32(&barrier->waiting_, barrier->waiting_ - n, PAWL__RELAXED);
}

/* A round has passed: write each party's place in the order of arrival, for those in the list and
 * for the last arrival. */
static void number(const struct pawl__wake_list *list, uint32_t *last)
{
    uint32_t place = 0;
    for (pawl_await *waiter = list->first; waiter != NULL; waiter = waiter->next_) {
        write_index(waiter->object_, place++);
    }
    write_index(last, place);
}

/* Under the guard: grant PAWL_BROKEN to all waiters. */
static void break_round(pawl_barrier *barrier, struct pawl__bucket *bucket, bool broken,
                        struct pawl__wake_list *list)
{
    pawl__lot_grant_all(bucket, barrier, PAWL_BROKEN, list);
    pawl__store32(&barrier->waiting_, 0, PAWL__RELAXED);
    pawl__store8(&barrier->broken_, broken, PAWL__RELAXED);
}

/* The caller completes the round. The guard orders what the parties did before: each has held it on
 * arrival. */
static pawl_status arrive_last_and_unlock(pawl_barrier *barrier, struct pawl__bucket *bucket,
                                          uint32_t *index, struct pawl__round *round)
{
    take_out(barrier, bucket, barrier->parties_ - 1, &round->others_);
    if (barrier->action_ == NULL) {
        number(&round->others_, index);
        pawl__lot_unlock(bucket);
        pawl__lot_wake(&round->others_);
        return PAWL_OK;
    }
    barrier->acting_ = true;
    pawl__lot_unlock(bucket);
    round->barrier_ = barrier;
    round->cancellation_ = pawl__port_forbid_cancellation();
    return PAWL_OK;
}

/* Under the guard, the next round is full: its last arrival acts, and is woken for that, or the
 * calling thread acts again.
 *
 * Returns   true: the calling thread. */
static bool hand_on(pawl_barrier *barrier, struct pawl__bucket *bucket, struct pawl__round *round,
                    struct pawl__wake_list *woken)
{
    pawl_await *last = pawl__lot_first(bucket, barrier);
    for (uint32_t i = 1; i < barrier->parties_; i++) {
        last = last->next_;
    }
    barrier->acting_ = true;
    if (pawl__waiter_is_task(last)) {
        take_out(barrier, bucket, barrier->parties_, &round->others_);
        round->index_ = NULL;
        return true;
    }
    struct pawl__round *next = party_of(last)->round;
    take_out(barrier, bucket, barrier->parties_ - 1, &next->others_);
    next->barrier_ = barrier;
    take_out(barrier, bucket, 1, woken);
    return false;
}

bool pawl__barrier_finish(struct pawl__round *round, bool passed)
{
    pawl_barrier *barrier = round->barrier_;
    struct pawl__wake_list woken = round->others_;
    struct pawl__bucket *bucket = pawl__lot_bucket(barrier);
    bool again = false;
    round->others_ = (struct pawl__wake_list){NULL, NULL};
    pawl__lot_lock(bucket);
    barrier->acting_ = false;
    if (passed) {
        number(&woken, round->index_);
    } else {
        for (pawl_await *waiter = woken.first; waiter != NULL; waiter = waiter->next_) {
            waiter->outcome_ = PAWL_BROKEN;
        }
        break_round(barrier, bucket, true, &woken);
    }
    if (barrier->waiting_ >= barrier->parties_) {
        again = hand_on(barrier, bucket, round, &woken);
    }
    pawl__lot_unlock(bucket);
    pawl__lot_wake(&woken);
    if (!again) {
        pawl__port_restore_cancellation(round->cancellation_);
    }
    return again;
}

/* Under the guard: break the barrier and release its waiters. */
static void break_and_unlock(pawl_barrier *barrier, struct pawl__bucket *bucket, bool broken)
{
    struct pawl__wake_list list = {NULL, NULL};
    break_round(barrier, bucket, broken, &list);
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

/* Under the guard: one more waiter. */
static void queue_and_unlock(pawl_barrier *barrier, struct pawl__bucket *bucket, pawl_await *waiter,
                             uint32_t *index)
{
    waiter->object_ = index;
    pawl__store32(&barrier->waiting_, barrier->waiting_ + 1, PAWL__RELAXED);
    pawl__lot_enqueue(bucket, barrier, waiter);
    pawl__lot_unlock(bucket);
}

/* Under the guard: whether an arrival now completes the round. */
static bool completes(const pawl_barrier *barrier)
{
    return barrier->waiting_ + 1 == barrier->parties_ && !barrier->acting_;
}

pawl_status pawl__barrier_arrive_await(pawl_barrier *barrier, pawl_await *op, uint32_t *index,
                                       struct pawl__round *round)
{
    *round = (struct pawl__round){NULL, {NULL, NULL}, index, 0};
    if (barrier->parties_ == 0 || !pawl__lot_start(op, PAWL__ON_BARRIER)) {
        return PAWL_INVALID;
    }
    struct pawl__bucket *bucket = pawl__lot_bucket(barrier);
    pawl__lot_lock(bucket);
    if (barrier->broken_ != 0) {
        pawl__lot_unlock(bucket);
        return PAWL_BROKEN;
    }
    if (completes(barrier)) {
        return arrive_last_and_unlock(barrier, bucket, index, round);
    }
    queue_and_unlock(barrier, bucket, op, index);
    return PAWL_PENDING;
}

/* The waiter is queued: wait until the round is complete, or break the barrier at the deadline. */
static pawl_status wait_for_round(pawl_barrier *barrier, struct pawl__bucket *bucket,
                                  struct pawl__sleeper *sleeper, pawl_time deadline)
{
    if (pawl__lot_wait(sleeper, bucket, barrier, deadline)) {
        break_and_unlock(barrier, bucket, true);
        return PAWL_TIMEOUT;
    }
    return (pawl_status)sleeper->waiter.outcome_;
}

pawl_status pawl__barrier_arrive(pawl_barrier *barrier, pawl_time deadline, uint32_t *index,
                                 struct pawl__round *round)
{
    struct party party;
    *round = (struct pawl__round){NULL, {NULL, NULL}, index, 0};
    if (barrier->parties_ == 0) {
        return PAWL_INVALID;
    }
    pawl__lot_open(&party.sleeper, PAWL__ON_BARRIER);
    party.round = round;
    struct pawl__bucket *bucket = pawl__lot_bucket(barrier);
    pawl__lot_lock(bucket);
    pawl_status status = PAWL_OK;
    if (barrier->broken_ != 0) {
        pawl__lot_unlock(bucket);
        status = PAWL_BROKEN;
    } else if (completes(barrier)) {
        status = arrive_last_and_unlock(barrier, bucket, index, round);
    } else if (pawl__lot_is_past(deadline)) { /* a try: neither queues nor parks */
        break_and_unlock(barrier, bucket, true);
        status = PAWL_TIMEOUT;
    } else {
        queue_and_unlock(barrier, bucket, &party.sleeper.waiter, index);
        status = wait_for_round(barrier, bucket, &party.sleeper, deadline);
        if (round->barrier_ != NULL) { /* this thread acts: see hand_on */
            round->cancellation_ = pawl__port_forbid_cancellation();
        }
    }
    pawl__lot_close(&party.sleeper);
    return status;
}

static void leave_action(void *round)
{
    (void)pawl__barrier_finish(round, false);
}

/* The round is complete: run its action, if the caller is to, and perhaps those of later rounds. */
static void act(struct pawl__round *round)
{
    pawl_barrier *barrier = round->barrier_;
    if (barrier == NULL) {
        return;
    }
    do {
        pawl__port_call(barrier->action_, barrier->ctx_, leave_action, round);
    } while (pawl__barrier_finish(round, true));
}

static pawl_status wait_until(pawl_barrier *barrier, pawl_time deadline, uint32_t *index)
{
    struct pawl__round round;
    pawl_status status = pawl__barrier_arrive(barrier, deadline, index, &round);
    act(&round);
    return status;
}

pawl_status pawl_barrier_wait_await(pawl_barrier *barrier, pawl_await *op, uint32_t *index)
{
    struct pawl__round round;
    pawl__await_check(barrier, op, "pawl_barrier_wait_await", "barrier");
    pawl_status status = pawl__barrier_arrive_await(barrier, op, index, &round);
    act(&round);
    return status;
}

pawl_status pawl_barrier_init(pawl_barrier *barrier, uint32_t parties, void (*action)(void *ctx),
                              void *ctx)
{
    pawl__need(barrier, "pawl_barrier_init", "barrier");
    if (parties == 0) {
        return PAWL_INVALID;
    }
    *barrier = (pawl_barrier){action, ctx, parties, 0, 0, 0};
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
                    pawl_barrier_broken(barrier) ? " broken" : "", (unsigned long)barrier->parties_,
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
