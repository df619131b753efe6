/* SPDX-License-Identifier: MIT
 *
 * The simulated machine, between its parts: fibres (fibre.c), memory (memory.c), the seam (port.c),
 * the search (explore.c), histories (history.c) and the command line (main.c).
 *
 * A fibre stops before each visible operation (a point), which it leaves pending, and the running
 * fibre then chooses which fibre goes on. So one step is a pending operation and everything after
 * it up to the next point. The search decides the fibre of each step, and a number if a step can
 * turn out in several ways (which store a load reads, whether the clock has moved).
 */
#ifndef PAWL_TESTS_SIM_ENGINE_H
#define PAWL_TESTS_SIM_ENGINE_H

#include "sim.h"

#include "lot.h"
#include "native.h"

enum { STEPS_MAX = 4000, MESSAGE_BYTES = 400 };

/* The simulated memory: the fibres' stacks, then the map, from which everything else is
 * allocated. */
enum {
    STACK_BYTES = 128 * 1024,
    STACKS_BYTES = SIM_FIBRES * STACK_BYTES,
    MAP_BYTES = 1024 * 1024,
    MEMORY_BYTES = STACKS_BYTES + MAP_BYTES
};
extern char sim_memory[MEMORY_BYTES];

/* The offset of an address in it; MEMORY_BYTES or more: the address is not in it. */
static inline size_t memory_offset(const volatile void *at)
{
    return (uintptr_t)at - (uintptr_t)sim_memory;
}

/* How much is known of each fibre's actions: for happens-before in the fibres' own ticks, for the
 * search in steps. */
struct clock {
    uint32_t at[SIM_FIBRES];
};

enum op_kind {
    OP_NONE,
    OP_LOAD,
    OP_STORE,
    OP_CAS,
    OP_LOCK,
    OP_UNLOCK,
    OP_PARK,
    OP_UNPARK,
    OP_LOOK,
    OP_FREE,
    OP_YIELD,
    OP_WORLD /* concerns everybody */
};

struct op {
    enum op_kind kind;
    const volatile void *at;
    size_t size;
    pawl_time deadline; /* a park's */
    const char *where;
};

/* One store in the history of a place, found by its number in the pool; 0 is none. */
struct store {
    uint64_t value;
    unsigned before;           /* the store before it in modification order */
    struct clock sync;         /* what an acquire that reads it learns: its release sequence */
    uint32_t seen[SIM_FIBRES]; /* each fibre's tick when it first read or wrote it; 0: never */
};

/* An address that is accessed: an atomic, a guard, a parker, the clock, or plain data. */
struct place {
    const volatile void *at;
    size_t size;
    unsigned latest; /* its newest store */
    uint32_t touched[SIM_FIBRES];
    /* A guard's or parker's: what the fibre that left it knew. */
    struct clock left;
    /* Plain data's. */
    uint32_t write_tick, read_tick[SIM_FIBRES];
    unsigned writer;
    /* The search's: the last conflicting steps, and what was known then. */
    uint32_t write_step, read_step[SIM_FIBRES];
    unsigned write_fibre;
    struct clock write_dep, read_dep;
};

/* Keys of pointers that each fibre has for itself: the lot's three, which a child that was forked
 * while they were made makes anew. */
enum { SIM_LOCALS = 6 };

struct fibre {
    struct op pending;
    struct clock hb;  /* happens-before, in ticks */
    struct clock dep; /* what its steps so far depend on, in steps */
    bool ended;
    bool vanished; /* it ended in the middle of a call, as the others do in a forked child */
    void *locals[SIM_LOCALS];
    uint64_t remembered[SIM_COPIES];
    bool parked; /* in this call */
    bool waited; /* slept or spun, since it was asked */
    struct sim_counts counts;
    unsigned queued_step, taken_step; /* in this call: when it joined a queue; its last swap */
    pawl_time waits_since;
};

/* What the search sees of a step after it was taken. */
struct access {
    const volatile void *at;
    bool write;
};
enum { ACCESSES_MAX = 24 };
struct step {
    unsigned fibre;
    unsigned data, data_count;
    struct clock dep; /* what it depends on, itself included */
    unsigned access_count;
    struct access accesses[ACCESSES_MAX];
};

