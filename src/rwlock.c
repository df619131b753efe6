/* SPDX-License-Identifier: MIT
 *
 * pawl_rwlock's slow paths. Contract and the bits of the state: include/pawl/rwlock.h.
 *
 * Two queues under one guard: readers wait under the rwlock's address, writers under the next one.
 *
 * The invariant: a queued waiter implies PARKED, and PARKED implies that somebody holds the rwlock,
 * whose release will come here. While PARKED is set holders are added, and the last one is removed,
 * under the guard only; a reader that is not the last leaves without it. So who waits is granted
 * what the release gave up before anybody else can have it, and neither side starves: the last
 * reader hands over to a writer, and a writer to all readers that wait. A writer that becomes a
 * reader while both wait leaves PASSED, and the last reader then hands over as a writer does.
 *
 * No path touches the rwlock after the store that lets another thread have it.
 */
#define PAWL__INSIDE
#include <pawl/rwlock.h>

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
PAWL__EXPORT extern inline void pawl_rwlock_acquire_shared(pawl_rwlock *rwlock);
PAWL__EXPORT extern inline void pawl_rwlock_acquire_exclusive(pawl_rwlock *rwlock);
PAWL__EXPORT extern inline bool pawl_rwlock_try_acquire_shared(pawl_rwlock *rwlock);
PAWL__EXPORT extern inline bool pawl_rwlock_try_acquire_exclusive(pawl_rwlock *rwlock);
PAWL__EXPORT extern inline pawl_status pawl_rwlock_release_shared(pawl_rwlock *rwlock);
PAWL__EXPORT extern inline pawl_status pawl_rwlock_release_exclusive(pawl_rwlock *rwlock);

_Static_assert(sizeof(pawl_rwlock) <= 8, "the size that is promised");

enum {
    WRITER = PAWL__RWLOCK_WRITER,
    PARKED = PAWL__RWLOCK_PARKED,
    PASSED = PAWL__RWLOCK_PASSED,
    READER = PAWL__RWLOCK_READER
};

enum mode { SHARED, EXCLUSIVE };

static void *key_of(pawl_rwlock *rwlock, enum mode mode)
{
    return (char *)rwlock + (mode == EXCLUSIVE ? 1 : 0);
}

static enum pawl__wait_kind kind_of(enum mode mode)
{
    return mode == EXCLUSIVE ? PAWL__ON_EXCLUSIVE : PAWL__ON_SHARED;
}

static bool anyone_waits(pawl_rwlock *rwlock, struct pawl__bucket *bucket, enum mode mode)
{
    return pawl__lot_first(bucket, key_of(rwlock, mode)) != NULL;
}

/* Under the guard: whether the rwlock is held shared and says that somebody waits, which nobody
 * does; then it says so no longer. In a forked child that is left over. Elsewhere somebody is about
 * to queue, and looks again. */
static bool nobody_waits(pawl_rwlock *rwlock, struct pawl__bucket *bucket)
{
    uint32_t seen = pawl__load32(&rwlock->state_, PAWL__RELAXED);
    if ((seen & (WRITER | PARKED)) != PARKED || anyone_waits(rwlock, bucket, SHARED) ||
        anyone_waits(rwlock, bucket, EXCLUSIVE)) {
        return false;
    }
    /* Relaxed, as where PARKED is set. */
    while (!pawl__cas32(&rwlock->state_, &seen, seen & ~(uint32_t)(PARKED | PASSED),
                        PAWL__RELAXED)) {
    }
    return true;
}

bool pawl__rwlock_try_shared_slow(pawl_rwlock *rwlock)
{
    if (pawl__process_generation() == 0) { /* nothing can be left over */
        return false;
    }
    struct pawl__bucket *bucket = pawl__lot_bucket(rwlock);
    pawl__lot_lock(bucket);
    bool again = nobody_waits(rwlock, bucket);
    pawl__lot_unlock(bucket);
    return again && pawl__rwlock_take_shared(rwlock);
}

static bool take(pawl_rwlock *rwlock, enum mode mode)
{
    return mode == SHARED ? pawl__rwlock_try_shared(rwlock) : pawl__rwlock_take_exclusive(rwlock);
}

/* Shared, with as many holders as can be counted, and nobody waiting. */
static bool is_full(pawl_rwlock *rwlock, enum mode mode)
{
    return mode == SHARED && pawl__load32(&rwlock->state_, PAWL__RELAXED) == PAWL__RWLOCK_FULL;
}

