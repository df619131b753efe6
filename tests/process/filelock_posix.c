/* SPDX-License-Identifier: MIT
 *
 * pawl_filelock on POSIX: fork, exec, signals, and file systems that refuse.
 */
#include "support.h"

#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char path[64];
static pawl_filelock *one, *other;

static pawl_filelock *open_lock(const char *at)
{
    pawl_filelock *filelock = NULL;
    assert_int_equal(pawl_filelock_open(at, "test", &filelock), PAWL_OK);
    return filelock;
}

static int setup(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "filelock-posix-%lld.lock", (long long)getpid());
    unlink(path);
    one = open_lock(path);
    other = open_lock(path);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    pawl_filelock_close(one);
    pawl_filelock_close(other);
    return unlink(path);
}

enum { CHILD_OK = 7 };

static int status_of(pid_t child)
{
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

/* Run the work in a forked child; its result is the exit status. */
static int in_child(int (*work)(void))
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(work());
    }
    return status_of(child);
}

static int finds_nothing_held(void)
{
    pawl_holder who;
    if (pawl_filelock_release_exclusive(one) != PAWL_NOT_HELD ||
        pawl_filelock_release_shared(one) != PAWL_NOT_HELD) {
        return 1;
    }
    if (pawl_filelock_try_acquire_exclusive(one) || pawl_filelock_try_acquire_shared(one)) {
        return 2;
    }
    if (!pawl_filelock_holder(one, &who) || who.pid != getppid()) {
        return 3;
    }
    pawl_filelock_close(one);
    return pawl_filelock_try_acquire_exclusive(other) ? 4 : CHILD_OK;
}

/* https://github.com/tox-dev/filelock/issues/634 and its like */
static void child_does_not_unlock_for_its_parent(void **state)
{
    (void)state;
    assert_int_equal(pawl_filelock_acquire_exclusive(one), PAWL_OK);
    assert_int_equal(in_child(finds_nothing_held), CHILD_OK);
    assert_false(pawl_filelock_try_acquire_exclusive(other));
    assert_int_equal(pawl_filelock_release_exclusive(one), PAWL_OK);
    assert_true(pawl_filelock_try_acquire_exclusive(other));
}

static int acquires_and_ends(void)
{
    return pawl_filelock_try_acquire_exclusive(one) && !pawl_filelock_try_acquire_shared(other) &&
                   pawl_filelock_release_exclusive(one) == PAWL_OK &&
                   pawl_filelock_acquire_shared(one) == PAWL_OK
               ? CHILD_OK
               : 1;
}

static void child_acquires_for_itself(void **state)
{
    (void)state;
    assert_int_equal(pawl_filelock_acquire_exclusive(one), PAWL_OK);
    assert_int_equal(pawl_filelock_release_exclusive(one), PAWL_OK);
    assert_int_equal(in_child(acquires_and_ends), CHILD_OK);
    assert_true(pawl_filelock_try_acquire_exclusive(one));
    assert_false(pawl_filelock_abandoned(one));
}

/* Holds the lock, starts a child of its own that lives on, and is killed. */
static void hold_and_fork(int ready, int end)
{
    char byte = 0;
    if (pawl_filelock_acquire_exclusive(one) != PAWL_OK) {
        _exit(1);
    }
    pid_t grandchild = fork();
    if (grandchild == 0) { /* until the test closes its end of the pipe */
        while (read(end, &byte, 1) < 0 && errno == EINTR) {
        }
        _exit(0);
    }
    if (write(ready, &byte, 1) != 1) {
        _exit(2);
    }
    raise(SIGKILL);
}

static void child_that_lives_on_does_not_keep_its_dead_parent_s_lock(void **state)
{
    int ready[2], end[2];
    char byte;
    (void)state;
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(end), 0);
    pid_t child = fork();
    if (child == 0) {
        close(end[1]);
        hold_and_fork(ready[1], end[0]);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(status_of(child), 1000 + SIGKILL);
    assert_int_equal(pawl_filelock_acquire_exclusive(other), PAWL_OK); /* the grandchild lives */
    assert_true(pawl_filelock_abandoned(other));
    for (int i = 0; i < 2; i++) {
        close(ready[i]);
        close(end[i]);
    }
}

