/* SPDX-License-Identifier: MIT
 *
 * CPython's interruptible lock, by pawl. Python's thread_pthread.h promises that a SIGINT ends
 * Lock.acquire() with KeyboardInterrupt; this file does what that one does, with a real SIGINT.
 */
#include "support.h"

#include <pthread.h>
#include <signal.h>

/* As in CPython: PyLockStatus, and PyThread_acquire_lock_timed with intr_flag. */
enum lock_status { LOCK_FAILURE, LOCK_ACQUIRED, LOCK_INTR };

static pawl_event interrupted; /* set by the handler */

static void handle_sigint(int number)
{
    (void)number;
    pawl_event_set_from_handler(&interrupted);
}

static enum lock_status acquire_lock_timed(pawl_lock *lock, pawl_time deadline)
{
    switch (pawl_lock_acquire_unless(lock, &interrupted, deadline)) {
    case PAWL_OK:
        return LOCK_ACQUIRED;
    case PAWL_CANCELLED:
        return LOCK_INTR;
    default:
        return LOCK_FAILURE;
    }
}

/* As acquire_timed in _threadmodule.c: the handlers of Python run between the rounds, and one that
 * raises ends the call. The default one raises KeyboardInterrupt. */
struct interpreter {
    uint32_t handled;   /* atomic: calls of the handler so far */
    uint32_t raises_at; /* that call of the handler raises */
};

static bool run_pending_handlers(struct interpreter *python)
{
    uint32_t handled = pawl__load32(&python->handled, PAWL__RELAXED) + 1;
    pawl_event_clear(&interrupted);
    pawl__store32(&python->handled, handled, PAWL__RELEASE);
    return handled == python->raises_at;
}

static enum lock_status python_acquire(struct interpreter *python, pawl_lock *lock,
                                       pawl_time deadline)
{
    enum lock_status status = LOCK_INTR;
    while (status == LOCK_INTR) {
        status = acquire_lock_timed(lock, deadline);
        if (status == LOCK_INTR && run_pending_handlers(python)) {
            return LOCK_INTR; /* KeyboardInterrupt */
        }
    }
    return status;
}

/* Another thread, which sends so many signals to the main thread while that one waits. */
struct sender {
    pawl_lock *lock;
    pthread_t main_thread;
    struct interpreter *python;
    unsigned signals;
    size_t waiters; /* for the lock, when all signals were sent */
};

static void send_signals(void *context)
{
    struct sender *sender = context;
    for (uint32_t i = 0; i < sender->signals; i++) {
        wait_for_waiters(&interrupted, 1); /* the main thread is parked, or about to be */
        pthread_kill(sender->main_thread, SIGINT);
        while (pawl__load32(&sender->python->handled, PAWL__ACQUIRE) == i) {
            crew_yield();
        }
    }
}

static int catch_sigint(void **state)
{
    struct sigaction action = {.sa_handler = handle_sigint};
    (void)state;
    sigemptyset(&action.sa_mask);
    pawl_event_init(&interrupted);
    return sigaction(SIGINT, &action, NULL);
}

static void sigint_ends_an_acquire_with_keyboard_interrupt(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    struct interpreter python = {.raises_at = 1};
    struct sender sender = {&lock, pthread_self(), &python, 1, 0};
    crew_thread thread;
    (void)state;
    pawl_lock_acquire(&lock);
    crew_start(&thread, send_signals, &sender);
    assert_int_equal(python_acquire(&python, &lock, PAWL_NEVER), LOCK_INTR);
    crew_join(&thread);
    assert_int_equal(python.handled, 1);
    assert_int_equal(pawl__lot_count(&lock), 0);
    assert_true(pawl_lock_locked(&lock));
    pawl_lock_release(&lock);
    assert_int_equal(python_acquire(&python, &lock, 0), LOCK_ACQUIRED);
}

static void sigint_whose_handler_does_not_raise_lets_the_acquire_go_on(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    struct interpreter python = {.raises_at = 3};
    struct sender sender = {&lock, pthread_self(), &python, 3, 0};
    crew_thread thread;
    (void)state;
    pawl_lock_acquire(&lock);
    crew_start(&thread, send_signals, &sender);
    assert_int_equal(python_acquire(&python, &lock, pawl_after_s(3600)), LOCK_INTR);
    crew_join(&thread);
    assert_int_equal(python.handled, 3);
}

static void acquire_with_a_timeout_is_not_early_for_a_sigint(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    struct interpreter python = {.raises_at = 0};
    (void)state;
    pawl_lock_acquire(&lock);
    raise(SIGINT); /* before the call: it is handled first, and the wait goes on */
    pawl_time deadline = pawl_after_ms(10);
    assert_int_equal(python_acquire(&python, &lock, deadline), LOCK_FAILURE);
    assert_true(pawl_now() >= deadline);
    assert_int_equal(python.handled, 1);
}

/* A signal that has another purpose ends no wait. */
static void handle_other(int number)
{
    (void)number;
}

static void send_other_signals(void *context)
{
    struct sender *sender = context;
    wait_for_waiters(&interrupted, 1);
    for (int i = 0; i < 20; i++) {
        pthread_kill(sender->main_thread, SIGUSR1);
        crew_yield();
    }
    sender->waiters = pawl__lot_count(sender->lock);
    pawl_lock_release(sender->lock);
}

static void other_signals_end_no_wait(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    struct interpreter python = {.raises_at = 1};
    struct sender sender = {&lock, pthread_self(), &python, 0, 0};
    struct sigaction action = {.sa_handler = handle_other};
    crew_thread thread;
    (void)state;
    sigemptyset(&action.sa_mask);
    assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
    pawl_lock_acquire(&lock);
    crew_start(&thread, send_other_signals, &sender);
    assert_int_equal(python_acquire(&python, &lock, PAWL_NEVER), LOCK_ACQUIRED);
    crew_join(&thread);
    assert_int_equal(sender.waiters, 1);
    assert_int_equal(python.handled, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(sigint_ends_an_acquire_with_keyboard_interrupt, catch_sigint),
        cmocka_unit_test_setup(sigint_whose_handler_does_not_raise_lets_the_acquire_go_on,
                               catch_sigint),
        cmocka_unit_test_setup(acquire_with_a_timeout_is_not_early_for_a_sigint, catch_sigint),
        cmocka_unit_test_setup(other_signals_end_no_wait, catch_sigint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
