/* SPDX-License-Identifier: MIT
 *
 * The parking lot's queues, alone: one thread, invented keys, nobody asleep.
 */
#include "support.h"

#include "process.h"
#include "spin.h"

#include <stdio.h>
#include <stdlib.h>

enum { KEYS = 20000 };

static void push_last(char *key, pawl_await *waiter)
{
    struct pawl__bucket *bucket = pawl__lot_bucket(key);
    pawl__lot_lock(bucket);
    pawl__lot_enqueue(bucket, key, waiter);
    pawl__lot_unlock(bucket);
}

static pawl_await *first_of(const char *key)
{
    struct pawl__bucket *bucket = pawl__lot_bucket(key);
    pawl__lot_lock(bucket);
    pawl_await *first = pawl__lot_first(bucket, key);
    pawl__lot_unlock(bucket);
    return first;
}

static void take(const char *key, pawl_await *waiter)
{
    struct pawl__bucket *bucket = pawl__lot_bucket(key);
    pawl__lot_lock(bucket);
    pawl__lot_dequeue(bucket, waiter);
    pawl__lot_unlock(bucket);
}

static void take_and_wake(const char *key, pawl_await *waiter)
{
    struct pawl__wake_list list = {NULL, NULL};
    take(key, waiter);
    pawl__lot_grant(waiter, PAWL_OK, &list);
    pawl__lot_wake(&list);
}

static void queue_is_first_in_first_out(void **state)
{
    pawl_await waiters[4] = {0};
    char key = 0;
    (void)state;
    assert_null(first_of(&key));
    for (size_t i = 0; i < 4; i++) {
        push_last(&key, &waiters[i]);
    }
    for (size_t i = 0; i < 4; i++) {
        assert_ptr_equal(first_of(&key), &waiters[i]);
        take(&key, &waiters[i]);
    }
    assert_null(first_of(&key));
}

static void waiter_can_be_taken_from_anywhere(void **state)
{
    (void)state;
    for (size_t victim = 0; victim < 3; victim++) {
        pawl_await waiters[3] = {0};
        char key;
        for (size_t i = 0; i < 3; i++) {
            push_last(&key, &waiters[i]);
        }
        take(&key, &waiters[victim]);
        assert_int_equal(pawl__lot_count(&key), 2);
        for (size_t i = 0; i < 3; i++) {
            if (i != victim) {
                assert_ptr_equal(first_of(&key), &waiters[i]);
                take(&key, &waiters[i]);
            }
        }
        assert_int_equal(pawl__lot_count(&key), 0);
    }
}

/* Random pushes and takes over many keys, compared with arrays. The chains get about two keys on
 * average, some of them many. */
static void queues_of_many_keys_match_a_model(void **state)
{
    enum { DEEP = 3 };
    char *keys = malloc(KEYS);
    size_t *length = calloc(KEYS, sizeof *length);
    pawl_await(*waiters)[DEEP] = calloc(KEYS, sizeof *waiters);
    uint64_t seed = 20261120;
    (void)state;
    assert_true(keys != NULL && length != NULL && waiters != NULL);
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int step = 0; step < 10 * KEYS; step++) {
        size_t k = (size_t)(next_random(&seed) % KEYS);
        if (length[k] < DEEP && next_random(&seed) % 2 == 0) {
            push_last(&keys[k], &waiters[k][length[k]++]);
        } else if (length[k] > 0) { /* the last in, so that the model stays an array */
            take(&keys[k], &waiters[k][--length[k]]);
        }
        assert_ptr_equal(first_of(&keys[k]), length[k] > 0 ? &waiters[k][0] : NULL);
    }
    for (size_t k = 0; k < KEYS; k++) {
        assert_int_equal(pawl__lot_count(&keys[k]), length[k]);
        while (length[k] > 0) {
            take(&keys[k], &waiters[k][--length[k]]);
        }
        assert_null(first_of(&keys[k]));
    }
    free(waiters);
    free(length);
    free(keys);
}

