/* SPDX-License-Identifier: MIT
 *
 * Tasks: operations instead of waiting fibres. The granting fibre calls them.
 */
#include "sim.h"

enum { TASKS = 2 };

struct task {
    pawl_await op;
    unsigned calls, cancelled;
    pawl_status started, result;
};

static pawl_lock *lock;
static pawl_semaphore *semaphore;
static pawl_event *event;
static pawl_condition *condition;
static pawl_barrier *barrier;
static pawl_rwlock *rwlock;
static struct task *tasks;
static struct sim_section section;
static int news;

static struct task *task_of(pawl_await *op)
{
    return pawl_await_context(op);
}

static void new_tasks(pawl_resume *fn)
{
    tasks = sim_new(TASKS * sizeof *tasks, "tasks");
    for (unsigned i = 0; i < TASKS; i++) {
        pawl_await_init(&tasks[i].op, fn, &tasks[i]);
        tasks[i].started = PAWL_INVALID;
    }
    section = (struct sim_section){0};
    news = 0;
}

static void pass_section(void)
{
    sim_enter(&section);
    sim_leave(&section);
}

/* Each task once: at once, by a call, or cancelled. */
static void was_served(const struct task *task)
{
    unsigned at_once = task->started == PAWL_OK ? 1 : 0;
    SIM_CHECK(at_once + task->calls + task->cancelled == 1);
}

static void cancel(struct task *task)
{
    task->cancelled += pawl_await_cancel(&task->op) ? 1 : 0;
}

static void cancel_first(void)
{
    cancel(&tasks[0]);
}

static void cancel_second(void)
{
    cancel(&tasks[1]);
}

/* --- Lock ------------------------------------------------------------------------------------- */

static void use_lock(pawl_await *op, pawl_status result)
{
    SIM_CHECK(result == PAWL_OK);
    task_of(op)->calls++;
    pass_section();
    SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
}

static void start_on_lock(struct task *task)
{
    task->started = pawl_lock_acquire_await(lock, &task->op);
    if (task->started == PAWL_OK) {
        pass_section();
        SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
    }
}

static void start_first(void)
{
    start_on_lock(&tasks[0]);
}

static void start_second(void)
{
    start_on_lock(&tasks[1]);
}

static void new_lock(void)
{
    lock = sim_new(sizeof *lock, "lock");
    new_tasks(use_lock);
}

static void new_fair_lock(void)
{
    new_lock();
    pawl_lock_init_fair(lock);
}

static void both_wait_for_lock(void)
{
    new_lock();
    pawl_lock_acquire(lock);
    start_first();
    start_second();
}

static void both_wait_for_fair_lock(void)
{
    new_fair_lock();
    pawl_lock_acquire(lock);
    start_first();
    start_second();
}

static void release_lock(void)
{
    pass_section();
    SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
}

static void acquire_once(void)
{
    pawl_lock_acquire(lock);
    release_lock();
}

static void acquire_timed(void)
{
    if (pawl_lock_acquire_until(lock, PAWL_S(1) + PAWL_MS(5)) == PAWL_OK) {
        release_lock();
    }
}

static void try_once(void)
{
    if (pawl_lock_try_acquire(lock)) {
        release_lock();
    }
}

static void all_had_the_lock(void)
{
    was_served(&tasks[0]);
    was_served(&tasks[1]);
    SIM_CHECK(!pawl_lock_locked(lock));
}

static void first_had_the_lock(void)
{
    was_served(&tasks[0]);
    SIM_CHECK(!pawl_lock_locked(lock));
}

/* Any fibre may start an operation that it finds idle, without being notified. */
static void count_call(pawl_await *op, pawl_status result)
{
    SIM_CHECK(result == PAWL_OK);
    task_of(op)->calls++;
}

static void one_waits_and_counts(void)
{
    lock = sim_new(sizeof *lock, "lock");
    semaphore = sim_new(sizeof *semaphore, "semaphore");
    new_tasks(count_call);
    pawl_lock_acquire(lock);
    SIM_CHECK(pawl_lock_acquire_await(lock, &tasks[0].op) == PAWL_PENDING);
}

static void start_when_idle(void)
{
    tasks[0].started = pawl_semaphore_acquire_await(semaphore, &tasks[0].op);
}

/* A fibre that acquires at once has the operation to itself. */
static void one_waits_beside_a_permit(void)
{
    one_waits_and_counts();
    SIM_CHECK(pawl_semaphore_release(semaphore) == PAWL_OK);
}

static void initialise_when_idle(void)
{
    start_when_idle();
    if (tasks[0].started == PAWL_OK) {
        pawl_await_init(&tasks[0].op, count_call, &tasks[0]);
    }
}

static void hand_lock_over(void)
{
    SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
}

