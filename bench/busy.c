/* SPDX-License-Identifier: MIT */
#include "busy.h"

#include "host.h"
#include "measure.h"

#include "crew.h"

#include <stdlib.h>

enum { SPIN_MS = 200 }; /* Windows tells a thread's time in steps of 16 */

typedef struct spinner {
    crew_thread thread;
    uint64_t used_ns;
    int64_t wall_ns;
} spinner;

static void spin(void *context)
{
    spinner *self = context;
    uint64_t before = crew_used_ns();
    int64_t start = host_now();
    do {
        self->wall_ns = host_now() - start;
    } while (self->wall_ns < SPIN_MS * INT64_C(1000000));
    self->used_ns = crew_used_ns() - before;
}

double busy_share(void)
{
    size_t count = crew_processors();
    spinner *spinners = measure_allocate(count, sizeof *spinners);
    double used = 0;
    double wall = 0;
    for (size_t i = 0; i < count; i++) {
        crew_start(&spinners[i].thread, spin, &spinners[i]);
    }
    for (size_t i = 0; i < count; i++) {
        crew_join(&spinners[i].thread);
        used += (double)spinners[i].used_ns;
        wall += (double)spinners[i].wall_ns;
    }
    free(spinners);
    return used <= 0 ? -1 : used < wall ? 1 - used / wall : 0;
}
