/* SPDX-License-Identifier: MIT
 *
 * pawl_lock under contention: books that balance only if every acquire excluded every other, and
 * every time-out gave up just what it had.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 6 };

struct books {
    pawl_lock lock;
    uint64_t inside;   /* plain: only exclusion keeps it exact */
    uint8_t occupied;  /* 1 while somebody is inside */
    int rounds;
    int mixed;         /* 0: acquire only; 1: tries and time-outs among them */
};

struct worker {
    crew_thread thread;
    struct books *books;
    uint64_t seed;
    uint64_t acquired;
    bool met_another;
};

static bool get_in(struct books *books, uint64_t *seed)
{
    uint64_t choice = books->mixed ? next_random(seed) % 8 : 0;
    if (choice == 1) {
        return pawl_lock_try_acquire(&books->lock);
    }
    if (choice == 2) { /* a time-out at just the time a release may come */
        return pawl_lock_acquire_for(&books->lock, (pawl_ns)(next_random(seed) % 50000)) == PAWL_OK;
    }
    if (choice == 3) {
        return pawl_lock_acquire_for(&books->lock, PAWL_S(3600)) == PAWL_OK;
    }
    pawl_lock_acquire(&books->lock);
    return true;
}

static void work(void *context)
{
    struct worker *worker = context;
    struct books *books = worker->books;
    for (int i = 0; i < books->rounds; i++) {
        if (!get_in(books, &worker->seed)) {
            continue;
        }
        worker->acquired++;
        worker->met_another |= books->occupied != 0;
        books->occupied = 1;
        books->inside++;
        if (next_random(&worker->seed) % 32 == 0) {
            crew_yield(); /* so that others queue up */
        }
        books->occupied = 0;
        pawl_lock_release(&books->lock);
    }
}

static void run_books(struct books *books)
{
    struct worker workers[THREADS];
    uint64_t acquired = 0;
    memset(workers, 0, sizeof workers);
    for (size_t i = 0; i < THREADS; i++) {
        workers[i].books = books;
        workers[i].seed = 88172645463325252U + i;
        crew_start(&workers[i].thread, work, &workers[i]);
    }
    for (size_t i = 0; i < THREADS; i++) {
        crew_join(&workers[i].thread);
        acquired += workers[i].acquired;
        assert_false(workers[i].met_another);
    }
    assert_true(books->inside == acquired);
    assert_int_equal(pawl__lot_count(&books->lock), 0);
    assert_false(pawl_lock_locked(&books->lock));
    assert_int_equal(books->lock.state_ & PAWL__LOCK_PARKED, 0);
}

static void lock_excludes_under_contention(void **state)
{
    struct books books = {.lock = PAWL_LOCK_INIT, .rounds = 5000};
    (void)state;
    run_books(&books);
    assert_true(books.inside == (uint64_t)THREADS * 5000);
}

static void fair_lock_excludes_under_contention(void **state)
{
    struct books books = {.lock = PAWL_FAIR_LOCK_INIT, .rounds = 500};
    (void)state;
    run_books(&books);
    assert_true(books.inside == (uint64_t)THREADS * 500);
}

static void lock_keeps_its_books_when_tries_and_time_outs_race_releases(void **state)
{
    struct books books = {.lock = PAWL_LOCK_INIT, .rounds = 3000, .mixed = 1};
    (void)state;
    run_books(&books);
}

static void fair_lock_keeps_its_books_when_tries_and_time_outs_race_releases(void **state)
{
    struct books books = {.lock = PAWL_FAIR_LOCK_INIT, .rounds = 500, .mixed = 1};
    (void)state;
    run_books(&books);
}

/* A lock in memory that its next owner reuses at once: the releaser, still inside release, must
 * not write there. */
struct reuse {
    uint8_t *memory;
    uint8_t go; /* atomic: 1 once the other thread is about to acquire */
    bool fair;
};

enum { REUSED_AS = 0xA5 };

static void acquire_and_reuse(void *context)
{
    struct reuse *reuse = context;
    pawl_lock *lock = (pawl_lock *)reuse->memory;
    pawl__store8(&reuse->go, 1, PAWL__RELEASE);
    pawl_lock_acquire(lock);
    pawl__store8(reuse->memory, REUSED_AS, PAWL__RELAXED); /* freed, and something else now */
}

static void lock_may_be_freed_by_the_thread_that_just_acquired_it(void **state)
{
    (void)state;
    for (int round = 0; round < 400; round++) {
        struct reuse reuse = {.fair = round % 2 == 1};
        crew_thread other;
        reuse.memory = malloc(1);
        assert_non_null(reuse.memory);
        pawl_lock *lock = (pawl_lock *)reuse.memory;
        if (reuse.fair) {
            pawl_lock_init_fair(lock);
        } else {
            pawl_lock_init(lock);
        }
        pawl_lock_acquire(lock);
        crew_start(&other, acquire_and_reuse, &reuse);
        if (round % 4 < 2) { /* parked, or caught while it spins */
            wait_for_waiters(lock, 1);
        } else {
            while (pawl__load8(&reuse.go, PAWL__ACQUIRE) == 0) {
                crew_yield();
            }
        }
        assert_int_equal(pawl_lock_release(lock), PAWL_OK);
        crew_join(&other);
        assert_int_equal(*reuse.memory, REUSED_AS);
        free(reuse.memory);
    }
}

/* Threads that come, wait and go leave nothing: two hundred of them in turn use one parker. */
static void threads_that_end_leave_nothing_behind(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    struct pawl__sleeper probe = {0};
    (void)state;
    pawl__lot_open(&probe, PAWL__ON_LOCK);
    struct pawl__slot *slot = probe.slot;
    pawl__lot_close(&probe);
    for (int i = 0; i < 200; i++) {
        struct acquirer other = {.release_after = true};
        pawl_lock_acquire(&lock);
        acquirer_start(&other, &lock, PAWL_NEVER, 1);
        pawl_lock_release(&lock);
        acquirer_join(&other);
    }
    pawl__lot_open(&probe, PAWL__ON_LOCK);
    assert_ptr_equal(probe.slot, slot);
    pawl__lot_close(&probe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lock_excludes_under_contention),
        cmocka_unit_test(fair_lock_excludes_under_contention),
        cmocka_unit_test(lock_keeps_its_books_when_tries_and_time_outs_race_releases),
        cmocka_unit_test(fair_lock_keeps_its_books_when_tries_and_time_outs_race_releases),
        cmocka_unit_test(lock_may_be_freed_by_the_thread_that_just_acquired_it),
        cmocka_unit_test(threads_that_end_leave_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
