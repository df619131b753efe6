/* SPDX-License-Identifier: MIT
 *
 * The results as one page of HTML, with charts.
 */
#ifndef PAWL_BENCH_PAGE_H
#define PAWL_BENCH_PAGE_H

#include "book.h"

#include <stdio.h>

void page_write(FILE *to, const book *of);

#endif
