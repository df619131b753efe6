/* SPDX-License-Identifier: MIT
 *
 * One run of each kind of cell: solo.c, crowd.c, release.c, notify.c, memory.c. False, with one
 * line on stderr, when the counts do not add up.
 */
#ifndef PAWL_BENCH_MEASURE_H
#define PAWL_BENCH_MEASURE_H

#include "cell.h"

bool measure_solo(const cell *in, const contender *of, const effort *by, result *to);
bool measure_primitive(const cell *in, const contender *of, const effort *by, result *to);
bool measure_crowd(const cell *in, const contender *of, const effort *by, result *to);
bool measure_crowd_waits(const cell *in, const contender *of, const effort *by, result *to);
bool measure_release(const cell *in, const contender *of, const effort *by, result *to);
bool measure_notify(const cell *in, const contender *of, const effort *by, result *to);
bool measure_memory(const cell *in, const contender *of, const effort *by, result *to);

/* Start the second thread, which sleeps except when a cell needs it; end it. */
void resident_start(void);
void resident_end(void);

/* calloc, or the end of the process with one line on stderr. */
void *measure_allocate(size_t count, size_t bytes);

#endif
