/* SPDX-License-Identifier: MIT
 *
 * docs/semantics.md, "All" and "Latch", for pawl_latch.
 */
#include "caller.h"
#include "task.h"

#include <stdlib.h>
#include <string.h>

static void assert_nobody_waits(const pawl_latch *latch)
{
    assert_int_equal(pawl__lot_count(latch), 0);
    assert_int_equal(latch->state_ & PAWL__LATCH_PARKED, 0);
}

static void latch_of_zero_bytes_is_open(void **state)
{
    pawl_latch latch;
    (void)state;
    memset(&latch, 0, sizeof latch);
    assert_true(sizeof latch <= 8);
    assert_true(pawl_latch_is_open(&latch));
    assert_int_equal(pawl_latch_count(&latch), 0);
    pawl_latch_wait(&latch);
    assert_int_equal(pawl_latch_wait_for(&latch, 0), PAWL_OK);
    assert_int_equal(pawl_latch_wait_until(&latch, 0), PAWL_OK);
}

static void latch_initialisers_set_the_count(void **state)
{
    pawl_latch constant = PAWL_LATCH_INIT(2);
    pawl_latch made;
    pawl_latch *heap = pawl_latch_new(2);
    (void)state;
    memset(&made, 0xA5, sizeof made);
    assert_non_null(heap);
    assert_int_equal(pawl_latch_init(&made, 2), PAWL_OK);
    pawl_latch *const all[] = {&constant, &made, heap};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(pawl_latch_count(all[i]), 2);
        assert_false(pawl_latch_is_open(all[i]));
        assert_int_equal(pawl_latch_wait_for(all[i], 0), PAWL_TIMEOUT);
    }
    pawl_latch_free(heap);
    pawl_latch_free(NULL);
}

static void latch_count_out_of_range_is_refused(void **state)
{
    const int64_t counts[] = {-1, INT64_MIN, PAWL_LATCH_MAX + 1, INT64_MAX};
    pawl_latch latch = PAWL_LATCH_INIT(3);
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pawl_latch_init(&latch, counts[i]), PAWL_INVALID);
        assert_null(pawl_latch_new(counts[i]));
    }
    assert_int_equal(pawl_latch_count(&latch), 3);
}

static void latch_add_and_done_of_less_than_one_are_refused(void **state)
{
    pawl_latch latch = PAWL_LATCH_INIT(3);
    const int64_t little[] = {0, -1, INT64_MIN};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(pawl_latch_add(&latch, little[i]), PAWL_INVALID);
        assert_int_equal(pawl_latch_done(&latch, little[i]), PAWL_INVALID);
    }
    assert_int_equal(pawl_latch_count(&latch), 3);
}

static void latch_done_below_zero_is_refused(void **state)
{
    pawl_latch latch = PAWL_LATCH_INIT(2);
    (void)state;
    assert_int_equal(pawl_latch_done(&latch, 3), PAWL_NOT_HELD);
    assert_int_equal(pawl_latch_done(&latch, INT64_MAX), PAWL_NOT_HELD);
    assert_int_equal(pawl_latch_count(&latch), 2);
    assert_int_equal(pawl_latch_done(&latch, 2), PAWL_OK);
    assert_int_equal(pawl_latch_done(&latch, 1), PAWL_NOT_HELD);
    assert_int_equal(pawl_latch_count(&latch), 0);
}

static void latch_add_above_the_largest_count_is_refused(void **state)
{
    pawl_latch latch = PAWL_LATCH_INIT(PAWL_LATCH_MAX - 1);
    (void)state;
    assert_int_equal(pawl_latch_add(&latch, 2), PAWL_OVERFLOW);
    assert_int_equal(pawl_latch_add(&latch, INT64_MAX), PAWL_OVERFLOW);
    assert_int_equal(pawl_latch_add(&latch, 1), PAWL_OK);
    assert_int_equal(pawl_latch_add(&latch, 1), PAWL_OVERFLOW);
    assert_true(pawl_latch_count(&latch) == PAWL_LATCH_MAX);
}

