/* SPDX-License-Identifier: MIT
 *
 * Loops of one thread, and ping-pongs of two.
 */
#include "host.h"
#include "measure.h"

#include "crew.h"

#include <pawl/lock.h>

#include <stdio.h>

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
    int64_t (*late_ns)(void); /* a measured value instead of the total time; or NULL */
} course;

static uint64_t course_total(const course *of)
{
    return of->warm_up + of->batches * of->times;
}

/* A ping-pong that is late is late twice in each round: there and back. */
static double course_ns(const course *of)
{
    return of->late_ns != NULL ? (double)of->late_ns() / 2 : (double)host_now();
}

/* Returns the sum of what the loops returned. */
static uint64_t course_run(const course *by, result *to)
{
    sample batches = {0, {0}};
    uint64_t counted = by->loop(by->warm_up);
    for (unsigned batch = 0; batch < by->batches; batch++) {
        double before = course_ns(by);
        counted += by->loop(by->times);
        sample_add(&batches, (course_ns(by) - before) / (double)by->times);
    }
    sample_add(&to->metrics[METRIC_TIME], sample_spread(&batches).median);
    return counted;
}

bool measure_solo(const cell *in, const contender *of, const effort *by, result *to)
{
    course way = {of->solo[in->loop], by->times, by->times / 10, by->batches, NULL};
    of->lock->make();
    if (in->held) {
        resident_run(of->acquire);
    }
    bool right = cell_balances(in, of, course_run(&way, to), course_total(&way));
    if (in->held) {
        resident_run(of->release);
    }
    of->lock->discard();
    return right;
}

/* The resident's side of a ping-pong: all its moves are one errand. */
static struct {
    void (*loop)(uint64_t times);
    uint64_t times;
    placement where;
} partner;

static void play(void)
{
    bool pinned = partner.where != ANYWHERE && host_pin(partner.where == APART ? 1 : 0);
    partner.loop(partner.times);
    if (pinned) {
        host_unpin();
    }
}

static uint64_t play_course(const cell *in, const course *way, result *to)
{
    bool pinned = in->where != ANYWHERE && host_pin(0);
    partner.times = course_total(way);
    partner.where = in->where;
    resident_send(play);
    uint64_t counted = course_run(way, to);
    resident_await();
    if (pinned) {
        host_unpin();
    }
    return counted;
}

bool measure_primitive(const cell *in, const contender *of, const effort *by, result *to)
{
    const primitive *one = of->primitive[in->primitive];
    uint64_t times = in->asleep              ? by->sleepy_ping_pongs
                     : cell_is_ping_pong(in) ? by->ping_pongs
                                             : by->times;
    course way = {one->loop, times, times / 10, by->batches, NULL};
    partner.loop = one->partner;
    if (in->asleep) {
        way.loop = one->loop_asleep;
        way.late_ns = one->late_ns;
        partner.loop = one->partner_asleep;
    }
    one->make();
    uint64_t counted = partner.loop != NULL ? play_course(in, &way, to) : course_run(&way, to);
    bool right = cell_balances(in, of, counted, course_total(&way));
    if (!one->settled()) {
        fprintf(stderr, "pawl-bench: %s, %s: not as it was made\n", in->name, one->name);
        right = false;
    }
    one->discard();
    return right;
}
