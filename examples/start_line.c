/* SPDX-License-Identifier: MIT
 *
 * Five runners wait at the line for one event, the start. At the end of each lap they wait for each
 * other at a barrier, whose action reports the lap: once, by the last to arrive, before anyone runs
 * on.
 *
 *     cc examples/start_line.c -lpawl -pthread -o start_line
 */
#include <pawl/pawl.h>

#include <stdio.h>
#include <stdlib.h>

#include "thread.h"

enum { RUNNERS = 5, LAPS = 3 };

typedef struct race {
    pawl_semaphore ready; /* a permit for each runner at the line */
    pawl_event start;
    bool started; /* written before the start, read after it */
    pawl_barrier lap_end;
    int lap;                   /* how many are done; the action's */
    int run[RUNNERS];          /* how many each has run: its own, at a lap's end the action's */
    int places[LAPS][RUNNERS]; /* how often each place was given */
    int false_starts;
    int faults;
    pawl_lock lock; /* guards the three above */
} race;

typedef struct runner {
    race *race;
    int number;
} runner;

/* All have arrived and none is let through yet, so everyone's laps can be read. */
static void report_lap(void *context)
{
    race *r = context;
    int round = 0;
    r->lap++;
    for (int i = 0; i < RUNNERS; i++) {
        round += r->run[i] == r->lap;
    }
    printf("lap %d: %d of %d runners are round\n", r->lap, round, RUNNERS);
}

static void wait_for_start(race *r)
{
    bool early = pawl_event_is_set(&r->start);
    pawl_semaphore_release(&r->ready);
    pawl_event_wait(&r->start);
    PAWL_WITH(&r->lock) {
        r->false_starts += early || !r->started;
    } PAWL_END
}

static void run_laps(void *context)
{
    const runner *self = context;
    race *r = self->race;
    wait_for_start(r);
    for (int lap = 0; lap < LAPS; lap++) {
        uint32_t place = 0;
        r->run[self->number]++;
        if (self->number % 2 == lap % 2) {
            thread_yield(); /* not always in the same order */
        }
        pawl_status status = pawl_barrier_wait(&r->lap_end, &place);
        PAWL_WITH(&r->lock) {
            if (status == PAWL_OK && place < RUNNERS) {
                r->places[lap][place]++;
            } else {
                r->faults++;
            }
        } PAWL_END
    }
}

/* Whether each place was given once in each lap. */
static bool places_are_fair(const race *r)
{
    for (int lap = 0; lap < LAPS; lap++) {
        for (int place = 0; place < RUNNERS; place++) {
            if (r->places[lap][place] != 1) {
                return false;
            }
        }
    }
    return true;
}

int main(void)
{
    static race r; /* all-zero bytes: an event that is unset, a lock that is free */
    runner runners[RUNNERS];
    struct thread threads[RUNNERS];
    if (pawl_barrier_init(&r.lap_end, RUNNERS, report_lap, &r) != PAWL_OK) {
        return EXIT_FAILURE;
    }
    for (int i = 0; i < RUNNERS; i++) {
        runners[i] = (runner){&r, i};
        thread_start(&threads[i], run_laps, &runners[i]);
    }
    for (int i = 0; i < RUNNERS; i++) {
        pawl_semaphore_acquire(&r.ready);
    }
    printf("%d runners are at the line\n", RUNNERS);
    r.started = true;
    pawl_event_set(&r.start);
    for (int i = 0; i < RUNNERS; i++) {
        thread_join(&threads[i]);
    }
    bool fair = places_are_fair(&r);
    printf("false starts: %d\n", r.false_starts);
    printf("places 1 to %d: %s\n", RUNNERS, fair ? "each given once a lap" : "wrongly given");
    bool right = fair && r.faults == 0 && r.false_starts == 0 && r.lap == LAPS;
    return right ? EXIT_SUCCESS : EXIT_FAILURE;
}
