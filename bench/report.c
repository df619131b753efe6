/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <string.h>

enum { NAME_WIDTH = 17 };

/* A column of a cell's table: a metric's typical value, and on demand what lies around it. */
typedef struct column {
    metric of;
    const char *heading;
    bool spread; /* the least and the most of the runs */
    bool ratio;  /* to the reference's */
} column;

static const column plain[] = {
    {METRIC_TIME, "time", true, true},           {METRIC_CALL, "call alone", false, true},
    {METRIC_RATE, "rate", true, true},           {METRIC_CPU, "CPU", false, true},
    {METRIC_SWITCHES, "switches", false, false}, {METRIC_BYTES, "size", false, true},
    {METRIC_BEYOND, "beyond", false, false},
};
static const column waits[] = {
    {METRIC_JAIN, "Jain", false, false},         {METRIC_WAIT_P50, "wait p50", false, false},
    {METRIC_WAIT_P90, "p90", false, false},      {METRIC_WAIT_P99, "p99", false, false},
    {METRIC_WAIT_P999, "p99.9", false, false},   {METRIC_WAIT_P9999, "p99.99", false, false},
    {METRIC_WAIT_MOST, "greatest", false, true},
};

static void print_heading(FILE *to, const column *one)
{
    fprintf(to, " %*s", VALUE_WIDTH, one->heading);
    if (one->spread) {
        fprintf(to, " %*s .. %*s", VALUE_WIDTH, "least", VALUE_WIDTH, "most");
    }
    if (one->ratio) {
        fprintf(to, " %6s", "ratio");
    }
}

static void print_value(FILE *to, const column *one, const sample *of, const sample *reference)
{
    spread all = sample_spread(of);
    bool known = of->count != 0;
    const char *none = "-";
    fprintf(to, " %*s", VALUE_WIDTH,
            known ? value_of(one->of, value_typical(one->of, of)).text : none);
    if (one->spread) {
        fprintf(to, " %*s .. %*s", VALUE_WIDTH, known ? value_of(one->of, all.least).text : none,
                VALUE_WIDTH, known ? value_of(one->of, all.greatest).text : none);
    }
    if (one->ratio && known && reference->count != 0) {
        fprintf(to, " %6.2f", sample_ratio(of, reference));
    } else if (one->ratio) {
        fprintf(to, " %6s", none);
    }
}

/* The columns that some contender has a value for; nothing if there are none. */
static void print_table(FILE *to, const session *of, size_t at, const column *columns, size_t count)
{
    const column *shown[METRIC_COUNT];
    size_t shown_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (session_has(of, at, columns[i].of)) {
            shown[shown_count++] = &columns[i];
        }
    }
    if (shown_count == 0) {
        return;
    }
    fprintf(to, "  %-*s", NAME_WIDTH, "");
    for (size_t i = 0; i < shown_count; i++) {
        print_heading(to, shown[i]);
    }
    fputc('\n', to);
    for (size_t who = 0; who < of->contender_count; who++) {
        if (!cell_suits(&cells[at], of->contenders[who])) {
            continue;
        }
        fprintf(to, "  %-*s", NAME_WIDTH, cell_name_of(&cells[at], of->contenders[who]));
        for (size_t i = 0; i < shown_count; i++) {
            print_value(to, shown[i], session_sample(of, at, who, shown[i]->of),
                        session_reference(of, at, shown[i]->of));
        }
        fputc('\n', to);
    }
}

void report_cell(FILE *to, const session *of, size_t cell_index)
{
    fprintf(to, "%s  [%s]\n", cells[cell_index].title, cells[cell_index].name);
    print_table(to, of, cell_index, plain, sizeof plain / sizeof plain[0]);
    print_table(to, of, cell_index, waits, sizeof waits / sizeof waits[0]);
    fputc('\n', to);
    fflush(to);
}

/* A column of the summary is as wide as its contender's name. */
static int width_of(const contender *of)
{
    int width = (int)strlen(of->name);
    return width > 6 ? width : 6;
}

static void summary_row(FILE *to, const session *of, metric by, size_t at)
{
    const sample *reference = session_reference(of, at, by);
    fprintf(to, "  %-*s", CELL_NAME_WIDTH, cells[at].name);
    for (size_t who = 0; who < of->contender_count; who++) {
        const sample *one = session_sample(of, at, who, by);
        int width = width_of(of->contenders[who]);
        if (one->count == 0 || reference->count == 0) {
            fprintf(to, " %*s", width, "-");
        } else {
            fprintf(to, " %*.2f", width, sample_ratio(one, reference));
        }
    }
    fputc('\n', to);
}

static void summarise(FILE *to, const session *of, metric by, const char *heading)
{
    bool headed = false;
    for (size_t at = 0; at < cell_count; at++) {
        if (!session_has(of, at, by)) {
            continue;
        }
        if (!headed) {
            fprintf(to, "%s\n  %-*s", heading, CELL_NAME_WIDTH, "");
            for (size_t who = 0; who < of->contender_count; who++) {
                fprintf(to, " %*s", width_of(of->contenders[who]), of->contenders[who]->name);
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

void report_summary(FILE *to, const session *of)
{
    const char *name = of->contenders[of->reference]->name;
    fprintf(to, "Ratios in the same run to %s, or to the platform's own of another kind\n\n", name);
    summarise(to, of, METRIC_TIME, "time, less is better");
    summarise(to, of, METRIC_CALL, "time of the call alone, less is better");
    summarise(to, of, METRIC_RATE, "throughput, more is better");
    summarise(to, of, METRIC_CPU, "processor time of an operation, less is better");
    summarise(to, of, METRIC_WAIT_MOST, "greatest wait, less is better");
    summarise(to, of, METRIC_BYTES, "size, less is better");
}

static void csv_sample(FILE *to, const cell *in, const contender *who, metric by, const sample *of)
{
    for (size_t run = 0; run < of->count; run++) {
        fprintf(to, "%s,%s,\"%s\",%s,%u,%.6g\n", in->name, who->name, cell_name_of(in, who),
                metric_name(by), (unsigned)run + 1, of->values[run]);
    }
}

void report_csv(FILE *to, const session *of)
{
    fprintf(to, "cell,contender,object,metric,run,value\n");
    for (size_t at = 0; at < cell_count; at++) {
        for (size_t who = 0; who < of->contender_count; who++) {
            if (!cell_suits(&cells[at], of->contenders[who])) {
                continue;
            }
            for (int by = 0; by < METRIC_COUNT; by++) {
                csv_sample(to, &cells[at], of->contenders[who], (metric)by,
                           session_sample(of, at, who, (metric)by));
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
