/* SPDX-License-Identifier: MIT */
#include "cell.h"

#include "measure.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define SOLO(id, call, text)                                                                       \
    {                                                                                              \
        .name = id, .title = text, .kind = CELL_SOLO, .loop = call                                 \
    }
#define PRIMITIVE(id, which, text)                                                                 \
    {                                                                                              \
        .name = id, .title = text, .kind = CELL_PRIMITIVE, .primitive = which                      \
    }
#define CROWD(count, in, out)                                                                      \
    {                                                                                              \
        .name = #count "x" #in "/" #out,                                                           \
        .title = #count " threads, " #in " ns inside / " #out " ns outside", .kind = CELL_CROWD,   \
        .threads = count, .inside = in, .outside = out,                                            \
    }
#define CROWDS(in, out) CROWD(2, in, out), CROWD(4, in, out), CROWD(16, in, out), CROWD(64, in, out)
#define READERS(count, percent)                                                                    \
    {                                                                                              \
        .name = "rwlock-" #count "x" #percent "%",                                                 \
        .title = "rwlock: " #count " threads, " #percent " % of the operations exclusive",         \
        .kind = CELL_CROWD, .readers = true, .threads = count, .writes = percent,                  \
    }
#define PING_PONG(id, which, place, sleepy, text)                                                  \
    {                                                                                              \
        .name = id, .title = text, .kind = CELL_PRIMITIVE, .primitive = which, .where = place,     \
        .asleep = sleepy,                                                                          \
    }
#define PING_PONGS(thing, which)                                                                   \
    PING_PONG(thing "-apart", which, APART, false, thing ": there and back, on two processors"),   \
        PING_PONG(thing "-together", which, TOGETHER, false,                                       \
                  thing ": there and back, on one processor"),                                     \
        PING_PONG(thing "-wake-apart", which, APART, true,                                         \
                  thing ": from the give until a sleeper runs, on two processors"),                \
        PING_PONG(thing "-wake-together", which, TOGETHER, true,                                   \
                  thing ": from the give until a sleeper runs, on one processor")
#define RELEASE(count)                                                                             \
    {                                                                                              \
        .name = "release-" #count,                                                                 \
        .title = "release until the next one runs, " #count " wait, on one processor",             \
        .kind = CELL_RELEASE, .threads = count,                                                    \
    }
#define MEMORY(count, text)                                                                        \
    {                                                                                              \
        .name = "memory-" #count, .title = "memory: " text " locks", .kind = CELL_MEMORY,          \
        .locks = count,                                                                            \
    }

/* The cells that need a process with one thread are first. */
const cell cells[] = {
    {.name = "pair-alone",
     .title = "acquire + release, never a second thread",
     .kind = CELL_SOLO,
     .alone = true,
     .loop = SOLO_PAIR},
    SOLO("pair", SOLO_PAIR, "acquire + release, a second thread exists"),
    SOLO("try", SOLO_TRY, "try succeeds + release"),
    {.name = "try-fails",
     .title = "try fails",
     .kind = CELL_SOLO,
     .held = true,
     .loop = SOLO_TRY_FAILS},
    SOLO("timed", SOLO_TIMED, "acquire within a second + release"),
    PRIMITIVE("semaphore", PRIMITIVE_SEMAPHORE, "semaphore: acquire + release"),
    PRIMITIVE("shared", PRIMITIVE_SHARED, "rwlock: acquire shared + release"),
    PRIMITIVE("exclusive", PRIMITIVE_EXCLUSIVE, "rwlock: acquire exclusive + release"),
    PRIMITIVE("rlock-nested", PRIMITIVE_NESTED, "rlock: acquire by its owner + release"),
    PRIMITIVE("once", PRIMITIVE_ONCE, "once: a call after the first"),
    CROWDS(0, 0),
    CROWDS(100, 100),
    CROWDS(1000, 1000),
    CROWDS(1000, 0),
    READERS(2, 0),
    READERS(4, 0),
    READERS(16, 0),
    READERS(2, 10),
    READERS(4, 10),
    READERS(16, 10),
    PRIMITIVE("condition", PRIMITIVE_CONDITION, "condition: there and back, two threads, one lock"),
    PRIMITIVE("semaphore-handover", PRIMITIVE_HANDOVER, "semaphore: there and back, two threads"),
    PING_PONGS("semaphore", PRIMITIVE_HANDOVER),
    PING_PONGS("event", PRIMITIVE_EVENT),
    PING_PONGS("condition", PRIMITIVE_CONDITION),
    {.name = "notify-all-1000",
     .title = "condition: notify_all until all of 1,000 have run",
     .kind = CELL_NOTIFY,
     .threads = 1000},
    RELEASE(1),
    RELEASE(10),
    RELEASE(100),
    RELEASE(1000),
    RELEASE(4000),
    {.name = "release-10-sleepers",
     .title = "release until the next one runs, 10 wait, 1,000 sleep on other locks",
     .kind = CELL_RELEASE,
     .threads = 10,
     .sleepers = 1000},
    MEMORY(10, "10"),
    MEMORY(1000, "1,000"),
    MEMORY(1000000, "1,000,000"),
    PRIMITIVE("awaited", PRIMITIVE_AWAITED, "tasks: acquire + release, awaited against plain"),
    PRIMITIVE("tasks", PRIMITIVE_TASKS, "tasks: release of a lock, 100,000 wait for it against 1"),
    PRIMITIVE("task-locks", PRIMITIVE_LOCKS,
              "tasks: release, 100,000 locks with a task each against 1"),
    PRIMITIVE("task-turns", PRIMITIVE_TURNS,
              "tasks: there and back, two tasks against two threads"),
    PRIMITIVE("loop-turns", PRIMITIVE_LOOP,
              "tasks: there and back on a libuv loop, against two threads"),
};
const size_t cell_count = sizeof cells / sizeof cells[0];

