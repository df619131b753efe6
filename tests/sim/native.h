/* SPDX-License-Identifier: MIT
 *
 * What the simulated backend's guard and parker are made of: see src/port.h. Who waits for them,
 * and what happened before, the engine keeps beside their addresses.
 */
#ifndef PAWL_TESTS_SIM_NATIVE_H
#define PAWL_TESTS_SIM_NATIVE_H

#include <stdbool.h>
#include <stdint.h>

/* Registers what forks call. The lot is not opened then, so that cases can race for that. */
#define PAWL__AT_LOAD __attribute__((constructor))

struct pawl__guard {
    bool held;
};

struct pawl__parker {
    bool token;
};

struct pawl__local {
    unsigned number; /* from 1 on */
};

uint64_t pawl__remembered(void);
void pawl__remember(uint64_t word);

#endif
