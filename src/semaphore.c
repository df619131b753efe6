/* SPDX-License-Identifier: MIT
 *
 * pawl_semaphore's slow paths. Contract and the bits of the state: include/pawl/semaphore.h.
 *
 * Invariant: a queued waiter implies PARKED, and PARKED implies that the first waiter asks for more
 * than the value. While PARKED is set, only the holder of the bucket's guard changes the state:
 * newcomers take nothing, and releases come here. So every permit that is released while there are
 * waiters is kept for the oldest one under the guard, against which a timeout's withdrawal is
 * serialised.
 *
 * Under the guard the state is read with acquire and stored with release: the permits that a grant
 * hands out may have come from releases that did not enter the guard.
 *
 * No path touches the semaphore after the store that lets another thread have a permit.
 */
#define PAWL__INSIDE
#include <pawl/semaphore.h>

#include "limit.h"
#include "lot.h"
#include "withdraw.h"
#include "misuse.h"
#include "process.h"
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

static bool take(pawl_semaphore *semaphore, uint64_t n)
{
    uint64_t seen = pawl__load64(&semaphore->state_, PAWL__RELAXED);
    while (value_in(seen) >= n) {
        if ((seen & PARKED) != 0) {
            return pawl__semaphore_take_slow(semaphore, n);
        }
        if (pawl__cas64(&semaphore->state_, &seen, seen - state_of(n), PAWL__ACQUIRE)) {
            return true;
        }
    }
    return false;
}

/* How many permits a waiter asks for. */
static uint64_t wanted_by(const pawl_await *waiter)
{
    return (uintptr_t)waiter->object_;
}

/* Under the guard, with PARKED set: grant the oldest waiters what they ask for, as far as the value
 * reaches, and store the state. */
static void grant(pawl_semaphore *semaphore, struct pawl__bucket *bucket, uint64_t value,
                  struct pawl__wake_list *list) PAWL_REQUIRES(bucket)
{
    pawl_await *first = pawl__lot_first(bucket, semaphore);
    while (first != NULL && wanted_by(first) <= value) {
        value -= wanted_by(first);
        pawl__lot_dequeue(bucket, first);
        pawl__lot_grant(first, PAWL_OK, list);
        first = pawl__lot_first(bucket, semaphore);
    }
    /* Pairs with the acquire in pawl__semaphore_take. */
    pawl__store64(&semaphore->state_, state_of(value) | (first != NULL ? PARKED : 0),
                  PAWL__RELEASE);
}

/* Serves the waiters that the change lets proceed, and clears PARKED if there are none left. */
void pawl__semaphore_withdraw_and_unlock(pawl_semaphore *semaphore, struct pawl__bucket *bucket)
{
    struct pawl__wake_list list = {NULL, NULL};
    uint64_t seen = pawl__load64(&semaphore->state_, PAWL__ACQUIRE);
    if ((seen & PARKED) != 0) {
        grant(semaphore, bucket, value_in(seen), &list);
    }
    pawl__lot_unlock(bucket);
    pawl__lot_wake(&list);
}

/* Only in a forked child can the permits be free although PARKED is set: its waiters vanished. */
bool pawl__semaphore_take_slow(pawl_semaphore *semaphore, uint64_t n)
{
    if (pawl__process_generation() == 0) {
        return false;
    }
    struct pawl__bucket *bucket = pawl__lot_bucket(semaphore);
    pawl__lot_lock(bucket);
    uint64_t seen = pawl__load64(&semaphore->state_, PAWL__ACQUIRE);
    bool vanished = (seen & PARKED) != 0 && pawl__lot_first(bucket, semaphore) == NULL;
    bool taken = vanished && value_in(seen) >= n;
    if (vanished) {
        pawl__store64(&semaphore->state_, state_of(value_in(seen) - (taken ? n : 0)),
                      PAWL__RELEASE);
    }
    pawl__lot_unlock(bucket);
    return taken;
}

/* Queue the waiter for n permits if there are too few or others wait, and the state says that
 * waiters may be parked; false: check again. *alone: nobody else is queued. */
static bool queue(pawl_semaphore *semaphore, uint64_t n, pawl_await *waiter, bool *alone)
{
    uint64_t seen = pawl__load64(&semaphore->state_, PAWL__RELAXED);
    /* Relaxed: it orders nothing, and a thread that sees PARKED then takes the guard. */
    if ((seen & PARKED) == 0 &&
        (value_in(seen) >= n ||
         !pawl__cas64(&semaphore->state_, &seen, seen | PARKED, PAWL__RELAXED))) {
        return false;
    }
    struct pawl__bucket *bucket = pawl__lot_bucket(semaphore);
    pawl__lot_lock(bucket);
    seen = pawl__load64(&semaphore->state_, PAWL__RELAXED);
    *alone = pawl__lot_first(bucket, semaphore) == NULL;
    if ((seen & PARKED) == 0 || (*alone && value_in(seen) >= n)) {
        pawl__semaphore_withdraw_and_unlock(semaphore, bucket); /* clears PARKED, if set */
        return false;
    }
    waiter->object_ = (void *)(uintptr_t)n;
    pawl__lot_enqueue(bucket, semaphore, waiter);
    pawl__lot_unlock(bucket);
    return true;
}

