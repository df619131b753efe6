/* SPDX-License-Identifier: MIT
 *
 * Sequences of calls, right and wrong, made by one thread with tasks instead of threads, on two
 * machines: pawl itself, and a sequential model that is as simple as possible. A player runs the
 * same program on either and writes a log; the logs must be equal.
 *
 * A program is a string of bytes, two an instruction, and every string is a program. So a fuzzer
 * can generate them (fuzz_calls.c), and so can a random generator (model_test.c).
 */
#ifndef PAWL_TESTS_FUZZ_MACHINE_H
#define PAWL_TESTS_FUZZ_MACHINE_H

#include <pawl/pawl.h>

enum { MACHINE_TASKS = 8, MACHINE_PARTIES = 3, MACHINE_BOUND = 3 };

/* What a task can wait for. There is one of each: a lock that the first byte makes fair or not, a
 * bounded semaphore, an event, a condition with that lock, a barrier, an rwlock. */
enum thing { LOCK, PERMIT, EVENT, ITEM, ROUND, SHARED, EXCLUSIVE, THINGS };

/* The other instructions; the number is the instruction's, where one is needed. */
enum act {
    TRY_LOCK,
    TRY_PERMIT,
    RELEASE_N,
    SET,
    CLEAR,
    NOTIFY,
    NOTIFY_ALL,
    ABORT,
    RESET,
    TRY_SHARED,
    TRY_EXCLUSIVE,
    DOWNGRADE,
    WAIT_ROUND_NOW, /* a barrier's wait with a past deadline */
    TIME_OUT,       /* of the task with that number */
    COUNT_WAITERS,  /* for the thing with that number */
    ACTS
};

struct player;
struct machine;

struct machine_calls {
    const char *name;
    struct machine *(*make)(struct player *player, bool fair);
    void (*discard)(struct machine *machine);
    pawl_status (*start)(struct machine *machine, unsigned task, enum thing thing);
    bool (*cancel)(struct machine *machine, unsigned task);
    /* Release what acquiring the thing granted: the lock for ITEM; PAWL_OK for EVENT and ROUND. */
    pawl_status (*give_back)(struct machine *machine, enum thing thing);
    int64_t (*act)(struct machine *machine, enum act act, unsigned number);
    uint32_t (*index)(struct machine *machine, unsigned task); /* a party's number */
};

extern const struct machine_calls real_machine, model_machine;

/* By the machine: the task was granted what it waited for, and is idle. */
void player_called(struct player *player, unsigned task, pawl_status result);

/* Run a program on both machines; false, with both logs on stderr, if they differ. */
bool player_compare(const uint8_t *program, size_t size);

#endif
