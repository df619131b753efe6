/* SPDX-License-Identifier: MIT
 *
 * Objects that share a bucket of the parking lot, as all in one 4-byte word do: one guard, and one
 * chain of several queues. What happens to one must leave the others' queues alone.
 */
#include "engine.h"

#include "process.h"

enum { TASKS = 5 };

struct task {
    pawl_await op;
    unsigned calls, cancelled;
    void (*then)(void);
};

/* Four queues in one chain. */
static struct {
    pawl_lock one, other;
    pawl_event event;
    pawl_condition condition;
} * word;
/* In one bucket, and most likely in different chains. */
static pawl_semaphore *left, *right;
static pawl_rwlock *rwlock;
static pawl_lock *lock;
static struct task *tasks;
static struct sim_section section, other_section;
static int news;

static void count_call(pawl_await *op, pawl_status result)
{
    struct task *task = pawl_await_context(op);
    SIM_CHECK(result == PAWL_OK);
    task->calls++;
    if (task->then != NULL) {
        task->then();
    }
}

static void new_tasks(void)
{
    tasks = sim_new(TASKS * sizeof *tasks, "tasks");
    for (unsigned i = 0; i < TASKS; i++) {
        pawl_await_init(&tasks[i].op, count_call, &tasks[i]);
    }
    section = other_section = (struct sim_section){0};
    news = 0;
}

static void new_word(void)
{
    word = sim_new(sizeof *word, "word");
    new_tasks();
    struct pawl__bucket *bucket = pawl__lot_bucket(&word->one);
    SIM_CHECK(pawl__lot_bucket(&word->condition) == bucket);
    SIM_CHECK(pawl__process_chain(bucket, &word->condition) ==
              pawl__process_chain(bucket, &word->one));
}

/* A new object in the bucket of the key. */
static void *new_beside(const void *key, size_t size, const char *name)
{
    enum { LINE = 64 };
    for (;;) {
        const char *at = memory_map(0);
        for (size_t skip = 0; skip + size <= LINE; skip += 8) {
            if (pawl__lot_bucket(at + skip) == pawl__lot_bucket(key)) {
                return (char *)sim_new(skip + size, name) + skip;
            }
        }
        SIM_CHECK(memory_map(LINE) != NULL);
    }
}

/* --- Two locks -------------------------------------------------------------------------------- */

static void release_one(void)
{
    SIM_CHECK(pawl_lock_release(&word->one) == PAWL_OK);
}

static void release_other(void)
{
    SIM_CHECK(pawl_lock_release(&word->other) == PAWL_OK);
}

static void wait_for(pawl_lock *of, unsigned task, void (*then)(void))
{
    tasks[task].then = then;
    SIM_CHECK(pawl_lock_acquire_await(of, &tasks[task].op) == PAWL_PENDING);
}

static void a_task_waits_for_the_other(void)
{
    new_word();
    pawl_lock_acquire(&word->other);
    wait_for(&word->other, 0, release_other);
}

static void use_one(void)
{
    pawl_lock_acquire(&word->one);
    sim_enter(&section);
    sim_leave(&section);
    release_one();
}

static void use_one_timed(void)
{
    if (pawl_lock_acquire_until(&word->one, PAWL_S(1) + PAWL_MS(5)) == PAWL_OK) {
        sim_enter(&section);
        sim_leave(&section);
        release_one();
    }
}

static void use_other(void)
{
    pawl_lock_acquire(&word->other);
    sim_enter(&other_section);
    sim_leave(&other_section);
    release_other();
}

static void first_was_called(void)
{
    SIM_CHECK(tasks[0].calls == 1);
    SIM_CHECK(!pawl_lock_locked(&word->one) && !pawl_lock_locked(&word->other));
}

static void locks_are_free(void)
{
    SIM_CHECK(!pawl_lock_locked(&word->one) && !pawl_lock_locked(&word->other));
}

/* --- Several queues in a chain ---------------------------------------------------------------- */

static void each_has_a_task(void)
{
    new_word();
    pawl_lock_acquire(&word->one);
    pawl_lock_acquire(&word->other);
    wait_for(&word->one, 0, release_one);
    wait_for(&word->other, 1, release_other);
    wait_for(&word->other, 2, release_other);
    SIM_CHECK(pawl_event_wait_await(&word->event, &tasks[3].op) == PAWL_PENDING);
}

static void cancel(unsigned task)
{
    tasks[task].cancelled += pawl_await_cancel(&tasks[task].op) ? 1 : 0;
}

static void cancel_first(void)
{
    cancel(0);
}

static void cancel_second(void)
{
    cancel(1);
}

static void cancel_last(void)
{
    cancel(3);
}

static void set_event(void)
{
    pawl_event_set(&word->event);
}

static void release_both_and_set_event(void)
{
    release_one();
    set_event();
    release_other();
}

static void all_four_ended(void)
{
    for (unsigned i = 0; i < 4; i++) {
        SIM_CHECK(tasks[i].calls + tasks[i].cancelled == 1);
    }
    locks_are_free();
}

static void first_three_ended(void)
{
    for (unsigned i = 0; i < 3; i++) {
        SIM_CHECK(tasks[i].calls + tasks[i].cancelled == 1);
    }
    cancel_last();
    SIM_CHECK(tasks[3].cancelled == 1);
    locks_are_free();
}

