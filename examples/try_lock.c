/* SPDX-License-Identifier: MIT
 *
 * A thread that need not wait for a lock: it tries, it waits a limited time and gives up, and, once
 * the lock is let go, it gets it within the time it is ready to wait.
 *
 *     cc examples/try_lock.c -lpawl -pthread -o try_lock
 */
#include <pawl/pawl.h>

#include <stdio.h>
#include <stdlib.h>

#include "thread.h"

static pawl_lock printer;

static void print_later(void *context)
{
    int *faults = context;

    if (pawl_lock_try_acquire(&printer)) {
        (*faults)++;
    } else {
        printf("try_acquire: the printer is busy\n");
    }

    pawl_time start = pawl_now();
    pawl_status status = pawl_lock_acquire_for(&printer, PAWL_MS(20));
    bool early = pawl_now() - start < PAWL_MS(20);
    printf("acquire_for 20 ms: %s, %s\n", pawl_status_name(status),
           early ? "too early" : "and not before the time was up");
    *faults += status != PAWL_TIMEOUT || early;
}

static void print_now(void *context)
{
    int *faults = context;
    pawl_status status = pawl_lock_acquire_for(&printer, PAWL_S(30));
    printf("acquire_for 30 s: %s\n", pawl_status_name(status));
    *faults += status != PAWL_OK;
    if (status == PAWL_OK) {
        pawl_lock_release(&printer);
    }
}

int main(void)
{
    int faults = 0; /* the helper's until it is joined */
    struct thread helper;

    pawl_lock_acquire(&printer);
    thread_start(&helper, print_later, &faults);
    thread_join(&helper); /* it ends while the lock is held: it has given up */

    thread_start(&helper, print_now, &faults);
    thread_yield(); /* it may wait by now, or not yet: it gets the lock either way */
    pawl_lock_release(&printer);
    thread_join(&helper);

    bool got = pawl_lock_try_acquire(&printer);
    printf("try_acquire: the printer is %s\n", got ? "mine" : "busy");
    if (got) {
        pawl_lock_release(&printer);
    }
    return got && faults == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
