/* SPDX-License-Identifier: MIT
 *
 * The sentences of SEMANTICS.md under "All" and "RLock", for pawl_rlock.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A helper thread that acquires an rlock, `levels` deep, and keeps it or releases it. */
struct owner {
    crew_thread thread;
    pawl_rlock *rlock;
    pawl_time deadline;
    uint32_t levels;
    bool release_after;
    pawl_status status; /* after owner_join */
    uint32_t depth;     /* what pawl_rlock_depth said at the first level */
    uint8_t has_it;     /* atomic: 1 once it is acquired, or timed out */
};

static void own(void *context)
{
    struct owner *owner = context;
    owner->status = pawl_rlock_acquire_until(owner->rlock, owner->deadline);
    if (owner->status == PAWL_OK) {
        owner->depth = pawl_rlock_depth(owner->rlock);
        for (uint32_t level = 1; level < owner->levels; level++) {
            pawl_rlock_acquire(owner->rlock);
        }
    }
    pawl__store8(&owner->has_it, 1, PAWL__RELEASE);
    if (owner->status == PAWL_OK && owner->release_after) {
        for (uint32_t level = 0; level < owner->levels; level++) {
            pawl_rlock_release(owner->rlock);
        }
    }
}

/* Start one, and wait until it is waiter number `place`, or AT_ITS_OWN_TIME. */
static void owner_start(struct owner *owner, pawl_rlock *rlock, pawl_time deadline, size_t place)
{
    owner->rlock = rlock;
    owner->deadline = deadline;
    owner->has_it = 0;
    if (owner->levels == 0) {
        owner->levels = 1;
    }
    crew_start(&owner->thread, own, owner);
    if (place != AT_ITS_OWN_TIME) {
        wait_for_waiters(&rlock->lock_, place);
    }
}

static void owner_join(struct owner *owner)
{
    crew_join(&owner->thread);
}

/* A thread that owns the rlock, so deep, and has ended. */
static void own_and_end(pawl_rlock *rlock, uint32_t levels)
{
    struct owner owner = {.levels = levels};
    owner_start(&owner, rlock, PAWL_NEVER, AT_ITS_OWN_TIME);
    owner_join(&owner);
    assert_int_equal(owner.status, PAWL_OK);
}

/* A helper thread that does not own the rlock and makes every call that does not wait. */
struct stranger {
    crew_thread thread;
    pawl_rlock *rlock;
    bool locked, owned, took;
    uint32_t depth;
    pawl_status by_duration, by_deadline, released;
};

static void make_every_call(void *context)
{
    struct stranger *stranger = context;
    stranger->locked = pawl_rlock_locked(stranger->rlock);
    stranger->owned = pawl_rlock_owned(stranger->rlock);
    stranger->depth = pawl_rlock_depth(stranger->rlock);
    stranger->took = pawl_rlock_try_acquire(stranger->rlock);
    stranger->by_duration = pawl_rlock_acquire_for(stranger->rlock, 0);
    stranger->by_deadline = pawl_rlock_acquire_until(stranger->rlock, pawl_now());
    stranger->released = pawl_rlock_release(stranger->rlock);
}

static void assert_refused(const struct stranger *stranger)
{
    assert_true(stranger->locked);
    assert_false(stranger->owned);
    assert_int_equal(stranger->depth, 0);
    assert_false(stranger->took);
    assert_int_equal(stranger->by_duration, PAWL_TIMEOUT);
    assert_int_equal(stranger->by_deadline, PAWL_TIMEOUT);
    assert_int_equal(stranger->released, PAWL_NOT_HELD);
}

static void assert_a_stranger_is_refused(pawl_rlock *rlock)
{
    struct stranger stranger = {.rlock = rlock};
    crew_start(&stranger.thread, make_every_call, &stranger);
    crew_join(&stranger.thread);
    assert_refused(&stranger);
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
        assert_a_stranger_is_refused(&rlock);
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
    struct owner other = {.release_after = true};
    (void)state;
    for (int level = 0; level < 3; level++) {
        pawl_rlock_acquire(&rlock);
    }
    owner_start(&other, &rlock, PAWL_NEVER, 1);
    for (uint32_t left = 2; left > 0; left--) {
        assert_int_equal(pawl_rlock_release(&rlock), PAWL_OK);
        assert_int_equal(pawl__load8(&other.has_it, PAWL__ACQUIRE), 0);
        assert_int_equal(pawl__lot_count(&rlock.lock_), 1);
        assert_int_equal(pawl_rlock_depth(&rlock), left);
    }
    assert_int_equal(pawl_rlock_release(&rlock), PAWL_OK);
    owner_join(&other);
    assert_int_equal(other.status, PAWL_OK);
    assert_false(pawl_rlock_locked(&rlock));
}

