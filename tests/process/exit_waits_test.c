/* SPDX-License-Identifier: MIT
 *
 * A program whose atexit handlers and static destructors wait for threads that still run, while
 * another thread waits for something that never happens, and does not hold the process up.
 */
#include "exit_waits.h"

#include "support.h"

#include "waits.h"

#include <stdio.h>
#include <stdlib.h>

/* Shuts the object that the ending thread waits for, and opens it when the wait is seen. */
struct doorkeeper {
    crew_thread thread;
    const struct wait_kind *wait;
    struct stage stage;
    pawl_event is_shut;
};

static void shut_and_open(void *context)
{
    struct doorkeeper *keeper = context;
    keeper->wait->shut(&keeper->stage);
    pawl_event_set(&keeper->is_shut);
    stage_await_waiter(keeper->wait, &keeper->stage);
    keeper->wait->open(&keeper->stage);
}

static bool is_let_through(const struct wait_kind *wait)
{
    static struct doorkeeper keeper;
    keeper.wait = wait;
    stage_init(&keeper.stage);
    pawl_event_clear(&keeper.is_shut);
    crew_start(&keeper.thread, shut_and_open, &keeper);
    pawl_event_wait(&keeper.is_shut);
    pawl_status status = wait->call(&keeper.stage, PAWL_NEVER);
    crew_join(&keeper.thread);
    return status == PAWL_OK && stage_is_idle(&keeper.stage);
}

void wait_at_exit(const char *when)
{
    for (size_t row = 0; row < wait_count; row++) {
        if (!is_let_through(&waits[row])) {
            printf("%s: %s failed\n", when, waits[row].name);
            fflush(stdout);
            return;
        }
    }
    printf("%s: every wait was let through\n", when);
    fflush(stdout);
}

static void wait_in_handler(void)
{
    wait_at_exit("in an atexit handler");
}

static pawl_lock held = PAWL_LOCK_INIT;

static void wait_for_ever(void *context)
{
    (void)context;
    pawl_lock_acquire(&held);
}

int main(void)
{
    static crew_thread left;
    pawl_lock_acquire(&held);
    crew_start(&left, wait_for_ever, NULL);
    wait_for_waiters(&held, 1);
    return atexit(wait_in_handler) == 0 ? 0 : 1;
}
