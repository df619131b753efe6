/* SPDX-License-Identifier: MIT
 *
 * The threads of one process, with one object, on the file that file.c simulates. Another object on
 * it must find it free afterwards. Two objects at once are left out: they poll, and a schedule in
 * which only the one that polls runs has no end.
 */
#include "sim.h"

static pawl_filelock *one, *other;
static struct sim_section section;

static void open_both(void)
{
    SIM_CHECK(pawl_filelock_open("/sim", "one", &one) == PAWL_OK);
    SIM_CHECK(pawl_filelock_open("/sim", "other", &other) == PAWL_OK);
    section = (struct sim_section){0};
}

static void take_turn(pawl_filelock *filelock)
{
    SIM_CHECK(pawl_filelock_acquire_exclusive(filelock) == PAWL_OK);
    SIM_CHECK(!pawl_filelock_abandoned(filelock));
    sim_enter(&section);
    sim_leave(&section);
    SIM_CHECK(pawl_filelock_release_exclusive(filelock) == PAWL_OK);
}

static void take_turn_with_one(void)
{
    take_turn(one);
}

static void take_timed_turn_with_one(void)
{
    if (pawl_filelock_acquire_exclusive_until(one, PAWL_S(1) + PAWL_MS(5)) == PAWL_OK) {
        sim_enter(&section);
        sim_leave(&section);
        SIM_CHECK(pawl_filelock_release_exclusive(one) == PAWL_OK);
    } else {
        SIM_CHECK(sim_time() >= PAWL_S(1) + PAWL_MS(5));
    }
}

static void read_with_one(void)
{
    SIM_CHECK(pawl_filelock_acquire_shared(one) == PAWL_OK);
    sim_yield();
    SIM_CHECK(pawl_filelock_release_shared(one) == PAWL_OK);
}

/* Both are free: neither a hold nor a try was left behind. */
static void both_are_free(void)
{
    SIM_CHECK(pawl_filelock_try_acquire_exclusive(one));
    SIM_CHECK(!pawl_filelock_try_acquire_exclusive(other));
    SIM_CHECK(pawl_filelock_release_exclusive(one) == PAWL_OK);
    SIM_CHECK(pawl_filelock_try_acquire_exclusive(other));
    pawl_filelock_close(one);
    pawl_filelock_close(other);
}

static const struct sim_case filelock_cases[] = {
    {"filelock",
     "two_writers_of_one_process_take_turns",
     open_both,
     {take_turn_with_one, take_turn_with_one},
     .finish = both_are_free,
     .sampled = true},
    {"filelock",
     "a_time_out_in_the_queue_races_a_release",
     open_both,
     {take_turn_with_one, take_timed_turn_with_one},
     .finish = both_are_free,
     .jumps = 2,
     .jump = PAWL_MS(6),
     .sampled = true},
    {"filelock",
     "readers_of_one_process_share_and_a_writer_does_not",
     open_both,
     {read_with_one, read_with_one, take_turn_with_one},
     .finish = both_are_free,
     .sampled = true},
};
SIM_GROUP(filelock);
