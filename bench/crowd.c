/* SPDX-License-Identifier: MIT */
#include "crowd.h"

#include "measure.h"
#include "work.h"

#include "crew.h"

#include <stdio.h>
#include <string.h>

/* Of the busy work; anything but 0. */
#define SEED UINT64_C(88172645463325252)

/* The greatest crowd. */
enum { CROWD_THREADS = 64 };

/* The crowd of the current run. */
static shared_state all;
static member members[CROWD_THREADS];
static histogram waits[CROWD_THREADS];
static crew_thread threads[CROWD_THREADS];
static unsigned present; /* how many of these */

static bool is_ready(void *context)
{
    const member *one = context;
    return pawl__load8(&one->ready, PAWL__ACQUIRE) != 0;
}

static bool is_open(void *context)
{
    const shared_state *shared = context;
    return pawl__load8(&shared->open, PAWL__ACQUIRE) != 0;
}

static void attend(void *context)
{
    member *me = context;
    pawl__store8(&me->ready, 1, PAWL__RELEASE);
    crew_until(is_open, me->all);
    me->loop(me);
}

static const arena *arena_of(const cell *in, const contender *of)
{
    return in->readers ? of->rwlock : of->lock;
}

static void gather(const cell *in, const arena *at, unsigned count, bool timed)
{
    at->make();
    memset(at->data, 0, sizeof *at->data);
    at->data->value = SEED;
    memset(&all, 0, sizeof all);
    memset(members, 0, sizeof members);
    memset(waits, 0, sizeof waits);
    present = count;
    for (unsigned i = 0; i < present; i++) {
        members[i].loop = at->loop;
        members[i].all = &all;
        members[i].waits = timed ? &waits[i] : NULL;
        members[i].inside = work_steps(in->inside);
        members[i].outside = work_steps(in->outside);
        members[i].write_share = (uint32_t)((UINT64_C(1) << 32) * in->writes / 100);
        members[i].value = SEED + i;
        crew_start(&threads[i], attend, &members[i]);
    }
    for (unsigned i = 0; i < present; i++) {
        crew_until(is_ready, &members[i]);
    }
}

/* The threads have a warm-up, in which they spread over the processors and find their pace: at the
 * start all are runnable and wait for a processor rather than for the lock. */
static void open_gate(unsigned warm_up_ms)
{
    all.since = host_now() + (int64_t)warm_up_ms * 1000000;
    pawl__store8(&all.open, 1, PAWL__RELEASE);
    host_sleep_ms(warm_up_ms);
}

/* One reading of a crowd's counters while it works. */
typedef struct glance {
    uint32_t operations[CROWD_THREADS];
    double wall_ns;
    double cpu_ns;
    double switches;
} glance;

static void look(glance *into)
{
    for (unsigned i = 0; i < present; i++) {
        into->operations[i] = pawl__load32(&members[i].operations, PAWL__RELAXED);
    }
    into->wall_ns = (double)host_now();
    into->cpu_ns = host_cpu_seconds() * 1e9;
    into->switches = host_switches();
}

/* The operations of each thread between two readings; returns the sum. The counters may have passed
 * 2^32. */
static double shares_between(const glance *before, const glance *after, double *shares)
{
    double sum = 0;
    for (unsigned i = 0; i < present; i++) {
        shares[i] = (double)(uint32_t)(after->operations[i] - before->operations[i]);
        sum += shares[i];
    }
    return sum;
}

static bool disperse(const cell *in, const contender *of)
{
    const arena *at = arena_of(in, of);
    uint64_t exclusive = 0;
    uint64_t torn = 0;
    pawl__store8(&all.stop, 1, PAWL__RELAXED);
    for (unsigned i = 0; i < present; i++) {
        crew_join(&threads[i]);
        exclusive += members[i].exclusive;
        torn += members[i].torn;
    }
    at->discard();
    if (torn != 0) {
        fprintf(stderr, "pawl-bench: %s, %s: a reader was let in beside a writer\n", in->name,
                at->name);
    }
    return cell_balances(in, of, at->data->count, exclusive) && torn == 0;
}

/* A run is the time between two readings. */
static bool watch(const cell *in, const contender *of, unsigned milliseconds, glance *before,
                  glance *after)
{
    open_gate(milliseconds / 3);
    look(before);
    host_sleep_ms(milliseconds);
    look(after);
    return disperse(in, of);
}

bool measure_crowd(const cell *in, const contender *of, const effort *by, result *to)
{
    glance before;
    glance after;
    double shares[CROWD_THREADS];
    gather(in, arena_of(in, of), cell_threads(in, by), false);
    bool right = watch(in, of, by->rate_ms + by->rate_ms_per_thread * present, &before, &after);
    double done = shares_between(&before, &after, shares);
    done = done > 0 ? done : 1; /* so that every run has its value */
    sample_add(&to->metrics[METRIC_RATE], done * 1e9 / (after.wall_ns - before.wall_ns));
    sample_add(&to->metrics[METRIC_CPU], (after.cpu_ns - before.cpu_ns) / done);
    if (after.switches >= 0) {
        sample_add(&to->metrics[METRIC_SWITCHES], (after.switches - before.switches) / done);
    }
    return right;
}

static void add_waits(result *to)
{
    static const struct {
        metric of;
        double share;
    } quantiles[] = {
        {METRIC_WAIT_P50, 0.5},    {METRIC_WAIT_P90, 0.9},      {METRIC_WAIT_P99, 0.99},
        {METRIC_WAIT_P999, 0.999}, {METRIC_WAIT_P9999, 0.9999}, {METRIC_WAIT_MOST, 1},
    };
    static histogram sum;
    memset(&sum, 0, sizeof sum);
    for (unsigned i = 0; i < present; i++) {
        histogram_merge(&sum, &waits[i]);
    }
    for (size_t i = 0; i < sizeof quantiles / sizeof quantiles[0]; i++) {
        sample_add(&to->metrics[quantiles[i].of],
                   (double)histogram_quantile(&sum, quantiles[i].share));
    }
}

bool measure_crowd_waits(const cell *in, const contender *of, const effort *by, result *to)
{
    glance before;
    glance after;
    double shares[CROWD_THREADS];
    gather(in, arena_of(in, of), cell_threads(in, by), true);
    bool right = watch(in, of, by->wait_ms + by->wait_ms_per_thread * present, &before, &after);
    shares_between(&before, &after, shares);
    sample_add(&to->metrics[METRIC_JAIN], sample_jain(shares, present));
    add_waits(to);
    return right;
}
