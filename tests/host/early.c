/* SPDX-License-Identifier: MIT */
#define EARLY_ITSELF
#include "early.h"

#include <pawl/compiler.h>

static uint32_t wakes;

uint32_t early_wakes(void)
{
    return pawl__load32(&wakes, PAWL__RELAXED);
}

void early_count_wake(void)
{
    uint32_t seen = pawl__load32(&wakes, PAWL__RELAXED);
    while (!pawl__cas32(&wakes, &seen, seen + 1, PAWL__RELAXED)) {
    }
}

/* A counter that threads advance without care: any sequence that has all three in it will do. */
int early_choice(void)
{
    static const char choices[] = {0, 1, 2, 1, 0, 2, 0, 1};
    static uint8_t calls;
    uint8_t call = (uint8_t)(pawl__load8(&calls, PAWL__RELAXED) + 1);
    pawl__store8(&calls, call, PAWL__RELAXED);
    return choices[call % sizeof choices];
}
