/* SPDX-License-Identifier: MIT
 *
 * pawl_lock: mutual exclusion in one byte, owned by nobody.
 *
 * Any thread may release what another acquired, as with Python's Lock. A default lock is the
 * fastest: who asks just as it becomes free may get it before those who wait, and none of them
 * starves. A fair lock serves strictly in order of arrival and, where more threads want it than
 * there are processors, pays a thread switch for nearly every release. Neither counts nested
 * acquires: a thread that acquires the lock again while it holds it waits until another thread
 * releases it.
 *
 *     state        acquire       try_acquire   acquire_for     release          locked
 *     unlocked     takes it      takes it      takes it        PAWL_NOT_HELD    false
 *     locked       waits         false         waits at most   unlocked, or a   true
 *                                              that long       waiter's
 *
 * Example:
 *
 *     #include <pawl/lock.h>
 *
 *     static pawl_lock lock; // all-zero bytes: an unlocked default lock
 *     static long balance;
 *
 *     void deposit(long amount)
 *     {
 *         pawl_lock_acquire(&lock);
 *         balance += amount;
 *         pawl_lock_release(&lock);
 *     }
 */
#ifndef PAWL_LOCK_H
#define PAWL_LOCK_H

#include <pawl/await.h>

PAWL__BEGIN

/* All-zero bytes are an unlocked default lock. Nothing needs destroying: the memory may be reused
 * as soon as no thread will call the lock again, by the thread that just acquired it too, even
 * while the releaser is still inside pawl_lock_release. */
typedef struct PAWL__IS_CAPABILITY("pawl_lock") pawl_lock {
    uint8_t state_;
} pawl_lock;

#define PAWL_LOCK_INIT      {0}
#define PAWL_FAIR_LOCK_INIT {PAWL__LOCK_FAIR}

/* The bits of state_. src/lockword.c explains how they change.
 *
 *     LOCKED    exact: somebody holds the lock
 *     PARKED    may lag: threads or tasks are queued in the lot, and a release has to look after
 *               them. Not set while one that was woken is on its way, who will.
 *     FAIR      exact: set at initialisation, never changed
 *     WATCHED   may lag: the waiter that is on its way has waited for long; those who use the lock
 *               look now and then whether it gets a processor
 *     RESERVED  exact: the lock is free, and for a millisecond at most only the waiter that has
 *               waited longest may take it. Never set with LOCKED.
 *
 * All but LOCKED are changed under the guard of the lot's bucket; PARKED may be set without it. */
enum {
    PAWL__LOCK_LOCKED = 1,
    PAWL__LOCK_PARKED = 2,
    PAWL__LOCK_FAIR = 4,
    PAWL__LOCK_WATCHED = 8,
    PAWL__LOCK_RESERVED = 16
};

/* The slow paths: another thread is in the way. */
PAWL_API PAWL__COLD void pawl__lock_acquire_slow(pawl_lock *lock);
PAWL_API PAWL__COLD bool pawl__lock_try_slow(pawl_lock *lock);
PAWL_API PAWL__COLD pawl_status pawl__lock_acquire_for_slow(pawl_lock *lock, pawl_ns ns);
PAWL_API PAWL__COLD pawl_status pawl__lock_acquire_until_slow(pawl_lock *lock, pawl_time deadline);
PAWL_API PAWL__COLD pawl_status pawl__lock_acquire_await_slow(pawl_lock *lock, pawl_await *op);
PAWL_API PAWL__COLD pawl_status pawl__lock_release_slow(pawl_lock *lock);

/* In a process with one thread: as pawl__lock_take, without an atomic operation. */
PAWL__HELPER bool pawl__lock_take_alone(pawl_lock *lock)
{
    uint8_t seen = pawl__load8(&lock->state_, PAWL__RELAXED);
    if ((seen & (PAWL__LOCK_LOCKED | PAWL__LOCK_RESERVED)) != 0) {
        return false;
    }
    pawl__store8(&lock->state_, PAWL__CAST(uint8_t, seen | PAWL__LOCK_LOCKED), PAWL__RELAXED);
    return true;
}

/* Takes the lock if it is free, whoever waits. Begins with a guess, an unlocked default lock that
 * nobody waits for, since a load of a word that was just written makes the next operation on it
 * wait. The acquire pairs with the release in pawl_lock_release and in src/lockword.c. */
PAWL__HELPER bool pawl__lock_take(pawl_lock *lock)
{
    uint8_t seen = 0;
    if (PAWL__UNLIKELY(PAWL__SINGLE_THREADED())) {
        return pawl__lock_take_alone(lock);
    }
    do {
        if (pawl__cas8(&lock->state_, &seen, PAWL__CAST(uint8_t, seen | PAWL__LOCK_LOCKED),
                       PAWL__ACQUIRE)) {
            return true;
        }
    } while ((seen & (PAWL__LOCK_LOCKED | PAWL__LOCK_RESERVED)) == 0);
    return false;
}

