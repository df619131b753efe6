/* SPDX-License-Identifier: MIT
 *
 * pawl_lock's slow paths. Contract: include/pawl/lock.h. How waiters take turns: lockword.c.
 */
#define PAWL__INSIDE
#include <pawl/lock.h>

#include "limit.h"
#include "lockword.h"
#include "misuse.h"
#include "port.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* The external definitions of the header's inline functions. */
PAWL__EXPORT extern inline void pawl_lock_acquire(pawl_lock *lock);
PAWL__EXPORT extern inline bool pawl_lock_try_acquire(pawl_lock *lock);
PAWL__EXPORT extern inline pawl_status pawl_lock_acquire_for(pawl_lock *lock, pawl_ns ns);
PAWL__EXPORT extern inline pawl_status pawl_lock_acquire_until(pawl_lock *lock, pawl_time deadline);
PAWL__EXPORT extern inline pawl_status pawl_lock_acquire_await(pawl_lock *lock, pawl_await *op);
PAWL__EXPORT extern inline pawl_status pawl_lock_release(pawl_lock *lock);
PAWL__EXPORT extern inline bool pawl_lock_locked(const pawl_lock *lock);

_Static_assert(sizeof(pawl_lock) == 1, "a lock is one byte");

_Static_assert((int)PAWL__LOCK_LOCKED == (int)PAWL__WORD_LOCKED &&
                   (int)PAWL__LOCK_PARKED == (int)PAWL__WORD_PARKED &&
                   (int)PAWL__LOCK_FAIR == (int)PAWL__WORD_FAIR &&
                   (int)PAWL__LOCK_WATCHED == (int)PAWL__WORD_WATCHED &&
                   (int)PAWL__LOCK_RESERVED == (int)PAWL__WORD_RESERVED,
               "a lock's bits are where the protocol has them");

enum { LOCKED = PAWL__LOCK_LOCKED, FAIR = PAWL__LOCK_FAIR };

static struct pawl__word word_of(pawl_lock *lock)
{
    return (struct pawl__word){lock, false};
}

void pawl__lock_acquire_slow(pawl_lock *lock)
{
    pawl_status status = pawl__word_acquire(word_of(lock), PAWL__ON_LOCK, pawl__until(PAWL_NEVER));
    (void)status; /* PAWL_OK: never does not come */
}

bool pawl__lock_try_slow(pawl_lock *lock)
{
    return pawl__word_try(word_of(lock), PAWL__ON_LOCK);
}

pawl_status pawl__lock_wait(pawl_lock *lock, struct pawl__limit limit)
{
    if (pawl__lot_is_past(limit.deadline)) {
        return pawl__lock_try(lock) ? PAWL_OK : PAWL_TIMEOUT;
    }
    return pawl__word_acquire(word_of(lock), PAWL__ON_LOCK, limit);
}

pawl_status pawl__lock_acquire_until_slow(pawl_lock *lock, pawl_time deadline)
{
    return pawl__lock_wait(lock, pawl__until(deadline));
}

pawl_status pawl__lock_acquire_for_slow(pawl_lock *lock, pawl_ns ns)
{
    return pawl__lock_acquire_until_slow(lock, pawl__lot_deadline(ns));
}

pawl_status pawl__lock_acquire_await_slow(pawl_lock *lock, pawl_await *op)
{
    return pawl__word_acquire_await(word_of(lock), PAWL__ON_LOCK, op);
}

pawl_status pawl__lock_release_slow(pawl_lock *lock)
{
    return pawl__word_release(word_of(lock), 0);
}

void pawl_lock_init(pawl_lock *lock)
{
    pawl__need(lock, "pawl_lock_init", "lock");
    PAWL__TOLD_FRESH(lock);
    pawl__store8(&lock->state_, 0, PAWL__RELAXED);
}

void pawl_lock_init_fair(pawl_lock *lock)
{
    pawl__need(lock, "pawl_lock_init_fair", "lock");
    PAWL__TOLD_FRESH(lock);
    pawl__store8(&lock->state_, FAIR, PAWL__RELAXED);
}

int pawl_lock_describe(const pawl_lock *lock, char *buf, size_t size)
{
    pawl__need_text(lock, buf, size, "pawl_lock_describe", "lock");
    uint8_t seen = pawl__load8(&lock->state_, PAWL__RELAXED);
    size_t waiters = pawl__lot_count(lock);
    return snprintf(buf, size, "<pawl_lock %s%s waiters=%lu at 0x%" PRIxPTR ">",
                    (seen & FAIR) != 0 ? "fair " : "", (seen & LOCKED) != 0 ? "locked" : "unlocked",
                    (unsigned long)waiters, (uintptr_t)lock);
}

static pawl_lock *new_lock(uint8_t state)
{
    pawl_lock *lock = malloc(sizeof *lock);
    if (lock != NULL) {
        pawl__store8(&lock->state_, state, PAWL__RELAXED);
    }
    return lock;
}

pawl_lock *pawl_lock_new(void)
{
    return new_lock(0);
}

pawl_lock *pawl_lock_new_fair(void)
{
    return new_lock(FAIR);
}

void pawl_lock_free(pawl_lock *lock)
{
    free(lock);
}

void pawl_lock_reinit_after_fork(pawl_lock *lock)
{
    pawl__need(lock, "pawl_lock_reinit_after_fork", "lock");
    pawl__store8(&lock->state_, pawl__load8(&lock->state_, PAWL__RELAXED) & FAIR, PAWL__RELAXED);
}
