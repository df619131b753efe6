/* SPDX-License-Identifier: MIT
 *
 * docs/semantics.md, "All" and "RLock", for pawl_rlock.
 */
#include "caller.h"

#include <stdlib.h>
#include <string.h>

/* Acquire an rlock `count` deep. The number is then the result of pawl_rlock_depth after the first
 * acquire. */
static pawl_status own(struct caller *owner)
{
    pawl_status status = call_rlock(owner);
    if (status == PAWL_OK) {
        owner->number = pawl_rlock_depth(owner->object);
        for (uint64_t level = 1; level < owner->count; level++) {
            pawl_rlock_acquire(owner->object);
        }
    }
    return status;
}

static void release_levels_after(struct caller *owner)
{
    for (uint64_t level = 0; owner->status == PAWL_OK && level < owner->count; level++) {
        pawl_rlock_release(owner->object);
    }
}

/* Start one, and wait until it is waiter number `place`, or AT_ITS_OWN_TIME. */
static void owner_start(struct caller *owner, pawl_rlock *rlock, pawl_time deadline, size_t place)
{
    owner->count = owner->count == 0 ? 1 : owner->count;
    owner->key = &rlock->lock_;
    caller_start_on(owner, own, rlock, deadline, place);
}

/* A thread that owned the rlock at this depth and has ended. */
static void own_and_end(pawl_rlock *rlock, uint32_t levels)
{
    struct caller owner = {.count = levels};
    owner_start(&owner, rlock, PAWL_NEVER, AT_ITS_OWN_TIME);
    assert_int_equal(caller_join(&owner), PAWL_OK);
}

/* Every call that does not wait, made by a thread that does not own the rlock: each mistake is a
 * bit of its own. */
static pawl_status make_every_call(struct caller *stranger)
{
    pawl_rlock *rlock = stranger->object;
    const bool mistakes[] = {
        !pawl_rlock_locked(rlock),
        pawl_rlock_owned(rlock),
        pawl_rlock_depth(rlock) != 0,
        pawl_rlock_try_acquire(rlock),
        pawl_rlock_acquire_for(rlock, 0) != PAWL_TIMEOUT,
        pawl_rlock_acquire_until(rlock, pawl_now()) != PAWL_TIMEOUT,
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        stranger->mistakes |= (mistakes[i] ? UINT64_C(1) : 0) << i;
    }
    return pawl_rlock_release(rlock);
}

/* `count` threads at the same time. */
static void assert_strangers_are_refused(pawl_rlock *rlock, size_t count)
{
    enum { MOST = 30 };
    struct caller strangers[MOST];
    assert_true(count <= MOST);
    callers_start(strangers, count, &(struct caller){.call = make_every_call, .object = rlock});
    callers_join(strangers, count, PAWL_NOT_HELD);
}

static void release_levels(pawl_rlock *rlock, uint32_t levels)
{
    for (uint32_t level = 0; level < levels; level++) {
        assert_int_equal(pawl_rlock_release(rlock), PAWL_OK);
    }
}

static void rlock_is_at_most_sixteen_bytes(void **state)
{
    (void)state;
    assert_true(sizeof(pawl_rlock) <= 16);
}

static void rlock_of_zero_bytes_is_ready(void **state)
{
    pawl_rlock rlock;
    (void)state;
    memset(&rlock, 0, sizeof rlock);
    assert_false(pawl_rlock_locked(&rlock));
    assert_false(pawl_rlock_owned(&rlock));
    pawl_rlock_acquire(&rlock);
    assert_true(pawl_rlock_locked(&rlock));
    assert_true(pawl_rlock_owned(&rlock));
    assert_int_equal(pawl_rlock_release(&rlock), PAWL_OK);
    assert_false(pawl_rlock_locked(&rlock));
}

static void rlock_initialisers_make_it_unlocked(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    (void)state;
    assert_true(pawl_rlock_try_acquire(&rlock));
    assert_true(pawl_rlock_try_acquire(&rlock));
    pawl_rlock_init(&rlock);
    assert_false(pawl_rlock_locked(&rlock));
    assert_false(pawl_rlock_owned(&rlock));
    memset(&rlock, 0xA5, sizeof rlock);
    pawl_rlock_init(&rlock);
    assert_int_equal(pawl_rlock_acquire_for(&rlock, 0), PAWL_OK);
    assert_int_equal(pawl_rlock_depth(&rlock), 1);
    assert_int_equal(pawl_rlock_release(&rlock), PAWL_OK);
}

