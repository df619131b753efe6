/* SPDX-License-Identifier: MIT
 *
 * Somebody's program with a libuv loop: a task that waits for an event, which another task sets.
 */
#include "pawl_uv.h"
#include <stdio.h>

static pawl_event event;
static int calls;

static void is_set(pawl_uv_await *op, pawl_status result)
{
    calls += result == PAWL_OK && pawl_uv_await_context(op) == &event;
}

static void set(uv_idle_t *idle)
{
    pawl_event_set(&event);
    uv_close((uv_handle_t *)idle, NULL);
}

int main(void)
{
    uv_loop_t *loop = uv_default_loop();
    uv_idle_t idle;
    pawl_uv uv;
    pawl_uv_await op;
    if (pawl_uv_init(&uv, loop) != 0 || uv_idle_init(loop, &idle) != 0) {
        return 1;
    }
    uv_idle_start(&idle, set);
    pawl_uv_await_init(&op, &uv, is_set, &event);
    if (pawl_uv_event_wait(&op, &event, pawl_after_s(60)) != PAWL_PENDING) {
        return 2;
    }
    uv_run(loop, UV_RUN_DEFAULT);
    pawl_uv_close(&uv, NULL);
    uv_run(loop, UV_RUN_DEFAULT);
    printf("%d call\n", calls);
    return calls == 1 && uv_loop_close(loop) == 0 ? 0 : 3;
}
