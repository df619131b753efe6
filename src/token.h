/* SPDX-License-Identifier: MIT
 *
 * The token of a parker, for the backends: one atomic word, so that a token that was left before
 * the thread sleeps costs neither thread a native call.
 *
 * Invariant: one of the two AWAITED values says that a thread sleeps, or is about to and will check
 * again first, and how. The thread that replaces it by LEFT wakes the sleeper in that way, which
 * need not be its own: copies of pawl that were built for different hosts share parkers. A wait
 * gets one token, so only the sleeper changes LEFT, except to add POKED.
 *
 * POKED is added to any of them to make a sleeper check why it waits. It is no token: it is dropped
 * when the token is left or taken, because the wait then ends anyway.
 */
#ifndef PAWL_SRC_TOKEN_H
#define PAWL_SRC_TOKEN_H

#include <pawl/compiler.h>

enum pawl__token {
    PAWL__TOKEN_NONE,
    PAWL__TOKEN_LEFT,
    PAWL__TOKEN_AWAITED,              /* at a condition variable */
    PAWL__TOKEN_AWAITED_AT_SEMAPHORE, /* where its timed wait has the monotonic clock */
    PAWL__TOKEN_POKED = 4             /* a bit of its own */
};

/* By the parker's one thread: take the token if it was left. The acquire pairs with
 * pawl__token_leave. */
static inline bool pawl__token_take(uint32_t *token)
{
    if ((pawl__load32(token, PAWL__ACQUIRE) & ~(uint32_t)PAWL__TOKEN_POKED) != PAWL__TOKEN_LEFT) {
        return false;
    }
    /* Relaxed: see the invariant. */
    pawl__store32(token, PAWL__TOKEN_NONE, PAWL__RELAXED);
    return true;
}

/* By the parker's one thread: say that it will sleep, and how; false, with nothing changed: the
 * token was left, or the thread was poked. Relaxed: it orders nothing, and the sleeper checks
 * again. */
static inline bool pawl__token_await(uint32_t *token, enum pawl__token how)
{
    uint32_t seen = PAWL__TOKEN_NONE;
    return pawl__cas32(token, &seen, how, PAWL__RELAXED);
}

/* By the parker's one thread, which said that it would sleep: it does not; false, with nothing
 * changed: the token was left meanwhile. The acquire pairs with pawl__token_poke, whose poke this
 * drops. */
static inline bool pawl__token_forgo(uint32_t *token, enum pawl__token how)
{
    uint32_t seen = how;
    while ((seen & ~(uint32_t)PAWL__TOKEN_POKED) == (uint32_t)how) {
        if (pawl__cas32(token, &seen, PAWL__TOKEN_NONE, PAWL__ACQUIRE)) {
            return true;
        }
    }
    return false;
}

/* By anybody: leave the token. The release pairs with pawl__token_take.
 *
 * Returns   how a thread sleeps that must be woken, or PAWL__TOKEN_NONE. */
static inline enum pawl__token pawl__token_leave(uint32_t *token)
{
    uint32_t seen = pawl__load32(token, PAWL__RELAXED);
    while (!pawl__cas32(token, &seen, PAWL__TOKEN_LEFT, PAWL__RELEASE)) {
    }
    seen &= ~(uint32_t)PAWL__TOKEN_POKED;
    return seen != PAWL__TOKEN_LEFT ? (enum pawl__token)seen : PAWL__TOKEN_NONE;
}

/* By anybody: poke the parker's one thread. The release pairs with whatever reads the poke: the
 * thread then sees the reason for it.
 *
 * Returns   as pawl__token_leave. */
static inline enum pawl__token pawl__token_poke(uint32_t *token)
{
    uint32_t seen = pawl__load32(token, PAWL__RELAXED);
    while (!pawl__cas32(token, &seen, seen | PAWL__TOKEN_POKED, PAWL__RELEASE)) {
    }
    seen &= ~(uint32_t)PAWL__TOKEN_POKED;
    return seen != PAWL__TOKEN_LEFT ? (enum pawl__token)seen : PAWL__TOKEN_NONE;
}

/* By the parker's one thread: whether it was poked; and forget that. */
static inline bool pawl__token_is_poked(const uint32_t *token)
{
    return (pawl__load32(token, PAWL__ACQUIRE) & PAWL__TOKEN_POKED) != 0;
}

static inline void pawl__token_forget_poke(uint32_t *token)
{
    uint32_t seen = pawl__load32(token, PAWL__RELAXED);
    while ((seen & PAWL__TOKEN_POKED) != 0 &&
           !pawl__cas32(token, &seen, seen & ~(uint32_t)PAWL__TOKEN_POKED, PAWL__RELAXED)) {
    }
}

#endif
