/* SPDX-License-Identifier: MIT
 *
 * docs/semantics.md, "All" 1: the monotonic clock alone decides, whatever happens to the wall
 * clock. Runs over a host whose wall clock jumps by hours at each reading (broken.h), and where
 * nothing may read it. POSIX only: a wait on Windows gets a duration, not a point in time.
 */
#define BROKEN_ITSELF
#include "broken.h"

#include "caller.h"
#include "waits.h"

static void no_wait_reads_the_wall_clock(void **state)
{
    (void)state;
    for (size_t row = 0; row < wait_count; row++) {
        struct stage stage;
        struct caller waiter = {0};
        stage_init(&stage);
        caller_start_wait(&waiter, &waits[row], &stage,
                          waits[row].timed ? pawl_after_ms(3) : PAWL_NEVER);
        if (!waits[row].timed) {
            stage_await_waiter(&waits[row], &stage);
            waits[row].open(&stage);
        }
        assert_int_equal(caller_join(&waiter), waits[row].timed ? PAWL_TIMEOUT : PAWL_OK);
        assert_true(!waits[row].timed || waiter.ended >= waiter.time);
    }
    assert_int_equal(pawl__load32(&broken_looks, PAWL__RELAXED), 0);
}

/* Otherwise the kernel would read it for us. */
static void no_limit_is_by_the_wall_clock(void **state)
{
    (void)state;
    assert_in_range(pawl__load32(&broken_limits, PAWL__RELAXED), 1, UINT32_MAX);
    assert_int_equal(pawl__load32(&broken_wall_limits, PAWL__RELAXED), 0);
}

/* The first test depends on this. */
static void this_hosts_wall_clock_jumps(void **state)
{
    struct timespec first, second;
    (void)state;
    broken_clock_gettime(CLOCK_REALTIME, &first);
    broken_clock_gettime(CLOCK_REALTIME, &second);
    assert_true(first.tv_sec - second.tv_sec > 9 * 3600);
    assert_int_equal(pawl__load32(&broken_looks, PAWL__RELAXED), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_wait_reads_the_wall_clock),
        cmocka_unit_test(no_limit_is_by_the_wall_clock),
        cmocka_unit_test(this_hosts_wall_clock_jumps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
