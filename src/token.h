/* SPDX-License-Identifier: MIT
 *
 * The token of a parker, for the backends: one atomic word, so that a token that was left before
 * the thread sleeps costs neither thread a native call.
 *
 * The invariant: the two AWAITED values say that a thread sleeps, or is about to and will check
 * again first, and how it sleeps. A thread that replaces one of them by LEFT wakes the sleeper in
 * that way, which need not be its own: copies of pawl that were built for different hosts share
 * parkers. A wait gets one token, so only the sleeper changes LEFT.
 */
#ifndef PAWL_SRC_TOKEN_H
#define PAWL_SRC_TOKEN_H

#include <pawl/compiler.h>

enum pawl__token {
    PAWL__TOKEN_NONE,
    PAWL__TOKEN_LEFT,
    PAWL__TOKEN_AWAITED,             /* at a condition variable */
    PAWL__TOKEN_AWAITED_AT_SEMAPHORE /* where its timed wait has the monotonic clock */
};

/* By the parker's one thread: take the token if it was left. The acquire pairs with
 * pawl__token_leave. */
static inline bool pawl__token_take(uint32_t *token)
{
    if (pawl__load32(token, PAWL__ACQUIRE) != PAWL__TOKEN_LEFT) {
        return false;
    }
    /* Relaxed: see the invariant. */
    pawl__store32(token, PAWL__TOKEN_NONE, PAWL__RELAXED);
    return true;
}

/* By the parker's one thread: announce that it will sleep, and how. False, with nothing changed, if
 * the token was left. Relaxed, as in the next function: both order nothing, and the sleeper checks
 * again. */
static inline bool pawl__token_await(uint32_t *token, enum pawl__token how)
{
    uint32_t seen = PAWL__TOKEN_NONE;
    return pawl__cas32(token, &seen, how, PAWL__RELAXED);
}

/* By the parker's one thread, which said that it would sleep: it does not; false, with nothing
 * changed: it was left meanwhile. */
static inline bool pawl__token_forgo(uint32_t *token, enum pawl__token how)
{
    uint32_t seen = how;
    return pawl__cas32(token, &seen, PAWL__TOKEN_NONE, PAWL__RELAXED);
}

/* By anybody: leave the token. The release pairs with pawl__token_take.
 *
 * Returns   how somebody sleeps who is to be woken, or PAWL__TOKEN_NONE. */
static inline enum pawl__token pawl__token_leave(uint32_t *token)
{
    uint32_t seen = pawl__load32(token, PAWL__RELAXED);
    while (!pawl__cas32(token, &seen, PAWL__TOKEN_LEFT, PAWL__RELEASE)) {
    }
    return seen != PAWL__TOKEN_LEFT ? (enum pawl__token)seen : PAWL__TOKEN_NONE;
}

#endif
