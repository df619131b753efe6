/* SPDX-License-Identifier: MIT
 *
 * pawl_lock's slow paths. Contract and the bits of the state: include/pawl/lock.h.
 *
 * The invariants. A queued waiter implies PARKED. While somebody is queued and the lock is not
 * LOCKED, the first is awake_: it will look under the guard, takes the lock there if it is free,
 * and ceases to be awake_ only while LOCKED is set and COMING is not, so that a release will come
 * to the guard. COMING implies that the first is awake_; it is cleared by it, or by others if it is
 * late. While LOCKED and PARKED are set and COMING is not, only the holder of the bucket's guard
 * changes the state, but for HANDED, which its new holder clears.
 *
 * So a release that sees PARKED without COMING decides under the guard, against which a time-out's
 * withdrawal is serialised. One that sees COMING leaves it to who is coming: many threads can use
 * the lock meanwhile without waking a second. And one that sees neither has nobody to wake, since a
 * waiter announces itself and queues under the guard, and takes the lock there if it is free.
 *
 * A roused waiter keeps its place in the queue until it has the lock. It may have to wait for a
 * processor, so that it does not starve meanwhile others look after it: see look_after_first.
 *
 * No path touches the lock after the store that lets another thread have it.
 */
#define PAWL__INSIDE
#include <pawl/lock.h>

#include "limit.h"
#include "lot.h"
#include "misuse.h"
#include "port.h"
#include "relock.h"
#include "spin.h"
#include "withdraw.h"

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

enum {
    LOCKED = PAWL__LOCK_LOCKED,
    PARKED = PAWL__LOCK_PARKED,
    FAIR = PAWL__LOCK_FAIR,
    COMING = PAWL__LOCK_COMING,
    HANDED = PAWL__LOCK_HANDED
};

/* When a default lock's waiter is handed the lock by a release: when it has waited for PATIENCE and
 * sleeps; when it has waited for INSISTENCE, and has been awake and found the lock taken; or when
 * it has waited for LATENESS, was roused HURRY ago and has not come, for want of a processor, and
 * who releases or comes looks: then those who run have to wait in their turn, which leaves it one.
 * The switches that this costs are a few per cent of the time, however many wait. With a HURRY of
 * 150 us 64 threads waited for 10 to 13 ms, see docs/performance.md. */
static const pawl_ns PATIENCE = PAWL_MS(10);
static const pawl_ns LATENESS = PAWL_MS(5);
static const pawl_ns INSISTENCE = PAWL_MS(1);
static const pawl_ns HURRY = PAWL_US(120);

/* Clear bits of the state, whoever else changes others. */
static void clear(pawl_lock *lock, uint8_t bits)
{
    uint8_t seen = pawl__load8(&lock->state_, PAWL__RELAXED);
    while ((seen & bits) != 0 &&
           !pawl__cas8(&lock->state_, &seen, (uint8_t)(seen & ~bits), PAWL__RELAXED)) {
    }
}

/* Under the guard: take the lock (true), or make sure that a release will look for waiters. COMING
 * stays only if the first of them is indeed on its way: in a forked child it may be left over. */
static bool take_or_announce(pawl_lock *lock, struct pawl__bucket *bucket)
{
    const pawl_await *first = pawl__lot_first(bucket, lock);
    uint8_t stale = first != NULL && pawl__waiter_is_awake(first) ? 0 : COMING;
    uint8_t seen = pawl__load8(&lock->state_, PAWL__RELAXED);
    for (;;) {
        uint8_t announced = (uint8_t)((seen | PARKED) & ~stale);
        if ((seen & LOCKED) == 0) {
            /* The acquire pairs with the releases, as in pawl__lock_take. */
            if (pawl__cas8(&lock->state_, &seen, (uint8_t)(seen | LOCKED), PAWL__ACQUIRE)) {
                return true;
            }
        } else if (seen == announced ||
                   pawl__cas8(&lock->state_, &seen, announced, PAWL__RELAXED)) {
            /* Relaxed: it orders nothing. A release that sees PARKED takes the guard, or leaves it
             * to who is on its way, and who does. */
            return false;
        }
    }
}

