/* SPDX-License-Identifier: MIT
 *
 * A contender: one kind of lock, and the measured loops over it. loops.h makes them, with direct
 * calls to that lock; the only calls through a pointer are one for each run.
 */
#ifndef PAWL_BENCH_CONTENDER_H
#define PAWL_BENCH_CONTENDER_H

#include "kin.h"
#include "sample.h"

#include <stdint.h>

/* Bytes between things that different threads write: two lines, as processors fetch neighbours. */
enum { BENCH_APART = 128 };

/* What a crowd shares. */
typedef struct commons {
    _Alignas(BENCH_APART) int64_t since; /* earlier waits do not count; set before open */
    uint8_t open;                        /* atomic */
    uint8_t stop;                        /* atomic */
} commons;

/* What a lock protects, and stands beside: as in a user's struct, on the same cache line where the
 * lock leaves room. */
typedef struct guarded {
    uint64_t count; /* of operations */
    uint64_t value; /* what the work inside works on */
} guarded;

/* One thread of a crowd: what it is to do, and what it did. */
typedef struct member {
    _Alignas(BENCH_APART) void (*loop)(struct member *me);
    commons *all;
    histogram *waits; /* NULL in a run that only counts */
    uint32_t inside;  /* steps of work under the lock */
    uint32_t outside;
    uint8_t ready; /* atomic */
    uint64_t operations;
    uint64_t value;
} member;

/* The loops of one thread. Each goes round so many times and returns how often the outcome was the
 * one it has in its name. */
typedef enum solo {
    SOLO_PAIR,      /* acquire, release */
    SOLO_TRY,       /* try that succeeds, release */
    SOLO_TRY_FAILS, /* try on a lock that another thread holds */
    SOLO_TIMED,     /* acquire within a second, release */
    SOLO_COUNT
} solo;

typedef struct contender {
    const char *name;
    guarded *data;
    void (*make)(void); /* a free lock, the contender's only one */
    void (*discard)(void);
    void (*acquire)(void);
    void (*release)(void);
    uint64_t (*solo[SOLO_COUNT])(uint64_t times); /* NULL: it has no such call */
    void (*crowd)(member *me);
    void (*crowd_waits)(member *me);
    const kin *const *kin; /* KIN_COUNT of them, shown in this contender's place; or NULL */
} contender;

/* pawl's own, in contenders_pawl.c. */
extern const contender *const own_contenders[];
extern const size_t own_contender_count;

#endif
