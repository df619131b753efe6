/* SPDX-License-Identifier: MIT */
#include "sim.h"

static pawl_once *once;
static int made;

static void new_once(void)
{
    once = sim_new(sizeof *once, "once");
    made = 0;
}

static void make(void *ctx)
{
    (void)ctx;
    SIM_CHECK(SIM_READ(made) == 0);
    SIM_WRITE(made, 1);
}

static void call(void)
{
    pawl_once_call(once, make, NULL);
    SIM_CHECK(SIM_READ(made) == 1);
}

static void call_twice(void)
{
    call();
    call();
}

static void look(void)
{
    if (pawl_once_done(once)) {
        SIM_CHECK(SIM_READ(made) == 1);
    }
}

static void is_done(void)
{
    SIM_CHECK(made == 1 && pawl_once_done(once));
}

/* What pawl.hpp builds on: a function that may fail, and is then called again. */
static int attempts;

static void new_attempts(void)
{
    new_once();
    attempts = 0;
}

static bool fail_first(void)
{
    SIM_CHECK(SIM_READ(made) == 0);
    int before = SIM_READ(attempts);
    SIM_WRITE(attempts, before + 1);
    if (before == 0) {
        return false;
    }
    SIM_WRITE(made, 1);
    return true;
}

static void attempt(void)
{
    if (!pawl_once_done(once)) {
        uint8_t running = pawl__once_begin(once);
        if (running != 0) {
            pawl__once_end(once, running, fail_first());
        }
    }
    if (pawl_once_done(once)) {
        SIM_CHECK(SIM_READ(made) == 1);
    }
}

static void was_attempted(void)
{
    SIM_CHECK(attempts == 2 && made == 1);
}

static void call_once(void)
{
    pawl_once_call(once, make, NULL);
}

static const struct sim_case once_cases[] = {
    {"once", "two_call", new_once, {call, call}, .finish = is_done},
    {"once", "one_calls_and_one_looks", new_once, {call_once, look}, .finish = is_done},
    {"once", "three_call", new_once, {call, call, call}, .finish = is_done},
    {"once", "a_run_that_failed_is_tried_again_by_another", new_attempts, {attempt, attempt},
     .finish = was_attempted},
    {"once", "three_try_after_a_failure", new_attempts, {attempt, attempt, attempt},
     .finish = was_attempted, .old_values = SIM_NONE},
    {"once", "three_call_twice", new_once, {call_twice, call_twice, call_twice}, .finish = is_done,
     .spurious = 1, .sampled = true},
    {"once", "two_open_the_lot", new_once, {call, call}, .finish = is_done, .cold = true},
};
SIM_GROUP(once);
