/* SPDX-License-Identifier: MIT
 *
 * A program that makes every call that pawl makes to its host, over a host that is broken
 * (broken.h). Without an argument it lists what can fail; broken_test.cmake runs it with each.
 */
#define BROKEN_ITSELF
#include "broken.h"

#include "crew.h"
#include "task.h"

#include "lot.h"
#include "process.h"

#include <pawl/pawl.h>

#include <stdio.h>

static void list(void)
{
    for (const struct broken_call *at = broken_calls; at->call != NULL; at++) {
        printf("%s|%d|%s\n", at->call, at->error, at->line != NULL ? at->line : "goes on");
    }
}

/* A wait without a limit; another thread wakes it once it sleeps, or is about to. */
static struct pawl__sleeper sleeper;

static bool sleeps(void *context)
{
    const struct pawl__parker *parker = context;
    return pawl__load32(&parker->token, PAWL__RELAXED) >= PAWL__TOKEN_AWAITED;
}

static void wake_sleeper(void *key)
{
    struct pawl__wake_list list = {NULL, NULL};
    crew_until(sleeps, &sleeper.slot->parker);
    struct pawl__bucket *bucket = pawl__lot_bucket(key);
    pawl__lot_lock(bucket);
    pawl__lot_grant_first(bucket, key, PAWL_OK, &list);
    pawl__lot_unlock(bucket);
    pawl__lot_wake(&list);
}

static void wait_and_be_woken(void *key)
{
    crew_thread other;
    pawl__lot_open(&sleeper, PAWL__ON_LOCK);
    struct pawl__bucket *bucket = pawl__lot_bucket(key);
    pawl__lot_lock(bucket);
    pawl__lot_enqueue(bucket, key, &sleeper.waiter);
    pawl__lot_unlock(bucket);
    crew_start(&other, wake_sleeper, key);
    bool late = pawl__lot_wait(&sleeper, bucket, key, PAWL_NEVER);
    crew_join(&other);
    pawl__lot_close(&sleeper);
    printf("%s\n", late ? "not woken" : "woken");
}

static void do_nothing(struct task *task)
{
    (void)task;
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
    task_init(&task, do_nothing, NULL);
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
