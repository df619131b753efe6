/* SPDX-License-Identifier: MIT
 *
 * pawl_rwlock: many shared holders, or one exclusive one.
 *
 * For data that is read often and for long, and written seldom. If the section is short, pawl_lock
 * is faster even for readers. Nobody owns it: any thread may release a hold.
 *
 *     state               acquire_shared   acquire_exclusive   release_shared   release_exclusive
 *     free                shared by 1      exclusive           PAWL_NOT_HELD    PAWL_NOT_HELD
 *     shared by n         shared by n + 1  waits               shared by n - 1  PAWL_NOT_HELD
 *     shared, and a       waits            waits               shared by n - 1  PAWL_NOT_HELD
 *     writer is next
 *     exclusive           waits            waits               PAWL_NOT_HELD    free, or a task's
 *
 * Neither side starves. Readers and writers wait in one queue, with the bounds of a default lock
 * (lock.h): whoever finds the rwlock free may be faster than those who wait, but a waiter that has
 * waited for some milliseconds is next. The writer that is next keeps new readers out and waits
 * until those inside have left. So acquiring shared again while holding it may wait for ever.
 * downgrade() turns exclusive into shared with no gap. Example:
 *
 *     #include <pawl/rwlock.h>
 *
 *     static pawl_rwlock lock; // all-zero bytes: free
 *     static int setting;
 *
 *     int get(void)
 *     {
 *         pawl_rwlock_acquire_shared(&lock);
 *         int value = setting;
 *         pawl_rwlock_release_shared(&lock);
 *         return value;
 *     }
 *
 *     void set(int value)
 *     {
 *         pawl_rwlock_acquire_exclusive(&lock);
 *         setting = value;
 *         pawl_rwlock_release_exclusive(&lock);
 *     }
 */
#ifndef PAWL_RWLOCK_H
#define PAWL_RWLOCK_H

#include <pawl/await.h>

PAWL__BEGIN

/* All-zero bytes are a free rwlock. Nothing needs destroying; the memory may be reused as soon as
 * no thread will call it again, by the thread that just acquired it too. */
typedef struct PAWL__IS_CAPABILITY("pawl_rwlock") pawl_rwlock {
    uint32_t state_;
} pawl_rwlock;

#define PAWL_RWLOCK_INIT {0}

/* state_: the number of shared holders times PAWL__RWLOCK_READER, and bits, of which WATCHED and
 * RESERVED are as a lock's (lock.h). src/lockword.c explains how they change.
 *
 *     WRITER   exact: held exclusively, or with DRAIN: by a writer that waits for the readers
 *              inside to leave; either way no reader comes in
 *     PARKED   may lag: threads or tasks are queued in the lot, and a writer's release has to look
 *              after them
 *     DRAIN    exact, and implies WRITER: the last reader is to wake the writer. Changed under the
 *              guard of the lot's bucket, as PARKED, WATCHED and RESERVED are. */
enum {
    PAWL__RWLOCK_WRITER = 1,
    PAWL__RWLOCK_PARKED = 2,
    PAWL__RWLOCK_WATCHED = 8,
    PAWL__RWLOCK_RESERVED = 16,
    PAWL__RWLOCK_DRAIN = 32,
    PAWL__RWLOCK_READER = 64
};
#define PAWL__RWLOCK_FULL UINT32_C(0xFFFFFFC0) /* 2^26 - 1 shared holders */

PAWL_API PAWL__COLD void pawl__rwlock_acquire_shared_slow(pawl_rwlock *rwlock);
PAWL_API PAWL__COLD pawl_status pawl__rwlock_release_shared_slow(pawl_rwlock *rwlock);
PAWL_API PAWL__COLD void pawl__rwlock_acquire_exclusive_slow(pawl_rwlock *rwlock);
PAWL_API PAWL__COLD pawl_status pawl__rwlock_release_exclusive_slow(pawl_rwlock *rwlock);

/* Who finds it reserved, or a writer waiting for readers: the one may be over, the other may have
 * vanished in a fork. */
PAWL_API PAWL__COLD bool pawl__rwlock_try_slow(pawl_rwlock *rwlock, bool shared);

PAWL__HELPER void pawl__rwlock_check(const pawl_rwlock *rwlock, const char *call)
{
    if (PAWL__UNLIKELY(rwlock == NULL)) {
        pawl__die_null(call, "rwlock");
    }
}

PAWL__HELPER bool pawl__rwlock_is_open(uint32_t seen)
{
    return (seen & (PAWL__RWLOCK_WRITER | PAWL__RWLOCK_RESERVED)) == 0 && seen < PAWL__RWLOCK_FULL;
}

/* The acquires in the next four pair with the releases of the calls that release. The first two
 * begin with a guess, a free rwlock, as pawl__lock_take does. */
PAWL__HELPER bool pawl__rwlock_take_shared(pawl_rwlock *rwlock)
{
    uint32_t seen = 0;
    do {
        if (pawl__cas32(&rwlock->state_, &seen, seen + PAWL__RWLOCK_READER, PAWL__ACQUIRE)) {
            return true;
        }
    } while (pawl__rwlock_is_open(seen));
    return false;
}