static void rlock_owner_may_acquire_again_by_every_call(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    (void)state;
    for (uint32_t depth = 0; depth < 12; depth += 4) {
        pawl_rlock_acquire(&rlock);
        assert_int_equal(pawl_rlock_depth(&rlock), depth + 1);
        assert_true(pawl_rlock_try_acquire(&rlock));
        assert_int_equal(pawl_rlock_depth(&rlock), depth + 2);
        assert_int_equal(pawl_rlock_acquire_for(&rlock, PAWL_S(3600)), PAWL_OK);
        assert_int_equal(pawl_rlock_depth(&rlock), depth + 3);
        assert_int_equal(pawl_rlock_acquire_until(&rlock, PAWL_NEVER), PAWL_OK);
        assert_int_equal(pawl_rlock_depth(&rlock), depth + 4);
    }
    release_levels(&rlock, 12);
    assert_false(pawl_rlock_locked(&rlock));
}

static void rlock_first_acquire_may_be_any_call(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    (void)state;
    for (int call = 0; call < 4; call++) {
        if (call == 0) {
            pawl_rlock_acquire(&rlock);
        } else if (call == 1) {
            assert_true(pawl_rlock_try_acquire(&rlock));
        } else if (call == 2) {
            assert_int_equal(pawl_rlock_acquire_for(&rlock, PAWL_MS(1)), PAWL_OK);
        } else {
            assert_int_equal(pawl_rlock_acquire_until(&rlock, pawl_after_ms(1)), PAWL_OK);
        }
        assert_true(pawl_rlock_owned(&rlock));
        assert_int_equal(pawl_rlock_depth(&rlock), 1);
        assert_strangers_are_refused(&rlock, 1);
        assert_int_equal(pawl_rlock_release(&rlock), PAWL_OK);
    }
}

static void rlock_is_free_after_as_many_releases(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    (void)state;
    for (uint32_t levels = 1; levels < 6; levels++) {
        for (uint32_t level = 0; level < levels; level++) {
            pawl_rlock_acquire(&rlock);
        }
        for (uint32_t left = levels; left > 0; left--) {
            assert_true(pawl_rlock_locked(&rlock));
            assert_true(pawl_rlock_owned(&rlock));
            assert_int_equal(pawl_rlock_depth(&rlock), left);
            assert_int_equal(pawl_rlock_release(&rlock), PAWL_OK);
        }
        assert_false(pawl_rlock_locked(&rlock));
        assert_false(pawl_rlock_owned(&rlock));
        assert_int_equal(pawl_rlock_depth(&rlock), 0);
        assert_int_equal(pawl_rlock_release(&rlock), PAWL_NOT_HELD);
    }
}

static void rlock_acquire_by_another_thread_waits_until_the_last_release(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    struct caller other = {.then = release_levels_after};
    (void)state;
    for (int level = 0; level < 3; level++) {
        pawl_rlock_acquire(&rlock);
    }
    owner_start(&other, &rlock, PAWL_NEVER, 1);
    for (uint32_t left = 2; left > 0; left--) {
        assert_int_equal(pawl_rlock_release(&rlock), PAWL_OK);
        assert_false(caller_is_back(&other));
        assert_int_equal(pawl__lot_count(&rlock.lock_), 1);
        assert_int_equal(pawl_rlock_depth(&rlock), left);
    }
    assert_int_equal(pawl_rlock_release(&rlock), PAWL_OK);
    assert_int_equal(caller_join(&other), PAWL_OK);
    assert_false(pawl_rlock_locked(&rlock));
}

static void rlock_next_owner_starts_at_depth_one(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    struct caller other = {.count = 2, .then = release_levels_after};
    (void)state;
    pawl_rlock_acquire(&rlock);
    pawl_rlock_acquire(&rlock);
    owner_start(&other, &rlock, PAWL_NEVER, 1);
    release_levels(&rlock, 2);
    caller_join(&other);
    assert_int_equal(other.number, 1);
    pawl_rlock_acquire(&rlock);
    assert_int_equal(pawl_rlock_depth(&rlock), 1);
    assert_int_equal(pawl_rlock_release(&rlock), PAWL_OK);
}

