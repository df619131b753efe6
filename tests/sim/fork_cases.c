/* SPDX-License-Identifier: MIT
 *
 * Forks, at each moment of the other fibres' calls. In the parent everything continues; a child
 * finds everything as if its thread alone had ever existed.
 */
#include "sim.h"

#include "lot.h"
#include "process.h"

static pawl_lock *lock;
static pawl_condition *condition;
static pawl_semaphore *semaphore, *permits;
static pawl_once *once;
static pawl_await *op;
static struct sim_section section;
static unsigned calls, runs;
static bool forked;

static void count_call(pawl_await *called, pawl_status result)
{
    SIM_CHECK(called == op && result == PAWL_OK);
    calls++;
}

/* The semaphore has no permit: a task waits for one. */
static void new_world(void)
{
    lock = sim_new(sizeof *lock, "lock");
    condition = sim_new(sizeof *condition, "condition");
    semaphore = sim_new(sizeof *semaphore, "semaphore");
    permits = sim_new(sizeof *permits, "permits");
    once = sim_new(sizeof *once, "once");
    op = sim_new(sizeof *op, "op");
    section = (struct sim_section){0};
    calls = runs = 0;
    forked = false;
    SIM_CHECK(pawl_semaphore_init(permits, 1) == PAWL_OK);
    pawl_await_init(op, count_call, NULL);
}

static void a_task_waits(void)
{
    new_world();
    SIM_CHECK(pawl_semaphore_acquire_await(semaphore, op) == PAWL_PENDING);
}

static void acquire_and_release(void)
{
    pawl_lock_acquire(lock);
    sim_enter(&section);
    sim_leave(&section);
    SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
}

/* As far as it concerns others: the lot is opened. */
static void load_pawl(void)
{
    SIM_CHECK(pawl__process_generation() == 0);
}

static void give_permit(void)
{
    SIM_CHECK(pawl_semaphore_release(semaphore) == PAWL_OK);
}

static void cancel(void)
{
    calls += pawl_await_cancel(op) ? 1 : 0;
}

static void wait_for_notification(void)
{
    pawl_lock_acquire(lock);
    SIM_CHECK(pawl_condition_wait_until(condition, lock, PAWL_S(1) + PAWL_MS(5)) != PAWL_NOT_HELD);
    SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
}

static void notify(void)
{
    pawl_condition_notify(condition, 1);
}

/* Held or free, waited for or not: the child has it, and waits for it as any thread does. */
static void use_lock_in_child(void)
{
    pawl_lock_reinit_after_fork(lock);
    SIM_CHECK(pawl__lot_count(lock) == 0);
    pawl_lock_acquire(lock);
    SIM_CHECK(pawl_lock_acquire_until(lock, sim_time() + 1) == PAWL_TIMEOUT);
    SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
    SIM_CHECK(!pawl_lock_locked(lock));
}

static void fork_and_use_lock(void)
{
    forked = sim_fork();
    if (forked) {
        use_lock_in_child();
    }
}

/* What was pending has ended without a call, and may be started again. */
static void fork_and_start_again(void)
{
    forked = sim_fork();
    if (!forked) {
        return;
    }
    unsigned before = calls;
    SIM_CHECK(!pawl_await_cancel(op));
    SIM_CHECK(pawl_semaphore_acquire_await(permits, op) == PAWL_OK);
    SIM_CHECK(pawl_semaphore_acquire_await(permits, op) == PAWL_PENDING);
    SIM_CHECK(pawl__lot_count(semaphore) == 0 && pawl__lot_count(permits) == 1);
    SIM_CHECK(calls == before);
    SIM_CHECK(pawl_semaphore_release(permits) == PAWL_OK);
    SIM_CHECK(calls == before + 1);
}

static void fork_and_wait_at_condition(void)
{
    forked = sim_fork();
    if (forked) {
        pawl_lock_reinit_after_fork(lock);
        pawl_lock_acquire(lock);
        SIM_CHECK(pawl_condition_notify_all(condition) == 0);
        SIM_CHECK(pawl_condition_wait_until(condition, lock, sim_time() + 1) == PAWL_TIMEOUT);
        SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
    }
}

static void run(void *ctx)
{
    (void)ctx;
    sim_yield();
    runs++;
}

static void call_once(void)
{
    pawl_once_call(once, run, NULL);
}

