/* SPDX-License-Identifier: MIT
 *
 * docs/semantics.md, "All" 11: in a forked child every object works as if only the calling thread
 * had ever existed. POSIX only.
 */
#include "caller.h"

#include "port.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Run the work in a child; its result is the exit status. */
static int in_child_of(pid_t (*make)(void), int (*work)(pawl_lock *lock), pawl_lock *lock)
{
    int status = 0;
    pid_t child = make();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(work(lock));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static int in_child(int (*work)(pawl_lock *lock), pawl_lock *lock)
{
    return in_child_of(fork, work, lock);
}

enum { CHILD_OK = 7 };

static int use_it(pawl_lock *lock)
{
    struct caller other = {.then = release_lock_after};
    if (!pawl_lock_try_acquire(lock)) {
        return 1;
    }
    if (pawl__lot_count(lock) != 0) {
        return 2;
    }
    if (CHILD_THREADS) { /* waiting works, with the child's own threads */
        caller_start_on(&other, call_lock, lock, PAWL_NEVER, 1);
    }
    if (pawl_lock_acquire_for(lock, PAWL_MS(2)) != PAWL_TIMEOUT) {
        return 3;
    }
    pawl_lock_release(lock);
    if (CHILD_THREADS) {
        caller_join(&other);
    }
    return other.status == PAWL_OK && pawl_lock_release(lock) == PAWL_NOT_HELD ? CHILD_OK : 4;
}

static int reinit_and_use_it(pawl_lock *lock)
{
    if (!pawl_lock_locked(lock)) {
        return 10;
    }
    pawl_lock_reinit_after_fork(lock);
    return pawl_lock_locked(lock) ? 11 : use_it(lock);
}

static int release_and_use_it(pawl_lock *lock)
{
    return pawl_lock_release(lock) == PAWL_OK ? use_it(lock) : 20;
}

static void unheld_lock_needs_nothing_in_a_child(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    pawl_lock fair = PAWL_FAIR_LOCK_INIT;
    (void)state;
    assert_int_equal(in_child(use_it, &lock), CHILD_OK);
    assert_int_equal(in_child(use_it, &fair), CHILD_OK);
}

static void held_lock_with_waiters_is_free_in_a_child_after_reinit(void **state)
{
    pawl_lock locks[2] = {PAWL_LOCK_INIT, PAWL_FAIR_LOCK_INIT};
    (void)state;
    for (size_t kind = 0; kind < 2; kind++) {
        pawl_lock *lock = &locks[kind];
        struct caller others[3] = {{.then = release_lock_after}, {.then = release_lock_after},
                                     {.then = release_lock_after}};
        pawl_lock_acquire(lock);
        for (size_t i = 0; i < 3; i++) {
            caller_start_on(&others[i], call_lock, lock, PAWL_NEVER, i + 1);
        }
        assert_int_equal(in_child(reinit_and_use_it, lock), CHILD_OK);
        assert_int_equal(in_child(release_and_use_it, lock), CHILD_OK);
        assert_int_equal(pawl__lot_count(lock), 3); /* the parent's are untouched */
        pawl_lock_release(lock);
        for (size_t i = 0; i < 3; i++) {
            caller_join(&others[i]);
        }
    }
}

static int fork_again(pawl_lock *lock)
{
    return in_child(reinit_and_use_it, lock);
}

static void grandchild_starts_afresh_as_well(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    struct caller other = {.then = release_lock_after};
    (void)state;
    pawl_lock_acquire(&lock);
    caller_start_on(&other, call_lock, &lock, PAWL_NEVER, 1);
    assert_int_equal(in_child(fork_again, &lock), CHILD_OK);
    pawl_lock_release(&lock);
    caller_join(&other);
}

/* The objects that the parent's threads wait for when it forks. */
struct family {
    pawl_semaphore semaphore;
    pawl_event event;
    pawl_lock lock;
    pawl_condition condition;
    pawl_rwlock rwlock;
    pawl_rlock rlock;
    pawl_once once;
    pawl_event may_end;
};

static struct family family;

static void wait_for_semaphore(void *context)
{
    (void)context;
    pawl_semaphore_acquire(&family.semaphore);
}

static void wait_for_event(void *context)
{
    (void)context;
    pawl_event_wait(&family.event);
}

static void wait_for_condition(void *context)
{
    pawl_status *status = context;
    pawl_lock_acquire(&family.lock);
    *status = pawl_condition_wait(&family.condition, &family.lock);
    pawl_lock_release(&family.lock);
}

static void wait_for_writer(void *context)
{
    (void)context;
    pawl_rwlock_acquire_shared(&family.rwlock);
    pawl_rwlock_release_shared(&family.rwlock);
}

static void wait_inside_once(void *context)
{
    (void)context;
    pawl_event_wait(&family.may_end);
}

static void run_once(void *context)
{
    pawl_once_call(&family.once, wait_inside_once, context);
}

static void count_run(void *context)
{
    int *runs = context;
    (*runs)++;
}

/* 0, or the number of the first difference from a process whose only thread is the forking one. */
static int use_family(pawl_lock *unused)
{
    int runs = 0;
    (void)unused;
    alarm(60);
    if (pawl_rlock_depth(&family.rlock) != 2 || pawl_rlock_release(&family.rlock) != PAWL_OK ||
        pawl_rlock_release(&family.rlock) != PAWL_OK || pawl_rlock_locked(&family.rlock)) {
        return 30;
    }
    pawl_semaphore_release(&family.semaphore); /* nobody waits, so the permit is there */
    if (!pawl_semaphore_try_acquire(&family.semaphore)) {
        return 31;
    }
    pawl_event_set(&family.event);
    if (pawl_event_wait_for(&family.event, PAWL_S(60)) != PAWL_OK) {
        return 32;
    }
    if (pawl_condition_notify_all(&family.condition) != 0) {
        return 33;
    }
    pawl_rwlock_reinit_after_fork(&family.rwlock);
    if (pawl_rwlock_acquire_exclusive_for(&family.rwlock, PAWL_S(60)) != PAWL_OK ||
        pawl_rwlock_acquire_shared_for(&family.rwlock, PAWL_MS(1)) != PAWL_TIMEOUT ||
        pawl_rwlock_release_exclusive(&family.rwlock) != PAWL_OK) {
        return 34;
    }
    pawl_once_call(&family.once, count_run, &runs); /* the parent's run does not end here */
    return runs == 1 && pawl_once_done(&family.once) ? CHILD_OK : 35;
}

static void nobody_waits_in_a_child_for_any_object(void **state)
{
    void (*const works[])(void *) = {wait_for_semaphore, wait_for_event, wait_for_condition,
                                     wait_for_writer, run_once};
    const void *const keys[] = {&family.semaphore, &family.event, &family.condition,
                                &family.rwlock, &family.may_end};
    crew_thread threads[5];
    pawl_status notified = PAWL_INVALID;
    (void)state;
    memset(&family, 0, sizeof family);
    pawl_rwlock_acquire_exclusive(&family.rwlock);
    pawl_rlock_acquire(&family.rlock);
    pawl_rlock_acquire(&family.rlock);
    for (size_t i = 0; i < 5; i++) {
        crew_start(&threads[i], works[i], &notified);
        wait_for_waiters(keys[i], 1);
    }
    assert_int_equal(in_child(use_family, NULL), CHILD_OK);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(pawl__lot_count(keys[i]), 1); /* the parent's are untouched */
    }
    pawl_semaphore_release(&family.semaphore);
    pawl_event_set(&family.event);
    assert_int_equal(pawl_condition_notify_all(&family.condition), 1);
    pawl_rwlock_release_exclusive(&family.rwlock);
    pawl_event_set(&family.may_end);
    for (size_t i = 0; i < 5; i++) {
        crew_join(&threads[i]);
    }
    assert_int_equal(notified, PAWL_OK);
}

