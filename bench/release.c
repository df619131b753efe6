/* SPDX-License-Identifier: MIT
 *
 * A release while threads wait: how long until one of them has the lock, and how long the call
 * takes. All on one processor: on several, the result is mostly how long the host takes to start a
 * thread on another processor.
 *
 * The lock goes round. The holder waits until the previous holder is asleep again, so that the
 * number of sleepers stays the same, releases the lock, and queues again once another thread has
 * it. Otherwise a lock that lets its releaser barge would never go round.
 */
#include "host.h"
#include "measure.h"
#include "waiters.h"

#include <pawl/compiler.h>

#include <stdlib.h>

/* The lock guards every field that is not marked atomic. */
static struct {
    const contender *of;
    unsigned rounds; /* to go */
    uint32_t turn;   /* atomic: how often the lock was acquired */
    const waiter *last;
    int64_t released_at;
    sample late;
    double calls[SAMPLE_RUNS]; /* the releaser writes each after its release */
    void *sleepers_locks;
} ring;

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

static void go_round(waiter *me)
{
    uint32_t turn;
    host_pin(0);
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

static void sleep_elsewhere(waiter *me)
{
    ring.of->stock.acquire(ring.sleepers_locks, me->place);
    ring.of->stock.release(ring.sleepers_locks, me->place);
}

static waiter *start_sleepers(unsigned count)
{
    const stock *of = &ring.of->stock;
    ring.sleepers_locks = measure_allocate(count + 1, of->bytes);
    for (unsigned i = 0; i < count; i++) {
        of->make(ring.sleepers_locks, i);
        of->acquire(ring.sleepers_locks, i);
    }
    waiter *sleepers = waiters_start(count, sleep_elsewhere);
    waiters_await_asleep(sleepers, count);
    return sleepers;
}

static void end_sleepers(waiter *sleepers, unsigned count)
{
    const stock *of = &ring.of->stock;
    for (unsigned i = 0; i < count; i++) {
        of->release(ring.sleepers_locks, i);
    }
    waiters_join(sleepers, count);
    for (unsigned i = 0; i < count; i++) {
        of->discard(ring.sleepers_locks, i);
    }
    free(ring.sleepers_locks);
}

/* One thread more than wait: the holder. Each holds the lock once more at the end. */
bool measure_release(const cell *in, const contender *of, const effort *by, result *to)
{
    unsigned threads = cell_threads(in, by) + 1;
    unsigned elsewhere = in->sleepers < by->most_threads ? in->sleepers : by->most_threads;
    sample calls = {0, {0}};
    ring.of = of;
    ring.rounds = by->releases;
    ring.turn = 0;
    ring.last = NULL;
    ring.late.count = 0;
    waiter *sleepers = start_sleepers(elsewhere);
    of->lock->make();
    of->acquire();
    waiter *waiters = waiters_start(threads, go_round);
    waiters_await_asleep(waiters, threads);
    of->release();
    waiters_join(waiters, threads);
    of->lock->discard();
    end_sleepers(sleepers, elsewhere);
    for (unsigned i = 0; i < by->releases; i++) {
        sample_add(&calls, ring.calls[i]);
    }
    sample_add(&to->metrics[METRIC_TIME], sample_spread(&ring.late).median);
    sample_add(&to->metrics[METRIC_CALL], sample_spread(&calls).median);
    return cell_balances(in, of, ring.turn, by->releases + threads);
}
