/* SPDX-License-Identifier: MIT
 *
 * pawl_semaphore's slow paths. Contract and the bits of the state: include/pawl/semaphore.h.
 *
 * The invariant: a queued waiter implies PARKED, and PARKED implies that the value is 0. While
 * PARKED is set only the holder of the bucket's guard changes the state: takers find no permit, and
 * releases come here. So every permit released while someone waits is given to the oldest waiter
 * under the guard, against which a time-out's withdrawal is serialised, and the state never shows
 * it.
 *
 * No path touches the semaphore after the store that lets another thread have a permit.
 */
#define PAWL__INSIDE
#include <pawl/semaphore.h>

#include "limit.h"
#include "lot.h"
#include "withdraw.h"
#include "misuse.h"
#include "spin.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* The external definitions of the header's inline functions. */
PAWL__EXPORT extern inline void pawl_semaphore_acquire(pawl_semaphore *semaphore);
PAWL__EXPORT extern inline bool pawl_semaphore_try_acquire(pawl_semaphore *semaphore);
PAWL__EXPORT extern inline pawl_status pawl_semaphore_acquire_for(pawl_semaphore *semaphore,
                                                                  pawl_ns ns);
PAWL__EXPORT extern inline pawl_status pawl_semaphore_acquire_until(pawl_semaphore *semaphore,
                                                                    pawl_time deadline);
PAWL__EXPORT extern inline pawl_status pawl_semaphore_acquire_await(pawl_semaphore *semaphore,
                                                                    pawl_await *op);
PAWL__EXPORT extern inline pawl_status pawl_semaphore_release(pawl_semaphore *semaphore);

_Static_assert(sizeof(pawl_semaphore) <= 16, "the size that is promised");

static const uint64_t PARKED = PAWL__SEMAPHORE_PARKED;

static uint64_t value_in(uint64_t state)
{
    return state >> 1;
}

static uint64_t state_of(uint64_t value)
{
    return value << 1;
}

/* Queue the waiter if there is no permit and the state says that somebody is parked; false: look
 * again. *alone: nobody else is queued. */
static bool queue(pawl_semaphore *semaphore, pawl_await *waiter, bool *alone)
{
    uint64_t seen = pawl__load64(&semaphore->state_, PAWL__RELAXED);
    /* Relaxed: it orders nothing, and whoever sees PARKED goes on to take the guard. */
    if (value_in(seen) != 0 ||
        (seen != PARKED && !pawl__cas64(&semaphore->state_, &seen, PARKED, PAWL__RELAXED))) {
        return false;
    }
    struct pawl__bucket *bucket = pawl__lot_bucket(semaphore);
    pawl__lot_lock(bucket);
    bool still = pawl__load64(&semaphore->state_, PAWL__RELAXED) == PARKED;
    if (still) {
        pawl__lot_enqueue(bucket, semaphore, waiter);
        *alone = pawl__lot_first(bucket, semaphore) == waiter;
    }
    pawl__lot_unlock(bucket);
    return still;
}

/* Also clears PARKED if the queue is now empty. */
void pawl__semaphore_withdraw_and_unlock(pawl_semaphore *semaphore, struct pawl__bucket *bucket)
{
    if (pawl__lot_first(bucket, semaphore) == NULL) {
        pawl__store64(&semaphore->state_, 0, PAWL__RELAXED);
    }
    pawl__lot_unlock(bucket);
}

pawl_status pawl__semaphore_acquire_await_slow(pawl_semaphore *semaphore, pawl_await *op)
{
    if (!pawl__lot_start(op, PAWL__ON_SEMAPHORE)) {
        return PAWL_INVALID;
    }
    bool alone;
    while (!pawl__semaphore_take(semaphore)) {
        if (queue(semaphore, op, &alone)) {
            return PAWL_PENDING;
        }
    }
    return PAWL_OK;
}

