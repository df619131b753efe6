/* SPDX-License-Identifier: MIT
 *
 * Sentence 11 of "All": in a forked child every object works as if only the calling thread had ever
 * existed. POSIX only.
 */
#include "support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Run the work in a forked child; its result is the exit status. */
static int in_child(int (*work)(pawl_lock *lock), pawl_lock *lock)
{
    int status = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(work(lock));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

enum { CHILD_OK = 7 };

static int use_it(pawl_lock *lock)
{
    struct acquirer other = {.release_after = true};
    if (!pawl_lock_try_acquire(lock)) {
        return 1;
    }
    if (pawl__lot_count(lock) != 0) {
        return 2;
    }
    if (CHILD_THREADS) { /* waiting works, with the child's own threads */
        acquirer_start(&other, lock, PAWL_NEVER, 1);
    }
    if (pawl_lock_acquire_for(lock, PAWL_MS(2)) != PAWL_TIMEOUT) {
        return 3;
    }
    pawl_lock_release(lock);
    if (CHILD_THREADS) {
        acquirer_join(&other);
    }
    return other.status == PAWL_OK && pawl_lock_release(lock) == PAWL_NOT_HELD ? CHILD_OK : 4;
}

static int reinit_and_use_it(pawl_lock *lock)
{
    if (!pawl_lock_locked(lock)) {
        return 10;
    }
    pawl_lock_reinit_after_fork(lock);
    return pawl_lock_locked(lock) ? 11 : use_it(lock);
}

static int release_and_use_it(pawl_lock *lock)
{
    return pawl_lock_release(lock) == PAWL_OK ? use_it(lock) : 20;
}

static void unheld_lock_needs_nothing_in_a_child(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    pawl_lock fair = PAWL_FAIR_LOCK_INIT;
    (void)state;
    assert_int_equal(in_child(use_it, &lock), CHILD_OK);
    assert_int_equal(in_child(use_it, &fair), CHILD_OK);
}

static void held_lock_with_waiters_is_free_in_a_child_after_reinit(void **state)
{
    pawl_lock locks[2] = {PAWL_LOCK_INIT, PAWL_FAIR_LOCK_INIT};
    (void)state;
    for (size_t kind = 0; kind < 2; kind++) {
        pawl_lock *lock = &locks[kind];
        struct acquirer others[3] = {{.release_after = true}, {.release_after = true},
                                     {.release_after = true}};
        pawl_lock_acquire(lock);
        for (size_t i = 0; i < 3; i++) {
            acquirer_start(&others[i], lock, PAWL_NEVER, i + 1);
        }
        assert_int_equal(in_child(reinit_and_use_it, lock), CHILD_OK);
        assert_int_equal(in_child(release_and_use_it, lock), CHILD_OK);
        assert_int_equal(pawl__lot_count(lock), 3); /* the parent's are untouched */
        pawl_lock_release(lock);
        for (size_t i = 0; i < 3; i++) {
            acquirer_join(&others[i]);
        }
    }
}

static int fork_again(pawl_lock *lock)
{
    return in_child(reinit_and_use_it, lock);
}

static void grandchild_starts_afresh_too(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    struct acquirer other = {.release_after = true};
    (void)state;
    pawl_lock_acquire(&lock);
    acquirer_start(&other, &lock, PAWL_NEVER, 1);
    assert_int_equal(in_child(fork_again, &lock), CHILD_OK);
    pawl_lock_release(&lock);
    acquirer_join(&other);
}

/* Fork at moments when other threads are anywhere inside the lot, its guards held or not. */
struct churn {
    pawl_lock locks[4];
    uint8_t stop; /* atomic */
};

static void keep_locking(void *context)
{
    struct churn *churn = context;
    for (uint64_t seed = 42; pawl__load8(&churn->stop, PAWL__RELAXED) == 0;) {
        pawl_lock *lock = &churn->locks[next_random(&seed) % 4];
        if (pawl_lock_acquire_for(lock, PAWL_US(30)) == PAWL_OK) {
            crew_yield();
            pawl_lock_release(lock);
        }
    }
}

static int reinit_all_and_use_them(pawl_lock *locks)
{
    int result = CHILD_OK;
    alarm(60); /* a child that hangs ends, by a signal, and fails the test */
    for (size_t i = 0; i < 4 && result == CHILD_OK; i++) {
        pawl_lock_reinit_after_fork(&locks[i]);
        result = use_it(&locks[i]);
    }
    return result;
}

static void fork_while_others_hold_and_wait_leaves_the_child_working(void **state)
{
    enum { THREADS = 3, FORKS = 40 };
    struct churn churn;
    crew_thread threads[THREADS];
    (void)state;
    memset(&churn, 0, sizeof churn);
    for (size_t i = 0; i < THREADS; i++) {
        crew_start(&threads[i], keep_locking, &churn);
    }
    for (int i = 0; i < FORKS; i++) {
        assert_int_equal(in_child(reinit_all_and_use_them, churn.locks), CHILD_OK);
    }
    pawl__store8(&churn.stop, 1, PAWL__RELAXED);
    for (size_t i = 0; i < THREADS; i++) {
        crew_join(&threads[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unheld_lock_needs_nothing_in_a_child),
        cmocka_unit_test(held_lock_with_waiters_is_free_in_a_child_after_reinit),
        cmocka_unit_test(grandchild_starts_afresh_too),
        cmocka_unit_test(fork_while_others_hold_and_wait_leaves_the_child_working),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
