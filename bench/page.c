/* SPDX-License-Identifier: MIT */
#include "page.h"

#include "chart.h"
#include "roster.h"

#include "page_html.h" /* page_html[], which CMake makes of page.html */

#include <math.h>
#include <string.h>
#include <time.h>

static size_t style_of(const contender *one)
{
    size_t place = 0;
    while (roster_at(place) != one) {
        place++;
    }
    return place;
}

/* --- Charts of the book's values ----------------------------------------------------------------
 */

static chart new_chart(const book *of, metric by, bool log, const char *better, const char *across)
{
    chart to = {.better = better, .across = across, .of = by, .log = log};
    to.series_count = of->contender_count;
    for (size_t who = 0; who < of->contender_count; who++) {
        to.series[who].name = of->contenders[who]->name;
        to.series[who].style = style_of(of->contenders[who]);
    }
    return to;
}

static double typical(const book *of, size_t cell_index, size_t who, metric by)
{
    const sample *values = book_sample(of, cell_index, who, by);
    return values->count != 0 ? value_typical(by, values) : CHART_NONE;
}

/* A tick whose values are those of a metric in a cell; none where nobody has one. */
static void add_tick(chart *to, const book *of, size_t cell_index, metric by, const char *name,
                     double at)
{
    if (!book_has(of, cell_index, by) || to->tick_count == CHART_TICKS) {
        return;
    }
    size_t tick = to->tick_count++;
    snprintf(to->ticks[tick].name, sizeof to->ticks[tick].name, "%s", name);
    to->ticks[tick].at = at;
    for (size_t who = 0; who < of->contender_count; who++) {
        to->series[who].values[tick] = typical(of, cell_index, who, by);
    }
}

/* A tick at the logarithm of a number. */
static void add_numbered_tick(chart *to, const book *of, size_t cell_index, metric by,
                              unsigned number)
{
    char name[12];
    snprintf(name, sizeof name, number >= 1000 ? "%u,%03u" : "%u",
             number >= 1000 ? number / 1000 : number, number % 1000);
    add_tick(to, of, cell_index, by, name, log2(number));
}

/* Without those who have no value at all. */
static void drop_empty_series(chart *of)
{
    size_t kept = 0;
    for (size_t who = 0; who < of->series_count; who++) {
        bool empty = true;
        for (size_t tick = 0; tick < of->tick_count; tick++) {
            empty &= !chart_has(of->series[who].values[tick]);
        }
        if (!empty) {
            of->series[kept++] = of->series[who];
        }
    }
    of->series_count = kept;
}

static void finish(FILE *to, chart *of, void (*draw)(FILE *to, const chart *of))
{
    drop_empty_series(of);
    if (of->tick_count != 0) {
        draw(to, of);
    }
}

/* --- Crowds -------------------------------------------------------------------------------------
 */

/* Crowds that differ in the number of threads only. */
static bool same_crowd(const cell *one, const cell *other)
{
    return other->kind == CELL_CROWD && one->readers == other->readers &&
           one->writes == other->writes && one->inside == other->inside &&
           one->outside == other->outside;
}

static bool is_first_of_its_kind(size_t at)
{
    for (size_t earlier = 0; earlier < at; earlier++) {
        if (same_crowd(&cells[at], &cells[earlier])) {
            return false;
        }
    }
    return cells[at].kind == CELL_CROWD;
}

static void name_crowd(char *to, size_t size, const cell *of)
{
    if (of->readers && of->writes == 0) {
        snprintf(to, size, "rwlock, readers only");
    } else if (of->readers) {
        snprintf(to, size, "rwlock, %u %% exclusive", of->writes);
    } else {
        snprintf(to, size, "%u ns inside, %u ns outside", of->inside, of->outside);
    }
}