/* How a waiter begins: it has the lock; or it is queued, and looks whether it was granted; or it is
 * queued, and is to park. */
enum start { START_TAKEN, START_AWAKE, START_QUEUED };

/* Take the lock, or queue the waiter: one of the two happens under the guard, so the order at the
 * guard is the order of arrival. A fair lock's first waiter is awake for a while, and is granted
 * without being unparked. */
static enum start take_or_queue(pawl_lock *lock, pawl_await *waiter)
{
    enum start start = START_TAKEN;
    struct pawl__bucket *bucket = pawl__lot_bucket(lock);
    pawl__lot_lock(bucket);
    if (!take_or_announce(lock, bucket)) {
        pawl__lot_enqueue(bucket, lock, waiter);
        start = START_QUEUED;
        if (!pawl__waiter_is_task(waiter) && pawl__lot_first(bucket, lock) == waiter &&
            (pawl__load8(&lock->state_, PAWL__RELAXED) & FAIR) != 0) {
            pawl__sleeper_of(waiter)->awake = true;
            start = START_AWAKE;
        }
    }
    pawl__lot_unlock(bucket);
    return start;
}

/* Clear PARKED if the queue is now empty. Clear HANDED in case it was set for this waiter. */
void pawl__lock_withdraw_and_unlock(pawl_lock *lock, struct pawl__bucket *bucket)
{
    clear(lock, pawl__lot_first(bucket, lock) == NULL ? PARKED | HANDED : HANDED);
    pawl__lot_unlock(bucket);
}

/* Microseconds, which wrap after 71 minutes: one that was roused so long ago may be taken, for one
 * HURRY, for one that was just roused. */
static uint32_t microseconds(pawl_time time)
{
    return (uint32_t)(time / PAWL_US(1));
}

/* Of a waiter that was roused and has not come. */
static bool is_late(const struct pawl__sleeper *first)
{
    pawl_time now = pawl__port_now();
    return now - first->since >= LATENESS &&
           microseconds(now) - first->woken_us >= microseconds(HURRY);
}

/* By those who use the lock while a waiter is on its way: if it is late, clear COMING, so that the
 * next release hands it the lock, and set HANDED, so that newcomers leave it a processor. Nothing
 * is lost if the lock is free just now, or the waiter comes first: it is awake_, and takes the lock
 * if it finds it free. */
static void look_after_first(pawl_lock *lock)
{
    struct pawl__bucket *bucket = pawl__lot_bucket(lock);
    pawl__lot_lock(bucket);
    const pawl_await *first = pawl__lot_first(bucket, lock);
    uint8_t seen = pawl__load8(&lock->state_, PAWL__RELAXED);
    bool late = first != NULL && pawl__waiter_is_awake(first) &&
                is_late(pawl__sleeper_of_const(first));
    /* Relaxed: it orders nothing. */
    while (late && (seen & COMING) != 0 &&
           !pawl__cas8(&lock->state_, &seen, (uint8_t)((seen & ~COMING) | HANDED), PAWL__RELAXED)) {
    }
    if (first == NULL) { /* left behind, in a forked child */
        clear(lock, PARKED | COMING | HANDED);
    }
    pawl__lot_unlock(bucket);
}

/* Spin for a default lock; true: it is taken. One that comes when the lock was handed to a thread
 * that has yet to run leaves it its processor. A fair lock's waiters queue first, since their order
 * is the order in which they queue. */
