/* SPDX-License-Identifier: MIT
 *
 * Ten thousand tasks on one libuv loop, of which at most ten work at a time: say, ten connections
 * to a server that more would overload. A semaphore of ten permits admits them in order of arrival.
 * The waiting tasks cost their own memory and nothing else.
 *
 *     cc examples/ten_at_a_time.c -luv -lpawl -pthread -o ten_at_a_time
 */
#include <pawl/uv.h>

#include <stdio.h>
#include <stdlib.h>

enum { TASKS = 10000, PERMITS = 10 };

static pawl_semaphore permits = PAWL_SEMAPHORE_INIT(PERMITS);
static int inside, most_inside, served, out_of_order;

typedef struct task {
    int number;
    pawl_uv_await acquire;
    uv_idle_t work; /* simulates the work: it is done in the loop's next turn */
} task;

static void leave(uv_idle_t *work)
{
    inside--;
    uv_close((uv_handle_t *)work, NULL);
    pawl_semaphore_release(&permits); /* the next one may come in */
}

/* The task has a permit. */
static void enter(pawl_uv_await *op, pawl_status result)
{
    task *t = pawl_uv_await_context(op);
    if (result != PAWL_OK) {
        fprintf(stderr, "task %d: %s\n", t->number, pawl_status_name(result));
        exit(EXIT_FAILURE);
    }
    out_of_order += t->number != served;
    served++;
    inside++;
    most_inside = inside > most_inside ? inside : most_inside;
    uv_idle_start(&t->work, leave);
}

int main(void)
{
    static pawl_uv uv; /* runs pawl's operations on the loop */
    uv_loop_t *loop = uv_default_loop();
    task *tasks = calloc(TASKS, sizeof *tasks);
    if (tasks == NULL || loop == NULL || pawl_uv_init(&uv, loop) != 0) {
        return EXIT_FAILURE;
    }
    for (int i = 0; i < TASKS; i++) {
        task *t = &tasks[i];
        t->number = i;
        uv_idle_init(loop, &t->work);
        pawl_uv_await_init(&t->acquire, &uv, enter, t);
        pawl_status status = pawl_uv_semaphore_acquire(&t->acquire, &permits, PAWL_NEVER);
        if (status != PAWL_PENDING) {
            enter(&t->acquire, status); /* the first ten have theirs at once */
        }
    }
    printf("waiting: %d\n", TASKS - served);
    uv_run(loop, UV_RUN_DEFAULT); /* until nothing waits any more */

    pawl_uv_close(&uv, NULL);
    uv_run(loop, UV_RUN_DEFAULT);
    printf("served: %d, out of order: %d\n", served, out_of_order);
    printf("greatest number inside at a time: %d\n", most_inside);
    free(tasks);
    return uv_loop_close(loop) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
