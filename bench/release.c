/* SPDX-License-Identifier: MIT
 *
 * A release while threads wait: how long until one of these has the lock, and how long the call
 * takes. All on one processor: on several, what is measured is how long the host takes to get a
 * thread going on another one, and most of the time that is where it goes, but not always.
 *
 * The lock goes round. Who has it waits until the one it came from is asleep again, so that as many
 * sleep as before, releases it, and queues again once somebody has it: a lock that lets its
 * releaser overtake would else never go round.
 */
#include "host.h"
#include "measure.h"

#include "crew.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct waiter {
    crew_thread thread;
    uint64_t id;
    uint8_t ready;  /* atomic */
    size_t its_own; /* of a sleeper: its lock among the sleepers' */
} waiter;

/* The lock guards what is not said to be atomic. */
static struct {
    const contender *of;
    unsigned rounds; /* to go */
    uint32_t turn;   /* atomic: how often the lock was acquired */
    const waiter *last;
    int64_t released_at;
    sample late;
    double calls[SAMPLE_RUNS]; /* each written, after its release, by who released */
    waiter *waiters;
    waiter *sleepers;
    void *sleepers_locks;
} ring;

static bool is_ready(void *context)
{
    const waiter *one = context;
    return pawl__load8(&one->ready, PAWL__ACQUIRE) != 0;
}

static bool was_acquired(void *context)
{
    const uint32_t *turn = context;
    return pawl__load32(&ring.turn, PAWL__ACQUIRE) != *turn;
}

/* The lock has just been acquired by `me`. False when it has gone round often enough. */
static bool take_turn(const waiter *me, uint32_t *turn)
{
    int64_t now = host_now();
    const waiter *last = ring.last;
    *turn = ring.turn + 1;
    pawl__store32(&ring.turn, *turn, PAWL__RELEASE);
    if (last != NULL && ring.late.count < ring.rounds) {
        sample_add(&ring.late, (double)(now - ring.released_at));
    }
    if (ring.late.count >= ring.rounds) {
        return false;
    }
    ring.last = me;
    if (last != NULL) {
        host_await_asleep(&last->id, 1);
    }
    return true;
}

static void go_round(void *context)
{
    waiter *me = context;
    uint32_t turn;
    host_pin(0);
    me->id = host_thread_id();
    pawl__store8(&me->ready, 1, PAWL__RELEASE);
    ring.of->acquire();
    while (take_turn(me, &turn)) {
        double *call = &ring.calls[ring.late.count];
        int64_t before = host_thread_cpu_ns();
        ring.released_at = host_now();
        ring.of->release();
        *call = (double)(host_thread_cpu_ns() - before);
        crew_until(was_acquired, &turn);
        ring.of->acquire();
    }
    ring.of->release();
}

static void sleep_elsewhere(void *context)
{
    waiter *me = context;
    me->id = host_thread_id();
    pawl__store8(&me->ready, 1, PAWL__RELEASE);
    ring.of->stock.acquire(ring.sleepers_locks, me->its_own);
    ring.of->stock.release(ring.sleepers_locks, me->its_own);
}

static waiter *start_waiters(unsigned count, void (*work)(void *context))
{
    waiter *waiters = measure_allocate(count + 1, sizeof *waiters);
    uint64_t *ids = measure_allocate(count + 1, sizeof *ids);
    for (unsigned i = 0; i < count; i++) {
        waiters[i].its_own = i;
        crew_start_with_stack(&waiters[i].thread, work, &waiters[i], MEASURE_STACK);
    }
    for (unsigned i = 0; i < count; i++) {
        crew_until(is_ready, &waiters[i]);
        ids[i] = waiters[i].id;
    }
    host_await_asleep(ids, count);
    free(ids);
    return waiters;
}

static void join_waiters(waiter *waiters, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        crew_join(&waiters[i].thread);
    }
    free(waiters);
}

static void start_sleepers(unsigned count)
{
    const stock *of = &ring.of->stock;
    ring.sleepers_locks = measure_allocate(count + 1, of->bytes);
    for (unsigned i = 0; i < count; i++) {
        of->make(ring.sleepers_locks, i);
        of->acquire(ring.sleepers_locks, i);
    }
    ring.sleepers = start_waiters(count, sleep_elsewhere);
}

static void end_sleepers(unsigned count)
{
    const stock *of = &ring.of->stock;
    for (unsigned i = 0; i < count; i++) {
        of->release(ring.sleepers_locks, i);
    }
    join_waiters(ring.sleepers, count);
    for (unsigned i = 0; i < count; i++) {
        of->discard(ring.sleepers_locks, i);
    }
    free(ring.sleepers_locks);
}

/* One more than wait: who has the lock. Each has it once more at the end. */
bool measure_release(const cell *in, const contender *of, const effort *by, result *to)
{
    unsigned threads = cell_threads(in, by) + 1;
    unsigned sleepers = in->sleepers < by->most_threads ? in->sleepers : by->most_threads;
    sample calls = {0, {0}};
    ring.of = of;
    ring.rounds = by->releases;
    ring.turn = 0;
    ring.last = NULL;
    ring.late.count = 0;
    start_sleepers(sleepers);
    of->lock->make();
    of->acquire();
    ring.waiters = start_waiters(threads, go_round);
    of->release();
    join_waiters(ring.waiters, threads);
    of->lock->discard();
    end_sleepers(sleepers);
    for (unsigned i = 0; i < by->releases; i++) {
        sample_add(&calls, ring.calls[i]);
    }
    sample_add(&to->metrics[METRIC_TIME], sample_spread(&ring.late).median);
    sample_add(&to->metrics[METRIC_CALL], sample_spread(&calls).median);
    return cell_balances(in, of, ring.turn, by->releases + threads);
}
