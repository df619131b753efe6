/* SPDX-License-Identifier: MIT
 *
 * docs/semantics.md, "All" and "Semaphore, BoundedSemaphore", for pawl_semaphore.
 */
#include "caller.h"
#include "task.h"

#include <string.h>

enum { BOTH = 2 };

/* A semaphore with `value` permits free: plain, or bounded by `bound`, where the other permits are
 * taken. Every test runs on both kinds if the sentence holds for both. */
static pawl_semaphore with_free(int kind, int64_t value, int64_t bound)
{
    pawl_semaphore semaphore;
    if (kind == 0) {
        assert_int_equal(pawl_semaphore_init(&semaphore, value), PAWL_OK);
        return semaphore;
    }
    assert_int_equal(pawl_semaphore_init_bounded(&semaphore, bound), PAWL_OK);
    for (int64_t out = bound - value; out > 0; out--) {
        assert_true(pawl_semaphore_try_acquire(&semaphore));
    }
    return semaphore;
}

static void assert_nobody_waits(const pawl_semaphore *semaphore)
{
    assert_int_equal(pawl__lot_count(semaphore), 0);
    assert_true((pawl__load64(&semaphore->state_, PAWL__RELAXED) & PAWL__SEMAPHORE_PARKED) == 0);
}

static void semaphore_is_at_most_sixteen_bytes(void **state)
{
    (void)state;
    assert_true(sizeof(pawl_semaphore) <= 16);
}

/* Otherwise, if the ABI aligns 64 bits to 32, it may cross two cache lines: then a load is not
 * atomic, and a locked operation stops the whole machine. */
static void semaphore_is_aligned_to_eight_bytes(void **state)
{
    (void)state;
    assert_int_equal(_Alignof(pawl_semaphore) % 8, 0);
}

static void semaphore_of_zero_bytes_is_ready(void **state)
{
    pawl_semaphore semaphore;
    (void)state;
    memset(&semaphore, 0, sizeof semaphore);
    assert_int_equal(pawl_semaphore_value(&semaphore), 0);
    assert_false(pawl_semaphore_try_acquire(&semaphore));
    assert_int_equal(pawl_semaphore_release_n(&semaphore, 2), PAWL_OK);
    assert_int_equal(pawl_semaphore_value(&semaphore), 2);
    pawl_semaphore_acquire(&semaphore);
    assert_int_equal(pawl_semaphore_value(&semaphore), 1);
}

static void semaphore_initialisers_set_value_and_bound(void **state)
{
    pawl_semaphore plain = PAWL_SEMAPHORE_INIT(3);
    pawl_semaphore bounded = PAWL_BOUNDED_SEMAPHORE_INIT(3);
    (void)state;
    for (int made_by = 0; made_by < 2; made_by++) {
        assert_int_equal(pawl_semaphore_value(&plain), 3);
        assert_int_equal(pawl_semaphore_value(&bounded), 3);
        assert_int_equal(pawl_semaphore_release(&plain), PAWL_OK);
        assert_int_equal(pawl_semaphore_release(&bounded), PAWL_OVERFLOW);
        memset(&plain, 0xA5, sizeof plain);
        memset(&bounded, 0xA5, sizeof bounded);
        assert_int_equal(pawl_semaphore_init(&plain, 3), PAWL_OK);
        assert_int_equal(pawl_semaphore_init_bounded(&bounded, 3), PAWL_OK);
    }
    assert_int_equal(pawl_semaphore_init(&bounded, 3), PAWL_OK); /* no longer bounded */
    assert_int_equal(pawl_semaphore_release(&bounded), PAWL_OK);
}

static void semaphore_initial_value_may_be_zero_or_the_largest(void **state)
{
    const int64_t values[] = {0, 1, PAWL_SEMAPHORE_MAX - 1, PAWL_SEMAPHORE_MAX};
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        for (int kind = 0; kind < BOTH; kind++) {
            pawl_semaphore semaphore = with_free(kind, values[i], values[i]);
            assert_true(pawl_semaphore_value(&semaphore) == values[i]);
            assert_true(pawl_semaphore_try_acquire(&semaphore) == (values[i] > 0));
        }
    }
    const pawl_semaphore plain = PAWL_SEMAPHORE_INIT(PAWL_SEMAPHORE_MAX);
    const pawl_semaphore bounded = PAWL_BOUNDED_SEMAPHORE_INIT(PAWL_SEMAPHORE_MAX);
    assert_true(pawl_semaphore_value(&plain) == PAWL_SEMAPHORE_MAX);
    assert_true(pawl_semaphore_value(&bounded) == PAWL_SEMAPHORE_MAX);
}

static void semaphore_initial_value_below_zero_or_above_the_largest_is_refused(void **state)
{
    const int64_t values[] = {-1, INT64_MIN, PAWL_SEMAPHORE_MAX + 1, INT64_MAX};
    pawl_semaphore semaphore, untouched;
    (void)state;
    memset(&semaphore, 0xA5, sizeof semaphore);
    memset(&untouched, 0xA5, sizeof untouched);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        assert_int_equal(pawl_semaphore_init(&semaphore, values[i]), PAWL_INVALID);
        assert_int_equal(pawl_semaphore_init_bounded(&semaphore, values[i]), PAWL_INVALID);
        assert_memory_equal(&semaphore, &untouched, sizeof semaphore);
    }
}

static void bounded_semaphore_may_start_below_its_bound(void **state)
{
    pawl_semaphore constant = PAWL_BOUNDED_SEMAPHORE_INIT_AT(1, 3);
    pawl_semaphore initialised;
    (void)state;
    assert_int_equal(pawl_semaphore_init_bounded_at(&initialised, 1, 3), PAWL_OK);
    pawl_semaphore *heap = pawl_semaphore_new_bounded_at(1, 3);
    assert_non_null(heap);
    pawl_semaphore *const made[] = {&constant, &initialised, heap};
    for (size_t i = 0; i < 3; i++) {
        char text[80];
        pawl_semaphore_describe(made[i], text, sizeof text);
        assert_non_null(strstr(text, "value=1 bound=3 waiters=0"));
        assert_int_equal(pawl_semaphore_release_n(made[i], 3), PAWL_OVERFLOW);
        assert_int_equal(pawl_semaphore_release_n(made[i], 2), PAWL_OK);
        assert_int_equal(pawl_semaphore_release(made[i]), PAWL_OVERFLOW);
        assert_int_equal(pawl_semaphore_value(made[i]), 3);
    }
    pawl_semaphore_free(heap);
}

