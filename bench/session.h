/* SPDX-License-Identifier: MIT
 *
 * All results of a session, and how values are written.
 */
#ifndef PAWL_BENCH_SESSION_H
#define PAWL_BENCH_SESSION_H

#include "cell.h"

/* The contenders, the reference's place among them, and results[cell][contender], flat. */
typedef struct session {
    const contender **contenders;
    size_t contender_count;
    size_t reference;
    result *results;
    const char *about; /* the versions, the machine, the number of runs: one line */
    double busy;       /* the share of the processors that other programs took; below 0 if
                        * unknown */
} session;

result *session_result(const session *of, size_t cell_index, size_t contender_index);

/* Its values of that metric, and the reference's. */
const sample *session_sample(const session *of, size_t cell_index, size_t contender_index,
                             metric by);
const sample *session_reference(const session *of, size_t cell_index, metric by);

/* Whether any contender has a value of it. */
bool session_has(const session *of, size_t cell_index, metric by);

/* A value with the unit that suits it, such as "4.31 us"; of at most VALUE_WIDTH characters. */
enum { VALUE_WIDTH = 10 };
typedef struct value_text {
    char text[VALUE_WIDTH + 1];
} value_text;
value_text value_of(metric by, double value);

/* The value that summarises several runs: the median; of the longest waits, the longest. */
double value_typical(metric by, const sample *of);

#endif
