/* SPDX-License-Identifier: MIT
 *
 * A contender: a lock and what comes with it from the same hand, and the measured loops over these.
 * family.h makes them, with direct calls; where a cell takes nanoseconds, the only calls through a
 * pointer are one for each batch.
 */
#ifndef PAWL_BENCH_CONTENDER_H
#define PAWL_BENCH_CONTENDER_H

#include "crowd.h"
#include "kin.h"

#include <stddef.h>
#include <stdint.h>

/* The loops of one thread. Each goes round so many times and returns how often the outcome was the
 * one it has in its name. */
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
typedef struct hall {
    const char *name;
    void (*make)(void);
    void (*discard)(void);
    void (*enter)(void);
    void (*leave)(void);
    void (*wait)(void);
    void (*notify_all)(void);
} hall;

typedef struct contender {
    const char *name;  /* what --contender takes */
    const arena *lock; /* the contender's only one, which the solos and these two use */
    void (*acquire)(void);
    void (*release)(void);
    uint64_t (*solo[SOLO_COUNT])(uint64_t times); /* NULL: it has no such call */
    stock stock;
    const arena *rwlock;       /* or NULL */
    const hall *hall;          /* or NULL */
    const kin *kin[KIN_COUNT]; /* NULL where there is none */
} contender;

#endif