static void bounded_semaphore_below_its_bound_keeps_the_bound_with_waiters(void **state)
{
    pawl_semaphore semaphore = PAWL_BOUNDED_SEMAPHORE_INIT_AT(0, 1);
    struct caller other = {0};
    (void)state;
    caller_start_on(&other, call_semaphore, &semaphore, PAWL_NEVER, 1);
    assert_int_equal(pawl_semaphore_release_n(&semaphore, 2), PAWL_OVERFLOW);
    assert_int_equal(pawl_semaphore_release(&semaphore), PAWL_OK);
    assert_int_equal(caller_join(&other), PAWL_OK);
    assert_int_equal(pawl_semaphore_release(&semaphore), PAWL_OK);
    assert_int_equal(pawl_semaphore_release(&semaphore), PAWL_OVERFLOW);
}

static void semaphore_bound_out_of_range_is_refused(void **state)
{
    const int64_t pairs[][2] = {{-1, 3}, {4, 3}, {0, -1}, {-1, -1}, {INT64_MIN, INT64_MIN},
                                {0, PAWL_SEMAPHORE_MAX + 1}, {0, INT64_MAX}, {1, 0}};
    pawl_semaphore semaphore, untouched;
    (void)state;
    memset(&semaphore, 0xA5, sizeof semaphore);
    memset(&untouched, 0xA5, sizeof untouched);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        assert_int_equal(pawl_semaphore_init_bounded_at(&semaphore, pairs[i][0], pairs[i][1]),
                         PAWL_INVALID);
        assert_memory_equal(&semaphore, &untouched, sizeof semaphore);
        assert_null(pawl_semaphore_new_bounded_at(pairs[i][0], pairs[i][1]));
    }
}

static pawl_status call_acquire_n(struct caller *caller)
{
    int64_t n = caller->number;
    switch (caller->form) {
    case UNTIL:
        return pawl_semaphore_acquire_n_until(caller->object, n, caller->time);
    case FOR:
        return pawl_semaphore_acquire_n_for(caller->object, n, caller->time);
    default:
        return pawl_semaphore_acquire_n(caller->object, n);
    }
}

static void start_acquire_n(struct caller *caller, pawl_semaphore *semaphore, uint32_t n,
                            pawl_time deadline, size_t place)
{
    caller->number = n;
    caller_start_on(caller, call_acquire_n, semaphore, deadline, place);
}

static void acquire_n_takes_all_or_nothing(void **state)
{
    pawl_semaphore semaphore = PAWL_SEMAPHORE_INIT(9);
    pawl_event stop = PAWL_EVENT_INIT;
    (void)state;
    assert_int_equal(pawl_semaphore_acquire_n(&semaphore, 2), PAWL_OK);
    assert_true(pawl_semaphore_try_acquire_n(&semaphore, 2));
    assert_int_equal(pawl_semaphore_acquire_n_for(&semaphore, 1, 0), PAWL_OK);
    assert_int_equal(pawl_semaphore_acquire_n_until(&semaphore, 1, 0), PAWL_OK);
    assert_int_equal(pawl_semaphore_acquire_n_unless(&semaphore, 1, &stop, 0), PAWL_OK);
    assert_int_equal(pawl_semaphore_value(&semaphore), 2);
    assert_false(pawl_semaphore_try_acquire_n(&semaphore, 3));
    assert_int_equal(pawl_semaphore_acquire_n_for(&semaphore, 3, PAWL_MS(1)), PAWL_TIMEOUT);
    assert_int_equal(pawl_semaphore_acquire_n_until(&semaphore, 3, pawl_after_ms(1)),
                     PAWL_TIMEOUT);
    assert_int_equal(pawl_semaphore_acquire_n_unless(&semaphore, 3, &stop, pawl_after_ms(1)),
                     PAWL_TIMEOUT);
    pawl_event_set(&stop);
    assert_int_equal(pawl_semaphore_acquire_n_unless(&semaphore, 1, &stop, 0), PAWL_CANCELLED);
    assert_int_equal(semaphore.state_, 2 << 1);
}

static void acquire_n_of_what_can_never_be_had_is_refused(void **state)
{
    pawl_semaphore plain = PAWL_SEMAPHORE_INIT(5);
    pawl_semaphore bounded = PAWL_BOUNDED_SEMAPHORE_INIT(5);
    pawl_event stop = PAWL_EVENT_INIT;
    struct task task;
    const struct {
        pawl_semaphore *semaphore;
        int64_t n;
    } rows[] = {{&plain, 0},
                {&plain, -1},
                {&plain, INT64_MIN},
                {&plain, PAWL_SEMAPHORE_AT_ONCE + 1},
                {&plain, INT64_MAX},
                {&bounded, 0},
                {&bounded, 6}};
    (void)state;
    task_init(&task, NULL, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pawl_semaphore *semaphore = rows[i].semaphore;
        int64_t n = rows[i].n;
        assert_int_equal(pawl_semaphore_acquire_n(semaphore, n), PAWL_INVALID);
        assert_false(pawl_semaphore_try_acquire_n(semaphore, n));
        assert_int_equal(pawl_semaphore_acquire_n_for(semaphore, n, PAWL_FOREVER), PAWL_INVALID);
        assert_int_equal(pawl_semaphore_acquire_n_until(semaphore, n, PAWL_NEVER), PAWL_INVALID);
        assert_int_equal(pawl_semaphore_acquire_n_unless(semaphore, n, &stop, PAWL_NEVER),
                         PAWL_INVALID);
        assert_int_equal(pawl_semaphore_acquire_n_await(semaphore, n, &task.op), PAWL_INVALID);
        assert_int_equal(pawl_semaphore_value(semaphore), 5);
    }
}

static void large_request_that_is_first_holds_back_smaller_ones(void **state)
{
    (void)state;
    for (int form = UNTIL; form < FORMS; form++) {
        pawl_semaphore semaphore = PAWL_BOUNDED_SEMAPHORE_INIT_AT(1, 4);
        struct caller large = {.form = (enum form)form};
        struct caller small = {.form = (enum form)form};
        start_acquire_n(&large, &semaphore, 3, form == FOR ? PAWL_FOREVER : PAWL_NEVER, 1);
        caller_start_on(&small, call_semaphore, &semaphore,
                        form == FOR ? PAWL_FOREVER : PAWL_NEVER, 2);
        assert_false(pawl_semaphore_try_acquire(&semaphore)); /* the permit is kept */
        assert_int_equal(pawl_semaphore_release_n(&semaphore, 4), PAWL_OVERFLOW);
        assert_int_equal(pawl_semaphore_release(&semaphore), PAWL_OK);
        assert_int_equal(pawl_semaphore_value(&semaphore), 2);
        assert_int_equal(pawl__lot_count(&semaphore), 2);
        assert_int_equal(pawl_semaphore_release_n(&semaphore, 2), PAWL_OK);
        assert_int_equal(caller_join(&large), PAWL_OK);
        assert_int_equal(caller_join(&small), PAWL_OK);
        assert_int_equal(semaphore.state_, 0);
    }
}

