/* SPDX-License-Identifier: MIT
 *
 * docs/semantics.md, "All" 5: nothing is a cancellation point, and a signal does not end or
 * lengthen a wait: at every kind of wait (waits.h). POSIX only.
 */
#include "support.h"

#include "caller.h"
#include "task.h"
#include "waits.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct waiter {
    pthread_t thread;
    const struct wait_kind *wait;
    struct stage *stage;
    pawl_time deadline;
    bool cancelled_before; /* it cancels itself before it waits */
    pawl_status status;
    pawl_time ended;
    uint8_t through; /* atomic: 1 once the wait has returned */
};

static void *wait_and_look_for_cancellation(void *context)
{
    struct waiter *waiter = context;
    if (waiter->cancelled_before) {
        pthread_cancel(pthread_self());
    }
    waiter->status = waiter->wait->call(waiter->stage, waiter->deadline);
    waiter->ended = pawl_now();
    pawl__store8(&waiter->through, 1, PAWL__RELEASE);
    pthread_testcancel();
    return NULL;
}

static void start(struct waiter *waiter, struct stage *stage, size_t row, pawl_time deadline)
{
    waiter->wait = &waits[row];
    waiter->stage = stage;
    waiter->deadline = deadline;
    waiter->status = PAWL_PENDING;
    waiter->through = 0;
    waits[row].shut(stage);
    assert_int_equal(
        pthread_create(&waiter->thread, NULL, wait_and_look_for_cancellation, waiter), 0);
}

/* The thread has been cancelled, after its wait. */
static void join_cancelled(struct waiter *waiter, pawl_status expected)
{
    void *result = NULL;
    assert_int_equal(pthread_join(waiter->thread, &result), 0);
    if (result != PTHREAD_CANCELED || waiter->through != 1 || waiter->status != expected ||
        !stage_is_idle(waiter->stage)) {
        fail_msg("%s: %s, %s", waiter->wait->name,
                 waiter->through ? pawl_status_name(waiter->status) : "ended by the cancellation",
                 stage_is_idle(waiter->stage) ? "idle" : "and left a trace");
    }
}

static void cancelled_waiter_waits_on_and_is_cancelled_after(void **state)
{
    struct stage stage;
    (void)state;
    stage_init(&stage);
    for (size_t row = 0; row < wait_count; row++) {
        struct waiter waiter = {.cancelled_before = false};
        start(&waiter, &stage, row, PAWL_NEVER);
        stage_await_waiter(&waits[row], &stage);
        assert_int_equal(pthread_cancel(waiter.thread), 0);
        assert_int_equal(pawl__lot_count(waits[row].key(&stage)), 1);
        waits[row].open(&stage);
        join_cancelled(&waiter, PAWL_OK);
    }
}

static void thread_cancelled_before_waits_all_the_same(void **state)
{
    struct stage stage;
    (void)state;
    stage_init(&stage);
    for (size_t row = 0; row < wait_count; row++) {
        struct waiter waiter = {.cancelled_before = true};
        start(&waiter, &stage, row, PAWL_NEVER);
        stage_await_waiter(&waits[row], &stage);
        waits[row].open(&stage);
        join_cancelled(&waiter, PAWL_OK);
    }
}

static void cancelled_waiter_that_times_out_leaves_no_trace(void **state)
{
    (void)state;
    for (size_t row = 0; row < wait_count; row++) {
        struct stage stage;
        struct waiter waiter = {.cancelled_before = row % 2 == 0};
        if (!waits[row].timed) {
            continue;
        }
        stage_init(&stage);
        start(&waiter, &stage, row, pawl_after_ms(2));
        pthread_cancel(waiter.thread);
        pthread_join(waiter.thread, NULL);
        assert_int_equal(waiter.status, PAWL_TIMEOUT);
        assert_true(waiter.ended >= waiter.deadline);
        assert_int_equal(pawl__lot_count(waits[row].key(&stage)), 0);
        if (pawl_barrier_broken(&stage.barrier)) { /* where opening it is to wait for a party */
            pawl_barrier_reset(&stage.barrier);
        } else {
            waits[row].open(&stage);
        }
        assert_true(stage_is_idle(&stage));
    }
}

