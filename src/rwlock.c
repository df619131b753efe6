/* SPDX-License-Identifier: MIT
 *
 * pawl_rwlock's slow paths. Contract and the bits of the state: include/pawl/rwlock.h. How readers
 * and writers take turns: lockword.c.
 */
#define PAWL__INSIDE
#include <pawl/rwlock.h>

#include "limit.h"
#include "lockword.h"
#include "misuse.h"

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

_Static_assert((int)PAWL__RWLOCK_WRITER == (int)PAWL__WORD_LOCKED &&
                   (int)PAWL__RWLOCK_PARKED == (int)PAWL__WORD_PARKED &&
                   (int)PAWL__RWLOCK_WATCHED == (int)PAWL__WORD_WATCHED &&
                   (int)PAWL__RWLOCK_RESERVED == (int)PAWL__WORD_RESERVED &&
                   (int)PAWL__RWLOCK_DRAIN == (int)PAWL__WORD_DRAIN &&
                   (int)PAWL__RWLOCK_READER == (int)PAWL__WORD_READER,
               "an rwlock's bits are where the protocol has them");
_Static_assert(PAWL__RWLOCK_FULL == PAWL__WORD_FULL, "as many readers as there is room for");

enum { WRITER = PAWL__RWLOCK_WRITER, READER = PAWL__RWLOCK_READER };

static const enum pawl__wait_kind SHARED = PAWL__ON_SHARED, EXCLUSIVE = PAWL__ON_EXCLUSIVE;

static struct pawl__word word_of(pawl_rwlock *rwlock)
{
    return (struct pawl__word){rwlock, true};
}

bool pawl__rwlock_try_slow(pawl_rwlock *rwlock, bool shared)
{
    return pawl__word_try(word_of(rwlock), shared ? SHARED : EXCLUSIVE);
}

static bool try_once(pawl_rwlock *rwlock, enum pawl__wait_kind kind)
{
    return kind == SHARED ? pawl__rwlock_try_shared(rwlock) : pawl__rwlock_try_exclusive(rwlock);
}

/* Shared, with as many holders as can be counted, and no writer. */
static bool is_full(pawl_rwlock *rwlock, enum pawl__wait_kind kind)
{
    uint32_t seen = pawl__load32(&rwlock->state_, PAWL__RELAXED);
    return kind == SHARED && seen >= PAWL__RWLOCK_FULL && (seen & WRITER) == 0;
}

static pawl_status acquire_await(pawl_rwlock *rwlock, enum pawl__wait_kind kind, pawl_await *op)
{
    return pawl__word_acquire_await(word_of(rwlock), kind, op);
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

pawl_status pawl__rwlock_wait(pawl_rwlock *rwlock, enum pawl__wait_kind kind,
                              struct pawl__limit limit)
{
    if (try_once(rwlock, kind)) {
        return PAWL_OK;
    }
    if (is_full(rwlock, kind)) {
        return PAWL_OVERFLOW;
    }
    return pawl__lot_is_past(limit.deadline) ? PAWL_TIMEOUT
                                             : pawl__word_acquire(word_of(rwlock), kind, limit);
}

void pawl__rwlock_acquire_shared_slow(pawl_rwlock *rwlock)
{
    if (pawl__word_acquire(word_of(rwlock), SHARED, pawl__until(PAWL_NEVER)) != PAWL_OK) {
        pawl__die_misuse("pawl_rwlock_acquire_shared", "there are too many shared holders");
    }
}

void pawl__rwlock_acquire_exclusive_slow(pawl_rwlock *rwlock)
{
    pawl_status status = pawl__word_acquire(word_of(rwlock), EXCLUSIVE, pawl__until(PAWL_NEVER));
    (void)status; /* PAWL_OK: never does not come */
}

pawl_status pawl_rwlock_acquire_shared_for(pawl_rwlock *rwlock, pawl_ns ns)
{
    pawl__need(rwlock, "pawl_rwlock_acquire_shared_for", "rwlock");
    return PAWL__TOLD_TIMED(
        try_once(rwlock, SHARED)
            ? PAWL_OK
            : pawl__rwlock_wait(rwlock, SHARED, pawl__until(pawl__lot_deadline(ns))),
        rwlock, PAWL__TOLD_SHARED);
}

pawl_status pawl_rwlock_acquire_shared_until(pawl_rwlock *rwlock, pawl_time deadline)
{
    pawl__need(rwlock, "pawl_rwlock_acquire_shared_until", "rwlock");
    return PAWL__TOLD_TIMED(pawl__rwlock_wait(rwlock, SHARED, pawl__until(deadline)), rwlock,
                            PAWL__TOLD_SHARED);
}

pawl_status pawl_rwlock_acquire_exclusive_for(pawl_rwlock *rwlock, pawl_ns ns)
{
    pawl__need(rwlock, "pawl_rwlock_acquire_exclusive_for", "rwlock");
    return PAWL__TOLD_TIMED(
        try_once(rwlock, EXCLUSIVE)
            ? PAWL_OK
            : pawl__rwlock_wait(rwlock, EXCLUSIVE, pawl__until(pawl__lot_deadline(ns))),
        rwlock, 0U);
}

pawl_status pawl_rwlock_acquire_exclusive_until(pawl_rwlock *rwlock, pawl_time deadline)
{
    pawl__need(rwlock, "pawl_rwlock_acquire_exclusive_until", "rwlock");
    return PAWL__TOLD_TIMED(pawl__rwlock_wait(rwlock, EXCLUSIVE, pawl__until(deadline)), rwlock,
                            0U);
}

pawl_status pawl__rwlock_release_shared_slow(pawl_rwlock *rwlock)
{
    return pawl__word_release_shared(word_of(rwlock));
}

pawl_status pawl__rwlock_release_exclusive_slow(pawl_rwlock *rwlock)
{
    return pawl__word_release(word_of(rwlock), 0);
}

pawl_status pawl_rwlock_downgrade(pawl_rwlock *rwlock)
{
    pawl__need(rwlock, "pawl_rwlock_downgrade", "rwlock");
    PAWL__TOLD_RELEASING((pawl__load32(&rwlock->state_, PAWL__RELAXED) & WRITER) != 0, rwlock, 0U);
    return PAWL__TOLD_TIMED(pawl__word_release(word_of(rwlock), READER), rwlock, PAWL__TOLD_SHARED);
}

void pawl_rwlock_init(pawl_rwlock *rwlock)
{
    pawl__need(rwlock, "pawl_rwlock_init", "rwlock");
    PAWL__TOLD_FRESH(rwlock);
    pawl__store32(&rwlock->state_, 0, PAWL__RELAXED);
}

int pawl_rwlock_describe(const pawl_rwlock *rwlock, char *buf, size_t size)
{
    char words[40] = "unlocked";
    pawl__need_text(rwlock, buf, size, "pawl_rwlock_describe", "rwlock");
    uint32_t seen = pawl__load32(&rwlock->state_, PAWL__RELAXED);
    size_t waiters = pawl__lot_count(rwlock) + pawl__lot_count((const char *)rwlock + 1);
    if (seen >= READER) { /* a writer that waits for them to leave is a waiter */
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
