/* SPDX-License-Identifier: MIT
 *
 * The same for <pawl/uv.h>, whose functions are all inline. Compiled as C and as C++.
 */
#include <pawl/uv.h>

pawl_status await_lock(uv_loop_t *loop, pawl_uv *uv, pawl_uv_await *op, pawl_lock *lock);

static void acquired(pawl_uv_await *op, pawl_status result)
{
    if (result == PAWL_OK && pawl_uv_await_context(op)) {
        pawl_uv_await_cancel(op);
    }
}

pawl_status await_lock(uv_loop_t *loop, pawl_uv *uv, pawl_uv_await *op, pawl_lock *lock)
{
    if (pawl_uv_init(uv, loop) != 0) {
        return PAWL_INVALID;
    }
    pawl_uv_await_init(op, uv, acquired, lock);
    return pawl_uv_lock_acquire(op, lock, pawl_after_ms(PAWL_NEVER));
}
