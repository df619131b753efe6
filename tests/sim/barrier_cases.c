/* SPDX-License-Identifier: MIT */
#include "sim.h"

enum { PARTIES_MAX = 3, UNTOLD = 99 };

static pawl_barrier *barrier;
static uint32_t parties;
static int arrived[SIM_FIBRES]; /* each party's own, written before it arrives */
static int acted;
static pawl_status status[SIM_FIBRES];
static uint32_t index[SIM_FIBRES];
static uint32_t out;

static void act(void *ctx)
{
    (void)ctx;
    int before = SIM_READ(acted);
    SIM_WRITE(acted, before + 1);
}

static void begin(uint32_t number, void (*action)(void *ctx))
{
    barrier = sim_new(sizeof *barrier, "barrier");
    SIM_CHECK(pawl_barrier_init(barrier, number, action, NULL) == PAWL_OK);
    parties = number;
    acted = 0;
    out = 0;
    for (unsigned i = 0; i < SIM_FIBRES; i++) {
        arrived[i] = 0;
        status[i] = PAWL_PENDING;
        index[i] = UNTOLD;
    }
}

static void of_two(void)
{
    begin(2, act);
}

static void of_two_by_many(void)
{
    begin(2, act);
}

static void of_three(void)
{
    begin(3, act);
}

static void of_two_broken(void)
{
    begin(2, act);
    pawl_barrier_abort(barrier);
}

/* No party proceeds before all have arrived and the action has run. */
static void check_round(void)
{
    for (uint32_t i = 0; i < parties; i++) {
        SIM_CHECK(SIM_READ(arrived[i]) == 1);
    }
    SIM_CHECK(SIM_READ(acted) == 1);
}

static void wait(void)
{
    SIM_WRITE(arrived[sim_self()], 1);
    status[sim_self()] = pawl_barrier_wait(barrier, &index[sim_self()]);
    if (status[sim_self()] == PAWL_OK) {
        check_round();
    }
}

static void wait_until(pawl_ns ns)
{
    SIM_WRITE(arrived[sim_self()], 1);
    status[sim_self()] = pawl_barrier_wait_until(barrier, PAWL_S(1) + ns, &index[sim_self()]);
    SIM_CHECK(status[sim_self()] != PAWL_TIMEOUT || sim_time() >= PAWL_S(1) + ns);
    if (status[sim_self()] == PAWL_OK) {
        check_round();
    }
}

static void wait_timed(void)
{
    wait_until(PAWL_MS(5));
}

static void wait_past(void)
{
    (void)sim_has_waited();
    wait_until(0);
    SIM_CHECK(!sim_has_waited());
}

/* More threads than parties, or a reset between them: the parties of a round are not known
 * beforehand. */
static void wait_among_others(void)
{
    status[sim_self()] = pawl_barrier_wait_until(barrier, PAWL_S(1) + PAWL_MS(5),
                                                 &index[sim_self()]);
}

static void abort_it(void)
{
    pawl_barrier_abort(barrier);
}

static void reset_it(void)
{
    pawl_barrier_reset(barrier);
}

static void wait_two_rounds(void)
{
    wait();
    uint32_t second = UNTOLD;
    SIM_CHECK(pawl_barrier_wait(barrier, &second) == PAWL_OK && second < parties);
    SIM_CHECK(SIM_READ(acted) == 2);
}

static void wait_and_free(void)
{
    wait();
    uint32_t before = pawl__load32(&out, PAWL__RELAXED);
    while (!pawl__cas32(&out, &before, before + 1, PAWL__ACQ_REL)) {
    }
    if (before + 1 == parties) {
        sim_free(barrier);
    }
}

/* All got the same outcome, OK with distinct indices. */
static void all_passed_or_none(void)
{
    uint32_t seen = 0;
    unsigned ok = 0;
    for (unsigned i = 0; i < parties; i++) {
        SIM_CHECK(status[i] == PAWL_OK || index[i] == UNTOLD);
        if (status[i] == PAWL_OK) {
            ok++;
            SIM_CHECK(index[i] < parties && (seen & 1U << index[i]) == 0);
            seen |= 1U << index[i];
        }
    }
    SIM_CHECK(ok == 0 || ok == parties);
    SIM_CHECK(acted == (ok != 0));
    SIM_CHECK(pawl_barrier_waiting(barrier) == 0);
}

