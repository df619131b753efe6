/* SPDX-License-Identifier: MIT */
#include "cell.h"

#include "crew.h"
#include "host.h"
#include "work.h"

#include <pawl/lock.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Of the busy work; anything but 0. */
#define SEED UINT64_C(88172645463325252)

#define CROWD(threads, inside, outside)                                                           \
    {#threads "x" #inside "/" #outside, false, false, SOLO_COUNT, KIN_NONE, threads, inside,       \
     outside, #threads " threads, " #inside " ns inside / " #outside " ns outside"}
#define CROWDS(inside, outside)                                                                   \
    CROWD(2, inside, outside), CROWD(4, inside, outside), CROWD(16, inside, outside),              \
        CROWD(64, inside, outside)
#define SOLO(name, alone, held, loop, title)                                                      \
    {name, alone, held, loop, KIN_NONE, 1, 0, 0, title}
#define KIN(name, kind, title) {name, false, false, SOLO_COUNT, kind, 1, 0, 0, title}

/* Those that want a process of one thread come first. */
const cell cells[] = {
    SOLO("pair-alone", true, false, SOLO_PAIR, "acquire + release, never a second thread"),
    SOLO("pair", false, false, SOLO_PAIR, "acquire + release, a second thread exists"),
    SOLO("try", false, false, SOLO_TRY, "try succeeds + release"),
    SOLO("try-fails", false, true, SOLO_TRY_FAILS, "try fails"),
    SOLO("timed", false, false, SOLO_TIMED, "acquire within a second + release"),
    CROWDS(0, 0),
    CROWDS(100, 100),
    CROWDS(1000, 1000),
    CROWDS(1000, 0),
    KIN("semaphore", KIN_SEMAPHORE, "semaphore: acquire + release"),
    KIN("shared", KIN_SHARED, "rwlock: acquire shared + release"),
    KIN("exclusive", KIN_EXCLUSIVE, "rwlock: acquire exclusive + release"),
    KIN("rlock-nested", KIN_NESTED, "rlock: acquire by its owner + release"),
    KIN("once", KIN_ONCE, "once: a call after the first"),
    KIN("condition", KIN_CONDITION, "condition: there and back, two threads, one lock"),
    KIN("semaphore-handover", KIN_HANDOVER, "semaphore: there and back, two threads"),
    KIN("awaited", KIN_AWAITED, "tasks: acquire + release, awaited against plain"),
    KIN("tasks", KIN_TASKS, "tasks: release of a lock, 100,000 wait for it against 1"),
    KIN("task-locks", KIN_LOCKS, "tasks: release, 100,000 locks with a task each against 1"),
    KIN("task-turns", KIN_TURNS, "tasks: there and back, two tasks against two threads"),
    KIN("loop-turns", KIN_LOOP, "tasks: there and back on a libuv loop, against two threads"),
};
const size_t cell_count = sizeof cells / sizeof cells[0];

static const char *const metric_names[METRIC_COUNT] = {
    "time_ns",     "operations_per_s", "cpu_ns_per_operation", "jain_index",
    "wait_p50_ns", "wait_p99_ns",      "wait_p99.99_ns",       "wait_greatest_ns",
};

const char *metric_name(metric of)
{
    return metric_names[of];
}

bool cell_suits(const cell *in, const contender *of)
{
    if (in->kin != KIN_NONE) {
        return of->kin != NULL && of->kin[in->kin] != NULL;
    }
    return cell_is_crowd(in) || of->solo[in->loop] != NULL;
}

const char *cell_name_of(const cell *in, const contender *of)
{
    return in->kin != KIN_NONE ? of->kin[in->kin]->name : of->name;
}

static bool balanced(const cell *in, const contender *of, uint64_t counted, uint64_t expected)
{
    if (counted != expected) {
        fprintf(stderr, "pawl-bench: %s, %s: counted %" PRIu64 ", expected %" PRIu64 "\n", in->name,
                cell_name_of(in, of), counted, expected);
    }
    return counted == expected;
}

/* The resident: the process's second thread. It sleeps in `bell`, which only it acquires, and
 * answers in `done`; a lock that nobody owns serves as both. */
static struct {
    pawl_lock bell;
    pawl_lock done;
    void (*errand)(void);
    crew_thread thread;
} resident;

static void reside(void *context)
{
    (void)context;
    for (;;) {
        pawl_lock_acquire(&resident.bell);
        if (resident.errand == NULL) {
            return;
        }
        resident.errand();
        pawl_lock_release(&resident.done);
    }
}

void resident_start(void)
{
    pawl_lock_acquire(&resident.bell);
    pawl_lock_acquire(&resident.done);
    crew_start(&resident.thread, reside, NULL);
}

static void resident_send(void (*errand)(void))
{
    resident.errand = errand;
    pawl_lock_release(&resident.bell);
}

static void resident_await(void)
{
    pawl_lock_acquire(&resident.done);
}

static void resident_run(void (*errand)(void))
{
    resident_send(errand);
    resident_await();
}

void resident_end(void)
{
    resident.errand = NULL;
    pawl_lock_release(&resident.bell);
    crew_join(&resident.thread);
}

/* The loops to measure, and the times they all go round: `times` in each batch, and a warm-up. */
typedef struct course {
    uint64_t (*loop)(uint64_t times);
    uint64_t times;
    uint64_t warm_up;
    unsigned batches;
} course;

static uint64_t course_total(const course *of)
{
    return of->warm_up + of->batches * of->times;
}

/* Returns the sum of what the loops returned. */
static uint64_t course_run(const course *by, result *to)
{
    sample batches = {0, {0}};
    uint64_t counted = by->loop(by->warm_up);
    for (unsigned batch = 0; batch < by->batches; batch++) {
        int64_t started = host_now();
        counted += by->loop(by->times);
        sample_add(&batches, (double)(host_now() - started) / (double)by->times);
    }
    sample_add(&to->metrics[METRIC_TIME], sample_spread(&batches).median);
    return counted;
}

static bool run_solo(const cell *in, const contender *of, const effort *by, result *to)
{
    course way = {of->solo[in->loop], by->times, by->times / 10, by->batches};
    return balanced(in, of, course_run(&way, to), course_total(&way));
}

/* What the resident plays in a game: all its moves are one errand. */
static struct {
    void (*loop)(uint64_t times);
    uint64_t times;
} partner;

static void play(void)
{
    partner.loop(partner.times);
}

static bool run_kin(const cell *in, const contender *of, const effort *by, result *to)
{
    const kin *one = of->kin[in->kin];
    uint64_t times = cell_is_game(in) ? by->games : by->times;
    course way = {one->loop, times, times / 10, by->batches};
    one->make();
    if (one->partner != NULL) {
        partner.loop = one->partner;
        partner.times = course_total(&way);
        resident_send(play);
    }
    bool right = balanced(in, of, course_run(&way, to), course_total(&way));
    if (one->partner != NULL) {
        resident_await();
    }
    if (!one->settled()) {
        fprintf(stderr, "pawl-bench: %s, %s: not as it was made\n", in->name, one->name);
        right = false;
    }
    one->discard();
    return right;
}

static bool is_ready(void *context)
{
    const member *one = context;
    return pawl__load8(&one->ready, PAWL__ACQUIRE) != 0;
}

static bool is_open(void *context)
{
    const commons *shared = context;
    return pawl__load8(&shared->open, PAWL__ACQUIRE) != 0;
}

static void attend(void *context)
{
    member *me = context;
    pawl__store8(&me->ready, 1, PAWL__RELEASE);
    crew_until(is_open, me->all);
    me->loop(me);
}

/* The crowd of the current run. */
static commons all;
static member members[CELL_THREADS];
static histogram waits[CELL_THREADS];
static crew_thread threads[CELL_THREADS];
static unsigned present; /* how many of these */

static void gather(const cell *in, void (*loop)(member *me), bool timed)
{
    memset(&all, 0, sizeof all);
    memset(members, 0, sizeof members);
    for (unsigned i = 0; i < present; i++) {
        members[i].loop = loop;
        members[i].all = &all;
        members[i].waits = timed ? &waits[i] : NULL;
        members[i].inside = work_steps(in->inside);
        members[i].outside = work_steps(in->outside);
        members[i].value = SEED + i;
        crew_start(&threads[i], attend, &members[i]);
    }
    for (unsigned i = 0; i < present; i++) {
        crew_until(is_ready, &members[i]);
    }
}

/* One look at a crowd at work, taken while holding its lock. */
typedef struct glance {
    uint64_t count;
    double wall_ns;
    double cpu_ns;
} glance;

static glance look(const contender *of)
{
    glance seen;
    of->acquire();
    seen.count = of->data->count;
    seen.wall_ns = (double)host_now();
    seen.cpu_ns = host_cpu_seconds() * 1e9;
    of->release();
    return seen;
}

/* The threads have a warm-up, in which they spread over the processors and find their pace: at the
 * opening all are runnable and wait for a processor rather than for the lock. */
static void open_gate(unsigned warm_up_ms)
{
    all.since = host_now() + (int64_t)warm_up_ms * 1000000;
    pawl__store8(&all.open, 1, PAWL__RELEASE);
}

static void disperse(void)
{
    pawl__store8(&all.stop, 1, PAWL__RELAXED);
    for (unsigned i = 0; i < present; i++) {
        crew_join(&threads[i]);
    }
}

static uint64_t operations(void)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < present; i++) {
        sum += members[i].operations;
    }
    return sum;
}