static const char *const metric_names[METRIC_COUNT] = {
    [METRIC_TIME] = "time_ns",
    [METRIC_CALL] = "call_ns",
    [METRIC_RATE] = "operations_per_s",
    [METRIC_CPU] = "cpu_ns_per_operation",
    [METRIC_SWITCHES] = "switches_per_operation",
    [METRIC_JAIN] = "jain_index",
    [METRIC_WAIT_P50] = "wait_p50_ns",
    [METRIC_WAIT_P90] = "wait_p90_ns",
    [METRIC_WAIT_P99] = "wait_p99_ns",
    [METRIC_WAIT_P999] = "wait_p99.9_ns",
    [METRIC_WAIT_P9999] = "wait_p99.99_ns",
    [METRIC_WAIT_MOST] = "wait_greatest_ns",
    [METRIC_BYTES] = "bytes_per_lock",
    [METRIC_BEYOND] = "bytes_beyond_per_lock",
};

const char *metric_name(metric of)
{
    return metric_names[of];
}

bool cell_suits(const cell *in, const contender *of)
{
    switch (in->kind) {
    case CELL_SOLO:
        return of->solo[in->loop] != NULL;
    case CELL_PRIMITIVE:
        return of->primitive[in->primitive] != NULL;
    case CELL_CROWD:
        return !in->readers || of->rwlock != NULL;
    case CELL_NOTIFY:
        return of->monitor != NULL;
    default:
        return true;
    }
}

const char *cell_name_of(const cell *in, const contender *of)
{
    if (in->kind == CELL_PRIMITIVE) {
        return of->primitive[in->primitive]->name;
    }
    if (in->kind == CELL_NOTIFY) {
        return of->monitor->name;
    }
    return in->readers ? of->rwlock->name : of->name;
}

void *measure_allocate(size_t count, size_t bytes)
{
    void *memory = calloc(count, bytes);
    if (memory == NULL) {
        fputs("pawl-bench: out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    return memory;
}

unsigned cell_threads(const cell *in, const effort *by)
{
    return in->threads < by->most_threads ? in->threads : by->most_threads;
}

bool cell_balances(const cell *in, const contender *of, uint64_t counted, uint64_t expected)
{
    if (counted != expected) {
        fprintf(stderr, "pawl-bench: %s, %s: counted %" PRIu64 ", expected %" PRIu64 "\n", in->name,
                cell_name_of(in, of), counted, expected);
    }
    return counted == expected;
}

bool cell_run(const cell *in, const contender *of, const effort *by, result *to, bool waiting)
{
    static bool (*const measures[CELL_KINDS])(const cell *, const contender *, const effort *,
                                              result *) = {
        [CELL_SOLO] = measure_solo,     [CELL_PRIMITIVE] = measure_primitive,
        [CELL_CROWD] = measure_crowd,   [CELL_RELEASE] = measure_release,
        [CELL_NOTIFY] = measure_notify, [CELL_MEMORY] = measure_memory,
    };
    return waiting ? measure_crowd_waits(in, of, by, to) : measures[in->kind](in, of, by, to);
}