static void latch_lets_all_waiters_return_when_the_count_is_zero(void **state)
{
    enum { WAITERS = 3 };
    pawl_latch latch = PAWL_LATCH_INIT(2);
    struct caller others[WAITERS] = {0};
    (void)state;
    callers_queue(others, WAITERS, call_latch, &latch);
    assert_int_equal(pawl_latch_done(&latch, 1), PAWL_OK);
    assert_int_equal(pawl__lot_count(&latch), WAITERS);
    assert_int_equal(pawl_latch_add(&latch, 1), PAWL_OK); /* they go on waiting */
    assert_int_equal(pawl_latch_done(&latch, 1), PAWL_OK);
    assert_int_equal(pawl__lot_count(&latch), WAITERS);
    assert_int_equal(callers_back(others, WAITERS), 0);
    assert_int_equal(pawl_latch_done(&latch, 1), PAWL_OK);
    assert_int_equal(pawl_latch_add(&latch, 1), PAWL_OK); /* which calls nobody back */
    callers_join(others, WAITERS, PAWL_OK);
    assert_nobody_waits(&latch);
}

static void latch_wait_times_out_and_leaves_no_trace(void **state)
{
    pawl_latch latch = PAWL_LATCH_INIT(1);
    (void)state;
    pawl_time start = pawl_now();
    assert_int_equal(pawl_latch_wait_for(&latch, PAWL_MS(2)), PAWL_TIMEOUT);
    assert_true(pawl_now() - start >= PAWL_MS(2));
    pawl_time deadline = pawl_after_ms(2);
    assert_int_equal(pawl_latch_wait_until(&latch, deadline), PAWL_TIMEOUT);
    assert_true(pawl_now() >= deadline);
    assert_nobody_waits(&latch);
    assert_int_equal(pawl_latch_count(&latch), 1);
}

static void latch_time_out_of_one_waiter_leaves_the_others_waiting(void **state)
{
    pawl_latch latch = PAWL_LATCH_INIT(1);
    struct caller hasty = {0};
    struct caller other = {0};
    (void)state;
    caller_start_on(&hasty, call_latch, &latch, pawl_after_ms(5), AT_ITS_OWN_TIME);
    caller_start_on(&other, call_latch, &latch, PAWL_NEVER, AT_ITS_OWN_TIME);
    assert_int_equal(caller_join(&hasty), PAWL_TIMEOUT);
    wait_for_waiters(&latch, 1);
    pawl_latch_done(&latch, 1);
    assert_int_equal(caller_join(&other), PAWL_OK);
    assert_nobody_waits(&latch);
}

static void latch_task_is_called_by_the_last_done(void **state)
{
    pawl_latch latch = PAWL_LATCH_INIT(1);
    struct task first, second;
    (void)state;
    task_begin_test(NULL);
    task_init(&first, NULL, NULL);
    task_init(&second, NULL, NULL);
    assert_int_equal(pawl_latch_wait_await(&latch, &first.op), PAWL_PENDING);
    assert_int_equal(pawl_latch_wait_await(&latch, &first.op), PAWL_INVALID);
    assert_int_equal(pawl_latch_wait_await(&latch, &second.op), PAWL_PENDING);
    assert_true(pawl_await_cancel(&second.op));
    assert_int_equal(first.calls, 0);
    pawl_latch_done(&latch, 1);
    assert_int_equal(first.calls, 1);
    assert_int_equal(first.result, PAWL_OK);
    assert_int_equal(second.calls, 0);
    assert_int_equal(pawl_latch_wait_await(&latch, &second.op), PAWL_OK);
    assert_nobody_waits(&latch);
}

static void latch_cancel_of_the_only_waiter_leaves_no_trace(void **state)
{
    pawl_latch latch = PAWL_LATCH_INIT(1);
    struct task task;
    (void)state;
    task_init(&task, NULL, NULL);
    assert_int_equal(pawl_latch_wait_await(&latch, &task.op), PAWL_PENDING);
    assert_true(pawl_await_cancel(&task.op));
    assert_nobody_waits(&latch);
    assert_int_equal(pawl_latch_count(&latch), 1);
}

struct job {
    pawl_latch pending;
    int written[4];
};

static pawl_status write_and_count(struct caller *caller)
{
    struct job *job = caller->object;
    job->written[caller->number] = 1;
    return pawl_latch_done(&job->pending, 1);
}

