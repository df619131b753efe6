/* SPDX-License-Identifier: MIT
 *
 * docs/semantics.md, "All" and "RWLock, Once", for pawl_rwlock.
 */
#include "caller.h"

#include <string.h>

enum mode { SHARED, EXCLUSIVE, MODES };

static size_t waiting_at(struct pawl__bucket *bucket, const void *key, int mode)
{
    uint8_t kind = mode == SHARED ? PAWL__ON_SHARED : PAWL__ON_EXCLUSIVE;
    size_t count = 0;
    const pawl_await *first = pawl__lot_first(bucket, key);
    const pawl_await *at = first;
    while (at != NULL) {
        count += at->kind_ == kind ? 1 : 0;
        at = at->next_ != first ? at->next_ : NULL;
    }
    return count;
}

/* How many wait in that mode. The writer that waits for the last reader does so under a key of its
 * own. */
static size_t waiting(const pawl_rwlock *rwlock, int mode)
{
    struct pawl__bucket *bucket = pawl__lot_bucket(rwlock);
    pawl__lot_lock(bucket);
    size_t count = waiting_at(bucket, rwlock, mode) +
                   waiting_at(bucket, (const char *)rwlock + 1, mode);
    pawl__lot_unlock(bucket);
    return count;
}

static void wait_until_waiting(const pawl_rwlock *rwlock, int mode, size_t count)
{
    while (waiting(rwlock, mode) != count) {
        crew_yield();
    }
}

static void acquire(pawl_rwlock *rwlock, int mode)
{
    if (mode == SHARED) {
        pawl_rwlock_acquire_shared(rwlock);
    } else {
        pawl_rwlock_acquire_exclusive(rwlock);
    }
}

static bool try_acquire(pawl_rwlock *rwlock, int mode)
{
    return mode == SHARED ? pawl_rwlock_try_acquire_shared(rwlock)
                          : pawl_rwlock_try_acquire_exclusive(rwlock);
}

static pawl_status acquire_for(pawl_rwlock *rwlock, int mode, pawl_ns ns)
{
    return mode == SHARED ? pawl_rwlock_acquire_shared_for(rwlock, ns)
                          : pawl_rwlock_acquire_exclusive_for(rwlock, ns);
}

static pawl_status acquire_until(pawl_rwlock *rwlock, int mode, pawl_time deadline)
{
    return mode == SHARED ? pawl_rwlock_acquire_shared_until(rwlock, deadline)
                          : pawl_rwlock_acquire_exclusive_until(rwlock, deadline);
}

static pawl_status release(pawl_rwlock *rwlock, int mode)
{
    return mode == SHARED ? pawl_rwlock_release_shared(rwlock)
                          : pawl_rwlock_release_exclusive(rwlock);
}

/* Start a thread that acquires an rwlock once and, with `leave`, releases it. */
static void visitor_start(struct caller *visitor, pawl_rwlock *rwlock, int mode, pawl_time deadline)
{
    visitor->form = deadline == PAWL_NEVER ? UNTIMED : UNTIL;
    caller_start_on(visitor, mode == SHARED ? call_shared : call_exclusive, rwlock, deadline,
                    AT_ITS_OWN_TIME);
}

/* For `then`. */
static void leave(struct caller *visitor)
{
    (visitor->call == call_shared ? release_shared_after : release_exclusive_after)(visitor);
}

/* Start a visitor without a deadline, and wait until it is waiter number `place` of its kind. */
static void visitor_queue(struct caller *visitor, pawl_rwlock *rwlock, int mode, size_t place)
{
    visitor_start(visitor, rwlock, mode, PAWL_NEVER);
    wait_until_waiting(rwlock, mode, place);
}

/* Start a visitor that times out, and wait until it waits or has timed out already. */
static void visitor_queue_until(struct caller *visitor, pawl_rwlock *rwlock, int mode,
                                pawl_time deadline)
{
    visitor_start(visitor, rwlock, mode, deadline);
    while (!caller_is_back(visitor) && waiting(rwlock, mode) == 0) {
        crew_yield();
    }
}

static void assert_free(const pawl_rwlock *rwlock)
{
    assert_int_equal(rwlock->state_, 0);
    assert_int_equal(waiting(rwlock, SHARED), 0);
    assert_int_equal(waiting(rwlock, EXCLUSIVE), 0);
}

/* Nobody waits, and nothing is noted except this number of shared holders. */
static void assert_shared_by(const pawl_rwlock *rwlock, uint32_t holders)
{
    assert_int_equal(rwlock->state_, holders * PAWL__RWLOCK_READER);
    assert_int_equal(waiting(rwlock, SHARED), 0);
    assert_int_equal(waiting(rwlock, EXCLUSIVE), 0);
}

static void release_shared_times(pawl_rwlock *rwlock, int times)
{
    for (int i = 0; i < times; i++) {
        assert_int_equal(pawl_rwlock_release_shared(rwlock), PAWL_OK);
    }
}

static void rwlock_is_at_most_eight_bytes(void **state)
{
    (void)state;
    assert_true(sizeof(pawl_rwlock) <= 8);
}

static void rwlock_of_zero_bytes_is_ready(void **state)
{
    (void)state;
    for (int mode = 0; mode < MODES; mode++) {
        pawl_rwlock rwlock;
        memset(&rwlock, 0, sizeof rwlock);
        acquire(&rwlock, mode);
        assert_false(pawl_rwlock_try_acquire_exclusive(&rwlock));
        assert_int_equal(release(&rwlock, mode), PAWL_OK);
        assert_free(&rwlock);
    }
}

static void rwlock_initialisers_make_it_free(void **state)
{
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    (void)state;
    assert_true(pawl_rwlock_try_acquire_exclusive(&rwlock));
    pawl_rwlock_init(&rwlock);
    assert_true(pawl_rwlock_try_acquire_shared(&rwlock));
    memset(&rwlock, 0xA5, sizeof rwlock);
    pawl_rwlock_init(&rwlock);
    assert_true(pawl_rwlock_try_acquire_exclusive(&rwlock));
    assert_int_equal(pawl_rwlock_release_exclusive(&rwlock), PAWL_OK);
}

static void rwlock_free_one_is_had_at_once_by_every_call(void **state)
{
    (void)state;
    for (int mode = 0; mode < MODES; mode++) {
        pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
        acquire(&rwlock, mode);
        assert_int_equal(release(&rwlock, mode), PAWL_OK);
        assert_true(try_acquire(&rwlock, mode));
        assert_int_equal(release(&rwlock, mode), PAWL_OK);
        assert_int_equal(acquire_for(&rwlock, mode, PAWL_S(3600)), PAWL_OK);
        assert_int_equal(release(&rwlock, mode), PAWL_OK);
        assert_int_equal(acquire_until(&rwlock, mode, PAWL_NEVER), PAWL_OK);
        assert_int_equal(release(&rwlock, mode), PAWL_OK);
        assert_free(&rwlock);
    }
}