/* --- A condition beside its lock: both of its queues are in one bucket ------------------------ */

static void wait_for_news(void)
{
    pawl_lock_acquire(&word->one);
    while (SIM_READ(news) == 0) {
        SIM_CHECK(pawl_condition_wait(&word->condition, &word->one) == PAWL_OK);
    }
    release_one();
}

static void wait_for_news_timed(void)
{
    pawl_status status = PAWL_OK;
    pawl_lock_acquire(&word->one);
    while (SIM_READ(news) == 0 && status == PAWL_OK) {
        status = pawl_condition_wait_until(&word->condition, &word->one, PAWL_S(1) + PAWL_MS(5));
    }
    release_one();
}

static void bring_news(void)
{
    pawl_lock_acquire(&word->one);
    SIM_WRITE(news, 1);
    pawl_condition_notify_all(&word->condition);
    release_one();
}

static void a_task_waits_for_news(void)
{
    new_word();
    pawl_lock_acquire(&word->one);
    tasks[0].then = release_one;
    SIM_CHECK(pawl_condition_wait_await(&word->condition, &word->one, &tasks[0].op) ==
              PAWL_PENDING);
}

static void first_ended(void)
{
    SIM_CHECK(tasks[0].calls + tasks[0].cancelled == 1);
    locks_are_free();
}

/* --- One bucket, different chains ------------------------------------------------------------- */

static void new_semaphores(void)
{
    new_tasks();
    left = sim_new(sizeof *left, "left");
    right = new_beside(left, sizeof *right, "right");
    SIM_CHECK(pawl_semaphore_acquire_await(right, &tasks[0].op) == PAWL_PENDING);
}

static void take_left(void)
{
    pawl_semaphore_acquire(left);
    SIM_CHECK(SIM_READ(news) == 1);
}

static void give_left(void)
{
    SIM_WRITE(news, 1);
    SIM_CHECK(pawl_semaphore_release(left) == PAWL_OK);
}

static void give_right(void)
{
    SIM_CHECK(pawl_semaphore_release(right) == PAWL_OK);
}

static void right_had_its_permit(void)
{
    SIM_CHECK(tasks[0].calls == 1);
    SIM_CHECK(pawl_semaphore_value(left) == 0 && pawl_semaphore_value(right) == 0);
}

static void new_rwlock_and_lock(void)
{
    new_tasks();
    lock = sim_new(sizeof *lock, "lock");
    rwlock = new_beside(lock, sizeof *rwlock, "rwlock");
    pawl_lock_acquire(lock);
    SIM_CHECK(pawl_lock_acquire_await(lock, &tasks[0].op) == PAWL_PENDING);
}

static void release_lock(void)
{
    SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
}

static void read_news(void)
{
    pawl_rwlock_acquire_shared(rwlock);
    SIM_CHECK(SIM_READ(news) <= 1);
    SIM_CHECK(pawl_rwlock_release_shared(rwlock) == PAWL_OK);
}

static void write_news(void)
{
    pawl_rwlock_acquire_exclusive(rwlock);
    SIM_WRITE(news, 1);
    SIM_CHECK(pawl_rwlock_release_exclusive(rwlock) == PAWL_OK);
}

static void lock_is_the_tasks(void)
{
    SIM_CHECK(tasks[0].calls == 1);
    SIM_CHECK(pawl_lock_locked(lock));
    SIM_CHECK(pawl_rwlock_try_acquire_exclusive(rwlock));
}

static const struct sim_case neighbours_cases[] = {
    {"neighbours",
     "two_locks_in_one_word_are_used_at_a_time",
     a_task_waits_for_the_other,
     {use_one, use_one_timed, release_other},
     .finish = first_was_called},
    {"neighbours",
     "two_threads_wait_for_each_of_two_locks",
     new_word,
     {use_one, use_one, use_other, use_other},
     .finish = locks_are_free},
    {"neighbours",
     "cancels_race_grants_in_one_chain",
     each_has_a_task,
     {release_both_and_set_event, cancel_second, cancel_first},
     .finish = all_four_ended},
    {"neighbours",
     "each_queue_of_a_chain_is_served_by_another_thread",
     each_has_a_task,
     {release_one, release_other, set_event},
     .finish = all_four_ended},
    {"neighbours",
     "queues_before_the_last_of_a_chain_end",
     each_has_a_task,
     {release_one, release_other},
     .finish = first_three_ended,
     .leaves = true},
    {"neighbours",
     "a_condition_in_its_locks_word_is_notified",
     new_word,
     {wait_for_news, wait_for_news_timed, bring_news},
     .finish = locks_are_free},
    {"neighbours",
     "a_tasks_condition_in_its_locks_word_is_notified",
     a_task_waits_for_news,
     {bring_news, cancel_first, use_one},
     .finish = first_ended},
    {"neighbours",
     "two_semaphores_in_one_bucket_are_used_at_a_time",
     new_semaphores,
     {take_left, give_left, give_right},
     .finish = right_had_its_permit},
    {"neighbours",
     "an_rwlock_and_a_lock_in_one_bucket_are_used_at_a_time",
     new_rwlock_and_lock,
     {read_news, write_news, release_lock},
     .finish = lock_is_the_tasks},
};
SIM_GROUP(neighbours);
