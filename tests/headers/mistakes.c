/* SPDX-License-Identifier: MIT
 *
 * What the headers let a compiler refuse, as C and as C++. The program compiles without a warning,
 * and with MISTAKE defined as one of the numbers below it does not: the error matches the words in
 * the number's line. See mistakes_test.cmake.
 */
#include <pawl/pawl.h>

#ifndef MISTAKE
#    define MISTAKE 0
#endif

static pawl_lock lock;
static pawl_rlock rlock;
static pawl_rwlock rwlock;
static pawl_condition condition;
static pawl_barrier barrier = PAWL_BARRIER_INIT(1);

static pawl_semaphore none = PAWL_SEMAPHORE_INIT(0);
static pawl_semaphore most = PAWL_SEMAPHORE_INIT(PAWL_SEMAPHORE_MAX);
static pawl_semaphore of_unsigned = PAWL_SEMAPHORE_INIT(2U);
static pawl_semaphore bounded = PAWL_BOUNDED_SEMAPHORE_INIT(PAWL_SEMAPHORE_MAX);
static pawl_semaphore below = PAWL_BOUNDED_SEMAPHORE_INIT_AT(0, PAWL_SEMAPHORE_MAX);
static pawl_barrier crowd = PAWL_BARRIER_INIT(UINT32_MAX);
static pawl_latch latch = PAWL_LATCH_INIT(PAWL_LATCH_MAX);

/* The only failure of an untimed wait at a condition is misuse, so its status may be ignored; the
 * barrier's owner may know that nobody breaks it. */
static void untimed_waits(void)
{
    pawl_condition_wait(&condition, &lock);
    pawl_condition_wait_rlock(&condition, &rlock);
    pawl_barrier_wait(&barrier, NULL);
}

static void mistake(void)
{
#if MISTAKE == 1 /* size|negative */
    static pawl_semaphore negative = PAWL_SEMAPHORE_INIT(-1);
    (void)negative;
#elif MISTAKE == 2  /* size|negative */
    static pawl_semaphore negative = PAWL_BOUNDED_SEMAPHORE_INIT(-1);
    (void)negative;
#elif MISTAKE == 3  /* size|negative */
    static pawl_semaphore too_large = PAWL_SEMAPHORE_INIT(PAWL_SEMAPHORE_MAX + 1);
    (void)too_large;
#elif MISTAKE == 4  /* size|negative */
    static pawl_semaphore too_large = PAWL_BOUNDED_SEMAPHORE_INIT(PAWL_SEMAPHORE_MAX + 1);
    (void)too_large;
#elif MISTAKE == 5  /* use_PAWL_WITH_SHARED_or_PAWL_WITH_EXCLUSIVE */
    PAWL_WITH(&rwlock) {
    }
    PAWL_END
#elif MISTAKE == 6  /* use_PAWL_WITH_SHARED_or_PAWL_WITH_EXCLUSIVE */
    PAWL_GUARD(&rwlock);
#elif MISTAKE == 7  /* unused-result */
    pawl_condition_wait_for(&condition, &lock, PAWL_MS(1));
#elif MISTAKE == 8  /* unused-result */
    pawl_condition_wait_rlock_until(&condition, &rlock, PAWL_NEVER);
#elif MISTAKE == 9  /* unused-result */
    pawl_condition_wait_pred(&condition, &lock, NULL, NULL, PAWL_NEVER);
#elif MISTAKE == 10 /* unused-result */
    pawl_barrier_wait_for(&barrier, PAWL_MS(1), NULL);
#elif MISTAKE == 11 /* unused-result */
    pawl_lock_acquire_for(&lock, PAWL_MS(1));
#elif MISTAKE == 12 /* size|negative */
    static pawl_semaphore negative = PAWL_BOUNDED_SEMAPHORE_INIT_AT(-1, 1);
    (void)negative;
#elif MISTAKE == 13 /* size|negative */
    static pawl_semaphore above_the_bound = PAWL_BOUNDED_SEMAPHORE_INIT_AT(2, 1);
    (void)above_the_bound;
#elif MISTAKE == 14 /* size|negative */
    static pawl_semaphore negative_bound = PAWL_BOUNDED_SEMAPHORE_INIT_AT(0, -1);
    (void)negative_bound;
#elif MISTAKE == 15 /* size|negative */
    static pawl_semaphore too_large = PAWL_BOUNDED_SEMAPHORE_INIT_AT(0, PAWL_SEMAPHORE_MAX + 1);
    (void)too_large;
#elif MISTAKE == 16 /* size|negative */
    static pawl_barrier negative = PAWL_BARRIER_INIT(-1);
    (void)negative;
#elif MISTAKE == 17 /* size|negative */
    static pawl_barrier too_many = PAWL_BARRIER_INIT(INT64_C(1) << 32);
    (void)too_many;
#elif MISTAKE == 18 /* size|negative */
    static pawl_latch negative = PAWL_LATCH_INIT(-1);
    (void)negative;
#elif MISTAKE == 19 /* size|negative */
    static pawl_latch too_large = PAWL_LATCH_INIT(PAWL_LATCH_MAX + 1);
    (void)too_large;
#endif
}

int main(void)
{
    untimed_waits();
    mistake();
    PAWL_WITH_SHARED(&rwlock) {
    }
    PAWL_END
    return none.state_ == most.state_ || bounded.limit_ == of_unsigned.state_ ||
           below.limit_ == crowd.parties_ || latch.state_ == most.state_;
}
