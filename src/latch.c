/* SPDX-License-Identifier: MIT
 *
 * pawl_latch's slow paths. Contract and the bits of the state: include/pawl/latch.h.
 *
 * Invariant: a queued waiter implies PARKED, and PARKED implies a count above 0. PARKED is cleared
 * under the bucket's guard only. The done that reaches 0 with PARKED set dequeues all waiters in
 * the same section that clears it, so an add that follows finds none of them.
 *
 * Every change of the state is a read-modify-write, so the last done continues the release sequence
 * of all earlier ones. No path touches the latch after the store that lets another thread return.
 */
#define PAWL__INSIDE
#include <pawl/latch.h>

#include "limit.h"
#include "lot.h"
#include "misuse.h"
#include "spin.h"
#include "withdraw.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* The external definitions of the header's inline functions. */
PAWL__EXPORT extern inline bool pawl_latch_is_open(const pawl_latch *latch);
PAWL__EXPORT extern inline void pawl_latch_wait(pawl_latch *latch);
PAWL__EXPORT extern inline pawl_status pawl_latch_wait_for(pawl_latch *latch, pawl_ns ns);
PAWL__EXPORT extern inline pawl_status pawl_latch_wait_until(pawl_latch *latch, pawl_time deadline);

_Static_assert(sizeof(pawl_latch) <= 8, "the size that is promised");

enum { PARKED = PAWL__LATCH_PARKED };

static uint64_t count_in(uint64_t state)
{
    return state >> 1;
}

static bool is_open(const pawl_latch *latch)
{
    return pawl__load64(&latch->state_, PAWL__ACQUIRE) == 0; /* pairs with pawl_latch_done */
}

pawl_status pawl_latch_init(pawl_latch *latch, int64_t count)
{
    pawl__need(latch, "pawl_latch_init", "latch");
    if (count < 0 || count > PAWL_LATCH_MAX) {
        return PAWL_INVALID;
    }
    pawl__store64(&latch->state_, (uint64_t)count << 1, PAWL__RELAXED);
    return PAWL_OK;
}

/* Relaxed: an add announces, and orders nothing. */
pawl_status pawl_latch_add(pawl_latch *latch, int64_t n)
{
    pawl__need(latch, "pawl_latch_add", "latch");
    if (n < 1) {
        return PAWL_INVALID;
    }
    uint64_t seen = pawl__load64(&latch->state_, PAWL__RELAXED);
    do {
        if ((uint64_t)n > (uint64_t)PAWL_LATCH_MAX - count_in(seen)) {
            return PAWL_OVERFLOW;
        }
    } while (!pawl__cas64(&latch->state_, &seen, seen + ((uint64_t)n << 1), PAWL__RELAXED));
    return PAWL_OK;
}

/* If n is the whole count: make it 0 and grant all waiters, as one step. The acquire orders the
 * other threads' dones before the waiters' returns: they do not read the state again.
 *
 * Returns   false: the count is not n, or nobody waits any more; check again. */
static bool open_for_waiters(pawl_latch *latch, uint64_t n)
{
    struct pawl__wake_list list = {NULL, NULL};
    uint64_t expected = n << 1 | PARKED;
    struct pawl__bucket *bucket = pawl__lot_bucket(latch);
    pawl__lot_lock(bucket);
    bool opened = pawl__cas64(&latch->state_, &expected, 0, PAWL__ACQ_REL);
    if (opened) {
        pawl__lot_grant_all(bucket, latch, PAWL_OK, &list);
    }
    pawl__lot_unlock(bucket);
    pawl__lot_wake(&list);
    return opened;
}

/* One attempt to take n from the count that was seen; false: *seen has the new count. */
static bool take(pawl_latch *latch, uint64_t n, uint64_t *seen)
{
    if (*seen == (n << 1 | PARKED)) {
        if (open_for_waiters(latch, n)) {
            return true;
        }
        *seen = pawl__load64(&latch->state_, PAWL__RELAXED);
        return false;
    }
    /* Pairs with is_open, and the acquire in open_for_waiters. */
    return pawl__cas64(&latch->state_, seen, *seen - (n << 1), PAWL__RELEASE);
}

pawl_status pawl_latch_done(pawl_latch *latch, int64_t n)
{
    pawl__need(latch, "pawl_latch_done", "latch");
    if (n < 1) {
        return PAWL_INVALID;
    }
    uint64_t seen = pawl__load64(&latch->state_, PAWL__RELAXED);
    do {
        if ((uint64_t)n > count_in(seen)) {
            return PAWL_NOT_HELD;
        }
    } while (!take(latch, (uint64_t)n, &seen));
    return PAWL_OK;
}

