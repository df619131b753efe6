/* SPDX-License-Identifier: MIT */
#include "rows.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST = 400, NAME_BYTES = 120 };

static const struct rows *current;
static char names[MOST][NAME_BYTES];
static int indexes[MOST];
static struct CMUnitTest expanded[MOST]; /* CMocka skips tests that have no name */
static size_t expanded_count;

static int set_up(void **state)
{
    const int *row = *state;
    *state = NULL;
    return current->setup(state, *row);
}

static void expand(const struct row_test *test, int row)
{
    size_t i = expanded_count++;
    if (i >= MOST) {
        fprintf(stderr, "rows_run: more than %d tests\n", (int)MOST);
        abort();
    }
    snprintf(names[i], sizeof names[i], "%s%s%s", test->name, row < 0 ? "" : ", ",
             row < 0 ? "" : current->names[row]);
    indexes[i] = row;
    expanded[i] = (struct CMUnitTest){.name = names[i],
                                      .test_func = test->test,
                                      .setup_func = set_up,
                                      .teardown_func = current->teardown,
                                      .initial_state = &indexes[i]};
}

int rows_run(const struct rows *rows, const struct row_test *tests, size_t count)
{
    current = rows;
    for (size_t i = 0; i < count; i++) {
        if (tests[i].rows == ONCE) {
            expand(&tests[i], -1);
        }
        for (size_t row = 0; row < rows->count; row++) {
            if ((tests[i].rows & 1U << row) != 0) {
                expand(&tests[i], (int)row);
            }
        }
    }
    return cmocka_run_group_tests(expanded, NULL, NULL);
}