static void rlock_release_by_another_thread_is_refused(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    (void)state;
    pawl_rlock_acquire(&rlock);
    pawl_rlock_acquire(&rlock);
    assert_strangers_are_refused(&rlock, 1);
    assert_true(pawl_rlock_owned(&rlock));
    assert_int_equal(pawl_rlock_depth(&rlock), 2);
    release_levels(&rlock, 2);
    assert_false(pawl_rlock_locked(&rlock));
}

static void rlock_refused_release_lets_no_waiter_through(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    struct caller other = {.then = release_levels_after};
    (void)state;
    pawl_rlock_acquire(&rlock);
    owner_start(&other, &rlock, PAWL_NEVER, 1);
    assert_strangers_are_refused(&rlock, 1);
    assert_int_equal(pawl__lot_count(&rlock.lock_), 1);
    assert_false(caller_is_back(&other));
    assert_int_equal(pawl_rlock_release(&rlock), PAWL_OK);
    caller_join(&other);
}

static void rlock_release_of_a_free_one_is_refused(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    (void)state;
    assert_int_equal(pawl_rlock_release(&rlock), PAWL_NOT_HELD);
    assert_false(pawl_rlock_locked(&rlock));
    assert_int_equal(pawl_rlock_depth(&rlock), 0);
    pawl_rlock_acquire(&rlock);
    assert_int_equal(pawl_rlock_depth(&rlock), 1);
    assert_int_equal(pawl_rlock_release(&rlock), PAWL_OK);
    assert_int_equal(pawl_rlock_release(&rlock), PAWL_NOT_HELD);
}

static void rlock_depth_is_the_callers_own(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    struct caller other = {.count = 3};
    (void)state;
    assert_int_equal(pawl_rlock_depth(&rlock), 0);
    owner_start(&other, &rlock, PAWL_NEVER, AT_ITS_OWN_TIME);
    caller_join(&other);
    assert_true(pawl_rlock_locked(&rlock));
    assert_false(pawl_rlock_owned(&rlock));
    assert_int_equal(pawl_rlock_depth(&rlock), 0);
}

static void rlock_acquire_at_the_greatest_depth_overflows(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    const pawl_ns durations[] = {0, PAWL_MS(1), PAWL_FOREVER};
    (void)state;
    pawl_rlock_acquire(&rlock);
    rlock.depth_ = UINT32_MAX;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(pawl_rlock_acquire_for(&rlock, durations[i]), PAWL_OVERFLOW);
        assert_int_equal(pawl_rlock_acquire_until(&rlock, durations[i]), PAWL_OVERFLOW);
        assert_false(pawl_rlock_try_acquire(&rlock));
        assert_true(pawl_rlock_depth(&rlock) == UINT32_MAX);
        assert_true(pawl_rlock_owned(&rlock));
    }
    assert_int_equal(pawl_rlock_release(&rlock), PAWL_OK);
    assert_true(pawl_rlock_depth(&rlock) == UINT32_MAX - 1);
    assert_true(pawl_rlock_try_acquire(&rlock));
    assert_true(pawl_rlock_depth(&rlock) == UINT32_MAX);
    rlock.depth_ = 1;
    assert_int_equal(pawl_rlock_release(&rlock), PAWL_OK);
    assert_false(pawl_rlock_locked(&rlock));
}

static void rlock_stays_held_for_ever_when_its_owner_ends(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    (void)state;
    own_and_end(&rlock, 2);
    assert_true(pawl_rlock_locked(&rlock));
    assert_false(pawl_rlock_try_acquire(&rlock));
    assert_int_equal(pawl_rlock_acquire_for(&rlock, PAWL_MS(3)), PAWL_TIMEOUT);
    assert_int_equal(pawl_rlock_release(&rlock), PAWL_NOT_HELD);
}

/* Later threads get the ended thread's id, stack and thread-local variables, in turn and at
 * once. */
static void rlock_takes_no_later_thread_for_an_owner_that_ended(void **state)
{
    enum { IN_TURN = 100, AT_ONCE = 30 };
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    (void)state;
    own_and_end(&rlock, 1);
    for (int i = 0; i < IN_TURN; i++) {
        assert_strangers_are_refused(&rlock, 1);
    }
    assert_strangers_are_refused(&rlock, AT_ONCE);
}

