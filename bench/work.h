/* SPDX-License-Identifier: MIT
 *
 * Busy work of a known length, with no clock read while it runs.
 */
#ifndef PAWL_BENCH_WORK_H
#define PAWL_BENCH_WORK_H

#include <stdint.h>

/* Steps of a xorshift generator: a chain that no compiler shortens. Never give it 0. */
static inline uint64_t work(uint64_t value, uint32_t steps)
{
    for (; steps > 0; steps--) {
        value ^= value << 13;
        value ^= value >> 7;
        value ^= value << 17;
    }
    return value;
}

/* Measure how long a step takes here, for about that many milliseconds. */
void work_calibrate(unsigned milliseconds);

/* The number of steps that take this many nanoseconds; 0 for 0. */
uint32_t work_steps(unsigned nanoseconds);

/* The nanoseconds of one step. */
double work_step_ns(void);

#endif
