/* SPDX-License-Identifier: MIT
 *
 * docs/semantics.md, "All" and "Lock", for pawl_lock.
 */
#include "caller.h"

#include <errno.h>
#include <string.h>

enum { BOTH = 2 };

/* Every test runs on a default and on a fair lock where the sentence holds for both. */
static pawl_lock fresh(int kind)
{
    pawl_lock lock;
    if (kind == 0) {
        pawl_lock_init(&lock);
    } else {
        pawl_lock_init_fair(&lock);
    }
    return lock;
}

static void lock_is_one_byte(void **state)
{
    (void)state;
    assert_int_equal(sizeof(pawl_lock), 1);
}

static void lock_of_zero_bytes_is_ready(void **state)
{
    pawl_lock lock;
    (void)state;
    memset(&lock, 0, sizeof lock);
    assert_false(pawl_lock_locked(&lock));
    pawl_lock_acquire(&lock);
    assert_true(pawl_lock_locked(&lock));
    assert_int_equal(pawl_lock_release(&lock), PAWL_OK);
}

static void lock_initialisers_make_it_unlocked(void **state)
{
    pawl_lock plain = PAWL_LOCK_INIT;
    pawl_lock fair = PAWL_FAIR_LOCK_INIT;
    (void)state;
    assert_true(pawl_lock_try_acquire(&plain));
    assert_true(pawl_lock_try_acquire(&fair));
    pawl_lock_init(&plain);
    pawl_lock_init_fair(&fair);
    assert_false(pawl_lock_locked(&plain));
    assert_false(pawl_lock_locked(&fair));
}

static void lock_has_two_states(void **state)
{
    (void)state;
    for (int kind = 0; kind < BOTH; kind++) {
        pawl_lock lock = fresh(kind);
        assert_false(pawl_lock_locked(&lock));
        pawl_lock_acquire(&lock);
        assert_true(pawl_lock_locked(&lock));
        assert_false(pawl_lock_try_acquire(&lock));
        assert_int_equal(pawl_lock_release(&lock), PAWL_OK);
        assert_false(pawl_lock_locked(&lock));
        assert_true(pawl_lock_try_acquire(&lock));
        assert_int_equal(pawl_lock_release(&lock), PAWL_OK);
    }
}

static void lock_acquire_waits_until_a_release(void **state)
{
    (void)state;
    for (int kind = 0; kind < BOTH; kind++) {
        pawl_lock lock = fresh(kind);
        struct caller other = {0};
        pawl_lock_acquire(&lock);
        caller_start_on(&other, call_lock, &lock, PAWL_NEVER, 1);
        assert_false(caller_is_back(&other));
        assert_int_equal(pawl_lock_release(&lock), PAWL_OK);
        assert_int_equal(caller_join(&other), PAWL_OK);
        assert_true(pawl_lock_locked(&lock));
    }
}

static void lock_may_be_released_by_any_thread(void **state)
{
    (void)state;
    for (int kind = 0; kind < BOTH; kind++) {
        pawl_lock lock = fresh(kind);
        struct caller other = {0};
        pawl_lock_acquire(&lock);
        caller_start_on(&other, call_lock, &lock, PAWL_NEVER, 1);
        pawl_lock_release(&lock);
        caller_join(&other); /* it holds the lock and has ended */
        assert_int_equal(pawl_lock_release(&lock), PAWL_OK);
        assert_false(pawl_lock_locked(&lock));
    }
}

static void lock_second_acquire_by_the_holder_waits_like_any_other(void **state)
{
    (void)state;
    for (int kind = 0; kind < BOTH; kind++) {
        pawl_lock lock = fresh(kind);
        pawl_lock_acquire(&lock);
        assert_false(pawl_lock_try_acquire(&lock));
        assert_int_equal(pawl_lock_acquire_for(&lock, PAWL_MS(2)), PAWL_TIMEOUT);
        assert_int_equal(pawl_lock_release(&lock), PAWL_OK);
    }
}

static void lock_release_of_an_unlocked_one_is_refused(void **state)
{
    (void)state;
    for (int kind = 0; kind < BOTH; kind++) {
        pawl_lock lock = fresh(kind);
        assert_int_equal(pawl_lock_release(&lock), PAWL_NOT_HELD);
        assert_false(pawl_lock_locked(&lock));
        pawl_lock_acquire(&lock);
        assert_int_equal(pawl_lock_release(&lock), PAWL_OK);
        assert_int_equal(pawl_lock_release(&lock), PAWL_NOT_HELD);
        assert_true(pawl_lock_try_acquire(&lock));
    }
}