static void rlock_is_free_after_reinit_after_fork(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    (void)state;
    own_and_end(&rlock, 3);
    pawl_rlock_reinit_after_fork(&rlock);
    assert_false(pawl_rlock_locked(&rlock));
    assert_true(pawl_rlock_try_acquire(&rlock));
    assert_int_equal(pawl_rlock_depth(&rlock), 1);
    assert_int_equal(pawl_rlock_release(&rlock), PAWL_OK);
    assert_int_equal(pawl_rlock_release(&rlock), PAWL_NOT_HELD);
}

static void rlock_is_kept_for_a_waiter_after_some_milliseconds(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    struct caller other = {0};
    (void)state;
    pawl_rlock_acquire(&rlock);
    owner_start(&other, &rlock, PAWL_NEVER, 1);
    let_time_pass(PATIENCE);
    pawl_time before = pawl_now();
    assert_int_equal(pawl_rlock_release(&rlock), PAWL_OK);
    if (pawl_rlock_try_acquire(&rlock)) { /* not before the reservation is over */
        assert_true(pawl_now() - before >= PAWL_MS(1));
        assert_int_equal(pawl_rlock_release(&rlock), PAWL_OK);
    }
    assert_int_equal(caller_join(&other), PAWL_OK);
}

static void rlock_starves_nobody(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    struct caller other = {.then = release_levels_after};
    (void)state;
    pawl_rlock_acquire(&rlock);
    owner_start(&other, &rlock, PAWL_NEVER, 1);
    while (!caller_is_back(&other)) { /* a greedy thread, never waiting */
        pawl_rlock_release(&rlock);
        pawl_rlock_acquire(&rlock);
    }
    caller_join(&other);
    assert_int_equal(pawl_rlock_release(&rlock), PAWL_OK);
}

static void past_deadline_or_no_duration_is_a_try(void **state)
{
    const pawl_ns durations[] = {0, -1, INT64_MIN};
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    pawl_rlock others = PAWL_RLOCK_INIT;
    (void)state;
    own_and_end(&others, 1);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(pawl_rlock_acquire_for(&rlock, durations[i]), PAWL_OK);
        assert_int_equal(pawl_rlock_acquire_until(&rlock, durations[i]), PAWL_OK);
        assert_int_equal(pawl_rlock_acquire_until(&rlock, pawl_now()), PAWL_OK);
        release_levels(&rlock, 3);
        assert_int_equal(pawl_rlock_acquire_until(&rlock, durations[i]), PAWL_OK);
        release_levels(&rlock, 1);
        assert_int_equal(pawl_rlock_acquire_for(&others, durations[i]), PAWL_TIMEOUT);
        assert_int_equal(pawl_rlock_acquire_until(&others, durations[i]), PAWL_TIMEOUT);
        assert_int_equal(pawl_rlock_acquire_until(&others, pawl_now()), PAWL_TIMEOUT);
    }
    assert_int_equal(pawl__lot_count(&others.lock_), 0);
    assert_false(pawl_rlock_owned(&others));
}

static void wait_never_ends_early(void **state)
{
    const pawl_ns durations[] = {1, PAWL_US(1), PAWL_US(700), PAWL_MS(1), PAWL_MS(1) + 1,
                                 PAWL_MS(15)};
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    (void)state;
    own_and_end(&rlock, 1);
    for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++) {
        pawl_time start = pawl_now();
        assert_int_equal(pawl_rlock_acquire_for(&rlock, durations[i]), PAWL_TIMEOUT);
        assert_true(pawl_now() - start >= durations[i]);
        pawl_time deadline = pawl_after_ns(durations[i]);
        assert_int_equal(pawl_rlock_acquire_until(&rlock, deadline), PAWL_TIMEOUT);
        assert_true(pawl_now() >= deadline);
    }
}

static void longest_durations_are_waits_without_end(void **state)
{
    const pawl_ns durations[] = {PAWL_FOREVER, PAWL_FOREVER - 1, PAWL_S(86400) * 400};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        pawl_rlock rlock = PAWL_RLOCK_INIT;
        struct caller other = {0};
        pawl_rlock_acquire(&rlock);
        owner_start(&other, &rlock, pawl_after_ns(durations[i]), 1);
        pawl_rlock_release(&rlock);
        assert_int_equal(caller_join(&other), PAWL_OK);
    }
}

