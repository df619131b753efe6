/* SPDX-License-Identifier: MIT
 *
 * A contender: a lock and the other primitives of one library, and the measured loops over these.
 * make_contender.h makes them, with direct calls; in a cell that takes nanoseconds, the only call
 * through a pointer is one for each batch.
 */
#ifndef PAWL_BENCH_CONTENDER_H
#define PAWL_BENCH_CONTENDER_H

#include "crowd.h"
#include "primitive.h"

#include <stddef.h>
#include <stdint.h>

/* The loops of one thread. Each repeats as often as it is told and returns how often it had the
 * outcome in its name. */
typedef enum solo {
    SOLO_PAIR,      /* acquire, release */
    SOLO_TRY,       /* try that succeeds, release */
    SOLO_TRY_FAILS, /* try on a lock that another thread holds */
    SOLO_TIMED,     /* acquire within a second, release */
    SOLO_COUNT
} solo;

/* Locks in an array, for cells in which what is measured takes microseconds. */
typedef struct stock {
    size_t bytes; /* of one */
    void (*make)(void *locks, size_t at);
    void (*discard)(void *locks, size_t at);
    void (*acquire)(void *locks, size_t at);
    void (*release)(void *locks, size_t at);
} stock;

/* A lock and a condition, likewise. */
typedef struct monitor {
    const char *name;
    void (*make)(void);
    void (*discard)(void);
    void (*enter)(void);
    void (*leave)(void);
    void (*wait)(void);
    void (*notify_all)(void);
} monitor;

typedef struct contender {
    const char *name;  /* what --contender takes */
    const arena *lock; /* the contender's only one, which the solos and these two use */
    void (*acquire)(void);
    void (*release)(void);
    uint64_t (*solo[SOLO_COUNT])(uint64_t times); /* NULL: it has no such call */
    stock stock;
    const arena *rwlock;                         /* or NULL */
    const monitor *monitor;                      /* or NULL */
    const primitive *primitive[PRIMITIVE_COUNT]; /* NULL where there is none */
} contender;

#endif
