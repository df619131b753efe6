/* SPDX-License-Identifier: MIT
 *
 * pawl_semaphore: a number of permits; plain, or bounded.
 *
 * For a resource of which there are N. The bounded kind refuses a release that nobody can have
 * acquired, which is a bug found; the plain kind also serves to count events that threads wait for.
 * With one permit and no need to count, pawl_lock is smaller and faster. A bounded
 * semaphore of value 0 and bound 1 is what Windows calls an auto-reset event.
 *
 *     value   acquire           try_acquire   release_n(n)
 *     0       waits its turn    false         the n oldest waiters have a permit each; what is
 *                                             left becomes the value
 *     > 0     value - 1         value - 1     value + n, or PAWL_OVERFLOW
 *
 * Waiters are served in order of arrival, and a permit released while someone waits is never seen
 * by a newcomer. Example:
 *
 *     #include <pawl/semaphore.h>
 *
 *     static pawl_semaphore connections = PAWL_BOUNDED_SEMAPHORE_INIT(4);
 *
 *     int with_a_connection(int (*work)(void))
 *     {
 *         if (pawl_semaphore_acquire_for(&connections, PAWL_S(2)) != PAWL_OK) {
 *             return -1; // all four were busy for two seconds
 *         }
 *         int result = work();
 *         pawl_semaphore_release(&connections);
 *         return result;
 *     }
 */
#ifndef PAWL_SEMAPHORE_H
#define PAWL_SEMAPHORE_H

#include <pawl/await.h>

PAWL__BEGIN

/* All-zero bytes are an unbounded semaphore of value 0. Nothing needs destroying; the memory may be
 * reused as soon as no thread will call it again, by a thread whose acquire just returned too. */
typedef struct pawl_semaphore {
    PAWL__ALIGNED_8 uint64_t state_; /* twice the value, and PAWL__SEMAPHORE_PARKED */
    uint64_t limit_; /* 0: unbounded; else the bound + 1. Never changed */
} pawl_semaphore;

/* The largest value: 2^62 - 1. */
#define PAWL_SEMAPHORE_MAX INT64_C(0x3FFFFFFFFFFFFFFF)

/* Initialisers, for constants: a value from 0 to the bound, and a bound of at most
 * PAWL_SEMAPHORE_MAX. Other constants do not compile. Without a bound of its own a bounded
 * semaphore starts at it. */
#define PAWL_SEMAPHORE_INIT(value) {PAWL__SEMAPHORE_STATE(value, PAWL_SEMAPHORE_MAX), 0}
#define PAWL_BOUNDED_SEMAPHORE_INIT(value) PAWL_BOUNDED_SEMAPHORE_INIT_AT(value, value)
#define PAWL_BOUNDED_SEMAPHORE_INIT_AT(value, bound)                                               \
    {PAWL__SEMAPHORE_STATE(value, bound),                                                          \
     PAWL__CONSTANT(PAWL__TO(uint64_t, bound) + 1, PAWL__TO(int64_t, bound) <= PAWL_SEMAPHORE_MAX)}
#define PAWL__SEMAPHORE_STATE(value, bound)                                                        \
    PAWL__CONSTANT(PAWL__TO(uint64_t, value) << 1,                                                 \
                   PAWL__TO(int64_t, value) >= 0 &&                                                \
                       PAWL__TO(int64_t, value) <= PAWL__TO(int64_t, bound))

/* The lowest bit of state_: may lag. Waiters may be queued in the lot; the first one asks for more
 * than the value. Set before a waiter is queued; cleared, under the bucket's guard, by the thread
 * that finds or leaves the queue empty. */
enum { PAWL__SEMAPHORE_PARKED = 1, PAWL__SEMAPHORE_ONE = 2 };

/* The greatest value it may have. */
PAWL__HELPER uint64_t pawl__semaphore_bound(const pawl_semaphore *semaphore)
{
    return semaphore->limit_ != 0 ? semaphore->limit_ - 1
                                  : PAWL__CAST(uint64_t, PAWL_SEMAPHORE_MAX);
}

PAWL_API PAWL__COLD void pawl__semaphore_acquire_slow(pawl_semaphore *semaphore);
PAWL_API PAWL__COLD pawl_status pawl__semaphore_acquire_for_slow(pawl_semaphore *semaphore,
                                                                 pawl_ns ns);
PAWL_API PAWL__COLD pawl_status pawl__semaphore_acquire_until_slow(pawl_semaphore *semaphore,
                                                                   pawl_time deadline);
PAWL_API PAWL__COLD pawl_status pawl__semaphore_acquire_await_slow(pawl_semaphore *semaphore,
                                                                   pawl_await *op);
