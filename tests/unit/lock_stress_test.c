/* SPDX-License-Identifier: MIT
 *
 * pawl_lock under contention: counts that add up only if every acquire excluded every other, and
 * every time-out gave up just what it had.
 */
#include "caller.h"

#include <stdlib.h>

enum { THREADS = 6 };

struct books {
    pawl_lock lock;
    uint64_t inside;   /* plain: only exclusion keeps it exact */
    uint8_t occupied;  /* 1 while a thread is inside */
    int rounds;
    int mixed;         /* 0: acquire only; 1: tries and time-outs among them */
};

static bool get_in(struct books *books, uint64_t *seed)
{
    uint64_t choice = books->mixed ? next_random(seed) % 8 : 0;
    if (choice == 1) {
        return pawl_lock_try_acquire(&books->lock);
    }
    if (choice == 2) { /* a time-out at just the time when a release may happen */
        return pawl_lock_acquire_for(&books->lock, (pawl_ns)(next_random(seed) % 50000)) == PAWL_OK;
    }
    if (choice == 3) {
        return pawl_lock_acquire_for(&books->lock, PAWL_S(3600)) == PAWL_OK;
    }
    pawl_lock_acquire(&books->lock);
    return true;
}

/* Counts its acquires. Another thread inside is a mistake. */
static pawl_status work(struct caller *worker)
{
    struct books *books = worker->object;
    for (int i = 0; i < books->rounds; i++) {
        if (!get_in(books, &worker->seed)) {
            continue;
        }
        worker->count++;
        worker->mistakes += books->occupied != 0 ? 1 : 0;
        books->occupied = 1;
        books->inside++;
        if (next_random(&worker->seed) % 32 == 0) {
            crew_yield(); /* so that others queue up */
        }
        books->occupied = 0;
        pawl_lock_release(&books->lock);
    }
    return PAWL_OK;
}

static void run_books(struct books *books)
{
    struct caller workers[THREADS];
    callers_start(workers, THREADS,
                  &(struct caller){.call = work, .object = books, .seed = 88172645463325252U});
    uint64_t acquired = callers_join(workers, THREADS, PAWL_OK);
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
enum { REUSED_AS = 0xA5 };

static pawl_status acquire_and_reuse(struct caller *caller)
{
    uint8_t *memory = caller->object;
    caller_begins(caller);
    pawl_lock_acquire(caller->object);
    pawl__store8(memory, REUSED_AS, PAWL__RELAXED); /* freed, and now another object */
    return PAWL_OK;
}

static void lock_may_be_freed_by_the_thread_that_just_acquired_it(void **state)
{
    (void)state;
    for (int round = 0; round < 400; round++) {
        struct caller other = {.call = acquire_and_reuse, .object = malloc(1)};
        pawl_lock *lock = other.object;
        assert_non_null(lock);
        if (round % 2 == 1) {
            pawl_lock_init_fair(lock);
        } else {
            pawl_lock_init(lock);
        }
        pawl_lock_acquire(lock);
        caller_start(&other, round % 4 < 2 ? 1 : AT_ITS_OWN_TIME);
        caller_await_begin(&other); /* parked, or caught while it spins */
        assert_int_equal(pawl_lock_release(lock), PAWL_OK);
        caller_join(&other);
        assert_int_equal(*(uint8_t *)other.object, REUSED_AS);
        free(other.object);
    }
}

/* Threads that arrive, wait and end leave nothing: two hundred of them in turn use one parker. */
static void threads_that_end_leave_nothing_behind(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    const void *parker = next_parker();
    (void)state;
    for (int i = 0; i < 200; i++) {
        struct caller other = {.then = release_lock_after};
        pawl_lock_acquire(&lock);
        caller_start_on(&other, call_lock, &lock, PAWL_NEVER, 1);
        pawl_lock_release(&lock);
        caller_join(&other);
    }
    assert_ptr_equal(next_parker(), parker);
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
