/* SPDX-License-Identifier: MIT
 *
 * The simulated machine's fibres, and one run of a case. A fibre is a stack; switching costs a
 * setjmp and a longjmp, which unlike swapcontext make no system call.
 */
#undef _FORTIFY_SOURCE /* whose longjmp refuses another stack */
#include "engine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>

struct engine sim_engine;

struct stack {
    jmp_buf place;
    bool usable; /* it waits in `place`, at the end of the body it ran last, or in its middle */
};
static struct stack stacks[SIM_FIBRES];
static jmp_buf main_place;
static bool starting;

static void run_bodies(void)
{
    for (;;) {
        struct fibre *self = &sim_engine.fibres[sim_engine.self];
        if (sim_engine.single && sim_engine.self != 0) {
            engine_point((struct op){.kind = OP_YIELD, .where = "its start"});
        }
        sim_engine.one->fibre[sim_engine.self]();
        self->ended = true;
        engine_point((struct op){.kind = OP_NONE});
    }
}

static void enter(unsigned fibre)
{
    static ucontext_t births[SIM_FIBRES];
    struct stack *stack = &stacks[fibre];
    sim_engine.self = fibre;
    sim_engine.live = true;
    if (stack->usable) {
        _longjmp(stack->place, 1);
    }
    stack->usable = true;
    getcontext(&births[fibre]);
    births[fibre].uc_stack.ss_sp = sim_memory + (size_t)fibre * STACK_BYTES;
    births[fibre].uc_stack.ss_size = STACK_BYTES;
    births[fibre].uc_link = NULL;
    makecontext(&births[fibre], run_bodies, 0);
    setcontext(&births[fibre]);
    abort();
}

static void go_to_main(void)
{
    sim_engine.live = false;
    _longjmp(main_place, 1);
}

unsigned engine_owner_of(const void *at)
{
    size_t offset = memory_offset(at);
    return offset < STACKS_BYTES ? (unsigned)(offset / STACK_BYTES) : SIM_FIBRES;
}

bool engine_is_enabled(unsigned fibre)
{
    const struct fibre *at = &sim_engine.fibres[fibre];
    if (at->ended || (sim_engine.single && fibre != 0)) {
        return false;
    }
    switch (at->pending.kind) {
    case OP_LOCK:
        return port_guard_is_free(at->pending.at);
    case OP_PARK:
        return ((const volatile struct pawl__parker *)at->pending.at)->token ||
               ((const volatile struct pawl__parker *)at->pending.at)->poked ||
               at->pending.deadline != PAWL_NEVER;
    default:
        return true;
    }
}

bool engine_is_only_late(unsigned fibre)
{
    const struct op *op = &sim_engine.fibres[fibre].pending;
    return op->kind == OP_PARK && !((const volatile struct pawl__parker *)op->at)->token &&
           !((const volatile struct pawl__parker *)op->at)->poked;
}

static void fail_with_deadlock(void)
{
    char text[MESSAGE_BYTES / 2];
    size_t length = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < sim_engine.fibre_count; i++) {
        const struct fibre *fibre = &sim_engine.fibres[i];
        if (!fibre->ended && length < sizeof text - 40) {
            length += (size_t)snprintf(text + length, sizeof text - length, " %c %s;", 'a' + (int)i,
                                       fibre->pending.kind == OP_PARK ? "is parked"
                                                                      : "waits for a guard");
        }
    }
    sim_fail("deadlock:%s a wake-up was lost", text);
}

/* Begin the next step, of this fibre or another. Does not return if the run has ended. */
static void choose_next(void)
{
    bool any = false;
    bool all_ended = true;
    search_end_step();
    for (unsigned i = 0; i < sim_engine.fibre_count; i++) {
        any = any || engine_is_enabled(i);
        all_ended = all_ended && sim_engine.fibres[i].ended;
    }
    if (!any && !all_ended) {
        fail_with_deadlock();
    }
    if (all_ended || sim_engine.failed) {
        go_to_main();
    }
    if (sim_engine.step == STEPS_MAX) {
        sim_fail("no end after %d steps", STEPS_MAX);
    }
    sim_engine.steps[++sim_engine.step] = (struct step){.data_count = 1};
    unsigned next = search_choose_fibre();
    if (next == SIM_FIBRES) {
        sim_engine.step--;
        sim_engine.pruned = true;
        go_to_main();
    }
    sim_engine.steps[sim_engine.step].fibre = next;
    if (next != sim_engine.self) {
        enter(next);
    }
}

void engine_point(struct op op)
{
    if (!sim_engine.live) {
        return;
    }
    unsigned self = sim_engine.self;
    struct fibre *fibre = &sim_engine.fibres[self];
    memory_end_plain_writes();
    fibre->pending = op;
    if (_setjmp(stacks[self].place) == 0) {
        if (starting) {
            go_to_main();
        }
        choose_next();
    }
    fibre->pending.kind = OP_NONE;
    fibre->hb.at[self]++;
    memory_follow_world();
}