static void rwlock_has_many_shared_holders_at_once(void **state)
{
    enum { READERS = 8 };
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    struct caller readers[READERS] = {0};
    (void)state;
    for (size_t i = 0; i < READERS; i++) {
        visitor_start(&readers[i], &rwlock, SHARED, i % 2 == 0 ? PAWL_NEVER : 0);
    }
    for (size_t i = 0; i < READERS; i++) { /* each in, though none has left */
        assert_int_equal(caller_join(&readers[i]), PAWL_OK);
    }
    assert_shared_by(&rwlock, READERS);
    release_shared_times(&rwlock, READERS);
    assert_free(&rwlock);
}

static void rwlock_has_one_exclusive_holder_alone(void **state)
{
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    (void)state;
    pawl_rwlock_acquire_exclusive(&rwlock);
    for (int mode = 0; mode < MODES; mode++) {
        assert_false(try_acquire(&rwlock, mode));
        assert_int_equal(acquire_for(&rwlock, mode, PAWL_MS(1)), PAWL_TIMEOUT);
    }
    assert_int_equal(pawl_rwlock_release_exclusive(&rwlock), PAWL_OK);
    pawl_rwlock_acquire_shared(&rwlock);
    assert_false(pawl_rwlock_try_acquire_exclusive(&rwlock));
    assert_int_equal(acquire_for(&rwlock, EXCLUSIVE, PAWL_MS(1)), PAWL_TIMEOUT);
    assert_shared_by(&rwlock, 1);
    release_shared_times(&rwlock, 1);
}

static void rwlock_writer_waits_for_the_last_reader(void **state)
{
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    struct caller writer = {0};
    (void)state;
    for (int i = 0; i < 3; i++) {
        pawl_rwlock_acquire_shared(&rwlock);
    }
    visitor_queue(&writer, &rwlock, EXCLUSIVE, 1);
    for (int left = 2; left > 0; left--) {
        release_shared_times(&rwlock, 1);
        assert_int_equal(waiting(&rwlock, EXCLUSIVE), 1);
        assert_false(caller_is_back(&writer));
    }
    release_shared_times(&rwlock, 1);
    assert_int_equal(caller_join(&writer), PAWL_OK);
    assert_int_equal(pawl_rwlock_release_exclusive(&rwlock), PAWL_OK);
    assert_free(&rwlock);
}

static void rwlock_writer_lets_in_all_readers_that_wait(void **state)
{
    enum { READERS = 5 };
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    struct caller readers[READERS] = {0};
    (void)state;
    pawl_rwlock_acquire_exclusive(&rwlock);
    for (size_t i = 0; i < READERS; i++) {
        visitor_queue(&readers[i], &rwlock, SHARED, i + 1);
        assert_false(caller_is_back(&readers[i]));
    }
    assert_int_equal(pawl_rwlock_release_exclusive(&rwlock), PAWL_OK);
    for (size_t i = 0; i < READERS; i++) { /* each in, though none has left */
        assert_int_equal(caller_join(&readers[i]), PAWL_OK);
    }
    assert_shared_by(&rwlock, READERS);
    release_shared_times(&rwlock, READERS);
    assert_free(&rwlock);
}

static void rwlock_waiting_writer_holds_back_new_readers(void **state)
{
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    struct caller writer = {0};
    struct caller reader = {0};
    (void)state;
    pawl_rwlock_acquire_shared(&rwlock);
    visitor_queue(&writer, &rwlock, EXCLUSIVE, 1);
    assert_false(pawl_rwlock_try_acquire_shared(&rwlock));
    assert_int_equal(pawl_rwlock_acquire_shared_for(&rwlock, 0), PAWL_TIMEOUT);
    assert_int_equal(pawl_rwlock_acquire_shared_for(&rwlock, PAWL_MS(2)), PAWL_TIMEOUT);
    visitor_queue(&reader, &rwlock, SHARED, 1);
    assert_false(caller_is_back(&reader));
    release_shared_times(&rwlock, 1);
    assert_int_equal(caller_join(&writer), PAWL_OK);
    assert_int_equal(waiting(&rwlock, SHARED), 1);
    assert_false(caller_is_back(&reader));
    assert_int_equal(pawl_rwlock_release_exclusive(&rwlock), PAWL_OK);
    assert_int_equal(caller_join(&reader), PAWL_OK);
    assert_shared_by(&rwlock, 1);
}

static void rwlock_lets_in_all_who_wait_in_whatever_order_they_came(void **state)
{
    enum { VISITORS = 6 };
    (void)state;
    for (int held = 0; held < MODES; held++) {
        for (unsigned pattern = 0; pattern < 1U << VISITORS; pattern += 7) {
            pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
            struct caller visitors[VISITORS] = {0};
            size_t queued[MODES] = {0, 0};
            acquire(&rwlock, held);
            for (unsigned i = 0; i < VISITORS; i++) {
                int mode = (pattern >> i & 1) != 0 || i == 0 ? EXCLUSIVE : SHARED;
                visitors[i].then = leave;
                visitor_queue(&visitors[i], &rwlock, mode, ++queued[mode]);
            }
            assert_int_equal(release(&rwlock, held), PAWL_OK);
            for (unsigned i = 0; i < VISITORS; i++) {
                assert_int_equal(caller_join(&visitors[i]), PAWL_OK);
            }
            assert_free(&rwlock);
        }
    }
}

static void rwlock_lets_in_the_oldest_writer(void **state)
{
    enum { WRITERS = 4 };
    (void)state;
    for (int mode = 0; mode < MODES; mode++) { /* let in by a reader, by a writer */
        pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
        struct caller writers[WRITERS] = {0};
        acquire(&rwlock, mode);
        for (size_t i = 0; i < WRITERS; i++) {
            visitor_queue(&writers[i], &rwlock, EXCLUSIVE, i + 1);
        }
        assert_int_equal(release(&rwlock, mode), PAWL_OK);
        for (size_t i = 0; i < WRITERS; i++) {
            for (size_t younger = i + 1; younger < WRITERS; younger++) {
                assert_false(caller_is_back(&writers[younger]));
            }
            assert_int_equal(caller_join(&writers[i]), PAWL_OK);
            assert_int_equal(waiting(&rwlock, EXCLUSIVE), WRITERS - i - 1);
            assert_int_equal(pawl_rwlock_release_exclusive(&rwlock), PAWL_OK);
        }
        assert_free(&rwlock);
    }
}

/* Two threads that keep an rwlock in one mode for ever, unless it is taken from them: the thread
 * that arrived last leaves only when the other has arrived again, or is made to wait. They end when
 * the victim, which wants the other mode, got it. */
struct tyranny {
    pawl_rwlock rwlock;
    int mode;
    bool downgrading;      /* writers downgrade, and leave as readers */
    uint8_t last;          /* atomic: the thread that arrived last, 1 or 2; 0: none yet */
    uint8_t victim_got_in; /* atomic */
};