static bool must_wait(uint32_t seen, enum mode mode)
{
    return mode == SHARED ? (seen & (WRITER | PARKED)) != 0 : seen != 0;
}

/* Who finds others in the way, readers too, looks again only after some hundred nanoseconds: each
 * look and attempt takes the word away from the others, who are twice as fast among themselves. */
static bool spin(pawl_rwlock *rwlock, enum mode mode)
{
    unsigned turn = PAWL__SPIN_APART;
    bool taken = false;
    while (!taken && (pawl__load32(&rwlock->state_, PAWL__RELAXED) & PARKED) == 0 &&
           pawl__spin(&turn)) {
        taken = take(rwlock, mode);
    }
    return taken;
}

/* Queue the waiter if the rwlock is held against it and says that somebody is parked; false: look
 * again. */
static bool queue(pawl_rwlock *rwlock, enum mode mode, pawl_await *waiter)
{
    uint32_t seen = pawl__load32(&rwlock->state_, PAWL__RELAXED);
    /* Relaxed: it orders nothing, and whoever sees PARKED goes on to take the guard. */
    if (!must_wait(seen, mode) ||
        ((seen & PARKED) == 0 &&
         !pawl__cas32(&rwlock->state_, &seen, seen | PARKED, PAWL__RELAXED))) {
        return false;
    }
    struct pawl__bucket *bucket = pawl__lot_bucket(rwlock);
    pawl__lot_lock(bucket);
    bool still = (pawl__load32(&rwlock->state_, PAWL__RELAXED) & PARKED) != 0 &&
                 (mode == EXCLUSIVE || !nobody_waits(rwlock, bucket));
    if (still) {
        pawl__lot_enqueue(bucket, key_of(rwlock, mode), waiter);
    }
    pawl__lot_unlock(bucket);
    return still;
}

/* Under the guard, with the rwlock held shared: let in readers that wait, as many as can be
 * counted. The acquire pairs with the release of the writer before, whose state these changes
 * continue. */
static void admit_readers(pawl_rwlock *rwlock, struct pawl__bucket *bucket,
                          struct pawl__wake_list *list)
{
    while (anyone_waits(rwlock, bucket, SHARED)) {
        uint32_t seen = pawl__load32(&rwlock->state_, PAWL__RELAXED);
        if (seen >= PAWL__RWLOCK_FULL) {
            return;
        }
        if (pawl__cas32(&rwlock->state_, &seen, seen + READER, PAWL__ACQUIRE)) {
            pawl__lot_grant_first(bucket, key_of(rwlock, SHARED), PAWL_OK, list);
        }
    }
}

/* A waiter is out of its queue, under the guard: readers that waited only because of this writer
 * come in, who leaves the queues empty takes PARKED along, and the last reader PASSED. */
static void withdraw_and_unlock(pawl_rwlock *rwlock, struct pawl__bucket *bucket, enum mode mode)
{
    struct pawl__wake_list list = {NULL, NULL};
    uint32_t seen = pawl__load32(&rwlock->state_, PAWL__RELAXED);
    bool writer_waits = anyone_waits(rwlock, bucket, EXCLUSIVE);
    if (mode == EXCLUSIVE && !writer_waits && (seen & WRITER) == 0) {
        admit_readers(rwlock, bucket, &list);
    }
    if (!anyone_waits(rwlock, bucket, SHARED)) {
        uint32_t over = writer_waits ? PASSED : PASSED | PARKED;
        seen = pawl__load32(&rwlock->state_, PAWL__RELAXED);
        while (!pawl__cas32(&rwlock->state_, &seen, seen & ~over, PAWL__RELAXED)) {
        }
    }
    pawl__lot_unlock(bucket);
    pawl__lot_wake(&list);
}

void pawl__rwlock_withdraw_and_unlock(void *key, enum pawl__wait_kind kind,
                                    struct pawl__bucket *bucket)
{
    if (kind == PAWL__ON_EXCLUSIVE) {
        withdraw_and_unlock((pawl_rwlock *)((char *)key - 1), bucket, EXCLUSIVE);
    } else {
        withdraw_and_unlock(key, bucket, SHARED);
    }
}

