/* SPDX-License-Identifier: MIT */
#include "chart.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* In the units of the drawing, which the page scales to the room it has. */
enum { WIDTH = 440, LEFT = 58, RIGHT = 424, TOP = 14, BOTTOM = 236, LINES_HEIGHT = 280 };
enum { ROWS_LEFT = 10, ROWS_RIGHT = 412, ROW = 36, ROWS_TOP = 20, ROWS_FOOT = 26 };

/* Colours alone do not tell everybody who is who: each style has a mark of its own. */
static const char *const marks[] = {
    "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0z",                        /* disc */
    "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0z M-2,0h4",                /* disc with a bar */
    "M-3.5,-3.5h7v7h-7z",                                         /* square */
    "M-4,3.5L0,-4L4,3.5z",                                        /* triangle */
    "M-4,-3.5L0,4L4,-3.5z",                                       /* triangle on its point */
    "M0,-5L4,0L0,5L-4,0z",                                        /* diamond */
    "M-4,-1.4h2.6v-2.6h2.8v2.6h2.6v2.8h-2.6v2.6h-2.8v-2.6h-2.6z", /* cross */
    "M-4.5,-3L0,3L4.5,-3L3,-4.5L0,-1L-3,-4.5z",                   /* tick */
    "M-5,-1.5h10v3h-10z",                                         /* bar */
    "M-1.5,-5h3v10h-3z",                                          /* bar upright */
    "M-4,-4L4,4M-4,4L4,-4",                                       /* x */
};
enum { MARKS = sizeof marks / sizeof marks[0] };

/* An axis of values. */
typedef struct scale {
    double from;
    double to;
    double step; /* from one tick to the next; 0 on a logarithmic axis */
} scale;

void chart_text(FILE *to, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            fputs("&amp;", to);
            break;
        case '<':
            fputs("&lt;", to);
            break;
        case '"':
            fputs("&quot;", to);
            break;
        default:
            fputc(*text, to);
        }
    }
}

/* 1, 2 or 5 times a power of ten: at most five steps to the greatest. */
static double round_step(double greatest)
{
    double unit = pow(10, floor(log10(greatest / 5)));
    double rest = greatest / 5 / unit;
    return unit * (rest <= 1 ? 1 : rest <= 2 ? 2 : rest <= 5 ? 5 : 10);
}

static scale fit(const chart *of)
{
    double least = DBL_MAX;
    double greatest = 0;
    for (size_t who = 0; who < of->series_count; who++) {
        for (size_t tick = 0; tick < of->tick_count; tick++) {
            double value = of->series[who].values[tick];
            if (chart_has(value) && (value > 0 || !of->log)) {
                least = value < least ? value : least;
                greatest = value > greatest ? value : greatest;
            }
        }
    }
    scale to = {0, 1, 1};
    if (of->log) {
        to.from = greatest > 0 ? pow(10, floor(log10(least))) : 1;
        to.to = greatest > 0 ? pow(10, ceil(log10(greatest * 1.05))) : 10;
        to.step = 0;
    } else if (greatest > 0) {
        to.step = round_step(greatest);
        to.to = to.step * ceil(greatest / to.step);
    }
    return to;
}

/* From 0 to 1. */
static double place(const scale *on, double value)
{
    if (on->step > 0) {
        return (value - on->from) / (on->to - on->from);
    }
    return value > on->from ? log10(value / on->from) / log10(on->to / on->from) : 0;
}

/* Where the nth value tick stands, or CHART_NONE behind the last one. A short logarithmic axis has
 * ticks at 2 and 5 times the powers of ten, too. */
static double tick_value(const scale *on, unsigned n)
{
    static const double between[] = {1, 2, 5};
    double value = on->from + n * on->step;
    if (on->step <= 0 && on->to / on->from < 101) {
        value = on->from * pow(10, n / 3) * between[n % 3];
    } else if (on->step <= 0) {
        value = on->from * pow(10, n);
    }
    return value < on->to * 1.001 ? value : CHART_NONE;
}

