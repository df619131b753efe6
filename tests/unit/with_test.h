/* SPDX-License-Identifier: MIT
 *
 * The ways out of a scope, one function each; compiled as C11 (with_test.c), as C++17
 * (with_cpp_test.cpp) and with Microsoft's branch of the header (with_try_test.c). Each leaves by
 * the way in its name; the caller checks that the lock is free.
 */
#ifndef PAWL_TESTS_WITH_TEST_H
#define PAWL_TESTS_WITH_TEST_H

#include <pawl/with.h>

static pawl_lock with_lock;

/* 1 if the lock is held where it must be, so that a scope that takes nothing is noticed. */
static int held_inside(void)
{
    return pawl_lock_locked(&with_lock) ? 1 : 0;
}

static int fall_through(void)
{
    int held = 0;
    PAWL_WITH(&with_lock) {
        held = held_inside();
    } PAWL_END
    return held;
}

static int leave_by_return(void)
{
    PAWL_WITH(&with_lock) {
        return held_inside();
    } PAWL_END
}

static int leave_by_break(void)
{
    int rounds = 0;
    int held = 0;
    for (; rounds < 3; rounds++) {
        PAWL_WITH(&with_lock) {
            held = held_inside();
            if (rounds == 1) {
                break;
            }
        } PAWL_END
    }
    return held == 1 && rounds == 1; /* the loop ended, not only the scope */
}

static int leave_by_continue(void)
{
    int after = 0;
    int held = 0;
    for (int rounds = 0; rounds < 3; rounds++) {
        PAWL_WITH(&with_lock) {
            held += held_inside();
            continue;
        } PAWL_END
        after++;
    }
    return held == 3 && after == 0;
}

static int leave_by_goto(void)
{
    int held = 0;
    PAWL_WITH(&with_lock) {
        held = held_inside();
        goto out;
    } PAWL_END
    held = 0;
out:
    return held;
}

static int nest(void)
{
    pawl_lock second = PAWL_LOCK_INIT;
    int held = 0;
    PAWL_WITH(&with_lock) {
        PAWL_WITH(&second) {
            held = held_inside() && pawl_lock_locked(&second);
        } PAWL_END
        held = held && held_inside() && !pawl_lock_locked(&second);
    } PAWL_END
    return held;
}

static int evaluate_once(void)
{
    int evaluated = 0;
    PAWL_WITH((evaluated++, &with_lock)) {
    } PAWL_END
    return evaluated == 1;
}

static pawl_rlock with_rlock;
static pawl_semaphore with_semaphore = PAWL_SEMAPHORE_INIT(1);
static pawl_rwlock with_rwlock;

static int leave_every_kind(void)
{
    int held = 0;
    PAWL_WITH(&with_rlock) {
        PAWL_WITH(&with_semaphore) {
            held = pawl_rlock_depth(&with_rlock) == 1 && pawl_semaphore_value(&with_semaphore) == 0;
        } PAWL_END
    } PAWL_END
    PAWL_WITH_SHARED(&with_rwlock) {
        held = held && pawl_rwlock_try_acquire_shared(&with_rwlock) &&
               !pawl_rwlock_try_acquire_exclusive(&with_rwlock);
        pawl_rwlock_release_shared(&with_rwlock);
    } PAWL_END
    PAWL_WITH_EXCLUSIVE(&with_rwlock) {
        held = held && !pawl_rwlock_try_acquire_shared(&with_rwlock);
    } PAWL_END
    return held;
}

static int none_is_held(void)
{
    int free_to_write = pawl_rwlock_try_acquire_exclusive(&with_rwlock);
    if (free_to_write) {
        pawl_rwlock_release_exclusive(&with_rwlock);
    }
    return free_to_write && !pawl_rlock_locked(&with_rlock) &&
           pawl_semaphore_value(&with_semaphore) == 1;
}

/* True if every way out released and did what it should. */
#define EVERY_WAY_OUT(check)                                                                       \
    do {                                                                                           \
        check(fall_through() && !pawl_lock_locked(&with_lock));                                    \
        check(leave_by_return() && !pawl_lock_locked(&with_lock));                                 \
        check(leave_by_break() && !pawl_lock_locked(&with_lock));                                  \
        check(leave_by_continue() && !pawl_lock_locked(&with_lock));                               \
        check(leave_by_goto() && !pawl_lock_locked(&with_lock));                                   \
        check(nest() && !pawl_lock_locked(&with_lock));                                            \
        check(evaluate_once() && !pawl_lock_locked(&with_lock));                                   \
        check(leave_every_kind() && none_is_held());                                               \
    } while (0)

#endif
