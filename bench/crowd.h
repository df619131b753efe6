/* SPDX-License-Identifier: MIT
 *
 * Crowds: threads that contend for one lock, or for one rwlock, until they are stopped.
 */
#ifndef PAWL_BENCH_CROWD_H
#define PAWL_BENCH_CROWD_H

#include "host.h"
#include "sample.h"

#include <pawl/compiler.h>

#include <stdbool.h>
#include <stdint.h>

/* Bytes between data that different threads write: two lines, because processors fetch pairs. */
enum { BENCH_APART = 128 };

/* What a crowd shares. */
typedef struct shared_state {
    _Alignas(BENCH_APART) int64_t since; /* earlier waits do not count; set before open */
    uint8_t open;                        /* atomic */
    uint8_t stop;                        /* atomic */
} shared_state;

/* The data that a lock protects, next to the lock as in a user's struct: on the same cache line if
 * the lock leaves room. */
typedef struct guarded {
    uint64_t count; /* of exclusive operations */
    uint64_t value; /* what the work inside works on */
    uint64_t twin;  /* of an rwlock: count, written after the work */
} guarded;

/* One thread of a crowd: what it is to do, and what it did. */
typedef struct member {
    _Alignas(BENCH_APART) void (*loop)(struct member *me);
    shared_state *all;
    histogram *waits; /* NULL in a run that only counts */
    uint32_t inside;  /* steps of work under the lock */
    uint32_t outside;
    uint32_t write_share; /* of an rwlock's operations, in 2^-32, are exclusive */
    uint8_t ready;        /* atomic */
    uint32_t operations;  /* atomic, written by this thread only */
    uint32_t exclusive;   /* how many of these were exclusive */
    uint32_t torn;        /* how often a reader saw a writer's work half done */
    uint64_t value;
} member;

/* A lock that a crowd contends for. */
typedef struct arena {
    const char *name;
    guarded *data;
    void (*make)(void); /* a free lock, the arena's only one */
    void (*discard)(void);
    void (*loop)(member *me);
} arena;

/* The loops' view of the clock: 0 in a run that only counts. */
static inline int64_t member_clock(const member *me)
{
    return me->waits != NULL ? host_now() : 0;
}

/* One operation has ended. False when that was the last. */
static inline bool member_goes_on(member *me, int64_t asked, int64_t acquired)
{
    pawl__store32(&me->operations, me->operations + 1, PAWL__RELAXED);
    if (me->waits != NULL && asked >= me->all->since) {
        histogram_add(me->waits, acquired - asked);
    }
    return pawl__load8(&me->all->stop, PAWL__RELAXED) == 0;
}

#endif
