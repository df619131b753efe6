/* SPDX-License-Identifier: MIT
 *
 * A host that is broken on purpose: included before a backend's port.c, so that its native calls
 * become these. One of them fails, with one error. The environment names it before the program
 * begins, because pawl's first calls run before main: BROKEN_CALL=mmap:2 makes the second mmap and
 * all later ones fail. On POSIX the host's wall clock is broken as well: it jumps.
 */
#ifndef PAWL_TESTS_BROKEN_H
#define PAWL_TESTS_BROKEN_H

#include "broken_native.h"

#include <stdbool.h>

/* Counts the call and says whether it fails. */
bool broken_fails(const char *call);

/* The calls that can fail, for broken_test.cmake. `line`: how pawl's last line begins, or NULL if
 * pawl carries on. */
struct broken_call {
    const char *call;
    int error;
    const char *line;
};
extern const struct broken_call broken_calls[]; /* the last one's call is NULL */

#endif
