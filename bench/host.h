/* SPDX-License-Identifier: MIT
 *
 * What the bench asks of the platform besides locks and threads.
 */
#ifndef PAWL_BENCH_HOST_H
#define PAWL_BENCH_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Monotonic nanoseconds, not through pawl. */
int64_t host_now(void);

/* The processor time this process has used, all threads, user and system, in seconds. */
double host_cpu_seconds(void);

/* The processor time of the calling thread, in nanoseconds; where the platform tells it in coarse
 * steps only, the time. */
int64_t host_thread_cpu_ns(void);

/* How often a processor went from one of its threads to another thread; below 0 where the platform
 * does not tell. */
double host_switches(void);

/* What this process uses, in bytes, of a kind of memory: the pages say little of ten locks, the
 * heap nothing of what comes from elsewhere. Below 0 where the platform does not tell. */
typedef enum host_memory { HOST_HEAP, HOST_PAGES, HOST_MEMORIES } host_memory;
double host_memory_bytes(host_memory of);

/* Sleep: the wall time of a run; nothing is synchronised by it. */
void host_sleep_ms(unsigned milliseconds);

/* The calling thread, for host_await_asleep. */
uint64_t host_thread_id(void);

/* Wait until all these threads sleep; where the platform does not tell, until they have let a
 * millisecond pass without running. */
void host_await_asleep(const uint64_t *ids, size_t count);

/* Keep the calling thread on the first (0) or the last (1) of the processors that this process may
 * use, and let it go again. False where the platform has no such call: then nothing changes. */
bool host_pin(unsigned which);
void host_unpin(void);

/* The system and the processor, in a line. */
void host_describe(char *to, size_t size);

bool host_is_terminal(FILE *stream);

#endif
