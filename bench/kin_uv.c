/* SPDX-License-Identifier: MIT
 *
 * There and back between two tasks of a libuv loop, each resumed from the loop.
 */
#include "kin_tasks.h"

#include <pawl/uv.h>

#include <stdlib.h>

static struct {
    uv_loop_t loop;
    pawl_uv uv;
    pawl_semaphore turns[2];
    pawl_uv_await ops[2];
    uint64_t left;
    uint64_t moves;
} game;

static inline void sure(bool truth)
{
    if (!truth) {
        abort();
    }
}

/* Each side waits for its turn, gives the other the next one, and waits again. */
static void have_turn(pawl_uv_await *op, pawl_status result)
{
    size_t side = op == &game.ops[0] ? 0 : 1;
    if (result != PAWL_OK) {
        return;
    }
    sure(pawl_uv_semaphore_acquire(op, &game.turns[side], PAWL_NEVER) == PAWL_PENDING);
    if (side == 0 && game.left-- == 0) {
        uv_stop(&game.loop);
        return;
    }
    game.moves += side;
    pawl_semaphore_release(&game.turns[1 - side]);
}

static void make(void)
{
    sure(uv_loop_init(&game.loop) == 0 && pawl_uv_init(&game.uv, &game.loop) == 0);
    for (size_t side = 0; side < 2; side++) {
        sure(pawl_semaphore_init(&game.turns[side], 0) == PAWL_OK);
        pawl_uv_await_init(&game.ops[side], &game.uv, have_turn, NULL);
        sure(pawl_uv_semaphore_acquire(&game.ops[side], &game.turns[side], PAWL_NEVER) ==
             PAWL_PENDING);
    }
    game.moves = 0;
}

static void discard(void)
{
    pawl_uv_close(&game.uv, NULL);
    uv_run(&game.loop, UV_RUN_DEFAULT);
    sure(uv_loop_close(&game.loop) == 0);
}

static bool settled(void)
{
    return pawl_semaphore_value(&game.turns[0]) == 0 && pawl_semaphore_value(&game.turns[1]) == 0;
}

static uint64_t play(uint64_t times)
{
    uint64_t before = game.moves;
    game.left = times;
    pawl_semaphore_release(&game.turns[0]);
    uv_run(&game.loop, UV_RUN_DEFAULT);
    return game.moves - before;
}

const kin tasks_on_loop = {
    .name = "pawl, libuv loop",
    .make = make,
    .discard = discard,
    .loop = play,
    .settled = settled,
};