static void rlock_next_owner_starts_at_depth_one(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    struct owner other = {.levels = 2, .release_after = true};
    (void)state;
    pawl_rlock_acquire(&rlock);
    pawl_rlock_acquire(&rlock);
    owner_start(&other, &rlock, PAWL_NEVER, 1);
    release_levels(&rlock, 2);
    owner_join(&other);
    assert_int_equal(other.depth, 1);
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
    assert_a_stranger_is_refused(&rlock);
    assert_true(pawl_rlock_owned(&rlock));
    assert_int_equal(pawl_rlock_depth(&rlock), 2);
    release_levels(&rlock, 2);
    assert_false(pawl_rlock_locked(&rlock));
}

static void rlock_refused_release_lets_no_waiter_through(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    struct owner other = {.release_after = true};
    (void)state;
    pawl_rlock_acquire(&rlock);
    owner_start(&other, &rlock, PAWL_NEVER, 1);
    assert_a_stranger_is_refused(&rlock);
    assert_int_equal(pawl__lot_count(&rlock.lock_), 1);
    assert_int_equal(pawl__load8(&other.has_it, PAWL__ACQUIRE), 0);
    assert_int_equal(pawl_rlock_release(&rlock), PAWL_OK);
    owner_join(&other);
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
    struct owner other = {.levels = 3};
    (void)state;
    assert_int_equal(pawl_rlock_depth(&rlock), 0);
    owner_start(&other, &rlock, PAWL_NEVER, AT_ITS_OWN_TIME);
    owner_join(&other);
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

/* Later threads get the ended one's id, stack and thread-local variables, in turn and at once. */
static void rlock_takes_no_later_thread_for_an_owner_that_ended(void **state)
{
    enum { IN_TURN = 100, AT_ONCE = 30 };
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    struct stranger strangers[AT_ONCE];
    (void)state;
    own_and_end(&rlock, 1);
    for (int i = 0; i < IN_TURN; i++) {
        assert_a_stranger_is_refused(&rlock);
    }
    memset(strangers, 0, sizeof strangers);
    for (size_t i = 0; i < AT_ONCE; i++) {
        strangers[i].rlock = &rlock;
        crew_start(&strangers[i].thread, make_every_call, &strangers[i]);
    }
    for (size_t i = 0; i < AT_ONCE; i++) {
        crew_join(&strangers[i].thread);
        assert_refused(&strangers[i]);
    }
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

static void rlock_is_handed_to_one_that_has_waited_some_milliseconds(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    struct owner other = {0};
    (void)state;
    pawl_rlock_acquire(&rlock);
    owner_start(&other, &rlock, PAWL_NEVER, 1);
    let_time_pass(PATIENCE);
    assert_int_equal(pawl_rlock_release(&rlock), PAWL_OK);
    assert_false(pawl_rlock_try_acquire(&rlock)); /* it never became free */
    owner_join(&other);
    assert_int_equal(other.status, PAWL_OK);
}

static void rlock_starves_nobody(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    struct owner other = {.release_after = true};
    (void)state;
    pawl_rlock_acquire(&rlock);
    owner_start(&other, &rlock, PAWL_NEVER, 1);
    while (pawl__load8(&other.has_it, PAWL__ACQUIRE) == 0) { /* a greedy thread, never waiting */
        pawl_rlock_release(&rlock);
        pawl_rlock_acquire(&rlock);
    }
    owner_join(&other);
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
        struct owner other = {0};
        pawl_rlock_acquire(&rlock);
        owner_start(&other, &rlock, pawl_after_ns(durations[i]), 1);
        pawl_rlock_release(&rlock);
        owner_join(&other);
        assert_int_equal(other.status, PAWL_OK);
    }
}

static void timed_out_waiter_leaves_no_trace(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    struct owner other = {0};
    (void)state;
    pawl_rlock_acquire(&rlock);
    owner_start(&other, &rlock, pawl_after_ms(1), AT_ITS_OWN_TIME);
    owner_join(&other);
    assert_int_equal(other.status, PAWL_TIMEOUT);
    assert_int_equal(pawl__lot_count(&rlock.lock_), 0);
    assert_int_equal(rlock.lock_.state_ & PAWL__LOCK_PARKED, 0);
    assert_int_equal(pawl_rlock_depth(&rlock), 1);
    assert_int_equal(pawl_rlock_release(&rlock), PAWL_OK);
    assert_false(pawl_rlock_locked(&rlock));
}

static void next_waiter_is_served_after_one_timed_out(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    struct owner first = {0};
    struct owner second = {0};
    (void)state;
    pawl_rlock_acquire(&rlock);
    owner_start(&first, &rlock, pawl_after_ms(20), AT_ITS_OWN_TIME);
    owner_start(&second, &rlock, PAWL_NEVER, AT_ITS_OWN_TIME);
    owner_join(&first);
    assert_int_equal(first.status, PAWL_TIMEOUT);
    wait_for_waiters(&rlock.lock_, 1);
    assert_int_equal(pawl_rlock_release(&rlock), PAWL_OK);
    owner_join(&second);
    assert_int_equal(second.status, PAWL_OK);
}

static void timed_waiter_gets_an_rlock_released_in_time(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    struct owner other = {.release_after = true};
    (void)state;
    pawl_rlock_acquire(&rlock);
    owner_start(&other, &rlock, pawl_after_s(3600), 1);
    assert_int_equal(pawl_rlock_release(&rlock), PAWL_OK);
    owner_join(&other);
    assert_int_equal(other.status, PAWL_OK);
    assert_false(pawl_rlock_locked(&rlock));
}

/* Books that balance only if every first level excluded every other thread. */
enum { THREADS = 5, ROUNDS = 1500 };

struct books {
    pawl_rlock rlock;
    uint64_t inside; /* plain: only exclusion keeps it exact, and only a release shows it */
};

struct worker {
    crew_thread thread;
    struct books *books;
    uint64_t seed;
    uint64_t acquired;
    uint64_t mistakes;
};

static bool get_in(pawl_rlock *rlock, uint64_t *seed)
{
    uint64_t choice = next_random(seed) % 8;
    if (choice == 1) {
        return pawl_rlock_try_acquire(rlock);
    }
    if (choice == 2) { /* a time-out at just the time a release may come */
        return pawl_rlock_acquire_for(rlock, (pawl_ns)(next_random(seed) % 50000)) == PAWL_OK;
    }
    if (choice == 3) {
        return pawl_rlock_acquire_until(rlock, pawl_after_s(3600)) == PAWL_OK;
    }
    pawl_rlock_acquire(rlock);
    return true;
}

static void work(void *context)
{
    struct worker *worker = context;
    pawl_rlock *rlock = &worker->books->rlock;
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
        worker->acquired++;
        worker->books->inside++;
        if (next_random(&worker->seed) % 32 == 0) {
            crew_yield(); /* so that others queue up */
        }
        for (; levels > 0; levels--) {
            worker->mistakes += pawl_rlock_depth(rlock) != levels;
            worker->mistakes += pawl_rlock_release(rlock) != PAWL_OK;
        }
        worker->mistakes += pawl_rlock_owned(rlock);
    }
}

