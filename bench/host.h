/* SPDX-License-Identifier: MIT
 *
 * What the bench needs from the platform besides locks and threads.
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

/* The processor time of the calling thread, in nanoseconds; the wall time if the platform reports
 * processor time only in coarse steps. */
int64_t host_thread_cpu_ns(void);

/* How often a processor switched from one of its threads to another; below 0 if the platform does
 * not report it. */
double host_switches(void);

/* The bytes that this process uses of one kind of memory: for ten locks the pages say little, and
 * the heap does not contain what was mapped elsewhere. Below 0 if the platform does not report
 * it. */
typedef enum host_memory { HOST_HEAP, HOST_PAGES, HOST_MEMORIES } host_memory;
double host_memory_bytes(host_memory of);

/* Sleep: the wall time of a run; nothing is synchronised by it. */
void host_sleep_ms(unsigned milliseconds);

/* The calling thread, for host_await_asleep. */
uint64_t host_thread_id(void);

/* Wait until all these threads sleep; if the platform does not report that, until none has run for
 * a millisecond. */
void host_await_asleep(const uint64_t *ids, size_t count);

/* Pin the calling thread to the first (0) or the last (1) of the processors that this process may
 * use, and unpin it. False if the platform has no such call: then nothing changes. */
bool host_pin(unsigned which);
void host_unpin(void);

/* The system and the processor, in a line. */
void host_describe(char *to, size_t size);

bool host_is_terminal(FILE *stream);

#endif
