/* SPDX-License-Identifier: MIT
 *
 * A notification of all, while threads wait: how long until all have run, and how long the call
 * takes.
 */
#include "host.h"
#include "measure.h"
#include "waiters.h"

#include <pawl/compiler.h>

/* The monitor's lock guards every field that is not marked atomic. */
static struct {
    const monitor *of;
    unsigned threads;
    unsigned rounds; /* to be notified of */
    unsigned round;  /* the last that was */
    unsigned waiting;
    unsigned woken;   /* in this round */
    uint64_t wakings; /* in all of them */
    int64_t ended;    /* when the last of this round ran */
    uint8_t done;     /* atomic: that was so */
} all;

static void attend(waiter *me)
{
    (void)me;
    all.of->enter();
    for (unsigned round = 0; round < all.rounds; round++) {
        all.waiting++;
        while (all.round == round) {
            all.of->wait();
        }
        all.wakings++;
        if (++all.woken == all.threads) {
            all.ended = host_now();
            pawl__store8(&all.done, 1, PAWL__RELEASE);
        }
    }
    all.of->leave();
}

/* All have released the lock by waiting, and are in the condition's queue. */
static bool all_wait(void *context)
{
    (void)context;
    all.of->enter();
    bool there = all.waiting == all.threads;
    all.of->leave();
    return there;
}

static bool all_ran(void *context)
{
    (void)context;
    return pawl__load8(&all.done, PAWL__ACQUIRE) != 0;
}

static void notify(sample *ran, sample *calls)
{
    all.of->enter();
    all.waiting = 0;
    all.woken = 0;
    all.round++;
    pawl__store8(&all.done, 0, PAWL__RELAXED);
    int64_t started = host_now();
    int64_t before = host_thread_cpu_ns();
    all.of->notify_all();
    int64_t after = host_thread_cpu_ns();
    all.of->leave();
    crew_until(all_ran, NULL);
    sample_add(ran, (double)(all.ended - started));
    sample_add(calls, (double)(after - before));
}

bool measure_notify(const cell *in, const contender *of, const effort *by, result *to)
{
    sample ran = {0, {0}};
    sample calls = {0, {0}};
    unsigned threads = cell_threads(in, by);
    all.of = of->monitor;
    all.threads = threads;
    all.rounds = by->notifications;
    all.round = 0;
    all.waiting = 0;
    all.wakings = 0;
    of->monitor->make();
    waiter *waiters = waiters_start(threads, attend);
    for (unsigned round = 0; round < by->notifications; round++) {
        crew_until(all_wait, NULL);
        waiters_await_asleep(waiters, threads);
        notify(&ran, &calls);
    }
    waiters_join(waiters, threads);
    of->monitor->discard();
    sample_add(&to->metrics[METRIC_TIME], sample_spread(&ran).median);
    sample_add(&to->metrics[METRIC_CALL], sample_spread(&calls).median);
    return cell_balances(in, of, all.wakings, (uint64_t)threads * by->notifications);
}