PAWL__HELPER bool pawl__rwlock_take_exclusive(pawl_rwlock *rwlock)
{
    uint32_t seen = 0;
    do {
        if (pawl__cas32(&rwlock->state_, &seen, seen | PAWL__RWLOCK_WRITER, PAWL__ACQUIRE)) {
            return true;
        }
    } while (pawl__rwlock_is_open(seen) && seen < PAWL__RWLOCK_READER);
    return false;
}

PAWL__HELPER bool pawl__rwlock_try_shared(pawl_rwlock *rwlock)
{
    uint32_t seen = pawl__load32(&rwlock->state_, PAWL__RELAXED);
    if (pawl__rwlock_is_open(seen)) {
        return pawl__rwlock_take_shared(rwlock);
    }
    return (seen & (PAWL__RWLOCK_DRAIN | PAWL__RWLOCK_RESERVED)) != 0 &&
           pawl__rwlock_try_slow(rwlock, true);
}

PAWL__HELPER bool pawl__rwlock_try_exclusive(pawl_rwlock *rwlock)
{
    uint32_t seen = pawl__load32(&rwlock->state_, PAWL__RELAXED);
    if (seen >= PAWL__RWLOCK_READER || (seen & PAWL__RWLOCK_WRITER) != 0) {
        return false;
    }
    return (seen & PAWL__RWLOCK_RESERVED) != 0 ? pawl__rwlock_try_slow(rwlock, false)
                                               : pawl__rwlock_take_exclusive(rwlock);
}

/* Make the memory a free rwlock, whatever it held before.
 *
 * Requires  no thread is using it. */
PAWL_API void pawl_rwlock_init(pawl_rwlock *rwlock);

/* Acquire the rwlock for reading, beside others, or for writing, alone: waiting as long as it
 * takes. More than 2^26 - 1 shared holders end the process with a message, since this call has no
 * status to tell it by.
 *
 * Requires  the rwlock outlives the call. Any thread; not a signal handler.
 * Orders    for shared: the last release of an exclusive hold, or its downgrade, happens before
 *           this returns; for exclusive: every release before.
 * Costs     one atomic operation when it can be had; otherwise spins briefly if nobody waits yet,
 *           then parks. Never allocates. Not a cancellation point. */
PAWL_INLINE void pawl_rwlock_acquire_shared(pawl_rwlock *rwlock)
    PAWL__ACQUIRES_SHARED(rwlock)
{
    pawl__rwlock_check(rwlock, "pawl_rwlock_acquire_shared");
    if (PAWL__UNLIKELY(!pawl__rwlock_take_shared(rwlock))) {
        pawl__rwlock_acquire_shared_slow(rwlock);
    }
    PAWL__TOLD_ACQUIRED(rwlock, PAWL__TOLD_SHARED);
}

PAWL_INLINE void pawl_rwlock_acquire_exclusive(pawl_rwlock *rwlock)
    PAWL__ACQUIRES(rwlock)
{
    pawl__rwlock_check(rwlock, "pawl_rwlock_acquire_exclusive");
    if (PAWL__UNLIKELY(!pawl__rwlock_take_exclusive(rwlock))) {
        pawl__rwlock_acquire_exclusive_slow(rwlock);
    }
    PAWL__TOLD_ACQUIRED(rwlock, 0U);
}

/* Acquire it if that takes no waiting; shared is refused while anyone waits.
 *
 * Returns   true if the caller now holds it that way; false, with nothing changed, if not.
 * Requires  the rwlock outlives the call. Any thread; not a signal handler.
 * Orders    when true, as the acquire of that kind.
 * Costs     one load, and one atomic operation if it can be had. */
PAWL_MUST_CHECK PAWL_INLINE bool pawl_rwlock_try_acquire_shared(pawl_rwlock *rwlock)
    PAWL__TRIES_SHARED(true, rwlock)
{
    pawl__rwlock_check(rwlock, "pawl_rwlock_try_acquire_shared");
    return PAWL__TOLD_TRIED(pawl__rwlock_try_shared(rwlock), rwlock, PAWL__TOLD_SHARED);
}

PAWL_MUST_CHECK PAWL_INLINE bool pawl_rwlock_try_acquire_exclusive(pawl_rwlock *rwlock)
    PAWL__TRIES(true, rwlock)
{
    pawl__rwlock_check(rwlock, "pawl_rwlock_try_acquire_exclusive");
    return PAWL__TOLD_TRIED(pawl__rwlock_try_exclusive(rwlock), rwlock, 0U);
}

/* Acquire it, waiting at most `ns` nanoseconds, or until the monotonic time `deadline` at the
 * latest. A duration of 0 or less, or a deadline in the past, makes the call a try.
 *
 * Returns   PAWL_OK        the caller holds it that way
 *           PAWL_TIMEOUT   the time passed, never early; nothing was acquired, and readers that
 *                          only waited behind this writer are let in
 *           PAWL_OVERFLOW  shared: there are 2^26 - 1 holders; nothing changed
 * Requires  the rwlock outlives the call. Any thread; not a signal handler.
 * Orders    when PAWL_OK, as the acquire of that kind.
 * Costs     as the acquire; the clock is read only if the call must wait. */