static void all_passed(void)
{
    all_passed_or_none();
    SIM_CHECK(status[0] == PAWL_OK && !pawl_barrier_broken(barrier));
}

/* A time-out breaks it: at least one party was too late, and the others get PAWL_BROKEN. */
static void passed_or_broken_by_time(void)
{
    all_passed_or_none();
    unsigned late = 0;
    for (unsigned i = 0; i < parties; i++) {
        late += status[i] == PAWL_TIMEOUT;
    }
    SIM_CHECK((status[0] == PAWL_OK) == (late == 0));
    SIM_CHECK(pawl_barrier_broken(barrier) == (late != 0));
}

static void is_broken(void)
{
    all_passed_or_none();
    SIM_CHECK(pawl_barrier_broken(barrier));
}

static void wait_among_others_for_ever(void)
{
    status[sim_self()] = pawl_barrier_wait(barrier, &index[sim_self()]);
}

static void all_four_passed(void)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < 4; i++) {
        SIM_CHECK(status[i] == PAWL_OK && index[i] < 2);
        sum += index[i];
    }
    SIM_CHECK(sum == 2 && acted == 2 && pawl_barrier_waiting(barrier) == 0);
}

/* Each round that ended well had the right number of parties. */
static void rounds_are_whole(void)
{
    unsigned ok = 0;
    unsigned firsts = 0;
    for (unsigned i = 0; i < 4; i++) {
        ok += status[i] == PAWL_OK;
        firsts += status[i] == PAWL_OK && index[i] == 0;
    }
    SIM_CHECK(ok == parties * firsts && acted == (int)firsts);
    SIM_CHECK(pawl_barrier_waiting(barrier) == 0);
}

static const struct sim_case barrier_cases[] = {
    {"barrier", "two_parties_a_round", of_two, {wait, wait}, .finish = all_passed},
    {"barrier", "three_parties_a_round", of_three, {wait, wait, wait}, .finish = all_passed},
    {"barrier", "two_parties_two_rounds", of_two,
     {wait_two_rounds, wait_two_rounds}, .finish = NULL},
    {"barrier", "the_last_out_frees_it", of_two, {wait_and_free, wait_and_free}, .finish = NULL},
    {"barrier", "the_last_arrival_races_a_time_out", of_two, {wait, wait_timed},
     .finish = passed_or_broken_by_time},
    {"barrier", "the_last_arrival_races_two_time_outs", of_three, {wait, wait_timed, wait_timed},
     .finish = passed_or_broken_by_time},
    {"barrier", "a_past_deadline_passes_only_as_the_last", of_two, {wait, wait_past},
     .finish = passed_or_broken_by_time},
    {"barrier", "the_last_arrival_races_abort", of_two, {wait, wait, abort_it},
     .finish = is_broken},
    {"barrier", "reset_races_the_first_arrival", of_two_broken,
     {wait_among_others, wait_among_others, reset_it}, .finish = rounds_are_whole},
    {"barrier", "the_last_arrival_races_reset", of_two_by_many,
     {wait_among_others, wait_among_others, reset_it}, .finish = rounds_are_whole},
    {"barrier", "three_threads_two_parties_and_time_outs", of_two_by_many,
     {wait_among_others, wait_among_others, wait_among_others}, .finish = rounds_are_whole,
     .spurious = 1},
    {"barrier", "two_rounds_of_two_by_four_threads", of_two_by_many,
     {wait_among_others_for_ever, wait_among_others_for_ever, wait_among_others_for_ever,
      wait_among_others_for_ever},
     .finish = all_four_passed, .sampled = true},
    {"barrier", "abort_and_reset_race_two_rounds", of_two_by_many,
     {wait_among_others, wait_among_others, wait_among_others, wait_among_others, abort_it,
      reset_it},
     .finish = rounds_are_whole, .sampled = true},
};
SIM_GROUP(barrier);
