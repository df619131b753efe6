/* SPDX-License-Identifier: MIT
 *
 * Charts for the page, in SVG, each with a table of the same numbers.
 */
#ifndef PAWL_BENCH_CHART_H
#define PAWL_BENCH_CHART_H

#include "book.h"

#include <stdio.h>

enum { CHART_TICKS = 20, CHART_SERIES = 20, CHART_NAME = 90 };

/* No value; all values are at least 0. */
#define CHART_NONE (-1.0)
static inline bool chart_has(double value)
{
    return value >= 0;
}

/* One contender's line. */
typedef struct series {
    const char *name;
    size_t style;               /* the number of its colour and mark */
    double values[CHART_TICKS]; /* CHART_NONE where there is none */
} series;

typedef struct chart {
    char title[CHART_NAME];
    const char *better; /* "more is better" */
    const char *across; /* what the ticks are */
    metric of;          /* whose unit the values have */
    bool log;           /* the values' axis; else it begins at 0 */
    size_t tick_count;
    struct {
        char name[CHART_NAME];
        double at;
    } ticks[CHART_TICKS];
    size_t series_count;
    series series[CHART_SERIES];
} chart;

/* Values upwards, the ticks across, a line for each series. */
void chart_lines(FILE *to, const chart *of);

/* Values across, a row for each tick, with a mark for each series. */
void chart_dots(FILE *to, const chart *of);

/* The mark of a style, by itself. */
void chart_mark(FILE *to, size_t style);

/* A text with what HTML would take for its own made harmless. */
void chart_text(FILE *to, const char *text);

#endif
