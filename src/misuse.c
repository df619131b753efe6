/* SPDX-License-Identifier: MIT
 *
 * How pawl ends a process: see misuse.h.
 */
#define PAWL__INSIDE
#include "misuse.h"

#include <stdio.h>
#include <stdlib.h>

void pawl__die_null(const char *call, const char *argument)
{
    fprintf(stderr, "pawl: %s: %s is NULL\n", call, argument);
    abort();
}

void pawl__die(const char *call, long error)
{
    fprintf(stderr, "pawl: the system's %s failed with error %ld\n", call, error);
    abort();
}

void pawl__die_misuse(const char *call, const char *what)
{
    fprintf(stderr, "pawl: %s: %s\n", call, what);
    abort();
}