static pthread_t waiting;
static uint8_t has_acquired;

static void *acquire_other(void *context)
{
    (void)context;
    pawl_status status = pawl_filelock_acquire_exclusive(other);
    pawl__store8(&has_acquired, status == PAWL_OK, PAWL__RELEASE);
    return NULL;
}

static bool is_waited_for(void *context)
{
    char text[600];
    pawl_filelock_describe(context, text, sizeof text);
    return strstr(text, "waiters=1") != NULL;
}

static int uses_both(void)
{
    char text[600];
    pawl_filelock_describe(other, text, sizeof text);
    if (strstr(text, "waiters=0") == NULL) {
        return 1;
    }
    return pawl_filelock_acquire_exclusive_for(other, PAWL_MS(2)) == PAWL_TIMEOUT ? CHILD_OK : 2;
}

static void thread_that_waited_in_the_parent_does_not_wait_in_the_child(void **state)
{
    (void)state;
    assert_int_equal(pawl_filelock_acquire_exclusive(one), PAWL_OK);
    assert_int_equal(pthread_create(&waiting, NULL, acquire_other, NULL), 0);
    crew_until(is_waited_for, other);
    assert_int_equal(in_child(uses_both), CHILD_OK);
    assert_int_equal(pawl_filelock_release_exclusive(one), PAWL_OK);
    assert_int_equal(pthread_join(waiting, NULL), 0);
    assert_int_equal(pawl__load8(&has_acquired, PAWL__ACQUIRE), 1);
}

static void descriptors_are_not_inherited_by_programs(void **state)
{
    (void)state;
    assert_int_equal(pawl_filelock_acquire_exclusive(one), PAWL_OK);
    for (int i = 3; i < 64; i++) {
        struct stat file, lock;
        assert_int_equal(stat(path, &lock), 0);
        if (fstat(i, &file) == 0 && file.st_ino == lock.st_ino && file.st_dev == lock.st_dev) {
            assert_int_equal(fcntl(i, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
        }
    }
}

static int opens_without_standard_files(void)
{
    close(0);
    close(1);
    close(2);
    pawl_filelock *third = NULL;
    if (pawl_filelock_open(path, NULL, &third) != PAWL_OK) {
        return 1;
    }
    return fcntl(0, F_GETFD) < 0 && fcntl(1, F_GETFD) < 0 && fcntl(2, F_GETFD) < 0 ? CHILD_OK : 2;
}

static void lock_file_is_never_a_standard_file(void **state)
{
    (void)state;
    assert_int_equal(in_child(opens_without_standard_files), CHILD_OK);
}

static void file_that_is_deleted_while_it_is_waited_for_is_made_anew(void **state)
{
    (void)state;
    pawl__store8(&has_acquired, 0, PAWL__RELAXED);
    assert_int_equal(pawl_filelock_acquire_exclusive(one), PAWL_OK);
    assert_int_equal(pthread_create(&waiting, NULL, acquire_other, NULL), 0);
    crew_until(is_waited_for, other);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(pawl_filelock_release_exclusive(one), PAWL_OK);
    assert_int_equal(pthread_join(waiting, NULL), 0);
    assert_false(pawl_filelock_try_acquire_exclusive(one)); /* of the new file */
    assert_int_equal(pawl_filelock_release_exclusive(other), PAWL_OK);
    assert_true(pawl_filelock_try_acquire_exclusive(one));
}

static void folder_can_be_locked(void **state)
{
    (void)state;
    pawl_filelock *folder = open_lock(".");
    pawl_filelock *again = open_lock(".");
    assert_true(pawl_filelock_try_acquire_exclusive(folder));
    assert_false(pawl_filelock_try_acquire_exclusive(again));
    pawl_filelock_close(folder);
    assert_true(pawl_filelock_try_acquire_exclusive(again));
    pawl_filelock_close(again);
}

static void path_that_cannot_be_opened_leaves_errno(void **state)
{
    pawl_filelock *filelock = one;
    char name[400];
    (void)state;
    errno = 0;
    assert_int_equal(pawl_filelock_open("no/such/folder", NULL, &filelock), PAWL_SYSTEM);
    assert_int_equal(errno, ENOENT);
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    assert_int_equal(pawl_filelock_open(name, NULL, &filelock), PAWL_SYSTEM);
    assert_int_equal(errno, ENAMETOOLONG);
}

static int locks_without_room(void)
{
    struct rlimit none = {0, 0};
    pawl_holder who;
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &none) != 0 || pawl_filelock_acquire_exclusive(one) != PAWL_OK) {
        return 1;
    }
    if (!pawl_filelock_holder(other, &who) || who.pid != 0) {
        return 2;
    }
    return !pawl_filelock_try_acquire_exclusive(other) &&
                   pawl_filelock_release_exclusive(one) == PAWL_OK &&
                   pawl_filelock_try_acquire_exclusive(other) && !pawl_filelock_abandoned(other)
               ? CHILD_OK
               : 3;
}

