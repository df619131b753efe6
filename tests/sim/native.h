/* SPDX-License-Identifier: MIT
 *
 * The objects that the simulated backend's guard and parker consist of: see src/port.h. The engine
 * keeps their waiters, and what happened before, beside their addresses.
 */
#ifndef PAWL_TESTS_SIM_NATIVE_H
#define PAWL_TESTS_SIM_NATIVE_H

#include <stdbool.h>
#include <stdint.h>

/* Registers what forks call. The lot is not opened then, so that cases can race for that. The other
 * copy's handlers are run not by the system, but when a case loads it. */
#define PAWL__AT_LOAD __attribute__((constructor))

/* There are no signal handlers. */
#define PAWL__STOP_SLICE PAWL_FOREVER

struct pawl__guard {
    bool held;
};

struct pawl__parker {
    bool token, poked;
};

struct pawl__local {
    unsigned number; /* from 1 on */
};

/* pawl is in the program twice (copies.h). */
#ifdef SIM_OTHER_COPY
enum { SIM_COPY = 1 };
#else
enum { SIM_COPY = 0 };
#endif
enum { SIM_COPIES = 2 };

uint64_t sim_remembered(unsigned copy);
void sim_remember(unsigned copy, uint64_t word);

static inline uint64_t pawl__remembered(void)
{
    return sim_remembered(SIM_COPY);
}

static inline void pawl__remember(uint64_t word)
{
    sim_remember(SIM_COPY, word);
}

#endif
