/* SPDX-License-Identifier: MIT
 *
 * The machine itself: litmus tests, whose outcomes are known. A case says how many different ones
 * there are; the reduced search must find them all, and so must one that leaves nothing out.
 */
#include "sim.h"

static uint32_t *x, *y;
static uint64_t saw[SIM_FIBRES];
static int plain;

static void begin(void)
{
    x = sim_new(sizeof *x, "x");
    y = sim_new(sizeof *y, "y");
    plain = 0;
    for (unsigned i = 0; i < SIM_FIBRES; i++) {
        saw[i] = 0;
    }
}

static void see(uint64_t value)
{
    saw[sim_self()] = saw[sim_self()] * 16 + value;
}

static void tell(void)
{
    uint64_t all = 0;
    for (unsigned i = 0; i < SIM_FIBRES; i++) {
        all = all * 1021 + saw[i];
    }
    sim_outcome(all);
}

static void store_x_load_y(void)
{
    pawl__store32(x, 1, PAWL__RELEASE);
    see(pawl__load32(y, PAWL__ACQUIRE));
}

static void store_y_load_x(void)
{
    pawl__store32(y, 1, PAWL__RELEASE);
    see(pawl__load32(x, PAWL__ACQUIRE));
}

static void load_y_load_x(void)
{
    see(pawl__load32(y, PAWL__RELAXED));
    see(pawl__load32(x, PAWL__RELAXED));
}

static void acquire_y_load_x(void)
{
    see(pawl__load32(y, PAWL__ACQUIRE));
    see(pawl__load32(x, PAWL__RELAXED));
}

static void acquire_x_load_y(void)
{
    see(pawl__load32(x, PAWL__ACQUIRE));
    see(pawl__load32(y, PAWL__RELAXED));
}

static void store_x_store_y(void)
{
    pawl__store32(x, 1, PAWL__RELAXED);
    pawl__store32(y, 1, PAWL__RELAXED);
}

static void store_x_release_y(void)
{
    pawl__store32(x, 1, PAWL__RELAXED);
    pawl__store32(y, 1, PAWL__RELEASE);
}

static void store_x_twice(void)
{
    pawl__store32(x, 1, PAWL__RELAXED);
    pawl__store32(x, 2, PAWL__RELAXED);
}

static void load_x_twice(void)
{
    see(pawl__load32(x, PAWL__RELAXED));
    see(pawl__load32(x, PAWL__RELAXED));
}

static void load_x_store_y(void)
{
    see(pawl__load32(x, PAWL__RELAXED));
    pawl__store32(y, 1, PAWL__RELAXED);
}

static void load_y_store_x(void)
{
    see(pawl__load32(y, PAWL__RELAXED));
    pawl__store32(x, 1, PAWL__RELAXED);
}

static void acquire_x_release_y(void)
{
    if (pawl__load32(x, PAWL__ACQUIRE) != 0) {
        pawl__store32(y, 1, PAWL__RELEASE);
    }
}

static void release_x(void)
{
    pawl__store32(x, 1, PAWL__RELEASE);
}

static void release_y(void)
{
    pawl__store32(y, 1, PAWL__RELEASE);
}

static void add_to_x(void)
{
    uint32_t seen = pawl__load32(x, PAWL__RELAXED);
    while (!pawl__cas32(x, &seen, seen + 1, PAWL__RELAXED)) {
    }
    see(seen);
}

/* A plain write is published, goes through another's read-modify-write, and is seen. */
static void write_plain_release_x(void)
{
    SIM_WRITE(plain, 1);
    pawl__store32(x, 1, PAWL__RELEASE);
}

static void pass_x_on(void)
{
    uint32_t seen = 1;
    see(pawl__cas32(x, &seen, 2, PAWL__RELAXED));
}

static void acquire_x_read_plain(void)
{
    uint32_t seen = pawl__load32(x, PAWL__ACQUIRE);
    see(seen);
    if (seen != 0) {
        SIM_CHECK(SIM_READ(plain) == 1);
    }
}

