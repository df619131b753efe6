/* SPDX-License-Identifier: MIT */
#include "support.h"

#include "with_test.h"

static void scope_releases_on_every_way_out(void **state)
{
    (void)state;
    EVERY_WAY_OUT(assert_true);
}

#ifdef PAWL_GUARD
static int guard_until_the_end_of(int early)
{
    PAWL_GUARD(&with_lock);
    if (early) {
        return held_inside();
    }
    return 2 * held_inside();
}

static void guard_releases_at_the_end_of_its_scope(void **state)
{
    (void)state;
    assert_int_equal(guard_until_the_end_of(1), 1);
    assert_false(pawl_lock_locked(&with_lock));
    assert_int_equal(guard_until_the_end_of(0), 2);
    assert_false(pawl_lock_locked(&with_lock));
}

static void two_guards_in_one_scope_hold_two_locks(void **state)
{
    pawl_lock second = PAWL_LOCK_INIT;
    (void)state;
    {
        PAWL_GUARD(&with_lock);
        PAWL_GUARD(&second);
        assert_true(pawl_lock_locked(&with_lock));
        assert_true(pawl_lock_locked(&second));
    }
    assert_false(pawl_lock_locked(&with_lock));
    assert_false(pawl_lock_locked(&second));
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scope_releases_on_every_way_out),
#ifdef PAWL_GUARD
        cmocka_unit_test(guard_releases_at_the_end_of_its_scope),
        cmocka_unit_test(two_guards_in_one_scope_hold_two_locks),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
