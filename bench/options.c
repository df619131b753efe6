/* SPDX-License-Identifier: MIT */
#include "options.h"

#include "roster.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const effort full = {
    .runs = 7,
    .wait_runs = 2,
    .times = 50000,
    .ping_pongs = 1000,
    .sleepy_ping_pongs = 50,
    .batches = 9,
    .releases = 99,
    .notifications = 5,
    .most_threads = 4000,
    .most_locks = 1000000,
    .rate_ms = 100,
    .rate_ms_per_thread = 4,
    .wait_ms = 1000,
    .calibration_ms = 200,
};
static const effort quick = {
    .runs = 3,
    .wait_runs = 1,
    .times = 20000,
    .ping_pongs = 300,
    .sleepy_ping_pongs = 20,
    .batches = 3,
    .releases = 30,
    .notifications = 2,
    .most_threads = 4000,
    .most_locks = 1000000,
    .rate_ms = 30,
    .rate_ms_per_thread = 1,
    .wait_ms = 60,
    .wait_ms_per_thread = 4,
    .calibration_ms = 50,
};
static const effort smoke = {
    .runs = 1,
    .wait_runs = 1,
    .times = 200,
    .ping_pongs = 20,
    .sleepy_ping_pongs = 2,
    .batches = 1,
    .releases = 4,
    .notifications = 2,
    .most_threads = 8,
    .most_locks = 32, /* ThreadSanitizer follows 64 that are held */
    .calibration_ms = 2,
};

static void complain(const char *what, const char *which)
{
    fprintf(stderr, "pawl-bench: %s '%s'; try --help\n", what, which);
    exit(EXIT_USAGE);
}

static void help(void)
{
    puts("usage: pawl-bench [OPTION...]\n"
         "Measures pawl beside the platform's own locks and those of other libraries. With all of\n"
         "these it takes a quarter of an hour.\n"
         "\n"
         "  --quick           fewer and shorter runs: under a minute; without other libraries\n"
         "  --cell NAME       only this cell; may be given more than once\n"
         "  --contender NAME  only this contender, and the one that ratios are to; may be given\n"
         "                    more than once, and brings other libraries into --quick\n"
         "  --runs N          runs of each contender in each cell, 1 to 99 (7; with --quick 3)\n"
         "  --csv FILE        every value of every run: cell,contender,object,metric,run,value\n"
         "  --json FILE       the typical value of all runs, least, greatest and ratio\n"
         "  --html FILE       the charts, with their numbers, as one page\n"
         "  --smoke           every cell for a moment, 8 threads at most: checks the counts only\n"
         "  --list            the names of the cells and of the contenders that are here\n"
         "  --help            this text\n"
         "\n"
         "The runs are interleaved: every contender once, then every contender again. A ratio is\n"
         "taken to the first of the platform's own locks, or to its own of another kind, within\n"
         "the same run; medians are shown with the least and the most. A crowd's throughput is\n"
         "measured without looking at the clock; its waits and its fairness (Jain's index) in\n"
         "runs of their own, of a second, with --quick less.\n"
         "Exit status: 0, 1 when the counts of a run do not add up, 2 for a wrong option.");
}

static void list(void)
{
    puts("cells:");
    for (size_t at = 0; at < cell_count; at++) {
        printf("  %-*s %s\n", CELL_NAME_WIDTH, cells[at].name, cells[at].title);
    }
    puts("contenders:");
    for (size_t who = 0; who < roster_count(); who++) {
        printf("  %s\n", roster_at(who)->name);
    }
}

static void choose_cell(options *into, const char *name)
{
    for (size_t at = 0; at < cell_count; at++) {
        if (strcmp(cells[at].name, name) == 0) {
            into->cells[at] = true;
            return;
        }
    }
    complain("no such cell", name);
}

static void invite(options *into, const char *name)
{
    for (size_t who = 0; who < roster_count(); who++) {
        if (strcmp(roster_at(who)->name, name) == 0) {
            into->invited[who] = true;
            return;
        }
    }
    complain("no such contender here", name);
}

static unsigned parse_runs(const char *text)
{
    char *end;
    long runs;
    errno = 0;
    runs = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || runs < 1 || runs > SAMPLE_RUNS) {
        complain("--runs takes a number from 1 to 99, not", text);
    }
    return (unsigned)runs;
}

/* The argument of the option at *at, which moves on to it. */
static const char *argument(int count, char **words, int *at)
{
    if (*at + 1 >= count) {
        complain("an argument is missing after", words[*at]);
    }
    return words[++*at];
}

static bool any(const bool *of, size_t count)
{
    for (size_t at = 0; at < count; at++) {
        if (of[at]) {
            return true;
        }
    }
    return false;
}

/* Where nothing was named. */
static void choose_the_rest(options *into, bool with_libraries)
{
    if (!any(into->cells, cell_count)) {
        for (size_t at = 0; at < cell_count; at++) {
            into->cells[at] = true;
        }
    }
    if (!any(into->invited, roster_count())) {
        for (size_t who = 0; who < roster_count(); who++) {
            into->invited[who] = with_libraries || !roster_is_library(who);
        }
    }
    into->invited[roster_reference()] = true;
}

static void print_and_exit(void (*print)(void))
{
    print();
    exit(EXIT_SUCCESS);
}

options options_parse(int count, char **words)
{
    options into = {.by = full};
    unsigned runs = 0;
    bool with_libraries = true;
    for (int at = 1; at < count; at++) {
        const char *word = words[at];
        if (strcmp(word, "--quick") == 0) {
            into.by = quick;
            with_libraries = false;
        } else if (strcmp(word, "--smoke") == 0) {
            into.by = smoke;
            into.silent = true;
        } else if (strcmp(word, "--cell") == 0) {
            choose_cell(&into, argument(count, words, &at));
        } else if (strcmp(word, "--contender") == 0) {
            invite(&into, argument(count, words, &at));
        } else if (strcmp(word, "--runs") == 0) {
            runs = parse_runs(argument(count, words, &at));
        } else if (strcmp(word, "--csv") == 0) {
            into.csv = argument(count, words, &at);
        } else if (strcmp(word, "--json") == 0) {
            into.json = argument(count, words, &at);
        } else if (strcmp(word, "--html") == 0) {
            into.html = argument(count, words, &at);
        } else if (strcmp(word, "--list") == 0) {
            print_and_exit(list);
        } else if (strcmp(word, "--help") == 0) {
            print_and_exit(help);
        } else {
            complain("unknown option", word);
        }
    }
    into.by.runs = runs != 0 ? runs : into.by.runs;
    choose_the_rest(&into, with_libraries);
    return into;
}