/* A program may hold its locks across fork, by handlers of its own. The child's handler runs in a
 * process where the waiters are gone, so its release must not hand the lock off. */
static pawl_lock *held_across_fork;

static void release_after_fork(void)
{
    if (held_across_fork != NULL) {
        pawl_lock_release(held_across_fork);
    }
}

static void lock_held_across_fork_by_handlers_is_free_in_the_child(void **state)
{
    pawl_lock locks[2] = {PAWL_LOCK_INIT, PAWL_FAIR_LOCK_INIT};
    (void)state;
    assert_int_equal(pthread_atfork(NULL, NULL, release_after_fork), 0);
    for (size_t kind = 0; kind < 2; kind++) {
        pawl_lock *lock = &locks[kind];
        struct caller other = {.then = release_lock_after};
        pawl_lock_acquire(lock); /* as a prepare handler would */
        caller_start_on(&other, call_lock, lock, PAWL_NEVER, 1);
        let_time_pass(PATIENCE); /* so that a default lock would be handed off as well */
        held_across_fork = lock;
        assert_int_equal(in_child(use_it, lock), CHILD_OK);
        held_across_fork = NULL;
        pawl_lock_release(lock);
        caller_join(&other);
    }
}

/* Fork at moments when other threads are anywhere inside the lot, with its guards held or not. */
struct churn {
    pawl_lock locks[4];
    uint8_t stop; /* atomic */
};