static pawl_status acquire_await(pawl_semaphore *semaphore, uint64_t n, pawl_await *op)
{
    if (!pawl__lot_start(op, PAWL__ON_SEMAPHORE)) {
        return PAWL_INVALID;
    }
    bool alone;
    while (!take(semaphore, n)) {
        if (queue(semaphore, n, op, &alone)) {
            return PAWL_PENDING;
        }
    }
    return PAWL_OK;
}

pawl_status pawl__semaphore_acquire_await_slow(pawl_semaphore *semaphore, pawl_await *op)
{
    return acquire_await(semaphore, 1, op);
}

/* Wait in the queue, where a waiter that is alone stays awake for a while: in the order of arrival
 * from the beginning, so that no newcomer has a permit first. A woken waiter was granted. */
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

static pawl_status acquire_n(pawl_semaphore *semaphore, uint64_t n, struct pawl__limit limit)
{
    struct pawl__sleeper sleeper;
    pawl_status status = PAWL_OK;
    bool alone = false;
    pawl__lot_open_with(&sleeper, PAWL__ON_SEMAPHORE, limit.stop);
    while (!take(semaphore, n)) {
        if (queue(semaphore, n, &sleeper.waiter, &alone)) {
            status = wait_for_turn(semaphore, &sleeper, alone, limit.deadline);
            break;
        }
    }
    pawl__lot_close(&sleeper);
    return status;
}

static pawl_status acquire_until(pawl_semaphore *semaphore, struct pawl__limit limit)
{
    return acquire_n(semaphore, 1, limit);
}

static bool is_possible(const pawl_semaphore *semaphore, int64_t n)
{
    return n >= 1 && n <= PAWL_SEMAPHORE_AT_ONCE &&
           (uint64_t)n <= pawl__semaphore_bound(semaphore);
}

pawl_status pawl__semaphore_wait_n(pawl_semaphore *semaphore, int64_t n, struct pawl__limit limit)
{
    if (!is_possible(semaphore, n)) {
        return PAWL_INVALID;
    }
    if (take(semaphore, (uint64_t)n)) {
        return PAWL_OK;
    }
    return pawl__lot_is_past(limit.deadline) ? PAWL_TIMEOUT
                                             : acquire_n(semaphore, (uint64_t)n, limit);
}

pawl_status pawl_semaphore_acquire_n(pawl_semaphore *semaphore, int64_t n)
{
    pawl__need(semaphore, "pawl_semaphore_acquire_n", "semaphore");
    return pawl__semaphore_wait_n(semaphore, n, pawl__until(PAWL_NEVER));
}

bool pawl_semaphore_try_acquire_n(pawl_semaphore *semaphore, int64_t n)
{
    pawl__need(semaphore, "pawl_semaphore_try_acquire_n", "semaphore");
    return is_possible(semaphore, n) && take(semaphore, (uint64_t)n);
}

pawl_status pawl_semaphore_acquire_n_for(pawl_semaphore *semaphore, int64_t n, pawl_ns ns)
{
    pawl__need(semaphore, "pawl_semaphore_acquire_n_for", "semaphore");
    if (is_possible(semaphore, n) && take(semaphore, (uint64_t)n)) {
        return PAWL_OK; /* without a look at the clock */
    }
    return pawl__semaphore_wait_n(semaphore, n, pawl__until(pawl__lot_deadline(ns)));
}

pawl_status pawl_semaphore_acquire_n_until(pawl_semaphore *semaphore, int64_t n, pawl_time deadline)
{
    pawl__need(semaphore, "pawl_semaphore_acquire_n_until", "semaphore");
    return pawl__semaphore_wait_n(semaphore, n, pawl__until(deadline));
}

pawl_status pawl_semaphore_acquire_n_await(pawl_semaphore *semaphore, int64_t n, pawl_await *op)
{
    pawl__await_check(semaphore, op, "pawl_semaphore_acquire_n_await", "semaphore");
    return is_possible(semaphore, n) ? acquire_await(semaphore, (uint64_t)n, op) : PAWL_INVALID;
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

/* With PARKED set: under the guard, add n permits to the value, and grant what that allows.
 *
 * Returns   PAWL_OK, PAWL_OVERFLOW; PAWL_PENDING: PARKED is not set any more, check again */
static pawl_status release_to_waiters(pawl_semaphore *semaphore, uint64_t n)
{
    struct pawl__wake_list list = {NULL, NULL};
    pawl_status status = PAWL_PENDING;
    struct pawl__bucket *bucket = pawl__lot_bucket(semaphore);
    pawl__lot_lock(bucket);
    uint64_t seen = pawl__load64(&semaphore->state_, PAWL__ACQUIRE);
    if ((seen & PARKED) != 0) {
        bool fits = n <= pawl__semaphore_bound(semaphore) - value_in(seen);
        status = fits ? PAWL_OK : PAWL_OVERFLOW;
        if (fits) {
            grant(semaphore, bucket, value_in(seen) + n, &list);
        }
    }
    pawl__lot_unlock(bucket);
    pawl__lot_wake(&list);
    return status;
}

pawl_status pawl__semaphore_release_slow(pawl_semaphore *semaphore, int64_t n)
{
    for (;;) {
        uint64_t seen = pawl__load64(&semaphore->state_, PAWL__RELAXED);
        if ((uint64_t)n > pawl__semaphore_bound(semaphore) - value_in(seen)) {
            return PAWL_OVERFLOW;
        }
        if ((seen & PARKED) != 0) {
            pawl_status status = release_to_waiters(semaphore, (uint64_t)n);
            if (status != PAWL_PENDING) {
                return status;
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
