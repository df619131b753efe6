/* SPDX-License-Identifier: MIT
 *
 * docs/semantics.md, "All" 9, to the very end: a thread that has nearly ended, whose
 * thread-specific data may be gone already, waits, owns rlocks, queues and calls tasks like any
 * other.
 */
#include "support.h"

#include "late_exit.h"
#include "task.h"
#include "waits.h"

#include <string.h>

/* A thread whose last act is `work`. */
struct late {
    crew_thread thread;
    const struct late_way *way;
    void (*before)(struct late *late); /* or NULL */
    void (*work)(struct late *late);
    const struct wait_kind *wait;
    struct stage *stage;
    pawl_time deadline, ended;
    pawl_status status;
    pawl_rlock *rlock;
    uint32_t depths[3];
    struct task tasks[3];
    bool done;
};

static void work_late(void *context)
{
    struct late *late = context;
    late->work(late);
    late->done = true;
}

static void arrange_and_end(void *context)
{
    struct late *late = context;
    if (late->before != NULL) {
        late->before(late);
    }
    late->way->arrange(work_late, late);
}

static void start(struct late *late)
{
    crew_start(&late->thread, arrange_and_end, late);
}

static void join(struct late *late)
{
    crew_join(&late->thread);
    if (!late->done) {
        fail_msg("nothing was called in %s", late->way->name);
    }
}

/* Each way in turn: NULL after the last. */
static const struct late_way *next_way(const struct late_way *last)
{
#if HAVE_CPP
    static const struct late_way destructor = {"a thread_local's destructor",
                                               late_exit_arrange_destructor};
    if (last == NULL) {
        return &destructor;
    }
    if (last == &destructor) {
        return late_ways;
    }
#else
    if (last == NULL) {
        return late_ways;
    }
#endif
    return last[1].arrange != NULL ? &last[1] : NULL;
}

static void wait_late(struct late *late)
{
    late->status = late->wait->call(late->stage, late->deadline);
    late->ended = pawl_now();
}

static void every_wait_of_an_ending_thread_is_let_through(void **state)
{
    (void)state;
    for (const struct late_way *way = next_way(NULL); way != NULL; way = next_way(way)) {
        for (size_t row = 0; row < wait_count; row++) {
            struct stage stage;
            struct late late = {.way = way, .work = wait_late, .wait = &waits[row],
                                .stage = &stage, .deadline = PAWL_NEVER};
            stage_init(&stage);
            waits[row].shut(&stage);
            start(&late);
            stage_await_waiter(&waits[row], &stage);
            waits[row].open(&stage);
            join(&late);
            if (late.status != PAWL_OK || !stage_is_idle(&stage)) {
                fail_msg("%s in %s: %s", waits[row].name, way->name,
                         pawl_status_name(late.status));
            }
        }
    }
}

static void every_wait_of_an_ending_thread_times_out(void **state)
{
    (void)state;
    for (const struct late_way *way = next_way(NULL); way != NULL; way = next_way(way)) {
        for (size_t row = 0; row < wait_count; row++) {
            struct stage stage;
            struct late late = {.way = way, .work = wait_late, .wait = &waits[row],
                                .stage = &stage};
            if (!waits[row].timed) {
                continue;
            }
            stage_init(&stage);
            waits[row].shut(&stage);
            late.deadline = pawl_after_us(500);
            start(&late);
            join(&late);
            assert_int_equal(late.status, PAWL_TIMEOUT);
            assert_true(late.ended >= late.deadline);
            assert_int_equal(pawl__lot_count(waits[row].key(&stage)), 0);
        }
    }
}

static void acquire_rlock(struct late *late)
{
    pawl_rlock_acquire(late->rlock);
}

static void deepen_and_release(struct late *late)
{
    late->depths[0] = pawl_rlock_depth(late->rlock);
    pawl_rlock_acquire(late->rlock);
    late->depths[1] = pawl_rlock_depth(late->rlock);
    while (pawl_rlock_release(late->rlock) == PAWL_OK) {
        late->depths[2]++;
    }
}