static void keep_locking(void *context)
{
    struct churn *churn = context;
    for (uint64_t seed = 42; pawl__load8(&churn->stop, PAWL__RELAXED) == 0;) {
        pawl_lock *lock = &churn->locks[next_random(&seed) % 4];
        if (pawl_lock_acquire_for(lock, PAWL_US(30)) == PAWL_OK) {
            crew_yield();
            pawl_lock_release(lock);
        }
    }
}

static int reinit_all_and_use_them(pawl_lock *locks)
{
    int result = CHILD_OK;
    alarm(60); /* a child that hangs ends, by a signal, and fails the test */
    for (size_t i = 0; i < 4 && result == CHILD_OK; i++) {
        pawl_lock_reinit_after_fork(&locks[i]);
        result = use_it(&locks[i]);
    }
    return result;
}

static void fork_while_others_hold_and_wait_leaves_the_child_working(void **state)
{
    enum { THREADS = 3, FORKS = 40 };
    struct churn churn;
    crew_thread threads[THREADS];
    (void)state;
    memset(&churn, 0, sizeof churn);
    for (size_t i = 0; i < THREADS; i++) {
        crew_start(&threads[i], keep_locking, &churn);
    }
    for (int i = 0; i < FORKS; i++) {
        assert_int_equal(in_child(reinit_all_and_use_them, churn.locks), CHILD_OK);
    }
    pawl__store8(&churn.stop, 1, PAWL__RELAXED);
    for (size_t i = 0; i < THREADS; i++) {
        crew_join(&threads[i]);
    }
}

/* Operations as the fork left them in the child: pending; granted but not yet called. */
struct orphans {
    pawl_lock lock, other;
    pawl_await holder, pending, granted, waiting;
    pid_t child; /* 0 in the child */
    int calls;   /* of `granted` and `waiting` */
};

static void count_orphan(pawl_await *op, pawl_status result)
{
    struct orphans *orphans = pawl_await_context(op);
    (void)result;
    orphans->calls++;
}

/* Releases the lock to `granted`, whose call has to wait for the end of this one, and forks. */
static void grant_and_fork(pawl_await *op, pawl_status result)
{
    struct orphans *orphans = pawl_await_context(op);
    (void)result;
    pawl_lock_release(&orphans->lock);
    orphans->child = fork();
}

static int orphans_have_ended(struct orphans *orphans)
{
    if (orphans->calls != 0) {
        return 1;
    }
    if (pawl_await_cancel(&orphans->pending) || pawl_await_cancel(&orphans->granted)) {
        return 2;
    }
    pawl_lock_reinit_after_fork(&orphans->lock);
    pawl_lock_reinit_after_fork(&orphans->other);
    for (int i = 0; i < 2; i++) { /* a pending operation starts anew, and ends at once */
        if (pawl_lock_acquire_await(&orphans->other, &orphans->pending) != PAWL_OK ||
            pawl_await_cancel(&orphans->pending) ||
            pawl_lock_release(&orphans->other) != PAWL_OK) {
            return 6;
        }
    }
    if (pawl_lock_acquire_await(&orphans->lock, &orphans->granted) != PAWL_OK ||
        pawl_lock_acquire_await(&orphans->lock, &orphans->pending) != PAWL_PENDING ||
        pawl_lock_acquire_await(&orphans->lock, &orphans->waiting) != PAWL_PENDING) {
        return 3;
    }
    if (!pawl_await_cancel(&orphans->pending) || pawl__lot_count(&orphans->lock) != 1) {
        return 4;
    }
    return pawl_lock_release(&orphans->lock) == PAWL_OK && orphans->calls == 1 ? CHILD_OK : 5;
}