static void large_request_that_times_out_gives_what_was_kept_to_the_next(void **state)
{
    pawl_semaphore semaphore = PAWL_SEMAPHORE_INIT(1);
    struct caller large = {0};
    struct caller small = {0};
    (void)state;
    start_acquire_n(&large, &semaphore, 3, pawl_after_ms(20), AT_ITS_OWN_TIME);
    caller_start_on(&small, call_semaphore, &semaphore, PAWL_NEVER, AT_ITS_OWN_TIME);
    assert_int_equal(caller_join(&large), PAWL_TIMEOUT);
    assert_int_equal(caller_join(&small), PAWL_OK);
    assert_int_equal(semaphore.state_, 0);
}

static void task_acquires_several_permits_in_its_turn(void **state)
{
    pawl_semaphore semaphore = PAWL_SEMAPHORE_INIT(1);
    struct task large, small, cancelled;
    (void)state;
    task_begin_test(NULL);
    task_init(&large, NULL, NULL);
    task_init(&small, NULL, NULL);
    task_init(&cancelled, NULL, NULL);
    assert_int_equal(pawl_semaphore_acquire_n_await(&semaphore, 5, &cancelled.op), PAWL_PENDING);
    assert_int_equal(pawl_semaphore_acquire_n_await(&semaphore, 2, &large.op), PAWL_PENDING);
    assert_int_equal(pawl_semaphore_acquire_await(&semaphore, &small.op), PAWL_PENDING);
    pawl_semaphore_release(&semaphore);
    assert_int_equal(large.calls, 0);
    assert_true(pawl_await_cancel(&cancelled.op)); /* the two permits go to the next */
    assert_int_equal(large.calls, 1);
    assert_int_equal(small.calls, 0);
    pawl_semaphore_release_n(&semaphore, 2);
    assert_int_equal(small.calls, 1);
    assert_int_equal(semaphore.state_, 1 << 1);
    assert_int_equal(pawl_semaphore_acquire_n_await(&semaphore, 1, &large.op), PAWL_OK);
}

static void semaphore_acquire_takes_one_permit(void **state)
{
    (void)state;
    for (int kind = 0; kind < BOTH; kind++) {
        pawl_semaphore semaphore = with_free(kind, 4, 4);
        pawl_semaphore_acquire(&semaphore);
        assert_int_equal(pawl_semaphore_value(&semaphore), 3);
        assert_true(pawl_semaphore_try_acquire(&semaphore));
        assert_int_equal(pawl_semaphore_value(&semaphore), 2);
        assert_int_equal(pawl_semaphore_acquire_for(&semaphore, PAWL_S(3600)), PAWL_OK);
        assert_int_equal(pawl_semaphore_value(&semaphore), 1);
        assert_int_equal(pawl_semaphore_acquire_until(&semaphore, PAWL_NEVER), PAWL_OK);
        assert_int_equal(pawl_semaphore_value(&semaphore), 0);
        assert_false(pawl_semaphore_try_acquire(&semaphore));
        assert_int_equal(pawl_semaphore_value(&semaphore), 0);
    }
}

static void semaphore_acquire_waits_while_there_is_none(void **state)
{
    (void)state;
    for (int kind = 0; kind < BOTH; kind++) {
        for (int form = UNTIL; form < FORMS; form++) {
            pawl_semaphore semaphore = with_free(kind, 0, 1);
            struct caller other = {.form = (enum form)form};
            caller_start_on(&other, call_semaphore, &semaphore, PAWL_NEVER, 1);
            let_time_pass(PAWL_MS(2));
            assert_false(caller_is_back(&other)); /* nor did it return without a permit */
            assert_int_equal(pawl_semaphore_release(&semaphore), PAWL_OK);
            assert_int_equal(caller_join(&other), PAWL_OK);
            assert_int_equal(pawl_semaphore_value(&semaphore), 0);
            assert_nobody_waits(&semaphore);
        }
    }
}

static void semaphore_may_be_released_by_any_thread(void **state)
{
    (void)state;
    for (int kind = 0; kind < BOTH; kind++) {
        pawl_semaphore semaphore = with_free(kind, 1, 1);
        struct caller other = {.form = UNTIMED};
        caller_start_on(&other, call_semaphore, &semaphore, PAWL_NEVER, AT_ITS_OWN_TIME);
        caller_join(&other); /* it has the permit, and has ended */
        assert_int_equal(pawl_semaphore_value(&semaphore), 0);
        assert_int_equal(pawl_semaphore_release(&semaphore), PAWL_OK);
        assert_int_equal(pawl_semaphore_value(&semaphore), 1);
    }
}

static void semaphore_release_n_adds_n_to_the_value_when_nobody_waits(void **state)
{
    (void)state;
    for (int kind = 0; kind < BOTH; kind++) {
        pawl_semaphore semaphore = with_free(kind, 1, 100);
        assert_int_equal(pawl_semaphore_release_n(&semaphore, 1), PAWL_OK);
        assert_int_equal(pawl_semaphore_value(&semaphore), 2);
        assert_int_equal(pawl_semaphore_release_n(&semaphore, 98), PAWL_OK);
        assert_int_equal(pawl_semaphore_value(&semaphore), 100);
    }
}

