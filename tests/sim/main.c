/* SPDX-License-Identifier: MIT
 *
 * The simulator's command line: see README.md.
 */
#include "explore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

extern const struct sim_group await_group, barrier_group, cell_group, condition_group, event_group,
    fork_group, lock_group, machine_group, once_group, rlock_group, rwlock_group, semaphore_group,
    single_group, take_back_group, copies_group,
    neighbours_group, leftover_group, token_group, waiting_group;
extern const struct sim_group filelock_group, latch_group, permits_group, unless_group;
static const struct sim_group *const groups[] = {
    &machine_group, &token_group,     &cell_group,      &waiting_group, &lock_group,
    &rlock_group,   &semaphore_group, &condition_group, &event_group,   &barrier_group,
    &rwlock_group,  &once_group,      &await_group,     &fork_group,
    &take_back_group, &single_group, &copies_group, &neighbours_group,
    &leftover_group,
    &latch_group, &permits_group, &unless_group, &filelock_group,
};
enum { GROUPS = sizeof groups / sizeof groups[0] };

/* The exhaustive search gets the first part of a case's time, if it needs it. */
static const double EXHAUSTIVE_PART = 0.7;
/* The random schedules that a case runs even if the exhaustive search was complete. */
static const double SAMPLED_AT_LEAST = 0.05;

static struct {
    const char *wanted; /* part of a group's or case's name */
    const char *replay;
    uint64_t seed;
    double budget; /* for all cases that are wanted */
    bool list, brief;
} options = {.seed = 1, .budget = 60};

static struct {
    unsigned cases, exhausted, failed;
    uint64_t schedules, steps;
} totals;

static void usage(void)
{
    fputs("usage: sim [--list] [--case PART] [--seed N] [--budget SECONDS] [--brief]\n"
          "           [--replay SCHEDULE]\n"
          "  --list             name the cases\n"
          "  --case PART        only those whose group is PART, or whose name contains it\n"
          "  --seed N           of the random schedules\n"
          "  --budget SECONDS   of processor time, for all cases together\n"
          "  --brief            end at the first failure, without its schedule\n"
          "  --replay SCHEDULE  print one schedule of one case, step by step\n",
          stderr);
    exit(2);
}

static void read_options(int count, char **words)
{
    for (int i = 1; i < count; i++) {
        bool has_value = i + 1 < count;
        if (strcmp(words[i], "--list") == 0) {
            options.list = true;
        } else if (strcmp(words[i], "--brief") == 0) {
            options.brief = true;
        } else if (strcmp(words[i], "--case") == 0 && has_value) {
            options.wanted = words[++i];
        } else if (strcmp(words[i], "--seed") == 0 && has_value) {
            options.seed = strtoull(words[++i], NULL, 0);
        } else if (strcmp(words[i], "--budget") == 0 && has_value) {
            options.budget = strtod(words[++i], NULL);
        } else if (strcmp(words[i], "--replay") == 0 && has_value) {
            options.replay = words[++i];
        } else {
            usage();
        }
    }
}

/* A group's name selects its cases, any other word the cases whose name contains it. */
static bool is_wanted(const struct sim_case *one)
{
    if (options.wanted == NULL) {
        return true;
    }
    for (size_t i = 0; i < GROUPS; i++) {
        if (strcmp(groups[i]->cases[0].group, options.wanted) == 0) {
            return strcmp(one->group, options.wanted) == 0;
        }
    }
    return strstr(one->name, options.wanted) != NULL;
}

/* Call fn for each case that is wanted; returns their number. */
static unsigned for_each(void (*fn)(const struct sim_case *one))
{
    unsigned count = 0;
    for (size_t i = 0; i < GROUPS; i++) {
        for (size_t j = 0; j < groups[i]->count; j++) {
            if (is_wanted(&groups[i]->cases[j])) {
                count++;
                if (fn != NULL) {
                    fn(&groups[i]->cases[j]);
                }
            }
        }
    }
    return count;
}

static void list_case(const struct sim_case *one)
{
    printf("%-10s %s\n", one->group, one->name);
}

/* Run the schedule once more, and print each step. */
static void show(const struct sim_case *one, const struct schedule *schedule)
{
    static struct report report;
    sim_engine.verbose = true;
    explore_replay(one, schedule, &report);
    sim_engine.verbose = false;
    printf("    %s\n", report.failed ? report.message : "nothing fails");
}