PAWL_API PAWL__COLD bool pawl__semaphore_take_slow(pawl_semaphore *semaphore, uint64_t n);
PAWL_API PAWL__COLD pawl_status pawl__semaphore_release_slow(pawl_semaphore *semaphore, int64_t n);

PAWL__HELPER void pawl__semaphore_check(const pawl_semaphore *semaphore, const char *call)
{
    if (PAWL__UNLIKELY(semaphore == NULL)) {
        pawl__die_null(call, "semaphore");
    }
}

/* Takes a permit if there is one and nobody waits. The acquire pairs with the releases below and in
 * pawl__semaphore_release_slow. */
PAWL__HELPER bool pawl__semaphore_take(pawl_semaphore *semaphore)
{
    uint64_t seen = pawl__load64(&semaphore->state_, PAWL__RELAXED);
    while (seen >= PAWL__SEMAPHORE_ONE) {
        if (PAWL__UNLIKELY((seen & PAWL__SEMAPHORE_PARKED) != 0)) {
            return pawl__semaphore_take_slow(semaphore, 1);
        }
        if (pawl__cas64(&semaphore->state_, &seen, seen - PAWL__SEMAPHORE_ONE, PAWL__ACQUIRE)) {
            return true;
        }
    }
    return false;
}

/* Make the memory a semaphore of `value` permits: plain, bounded by that value, or bounded by
 * `bound`.
 *
 * Returns   PAWL_OK       it is
 *           PAWL_INVALID  value is below 0 or above the bound, or the bound is above
 *                         PAWL_SEMAPHORE_MAX; nothing was written
 * Requires  no thread is using it. */
PAWL_MUST_CHECK PAWL_API pawl_status pawl_semaphore_init(pawl_semaphore *semaphore, int64_t value);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_semaphore_init_bounded(pawl_semaphore *semaphore,
                                                                 int64_t value);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_semaphore_init_bounded_at(pawl_semaphore *semaphore,
                                                                    int64_t value, int64_t bound);

/* Take one permit, waiting as long as it takes. Waiters are served in order of arrival.
 *
 * Requires  the semaphore outlives the call. Any thread; not a signal handler.
 * Orders    the release that supplied the permit happens before this returns.
 * Costs     one atomic operation when a permit is free; otherwise stays awake briefly if nobody
 *           else waits, then parks. Never allocates. Not a cancellation point. */
PAWL_INLINE void pawl_semaphore_acquire(pawl_semaphore *semaphore)
{
    pawl__semaphore_check(semaphore, "pawl_semaphore_acquire");
    if (PAWL__UNLIKELY(!pawl__semaphore_take(semaphore))) {
        pawl__semaphore_acquire_slow(semaphore);
    }
}

/* Take one permit if that takes no waiting.
 *
 * Returns   true if the caller has a permit; false, with nothing changed, if there was none.
 * Requires  the semaphore outlives the call. Any thread.
 * Orders    when true, as pawl_semaphore_acquire.
 * Costs     one load when there is none; else one atomic operation. */
PAWL_MUST_CHECK PAWL_INLINE bool pawl_semaphore_try_acquire(pawl_semaphore *semaphore)
{
    pawl__semaphore_check(semaphore, "pawl_semaphore_try_acquire");
    return pawl__semaphore_take(semaphore);
}

/* Take one permit, waiting at most `ns` nanoseconds, or until the monotonic time `deadline` at the
 * latest. A duration of 0 or less, or a deadline in the past, makes the call a try.
 *
 * Returns   PAWL_OK       the caller has a permit
 *           PAWL_TIMEOUT  the time passed, never early; no permit was taken and none was lost
 * Requires  the semaphore outlives the call. Any thread; not a signal handler.
 * Orders    when PAWL_OK, as pawl_semaphore_acquire.
 * Costs     as pawl_semaphore_acquire; the clock is read only if the call must wait. */
PAWL_MUST_CHECK PAWL_INLINE pawl_status pawl_semaphore_acquire_for(pawl_semaphore *semaphore,
                                                                   pawl_ns ns)
{
    pawl__semaphore_check(semaphore, "pawl_semaphore_acquire_for");
    return pawl__semaphore_take(semaphore) ? PAWL_OK
                                           : pawl__semaphore_acquire_for_slow(semaphore, ns);
}

PAWL_MUST_CHECK PAWL_INLINE pawl_status pawl_semaphore_acquire_until(pawl_semaphore *semaphore,
                                                                     pawl_time deadline)
{
    pawl__semaphore_check(semaphore, "pawl_semaphore_acquire_until");
    return pawl__semaphore_take(semaphore)
               ? PAWL_OK
               : pawl__semaphore_acquire_until_slow(semaphore, deadline);
}