static void semaphore_release_n_lets_the_n_oldest_through_when_more_wait(void **state)
{
    enum { WAITERS = 7, FIRST = 3 };
    (void)state;
    for (int kind = 0; kind < BOTH; kind++) {
        pawl_semaphore semaphore = with_free(kind, 0, WAITERS);
        struct caller takers[WAITERS] = {0};
        callers_queue(takers, WAITERS, call_semaphore, &semaphore);
        assert_int_equal(pawl_semaphore_release_n(&semaphore, FIRST), PAWL_OK);
        assert_int_equal(pawl__lot_count(&semaphore), WAITERS - FIRST);
        assert_int_equal(pawl_semaphore_value(&semaphore), 0);
        callers_join(takers, FIRST, PAWL_OK);
        for (size_t i = FIRST; i < WAITERS; i++) {
            assert_false(caller_is_back(&takers[i]));
        }
        assert_int_equal(pawl_semaphore_release_n(&semaphore, WAITERS - FIRST), PAWL_OK);
        callers_join(&takers[FIRST], WAITERS - FIRST, PAWL_OK);
        assert_int_equal(pawl_semaphore_value(&semaphore), 0);
        assert_nobody_waits(&semaphore);
    }
}

static void semaphore_release_n_leaves_to_the_value_what_fewer_waiters_do_not_need(void **state)
{
    enum { WAITERS = 3 };
    (void)state;
    for (int kind = 0; kind < BOTH; kind++) {
        pawl_semaphore semaphore = with_free(kind, 0, 8);
        struct caller takers[WAITERS] = {0};
        callers_queue(takers, WAITERS, call_semaphore, &semaphore);
        assert_int_equal(pawl_semaphore_release_n(&semaphore, 8), PAWL_OK);
        assert_int_equal(pawl_semaphore_value(&semaphore), 8 - WAITERS);
        assert_nobody_waits(&semaphore);
        callers_join(takers, WAITERS, PAWL_OK);
        assert_int_equal(pawl_semaphore_value(&semaphore), 8 - WAITERS);
    }
}

static void semaphore_release_n_of_less_than_one_is_refused(void **state)
{
    const int64_t too_few[] = {0, -1, INT64_MIN};
    (void)state;
    for (int kind = 0; kind < BOTH; kind++) {
        pawl_semaphore semaphore = with_free(kind, 0, 2);
        struct caller other = {0};
        caller_start_on(&other, call_semaphore, &semaphore, PAWL_NEVER, 1);
        for (size_t i = 0; i < 3; i++) {
            assert_int_equal(pawl_semaphore_release_n(&semaphore, too_few[i]), PAWL_INVALID);
            assert_int_equal(pawl__lot_count(&semaphore), 1);
            assert_int_equal(pawl_semaphore_value(&semaphore), 0);
        }
        assert_int_equal(pawl_semaphore_release_n(&semaphore, 2), PAWL_OK);
        caller_join(&other);
        for (size_t i = 0; i < 3; i++) {
            assert_int_equal(pawl_semaphore_release_n(&semaphore, too_few[i]), PAWL_INVALID);
            assert_int_equal(pawl_semaphore_value(&semaphore), 1);
        }
    }
}

static void semaphore_release_above_the_bound_is_refused(void **state)
{
    enum { BOUND = 4 };
    (void)state;
    for (int64_t value = 0; value <= BOUND; value++) {
        pawl_semaphore semaphore = with_free(1, value, BOUND);
        const int64_t room = BOUND - value;
        const int64_t too_many[] = {room + 1, room + 2, PAWL_SEMAPHORE_MAX, INT64_MAX};
        for (size_t i = 0; i < sizeof too_many / sizeof too_many[0]; i++) {
            assert_int_equal(pawl_semaphore_release_n(&semaphore, too_many[i]), PAWL_OVERFLOW);
            assert_int_equal(pawl_semaphore_value(&semaphore), value);
        }
        if (room > 0) {
            assert_int_equal(pawl_semaphore_release_n(&semaphore, room), PAWL_OK);
        }
        assert_int_equal(pawl_semaphore_release(&semaphore), PAWL_OVERFLOW);
        assert_int_equal(pawl_semaphore_value(&semaphore), BOUND);
    }
}

static void semaphore_release_above_the_bound_is_refused_with_waiters(void **state)
{
    enum { BOUND = 3, WAITERS = 2 };
    pawl_semaphore semaphore = with_free(1, 0, BOUND);
    const int64_t too_many[] = {BOUND + 1, BOUND + WAITERS, PAWL_SEMAPHORE_MAX, INT64_MAX};
    struct caller takers[WAITERS] = {0};
    (void)state;
    callers_queue(takers, WAITERS, call_semaphore, &semaphore);
    for (size_t i = 0; i < sizeof too_many / sizeof too_many[0]; i++) {
        assert_int_equal(pawl_semaphore_release_n(&semaphore, too_many[i]), PAWL_OVERFLOW);
        assert_int_equal(pawl__lot_count(&semaphore), WAITERS);
        assert_int_equal(pawl_semaphore_value(&semaphore), 0);
    }
    assert_int_equal(pawl_semaphore_release_n(&semaphore, BOUND), PAWL_OK);
    callers_join(takers, WAITERS, PAWL_OK);
    assert_int_equal(pawl_semaphore_value(&semaphore), BOUND - WAITERS);
}

static void semaphore_bounded_by_zero_refuses_every_release(void **state)
{
    pawl_semaphore semaphore = PAWL_BOUNDED_SEMAPHORE_INIT(0);
    (void)state;
    for (int made_by = 0; made_by < 2; made_by++) {
        assert_int_equal(pawl_semaphore_release(&semaphore), PAWL_OVERFLOW);
        assert_int_equal(pawl_semaphore_release_n(&semaphore, 1), PAWL_OVERFLOW);
        assert_int_equal(pawl_semaphore_release_n(&semaphore, INT64_MAX), PAWL_OVERFLOW);
        assert_int_equal(pawl_semaphore_value(&semaphore), 0);
        assert_false(pawl_semaphore_try_acquire(&semaphore));
        assert_int_equal(pawl_semaphore_init_bounded(&semaphore, 0), PAWL_OK);
    }
}

