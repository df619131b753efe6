/* SPDX-License-Identifier: MIT
 *
 * A pool of idle workers that share one queue of jobs: three ways to tell them that a job was
 * queued. docs/choosing.md gives advice by it.
 *
 *     pool [WORKERS [JOBS [RUNS]]]     1000 workers, 100000 jobs, 3 interleaved runs
 */
#include "crew.h"

#include <pawl/pawl.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So that thousands fit. */
enum { STACK_BYTES = 64 * 1024 };

static pawl_lock lock;
static pawl_condition filled;
static pawl_semaphore permits;
static pawl_event all_done;

/* The lock guards these. */
static long queued;
static long served;
static long to_serve;
static bool closed;

/* How a job is announced, and how a worker waits for one. */
typedef struct method {
    const char *name;
    bool by_semaphore;
    bool after_unlock;
} method;

static const method methods[] = {
    {"lock and condition, notify under the lock", false, false},
    {"lock and condition, notify after the release", false, true},
    {"semaphore, a permit for each job", true, false},
};
enum { METHODS = sizeof methods / sizeof methods[0] };

static void announce(const method *by, size_t jobs)
{
    if (by->by_semaphore) {
        pawl_semaphore_release_n(&permits, (int64_t)jobs);
    } else {
        pawl_condition_notify(&filled, jobs);
    }
}

/* False: the pool is closed. */
static bool serve(const method *by)
{
    bool got = false;
    if (by->by_semaphore) {
        pawl_semaphore_acquire(&permits);
    }
    PAWL_WITH(&lock) {
        while (!by->by_semaphore && queued == 0 && !closed) {
            pawl_condition_wait(&filled, &lock);
        }
        if (queued > 0) {
            queued--;
            got = true;
            if (++served == to_serve) {
                pawl_event_set(&all_done);
            }
        }
    }
    PAWL_END
    return got;
}

static void work(void *context)
{
    while (serve(context)) {
    }
}

static void put(const method *by)
{
    PAWL_WITH(&lock) {
        queued++;
        if (!by->after_unlock && !by->by_semaphore) {
            announce(by, 1);
        }
    }
    PAWL_END
    if (by->after_unlock || by->by_semaphore) {
        announce(by, 1);
    }
}

struct idle {
    const method *by;
    size_t workers;
};

/* All of them wait in the queue, by what describe says. */
static bool all_are_idle(void *context)
{
    const struct idle *idle = context;
    char said[128];
    char wanted[32];
    if (idle->by->by_semaphore) {
        pawl_semaphore_describe(&permits, said, sizeof said);
    } else {
        pawl_condition_describe(&filled, said, sizeof said);
    }
    snprintf(wanted, sizeof wanted, "waiters=%lu ", (unsigned long)idle->workers);
    return strstr(said, wanted) != NULL;
}

/* The milliseconds until all jobs were served. */
static double run(const method *by, size_t workers, long jobs)
{
    crew_thread *threads = calloc(workers, sizeof *threads);
    if (threads == NULL) {
        abort();
    }
    pawl_event_clear(&all_done);
    served = 0;
    to_serve = jobs;
    closed = false;
    for (size_t i = 0; i < workers; i++) {
        crew_start_with_stack(&threads[i], work, (void *)(uintptr_t)by, STACK_BYTES);
    }
    crew_until(all_are_idle, &(struct idle){by, workers});
    pawl_time started = pawl_now();
    for (long i = 0; i < jobs; i++) {
        put(by);
    }
    pawl_event_wait(&all_done);
    pawl_time ended = pawl_now();
    PAWL_WITH(&lock) {
        closed = true;
        announce(by, workers);
    }
    PAWL_END
    for (size_t i = 0; i < workers; i++) {
        crew_join(&threads[i]);
    }
    free(threads);
    return (double)(ended - started) / (double)PAWL_MS(1);
}

/* An argument, or its default. A number below 1 ends the program. */
static long number(int argc, char **argv, int at, long otherwise)
{
    long value = argc > at ? strtol(argv[at], NULL, 10) : otherwise;
    if (value < 1) {
        fputs("usage: pool [WORKERS [JOBS [RUNS]]]\n", stderr);
        exit(2);
    }
    return value;
}

int main(int argc, char **argv)
{
    size_t workers = (size_t)number(argc, argv, 1, 1000);
    long jobs = number(argc, argv, 2, 100000);
    long runs = number(argc, argv, 3, 3);
    printf("%lu idle workers, %ld jobs, one producer\n", (unsigned long)workers, jobs);
    for (long i = 0; i < runs; i++) {
        for (size_t by = 0; by < METHODS; by++) {
            printf("%-46s %9.1f ms\n", methods[by].name, run(&methods[by], workers, jobs));
        }
    }
    return 0;
}
