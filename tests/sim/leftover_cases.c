/* SPDX-License-Identifier: MIT
 *
 * What a fork leaves in an object's word: others wait for the object, or are about to, at each
 * moment of their calls, and the thread that uses it forks. In the child nobody waits, so each try
 * succeeds that would succeed for an only thread. No object is initialised again here, as that
 * would hide what was left.
 */
#include "sim.h"

#include <string.h>

static pawl_lock *lock;
static pawl_rlock *rlock;
static pawl_rwlock *rwlock;
static pawl_semaphore *semaphore;
static pawl_event *event;
static pawl_condition *condition;
static bool forked;

static void new_objects(void)
{
    lock = sim_new(sizeof *lock, "lock");
    rlock = sim_new(sizeof *rlock, "rlock");
    rwlock = sim_new(sizeof *rwlock, "rwlock");
    semaphore = sim_new(sizeof *semaphore, "semaphore");
    event = sim_new(sizeof *event, "event");
    condition = sim_new(sizeof *condition, "condition");
    forked = false;
}

static void new_fair_lock(void)
{
    new_objects();
    pawl_lock_init_fair(lock);
}

static pawl_time soon(void)
{
    return PAWL_S(1) + PAWL_MS(5);
}

static bool says(const char *text, const char *word)
{
    return strstr(text, word) != NULL;
}

/* --- A lock and an rlock that the forking thread holds ---------------------------------------- */

static void use_lock(void)
{
    if (pawl_lock_acquire_until(lock, soon()) == PAWL_OK) {
        SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
    }
}

static void use_lock_twice_in_child(void)
{
    for (unsigned i = 0; i < 2; i++) {
        SIM_CHECK(pawl_lock_try_acquire(lock));
        SIM_CHECK(!pawl_lock_try_acquire(lock));
        SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
        SIM_CHECK(pawl_lock_release(lock) == PAWL_NOT_HELD);
    }
}

static void fork_with_the_lock(void)
{
    pawl_lock_acquire(lock);
    forked = sim_fork();
    SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
    if (forked) {
        use_lock_twice_in_child();
    }
}

static void use_rlock(void)
{
    if (pawl_rlock_acquire_until(rlock, soon()) == PAWL_OK) {
        SIM_CHECK(pawl_rlock_release(rlock) == PAWL_OK);
    }
}

static void fork_with_the_rlock(void)
{
    pawl_rlock_acquire(rlock);
    forked = sim_fork();
    SIM_CHECK(pawl_rlock_owned(rlock));
    SIM_CHECK(pawl_rlock_release(rlock) == PAWL_OK);
    for (unsigned i = 0; forked && i < 2; i++) {
        SIM_CHECK(pawl_rlock_try_acquire(rlock) && pawl_rlock_try_acquire(rlock));
        SIM_CHECK(pawl_rlock_release(rlock) == PAWL_OK);
        SIM_CHECK(pawl_rlock_release(rlock) == PAWL_OK);
        SIM_CHECK(pawl_rlock_release(rlock) == PAWL_NOT_HELD);
    }
}

/* --- An rwlock that the forking thread holds -------------------------------------------------- */

static void read_rwlock(void)
{
    if (pawl_rwlock_acquire_shared_until(rwlock, soon()) == PAWL_OK) {
        SIM_CHECK(pawl_rwlock_release_shared(rwlock) == PAWL_OK);
    }
}

static void write_rwlock(void)
{
    if (pawl_rwlock_acquire_exclusive_until(rwlock, soon()) == PAWL_OK) {
        SIM_CHECK(pawl_rwlock_release_exclusive(rwlock) == PAWL_OK);
    }
}

static void use_rwlock_twice_in_child(void)
{
    for (unsigned i = 0; i < 2; i++) {
        SIM_CHECK(pawl_rwlock_try_acquire_exclusive(rwlock));
        SIM_CHECK(!pawl_rwlock_try_acquire_shared(rwlock));
        SIM_CHECK(pawl_rwlock_release_exclusive(rwlock) == PAWL_OK);
        SIM_CHECK(pawl_rwlock_try_acquire_shared(rwlock));
        SIM_CHECK(pawl_rwlock_try_acquire_shared(rwlock));
        SIM_CHECK(!pawl_rwlock_try_acquire_exclusive(rwlock));
        SIM_CHECK(pawl_rwlock_release_shared(rwlock) == PAWL_OK);
        SIM_CHECK(pawl_rwlock_release_shared(rwlock) == PAWL_OK);
        SIM_CHECK(pawl_rwlock_release_shared(rwlock) == PAWL_NOT_HELD);
    }
}

static void fork_with_the_rwlock_exclusive(void)
{
    pawl_rwlock_acquire_exclusive(rwlock);
    forked = sim_fork();
    SIM_CHECK(pawl_rwlock_release_exclusive(rwlock) == PAWL_OK);
    if (forked) {
        use_rwlock_twice_in_child();
    }
}

/* In the child the hold is the caller's alone, unless a vanished thread has one as well: then the
 * contract requires reinit. */
static void fork_with_the_rwlock_shared(void)
{
    char text[96];
    forked = sim_fork();
    if (!forked) {
        SIM_CHECK(pawl_rwlock_release_shared(rwlock) == PAWL_OK);
        return;
    }
    pawl_rwlock_describe(rwlock, text, sizeof text);
    if (says(text, "holders=1 ")) {
        SIM_CHECK(says(text, "waiters=0 "));
        SIM_CHECK(pawl_rwlock_try_acquire_shared(rwlock));
        SIM_CHECK(!pawl_rwlock_try_acquire_exclusive(rwlock));
        SIM_CHECK(pawl_rwlock_release_shared(rwlock) == PAWL_OK);
        SIM_CHECK(pawl_rwlock_release_shared(rwlock) == PAWL_OK);
        use_rwlock_twice_in_child();
    }
}

