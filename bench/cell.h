/* SPDX-License-Identifier: MIT
 *
 * The cells: situations that every contender is measured in. A run measures one contender in one
 * cell once and adds to the results of that pair.
 */
#ifndef PAWL_BENCH_CELL_H
#define PAWL_BENCH_CELL_H

#include "contender.h"
#include "sample.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum cell_kind {
    CELL_SOLO,      /* one thread goes round a loop over a lock */
    CELL_PRIMITIVE, /* the same, or a ping-pong, over one primitive */
    CELL_CROWD,     /* threads contend */
    CELL_RELEASE,   /* a release, with threads that wait */
    CELL_NOTIFY,    /* a notification of all, with threads that wait */
    CELL_MEMORY,    /* what locks take */
    CELL_KINDS
} cell_kind;

/* The processors on which the two threads of a ping-pong run. */
typedef enum placement { ANYWHERE, APART, TOGETHER } placement;

typedef struct cell {
    const char *name; /* what --cell takes */
    const char *title;
    cell_kind kind;
    bool alone;               /* to be run before the process has ever had a second thread */
    bool held;                /* of a solo: another thread holds the lock */
    solo loop;                /* of a solo */
    primitive_kind primitive; /* of the primitive */
    placement where;          /* of a ping_pong */
    bool asleep;              /* of a ping-pong: each gives only when the other is asleep */
    bool readers;             /* of a crowd: at an rwlock */
    unsigned writes;          /* of readers: how many operations in a hundred are exclusive */
    unsigned threads; /* of a crowd, or that wait; for a crowd, with the nanoseconds of work: */
    unsigned inside;
    unsigned outside;
    unsigned sleepers; /* of a release: how many more threads wait for other locks */
    unsigned locks;    /* of memory */
} cell;

extern const cell cells[];
extern const size_t cell_count;

/* A ping-pong: two threads or tasks in turns. */
static inline bool cell_is_ping_pong(const cell *of)
{
    return of->kind == CELL_PRIMITIVE &&
           (of->primitive == PRIMITIVE_CONDITION || of->primitive == PRIMITIVE_HANDOVER ||
            of->primitive == PRIMITIVE_EVENT || of->primitive == PRIMITIVE_TURNS ||
            of->primitive == PRIMITIVE_LOOP);
}

/* What is measured. Each metric has one value a run; those of waiting and fairness come from runs
 * of their own, longer, with a clock read around every acquire. */
typedef enum metric {
    METRIC_TIME,     /* nanoseconds: round a loop; until the next one runs; until all have run */
    METRIC_CALL,     /* nanoseconds: of processor, that the call alone takes */
    METRIC_RATE,     /* of a crowd: operations a second, all threads together */
    METRIC_CPU,      /* processor nanoseconds of an operation, all threads together */
    METRIC_SWITCHES, /* context switches of an operation */
    METRIC_JAIN,     /* Jain's index of the threads' operations, in the run that times waits */
    METRIC_WAIT_P50, /* nanoseconds from asking to having */
    METRIC_WAIT_P90,
    METRIC_WAIT_P99,
    METRIC_WAIT_P999,
    METRIC_WAIT_P9999,
    METRIC_WAIT_MOST,
    METRIC_BYTES,  /* of a lock */
    METRIC_BEYOND, /* bytes that the process grew by, beyond those, for each lock */
    METRIC_COUNT
} metric;

/* A metric's name in the CSV file, with its unit. */
const char *metric_name(metric of);

typedef struct result {
    sample metrics[METRIC_COUNT];
} result;

/* Of the longest name. */
enum { CELL_NAME_WIDTH = 23 };

/* How much work a run is. */
typedef struct effort {
    unsigned runs;       /* of every contender in every cell */
    unsigned wait_runs;  /* of a crowd with its waits timed */
    uint64_t times;      /* round a loop of one thread, in each batch */
    uint64_t ping_pongs; /* there and back, of two threads, in each batch */
    uint64_t sleepy_ping_pongs;
    unsigned batches; /* of which a run takes the median */
    unsigned releases;
    unsigned notifications;
    unsigned most_threads;
    unsigned most_locks;
    unsigned rate_ms; /* a crowd's wall time, and what each thread adds: every one has to run */
    unsigned rate_ms_per_thread;
    unsigned wait_ms;
    unsigned wait_ms_per_thread;
    unsigned calibration_ms;
} effort;

/* Measure once: a crowd's waits, or anything else. False, with one line on stderr, when the counts
 * do not add up. */
bool cell_run(const cell *in, const contender *of, const effort *by, result *to, bool waiting);

/* Whether a cell's contenders have runs in which their waits are timed. */
static inline bool cell_has_waits(const cell *of)
{
    return of->kind == CELL_CROWD;
}

/* Whether the contender has the calls that the cell needs. */
bool cell_suits(const cell *in, const contender *of);

/* The name, in this cell, of a contender that suits it. */
const char *cell_name_of(const cell *in, const contender *of);

/* The threads of a crowd, or that wait, as far as the effort goes. */
unsigned cell_threads(const cell *in, const effort *by);

/* One line on stderr when it does not. */
bool cell_balances(const cell *in, const contender *of, uint64_t counted, uint64_t expected);

#endif