/* A barrier whose action is cancelled, or ends its thread. */
struct round {
    pawl_barrier barrier;
    bool ends_its_thread;
    pawl_status last;
    uint8_t action_returned;
};

static void act_cancelled(void *context)
{
    struct round *round = context;
    if (round->ends_its_thread) {
        pthread_exit(NULL);
    }
    pthread_cancel(pthread_self());
    pthread_testcancel();
    round->action_returned = 1;
}

static void *arrive_last(void *context)
{
    struct round *round = context;
    round->last = pawl_barrier_wait(&round->barrier, NULL);
    pthread_testcancel();
    return NULL;
}

/* One round of two parties. Returns the first party's result. */
static pawl_status round_of_two(struct round *round, void **ended_with)
{
    struct caller first = {0};
    pthread_t last;
    round->last = PAWL_PENDING;
    assert_int_equal(pawl_barrier_init(&round->barrier, 2, act_cancelled, round), PAWL_OK);
    caller_start_on(&first, call_barrier, &round->barrier, PAWL_NEVER, 1);
    assert_int_equal(pthread_create(&last, NULL, arrive_last, round), 0);
    assert_int_equal(pthread_join(last, ended_with), 0);
    return caller_join(&first);
}

static void thread_is_cancelled_after_the_action_of_a_barrier_not_in_it(void **state)
{
    struct round round = {.ends_its_thread = false};
    void *ended_with = NULL;
    (void)state;
    assert_int_equal(round_of_two(&round, &ended_with), PAWL_OK);
    assert_int_equal(round.last, PAWL_OK);
    assert_int_equal(round.action_returned, 1);
    assert_true(ended_with == PTHREAD_CANCELED);
}

static void action_of_a_barrier_that_ends_its_thread_breaks_it(void **state)
{
    struct round round = {.ends_its_thread = true};
    void *ended_with = NULL;
    (void)state;
    assert_int_equal(round_of_two(&round, &ended_with), PAWL_BROKEN);
    assert_int_equal(round.last, PAWL_PENDING);
    assert_true(pawl_barrier_broken(&round.barrier));
}

/* A once whose function is cancelled in its first run, or ends its thread. */
struct attempts {
    pawl_once once;
    bool ends_its_thread;
    int begun, returned; /* plain */
};

static void fail_first(void *context)
{
    struct attempts *attempts = context;
    if (attempts->begun++ == 0) {
        wait_for_waiters(&attempts->once, 1);
        if (attempts->ends_its_thread) {
            pthread_exit(NULL);
        }
        pthread_cancel(pthread_self());
        pthread_testcancel();
    }
    attempts->returned++;
}

static void *call_once(void *context)
{
    struct attempts *attempts = context;
    pawl_once_call(&attempts->once, fail_first, attempts);
    return NULL;
}

