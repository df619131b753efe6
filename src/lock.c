/* SPDX-License-Identifier: MIT
 *
 * pawl_lock's slow paths. Contract and the bits of the state: include/pawl/lock.h.
 *
 * The invariant: a queued waiter implies PARKED, and while LOCKED and PARKED are both set only the
 * holder of the bucket's guard changes the state. So a release that sees PARKED decides under the
 * guard, against which a time-out's withdrawal is serialised; and one that does not see it has
 * nobody to wake, since a waiter announces itself and queues under the guard, and takes the lock
 * there if it is free.
 *
 * No path touches the lock after the store that lets another thread have it.
 */
#include <pawl/lock.h>

#include "await.h"
#include "lock.h"
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
PAWL__EXPORT extern inline pawl_status pawl_lock_release(pawl_lock *lock);
PAWL__EXPORT extern inline bool pawl_lock_locked(const pawl_lock *lock);

_Static_assert(sizeof(pawl_lock) == 1, "a lock is one byte");

enum { LOCKED = PAWL__LOCK_LOCKED, PARKED = PAWL__LOCK_PARKED, FAIR = PAWL__LOCK_FAIR };

/* A default lock's waiter is handed the lock once it has waited this long. Who is first when
 * another was just handed it is made to wait a little longer, once: often enough that hundreds are
 * served within tens of milliseconds, seldom enough that the switches cost a few per cent. */
static const pawl_ns PATIENCE = PAWL_MS(1);
static const pawl_ns HANDING_PAUSE = PAWL_US(100);

/* Spin for a default lock while nobody is parked; true: it is taken. A fair lock's waiters do not
 * spin, since their order is the order in which they queue. */
static bool spin(pawl_lock *lock)
{
    unsigned turn = 0;
    do {
        uint8_t seen = pawl__load8(&lock->state_, PAWL__RELAXED);
        if ((seen & LOCKED) == 0 && pawl__lock_take(lock)) {
            return true;
        }
        if ((seen & (PARKED | FAIR)) != 0) {
            return false;
        }
    } while (pawl__lot_spin(&turn));
    return false;
}

/* Under the guard: take the lock (true), or make sure that a release will look for waiters. */
static bool take_or_announce(pawl_lock *lock)
{
    uint8_t seen = pawl__load8(&lock->state_, PAWL__RELAXED);
    for (;;) {
        if ((seen & LOCKED) == 0) {
            /* The acquire pairs with the releases, as in pawl__lock_take. */
            if (pawl__cas8(&lock->state_, &seen, (uint8_t)(seen | LOCKED), PAWL__ACQUIRE)) {
                return true;
            }
        } else if ((seen & PARKED) != 0 ||
                   pawl__cas8(&lock->state_, &seen, (uint8_t)(seen | PARKED), PAWL__RELAXED)) {
            /* Relaxed: it orders nothing, and whoever sees PARKED goes on to take the guard. */
            return false;
        }
    }
}

/* Take the lock (true), or queue the waiter: one of the two happens under the guard, so the order
 * at the guard is the order of arrival. Who was woken before and found the lock taken keeps its
 * place before the others. */
static bool take_or_queue(pawl_lock *lock, pawl_await *waiter, bool woken_before)
{
    struct pawl__bucket *bucket = pawl__lot_enter(lock);
    bool taken = take_or_announce(lock);
    if (!taken && woken_before) {
        pawl__lot_push_first(bucket, lock, waiter);
    } else if (!taken) {
        pawl__lot_push_last(bucket, lock, waiter);
    }
    pawl__lot_leave(bucket);
    return taken;
}

/* The last to wait takes PARKED along. In a loop, since a lock that is free may be taken
 * meanwhile. */
void pawl__lock_withdraw(pawl_lock *lock, struct pawl__bucket *bucket)
{
    if (pawl__lot_first(bucket, lock) == NULL) {
        uint8_t seen = pawl__load8(&lock->state_, PAWL__RELAXED);
        while (!pawl__cas8(&lock->state_, &seen, (uint8_t)(seen & ~PARKED), PAWL__RELAXED)) {
        }
    }
    pawl__lot_leave(bucket);
}

/* Wait in the lot, for as many rounds as newcomers take the lock first. */
static pawl_status wait_for_turn(pawl_lock *lock, pawl_await *waiter, bool woken_before,
                                 pawl_time deadline)
{
    while (!pawl__lock_take(lock) && !take_or_queue(lock, waiter, woken_before)) {
        struct pawl__bucket *bucket = pawl__lot_wait(waiter, lock, deadline);
        if (bucket != NULL) {
            pawl__lock_withdraw(lock, bucket);
            return PAWL_TIMEOUT;
        }
        if (waiter->outcome_ == PAWL_OK) {
            break;
        }
        woken_before = true;
    }
    return PAWL_OK;
}

/* A thread's waiter waits from now on. */
static void be_patient(pawl_await *waiter, pawl_time now)
{
    waiter->more_.due = now + PATIENCE;
    waiter->put_off_ = false;
}

static pawl_status acquire_until(pawl_lock *lock, pawl_time deadline)
{
    if (spin(lock)) {
        return PAWL_OK;
    }
    pawl_await waiter;
    pawl__waiter_open(&waiter, PAWL__ON_LOCK);
    be_patient(&waiter, pawl__port_now());
    pawl_status status = wait_for_turn(lock, &waiter, false, deadline);
    pawl__waiter_close(&waiter);
    return status;
}

void pawl__lock_acquire_slow(pawl_lock *lock)
{
    pawl_status status = acquire_until(lock, PAWL_NEVER);
    (void)status; /* PAWL_OK: never does not come */
}

