/* SPDX-License-Identifier: MIT
 *
 * The kin: the rest of a family, each beside the reference's of that kind. kin_loops.h makes them,
 * with direct calls; the only calls through a pointer are one for each batch.
 */
#ifndef PAWL_BENCH_KIN_H
#define PAWL_BENCH_KIN_H

#include <stdbool.h>
#include <stdint.h>

typedef enum kin_kind {
    KIN_SEMAPHORE, /* of one permit: acquire, release */
    KIN_SHARED,    /* acquire shared, release */
    KIN_EXCLUSIVE, /* acquire exclusive, release */
    KIN_NESTED,    /* acquire by the owner, release */
    KIN_ONCE,      /* a call after the first */
    KIN_CONDITION, /* there and back, through one lock and two conditions */
    KIN_HANDOVER,  /* there and back, through two semaphores */
    KIN_EVENT,     /* there and back, through two events */
    KIN_AWAITED,   /* a lock: awaited acquire, release; beside the plain pair */
    KIN_TASKS,     /* release of a lock for which many tasks wait; beside one task */
    KIN_LOCKS,     /* release of one of many locks, each with a task that waits; beside one */
    KIN_TURNS,     /* there and back, two tasks of a thread; beside KIN_CONDITION's two threads */
    KIN_LOOP,      /* the same, two tasks of a libuv loop */
    KIN_COUNT
} kin_kind;

/* One of a kind. All but the partners' loops are called by one thread. */
typedef struct kin {
    const char *name;
    void (*make)(void);
    void (*discard)(void);
    uint64_t (*loop)(uint64_t times); /* returns how often it went round */
    void (*partner)(uint64_t times);  /* the other thread's, for a game of two; else NULL */
    bool (*settled)(void);            /* it is as it was made: nothing gained, nothing lost */

    /* Of a game of two, in which each gives only when the other is asleep. */
    uint64_t (*loop_asleep)(uint64_t times);
    void (*partner_asleep)(uint64_t times);
    int64_t (*late_ns)(void); /* from each give until the other ran: the sum, since it was made */
} kin;

/* What a once's function is to call, and how often it was called. */
extern unsigned kin_calls;
void kin_count_call(void);

/* How long a giver works before it gives, so that the other one is asleep by then. */
enum { KIN_ASLEEP_NS = 100000 };

#endif
