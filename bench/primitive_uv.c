/* SPDX-License-Identifier: MIT
 *
 * There and back between two tasks of a libuv loop, each resumed from the loop.
 */
#include "primitive_tasks.h"

#include <pawl/uv.h>

#include <stdlib.h>

static struct {
    uv_loop_t loop;
    pawl_uv uv;
    pawl_semaphore turns[2];
    pawl_uv_await ops[2];
    uint64_t left;
    uint64_t moves;
} ping_pong;

static inline void sure(bool truth)
{
    if (!truth) {
        abort();
    }
}

/* Each side waits for its turn, gives the other the next one, and waits again. */
static void have_turn(pawl_uv_await *op, pawl_status result)
{
    size_t side = op == &ping_pong.ops[0] ? 0 : 1;
    if (result != PAWL_OK) {
        return;
    }
    sure(pawl_uv_semaphore_acquire(op, &ping_pong.turns[side], PAWL_NEVER) == PAWL_PENDING);
    if (side == 0 && ping_pong.left-- == 0) {
        uv_stop(&ping_pong.loop);
        return;
    }
    ping_pong.moves += side;
    pawl_semaphore_release(&ping_pong.turns[1 - side]);
}

static void make(void)
{
    sure(uv_loop_init(&ping_pong.loop) == 0 && pawl_uv_init(&ping_pong.uv, &ping_pong.loop) == 0);
    for (size_t side = 0; side < 2; side++) {
        sure(pawl_semaphore_init(&ping_pong.turns[side], 0) == PAWL_OK);
        pawl_uv_await_init(&ping_pong.ops[side], &ping_pong.uv, have_turn, NULL);
        sure(pawl_uv_semaphore_acquire(&ping_pong.ops[side], &ping_pong.turns[side], PAWL_NEVER) ==
             PAWL_PENDING);
    }
    ping_pong.moves = 0;
}

static void discard(void)
{
    pawl_uv_close(&ping_pong.uv, NULL);
    uv_run(&ping_pong.loop, UV_RUN_DEFAULT);
    sure(uv_loop_close(&ping_pong.loop) == 0);
}

static bool settled(void)
{
    return pawl_semaphore_value(&ping_pong.turns[0]) == 0 &&
           pawl_semaphore_value(&ping_pong.turns[1]) == 0;
}

static uint64_t play(uint64_t times)
{
    uint64_t before = ping_pong.moves;
    ping_pong.left = times;
    pawl_semaphore_release(&ping_pong.turns[0]);
    uv_run(&ping_pong.loop, UV_RUN_DEFAULT);
    return ping_pong.moves - before;
}

const primitive tasks_on_loop = {
    .name = "pawl, libuv loop",
    .make = make,
    .discard = discard,
    .loop = play,
    .settled = settled,
};
