/* SPDX-License-Identifier: MIT
 *
 * A correct client of every primitive, whose data are plain, for ThreadSanitizer: the client is
 * compiled with it, the library is not. With the argument "mistake" one access is a race.
 */
#include <pawl/pawl.h>

#include "crew.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4, ITEMS = 2000, SLOTS = 4, ROUNDS = 300, PERMITS = 2 };

static void must(bool truth, const char *what)
{
    if (!truth) {
        fprintf(stderr, "client: %s\n", what);
        abort();
    }
}

/* A bounded queue: two conditions, one with an rlock. */
static pawl_lock queue_lock;
static pawl_condition not_empty, not_full;
static int slots[SLOTS];
static unsigned put, taken;

static void produce(void)
{
    for (int i = 0; i < ITEMS; i++) {
        pawl_lock_acquire(&queue_lock);
        while (put - taken == SLOTS) {
            pawl_condition_wait(&not_full, &queue_lock);
        }
        slots[put++ % SLOTS] = i;
        pawl_condition_notify(&not_empty, 1);
        pawl_lock_release(&queue_lock);
    }
}

static void consume(void)
{
    for (int i = 0; i < ITEMS; i++) {
        pawl_lock_acquire(&queue_lock);
        while (put == taken) {
            must(pawl_condition_wait_for(&not_empty, &queue_lock, PAWL_S(60)) == PAWL_OK, "waits");
        }
        slots[taken++ % SLOTS] = -1;
        pawl_condition_notify(&not_full, 1);
        pawl_lock_release(&queue_lock);
    }
}

static void pass_through_queue(void *context)
{
    uint32_t *turn = context;
    if (__atomic_fetch_add(turn, 1, __ATOMIC_RELAXED) % 2 == 0) {
        produce();
    } else {
        consume();
    }
}

/* A pool: a thread with a permit finds a free member of the pool under the rlock. */
static pawl_semaphore permits = PAWL_BOUNDED_SEMAPHORE_INIT(PERMITS);
static pawl_rlock pool_lock;
static struct member {
    bool used;
    int count;
} pool[PERMITS];

static struct member *borrow(void)
{
    struct member *found = NULL;
    pawl_rlock_acquire(&pool_lock);
    pawl_rlock_acquire(&pool_lock);
    for (size_t i = 0; i < PERMITS && found == NULL; i++) {
        if (!pool[i].used) {
            found = &pool[i];
            found->used = true;
        }
    }
    pawl_rlock_release(&pool_lock);
    pawl_rlock_release(&pool_lock);
    must(found != NULL, "a permit, but nothing in the pool");
    return found;
}

static void use_pool(void *context)
{
    (void)context;
    for (int i = 0; i < ITEMS; i++) {
        pawl_semaphore_acquire(&permits);
        struct member *mine = borrow();
        mine->count++;
        pawl_rlock_acquire(&pool_lock);
        mine->used = false;
        pawl_rlock_release(&pool_lock);
        pawl_semaphore_release_n(&permits, 1);
    }
}

/* Locks in turns, read and written; a fair one. */
static pawl_lock fair = PAWL_FAIR_LOCK_INIT;
static pawl_rwlock rwlock;
static int of_fair, of_rwlock;

static void count_under_locks(void *context)
{
    (void)context;
    for (int i = 0; i < ITEMS; i++) {
        pawl_lock_acquire(&fair);
        of_fair++;
        pawl_lock_release(&fair);
        if (i % 4 == 0) {
            pawl_rwlock_acquire_exclusive(&rwlock);
            of_rwlock++;
            pawl_rwlock_downgrade(&rwlock);
            must(of_rwlock > 0, "the downgrade");
            pawl_rwlock_release_shared(&rwlock);
        } else {
            pawl_rwlock_acquire_shared(&rwlock);
            must(of_rwlock >= 0, "shared");
            pawl_rwlock_release_shared(&rwlock);
        }
    }
}

/* Rounds: each party writes its own place before, and reads all afterwards. */
static pawl_barrier barrier;
static pawl_once once;
static pawl_event event;
static int places[THREADS], actions, made, told;

static void count_action(void *context)
{
    (void)context;
    actions++;
}

static void make(void *context)
{
    (void)context;
    made++;
}

static void meet(void *context)
{
    uint32_t *turn = context;
    uint32_t mine = __atomic_fetch_add(turn, 1, __ATOMIC_RELAXED);
    pawl_once_call(&once, make, NULL);
    must(made == 1, "once");
    if (mine == 0) {
        told = 1;
        pawl_event_set(&event);
    } else {
        pawl_event_wait(&event);
        must(told == 1, "the event");
    }
    for (int round = 0; round < ROUNDS; round++) {
        int sum = 0;
        places[mine] = round;
        pawl_barrier_wait(&barrier, NULL);
        for (int i = 0; i < THREADS; i++) {
            sum += places[i];
        }
        must(sum == THREADS * round && actions == 2 * round + 1, "a round");
        pawl_barrier_wait(&barrier, NULL);
    }
}

/* Tasks that acquire a lock, between threads that do. */
static pawl_lock task_lock;
static int of_task_lock;
static uint32_t tasks_done;

struct job {
    pawl_await op;
    int left;
};

static void work(pawl_await *op, pawl_status result)
{
    struct job *job = pawl_await_context(op);
    must(result == PAWL_OK, "a task");
    do {
        of_task_lock++;
        pawl_lock_release(&task_lock);
        if (--job->left == 0) {
            __atomic_fetch_add(&tasks_done, 1, __ATOMIC_RELEASE);
            return;
        }
    } while (pawl_lock_acquire_await(&task_lock, &job->op) == PAWL_OK);
}

static bool all_done(void *context)
{
    (void)context;
    return __atomic_load_n(&tasks_done, __ATOMIC_ACQUIRE) == THREADS;
}

static void run_task(void *context)
{
    struct job job = {.left = ITEMS};
    (void)context;
    pawl_await_init(&job.op, work, &job);
    if (pawl_lock_acquire_await(&task_lock, &job.op) == PAWL_OK) {
        work(&job.op, PAWL_OK);
    }
    for (int i = 0; i < ITEMS; i++) {
        pawl_lock_acquire(&task_lock);
        of_task_lock++;
        pawl_lock_release(&task_lock);
    }
    crew_until(all_done, NULL);
}

static int unguarded;

static void race(void *context)
{
    (void)context;
    unguarded++;
}

static void by_all(void (*run)(void *context))
{
    crew_thread threads[THREADS];
    uint32_t turn = 0;
    for (int i = 0; i < THREADS; i++) {
        crew_start(&threads[i], run, &turn);
    }
    for (int i = 0; i < THREADS; i++) {
        crew_join(&threads[i]);
    }
}

int main(int count, char **arguments)
{
    if (count > 1 && strcmp(arguments[1], "mistake") == 0) {
        by_all(race);
        return unguarded == 0;
    }
    must(pawl_barrier_init(&barrier, THREADS, count_action, NULL) == PAWL_OK, "init");
    by_all(pass_through_queue);
    by_all(use_pool);
    by_all(count_under_locks);
    by_all(meet);
    by_all(run_task);
    must(of_fair == THREADS * ITEMS && of_task_lock == 2 * THREADS * ITEMS, "the sums");
    puts("client: ended");
    return 0;
}
