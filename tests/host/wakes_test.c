/* SPDX-License-Identifier: MIT
 *
 * How many threads the system is asked to wake: counted at the seam, over early.h's host.
 */
#include "caller.h"

#include "early.h"

#include <stdlib.h>

/* notify_all moves them; each is woken once, by the release of the one before. */
static void notify_all_of_a_crowd_wakes_one_for_each_hand_over(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    pawl_condition condition = PAWL_CONDITION_INIT;
    struct caller *waiters = calloc(CREW_CROWD, sizeof *waiters);
    (void)state;
    assert_non_null(waiters);
    const struct caller waiter = {
        .call = call_condition, .object = &condition, .lock = &lock, .time = PAWL_NEVER};
    callers_start(waiters, CREW_CROWD, &waiter);
    wait_for_waiters(&condition, CREW_CROWD);
    pawl_lock_acquire(&lock);
    uint32_t before = early_wakes();
    assert_int_equal(pawl_condition_notify_all(&condition), CREW_CROWD);
    assert_int_equal(early_wakes(), before);
    assert_int_equal(pawl__lot_count(&lock), CREW_CROWD);
    pawl_lock_release(&lock);
    callers_join(waiters, CREW_CROWD, PAWL_OK);
    assert_in_range(early_wakes() - before, 1, CREW_CROWD);
    free(waiters);
}

/* Also when nobody holds the lock: a moved waiter either has the lock or waits for it. Each waiter
 * causes one wake-up at most, by a release or by getting the lock at once; nothing wakes all of
 * them. */
static void notify_all_with_a_free_lock_wakes_no_herd(void **state)
{
    enum { FEW = 50 };
    pawl_lock lock = PAWL_LOCK_INIT;
    pawl_condition condition = PAWL_CONDITION_INIT;
    struct caller waiters[FEW];
    (void)state;
    const struct caller waiter = {
        .call = call_condition, .object = &condition, .lock = &lock, .time = PAWL_NEVER};
    callers_start(waiters, FEW, &waiter);
    wait_for_waiters(&condition, FEW);
    uint32_t before = early_wakes();
    assert_int_equal(pawl_condition_notify_all(&condition), FEW);
    callers_join(waiters, FEW, PAWL_OK);
    assert_in_range(early_wakes() - before, 1, 2 * FEW);
    assert_false(pawl_lock_locked(&lock));
}

static void release_without_waiters_wakes_nobody(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    uint32_t before = early_wakes();
    (void)state;
    for (int i = 0; i < 1000; i++) {
        pawl_lock_acquire(&lock);
        pawl_lock_release(&lock);
    }
    assert_int_equal(early_wakes(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(notify_all_of_a_crowd_wakes_one_for_each_hand_over),
        cmocka_unit_test(notify_all_with_a_free_lock_wakes_no_herd),
        cmocka_unit_test(release_without_waiters_wakes_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