static void lock_is_held_and_the_permit_taken(void)
{
    SIM_CHECK(tasks[0].calls + tasks[0].cancelled == 1);
    SIM_CHECK(pawl_lock_locked(lock));
    SIM_CHECK(pawl_semaphore_value(semaphore) == (tasks[0].started == PAWL_OK ? 0 : 1));
}

static void lock_is_held_and_the_start_counts(void)
{
    unsigned first = tasks[0].calls + tasks[0].cancelled;
    SIM_CHECK(first == 1);
    SIM_CHECK(pawl_lock_locked(lock)); /* by the task, or still as in the beginning */
    SIM_CHECK(pawl_await_cancel(&tasks[0].op) == (tasks[0].started == PAWL_PENDING));
    SIM_CHECK(pawl_semaphore_release(semaphore) == PAWL_OK);
    SIM_CHECK(tasks[0].calls + tasks[0].cancelled == first);
}

/* The fibre or task that is let proceed is the last to use the lock and its operation, and frees
 * both. */
static void free_all(pawl_await *op, pawl_status result)
{
    SIM_CHECK(result == PAWL_OK);
    task_of(op)->calls++;
    pass_section();
    sim_free(lock);
    sim_free(tasks);
}

static void one_waits_and_frees(void)
{
    lock = sim_new(sizeof *lock, "lock");
    new_tasks(free_all);
    pawl_lock_acquire(lock);
}

static void start_and_free(void)
{
    if (pawl_lock_acquire_await(lock, &tasks[0].op) == PAWL_OK) {
        free_all(&tasks[0].op, PAWL_OK);
    }
}

/* --- Semaphore -------------------------------------------------------------------------------- */

static void use_permit(pawl_await *op, pawl_status result)
{
    SIM_CHECK(result == PAWL_OK);
    SIM_CHECK(SIM_READ(news) == 7);
    task_of(op)->calls++;
}

static void start_on_semaphore(struct task *task)
{
    task->started = pawl_semaphore_acquire_await(semaphore, &task->op);
    if (task->started == PAWL_OK) {
        SIM_CHECK(SIM_READ(news) == 7);
    }
}

static void new_semaphore(void)
{
    semaphore = sim_new(sizeof *semaphore, "semaphore");
    new_tasks(use_permit);
}

static void both_wait_for_permits(void)
{
    new_semaphore();
    start_on_semaphore(&tasks[0]);
    start_on_semaphore(&tasks[1]);
}

static void await_permit(void)
{
    start_on_semaphore(&tasks[0]);
}

static void give_permit(void)
{
    SIM_WRITE(news, 7);
    SIM_CHECK(pawl_semaphore_release(semaphore) == PAWL_OK);
}

static void permits_are_conserved(void)
{
    unsigned taken = tasks[0].calls + tasks[1].calls;
    for (unsigned i = 0; i < TASKS; i++) {
        bool left = tasks[i].started == PAWL_PENDING && tasks[i].calls + tasks[i].cancelled == 0;
        SIM_CHECK(!left || pawl_semaphore_value(semaphore) == 0);
        taken += tasks[i].started == PAWL_OK ? 1 : 0;
        cancel(&tasks[i]);
    }
    SIM_CHECK(taken + (unsigned)pawl_semaphore_value(semaphore) == 1);
}

/* --- Event ------------------------------------------------------------------------------------ */

static void new_event(void)
{
    event = sim_new(sizeof *event, "event");
    new_tasks(use_permit);
}

static void await_event(void)
{
    tasks[0].started = pawl_event_wait_await(event, &tasks[0].op);
    if (tasks[0].started == PAWL_OK) {
        SIM_CHECK(SIM_READ(news) == 7);
    }
}

static void waits_for_event(void)
{
    new_event();
    await_event();
}

static void set_event(void)
{
    SIM_WRITE(news, 7);
    pawl_event_set(event);
}

static void first_was_served(void)
{
    was_served(&tasks[0]);
}

/* --- Condition -------------------------------------------------------------------------------- */

static void wait_at_condition(struct task *task)
{
    pawl_lock_acquire(lock);
    task->started = pawl_condition_wait_await(condition, lock, &task->op);
}

static void both_wait_at_condition(void)
{
    new_lock();
    condition = sim_new(sizeof *condition, "condition");
    wait_at_condition(&tasks[0]);
    wait_at_condition(&tasks[1]);
}

static void both_wait_at_condition_fair(void)
{
    new_fair_lock();
    condition = sim_new(sizeof *condition, "condition");
    wait_at_condition(&tasks[0]);
    wait_at_condition(&tasks[1]);
}

static void notify(void)
{
    SIM_CHECK(pawl_condition_notify(condition, 1) == 1);
}

static void notify_with_lock(void)
{
    pawl_lock_acquire(lock);
    notify();
    release_lock();
}

static void notify_all_with_lock(void)
{
    pawl_lock_acquire(lock);
    pawl_condition_notify_all(condition);
    release_lock();
}