static bool may_leave(void *context)
{
    struct caller *tyrant = context;
    struct tyranny *tyranny = tyrant->object;
    return pawl__load8(&tyranny->victim_got_in, PAWL__ACQUIRE) != 0 ||
           pawl__load8(&tyranny->last, PAWL__ACQUIRE) != (uint8_t)tyrant->number ||
           waiting(&tyranny->rwlock, tyranny->mode) > 0;
}

/* Its number is who it is. */
static pawl_status rule(struct caller *tyrant)
{
    struct tyranny *tyranny = tyrant->object;
    while (pawl__load8(&tyranny->victim_got_in, PAWL__ACQUIRE) == 0) {
        acquire(&tyranny->rwlock, tyranny->mode);
        pawl__store8(&tyranny->last, (uint8_t)tyrant->number, PAWL__RELEASE);
        crew_until(may_leave, tyrant);
        if (tyranny->downgrading) {
            pawl_rwlock_downgrade(&tyranny->rwlock);
        }
        release(&tyranny->rwlock, tyranny->downgrading ? SHARED : tyranny->mode);
    }
    return PAWL_OK;
}

static bool somebody_rules(void *context)
{
    struct tyranny *tyranny = context;
    return pawl__load8(&tyranny->last, PAWL__ACQUIRE) != 0;
}

static void assert_victim_gets_in(int tyrants_mode, bool downgrading)
{
    struct tyranny tyranny = {
        .rwlock = PAWL_RWLOCK_INIT, .mode = tyrants_mode, .downgrading = downgrading};
    struct caller tyrants[2] = {{.number = 1}, {.number = 2}};
    int victims_mode = tyrants_mode == SHARED ? EXCLUSIVE : SHARED;
    for (size_t i = 0; i < 2; i++) {
        caller_start_on(&tyrants[i], rule, &tyranny, 0, AT_ITS_OWN_TIME);
    }
    crew_until(somebody_rules, &tyranny);
    acquire(&tyranny.rwlock, victims_mode);
    pawl__store8(&tyranny.victim_got_in, 1, PAWL__RELEASE);
    assert_int_equal(release(&tyranny.rwlock, victims_mode), PAWL_OK);
    callers_join(tyrants, 2, PAWL_OK);
    assert_free(&tyranny.rwlock);
}

static void rwlock_readers_that_overlap_for_ever_do_not_starve_a_writer(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        assert_victim_gets_in(SHARED, false);
    }
}

static void rwlock_writers_that_alternate_for_ever_do_not_starve_a_reader(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        assert_victim_gets_in(EXCLUSIVE, false);
    }
}

static void rwlock_writers_that_downgrade_for_ever_do_not_starve_a_reader(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        assert_victim_gets_in(EXCLUSIVE, true);
    }
}

/* A writer that times out with a reader behind it. Its deadline may come before the reader does;
 * then again, with more time. */
struct queue_behind {
    pawl_rwlock *rwlock;
    struct caller *reader;
};

static bool is_queued_or_in(void *context)
{
    struct queue_behind *behind = context;
    return caller_is_back(behind->reader) || waiting(behind->rwlock, SHARED) == 1;
}

/* With the rwlock held shared: returns whether the reader was seen to wait for the writer. */
static bool let_a_writer_time_out(pawl_rwlock *rwlock, pawl_ns time)
{
    struct caller writer = {0};
    struct caller reader = {.then = leave};
    struct queue_behind behind = {rwlock, &reader};
    visitor_queue_until(&writer, rwlock, EXCLUSIVE, pawl_after_ns(time));
    visitor_start(&reader, rwlock, SHARED, PAWL_NEVER);
    crew_until(is_queued_or_in, &behind);
    bool waited = !caller_is_back(&reader);
    assert_int_equal(caller_join(&writer), PAWL_TIMEOUT);
    assert_int_equal(caller_join(&reader), PAWL_OK); /* though the old reader still holds it */
    assert_shared_by(rwlock, 1);
    return waited;
}

static void rwlock_writer_that_times_out_lets_in_readers_that_waited_behind_it(void **state)
{
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    pawl_ns time = PAWL_MS(2);
    (void)state;
    pawl_rwlock_acquire_shared(&rwlock);
    while (!let_a_writer_time_out(&rwlock, time)) {
        time *= 4;
    }
    release_shared_times(&rwlock, 1);
    assert_free(&rwlock);
}

static bool drains(const pawl_rwlock *rwlock)
{
    return (pawl__load32(&rwlock->state_, PAWL__RELAXED) & PAWL__RWLOCK_DRAIN) != 0;
}

static void rwlock_readers_stay_behind_another_writer_when_one_times_out(void **state)
{
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    struct caller second = {0};
    struct caller reader = {0};
    (void)state;
    for (int order = 0; order < 2; order++) { /* the writer that times out comes last, or first */
        struct caller first = {0};
        pawl_rwlock_acquire_shared(&rwlock);
        if (order == 1) {
            visitor_start(&first, &rwlock, EXCLUSIVE, pawl_after_ms(3));
        }
        visitor_start(&second, &rwlock, EXCLUSIVE, PAWL_NEVER);
        while (waiting(&rwlock, EXCLUSIVE) == 0) {
            crew_yield();
        }
        if (order == 0) {
            visitor_start(&first, &rwlock, EXCLUSIVE, pawl_after_ms(3));
        }
        assert_int_equal(caller_join(&first), PAWL_TIMEOUT);
        while (!drains(&rwlock)) { /* until then a reader may be faster */
            crew_yield();
        }
        visitor_queue(&reader, &rwlock, SHARED, 1);
        assert_int_equal(pawl_rwlock_acquire_exclusive_for(&rwlock, PAWL_MS(1)), PAWL_TIMEOUT);
        assert_int_equal(waiting(&rwlock, SHARED), 1);
        assert_int_equal(waiting(&rwlock, EXCLUSIVE), 1);
        assert_false(caller_is_back(&reader));
        release_shared_times(&rwlock, 1);
        assert_int_equal(caller_join(&second), PAWL_OK);
        assert_int_equal(pawl_rwlock_release_exclusive(&rwlock), PAWL_OK);
        assert_int_equal(caller_join(&reader), PAWL_OK);
        assert_shared_by(&rwlock, 1);
        release_shared_times(&rwlock, 1);
    }
}

static void rwlock_writer_that_times_out_behind_a_writer_lets_nobody_in(void **state)
{
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    struct caller reader = {0};
    (void)state;
    pawl_rwlock_acquire_exclusive(&rwlock);
    visitor_queue(&reader, &rwlock, SHARED, 1);
    assert_int_equal(pawl_rwlock_acquire_exclusive_for(&rwlock, PAWL_MS(1)), PAWL_TIMEOUT);
    assert_int_equal(waiting(&rwlock, SHARED), 1);
    assert_false(caller_is_back(&reader));
    assert_int_equal(pawl_rwlock_release_exclusive(&rwlock), PAWL_OK);
    assert_int_equal(caller_join(&reader), PAWL_OK);
}