static void begin(const struct sim_case *one)
{
    struct engine *engine = &sim_engine;
    engine->one = one;
    engine->step = 0;
    engine->failed = false;
    engine->pruned = false;
    engine->live = false;
    engine->alone = false;
    engine->single = one->single;
    engine->self = SIM_FIBRES;
    engine->now = PAWL_S(1);
    engine->world_step = 0;
    engine->old_values_left = one->old_values != 0 ? one->old_values : 2;
    if (one->old_values == SIM_NONE) {
        engine->old_values_left = 0;
    }
    if (engine->generous) {
        engine->old_values_left += 2;
    }
    engine->jumps_left = one->jumps;
    engine->spurious_left = one->spurious + (engine->generous ? 1 : 0);
    engine->fibres[SIM_FIBRES] = (struct fibre){.ended = true};
    for (engine->fibre_count = 0;
         engine->fibre_count < SIM_FIBRES && one->fibre[engine->fibre_count] != NULL;) {
        engine->fibres[engine->fibre_count] = (struct fibre){.ended = false};
        engine->fibres[engine->fibre_count].hb.at[engine->fibre_count] = 1;
        engine->fibre_count++;
    }
}

static void start(unsigned fibre)
{
    if (_setjmp(main_place) == 0) {
        enter(fibre);
    }
}

static void go_on(void)
{
    if (_setjmp(main_place) == 0) {
        choose_next();
    }
}

/* Bring each fibre to its first point, in any order, because no order can be observed; then go on
 * until the run ends. */
static void run_fibres(void)
{
    starting = true;
    for (unsigned i = 0; i < sim_engine.fibre_count && !sim_engine.failed; i++) {
        start(i);
    }
    starting = false;
    sim_engine.self = SIM_FIBRES;
    if (!sim_engine.failed) {
        go_on();
    }
    for (unsigned i = 0; i < sim_engine.fibre_count; i++) {
        stacks[i].usable =
            stacks[i].usable && sim_engine.fibres[i].ended && !sim_engine.fibres[i].vanished;
    }
}

void engine_run(const struct sim_case *one)
{
    begin(one);
    memory_reset();
    port_reset();
    file_reset();
    history_reset();
    if (!one->cold) {
        port_find_pool();
        memory_settle();
    }
    one->setup();
    run_fibres();
    sim_engine.live = false;
    search_end_step();
    if (!sim_engine.failed && !sim_engine.pruned) {
        if (!one->leaves) {
            memory_check_end();
        }
        if (one->finish != NULL && !sim_engine.failed) {
            one->finish();
        }
        if (one->leaves && !sim_engine.failed) {
            memory_check_end();
        }
    }
    memory_undo();
}

void sim_fail(const char *format, ...)
{
    if (!sim_engine.failed) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(sim_engine.message, sizeof sim_engine.message, format, arguments);
        va_end(arguments);
        sim_engine.failed = true;
    }
    if (sim_engine.live) {
        go_to_main();
    }
}

unsigned sim_self(void)
{
    return sim_engine.self;
}

void sim_yield(void)
{
    engine_point((struct op){.kind = OP_YIELD});
}

bool sim_single_threaded(void)
{
    return sim_engine.single;
}

void sim_start_threads(void)
{
    engine_point((struct op){.kind = OP_WORLD, .where = "start"});
    memory_concern_all();
    sim_engine.single = false;
    for (unsigned i = 0; i < sim_engine.fibre_count; i++) {
        memory_learn(&sim_engine.fibres[i].hb, &sim_engine.fibres[sim_engine.self].hb);
    }
    trace("starts the others");
}

void sim_pause(void)
{
    if (sim_engine.live) {
        sim_engine.fibres[sim_engine.self].waited = true;
        sim_engine.fibres[sim_engine.self].counts.pauses++;
    }
}

struct sim_counts sim_counts(unsigned fibre)
{
    return sim_engine.fibres[fibre].counts;
}

bool sim_has_waited(void)
{
    struct fibre *self = &sim_engine.fibres[sim_engine.self];
    bool waited = self->waited;
    self->waited = false;
    return waited;
}

pawl_time sim_time(void)
{
    return sim_engine.now;
}

unsigned sim_step(void)
{
    return sim_engine.step;
}

unsigned sim_arrival(void)
{
    struct fibre *self = &sim_engine.fibres[sim_engine.self];
    unsigned arrival = self->queued_step != 0 ? self->queued_step : self->taken_step;
    self->parked = false;
    self->queued_step = 0;
    return arrival;
}

bool sim_sleeps(unsigned fibre)
{
    return fibre < sim_engine.fibre_count && !sim_engine.fibres[fibre].ended &&
           engine_is_only_late(fibre) && sim_engine.fibres[fibre].pending.deadline != 0;
}

unsigned sim_arrival_of(unsigned fibre)
{
    return sim_engine.fibres[fibre].queued_step;
}

pawl_time sim_waits_since(unsigned fibre)
{
    return sim_engine.fibres[fibre].waits_since;
}