/* The same, with a look first: a try of a lock that is held takes no cache line away. */
PAWL__HELPER bool pawl__lock_try(pawl_lock *lock)
{
    uint8_t seen = pawl__load8(&lock->state_, PAWL__RELAXED);
    if ((seen & PAWL__LOCK_LOCKED) != 0) {
        return false;
    }
    return (seen & PAWL__LOCK_RESERVED) != 0 ? pawl__lock_try_slow(lock) : pawl__lock_take(lock);
}

PAWL__HELPER void pawl__lock_check(const pawl_lock *lock, const char *call)
{
    if (PAWL__UNLIKELY(lock == NULL)) {
        pawl__die_null(call, "lock");
    }
}

/* Make the memory an unlocked default lock, or an unlocked fair lock, whatever it held before.
 *
 * Requires  no thread is using the lock. */
PAWL_API void pawl_lock_init(pawl_lock *lock);
PAWL_API void pawl_lock_init_fair(pawl_lock *lock);

/* Acquire the lock, waiting as long as it takes.
 *
 * A default lock does not say who is next: a release wakes the oldest waiter, which competes with
 * newcomers. But waiting is bounded by time, however many threads compete. The next release
 * reserves the lock for a waiter that has
 *   slept for 8 ms;
 *   or waited for 1 ms, was woken, and found the lock taken;
 *   or waited for 4 ms, was woken 80 us ago or longer, and has got no processor: those who use the
 *   lock meanwhile look for such a one.
 * A reservation keeps others out for 1 ms at most, so that a thread that does not run does not keep
 * the lock from those that do. A fair lock serves in order of arrival.
 *
 * Requires  the lock outlives the call. Any thread; not a signal handler.
 * Orders    the release that let this call through happens before it returns.
 * Costs     one atomic operation when the lock is free; otherwise spins briefly (a fair lock's
 *           first waiter, too), then parks. Never allocates. Not a cancellation point. */
PAWL_INLINE void pawl_lock_acquire(pawl_lock *lock) PAWL__ACQUIRES(lock)
{
    pawl__lock_check(lock, "pawl_lock_acquire");
    if (PAWL__UNLIKELY(!pawl__lock_take(lock))) {
        pawl__lock_acquire_slow(lock);
    }
    PAWL__TOLD_ACQUIRED(lock, 0U);
}

/* Acquire the lock if that takes no waiting.
 *
 * Returns   true if the caller now holds the lock; false, with nothing changed, if it was locked.
 * Requires  the lock outlives the call. Any thread; not a signal handler.
 * Orders    when true, as pawl_lock_acquire; when false, nothing.
 * Costs     one load when the lock is held; one atomic operation when it is free. */
PAWL_MUST_CHECK PAWL_INLINE bool pawl_lock_try_acquire(pawl_lock *lock) PAWL__TRIES(true, lock)
{
    pawl__lock_check(lock, "pawl_lock_try_acquire");
    return PAWL__TOLD_TRIED(pawl__lock_try(lock), lock, 0U);
}

/* Acquire the lock, waiting at most `ns` nanoseconds, or until the monotonic time `deadline` at the
 * latest. A duration of 0 or less, or a deadline in the past, makes the call a try: it takes the
 * lock if it is free and neither spins nor parks. PAWL_FOREVER and PAWL_NEVER do not end.
 *
 * Returns   PAWL_OK       the caller holds the lock
 *           PAWL_TIMEOUT  the time passed, never early; nothing was acquired, and no wake-up that
 *                         was meant for another waiter was lost
 * Requires  the lock outlives the call. Any thread; not a signal handler.
 * Orders    when PAWL_OK, as pawl_lock_acquire; otherwise nothing.
 * Costs     as pawl_lock_acquire; the clock is read only if the call must wait. */
PAWL_MUST_CHECK PAWL_INLINE pawl_status pawl_lock_acquire_for(pawl_lock *lock, pawl_ns ns)
    PAWL__TRIES(0, lock)
{
    pawl__lock_check(lock, "pawl_lock_acquire_for");
    return PAWL__TOLD_TIMED(
        pawl__lock_take(lock) ? PAWL_OK : pawl__lock_acquire_for_slow(lock, ns), lock, 0U);
}

PAWL_MUST_CHECK PAWL_INLINE pawl_status pawl_lock_acquire_until(pawl_lock *lock, pawl_time deadline)
    PAWL__TRIES(0, lock)
{
    pawl__lock_check(lock, "pawl_lock_acquire_until");
    return PAWL__TOLD_TIMED(
        pawl__lock_take(lock) ? PAWL_OK : pawl__lock_acquire_until_slow(lock, deadline), lock, 0U);
}

/* Acquire the lock, or a permit, now or later. Who has to wait joins the queue behind the threads
 * and tasks that are there. On a default lock, too, a task whose turn it is is handed the lock by
 * the release itself.
 *
 * Returns   PAWL_OK       acquired; fn will not be called
 *           PAWL_PENDING  fn will be called with PAWL_OK, holding it, unless op is cancelled
 *                         before; that may be on another thread, before this call returns
 *           PAWL_INVALID  op is in flight, or was never initialised; nothing changed
 * Requires  the object and op outlive the operation; no two threads start the same op at a time.
 *           Any thread; not a signal handler.
 * Orders    the release that supplied it happens before PAWL_OK is returned, or fn is called.
 * Costs     that of the plain acquire when it is free; otherwise some tens of nanoseconds. Never
 *           waits, allocates or spins. */
