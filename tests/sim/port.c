/* SPDX-License-Identifier: MIT
 *
 * The seam on the simulated machine. Contract: src/port.h.
 *
 * The guard of the lot's pool of parkers is apart: parkers are interchangeable, so its sections
 * commute, and taking it is no point. It also creates no happens-before, so that nothing that has
 * to be ordered is ordered by it by chance.
 */
#include "port.h"
#include "misuse.h"

#include "engine.h"
#include "lot.h"
#include "spin.h"

#include <string.h>

enum { PARKERS = 64 };

const char clock_cell;
static void *shared_block_cell;
static struct pawl__guard *pool;
static bool finding_pool;
static bool peeking, in_the_way;
static const volatile void *parkers[PARKERS];
static unsigned parker_count;
/* Lots that fibres prepared, in the order of their addresses. */
static struct {
    char *at;
    size_t size;
} blocks[SIM_FIBRES];
static unsigned block_count;
/* The handlers of each copy, oldest first: the first copy's before any case, the other's when a
 * case loads it. */
static struct {
    void (*before)(void), (*in_child)(void);
} fork_handlers[SIM_FIBRES];
static unsigned fork_handler_count;
static unsigned local_count;

static struct fibre *self(void)
{
    return &sim_engine.fibres[sim_engine.self];
}

void port_reset(void)
{
    pool = NULL;
    parker_count = 0;
    block_count = 0;
    local_count = 0;
    fork_handler_count = 1;
}

/* Open the lot, and find out which guard a waiter's parker comes from. */
void port_find_pool(void)
{
    struct pawl__sleeper waiter;
    unsigned turn = 0;
    finding_pool = !sim_engine.one->pool;
    pawl__lot_open(&waiter, PAWL__ON_LOCK);
    pawl__lot_close(&waiter);
    finding_pool = false;
    pawl__spin(&turn); /* looks up the number of processors */
}

void port_unload_other(void)
{
    fork_handler_count = 1;
    for (unsigned i = 0; i <= SIM_FIBRES; i++) {
        sim_engine.fibres[i].remembered[1] = 0;
    }
}

bool port_is_parker(const volatile void *at)
{
    unsigned i = 0;
    while (i < parker_count && parkers[i] != at) {
        i++;
    }
    return i < parker_count;
}

bool port_guard_is_free(const volatile void *at)
{
    return !((const volatile struct pawl__guard *)at)->held;
}

/* A reading of the clock may find that time has passed. */
pawl_time pawl__port_now(void)
{
    if (sim_engine.live) {
        engine_point((struct op){.kind = OP_LOOK, .at = &clock_cell, .where = "clock"});
        self()->counts.looks++;
        unsigned way = search_choose_way(sim_engine.jumps_left > 0 ? 2 : 1);
        if (way != 0) {
            sim_engine.jumps_left--;
            sim_engine.now += sim_engine.one->jump != 0 ? sim_engine.one->jump : PAWL_US(1200);
        }
        memory_access(memory_place(&clock_cell, 0), way != 0 ? ACCESS_WRITE : ACCESS_READ);
        trace("clock  %lld us%s", (long long)((sim_engine.now - PAWL_S(1)) / 1000),
              way != 0 ? " (it has moved)" : "");
    }
    return sim_engine.now;
}

void sim_pass(pawl_ns ns)
{
    engine_point((struct op){.kind = OP_LOOK, .at = &clock_cell, .where = "clock"});
    memory_access(memory_place(&clock_cell, 0), ACCESS_WRITE);
    sim_engine.now += ns;
    trace("clock  %lld us, as time passes", (long long)((sim_engine.now - PAWL_S(1)) / 1000));
}

unsigned pawl__port_processors(void)
{
    return sim_engine.one->processors != 0 ? sim_engine.one->processors : 1;
}

bool port_is_aside(void)
{
    return peeking || (pool != NULL && pool->held);
}

void port_check_block(const volatile void *at)
{
    for (unsigned i = 0; i < block_count; i++) {
        const volatile char *address = at;
        if (address >= blocks[i].at && address < blocks[i].at + blocks[i].size) {
            sim_plain(blocks[i].at, false, "the lot");
        }
    }
}

static void set_held(struct pawl__guard *guard, bool held)
{
    memory_note_write(guard, sizeof *guard);
    guard->held = held;
}

void pawl__guard_init(struct pawl__guard *guard)
{
    set_held(guard, false);
}

void pawl__parker_init(struct pawl__parker *parker)
{
    parker->token = false;
    parker->poked = false;
    if (parker_count < PARKERS) {
        parkers[parker_count++] = parker;
    }
}

