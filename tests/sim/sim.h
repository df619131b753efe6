/* SPDX-License-Identifier: MIT
 *
 * The simulator, for its cases. A case is a few fibres that use pawl on a simulated machine, and
 * what must hold in every schedule of theirs.
 *
 * Each atomic access, guard, park, unpark and reading of the clock is a point at which any other
 * fibre may go on. A load may read any store that C11 allows. What a fibre writes plainly, by
 * SIM_WRITE, is a data race unless the accesses are ordered by happens-before, whatever the order
 * in which they ran. The engine itself reports: a deadlock, a data race, an access to freed memory
 * or one that is not ordered before the free, a waiter or a token left behind, and a schedule
 * without end.
 */
#ifndef PAWL_TESTS_SIM_SIM_H
#define PAWL_TESTS_SIM_SIM_H

#include <pawl/pawl.h>

enum { SIM_FIBRES = 6, SIM_ANY = 1000000, SIM_NONE = 1000001 };

struct sim_case {
    const char *group; /* the primitive */
    const char *name;  /* a sentence */
    void (*setup)(void);
    void (*fibre[SIM_FIBRES])(void); /* up to the first NULL */
    void (*finish)(void);            /* after all have ended; may be NULL */
    /* Limits, each for one schedule. 0: the default in brackets. Random schedules have two old
     * values and one spurious wake-up more. */
    unsigned processors; /* [1] 2: waiters spin before they park */
    unsigned old_values; /* [2] loads that read another store than the last, or SIM_NONE */
    unsigned jumps;      /* [0] looks at the clock that find it `jump` later, and */
    pawl_ns jump;        /* [1.2 ms] */
    unsigned spurious;   /* [0] parks that look again for nothing */
    unsigned outcomes;   /* [not counted] how many different outcomes there are; SIM_ANY: as many
                            as are found when nothing is left out */
    /* A scenario: one schedule, in which choose says who of the enabled fibres goes on, given as a
     * set of bits, and time_passes whether a look at the clock finds it moved. */
    unsigned (*choose)(unsigned enabled);
    bool (*time_passes)(void);
    const char *fails; /* some schedule must, with a message that contains this */
    bool sampled;      /* too large for the exhaustive search: random schedules only */
    bool leaves;       /* tasks are left waiting, which finish cancels */
    bool cold;         /* pawl was never used before: the lot is opened by the fibres */
    bool single;       /* the first fibre is alone until it calls sim_start_threads */
    bool pool;         /* the guard of the pool of parkers is one like others, see README.md */
};

/* The cases of one group. */
struct sim_group {
    const struct sim_case *cases;
    size_t count;
};
#define SIM_GROUP(name)                                                                            \
    extern const struct sim_group name##_group;                                                    \
    const struct sim_group name##_group = {name##_cases,                                           \
                                           sizeof name##_cases / sizeof name##_cases[0]}

/* Zeroed memory for an object under test, until the end of the schedule; and its end: from now on
 * no access may touch it, and those so far must be ordered before. */
void *sim_new(size_t size, const char *name);
void sim_free(void *object);

/* How a schedule came out, in finish. */
void sim_outcome(uint64_t outcome);

/* Plain data of the cases' own. */
void sim_plain(const void *at, bool write, const char *name);
#define SIM_WRITE(variable, value) (sim_plain(&(variable), true, #variable), (variable) = (value))
#define SIM_READ(variable)         (sim_plain(&(variable), false, #variable), (variable))

/* Whether it was written, and the last write happens before this: without a failure if not. */
bool sim_sees(const void *at);

/* The schedule fails, with this message; a fibre does not return from it. */
void sim_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define SIM_CHECK(truth) ((truth) ? (void)0 : sim_fail("%s: not so: %s", SIM_HERE, #truth))

/* A fork: true in the child, where the caller is alone; false in the parent. And a process-wide
 * barrier. */
bool sim_fork(void);
void sim_barrier_all(void);
/* In setup: this process is a forked child, in which others are started. */
void sim_be_child(void);

/* In a `single` case, by the first fibre, once: the process is no longer single-threaded, and the
 * other fibres run. What the caller did before happens before all that they do. */
void sim_start_threads(void);

/* A section for one fibre at a time: a plain variable, and which fibre is inside. */
struct sim_section {
    unsigned inside;
    unsigned entered;
    unsigned order[64]; /* the arrivals of those who entered, in turn */
};
void sim_enter(struct sim_section *section);
void sim_leave(struct sim_section *section);

/* The calling fibre's number; a point at which another may run; the clock, without a look. */
unsigned sim_self(void);
void sim_yield(void);
pawl_time sim_time(void);
/* How many steps were taken so far, and the step at which the calling fibre's last call arrived:
 * when it queued if it had to park, else when it took what it took. */
unsigned sim_step(void);
unsigned sim_arrival(void);
/* Whether a fibre is asleep in the lot, not yet woken (one look for a token is no sleep); its
 * arrival there, and when its call first slept. */
bool sim_sleeps(unsigned fibre);
unsigned sim_arrival_of(unsigned fibre);
pawl_time sim_waits_since(unsigned fibre);

/* Whether the calling fibre has slept or spun since it asked last: a try does neither. */
bool sim_has_waited(void);

/* What a fibre has done so far: pauses of its spinning, guards that it locked (except that of the
 * pool of parkers), readings of the clock. */
struct sim_counts {
    unsigned pauses, entered, looks;
};
struct sim_counts sim_counts(unsigned fibre);

/* Let so much time pass: a step, after which the clock says so. */
void sim_pass(pawl_ns ns);

/* The fibre that has waited longest for a key; SIM_FIBRES: nobody, or the bucket is in use. */
unsigned sim_first(const void *key);
/* How many of those in the queue were roused and have not parked again; 0: or it is in use. */
unsigned sim_roused(const void *key);
/* How many are in the key's queue; SIM_NONE: the bucket is in use. */
size_t sim_queue_length(const void *key);

/* Who has waited longest for the key is not older than the caller's arrival: first come, first
 * served. Says nothing while the bucket is in use. */
void sim_check_served_in_order(const void *key);

/* A history of calls, and whether some order of them, which respects happens-before, is one that a
 * sequential model allows. */
struct sim_call {
    int name;
    int64_t argument;
    int64_t result;
    unsigned fibre;
};
struct sim_model {
    int64_t first[4]; /* the state to begin with */
    /* Whether the call may have this result in this state, which it then changes. */
    bool (*step)(int64_t *state, const struct sim_call *call);
};
void sim_begin(int name, int64_t argument);
int64_t sim_end(int64_t result);
/* One call, recorded. `call` is evaluated between begin and end. */
#define SIM_CALL(name, argument, call) (sim_begin((name), (argument)), sim_end((int64_t)(call)))
void sim_check_linearizable(const struct sim_model *model);

/* A call that a task makes, recorded from its start until the task is called, or cancelled, which
 * is recorded as a time-out:
 *     sim_started(task, pawl_lock_acquire_await(lock, sim_start(task, ACQUIRE_UNTIL, use_lock)));
 * calls use_lock when the task has the lock. `task` is zeroed memory. */
struct sim_task {
    pawl_await op;
    unsigned call;
    void (*then)(void);
};
pawl_await *sim_start(struct sim_task *task, int name, void (*then)(void));
void sim_started(struct sim_task *task, pawl_status status);
void sim_cancel(struct sim_task *task);

#endif
