/* SPDX-License-Identifier: MIT
 *
 * Every kind of wait (waits.h), undisturbed; and over a host that wakes early and spuriously
 * (early.h): a granted wait has what it waited for, and a timed-out wait is not early and leaves no
 * trace.
 */
#include "caller.h"
#include "waits.h"

static void every_wait_is_let_through(void **state)
{
    struct stage stage;
    (void)state;
    stage_init(&stage);
    for (size_t row = 0; row < wait_count; row++) {
        struct caller waiter = {0};
        caller_start_wait(&waiter, &waits[row], &stage,
                          waits[row].timed ? pawl_after_s(3600) : PAWL_NEVER);
        stage_await_waiter(&waits[row], &stage);
        waits[row].open(&stage);
        caller_join(&waiter);
        if (waiter.status != PAWL_OK || !stage_is_idle(&stage)) {
            fail_msg("%s: %s", waits[row].name, pawl_status_name(waiter.status));
        }
    }
}

static void no_wait_times_out_early(void **state)
{
    (void)state;
    for (size_t row = 0; row < wait_count; row++) {
        for (pawl_ns ns = 1; waits[row].timed && ns <= PAWL_MS(3); ns = ns * 11 + 7) {
            struct stage stage;
            struct caller waiter = {0};
            stage_init(&stage);
            caller_start_wait(&waiter, &waits[row], &stage, pawl_after_ns(ns));
            caller_join(&waiter);
            if (waiter.status != PAWL_TIMEOUT || waiter.ended < waiter.time ||
                pawl__lot_count(waits[row].key(&stage)) != 0) {
                fail_msg("%s: %s", waits[row].name, pawl_status_name(waiter.status));
            }
        }
    }
}

/* It fails, and leaves no trace. */
static void wait_whose_deadline_has_passed_is_a_try(void **state)
{
    struct stage stage;
    (void)state;
    stage_init(&stage);
    for (size_t row = 0; row < wait_count; row++) {
        struct caller waiter = {0};
        if (!waits[row].timed) {
            continue;
        }
        caller_start_wait(&waiter, &waits[row], &stage, -1);
        assert_int_equal(caller_join(&waiter), PAWL_TIMEOUT);
        if (pawl_barrier_broken(&stage.barrier)) { /* where opening it is to wait for a party */
            pawl_barrier_reset(&stage.barrier);
        } else {
            waits[row].open(&stage);
        }
        assert_true(stage_is_idle(&stage));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_wait_is_let_through),
        cmocka_unit_test(no_wait_times_out_early),
        cmocka_unit_test(wait_whose_deadline_has_passed_is_a_try),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