struct engine {
    const struct sim_case *one; /* the case */
    unsigned fibre_count;
    struct fibre fibres[SIM_FIBRES + 1]; /* the last is what runs outside the schedule */
    unsigned self;                       /* the running fibre; SIM_FIBRES if not live */
    bool live;     /* a fibre runs, and its operations are points */
    bool alone;    /* in a forked child */
    bool single;   /* the first fibre has not started the others */
    uint32_t step;
    struct step steps[STEPS_MAX + 1]; /* from 1 */
    bool generous; /* with the limits, as random schedules are */
    unsigned old_values_left, jumps_left, spurious_left;
    bool failed, pruned;
    char message[MESSAGE_BYTES];
    bool verbose;
    pawl_time now;
    /* The last step that concerned every fibre, and what it depends on. */
    uint32_t world_step;
    unsigned world_fibre;
    struct clock world_dep;
};
extern struct engine sim_engine;

/* fibre.c: run one schedule of the case, whose steps the search chooses. */
void engine_run(const struct sim_case *one);
void engine_point(struct op op);
bool engine_is_enabled(unsigned fibre);
/* Whether the fibre can only time out, or wake spuriously. */
bool engine_is_only_late(unsigned fibre);
/* The stack an address lies in, or SIM_FIBRES. */
unsigned engine_owner_of(const void *at);

/* explore.c: the fibre of the next step (SIM_FIBRES: the schedule is given up), and which of
 * `count` ways the step goes, 0 being the plain one. */
unsigned search_choose_fibre(void);
unsigned search_choose_way(unsigned count);
/* The running step and the step `before`, of another fibre, might happen in the other order; and
 * the running step has ended. */
void search_note_race(uint32_t before);
void search_end_step(void);

/* memory.c */
enum access_mode {
    ACCESS_READ,
    ACCESS_WRITE,
    ACCESS_FOLLOW /* depends on the last write, and could never come before it */
};
void memory_reset(void);
void memory_undo(void);
void *memory_map(size_t size);
/* The map's bytes there, which are all zero when a run begins, are about to be written to. */
void memory_note_write(const volatile void *at, size_t size);
struct place *memory_place(const volatile void *at, size_t size);
/* The running fibre writes plainly to what it or another may have accessed atomically; and has done
 * so: these writes enter the histories of their places as stores of this fibre. */
void memory_note_plain_write(const volatile void *at);
void memory_end_plain_writes(void);
void memory_access(struct place *place, enum access_mode mode);
/* The running step concerns every fibre; and each step follows the last that did. */
extern const char world_cell;
void memory_concern_all(void);
void memory_follow_world(void);
void memory_learn(struct clock *clock, const struct clock *news);
/* The address as a name that a person can read, in a buffer that lives until the third next
 * call. */
const char *memory_name(const volatile void *at);
void memory_check_end(void);
void memory_settle(void);

/* plain.c: a new run; an atomic access, which races with plain ones; and the end of an object,
 * which returns the fibre whose access to it does not happen before, or SIM_FIBRES. */
void plain_reset(void);
void plain_note_atomic(const volatile void *at, size_t size, bool write);
unsigned plain_free(const void *at, size_t size);

/* history.c: one line of a schedule that is being printed. */
void trace_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define trace(...) (sim_engine.verbose ? trace_line(__VA_ARGS__) : (void)0)

/* history.c */
void history_reset(void);

/* file.c */
void file_reset(void);

/* port.c */
extern const char clock_cell;
void port_reset(void);
void port_find_pool(void);
bool port_is_parker(const volatile void *at);
bool port_guard_is_free(const volatile void *at);
/* What the other copy of pawl has registered and remembered is gone. */
void port_unload_other(void);
/* The running fibre is inside the guard of the pool of parkers, or only reads the lot. */
bool port_is_aside(void);
/* Access to a lot that was opened in this run: the accessing fibre must have seen that it is
 * prepared. */
void port_check_block(const volatile void *at);
/* Begin and end reading the lot without points; false: not now, because the lot is in the middle of
 * a change. */
bool port_peek(const void *key, struct pawl__bucket **bucket);
void port_peek_end(struct pawl__bucket *bucket);

#endif
