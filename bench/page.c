/* SPDX-License-Identifier: MIT */
#include "page.h"

#include "roster.h"

#include "page_html.h" /* page_html[], which CMake makes of page.html, page.js and uPlot */

#include <string.h>
#include <time.h>

/* A string, safe inside HTML's <script> as well. */
static void write_text(FILE *to, const char *text)
{
    fputc('"', to);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\' || *text == '<' || (unsigned char)*text < ' ') {
            fprintf(to, "\\u%04x", (unsigned)(unsigned char)*text);
        } else {
            fputc(*text, to);
        }
    }
    fputc('"', to);
}

static void write_member(FILE *to, const char *name, const char *text)
{
    fprintf(to, "\"%s\":", name);
    write_text(to, text);
    fputc(',', to);
}

static size_t style_of(const contender *one)
{
    size_t place = 0;
    while (roster_at(place) != one) {
        place++;
    }
    return place;
}

static void write_contenders(FILE *to, const session *of)
{
    for (size_t who = 0; who < of->contender_count; who++) {
        fprintf(to, "%s{\"name\":", who == 0 ? "" : ",");
        write_text(to, of->contenders[who]->name);
        fprintf(to, ",\"style\":%u}", (unsigned)style_of(of->contenders[who]));
    }
}

/* Which chart of dots a cell belongs to. */
static const char *group_of(const cell *in)
{
    if (in->kind == CELL_SOLO || (in->kind == CELL_PRIMITIVE && in->primitive <= PRIMITIVE_ONCE)) {
        return "calls";
    }
    bool is_handover = (cell_is_ping_pong(in) && in->primitive <= PRIMITIVE_EVENT) ||
                       in->kind == CELL_NOTIFY || (in->kind == CELL_RELEASE && in->sleepers != 0);
    return is_handover ? "handovers" : "";
}

/* What crowds that differ in the number of threads only have in common. */
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

static void write_metric(FILE *to, const session *of, size_t at, metric by)
{
    fprintf(to, "\"%s\":[", metric_name(by));
    for (size_t who = 0; who < of->contender_count; who++) {
        const sample *one = session_sample(of, at, who, by);
        const sample *reference = session_reference(of, at, by);
        fputs(who == 0 ? "" : ",", to);
        if (one->count == 0) {
            fputs("null", to);
            continue;
        }
        spread all = sample_spread(one);
        double ratio = reference->count != 0 ? sample_ratio(one, reference) : 0;
        fprintf(to, "[%.6g,%.4g,%.6g,%.6g]", value_typical(by, one), ratio, all.least,
                all.greatest);
    }
    fputc(']', to);
}

static void write_cell(FILE *to, const session *of, size_t at)
{
    static const char *const kinds[CELL_KINDS] = {"solo",    "primitive", "crowd",
                                                  "release", "notify",    "memory"};
    const cell *in = &cells[at];
    const char *gap = "";
    char crowd[80];
    name_crowd(crowd, sizeof crowd, in);
    fputc('{', to);
    write_member(to, "name", in->name);
    write_member(to, "title", in->title);
    write_member(to, "kind", kinds[in->kind]);
    write_member(to, "group", group_of(in));
    write_member(to, "crowd", in->kind == CELL_CROWD ? crowd : "");
    fprintf(to, "\"threads\":%u,\"sleepers\":%u,\"objects\":[", in->threads, in->sleepers);
    for (size_t who = 0; who < of->contender_count; who++) {
        fputs(who == 0 ? "" : ",", to);
        write_text(to, cell_suits(in, of->contenders[who]) ? cell_name_of(in, of->contenders[who])
                                                           : "");
    }
    fputs("],\"metrics\":{", to);
    for (int by = 0; by < METRIC_COUNT; by++) {
        if (session_has(of, at, (metric)by)) {
            fputs(gap, to);
            write_metric(to, of, at, (metric)by);
            gap = ",";
        }
    }
    fputs("}}", to);
}

void page_write_json(FILE *to, const session *of)
{
    const char *gap = "";
    char day[20];
    time_t now = time(NULL);
    strftime(day, sizeof day, "%Y-%m-%d", gmtime(&now));
    fputc('{', to);
    write_member(to, "about", of->about);
    write_member(to, "date", day);
    fprintf(to, "\"busy\":%.3f,\"reference\":%u,\"contenders\":[", of->busy,
            (unsigned)of->reference);
    write_contenders(to, of);
    fputs("],\"cells\":[\n", to);
    for (size_t at = 0; at < cell_count; at++) {
        for (int by = 0; by < METRIC_COUNT; by++) {
            if (session_has(of, at, (metric)by)) {
                fputs(gap, to);
                write_cell(to, of, at);
                gap = ",\n";
                break;
            }
        }
    }
    fputs("\n]}\n", to);
}

void page_write(FILE *to, const session *of)
{
    static const char mark[] = "@DATA@";
    const char *at = strstr(page_html, mark);
    fwrite(page_html, 1, (size_t)(at - page_html), to);
    page_write_json(to, of);
    fputs(at + strlen(mark), to);
}