/* With an rlock that it acquired before, and with its first use of any rlock as its last act. */
static void ending_thread_owns_its_rlocks(void **state)
{
    (void)state;
    for (const struct late_way *way = next_way(NULL); way != NULL; way = next_way(way)) {
        for (uint32_t before = 0; before <= 1; before++) {
            pawl_rlock rlock = PAWL_RLOCK_INIT;
            struct late late = {.way = way, .before = before != 0 ? acquire_rlock : NULL,
                                .work = deepen_and_release, .rlock = &rlock};
            start(&late);
            join(&late);
            assert_int_equal(late.depths[0], before);
            assert_int_equal(late.depths[1], before + 1);
            assert_int_equal(late.depths[2], before + 1);
            assert_true(pawl_rlock_try_acquire(&rlock));
            assert_int_equal(pawl_rlock_depth(&rlock), 1);
        }
    }
}

static void release_task(struct task *task)
{
    pawl_lock_release(task->object);
}

/* The thread's release calls the first task, whose release grants to the second, and so on. */
static void call_tasks(struct late *late)
{
    pawl_lock_acquire(&late->stage->lock);
    for (size_t i = 0; i < 3; i++) {
        task_init(&late->tasks[i], release_task, &late->stage->lock);
        late->status = pawl_lock_acquire_await(&late->stage->lock, &late->tasks[i].op);
    }
    pawl_lock_release(&late->stage->lock);
    late->depths[0] = pawl_lock_locked(&late->stage->lock) ? 1 : 0;
}

static void ending_thread_calls_tasks(void **state)
{
    (void)state;
    for (const struct late_way *way = next_way(NULL); way != NULL; way = next_way(way)) {
        struct stage stage;
        struct late late = {.way = way, .work = call_tasks, .stage = &stage};
        task_begin_test(NULL);
        stage_init(&stage);
        start(&late);
        join(&late);
        assert_int_equal(late.status, PAWL_PENDING);
        assert_int_equal(late.depths[0], 0);
        for (size_t i = 0; i < 3; i++) {
            assert_int_equal(late.tasks[i].calls, 1);
            assert_int_equal(late.tasks[i].place, i + 1);
        }
    }
}

static void queue_tasks(struct late *late)
{
    for (size_t i = 0; i < 3; i++) {
        task_init(&late->tasks[i], release_task, &late->stage->lock);
        late->status = pawl_lock_acquire_await(&late->stage->lock, &late->tasks[i].op);
    }
}

/* The tasks are the program's, not the thread's. */
static void tasks_that_an_ending_thread_queued_outlive_it(void **state)
{
    (void)state;
    for (const struct late_way *way = next_way(NULL); way != NULL; way = next_way(way)) {
        struct stage stage;
        struct late late = {.way = way, .work = queue_tasks, .stage = &stage};
        stage_init(&stage);
        pawl_lock_acquire(&stage.lock);
        start(&late);
        join(&late);
        assert_int_equal(late.status, PAWL_PENDING);
        assert_int_equal(pawl__lot_count(&stage.lock), 3);
        assert_true(pawl_await_cancel(&late.tasks[1].op));
        pawl_lock_release(&stage.lock);
        assert_int_equal(late.tasks[0].calls, 1);
        assert_int_equal(late.tasks[1].calls, 0);
        assert_int_equal(late.tasks[2].calls, 1);
        assert_true(stage_is_idle(&stage));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_wait_of_an_ending_thread_is_let_through),
        cmocka_unit_test(every_wait_of_an_ending_thread_times_out),
        cmocka_unit_test(ending_thread_owns_its_rlocks),
        cmocka_unit_test(ending_thread_calls_tasks),
        cmocka_unit_test(tasks_that_an_ending_thread_queued_outlive_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