/* Take a permit, now or later: as pawl_lock_acquire_await. */
PAWL_MUST_CHECK PAWL_INLINE pawl_status pawl_semaphore_acquire_await(pawl_semaphore *semaphore,
                                                                     pawl_await *op)
{
    pawl__await_check(semaphore, op, "pawl_semaphore_acquire_await", "semaphore");
    return pawl__await_is_idle(op) && pawl__semaphore_take(semaphore)
               ? PAWL_OK
               : pawl__semaphore_acquire_await_slow(semaphore, op);
}

/* Take n permits at once, all or nothing. Waiters are served in order of arrival, whatever they ask
 * for: a large request that is first holds back smaller ones behind it, and the permits that are
 * released meanwhile are kept for it. Otherwise each is what the call for one permit is.
 *
 * Returns   as the call for one permit: true, PAWL_OK, PAWL_TIMEOUT, PAWL_PENDING
 *           PAWL_INVALID  (false from try) n is below 1 or above PAWL_SEMAPHORE_AT_ONCE, or above
 *                         the bound of a bounded semaphore, so that it could never succeed; or, for
 *                         a task, op is in flight; nothing changed
 * Requires  as pawl_semaphore_acquire.
 * Orders    the releases that supplied the permits happen before PAWL_OK is returned.
 * Costs     as the call for one permit. */
#define PAWL_SEMAPHORE_AT_ONCE INT64_C(0x7FFFFFFF)
PAWL_MUST_CHECK PAWL_API pawl_status pawl_semaphore_acquire_n(pawl_semaphore *semaphore, int64_t n);
PAWL_MUST_CHECK PAWL_API bool pawl_semaphore_try_acquire_n(pawl_semaphore *semaphore, int64_t n);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_semaphore_acquire_n_for(pawl_semaphore *semaphore,
                                                                  int64_t n, pawl_ns ns);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_semaphore_acquire_n_until(pawl_semaphore *semaphore,
                                                                    int64_t n, pawl_time deadline);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_semaphore_acquire_n_await(pawl_semaphore *semaphore,
                                                                    int64_t n, pawl_await *op);

/* Give n permits, all or none: to the n oldest waiters, one each, and what is left to the value.
 * Any thread may; release() is release_n of 1.
 *
 * Returns   PAWL_OK        they are given
 *           PAWL_INVALID   n is below 1; nothing changed
 *           PAWL_OVERFLOW  the value plus n would pass the bound, or PAWL_SEMAPHORE_MAX, whoever
 *                          waits; nothing changed
 * Requires  the semaphore outlives the moment at which a waiter can have a permit: from then on
 *           this call does not touch it. Any thread; not a signal handler.
 * Orders    what the caller did before happens before an acquire that takes one of them returns.
 * Costs     one atomic operation when nobody waits; else a wake-up for each permit granted. A task
 *           (await.h) is called instead, before this returns. */
PAWL_INLINE pawl_status pawl_semaphore_release(pawl_semaphore *semaphore)
{
    uint64_t seen;
    pawl__semaphore_check(semaphore, "pawl_semaphore_release");
    seen = pawl__load64(&semaphore->state_, PAWL__RELAXED);
    if ((seen & PAWL__SEMAPHORE_PARKED) == 0 && seen >> 1 < pawl__semaphore_bound(semaphore) &&
        pawl__cas64(&semaphore->state_, &seen, seen + PAWL__SEMAPHORE_ONE, PAWL__RELEASE)) {
        return PAWL_OK;
    }
    return pawl__semaphore_release_slow(semaphore, 1);
}

PAWL_API pawl_status pawl_semaphore_release_n(pawl_semaphore *semaphore, int64_t n);

/* The permits that are free: a snapshot. While there are waiters it is less than the first one asks
 * for, and nobody else can have these permits. */
PAWL_MUST_CHECK PAWL_API int64_t pawl_semaphore_value(const pawl_semaphore *semaphore);

/* Write what it looks like: `<pawl_semaphore value=2 waiters=0 at 0x7f30c0de>`, or with ` bound=4`
 * behind the value. A snapshot.
 *
 * Returns   as snprintf; (NULL, 0) is allowed. */
PAWL_API int pawl_semaphore_describe(const pawl_semaphore *semaphore, char *buf, size_t size);

/* A semaphore on the heap, plain or bounded; NULL when the value is invalid or memory is out. NULL
 * may be freed. */
PAWL_MUST_CHECK PAWL_API pawl_semaphore *pawl_semaphore_new(int64_t value);
PAWL_MUST_CHECK PAWL_API pawl_semaphore *pawl_semaphore_new_bounded(int64_t value);
PAWL_MUST_CHECK PAWL_API pawl_semaphore *pawl_semaphore_new_bounded_at(int64_t value,
                                                                       int64_t bound);
PAWL_API void pawl_semaphore_free(pawl_semaphore *semaphore);

PAWL__END

#endif