static bool spin(pawl_lock *lock)
{
    unsigned turn = pawl__spin_begin(lock);
    bool taken = false;
    bool looked = false;
    do {
        uint8_t seen = pawl__load8(&lock->state_, PAWL__RELAXED);
        if ((seen & LOCKED) == 0 && pawl__lock_take(lock)) {
            taken = true;
        } else if ((seen & FAIR) != 0 || (turn == 0 && (seen & HANDED) != 0)) {
            return false;
        } else if ((seen & COMING) != 0 && !looked) {
            look_after_first(lock);
            looked = true;
        }
        if ((seen & PARKED) != 0 && turn < PAWL__SPIN_CROWDED) {
            turn = PAWL__SPIN_CROWDED;
        }
    } while (!taken && pawl__spin(&turn));
    pawl__spin_end(lock, turn, taken);
    return taken;
}

/* Under the guard: whether the waiter that is on its way has the lock now, handed to it or free. */
static bool arrive(pawl_lock *lock, struct pawl__bucket *bucket, pawl_await *waiter)
{
    if (pawl__lot_is_granted(waiter)) {
        return true;
    }
    uint8_t seen = pawl__load8(&lock->state_, PAWL__RELAXED);
    while ((seen & LOCKED) == 0) {
        /* The acquire pairs with the releases, as in pawl__lock_take. */
        if (pawl__cas8(&lock->state_, &seen, (uint8_t)((seen | LOCKED) & ~COMING), PAWL__ACQUIRE)) {
            pawl__lot_dequeue(bucket, waiter);
            clear(lock, pawl__lot_first(bucket, lock) == NULL ? PARKED : 0);
            return true;
        }
    }
    return false;
}

/* Under the guard: the waiter gives COMING up, as the lock is taken; false: it has become free. As
 * one step, since while COMING is set releases need no guard. */
static bool give_up_coming(pawl_lock *lock)
{
    uint8_t seen = pawl__load8(&lock->state_, PAWL__RELAXED);
    while ((seen & LOCKED) != 0) {
        if ((seen & COMING) == 0 ||
            pawl__cas8(&lock->state_, &seen, (uint8_t)(seen & ~COMING), PAWL__RELAXED)) {
            return true;
        }
    }
    return false;
}

/* Under the guard: a waiter has looked for long enough, and found the lock taken. true: it has
 * waited for so long that it looks on, once each time, as the next release will hand it the lock;
 * false: it is to park. */
static bool looks_on(struct pawl__sleeper *sleeper, bool has_insisted)
{
    sleeper->tried = true;
    sleeper->awake = !has_insisted && pawl__port_now() - sleeper->since >= INSISTENCE;
    return sleeper->awake;
}

/* In the thread of a waiter that was granted, or is queued and awake: true, it has the lock; false,
 * it is to park, in its place. While it looks, no release unparks another. */
static bool come_forward(pawl_lock *lock, struct pawl__sleeper *sleeper)
{
    pawl_await *waiter = &sleeper->waiter;
    bool arrived = pawl__lot_is_granted(waiter);
    bool awake = true;
    bool has_insisted = false;
    for (unsigned turn = 0; !arrived && awake;) {
        bool tired = !pawl__spin(&turn);
        if (!tired && (pawl__load8(&lock->state_, PAWL__RELAXED) & LOCKED) != 0) {
            arrived = pawl__lot_is_granted(waiter);
            continue;
        }
        struct pawl__bucket *bucket = pawl__lot_bucket(lock);
        pawl__lot_lock(bucket);
        do {
            arrived = arrive(lock, bucket, waiter);
        } while (!arrived && tired && !give_up_coming(lock));
        if (!arrived && tired) {
            awake = looks_on(sleeper, has_insisted);
            has_insisted = true;
            turn = 0;
        }
        pawl__lot_unlock(bucket);
    }
    if (arrived) {
        clear(lock, HANDED);
    }
    return arrived;
}

