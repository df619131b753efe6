/* SPDX-License-Identifier: MIT
 *
 * Numbers from several runs, and a histogram of durations.
 */
#ifndef PAWL_BENCH_SAMPLE_H
#define PAWL_BENCH_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

enum { SAMPLE_RUNS = 99 };

/* One value a run, in the order of the runs. */
typedef struct sample {
    size_t count;
    double values[SAMPLE_RUNS];
} sample;

typedef struct spread {
    double least, median, greatest;
} spread;

void sample_add(sample *to, double value);

/* All zero for an empty sample. */
spread sample_spread(const sample *of);

/* The median over the runs of this run's value by the reference's value in the same run; 0 where
 * there is none. */
double sample_ratio(const sample *of, const sample *reference);

/* Jain's fairness index of the shares: 1 when all are equal, 1/count when one has everything. */
double sample_jain(const double *shares, size_t count);

/* Durations by size, in steps of at most 1/16; the greatest is exact. All zero is empty. */
enum { HISTOGRAM_BITS = 4, HISTOGRAM_SLOTS = (64 - HISTOGRAM_BITS) << HISTOGRAM_BITS };
typedef struct histogram {
    uint64_t count;
    int64_t greatest;
    uint32_t slots[HISTOGRAM_SLOTS];
} histogram;

void histogram_add(histogram *to, int64_t duration);
void histogram_merge(histogram *to, const histogram *from);

/* A duration that at least this share of all does not pass; 0 for an empty histogram. */
int64_t histogram_quantile(const histogram *of, double share);

#endif
