/* SPDX-License-Identifier: MIT
 *
 * Three workers take turns with one lock, on one libuv loop and one thread. Each has two jobs. A
 * job takes some time, in which the worker holds the lock and the loop continues: another worker
 * that wants the lock waits without blocking anybody. Waiters are served in order of arrival, so
 * they take turns: A, B, C, A, B, C.
 *
 *     cc examples/turns.c -luv -lpawl -pthread -o turns
 */
#include <pawl/uv.h>

#include <stdio.h>
#include <stdlib.h>

enum { WORKERS = 3, JOBS = 2 };

static pawl_lock lock; /* all-zero bytes: ready, unlocked */
static pawl_uv uv;     /* runs pawl's operations on the loop */

typedef struct worker {
    const char *name;
    int jobs_left;
    pawl_uv_await acquire; /* the worker's wait for the lock */
    uv_timer_t job;        /* simulates the work: it takes a few milliseconds */
} worker;

static void want_the_lock(worker *w);

/* The job is done. */
static void job_done(uv_timer_t *job)
{
    worker *w = job->data;
    w->jobs_left--;
    printf("%s: releasing\n", w->name);
    pawl_lock_release(&lock); /* now the next one in the queue has it */
    if (w->jobs_left > 0) {
        want_the_lock(w); /* behind those who wait already */
    } else {
        uv_close((uv_handle_t *)job, NULL);
    }
}

/* The worker has the lock: libuv calls this when its turn has come. */
static void acquired(pawl_uv_await *op, pawl_status result)
{
    worker *w = pawl_uv_await_context(op);
    if (result != PAWL_OK) {
        fprintf(stderr, "%s: %s\n", w->name, pawl_status_name(result));
        exit(EXIT_FAILURE);
    }
    printf("%s: acquired\n", w->name);
    uv_timer_start(&w->job, job_done, 2, 0);
}

static void want_the_lock(worker *w)
{
    printf("%s: waiting\n", w->name);
    pawl_status status = pawl_uv_lock_acquire(&w->acquire, &lock, PAWL_NEVER);
    if (status != PAWL_PENDING) {
        acquired(&w->acquire, status); /* the lock was free: acquired at once */
    }
}

int main(void)
{
    uv_loop_t *loop = uv_default_loop();
    static worker workers[WORKERS] = {{.name = "A"}, {.name = "B"}, {.name = "C"}};
    if (loop == NULL || pawl_uv_init(&uv, loop) != 0) {
        return EXIT_FAILURE;
    }
    for (int i = 0; i < WORKERS; i++) {
        worker *w = &workers[i];
        w->jobs_left = JOBS;
        w->job.data = w;
        uv_timer_init(loop, &w->job);
        pawl_uv_await_init(&w->acquire, &uv, acquired, w);
        want_the_lock(w);
    }
    uv_run(loop, UV_RUN_DEFAULT); /* until nothing waits any more */

    pawl_uv_close(&uv, NULL);
    uv_run(loop, UV_RUN_DEFAULT);
    printf("the lock is %s\n", pawl_lock_locked(&lock) ? "still locked" : "unlocked");
    return uv_loop_close(loop) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