static void lock_release_lets_exactly_one_waiter_through(void **state)
{
    enum { WAITERS = 5 };
    (void)state;
    for (int kind = 0; kind < BOTH; kind++) {
        pawl_lock lock = fresh(kind);
        struct caller others[WAITERS] = {0};
        pawl_lock_acquire(&lock);
        for (size_t i = 0; i < WAITERS; i++) {
            caller_start_on(&others[i], call_lock, &lock, PAWL_NEVER, i + 1);
        }
        for (size_t left = WAITERS; left > 0; left--) {
            assert_int_equal(pawl_lock_release(&lock), PAWL_OK);
            while (callers_back(others, WAITERS) < WAITERS - left + 1) {
                crew_yield();
            }
            assert_int_equal(callers_back(others, WAITERS), WAITERS - left + 1);
            assert_int_equal(pawl__lot_count(&lock), left - 1);
            assert_true(pawl_lock_locked(&lock));
        }
        for (size_t i = 0; i < WAITERS; i++) {
            caller_join(&others[i]);
        }
        assert_int_equal(pawl_lock_release(&lock), PAWL_OK);
    }
}

static void lock_is_kept_for_one_that_has_waited_some_milliseconds(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    struct caller other = {0};
    (void)state;
    pawl_lock_acquire(&lock);
    caller_start_on(&other, call_lock, &lock, PAWL_NEVER, 1);
    let_time_pass(PATIENCE);
    pawl_time before = pawl_now();
    assert_int_equal(pawl_lock_release(&lock), PAWL_OK);
    if (pawl_lock_try_acquire(&lock)) { /* not before the reservation is over */
        assert_true(pawl_now() - before >= PAWL_MS(1));
        assert_int_equal(pawl_lock_release(&lock), PAWL_OK);
    }
    assert_int_equal(caller_join(&other), PAWL_OK);
    assert_int_equal(pawl_lock_release(&lock), PAWL_OK);
}

static void lock_starves_nobody(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    struct caller other = {.then = release_lock_after};
    (void)state;
    pawl_lock_acquire(&lock);
    caller_start_on(&other, call_lock, &lock, PAWL_NEVER, 1);
    while (!caller_is_back(&other)) { /* a greedy thread, never waiting */
        pawl_lock_release(&lock);
        pawl_lock_acquire(&lock);
    }
    caller_join(&other);
    assert_int_equal(pawl_lock_release(&lock), PAWL_OK);
}

static void fair_lock_serves_in_order_of_arrival(void **state)
{
    enum { WAITERS = 8 };
    pawl_lock lock = PAWL_FAIR_LOCK_INIT;
    struct caller others[WAITERS] = {0};
    uint32_t turn = 0;
    (void)state;
    pawl_lock_acquire(&lock);
    for (size_t i = 0; i < WAITERS; i++) {
        others[i].turn = &turn;
        others[i].then = release_lock_after;
        caller_start_on(&others[i], call_lock, &lock, PAWL_NEVER, i + 1);
    }
    assert_int_equal(pawl_lock_release(&lock), PAWL_OK);
    for (size_t i = 0; i < WAITERS; i++) {
        caller_join(&others[i]);
        assert_int_equal(others[i].order, i);
    }
    assert_false(pawl_lock_locked(&lock));
}

static void fair_lock_lets_no_newcomer_overtake_a_waiter(void **state)
{
    (void)state;
    for (int round = 0; round < 200; round++) {
        pawl_lock lock = PAWL_FAIR_LOCK_INIT;
        struct caller other = {0};
        pawl_lock_acquire(&lock);
        caller_start_on(&other, call_lock, &lock, PAWL_NEVER, 1);
        assert_int_equal(pawl_lock_release(&lock), PAWL_OK);
        assert_false(pawl_lock_try_acquire(&lock));
        assert_int_equal(pawl_lock_acquire_for(&lock, 0), PAWL_TIMEOUT);
        caller_join(&other);
    }
}

