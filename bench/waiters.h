/* SPDX-License-Identifier: MIT
 *
 * Threads that wait, by the thousand, with a way to see that they sleep.
 */
#ifndef PAWL_BENCH_WAITERS_H
#define PAWL_BENCH_WAITERS_H

#include "crew.h"

#include <stddef.h>
#include <stdint.h>

typedef struct waiter {
    crew_thread thread;
    void (*work)(struct waiter *me);
    uint64_t id;   /* host.h's */
    size_t place;  /* among those started with it */
    uint8_t ready; /* atomic: its id stands here */
} waiter;

/* Start `count` threads, and wait until each is about to work. */
waiter *waiters_start(size_t count, void (*work)(waiter *me));

/* Wait until all of them sleep. */
void waiters_await_asleep(const waiter *waiters, size_t count);

/* Wait for their ends, and free them. */
void waiters_join(waiter *waiters, size_t count);

#endif