/* Wait in the lot, for as many rounds as newcomers take the lock first. */
static pawl_status wait_for_turn(pawl_lock *lock, struct pawl__sleeper *sleeper, bool awake,
                                 pawl_time deadline)
{
    struct pawl__bucket *bucket = pawl__lot_bucket(lock);
    while (!awake || !come_forward(lock, sleeper)) {
        if (pawl__lot_wait(sleeper, bucket, lock, deadline)) {
            pawl__lock_withdraw_and_unlock(lock, bucket);
            return pawl__sleeper_ended(sleeper);
        }
        awake = true;
    }
    return PAWL_OK;
}

/* A thread's waiter waits from now on. */
static void begin_to_wait(struct pawl__sleeper *sleeper, pawl_time now)
{
    sleeper->since = now;
    sleeper->tried = false;
}

static pawl_status acquire_until(pawl_lock *lock, struct pawl__limit limit)
{
    if (spin(lock)) {
        return PAWL_OK;
    }
    struct pawl__sleeper sleeper;
    pawl__lot_open_with(&sleeper, PAWL__ON_LOCK, limit.stop);
    begin_to_wait(&sleeper, pawl__port_now());
    pawl_status status = PAWL_OK;
    enum start start = take_or_queue(lock, &sleeper.waiter);
    if (start != START_TAKEN) {
        status = wait_for_turn(lock, &sleeper, start == START_AWAKE, limit.deadline);
    }
    pawl__lot_close(&sleeper);
    return status;
}

void pawl__lock_acquire_slow(pawl_lock *lock)
{
    pawl_status status = acquire_until(lock, pawl__until(PAWL_NEVER));
    (void)status; /* PAWL_OK: never does not come */
}

pawl_status pawl__lock_wait(pawl_lock *lock, struct pawl__limit limit)
{
    return pawl__lot_is_past(limit.deadline) ? PAWL_TIMEOUT : acquire_until(lock, limit);
}

pawl_status pawl__lock_acquire_until_slow(pawl_lock *lock, pawl_time deadline)
{
    return pawl__lock_wait(lock, pawl__until(deadline));
}

pawl_status pawl__lock_acquire_for_slow(pawl_lock *lock, pawl_ns ns)
{
    return ns <= 0 ? PAWL_TIMEOUT : acquire_until(lock, pawl__until(pawl_after_ns(ns)));
}

/* A task neither spins nor looks at the clock: it has no thread that could retry, so it is handed
 * the lock when it is first. */
pawl_status pawl__lock_acquire_await_slow(pawl_lock *lock, pawl_await *op)
{
    if (!pawl__lot_start(op, PAWL__ON_LOCK)) {
        return PAWL_INVALID;
    }
    return take_or_queue(lock, op) == START_TAKEN ? PAWL_OK : PAWL_PENDING;
}

void pawl__lock_admit(pawl_lock *lock, struct pawl__bucket *bucket, pawl_await *waiter,
                      pawl_time now, struct pawl__wake_list *list)
{
    if (!pawl__waiter_is_task(waiter)) {
        begin_to_wait(pawl__sleeper_of(waiter), now);
    }
    if (take_or_announce(lock, bucket)) {
        pawl__lot_grant(waiter, PAWL_OK, list);
    } else {
        pawl__lot_enqueue(bucket, lock, waiter);
    }
}

void pawl__lock_accept(pawl_lock *lock, struct pawl__sleeper *sleeper)
{
    pawl_status status = wait_for_turn(lock, sleeper, true, PAWL_NEVER);
    (void)status; /* PAWL_OK: never does not come */
    PAWL__TSAN_ACQUIRED(lock, 0U);
}

/* Under the guard, of a thread that is first: whether the lock is handed to it. One that is awake
 * insists, or is late, since COMING is not set. */
static bool is_due(const struct pawl__sleeper *first, pawl_time now)
{
    return first->awake || now - first->since >= (first->tried ? INSISTENCE : PATIENCE);
}

/* Inside the bucket of a lock that is held, with a waiter: let the first one through. A fair lock,
 * and one whose first waiter is a task or was patient for long enough, stays LOCKED and is the
 * waiter's; otherwise the lock is free for all, and the waiter is roused to try.
 *
 * Returns   the waiter to rouse, outside, or NULL. The lock may be gone. */