PAWL_MUST_CHECK PAWL_API pawl_status pawl_rwlock_acquire_shared_for(pawl_rwlock *rwlock,
                                                                    pawl_ns ns)
    PAWL__TRIES_SHARED(0, rwlock);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_rwlock_acquire_shared_until(pawl_rwlock *rwlock,
                                                                      pawl_time deadline)
    PAWL__TRIES_SHARED(0, rwlock);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_rwlock_acquire_exclusive_for(pawl_rwlock *rwlock,
                                                                       pawl_ns ns)
    PAWL__TRIES(0, rwlock);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_rwlock_acquire_exclusive_until(pawl_rwlock *rwlock,
                                                                         pawl_time deadline)
    PAWL__TRIES(0, rwlock);

/* Acquire the rwlock for reading, or for writing, now or later: as pawl_lock_acquire_await, and
 *
 * Returns   PAWL_OVERFLOW  shared, with as many holders as can be counted, and nobody waiting */
PAWL_MUST_CHECK PAWL_API pawl_status pawl_rwlock_acquire_shared_await(pawl_rwlock *rwlock,
                                                                      pawl_await *op)
    PAWL__TRIES_SHARED(0, rwlock);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_rwlock_acquire_exclusive_await(pawl_rwlock *rwlock,
                                                                         pawl_await *op)
    PAWL__TRIES(0, rwlock);

/* Release a hold of that kind, whichever thread acquired it. The last reader lets in the writer
 * that is next. A writer wakes the oldest waiter, with the readers right behind it if it is a
 * reader; a task is let in by the release itself.
 *
 * Returns   PAWL_OK        one hold of that kind is released
 *           PAWL_NOT_HELD  there was none; nothing changed
 * Requires  the rwlock outlives the moment at which another thread can have it: from then on this
 *           call does not touch it. Any thread; not a signal handler.
 * Orders    what the caller did before happens before an acquire returns that this allowed.
 * Costs     one atomic operation when nobody waits; else a wake-up for each one woken. A task
 *           (await.h) is called instead, before this returns. */
PAWL_INLINE pawl_status pawl_rwlock_release_shared(pawl_rwlock *rwlock)
    PAWL__RELEASES_SHARED(rwlock)
{
    uint32_t seen = PAWL__RWLOCK_READER;
    pawl__rwlock_check(rwlock, "pawl_rwlock_release_shared");
    PAWL__TOLD_RELEASING(pawl__load32(&rwlock->state_, PAWL__RELAXED) >= PAWL__RWLOCK_READER,
                         rwlock, PAWL__TOLD_SHARED);
    return pawl__cas32(&rwlock->state_, &seen, 0, PAWL__RELEASE)
               ? PAWL_OK
               : pawl__rwlock_release_shared_slow(rwlock);
}

PAWL_INLINE pawl_status pawl_rwlock_release_exclusive(pawl_rwlock *rwlock)
    PAWL__RELEASES(rwlock)
{
    uint32_t seen = PAWL__RWLOCK_WRITER;
    pawl__rwlock_check(rwlock, "pawl_rwlock_release_exclusive");
    PAWL__TOLD_RELEASING((pawl__load32(&rwlock->state_, PAWL__RELAXED) & PAWL__RWLOCK_WRITER) != 0,
                         rwlock, 0U);
    return pawl__cas32(&rwlock->state_, &seen, 0, PAWL__RELEASE)
               ? PAWL_OK
               : pawl__rwlock_release_exclusive_slow(rwlock);
}

/* Turn an exclusive hold into a shared one with no gap. Readers that wait come in too, up to the
 * oldest writer, which is next.
 *
 * Returns   PAWL_OK        the hold is now shared
 *           PAWL_NOT_HELD  it is not held exclusively; nothing changed
 * Orders    what the caller did before happens before the shared acquires that this allowed. */
PAWL_API pawl_status pawl_rwlock_downgrade(pawl_rwlock *rwlock)
    PAWL__RELEASES(rwlock) PAWL__ACQUIRES_SHARED(rwlock);

/* Write what it looks like: `<pawl_rwlock shared holders=2 waiters=0 at 0x7f30c0de>`; `unlocked` or
 * `exclusive` in place of `shared holders=2`. A snapshot.
 *
 * Returns   as snprintf; (NULL, 0) is allowed. */
PAWL_API int pawl_rwlock_describe(const pawl_rwlock *rwlock, char *buf, size_t size);

/* A free rwlock on the heap; NULL when memory is out. NULL may be freed. */
PAWL_MUST_CHECK PAWL_API pawl_rwlock *pawl_rwlock_new(void);
PAWL_API void pawl_rwlock_free(pawl_rwlock *rwlock);

/* In a forked child: make the rwlock free, whoever held it in the parent.
 *
 * Requires  only the calling thread uses it. */
PAWL_API void pawl_rwlock_reinit_after_fork(pawl_rwlock *rwlock);

PAWL__END

#endif