static pawl_status acquire_await(pawl_rwlock *rwlock, enum mode mode, pawl_await *op)
{
    if (!pawl__lot_start(op, kind_of(mode))) {
        return PAWL_INVALID;
    }
    while (!take(rwlock, mode)) {
        if (is_full(rwlock, mode)) {
            return PAWL_OVERFLOW;
        }
        if (queue(rwlock, mode, op)) {
            return PAWL_PENDING;
        }
    }
    return PAWL_OK;
}

pawl_status pawl_rwlock_acquire_shared_await(pawl_rwlock *rwlock, pawl_await *op)
{
    pawl__await_check(rwlock, op, "pawl_rwlock_acquire_shared_await", "rwlock");
    return acquire_await(rwlock, SHARED, op);
}

pawl_status pawl_rwlock_acquire_exclusive_await(pawl_rwlock *rwlock, pawl_await *op)
{
    pawl__await_check(rwlock, op, "pawl_rwlock_acquire_exclusive_await", "rwlock");
    return acquire_await(rwlock, EXCLUSIVE, op);
}

/* Returns   PAWL_OK, PAWL_TIMEOUT, PAWL_OVERFLOW. */
static pawl_status acquire_until(pawl_rwlock *rwlock, enum mode mode, struct pawl__limit limit)
{
    if (spin(rwlock, mode)) {
        return PAWL_OK;
    }
    struct pawl__sleeper sleeper;
    pawl_status status = PAWL_OK;
    pawl__lot_open_with(&sleeper, kind_of(mode), limit.stop);
    while (!take(rwlock, mode)) {
        if (is_full(rwlock, mode)) {
            status = PAWL_OVERFLOW;
            break;
        }
        if (!queue(rwlock, mode, &sleeper.waiter)) {
            continue;
        }
        struct pawl__bucket *bucket = pawl__lot_bucket(rwlock);
        if (pawl__lot_wait(&sleeper, bucket, key_of(rwlock, mode), limit.deadline)) {
            withdraw_and_unlock(rwlock, bucket, mode);
            status = pawl__sleeper_ended(&sleeper);
        }
        break; /* who is woken holds it */
    }
    pawl__lot_close(&sleeper);
    return status;
}

static pawl_status try_or_wait(pawl_rwlock *rwlock, enum mode mode, struct pawl__limit limit)
{
    if (take(rwlock, mode)) {
        return PAWL_OK;
    }
    if (is_full(rwlock, mode)) {
        return PAWL_OVERFLOW;
    }
    return pawl__lot_is_past(limit.deadline) ? PAWL_TIMEOUT : acquire_until(rwlock, mode, limit);
}

pawl_status pawl__rwlock_wait(pawl_rwlock *rwlock, enum pawl__wait_kind kind,
                              struct pawl__limit limit)
{
    return try_or_wait(rwlock, kind == PAWL__ON_EXCLUSIVE ? EXCLUSIVE : SHARED, limit);
}

void pawl__rwlock_acquire_shared_slow(pawl_rwlock *rwlock)
{
    if (acquire_until(rwlock, SHARED, pawl__until(PAWL_NEVER)) != PAWL_OK) {
        pawl__die_misuse("pawl_rwlock_acquire_shared", "there are too many shared holders");
    }
}

void pawl__rwlock_acquire_exclusive_slow(pawl_rwlock *rwlock)
{
    pawl_status status = acquire_until(rwlock, EXCLUSIVE, pawl__until(PAWL_NEVER));
    (void)status; /* PAWL_OK: never does not come */
}

pawl_status pawl_rwlock_acquire_shared_for(pawl_rwlock *rwlock, pawl_ns ns)
{
    pawl__need(rwlock, "pawl_rwlock_acquire_shared_for", "rwlock");
    return PAWL__TSAN_TIMED(
        take(rwlock, SHARED)
            ? PAWL_OK
            : try_or_wait(rwlock, SHARED, pawl__until(pawl__lot_deadline(ns))),
        rwlock, PAWL__TSAN_SHARED);
}

pawl_status pawl_rwlock_acquire_shared_until(pawl_rwlock *rwlock, pawl_time deadline)
{
    pawl__need(rwlock, "pawl_rwlock_acquire_shared_until", "rwlock");
    return PAWL__TSAN_TIMED(try_or_wait(rwlock, SHARED, pawl__until(deadline)), rwlock,
                            PAWL__TSAN_SHARED);
}

