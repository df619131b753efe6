/* SPDX-License-Identifier: MIT
 *
 * The command line.
 */
#ifndef PAWL_BENCH_OPTIONS_H
#define PAWL_BENCH_OPTIONS_H

#include "cell.h"

#include <stdbool.h>

enum { OPTIONS_CELLS = 100, OPTIONS_CONTENDERS = 20, EXIT_USAGE = 2 };

typedef struct options {
    effort by;
    bool silent;                      /* --smoke: only the counts */
    bool cells[OPTIONS_CELLS];        /* to be measured */
    bool invited[OPTIONS_CONTENDERS]; /* of the roster, to take part */
    const char *csv;                  /* paths, or NULL */
    const char *json;
    const char *html;
} options;

/* Ends the process when there is nothing to measure: --help, --list, a wrong option. */
options options_parse(int count, char **words);

#endif