void pawl__guard_lock(struct pawl__guard *guard)
{
    if (finding_pool) {
        pool = guard;
    }
    if (peeking && guard->held) {
        in_the_way = true;
        return;
    }
    port_check_block(guard);
    if (!sim_engine.live || (guard == pool && !guard->held)) {
        set_held(guard, true);
        return;
    }
    engine_point((struct op){.kind = OP_LOCK, .at = guard, .where = "guard"});
    set_held(guard, true);
    if (guard == pool) {
        return;
    }
    self()->counts.entered++;
    struct place *place = memory_place(guard, sizeof *guard + 1);
    memory_access(place, ACCESS_WRITE);
    memory_learn(&self()->hb, &place->left);
    trace("enter  %s", memory_name(guard));
}

void pawl__guard_unlock(struct pawl__guard *guard)
{
    if (peeking && in_the_way) {
        return;
    }
    if (!sim_engine.live || guard == pool) {
        set_held(guard, false);
        return;
    }
    engine_point((struct op){.kind = OP_UNLOCK, .at = guard, .where = "guard"});
    set_held(guard, false);
    struct place *place = memory_place(guard, sizeof *guard + 1);
    memory_access(place, ACCESS_FOLLOW);
    place->left = self()->hb;
    trace("leave  %s", memory_name(guard));
}

/* One check by a parked fibre; true: the wait has ended, with or without a token. */
static bool park_once(struct pawl__parker *parker, pawl_time deadline, bool *taken)
{
    engine_point((struct op){.kind = OP_PARK, .at = parker, .size = sizeof *parker,
                             .deadline = deadline, .where = "park"});
    struct place *place = memory_place(parker, sizeof *parker);
    *taken = parker->token;
    if (*taken) {
        memory_access(place, deadline == PAWL_NEVER ? ACCESS_FOLLOW : ACCESS_WRITE);
        memory_learn(&self()->hb, &place->left);
        parker->token = false;
        trace("wakes");
        return true;
    }
    memory_access(place, ACCESS_WRITE);
    if (parker->poked) {
        parker->poked = false;
        memory_learn(&self()->hb, &place->left);
        trace("is poked");
        return true;
    }
    if (search_choose_way(sim_engine.spurious_left > 0 ? 2 : 1) != 0) {
        sim_engine.spurious_left--;
        trace("wakes for nothing");
        return false;
    }
    bool passed = sim_engine.now >= deadline;
    sim_engine.now = passed ? sim_engine.now : deadline;
    memory_access(memory_place(&clock_cell, 0), passed ? ACCESS_READ : ACCESS_WRITE);
    trace("times out at %lld us", (long long)((sim_engine.now - PAWL_S(1)) / 1000));
    return true;
}

static bool park(struct pawl__parker *parker, pawl_time deadline, bool lightly)
{
    bool taken = false;
    struct fibre *fibre = self();
    if (!sim_engine.live) {
        sim_fail("a wait outside the fibres");
        return true;
    }
    fibre->waited = fibre->waited || deadline != 0;
    if (!fibre->parked && deadline != 0) {
        fibre->parked = true;
        fibre->waits_since = sim_engine.now;
    }
    trace("parks  %s", deadline == PAWL_NEVER ? "" : "with a deadline");
    while (!park_once(parker, deadline, &taken) && !lightly) {
    }
    return taken;
}

bool pawl__park(struct pawl__parker *parker, pawl_time deadline)
{
    if (parker->poked) {
        sim_fail("a poke is left for a wait that nobody may disturb");
    }
    return park(parker, deadline, false);
}

bool pawl__park_lightly(struct pawl__parker *parker, pawl_time deadline)
{
    return park(parker, deadline, true);
}

void pawl__poke(struct pawl__parker *parker)
{
    if (!sim_engine.live) {
        return;
    }
    engine_point((struct op){.kind = OP_UNPARK, .at = parker, .size = sizeof *parker,
                             .where = "poke"});
    struct place *place = memory_place(parker, sizeof *parker);
    memory_access(place, ACCESS_WRITE);
    trace("pokes another");
    memory_learn(&place->left, &self()->hb);
    memory_note_write(parker, sizeof *parker);
    parker->poked = true;
}

void pawl__forget_poke(struct pawl__parker *parker)
{
    parker->poked = false;
}

void pawl__unpark(struct pawl__parker *parker)
{
    if (!sim_engine.live) {
        return;
    }
    engine_point((struct op){.kind = OP_UNPARK, .at = parker, .size = sizeof *parker,
                             .where = "unpark"});
    struct place *place = memory_place(parker, sizeof *parker);
    memory_access(place, ACCESS_WRITE);
    trace("wakes another%s", parker->token ? ", who has a token already" : "");
    if (parker->token) {
        sim_fail("a parker gets a second token: a double grant");
    }
    memory_learn(&place->left, &self()->hb);
    memory_note_write(parker, sizeof *parker);
    parker->token = true;
}

void *pawl__port_map(size_t size)
{
    return memory_map(size);
}

/* At load there is no case yet, and no block: the first fibre that needs it opens it. Zeros, which
 * fresh memory is, are an empty lot here: to prepare it would take most of a schedule's time. */