pawl_status pawl_rwlock_acquire_exclusive_for(pawl_rwlock *rwlock, pawl_ns ns)
{
    pawl__need(rwlock, "pawl_rwlock_acquire_exclusive_for", "rwlock");
    return PAWL__TSAN_TIMED(
        take(rwlock, EXCLUSIVE)
            ? PAWL_OK
            : try_or_wait(rwlock, EXCLUSIVE, pawl__until(pawl__lot_deadline(ns))),
        rwlock, 0U);
}

pawl_status pawl_rwlock_acquire_exclusive_until(pawl_rwlock *rwlock, pawl_time deadline)
{
    pawl__need(rwlock, "pawl_rwlock_acquire_exclusive_until", "rwlock");
    return PAWL__TSAN_TIMED(try_or_wait(rwlock, EXCLUSIVE, pawl__until(deadline)), rwlock, 0U);
}

/* Under the guard: take the readers that wait out of their queue, as many as can be counted.
 * Returns the state with them. */
static uint32_t add_readers(pawl_rwlock *rwlock, struct pawl__bucket *bucket, uint32_t state,
                            struct pawl__wake_list *list)
{
    while (state < PAWL__RWLOCK_FULL &&
           pawl__lot_grant_first(bucket, key_of(rwlock, SHARED), PAWL_OK, list) != 0) {
        state += READER;
    }
    return state;
}

/* Under the guard, with the last hold given up by the caller: hand over to the oldest writer, or to
 * all readers, the side named first. The state is stable: see the invariant. The release pairs with
 * the acquires in the header; who is granted synchronises through its parker. */
static void hand_over_and_unlock(pawl_rwlock *rwlock, struct pawl__bucket *bucket, enum mode first)
{
    struct pawl__wake_list list = {NULL, NULL};
    uint32_t state = 0;
    if (anyone_waits(rwlock, bucket, SHARED) &&
        (first == SHARED || !anyone_waits(rwlock, bucket, EXCLUSIVE))) {
        state = add_readers(rwlock, bucket, 0, &list);
    } else {
        state = WRITER * pawl__lot_grant_first(bucket, key_of(rwlock, EXCLUSIVE), PAWL_OK, &list);
    }
    if (anyone_waits(rwlock, bucket, SHARED) || anyone_waits(rwlock, bucket, EXCLUSIVE)) {
        state |= PARKED;
    }
    pawl__store32(&rwlock->state_, state, PAWL__RELEASE);
    pawl__lot_unlock(bucket);
    pawl__lot_wake(&list);
}

pawl_status pawl__rwlock_release_shared_slow(pawl_rwlock *rwlock)
{
    for (;;) {
        uint32_t seen = pawl__load32(&rwlock->state_, PAWL__RELAXED);
        if (seen < READER) {
            return PAWL_NOT_HELD;
        }
        if ((seen & ~(uint32_t)PASSED) != (READER | PARKED)) { /* not the last, or nobody waits */
            if (pawl__cas32(&rwlock->state_, &seen, seen - READER, PAWL__RELEASE)) {
                return PAWL_OK;
            }
            continue;
        }
        struct pawl__bucket *bucket = pawl__lot_bucket(rwlock);
        pawl__lot_lock(bucket);
        /* Acquires what the readers before have read, for the writer that is next. */
        seen = pawl__load32(&rwlock->state_, PAWL__ACQUIRE);
        if ((seen & ~(uint32_t)PASSED) == (READER | PARKED)) {
            hand_over_and_unlock(rwlock, bucket, (seen & PASSED) != 0 ? SHARED : EXCLUSIVE);
            return PAWL_OK;
        }
        pawl__lot_unlock(bucket); /* a withdrawal, or another release, came first */
    }
}

pawl_status pawl__rwlock_release_exclusive_slow(pawl_rwlock *rwlock)
{
    for (;;) {
        uint32_t seen = pawl__load32(&rwlock->state_, PAWL__RELAXED);
        if ((seen & WRITER) == 0) {
            return PAWL_NOT_HELD;
        }
        if ((seen & PARKED) == 0) {
            if (pawl__cas32(&rwlock->state_, &seen, 0, PAWL__RELEASE)) {
                return PAWL_OK;
            }
            continue;
        }
        struct pawl__bucket *bucket = pawl__lot_bucket(rwlock);
        pawl__lot_lock(bucket);
        if (pawl__load32(&rwlock->state_, PAWL__RELAXED) == (WRITER | PARKED)) {
            hand_over_and_unlock(rwlock, bucket, SHARED);
            return PAWL_OK;
        }
        pawl__lot_unlock(bucket); /* a withdrawal, or another release, came first */
    }
}