static void timed_out_waiter_leaves_no_trace(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    struct caller other = {0};
    (void)state;
    pawl_rlock_acquire(&rlock);
    owner_start(&other, &rlock, pawl_after_ms(1), AT_ITS_OWN_TIME);
    assert_int_equal(caller_join(&other), PAWL_TIMEOUT);
    assert_int_equal(pawl__lot_count(&rlock.lock_), 0);
    assert_int_equal(rlock.lock_.state_ & PAWL__LOCK_PARKED, 0);
    assert_int_equal(pawl_rlock_depth(&rlock), 1);
    assert_int_equal(pawl_rlock_release(&rlock), PAWL_OK);
    assert_false(pawl_rlock_locked(&rlock));
}

static void next_waiter_is_served_after_one_timed_out(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    struct caller first = {0};
    struct caller second = {0};
    (void)state;
    pawl_rlock_acquire(&rlock);
    owner_start(&first, &rlock, pawl_after_ms(20), AT_ITS_OWN_TIME);
    owner_start(&second, &rlock, PAWL_NEVER, AT_ITS_OWN_TIME);
    assert_int_equal(caller_join(&first), PAWL_TIMEOUT);
    wait_for_waiters(&rlock.lock_, 1);
    assert_int_equal(pawl_rlock_release(&rlock), PAWL_OK);
    assert_int_equal(caller_join(&second), PAWL_OK);
}

static void timed_waiter_gets_an_rlock_released_in_time(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    struct caller other = {.then = release_levels_after};
    (void)state;
    pawl_rlock_acquire(&rlock);
    owner_start(&other, &rlock, pawl_after_s(3600), 1);
    assert_int_equal(pawl_rlock_release(&rlock), PAWL_OK);
    assert_int_equal(caller_join(&other), PAWL_OK);
    assert_false(pawl_rlock_locked(&rlock));
}

/* Counts that add up only if every first level excluded every other thread. */
enum { THREADS = 5, ROUNDS = 1500 };

struct books {
    pawl_rlock rlock;
    uint64_t inside; /* plain: only exclusion keeps it exact, and only a release shows it */
};

static bool get_in(pawl_rlock *rlock, uint64_t *seed)
{
    uint64_t choice = next_random(seed) % 8;
    if (choice == 1) {
        return pawl_rlock_try_acquire(rlock);
    }
    if (choice == 2) { /* a time-out at just the time when a release may happen */
        return pawl_rlock_acquire_for(rlock, (pawl_ns)(next_random(seed) % 50000)) == PAWL_OK;
    }
    if (choice == 3) {
        return pawl_rlock_acquire_until(rlock, pawl_after_s(3600)) == PAWL_OK;
    }
    pawl_rlock_acquire(rlock);
    return true;
}

/* Counts its first levels. */
static pawl_status work(struct caller *worker)
{
    struct books *books = worker->object;
    pawl_rlock *rlock = &books->rlock;
    for (int i = 0; i < ROUNDS; i++) {
        if (!get_in(rlock, &worker->seed)) {
            worker->mistakes += pawl_rlock_owned(rlock);
            continue;
        }
        uint32_t levels = 1;
        for (uint64_t more = next_random(&worker->seed) % 4; more > 0; more--) {
            worker->mistakes += !get_in(rlock, &worker->seed); /* an owner never waits */
            levels++;
        }
        worker->count++;
        books->inside++;
        if (next_random(&worker->seed) % 32 == 0) {
            crew_yield(); /* so that others queue up */
        }
        for (; levels > 0; levels--) {
            worker->mistakes += pawl_rlock_depth(rlock) != levels;
            worker->mistakes += pawl_rlock_release(rlock) != PAWL_OK;
        }
        worker->mistakes += pawl_rlock_owned(rlock);
    }
    return PAWL_OK;
}

static void rlock_keeps_its_books_when_nesting_tries_and_time_outs_race_releases(void **state)
{
    struct books books = {.rlock = PAWL_RLOCK_INIT};
    struct caller workers[THREADS];
    (void)state;
    callers_start(workers, THREADS,
                  &(struct caller){.call = work, .object = &books, .seed = 88172645463325252U});
    uint64_t acquired = callers_join(workers, THREADS, PAWL_OK);
    assert_true(books.inside == acquired);
    assert_int_equal(pawl__lot_count(&books.rlock.lock_), 0);
    assert_int_equal(books.rlock.lock_.state_, 0);
    assert_int_equal(books.rlock.depth_, 0);
}

