/* SPDX-License-Identifier: MIT
 *
 * pawl_filelock on Windows: files that others have open, and handles.
 */
#include "support.h"

#include "file.h"

#include <windows.h>

#include <stdio.h>

static char path[64];

static int setup(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "filelock-win32-%lu.lock", GetCurrentProcessId());
    DeleteFileA(path);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    return DeleteFileA(path) ? 0 : -1;
}

static pawl_filelock *open_lock(void)
{
    pawl_filelock *filelock = NULL;
    assert_int_equal(pawl_filelock_open(path, "test", &filelock), PAWL_OK);
    return filelock;
}

/* What a virus scanner or a back-up does: for a moment nobody else can open the file. */
static HANDLE open_alone(void)
{
    HANDLE handle = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_ALWAYS,
                                FILE_ATTRIBUTE_NORMAL, NULL);
    assert_true(handle != INVALID_HANDLE_VALUE);
    return handle;
}

static void close_it(void *handle)
{
    let_time_pass(PAWL_MS(40));
    CloseHandle(handle);
}

static void file_that_another_has_open_alone_is_waited_for(void **state)
{
    crew_thread closer;
    HANDLE handle = open_alone();
    pawl_filelock *filelock = open_lock();
    (void)state;
    assert_false(pawl_filelock_try_acquire_exclusive(filelock));
    assert_int_equal(pawl_filelock_error(filelock), ERROR_SHARING_VIOLATION);
    pawl_time deadline = pawl_after_ms(20);
    assert_int_equal(pawl_filelock_acquire_shared_until(filelock, deadline), PAWL_TIMEOUT);
    assert_true(pawl_now() >= deadline);
    assert_int_equal(pawl_filelock_error(filelock), ERROR_SHARING_VIOLATION);
    crew_start(&closer, close_it, handle);
    assert_int_equal(pawl_filelock_acquire_exclusive(filelock), PAWL_OK);
    crew_join(&closer);
    assert_int_equal(pawl_filelock_error(filelock), 0);
    pawl_filelock_close(filelock);
}

static void open_file_cannot_be_deleted(void **state)
{
    pawl_filelock *filelock = open_lock();
    (void)state;
    assert_false(DeleteFileA(path));
    assert_true(pawl_filelock_try_acquire_exclusive(filelock));
    assert_false(DeleteFileA(path));
    pawl_filelock_close(filelock);
}

static void path_that_cannot_be_opened_leaves_the_last_error(void **state)
{
    pawl_filelock *filelock = NULL;
    HANDLE handle = open_alone(); /* for the teardown */
    (void)state;
    CloseHandle(handle);
    SetLastError(0);
    assert_int_equal(pawl_filelock_open("no\\such\\folder", NULL, &filelock), PAWL_SYSTEM);
    assert_int_equal(GetLastError(), ERROR_PATH_NOT_FOUND);
    assert_int_equal(pawl_filelock_open("not-\xFF-utf8", NULL, &filelock), PAWL_INVALID);
    assert_null(filelock);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(file_that_another_has_open_alone_is_waited_for),
        TEST(open_file_cannot_be_deleted),
        TEST(path_that_cannot_be_opened_leaves_the_last_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
