/* SPDX-License-Identifier: MIT
 *
 * pawl_semaphore under contention: counts that add up only if every permit was in one place at a
 * time, and every time-out gave up just what it had.
 */
#include "caller.h"

#include <stdlib.h>
#include <string.h>

enum { THREADS = 5 };

static uint64_t seed_of_this_run(void)
{
    const uint64_t seed = UINT64_C(88172645463325252);
    print_message("seed %llu\n", (unsigned long long)seed);
    return seed;
}

static void assert_nobody_waits(const pawl_semaphore *semaphore)
{
    assert_int_equal(pawl__lot_count(semaphore), 0);
    assert_true((pawl__load64(&semaphore->state_, PAWL__RELAXED) & PAWL__SEMAPHORE_PARKED) == 0);
}

/* Permits that wander: a thread holds some for a while, releases several at once, and adds new
 * ones, which it removes again later. */
struct wanderer {
    crew_thread thread;
    pawl_semaphore *semaphore;
    int rounds;
    uint64_t seed;
    int64_t acquired, released;
    int64_t held;
    int64_t made; /* of those released, how many it never acquired; it may keep as many */
    bool refused;
};

/* A thread with a permit does not wait without end for another permit: then some thread can always
 * proceed. */
static bool get_one(struct wanderer *wanderer)
{
    pawl_semaphore *semaphore = wanderer->semaphore;
    uint64_t choice = next_random(&wanderer->seed) % 8;
    pawl_ns moment = (pawl_ns)(next_random(&wanderer->seed) % 40000);
    if (choice < 2) {
        return pawl_semaphore_try_acquire(semaphore);
    }
    if (choice < 4 || wanderer->held > 0) { /* times out at just the time when a release may
                                             * happen */
        return choice % 2 == 0
                   ? pawl_semaphore_acquire_for(semaphore, moment) == PAWL_OK
                   : pawl_semaphore_acquire_until(semaphore, pawl_after_ns(moment)) == PAWL_OK;
    }
    if (choice == 4) {
        return pawl_semaphore_acquire_for(semaphore, PAWL_S(3600)) == PAWL_OK;
    }
    pawl_semaphore_acquire(semaphore);
    return true;
}

static void give(struct wanderer *wanderer, int64_t n)
{
    pawl_status status = n == 1 ? pawl_semaphore_release(wanderer->semaphore)
                                : pawl_semaphore_release_n(wanderer->semaphore, n);
    wanderer->refused |= status != PAWL_OK;
    wanderer->released += n;
}

static void wander(void *context)
{
    struct wanderer *wanderer = context;
    for (int i = 0; i < wanderer->rounds; i++) {
        if (get_one(wanderer)) {
            wanderer->acquired++;
            wanderer->held++;
        }
        uint64_t choice = next_random(&wanderer->seed) % 16;
        if (choice == 0) {
            crew_yield(); /* so that others queue up */
        } else if (choice == 1) {
            give(wanderer, wanderer->held + 1);
            wanderer->held = 0;
            wanderer->made++;
        } else if (choice == 2 && wanderer->made > 0 && wanderer->held > 0) {
            wanderer->made--;
            wanderer->held--;
        } else if (wanderer->held > 0 && (choice < 10 || wanderer->held > 3)) {
            int64_t n = 1 + (int64_t)(next_random(&wanderer->seed) % (uint64_t)wanderer->held);
            give(wanderer, n);
            wanderer->held -= n;
        }
    }
    if (wanderer->held > 0) {
        give(wanderer, wanderer->held);
    }
}

static void semaphore_keeps_its_books_when_tries_and_time_outs_race_releases(void **state)
{
    enum { INITIAL = 2 };
    pawl_semaphore semaphore = PAWL_SEMAPHORE_INIT(INITIAL);
    struct wanderer wanderers[THREADS];
    uint64_t seed = seed_of_this_run();
    int64_t acquired = 0;
    int64_t released = 0;
    int64_t made = 0;
    (void)state;
    memset(wanderers, 0, sizeof wanderers);
    for (size_t i = 0; i < THREADS; i++) {
        wanderers[i].semaphore = &semaphore;
        wanderers[i].rounds = 2000;
        wanderers[i].seed = seed + i;
        crew_start(&wanderers[i].thread, wander, &wanderers[i]);
    }
    for (size_t i = 0; i < THREADS; i++) {
        crew_join(&wanderers[i].thread);
        acquired += wanderers[i].acquired;
        released += wanderers[i].released;
        made += wanderers[i].made;
        assert_false(wanderers[i].refused);
    }
    assert_true(pawl_semaphore_value(&semaphore) == INITIAL + released - acquired);
    assert_true(pawl_semaphore_value(&semaphore) == INITIAL + made);
    assert_nobody_waits(&semaphore);
}

