/* SPDX-License-Identifier: MIT */
#include "session.h"

#include <stdio.h>

result *session_result(const session *of, size_t cell_index, size_t contender_index)
{
    return &of->results[cell_index * of->contender_count + contender_index];
}

const sample *session_sample(const session *of, size_t cell_index, size_t contender_index,
                             metric by)
{
    return &session_result(of, cell_index, contender_index)->metrics[by];
}

const sample *session_reference(const session *of, size_t cell_index, metric by)
{
    return session_sample(of, cell_index, of->reference, by);
}

bool session_has(const session *of, size_t cell_index, metric by)
{
    for (size_t who = 0; who < of->contender_count; who++) {
        if (session_sample(of, cell_index, who, by)->count != 0) {
            return true;
        }
    }
    return false;
}

/* Three digits that count, and the unit, in steps of a thousand. */
static value_text scaled(double value, const char *const *units, size_t unit_count)
{
    value_text to;
    size_t unit = 0;
    while (value >= 999.5 && unit + 1 < unit_count) {
        value /= 1000;
        unit++;
    }
    int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    snprintf(to.text, sizeof to.text, "%.*f %s", decimals, value, units[unit]);
    return to;
}

value_text value_of(metric by, double value)
{
    static const char *const durations[] = {"ns", "us", "ms", "s"};
    static const char *const rates[] = {"/s", "k/s", "M/s", "G/s"};
    static const char *const sizes[] = {"B", "kB", "MB"};
    value_text to;
    switch (by) {
    case METRIC_RATE:
        return scaled(value, rates, sizeof rates / sizeof rates[0]);
    case METRIC_BYTES:
        snprintf(to.text, sizeof to.text, "%.0f B", value);
        return to;
    case METRIC_BEYOND:
        return scaled(value, sizes, sizeof sizes / sizeof sizes[0]);
    case METRIC_JAIN:
    case METRIC_SWITCHES:
        snprintf(to.text, sizeof to.text, "%.3f", value);
        return to;
    default:
        return scaled(value, durations, sizeof durations / sizeof durations[0]);
    }
}

double value_typical(metric by, const sample *of)
{
    spread all = sample_spread(of);
    return by == METRIC_WAIT_MOST ? all.greatest : all.median;
}
