/* SPDX-License-Identifier: MIT
 *
 * Histories of calls, and their checks against sequential models: the search of Wing and Gong
 * (1993) over the orders that keep happens-before. A call comes before another if its end happens
 * before the other's beginning: not if it merely ran earlier, since then a load may still miss its
 * effect.
 */
#include "engine.h"

#include "lot.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { CALLS = 32 };

static struct {
    struct sim_call call;
    struct clock begin;
    unsigned ender; /* the fibre in which it ended: a task's call may end in another's */
    uint32_t end;   /* 0: it has not ended */
} calls[CALLS];
static unsigned call_count;
/* A fibre's calls that have not ended: a task is called inside one. */
static unsigned open_calls[SIM_FIBRES][CALLS];
static unsigned open_count[SIM_FIBRES];

void history_reset(void)
{
    call_count = 0;
    memset(open_count, 0, sizeof open_count);
}

/* Returns the call's number. */
static unsigned begin_call(int name, int64_t argument)
{
    struct fibre *fibre = &sim_engine.fibres[sim_engine.self];
    if (call_count == CALLS) {
        sim_fail("the engine is too small: calls");
    }
    fibre->parked = false;
    fibre->queued_step = 0;
    fibre->hb.at[sim_engine.self]++;
    calls[call_count].call = (struct sim_call){name, argument, 0, sim_engine.self};
    calls[call_count].begin = fibre->hb;
    calls[call_count].end = 0;
    return call_count++;
}

static void end_call(unsigned call, int64_t result)
{
    calls[call].call.result = result;
    calls[call].ender = sim_engine.self;
    calls[call].end = ++sim_engine.fibres[sim_engine.self].hb.at[sim_engine.self];
}

void sim_begin(int name, int64_t argument)
{
    unsigned self = sim_engine.self;
    open_calls[self][open_count[self]++] = begin_call(name, argument);
}

int64_t sim_end(int64_t result)
{
    unsigned self = sim_engine.self;
    end_call(open_calls[self][--open_count[self]], result);
    return result;
}

static void call_task(pawl_await *op, pawl_status result)
{
    struct sim_task *task = pawl_await_context(op);
    end_call(task->call, result);
    task->then();
}

pawl_await *sim_start(struct sim_task *task, int name, void (*then)(void))
{
    pawl_await_init(&task->op, call_task, task);
    task->then = then;
    task->call = begin_call(name, 0);
    return &task->op;
}

void sim_started(struct sim_task *task, pawl_status status)
{
    SIM_CHECK(status == PAWL_OK || status == PAWL_PENDING);
    if (status == PAWL_OK) {
        call_task(&task->op, PAWL_OK);
    }
}

void sim_cancel(struct sim_task *task)
{
    if (pawl_await_cancel(&task->op)) {
        end_call(task->call, PAWL_TIMEOUT);
    }
}

/* Whether call `at` may be the next of those not in `done`: no other must come before it. */
static bool may_be_next(uint32_t done, unsigned at)
{
    for (unsigned i = 0; i < call_count; i++) {
        if ((done & 1U << i) == 0 && i != at &&
            calls[at].begin.at[calls[i].ender] >= calls[i].end) {
            return false;
        }
    }
    return true;
}

static bool linearize(const struct sim_model *model, uint32_t done, const int64_t *state)
{
    if (done + 1 == 1U << call_count) {
        return true;
    }
    for (unsigned i = 0; i < call_count; i++) {
        int64_t next[4];
        memcpy(next, state, sizeof next);
        if ((done & 1U << i) == 0 && may_be_next(done, i) && model->step(next, &calls[i].call) &&
            linearize(model, done | 1U << i, next)) {
            return true;
        }
    }
    return false;
}

void sim_check_linearizable(const struct sim_model *model)
{
    char text[MESSAGE_BYTES / 2];
    size_t length = 0;
    for (unsigned i = 0; i < call_count; i++) {
        if (calls[i].end == 0) {
            sim_fail("a call has not ended");
        }
    }
    if (call_count == CALLS || linearize(model, 0, model->first)) {
        return;
    }
    text[0] = '\0';
    for (unsigned i = 0; i < call_count && length < sizeof text - 40; i++) {
        length += (size_t)snprintf(text + length, sizeof text - length, " %c:%d(%d)=%d",
                                   'a' + (int)calls[i].call.fibre, calls[i].call.name,
                                   (int)calls[i].call.argument, (int)calls[i].call.result);
    }
    sim_fail("not linearizable:%s", text);
}

void sim_enter(struct sim_section *section)
{
    unsigned arrival = sim_arrival();
    sim_plain(&section->inside, true, "what the section protects");
    if (section->inside != 0) {
        sim_fail("two are in the section");
    }
    section->inside = sim_engine.self + 1;
    if (section->entered < sizeof section->order / sizeof section->order[0]) {
        section->order[section->entered] = arrival;
    }
    section->entered++;
}

void sim_leave(struct sim_section *section)
{
    sim_plain(&section->inside, true, "what the section protects");
    if (section->inside != sim_engine.self + 1) {
        sim_fail("another was in the section");
    }
    section->inside = 0;
}

unsigned sim_first(const void *key)
{
    struct pawl__bucket *bucket = NULL;
    unsigned owner = SIM_FIBRES;
    if (port_peek(key, &bucket)) {
        const void *first = pawl__lot_first(bucket, key);
        owner = first != NULL ? engine_owner_of(first) : SIM_FIBRES;
    }
    port_peek_end(bucket);
    return owner;
}

unsigned sim_roused(const void *key)
{
    struct pawl__bucket *bucket = NULL;
    const pawl_await *first = port_peek(key, &bucket) ? pawl__lot_first(bucket, key) : NULL;
    unsigned roused = first != NULL && pawl__waiter_is_awake(first) ? 1 : 0;
    for (const pawl_await *at = first; first != NULL && at->next_ != first; at = at->next_) {
        roused += pawl__waiter_is_awake(at->next_) ? 1 : 0;
    }
    port_peek_end(bucket);
    return roused;
}

size_t sim_queue_length(const void *key)
{
    struct pawl__bucket *bucket = NULL;
    bool free = port_peek(key, &bucket);
    port_peek_end(bucket);
    if (!free) {
        return SIM_NONE;
    }
    bool live = sim_engine.live;
    sim_engine.live = false;
    size_t count = pawl__lot_count(key);
    sim_engine.live = live;
    return count;
}

void sim_check_served_in_order(const void *key)
{
    unsigned mine = sim_arrival();
    unsigned first = sim_first(key);
    if (first < SIM_FIBRES && first != sim_engine.self && sim_arrival_of(first) < mine) {
        sim_fail("%c was served before %c, who had come earlier", 'a' + (int)sim_engine.self,
                 'a' + (int)first);
    }
}

void trace_line(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (sim_engine.live) {
        printf("    %4u  %c  ", (unsigned)sim_engine.step, 'a' + (int)sim_engine.self);
    } else {
        printf("          ");
    }
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
}