static void rlock_keeps_its_books_when_nesting_tries_and_time_outs_race_releases(void **state)
{
    struct books books = {.rlock = PAWL_RLOCK_INIT};
    struct worker workers[THREADS];
    uint64_t acquired = 0;
    (void)state;
    memset(workers, 0, sizeof workers);
    for (size_t i = 0; i < THREADS; i++) {
        workers[i].books = &books;
        workers[i].seed = 88172645463325252U + i;
        crew_start(&workers[i].thread, work, &workers[i]);
    }
    for (size_t i = 0; i < THREADS; i++) {
        crew_join(&workers[i].thread);
        acquired += workers[i].acquired;
        assert_int_equal(workers[i].mistakes, 0);
    }
    assert_true(books.inside == acquired);
    assert_int_equal(pawl__lot_count(&books.rlock.lock_), 0);
    assert_int_equal(books.rlock.lock_.state_, 0);
    assert_int_equal(books.rlock.depth_, 0);
}

/* An rlock in memory that its next owner reuses at once: the releaser, still inside release, must
 * not write there. */
struct reuse {
    crew_thread thread;
    pawl_rlock *rlock;
    uint8_t go; /* atomic: 1 once the other thread is about to acquire */
};

enum { REUSED_AS = 0xA5 };

static void acquire_and_reuse(void *context)
{
    struct reuse *reuse = context;
    pawl__store8(&reuse->go, 1, PAWL__RELEASE);
    pawl_rlock_acquire(reuse->rlock);
    memset(reuse->rlock, REUSED_AS, sizeof *reuse->rlock); /* freed, and something else now */
}

