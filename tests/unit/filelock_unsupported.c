/* SPDX-License-Identifier: MIT
 *
 * Where the system has no locks between processes: opening one says so.
 */
#include "support.h"

static void open_is_unsupported(void **state)
{
    pawl_filelock *filelock = (pawl_filelock *)state;
    assert_int_equal(pawl_filelock_open("filelock.lock", "test", &filelock), PAWL_UNSUPPORTED);
    assert_null(filelock);
    assert_int_equal(pawl_filelock_open("", "test", &filelock), PAWL_INVALID);
    pawl_filelock_close(filelock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(open_is_unsupported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
