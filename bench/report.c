/* SPDX-License-Identifier: MIT */
#include "report.h"

enum { NAME_WIDTH = 17 };

result *book_result(const book *of, size_t cell_index, size_t contender_index)
{
    return &of->results[cell_index * of->contender_count + contender_index];
}

/* A duration with the unit that suits it, 9 columns wide. */
static void print_duration(FILE *to, double ns)
{
    if (ns < 1e3) {
        fprintf(to, " %6.0f ns", ns);
    } else if (ns < 1e6) {
        fprintf(to, " %6.1f us", ns / 1e3);
    } else {
        fprintf(to, " %6.1f ms", ns / 1e6);
    }
}

static void print_spread(FILE *to, const sample *of, double unit, int decimals)
{
    spread s = sample_spread(of);
    fprintf(to, " %8.*f %8.*f ..%7.*f", decimals, s.median / unit, decimals, s.least / unit,
            decimals, s.greatest / unit);
}

static void report_solo(FILE *to, const book *of, size_t at)
{
    const sample *reference = &book_result(of, at, of->reference)->metrics[METRIC_TIME];
    fprintf(to, "  %-*s %8s %8s ..%7s %7s\n", NAME_WIDTH, "", "ns", "least", "most", "ratio");
    for (size_t who = 0; who < of->contender_count; who++) {
        const sample *time = &book_result(of, at, who)->metrics[METRIC_TIME];
        if (time->count == 0) {
            continue;
        }
        fprintf(to, "  %-*s", NAME_WIDTH, cell_name_of(&cells[at], of->contenders[who]));
        print_spread(to, time, 1, cell_is_game(&cells[at]) ? 0 : 2);
        fprintf(to, " %7.2f\n", sample_ratio(time, reference));
    }
}

static void report_waits(FILE *to, const result *of)
{
    if (of->metrics[METRIC_JAIN].count == 0) {
        return;
    }
    fprintf(to, " %6.3f", sample_spread(&of->metrics[METRIC_JAIN]).median);
    print_duration(to, sample_spread(&of->metrics[METRIC_WAIT_P50]).median);
    print_duration(to, sample_spread(&of->metrics[METRIC_WAIT_P99]).median);
    print_duration(to, sample_spread(&of->metrics[METRIC_WAIT_P9999]).median);
    print_duration(to, sample_spread(&of->metrics[METRIC_WAIT_MOST]).greatest);
}

static void report_crowd(FILE *to, const book *of, size_t at)
{
    const result *reference = book_result(of, at, of->reference);
    fprintf(to, "  %-*s %8s %8s ..%7s %7s %8s %6s %6s %9s %9s %9s %9s\n", NAME_WIDTH, "", "M/s",
            "least", "most", "ratio", "CPU ns", "ratio", "Jain", "wait p50", "p99", "p99.99",
            "greatest");
    for (size_t who = 0; who < of->contender_count; who++) {
        const result *one = book_result(of, at, who);
        const sample *rate = &one->metrics[METRIC_RATE];
        const sample *cpu = &one->metrics[METRIC_CPU];
        fprintf(to, "  %-*s", NAME_WIDTH, of->contenders[who]->name);
        print_spread(to, rate, 1e6, 3);
        fprintf(to, " %7.2f %8.0f %6.2f", sample_ratio(rate, &reference->metrics[METRIC_RATE]),
                sample_spread(cpu).median, sample_ratio(cpu, &reference->metrics[METRIC_CPU]));
        report_waits(to, one);
        fputc('\n', to);
    }
}

void report_cell(FILE *to, const book *of, size_t cell_index)
{
    fprintf(to, "%s  [%s]\n", cells[cell_index].title, cells[cell_index].name);
    if (cell_is_crowd(&cells[cell_index])) {
        report_crowd(to, of, cell_index);
    } else {
        report_solo(to, of, cell_index);
    }
    fputc('\n', to);
    fflush(to);
}

static void summary_row(FILE *to, const book *of, metric by, size_t at)
{
    const sample *reference = &book_result(of, at, of->reference)->metrics[by];
    fprintf(to, "  %-*s", CELL_NAME_WIDTH, cells[at].name);
    for (size_t who = 0; who < of->contender_count; who++) {
        const sample *one = &book_result(of, at, who)->metrics[by];
        if (one->count == 0) {
            fprintf(to, " %*s", NAME_WIDTH, "-");
        } else {
            fprintf(to, " %*.2f", NAME_WIDTH, sample_ratio(one, reference));
        }
    }
    fputc('\n', to);
}

static bool was_measured(const book *of, metric by, size_t at)
{
    for (size_t who = 0; who < of->contender_count; who++) {
        if (book_result(of, at, who)->metrics[by].count != 0) {
            return true;
        }
    }
    return false;
}

static void summarise(FILE *to, const book *of, metric by, const char *heading)
{
    bool headed = false;
    for (size_t at = 0; at < cell_count; at++) {
        if (!was_measured(of, by, at)) {
            continue;
        }
        if (!headed) {
            fprintf(to, "%s\n  %-*s", heading, CELL_NAME_WIDTH, "");
            for (size_t who = 0; who < of->contender_count; who++) {
                fprintf(to, " %*s", NAME_WIDTH, of->contenders[who]->name);
            }
            fputc('\n', to);
            headed = true;
        }
        summary_row(to, of, by, at);
    }
    if (headed) {
        fputc('\n', to);
    }
}

void report_summary(FILE *to, const book *of)
{
    const char *name = of->contenders[of->reference]->name;
    fprintf(to, "Ratios in the same run to %s, or to the platform's own of another kind\n\n", name);
    summarise(to, of, METRIC_TIME, "time, less is better");
    summarise(to, of, METRIC_RATE, "throughput, more is better");
    summarise(to, of, METRIC_CPU, "processor time of an operation, less is better");
    summarise(to, of, METRIC_WAIT_MOST, "greatest wait, less is better");
}

static void csv_sample(FILE *to, const char *cell_name, const char *contender_name, metric by,
                       const sample *of)
{
    for (size_t run = 0; run < of->count; run++) {
        fprintf(to, "%s,%s,%s,%u,%.6g\n", cell_name, contender_name, metric_name(by),
                (unsigned)run + 1, of->values[run]);
    }
}

void report_csv(FILE *to, const book *of)
{
    fprintf(to, "cell,contender,metric,run,value\n");
    for (size_t at = 0; at < cell_count; at++) {
        for (size_t who = 0; who < of->contender_count; who++) {
            if (!cell_suits(&cells[at], of->contenders[who])) {
                continue;
            }
            for (int by = 0; by < METRIC_COUNT; by++) {
                csv_sample(to, cells[at].name, cell_name_of(&cells[at], of->contenders[who]),
                           (metric)by, &book_result(of, at, who)->metrics[by]);
            }
        }
    }
}

enum { PROGRESS_WIDTH = 78 };

void progress_show(FILE *to, double share, const char *doing, double seconds_left)
{
    char line[PROGRESS_WIDTH + 1];
    snprintf(line, sizeof line, "%3.0f%%  %s, about %.0f s to go", 100 * share, doing,
             seconds_left);
    fprintf(to, "\r%-*s", PROGRESS_WIDTH, line);
    fflush(to);
}

void progress_clear(FILE *to)
{
    fprintf(to, "\r%*s\r", PROGRESS_WIDTH, "");
    fflush(to);
}
