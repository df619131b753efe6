/* SPDX-License-Identifier: MIT
 *
 * For ThreadSanitizer with PAWL_TSAN_LOCK_ORDER: each run does one thing, named by its argument.
 * order_test.cmake has what TSan must report. All locks here are released by the thread that
 * acquired them.
 */
#include <pawl/pawl.h>

#include "crew.h"

#include <stdio.h>
#include <string.h>

static pawl_lock lock;
static pawl_lock fair = PAWL_FAIR_LOCK_INIT;
static pawl_rlock rlock;
static pawl_rwlock rwlock;
static pawl_condition condition;
static long count;

/* A shared hold does not protect a change. At the barrier both threads are inside. */
static void race_shared(void *context)
{
    pawl_rwlock_acquire_shared(&rwlock);
    pawl_status status = pawl_barrier_wait(context, NULL);
    count += status == PAWL_OK ? 1 : 2;
    pawl_rwlock_release_shared(&rwlock);
}

static void race_without(void *mine)
{
    if (mine != NULL) {
        pawl_lock_acquire(mine);
    }
    count++;
    if (mine != NULL) {
        pawl_lock_release(mine);
    }
}

static void race_by_two_locks(void *mine)
{
    pawl_lock_acquire(mine);
    count++;
    pawl_lock_release(mine);
}

static void two_threads(void (*work)(void *), void *first, void *second)
{
    crew_thread threads[2];
    crew_start(&threads[0], work, first);
    crew_start(&threads[1], work, second);
    crew_join(&threads[0]);
    crew_join(&threads[1]);
}

/* Only the order of acquires counts: the threads need not meet. */
static void invert_locks(void)
{
    pawl_lock_acquire(&lock);
    pawl_lock_acquire(&fair);
    pawl_lock_release(&fair);
    pawl_lock_release(&lock);
    PAWL_WITH(&fair) {
        PAWL_WITH(&lock) {
            count++;
        } PAWL_END
    } PAWL_END
}

static void invert_rlock(void)
{
    pawl_rlock_acquire(&rlock);
    pawl_rlock_acquire(&rlock);
    pawl_lock_acquire(&lock);
    pawl_lock_release(&lock);
    pawl_rlock_release(&rlock);
    pawl_rlock_release(&rlock);
    pawl_lock_acquire(&lock);
    pawl_rlock_acquire(&rlock);
    pawl_rlock_release(&rlock);
    pawl_lock_release(&lock);
}

static void invert_rwlock(void)
{
    pawl_rwlock_acquire_shared(&rwlock);
    pawl_lock_acquire(&lock);
    pawl_lock_release(&lock);
    pawl_rwlock_release_shared(&rwlock);
    pawl_lock_acquire(&lock);
    pawl_rwlock_acquire_exclusive(&rwlock);
    pawl_rwlock_release_exclusive(&rwlock);
    pawl_lock_release(&lock);
}

static void release_for(void *context)
{
    pawl_lock_release(context);
}

static void release_by_another_thread(void)
{
    crew_thread other;
    pawl_lock_acquire(&lock);
    crew_start(&other, release_for, &lock);
    crew_join(&other);
}

static bool two(void *context)
{
    (void)context;
    return count >= 2;
}

/* All calls, contended, in one order only, and tries in the other. */
static void behave(void *context)
{
    (void)context;
    for (int i = 0; i < 2000; i++) {
        pawl_rlock_acquire(&rlock);
        pawl_lock_acquire(&lock);
        count++;
        pawl_condition_notify_all(&condition);
        if (pawl_rlock_try_acquire(&rlock)) {
            pawl_rlock_release(&rlock);
        }
        pawl_lock_release(&lock);
        pawl_rlock_release(&rlock);
        pawl_lock_acquire(&lock);
        if (pawl_rlock_try_acquire(&rlock)) { /* a try waits for nobody */
            pawl_rlock_release(&rlock);
        }
        pawl_status status =
            pawl_condition_wait_pred(&condition, &lock, two, NULL, PAWL_NEVER);
        pawl_lock_release(&lock);
        if (status == PAWL_OK &&
            pawl_rwlock_acquire_exclusive_for(&rwlock, PAWL_S(60)) == PAWL_OK) {
            pawl_rwlock_downgrade(&rwlock);
            pawl_rwlock_release_shared(&rwlock);
            pawl_rwlock_acquire_exclusive(&rwlock);
            pawl_rwlock_release_exclusive(&rwlock);
        }
        pawl_rlock_acquire(&rlock);
        pawl_rlock_acquire(&rlock);
        if (pawl_condition_wait_rlock_for(&condition, &rlock, PAWL_US(10)) == PAWL_NOT_HELD) {
            printf("not held\n");
        }
        pawl_rlock_release(&rlock);
        pawl_rlock_release(&rlock);
    }
}

int main(int argc, char **argv)
{
    const char *what = argc == 2 ? argv[1] : "";
    if (strcmp(what, "locks") == 0) {
        invert_locks();
    } else if (strcmp(what, "rlock") == 0) {
        invert_rlock();
    } else if (strcmp(what, "rwlock") == 0) {
        invert_rwlock();
    } else if (strcmp(what, "race") == 0) {
        two_threads(race_without, &lock, NULL);
    } else if (strcmp(what, "shared") == 0) {
        static pawl_barrier barrier = PAWL_BARRIER_INIT(2);
        two_threads(race_shared, &barrier, &barrier);
    } else if (strcmp(what, "two_locks") == 0) {
        two_threads(race_by_two_locks, &lock, &fair);
    } else if (strcmp(what, "other_thread") == 0) {
        release_by_another_thread();
    } else {
        two_threads(behave, NULL, NULL);
    }
    printf("%s: ended\n", what);
    return 0;
}