/* An rlock in memory that its next owner reuses at once: the releaser, still inside release, must
 * not write there. */
enum { REUSED_AS = 0xA5 };

static pawl_status acquire_and_reuse(struct caller *caller)
{
    caller_begins(caller);
    pawl_rlock_acquire(caller->object);
    memset(caller->object, REUSED_AS, sizeof(pawl_rlock)); /* freed, and now another object */
    return PAWL_OK;
}

static void rlock_may_be_freed_by_the_thread_that_just_acquired_it(void **state)
{
    pawl_rlock expected;
    (void)state;
    memset(&expected, REUSED_AS, sizeof expected);
    for (int round = 0; round < 200; round++) {
        pawl_rlock *rlock = pawl_rlock_new();
        assert_non_null(rlock);
        struct caller other = {.call = acquire_and_reuse, .object = rlock, .key = &rlock->lock_};
        pawl_rlock_acquire(rlock);
        caller_start(&other, round % 2 == 0 ? 1 : AT_ITS_OWN_TIME);
        caller_await_begin(&other); /* parked, or caught while it spins */
        if (round % 20 == 0) {
            let_time_pass(PATIENCE); /* so that it is handed off */
        }
        assert_int_equal(pawl_rlock_release(rlock), PAWL_OK);
        caller_join(&other);
        assert_memory_equal(rlock, &expected, sizeof expected);
        pawl_rlock_free(rlock);
    }
}

/* Threads that arrive, wait and end leave nothing: a hundred of them in turn use one parker. */
static void threads_that_end_leave_nothing_behind(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    const void *parker = next_parker();
    (void)state;
    for (int i = 0; i < 100; i++) {
        struct caller other = {.count = 2, .then = release_levels_after};
        pawl_rlock_acquire(&rlock);
        owner_start(&other, &rlock, PAWL_NEVER, 1);
        pawl_rlock_release(&rlock);
        caller_join(&other);
    }
    assert_ptr_equal(next_parker(), parker);
}

static void rlock_may_be_freed_while_held(void **state)
{
    pawl_rlock *rlock = pawl_rlock_new();
    (void)state;
    assert_non_null(rlock);
    assert_false(pawl_rlock_locked(rlock));
    assert_int_equal(pawl_rlock_depth(rlock), 0);
    pawl_rlock_acquire(rlock);
    pawl_rlock_acquire(rlock);
    pawl_rlock_free(rlock);
    rlock = pawl_rlock_new();
    assert_non_null(rlock);
    own_and_end(rlock, 1);
    pawl_rlock_free(rlock);
    pawl_rlock_free(NULL);
}

