/* SPDX-License-Identifier: MIT
 *
 * Making a failing schedule simpler, and schedules as text.
 */
#include "explore.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { TRIES = 3000 };

/* The cost of a schedule to a reader: changes of fibre, ways that are not the plain one, then
 * steps. */
static uint32_t cost(const struct schedule *schedule)
{
    uint32_t sum = schedule->length;
    for (uint32_t i = 0; i < schedule->length; i++) {
        sum += schedule->steps[i].way != 0 ? 50 : 0;
        sum += i > 0 && schedule->steps[i].fibre != schedule->steps[i - 1].fibre ? 50 : 0;
    }
    return sum;
}

static void save(struct schedule *schedule)
{
    schedule->length = sim_engine.step;
    for (uint32_t i = 0; i < sim_engine.step; i++) {
        schedule->steps[i].fibre = (uint8_t)sim_engine.steps[i + 1].fibre;
        schedule->steps[i].way = (uint8_t)sim_engine.steps[i + 1].data;
    }
}

/* Keep the candidate, as it ran, if it still fails and is simpler. */
static bool try_it(const struct sim_case *one, const struct schedule *candidate,
                   struct schedule *best)
{
    static struct report report;
    static struct schedule ran;
    explore_replay(one, candidate, &report);
    if (!report.failed) {
        return false;
    }
    save(&ran);
    if (cost(&ran) >= cost(best)) {
        return false;
    }
    *best = ran;
    return true;
}

static void drop(const struct schedule *from, uint32_t begin, uint32_t end, struct schedule *to)
{
    memcpy(to->steps, from->steps, begin * sizeof from->steps[0]);
    memcpy(to->steps + begin, from->steps + end, (from->length - end) * sizeof from->steps[0]);
    to->length = from->length - (end - begin);
}

/* Without one run of a fibre's steps, and without all that follows it. */
static bool drop_runs(const struct sim_case *one, struct schedule *best, int *tries)
{
    static struct schedule candidate;
    for (uint32_t begin = 0; begin < best->length;) {
        uint32_t end = begin + 1;
        while (end < best->length && best->steps[end].fibre == best->steps[begin].fibre) {
            end++;
        }
        drop(best, begin, end, &candidate);
        if (--*tries < 0 || try_it(one, &candidate, best)) {
            return *tries >= 0;
        }
        drop(best, end, best->length, &candidate);
        if (--*tries < 0 || try_it(one, &candidate, best)) {
            return *tries >= 0;
        }
        begin = end;
    }
    return false;
}

/* Without one step, and with one step's way made the plain one. */
static bool drop_steps(const struct sim_case *one, struct schedule *best, int *tries)
{
    static struct schedule candidate;
    for (uint32_t i = 0; i < best->length; i++) {
        drop(best, i, i + 1, &candidate);
        if (--*tries < 0 || try_it(one, &candidate, best)) {
            return *tries >= 0;
        }
        if (best->steps[i].way != 0) {
            candidate = *best;
            candidate.steps[i].way = 0;
            if (--*tries < 0 || try_it(one, &candidate, best)) {
                return *tries >= 0;
            }
        }
    }
    return false;
}

void shrink(const struct sim_case *one, struct schedule *schedule)
{
    int tries = TRIES;
    while (drop_runs(one, schedule, &tries) || drop_steps(one, schedule, &tries)) {
    }
}

void schedule_print(const struct schedule *schedule)
{
    for (uint32_t i = 0; i < schedule->length;) {
        uint32_t end = i;
        while (schedule->steps[end].way == 0 && end + 1 < schedule->length &&
               schedule->steps[end + 1].fibre == schedule->steps[i].fibre) {
            end++;
        }
        printf(i > 0 ? "-" : "");
        if (end > i) {
            printf("%u", (unsigned)(end - i + 1));
        }
        printf("%c", 'a' + schedule->steps[i].fibre);
        if (schedule->steps[end].way != 0) {
            printf(".%u", schedule->steps[end].way);
        }
        i = end + 1;
    }
    printf("\n");
}

static const char *parse_number(const char *text, unsigned *number)
{
    for (*number = 0; isdigit((unsigned char)*text); text++) {
        *number = *number * 10 + (unsigned)(*text - '0');
    }
    return text;
}

bool schedule_parse(const char *text, struct schedule *schedule)
{
    schedule->length = 0;
    while (*text != '\0') {
        unsigned count = 1;
        unsigned way = 0;
        if (isdigit((unsigned char)*text)) {
            text = parse_number(text, &count);
        }
        if (*text < 'a' || *text >= 'a' + SIM_FIBRES || schedule->length + count > STEPS_MAX) {
            return false;
        }
        uint8_t fibre = (uint8_t)(*text++ - 'a');
        if (*text == '.') {
            text = parse_number(text + 1, &way);
        }
        for (; count > 0; count--) {
            schedule->steps[schedule->length].fibre = fibre;
            schedule->steps[schedule->length++].way = (uint8_t)(count == 1 ? way : 0);
        }
        text += *text == '-';
    }
    return true;
}