static void share_and_fork(void)
{
    pawl_rwlock_acquire_shared(rwlock);
    fork_with_the_rwlock_shared();
}

static void downgrade_and_fork(void)
{
    pawl_rwlock_acquire_exclusive(rwlock);
    sim_yield();
    SIM_CHECK(pawl_rwlock_downgrade(rwlock) == PAWL_OK);
    fork_with_the_rwlock_shared();
}

/* --- What nobody holds ------------------------------------------------------------------------ */

static void wait_for_permit(void)
{
    SIM_CHECK(pawl_semaphore_acquire_until(semaphore, soon()) == PAWL_TIMEOUT);
}

static void fork_and_use_semaphore(void)
{
    forked = sim_fork();
    for (unsigned i = 0; forked && i < 2; i++) {
        SIM_CHECK(pawl_semaphore_value(semaphore) == 0);
        SIM_CHECK(!pawl_semaphore_try_acquire(semaphore));
        SIM_CHECK(pawl_semaphore_release_n(semaphore, 2) == PAWL_OK);
        SIM_CHECK(pawl_semaphore_value(semaphore) == 2);
        SIM_CHECK(pawl_semaphore_try_acquire(semaphore) && pawl_semaphore_try_acquire(semaphore));
    }
}

static void wait_for_event(void)
{
    SIM_CHECK(pawl_event_wait_until(event, soon()) == PAWL_TIMEOUT);
}

static void fork_and_use_event(void)
{
    forked = sim_fork();
    for (unsigned i = 0; forked && i < 2; i++) {
        SIM_CHECK(!pawl_event_is_set(event));
        pawl_event_set(event);
        SIM_CHECK(pawl_event_is_set(event));
        pawl_event_wait(event);
        pawl_event_clear(event);
        SIM_CHECK(pawl_event_wait_until(event, 0) == PAWL_TIMEOUT);
    }
}

static void wait_at_condition(void)
{
    pawl_lock_acquire(lock);
    SIM_CHECK(pawl_condition_wait_until(condition, lock, soon()) != PAWL_NOT_HELD);
    SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
}

/* The lock is held at the fork, so that no vanished thread holds it. */
static void fork_with_the_lock_and_use_condition(void)
{
    pawl_lock_acquire(lock);
    forked = sim_fork();
    for (unsigned i = 0; forked && i < 2; i++) {
        SIM_CHECK(pawl_condition_notify(condition, 1) == 0);
        SIM_CHECK(pawl_condition_notify_all(condition) == 0);
        SIM_CHECK(pawl_condition_wait_until(condition, lock, sim_time() + 1) == PAWL_TIMEOUT);
    }
    SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
    if (forked) {
        use_lock_twice_in_child();
    }
}

/* Notified waiters are on their way to the lock when the process forks. */
static void notify_and_fork_with_the_lock(void)
{
    pawl_lock_acquire(lock);
    pawl_condition_notify_all(condition);
    forked = sim_fork();
    SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
    if (forked) {
        SIM_CHECK(pawl_condition_notify_all(condition) == 0);
        use_lock_twice_in_child();
    }
}

static const struct sim_case leftover_cases[] = {
    {"leftover",
     "a_child_holds_a_lock_that_others_waited_for",
     new_objects,
     {use_lock, use_lock, fork_with_the_lock},
     .old_values = SIM_NONE},
    {"leftover",
     "a_child_holds_a_fair_lock_that_others_waited_for",
     new_fair_lock,
     {use_lock, use_lock, fork_with_the_lock},
     .old_values = SIM_NONE},
    {"leftover",
     "a_child_owns_an_rlock_that_others_waited_for",
     new_objects,
     {use_rlock, use_rlock, fork_with_the_rlock},
     .old_values = SIM_NONE},
    {"leftover",
     "a_child_holds_an_rwlock_exclusive_that_others_waited_for",
     new_objects,
     {read_rwlock, write_rwlock, fork_with_the_rwlock_exclusive},
     .old_values = SIM_NONE},
    {"leftover",
     "a_child_holds_an_rwlock_shared_that_others_waited_for",
     new_objects,
     {read_rwlock, write_rwlock, share_and_fork},
     .old_values = SIM_NONE},
    {"leftover",
     "a_child_holds_a_downgraded_rwlock_that_others_waited_for",
     new_objects,
     {read_rwlock, write_rwlock, downgrade_and_fork},
     .old_values = SIM_NONE},
    {"leftover",
     "a_child_uses_a_semaphore_that_others_waited_for",
     new_objects,
     {wait_for_permit, wait_for_permit, fork_and_use_semaphore},
     .old_values = SIM_NONE},
    {"leftover",
     "a_child_uses_an_event_that_others_waited_for",
     new_objects,
     {wait_for_event, wait_for_event, fork_and_use_event},
     .old_values = SIM_NONE},
    {"leftover",
     "a_child_uses_a_condition_that_others_waited_at",
     new_objects,
     {wait_at_condition, wait_at_condition, fork_with_the_lock_and_use_condition},
     .old_values = SIM_NONE},
    {"leftover",
     "a_child_holds_a_lock_that_notified_waiters_waited_for",
     new_objects,
     {wait_at_condition, wait_at_condition, notify_and_fork_with_the_lock},
     .old_values = SIM_NONE},
};
SIM_GROUP(leftover);
