/* SPDX-License-Identifier: MIT
 *
 * Two copies of pawl in one process: see copies.h. They share queues, parkers and identities.
 */
#include "copies.h"

#include "engine.h"
#include "port.h"

#include <string.h>

struct copies_world copies_world;
static struct copies_world *const world = &copies_world;
static bool forked;

/* The other copy's variables and constructors: the sections of its objects, which the linker
 * names. */
extern char __start_other_bss[], __stop_other_bss[];
extern void (*const __start_other_load[])(void), (*const __stop_other_load[])(void);

static void call_constructors(void)
{
    for (void (*const *load)(void) = __start_other_load; load < __stop_other_load; load++) {
        (*load)();
    }
}

void copies_load_other(void)
{
    port_unload_other();
    memset(__start_other_bss, 0, (size_t)(__stop_other_bss - __start_other_bss));
    call_constructors();
}

static void new_world(void)
{
    memset(world, 0, sizeof *world);
    world->lock = sim_new(sizeof *world->lock, "lock");
    world->rlock = sim_new(sizeof *world->rlock, "rlock");
    world->semaphore = sim_new(sizeof *world->semaphore, "semaphore");
    world->condition = sim_new(sizeof *world->condition, "condition");
    world->once = sim_new(sizeof *world->once, "once");
    world->tasks = sim_new(2 * sizeof *world->tasks, "tasks");
    forked = false;
}

static void load_both(void)
{
    new_world();
    copies_load_other();
}

static void load_both_with_a_fair_lock(void)
{
    load_both();
    pawl_lock_init_fair(world->lock);
}

/* --- Threads ---------------------------------------------------------------------------------- */

static void nest_rlock(void)
{
    copies_acquire_rlock();
    other_copies_acquire_rlock();
    copies_release_rlock();
    other_copies_release_rlock();
}

static void nest_rlock_the_other_way(void)
{
    other_copies_acquire_rlock();
    copies_acquire_rlock();
    other_copies_release_rlock();
    copies_release_rlock();
}

static void write_and_give_permit(void)
{
    SIM_WRITE(world->news, 7);
    other_copies_give_permit();
}

static void lock_is_free(void)
{
    SIM_CHECK(!pawl_lock_locked(world->lock));
}

static void both_used_the_lock(void)
{
    SIM_CHECK(world->section.entered == 2);
    lock_is_free();
}

static void all_used_the_rlock(void)
{
    SIM_CHECK(SIM_READ(world->news) == 8);
}

static void it_ran_once(void)
{
    SIM_CHECK(world->runs == 1);
}

/* --- Tasks ------------------------------------------------------------------------------------ */

static void two_tasks_wait(void)
{
    load_both();
    copies_await_permit_first();
    other_copies_await_permit_second();
}

static void two_tasks_wait_and_their_copy_is_unloaded(void)
{
    load_both();
    other_copies_await_permit_first();
    other_copies_await_permit_second();
    copies_load_other();
}

static void the_first_grants_and_ends_the_second(void)
{
    other_copies_give_permit();
    copies_end_second();
}

static void two_tasks_wait_and_the_first_ends_the_second(void)
{
    two_tasks_wait();
    world->tasks[0].then = the_first_grants_and_ends_the_second;
}

static void the_first_task_ended(void)
{
    SIM_CHECK(world->tasks[0].calls + world->tasks[0].ended == 1);
    other_copies_end_second();
    SIM_CHECK(world->tasks[1].calls + world->tasks[1].ended == 1);
}

static void each_task_ended_once(void)
{
    SIM_CHECK(world->tasks[0].calls + world->tasks[0].ended == 1);
    SIM_CHECK(world->tasks[1].calls + world->tasks[1].ended == 1);
}

/* --- Loading and forks ------------------------------------------------------------------------ */

static void load_and_use_lock(void)
{
    copies_load_other();
    other_copies_use_lock();
}

static void load_and_use_lock_twice(void)
{
    load_and_use_lock();
    load_and_use_lock(); /* unloaded, and loaded again */
}

static void load_between(void)
{
    copies_acquire_rlock();
    copies_load_other();
    other_copies_acquire_rlock();
    copies_load_other();
    other_copies_release_rlock();
    copies_release_rlock();
}

static void use_lock_in_child(void)
{
    pawl_lock_reinit_after_fork(world->lock);
    world->section = (struct sim_section){0};
    copies_use_lock();
    other_copies_use_lock();
    copies_use_lock_timed();
    other_copies_use_lock_timed();
    SIM_CHECK(pawl__lot_count(world->lock) == 0);
}

static void fork_and_use_lock(void)
{
    forked = sim_fork();
    if (forked) {
        use_lock_in_child();
    }
}

