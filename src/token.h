/* SPDX-License-Identifier: MIT
 *
 * The token of a parker, for the backends: one atomic word, so that a token which is there before
 * anybody sleeps costs neither of the two threads a native call.
 *
 * The invariant: AWAITED says that a thread sleeps, or is about to and will look again first. Who
 * puts LEFT in its place wakes it.
 */
#ifndef PAWL_SRC_TOKEN_H
#define PAWL_SRC_TOKEN_H

#include <pawl/compiler.h>

enum { PAWL__TOKEN_NONE, PAWL__TOKEN_LEFT, PAWL__TOKEN_AWAITED };

/* By the parker's one thread: take the token if it was left. The acquire pairs with
 * pawl__token_leave. */
static inline bool pawl__token_take(uint32_t *token)
{
    if (pawl__load32(token, PAWL__ACQUIRE) != PAWL__TOKEN_LEFT) {
        return false;
    }
    /* Relaxed: nobody but this thread changes LEFT. */
    pawl__store32(token, PAWL__TOKEN_NONE, PAWL__RELAXED);
    return true;
}

/* By the parker's one thread: say that it will sleep; false, with nothing changed: it was left. */
static inline bool pawl__token_await(uint32_t *token)
{
    uint32_t seen = PAWL__TOKEN_NONE;
    return pawl__cas32(token, &seen, PAWL__TOKEN_AWAITED, PAWL__RELAXED);
}

/* By the parker's one thread, which said that it would sleep: it does not; false, with nothing
 * changed: it was left meanwhile. */
static inline bool pawl__token_forgo(uint32_t *token)
{
    uint32_t seen = PAWL__TOKEN_AWAITED;
    return pawl__cas32(token, &seen, PAWL__TOKEN_NONE, PAWL__RELAXED);
}

/* By anybody: leave the token; true: wake who sleeps. The release pairs with pawl__token_take. */
static inline bool pawl__token_leave(uint32_t *token)
{
    uint32_t seen = pawl__load32(token, PAWL__RELAXED);
    while (!pawl__cas32(token, &seen, PAWL__TOKEN_LEFT, PAWL__RELEASE)) {
    }
    return seen == PAWL__TOKEN_AWAITED;
}

#endif