static void write_against_threads(FILE *to, const book *of, metric by, bool log, const char *better)
{
    fputs("<div class=\"charts\">\n", to);
    for (size_t first = 0; first < cell_count; first++) {
        if (!is_first_of_its_kind(first)) {
            continue;
        }
        chart one = new_chart(of, by, log, better, "threads");
        name_crowd(one.title, sizeof one.title, &cells[first]);
        for (size_t at = first; at < cell_count; at++) {
            if (same_crowd(&cells[first], &cells[at])) {
                add_numbered_tick(&one, of, at, by, cells[at].threads);
            }
        }
        finish(to, &one, chart_lines);
    }
    fputs("</div>\n", to);
}

static void write_wait_chart(FILE *to, const book *of, size_t at)
{
    static const struct {
        metric of;
        const char *name;
        double at; /* of quantile q: -log10(1 - q) */
    } quantiles[] = {
        {METRIC_WAIT_P50, "50 %", 0.3},    {METRIC_WAIT_P90, "90 %", 1},
        {METRIC_WAIT_P99, "99 %", 2},      {METRIC_WAIT_P999, "99.9 %", 3},
        {METRIC_WAIT_P9999, "99.99 %", 4}, {METRIC_WAIT_MOST, "all", 5},
    };
    char name[60];
    chart one = new_chart(of, METRIC_WAIT_MOST, true, "less is better", "of the acquisitions");
    name_crowd(name, sizeof name, &cells[at]);
    snprintf(one.title, sizeof one.title, "%u threads, %s", cells[at].threads, name);
    for (size_t i = 0; i < sizeof quantiles / sizeof quantiles[0]; i++) {
        add_tick(&one, of, at, quantiles[i].of, quantiles[i].name, quantiles[i].at);
    }
    finish(to, &one, chart_lines);
}

static bool has_greater(const book *of, size_t at)
{
    for (size_t later = at + 1; later < cell_count; later++) {
        if (same_crowd(&cells[at], &cells[later]) && book_has(of, later, METRIC_WAIT_MOST)) {
            return true;
        }
    }
    return false;
}

/* The greatest crowds, or the others. */
static void write_wait_charts(FILE *to, const book *of, bool greatest)
{
    fputs("<div class=\"charts\">\n", to);
    for (size_t at = 0; at < cell_count; at++) {
        if (cells[at].kind == CELL_CROWD && has_greater(of, at) != greatest) {
            write_wait_chart(to, of, at);
        }
    }
    fputs("</div>\n", to);
}

static void write_waits(FILE *to, const book *of)
{
    write_wait_charts(to, of, true);
    fputs("<details><summary>The smaller crowds</summary>\n", to);
    write_wait_charts(to, of, false);
    fputs("</details>\n", to);
}

/* --- The other cells ----------------------------------------------------------------------------
 */

static void write_against_waiters(FILE *to, const book *of)
{
    static const struct {
        metric of;
        const char *title;
    } charts[] = {
        {METRIC_TIME, "From the release until the next one runs"},
        {METRIC_CALL, "Processor time of the releasing call alone"},
    };
    fputs("<div class=\"charts\">\n", to);
    for (size_t i = 0; i < sizeof charts / sizeof charts[0]; i++) {
        chart one = new_chart(of, charts[i].of, true, "less is better", "threads that wait");
        snprintf(one.title, sizeof one.title, "%s", charts[i].title);
        for (size_t at = 0; at < cell_count; at++) {
            if (cells[at].kind == CELL_RELEASE && cells[at].sleepers == 0) {
                add_numbered_tick(&one, of, at, charts[i].of, cells[at].threads);
            }
        }
        finish(to, &one, chart_lines);
    }
    fputs("</div>\n", to);
}

static bool is_a_call(const cell *in)
{
    return in->kind == CELL_SOLO || (in->kind == CELL_KIN && in->kin <= KIN_ONCE);
}

static bool is_a_handover(const cell *in)
{
    return (cell_is_game(in) && in->kin <= KIN_EVENT) || in->kind == CELL_NOTIFY ||
           (in->kind == CELL_RELEASE && in->sleepers != 0);
}

