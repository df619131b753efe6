/* SPDX-License-Identifier: MIT */
#include "crew.h"

void crew_until(bool (*done)(void *context), void *context)
{
    while (!done(context)) {
        crew_yield();
    }
}