static void rwlock_release_of_what_is_not_held_that_way_is_refused(void **state)
{
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    (void)state;
    for (int mode = 0; mode < MODES; mode++) {
        assert_int_equal(release(&rwlock, mode), PAWL_NOT_HELD);
        assert_free(&rwlock);
    }
    pawl_rwlock_acquire_exclusive(&rwlock);
    assert_int_equal(pawl_rwlock_release_shared(&rwlock), PAWL_NOT_HELD);
    assert_false(pawl_rwlock_try_acquire_shared(&rwlock));
    assert_int_equal(rwlock.state_, PAWL__RWLOCK_WRITER);
    assert_int_equal(pawl_rwlock_release_exclusive(&rwlock), PAWL_OK);
    assert_int_equal(pawl_rwlock_release_exclusive(&rwlock), PAWL_NOT_HELD);
    pawl_rwlock_acquire_shared(&rwlock);
    pawl_rwlock_acquire_shared(&rwlock);
    assert_int_equal(pawl_rwlock_release_exclusive(&rwlock), PAWL_NOT_HELD);
    assert_shared_by(&rwlock, 2);
    release_shared_times(&rwlock, 2);
    assert_int_equal(pawl_rwlock_release_shared(&rwlock), PAWL_NOT_HELD);
    assert_free(&rwlock);
}

static void rwlock_refused_release_lets_no_waiter_in(void **state)
{
    (void)state;
    for (int mode = 0; mode < MODES; mode++) {
        pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
        struct caller writer = {.then = leave};
        struct caller reader = {.then = leave};
        int other_mode = mode == SHARED ? EXCLUSIVE : SHARED;
        acquire(&rwlock, mode);
        visitor_queue(&writer, &rwlock, EXCLUSIVE, 1);
        visitor_queue(&reader, &rwlock, SHARED, 1);
        uint32_t before = rwlock.state_;
        assert_int_equal(release(&rwlock, other_mode), PAWL_NOT_HELD);
        if (mode == SHARED) {
            assert_int_equal(pawl_rwlock_downgrade(&rwlock), PAWL_NOT_HELD);
        }
        assert_int_equal(rwlock.state_, before);
        assert_int_equal(waiting(&rwlock, SHARED), 1);
        assert_int_equal(waiting(&rwlock, EXCLUSIVE), 1);
        assert_int_equal(release(&rwlock, mode), PAWL_OK);
        assert_int_equal(caller_join(&writer), PAWL_OK);
        assert_int_equal(caller_join(&reader), PAWL_OK);
        assert_free(&rwlock);
    }
}

static void rwlock_may_be_released_by_any_thread(void **state)
{
    (void)state;
    for (int mode = 0; mode < MODES; mode++) {
        pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
        struct caller others[2] = {0};
        acquire(&rwlock, mode);
        visitor_queue(&others[0], &rwlock, EXCLUSIVE, 1);
        assert_int_equal(release(&rwlock, mode), PAWL_OK);
        assert_int_equal(caller_join(&others[0]), PAWL_OK); /* it holds it and has ended */
        visitor_queue(&others[1], &rwlock, mode, 1);
        assert_int_equal(pawl_rwlock_release_exclusive(&rwlock), PAWL_OK);
        assert_int_equal(caller_join(&others[1]), PAWL_OK);
        assert_int_equal(release(&rwlock, mode), PAWL_OK);
        assert_free(&rwlock);
    }
}

static void rwlock_shared_holders_above_the_maximum_overflow(void **state)
{
    const pawl_ns durations[] = {0, PAWL_MS(1), PAWL_FOREVER};
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    (void)state;
    rwlock.state_ = PAWL__RWLOCK_FULL - PAWL__RWLOCK_READER;
    assert_true(pawl_rwlock_try_acquire_shared(&rwlock));
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(pawl_rwlock_acquire_shared_for(&rwlock, durations[i]), PAWL_OVERFLOW);
        assert_int_equal(pawl_rwlock_acquire_shared_until(&rwlock, durations[i]), PAWL_OVERFLOW);
        assert_false(pawl_rwlock_try_acquire_shared(&rwlock));
        assert_true(rwlock.state_ == PAWL__RWLOCK_FULL);
    }
    assert_int_equal(pawl_rwlock_acquire_exclusive_for(&rwlock, PAWL_MS(1)), PAWL_TIMEOUT);
    assert_int_equal(pawl_rwlock_release_exclusive(&rwlock), PAWL_NOT_HELD);
    assert_true(rwlock.state_ == PAWL__RWLOCK_FULL);
    assert_int_equal(pawl_rwlock_release_shared(&rwlock), PAWL_OK);
    assert_int_equal(pawl_rwlock_acquire_shared_for(&rwlock, 0), PAWL_OK);
    assert_true(rwlock.state_ == PAWL__RWLOCK_FULL);
}

static void downgrade_turns_exclusive_into_shared(void **state)
{
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    (void)state;
    pawl_rwlock_acquire_exclusive(&rwlock);
    assert_int_equal(pawl_rwlock_downgrade(&rwlock), PAWL_OK);
    assert_shared_by(&rwlock, 1);
    assert_false(pawl_rwlock_try_acquire_exclusive(&rwlock));
    assert_true(pawl_rwlock_try_acquire_shared(&rwlock));
    assert_int_equal(pawl_rwlock_release_exclusive(&rwlock), PAWL_NOT_HELD);
    release_shared_times(&rwlock, 2);
    assert_free(&rwlock);
}

static void downgrade_of_what_is_not_held_exclusively_is_refused(void **state)
{
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    (void)state;
    assert_int_equal(pawl_rwlock_downgrade(&rwlock), PAWL_NOT_HELD);
    assert_free(&rwlock);
    pawl_rwlock_acquire_shared(&rwlock);
    assert_int_equal(pawl_rwlock_downgrade(&rwlock), PAWL_NOT_HELD);
    assert_shared_by(&rwlock, 1);
    pawl_rwlock_acquire_shared(&rwlock);
    assert_int_equal(pawl_rwlock_downgrade(&rwlock), PAWL_NOT_HELD);
    assert_shared_by(&rwlock, 2);
}

static void downgrade_lets_no_waiting_writer_in_between(void **state)
{
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    struct caller writer = {0};
    (void)state;
    pawl_rwlock_acquire_exclusive(&rwlock);
    visitor_queue(&writer, &rwlock, EXCLUSIVE, 1);
    assert_int_equal(pawl_rwlock_downgrade(&rwlock), PAWL_OK);
    assert_int_equal(waiting(&rwlock, EXCLUSIVE), 1);
    assert_false(caller_is_back(&writer));
    release_shared_times(&rwlock, 1);
    assert_int_equal(caller_join(&writer), PAWL_OK);
    assert_int_equal(pawl_rwlock_release_exclusive(&rwlock), PAWL_OK);
    assert_free(&rwlock);
}