/* "10 ns" where a table has "10.0 ns". */
static value_text tick_text(metric by, double value)
{
    value_text text = value_of(by, value);
    if (value <= 0) {
        return (value_text){"0"};
    }
    char *unit = strchr(text.text, ' ');
    char *end = unit != NULL ? unit : text.text + strlen(text.text);
    char *digit = end;
    if (memchr(text.text, '.', (size_t)(end - text.text)) != NULL) {
        while (digit[-1] == '0') {
            digit--;
        }
        digit -= digit[-1] == '.' ? 1 : 0;
    }
    memmove(digit, end, strlen(end) + 1);
    return text;
}

void chart_mark(FILE *to, size_t style)
{
    fprintf(to, "<path class=\"mark\" d=\"%s\"/>", marks[style % MARKS]);
}

static void mark_at(FILE *to, const chart *of, const series *one, size_t tick, double x, double y,
                    double size)
{
    fprintf(to,
            "<path class=\"mark\" d=\"%s\" transform=\"translate(%.1f %.1f) scale(%.1f)\"><title>",
            marks[one->style % MARKS], x, y, size);
    chart_text(to, one->name);
    fputs(", ", to);
    chart_text(to, of->ticks[tick].name);
    fprintf(to, ": %s</title></path>", value_of(of->of, one->values[tick]).text);
}

static void open_figure(FILE *to, const chart *of, int height)
{
    fputs("<figure><figcaption>", to);
    chart_text(to, of->title);
    fprintf(to,
            " <span>%s</span></figcaption>\n<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"",
            of->better, WIDTH, height);
    chart_text(to, of->title);
    fprintf(to, ", %s. The table below has the numbers.\">\n", of->better);
}

static void table_cell(FILE *to, const chart *of, size_t who, size_t tick)
{
    double value = of->series[who].values[tick];
    fprintf(to, "<td>%s</td>", chart_has(value) ? value_of(of->of, value).text : "-");
}

/* A row a contender, or, where the ticks have long names, a row a tick. */
static void close_figure(FILE *to, const chart *of, bool row_a_tick)
{
    size_t rows = row_a_tick ? of->tick_count : of->series_count;
    size_t columns = row_a_tick ? of->series_count : of->tick_count;
    fprintf(to,
            "</svg>\n<details><summary>The numbers</summary><div class=\"wide\"><table>"
            "<thead><tr><th scope=\"col\">%s</th>",
            row_a_tick ? "" : of->across);
    for (size_t column = 0; column < columns; column++) {
        fputs("<th scope=\"col\">", to);
        chart_text(to, row_a_tick ? of->series[column].name : of->ticks[column].name);
        fputs("</th>", to);
    }
    fputs("</tr></thead><tbody>\n", to);
    for (size_t row = 0; row < rows; row++) {
        fputs("<tr><th scope=\"row\">", to);
        chart_text(to, row_a_tick ? of->ticks[row].name : of->series[row].name);
        fputs("</th>", to);
        for (size_t column = 0; column < columns; column++) {
            table_cell(to, of, row_a_tick ? column : row, row_a_tick ? row : column);
        }
        fputs("</tr>\n", to);
    }
    fputs("</tbody></table></div></details></figure>\n", to);
}

/* The first series last, so that it lies on top. */
static const series *from_below(const chart *of, size_t nth)
{
    return &of->series[of->series_count - 1 - nth];
}

static double tick_x(const chart *of, size_t tick)
{
    double first = of->ticks[0].at;
    double last = of->ticks[of->tick_count - 1].at;
    double share = last > first ? (of->ticks[tick].at - first) / (last - first) : 0.5;
    return LEFT + 12 + share * (RIGHT - LEFT - 24);
}

static double value_y(const scale *on, double value)
{
    return BOTTOM - place(on, value) * (BOTTOM - TOP);
}

