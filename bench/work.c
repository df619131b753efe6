/* SPDX-License-Identifier: MIT */
#include "work.h"

#include "host.h"

static double step_ns = 1;

enum { BATCH = 20000 };

void work_calibrate(unsigned milliseconds)
{
    int64_t started = host_now();
    int64_t end = started + (int64_t)milliseconds * 1000000;
    static volatile uint64_t kept = 88172645463325252U;
    int64_t least = INT64_MAX;
    int64_t now = started;
    do { /* nothing disturbed the fastest batch */
        int64_t before = now;
        kept = work(kept, BATCH);
        now = host_now();
        least = now - before < least ? now - before : least;
    } while (now < end);
    step_ns = least > 0 ? (double)least / BATCH : 1;
}

uint32_t work_steps(unsigned nanoseconds)
{
    double steps = nanoseconds / step_ns + 0.5;
    return nanoseconds != 0 && steps < 1 ? 1 : (uint32_t)steps;
}

double work_step_ns(void)
{
    return step_ns;
}