pawl_status pawl__lock_acquire_until_slow(pawl_lock *lock, pawl_time deadline)
{
    return pawl__lot_is_past(deadline) ? PAWL_TIMEOUT : acquire_until(lock, deadline);
}

pawl_status pawl__lock_acquire_for_slow(pawl_lock *lock, pawl_ns ns)
{
    return ns <= 0 ? PAWL_TIMEOUT : acquire_until(lock, pawl_after_ns(ns));
}

/* A task neither spins nor looks at the clock: it has no thread that could retry, so it is handed
 * the lock when it is first. */
pawl_status pawl__lock_acquire_await_slow(pawl_lock *lock, pawl_await *op)
{
    if (!pawl__waiter_start(op, PAWL__ON_LOCK)) {
        return PAWL_INVALID;
    }
    return take_or_queue(lock, op, false) ? PAWL_OK : PAWL_PENDING;
}

void pawl__lock_admit(pawl_lock *lock, struct pawl__bucket *bucket, pawl_await *waiter,
                      pawl_time now, struct pawl__wake_list *list)
{
    if (!pawl__waiter_is_task(waiter)) {
        be_patient(waiter, now);
    }
    if (take_or_announce(lock)) {
        pawl__lot_grant(waiter, PAWL_OK, list);
    } else {
        pawl__lot_push_last(bucket, lock, waiter);
    }
}

void pawl__lock_accept(pawl_lock *lock, pawl_await *waiter)
{
    if (waiter->outcome_ != PAWL_OK) {
        pawl_status status = wait_for_turn(lock, waiter, true, PAWL_NEVER);
        (void)status; /* PAWL_OK: never does not come */
    }
    PAWL__TSAN_ACQUIRED(lock, 0U);
}

/* Inside the bucket of a lock that is held: let the first waiter through, or if there is none make
 * the lock free. A fair lock, and one whose first waiter is a task or was patient for long enough,
 * stays LOCKED and is the waiter's; otherwise the lock is free for all, and the waiter is woken to
 * try. Appends the waiter to wake outside, if any; then the lock may be gone. */
static void release_inside(pawl_lock *lock, struct pawl__bucket *bucket,
                           struct pawl__wake_list *list)
{
    uint8_t fair = pawl__load8(&lock->state_, PAWL__RELAXED) & FAIR;
    pawl_await *first = pawl__lot_first(bucket, lock);
    uint8_t next_state = fair;
    if (first != NULL) {
        bool at_once = fair || pawl__waiter_is_task(first);
        pawl_time now = at_once ? 0 : pawl__port_now();
        bool handed = at_once || now >= first->more_.due;
        pawl__lot_take(bucket, first);
        pawl__lot_grant(first, handed ? PAWL_OK : PAWL_PENDING, list);
        pawl_await *second = pawl__lot_first(bucket, lock);
        if (handed && !at_once && second != NULL && !pawl__waiter_is_task(second) &&
            !second->put_off_ && second->more_.due < now + HANDING_PAUSE) {
            second->more_.due = now + HANDING_PAUSE;
            second->put_off_ = true;
        }
        next_state |= (uint8_t)((second != NULL ? PARKED : 0) | (handed ? LOCKED : 0));
    }
    /* Pairs with the acquire in pawl__lock_take. A waiter that is granted synchronises through its
     * parker instead. */
    pawl__store8(&lock->state_, next_state, PAWL__RELEASE);
}

pawl_status pawl__lock_release_slow(pawl_lock *lock)
{
    uint8_t seen = pawl__load8(&lock->state_, PAWL__RELAXED);
    while ((seen & LOCKED) != 0) {
        if ((seen & PARKED) == 0) {
            /* Pairs with the acquire in pawl__lock_take. */
            if (pawl__cas8(&lock->state_, &seen, (uint8_t)(seen & ~LOCKED), PAWL__RELEASE)) {
                return PAWL_OK;
            }
            continue;
        }
        struct pawl__bucket *bucket = pawl__lot_enter(lock);
        seen = pawl__load8(&lock->state_, PAWL__RELAXED);
        if ((seen & (LOCKED | PARKED)) == (LOCKED | PARKED)) {
            struct pawl__wake_list list = {NULL, NULL};
            release_inside(lock, bucket, &list);
            pawl__lot_leave(bucket);
            pawl__lot_wake(&list);
            return PAWL_OK;
        }
        pawl__lot_leave(bucket); /* a withdrawal, or another release, came first */
    }
    return PAWL_NOT_HELD;
}

void pawl_lock_init(pawl_lock *lock)
{
    pawl__need(lock, "pawl_lock_init", "lock");
    PAWL__TSAN_FRESH(lock);
    pawl__store8(&lock->state_, 0, PAWL__RELAXED);
}

void pawl_lock_init_fair(pawl_lock *lock)
{
    pawl__need(lock, "pawl_lock_init_fair", "lock");
    PAWL__TSAN_FRESH(lock);
    pawl__store8(&lock->state_, FAIR, PAWL__RELAXED);
}

int pawl_lock_describe(const pawl_lock *lock, char *buf, size_t size)
{
    pawl__need(lock, "pawl_lock_describe", "lock");
    uint8_t seen = pawl__load8(&lock->state_, PAWL__RELAXED);
    size_t waiters = (seen & PARKED) != 0 ? pawl__lot_count(lock) : 0;
    return snprintf(buf, size, "<pawl_lock %s%s waiters=%lu at 0x%" PRIxPTR ">",
                    (seen & FAIR) != 0 ? "fair " : "",
                    (seen & LOCKED) != 0 ? "locked" : "unlocked", (unsigned long)waiters,
                    (uintptr_t)lock);
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