/* The run is what lies between two looks. */
static bool run_crowd(const cell *in, const contender *of, const effort *by, result *to)
{
    unsigned rate_ms = by->rate_ms + by->rate_ms_per_thread * present;
    gather(in, of->crowd, false);
    open_gate(rate_ms / 3);
    host_sleep_ms(rate_ms / 3);
    glance before = look(of);
    host_sleep_ms(rate_ms);
    glance after = look(of);
    disperse();
    double done = (double)(after.count - before.count);
    if (done > 0) {
        sample_add(&to->metrics[METRIC_RATE], done * 1e9 / (after.wall_ns - before.wall_ns));
        sample_add(&to->metrics[METRIC_CPU], (after.cpu_ns - before.cpu_ns) / done);
    }
    return balanced(in, of, of->data->count, operations());
}

static void add_waits(result *to)
{
    static histogram sum;
    double shares[CELL_THREADS];
    memset(&sum, 0, sizeof sum);
    for (unsigned i = 0; i < present; i++) {
        histogram_merge(&sum, &waits[i]);
        shares[i] = (double)members[i].operations;
    }
    sample_add(&to->metrics[METRIC_JAIN], sample_jain(shares, present));
    sample_add(&to->metrics[METRIC_WAIT_P50], (double)histogram_quantile(&sum, 0.5));
    sample_add(&to->metrics[METRIC_WAIT_P99], (double)histogram_quantile(&sum, 0.99));
    sample_add(&to->metrics[METRIC_WAIT_P9999], (double)histogram_quantile(&sum, 0.9999));
    sample_add(&to->metrics[METRIC_WAIT_MOST], (double)sum.greatest);
}

static bool run_crowd_waits(const cell *in, const contender *of, const effort *by, result *to)
{
    unsigned wait_ms = by->wait_ms + by->wait_ms_per_thread * present;
    memset(waits, 0, sizeof waits);
    gather(in, of->crowd_waits, true);
    open_gate(wait_ms / 4);
    host_sleep_ms(wait_ms);
    disperse();
    add_waits(to);
    return balanced(in, of, of->data->count, operations());
}

bool cell_run(const cell *in, const contender *of, const effort *by, result *to, bool waiting)
{
    bool right;
    if (in->kin != KIN_NONE) {
        return run_kin(in, of, by, to);
    }
    of->make();
    of->data->count = 0;
    of->data->value = SEED;
    present = in->threads < by->most_threads ? in->threads : by->most_threads;
    if (in->held) {
        resident_run(of->acquire);
    }
    if (!cell_is_crowd(in)) {
        right = run_solo(in, of, by, to);
    } else if (waiting) {
        right = run_crowd_waits(in, of, by, to);
    } else {
        right = run_crowd(in, of, by, to);
    }
    if (in->held) {
        resident_run(of->release);
    }
    of->discard();
    return right;
}
