/* SPDX-License-Identifier: MIT
 *
 * pawl_rlock: a lock that its owner may acquire again.
 *
 * For code that calls itself, or is called back, while it holds the lock. It is owned by a thread:
 * only the owner releases it, as often as it acquired it. If nothing nests, pawl_lock is smaller,
 * faster, and may be released by any thread.
 *
 *     state             acquire      try_acquire   acquire_for     release
 *     unlocked          owns it, 1   owns it, 1    owns it, 1      PAWL_NOT_HELD
 *     owned by caller   depth + 1    depth + 1     depth + 1       depth - 1; at 0 unlocked
 *     owned by another  waits        false         waits at most   PAWL_NOT_HELD
 *                                                  that long
 *
 * An owner is recognised by an identity that no later thread gets: a thread that ends while it owns
 * an rlock leaves it held for ever. Example:
 *
 *     #include <pawl/rlock.h>
 *
 *     struct tree {
 *         pawl_rlock lock; // all-zero bytes: unlocked
 *         struct tree *left, *right;
 *         long weight;
 *     };
 *
 *     long weigh(pawl_rlock *lock, const struct tree *tree)
 *     {
 *         long weight = 0;
 *         pawl_rlock_acquire(lock); // again at every level
 *         if (tree != NULL) {
 *             weight = tree->weight + weigh(lock, tree->left) + weigh(lock, tree->right);
 *         }
 *         pawl_rlock_release(lock);
 *         return weight;
 *     }
 */
#ifndef PAWL_RLOCK_H
#define PAWL_RLOCK_H

#include <pawl/lock.h>

PAWL__BEGIN

/* All-zero bytes are an unlocked rlock. Nothing needs destroying. Only the owner writes the owner's
 * identity and the depth; 0 is no owner. */
typedef struct PAWL__IS_CAPABILITY("pawl_rlock") PAWL__IS_REENTRANT pawl_rlock {
    PAWL__ALIGNED_8 uint64_t owner_;
    uint32_t depth_;
    pawl_lock lock_;
} pawl_rlock;

#define PAWL_RLOCK_INIT {0, 0, PAWL_LOCK_INIT}

/* Make the memory an unlocked rlock, whatever it held before.
 *
 * Requires  no thread is using it. */
PAWL_API void pawl_rlock_init(pawl_rlock *rlock);

/* Acquire the rlock, waiting as long as it takes; the owner is never made to wait. Waiters are
 * served as those of a default pawl_lock. More than UINT32_MAX levels end the process with a
 * message, because this call returns no status.
 *
 * Requires  the rlock outlives the call. Any thread; not a signal handler.
 * Orders    the release that let this call proceed happens before it returns.
 * Costs     a thread-local load when the caller owns it, one atomic operation more when it is free,
 *           otherwise parks. Never allocates, except that a thread's first call makes thread-local
 *           data, for which some C libraries allocate. Not a cancellation point. */
PAWL_API void pawl_rlock_acquire(pawl_rlock *rlock) PAWL__ACQUIRES(rlock);

/* Acquire the rlock if that takes no waiting.
 *
 * Returns   true if the caller now owns it, one level deeper; false, with nothing changed, if
 *           another thread owns it or the depth is at its maximum.
 * Requires  the rlock outlives the call. Any thread.
 * Orders    when true, as pawl_rlock_acquire. */
PAWL_MUST_CHECK PAWL_API bool pawl_rlock_try_acquire(pawl_rlock *rlock)
    PAWL__TRIES(true, rlock);

/* Acquire the rlock, waiting at most `ns` nanoseconds, or until the monotonic time `deadline` at
 * the latest. A duration of 0 or less, or a deadline in the past, makes the call a try.
 *
 * Returns   PAWL_OK        the caller owns it, one level deeper
 *           PAWL_TIMEOUT   the time passed, never early; nothing was acquired
 *           PAWL_OVERFLOW  the depth is at its maximum; nothing changed
 * Requires  the rlock outlives the call. Any thread; not a signal handler.
 * Orders    when PAWL_OK, as pawl_rlock_acquire.
 * Costs     as pawl_rlock_acquire; the clock is read only if the call must wait. */
PAWL_MUST_CHECK PAWL_API pawl_status pawl_rlock_acquire_for(pawl_rlock *rlock, pawl_ns ns)
    PAWL__TRIES(0, rlock);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_rlock_acquire_until(pawl_rlock *rlock,
                                                              pawl_time deadline)
    PAWL__TRIES(0, rlock);

/* Give up one level. At the last level the rlock is released, and one waiter, if there is one,
 * proceeds.
 *
 * Returns   PAWL_OK        the caller owned it
 *           PAWL_NOT_HELD  the caller did not own it, or nobody does; nothing changed
 * Requires  at the last level: the rlock outlives the moment at which another thread can have it.
 *           Any thread; not a signal handler.
 * Orders    at the last level: what the caller did before happens before the next owner's acquire
 *           returns. */
PAWL_API pawl_status pawl_rlock_release(pawl_rlock *rlock) PAWL__RELEASES(rlock);

/* Whether any thread owns it; whether the calling thread does; and how deep, 0 if it does not. The
 * first is a snapshot, the others are exact. */
PAWL_MUST_CHECK PAWL_API bool pawl_rlock_locked(const pawl_rlock *rlock);
PAWL_MUST_CHECK PAWL_API bool pawl_rlock_owned(const pawl_rlock *rlock);
PAWL_MUST_CHECK PAWL_API uint32_t pawl_rlock_depth(const pawl_rlock *rlock);

/* Write what the rlock looks like: `<pawl_rlock locked owner=3 depth=2 waiters=1 at 0x7f30c0de>`,
 * with the owner and its depth, whichever thread asks. The owner is a number: pawl numbers threads
 * from 1 on, each at its first call for any rlock, and reuses no number. A snapshot.
 *
 * Returns   as snprintf; (NULL, 0) is allowed. */
PAWL_API int pawl_rlock_describe(const pawl_rlock *rlock, char *buf, size_t size);

/* An unlocked rlock on the heap, NULL when memory is out; and its end, even while it is held. NULL
 * may be freed. */
PAWL_MUST_CHECK PAWL_API pawl_rlock *pawl_rlock_new(void);
PAWL_API void pawl_rlock_free(pawl_rlock *rlock);

/* In a forked child: make the rlock free, whichever thread of the parent owned it. If the forking
 * thread itself owned it, it still does, without this call.
 *
 * Requires  only the calling thread uses it. */
PAWL_API void pawl_rlock_reinit_after_fork(pawl_rlock *rlock);

PAWL__END

#endif
