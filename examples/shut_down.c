/* SPDX-License-Identifier: MIT
 *
 * A server that shuts down cleanly. Its threads wait in every kind of wait; one event stops them
 * all, a latch counts those that have left, and the deadline of the shutdown is one wait.
 *
 *     cc examples/shut_down.c -lpawl -pthread -o shut_down
 */
#include <pawl/pawl.h>

#include <stdio.h>
#include <stdlib.h>

#include "thread.h"

enum { KINDS = 7 };

static struct server {
    pawl_event stop;
    pawl_latch threads; /* those that have not left yet */
    pawl_latch waiting; /* those that have not begun to wait */

    pawl_semaphore jobs;       /* a worker waits for one */
    pawl_lock table;           /* held by main: a thread waits for it */
    pawl_rwlock settings;      /* held by main: a reader and a writer wait for it */
    pawl_event connected;      /* never: a thread waits for it */
    pawl_latch uploads;        /* one that does not end */
    pawl_lock queue_lock;      /* guards the queue, on which a thread waits for an item */
    pawl_condition queue_full; /* never */
} server = {.uploads = PAWL_LATCH_INIT(1),
            .waiting = PAWL_LATCH_INIT(KINDS),
            .threads = PAWL_LATCH_INIT(KINDS)};

static pawl_status wait_for_a_job(void)
{
    return pawl_semaphore_acquire_unless(&server.jobs, &server.stop, PAWL_NEVER);
}

static pawl_status wait_for_the_table(void)
{
    return pawl_lock_acquire_unless(&server.table, &server.stop, PAWL_NEVER);
}

static pawl_status read_the_settings(void)
{
    return pawl_rwlock_acquire_shared_unless(&server.settings, &server.stop, PAWL_NEVER);
}

static pawl_status write_the_settings(void)
{
    return pawl_rwlock_acquire_exclusive_unless(&server.settings, &server.stop, PAWL_NEVER);
}

static pawl_status wait_for_a_connection(void)
{
    return pawl_event_wait_unless(&server.connected, &server.stop, PAWL_NEVER);
}

static pawl_status wait_for_the_uploads(void)
{
    return pawl_latch_wait_unless(&server.uploads, &server.stop, PAWL_NEVER);
}

static pawl_status wait_for_an_item(void)
{
    pawl_lock_acquire(&server.queue_lock);
    pawl_status status = pawl_condition_wait_unless(&server.queue_full, &server.queue_lock,
                                                    &server.stop, PAWL_NEVER);
    pawl_lock_release(&server.queue_lock);
    return status;
}

static struct worker {
    const char *name;
    pawl_status (*wait)(void);
    pawl_status status; /* the thread's until it is joined */
} workers[KINDS] = {
    {"a job", wait_for_a_job, PAWL_OK},
    {"the table", wait_for_the_table, PAWL_OK},
    {"reading the settings", read_the_settings, PAWL_OK},
    {"writing the settings", write_the_settings, PAWL_OK},
    {"a connection", wait_for_a_connection, PAWL_OK},
    {"the uploads", wait_for_the_uploads, PAWL_OK},
    {"an item", wait_for_an_item, PAWL_OK},
};

static void serve(void *context)
{
    struct worker *worker = context;
    pawl_latch_done(&server.waiting, 1);
    worker->status = worker->wait(); /* a real worker goes on while this is PAWL_OK */
    pawl_latch_done(&server.threads, 1);
}

int main(void)
{
    struct thread threads[KINDS];
    int faults = 0;
    pawl_lock_acquire(&server.table);
    pawl_rwlock_acquire_exclusive(&server.settings);
    for (int i = 0; i < KINDS; i++) {
        thread_start(&threads[i], serve, &workers[i]);
    }
    pawl_latch_wait(&server.waiting);

    pawl_event_set(&server.stop);
    pawl_status all_left = pawl_latch_wait_for(&server.threads, PAWL_S(10));
    printf("all threads left within ten seconds: %s\n", pawl_status_name(all_left));
    for (int i = 0; i < KINDS; i++) {
        thread_join(&threads[i]);
        printf("waiting for %s: %s\n", workers[i].name, pawl_status_name(workers[i].status));
        faults += workers[i].status != PAWL_CANCELLED;
    }
    pawl_rwlock_release_exclusive(&server.settings);
    pawl_lock_release(&server.table);
    return faults == 0 && all_left == PAWL_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
