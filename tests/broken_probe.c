/* SPDX-License-Identifier: MIT
 *
 * One thread that makes every call that pawl makes to its host, over a host that is broken
 * (tests/broken.h). Without an argument it says what can fail; broken_test.cmake runs it with each.
 */
#define BROKEN_ITSELF
#include "broken.h"

#include "task.h"

#include "lot.h"

#include <pawl/pawl.h>

#include <stdio.h>

static void list(void)
{
    for (const struct broken_call *at = broken_calls; at->call != NULL; at++) {
        printf("%s|%d|%s\n", at->call, at->error, at->line != NULL ? at->line : "goes on");
    }
}

/* A wait without an end whose token is there only after a while, as the host's wait fails. */
static pawl_await sleeper;

static void wake_sleeper(struct task *task)
{
    struct pawl__wake_list list = {NULL, NULL};
    struct pawl__bucket *bucket = pawl__lot_enter(task);
    pawl__lot_take_first(bucket, task, PAWL_OK, &list);
    pawl__lot_leave(bucket);
    pawl__lot_wake(&list);
}

static void wait_and_be_woken(struct task *task)
{
    pawl__waiter_open(&sleeper, PAWL__ON_LOCK);
    struct pawl__bucket *bucket = pawl__lot_enter(task);
    pawl__lot_push_last(bucket, task, &sleeper);
    pawl__lot_leave(bucket);
    wake_sleeper(task);
    bucket = pawl__lot_wait(&sleeper, task, PAWL_NEVER);
    pawl__waiter_close(&sleeper);
    printf("%s\n", bucket == NULL ? "woken" : "not woken");
}

static int use_everything(void)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    struct task task;
    pawl_lock_acquire(&lock);
    pawl_time deadline = pawl_after_ms(3);
    if (pawl_lock_acquire_until(&lock, deadline) != PAWL_TIMEOUT || pawl_now() < deadline) {
        return 1;
    }
    pawl_rlock_acquire(&rlock);
    task_init(&task, wake_sleeper, NULL);
    if (pawl_lock_acquire_await(&lock, &task.op) != PAWL_PENDING ||
        pawl_lock_release(&lock) != PAWL_OK || task.calls != 1) {
        return 2;
    }
    wait_and_be_woken(&task);
    printf("survived\n");
    return pawl_rlock_release(&rlock) == PAWL_OK ? 0 : 3;
}

int main(int count, char **arguments)
{
    (void)arguments;
    if (count == 1) {
        list();
        return 0;
    }
    return use_everything();
}