/* Of keys that are adjacent, as in an array, most have another bucket than the one before; and
 * those that share a bucket have at least half as many chains. */
static void keys_spread_over_buckets_and_chains(void **state)
{
    enum { SHARING = 16 };
    static const char keys[4 * KEYS];
    pawl_await waiters[SHARING] = {0};
    const char *sharing[SHARING];
    size_t others = 0, count = 0, chains = 0;
    struct pawl__bucket *before = NULL;
    (void)state;
    for (size_t i = 0; i < KEYS; i++) {
        struct pawl__bucket *one = pawl__lot_bucket(&keys[0]);
        struct pawl__bucket *other = pawl__lot_bucket(&keys[4 * i]);
        pawl__lot_lock_two(one, other);
        pawl__lot_unlock_two(one, other);
        others += other != before ? 1 : 0;
        before = other;
        if (one == other && count < SHARING) {
            sharing[count++] = &keys[4 * i];
        }
    }
    assert_true(others > KEYS / 2);
    assert_int_equal(count, SHARING);
    for (size_t i = 0; i < SHARING; i++) {
        push_last((char *)(uintptr_t)sharing[i], &waiters[i]);
    }
    for (size_t i = 0; i < SHARING; i++) {
        chains += waiters[i].chain_ == NULL ? 1 : 0; /* the last of its chain */
    }
    for (size_t i = 0; i < SHARING; i++) {
        take(sharing[i], &waiters[i]);
    }
    assert_true(chains >= SHARING / 2);
}

static void waiter_not_woken_is_withdrawn_at_its_deadline(void **state)
{
    struct pawl__sleeper waiter = {0};
    char key = 0;
    (void)state;
    pawl__lot_open(&waiter, PAWL__ON_LOCK);
    push_last(&key, &waiter.waiter);
    pawl_time deadline = pawl_after_ms(1);
    struct pawl__bucket *bucket = pawl__lot_bucket(&key);
    assert_true(pawl__lot_wait(&waiter, bucket, &key, deadline));
    assert_true(pawl_now() >= deadline);
    assert_null(pawl__lot_first(bucket, &key));
    pawl__lot_unlock(bucket);
    pawl__lot_close(&waiter);
}

static void waiter_taken_before_it_sleeps_does_not_sleep(void **state)
{
    struct pawl__sleeper waiter = {0};
    char key = 0;
    (void)state;
    pawl__lot_open(&waiter, PAWL__ON_LOCK);
    push_last(&key, &waiter.waiter);
    take_and_wake(&key, &waiter.waiter);
    assert_false(pawl__lot_wait(&waiter, pawl__lot_bucket(&key), &key, PAWL_NEVER));
    pawl__lot_close(&waiter);
}

static void waiter_taken_before_its_past_deadline_counts_as_woken(void **state)
{
    struct pawl__sleeper waiter = {0};
    char key = 0;
    (void)state;
    pawl__lot_open(&waiter, PAWL__ON_LOCK);
    push_last(&key, &waiter.waiter);
    take_and_wake(&key, &waiter.waiter);
    assert_false(pawl__lot_wait(&waiter, pawl__lot_bucket(&key), &key, 0));
    pawl__lot_close(&waiter);
}

static void parkers_are_recycled(void **state)
{
    struct pawl__sleeper waiter = {0};
    (void)state;
    pawl__lot_open(&waiter, PAWL__ON_LOCK);
    void *slot = waiter.slot;
    for (int i = 0; i < 1000; i++) {
        pawl__lot_close(&waiter);
        pawl__lot_open(&waiter, PAWL__ON_LOCK);
        assert_ptr_equal(waiter.slot, slot);
    }
    pawl__lot_close(&waiter);
}