static void downgrade_lets_waiting_readers_in_at_once_if_no_writer_waits(void **state)
{
    enum { READERS = 3 };
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    struct caller readers[READERS] = {0};
    (void)state;
    pawl_rwlock_acquire_exclusive(&rwlock);
    for (size_t i = 0; i < READERS; i++) {
        visitor_queue(&readers[i], &rwlock, SHARED, i + 1);
    }
    assert_int_equal(pawl_rwlock_downgrade(&rwlock), PAWL_OK);
    for (size_t i = 0; i < READERS; i++) {
        assert_int_equal(caller_join(&readers[i]), PAWL_OK);
    }
    assert_shared_by(&rwlock, READERS + 1);
    release_shared_times(&rwlock, READERS + 1);
    assert_free(&rwlock);
}

static void downgrade_lets_in_the_reader_that_came_before_a_writer(void **state)
{
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    struct caller reader = {0};
    struct caller writer = {0};
    (void)state;
    pawl_rwlock_acquire_exclusive(&rwlock);
    visitor_queue(&reader, &rwlock, SHARED, 1);
    visitor_queue(&writer, &rwlock, EXCLUSIVE, 1);
    assert_int_equal(pawl_rwlock_downgrade(&rwlock), PAWL_OK);
    assert_int_equal(caller_join(&reader), PAWL_OK);
    assert_false(caller_is_back(&writer));
    release_shared_times(&rwlock, 1);
    assert_false(caller_is_back(&writer));
    release_shared_times(&rwlock, 1);
    assert_int_equal(caller_join(&writer), PAWL_OK);
    assert_int_equal(pawl_rwlock_release_exclusive(&rwlock), PAWL_OK);
    assert_free(&rwlock);
}

/* The deadline may come before the downgrade: then nobody was passed over. */
static void rwlock_reader_that_gave_up_after_a_downgrade_leaves_its_turn_to_nobody(void **state)
{
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    struct caller first = {0};
    struct caller second = {0};
    struct caller writer = {0};
    (void)state;
    pawl_rwlock_acquire_exclusive(&rwlock);
    visitor_queue(&writer, &rwlock, EXCLUSIVE, 1);
    visitor_queue_until(&first, &rwlock, SHARED, pawl_after_ms(3));
    assert_int_equal(pawl_rwlock_downgrade(&rwlock), PAWL_OK);
    while (!drains(&rwlock)) { /* until then a reader may be faster */
        crew_yield();
    }
    assert_int_equal(caller_join(&first), PAWL_TIMEOUT);
    visitor_queue(&second, &rwlock, SHARED, 1);
    assert_false(caller_is_back(&second));
    release_shared_times(&rwlock, 1);
    assert_int_equal(caller_join(&writer), PAWL_OK);
    assert_false(caller_is_back(&second));
    assert_int_equal(pawl_rwlock_release_exclusive(&rwlock), PAWL_OK);
    assert_int_equal(caller_join(&second), PAWL_OK);
    release_shared_times(&rwlock, 1);
    assert_free(&rwlock);
}

static void rwlock_writer_that_gives_up_after_a_downgrade_lets_the_readers_in(void **state)
{
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    struct caller reader = {0};
    struct caller writer = {0};
    (void)state;
    pawl_rwlock_acquire_exclusive(&rwlock);
    visitor_queue(&reader, &rwlock, SHARED, 1);
    visitor_queue_until(&writer, &rwlock, EXCLUSIVE, pawl_after_ms(3));
    assert_int_equal(pawl_rwlock_downgrade(&rwlock), PAWL_OK);
    assert_int_equal(caller_join(&writer), PAWL_TIMEOUT);
    assert_int_equal(caller_join(&reader), PAWL_OK);
    assert_shared_by(&rwlock, 2);
    release_shared_times(&rwlock, 2);
    assert_free(&rwlock);
}

static void past_deadline_or_no_duration_is_a_try(void **state)
{
    const pawl_ns durations[] = {0, -1, INT64_MIN};
    (void)state;
    for (int mode = 0; mode < MODES; mode++) {
        for (size_t i = 0; i < 3; i++) {
            pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
            assert_int_equal(acquire_for(&rwlock, mode, durations[i]), PAWL_OK);
            assert_int_equal(release(&rwlock, mode), PAWL_OK);
            assert_int_equal(acquire_until(&rwlock, mode, durations[i]), PAWL_OK);
            assert_int_equal(release(&rwlock, mode), PAWL_OK);
            assert_int_equal(acquire_until(&rwlock, mode, pawl_now()), PAWL_OK);
            assert_int_equal(release(&rwlock, mode), PAWL_OK);
            pawl_rwlock_acquire_exclusive(&rwlock);
            assert_int_equal(acquire_for(&rwlock, mode, durations[i]), PAWL_TIMEOUT);
            assert_int_equal(acquire_until(&rwlock, mode, durations[i]), PAWL_TIMEOUT);
            assert_int_equal(acquire_until(&rwlock, mode, pawl_now()), PAWL_TIMEOUT);
            assert_int_equal(rwlock.state_, PAWL__RWLOCK_WRITER);
        }
    }
}

static void failed_try_of_a_writer_holds_back_no_reader(void **state)
{
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    (void)state;
    pawl_rwlock_acquire_shared(&rwlock);
    assert_false(pawl_rwlock_try_acquire_exclusive(&rwlock));
    assert_int_equal(pawl_rwlock_acquire_exclusive_for(&rwlock, 0), PAWL_TIMEOUT);
    assert_int_equal(pawl_rwlock_acquire_exclusive_until(&rwlock, pawl_now()), PAWL_TIMEOUT);
    assert_shared_by(&rwlock, 1);
    assert_true(pawl_rwlock_try_acquire_shared(&rwlock));
    release_shared_times(&rwlock, 2);
}

static void wait_never_ends_early(void **state)
{
    const pawl_ns durations[] = {1, PAWL_US(1), PAWL_US(700), PAWL_MS(1), PAWL_MS(1) + 1,
                                 PAWL_MS(15)};
    (void)state;
    for (int mode = 0; mode < MODES; mode++) {
        pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
        pawl_rwlock_acquire_exclusive(&rwlock);
        for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++) {
            pawl_time start = pawl_now();
            assert_int_equal(acquire_for(&rwlock, mode, durations[i]), PAWL_TIMEOUT);
            assert_true(pawl_now() - start >= durations[i]);
            pawl_time deadline = pawl_after_ns(durations[i]);
            assert_int_equal(acquire_until(&rwlock, mode, deadline), PAWL_TIMEOUT);
            assert_true(pawl_now() >= deadline);
        }
    }
}

static void longest_durations_are_waits_without_end(void **state)
{
    const pawl_ns durations[] = {PAWL_FOREVER, PAWL_FOREVER - 1, PAWL_S(86400) * 400};
    (void)state;
    for (int mode = 0; mode < MODES; mode++) {
        for (size_t i = 0; i < 3; i++) {
            pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
            struct caller other = {0};
            pawl_rwlock_acquire_exclusive(&rwlock);
            visitor_start(&other, &rwlock, mode, pawl_after_ns(durations[i]));
            wait_until_waiting(&rwlock, mode, 1);
            pawl_rwlock_release_exclusive(&rwlock);
            assert_int_equal(caller_join(&other), PAWL_OK);
        }
    }
}