static void semaphore_release_above_the_largest_value_is_refused(void **state)
{
    pawl_semaphore semaphore = PAWL_SEMAPHORE_INIT(0);
    (void)state;
    assert_int_equal(pawl_semaphore_release_n(&semaphore, INT64_MAX), PAWL_OVERFLOW);
    assert_int_equal(pawl_semaphore_release_n(&semaphore, PAWL_SEMAPHORE_MAX + 1), PAWL_OVERFLOW);
    assert_int_equal(pawl_semaphore_value(&semaphore), 0);
    assert_int_equal(pawl_semaphore_release_n(&semaphore, PAWL_SEMAPHORE_MAX), PAWL_OK);
    for (int kind = 0; kind < BOTH; kind++) {
        assert_int_equal(pawl_semaphore_release(&semaphore), PAWL_OVERFLOW);
        assert_int_equal(pawl_semaphore_release_n(&semaphore, 1), PAWL_OVERFLOW);
        assert_int_equal(pawl_semaphore_release_n(&semaphore, PAWL_SEMAPHORE_MAX), PAWL_OVERFLOW);
        assert_int_equal(pawl_semaphore_release_n(&semaphore, INT64_MAX), PAWL_OVERFLOW);
        assert_true(pawl_semaphore_value(&semaphore) == PAWL_SEMAPHORE_MAX);
        assert_true(pawl_semaphore_try_acquire(&semaphore));
        assert_int_equal(pawl_semaphore_release_n(&semaphore, 2), PAWL_OVERFLOW);
        assert_int_equal(pawl_semaphore_release(&semaphore), PAWL_OK);
        assert_int_equal(pawl_semaphore_init_bounded(&semaphore, PAWL_SEMAPHORE_MAX), PAWL_OK);
    }
}

static void semaphore_release_above_the_largest_value_is_refused_with_waiters(void **state)
{
    (void)state;
    for (int kind = 0; kind < BOTH; kind++) {
        pawl_semaphore semaphore = with_free(kind, 0, 1);
        struct caller other = {0};
        caller_start_on(&other, call_semaphore, &semaphore, PAWL_NEVER, 1);
        assert_int_equal(pawl_semaphore_release_n(&semaphore, INT64_MAX), PAWL_OVERFLOW);
        assert_int_equal(pawl_semaphore_release_n(&semaphore, PAWL_SEMAPHORE_MAX + 1),
                         PAWL_OVERFLOW);
        assert_int_equal(pawl__lot_count(&semaphore), 1);
        assert_int_equal(pawl_semaphore_value(&semaphore), 0);
        int64_t most = kind == 0 ? PAWL_SEMAPHORE_MAX : 1;
        assert_int_equal(pawl_semaphore_release_n(&semaphore, most), PAWL_OK);
        caller_join(&other);
        assert_true(pawl_semaphore_value(&semaphore) == most - 1);
    }
}

static void exactly_as_many_acquires_succeed_as_there_were_permits(void **state)
{
    enum { THREADS = 8, PERMITS = 5 };
    (void)state;
    for (int round = 0; round < 40; round++) {
        pawl_semaphore semaphore = with_free(round % BOTH, PERMITS, PERMITS);
        struct caller takers[THREADS] = {0};
        size_t through = 0;
        for (size_t i = 0; i < THREADS; i++) {
            takers[i].form = FOR;
            caller_start_on(&takers[i], call_semaphore, &semaphore,
                            i % 2 == 0 ? 0 : PAWL_US(200), AT_ITS_OWN_TIME);
        }
        for (size_t i = 0; i < THREADS; i++) {
            caller_join(&takers[i]);
            through += takers[i].status == PAWL_OK ? 1 : 0;
        }
        assert_int_equal(through, PERMITS);
        assert_int_equal(pawl_semaphore_value(&semaphore), 0);
        assert_nobody_waits(&semaphore);
    }
}

static void semaphore_serves_in_order_of_arrival(void **state)
{
    enum { WAITERS = 8 };
    (void)state;
    for (int kind = 0; kind < BOTH; kind++) {
        pawl_semaphore semaphore = with_free(kind, 0, WAITERS);
        struct caller takers[WAITERS] = {0};
        callers_queue(takers, WAITERS, call_semaphore, &semaphore);
        for (size_t served = 1; served <= WAITERS; served++) {
            assert_int_equal(pawl_semaphore_release(&semaphore), PAWL_OK);
            while (callers_back(takers, WAITERS) < served) {
                crew_yield();
            }
            assert_int_equal(callers_back(takers, WAITERS), served);
            assert_true(caller_is_back(&takers[served - 1]));
            assert_int_equal(pawl__lot_count(&semaphore), WAITERS - served);
        }
        callers_join(takers, WAITERS, PAWL_OK);
    }
}

static void semaphore_hands_one_permit_along_the_queue_in_order(void **state)
{
    enum { WAITERS = 8 };
    (void)state;
    for (int kind = 0; kind < BOTH; kind++) {
        pawl_semaphore semaphore = with_free(kind, 0, 1);
        struct caller takers[WAITERS] = {0};
        uint32_t turn = 0;
        for (size_t i = 0; i < WAITERS; i++) {
            takers[i].turn = &turn;
            takers[i].then = release_semaphore_after;
        }
        callers_queue(takers, WAITERS, call_semaphore, &semaphore);
        assert_int_equal(pawl_semaphore_release(&semaphore), PAWL_OK);
        callers_join(takers, WAITERS, PAWL_OK);
        for (size_t i = 0; i < WAITERS; i++) {
            assert_int_equal(takers[i].order, i);
        }
        assert_int_equal(pawl_semaphore_value(&semaphore), 1);
        assert_nobody_waits(&semaphore);
    }
}

static void semaphore_permit_released_with_waiters_is_seen_by_no_new_arrival(void **state)
{
    (void)state;
    for (int round = 0; round < 200; round++) {
        pawl_semaphore semaphore = with_free(round % BOTH, 0, 1);
        struct caller other = {0};
        caller_start_on(&other, call_semaphore, &semaphore, PAWL_NEVER, 1);
        assert_int_equal(pawl_semaphore_release_n(&semaphore, 1), PAWL_OK);
        assert_int_equal(pawl_semaphore_value(&semaphore), 0);
        assert_false(pawl_semaphore_try_acquire(&semaphore));
        assert_int_equal(pawl_semaphore_acquire_for(&semaphore, 0), PAWL_TIMEOUT);
        assert_int_equal(caller_join(&other), PAWL_OK);
    }
}

/* Try for a permit, again and again. A permit taken or seen is a mistake. */
static pawl_status try_until_stopped(struct caller *newcomer)
{
    pawl_semaphore *semaphore = newcomer->object;
    while (!caller_must_stop(newcomer)) {
        newcomer->mistakes += pawl_semaphore_try_acquire(semaphore) ? 1 : 0;
        newcomer->mistakes += pawl_semaphore_acquire_until(semaphore, 0) == PAWL_OK ? 1 : 0;
        newcomer->mistakes += pawl_semaphore_value(semaphore) != 0 ? 1 : 0;
        caller_begins(newcomer);
    }
    return PAWL_OK;
}

