/* SPDX-License-Identifier: MIT
 *
 * The contract of src/port.h, for the backend of this build; and again for the same backend over a
 * host that wakes early and spuriously on purpose (early.h).
 */
#include "support.h"

#include "port.h"

#include <string.h>

static void park_takes_a_token_left_before(void **state)
{
    struct pawl__parker parker;
    (void)state;
    pawl__parker_init(&parker);
    pawl__unpark(&parker);
    assert_true(pawl__park(&parker, PAWL_NEVER));
}

static void park_takes_one_token_once(void **state)
{
    struct pawl__parker parker;
    (void)state;
    pawl__parker_init(&parker);
    pawl__unpark(&parker);
    pawl__unpark(&parker);
    assert_true(pawl__park(&parker, 0));
    assert_false(pawl__park(&parker, 0));
}

static void park_with_a_past_deadline_still_takes_a_token(void **state)
{
    struct pawl__parker parker;
    (void)state;
    pawl__parker_init(&parker);
    assert_false(pawl__park(&parker, INT64_MIN));
    pawl__unpark(&parker);
    assert_true(pawl__park(&parker, INT64_MIN));
}

static void park_never_ends_early(void **state)
{
    struct pawl__parker parker;
    (void)state;
    pawl__parker_init(&parker);
    for (pawl_ns ns = 1; ns <= PAWL_MS(20); ns = ns * 7 + 13) {
        pawl_time deadline = pawl_after_ns(ns);
        assert_false(pawl__park(&parker, deadline));
        assert_true(pawl_now() >= deadline);
    }
}

struct ping_pong {
    struct pawl__parker there, back;
    int rounds;
    int payload; /* plain: ordered by the tokens alone */
};

static void answer(void *context)
{
    struct ping_pong *game = context;
    for (int i = 0; i < game->rounds; i++) {
        pawl__park(&game->there, (i & 1) != 0 ? PAWL_NEVER : pawl_after_s(3600));
        game->payload++;
        pawl__unpark(&game->back);
    }
}

static void unpark_happens_before_the_park_that_takes_its_token(void **state)
{
    struct ping_pong game = {.rounds = 500};
    crew_thread other;
    (void)state;
    pawl__parker_init(&game.there);
    pawl__parker_init(&game.back);
    crew_start(&other, answer, &game);
    for (int i = 0; i < game.rounds; i++) {
        game.payload++;
        pawl__unpark(&game.there);
        assert_true(pawl__park(&game.back, PAWL_NEVER));
        assert_int_equal(game.payload, 2 * (i + 1));
    }
    crew_join(&other);
}

static void mapped_memory_is_zeroed_and_aligned(void **state)
{
    static const char zeros[4096];
    (void)state;
    char *block = pawl__port_map(sizeof zeros);
    assert_non_null(block);
    assert_memory_equal(block, zeros, sizeof zeros);
    assert_int_equal((uintptr_t)block % 64, 0);
    memset(block, 1, sizeof zeros);
}

static int prepared;

static void count_prepared(void *block)
{
    (void)block;
    prepared++;
}

static void process_has_one_shared_block(void **state)
{
    (void)state;
    pawl__lot_count(&prepared); /* the lot is mapped, if it was not */
    void *block = pawl__port_shared_block(1, count_prepared);
    assert_non_null(block);
    assert_ptr_equal(pawl__port_shared_block(1, count_prepared), block);
    assert_int_equal(prepared, 0);
}

static void there_is_at_least_one_processor(void **state)
{
    (void)state;
    assert_in_range(pawl__port_processors(), 1, 1 << 20);
}

static void count_processors(void *count)
{
    if (crew_confine()) {
        *(unsigned *)count = pawl__port_processors();
    }
}

static void processors_are_the_process_s_not_the_thread_s(void **state)
{
    crew_thread thread;
    unsigned all = pawl__port_processors();
    unsigned confined = all;
    (void)state;
    crew_start(&thread, count_processors, &confined);
    crew_join(&thread);
    assert_int_equal(confined, all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(park_takes_a_token_left_before),
        cmocka_unit_test(park_takes_one_token_once),
        cmocka_unit_test(park_with_a_past_deadline_still_takes_a_token),
        cmocka_unit_test(park_never_ends_early),
        cmocka_unit_test(unpark_happens_before_the_park_that_takes_its_token),
        cmocka_unit_test(mapped_memory_is_zeroed_and_aligned),
        cmocka_unit_test(process_has_one_shared_block),
        cmocka_unit_test(there_is_at_least_one_processor),
        cmocka_unit_test(processors_are_the_process_s_not_the_thread_s),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
