/* SPDX-License-Identifier: MIT
 *
 * The results as JSON, and as one page of HTML that draws charts of it.
 */
#ifndef PAWL_BENCH_PAGE_H
#define PAWL_BENCH_PAGE_H

#include "session.h"

#include <stdio.h>

/* {"about", "date", "busy", "contenders": [{"name", "style"}], "reference": its place,
 *  "cells": [{"name", "title", "kind", "group", "threads", "crowd", "objects": [name],
 *             "metrics": {name: [[typical, ratio to the reference or 0, least, greatest]]}}]}
 * where the inner arrays have an entry for each contender, or null. */
void page_write_json(FILE *to, const session *of);

void page_write(FILE *to, const session *of);

#endif