PAWL_MUST_CHECK PAWL_INLINE pawl_status pawl_lock_acquire_await(pawl_lock *lock, pawl_await *op)
    PAWL__TRIES(0, lock)
{
    pawl__await_check(lock, op, "pawl_lock_acquire_await", "lock");
    return pawl__await_is_idle(op) && pawl__lock_take(lock)
               ? PAWL_OK
               : pawl__lock_acquire_await_slow(lock, op);
}

/* In a process with one thread: without an atomic operation. */
PAWL__HELPER pawl_status pawl__lock_release_alone(pawl_lock *lock)
{
    uint8_t seen = pawl__load8(&lock->state_, PAWL__RELAXED);
    if ((seen & ~PAWL__LOCK_FAIR) != PAWL__LOCK_LOCKED) {
        return pawl__lock_release_slow(lock);
    }
    pawl__store8(&lock->state_, PAWL__CAST(uint8_t, seen & ~PAWL__LOCK_LOCKED), PAWL__RELAXED);
    return PAWL_OK;
}

/* Release the lock, whichever thread acquired it. If threads wait, the oldest is woken,
 * unless one is on its way already, and competes for the lock: a newcomer may be faster. A task
 * (await.h) and a fair lock's oldest waiter are always handed it.
 *
 * Returns   PAWL_OK        the lock was held and is released
 *           PAWL_NOT_HELD  it was not locked; nothing changed. (Nobody owns it: a lock that is
 *                          another's by now is released.)
 * Requires  the lock outlives the moment at which another thread can acquire it: from then on this
 *           call does not touch it. Any thread; not a signal handler.
 * Orders    what the caller did before happens before the next acquire returns.
 * Costs     one atomic operation when nobody waits; else one waiter is woken at most, however many
 *           wait: none while one is on its way. A task (await.h) is called instead, before this
 *           returns. */
PAWL_INLINE pawl_status pawl_lock_release(pawl_lock *lock) PAWL__RELEASES(lock)
{
    uint8_t seen = PAWL__LOCK_LOCKED; /* a guess, as in pawl__lock_take, with which it pairs */
    pawl__lock_check(lock, "pawl_lock_release");
    PAWL__TOLD_RELEASING((pawl__load8(&lock->state_, PAWL__RELAXED) & PAWL__LOCK_LOCKED) != 0, lock,
                         0U);
    if (PAWL__UNLIKELY(PAWL__SINGLE_THREADED())) {
        return pawl__lock_release_alone(lock);
    }
    if (pawl__cas8(&lock->state_, &seen, 0, PAWL__RELEASE)) {
        return PAWL_OK;
    }
    /* The guess is wrong for a fair lock. */
    return seen == (PAWL__LOCK_LOCKED | PAWL__LOCK_FAIR) &&
                   pawl__cas8(&lock->state_, &seen, PAWL__LOCK_FAIR, PAWL__RELEASE)
               ? PAWL_OK
               : pawl__lock_release_slow(lock);
}

/* Whether the lock is held: a snapshot, which may be out of date when the caller looks at it.
 *
 * Orders    nothing.
 * Costs     one load. */
PAWL_MUST_CHECK PAWL_INLINE bool pawl_lock_locked(const pawl_lock *lock)
{
    pawl__lock_check(lock, "pawl_lock_locked");
    return (pawl__load8(&lock->state_, PAWL__RELAXED) & PAWL__LOCK_LOCKED) != 0;
}

/* Write what the lock looks like, for a person: `<pawl_lock locked waiters=2 at 0x7f30c0de>`, or
 * `<pawl_lock fair unlocked waiters=0 at 0x7f30c0de>`. A snapshot.
 *
 * Returns   as snprintf: the length without the final zero byte, whatever `size` is. At most
 *           size - 1 characters are written; buf may be NULL when size is 0.
 * Requires  the lock outlives the call.
 * Costs     grows with the number of waiters, who are counted. */
PAWL_API int pawl_lock_describe(const pawl_lock *lock, char *buf, size_t size);

/* A new unlocked lock on the heap, for callers that hold a pointer; pawl_lock_free gives its memory
 * back, also while it is held. NULL may be freed.
 *
 * Returns   the lock, or NULL when memory is out.
 * Requires  for free: no thread will call the lock again.
 * Costs     malloc, free. */
PAWL_MUST_CHECK PAWL_API pawl_lock *pawl_lock_new(void);
PAWL_MUST_CHECK PAWL_API pawl_lock *pawl_lock_new_fair(void);
PAWL_API void pawl_lock_free(pawl_lock *lock);

/* In a forked child: make the lock free, whoever held it in the parent; it stays default or fair. A
 * lock that nobody held needs nothing.
 *
 * Requires  only the calling thread uses the lock. */
PAWL_API void pawl_lock_reinit_after_fork(pawl_lock *lock);

PAWL__END

#endif