static void pending_awaits_have_ended_without_a_call_in_a_child(void **state)
{
    struct orphans orphans;
    int status = 0;
    (void)state;
    memset(&orphans, 0, sizeof orphans);
    pawl_await_init(&orphans.holder, grant_and_fork, &orphans);
    pawl_await_init(&orphans.granted, count_orphan, &orphans);
    pawl_await_init(&orphans.pending, count_orphan, &orphans);
    pawl_await_init(&orphans.waiting, count_orphan, &orphans);
    pawl_lock_acquire(&orphans.lock);
    pawl_lock_acquire(&orphans.other);
    assert_int_equal(pawl_lock_acquire_await(&orphans.lock, &orphans.holder), PAWL_PENDING);
    assert_int_equal(pawl_lock_acquire_await(&orphans.lock, &orphans.granted), PAWL_PENDING);
    assert_int_equal(pawl_lock_acquire_await(&orphans.other, &orphans.pending), PAWL_PENDING);
    assert_int_equal(pawl_lock_release(&orphans.lock), PAWL_OK);
    if (orphans.child == 0) {
        _exit(orphans_have_ended(&orphans));
    }
    assert_true(orphans.child > 0);
    assert_int_equal(waitpid(orphans.child, &status, 0), orphans.child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), CHILD_OK);
    assert_int_equal(orphans.calls, 1); /* the parent's are untouched */
    assert_true(pawl_await_cancel(&orphans.pending));
}

/* More than there ever were in the parent: each has a parker of its own. */
static pawl_semaphore permits;

static void take_permit(void *context)
{
    (void)context;
    pawl_semaphore_acquire(&permits);
}

static int let_many_wait(pawl_lock *lock)
{
    enum { WAITERS = 50 };
    crew_thread threads[WAITERS];
    (void)lock;
    for (size_t i = 0; i < WAITERS; i++) {
        crew_start(&threads[i], take_permit, NULL);
        wait_for_waiters(&permits, i + 1);
    }
    for (size_t i = 0; i < WAITERS; i++) {
        if (pawl_semaphore_release(&permits) != PAWL_OK ||
            pawl__lot_count(&permits) != WAITERS - 1 - i) {
            return 1;
        }
        crew_join(&threads[i]); /* in their order, and each alone */
    }
    return CHILD_OK;
}

static void many_threads_of_a_child_wait(void **state)
{
    (void)state;
    assert_int_equal(CHILD_THREADS ? in_child(let_many_wait, NULL) : CHILD_OK, CHILD_OK);
}

static pawl_rwlock read_by_main;

static void write_once(void *context)
{
    (void)context;
    pawl_rwlock_acquire_exclusive(&read_by_main);
    pawl_rwlock_release_exclusive(&read_by_main);
}

/* The first check that finds the writer gone is a try's, a wait's or a release's. */
static int read_again(pawl_lock *lock)
{
    (void)lock;
    if (!pawl_rwlock_try_acquire_shared(&read_by_main) || pawl__lot_count(&read_by_main) != 0) {
        return 1;
    }
    return pawl_rwlock_acquire_shared_for(&read_by_main, PAWL_S(60)) == PAWL_OK ? CHILD_OK : 2;
}

static int read_again_and_wait(pawl_lock *lock)
{
    (void)lock;
    pawl_rwlock_acquire_shared(&read_by_main);
    return CHILD_OK;
}

static int release_and_write(pawl_lock *lock)
{
    (void)lock;
    if (pawl_rwlock_release_shared(&read_by_main) != PAWL_OK) {
        return 1;
    }
    return pawl_rwlock_try_acquire_exclusive(&read_by_main) ? CHILD_OK : 2;
}

/* All of the parent's parkers, those in use included, each once; then another. */
enum { PARKERS = 300 };
static struct pawl__sleeper parents[PARKERS];
static bool is_taken[PARKERS]; /* again, in the child */

/* PARKERS: it is not among them. */
static size_t place_of(const void *parker)
{
    size_t i = 0;
    while (i < PARKERS && parents[i].slot != parker) {
        i++;
    }
    return i;
}

static int open_all_parkers(pawl_lock *lock)
{
    struct pawl__sleeper waiter;
    (void)lock;
    for (size_t i = 0; i < PARKERS; i++) {
        pawl__lot_open(&waiter, PAWL__ON_LOCK);
        size_t place = place_of(waiter.slot);
        if (place == PARKERS || is_taken[place]) {
            return 1;
        }
        is_taken[place] = true;
    }
    pawl__lot_open(&waiter, PAWL__ON_LOCK);
    return place_of(waiter.slot) == PARKERS ? CHILD_OK : 2;
}

