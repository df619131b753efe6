/* SPDX-License-Identifier: MIT
 *
 * The machine itself: litmus tests, whose outcomes are known. A case states the number of different
 * outcomes; the reduced search must find them all, and so must a search that leaves nothing out.
 */
#include "sim.h"

static uint32_t *x, *y;
static uint8_t *flag;
static uint64_t saw[SIM_FIBRES];
static int plain;

static void begin(void)
{
    x = sim_new(sizeof *x, "x");
    y = sim_new(sizeof *y, "y");
    flag = sim_new(sizeof *flag, "flag");
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

/* The read-modify-writes that cannot fail. */
static void add_one_to_x(void)
{
    see(pawl__add32(x, 1, PAWL__RELAXED));
}

static void raise_flag(void)
{
    see(pawl__xchg8(flag, 1, PAWL__RELAXED));
}

static void add_two_to_x(void)
{
    see(pawl__add32(x, 2, PAWL__RELAXED));
}

/* What was released shows in the lowest bit. */
static void acquire_bit_of_x_read_plain(void)
{
    uint32_t seen = pawl__load32(x, PAWL__ACQUIRE);
    see(seen);
    if ((seen & 1) != 0) {
        SIM_CHECK(SIM_READ(plain) == 1);
    }
}

static void write_plain_release_by_addition(void)
{
    SIM_WRITE(plain, 1);
    see(pawl__add32(x, 1, PAWL__RELEASE));
}

static void acquire_by_addition_read_plain(void)
{
    uint32_t seen = pawl__add32(x, 2, PAWL__ACQUIRE);
    see(seen);
    if (seen != 0) {
        SIM_CHECK(SIM_READ(plain) == 1);
    }
}

static void write_plain_release_by_exchange(void)
{
    SIM_WRITE(plain, 1);
    see(pawl__xchg8(flag, 1, PAWL__RELEASE));
}

static void acquire_by_exchange_read_plain(void)
{
    uint8_t seen = pawl__xchg8(flag, 2, PAWL__ACQUIRE);
    see(seen);
    if (seen != 0) {
        SIM_CHECK(SIM_READ(plain) == 1);
    }
}

/* The barrier of one thread for all. */
static void relaxed_x_load_y(void)
{
    pawl__store32(x, 1, PAWL__RELAXED);
    see(pawl__load32(y, PAWL__RELAXED));
}

static void relaxed_y_barrier_load_x(void)
{
    pawl__store32(y, 1, PAWL__RELAXED);
    sim_barrier_all();
    see(pawl__load32(x, PAWL__RELAXED));
}

static void load_y_barrier_load_x(void)
{
    see(pawl__load32(y, PAWL__RELAXED));
    sim_barrier_all();
    see(pawl__load32(x, PAWL__RELAXED));
}

static void only_barrier(void)
{
    sim_barrier_all();
}

static void write_plain_relaxed_x(void)
{
    SIM_WRITE(plain, 1);
    pawl__store32(x, 1, PAWL__RELAXED);
}

static void load_x_barrier_read_plain(void)
{
    if (pawl__load32(x, PAWL__RELAXED) != 0) {
        sim_barrier_all();
        SIM_CHECK(SIM_READ(plain) == 1);
        see(1);
    }
}

/* A fork: the parent sees 9; a child what there was, and no change of it. */
static void fork_and_load_x_twice(void)
{
    if (sim_fork()) {
        load_x_twice();
    } else {
        see(9);
    }
}

/* A plain write to a place that was accessed atomically before. Whichever fibre reads it first must
 * not be taken for its writer: then the other could read the value from before it. */
static void store_y_write_y_release_x(void)
{
    pawl__store32(y, 1, PAWL__RELAXED);
    *y = 2;
    pawl__store32(x, 1, PAWL__RELEASE);
}

static void acquire_x_load_y_if_set(void)
{
    if (pawl__load32(x, PAWL__ACQUIRE) != 0) {
        see(pawl__load32(y, PAWL__RELAXED));
    }
}

/* These must be found: the accesses are the compiler's own, as in pawl's sources. */
static void write_y_plainly(void)
{
    *y = 1;
}

static void write_y_release_x(void)
{
    *y = 1;
    pawl__store32(x, 1, PAWL__RELEASE);
}

static void release_x_write_y(void)
{
    pawl__store32(x, 1, PAWL__RELEASE);
    *y = 1;
}

static void acquire_x_read_y(void)
{
    if (pawl__load32(x, PAWL__ACQUIRE) != 0) {
        see(*y);
    }
}

static void store_y(void)
{
    pawl__store32(y, 1, PAWL__RELEASE);
}

static void load_y(void)
{
    see(pawl__load32(y, PAWL__ACQUIRE));
}

static void read_y_plainly(void)
{
    see(*y);
}

static void free_y_release_x(void)
{
    sim_free(y);
    pawl__store32(x, 1, PAWL__RELEASE);
}

static void acquire_x_write_y(void)
{
    if (pawl__load32(x, PAWL__ACQUIRE) != 0) {
        *y = 1;
    }
}

static void load_x_free_y(void)
{
    if (pawl__load32(x, PAWL__RELAXED) != 0) {
        sim_free(y);
    }
}

/* Three operations each, of a program that a number encodes. */
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
    {"machine", "three_add_one_each_at_once", begin, {add_one_to_x, add_one_to_x, add_one_to_x},
     .finish = tell, .outcomes = 6},
    {"machine", "one_of_two_exchanges_finds_it_empty", begin, {raise_flag, raise_flag},
     .finish = tell, .outcomes = 2},
    {"machine", "a_release_lasts_through_an_addition", begin,
     {write_plain_release_x, add_two_to_x, acquire_bit_of_x_read_plain}, .finish = tell,
     .outcomes = 6},
    {"machine", "an_addition_releases_and_one_acquires", begin,
     {write_plain_release_by_addition, acquire_by_addition_read_plain}, .finish = tell,
     .outcomes = 2},
    {"machine", "an_exchange_releases_and_one_acquires", begin,
     {write_plain_release_by_exchange, acquire_by_exchange_read_plain}, .finish = tell,
     .outcomes = 2},
    {"machine", "a_barrier_for_all_forbids_store_buffering", begin,
     {relaxed_x_load_y, relaxed_y_barrier_load_x}, .finish = tell, .outcomes = 3},
    {"machine", "a_barrier_for_all_orders_relaxed_messages", begin,
     {store_x_store_y, load_y_barrier_load_x}, .finish = tell, .outcomes = 3},
    {"machine", "a_barrier_for_all_orders_nothing_between_others", begin,
     {store_x_store_y, load_y_load_x, only_barrier}, .finish = tell, .outcomes = 4},
    {"machine", "a_barrier_for_all_orders_plain_data", begin,
     {write_plain_relaxed_x, load_x_barrier_read_plain}, .finish = tell, .outcomes = 2},
    {"machine", "a_forked_child_is_alone", begin, {store_x_twice, fork_and_load_x_twice},
     .finish = tell, .outcomes = 4},
    {"machine", "a_released_plain_write_is_no_race", begin, {write_y_release_x, acquire_x_read_y},
     .finish = tell, .outcomes = 2},
    {"machine", "a_plain_write_of_an_atomic_is_seen_by_all_that_it_happens_before", begin,
     {store_y_write_y_release_x, acquire_x_load_y_if_set, acquire_x_load_y_if_set},
     .finish = tell, .outcomes = 4},
    {"machine", "plain_writes_of_two_are_a_race", begin, {write_y_plainly, write_y_plainly},
     .fails = "data race"},
    {"machine", "a_plain_write_after_the_release_is_a_race", begin,
     {release_x_write_y, acquire_x_read_y}, .fails = "data race"},
    {"machine", "a_plain_read_beside_an_atomic_write_is_a_race", begin, {store_y, read_y_plainly},
     .fails = "data race"},
    {"machine", "an_atomic_read_beside_a_plain_write_is_a_race", begin, {load_y, write_y_plainly},
     .fails = "data race"},
    {"machine", "plain_and_atomic_reads_are_no_race", begin, {load_y, read_y_plainly},
     .finish = tell, .outcomes = 1},
    {"machine", "a_plain_write_after_the_free_is_found", begin,
     {free_y_release_x, acquire_x_write_y}, .fails = "after it was freed"},
    {"machine", "a_free_that_is_not_ordered_is_found", begin, {write_y_release_x, load_x_free_y},
     .fails = "does not happen before"},
    {"machine", "a_program", program_1, {run_program, run_program, run_program}, .finish = tell,
     .outcomes = SIM_ANY},
    {"machine", "another_program", program_2, {run_program, run_program, run_program},
     .finish = tell, .outcomes = SIM_ANY},
    {"machine", "a_third_program", program_3, {run_program, run_program, run_program},
     .finish = tell, .outcomes = SIM_ANY},
};
SIM_GROUP(machine);