static void timed_out_waiter_leaves_no_trace(void **state)
{
    (void)state;
    for (int mode = 0; mode < MODES; mode++) {
        pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
        pawl_rwlock_acquire_exclusive(&rwlock);
        assert_int_equal(acquire_for(&rwlock, mode, PAWL_MS(1)), PAWL_TIMEOUT);
        assert_int_equal(waiting(&rwlock, mode), 0);
        assert_int_equal(rwlock.state_, PAWL__RWLOCK_WRITER);
        assert_int_equal(pawl_rwlock_downgrade(&rwlock), PAWL_OK);
        assert_int_equal(acquire_for(&rwlock, EXCLUSIVE, PAWL_MS(1)), PAWL_TIMEOUT);
        assert_shared_by(&rwlock, 1);
        release_shared_times(&rwlock, 1);
        assert_free(&rwlock);
        assert_true(try_acquire(&rwlock, mode));
    }
}

static void next_waiter_is_served_after_one_timed_out(void **state)
{
    (void)state;
    for (int pair = 0; pair < MODES * MODES; pair++) {
        pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
        struct caller first = {0};
        struct caller second = {0};
        pawl_rwlock_acquire_exclusive(&rwlock);
        visitor_start(&first, &rwlock, pair / MODES, pawl_after_ms(5));
        visitor_start(&second, &rwlock, pair % MODES, PAWL_NEVER);
        assert_int_equal(caller_join(&first), PAWL_TIMEOUT);
        wait_until_waiting(&rwlock, pair % MODES, 1);
        assert_int_equal(pawl_rwlock_release_exclusive(&rwlock), PAWL_OK);
        assert_int_equal(caller_join(&second), PAWL_OK);
        assert_int_equal(release(&rwlock, pair % MODES), PAWL_OK);
        assert_free(&rwlock);
    }
}

static void timed_waiter_gets_an_rwlock_released_in_time(void **state)
{
    (void)state;
    for (int mode = 0; mode < MODES; mode++) {
        pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
        struct caller other = {.then = leave};
        pawl_rwlock_acquire_exclusive(&rwlock);
        visitor_start(&other, &rwlock, mode, pawl_after_s(3600));
        wait_until_waiting(&rwlock, mode, 1);
        assert_int_equal(pawl_rwlock_release_exclusive(&rwlock), PAWL_OK);
        assert_int_equal(caller_join(&other), PAWL_OK);
        assert_free(&rwlock);
    }
}

/* A pair of plain variables that are equal whenever nobody writes. */
enum { THREADS = 6, ROUNDS = 1500 };

struct pair {
    pawl_rwlock rwlock;
    uint64_t left, right;
};

static bool get_in(struct caller *worker, int mode)
{
    struct pair *pair = worker->object;
    pawl_rwlock *rwlock = &pair->rwlock;
    uint64_t choice = next_random(&worker->seed) % 8;
    if (choice == 1) {
        return try_acquire(rwlock, mode);
    }
    if (choice < 5) { /* a time-out at just the time a release may come */
        pawl_ns time = (pawl_ns)(next_random(&worker->seed) % 50000);
        return acquire_for(rwlock, mode, time) == PAWL_OK;
    }
    if (choice == 5) {
        return acquire_until(rwlock, mode, pawl_after_s(3600)) == PAWL_OK;
    }
    acquire(rwlock, mode);
    return true;
}

static void yield_sometimes(struct caller *worker)
{
    if (next_random(&worker->seed) % 16 == 0) {
        crew_yield(); /* so that others queue up */
    }
}

/* What is read stays the same for as long as it is held shared. */
static void look_at_pair(struct caller *worker)
{
    const struct pair *pair = worker->object;
    uint64_t left = pair->left;
    yield_sometimes(worker);
    worker->mistakes += pair->left != left || pair->right != left ? 1U : 0U;
}

static void write_pair(struct caller *worker)
{
    struct pair *pair = worker->object;
    pair->left++;
    yield_sometimes(worker);
    pair->right++;
    worker->count++;
    worker->mistakes += pair->left != pair->right ? 1U : 0U;
}

/* Counts what it writes. */
static pawl_status work(struct caller *worker)
{
    struct pair *pair = worker->object;
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t choice = next_random(&worker->seed) % 4;
        int mode = choice < 2 ? SHARED : EXCLUSIVE;
        if (!get_in(worker, mode)) {
            continue;
        }
        if (mode == EXCLUSIVE) {
            write_pair(worker);
        }
        if (choice == 3) { /* and nobody else has written before it can be read */
            uint64_t written = pair->left;
            worker->mistakes += pawl_rwlock_downgrade(&pair->rwlock) != PAWL_OK ? 1U : 0U;
            worker->mistakes += pair->left != written ? 1U : 0U;
            mode = SHARED;
        }
        if (mode == SHARED) {
            look_at_pair(worker);
        }
        worker->mistakes += release(&pair->rwlock, mode) != PAWL_OK ? 1U : 0U;
    }
    return PAWL_OK;
}

static void rwlock_keeps_pairs_consistent_when_modes_and_time_outs_race(void **state)
{
    struct pair pair = {.rwlock = PAWL_RWLOCK_INIT};
    struct caller workers[THREADS];
    (void)state;
    callers_start(workers, THREADS,
                  &(struct caller){.call = work, .object = &pair, .seed = 88172645463325252U});
    uint64_t written = callers_join(workers, THREADS, PAWL_OK);
    assert_true(pair.left == written);
    assert_true(pair.right == written);
    assert_free(&pair.rwlock);
}

/* What is written before a release is seen behind the acquire that it allowed. These threads tell
 * each other how far they are by relaxed accesses, which order nothing: only the rwlock does, and
 * ThreadSanitizer sees it if it does not. */
struct relay {
    pawl_rwlock rwlock;
    uint32_t step; /* atomic, relaxed */
    int note;      /* plain */
    int found;
    pawl_time deadline;
    pawl_status status;
};

enum { NOTE = 7 };

static void set_step(struct relay *relay, uint32_t step)
{
    pawl__store32(&relay->step, step, PAWL__RELAXED);
}

static void wait_for_step(struct relay *relay, uint32_t step)
{
    while (pawl__load32(&relay->step, PAWL__RELAXED) < step) {
        crew_yield();
    }
}

static void write_note_as_reader_before_the_last(void *context)
{
    struct relay *relay = context;
    pawl_rwlock_acquire_shared(&relay->rwlock);
    set_step(relay, 1);
    wait_until_waiting(&relay->rwlock, EXCLUSIVE, 1);
    relay->note = NOTE;
    pawl_rwlock_release_shared(&relay->rwlock);
}

static void find_note_as_writer(void *context)
{
    struct relay *relay = context;
    pawl_rwlock_acquire_exclusive(&relay->rwlock);
    relay->found = relay->note;
    pawl_rwlock_release_exclusive(&relay->rwlock);
}