static void write_rows(FILE *to, const book *of, bool (*belongs)(const cell *in), const char *title)
{
    chart one = new_chart(of, METRIC_TIME, true, "less is better", "");
    snprintf(one.title, sizeof one.title, "%s", title);
    for (size_t at = 0; at < cell_count; at++) {
        if (belongs(&cells[at])) {
            add_tick(&one, of, at, METRIC_TIME, cells[at].title, 0);
        }
    }
    finish(to, &one, chart_dots);
}

/* A lock's size, and what the process grew by. */
static void write_memory(FILE *to, const book *of)
{
    chart one = new_chart(of, METRIC_BYTES, false, "less is better", "");
    snprintf(one.title, sizeof one.title, "Bytes of a lock, with what it allocates");
    for (size_t at = 0; at < cell_count; at++) {
        if (cells[at].kind != CELL_MEMORY) {
            continue;
        }
        add_tick(&one, of, at, METRIC_BYTES, cells[at].title, 0);
        for (size_t who = 0; who < of->contender_count && one.tick_count != 0; who++) {
            double beyond = typical(of, at, who, METRIC_BEYOND);
            one.series[who].values[one.tick_count - 1] += chart_has(beyond) ? beyond : 0;
        }
    }
    fputs("<div class=\"charts\">\n", to);
    finish(to, &one, chart_dots);
    fputs("</div>\n", to);
}

static void write_alone(FILE *to, const book *of)
{
    fputs("<div class=\"charts\">\n", to);
    write_rows(to, of, is_a_call, "One thread, nobody in its way");
    write_rows(to, of, is_a_handover, "From thread to thread");
    fputs("</div>\n", to);
}

static void write_entry(FILE *to, const book *of, size_t at, size_t who, metric by)
{
    const sample *one = book_sample(of, at, who, by);
    const sample *reference = book_reference(of, at, by);
    if (one->count == 0) {
        fputs("<td>-</td>", to);
        return;
    }
    fprintf(to, "<td title=\"%s\">%s", cell_name_of(&cells[at], of->contenders[who]),
            value_of(by, value_typical(by, one)).text);
    if (reference->count != 0) {
        fprintf(to, " <small>%.2f</small>", sample_ratio(one, reference));
    }
    fputs("</td>", to);
}

static void write_all(FILE *to, const book *of)
{
    static const metric main_metrics[] = {METRIC_TIME, METRIC_RATE, METRIC_BYTES};
    fputs("<div class=\"wide\"><table><thead><tr><th scope=\"col\">cell</th>", to);
    for (size_t who = 0; who < of->contender_count; who++) {
        fprintf(to, "<th scope=\"col\">%s</th>", of->contenders[who]->name);
    }
    fputs("</tr></thead><tbody>\n", to);
    for (size_t at = 0; at < cell_count; at++) {
        for (size_t i = 0; i < sizeof main_metrics / sizeof main_metrics[0]; i++) {
            if (!book_has(of, at, main_metrics[i])) {
                continue;
            }
            fputs("<tr><th scope=\"row\">", to);
            chart_text(to, cells[at].title);
            fputs("</th>", to);
            for (size_t who = 0; who < of->contender_count; who++) {
                write_entry(to, of, at, who, main_metrics[i]);
            }
            fputs("</tr>\n", to);
        }
    }
    fputs("</tbody></table></div>\n", to);
}

/* --- The page ------------------------------------------------------------------------------------
 */

static void write_rates(FILE *to, const book *of)
{
    write_against_threads(to, of, METRIC_RATE, false, "more is better");
}

static void write_costs(FILE *to, const book *of)
{
    write_against_threads(to, of, METRIC_CPU, true, "less is better");
}

static void write_fairness(FILE *to, const book *of)
{
    write_against_threads(to, of, METRIC_JAIN, false, "more is better");
}

