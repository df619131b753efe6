/* SPDX-License-Identifier: MIT
 *
 * A process that has one thread, which uses pawl and then starts others: a lock's plain stores of
 * the first part must serve the second as well.
 */
#include "sim.h"

#include <string.h>

static pawl_lock *lock;
static pawl_rlock *rlock;
static pawl_condition *condition;
static pawl_await *op;
static struct sim_section section;
static unsigned calls;
static int news;
static bool forked;

static void use_lock(pawl_await *called, pawl_status result)
{
    SIM_CHECK(called == op && result == PAWL_OK);
    calls++;
    sim_enter(&section);
    sim_leave(&section);
    SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
}

static void new_lock(void)
{
    lock = sim_new(sizeof *lock, "lock");
    rlock = sim_new(sizeof *rlock, "rlock");
    condition = sim_new(sizeof *condition, "condition");
    op = sim_new(sizeof *op, "op");
    pawl_await_init(op, use_lock, NULL);
    section = (struct sim_section){0};
    calls = 0;
    news = 0;
    forked = false;
}

static void new_fair_lock(void)
{
    new_lock();
    pawl_lock_init_fair(lock);
}

static bool is_fair(void)
{
    char text[80];
    pawl_lock_describe(lock, text, sizeof text);
    return strstr(text, "fair ") != NULL;
}

static void pass_section(void)
{
    sim_enter(&section);
    SIM_WRITE(news, news + 1);
    sim_leave(&section);
    SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
}

static void acquire_once(void)
{
    pawl_lock_acquire(lock);
    pass_section();
}

static void acquire_in_turn(void)
{
    pawl_lock_acquire(lock);
    sim_check_served_in_order(lock);
    pass_section();
}

static void acquire_timed(void)
{
    if (pawl_lock_acquire_until(lock, PAWL_S(1) + PAWL_MS(5)) == PAWL_OK) {
        pass_section();
    }
}

/* All that an only thread can see of the lock, which is of the same kind afterwards. */
static void use_alone(void)
{
    bool fair = is_fair();
    acquire_once();
    SIM_CHECK(!pawl_lock_locked(lock) && is_fair() == fair);
    SIM_CHECK(pawl_lock_release(lock) == PAWL_NOT_HELD);
    SIM_CHECK(pawl_lock_try_acquire(lock));
    SIM_CHECK(pawl_lock_locked(lock) && is_fair() == fair);
    SIM_CHECK(!pawl_lock_try_acquire(lock));
    SIM_CHECK(pawl_lock_acquire_until(lock, sim_time() + 1) == PAWL_TIMEOUT);
    pass_section();
    SIM_CHECK(!pawl_lock_locked(lock) && is_fair() == fair);
    SIM_CHECK(pawl_lock_acquire_for(lock, 1) == PAWL_OK);
    pass_section();
}

static void use_alone_then_start_others(void)
{
    use_alone();
    sim_start_threads();
    acquire_once();
}

static void start_others_with_the_lock_held(void)
{
    use_alone();
    pawl_lock_acquire(lock);
    sim_start_threads();
    pass_section();
}

static void start_others_with_the_lock_held_and_a_task_waiting(void)
{
    pawl_lock_acquire(lock);
    SIM_CHECK(pawl_lock_acquire_await(lock, op) == PAWL_PENDING);
    sim_start_threads();
    pass_section();
}

static void serve_a_task_then_start_others(void)
{
    pawl_lock_acquire(lock);
    SIM_CHECK(pawl_lock_acquire_await(lock, op) == PAWL_PENDING);
    SIM_CHECK(!pawl_lock_try_acquire(lock));
    pass_section();
    SIM_CHECK(calls == 1 && !pawl_lock_locked(lock));
    SIM_CHECK(pawl_lock_acquire_await(lock, op) == PAWL_OK);
    pass_section();
    sim_start_threads();
    acquire_once();
}

static void notify_a_task_then_start_others(void)
{
    pawl_lock_acquire(lock);
    SIM_CHECK(pawl_condition_wait_await(condition, lock, op) == PAWL_PENDING);
    SIM_CHECK(!pawl_lock_locked(lock));
    pawl_lock_acquire(lock);
    SIM_CHECK(pawl_condition_notify(condition, 1) == 1);
    pass_section();
    SIM_CHECK(calls == 1 && !pawl_lock_locked(lock));
    SIM_CHECK(pawl_condition_notify(condition, 1) == 0);
    sim_start_threads();
    acquire_once();
}

static void use_rlock_then_start_others(void)
{
    pawl_rlock_acquire(rlock);
    pawl_rlock_acquire(rlock);
    SIM_CHECK(pawl_rlock_release(rlock) == PAWL_OK);
    sim_start_threads();
    SIM_WRITE(news, news + 1);
    SIM_CHECK(pawl_rlock_release(rlock) == PAWL_OK);
}

static void use_rlock(void)
{
    pawl_rlock_acquire(rlock);
    SIM_WRITE(news, news + 1);
    SIM_CHECK(pawl_rlock_release(rlock) == PAWL_OK);
}

/* The only thread's child is an only thread, and starts threads of its own. */
static void fork_then_start_others(void)
{
    acquire_once();
    pawl_lock_acquire(lock);
    forked = sim_fork();
    pass_section();
    use_alone();
    if (!forked) {
        sim_start_threads();
    }
}

static void default_lock_is_free(void)
{
    SIM_CHECK(!pawl_lock_locked(lock) && !is_fair());
}

static void fair_lock_is_free(void)
{
    SIM_CHECK(!pawl_lock_locked(lock) && is_fair());
}

static void task_was_served(void)
{
    SIM_CHECK(calls == 1);
    default_lock_is_free();
}

static void both_had_the_rlock(void)
{
    SIM_CHECK(SIM_READ(news) == 2);
}

static const struct sim_case single_cases[] = {
    {"single",
     "an_only_thread_uses_a_lock_then_starts_others",
     new_lock,
     {use_alone_then_start_others, acquire_once, acquire_timed},
     .finish = default_lock_is_free,
     .single = true},
    {"single",
     "an_only_thread_starts_others_with_the_lock_held",
     new_lock,
     {start_others_with_the_lock_held, acquire_once, acquire_timed},
     .finish = default_lock_is_free,
     .single = true},
    {"single",
     "an_only_thread_uses_a_fair_lock_then_starts_others",
     new_fair_lock,
     {start_others_with_the_lock_held, acquire_in_turn, acquire_in_turn},
     .finish = fair_lock_is_free,
     .single = true},
    {"single",
     "an_only_thread_serves_a_task_then_starts_others",
     new_lock,
     {serve_a_task_then_start_others, acquire_once},
     .finish = task_was_served,
     .single = true},
    {"single",
     "an_only_thread_starts_others_while_a_task_waits",
     new_lock,
     {start_others_with_the_lock_held_and_a_task_waiting, acquire_once},
     .finish = task_was_served,
     .single = true},
    {"single",
     "an_only_thread_notifies_a_task_then_starts_others",
     new_lock,
     {notify_a_task_then_start_others, acquire_once},
     .finish = task_was_served,
     .single = true},
    {"single",
     "an_only_thread_starts_others_with_an_rlock_held",
     new_lock,
     {use_rlock_then_start_others, use_rlock},
     .finish = both_had_the_rlock,
     .single = true},
    {"single",
     "an_only_threads_child_is_an_only_thread",
     new_lock,
     {fork_then_start_others, acquire_once},
     .finish = default_lock_is_free,
     .single = true},
};
SIM_GROUP(single);
