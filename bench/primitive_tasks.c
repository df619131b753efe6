/* SPDX-License-Identifier: MIT
 *
 * Tasks: waiting without a thread. Each is compared with pawl's own plain form, or with the same
 * and one waiter, so these are in both columns of the table and are the same on every platform.
 */
#include "primitive_tasks.h"

#include <pawl/pawl.h>

#include <stdlib.h>

static pawl_lock the_lock;
static pawl_await the_op;
static uint64_t calls;

static void count_call(pawl_await *op, pawl_status result)
{
    (void)op;
    calls += result == PAWL_OK ? 1 : 0;
}

/* A status that cannot occur ends the process. */
static inline void sure(pawl_status status, pawl_status expected)
{
    if (status != expected) {
        abort();
    }
}

/* --- A pair, plain and awaited -------------------------------------------------------------------
 */

static void make_pair(void)
{
    pawl_lock_init(&the_lock);
    pawl_await_init(&the_op, count_call, NULL);
    calls = 0;
}

static void discard_pair(void)
{
}

static bool pair_settled(void)
{
    return !pawl_lock_locked(&the_lock) && calls == 0;
}

static uint64_t plain_pairs(uint64_t times)
{
    for (uint64_t i = 0; i < times; i++) {
        pawl_lock_acquire(&the_lock);
        pawl_lock_release(&the_lock);
    }
    return times;
}

static uint64_t awaited_pairs(uint64_t times)
{
    for (uint64_t i = 0; i < times; i++) {
        sure(pawl_lock_acquire_await(&the_lock, &the_op), PAWL_OK);
        pawl_lock_release(&the_lock);
    }
    return times;
}

const primitive tasks_plain_pair = {
    .name = "pawl, plain",
    .make = make_pair,
    .discard = discard_pair,
    .loop = plain_pairs,
    .settled = pair_settled,
};
const primitive tasks_awaited_pair = {
    .name = "pawl, awaited",
    .make = make_pair,
    .discard = discard_pair,
    .loop = awaited_pairs,
    .settled = pair_settled,
};

/* --- Release with many who wait ------------------------------------------------------------------
 *
 * Each round releases a lock, by which a task has it, and lets that task queue again: as many wait
 * as before. Either all wait for one lock, or each for one of its own, in an order that no cache
 * foresees. */

static struct {
    pawl_lock *locks;
    pawl_await *ops;
    size_t lock_count, op_count;
    size_t next;
} crowd;

static pawl_lock *lock_of(size_t op)
{
    return &crowd.locks[op % crowd.lock_count];
}

static void make_crowd(size_t locks, size_t ops)
{
    crowd.locks = calloc(locks, sizeof crowd.locks[0]);
    crowd.ops = calloc(ops, sizeof crowd.ops[0]);
    if (crowd.locks == NULL || crowd.ops == NULL) {
        abort();
    }
    crowd.lock_count = locks;
    crowd.op_count = ops;
    crowd.next = 0;
    calls = 0;
    for (size_t i = 0; i < locks; i++) {
        pawl_lock_acquire(&crowd.locks[i]);
    }
    for (size_t i = 0; i < ops; i++) {
        pawl_await_init(&crowd.ops[i], count_call, NULL);
        sure(pawl_lock_acquire_await(lock_of(i), &crowd.ops[i]), PAWL_PENDING);
    }
}

static void discard_crowd(void)
{
    for (size_t i = 0; i < crowd.op_count; i++) {
        pawl_await_cancel(&crowd.ops[i]);
    }
    free(crowd.locks);
    free(crowd.ops);
}

static bool crowd_settled(void)
{
    return true; /* the calls were counted */
}

static uint64_t crowd_rounds(uint64_t times)
{
    uint64_t before = calls;
    size_t at = crowd.next;
    for (uint64_t i = 0; i < times; i++) {
        pawl_lock_release(lock_of(at));
        sure(pawl_lock_acquire_await(lock_of(at), &crowd.ops[at]), PAWL_PENDING);
        at = at + 1 < crowd.op_count ? at + 1 : 0;
    }
    crowd.next = at;
    return calls - before;
}

enum { MANY = 100000 };

static void make_one_waiter(void)
{
    make_crowd(1, 1);
}

static void make_many_on_one_lock(void)
{
    make_crowd(1, MANY);
}

static void make_many_locks(void)
{
    make_crowd(MANY, MANY);
}

#define CROWD(identifier, title, maker)                                                            \
    const primitive identifier = {                                                                 \
        .name = title,                                                                             \
        .make = maker,                                                                             \
        .discard = discard_crowd,                                                                  \
        .loop = crowd_rounds,                                                                      \
        .settled = crowd_settled,                                                                  \
    }
CROWD(tasks_one_waiter, "pawl, 1 waits", make_one_waiter);
CROWD(tasks_on_one_lock, "pawl, 100,000", make_many_on_one_lock);
CROWD(tasks_on_many_locks, "pawl, 100,000", make_many_locks);

/* --- There and back, from task to task of one thread ---------------------------------------------
 */

static struct {
    pawl_semaphore turns[2];
    pawl_await ops[2];
    uint64_t left;
    uint64_t moves;
} ping_pong;

/* Each side waits for its turn, gives the other the next one, and waits again. */
static void have_turn(pawl_await *op, pawl_status result)
{
    size_t side = op == &ping_pong.ops[0] ? 0 : 1;
    (void)result;
    sure(pawl_semaphore_acquire_await(&ping_pong.turns[side], op), PAWL_PENDING);
    if (side == 0 && ping_pong.left-- == 0) {
        return;
    }
    ping_pong.moves += side;
    pawl_semaphore_release(&ping_pong.turns[1 - side]);
}

static void make_ping_pong(void)
{
    for (size_t side = 0; side < 2; side++) {
        sure(pawl_semaphore_init(&ping_pong.turns[side], 0), PAWL_OK);
        pawl_await_init(&ping_pong.ops[side], have_turn, NULL);
        sure(pawl_semaphore_acquire_await(&ping_pong.turns[side], &ping_pong.ops[side]),
             PAWL_PENDING);
    }
    ping_pong.moves = 0;
}

static void discard_ping_pong(void)
{
    pawl_await_cancel(&ping_pong.ops[0]);
    pawl_await_cancel(&ping_pong.ops[1]);
}

static bool ping_pong_settled(void)
{
    return pawl_semaphore_value(&ping_pong.turns[0]) == 0 &&
           pawl_semaphore_value(&ping_pong.turns[1]) == 0;
}

static uint64_t play(uint64_t times)
{
    uint64_t before = ping_pong.moves;
    ping_pong.left = times;
    pawl_semaphore_release(&ping_pong.turns[0]);
    return ping_pong.moves - before;
}

const primitive tasks_handover = {
    .name = "pawl, two tasks",
    .make = make_ping_pong,
    .discard = discard_ping_pong,
    .loop = play,
    .settled = ping_pong_settled,
};
