/* SPDX-License-Identifier: MIT
 *
 * A shared library that contains a static pawl and hides it: built twice, as copy_a and copy_b.
 */
#include "copy.h"

#include "lot.h"

static const struct wait_kind *find_wait(size_t row)
{
    return row < wait_count ? &waits[row] : NULL;
}

COPY_API const struct copy *COPY_NAME(void)
{
    static const struct copy copy = {
        .wait = find_wait,
        .stage_init = stage_init,
        .stage_await_waiter = stage_await_waiter,
        .stage_is_idle = stage_is_idle,
        .count = pawl__lot_count,
        .after_us = pawl_after_us,
        .acquire = pawl_lock_acquire,
        .release = pawl_lock_release,
        .rlock_acquire = pawl_rlock_acquire,
        .rlock_release = pawl_rlock_release,
        .rlock_depth = pawl_rlock_depth,
        .await_init = pawl_await_init,
        .acquire_await = pawl_lock_acquire_await,
        .condition_wait_await = pawl_condition_wait_await,
        .await_cancel = pawl_await_cancel,
        .notify_all = pawl_condition_notify_all,
    };
    return &copy;
}