static void lock_works_where_there_is_no_room_for_its_text(void **state)
{
    (void)state;
    assert_int_equal(in_child(locks_without_room), CHILD_OK);
}

static void ignore(int number)
{
    (void)number;
}

static void signal_neither_ends_nor_lengthens_a_wait(void **state)
{
    struct sigaction action;
    (void)state;
    memset(&action, 0, sizeof action);
    action.sa_handler = ignore; /* without SA_RESTART */
    sigaction(SIGUSR1, &action, NULL);
    pawl__store8(&has_acquired, 0, PAWL__RELAXED);
    assert_int_equal(pawl_filelock_acquire_exclusive(one), PAWL_OK);
    assert_int_equal(pthread_create(&waiting, NULL, acquire_other, NULL), 0);
    crew_until(is_waited_for, other);
    for (int i = 0; i < 200; i++) {
        pthread_kill(waiting, SIGUSR1);
        let_time_pass(PAWL_US(100));
    }
    assert_int_equal(pawl__load8(&has_acquired, PAWL__ACQUIRE), 0);
    assert_int_equal(pawl_filelock_release_exclusive(one), PAWL_OK);
    assert_int_equal(pthread_join(waiting, NULL), 0);
    assert_int_equal(pawl__load8(&has_acquired, PAWL__ACQUIRE), 1);
}

static void cancelled_thread_acquires_first_and_the_lock_stays_usable(void **state)
{
    (void)state;
    pawl__store8(&has_acquired, 0, PAWL__RELAXED);
    assert_int_equal(pawl_filelock_acquire_exclusive(one), PAWL_OK);
    assert_int_equal(pthread_create(&waiting, NULL, acquire_other, NULL), 0);
    crew_until(is_waited_for, other);
    assert_int_equal(pthread_cancel(waiting), 0);
    let_time_pass(PAWL_MS(5));
    assert_int_equal(pawl_filelock_release_exclusive(one), PAWL_OK);
    assert_int_equal(pthread_join(waiting, NULL), 0);
    assert_int_equal(pawl_filelock_release_exclusive(other), PAWL_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(child_does_not_unlock_for_its_parent),
        TEST(child_acquires_for_itself),
        TEST(child_that_lives_on_does_not_keep_its_dead_parent_s_lock),
        TEST(thread_that_waited_in_the_parent_does_not_wait_in_the_child),
        TEST(descriptors_are_not_inherited_by_programs),
        TEST(lock_file_is_never_a_standard_file),
        TEST(file_that_is_deleted_while_it_is_waited_for_is_made_anew),
        TEST(folder_can_be_locked),
        TEST(path_that_cannot_be_opened_leaves_errno),
        TEST(lock_works_where_there_is_no_room_for_its_text),
        TEST(signal_neither_ends_nor_lengthens_a_wait),
        TEST(cancelled_thread_acquires_first_and_the_lock_stays_usable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
