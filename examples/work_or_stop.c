/* SPDX-License-Identifier: MIT
 *
 * A worker that waits for work, for a stop, or for a deadline, in one call. It flushes what it has
 * collected when the work is done, when nothing came for a while, and before it ends.
 *
 *     cc examples/work_or_stop.c -lpawl -pthread -o work_or_stop
 */
#include <pawl/pawl.h>

#include <stdio.h>
#include <stdlib.h>

#include "thread.h"

static pawl_semaphore lines; /* one permit for each line that was written */
static pawl_event stop;
static pawl_event flushed;                 /* the worker flushed because no line came */
static int collected, saved, idle_flushes; /* the worker's until it is joined */

static void flush(void)
{
    saved += collected;
    collected = 0;
}

static void collect(void *context)
{
    (void)context;
    for (;;) {
        pawl_time deadline = collected > 0 ? pawl_after_ms(5) : PAWL_NEVER;
        pawl_status status = pawl_semaphore_acquire_unless(&lines, &stop, deadline);
        if (status == PAWL_OK) {
            collected++;
        } else if (status == PAWL_TIMEOUT) {
            flush();
            idle_flushes++;
            pawl_event_set(&flushed);
        } else { /* PAWL_CANCELLED */
            while (pawl_semaphore_try_acquire(&lines)) {
                collected++; /* what was written before the stop */
            }
            flush();
            return;
        }
    }
}

int main(void)
{
    struct thread worker;
    thread_start(&worker, collect, NULL);
    for (int i = 0; i < 3; i++) {
        pawl_semaphore_release(&lines);
    }
    pawl_event_wait(&flushed); /* its deadline passed */
    for (int i = 0; i < 2; i++) {
        pawl_semaphore_release(&lines);
    }
    pawl_event_set(&stop);
    thread_join(&worker);
    printf("%d of 5 lines saved, flushed when idle: %s\n", saved, idle_flushes > 0 ? "yes" : "no");
    return saved == 5 && idle_flushes > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
