/* SPDX-License-Identifier: MIT
 *
 * Searches a case's schedules for one that fails, and shows it.
 */
#ifndef PAWL_TESTS_SIM_EXPLORE_H
#define PAWL_TESTS_SIM_EXPLORE_H

#include "engine.h"

struct schedule {
    uint32_t length;
    struct {
        uint8_t fibre, way;
    } steps[STEPS_MAX];
};

struct report {
    uint64_t schedules, pruned, steps;
    unsigned outcomes; /* different ones */
    bool exhausted, failed;
    char message[MESSAGE_BYTES];
    struct schedule schedule;
};

/* Every schedule, with `reduce` up to swapping independent steps; false: one failed, or the budget,
 * in seconds of processor time, is used up. */
bool explore_all(const struct sim_case *one, bool reduce, double budget, struct report *report);

/* The one schedule of a scenario. */
void explore_scenario(const struct sim_case *one, struct report *report);

/* Random schedules until the budget is used up; false: one failed. */
bool explore_sample(const struct sim_case *one, double budget, uint64_t seed,
                    struct report *report);

/* One schedule, followed as far as possible, then continued by the default choice. */
void explore_replay(const struct sim_case *one, const struct schedule *schedule,
                    struct report *report);

/* shrink.c: make a failing schedule simpler while it fails. */
void shrink(const struct sim_case *one, struct schedule *schedule);

/* A schedule as text, `3a-2b.1-a`: three steps of a, two of b of which the last went way 1; and
 * back. */
void schedule_print(const struct schedule *schedule);
bool schedule_parse(const char *text, struct schedule *schedule);

#endif
