/* SPDX-License-Identifier: MIT
 *
 * Tests that run once for each row of a table: for each kind of lock, or of object. The name of
 * such a test ends with the name of the row.
 */
#ifndef PAWL_TESTS_ROWS_H
#define PAWL_TESTS_ROWS_H

#include "support.h"

struct row_test {
    const char *name;
    CMUnitTestFunction test;
    unsigned rows; /* a bit for each row it runs on; ONCE: it runs once, without a row */
};

enum { ONCE = 0 };

#define BY_ROWS(test, rows) {#test, test, rows}

/* A table of rows. A test's state is what `setup` makes of its row's index; ONCE, of -1. */
struct rows {
    const char *const *names;
    size_t count;
    int (*setup)(void **state, int row);
    CMFixtureFunction teardown;
};

/* Run the tests by CMocka and return the number of those that fail. */
int rows_run(const struct rows *rows, const struct row_test *tests, size_t count);

#endif
