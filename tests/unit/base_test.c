/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <stdio.h>
#include <string.h>

static void status_names_are_the_constants_names(void **state)
{
    (void)state;
    assert_string_equal(pawl_status_name(PAWL_OK), "PAWL_OK");
    assert_string_equal(pawl_status_name(PAWL_TIMEOUT), "PAWL_TIMEOUT");
    assert_string_equal(pawl_status_name(PAWL_CANCELLED), "PAWL_CANCELLED");
    assert_string_equal(pawl_status_name(PAWL_PENDING), "PAWL_PENDING");
    assert_string_equal(pawl_status_name(PAWL_NOT_HELD), "PAWL_NOT_HELD");
    assert_string_equal(pawl_status_name(PAWL_OVERFLOW), "PAWL_OVERFLOW");
    assert_string_equal(pawl_status_name(PAWL_BROKEN), "PAWL_BROKEN");
    assert_string_equal(pawl_status_name(PAWL_INVALID), "PAWL_INVALID");
    assert_string_equal(pawl_status_name(PAWL_NO_MEMORY), "PAWL_NO_MEMORY");
}

static void status_name_of_no_status_is_not_null(void **state)
{
    (void)state;
    assert_string_equal(pawl_status_name(PAWL_SYSTEM), "PAWL_SYSTEM");
    assert_string_equal(pawl_status_name(PAWL_UNSUPPORTED), "PAWL_UNSUPPORTED");
    assert_string_equal(pawl_status_name((pawl_status)(PAWL_UNSUPPORTED + 1)), "PAWL_UNKNOWN");
    assert_string_equal(pawl_status_name((pawl_status)99), "PAWL_UNKNOWN");
    assert_string_equal(pawl_status_name((pawl_status)-1), "PAWL_UNKNOWN");
}

static void ok_is_zero(void **state)
{
    (void)state;
    assert_int_equal(PAWL_OK, 0);
}

static void library_and_header_have_one_version(void **state)
{
    char expected[32];
    (void)state;
    snprintf(expected, sizeof expected, "%d.%d.%d", PAWL_VERSION_MAJOR, PAWL_VERSION_MINOR,
             PAWL_VERSION_PATCH);
    assert_string_equal(pawl_version(), expected);
    assert_string_equal(pawl_version(), PAWL_PROJECT_VERSION);
}

static void clock_never_goes_back(void **state)
{
    pawl_time before = pawl_now();
    (void)state;
    assert_true(before > 0);
    for (int i = 0; i < 10000; i++) {
        pawl_time now = pawl_now();
        assert_true(now >= before);
        before = now;
    }
}

static void clock_moves(void **state)
{
    pawl_time start = pawl_now();
    (void)state;
    while (pawl_now() == start) {
    }
}

static void deadline_is_now_plus_the_duration(void **state)
{
    pawl_time (*const after[])(int64_t) = {pawl_after_ns, pawl_after_us, pawl_after_ms,
                                           pawl_after_s};
    const pawl_ns unit[] = {1, PAWL_US(1), PAWL_MS(1), PAWL_S(1)};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        pawl_time early = pawl_now();
        pawl_time deadline = after[i](7);
        pawl_time late = pawl_now();
        assert_true(deadline >= early + 7 * unit[i]);
        assert_true(deadline <= late + 7 * unit[i]);
    }
}

static void deadline_saturates_at_never(void **state)
{
    (void)state;
    assert_true(pawl_after_ns(INT64_MAX) == PAWL_NEVER);
    assert_true(pawl_after_us(INT64_MAX) == PAWL_NEVER);
    assert_true(pawl_after_ms(INT64_MAX) == PAWL_NEVER);
    assert_true(pawl_after_s(INT64_MAX) == PAWL_NEVER);
    assert_true(pawl_after_s(INT64_MAX / PAWL_S(1)) == PAWL_NEVER);
}

/* The number of whole seconds that are left, on a clock whose second does not change meanwhile. */
static void longest_duration_that_fits_is_no_never(void **state)
{
    int64_t before, after;
    pawl_time deadline;
    (void)state;
    do {
        before = (PAWL_NEVER - pawl_now()) / PAWL_S(1);
        deadline = pawl_after_s(before);
        after = (PAWL_NEVER - pawl_now()) / PAWL_S(1);
    } while (before != after);
    assert_true(deadline != PAWL_NEVER);
    assert_true(deadline > PAWL_NEVER - PAWL_S(1));
}

static void deadline_of_nothing_or_less_is_past(void **state)
{
    const int64_t little[] = {0, -1, INT64_MIN};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_true(pawl_after_ns(little[i]) <= pawl_now());
        assert_true(pawl_after_us(little[i]) <= pawl_now());
        assert_true(pawl_after_ms(little[i]) <= pawl_now());
        assert_true(pawl_after_s(little[i]) <= pawl_now());
    }
}

static void duration_macros_take_fractions_and_evaluate_once(void **state)
{
    static const pawl_ns constant = PAWL_MS(5);
    int n = 3;
    (void)state;
    assert_true(constant == 5000000);
    assert_true(PAWL_S(0.5) == 500000000);
    assert_true(PAWL_US(n++) == 3000);
    assert_int_equal(n, 4);
    assert_true(PAWL_S(9000000000) == INT64_C(9000000000000000000));
}

static void sleep_is_never_early(void **state)
{
    (void)state;
    pawl_time start = pawl_now();
    pawl_sleep_for(PAWL_MS(3));
    assert_true(pawl_now() - start >= PAWL_MS(3));
    pawl_time deadline = pawl_after_ms(3);
    pawl_sleep_until(deadline);
    assert_true(pawl_now() >= deadline);
}

static void sleep_of_no_time_returns_at_once(void **state)
{
    const pawl_ns little[] = {0, -1, INT64_MIN};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        pawl_sleep_for(little[i]);
        pawl_sleep_until(little[i]);
    }
    pawl_sleep_until(pawl_now());
}

static void sleep_leaves_nothing_behind(void **state)
{
    const void *parker = next_parker();
    (void)state;
    pawl_sleep_for(1);
    assert_ptr_equal(next_parker(), parker);
}

static void set_flag(void *context)
{
    uint8_t *flag = context;
    pawl__store8(flag, 1, PAWL__RELEASE);
}

static void yield_lets_other_threads_run(void **state)
{
    uint8_t flag = 0;
    crew_thread other;
    (void)state;
    crew_start(&other, set_flag, &flag);
    while (pawl__load8(&flag, PAWL__ACQUIRE) == 0) {
        pawl_yield();
    }
    crew_join(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status_names_are_the_constants_names),
        cmocka_unit_test(status_name_of_no_status_is_not_null),
        cmocka_unit_test(ok_is_zero),
        cmocka_unit_test(library_and_header_have_one_version),
        cmocka_unit_test(clock_never_goes_back),
        cmocka_unit_test(clock_moves),
        cmocka_unit_test(deadline_is_now_plus_the_duration),
        cmocka_unit_test(deadline_saturates_at_never),
        cmocka_unit_test(longest_duration_that_fits_is_no_never),
        cmocka_unit_test(deadline_of_nothing_or_less_is_past),
        cmocka_unit_test(duration_macros_take_fractions_and_evaluate_once),
        cmocka_unit_test(sleep_is_never_early),
        cmocka_unit_test(sleep_of_no_time_returns_at_once),
        cmocka_unit_test(sleep_leaves_nothing_behind),
        cmocka_unit_test(yield_lets_other_threads_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
