/* SPDX-License-Identifier: MIT
 *
 * Every wait through one copy of pawl, released by another: for the tests of several copies in one
 * process.
 */
#ifndef PAWL_TESTS_CROSS_H
#define PAWL_TESTS_CROSS_H

#include "copy.h"

/* Each wait by `waiting` is seen and released by `opening`; each with a limit times out.
 *
 * Returns   the name of the first that does not, or NULL. */
const char *cross_wait(const struct copy *waiting, const struct copy *opening);

#endif
