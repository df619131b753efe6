/* SPDX-License-Identifier: MIT */
#include "task.h"

#include "lot.h"
#include "process.h"

#include <string.h>

unsigned task_calls_so_far;

int task_begin_test(void **state)
{
    (void)state;
    task_calls_so_far = 0;
    return 0;
}

static void called(pawl_await *op, pawl_status result)
{
    struct task *task = pawl_await_context(op);
    task->calls++;
    task->result = result;
    task->place = ++task_calls_so_far;
    task->thread = pawl__process_identity();
    if (task->then != NULL) {
        task->then(task);
    }
}

void task_init(struct task *task, void (*then)(struct task *task), void *object)
{
    memset(task, 0, sizeof *task);
    task->then = then;
    task->object = object;
    pawl_await_init(&task->op, called, task);
}
