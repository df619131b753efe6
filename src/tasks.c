/* SPDX-License-Identifier: MIT
 *
 * Calling the tasks that were granted: see tasks.h.
 */
#define PAWL__INSIDE
#include "tasks.h"

#include "process.h"

/* The list belongs to this thread. A cancelled thread ends after the calls: they are not its
 * own. */
void pawl__tasks_call(struct pawl__wake_list *tasks)
{
    struct pawl__wake_list *outer = pawl__process_calling();
    if (outer != NULL) {
        pawl_await *next = NULL;
        for (pawl_await *op = tasks->first; op != NULL; op = next) {
            next = op->next_;
            pawl__list_append(outer, op);
        }
        return;
    }
    int cancellation = pawl__port_forbid_cancellation();
    pawl__process_set_calling(tasks);
    while (tasks->first != NULL) {
        pawl_await *op = tasks->first;
        pawl_resume *fn = op->fn_;
        pawl_status outcome = (pawl_status)op->outcome_;
        tasks->first = op->next_;
        pawl__waiter_be_idle(op);
        fn(op, outcome);
    }
    pawl__process_set_calling(NULL);
    pawl__port_restore_cancellation(cancellation);
}

bool pawl__tasks_take_back(pawl_await *op)
{
    struct pawl__wake_list *list = pawl__process_calling();
    /* Another thread may be granting op. The acquire pairs with pawl__lot_grant: without it chain_
     * could still hold this list's address, from an earlier wait. */
    if (list == NULL || op->generation_ != pawl__process_generation() ||
        pawl__load_pointer(&op->key_, PAWL__ACQUIRE) != PAWL__TAKEN ||
        pawl__load_pointer(&op->chain_, PAWL__RELAXED) != (void *)list) {
        return false;
    }
    pawl__list_remove(list, op);
    pawl__waiter_be_idle(op);
    return true;
}