static void describe_tells_state_depth_and_waiters(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    struct caller others[2] = {{.then = release_levels_after}, {.then = release_levels_after}};
    char text[120];
    (void)state;
    pawl_rlock_acquire(&rlock);
    pawl_rlock_acquire(&rlock);
    pawl_rlock_acquire(&rlock);
    owner_start(&others[0], &rlock, PAWL_NEVER, 1);
    owner_start(&others[1], &rlock, PAWL_NEVER, 2);
    pawl_rlock_describe(&rlock, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_rlock locked owner="));
    assert_non_null(strstr(text, " depth=3 waiters=2 at 0x"));
    release_levels(&rlock, 3);
    caller_join(&others[0]);
    caller_join(&others[1]);
}

static void describe_tells_the_owners_depth_to_anyone(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    char text[120];
    (void)state;
    own_and_end(&rlock, 2);
    pawl_rlock_describe(&rlock, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_rlock locked owner="));
    assert_non_null(strstr(text, " depth=2 waiters=0 at 0x"));
}

/* The number after "owner=", or 0. */
static unsigned long long described_owner(const pawl_rlock *rlock)
{
    char text[120];
    pawl_rlock_describe(rlock, text, sizeof text);
    const char *owner = strstr(text, "owner=");
    return owner == NULL ? 0 : strtoull(owner + strlen("owner="), NULL, 10);
}

static void describe_names_the_owner(void **state)
{
    pawl_rlock mine = PAWL_RLOCK_INIT, also_mine = PAWL_RLOCK_INIT, another = PAWL_RLOCK_INIT;
    (void)state;
    assert_int_equal(described_owner(&mine), 0);
    pawl_rlock_acquire(&mine);
    pawl_rlock_acquire(&also_mine);
    own_and_end(&another, 1);
    assert_int_not_equal(described_owner(&mine), 0);
    assert_int_equal(described_owner(&mine), described_owner(&also_mine));
    assert_int_not_equal(described_owner(&another), 0);
    assert_int_not_equal(described_owner(&another), described_owner(&mine));
    pawl_rlock_release(&mine);
    pawl_rlock_release(&also_mine);
    assert_int_equal(described_owner(&mine), 0);
}

/* Through pointers, which shows that each is a symbol of the library. */
static void functions_are_also_symbols(void **state)
{
    void (*volatile acquire)(pawl_rlock *) = pawl_rlock_acquire;
    bool (*volatile try_acquire)(pawl_rlock *) = pawl_rlock_try_acquire;
    pawl_status (*volatile acquire_for)(pawl_rlock *, pawl_ns) = pawl_rlock_acquire_for;
    pawl_status (*volatile acquire_until)(pawl_rlock *, pawl_time) = pawl_rlock_acquire_until;
    pawl_status (*volatile release)(pawl_rlock *) = pawl_rlock_release;
    bool (*volatile locked)(const pawl_rlock *) = pawl_rlock_locked;
    bool (*volatile owned)(const pawl_rlock *) = pawl_rlock_owned;
    uint32_t (*volatile depth)(const pawl_rlock *) = pawl_rlock_depth;
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    (void)state;
    acquire(&rlock);
    assert_true(try_acquire(&rlock));
    assert_int_equal(acquire_for(&rlock, 0), PAWL_OK);
    assert_int_equal(acquire_until(&rlock, 0), PAWL_OK);
    assert_true(locked(&rlock));
    assert_true(owned(&rlock));
    assert_int_equal(depth(&rlock), 4);
    for (int level = 0; level < 4; level++) {
        assert_int_equal(release(&rlock), PAWL_OK);
    }
    assert_int_equal(release(&rlock), PAWL_NOT_HELD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rlock_is_at_most_sixteen_bytes),
        cmocka_unit_test(rlock_of_zero_bytes_is_ready),
        cmocka_unit_test(rlock_initialisers_make_it_unlocked),
        cmocka_unit_test(rlock_owner_may_acquire_again_by_every_call),
        cmocka_unit_test(rlock_first_acquire_may_be_any_call),
        cmocka_unit_test(rlock_is_free_after_as_many_releases),
        cmocka_unit_test(rlock_acquire_by_another_thread_waits_until_the_last_release),
        cmocka_unit_test(rlock_next_owner_starts_at_depth_one),
        cmocka_unit_test(rlock_release_by_another_thread_is_refused),
        cmocka_unit_test(rlock_refused_release_lets_no_waiter_through),
        cmocka_unit_test(rlock_release_of_a_free_one_is_refused),
        cmocka_unit_test(rlock_depth_is_the_callers_own),
        cmocka_unit_test(rlock_acquire_at_the_greatest_depth_overflows),
        cmocka_unit_test(rlock_stays_held_for_ever_when_its_owner_ends),
        cmocka_unit_test(rlock_takes_no_later_thread_for_an_owner_that_ended),
        cmocka_unit_test(rlock_is_free_after_reinit_after_fork),
        cmocka_unit_test(rlock_is_kept_for_a_waiter_after_some_milliseconds),
        cmocka_unit_test(rlock_starves_nobody),
        cmocka_unit_test(past_deadline_or_no_duration_is_a_try),
        cmocka_unit_test(wait_never_ends_early),
        cmocka_unit_test(longest_durations_are_waits_without_end),
        cmocka_unit_test(timed_out_waiter_leaves_no_trace),
        cmocka_unit_test(next_waiter_is_served_after_one_timed_out),
        cmocka_unit_test(timed_waiter_gets_an_rlock_released_in_time),
        cmocka_unit_test(rlock_keeps_its_books_when_nesting_tries_and_time_outs_race_releases),
        cmocka_unit_test(rlock_may_be_freed_by_the_thread_that_just_acquired_it),
        cmocka_unit_test(threads_that_end_leave_nothing_behind),
        cmocka_unit_test(rlock_may_be_freed_while_held),
        cmocka_unit_test(describe_tells_state_depth_and_waiters),
        cmocka_unit_test(describe_tells_the_owners_depth_to_anyone),
        cmocka_unit_test(describe_names_the_owner),
        cmocka_unit_test(functions_are_also_symbols),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
