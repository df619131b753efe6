/* SPDX-License-Identifier: MIT
 *
 * Two shared libraries with a static pawl each, and a third pawl in the program, share their
 * objects: a thread or task that waits through one copy is seen and served through the others.
 */
#include "support.h"

#include "cross.h"
#include "task.h"

enum { COPIES = 3 };

static const struct copy *copy_of(size_t number)
{
    const struct copy *(*const copies[COPIES])(void) = {copy_a, copy_b, copy_here};
    return copies[number % COPIES]();
}

static void copies_are_separate_code(void **state)
{
    (void)state;
    for (size_t i = 0; i < COPIES; i++) {
        assert_true((uintptr_t)copy_of(i)->release != (uintptr_t)copy_of(i + 1)->release);
        assert_true((uintptr_t)copy_of(i)->count != (uintptr_t)copy_of(i + 1)->count);
    }
}

static void waiter_of_one_copy_is_let_through_by_another(void **state)
{
    (void)state;
    for (size_t i = 0; i < COPIES * COPIES; i++) {
        const char *failed = cross_wait(copy_of(i / COPIES), copy_of(i));
        if (failed != NULL) {
            fail_msg("%s, from copy %u to copy %u", failed, (unsigned)(i / COPIES),
                     (unsigned)(i % COPIES));
        }
    }
}

struct nested {
    crew_thread thread;
    pawl_rlock rlock;
    uint32_t deepest;
    pawl_status last;
};

/* In a thread that no copy has seen before. */
static void nest_through_all(void *context)
{
    struct nested *nested = context;
    copy_a()->rlock_acquire(&nested->rlock);
    copy_b()->rlock_acquire(&nested->rlock);
    pawl_rlock_acquire(&nested->rlock);
    nested->deepest = copy_b()->rlock_depth(&nested->rlock);
    copy_a()->rlock_release(&nested->rlock);
    pawl_rlock_release(&nested->rlock);
    nested->last = copy_b()->rlock_release(&nested->rlock);
}

static void thread_is_the_same_owner_in_every_copy(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        struct nested nested = {.rlock = PAWL_RLOCK_INIT};
        crew_start(&nested.thread, nest_through_all, &nested);
        crew_join(&nested.thread);
        assert_int_equal(nested.deepest, 3);
        assert_int_equal(nested.last, PAWL_OK);
        assert_false(pawl_rlock_locked(&nested.rlock));
    }
}

/* Owned through one copy by another thread: every other copy refuses its release. */
static void no_copy_takes_another_thread_for_the_owner(void **state)
{
    struct nested nested = {.rlock = PAWL_RLOCK_INIT};
    (void)state;
    copy_a()->rlock_acquire(&nested.rlock);
    assert_int_equal(copy_b()->rlock_depth(&nested.rlock), 1);
    for (size_t i = 0; i < COPIES; i++) {
        assert_int_equal(copy_of(i)->rlock_depth(&nested.rlock), 1);
    }
    assert_int_equal(copy_b()->rlock_release(&nested.rlock), PAWL_OK);
    assert_int_equal(copy_a()->rlock_release(&nested.rlock), PAWL_NOT_HELD);
}

static void task_queued_by_one_copy_is_granted_by_another(void **state)
{
    (void)state;
    for (size_t i = 0; i < COPIES * COPIES; i++) {
        const struct copy *queuing = copy_of(i / COPIES), *granting = copy_of(i);
        pawl_lock lock = PAWL_LOCK_INIT;
        struct task task;
        task_init(&task, NULL, NULL);
        granting->acquire(&lock);
        assert_int_equal(queuing->acquire_await(&lock, &task.op), PAWL_PENDING);
        assert_int_equal(granting->count(&lock), 1);
        assert_int_equal(granting->release(&lock), PAWL_OK);
        assert_int_equal(task.calls, 1);
        assert_int_equal(task.result, PAWL_OK);
        assert_int_equal(copy_of(i + 1)->release(&lock), PAWL_OK);
        assert_int_equal(copy_of(i + 1)->release(&lock), PAWL_NOT_HELD);
    }
}

static void task_queued_by_one_copy_is_cancelled_by_another(void **state)
{
    (void)state;
    for (size_t i = 0; i < COPIES * COPIES; i++) {
        pawl_lock lock = PAWL_LOCK_INIT;
        struct task task;
        task_init(&task, NULL, NULL);
        pawl_lock_acquire(&lock);
        assert_int_equal(copy_of(i / COPIES)->acquire_await(&lock, &task.op), PAWL_PENDING);
        assert_true(copy_of(i)->await_cancel(&task.op));
        assert_false(copy_of(i + 1)->await_cancel(&task.op));
        assert_int_equal(copy_of(i + 1)->release(&lock), PAWL_OK);
        assert_int_equal(task.calls, 0);
    }
}

/* A notification by one copy moves tasks and threads of the others to the lock's queue. */
static void tasks_of_all_copies_are_notified_by_one(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    pawl_condition condition = PAWL_CONDITION_INIT;
    struct task tasks[COPIES];
    (void)state;
    for (size_t i = 0; i < COPIES; i++) {
        task_init(&tasks[i], NULL, NULL);
        copy_of(i)->acquire(&lock);
        assert_int_equal(copy_of(i)->condition_wait_await(&condition, &lock, &tasks[i].op),
                         PAWL_PENDING);
    }
    assert_int_equal(copy_b()->notify_all(&condition), COPIES);
    for (size_t i = 0; i < COPIES; i++) {
        assert_int_equal(tasks[i].calls, 1);
        assert_int_equal(tasks[i].place, i + 1);
        assert_int_equal(copy_of(i + 1)->release(&lock), PAWL_OK);
    }
}

/* Each task, queued by one copy, is called with the lock and releases it by another, which grants
 * it to the next. */
enum { CHAIN = 3000 };

struct chain {
    pawl_lock lock;
    unsigned calls, depth, deepest;
    pawl_await ops[CHAIN];
};

static void pass_on(pawl_await *op, pawl_status result)
{
    struct chain *chain = pawl_await_context(op);
    chain->depth++;
    chain->deepest = chain->depth > chain->deepest ? chain->depth : chain->deepest;
    chain->calls += result == PAWL_OK;
    copy_of(chain->calls)->release(&chain->lock);
    chain->depth--;
}

static void chain_of_calls_across_copies_does_not_nest(void **state)
{
    static struct chain chain;
    (void)state;
    pawl_lock_acquire(&chain.lock);
    for (size_t i = 0; i < CHAIN; i++) {
        copy_of(i / 2)->await_init(&chain.ops[i], pass_on, &chain);
        assert_int_equal(copy_of(i / 2)->acquire_await(&chain.lock, &chain.ops[i]), PAWL_PENDING);
    }
    assert_int_equal(copy_a()->release(&chain.lock), PAWL_OK);
    assert_int_equal(chain.calls, CHAIN);
    assert_int_equal(chain.deepest, 1);
    assert_false(pawl_lock_locked(&chain.lock));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_are_separate_code),
        cmocka_unit_test(thread_is_the_same_owner_in_every_copy),
        cmocka_unit_test(no_copy_takes_another_thread_for_the_owner),
        cmocka_unit_test(waiter_of_one_copy_is_let_through_by_another),
        cmocka_unit_test_setup(task_queued_by_one_copy_is_granted_by_another, task_begin_test),
        cmocka_unit_test(task_queued_by_one_copy_is_cancelled_by_another),
        cmocka_unit_test_setup(tasks_of_all_copies_are_notified_by_one, task_begin_test),
        cmocka_unit_test(chain_of_calls_across_copies_does_not_nest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
