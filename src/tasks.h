/* SPDX-License-Identifier: MIT
 *
 * Calling the tasks that were granted.
 */
#ifndef PAWL_SRC_TASKS_H
#define PAWL_SRC_TASKS_H

#include "waiter.h"

PAWL__HIDDEN_BEGIN

/* Outside any bucket: call a list of granted tasks, oldest first, and those that they grant in
 * turn. If the thread is inside such a call already, that one calls them after the function that is
 * running has returned. An operation may be gone once its function has begun. */
void pawl__tasks_call(struct pawl__wake_list *tasks);

/* Remove a task that this thread has yet to call from the list it is on.
 *
 * Returns   true: its function will not be called; false: this thread has no such task to call. */
bool pawl__tasks_take_back(pawl_await *op);

PAWL__HIDDEN_END

#endif