void *pawl__port_shared_block(size_t size, void (*prepare)(void *block))
{
    (void)prepare;
    if (sim_engine.one == NULL) {
        return NULL;
    }
    void *block = pawl__cell_meet(&shared_block_cell, NULL);
    if (block == NULL) {
        void *fresh = memory_map(size);
        if (sim_engine.live) {
            blocks[block_count].at = fresh;
            blocks[block_count++].size = size;
        }
        sim_plain(fresh, true, "the lot"); /* visible to every user; one byte is enough */
        block = pawl__cell_meet(&shared_block_cell, fresh);
    }
    return block;
}

/* Each fork of the machine calls the handlers. */
uint32_t *pawl__port_fork_mark(void *block, size_t size)
{
    (void)block;
    (void)size;
    return NULL;
}

void pawl__local_init(struct pawl__local *local, void (*keep)(void *value))
{
    (void)keep; /* a thread's locals are never cleared */
    sim_plain(local, true, "a local's key");
    local->number = ++local_count;
}

void *pawl__local_get(const struct pawl__local *local)
{
    sim_plain(local, false, "a local's key");
    return self()->locals[local->number - 1];
}

void pawl__local_set(const struct pawl__local *local, void *value)
{
    self()->locals[local->number - 1] = value;
}

uint64_t sim_remembered(unsigned copy)
{
    return sim_engine.live ? self()->remembered[copy] : 0;
}

void sim_remember(unsigned copy, uint64_t word)
{
    self()->remembered[copy] = word;
}

bool pawl__port_is_ending(void)
{
    return false;
}

void pawl__port_yield(void)
{
    sim_yield();
}

int pawl__port_forbid_cancellation(void)
{
    return 0;
}

void pawl__port_restore_cancellation(int before)
{
    (void)before;
}

void pawl__port_call(void (*fn)(void *ctx), void *ctx, void (*left)(void *ctx), void *left_ctx)
{
    (void)left;
    (void)left_ctx;
    fn(ctx);
}

void pawl__port_at_fork(void (*prepare)(void), void (*child)(void))
{
    if (fork_handler_count == SIM_FIBRES) {
        sim_fail("the engine is too small: fork handlers");
        return;
    }
    fork_handlers[fork_handler_count].before = prepare;
    fork_handlers[fork_handler_count++].in_child = child;
}

/* In the order of pthread_atfork: the newest before the fork, the oldest first in the child. */
static void call_before_fork(void)
{
    for (unsigned i = fork_handler_count; i > 0; i--) {
        fork_handlers[i - 1].before();
    }
}

static void call_in_child(void)
{
    for (unsigned i = 0; i < fork_handler_count; i++) {
        fork_handlers[i].in_child();
    }
}

/* A fork, seen from the parent or from the child. In the child the others have vanished, and memory
 * is what it was when the fork was made: the newest values. */
bool sim_fork(void)
{
    call_before_fork();
    engine_point((struct op){.kind = OP_WORLD, .where = "fork"});
    memory_concern_all();
    bool forked = search_choose_way(2) != 0;
    trace("forks  %s", forked ? "and goes on in the child" : "and goes on in the parent");
    for (unsigned i = 0; forked && i < sim_engine.fibre_count; i++) {
        struct fibre *other = &sim_engine.fibres[i];
        memory_learn(&self()->hb, &other->hb);
        if (other != self() && !other->ended) {
            other->ended = other->vanished = true;
        }
    }
    sim_engine.alone = forked;
    if (forked) {
        call_in_child();
    }
    return forked;
}

void sim_be_child(void)
{
    call_before_fork();
    call_in_child();
}

/* What each thread did before the barrier happens before what its caller does next, and what the
 * caller did happens before what each does next: what FlushProcessWriteBuffers and Linux's
 * membarrier promise. Between two others it orders nothing. */
void sim_barrier_all(void)
{
    if (!sim_engine.live) {
        return;
    }
    engine_point((struct op){.kind = OP_WORLD, .where = "barrier"});
    memory_concern_all();
    struct clock before = self()->hb;
    for (unsigned i = 0; i < sim_engine.fibre_count; i++) {
        memory_learn(&self()->hb, &sim_engine.fibres[i].hb);
        memory_learn(&sim_engine.fibres[i].hb, &before);
    }
    trace("barrier for all");
}

bool port_peek(const void *key, struct pawl__bucket **bucket)
{
    peeking = true;
    in_the_way = false;
    bool live = sim_engine.live;
    sim_engine.live = false;
    *bucket = pawl__lot_bucket(key);
    pawl__lot_lock(*bucket);
    sim_engine.live = live;
    return !in_the_way;
}

void port_peek_end(struct pawl__bucket *bucket)
{
    bool live = sim_engine.live;
    sim_engine.live = false;
    pawl__lot_unlock(bucket);
    sim_engine.live = live;
    peeking = false;
}
