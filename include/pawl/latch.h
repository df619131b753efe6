/* SPDX-License-Identifier: MIT
 *
 * pawl_latch: a count of what is still to be done, and waiting until nothing is.
 *
 * Go calls it a WaitGroup, C++ a latch, Java a CountDownLatch. Add before the work is handed out,
 * and let each piece of work count itself done. For a fixed number of threads that meet again and
 * again use pawl_barrier; for one fact without a count, pawl_event.
 *
 *     count   add(n)      done(n)                                  wait
 *     0       count + n   PAWL_NOT_HELD                            returns at once
 *     > 0     count + n   count - n; at 0 all waiters return       waits
 *
 * A latch that has opened can be used again: add closes it. Waiters that an open latch let through
 * are not called back. Example:
 *
 *     #include <pawl/latch.h>
 *
 *     static pawl_latch pending; // all-zero bytes: nothing to do
 *
 *     void hand_out(void (*start)(int piece), int pieces)
 *     {
 *         if (pawl_latch_add(&pending, pieces) != PAWL_OK) {
 *             return; // no pieces
 *         }
 *         for (int i = 0; i < pieces; i++) {
 *             start(i); // calls pawl_latch_done(&pending, 1) at its end
 *         }
 *         pawl_latch_wait(&pending);
 *     }
 */
#ifndef PAWL_LATCH_H
#define PAWL_LATCH_H

#include <pawl/await.h>

PAWL__BEGIN

/* All-zero bytes are an open latch: its count is 0. Nothing needs destroying; the memory may be
 * reused as soon as no thread will call it again, also by a thread whose wait just returned. */
typedef struct pawl_latch {
    PAWL__ALIGNED_8 uint64_t state_; /* twice the count, and PAWL__LATCH_PARKED */
} pawl_latch;

/* The largest count: 2^62 - 1. */
#define PAWL_LATCH_MAX INT64_C(0x3FFFFFFFFFFFFFFF)

/* An initialiser, for a constant count from 0 to PAWL_LATCH_MAX. Other constants do not compile. */
#define PAWL_LATCH_INIT(count)                                                                     \
    {                                                                                              \
        PAWL__CONSTANT(PAWL__TO(uint64_t, count) << 1,                                             \
                       PAWL__TO(int64_t, count) >= 0 &&                                            \
                           PAWL__TO(int64_t, count) <= PAWL_LATCH_MAX)                             \
    }

/* The lowest bit of state_: may lag. Waiters may be queued in the lot, and then the count is above
 * 0. Set before a waiter is queued; cleared, under the bucket's guard, by the thread that opens the
 * latch or leaves the queue empty. */
enum { PAWL__LATCH_PARKED = 1 };

PAWL_API PAWL__COLD pawl_status pawl__latch_wait_slow(pawl_latch *latch, pawl_time deadline);
PAWL_API PAWL__COLD pawl_status pawl__latch_wait_for_slow(pawl_latch *latch, pawl_ns ns);

/* The acquire pairs with the release in pawl_latch_done. */
PAWL__HELPER bool pawl__latch_check(const pawl_latch *latch, const char *call)
{
    if (PAWL__UNLIKELY(latch == NULL)) {
        pawl__die_null(call, "latch");
    }
    return pawl__load64(&latch->state_, PAWL__ACQUIRE) == 0;
}

/* Make the memory a latch with this count, whatever it held before.
 *
 * Returns   PAWL_OK       it is
 *           PAWL_INVALID  count is below 0 or above PAWL_LATCH_MAX; nothing was written
 * Requires  no thread is using it. */
PAWL_MUST_CHECK PAWL_API pawl_status pawl_latch_init(pawl_latch *latch, int64_t count);

/* Add n to the count. Present waiters go on waiting. Call it before the work that it announces can
 * be done: a wait that finds a count of 0 returns.
 *
 * Returns   PAWL_OK        it was added
 *           PAWL_OVERFLOW  the count would pass PAWL_LATCH_MAX; nothing changed
 *           PAWL_INVALID   n is below 1; nothing changed
 * Requires  any thread.
 * Orders    nothing.
 * Costs     one atomic operation. Never waits. */