static void what_every_thread_wrote_before_its_done_is_seen_after_the_wait(void **state)
{
    (void)state;
    for (int round = 0; round < 100; round++) {
        struct job job = {.pending = PAWL_LATCH_INIT(4)};
        struct caller others[4];
        memset(others, 0, sizeof others);
        for (uint32_t i = 0; i < 4; i++) {
            others[i] = (struct caller){.call = write_and_count, .object = &job, .number = i};
            caller_start(&others[i], AT_ITS_OWN_TIME);
        }
        pawl_latch_wait(&job.pending);
        for (int i = 0; i < 4; i++) {
            assert_int_equal(job.written[i], 1);
        }
        for (int i = 0; i < 4; i++) {
            assert_int_equal(caller_join(&others[i]), PAWL_OK);
        }
    }
}

/* A latch in memory that its last user reuses at once: the thread inside done must not write. */
static pawl_status wait_and_reuse(struct caller *caller)
{
    caller_begins(caller);
    pawl_latch_wait(caller->object);
    memset(caller->object, 0xA5, sizeof(pawl_latch));
    return PAWL_OK;
}

static void latch_may_be_freed_by_the_thread_whose_wait_just_returned(void **state)
{
    pawl_latch reused;
    (void)state;
    memset(&reused, 0xA5, sizeof reused);
    for (int round = 0; round < 400; round++) {
        pawl_latch *latch = pawl_latch_new(1);
        struct caller other = {.call = wait_and_reuse, .object = latch};
        assert_non_null(latch);
        caller_start(&other, round % 2 == 0 ? 1 : AT_ITS_OWN_TIME);
        caller_await_begin(&other);
        pawl_latch_done(latch, 1);
        caller_join(&other);
        assert_memory_equal(latch, &reused, sizeof reused);
        pawl_latch_free(latch);
    }
}

static void latch_describe_tells_count_and_waiters(void **state)
{
    pawl_latch latch = PAWL_LATCH_INIT(2);
    struct caller other = {0};
    char text[80];
    (void)state;
    caller_start_on(&other, call_latch, &latch, PAWL_NEVER, 1);
    pawl_latch_describe(&latch, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_latch count=2 waiters=1 at 0x"));
    pawl_latch_done(&latch, 2);
    caller_join(&other);
    pawl_latch_describe(&latch, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_latch count=0 waiters=0 at 0x"));
}

static void latch_functions_are_also_symbols(void **state)
{
    bool (*volatile is_open)(const pawl_latch *) = pawl_latch_is_open;
    void (*volatile wait)(pawl_latch *) = pawl_latch_wait;
    pawl_status (*volatile wait_for)(pawl_latch *, pawl_ns) = pawl_latch_wait_for;
    pawl_status (*volatile wait_until)(pawl_latch *, pawl_time) = pawl_latch_wait_until;
    pawl_latch latch = PAWL_LATCH_INIT(1);
    (void)state;
    assert_false(is_open(&latch));
    assert_int_equal(wait_for(&latch, 0), PAWL_TIMEOUT);
    assert_int_equal(wait_until(&latch, 0), PAWL_TIMEOUT);
    pawl_latch_done(&latch, 1);
    wait(&latch);
    assert_int_equal(wait_for(&latch, PAWL_FOREVER), PAWL_OK);
    assert_int_equal(wait_until(&latch, PAWL_NEVER), PAWL_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(latch_of_zero_bytes_is_open),
        cmocka_unit_test(latch_initialisers_set_the_count),
        cmocka_unit_test(latch_count_out_of_range_is_refused),
        cmocka_unit_test(latch_add_and_done_of_less_than_one_are_refused),
        cmocka_unit_test(latch_done_below_zero_is_refused),
        cmocka_unit_test(latch_add_above_the_largest_count_is_refused),
        cmocka_unit_test(latch_lets_all_waiters_return_when_the_count_is_zero),
        cmocka_unit_test(latch_wait_times_out_and_leaves_no_trace),
        cmocka_unit_test(latch_time_out_of_one_waiter_leaves_the_others_waiting),
        cmocka_unit_test(latch_task_is_called_by_the_last_done),
        cmocka_unit_test(latch_cancel_of_the_only_waiter_leaves_no_trace),
        cmocka_unit_test(what_every_thread_wrote_before_its_done_is_seen_after_the_wait),
        cmocka_unit_test(latch_may_be_freed_by_the_thread_whose_wait_just_returned),
        cmocka_unit_test(latch_describe_tells_count_and_waiters),
        cmocka_unit_test(latch_functions_are_also_symbols),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