/* A room for `bound` visitors. */
struct room {
    pawl_semaphore semaphore;
    uint32_t bound;
    uint32_t inside; /* atomic: the guests */
    uint64_t visits; /* plain where bound is 1: only exclusion keeps it exact */
};

static uint32_t add(uint32_t *number, uint32_t what)
{
    uint32_t seen = pawl__load32(number, PAWL__RELAXED);
    while (!pawl__cas32(number, &seen, seen + what, PAWL__RELAXED)) {
    }
    return seen + what;
}

static bool go_in(pawl_semaphore *semaphore, uint64_t *seed)
{
    switch (next_random(seed) % 4) {
    case 0:
        return pawl_semaphore_try_acquire(semaphore);
    case 1:
        return pawl_semaphore_acquire_for(semaphore, (pawl_ns)(next_random(seed) % 40000)) ==
               PAWL_OK;
    default:
        pawl_semaphore_acquire(semaphore);
        return true;
    }
}

/* Counts its visits. One visitor too many, itself included, and a release that is refused are
 * mistakes. */
static pawl_status visit(struct caller *guest)
{
    struct room *room = guest->object;
    for (int i = 0; i < 800; i++) {
        if (!go_in(&room->semaphore, &guest->seed)) {
            continue;
        }
        guest->mistakes += add(&room->inside, 1) > room->bound ? 1 : 0;
        guest->count++;
        if (room->bound == 1) {
            room->visits++;
        }
        if (next_random(&guest->seed) % 16 == 0) {
            crew_yield(); /* so that others queue up */
        }
        add(&room->inside, UINT32_MAX);
        guest->mistakes += pawl_semaphore_release(&room->semaphore) != PAWL_OK ? 1 : 0;
    }
    return PAWL_OK;
}

static void bounded_semaphore_lets_in_at_most_its_bound(void **state)
{
    uint64_t seed = seed_of_this_run();
    (void)state;
    for (uint32_t bound = 1; bound <= 3; bound++) {
        struct room room = {.bound = bound};
        struct caller guests[THREADS];
        assert_int_equal(pawl_semaphore_init_bounded(&room.semaphore, bound), PAWL_OK);
        callers_start(guests, THREADS,
                      &(struct caller){.call = visit, .object = &room, .seed = seed});
        uint64_t visits = callers_join(guests, THREADS, PAWL_OK);
        assert_true(bound > 1 || room.visits == visits);
        assert_int_equal(pawl_semaphore_value(&room.semaphore), bound);
        assert_int_equal(pawl_semaphore_release(&room.semaphore), PAWL_OVERFLOW);
        assert_nobody_waits(&room.semaphore);
    }
}

/* A ring of slots between producers and consumers: one semaphore counts the free slots, the other
 * the full ones. The slots are plain: only the permits keep the two sides apart. */
enum { SLOTS = 7, BATCH = 3 };

struct ring {
    pawl_semaphore free_slots, full_slots;
    pawl_semaphore put_turn, take_turn; /* a permit each: among producers, among consumers */
    uint64_t slots[SLOTS];
    uint64_t put, taken; /* how many items; under put_turn and take_turn */
    uint64_t items;      /* in all */
    bool disorder;       /* under take_turn */
};

/* Fill up to BATCH slots, and announce them at once. */
static void produce(void *context)
{
    struct ring *ring = context;
    bool more = true;
    while (more) {
        int64_t filled = 0;
        pawl_semaphore_acquire(&ring->put_turn);
        while (filled < BATCH && ring->put < ring->items) {
            if (filled == 0) {
                pawl_semaphore_acquire(&ring->free_slots);
            } else if (!pawl_semaphore_try_acquire(&ring->free_slots)) {
                break;
            }
            ring->slots[ring->put % SLOTS] = ring->put + 1;
            ring->put++;
            filled++;
        }
        more = ring->put < ring->items;
        if (filled > 0) {
            pawl_semaphore_release_n(&ring->full_slots, filled);
        }
        pawl_semaphore_release(&ring->put_turn);
    }
}

