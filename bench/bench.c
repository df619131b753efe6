/* SPDX-License-Identifier: MIT
 *
 * pawl-bench: pawl beside the platform's own, in every cell, in interleaved runs.
 */
#include "cell.h"
#include "host.h"
#include "peers.h"
#include "report.h"
#include "work.h"

#include "crew.h"

#include <pawl/base.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2, MOST_CELLS = 100, MOST_CONTENDERS = 20 };

static const effort full = {
    .runs = 9,
    .wait_runs = 3,
    .times = 50000,
    .games = 1000,
    .batches = 9,
    .most_threads = CELL_THREADS,
    .rate_ms = 100,
    .rate_ms_per_thread = 5,
    .wait_ms = 1000,
    .calibration_ms = 200,
};
static const effort quick = {
    .runs = 5,
    .wait_runs = 1,
    .times = 50000,
    .games = 1000,
    .batches = 5,
    .most_threads = CELL_THREADS,
    .rate_ms = 30,
    .rate_ms_per_thread = 1,
    .wait_ms = 100,
    .wait_ms_per_thread = 6,
    .calibration_ms = 50,
};
static const effort smoke = {
    .runs = 1,
    .wait_runs = 1,
    .times = 200,
    .games = 20,
    .batches = 1,
    .most_threads = 8,
    .calibration_ms = 2,
};

typedef struct options {
    effort by;
    bool silent; /* --smoke: only the books */
    bool chosen[MOST_CELLS];
    bool all_contenders;
    bool invited[MOST_CONTENDERS];
    const char *csv;
} options;

/* Everybody there could be, in the order of the tables, and the reference's place. */
static const contender *everybody[MOST_CONTENDERS];
static size_t everybody_count;
static size_t reference_place;

static void gather_everybody(void)
{
    for (size_t own = 0; own < own_contender_count; own++) {
        everybody[everybody_count++] = own_contenders[own];
    }
    reference_place = everybody_count;
    for (size_t peer = 0; peer < peer_count; peer++) {
        everybody[everybody_count++] = peers[peer];
    }
    for (const contender *const *const *of = libraries; *of != NULL; of++) {
        everybody[everybody_count++] = **of;
    }
}

static void complain(const char *what, const char *which)
{
    fprintf(stderr, "pawl-bench: %s '%s'; try --help\n", what, which);
    exit(EXIT_USAGE);
}

static void help(void)
{
    puts("usage: pawl-bench [OPTION...]\n"
         "Measures pawl beside the platform's own.\n"
         "\n"
         "  --quick       fewer and shorter runs: under a minute\n"
         "  --cell NAME   only this cell; may be given more than once\n"
         "  --contender NAME\n"
         "                only this one and the reference; may be given more than once\n"
         "  --runs N      runs of each contender in each cell, 1 to 99 (9; with --quick 5)\n"
         "  --csv FILE    every value of every run: cell,contender,metric,run,value\n"
         "  --smoke       every cell for a moment, crowds of 8 at most: checks the books only\n"
         "  --list        the cells' names\n"
         "  --help        this text\n"
         "\n"
         "The runs are interleaved: every contender once, then every contender again. A ratio is\n"
         "taken to the first of the platform's own locks, or to its own of another kind, within\n"
         "the same run; medians are shown with the least and the most. A crowd's throughput is\n"
         "measured without looking at the clock; its waits and its fairness (Jain's index) in\n"
         "longer runs of their own.\n"
         "Exit status: 0, 1 when the books of a run do not balance, 2 for a wrong option.");
}

static void list(void)
{
    for (size_t at = 0; at < cell_count; at++) {
        printf("%-*s %s\n", CELL_NAME_WIDTH, cells[at].name, cells[at].title);
    }
}

static void choose_cell(options *into, const char *name)
{
    for (size_t at = 0; at < cell_count; at++) {
        if (strcmp(cells[at].name, name) == 0) {
            into->chosen[at] = true;
            return;
        }
    }
    complain("no such cell", name);
}