static void parkers_are_free_in_a_child(void **state)
{
    (void)state;
    for (size_t i = 0; i < PARKERS; i++) {
        pawl__lot_open(&parents[i], PAWL__ON_LOCK);
    }
    pawl__lot_close(&parents[0]);
    assert_int_equal(in_child(open_all_parkers, NULL), CHILD_OK);
    for (size_t i = 1; i < PARKERS; i++) {
        pawl__lot_close(&parents[i]);
    }
}

static int count_processors(pawl_lock *lock)
{
    (void)lock;
    return !crew_confine() || pawl__port_processors() == 1 ? CHILD_OK : 1;
}

static void confined_process_has_one_processor(void **state)
{
    (void)state;
    assert_int_equal(in_child(count_processors, NULL), CHILD_OK);
}

static void readers_in_a_child_do_not_wait_for_its_parent_s_writers(void **state)
{
    crew_thread writer;
    (void)state;
    pawl_rwlock_acquire_shared(&read_by_main);
    crew_start(&writer, write_once, NULL);
    wait_for_waiters((const char *)&read_by_main + 1, 1);
    assert_int_equal(in_child(read_again, NULL), CHILD_OK);
    assert_int_equal(in_child(read_again_and_wait, NULL), CHILD_OK);
    assert_int_equal(in_child(release_and_write, NULL), CHILD_OK);
    assert_false(pawl_rwlock_try_acquire_shared(&read_by_main)); /* here it waits */
    assert_int_equal(pawl_rwlock_release_shared(&read_by_main), PAWL_OK);
    crew_join(&writer);
}

#if HAVE_FORK_WITHOUT_HANDLERS
pid_t _Fork(void); /* POSIX 2024 */

/* The queue is empty there, although no handler has run. (A fair lock would go to a thread that is
 * not there.) Also in the child of such a child, and in the child that a fork makes of one. */
static int release_and_make_children(pawl_lock *lock)
{
    int used = release_and_use_it(lock);
    if (used != CHILD_OK || !pawl_lock_try_acquire(lock)) {
        return used;
    }
    used = in_child_of(_Fork, release_and_use_it, lock);
    return used == CHILD_OK ? in_child(release_and_use_it, lock) : 30 + used;
}

static void child_without_fork_handlers_starts_afresh(void **state)
{
    (void)state;
    for (int fair = 0; fair <= 1; fair++) {
        pawl_lock locks[2] = {PAWL_LOCK_INIT, PAWL_FAIR_LOCK_INIT};
        pawl_lock *lock = &locks[fair];
        struct caller waiter = {.then = release_lock_after};
        pawl_lock_acquire(lock);
        caller_start_on(&waiter, call_lock, lock, PAWL_NEVER, 1);
        assert_int_equal(in_child_of(_Fork, release_and_make_children, lock), CHILD_OK);
        assert_int_equal(pawl__lot_count(lock), 1); /* here it waits */
        assert_int_equal(pawl_lock_release(lock), PAWL_OK);
        caller_join(&waiter);
        assert_int_equal(waiter.status, PAWL_OK);
    }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parkers_are_free_in_a_child),
        cmocka_unit_test(confined_process_has_one_processor),
        cmocka_unit_test(unheld_lock_needs_nothing_in_a_child),
        cmocka_unit_test(held_lock_with_waiters_is_free_in_a_child_after_reinit),
        cmocka_unit_test(grandchild_starts_afresh_as_well),
#if HAVE_FORK_WITHOUT_HANDLERS
        cmocka_unit_test(child_without_fork_handlers_starts_afresh),
#endif
        cmocka_unit_test(nobody_waits_in_a_child_for_any_object),
        cmocka_unit_test(many_threads_of_a_child_wait),
        cmocka_unit_test(readers_in_a_child_do_not_wait_for_its_parent_s_writers),
        cmocka_unit_test(pending_awaits_have_ended_without_a_call_in_a_child),
        cmocka_unit_test(lock_held_across_fork_by_handlers_is_free_in_the_child),
        cmocka_unit_test(fork_while_others_hold_and_wait_leaves_the_child_working),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
