/* SPDX-License-Identifier: MIT
 *
 * pawl_once: a function that runs once, whichever caller is first.
 *
 * For what is set up at first use. In C++, a static local variable does that as well.
 *
 *     state     call
 *     fresh     runs the function; then done
 *     running   waits until it has returned, or runs it if it was left (see pawl_once_call)
 *     done      returns at once
 *
 * Example:
 *
 *     #include <pawl/once.h>
 *
 *     static pawl_once once; // all-zero bytes: fresh
 *     static int table[256];
 *
 *     static void fill_table(void *ctx)
 *     {
 *         (void)ctx;
 *         for (int i = 0; i < 256; i++) {
 *             table[i] = i * i;
 *         }
 *     }
 *
 *     int square(unsigned char number)
 *     {
 *         pawl_once_call(&once, fill_table, NULL);
 *         return table[number];
 *     }
 */
#ifndef PAWL_ONCE_H
#define PAWL_ONCE_H

#include <pawl/base.h>

PAWL__BEGIN

/* All-zero bytes are fresh. Nothing needs destroying. */
typedef struct pawl_once {
    uint8_t state_;
} pawl_once;

#define PAWL_ONCE_INIT {0}

/* state_: fresh is 0, done is DONE alone. While the function runs: RUNNING, PARKED if threads may
 * be queued in the lot (set before a thread queues), and in the upper five bits the process's
 * number of forks, modulo 32. By that number a forked child recognises a run that another thread of
 * its parent had begun, and that never ends in the child. (A run that began exactly 32 forks
 * earlier is taken for one of this process.) */
enum { PAWL__ONCE_DONE = 1, PAWL__ONCE_RUNNING = 2, PAWL__ONCE_PARKED = 4, PAWL__ONCE_FORK = 8 };

PAWL_API PAWL__COLD void pawl__once_call_first(pawl_once *once, void (*fn)(void *ctx), void *ctx);

/* Not for users: pawl.hpp runs the function in its own frames, so that an exception passes through
 * none of C. begin returns 0 once the function has returned, or the state of the run that the
 * caller has begun, and ends: with done, or fresh again. */
PAWL_API PAWL__COLD uint8_t pawl__once_begin(pawl_once *once);
PAWL_API PAWL__COLD void pawl__once_end(pawl_once *once, uint8_t running, bool done);

/* The acquire pairs with the release in once.c that stores DONE. */
PAWL__HELPER bool pawl__once_look(const pawl_once *once, const char *call)
{
    if (PAWL__UNLIKELY(once == NULL)) {
        pawl__die_null(call, "once");
    }
    return pawl__load8(&once->state_, PAWL__ACQUIRE) == PAWL__ONCE_DONE;
}

/* Call fn(ctx) unless that was done already. Returns when fn has returned, whichever thread called
 * it.
 *
 * If fn's thread ends inside it, by pthread_exit or a cancellation, the once is fresh again, and
 * one of the threads that wait calls fn. On Windows such an fn leaves them waiting for ever. A C++
 * exception must not leave fn here, unless pawl was compiled with -fexceptions; pawl::once allows
 * it.
 *
 * Requires  the once outlives the call; fn is not NULL and does not call the same once. Any thread;
 *           not a signal handler.
 * Orders    fn's return happens before this returns.
 * Costs     one load when it is done; waiting parks. Never allocates. */
PAWL_INLINE void pawl_once_call(pawl_once *once, void (*fn)(void *ctx), void *ctx)
{
    if (PAWL__UNLIKELY(!pawl__once_look(once, "pawl_once_call"))) {
        pawl__once_call_first(once, fn, ctx);
    }
}

/* Whether the function has returned.
 *
 * Orders    when true, its return happens before this returns.
 * Costs     one load. */
PAWL_MUST_CHECK PAWL_INLINE bool pawl_once_done(const pawl_once *once)
{
    return pawl__once_look(once, "pawl_once_done");
}

/* Make the memory fresh, whatever it held before.
 *
 * Requires  no thread is using it. */
PAWL_API void pawl_once_init(pawl_once *once);

/* Write what it looks like: `<pawl_once fresh waiters=0 at 0x7f30c0de>`, or running, or done. A
 * snapshot.
 *
 * Returns   as snprintf; (NULL, 0) is allowed. */
PAWL_API int pawl_once_describe(const pawl_once *once, char *buf, size_t size);

/* A fresh once on the heap; NULL when memory is out. NULL may be freed. */
PAWL_MUST_CHECK PAWL_API pawl_once *pawl_once_new(void);
PAWL_API void pawl_once_free(pawl_once *once);

PAWL__END

#endif