static void writer_sees_what_readers_wrote_who_were_not_the_last(void **state)
{
    struct relay relay = {.rwlock = PAWL_RWLOCK_INIT};
    crew_thread reader, writer;
    (void)state;
    crew_start(&reader, write_note_as_reader_before_the_last, &relay);
    wait_for_step(&relay, 1);
    pawl_rwlock_acquire_shared(&relay.rwlock);
    crew_start(&writer, find_note_as_writer, &relay);
    while (pawl__load32(&relay.rwlock.state_, PAWL__RELAXED) / PAWL__RWLOCK_READER != 1) {
        crew_yield();
    }
    release_shared_times(&relay.rwlock, 1);
    crew_join(&reader);
    crew_join(&writer);
    assert_int_equal(relay.found, NOTE);
}

static void find_note_by_a_try(void *context)
{
    struct relay *relay = context;
    while (!pawl_rwlock_try_acquire_shared(&relay->rwlock)) {
        crew_yield();
    }
    relay->found = relay->note;
    pawl_rwlock_release_shared(&relay->rwlock);
}

static void newcomer_sees_what_was_written_before_it_could_get_in(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        bool downgraded = i % 2 == 0; /* or released */
        bool parked = i / 2 == 1;     /* while another reader waits, and keeps it */
        struct relay relay = {.rwlock = PAWL_RWLOCK_INIT};
        struct caller other = {0};
        crew_thread newcomer;
        pawl_rwlock_acquire_exclusive(&relay.rwlock);
        crew_start(&newcomer, find_note_by_a_try, &relay);
        if (parked) {
            visitor_queue(&other, &relay.rwlock, SHARED, 1);
        }
        relay.note = NOTE;
        assert_int_equal(downgraded ? pawl_rwlock_downgrade(&relay.rwlock)
                                    : pawl_rwlock_release_exclusive(&relay.rwlock),
                         PAWL_OK);
        crew_join(&newcomer);
        assert_int_equal(relay.found, NOTE);
        if (parked) {
            assert_int_equal(caller_join(&other), PAWL_OK);
        }
        assert_shared_by(&relay.rwlock, (downgraded ? 1U : 0U) + (parked ? 1U : 0U));
    }
}

static void write_note_as_writer(void *context)
{
    struct relay *relay = context;
    pawl_rwlock_acquire_exclusive(&relay->rwlock);
    relay->note = NOTE;
    pawl_rwlock_release_exclusive(&relay->rwlock);
    set_step(relay, 1);
}

static void time_out_as_writer(void *context)
{
    struct relay *relay = context;
    wait_for_step(relay, 2);
    relay->status = pawl_rwlock_acquire_exclusive_until(&relay->rwlock, relay->deadline);
    set_step(relay, 3);
}

static void find_note_behind_a_writer(void *context)
{
    struct relay *relay = context;
    wait_for_step(relay, 2);
    while (waiting(&relay->rwlock, EXCLUSIVE) == 0 &&
           pawl__load32(&relay->step, PAWL__RELAXED) == 2) {
        crew_yield();
    }
    pawl_rwlock_acquire_shared(&relay->rwlock);
    relay->found = relay->note;
    pawl_rwlock_release_shared(&relay->rwlock);
}

static void reader_let_in_by_a_time_out_sees_what_was_written(void **state)
{
    (void)state;
    for (int64_t us = 500; us < 10000; us *= 2) {
        struct relay relay = {.rwlock = PAWL_RWLOCK_INIT};
        crew_thread author, writer, reader;
        relay.deadline = pawl_after_us(us);
        crew_start(&writer, time_out_as_writer, &relay);
        crew_start(&reader, find_note_behind_a_writer, &relay);
        crew_start(&author, write_note_as_writer, &relay);
        wait_for_step(&relay, 1);
        pawl_rwlock_acquire_shared(&relay.rwlock);
        set_step(&relay, 2);
        crew_join(&reader);
        crew_join(&writer);
        crew_join(&author);
        assert_int_equal(relay.status, PAWL_TIMEOUT);
        assert_int_equal(relay.found, NOTE);
        assert_shared_by(&relay.rwlock, 1);
    }
}

/* An rwlock in memory that its next holder reuses at once: the releaser, still inside release, must
 * not write there. */
enum { REUSED_AS = 0xA5 };

/* Its number is the mode. */
static pawl_status acquire_and_reuse(struct caller *caller)
{
    caller_begins(caller);
    acquire(caller->object, (int)caller->number);
    memset(caller->object, REUSED_AS, sizeof(pawl_rwlock)); /* freed, and something else now */
    return PAWL_OK;
}

static void rwlock_may_be_freed_by_the_thread_that_was_just_let_in(void **state)
{
    /* The releaser and the waiters it lets proceed: a reader one writer, a writer both kinds. */
    const int released[] = {SHARED, EXCLUSIVE, EXCLUSIVE};
    const int acquired[] = {EXCLUSIVE, SHARED, EXCLUSIVE};
    pawl_rwlock expected;
    (void)state;
    memset(&expected, REUSED_AS, sizeof expected);
    for (int round = 0; round < 240; round++) {
        int which = round % 3;
        pawl_rwlock *rwlock = pawl_rwlock_new();
        assert_non_null(rwlock);
        struct caller other = {.call = acquire_and_reuse,
                               .object = rwlock,
                               .key = (const char *)rwlock + (released[which] == SHARED ? 1 : 0),
                               .number = (uint32_t)acquired[which]};
        acquire(rwlock, released[which]);
        caller_start(&other, round % 2 == 0 ? 1 : AT_ITS_OWN_TIME);
        caller_await_begin(&other); /* parked, or caught while it spins */
        assert_int_equal(release(rwlock, released[which]), PAWL_OK);
        caller_join(&other);
        assert_memory_equal(rwlock, &expected, sizeof expected);
        pawl_rwlock_free(rwlock);
    }
}

/* Threads that come, wait and go leave nothing: a hundred of them in turn use one parker. */
static void threads_that_end_leave_nothing_behind(void **state)
{
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    const void *parker = next_parker();
    (void)state;
    for (int i = 0; i < 100; i++) {
        struct caller other = {.then = leave};
        pawl_rwlock_acquire_exclusive(&rwlock);
        visitor_queue(&other, &rwlock, i % MODES, 1);
        pawl_rwlock_release_exclusive(&rwlock);
        caller_join(&other);
    }
    assert_ptr_equal(next_parker(), parker);
    assert_free(&rwlock);
}

static void rwlock_may_be_freed_while_held(void **state)
{
    (void)state;
    for (int mode = 0; mode < MODES; mode++) {
        pawl_rwlock *rwlock = pawl_rwlock_new();
        assert_non_null(rwlock);
        assert_free(rwlock);
        acquire(rwlock, mode);
        pawl_rwlock_free(rwlock);
    }
    pawl_rwlock_free(pawl_rwlock_new()); /* never used */
    pawl_rwlock_free(NULL);
}