static void semaphore_new_arrival_takes_nothing_however_often_it_tries(void **state)
{
    enum { WAITERS = 9 };
    (void)state;
    for (int round = 0; round < 10; round++) {
        pawl_semaphore semaphore = with_free(round % BOTH, 0, WAITERS);
        struct caller takers[WAITERS] = {0};
        struct caller newcomer = {.call = try_until_stopped, .object = &semaphore};
        callers_queue(takers, WAITERS, call_semaphore, &semaphore);
        caller_start(&newcomer, AT_ITS_OWN_TIME);
        caller_await_begin(&newcomer);
        for (size_t left = WAITERS; left > 0;) {
            size_t n = left >= 6 ? 2 : 1;
            assert_int_equal(pawl_semaphore_release_n(&semaphore, (int64_t)n), PAWL_OK);
            left -= n;
        }
        caller_stop(&newcomer);
        callers_join(&newcomer, 1, PAWL_OK);
        callers_join(takers, WAITERS, PAWL_OK);
    }
}

static void past_deadline_or_no_duration_is_a_try(void **state)
{
    const pawl_ns durations[] = {0, -1, INT64_MIN};
    (void)state;
    for (int kind = 0; kind < BOTH; kind++) {
        pawl_semaphore semaphore = with_free(kind, 1, 1);
        for (size_t i = 0; i < 3; i++) {
            assert_int_equal(pawl_semaphore_acquire_for(&semaphore, durations[i]), PAWL_OK);
            assert_int_equal(pawl_semaphore_acquire_for(&semaphore, durations[i]), PAWL_TIMEOUT);
            assert_int_equal(pawl_semaphore_release(&semaphore), PAWL_OK);
            assert_int_equal(pawl_semaphore_acquire_until(&semaphore, durations[i]), PAWL_OK);
            assert_int_equal(pawl_semaphore_acquire_until(&semaphore, durations[i]), PAWL_TIMEOUT);
            assert_int_equal(pawl_semaphore_acquire_until(&semaphore, pawl_now()), PAWL_TIMEOUT);
            assert_int_equal(pawl_semaphore_release(&semaphore), PAWL_OK);
            assert_int_equal(pawl_semaphore_acquire_until(&semaphore, pawl_now()), PAWL_OK);
            assert_int_equal(pawl_semaphore_value(&semaphore), 0);
            assert_int_equal(pawl_semaphore_release(&semaphore), PAWL_OK);
        }
        assert_nobody_waits(&semaphore);
    }
}

static void wait_never_ends_early(void **state)
{
    const pawl_ns durations[] = {1, PAWL_US(1), PAWL_US(700), PAWL_MS(1), PAWL_MS(1) + 1,
                                 PAWL_MS(15)};
    (void)state;
    for (int kind = 0; kind < BOTH; kind++) {
        pawl_semaphore semaphore = with_free(kind, 0, 1);
        for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++) {
            pawl_time start = pawl_now();
            assert_int_equal(pawl_semaphore_acquire_for(&semaphore, durations[i]), PAWL_TIMEOUT);
            assert_true(pawl_now() - start >= durations[i]);
            pawl_time deadline = pawl_after_ns(durations[i]);
            assert_int_equal(pawl_semaphore_acquire_until(&semaphore, deadline), PAWL_TIMEOUT);
            assert_true(pawl_now() >= deadline);
        }
    }
}

static void longest_durations_are_waits_without_end(void **state)
{
    const pawl_ns durations[] = {PAWL_FOREVER, PAWL_FOREVER - 1, PAWL_S(86400) * 400};
    (void)state;
    for (size_t i = 0; i < 6; i++) {
        pawl_semaphore semaphore = PAWL_SEMAPHORE_INIT(0);
        struct caller other = {.form = i < 3 ? FOR : UNTIL};
        caller_start_on(&other, call_semaphore, &semaphore,
                    i < 3 ? durations[i] : pawl_after_ns(durations[i - 3]), 1);
        assert_int_equal(pawl_semaphore_release(&semaphore), PAWL_OK);
        assert_int_equal(caller_join(&other), PAWL_OK);
    }
}

static void timed_out_waiter_leaves_no_trace(void **state)
{
    (void)state;
    for (int kind = 0; kind < BOTH; kind++) {
        pawl_semaphore semaphore = with_free(kind, 0, 1);
        assert_int_equal(pawl_semaphore_acquire_for(&semaphore, PAWL_MS(1)), PAWL_TIMEOUT);
        assert_int_equal(pawl_semaphore_acquire_until(&semaphore, pawl_after_ms(1)), PAWL_TIMEOUT);
        assert_nobody_waits(&semaphore);
        assert_int_equal(pawl_semaphore_value(&semaphore), 0);
        assert_int_equal(pawl_semaphore_release(&semaphore), PAWL_OK);
        assert_int_equal(pawl_semaphore_value(&semaphore), 1);
        assert_true(pawl_semaphore_try_acquire(&semaphore));
    }
}

static void next_waiter_is_served_after_the_first_timed_out(void **state)
{
    (void)state;
    for (int kind = 0; kind < BOTH; kind++) {
        pawl_semaphore semaphore = with_free(kind, 0, 2);
        struct caller first = {0};
        struct caller second = {0};
        caller_start_on(&first, call_semaphore, &semaphore, pawl_after_ms(20), AT_ITS_OWN_TIME);
        caller_start_on(&second, call_semaphore, &semaphore, PAWL_NEVER, AT_ITS_OWN_TIME);
        assert_int_equal(caller_join(&first), PAWL_TIMEOUT);
        wait_for_waiters(&semaphore, 1);
        assert_int_equal(pawl_semaphore_release(&semaphore), PAWL_OK);
        assert_int_equal(pawl__lot_count(&semaphore), 0);
        assert_int_equal(caller_join(&second), PAWL_OK);
        assert_int_equal(pawl_semaphore_value(&semaphore), 0);
        assert_nobody_waits(&semaphore);
    }
}

