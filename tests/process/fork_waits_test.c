/* SPDX-License-Identifier: MIT
 *
 * docs/semantics.md, "All" 11, for every primitive: a fork while each kind of wait goes on in the
 * parent, and forks at random moments while threads and tasks use everything. POSIX only.
 */
#include "caller.h"
#include "task.h"
#include "waits.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILD_OK = 7 };

static bool is_let_through(struct stage *stage, const struct wait_kind *wait)
{
    struct caller waiter = {0};
    caller_start_wait(&waiter, wait, stage, PAWL_NEVER);
    stage_await_waiter(wait, stage);
    wait->open(stage);
    return caller_join(&waiter) == PAWL_OK;
}

static bool times_out(struct stage *stage, const struct wait_kind *wait)
{
    wait->shut(stage);
    bool result = wait->call(stage, pawl_after_us(100)) == PAWL_TIMEOUT &&
                  pawl__lot_count(wait->key(stage)) == 0;
    if (pawl_barrier_broken(&stage->barrier)) { /* where opening it is to wait for a party */
        pawl_barrier_reset(&stage->barrier);
    } else {
        wait->open(stage);
    }
    return result;
}

/* As the contract says: a held object is made free, a counting one is initialised again, and an
 * event, a condition and a once need nothing. */
static bool reinit(struct stage *stage)
{
    pawl_lock_reinit_after_fork(&stage->lock);
    pawl_lock_reinit_after_fork(&stage->fair);
    pawl_rlock_reinit_after_fork(&stage->rlock);
    pawl_rwlock_reinit_after_fork(&stage->rwlock);
    return pawl_semaphore_init(&stage->semaphore, 1) == PAWL_OK &&
           pawl_semaphore_init_bounded(&stage->bounded, 1) == PAWL_OK &&
           pawl_latch_init(&stage->latch, 0) == PAWL_OK &&
           pawl_barrier_init(&stage->barrier, 2, NULL, NULL) == PAWL_OK;
}

static void count_run(void *context)
{
    int *runs = context;
    (*runs)++;
}

/* CHILD_OK, or the way in which the child differs from a process that never had another thread:
 * FIRST_WAITING plus the row that is still waited for, FIRST_EARLY plus the row that does not time
 * out, FIRST_KEPT plus the row whose wait is not let proceed. */
enum { FIRST_WAITING = 10, FIRST_EARLY = 90, FIRST_KEPT = 170 };

static int use_stage(struct stage *stage, size_t row)
{
    int runs = 0;
    assert_true(wait_count <= FIRST_EARLY - FIRST_WAITING);
    alarm(60); /* a child that hangs ends, by a signal, and fails the test */
    for (size_t i = 0; i < wait_count; i++) {
        if (pawl__lot_count(waits[i].key(stage)) != 0) {
            return FIRST_WAITING + (int)i;
        }
    }
    bool was_done = pawl_once_done(&stage->once);
    pawl_once_call(&stage->once, count_run, &runs); /* the parent's run does not end here */
    if (pawl_condition_notify_all(&stage->condition) != 0 || (runs == 1) == was_done ||
        !reinit(stage)) {
        return 1;
    }
    for (size_t i = 0; i < wait_count; i++) {
        bool is_owner = waits[i].key(stage) == &stage->rlock.lock_; /* who shut it, and goes in */
        if (waits[i].timed && !is_owner && !times_out(stage, &waits[i])) {
            return FIRST_EARLY + (int)i;
        }
    }
    return !CHILD_THREADS || is_let_through(stage, &waits[row]) ? CHILD_OK : FIRST_KEPT + (int)row;
}

static void use_stage_in_child(struct stage *stage, size_t row)
{
    int status = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(use_stage(stage, row));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), CHILD_OK);
}

static void every_wait_of_the_parent_is_gone_in_the_child(void **state)
{
    (void)state;
    for (size_t row = 0; row < wait_count; row++) {
        struct stage stage;
        struct caller waiter = {0};
        stage_init(&stage);
        caller_start_wait(&waiter, &waits[row], &stage, PAWL_NEVER);
        stage_await_waiter(&waits[row], &stage);
        use_stage_in_child(&stage, row);
        assert_int_equal(pawl__lot_count(waits[row].key(&stage)), 1); /* the parent's goes on */
        waits[row].open(&stage);
        assert_int_equal(caller_join(&waiter), PAWL_OK);
        assert_true(stage_is_idle(&stage));
    }
}

/* A fork while another thread is inside the lot: its guards are free in the child. */
static bool may_leave(void *context)
{
    return caller_must_stop(context);
}

static pawl_status be_inside(struct caller *insider)
{
    struct pawl__bucket *bucket = pawl__lot_bucket(insider->key);
    pawl__lot_lock(bucket);
    caller_begins(insider);
    crew_until(may_leave, insider);
    pawl__lot_unlock(bucket);
    return PAWL_OK;
}

