/* SPDX-License-Identifier: MIT
 *
 * The memory of locks: their size, and what the process grows by beyond that when all are made and
 * held.
 */
#include "host.h"
#include "measure.h"

#include <stdlib.h>
#include <string.h>

/* The pages of a process vary by about this much for other reasons. */
static const double pages_noise = 256 * 1024;

/* Below 0 when nothing is known. */
static double grown_by(const double *before)
{
    double most = -1;
    for (int of = 0; of < HOST_MEMORIES; of++) {
        double now = host_memory_bytes((host_memory)of);
        double grown = now - before[of];
        double noise = of == HOST_PAGES ? pages_noise : 0;
        if (now >= 0) {
            grown = grown > noise ? grown : 0;
            most = grown > most ? grown : most;
        }
    }
    return most;
}

bool measure_memory(const cell *in, const contender *of, const effort *by, result *to)
{
    const stock *lock = &of->stock;
    size_t count = in->locks < by->most_locks ? in->locks : by->most_locks;
    double before[HOST_MEMORIES];
    void *locks = measure_allocate(count, lock->bytes);
    memset(locks, 0xff, count * lock->bytes); /* the pages are there now */
    for (int kind = 0; kind < HOST_MEMORIES; kind++) {
        before[kind] = host_memory_bytes((host_memory)kind);
    }
    for (size_t i = 0; i < count; i++) {
        lock->make(locks, i);
        lock->acquire(locks, i);
    }
    double grown = grown_by(before);
    for (size_t i = 0; i < count; i++) {
        lock->release(locks, i);
        lock->discard(locks, i);
    }
    free(locks);
    sample_add(&to->metrics[METRIC_BYTES], (double)lock->bytes);
    if (grown >= 0) {
        sample_add(&to->metrics[METRIC_BEYOND], grown / (double)count);
    }
    return true;
}