/* The one notification was not lost: a task that was cancelled after it has passed it on. */
static void one_was_notified(void)
{
    SIM_CHECK(tasks[0].calls + tasks[1].calls == 1);
    SIM_CHECK(tasks[0].calls + tasks[0].cancelled <= 1);
    SIM_CHECK(!pawl_lock_locked(lock));
    cancel(&tasks[0]);
    cancel(&tasks[1]);
    was_served(&tasks[0]);
    was_served(&tasks[1]);
}

static void both_were_notified_or_cancelled(void)
{
    SIM_CHECK(!pawl_lock_locked(lock));
    was_served(&tasks[0]);
    was_served(&tasks[1]);
}

/* --- Barrier ---------------------------------------------------------------------------------- */

static void pass_round(pawl_await *op, pawl_status result)
{
    struct task *task = task_of(op);
    task->calls++;
    task->result = result;
    SIM_CHECK(result != PAWL_OK || SIM_READ(news) == 7);
}

static void first_party_waits(void)
{
    barrier = sim_new(sizeof *barrier, "barrier");
    new_tasks(pass_round);
    SIM_CHECK(pawl_barrier_init(barrier, 2, NULL, NULL) == PAWL_OK);
    tasks[0].started = pawl_barrier_wait_await(barrier, &tasks[0].op, NULL);
}

static void arrive(void)
{
    SIM_WRITE(news, 7);
    tasks[1].started = pawl_barrier_wait_await(barrier, &tasks[1].op, NULL);
}

static void time_out_first(void)
{
    tasks[0].cancelled += pawl__await_time_out(&tasks[0].op) ? 1 : 0;
}

static void abort_barrier(void)
{
    pawl_barrier_abort(barrier);
}

static void parties_met_or_one_left(void)
{
    bool met = tasks[0].calls == 1;
    was_served(&tasks[0]);
    SIM_CHECK(tasks[1].started == (met ? PAWL_OK : PAWL_PENDING));
    SIM_CHECK(pawl_barrier_waiting(barrier) == (met ? 0U : 1U));
    SIM_CHECK(pawl_await_cancel(&tasks[1].op) == !met);
}

static void parties_met_or_it_is_broken(void)
{
    bool met = tasks[0].calls == 1 && tasks[0].result == PAWL_OK;
    was_served(&tasks[0]);
    SIM_CHECK(pawl_barrier_waiting(barrier) == 0);
    if (met) {
        SIM_CHECK(tasks[1].started == PAWL_OK);
    } else {
        SIM_CHECK(pawl_barrier_broken(barrier) && tasks[1].started == PAWL_BROKEN);
    }
}

/* --- RWLock ----------------------------------------------------------------------------------- */

/* Task 0 writes, task 1 reads. */
static void use_rwlock(pawl_await *op, pawl_status result)
{
    struct task *task = task_of(op);
    SIM_CHECK(result == PAWL_OK);
    task->calls++;
    if (task == &tasks[0]) {
        SIM_WRITE(news, 8);
        SIM_CHECK(pawl_rwlock_release_exclusive(rwlock) == PAWL_OK);
    } else {
        SIM_CHECK(SIM_READ(news) >= 0);
        SIM_CHECK(pawl_rwlock_release_shared(rwlock) == PAWL_OK);
    }
}

static void writer_and_reader_wait_for_a_reader(void)
{
    rwlock = sim_new(sizeof *rwlock, "rwlock");
    new_tasks(use_rwlock);
    pawl_rwlock_acquire_shared(rwlock);
    tasks[0].started = pawl_rwlock_acquire_exclusive_await(rwlock, &tasks[0].op);
    tasks[1].started = pawl_rwlock_acquire_shared_await(rwlock, &tasks[1].op);
}

static void release_shared(void)
{
    SIM_CHECK(SIM_READ(news) >= 0);
    SIM_CHECK(pawl_rwlock_release_shared(rwlock) == PAWL_OK);
}

static void writer_and_reader_wait_for_a_writer(void)
{
    rwlock = sim_new(sizeof *rwlock, "rwlock");
    new_tasks(use_rwlock);
    pawl_rwlock_acquire_exclusive(rwlock);
    tasks[0].started = pawl_rwlock_acquire_exclusive_await(rwlock, &tasks[0].op);
    tasks[1].started = pawl_rwlock_acquire_shared_await(rwlock, &tasks[1].op);
}

static void release_exclusive(void)
{
    SIM_WRITE(news, 7);
    SIM_CHECK(pawl_rwlock_release_exclusive(rwlock) == PAWL_OK);
}

static void rwlock_is_free(void)
{
    was_served(&tasks[0]);
    was_served(&tasks[1]);
    SIM_CHECK(pawl_rwlock_try_acquire_exclusive(rwlock));
}

