/* SPDX-License-Identifier: MIT
 *
 * pawl-bench: pawl beside the platform's own locks and those of other libraries, in every cell, in
 * interleaved runs.
 */
#include "busy.h"
#include "host.h"
#include "measure.h"
#include "options.h"
#include "page.h"
#include "report.h"
#include "roster.h"
#include "work.h"

#include "crew.h"

#include <pawl/base.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void open_session(session *to, const options *as)
{
    to->contender_count = 0;
    to->busy = -1;
    to->contenders = measure_allocate(roster_count(), sizeof to->contenders[0]);
    to->results = measure_allocate(cell_count * roster_count(), sizeof to->results[0]);
    for (size_t who = 0; who < roster_count(); who++) {
        if (who == roster_reference()) {
            to->reference = to->contender_count;
        }
        if (as->invited[who]) {
            to->contenders[to->contender_count++] = roster_at(who);
        }
    }
}

/* An estimate of what one contender's run takes. */
static double estimate_ms(const cell *in, const effort *by)
{
    double threads = cell_threads(in, by);
    double starting = 0.06 * (threads + in->sleepers);
    switch (in->kind) {
    case CELL_CROWD:
        return starting + 4.0 / 3 * (by->rate_ms + by->rate_ms_per_thread * threads);
    case CELL_RELEASE:
        return 2 * starting + 0.1 * by->releases;
    case CELL_NOTIFY:
        return 2 * starting + 0.02 * threads * by->notifications;
    case CELL_MEMORY:
        return 100e-6 * in->locks;
    default:
        break;
    }
    if (cell_is_ping_pong(in)) {
        double round =
            in->asleep ? 0.4 * (double)by->sleepy_ping_pongs : 0.04 * (double)by->ping_pongs;
        return round * by->batches;
    }
    return 20e-6 * (double)by->times * by->batches;
}

static double estimate_wait_ms(const cell *in, const effort *by)
{
    return 4.0 / 3 * (by->wait_ms + by->wait_ms_per_thread * cell_threads(in, by));
}

static unsigned wait_runs(const cell *in, const effort *by)
{
    return cell_has_waits(in) ? by->wait_runs : 0;
}

/* Of all the runs. */
static double estimate_all_ms(const session *in, const options *as)
{
    double sum = 0;
    for (size_t at = 0; at < cell_count; at++) {
        for (size_t who = 0; who < in->contender_count; who++) {
            if (as->cells[at] && cell_suits(&cells[at], in->contenders[who])) {
                sum += as->by.runs * estimate_ms(&cells[at], &as->by) +
                       wait_runs(&cells[at], &as->by) * estimate_wait_ms(&cells[at], &as->by);
            }
        }
    }
    return sum;
}

/* The progress of the whole, shown if stderr is a terminal. */
typedef struct progress {
    bool shown;
    double done; /* in estimated milliseconds, as is the total */
    double total;
    int64_t started;
} progress;

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
static bool measure(const session *in, size_t at, const effort *by, progress *how)
{
    bool right = true;
    const cell *here = &cells[at];
    for (unsigned run = 0; run < by->runs + wait_runs(here, by); run++) {
        bool waiting = run >= by->runs;
        for (size_t who = 0; who < in->contender_count; who++) {
            const contender *of = in->contenders[who];
            if (cell_suits(here, of)) {
                show(how, here, of);
                right &= cell_run(here, of, by, session_result(in, at, who), waiting);
                how->done += waiting ? estimate_wait_ms(here, by) : estimate_ms(here, by);
            }
        }
    }
    return right;
}

/* Keep the greatest busy share. The first call comes after the cells that precede any thread. */
static void note_busy(session *in, const options *as)
{
    double busy = as->silent ? -1 : busy_share();
    in->busy = busy > in->busy ? busy : in->busy;
}

static bool measure_all(session *in, const options *as)
{
    bool right = true;
    bool resident = false;
    progress how = {!as->silent && host_is_terminal(stderr), 0, 0, host_now()};
    how.total = estimate_all_ms(in, as);
    for (size_t at = 0; at < cell_count; at++) {
        if (!resident && !cells[at].alone) {
            resident_start();
            resident = true;
            note_busy(in, as);
        }
        if (!as->cells[at]) {
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
    note_busy(in, as);
    return right;
}

/* Opened before anything is measured, so that no measurement is lost. NULL for no path. */
static FILE *create(const char *path)
{
    FILE *file = path != NULL ? fopen(path, "w") : NULL;
    if (path != NULL && file == NULL) {
        fprintf(stderr, "pawl-bench: %s: %s\n", path, strerror(errno));
        exit(EXIT_USAGE);
    }
    return file;
}

static bool finish(FILE *file, const char *path, const session *of,
                   void (*write)(FILE *to, const session *of))
{
    if (file == NULL) {
        return true;
    }
    write(file, of);
    bool failed = ferror(file) != 0;
    if (fclose(file) != 0 || failed) {
        fprintf(stderr, "pawl-bench: %s: cannot be written\n", path);
        return false;
    }
    return true;
}

static void describe(char *to, size_t size, const options *as)
{
    char host[200];
    host_describe(host, sizeof host);
    snprintf(to, size, "pawl %s; %s, %u processors; %u run%s; busy work in steps of %.2f ns",
             pawl_version(), host, crew_processors(), as->by.runs, as->by.runs == 1 ? "" : "s",
             work_step_ns());
}

int main(int count, char **words)
{
    options as = options_parse(count, words);
    FILE *csv = create(as.csv);
    FILE *json = create(as.json);
    FILE *html = create(as.html);
    char about[400];
    session all;
    open_session(&all, &as);
    work_calibrate(as.by.calibration_ms);
    describe(about, sizeof about, &as);
    all.about = about;
    if (!as.silent) {
        printf("%s\nThis takes about %.0f s.\n\n", about, estimate_all_ms(&all, &as) / 1000);
        fflush(stdout);
    }
    bool right = measure_all(&all, &as);
    if (!as.silent) {
        report_summary(stdout, &all);
        if (all.busy > BUSY_TOO_MUCH) {
            printf("\nThe machine was busy: other programs took %.0f %% of its processors. Compare "
                   "nothing with these figures.\n",
                   100 * all.busy);
        }
    }
    right &= finish(csv, as.csv, &all, report_csv);
    right &= finish(json, as.json, &all, page_write_json);
    right &= finish(html, as.html, &all, page_write);
    free(all.results);
    free(all.contenders);
    return right ? EXIT_SUCCESS : EXIT_FAILURE;
}
