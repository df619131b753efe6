/* SPDX-License-Identifier: MIT
 *
 * A process that may have no more memory, or no more threads. POSIX only.
 */
#include "support.h"

#include "waits.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOT_LIMITED = 9, MANY = 5000 };

static void limit(int what, rlim_t bytes)
{
    struct rlimit limits;
    if (getrlimit(what, &limits) != 0) {
        _exit(1);
    }
    limits.rlim_cur = bytes;
    setrlimit(what, &limits);
}

/* One parker after the other is needed, as by that many threads, while the system gives nothing. */
static void need_parkers(int errors)
{
    static struct pawl__sleeper waiters[MANY];
    dup2(errors, STDERR_FILENO);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_AS, 0);
    for (size_t i = 0; i < MANY; i++) {
        pawl__lot_open(&waiters[i], PAWL__ON_LOCK);
    }
    _exit(NOT_LIMITED);
}

static void no_memory_for_a_parker_is_one_line_and_abort(void **state)
{
    char text[256] = "";
    size_t length = 0;
    ssize_t got = 1;
    int ends[2], status = 0;
    (void)state;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        need_parkers(ends[1]);
    }
    close(ends[1]);
    while (got > 0 && length < sizeof text - 1) {
        got = read(ends[0], text + length, sizeof text - 1 - length);
        length += got > 0 ? (size_t)got : 0;
    }
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_LIMITED) {
        print_message("this host does not limit a process's memory\n");
        skip();
    }
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    assert_string_equal(text, "pawl: the system's mmap failed with error 12\n");
}

struct waiter {
    pthread_t thread;
    const struct wait_kind *wait;
    struct stage *stage;
    pawl_status status;
};

static void *wait_once(void *context)
{
    struct waiter *waiter = context;
    waiter->status = waiter->wait->call(waiter->stage, PAWL_NEVER);
    return NULL;
}

/* More than any address space has, and no more than any C library accepts. */
static const size_t TOO_MUCH = sizeof(size_t) == 8 ? SIZE_MAX / 8 : SIZE_MAX / 4 * 3;

static bool cannot_start(struct waiter *waiter)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    int refused = pthread_attr_setstacksize(&attributes, TOO_MUCH & ~(size_t)0xFFFF);
    int failed = pthread_create(&waiter->thread, &attributes, wait_once, waiter);
    pthread_attr_destroy(&attributes);
    return refused == 0 && failed != 0;
}

/* The barrier needs two parties and has one: that one keeps waiting, and everything works. */
static void program_whose_thread_creation_fails_goes_on(void **state)
{
    (void)state;
    for (size_t row = 0; row < wait_count; row++) {
        struct stage stage;
        struct waiter first = {.wait = &waits[row], .stage = &stage}, second = first;
        stage_init(&stage);
        waits[row].shut(&stage);
        assert_int_equal(pthread_create(&first.thread, NULL, wait_once, &first), 0);
        stage_await_waiter(&waits[row], &stage);
        assert_true(cannot_start(&second));
        assert_int_equal(pawl__lot_count(waits[row].key(&stage)), 1);
        waits[row].open(&stage);
        pthread_join(first.thread, NULL);
        assert_int_equal(first.status, PAWL_OK);
        assert_true(stage_is_idle(&stage));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_memory_for_a_parker_is_one_line_and_abort),
        cmocka_unit_test(program_whose_thread_creation_fails_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
