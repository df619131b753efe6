/* SPDX-License-Identifier: MIT
 *
 * A thread and a libuv loop share one lock. The thread blocks until it has the lock, the loop's
 * task awaits it, and both add to one counter. It is one lock with one queue: neither needs to know
 * how the other waits.
 *
 *     cc examples/shared_with_thread.c -luv -lpawl -pthread -o shared_with_thread
 */
#include <pawl/uv.h>

#include <stdio.h>
#include <stdlib.h>

#include "thread.h"

enum { ROUNDS = 10000 };

static pawl_lock lock; /* guards counter */
static long counter;

static void add_from_a_thread(void *context)
{
    (void)context;
    for (int i = 0; i < ROUNDS; i++) {
        pawl_lock_acquire(&lock); /* blocks this thread */
        counter++;
        pawl_lock_release(&lock);
    }
}

typedef struct task {
    int rounds_left;
    pawl_uv_await acquire;
    uv_idle_t again; /* brings the task back in the next turn of the loop */
} task;

static void next_round(uv_idle_t *again);

/* The task has the lock. */
static void acquired(pawl_uv_await *op, pawl_status result)
{
    task *t = pawl_uv_await_context(op);
    if (result != PAWL_OK) {
        fprintf(stderr, "%s\n", pawl_status_name(result));
        exit(EXIT_FAILURE);
    }
    counter++;
    pawl_lock_release(&lock);
    t->rounds_left--;
    if (t->rounds_left > 0) {
        uv_idle_start(&t->again, next_round);
    } else {
        uv_close((uv_handle_t *)&t->again, NULL);
    }
}

static void next_round(uv_idle_t *again)
{
    task *t = again->data;
    uv_idle_stop(again);
    pawl_status status = pawl_uv_lock_acquire(&t->acquire, &lock, PAWL_NEVER); /* blocks nobody */
    if (status != PAWL_PENDING) {
        acquired(&t->acquire, status);
    }
}

int main(void)
{
    static pawl_uv uv; /* runs pawl's operations on the loop */
    uv_loop_t *loop = uv_default_loop();
    struct thread thread;
    task t = {.rounds_left = ROUNDS};
    if (loop == NULL || pawl_uv_init(&uv, loop) != 0) {
        return EXIT_FAILURE;
    }
    t.again.data = &t;
    uv_idle_init(loop, &t.again);
    pawl_uv_await_init(&t.acquire, &uv, acquired, &t);
    uv_idle_start(&t.again, next_round);

    thread_start(&thread, add_from_a_thread, NULL);
    uv_run(loop, UV_RUN_DEFAULT); /* until the task is done */
    thread_join(&thread);

    pawl_uv_close(&uv, NULL);
    uv_run(loop, UV_RUN_DEFAULT);
    printf("a thread and a task added %d each: %ld\n", (int)ROUNDS, counter);
    return uv_loop_close(loop) == 0 && counter == 2L * ROUNDS ? EXIT_SUCCESS : EXIT_FAILURE;
}