int64_t pawl_latch_count(const pawl_latch *latch)
{
    pawl__need(latch, "pawl_latch_count", "latch");
    return (int64_t)count_in(pawl__load64(&latch->state_, PAWL__ACQUIRE));
}

/* Queue the waiter if the latch is closed and says that somebody is parked; false: check again. */
static bool queue(pawl_latch *latch, pawl_await *waiter)
{
    uint64_t seen = pawl__load64(&latch->state_, PAWL__RELAXED);
    /* Relaxed: it orders nothing, and a thread that sees PARKED then takes the guard. */
    if (seen == 0 || ((seen & PARKED) == 0 &&
                      !pawl__cas64(&latch->state_, &seen, seen | PARKED, PAWL__RELAXED))) {
        return false;
    }
    struct pawl__bucket *bucket = pawl__lot_bucket(latch);
    pawl__lot_lock(bucket);
    bool still = (pawl__load64(&latch->state_, PAWL__RELAXED) & PARKED) != 0;
    if (still) {
        pawl__lot_enqueue(bucket, latch, waiter);
    }
    pawl__lot_unlock(bucket);
    return still;
}

/* Also clears PARKED if the queue is now empty. */
void pawl__latch_withdraw_and_unlock(pawl_latch *latch, struct pawl__bucket *bucket)
{
    if (pawl__lot_first(bucket, latch) == NULL) {
        uint64_t seen = pawl__load64(&latch->state_, PAWL__RELAXED);
        while (!pawl__cas64(&latch->state_, &seen, seen & ~(uint64_t)PARKED, PAWL__RELAXED)) {
        }
    }
    pawl__lot_unlock(bucket);
}

pawl_status pawl_latch_wait_await(pawl_latch *latch, pawl_await *op)
{
    pawl__await_check(latch, op, "pawl_latch_wait_await", "latch");
    if (!pawl__lot_start(op, PAWL__ON_LATCH)) {
        return PAWL_INVALID;
    }
    while (!is_open(latch)) {
        if (queue(latch, op)) {
            return PAWL_PENDING;
        }
    }
    return PAWL_OK;
}

static void spin(const pawl_latch *latch)
{
    unsigned turn = pawl__spin_begin(latch);
    uint64_t seen = pawl__load64(&latch->state_, PAWL__RELAXED);
    while (seen != 0 && (seen & PARKED) == 0 && pawl__spin(&turn)) {
        seen = pawl__load64(&latch->state_, PAWL__RELAXED);
    }
    pawl__spin_end(latch, turn, seen == 0);
}

static pawl_status wait_until(pawl_latch *latch, struct pawl__limit limit)
{
    struct pawl__sleeper sleeper;
    pawl_status status = PAWL_OK;
    spin(latch);
    pawl__lot_open_with(&sleeper, PAWL__ON_LATCH, limit.stop);
    while (!is_open(latch)) {
        if (!queue(latch, &sleeper.waiter)) {
            continue;
        }
        struct pawl__bucket *bucket = pawl__lot_bucket(latch);
        if (pawl__lot_wait(&sleeper, bucket, latch, limit.deadline)) {
            pawl__latch_withdraw_and_unlock(latch, bucket);
            status = pawl__sleeper_ended(&sleeper);
        }
        break; /* a woken waiter was granted */
    }
    pawl__lot_close(&sleeper);
    return status;
}

pawl_status pawl__latch_wait(pawl_latch *latch, struct pawl__limit limit)
{
    return pawl__lot_is_past(limit.deadline) ? PAWL_TIMEOUT : wait_until(latch, limit);
}

pawl_status pawl__latch_wait_slow(pawl_latch *latch, pawl_time deadline)
{
    return pawl__latch_wait(latch, pawl__until(deadline));
}

pawl_status pawl__latch_wait_for_slow(pawl_latch *latch, pawl_ns ns)
{
    return ns <= 0 ? PAWL_TIMEOUT : wait_until(latch, pawl__until(pawl_after_ns(ns)));
}

int pawl_latch_describe(const pawl_latch *latch, char *buf, size_t size)
{
    pawl__need_text(latch, buf, size, "pawl_latch_describe", "latch");
    return snprintf(buf, size, "<pawl_latch count=%" PRId64 " waiters=%lu at 0x%" PRIxPTR ">",
                    pawl_latch_count(latch), (unsigned long)pawl__lot_count(latch),
                    (uintptr_t)latch);
}

pawl_latch *pawl_latch_new(int64_t count)
{
    pawl_latch *latch = malloc(sizeof *latch);
    if (latch != NULL && pawl_latch_init(latch, count) != PAWL_OK) {
        free(latch);
        return NULL;
    }
    return latch;
}

void pawl_latch_free(pawl_latch *latch)
{
    free(latch);
}