/* The loader finishes before any fibre calls the copy: its thread is the one that forks. */
static void load_fork_and_use_lock(void)
{
    copies_load_other();
    fork_and_use_lock();
}

static void fork_load_and_use_lock(void)
{
    forked = sim_fork();
    if (forked) {
        copies_load_other();
        use_lock_in_child();
    }
}

/* The program registers a handler before the other copy is loaded: it runs between the handlers of
 * the two copies, and what it starts stays pending. */
static void prepare_nothing(void)
{
}

static void start_in_child(void)
{
    copies_await_permit_first();
}

static void load_the_other_behind_a_handler(void)
{
    new_world();
    port_unload_other();
    pawl__port_at_fork(prepare_nothing, start_in_child);
    call_constructors();
}

static void fork_and_cancel(void)
{
    forked = sim_fork();
    if (forked) {
        SIM_CHECK(pawl__lot_count(world->semaphore) == 1);
        other_copies_end_first();
        SIM_CHECK(world->tasks[0].ended == 1);
    }
}

/* In the child the lock may be held by a thread that has vanished. */
static void lock_is_free_in_the_parent(void)
{
    SIM_CHECK(forked || !pawl_lock_locked(world->lock));
}

static void a_task_waits(void)
{
    load_both();
    copies_await_permit_first();
}

static void fork_and_start_again(void)
{
    forked = sim_fork();
    if (forked) {
        world->tasks[0].ended = 1;
        other_copies_start_first_again();
        copies_start_first_again();
    }
}

static void the_task_was_called(void)
{
    SIM_CHECK(forked || world->tasks[0].calls == 1);
}

static const struct sim_case copies_cases[] = {
    {"copies",
     "two_copies_use_a_lock",
     load_both,
     {copies_use_lock, other_copies_use_lock, other_copies_use_lock_timed},
     .finish = lock_is_free},
    {"copies",
     "two_copies_use_a_fair_lock",
     load_both_with_a_fair_lock,
     {copies_use_lock, other_copies_use_lock},
     .finish = both_used_the_lock},
    {"copies",
     "two_threads_own_an_rlock_by_both_copies",
     load_both,
     {nest_rlock, nest_rlock_the_other_way},
     .finish = all_used_the_rlock},
    {"copies",
     "one_copy_gives_another_a_permit",
     load_both,
     {copies_take_permit, write_and_give_permit},
     .finish = NULL},
    {"copies",
     "one_copy_notifies_another",
     load_both,
     {copies_wait_at_condition, other_copies_notify},
     .finish = lock_is_free},
    {"copies",
     "one_copy_waits_for_the_run_of_another",
     load_both,
     {copies_call_once, other_copies_call_once},
     .finish = it_ran_once},
    {"copies",
     "one_copy_cancels_the_task_that_another_grants",
     two_tasks_wait,
     {other_copies_give_permit, other_copies_end_first},
     .finish = the_first_task_ended,
     .leaves = true},
    {"copies",
     "one_copys_task_takes_back_what_another_copy_granted",
     two_tasks_wait_and_the_first_ends_the_second,
     {copies_give_permit, other_copies_end_second},
     .finish = each_task_ended_once},
    {"copies",
     "tasks_outlive_the_copy_that_queued_them",
     two_tasks_wait_and_their_copy_is_unloaded,
     {copies_give_permit, copies_end_first},
     .finish = the_first_task_ended,
     .leaves = true},
    {"copies",
     "a_copy_is_loaded_while_another_waits",
     new_world,
     {copies_use_lock, load_and_use_lock_twice},
     .finish = lock_is_free},
    {"copies",
     "an_rlocks_owner_is_the_same_after_a_reload",
     new_world,
     {load_between},
     .finish = NULL},
    {"copies",
     "a_child_forked_while_two_copies_contend_uses_both",
     load_both,
     {copies_use_lock, other_copies_use_lock, fork_and_use_lock},
     .finish = lock_is_free,
     .old_values = SIM_NONE},
    {"copies",
     "a_child_forked_after_a_copy_was_loaded_uses_both",
     new_world,
     {copies_use_lock, load_fork_and_use_lock},
     .finish = lock_is_free},
    {"copies",
     "a_child_loads_a_copy",
     new_world,
     {copies_use_lock, fork_load_and_use_lock},
     .finish = lock_is_free},
    {"copies",
     "a_programs_fork_handler_between_those_of_two_copies_uses_pawl",
     load_the_other_behind_a_handler,
     {copies_use_lock, fork_and_cancel},
     .finish = lock_is_free_in_the_parent},
    {"copies",
     "a_childs_other_copy_starts_the_parents_task_again",
     a_task_waits,
     {other_copies_give_permit, fork_and_start_again},
     .finish = the_task_was_called},
};
SIM_GROUP(copies);