/* Three operations each, of a program that a number stands for. */
static uint32_t program;

static void operate(uint32_t code)
{
    uint32_t *at = (code & 1) != 0 ? x : y;
    uint32_t seen = code >> 4 & 1;
    switch (code >> 1 & 3) {
    case 0:
        pawl__store32(at, sim_self() + 2, (code & 8) != 0 ? PAWL__RELEASE : PAWL__RELAXED);
        break;
    case 1:
        see(pawl__cas32(at, &seen, sim_self() + 3, PAWL__ACQ_REL));
        see(seen);
        break;
    default:
        see(pawl__load32(at, (code & 8) != 0 ? PAWL__ACQUIRE : PAWL__RELAXED));
        break;
    }
}

static void run_program(void)
{
    uint32_t code = (program + sim_self()) * UINT32_C(2654435761);
    for (unsigned i = 0; i < 3; i++) {
        operate(code >> (8 * i + 6) & 31);
    }
}

static void program_1(void)
{
    begin();
    program = 1;
}

static void program_2(void)
{
    begin();
    program = 20;
}

static void program_3(void)
{
    begin();
    program = 77;
}

/* The guard and the clock. */
static pawl_semaphore *semaphore;

static void begin_semaphore(void)
{
    begin();
    semaphore = sim_new(sizeof *semaphore, "semaphore");
}

static void wait_a_little(void)
{
    see(pawl_semaphore_acquire_until(semaphore, PAWL_S(1) + PAWL_MS(1)) == PAWL_OK);
}

static void wait_longer(void)
{
    see(pawl_semaphore_acquire_until(semaphore, PAWL_S(1) + PAWL_MS(2)) == PAWL_OK);
}

static void release_one(void)
{
    pawl_semaphore_release(semaphore);
}

static const struct sim_case machine_cases[] = {
    {"machine", "store_buffering_is_seen", begin, {store_x_load_y, store_y_load_x},
     .finish = tell, .outcomes = 4},
    {"machine", "relaxed_messages_overtake", begin, {store_x_store_y, load_y_load_x},
     .finish = tell, .outcomes = 4},
    {"machine", "released_messages_do_not", begin, {store_x_release_y, acquire_y_load_x},
     .finish = tell, .outcomes = 3},
    {"machine", "reads_of_one_place_do_not_go_back", begin, {store_x_twice, load_x_twice},
     .finish = tell, .outcomes = 6},
    {"machine", "no_value_out_of_thin_air", begin, {load_x_store_y, load_y_store_x},
     .finish = tell, .outcomes = 3},
    {"machine", "two_readers_may_disagree_about_two_writers", begin,
     {release_x, release_y, acquire_x_load_y, acquire_y_load_x}, .finish = tell, .outcomes = 16},
    {"machine", "causes_are_seen_with_effects", begin,
     {release_x, acquire_x_release_y, acquire_y_load_x}, .finish = tell, .outcomes = 3},
    {"machine", "three_add_one_each", begin, {add_to_x, add_to_x, add_to_x}, .finish = tell,
     .outcomes = 6},
    {"machine", "a_release_lasts_through_an_exchange", begin,
     {write_plain_release_x, pass_x_on, acquire_x_read_plain}, .finish = tell, .outcomes = 5},
    {"machine", "a_release_races_two_time_outs", begin_semaphore,
     {wait_a_little, wait_longer, release_one}, .finish = tell, .outcomes = 3},
    {"machine", "a_program", program_1, {run_program, run_program, run_program}, .finish = tell,
     .outcomes = SIM_ANY},
    {"machine", "another_program", program_2, {run_program, run_program, run_program},
     .finish = tell, .outcomes = SIM_ANY},
    {"machine", "a_third_program", program_3, {run_program, run_program, run_program},
     .finish = tell, .outcomes = SIM_ANY},
};
SIM_GROUP(machine);