static void consume(void *context)
{
    struct ring *ring = context;
    bool more = true;
    while (more) {
        pawl_semaphore_acquire(&ring->take_turn);
        if (ring->taken < ring->items) {
            while (pawl_semaphore_acquire_for(&ring->full_slots, PAWL_US(20)) != PAWL_OK) {
            }
            ring->disorder |= ring->slots[ring->taken % SLOTS] != ring->taken + 1;
            ring->slots[ring->taken % SLOTS] = 0;
            ring->taken++;
            pawl_semaphore_release(&ring->free_slots);
        }
        more = ring->taken < ring->items;
        pawl_semaphore_release(&ring->take_turn);
    }
}

static void semaphores_carry_every_item_through_a_ring_once_and_in_order(void **state)
{
    (void)state;
    for (size_t pairs = 1; pairs <= 2; pairs++) {
        struct ring ring = {.free_slots = PAWL_BOUNDED_SEMAPHORE_INIT(SLOTS),
                            .put_turn = PAWL_SEMAPHORE_INIT(1),
                            .take_turn = PAWL_BOUNDED_SEMAPHORE_INIT(1),
                            .items = 3000};
        crew_thread threads[4];
        for (size_t i = 0; i < pairs; i++) {
            crew_start(&threads[2 * i], produce, &ring);
            crew_start(&threads[2 * i + 1], consume, &ring);
        }
        for (size_t i = 0; i < 2 * pairs; i++) {
            crew_join(&threads[i]);
        }
        assert_false(ring.disorder);
        assert_true(ring.put == ring.items && ring.taken == ring.items);
        assert_int_equal(pawl_semaphore_value(&ring.free_slots), SLOTS);
        assert_int_equal(pawl_semaphore_value(&ring.full_slots), 0);
        assert_nobody_waits(&ring.free_slots);
        assert_nobody_waits(&ring.full_slots);
    }
}

/* A semaphore in memory that its next user reuses at once: the releaser, still inside release, must
 * not write there. */
enum { REUSED_AS = 0xA5 };

/* Acquire `number` permits. */
static pawl_status acquire_and_reuse(struct caller *caller)
{
    caller_begins(caller);
    for (uint32_t left = caller->number; left > 0; left--) {
        pawl_semaphore_acquire(caller->object);
    }
    memset(caller->object, REUSED_AS, sizeof(pawl_semaphore)); /* freed: something else now */
    return PAWL_OK;
}

/* The thread that has all the permits of the last release frees the semaphore: one permit, or two
 * of release_n. */
static void semaphore_may_be_freed_by_the_thread_that_just_acquired_it(void **state)
{
    pawl_semaphore reused;
    (void)state;
    memset(&reused, REUSED_AS, sizeof reused);
    for (int round = 0; round < 400; round++) {
        struct caller other = {.call = acquire_and_reuse, .number = 1 + (uint32_t)round / 2 % 2};
        pawl_semaphore *semaphore = other.object = malloc(sizeof *semaphore);
        assert_non_null(semaphore);
        assert_int_equal(pawl_semaphore_init(semaphore, 0), PAWL_OK);
        caller_start(&other, round % 2 == 0 ? 1 : AT_ITS_OWN_TIME);
        caller_await_begin(&other); /* parked, or caught while it spins */
        pawl_status status = other.number == 1
                                 ? pawl_semaphore_release(semaphore)
                                 : pawl_semaphore_release_n(semaphore, (int64_t)other.number);
        caller_join(&other);
        assert_int_equal(status, PAWL_OK);
        assert_memory_equal(semaphore, &reused, sizeof reused);
        free(semaphore);
    }
}

/* Threads that arrive, wait and end leave nothing: two hundred of them in turn use one parker. */
static void threads_that_end_leave_nothing_behind(void **state)
{
    pawl_semaphore semaphore = PAWL_SEMAPHORE_INIT(0);
    const void *parker = next_parker();
    (void)state;
    for (int i = 0; i < 200; i++) {
        struct caller other = {.form = UNTIMED};
        caller_start_on(&other, call_semaphore, &semaphore, PAWL_NEVER, 1);
        assert_int_equal(pawl_semaphore_release(&semaphore), PAWL_OK);
        caller_join(&other);
    }
    assert_ptr_equal(next_parker(), parker);
    assert_nobody_waits(&semaphore);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(semaphore_keeps_its_books_when_tries_and_time_outs_race_releases),
        cmocka_unit_test(bounded_semaphore_lets_in_at_most_its_bound),
        cmocka_unit_test(semaphores_carry_every_item_through_a_ring_once_and_in_order),
        cmocka_unit_test(semaphore_may_be_freed_by_the_thread_that_just_acquired_it),
        cmocka_unit_test(threads_that_end_leave_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