static struct pawl__sleeper *release_inside(pawl_lock *lock, struct pawl__bucket *bucket,
                                            pawl_await *first, struct pawl__wake_list *list)
{
    uint8_t seen = pawl__load8(&lock->state_, PAWL__RELAXED);
    bool at_once = (seen & FAIR) != 0 || pawl__waiter_is_task(first);
    /* Otherwise the lock is not fair. HANDED is for a thread to clear, which a task would not. */
    uint8_t kept = seen & (at_once ? FAIR : HANDED);
    pawl_time now = at_once ? 0 : pawl__port_now();
    if (!at_once && !is_due(pawl__sleeper_of(first), now)) {
        pawl__lot_awaken(bucket, pawl__sleeper_of(first));
        pawl__sleeper_of(first)->woken_us = microseconds(now);
        /* Pairs with the acquire in pawl__lock_take. */
        pawl__store8(&lock->state_, PARKED | COMING, PAWL__RELEASE);
        return pawl__sleeper_of(first);
    }
    bool sleeps = !pawl__waiter_is_awake(first);
    pawl__lot_dequeue(bucket, first);
    kept |= (uint8_t)((pawl__lot_first(bucket, lock) != NULL ? PARKED : 0) |
                      (!at_once && sleeps ? HANDED : 0));
    /* Relaxed: who is granted synchronises by that. */
    pawl__store8(&lock->state_, (uint8_t)(LOCKED | kept), PAWL__RELAXED);
    if (sleeps) {
        pawl__lot_grant(first, PAWL_OK, list);
    } else {
        pawl__lot_grant_awake(first);
    }
    return NULL;
}

/* With PARKED set and nobody on the way: under the guard. false: look again. */
static bool release_to_waiters(pawl_lock *lock)
{
    struct pawl__wake_list list = {NULL, NULL};
    struct pawl__sleeper *roused = NULL;
    struct pawl__bucket *bucket = pawl__lot_bucket(lock);
    pawl__lot_lock(bucket);
    uint8_t seen = pawl__load8(&lock->state_, PAWL__RELAXED);
    pawl_await *first = pawl__lot_first(bucket, lock);
    bool is_stable = (seen & (LOCKED | PARKED | COMING)) == (LOCKED | PARKED);
    if (is_stable && first != NULL) {
        roused = release_inside(lock, bucket, first, &list);
    } else if (is_stable) { /* PARKED was left behind, in a forked child */
        pawl__store8(&lock->state_, seen & FAIR, PAWL__RELEASE);
    }
    pawl__lot_unlock(bucket);
    if (roused != NULL) {
        pawl__lot_unpark(roused);
    }
    pawl__lot_wake(&list);
    return is_stable;
}

pawl_status pawl__lock_release_slow(pawl_lock *lock)
{
    uint8_t seen = pawl__load8(&lock->state_, PAWL__RELAXED);
    if ((seen & COMING) != 0 && pawl__spin_time_to_check(lock)) {
        look_after_first(lock);
        seen = pawl__load8(&lock->state_, PAWL__RELAXED);
    }
    while ((seen & LOCKED) != 0) {
        if ((seen & (PARKED | COMING)) == PARKED) {
            if (release_to_waiters(lock)) {
                return PAWL_OK;
            }
            seen = pawl__load8(&lock->state_, PAWL__RELAXED);
        } else if (pawl__cas8(&lock->state_, &seen, (uint8_t)(seen & ~LOCKED), PAWL__RELEASE)) {
            return PAWL_OK; /* pairs with the acquire in pawl__lock_take */
        }
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
    pawl__need_text(lock, buf, size, "pawl_lock_describe", "lock");
    uint8_t seen = pawl__load8(&lock->state_, PAWL__RELAXED);
    size_t waiters = (seen & PARKED) != 0 ? pawl__lot_count(lock) : 0;
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