static void draw_axes(FILE *to, const chart *of, const scale *on)
{
    double value;
    for (unsigned n = 0; chart_has(value = tick_value(on, n)); n++) {
        double y = value_y(on, value);
        fprintf(to, "<path class=\"grid\" d=\"M%d,%.1fH%d\"/>", LEFT, y, RIGHT);
        fprintf(to, "<text class=\"end\" x=\"%d\" y=\"%.1f\">%s</text>\n", LEFT - 6, y + 4,
                tick_text(of->of, value).text);
    }
    for (size_t tick = 0; tick < of->tick_count; tick++) {
        double x = tick_x(of, tick);
        fprintf(to, "<path class=\"axis\" d=\"M%.1f,%dv5\"/>", x, BOTTOM);
        fprintf(to, "<text class=\"middle\" x=\"%.1f\" y=\"%d\">", x, BOTTOM + 18);
        chart_text(to, of->ticks[tick].name);
        fputs("</text>\n", to);
    }
    fprintf(to, "<path class=\"axis\" d=\"M%d,%dH%d\"/>", LEFT, BOTTOM, RIGHT);
    fprintf(to, "<text class=\"middle\" x=\"%d\" y=\"%d\">%s</text>\n", (LEFT + RIGHT) / 2,
            BOTTOM + 38, of->across);
}

static void draw_line(FILE *to, const chart *of, const series *one, const scale *on)
{
    bool pen_down = false;
    fprintf(to, "<g class=\"s s%zu\"><path class=\"line\" d=\"", one->style);
    for (size_t tick = 0; tick < of->tick_count; tick++) {
        double value = one->values[tick];
        if (chart_has(value)) {
            fprintf(to, "%c%.1f,%.1f", pen_down ? 'L' : 'M', tick_x(of, tick), value_y(on, value));
        }
        pen_down = chart_has(value);
    }
    fputs("\"/>", to);
    for (size_t tick = 0; tick < of->tick_count; tick++) {
        double value = one->values[tick];
        if (chart_has(value)) {
            mark_at(to, of, one, tick, tick_x(of, tick), value_y(on, value), 1);
        }
    }
    fputs("</g>\n", to);
}

void chart_lines(FILE *to, const chart *of)
{
    scale on = fit(of);
    open_figure(to, of, LINES_HEIGHT);
    draw_axes(to, of, &on);
    for (size_t nth = 0; nth < of->series_count; nth++) {
        draw_line(to, of, from_below(of, nth), &on);
    }
    close_figure(to, of, false);
}

static double value_x(const scale *on, double value)
{
    return ROWS_LEFT + place(on, value) * (ROWS_RIGHT - ROWS_LEFT);
}

static double row_y(size_t row)
{
    return ROWS_TOP + ROW * (double)row + 24;
}

static void draw_rows(FILE *to, const chart *of, const scale *on)
{
    double value;
    double foot = row_y(of->tick_count - 1) + 10;
    for (unsigned n = 0; chart_has(value = tick_value(on, n)); n++) {
        double x = value_x(on, value);
        const char *anchor = n == 0 ? "start" : "middle";
        fprintf(to, "<path class=\"grid\" d=\"M%.1f,%dV%.1f\"/>", x, ROWS_TOP, foot);
        fprintf(to, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", anchor, x, foot + 16,
                tick_text(of->of, value).text);
    }
    for (size_t row = 0; row < of->tick_count; row++) {
        fprintf(to, "<text class=\"row\" x=\"%d\" y=\"%.1f\">", ROWS_LEFT, row_y(row) - 10);
        chart_text(to, of->ticks[row].name);
        fprintf(to, "</text><path class=\"axis\" d=\"M%d,%.1fH%d\"/>\n", ROWS_LEFT, row_y(row),
                ROWS_RIGHT);
    }
}

void chart_dots(FILE *to, const chart *of)
{
    scale on = fit(of);
    open_figure(to, of, (int)row_y(of->tick_count - 1) + ROWS_FOOT + 6);
    draw_rows(to, of, &on);
    for (size_t nth = 0; nth < of->series_count; nth++) {
        const series *one = from_below(of, nth);
        fprintf(to, "<g class=\"s s%zu\">", one->style);
        for (size_t row = 0; row < of->tick_count; row++) {
            if (chart_has(one->values[row])) {
                mark_at(to, of, one, row, value_x(&on, one->values[row]), row_y(row), 1.3);
            }
        }
        fputs("</g>\n", to);
    }
    close_figure(to, of, true);
}