/* Wait in the queue, where who is alone stays awake for a while: in the order of arrival from the
 * beginning, so that no newcomer has a permit first. Who is woken has one. */
static pawl_status wait_for_turn(pawl_semaphore *semaphore, struct pawl__sleeper *sleeper,
                                 bool alone, pawl_time deadline)
{
    if (alone && pawl__spin_for_token(sleeper, semaphore)) {
        return PAWL_OK;
    }
    struct pawl__bucket *bucket = pawl__lot_bucket(semaphore);
    if (!pawl__lot_wait(sleeper, bucket, semaphore, deadline)) {
        return PAWL_OK;
    }
    pawl__semaphore_withdraw_and_unlock(semaphore, bucket);
    return pawl__sleeper_ended(sleeper);
}

static pawl_status acquire_until(pawl_semaphore *semaphore, struct pawl__limit limit)
{
    struct pawl__sleeper sleeper;
    pawl_status status = PAWL_OK;
    bool alone = false;
    pawl__lot_open_with(&sleeper, PAWL__ON_SEMAPHORE, limit.stop);
    while (!pawl__semaphore_take(semaphore)) {
        if (queue(semaphore, &sleeper.waiter, &alone)) {
            status = wait_for_turn(semaphore, &sleeper, alone, limit.deadline);
            break;
        }
    }
    pawl__lot_close(&sleeper);
    return status;
}

void pawl__semaphore_acquire_slow(pawl_semaphore *semaphore)
{
    pawl_status status = acquire_until(semaphore, pawl__until(PAWL_NEVER));
    (void)status; /* PAWL_OK: never does not come */
}

pawl_status pawl__semaphore_acquire_for_slow(pawl_semaphore *semaphore, pawl_ns ns)
{
    return ns <= 0 ? PAWL_TIMEOUT : acquire_until(semaphore, pawl__until(pawl_after_ns(ns)));
}

pawl_status pawl__semaphore_wait(pawl_semaphore *semaphore, struct pawl__limit limit)
{
    return pawl__lot_is_past(limit.deadline) ? PAWL_TIMEOUT : acquire_until(semaphore, limit);
}

pawl_status pawl__semaphore_acquire_until_slow(pawl_semaphore *semaphore, pawl_time deadline)
{
    return pawl__semaphore_wait(semaphore, pawl__until(deadline));
}

/* With PARKED set, and so a value of 0: under the guard, one permit each to the n oldest waiters,
 * what is left to the value.
 *
 * Returns   false: PARKED is gone, look again. */
static bool release_to_waiters(pawl_semaphore *semaphore, uint64_t n)
{
    struct pawl__wake_list list = {NULL, NULL};
    struct pawl__bucket *bucket = pawl__lot_bucket(semaphore);
    pawl__lot_lock(bucket);
    bool parked = pawl__load64(&semaphore->state_, PAWL__RELAXED) == PARKED;
    if (parked) {
        while (n > 0 && pawl__lot_grant_first(bucket, semaphore, PAWL_OK, &list) != 0) {
            n--;
        }
        bool more = n == 0 && pawl__lot_first(bucket, semaphore) != NULL;
        /* Pairs with the acquire in pawl__semaphore_take. */
        pawl__store64(&semaphore->state_, more ? PARKED : state_of(n), PAWL__RELEASE);
    }
    pawl__lot_unlock(bucket);
    pawl__lot_wake(&list);
    return parked;
}

pawl_status pawl__semaphore_release_slow(pawl_semaphore *semaphore, int64_t n)
{
    for (;;) {
        uint64_t seen = pawl__load64(&semaphore->state_, PAWL__RELAXED);
        if ((uint64_t)n > pawl__semaphore_bound(semaphore) - value_in(seen)) {
            return PAWL_OVERFLOW;
        }
        if ((seen & PARKED) != 0) {
            if (release_to_waiters(semaphore, (uint64_t)n)) {
                return PAWL_OK;
            }
        } else if (pawl__cas64(&semaphore->state_, &seen, seen + state_of((uint64_t)n),
                               PAWL__RELEASE)) { /* pairs with pawl__semaphore_take */
            return PAWL_OK;
        }
    }
}