static void once_whose_function_is_left_by_its_thread_is_run_by_a_waiter(void **state)
{
    (void)state;
    for (int ends_its_thread = 0; ends_its_thread < 2; ends_its_thread++) {
        struct attempts attempts = {.ends_its_thread = ends_its_thread != 0};
        pthread_t threads[2];
        for (int i = 0; i < 2; i++) {
            assert_int_equal(pthread_create(&threads[i], NULL, call_once, &attempts), 0);
        }
        for (int i = 0; i < 2; i++) {
            assert_int_equal(pthread_join(threads[i], NULL), 0);
        }
        assert_int_equal(attempts.begun, 2);
        assert_int_equal(attempts.returned, 1);
        assert_true(pawl_once_done(&attempts.once));
    }
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

/* All calls that do not wait: one after the other by a thread whose cancellation is pending. */
struct calls {
    struct stage stage;
    struct task task;
    uint8_t done;
    char text[128];
};

static void describe_all(struct calls *calls)
{
    const struct stage *stage = &calls->stage;
    char *text = calls->text;
    pawl_lock_describe(&stage->lock, text, sizeof calls->text);
    pawl_rlock_describe(&stage->rlock, text, sizeof calls->text);
    pawl_semaphore_describe(&stage->semaphore, text, sizeof calls->text);
    pawl_condition_describe(&stage->condition, text, sizeof calls->text);
    pawl_event_describe(&stage->event, text, sizeof calls->text);
    pawl_barrier_describe(&stage->barrier, text, sizeof calls->text);
    pawl_rwlock_describe(&stage->rwlock, text, sizeof calls->text);
    pawl_once_describe(&stage->once, text, sizeof calls->text);
}

static void use_the_heap(void)
{
    pawl_lock_free(pawl_lock_new());
    pawl_rlock_free(pawl_rlock_new());
    pawl_semaphore_free(pawl_semaphore_new(1));
    pawl_condition_free(pawl_condition_new());
    pawl_event_free(pawl_event_new());
    pawl_barrier_free(pawl_barrier_new(2, NULL, NULL));
    pawl_rwlock_free(pawl_rwlock_new());
    pawl_once_free(pawl_once_new());
}

static void do_nothing(void *context)
{
    (void)context;
}

static void call_what_does_not_wait(struct calls *calls)
{
    struct stage *stage = &calls->stage;
    for (size_t row = 0; row < wait_count; row++) {
        if (waits[row].timed) { /* a try: nobody holds it, or nobody arrives */
            (void)waits[row].call(stage, 0);
            pawl_barrier_reset(&stage->barrier);
        }
    }
    pawl_lock_acquire(&stage->lock);
    pawl_status status = pawl_lock_acquire_await(&stage->lock, &calls->task.op);
    pawl_lock_release(&stage->lock); /* to the task, which is called here */
    pawl_lock_release(&stage->lock);
    pawl_event_set(&stage->event);
    pawl_event_clear(&stage->event);
    pawl_condition_notify_all(&stage->condition);
    pawl_barrier_abort(&stage->barrier);
    pawl_barrier_reset(&stage->barrier);
    pawl_once_call(&stage->once, do_nothing, NULL);
    pawl_rwlock_acquire_exclusive(&stage->rwlock);
    pawl_rwlock_downgrade(&stage->rwlock);
    pawl_rwlock_release_shared(&stage->rwlock);
    describe_all(calls);
    use_the_heap();
    calls->done = status == PAWL_PENDING;
}

/* The calls have a frame of their own, which has returned: AddressSanitizer does not see that the
 * unwinding of a cancelled thread frees the frames it unwinds. */
static void *call_while_cancelled(void *context)
{
    void (*volatile call)(struct calls *) = call_what_does_not_wait;
    pthread_cancel(pthread_self());
    call(context);
    pthread_testcancel();
    return NULL;
}

static void no_call_is_a_cancellation_point(void **state)
{
    struct calls calls;
    pthread_t thread;
    void *result = NULL;
    (void)state;
    memset(&calls, 0, sizeof calls);
    stage_init(&calls.stage);
    task_init(&calls.task, NULL, NULL);
    assert_int_equal(pthread_create(&thread, NULL, call_while_cancelled, &calls), 0);
    assert_int_equal(pthread_join(thread, &result), 0);
    assert_true(result == PTHREAD_CANCELED);
    assert_int_equal(calls.done, 1);
    assert_int_equal(calls.task.calls, 1);
    assert_true(stage_is_idle(&calls.stage));
}

/* A cancelled thread's clean-up handlers run in the thread, and may wait. */
static void wait_in_clean_up(void *context)
{
    struct waiter *waiter = context;
    waiter->status = waiter->wait->call(waiter->stage, waiter->deadline);
}

static void *be_cancelled(void *context)
{
    pthread_cancel(pthread_self());
    pthread_cleanup_push(wait_in_clean_up, context);
    pthread_testcancel();
    pthread_cleanup_pop(0);
    return NULL;
}

static void clean_up_handler_of_a_cancelled_thread_may_wait(void **state)
{
    struct stage stage;
    (void)state;
    stage_init(&stage);
    for (size_t row = 0; row < wait_count; row++) {
        struct waiter waiter = {.wait = &waits[row], .stage = &stage, .deadline = PAWL_NEVER};
        void *result = NULL;
        waits[row].shut(&stage);
        assert_int_equal(pthread_create(&waiter.thread, NULL, be_cancelled, &waiter), 0);
        stage_await_waiter(&waits[row], &stage);
        waits[row].open(&stage);
        assert_int_equal(pthread_join(waiter.thread, &result), 0);
        assert_true(result == PTHREAD_CANCELED);
        assert_int_equal(waiter.status, PAWL_OK);
        assert_true(stage_is_idle(&stage));
    }
}

#if HAVE_SIGNALS
static uint32_t signals; /* atomic: handled so far */

static void note_signal(int number)
{
    (void)number;
    uint32_t seen = pawl__load32(&signals, PAWL__RELAXED);
    while (!pawl__cas32(&signals, &seen, seen + 1, PAWL__RELAXED)) {
    }
}

/* Until the waiter has handled this many signals, or its wait has ended; and `most` at most,
 * because ThreadSanitizer may hold all of them back until then. */
static void storm(struct waiter *waiter, uint32_t count, uint32_t most)
{
    uint32_t last = pawl__load32(&signals, PAWL__RELAXED) + count;
    for (uint32_t sent = 0; sent < most && pawl__load32(&signals, PAWL__RELAXED) < last &&
                            pawl__load8(&waiter->through, PAWL__ACQUIRE) == 0;
         sent++) {
        pthread_kill(waiter->thread, SIGUSR1);
        crew_yield();
    }
}

static void expect_signals(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = note_signal; /* no SA_RESTART */
    sigaction(SIGUSR1, &action, NULL);
}

static void signals_do_not_end_a_wait(void **state)
{
    enum { STORM = 50 };
    struct stage stage;
    (void)state;
    stage_init(&stage);
    expect_signals();
    for (size_t row = 0; row < wait_count; row++) {
        struct waiter waiter = {.cancelled_before = false};
        start(&waiter, &stage, row, PAWL_NEVER);
        stage_await_waiter(&waits[row], &stage);
        storm(&waiter, STORM, 100 * STORM);
        assert_int_equal(pawl__load8(&waiter.through, PAWL__ACQUIRE), 0);
        assert_int_equal(pawl__lot_count(waits[row].key(&stage)), 1);
        waits[row].open(&stage);
        pthread_join(waiter.thread, NULL);
        assert_int_equal(waiter.status, PAWL_OK);
        assert_true(stage_is_idle(&stage));
    }
    assert_in_range(pawl__load32(&signals, PAWL__RELAXED), 1, UINT32_MAX);
}

static void signals_neither_hasten_nor_hold_up_a_time_out(void **state)
{
    struct stage stage;
    (void)state;
    stage_init(&stage);
    expect_signals();
    for (size_t row = 0; row < wait_count; row++) {
        struct waiter waiter = {.cancelled_before = false};
        if (!waits[row].timed) {
            continue;
        }
        start(&waiter, &stage, row, pawl_after_ms(5));
        storm(&waiter, UINT32_MAX / 2, UINT32_MAX); /* without an end: the wait's own */
        pthread_join(waiter.thread, NULL);
        assert_int_equal(waiter.status, PAWL_TIMEOUT);
        assert_true(waiter.ended >= waiter.deadline);
        stage_init(&stage);
    }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cancelled_waiter_waits_on_and_is_cancelled_after),
        cmocka_unit_test(thread_cancelled_before_waits_all_the_same),
        cmocka_unit_test(cancelled_waiter_that_times_out_leaves_no_trace),
        cmocka_unit_test(thread_is_cancelled_after_the_action_of_a_barrier_not_in_it),
        cmocka_unit_test(action_of_a_barrier_that_ends_its_thread_breaks_it),
        cmocka_unit_test(once_whose_function_is_left_by_its_thread_is_run_by_a_waiter),
        cmocka_unit_test(wait_restores_the_cancel_state_it_found),
        cmocka_unit_test(no_call_is_a_cancellation_point),
        cmocka_unit_test(clean_up_handler_of_a_cancelled_thread_may_wait),
#if HAVE_SIGNALS
        cmocka_unit_test(signals_do_not_end_a_wait),
        cmocka_unit_test(signals_neither_hasten_nor_hold_up_a_time_out),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