static const struct sim_case await_cases[] = {
    {"await", "a_start_races_a_threads_release", new_lock, {start_first, acquire_once},
     .finish = first_had_the_lock},
    {"await", "a_start_races_a_threads_release_of_a_fair_lock", new_fair_lock,
     {start_first, acquire_once}, .finish = first_had_the_lock},
    {"await", "two_starts_race_a_thread", new_lock, {start_first, start_second, acquire_once},
     .finish = all_had_the_lock},
    {"await", "two_starts_race_a_thread_that_gives_up", new_fair_lock,
     {start_first, start_second, acquire_timed}, .finish = all_had_the_lock, .jumps = 1},
    {"await", "a_cancel_races_the_release", both_wait_for_lock, {release_lock, cancel_first},
     .finish = all_had_the_lock},
    {"await", "cancels_of_both_race_the_release", both_wait_for_lock,
     {release_lock, cancel_first, cancel_second}, .finish = all_had_the_lock},
    {"await", "two_cancels_of_one_race_the_release", both_wait_for_fair_lock,
     {release_lock, cancel_first, cancel_first}, .finish = all_had_the_lock},
    {"await", "a_newcomer_and_a_cancel_race_the_release", both_wait_for_lock,
     {release_lock, cancel_second, try_once}, .finish = all_had_the_lock},
    {"await", "a_thread_and_a_cancel_race_the_release", both_wait_for_fair_lock,
     {release_lock, cancel_first, acquire_once}, .finish = all_had_the_lock},
    {"await", "a_start_by_who_finds_it_idle_races_the_cancel", one_waits_and_counts,
     {cancel_first, start_when_idle}, .finish = lock_is_held_and_the_start_counts, .leaves = true},
    {"await", "a_start_by_who_finds_it_idle_races_the_call", one_waits_and_counts,
     {hand_lock_over, start_when_idle},
     .finish = lock_is_held_and_the_start_counts, .leaves = true},
    {"await", "who_finds_it_idle_initialises_it_behind_the_cancel", one_waits_beside_a_permit,
     {cancel_first, initialise_when_idle}, .finish = lock_is_held_and_the_permit_taken,
     .leaves = true},
    {"await", "a_release_races_a_start_that_frees_everything", one_waits_and_frees,
     {release_lock, start_and_free}, .finish = NULL},
    {"await", "a_start_races_the_permit", new_semaphore, {await_permit, give_permit},
     .finish = permits_are_conserved, .leaves = true},
    {"await", "a_cancel_races_the_permit", both_wait_for_permits, {give_permit, cancel_first},
     .finish = permits_are_conserved, .leaves = true},
    {"await", "cancels_of_both_race_the_permit", both_wait_for_permits,
     {give_permit, cancel_first, cancel_second}, .finish = permits_are_conserved, .leaves = true},
    {"await", "a_start_races_the_set", new_event, {await_event, set_event},
     .finish = first_was_served},
    {"await", "a_cancel_races_the_set", waits_for_event, {set_event, cancel_first},
     .finish = first_was_served},
    {"await", "a_cancel_races_the_notification", both_wait_at_condition, {notify, cancel_first},
     .finish = one_was_notified, .leaves = true},
    {"await", "a_cancel_races_a_notification_with_the_lock", both_wait_at_condition,
     {notify_with_lock, cancel_first}, .finish = one_was_notified, .leaves = true},
    {"await", "a_cancel_races_a_notification_and_who_has_the_lock", both_wait_at_condition_fair,
     {notify, cancel_first, acquire_once}, .finish = one_was_notified, .leaves = true},
    {"await", "cancels_of_both_race_notify_all", both_wait_at_condition,
     {notify_all_with_lock, cancel_first, cancel_second},
     .finish = both_were_notified_or_cancelled},
    {"await", "a_cancel_races_the_last_arrival", first_party_waits, {arrive, cancel_first},
     .finish = parties_met_or_one_left, .leaves = true},
    {"await", "a_time_out_races_the_last_arrival", first_party_waits, {arrive, time_out_first},
     .finish = parties_met_or_it_is_broken},
    {"await", "abort_races_the_last_arrival", first_party_waits, {arrive, abort_barrier},
     .finish = parties_met_or_it_is_broken},
    {"await", "a_writers_cancel_races_the_last_readers_release",
     writer_and_reader_wait_for_a_reader, {release_shared, cancel_first},
     .finish = rwlock_is_free},
    {"await", "a_readers_cancel_races_a_writers_release", writer_and_reader_wait_for_a_writer,
     {release_exclusive, cancel_second}, .finish = rwlock_is_free},
    {"await", "both_cancels_race_a_writers_release", writer_and_reader_wait_for_a_writer,
     {release_exclusive, cancel_first, cancel_second}, .finish = rwlock_is_free},
};
SIM_GROUP(await);