/* The release happens at about the deadline of the thread that usually is first in the queue. */
static void semaphore_time_out_that_meets_a_release_swallows_no_permit(void **state)
{
    uint64_t seed = 20261120;
    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int round = 0; round < 150; round++) {
        pawl_semaphore semaphore = with_free(round % BOTH, 0, 2);
        struct caller first = {.form = FOR};
        struct caller second = {0};
        caller_start_on(&first, call_semaphore, &semaphore,
                        (pawl_ns)(next_random(&seed) % 400000), AT_ITS_OWN_TIME);
        caller_start_on(&second, call_semaphore, &semaphore, PAWL_NEVER, AT_ITS_OWN_TIME);
        let_time_pass((pawl_ns)(next_random(&seed) % 300000));
        assert_int_equal(pawl_semaphore_release(&semaphore), PAWL_OK);
        caller_join(&first);
        if (first.status == PAWL_OK) {
            assert_int_equal(pawl_semaphore_release(&semaphore), PAWL_OK);
        } else {
            assert_int_equal(first.status, PAWL_TIMEOUT);
            assert_int_equal(pawl__lot_count(&semaphore), 0); /* it is, or will be, the second's */
        }
        caller_join(&second);
        assert_int_equal(pawl_semaphore_value(&semaphore), 0);
        assert_nobody_waits(&semaphore);
    }
}

static void timed_waiter_gets_a_permit_released_in_time(void **state)
{
    (void)state;
    for (int kind = 0; kind < BOTH; kind++) {
        for (int form = UNTIL; form <= FOR; form++) {
            pawl_semaphore semaphore = with_free(kind, 0, 1);
            struct caller other = {.form = (enum form)form};
            caller_start_on(&other, call_semaphore, &semaphore,
                        form == UNTIL ? pawl_after_s(3600) : PAWL_S(3600), 1);
            assert_int_equal(pawl_semaphore_release(&semaphore), PAWL_OK);
            assert_int_equal(caller_join(&other), PAWL_OK);
            assert_int_equal(pawl_semaphore_value(&semaphore), 0);
        }
    }
}

/* Data that is written without care: an acquire must make it visible. */
struct writing {
    pawl_semaphore written, read;
    uint64_t data; /* plain */
    int rounds;
    int64_t n;
};

static pawl_status write_and_release(struct caller *caller)
{
    struct writing *writer = caller->object;
    for (int i = 0; i < writer->rounds; i++) {
        writer->data++;
        if (writer->n == 1) {
            pawl_semaphore_release(&writer->written);
        } else {
            pawl_semaphore_release_n(&writer->written, writer->n);
        }
        for (int64_t left = writer->n; left > 0; left--) {
            pawl_semaphore_acquire(&writer->read);
        }
    }
    return PAWL_OK;
}

static void what_was_written_before_a_release_is_seen_after_the_acquire(void **state)
{
    (void)state;
    for (int64_t n = 1; n <= 2; n++) {
        struct writing writer = {.rounds = 500, .n = n};
        struct caller other = {.call = write_and_release, .object = &writer};
        caller_start(&other, AT_ITS_OWN_TIME);
        for (int i = 0; i < writer.rounds; i++) {
            for (int64_t left = n; left > 0; left--) {
                if (i % 3 == 0) {
                    pawl_semaphore_acquire(&writer.written);
                } else if (i % 3 == 1) {
                    assert_int_equal(pawl_semaphore_acquire_for(&writer.written, PAWL_S(3600)),
                                     PAWL_OK);
                } else {
                    while (!pawl_semaphore_try_acquire(&writer.written)) {
                        crew_yield();
                    }
                }
                assert_int_equal(writer.data, i + 1);
            }
            pawl_semaphore_release_n(&writer.read, n);
        }
        caller_join(&other);
    }
}

static const int64_t BELOW_THE_MIDDLE = 0x7FFFFFFF; /* state_ is twice the value */

/* Move the value to and fro across the middle of its 64 bits. */
static pawl_status cross_the_middle(struct caller *caller)
{
    while (!caller_must_stop(caller)) {
        pawl_semaphore_release(caller->object);
        pawl_semaphore_acquire(caller->object);
    }
    return PAWL_OK;
}

/* Also on a 32-bit processor, as near to the end of a cache line as possible. */
static void semaphore_value_is_never_seen_in_halves(void **state)
{
    enum { LINE = 64, ALIGNMENT = _Alignof(pawl_semaphore) };
    _Alignas(LINE) unsigned char memory[2 * LINE];
    pawl_semaphore *semaphore = (pawl_semaphore *)(void *)&memory[LINE - ALIGNMENT];
    struct caller crosser = {.call = cross_the_middle, .object = semaphore};
    bool whole = true;
    (void)state;
    assert_int_equal(pawl_semaphore_init(semaphore, BELOW_THE_MIDDLE), PAWL_OK);
    caller_start(&crosser, AT_ITS_OWN_TIME);
    for (int i = 0; i < 200000; i++) {
        int64_t value = pawl_semaphore_value(semaphore);
        whole &= value == BELOW_THE_MIDDLE || value == BELOW_THE_MIDDLE + 1;
    }
    caller_stop(&crosser);
    caller_join(&crosser);
    assert_true(whole);
    assert_true(pawl_semaphore_value(semaphore) == BELOW_THE_MIDDLE);
}

static void new_semaphore_has_its_value_and_bound(void **state)
{
    pawl_semaphore *plain = pawl_semaphore_new(2);
    pawl_semaphore *bounded = pawl_semaphore_new_bounded(2);
    (void)state;
    assert_non_null(plain);
    assert_non_null(bounded);
    assert_int_equal(pawl_semaphore_value(plain), 2);
    assert_int_equal(pawl_semaphore_value(bounded), 2);
    assert_int_equal(pawl_semaphore_release(plain), PAWL_OK);
    assert_int_equal(pawl_semaphore_release(bounded), PAWL_OVERFLOW);
    pawl_semaphore_free(plain);
    pawl_semaphore_free(bounded);
}

static void new_semaphore_of_an_invalid_value_is_null(void **state)
{
    (void)state;
    assert_null(pawl_semaphore_new(-1));
    assert_null(pawl_semaphore_new(INT64_MIN));
    assert_null(pawl_semaphore_new(PAWL_SEMAPHORE_MAX + 1));
    assert_null(pawl_semaphore_new_bounded(-1));
    assert_null(pawl_semaphore_new_bounded(INT64_MAX));
    pawl_semaphore_free(NULL);
}

static void semaphore_may_be_freed_while_permits_are_out(void **state)
{
    pawl_semaphore *semaphore = pawl_semaphore_new_bounded(1);
    (void)state;
    assert_non_null(semaphore);
    pawl_semaphore_acquire(semaphore);
    assert_int_equal(pawl_semaphore_acquire_for(semaphore, PAWL_MS(1)), PAWL_TIMEOUT);
    pawl_semaphore_free(semaphore);
}

