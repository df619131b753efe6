/* SPDX-License-Identifier: MIT
 *
 * What the bench asks of the platform besides locks and threads.
 */
#ifndef PAWL_BENCH_HOST_H
#define PAWL_BENCH_HOST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Monotonic nanoseconds, not through pawl. */
int64_t host_now(void);

/* The processor time this process has used, all threads, user and system, in seconds. */
double host_cpu_seconds(void);

/* Sleep: the wall time of a run; nothing is synchronised by it. */
void host_sleep_ms(unsigned milliseconds);

bool host_is_terminal(FILE *stream);

#endif