/* A run whose thread has vanished is repeated; a finished run is not. */
static void fork_and_call_once(void)
{
    bool done = false;
    forked = sim_fork();
    if (forked) {
        done = pawl_once_done(once);
        runs = 0;
    }
    call_once();
    SIM_CHECK(pawl_once_done(once));
    SIM_CHECK(!forked || runs == (done ? 0 : 1));
}

static void all_went_on(void)
{
    SIM_CHECK(forked || section.entered == 2);
    SIM_CHECK(!pawl_lock_locked(lock));
}

static void lock_is_free(void)
{
    SIM_CHECK(!pawl_lock_locked(lock));
}

static void task_was_served(void)
{
    SIM_CHECK(forked || calls == 1);
}

static void ran_once(void)
{
    SIM_CHECK(forked || runs == 1);
}

static void fork_and_use_unheld_lock(void)
{
    forked = sim_fork();
    if (forked && !pawl_lock_locked(lock)) { /* "a lock that nobody held needs nothing" */
        pawl_lock_acquire(lock);
        SIM_CHECK(pawl_lock_acquire_until(lock, sim_time() + 1) == PAWL_TIMEOUT);
        SIM_CHECK(pawl_lock_acquire_await(lock, op) == PAWL_PENDING);
        SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
        SIM_CHECK(calls == 1);
        SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
        SIM_CHECK(!pawl_lock_locked(lock));
        SIM_CHECK(lock->state_ == 0);
    } else if (forked) {
        pawl_lock_reinit_after_fork(lock);
    }
}

static void acquire_and_release_twice(void)
{
    acquire_and_release();
    acquire_and_release();
}

static void fork_holding_and_release(void)
{
    pawl_lock_acquire(lock);
    forked = sim_fork();
    if (forked) {
        SIM_CHECK(pawl_lock_acquire_await(lock, op) == PAWL_PENDING);
        SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
        SIM_CHECK(calls == 1);
    }
    SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
}

/* What vanished threads left in the lock's word is gone after a few turns. */
static void fork_holding_and_go_on(void)
{
    pawl_lock_acquire(lock);
    forked = sim_fork();
    for (int i = 0; forked && i < 8; i++) {
        SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
        pawl_lock_acquire(lock);
    }
    SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
    SIM_CHECK(!forked || lock->state_ == 0);
}

static const struct sim_case fork_cases[] = {
    {"fork", "a_child_uses_a_lock_that_nobody_held", new_world,
     {acquire_and_release_twice, acquire_and_release_twice, fork_and_use_unheld_lock},
     .finish = lock_is_free,
     .old_values = SIM_NONE, .sampled = true},
    {"fork", "a_child_releases_what_the_forker_held", new_world,
     {acquire_and_release_twice, acquire_and_release_twice, fork_holding_and_release},
     .finish = lock_is_free,
     .old_values = SIM_NONE, .sampled = true},
    {"fork", "a_child_forked_with_the_lock_held_forgets_who_waited", new_world,
     {acquire_and_release, acquire_and_release, fork_holding_and_go_on}, .finish = lock_is_free,
     .old_values = SIM_NONE},
    {"fork", "a_child_forked_while_two_contend_uses_the_lock", new_world,
     {acquire_and_release, acquire_and_release, fork_and_use_lock}, .finish = all_went_on,
     .old_values = SIM_NONE},
    {"fork", "a_child_forked_while_parkers_are_given_out_waits", new_world,
     {acquire_and_release, acquire_and_release, fork_and_use_lock}, .finish = all_went_on,
     .old_values = SIM_NONE, .pool = true},
    {"fork", "a_child_forked_while_pawl_is_loaded_uses_the_lock", new_world,
     {load_pawl, fork_and_use_lock}, .finish = lock_is_free, .cold = true},
    {"fork", "a_child_forked_while_a_task_is_called_starts_it_again", a_task_waits,
     {give_permit, fork_and_start_again}, .finish = task_was_served},
    {"fork", "a_child_forked_while_a_task_is_cancelled_starts_it_again", a_task_waits,
     {cancel, fork_and_start_again}, .finish = task_was_served},
    {"fork", "a_child_forked_during_a_notification_waits_anew", new_world,
     {wait_for_notification, notify, fork_and_wait_at_condition}, .finish = lock_is_free},
    {"fork", "a_child_forked_during_a_run_calls_once", new_world,
     {call_once, call_once, fork_and_call_once}, .finish = ran_once},
};
SIM_GROUP(fork);
