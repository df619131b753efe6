/* SPDX-License-Identifier: MIT
 *
 * The cells: situations that every contender is put in. A run measures one contender in one cell
 * once and adds to that pair's results.
 */
#ifndef PAWL_BENCH_CELL_H
#define PAWL_BENCH_CELL_H

#include "contender.h"
#include "sample.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cell {
    const char *name; /* what --cell takes */
    bool alone;       /* to be run before the process has ever had a second thread */
    bool held;        /* another thread holds the lock */
    solo loop;        /* of one thread; for a crowd or kin SOLO_COUNT */
    kin_kind kin;     /* what is measured in place of a lock */
    unsigned threads; /* of a crowd, with the nanoseconds inside and outside the lock */
    unsigned inside;
    unsigned outside;
    const char *title;
} cell;

extern const cell cells[];
extern const size_t cell_count;

static inline bool cell_is_crowd(const cell *of)
{
    return of->loop == SOLO_COUNT && of->kin == KIN_NONE;
}

/* A game of two, threads or tasks. */
static inline bool cell_is_game(const cell *of)
{
    return of->kin == KIN_CONDITION || of->kin == KIN_HANDOVER || of->kin == KIN_TURNS ||
           of->kin == KIN_LOOP;
}

/* What is measured. Each metric has one value a run; those of waiting come from runs of their own,
 * longer, with a clock read around every acquire. */
typedef enum metric {
    METRIC_TIME,     /* of one thread: nanoseconds for each time round the loop */
    METRIC_RATE,     /* of a crowd: operations a second, all threads together */
    METRIC_CPU,      /* processor nanoseconds of an operation, all threads together */
    METRIC_JAIN,     /* Jain's index of the threads' operations, in the run that times waits */
    METRIC_WAIT_P50, /* nanoseconds from asking to having */
    METRIC_WAIT_P99,
    METRIC_WAIT_P9999,
    METRIC_WAIT_MOST,
    METRIC_COUNT
} metric;

/* A metric's name in the CSV file, with its unit. */
const char *metric_name(metric of);

typedef struct result {
    sample metrics[METRIC_COUNT];
} result;

/* Of the longest name. */
enum { CELL_NAME_WIDTH = 18 };

/* The greatest crowd. */
enum { CELL_THREADS = 64 };

/* How much work a run is. */
typedef struct effort {
    unsigned runs;      /* of every contender in every cell */
    unsigned wait_runs; /* of a crowd with its waits timed */
    uint64_t times;     /* round a loop of one thread, in each batch */
    uint64_t games;     /* there and back, of two threads, in each batch */
    unsigned batches;   /* of which a run takes the median */
    unsigned most_threads;
    unsigned rate_ms; /* a crowd's wall time, and what each thread adds: every one has to run */
    unsigned rate_ms_per_thread;
    unsigned wait_ms;
    unsigned wait_ms_per_thread;
    unsigned calibration_ms;
} effort;

/* Measure once: a crowd's waits, or anything else. False, with one line on stderr, when the books
 * do not balance. */
bool cell_run(const cell *in, const contender *of, const effort *by, result *to, bool waiting);

/* Whether the contender has what the cell calls. */
bool cell_suits(const cell *in, const contender *of);

/* The name, in this cell, of a contender that suits it. */
const char *cell_name_of(const cell *in, const contender *of);

/* Start the second thread, which sleeps except when a cell wants a lock held; end it. */
void resident_start(void);
void resident_end(void);

#endif
