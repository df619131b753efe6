/* SPDX-License-Identifier: MIT
 *
 * The kin: the rest of the family, each beside the platform's own of that kind. kin_loops.h makes
 * them, with direct calls; the only calls through a pointer are one for each batch.
 */
#ifndef PAWL_BENCH_KIN_H
#define PAWL_BENCH_KIN_H

#include <stdbool.h>
#include <stdint.h>

typedef enum kin_kind {
    KIN_NONE,      /* a lock, which contender.h describes */
    KIN_SEMAPHORE, /* of one permit: acquire, release */
    KIN_SHARED,    /* acquire shared, release */
    KIN_EXCLUSIVE, /* acquire exclusive, release */
    KIN_NESTED,    /* acquire by the owner, release */
    KIN_ONCE,      /* a call after the first */
    KIN_CONDITION, /* there and back, through one lock and two conditions */
    KIN_HANDOVER,  /* there and back, through two semaphores */
    KIN_AWAITED,   /* a lock: awaited acquire, release; beside the plain pair */
    KIN_TASKS,     /* release of a lock for which many tasks wait; beside one task */
    KIN_LOCKS,     /* release of one of many locks, each with a task that waits; beside one */
    KIN_TURNS,     /* there and back, two tasks of a thread; beside KIN_CONDITION's two threads */
    KIN_LOOP,      /* the same, two tasks of a libuv loop */
    KIN_COUNT
} kin_kind;

/* One of a kind. All but `partner` are called by one thread. */
typedef struct kin {
    const char *name;
    void (*make)(void);
    void (*discard)(void);
    uint64_t (*loop)(uint64_t times); /* returns how often it went round */
    void (*partner)(uint64_t times);  /* the other thread's, for a game of two; else NULL */
    bool (*settled)(void);            /* it is as it was made: nothing gained, nothing lost */
} kin;

/* By kind; NULL where there is none. pawl's are in kin_pawl.c. */
extern const kin *const own_kin[KIN_COUNT];
extern const kin *const peer_kin[KIN_COUNT];

#endif
