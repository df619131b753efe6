/* SPDX-License-Identifier: MIT
 *
 * NULL for each call of <pawl/uv.h>: see null_probe.h.
 */
#include <pawl/uv.h>

static pawl_uv uv;
static pawl_uv_await op;
static pawl_lock lock;

static void do_nothing(pawl_uv_await *ended, pawl_status result)
{
    (void)ended;
    (void)result;
}

/* `sink` takes results that must not be ignored. */
static volatile unsigned sink;
#define CALLS(X)                                                                                   \
    X(pawl_uv_init, uv, sink = (unsigned)pawl_uv_init(NULL, uv_default_loop()))                    \
    X(pawl_uv_close, uv, pawl_uv_close(NULL, NULL))                                                \
    X(pawl_uv_await_init, fn, pawl_uv_await_init(&op, &uv, NULL, NULL))                            \
    X(pawl_uv_await_context, op, sink = pawl_uv_await_context(NULL) != NULL)                       \
    X(pawl_uv_await_cancel, op, sink = (unsigned)pawl_uv_await_cancel(NULL))                       \
    X(pawl_uv_lock_acquire, lock, sink = (unsigned)pawl_uv_lock_acquire(&op, NULL, 0))             \
    X(pawl_uv_semaphore_acquire, semaphore,                                                        \
      sink = (unsigned)pawl_uv_semaphore_acquire(&op, NULL, 0))                                    \
    X(pawl_uv_rwlock_acquire_shared, rwlock,                                                       \
      sink = (unsigned)pawl_uv_rwlock_acquire_shared(&op, NULL, 0))                                \
    X(pawl_uv_rwlock_acquire_exclusive, rwlock,                                                    \
      sink = (unsigned)pawl_uv_rwlock_acquire_exclusive(&op, NULL, 0))                             \
    X(pawl_uv_event_wait, event, sink = (unsigned)pawl_uv_event_wait(&op, NULL, 0))                \
    X(pawl_uv_latch_wait, latch, sink = (unsigned)pawl_uv_latch_wait(&op, NULL, 0))                \
    X(pawl_uv_condition_wait, condition,                                                           \
      sink = (unsigned)pawl_uv_condition_wait(&op, NULL, &lock, 0))                                \
    X(pawl_uv_barrier_wait, barrier, sink = (unsigned)pawl_uv_barrier_wait(&op, NULL, NULL, 0))

#include "null_probe.h"

int main(int argc, char **argv)
{
    if (pawl_uv_init(&uv, uv_default_loop()) != 0) {
        return 3;
    }
    pawl_uv_await_init(&op, &uv, do_nothing, NULL);
    return probe_null(argc, argv);
}
