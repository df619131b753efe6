/* SPDX-License-Identifier: MIT
 *
 * Two shared libraries with a static pawl each, and a third in the program, share one lock: who
 * waits through one copy is seen and served through the others.
 */
#include "support.h"

#include "copy.h"

struct waiter {
    crew_thread thread;
    pawl_lock *lock;
    void (*acquire)(pawl_lock *lock);
};

static void acquire(void *context)
{
    struct waiter *waiter = context;
    waiter->acquire(waiter->lock);
}

static void acquire_here(pawl_lock *lock)
{
    pawl_lock_acquire(lock);
}

static pawl_status release_here(pawl_lock *lock)
{
    return pawl_lock_release(lock);
}

static size_t count_here(const pawl_lock *lock)
{
    return pawl__lot_count(lock);
}

static void copies_are_separate_code(void **state)
{
    (void)state;
    assert_true((uintptr_t)copy_a_acquire != (uintptr_t)copy_b_acquire);
}

static void waiter_of_one_copy_is_served_by_another(void **state)
{
    void (*const acquires[])(pawl_lock *) = {copy_a_acquire, copy_b_acquire, acquire_here};
    pawl_status (*const releases[])(pawl_lock *) = {copy_a_release, copy_b_release, release_here};
    size_t (*const counts[])(const pawl_lock *) = {copy_a_count, copy_b_count, count_here};
    (void)state;
    for (size_t i = 0; i < 9; i++) {
        pawl_lock lock = PAWL_LOCK_INIT;
        struct waiter waiter = {.lock = &lock, .acquire = acquires[i / 3]};
        pawl_lock_acquire(&lock);
        crew_start(&waiter.thread, acquire, &waiter);
        while (counts[i % 3](&lock) != 1) { /* through the other copy's eyes */
            crew_yield();
        }
        assert_int_equal(releases[i % 3](&lock), PAWL_OK);
        crew_join(&waiter.thread);
        assert_int_equal(releases[(i + 1) % 3](&lock), PAWL_OK);
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
    copy_a_acquire_rlock(&nested->rlock);
    copy_b_acquire_rlock(&nested->rlock);
    pawl_rlock_acquire(&nested->rlock);
    nested->deepest = pawl_rlock_depth(&nested->rlock);
    copy_a_release_rlock(&nested->rlock);
    pawl_rlock_release(&nested->rlock);
    nested->last = copy_b_release_rlock(&nested->rlock);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_are_separate_code),
        cmocka_unit_test(thread_is_the_same_owner_in_every_copy),
        cmocka_unit_test(waiter_of_one_copy_is_served_by_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
