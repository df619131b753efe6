/* SPDX-License-Identifier: MIT */
#include "sample.h"

#include <stdlib.h>
#include <string.h>

void sample_add(sample *to, double value)
{
    if (to->count < SAMPLE_RUNS) {
        to->values[to->count++] = value;
    }
}

static int by_size(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

spread sample_spread(const sample *of)
{
    spread result = {0, 0, 0};
    double sorted[SAMPLE_RUNS];
    size_t middle = of->count / 2;
    if (of->count == 0) {
        return result;
    }
    memcpy(sorted, of->values, of->count * sizeof sorted[0]);
    qsort(sorted, of->count, sizeof sorted[0], by_size);
    result.least = sorted[0];
    result.greatest = sorted[of->count - 1];
    result.median = of->count % 2 != 0 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return result;
}

double sample_ratio(const sample *of, const sample *reference)
{
    sample ratios = {0, {0}};
    for (size_t run = 0; run < of->count && run < reference->count; run++) {
        if (reference->values[run] > 0) {
            sample_add(&ratios, of->values[run] / reference->values[run]);
        }
    }
    return sample_spread(&ratios).median;
}

double sample_jain(const double *shares, size_t count)
{
    double sum = 0;
    double squares = 0;
    for (size_t i = 0; i < count; i++) {
        sum += shares[i];
        squares += shares[i] * shares[i];
    }
    return squares > 0 ? sum * sum / ((double)count * squares) : 0;
}

/* Slot s covers durations from lower_end(s) up to, not with, lower_end(s + 1): as a floating-point
 * number, with HISTOGRAM_BITS bits of mantissa. */
static size_t slot_of(uint64_t duration)
{
    size_t exponent = 0;
    while (duration >= UINT64_C(2) << HISTOGRAM_BITS) {
        duration >>= 1;
        exponent++;
    }
    return (exponent << HISTOGRAM_BITS) + (size_t)duration;
}

static int64_t lower_end(size_t slot)
{
    size_t exponent = slot >> HISTOGRAM_BITS;
    uint64_t mantissa = slot & ((1U << HISTOGRAM_BITS) - 1);
    if (exponent == 0) {
        return (int64_t)mantissa;
    }
    return (int64_t)((mantissa + (1U << HISTOGRAM_BITS)) << (exponent - 1));
}

void histogram_add(histogram *to, int64_t duration)
{
    to->count++;
    to->slots[slot_of(duration > 0 ? (uint64_t)duration : 0)]++;
    to->greatest = duration > to->greatest ? duration : to->greatest;
}

void histogram_merge(histogram *to, const histogram *from)
{
    to->count += from->count;
    to->greatest = from->greatest > to->greatest ? from->greatest : to->greatest;
    for (size_t slot = 0; slot < HISTOGRAM_SLOTS; slot++) {
        to->slots[slot] += from->slots[slot];
    }
}

int64_t histogram_quantile(const histogram *of, double share)
{
    double wanted = share * (double)of->count;
    uint64_t seen = 0;
    for (size_t slot = 0; slot + 1 < HISTOGRAM_SLOTS; slot++) {
        seen += of->slots[slot];
        if (of->slots[slot] != 0 && (double)seen >= wanted) {
            int64_t end = lower_end(slot + 1) - 1;
            return end < of->greatest ? end : of->greatest;
        }
    }
    return of->greatest;
}