/* Under the guard, held exclusively: the hold becomes shared; readers join it, or, if a writer
 * waits, have their turn before it. */
static void downgrade_and_unlock(pawl_rwlock *rwlock, struct pawl__bucket *bucket)
{
    struct pawl__wake_list list = {NULL, NULL};
    uint32_t state = READER;
    if (anyone_waits(rwlock, bucket, EXCLUSIVE)) {
        state |= PARKED | (anyone_waits(rwlock, bucket, SHARED) ? PASSED : 0);
    } else {
        state = add_readers(rwlock, bucket, state, &list);
        state |= anyone_waits(rwlock, bucket, SHARED) ? PARKED : 0;
    }
    pawl__store32(&rwlock->state_, state, PAWL__RELEASE); /* pairs with the shared acquires */
    pawl__lot_unlock(bucket);
    pawl__lot_wake(&list);
}

static pawl_status downgrade(pawl_rwlock *rwlock)
{
    for (;;) {
        uint32_t seen = pawl__load32(&rwlock->state_, PAWL__RELAXED);
        if ((seen & WRITER) == 0) {
            return PAWL_NOT_HELD;
        }
        if ((seen & PARKED) == 0) {
            if (pawl__cas32(&rwlock->state_, &seen, READER, PAWL__RELEASE)) {
                return PAWL_OK; /* pairs with the shared acquires */
            }
            continue;
        }
        struct pawl__bucket *bucket = pawl__lot_bucket(rwlock);
        pawl__lot_lock(bucket);
        if (pawl__load32(&rwlock->state_, PAWL__RELAXED) == (WRITER | PARKED)) {
            downgrade_and_unlock(rwlock, bucket);
            return PAWL_OK;
        }
        pawl__lot_unlock(bucket); /* a withdrawal, or a release, came first */
    }
}

pawl_status pawl_rwlock_downgrade(pawl_rwlock *rwlock)
{
    pawl__need(rwlock, "pawl_rwlock_downgrade", "rwlock");
    PAWL__TSAN_RELEASING((pawl__load32(&rwlock->state_, PAWL__RELAXED) & WRITER) != 0, rwlock, 0U);
    return PAWL__TSAN_TIMED(downgrade(rwlock), rwlock, PAWL__TSAN_SHARED);
}

void pawl_rwlock_init(pawl_rwlock *rwlock)
{
    pawl__need(rwlock, "pawl_rwlock_init", "rwlock");
    PAWL__TSAN_FRESH(rwlock);
    pawl__store32(&rwlock->state_, 0, PAWL__RELAXED);
}

int pawl_rwlock_describe(const pawl_rwlock *rwlock, char *buf, size_t size)
{
    char words[40] = "unlocked";
    pawl__need_text(rwlock, buf, size, "pawl_rwlock_describe", "rwlock");
    uint32_t seen = pawl__load32(&rwlock->state_, PAWL__RELAXED);
    size_t waiters = pawl__lot_count(rwlock) + pawl__lot_count((const char *)rwlock + 1);
    if (seen >= READER) {
        snprintf(words, sizeof words, "shared holders=%" PRIu32, seen / READER);
    } else if ((seen & WRITER) != 0) {
        snprintf(words, sizeof words, "exclusive");
    }
    return snprintf(buf, size, "<pawl_rwlock %s waiters=%lu at 0x%" PRIxPTR ">", words,
                    (unsigned long)waiters, (uintptr_t)rwlock);
}

pawl_rwlock *pawl_rwlock_new(void)
{
    pawl_rwlock *rwlock = malloc(sizeof *rwlock);
    if (rwlock != NULL) {
        pawl_rwlock_init(rwlock);
    }
    return rwlock;
}

void pawl_rwlock_free(pawl_rwlock *rwlock)
{
    free(rwlock);
}

void pawl_rwlock_reinit_after_fork(pawl_rwlock *rwlock)
{
    pawl__need(rwlock, "pawl_rwlock_reinit_after_fork", "rwlock");
    pawl_rwlock_init(rwlock);
}