/* A section is left out when no cell of its kind has its metric. */
static const struct {
    const char *heading;
    const char *text;
    void (*write)(FILE *to, const book *of);
    metric needs;
    cell_kind kind; /* CELL_KINDS: any */
} sections[] = {
    {"Throughput of a crowd",
     "Operations a second, all threads together, against the number of threads that contend for "
     "one lock. More is better.",
     write_rates, METRIC_RATE, CELL_CROWD},
    {"What an operation costs a crowd",
     "Processor time of an operation, all threads together: what spinning and switching burn is "
     "in it. Less is better.",
     write_costs, METRIC_CPU, CELL_CROWD},
    {"How long they wait",
     "The wait that so many of the acquisitions do not pass; the greatest of all at the right. "
     "Less is better.",
     write_waits, METRIC_WAIT_MOST, CELL_CROWD},
    {"How equal they are",
     "Jain's index of the threads' operations: 1 when all had as many, 1/n when one of n had all. "
     "More is better.",
     write_fairness, METRIC_JAIN, CELL_CROWD},
    {"A release, against the number that wait",
     "All threads sleep on one processor while they wait. Less is better.", write_against_waiters,
     METRIC_CALL, CELL_RELEASE},
    {"Calls and hand-overs", "Less is better.", write_alone, METRIC_TIME, CELL_KINDS},
    {"Memory", "Less is better.", write_memory, METRIC_BYTES, CELL_MEMORY},
    {"All cells",
     "With the ratio to the reference in the same run. A lock's own call is compared with the "
     "platform's own of that kind; an entry says which when it is pointed at.",
     write_all, METRIC_COUNT, CELL_KINDS},
};

static bool is_wanted(const book *of, metric needs, cell_kind kind)
{
    for (size_t at = 0; at < cell_count && needs != METRIC_COUNT; at++) {
        if ((kind == CELL_KINDS || cells[at].kind == kind) && book_has(of, at, needs)) {
            return true;
        }
    }
    return needs == METRIC_COUNT;
}

static void write_charts(FILE *to, const book *of)
{
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        if (is_wanted(of, sections[i].needs, sections[i].kind)) {
            fprintf(to, "<h2>%s</h2>\n<p>%s</p>\n", sections[i].heading, sections[i].text);
            sections[i].write(to, of);
        }
    }
}

static void write_about(FILE *to, const book *of)
{
    char day[20];
    time_t now = time(NULL);
    struct tm *parts = gmtime(&now);
    strftime(day, sizeof day, "%Y-%m-%d", parts);
    chart_text(to, of->about);
    fprintf(to, "; %s", day);
}

/* Each has a box that hides it in all charts. */
static void write_legend(FILE *to, const book *of)
{
    fputs("<div class=\"legend\" role=\"group\" aria-label=\"who is shown\">\n", to);
    for (size_t who = 0; who < of->contender_count; who++) {
        size_t style = style_of(of->contenders[who]);
        fprintf(to,
                "<label><input type=\"checkbox\" id=\"t%zu\" checked><svg class=\"s%zu\" "
                "viewBox=\"-14 -8 28 16\" aria-hidden=\"true\"><path class=\"line\" "
                "d=\"M-14,0H14\"/>",
                style, style);
        chart_mark(to, style);
        fprintf(to, "</svg>%s</label>\n", of->contenders[who]->name);
    }
    fputs("</div>\n<style>", to);
    for (size_t who = 0; who < of->contender_count; who++) {
        size_t style = style_of(of->contenders[who]);
        fprintf(to, "body:has(#t%zu:not(:checked)) main .s%zu { display: none; }\n", style, style);
    }
    fputs("</style>\n", to);
}

void page_write(FILE *to, const book *of)
{
    static const struct {
        const char *mark;
        void (*write)(FILE *to, const book *of);
    } parts[] = {{"@ABOUT@", write_about}, {"@LEGEND@", write_legend}, {"@CHARTS@", write_charts}};
    const char *rest = page_html;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) { /* in the page's order */
        const char *at = strstr(rest, parts[i].mark);
        fwrite(rest, 1, (size_t)(at - rest), to);
        parts[i].write(to, of);
        rest = at + strlen(parts[i].mark);
    }
    fputs(rest, to);
}