static void rwlock_is_free_after_reinit_after_fork(void **state)
{
    (void)state;
    for (int mode = 0; mode < MODES; mode++) {
        pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
        acquire(&rwlock, mode);
        pawl_rwlock_reinit_after_fork(&rwlock);
        assert_free(&rwlock);
        assert_true(pawl_rwlock_try_acquire_exclusive(&rwlock));
        assert_int_equal(pawl_rwlock_release_exclusive(&rwlock), PAWL_OK);
    }
}

static void describe_tells_state_holders_and_waiters_of_both_kinds(void **state)
{
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    struct caller writers[2] = {{.then = leave}, {.then = leave}};
    struct caller reader = {.then = leave};
    char text[96];
    (void)state;
    pawl_rwlock_acquire_exclusive(&rwlock);
    pawl_rwlock_describe(&rwlock, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_rwlock exclusive waiters=0 at 0x"));
    visitor_queue(&writers[0], &rwlock, EXCLUSIVE, 1);
    visitor_queue(&writers[1], &rwlock, EXCLUSIVE, 2);
    visitor_queue(&reader, &rwlock, SHARED, 1);
    pawl_rwlock_describe(&rwlock, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_rwlock exclusive waiters=3 at 0x"));
    pawl_rwlock_downgrade(&rwlock);
    pawl_rwlock_describe(&rwlock, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_rwlock shared holders=1 waiters=3 at 0x"));
    release_shared_times(&rwlock, 1);
    caller_join(&writers[0]);
    caller_join(&writers[1]);
    caller_join(&reader);
    pawl_rwlock_acquire_shared(&rwlock);
    pawl_rwlock_acquire_shared(&rwlock);
    pawl_rwlock_describe(&rwlock, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_rwlock shared holders=2 waiters=0 at 0x"));
}

/* Whether the exported functions do what the inline ones do: through pointers, which also shows
 * that each is a symbol of the library. */
static void functions_are_symbols_too(void **state)
{
    void (*volatile acquires[])(pawl_rwlock *) = {pawl_rwlock_acquire_shared,
                                                  pawl_rwlock_acquire_exclusive};
    bool (*volatile tries[])(pawl_rwlock *) = {pawl_rwlock_try_acquire_shared,
                                               pawl_rwlock_try_acquire_exclusive};
    pawl_status (*volatile releases[])(pawl_rwlock *) = {pawl_rwlock_release_shared,
                                                         pawl_rwlock_release_exclusive};
    pawl_status (*volatile downgrade)(pawl_rwlock *) = pawl_rwlock_downgrade;
    (void)state;
    for (int mode = 0; mode < MODES; mode++) {
        pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
        acquires[mode](&rwlock);
        assert_false(tries[EXCLUSIVE](&rwlock));
        assert_int_equal(tries[SHARED](&rwlock), mode == SHARED);
        assert_int_equal(releases[mode](&rwlock), PAWL_OK);
        assert_int_equal(releases[EXCLUSIVE](&rwlock), PAWL_NOT_HELD);
        assert_int_equal(downgrade(&rwlock), PAWL_NOT_HELD);
        assert_int_equal(releases[SHARED](&rwlock), mode == SHARED ? PAWL_OK : PAWL_NOT_HELD);
        assert_true(tries[mode](&rwlock));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rwlock_is_at_most_eight_bytes),
        cmocka_unit_test(rwlock_of_zero_bytes_is_ready),
        cmocka_unit_test(rwlock_initialisers_make_it_free),
        cmocka_unit_test(rwlock_free_one_is_had_at_once_by_every_call),
        cmocka_unit_test(rwlock_has_many_shared_holders_at_once),
        cmocka_unit_test(rwlock_has_one_exclusive_holder_alone),
        cmocka_unit_test(rwlock_writer_waits_for_the_last_reader),
        cmocka_unit_test(rwlock_writer_lets_in_all_readers_that_wait),
        cmocka_unit_test(rwlock_waiting_writer_holds_back_new_readers),
        cmocka_unit_test(rwlock_lets_in_all_who_wait_in_whatever_order_they_came),
        cmocka_unit_test(rwlock_lets_in_the_oldest_writer),
        cmocka_unit_test(rwlock_readers_that_overlap_for_ever_do_not_starve_a_writer),
        cmocka_unit_test(rwlock_writers_that_alternate_for_ever_do_not_starve_a_reader),
        cmocka_unit_test(rwlock_writers_that_downgrade_for_ever_do_not_starve_a_reader),
        cmocka_unit_test(rwlock_writer_that_times_out_lets_in_readers_that_waited_behind_it),
        cmocka_unit_test(rwlock_readers_stay_behind_another_writer_when_one_times_out),
        cmocka_unit_test(rwlock_writer_that_times_out_behind_a_writer_lets_nobody_in),
        cmocka_unit_test(rwlock_release_of_what_is_not_held_that_way_is_refused),
        cmocka_unit_test(rwlock_refused_release_lets_no_waiter_in),
        cmocka_unit_test(rwlock_may_be_released_by_any_thread),
        cmocka_unit_test(rwlock_shared_holders_above_the_maximum_overflow),
        cmocka_unit_test(downgrade_turns_exclusive_into_shared),
        cmocka_unit_test(downgrade_of_what_is_not_held_exclusively_is_refused),
        cmocka_unit_test(downgrade_lets_no_waiting_writer_in_between),
        cmocka_unit_test(downgrade_lets_waiting_readers_in_at_once_if_no_writer_waits),
        cmocka_unit_test(downgrade_lets_in_the_reader_that_came_before_a_writer),
        cmocka_unit_test(rwlock_reader_that_gave_up_after_a_downgrade_leaves_its_turn_to_nobody),
        cmocka_unit_test(rwlock_writer_that_gives_up_after_a_downgrade_lets_the_readers_in),
        cmocka_unit_test(past_deadline_or_no_duration_is_a_try),
        cmocka_unit_test(failed_try_of_a_writer_holds_back_no_reader),
        cmocka_unit_test(wait_never_ends_early),
        cmocka_unit_test(longest_durations_are_waits_without_end),
        cmocka_unit_test(timed_out_waiter_leaves_no_trace),
        cmocka_unit_test(next_waiter_is_served_after_one_timed_out),
        cmocka_unit_test(timed_waiter_gets_an_rwlock_released_in_time),
        cmocka_unit_test(rwlock_keeps_pairs_consistent_when_modes_and_time_outs_race),
        cmocka_unit_test(writer_sees_what_readers_wrote_who_were_not_the_last),
        cmocka_unit_test(newcomer_sees_what_was_written_before_it_could_get_in),
        cmocka_unit_test(reader_let_in_by_a_time_out_sees_what_was_written),
        cmocka_unit_test(rwlock_may_be_freed_by_the_thread_that_was_just_let_in),
        cmocka_unit_test(threads_that_end_leave_nothing_behind),
        cmocka_unit_test(rwlock_may_be_freed_while_held),
        cmocka_unit_test(rwlock_is_free_after_reinit_after_fork),
        cmocka_unit_test(describe_tells_state_holders_and_waiters_of_both_kinds),
        cmocka_unit_test(functions_are_symbols_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