static uintptr_t distance(const void *one, const void *other)
{
    return (uintptr_t)one > (uintptr_t)other ? (uintptr_t)one - (uintptr_t)other
                                             : (uintptr_t)other - (uintptr_t)one;
}

/* And they share their memory: most lie next to the one taken before. */
static void thousand_parkers_are_all_different(void **state)
{
    enum { MANY = 1000, NEXT_TO = 1024 };
    struct pawl__sleeper *waiters = calloc(MANY, sizeof *waiters);
    size_t neighbours = 0;
    (void)state;
    assert_non_null(waiters);
    for (size_t i = 0; i < MANY; i++) {
        pawl__lot_open(&waiters[i], PAWL__ON_LOCK);
        for (size_t j = 0; j < i; j++) {
            assert_ptr_not_equal(waiters[i].slot, waiters[j].slot);
        }
        neighbours += i > 0 && distance(waiters[i].slot, waiters[i - 1].slot) <= NEXT_TO ? 1 : 0;
    }
    assert_true(neighbours > MANY / 2);
    for (size_t i = 0; i < MANY; i++) {
        pawl__lot_close(&waiters[i]);
    }
    free(waiters);
}

/* All turns from this one on; returns the last, after which spinning has failed. */
static unsigned spin_out(unsigned turn)
{
    while (pawl__spin(&turn)) {
    }
    return turn;
}

static void spinning_ends_and_is_left_out_on_one_processor(void **state)
{
    (void)state;
    assert_int_equal(spin_out(0) > 0, pawl__port_processors() > 1);
    assert_true(spin_out(0) < 100);
    assert_int_equal(spin_out(spin_out(0)), spin_out(0));
}

/* How many of the next arrivals are to spin? */
static unsigned spinners(const void *key, unsigned comers)
{
    unsigned count = 0;
    for (unsigned i = 0; i < comers; i++) {
        count += pawl__spin_begin(key) == 0 ? 1 : 0;
    }
    return count;
}

static void spinning_that_fails_is_left_out_but_now_and_then(void **state)
{
    enum { MANY = 100, COMERS = 640 };
    static const char key[4];
    unsigned end = spin_out(0);
    (void)state;
    assert_int_equal(spinners(key, COMERS), COMERS);
    for (int i = 0; i < MANY; i++) {
        pawl__spin_end(key, 0, false); /* an arrival that was refused at once: no failure */
    }
    assert_int_equal(spinners(key, COMERS), COMERS);
    for (int i = 0; i < MANY; i++) {
        pawl__spin_end(key, end, false);
    }
    assert_int_equal(spinners(key, COMERS), end > 0 ? COMERS / 64 : COMERS);
    pawl__spin_end(key, 0, true); /* a spin that succeeds is worth a try */
    assert_int_equal(spinners(key, COMERS), COMERS);
    pawl__spin_end(key, end, false);
    assert_int_equal(spinners(key, COMERS), end > 0 ? COMERS / 64 : COMERS);
    for (int i = 0; i < MANY; i++) {
        pawl__spin_end(key, 0, true);
    }
    assert_int_equal(spinners(key, COMERS), COMERS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spinning_ends_and_is_left_out_on_one_processor),
        cmocka_unit_test(spinning_that_fails_is_left_out_but_now_and_then),
        cmocka_unit_test(queue_is_first_in_first_out),
        cmocka_unit_test(waiter_can_be_taken_from_anywhere),
        cmocka_unit_test(queues_of_many_keys_match_a_model),
        cmocka_unit_test(keys_spread_over_buckets_and_chains),
        cmocka_unit_test(waiter_not_woken_is_withdrawn_at_its_deadline),
        cmocka_unit_test(waiter_taken_before_it_sleeps_does_not_sleep),
        cmocka_unit_test(waiter_taken_before_its_past_deadline_counts_as_woken),
        cmocka_unit_test(parkers_are_recycled),
        cmocka_unit_test(thousand_parkers_are_all_different),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
