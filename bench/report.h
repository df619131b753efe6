/* SPDX-License-Identifier: MIT
 *
 * What the bench prints, and its CSV file.
 */
#ifndef PAWL_BENCH_REPORT_H
#define PAWL_BENCH_REPORT_H

#include "session.h"

#include <stdio.h>

/* One cell's tables: every contender with its spread and its ratio to the reference. */
void report_cell(FILE *to, const session *of, size_t cell_index);

/* The ratios of all cells that were run: one row a cell, one column a contender. */
void report_summary(FILE *to, const session *of);

/* Every value of every run: cell, contender, what of it was measured, metric, run, value. */
void report_csv(FILE *to, const session *of);

/* One line that the next one overwrites: how far it is, at what, and how long it may take. */
void progress_show(FILE *to, double share, const char *doing, double seconds_left);
void progress_clear(FILE *to);

#endif
