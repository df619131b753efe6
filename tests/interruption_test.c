/* SPDX-License-Identifier: MIT
 *
 * Sentence 5 of "All": nothing is a cancellation point, and a signal does not end or lengthen a
 * wait. POSIX only.
 */
#include "support.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct waiter {
    pthread_t thread;
    pawl_lock *lock;
    pawl_time deadline;
    pawl_status status;
    pawl_time ended;
    uint8_t through; /* atomic: 1 once the wait has returned */
};

static void *wait_for_the_lock(void *context)
{
    struct waiter *waiter = context;
    waiter->status = pawl_lock_acquire_until(waiter->lock, waiter->deadline);
    waiter->ended = pawl_now();
    pawl__store8(&waiter->through, 1, PAWL__RELEASE);
    pthread_testcancel();
    return NULL;
}

static void start(struct waiter *waiter, pawl_lock *lock, pawl_time deadline, size_t place)
{
    memset(waiter, 0, sizeof *waiter);
    waiter->lock = lock;
    waiter->deadline = deadline;
    assert_int_equal(pthread_create(&waiter->thread, NULL, wait_for_the_lock, waiter), 0);
    if (place != AT_ITS_OWN_TIME) {
        wait_for_waiters(lock, place);
    }
}

static void cancelled_waiter_still_gets_the_lock_and_is_cancelled_after(void **state)
{
    pawl_lock locks[2] = {PAWL_LOCK_INIT, PAWL_FAIR_LOCK_INIT};
    (void)state;
    for (size_t kind = 0; kind < 2; kind++) {
        struct waiter waiter;
        void *result;
        pawl_lock_acquire(&locks[kind]);
        start(&waiter, &locks[kind], PAWL_NEVER, 1);
        assert_int_equal(pthread_cancel(waiter.thread), 0);
        assert_int_equal(pawl__lot_count(&locks[kind]), 1);
        pawl_lock_release(&locks[kind]);
        pthread_join(waiter.thread, &result);
        assert_true(result == PTHREAD_CANCELED);
        assert_int_equal(waiter.through, 1);
        assert_int_equal(waiter.status, PAWL_OK);
        assert_int_equal(pawl_lock_release(&locks[kind]), PAWL_OK);
    }
}

static void cancelled_waiter_that_times_out_leaves_no_node(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    struct waiter waiter;
    (void)state;
    pawl_lock_acquire(&lock);
    start(&waiter, &lock, pawl_after_ms(30), AT_ITS_OWN_TIME);
    pthread_cancel(waiter.thread);
    pthread_join(waiter.thread, NULL);
    assert_int_equal(waiter.status, PAWL_TIMEOUT);
    assert_int_equal(pawl__lot_count(&lock), 0);
    assert_int_equal(pawl_lock_release(&lock), PAWL_OK);
}

static void wait_restores_the_cancel_state_it_found(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    int before;
    (void)state;
    pawl_lock_acquire(&lock);
    assert_int_equal(pawl_lock_acquire_for(&lock, PAWL_MS(1)), PAWL_TIMEOUT);
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    assert_int_equal(before, PTHREAD_CANCEL_ENABLE);
    assert_int_equal(pawl_lock_acquire_for(&lock, PAWL_MS(1)), PAWL_TIMEOUT);
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &before);
    assert_int_equal(before, PTHREAD_CANCEL_DISABLE);
}

static uint8_t signalled; /* atomic */

static void note_signal(int number)
{
    (void)number;
    pawl__store8(&signalled, 1, PAWL__RELAXED);
}

static void signals_do_not_end_a_wait(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    struct waiter waiter, timed;
    struct sigaction action;
    (void)state;
    memset(&action, 0, sizeof action);
    action.sa_handler = note_signal; /* no SA_RESTART */
    sigaction(SIGUSR1, &action, NULL);
    pawl_lock_acquire(&lock);
    start(&waiter, &lock, PAWL_NEVER, 1);
    start(&timed, &lock, pawl_after_ms(40), AT_ITS_OWN_TIME);
    while (pawl__load8(&timed.through, PAWL__ACQUIRE) == 0) {
        pthread_kill(waiter.thread, SIGUSR1);
        pthread_kill(timed.thread, SIGUSR1);
        crew_yield();
    }
    assert_int_equal(timed.status, PAWL_TIMEOUT);
    assert_true(timed.ended >= timed.deadline);
    assert_int_equal(pawl__load8(&waiter.through, PAWL__ACQUIRE), 0);
    assert_int_equal(pawl__load8(&signalled, PAWL__RELAXED), 1);
    pthread_join(timed.thread, NULL);
    pawl_lock_release(&lock);
    pthread_join(waiter.thread, NULL);
    assert_int_equal(waiter.status, PAWL_OK);
}

/* A destructor of thread-specific data runs when the thread is nearly gone; waits work there. */
static pawl_lock late_lock = PAWL_LOCK_INIT;
static pawl_status late_status;

static void wait_late(void *value)
{
    (void)value;
    late_status = pawl_lock_acquire_for(&late_lock, PAWL_MS(2));
}

static void *set_and_end(void *context)
{
    pthread_setspecific(*(pthread_key_t *)context, context);
    return NULL;
}

static void wait_works_in_a_thread_that_is_ending(void **state)
{
    pthread_key_t key;
    pthread_t thread;
    (void)state;
    late_status = PAWL_OK;
    pawl_lock_acquire(&late_lock);
    assert_int_equal(pthread_key_create(&key, wait_late), 0);
    assert_int_equal(pthread_create(&thread, NULL, set_and_end, &key), 0);
    pthread_join(thread, NULL);
    assert_int_equal(late_status, PAWL_TIMEOUT);
    pthread_key_delete(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cancelled_waiter_still_gets_the_lock_and_is_cancelled_after),
        cmocka_unit_test(cancelled_waiter_that_times_out_leaves_no_node),
        cmocka_unit_test(wait_restores_the_cancel_state_it_found),
        cmocka_unit_test(signals_do_not_end_a_wait),
        cmocka_unit_test(wait_works_in_a_thread_that_is_ending),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
