/* SPDX-License-Identifier: MIT
 *
 * A contender's primitives other than its lock, each compared with the reference's of that kind.
 * primitive_loops.h makes them, with direct calls; the only call through a pointer is one for each
 * batch.
 */
#ifndef PAWL_BENCH_PRIMITIVE_H
#define PAWL_BENCH_PRIMITIVE_H

#include <stdbool.h>
#include <stdint.h>

typedef enum primitive_kind {
    PRIMITIVE_SEMAPHORE, /* of one permit: acquire, release */
    PRIMITIVE_SHARED,    /* acquire shared, release */
    PRIMITIVE_EXCLUSIVE, /* acquire exclusive, release */
    PRIMITIVE_NESTED,    /* acquire by the owner, release */
    PRIMITIVE_ONCE,      /* a call after the first */
    PRIMITIVE_CONDITION, /* there and back, through one lock and two conditions */
    PRIMITIVE_HANDOVER,  /* there and back, through two semaphores */
    PRIMITIVE_EVENT,     /* there and back, through two events */
    PRIMITIVE_AWAITED,   /* a lock: awaited acquire, release; beside the plain pair */
    PRIMITIVE_TASKS,     /* release of a lock for which many tasks wait; beside one task */
    PRIMITIVE_LOCKS,     /* release of one of many locks, each with a task that waits; beside one */
    PRIMITIVE_TURNS,     /* there and back, two tasks of a thread; beside PRIMITIVE_CONDITION's two
                            threads */
    PRIMITIVE_LOOP,      /* the same, two tasks of a libuv loop */
    PRIMITIVE_COUNT
} primitive_kind;

/* One primitive. One thread makes all calls except the partner's loop. */
typedef struct primitive {
    const char *name;
    void (*make)(void);
    void (*discard)(void);
    uint64_t (*loop)(uint64_t times); /* returns how often it went round */
    void (*partner)(uint64_t times);  /* the other thread's loop, for a ping-pong; else NULL */
    bool (*settled)(void);            /* it is as it was made: nothing gained, nothing lost */

    /* Of a ping-pong in which each side gives only when the other is asleep. */
    uint64_t (*loop_asleep)(uint64_t times);
    void (*partner_asleep)(uint64_t times);
    int64_t (*late_ns)(void); /* from each give until the other ran: the sum, since it was made */
} primitive;

/* The function that a once calls, and how often it was called. */
extern unsigned primitive_calls;
void primitive_count_call(void);

/* How long a giver works before it gives, so that the other side is asleep by then. */
enum { PRIMITIVE_ASLEEP_NS = 100000 };

#endif
