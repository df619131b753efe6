/* SPDX-License-Identifier: MIT */
#define BROKEN_ITSELF
#include "broken.h"

#include <stdlib.h>
#include <string.h>

/* Only one thread makes the calls that are to fail. */
bool broken_fails(const char *call)
{
    static long calls;
    const char *wanted = getenv("BROKEN_CALL");
    size_t length = strlen(call);
    if (wanted == NULL || strncmp(wanted, call, length) != 0 || wanted[length] != ':') {
        return false;
    }
    calls++;
    return calls >= strtol(wanted + length + 1, NULL, 10);
}