static void fair_lock_stays_fair_when_reinitialised_after_fork(void **state)
{
    pawl_lock lock = PAWL_FAIR_LOCK_INIT;
    char text[80];
    (void)state;
    pawl_lock_acquire(&lock);
    pawl_lock_reinit_after_fork(&lock);
    pawl_lock_describe(&lock, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_lock fair unlocked"));
}

static void past_deadline_or_no_duration_is_a_try(void **state)
{
    const pawl_ns durations[] = {0, -1, INT64_MIN};
    (void)state;
    for (int kind = 0; kind < BOTH; kind++) {
        pawl_lock lock = fresh(kind);
        for (size_t i = 0; i < 3; i++) {
            assert_int_equal(pawl_lock_acquire_for(&lock, durations[i]), PAWL_OK);
            assert_int_equal(pawl_lock_acquire_for(&lock, durations[i]), PAWL_TIMEOUT);
            assert_int_equal(pawl_lock_release(&lock), PAWL_OK);
            assert_int_equal(pawl_lock_acquire_until(&lock, durations[i]), PAWL_OK);
            assert_int_equal(pawl_lock_acquire_until(&lock, durations[i]), PAWL_TIMEOUT);
            assert_int_equal(pawl_lock_release(&lock), PAWL_OK);
            pawl_lock_acquire(&lock);
            assert_int_equal(pawl_lock_acquire_until(&lock, pawl_now()), PAWL_TIMEOUT);
            assert_int_equal(pawl_lock_release(&lock), PAWL_OK);
        }
        assert_int_equal(pawl__lot_count(&lock), 0);
    }
}

static void wait_never_ends_early(void **state)
{
    const pawl_ns durations[] = {1, PAWL_US(1), PAWL_US(700), PAWL_MS(1), PAWL_MS(1) + 1,
                                 PAWL_MS(15)};
    (void)state;
    for (int kind = 0; kind < BOTH; kind++) {
        pawl_lock lock = fresh(kind);
        pawl_lock_acquire(&lock);
        for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++) {
            pawl_time start = pawl_now();
            assert_int_equal(pawl_lock_acquire_for(&lock, durations[i]), PAWL_TIMEOUT);
            assert_true(pawl_now() - start >= durations[i]);
            pawl_time deadline = pawl_after_ns(durations[i]);
            assert_int_equal(pawl_lock_acquire_until(&lock, deadline), PAWL_TIMEOUT);
            assert_true(pawl_now() >= deadline);
        }
    }
}

static void longest_durations_are_waits_without_end(void **state)
{
    const pawl_ns durations[] = {PAWL_FOREVER, PAWL_FOREVER - 1, PAWL_S(86400) * 400};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        pawl_lock lock = PAWL_LOCK_INIT;
        struct caller other = {0};
        pawl_lock_acquire(&lock);
        caller_start_on(&other, call_lock, &lock, pawl_after_ns(durations[i]), 1);
        pawl_lock_release(&lock);
        assert_int_equal(caller_join(&other), PAWL_OK);
    }
}

static void timed_out_waiter_leaves_no_trace(void **state)
{
    (void)state;
    for (int kind = 0; kind < BOTH; kind++) {
        pawl_lock lock = fresh(kind);
        pawl_lock_acquire(&lock);
        assert_int_equal(pawl_lock_acquire_for(&lock, PAWL_MS(1)), PAWL_TIMEOUT);
        assert_int_equal(pawl__lot_count(&lock), 0);
        assert_int_equal(lock.state_ & PAWL__LOCK_PARKED, 0);
        assert_int_equal(pawl_lock_release(&lock), PAWL_OK);
        assert_true(pawl_lock_try_acquire(&lock));
    }
}

static void next_waiter_is_served_after_one_timed_out(void **state)
{
    (void)state;
    for (int kind = 0; kind < BOTH; kind++) {
        pawl_lock lock = fresh(kind);
        struct caller first = {0};
        struct caller second = {0};
        pawl_lock_acquire(&lock);
        caller_start_on(&first, call_lock, &lock, pawl_after_ms(20), AT_ITS_OWN_TIME);
        caller_start_on(&second, call_lock, &lock, PAWL_NEVER, AT_ITS_OWN_TIME);
        assert_int_equal(caller_join(&first), PAWL_TIMEOUT);
        wait_for_waiters(&lock, 1);
        pawl_lock_release(&lock);
        assert_int_equal(caller_join(&second), PAWL_OK);
    }
}

static void timed_waiter_gets_a_lock_released_in_time(void **state)
{
    (void)state;
    for (int kind = 0; kind < BOTH; kind++) {
        pawl_lock lock = fresh(kind);
        struct caller other = {0};
        pawl_lock_acquire(&lock);
        caller_start_on(&other, call_lock, &lock, pawl_after_s(3600), 1);
        pawl_lock_release(&lock);
        assert_int_equal(caller_join(&other), PAWL_OK);
        assert_int_equal(pawl_lock_release(&lock), PAWL_OK);
    }
}

