/* SPDX-License-Identifier: MIT
 *
 * Calls by one of two copies of pawl: see copies.h. This file is compiled twice.
 */
#include "copies.h"

static struct copies_world *const world = &copies_world;

void copies_use_lock(void)
{
    pawl_lock_acquire(world->lock);
    sim_enter(&world->section);
    sim_leave(&world->section);
    SIM_CHECK(pawl_lock_release(world->lock) == PAWL_OK);
}

void copies_use_lock_timed(void)
{
    if (pawl_lock_acquire_until(world->lock, sim_time() + PAWL_MS(1)) == PAWL_OK) {
        sim_enter(&world->section);
        sim_leave(&world->section);
        SIM_CHECK(pawl_lock_release(world->lock) == PAWL_OK);
    }
}

void copies_acquire_rlock(void)
{
    pawl_rlock_acquire(world->rlock);
    SIM_CHECK(pawl_rlock_owned(world->rlock));
    SIM_WRITE(world->news, world->news + 1);
}

void copies_release_rlock(void)
{
    SIM_CHECK(pawl_rlock_owned(world->rlock));
    SIM_WRITE(world->news, world->news + 1);
    SIM_CHECK(pawl_rlock_release(world->rlock) == PAWL_OK);
}

void copies_take_permit(void)
{
    pawl_semaphore_acquire(world->semaphore);
    SIM_CHECK(SIM_READ(world->news) == 7);
}

void copies_give_permit(void)
{
    SIM_CHECK(pawl_semaphore_release(world->semaphore) == PAWL_OK);
}

void copies_wait_at_condition(void)
{
    pawl_lock_acquire(world->lock);
    while (SIM_READ(world->news) == 0) {
        SIM_CHECK(pawl_condition_wait(world->condition, world->lock) == PAWL_OK);
    }
    SIM_CHECK(pawl_lock_release(world->lock) == PAWL_OK);
}

void copies_notify(void)
{
    pawl_lock_acquire(world->lock);
    SIM_WRITE(world->news, 7);
    pawl_condition_notify(world->condition, 1);
    SIM_CHECK(pawl_lock_release(world->lock) == PAWL_OK);
}

static void run(void *ctx)
{
    (void)ctx;
    SIM_WRITE(world->news, 7);
    world->runs++;
}

void copies_call_once(void)
{
    pawl_once_call(world->once, run, NULL);
    SIM_CHECK(SIM_READ(world->news) == 7);
}

static void count_call(pawl_await *op, pawl_status result)
{
    struct copies_task *task = pawl_await_context(op);
    SIM_CHECK(result == PAWL_OK);
    task->calls++;
    if (task->then != NULL) {
        task->then();
    }
}

static void await_permit(struct copies_task *task)
{
    pawl_await_init(&task->op, count_call, task);
    if (pawl_semaphore_acquire_await(world->semaphore, &task->op) == PAWL_OK) {
        task->ended++;
    }
}

void copies_await_permit_first(void)
{
    await_permit(&world->tasks[0]);
}

void copies_await_permit_second(void)
{
    await_permit(&world->tasks[1]);
}

/* As an adapter ends the operation of a coroutine that is destroyed. */
static void end(struct copies_task *task)
{
    if (pawl_await_cancel(&task->op) || pawl__await_take_back(&task->op)) {
        task->ended++;
    }
}

void copies_end_first(void)
{
    end(&world->tasks[0]);
}

void copies_end_second(void)
{
    end(&world->tasks[1]);
}

/* In a forked child: the operation was pending in the parent, and is idle. */
void copies_start_first_again(void)
{
    SIM_CHECK(!pawl_await_cancel(&world->tasks[0].op));
    SIM_CHECK(pawl_semaphore_acquire_await(world->semaphore, &world->tasks[0].op) == PAWL_PENDING);
    SIM_CHECK(pawl_await_cancel(&world->tasks[0].op));
}