static void replay_case(const struct sim_case *one)
{
    static struct schedule schedule;
    static struct report report;
    if (!schedule_parse(options.replay, &schedule)) {
        usage();
    }
    printf("%s: %s\n", one->group, one->name);
    show(one, &schedule);
    explore_replay(one, &schedule, &report);
    totals.failed += report.failed;
}

static void report_failure(const struct sim_case *one, struct report *report)
{
    printf("FAILED %s: %s\n    %s\n", one->group, one->name, report->message);
    if (options.brief) {
        exit(1);
    }
    if (one->choose == NULL) { /* a scenario is one schedule as it is */
        printf("    as found: ");
        schedule_print(&report->schedule);
        shrink(one, &report->schedule);
    }
    printf("    to see it, sim --case %s --replay ", one->name);
    schedule_print(&report->schedule);
    show(one, &report->schedule);
    fflush(stdout);
}

static double seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

/* The reduced search has found the known number of outcomes, and the number that a search finds
 * that leaves nothing out, if that ends within a second. */
static void check_outcomes(const struct sim_case *one, struct report *report)
{
    static struct report whole;
    if (one->outcomes == 0 || report->failed || !report->exhausted) {
        return;
    }
    memset(&whole, 0, sizeof whole);
    bool compared = explore_all(one, false, 1, &whole);
    if ((one->outcomes != SIM_ANY && report->outcomes != one->outcomes) ||
        (compared && report->outcomes != whole.outcomes)) {
        report->failed = true;
        snprintf(report->message, sizeof report->message,
                 "%u outcomes; %u if nothing is left out; %u are right", report->outcomes,
                 whole.outcomes, one->outcomes);
    }
}

/* A case that must fail, to show that such a fault is detected. */
static void check_failure(const struct sim_case *one, struct report *report)
{
    if (one->fails == NULL) {
        return;
    }
    if (report->failed && strstr(report->message, one->fails) != NULL) {
        report->failed = false;
        report->exhausted = true;
    } else if (!report->failed) {
        report->failed = true;
        snprintf(report->message, sizeof report->message, "nobody finds it: %s", one->fails);
    }
}

static double end_of_all;
static unsigned left;

static void run_case(const struct sim_case *one)
{
    static struct report report;
    double begin = seconds();
    double part = (end_of_all - begin) / left--;
    memset(&report, 0, sizeof report);
    if (one->choose != NULL) {
        explore_scenario(one, &report);
    } else if (!one->sampled) {
        explore_all(one, true, part * EXHAUSTIVE_PART, &report);
        check_outcomes(one, &report);
    }
    uint64_t enumerated = report.schedules;
    check_failure(one, &report);
    if (!report.failed && one->choose == NULL && one->fails == NULL) {
        double rest = part - (seconds() - begin);
        explore_sample(one, report.exhausted ? SAMPLED_AT_LEAST : rest, options.seed, &report);
    }
    totals.cases++;
    totals.exhausted += report.exhausted;
    totals.failed += report.failed;
    totals.schedules += report.schedules;
    totals.steps += report.steps;
    if (report.failed) {
        report_failure(one, &report);
        return;
    }
    printf("%-10s %-66s %9llu %s + %llu random, %.2f s\n", one->group, one->name,
           (unsigned long long)enumerated,
           report.exhausted ? "all" : one->sampled ? "   " : "not all",
           (unsigned long long)(report.schedules - enumerated), seconds() - begin);
    fflush(stdout);
}

int main(int count, char **words)
{
    read_options(count, words);
    left = for_each(NULL);
    if (left == 0) {
        fprintf(stderr, "sim: no such case (--list names them)\n");
        return 2;
    }
    if (options.list) {
        for_each(list_case);
        return 0;
    }
    if (options.replay != NULL) {
        for_each(replay_case);
        return totals.failed != 0;
    }
    double begin = seconds();
    end_of_all = begin + options.budget;
    for_each(run_case);
    printf("%s: %u cases, %u of them exhaustively, %llu schedules, %llu steps, seed %llu, "
           "%.1f s: %u failed\n",
           options.wanted != NULL ? options.wanted : "all", totals.cases, totals.exhausted,
           (unsigned long long)totals.schedules, (unsigned long long)totals.steps,
           (unsigned long long)options.seed, seconds() - begin, totals.failed);
    return totals.failed != 0;
}