PAWL_API pawl_status pawl_latch_add(pawl_latch *latch, int64_t n);

/* Take n from the count. The call that makes it 0 lets all present waiters return, also if an add
 * follows at once.
 *
 * Returns   PAWL_OK        it was taken
 *           PAWL_NOT_HELD  the count is below n; nothing changed
 *           PAWL_INVALID   n is below 1; nothing changed
 * Requires  the latch outlives the moment at which a waiter can return: from then on this call does
 *           not touch it. Any thread; not a signal handler.
 * Orders    what the caller did before happens before a wait returns that this done allowed, by
 *           itself or together with others.
 * Costs     one atomic operation when nobody waits; else a wake-up for each waiter. A task
 *           (await.h) is called instead, before this returns. */
PAWL_API pawl_status pawl_latch_done(pawl_latch *latch, int64_t n);

/* The count, and whether it is 0, at this moment.
 *
 * Orders    when it is 0, every done before happens before this returns.
 * Costs     one load. */
PAWL_MUST_CHECK PAWL_API int64_t pawl_latch_count(const pawl_latch *latch);
PAWL_MUST_CHECK PAWL_INLINE bool pawl_latch_is_open(const pawl_latch *latch)
{
    return pawl__latch_check(latch, "pawl_latch_is_open");
}

/* Wait until the count is 0: as long as it takes, at most `ns` nanoseconds, or until the monotonic
 * time `deadline` at the latest. A duration of 0 or less, or a deadline in the past, makes the call
 * a look.
 *
 * Returns   PAWL_OK       the count was 0
 *           PAWL_TIMEOUT  the time passed, never early
 * Requires  the latch outlives the call. Any thread; not a signal handler.
 * Orders    when PAWL_OK, every done that brought the count to 0 happens before it returns.
 * Costs     one load when the count is 0; else spins briefly if nobody waits yet, then parks. Never
 *           allocates. Not a cancellation point. */
PAWL_INLINE void pawl_latch_wait(pawl_latch *latch)
{
    if (!pawl__latch_check(latch, "pawl_latch_wait")) {
        (void)pawl__latch_wait_slow(latch, PAWL_NEVER); /* PAWL_OK: PAWL_NEVER cannot time out */
    }
}

PAWL_MUST_CHECK PAWL_INLINE pawl_status pawl_latch_wait_for(pawl_latch *latch, pawl_ns ns)
{
    return pawl__latch_check(latch, "pawl_latch_wait_for") ? PAWL_OK
                                                           : pawl__latch_wait_for_slow(latch, ns);
}

PAWL_MUST_CHECK PAWL_INLINE pawl_status pawl_latch_wait_until(pawl_latch *latch, pawl_time deadline)
{
    return pawl__latch_check(latch, "pawl_latch_wait_until")
               ? PAWL_OK
               : pawl__latch_wait_slow(latch, deadline);
}

/* Wait for the latch: PAWL_OK if its count is 0, PAWL_PENDING if fn will be called by the done that
 * makes it 0. Otherwise as pawl_lock_acquire_await. */
PAWL_MUST_CHECK PAWL_API pawl_status pawl_latch_wait_await(pawl_latch *latch, pawl_await *op);

/* Write what it looks like: `<pawl_latch count=2 waiters=1 at 0x7f30c0de>`. A snapshot.
 *
 * Returns   as snprintf; (NULL, 0) is allowed. */
PAWL_API int pawl_latch_describe(const pawl_latch *latch, char *buf, size_t size);

/* A latch on the heap; NULL when the count is out of range or memory is out. NULL may be freed. */
PAWL_MUST_CHECK PAWL_API pawl_latch *pawl_latch_new(int64_t count);
PAWL_API void pawl_latch_free(pawl_latch *latch);

PAWL__END

#endif