static bool has_gone(void *context)
{
    struct reuse *reuse = context;
    return pawl__load8(&reuse->go, PAWL__ACQUIRE) != 0;
}

static void rlock_may_be_freed_by_the_thread_that_just_acquired_it(void **state)
{
    pawl_rlock expected;
    (void)state;
    memset(&expected, REUSED_AS, sizeof expected);
    for (int round = 0; round < 200; round++) {
        struct reuse reuse = {.rlock = pawl_rlock_new()};
        assert_non_null(reuse.rlock);
        pawl_rlock_acquire(reuse.rlock);
        crew_start(&reuse.thread, acquire_and_reuse, &reuse);
        if (round % 2 == 0) { /* parked, or caught while it spins */
            wait_for_waiters(&reuse.rlock->lock_, 1);
        } else {
            crew_until(has_gone, &reuse);
        }
        if (round % 20 == 0) {
            let_time_pass(PATIENCE); /* so that it is handed over */
        }
        assert_int_equal(pawl_rlock_release(reuse.rlock), PAWL_OK);
        crew_join(&reuse.thread);
        assert_memory_equal(reuse.rlock, &expected, sizeof expected);
        pawl_rlock_free(reuse.rlock);
    }
}

/* Threads that come, wait and go leave nothing: a hundred of them in turn use one parker. */
static void threads_that_end_leave_nothing_behind(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    struct pawl__sleeper probe = {0};
    (void)state;
    pawl__lot_open(&probe, PAWL__ON_LOCK);
    struct pawl__slot *slot = probe.slot;
    pawl__lot_close(&probe);
    for (int i = 0; i < 100; i++) {
        struct owner other = {.levels = 2, .release_after = true};
        pawl_rlock_acquire(&rlock);
        owner_start(&other, &rlock, PAWL_NEVER, 1);
        pawl_rlock_release(&rlock);
        owner_join(&other);
    }
    pawl__lot_open(&probe, PAWL__ON_LOCK);
    assert_ptr_equal(probe.slot, slot);
    pawl__lot_close(&probe);
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

static void describe_writes_as_snprintf_does(void **state)
{
    char text[96], expected[96], small[8];
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    (void)state;
    snprintf(expected, sizeof expected, "<pawl_rlock unlocked depth=0 waiters=0 at 0x%llx>",
             (unsigned long long)(uintptr_t)&rlock);
    int length = pawl_rlock_describe(&rlock, text, sizeof text);
    assert_string_equal(text, expected);
    assert_int_equal(length, strlen(expected));
    assert_int_equal(pawl_rlock_describe(&rlock, NULL, 0), length);
    assert_int_equal(pawl_rlock_describe(&rlock, small, sizeof small), length);
    assert_string_equal(small, "<pawl_r");
}

static void describe_tells_state_depth_and_waiters(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    struct owner others[2] = {{.release_after = true}, {.release_after = true}};
    char text[96];
    (void)state;
    pawl_rlock_acquire(&rlock);
    pawl_rlock_acquire(&rlock);
    pawl_rlock_acquire(&rlock);
    owner_start(&others[0], &rlock, PAWL_NEVER, 1);
    owner_start(&others[1], &rlock, PAWL_NEVER, 2);
    pawl_rlock_describe(&rlock, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_rlock locked depth=3 waiters=2 at 0x"));
    release_levels(&rlock, 3);
    owner_join(&others[0]);
    owner_join(&others[1]);
}

static void describe_tells_the_owners_depth_to_anyone(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    char text[96];
    (void)state;
    own_and_end(&rlock, 2);
    pawl_rlock_describe(&rlock, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_rlock locked depth=2 waiters=0 at 0x"));
}

/* Through pointers, which shows that each is a symbol of the library. */
static void functions_are_symbols_too(void **state)
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
        cmocka_unit_test(rlock_is_handed_to_one_that_has_waited_some_milliseconds),
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
        cmocka_unit_test(describe_writes_as_snprintf_does),
        cmocka_unit_test(describe_tells_state_depth_and_waiters),
        cmocka_unit_test(describe_tells_the_owners_depth_to_anyone),
        cmocka_unit_test(functions_are_symbols_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
