/* SPDX-License-Identifier: MIT
 *
 * A task for the tests: an operation that records its outcome.
 */
#ifndef PAWL_TESTS_TASK_H
#define PAWL_TESTS_TASK_H

#include <pawl/await.h>

struct task {
    pawl_await op;
    unsigned calls;
    pawl_status result;
    unsigned place;                  /* in the order of calls: 1 for the first of the test */
    uint64_t thread;                 /* who called it */
    void (*then)(struct task *task); /* what it does when it is called, or NULL */
    void *object;                    /* the rest is for `then` */
    const char *name;
    struct task *other;
    unsigned left; /* how often it continues */
    bool seen;     /* what it found */
};

void task_init(struct task *task, void (*then)(struct task *task), void *object);

/* The calls of all tasks since the test began; for tests in which tasks are called by one thread at
 * a time. */
extern unsigned task_calls_so_far;

/* CMocka's setup: no calls so far. */
int task_begin_test(void **state);

#endif