static void invite(options *into, const char *name)
{
    for (size_t who = 0; who < everybody_count; who++) {
        if (strcmp(everybody[who]->name, name) == 0) {
            into->invited[who] = true;
            into->all_contenders = false;
            return;
        }
    }
    complain("no such contender", name);
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

static options parse(int count, char **words)
{
    options into = {.by = full, .all_contenders = true};
    unsigned runs = 0;
    for (int at = 1; at < count; at++) {
        const char *word = words[at];
        if (strcmp(word, "--quick") == 0) {
            into.by = quick;
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
        } else if (strcmp(word, "--list") == 0) {
            list();
            exit(EXIT_SUCCESS);
        } else if (strcmp(word, "--help") == 0) {
            help();
            exit(EXIT_SUCCESS);
        } else {
            complain("unknown option", word);
        }
    }
    into.by.runs = runs != 0 ? runs : into.by.runs;
    return into;
}

/* Without --cell: all of them. */
static void choose_all_by_default(options *into)
{
    for (size_t at = 0; at < cell_count; at++) {
        if (into->chosen[at]) {
            return;
        }
    }
    for (size_t at = 0; at < cell_count; at++) {
        into->chosen[at] = true;
    }
}

static void open_book(book *to, const options *as)
{
    to->contender_count = 0;
    to->contenders = calloc(everybody_count, sizeof to->contenders[0]);
    to->results = calloc(cell_count * everybody_count, sizeof to->results[0]);
    if (to->contenders == NULL || to->results == NULL) {
        fputs("pawl-bench: out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    for (size_t who = 0; who < everybody_count; who++) {
        if (who == reference_place) {
            to->reference = to->contender_count;
        } else if (!as->all_contenders && !as->invited[who]) {
            continue;
        }
        to->contenders[to->contender_count++] = everybody[who];
    }
}

/* How far the whole of it is; shown where somebody looks. */
typedef struct progress {
    bool shown;
    double done; /* in estimated milliseconds, as is the total */
    double total;
    int64_t started;
} progress;

static double estimate_ms(const cell *in, const effort *by)
{
    double round = cell_is_game(in) ? 40e-3 * (double)by->games : 30e-6 * (double)by->times;
    double alone = round * by->batches * by->runs;
    double rate = 4.0 / 3 * by->runs * (by->rate_ms + by->rate_ms_per_thread * in->threads);
    double wait = by->wait_runs * (double)(by->wait_ms + by->wait_ms_per_thread * in->threads);
    return cell_is_crowd(in) ? rate + wait : alone;
}

static void show(const progress *how, const cell *in, const contender *of)
{
    char doing[80];
    double elapsed = (double)(host_now() - how->started) / 1e9;
    double left = how->done > 0 ? elapsed * (how->total / how->done - 1) : how->total / 1000;
    if (how->shown) {
        snprintf(doing, sizeof doing, "%s: %s", in->name, cell_name_of(in, of));
        progress_show(stderr, how->done / how->total, doing, left);
    }
}

/* All the runs of one cell, interleaved. */
static bool measure(const book *in, size_t at, const effort *by, progress *how)
{
    bool right = true;
    unsigned wait_runs = cell_is_crowd(&cells[at]) ? by->wait_runs : 0;
    double step = estimate_ms(&cells[at], by) / (by->runs + wait_runs);
    for (unsigned run = 0; run < by->runs + wait_runs; run++) {
        for (size_t who = 0; who < in->contender_count; who++) {
            const contender *of = in->contenders[who];
            result *to = book_result(in, at, who);
            if (!cell_suits(&cells[at], of)) {
                continue;
            }
            show(how, &cells[at], of);
            right &= cell_run(&cells[at], of, by, to, run >= by->runs);
        }
        how->done += step;
    }
    return right;
}

static bool measure_all(const book *in, const options *as)
{
    bool right = true;
    bool resident = false;
    progress how = {!as->silent && host_is_terminal(stderr), 0, 0, host_now()};
    for (size_t at = 0; at < cell_count; at++) {
        how.total += as->chosen[at] ? estimate_ms(&cells[at], &as->by) : 0;
    }
    for (size_t at = 0; at < cell_count; at++) {
        if (!resident && !cells[at].alone) {
            resident_start();
            resident = true;
        }
        if (!as->chosen[at]) {
            continue;
        }
        right &= measure(in, at, &as->by, &how);
        if (how.shown) {
            progress_clear(stderr);
        }
        if (!as->silent) {
            report_cell(stdout, in, at);
        }
    }
    if (resident) {
        resident_end();
    }
    return right;
}

static FILE *create_csv(const char *path)
{
    FILE *file = path != NULL ? fopen(path, "w") : NULL;
    if (path != NULL && file == NULL) {
        fprintf(stderr, "pawl-bench: %s: %s\n", path, strerror(errno));
        exit(EXIT_USAGE);
    }
    return file;
}

static bool finish_csv(FILE *file, const char *path, const book *of)
{
    report_csv(file, of);
    bool failed = ferror(file) != 0;
    if (fclose(file) != 0 || failed) {
        fprintf(stderr, "pawl-bench: %s: cannot be written\n", path);
        return false;
    }
    return true;
}

int main(int count, char **words)
{
    gather_everybody();
    options as = parse(count, words);
    FILE *csv = create_csv(as.csv);
    book all;
    choose_all_by_default(&as);
    open_book(&all, &as);
    work_calibrate(as.by.calibration_ms);
    if (!as.silent) {
        printf("pawl %s, %u processors, %u runs, busy work in steps of %.2f ns\n\n", pawl_version(),
               crew_processors(), as.by.runs, work_step_ns());
    }
    bool right = measure_all(&all, &as);
    if (!as.silent) {
        report_summary(stdout, &all);
    }
    if (csv != NULL) {
        right &= finish_csv(csv, as.csv, &all);
    }
    free(all.results);
    free(all.contenders);
    return right ? EXIT_SUCCESS : EXIT_FAILURE;
}