static void lock_may_be_freed_while_held(void **state)
{
    (void)state;
    for (int kind = 0; kind < BOTH; kind++) {
        pawl_lock *lock = kind == 0 ? pawl_lock_new() : pawl_lock_new_fair();
        assert_non_null(lock);
        assert_false(pawl_lock_locked(lock));
        pawl_lock_acquire(lock);
        pawl_lock_free(lock);
    }
    pawl_lock_free(NULL);
}

static void describe_tells_state_and_waiters(void **state)
{
    pawl_lock lock = PAWL_FAIR_LOCK_INIT;
    struct caller others[2] = {{.then = release_lock_after}, {.then = release_lock_after}};
    char text[80];
    (void)state;
    pawl_lock_acquire(&lock);
    caller_start_on(&others[0], call_lock, &lock, PAWL_NEVER, 1);
    caller_start_on(&others[1], call_lock, &lock, PAWL_NEVER, 2);
    pawl_lock_describe(&lock, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_lock fair locked waiters=2 at 0x"));
    pawl_lock_release(&lock);
    caller_join(&others[0]);
    caller_join(&others[1]);
}

/* Whether the exported functions do what the inline ones do: through pointers, which also shows
 * that each is a symbol of the library. */
static void functions_are_symbols_too(void **state)
{
    void (*volatile acquire)(pawl_lock *) = pawl_lock_acquire;
    bool (*volatile try_acquire)(pawl_lock *) = pawl_lock_try_acquire;
    pawl_status (*volatile acquire_for)(pawl_lock *, pawl_ns) = pawl_lock_acquire_for;
    pawl_status (*volatile acquire_until)(pawl_lock *, pawl_time) = pawl_lock_acquire_until;
    pawl_status (*volatile release)(pawl_lock *) = pawl_lock_release;
    bool (*volatile locked)(const pawl_lock *) = pawl_lock_locked;
    pawl_lock lock = PAWL_LOCK_INIT;
    (void)state;
    acquire(&lock);
    assert_true(locked(&lock));
    assert_false(try_acquire(&lock));
    assert_int_equal(acquire_for(&lock, 0), PAWL_TIMEOUT);
    assert_int_equal(acquire_until(&lock, 0), PAWL_TIMEOUT);
    assert_int_equal(release(&lock), PAWL_OK);
}

static void a_wait_leaves_errno_as_it_was(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    (void)state;
    pawl_lock_acquire(&lock);
    errno = EDOM;
    assert_int_equal(pawl_lock_acquire_for(&lock, PAWL_MS(2)), PAWL_TIMEOUT);
    assert_int_equal(errno, EDOM);
    assert_int_equal(pawl_lock_release(&lock), PAWL_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wait_leaves_errno_as_it_was),
        cmocka_unit_test(lock_is_one_byte),
        cmocka_unit_test(lock_of_zero_bytes_is_ready),
        cmocka_unit_test(lock_initialisers_make_it_unlocked),
        cmocka_unit_test(lock_has_two_states),
        cmocka_unit_test(lock_acquire_waits_until_a_release),
        cmocka_unit_test(lock_may_be_released_by_any_thread),
        cmocka_unit_test(lock_second_acquire_by_the_holder_waits_like_any_other),
        cmocka_unit_test(lock_release_of_an_unlocked_one_is_refused),
        cmocka_unit_test(lock_release_lets_exactly_one_waiter_through),
        cmocka_unit_test(lock_is_kept_for_one_that_has_waited_some_milliseconds),
        cmocka_unit_test(lock_starves_nobody),
        cmocka_unit_test(fair_lock_serves_in_order_of_arrival),
        cmocka_unit_test(fair_lock_lets_no_newcomer_overtake_a_waiter),
        cmocka_unit_test(fair_lock_stays_fair_when_reinitialised_after_fork),
        cmocka_unit_test(past_deadline_or_no_duration_is_a_try),
        cmocka_unit_test(wait_never_ends_early),
        cmocka_unit_test(longest_durations_are_waits_without_end),
        cmocka_unit_test(timed_out_waiter_leaves_no_trace),
        cmocka_unit_test(next_waiter_is_served_after_one_timed_out),
        cmocka_unit_test(timed_waiter_gets_a_lock_released_in_time),
        cmocka_unit_test(lock_may_be_freed_while_held),
        cmocka_unit_test(describe_tells_state_and_waiters),
        cmocka_unit_test(functions_are_symbols_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
