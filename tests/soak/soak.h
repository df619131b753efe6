/* SPDX-License-Identifier: MIT
 *
 * The soak: all primitives, by threads and tasks, for the given time, with counts that must add up
 * many times a second.
 *
 * Workers play one move after the other, each a few calls on one primitive. Between two moves a
 * worker passes the gate, a pawl_rwlock that it holds shared while it plays. The checker holds the
 * gate exclusively, so that no worker is inside a move while it checks. Tasks are called inside a
 * worker's move; pending tasks stay pending.
 */
#ifndef PAWL_TESTS_SOAK_H
#define PAWL_TESTS_SOAK_H

#include <pawl/pawl.h>

enum { WORKERS = 6, SLOTS = 24, ACCOUNTS = 16, PERMITS = 3, ONCES = 64 };

/* What a task waits for. */
enum kind {
    ON_LOCK,
    ON_FAIR_LOCK,
    ON_PERMIT,
    ON_EVENT,
    ON_ITEM,
    ON_ROUND,
    ON_READ,
    ON_WRITE,
    KINDS
};

enum slot_state { IDLE, PENDING };

struct world;

/* A task. Its worker starts and cancels it; the granting thread calls it. */
struct slot {
    pawl_await op;
    struct world *world;
    enum kind kind;
    uint8_t state; /* atomic: PENDING from before the start to the end of the call */
    uint32_t index;
};

struct worker {
    struct world *world;
    uint64_t seed;
    struct slot slots[SLOTS];
    uint64_t moves, timeouts, cancels; /* its own */
};

/* A bank: money is moved, never made. `lock` guards the rest. */
struct bank {
    pawl_lock lock;
    int64_t accounts[ACCOUNTS];
    uint64_t transfers;
};

struct world {
    pawl_rwlock gate;
    pawl_event stop;
    struct bank banks[2]; /* a default lock's, a fair one's */
    pawl_rlock rlock;
    int64_t pair[2]; /* under rlock: equal */

    pawl_semaphore permits;
    pawl_lock count_lock;
    int64_t inside, uses, calls[KINDS]; /* under count_lock */

    pawl_lock store_lock; /* guards the next line */
    int64_t produced, consumed, items;
    pawl_condition filled;

    pawl_event event;
    pawl_barrier barrier;
    pawl_rwlock rwlock;
    int64_t halves[2]; /* under rwlock: equal */

    pawl_once onces[ONCES];
    int64_t once_runs[ONCES]; /* each under its once */
    struct worker workers[WORKERS];
};

/* One move of one worker: moves.c. */
void soak_move(struct worker *worker);

/* What a task does with what it was granted. */
void soak_called(pawl_await *op, pawl_status result);

/* Ends the process with one line if the fact is not true. */
void soak_insist(bool fact, const char *what);

#endif
