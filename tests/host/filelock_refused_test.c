/* SPDX-License-Identifier: MIT
 *
 * pawl_filelock where the system refuses each lock, as REFUSAL says: a status, and no hang.
 */
#include "support.h"

#include "file.h"
#include "task.h"

#include <stdio.h>

static void refusal_is_a_status_and_the_object_is_as_before(void **state)
{
    char path[64];
    pawl_holder who;
    struct task task;
    pawl_filelock *filelock = NULL;
    (void)state;
    snprintf(path, sizeof path, "filelock-refused-%lld.lock", (long long)pawl__file_process());
    task_init(&task, NULL, NULL);
    assert_int_equal(pawl_filelock_open(path, "test", &filelock), PAWL_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pawl_filelock_acquire_exclusive(filelock), REFUSAL);
        assert_int_not_equal(pawl_filelock_error(filelock), 0);
        assert_int_equal(pawl_filelock_acquire_shared(filelock), REFUSAL);
        assert_int_equal(pawl_filelock_acquire_exclusive_for(filelock, PAWL_S(100)), REFUSAL);
        assert_false(pawl_filelock_try_acquire_exclusive(filelock));
        assert_int_not_equal(pawl_filelock_error(filelock), 0);
        assert_int_equal(pawl_filelock_acquire_exclusive_await(filelock, &task.op), REFUSAL);
        assert_int_equal(pawl_filelock_acquire_shared_await(filelock, &task.op), REFUSAL);
        assert_false(pawl_await_cancel(&task.op));
        assert_int_equal(pawl_filelock_release_exclusive(filelock), PAWL_NOT_HELD);
        assert_int_equal(pawl_filelock_release_shared(filelock), PAWL_NOT_HELD);
        assert_false(pawl_filelock_holder(filelock, &who));
    }
    assert_int_equal(task.calls, 0);
    pawl_filelock_close(filelock);
    assert_int_equal(remove(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusal_is_a_status_and_the_object_is_as_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