pawl_status pawl_semaphore_release_n(pawl_semaphore *semaphore, int64_t n)
{
    pawl__need(semaphore, "pawl_semaphore_release_n", "semaphore");
    return n < 1 ? PAWL_INVALID : pawl__semaphore_release_slow(semaphore, n);
}

/* A bound below 0: none. */
static pawl_status initialise(pawl_semaphore *semaphore, int64_t value, int64_t bound)
{
    if (value < 0 || value > (bound < 0 ? PAWL_SEMAPHORE_MAX : bound) ||
        bound > PAWL_SEMAPHORE_MAX) {
        return PAWL_INVALID;
    }
    semaphore->limit_ = (uint64_t)(bound + 1);
    pawl__store64(&semaphore->state_, state_of((uint64_t)value), PAWL__RELAXED);
    return PAWL_OK;
}

enum { UNBOUNDED = -1 };

pawl_status pawl_semaphore_init(pawl_semaphore *semaphore, int64_t value)
{
    pawl__need(semaphore, "pawl_semaphore_init", "semaphore");
    return initialise(semaphore, value, UNBOUNDED);
}

pawl_status pawl_semaphore_init_bounded(pawl_semaphore *semaphore, int64_t value)
{
    pawl__need(semaphore, "pawl_semaphore_init_bounded", "semaphore");
    return value < 0 ? PAWL_INVALID : initialise(semaphore, value, value);
}

pawl_status pawl_semaphore_init_bounded_at(pawl_semaphore *semaphore, int64_t value, int64_t bound)
{
    pawl__need(semaphore, "pawl_semaphore_init_bounded_at", "semaphore");
    return bound < 0 ? PAWL_INVALID : initialise(semaphore, value, bound);
}

int64_t pawl_semaphore_value(const pawl_semaphore *semaphore)
{
    pawl__need(semaphore, "pawl_semaphore_value", "semaphore");
    return (int64_t)value_in(pawl__load64(&semaphore->state_, PAWL__RELAXED));
}

int pawl_semaphore_describe(const pawl_semaphore *semaphore, char *buf, size_t size)
{
    char bound[32] = "";
    pawl__need_text(semaphore, buf, size, "pawl_semaphore_describe", "semaphore");
    int64_t value = pawl_semaphore_value(semaphore);
    if (semaphore->limit_ != 0) {
        snprintf(bound, sizeof bound, " bound=%" PRIu64, pawl__semaphore_bound(semaphore));
    }
    return snprintf(buf, size, "<pawl_semaphore value=%" PRId64 "%s waiters=%lu at 0x%" PRIxPTR ">",
                    value, bound, (unsigned long)pawl__lot_count(semaphore),
                    (uintptr_t)semaphore);
}

static pawl_semaphore *new_semaphore(int64_t value, int64_t bound)
{
    pawl_semaphore *semaphore = malloc(sizeof *semaphore);
    if (semaphore != NULL && initialise(semaphore, value, bound) != PAWL_OK) {
        free(semaphore);
        return NULL;
    }
    return semaphore;
}

pawl_semaphore *pawl_semaphore_new(int64_t value)
{
    return new_semaphore(value, UNBOUNDED);
}

pawl_semaphore *pawl_semaphore_new_bounded(int64_t value)
{
    return value < 0 ? NULL : new_semaphore(value, value);
}

pawl_semaphore *pawl_semaphore_new_bounded_at(int64_t value, int64_t bound)
{
    return bound < 0 ? NULL : new_semaphore(value, bound);
}

void pawl_semaphore_free(pawl_semaphore *semaphore)
{
    free(semaphore);
}