static void fork_while_another_thread_is_inside_the_lot(void **state)
{
    (void)state;
    for (size_t row = 0; row < wait_count; row++) {
        struct stage stage;
        struct caller insider = {.call = be_inside, .key = waits[row].key(&stage)};
        stage_init(&stage);
        caller_start(&insider, AT_ITS_OWN_TIME);
        caller_await_begin(&insider);
        use_stage_in_child(&stage, row);
        caller_stop(&insider);
        caller_join(&insider);
        assert_true(stage_is_idle(&stage));
    }
}

/* Threads that use everything, each with a task of its own. */
struct churn {
    struct stage *stage;
    crew_thread thread;
    uint64_t seed;
    uint8_t *stop; /* atomic */
    pawl_await op;
    uint8_t called; /* atomic */
};

static void note_call_and_release(pawl_await *op, pawl_status result)
{
    struct churn *churn = pawl_await_context(op);
    (void)result;
    pawl_lock_release(&churn->stage->fair);
    pawl__store8(&churn->called, 1, PAWL__RELEASE);
}

static bool was_called(void *context)
{
    struct churn *churn = context;
    return pawl__load8(&churn->called, PAWL__ACQUIRE) != 0;
}

/* Queued behind the holder of the fair lock; withdrawn, or called by the holder. */
static void await_fair_lock(struct churn *churn)
{
    churn->called = 0;
    switch (pawl_lock_acquire_await(&churn->stage->fair, &churn->op)) {
    case PAWL_OK:
        pawl_lock_release(&churn->stage->fair);
        break;
    case PAWL_PENDING:
        if (next_random(&churn->seed) % 2 == 0 || !pawl_await_cancel(&churn->op)) {
            crew_until(was_called, churn);
        }
        break;
    default:
        abort();
    }
}

/* Either way will do. */
static void ended(pawl_status status)
{
    if (status != PAWL_OK && status != PAWL_TIMEOUT) {
        abort();
    }
}

static void use_condition(struct stage *stage, bool notify)
{
    pawl_lock_acquire(&stage->lock);
    if (notify) {
        pawl_condition_notify_all(&stage->condition);
    } else {
        ended(pawl_condition_wait_for(&stage->condition, &stage->lock, PAWL_US(40)));
    }
    pawl_lock_release(&stage->lock);
}

static void use_one(struct churn *churn)
{
    struct stage *stage = churn->stage;
    uint64_t choice = next_random(&churn->seed) >> 8;
    switch (choice % 8) {
    case 0:
        await_fair_lock(churn);
        break;
    case 1:
        use_condition(stage, (choice & 256) != 0);
        break;
    case 2:
        pawl_event_set(&stage->event);
        pawl_event_clear(&stage->event);
        break;
    case 3:
        ended(pawl_event_wait_for(&stage->event, PAWL_US(40)));
        break;
    case 4:
        if (pawl_rwlock_acquire_exclusive_for(&stage->rwlock, PAWL_US(40)) == PAWL_OK) {
            pawl_rwlock_downgrade(&stage->rwlock);
            crew_yield();
            pawl_rwlock_release_shared(&stage->rwlock);
        }
        break;
    case 5:
        if (pawl_barrier_wait_for(&stage->barrier, PAWL_US(40), NULL) != PAWL_OK) {
            pawl_barrier_reset(&stage->barrier);
        }
        break;
    default: /* any acquire: these have all forms, and precede the event's */
        ended(waits[choice % 21].call(stage, pawl_after_us(40)));
        break;
    }
}

static void keep_using(void *context)
{
    struct churn *churn = context;
    while (pawl__load8(churn->stop, PAWL__RELAXED) == 0) {
        use_one(churn);
    }
}

static void fork_at_any_moment_leaves_the_child_working(void **state)
{
    enum { THREADS = 4, FORKS = 60 };
    struct stage stage;
    struct churn churns[THREADS];
    uint8_t stop = 0;
    uint64_t seed = 20261121;
    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    stage_init(&stage);
    memset(churns, 0, sizeof churns);
    for (size_t i = 0; i < THREADS; i++) {
        churns[i].stage = &stage;
        churns[i].stop = &stop;
        churns[i].seed = next_random(&seed);
        pawl_await_init(&churns[i].op, note_call_and_release, &churns[i]);
        crew_start(&churns[i].thread, keep_using, &churns[i]);
    }
    for (int i = 0; i < FORKS; i++) {
        let_time_pass(PAWL_US(next_random(&seed) % 300));
        use_stage_in_child(&stage, (size_t)(next_random(&seed) % wait_count));
    }
    pawl__store8(&stop, 1, PAWL__RELAXED);
    for (size_t i = 0; i < THREADS; i++) {
        crew_join(&churns[i].thread);
    }
    assert_true(stage_is_idle(&stage));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_wait_of_the_parent_is_gone_in_the_child),
        cmocka_unit_test(fork_while_another_thread_is_inside_the_lot),
        cmocka_unit_test(fork_at_any_moment_leaves_the_child_working),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