static void describe_tells_value_bound_and_waiters(void **state)
{
    pawl_semaphore semaphore = PAWL_BOUNDED_SEMAPHORE_INIT(2);
    struct caller takers[2] = {0};
    char text[120];
    (void)state;
    pawl_semaphore_describe(&semaphore, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_semaphore value=2 bound=2 waiters=0 at 0x"));
    pawl_semaphore_acquire(&semaphore);
    pawl_semaphore_acquire(&semaphore);
    callers_queue(takers, 2, call_semaphore, &semaphore);
    pawl_semaphore_describe(&semaphore, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_semaphore value=0 bound=2 waiters=2 at 0x"));
    assert_int_equal(pawl_semaphore_release_n(&semaphore, 2), PAWL_OK);
    callers_join(takers, 2, PAWL_OK);
    assert_int_equal(pawl_semaphore_init(&semaphore, PAWL_SEMAPHORE_MAX), PAWL_OK);
    pawl_semaphore_describe(&semaphore, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_semaphore value=4611686018427387903 waiters=0 at 0x"));
    assert_int_equal(pawl_semaphore_init_bounded(&semaphore, 0), PAWL_OK);
    pawl_semaphore_describe(&semaphore, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_semaphore value=0 bound=0 waiters=0 at 0x"));
}

/* Whether the exported functions do what the inline ones do: through pointers, which also shows
 * that each is a symbol of the library. */
static void functions_are_also_symbols(void **state)
{
    void (*volatile acquire)(pawl_semaphore *) = pawl_semaphore_acquire;
    bool (*volatile try_acquire)(pawl_semaphore *) = pawl_semaphore_try_acquire;
    pawl_status (*volatile acquire_for)(pawl_semaphore *, pawl_ns) = pawl_semaphore_acquire_for;
    pawl_status (*volatile acquire_until)(pawl_semaphore *, pawl_time) =
        pawl_semaphore_acquire_until;
    pawl_status (*volatile release)(pawl_semaphore *) = pawl_semaphore_release;
    pawl_semaphore semaphore = PAWL_BOUNDED_SEMAPHORE_INIT(4);
    (void)state;
    acquire(&semaphore);
    assert_true(try_acquire(&semaphore));
    assert_int_equal(acquire_for(&semaphore, 0), PAWL_OK);
    assert_int_equal(acquire_until(&semaphore, 0), PAWL_OK);
    assert_int_equal(pawl_semaphore_value(&semaphore), 0);
    assert_false(try_acquire(&semaphore));
    assert_int_equal(acquire_for(&semaphore, 0), PAWL_TIMEOUT);
    assert_int_equal(acquire_until(&semaphore, 0), PAWL_TIMEOUT);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(release(&semaphore), PAWL_OK);
    }
    assert_int_equal(release(&semaphore), PAWL_OVERFLOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(semaphore_is_at_most_sixteen_bytes),
        cmocka_unit_test(semaphore_is_aligned_to_eight_bytes),
        cmocka_unit_test(semaphore_of_zero_bytes_is_ready),
        cmocka_unit_test(semaphore_initialisers_set_value_and_bound),
        cmocka_unit_test(semaphore_initial_value_may_be_zero_or_the_largest),
        cmocka_unit_test(semaphore_initial_value_below_zero_or_above_the_largest_is_refused),
        cmocka_unit_test(bounded_semaphore_may_start_below_its_bound),
        cmocka_unit_test(bounded_semaphore_below_its_bound_keeps_the_bound_with_waiters),
        cmocka_unit_test(semaphore_bound_out_of_range_is_refused),
        cmocka_unit_test(acquire_n_takes_all_or_nothing),
        cmocka_unit_test(acquire_n_of_what_can_never_be_had_is_refused),
        cmocka_unit_test(large_request_that_is_first_holds_back_smaller_ones),
        cmocka_unit_test(large_request_that_times_out_gives_what_was_kept_to_the_next),
        cmocka_unit_test(task_acquires_several_permits_in_its_turn),
        cmocka_unit_test(semaphore_acquire_takes_one_permit),
        cmocka_unit_test(semaphore_acquire_waits_while_there_is_none),
        cmocka_unit_test(semaphore_may_be_released_by_any_thread),
        cmocka_unit_test(semaphore_release_n_adds_n_to_the_value_when_nobody_waits),
        cmocka_unit_test(semaphore_release_n_lets_the_n_oldest_through_when_more_wait),
        cmocka_unit_test(semaphore_release_n_leaves_to_the_value_what_fewer_waiters_do_not_need),
        cmocka_unit_test(semaphore_release_n_of_less_than_one_is_refused),
        cmocka_unit_test(semaphore_release_above_the_bound_is_refused),
        cmocka_unit_test(semaphore_release_above_the_bound_is_refused_with_waiters),
        cmocka_unit_test(semaphore_bounded_by_zero_refuses_every_release),
        cmocka_unit_test(semaphore_release_above_the_largest_value_is_refused),
        cmocka_unit_test(semaphore_release_above_the_largest_value_is_refused_with_waiters),
        cmocka_unit_test(exactly_as_many_acquires_succeed_as_there_were_permits),
        cmocka_unit_test(semaphore_serves_in_order_of_arrival),
        cmocka_unit_test(semaphore_hands_one_permit_along_the_queue_in_order),
        cmocka_unit_test(semaphore_permit_released_with_waiters_is_seen_by_no_new_arrival),
        cmocka_unit_test(semaphore_new_arrival_takes_nothing_however_often_it_tries),
        cmocka_unit_test(past_deadline_or_no_duration_is_a_try),
        cmocka_unit_test(wait_never_ends_early),
        cmocka_unit_test(longest_durations_are_waits_without_end),
        cmocka_unit_test(timed_out_waiter_leaves_no_trace),
        cmocka_unit_test(next_waiter_is_served_after_the_first_timed_out),
        cmocka_unit_test(semaphore_time_out_that_meets_a_release_swallows_no_permit),
        cmocka_unit_test(timed_waiter_gets_a_permit_released_in_time),
        cmocka_unit_test(what_was_written_before_a_release_is_seen_after_the_acquire),
        cmocka_unit_test(semaphore_value_is_never_seen_in_halves),
        cmocka_unit_test(new_semaphore_has_its_value_and_bound),
        cmocka_unit_test(new_semaphore_of_an_invalid_value_is_null),
        cmocka_unit_test(semaphore_may_be_freed_while_permits_are_out),
        cmocka_unit_test(describe_tells_value_bound_and_waiters),
        cmocka_unit_test(functions_are_also_symbols),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
