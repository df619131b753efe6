/* SPDX-License-Identifier: MIT
 *
 * Every way in which a thread can wait in pawl, each primitive in each of its forms, as a table:
 * for tests of what must hold for all of them, whatever else happens to the thread meanwhile.
 */
#ifndef PAWL_TESTS_WAITS_H
#define PAWL_TESTS_WAITS_H

#include <stddef.h>

#include <pawl/pawl.h>

#include "crew.h"

/* One object of each kind, to wait for. */
struct stage {
    pawl_lock lock, fair;
    pawl_rlock rlock;
    pawl_semaphore semaphore, bounded; /* one permit each */
    pawl_condition condition;
    pawl_event event;
    pawl_event stop; /* of the waits that can be stopped; unset */
    pawl_latch latch;
    pawl_barrier barrier;
    pawl_rwlock rwlock;
    pawl_once once;
    bool is_true; /* what the predicates check; under lock or rlock */
    crew_thread runner;
    pawl_event runner_may_end; /* which runs the once's function */
};

/* shut, then call on another thread, which waits; stage_await_waiter sees it; open releases it.
 * shut and open are called on one thread. */
struct wait_kind {
    const char *name;
    bool timed; /* else the deadline has no meaning */
    void (*shut)(struct stage *stage);
    /* Waits, and gives back what it acquired. Returns the wait's status, or PAWL_INVALID if that
     * claims an acquire that did not happen. */
    pawl_status (*call)(struct stage *stage, pawl_time deadline);
    /* Between shut and open, when the waiter has queued at the first place, or NULL. */
    void (*move_on)(struct stage *stage);
    void (*open)(struct stage *stage);
    const void *(*key)(const struct stage *stage);
};

extern const struct wait_kind waits[];
extern const size_t wait_count;

void stage_init(struct stage *stage);

/* Yield until the lot shows the wait's one waiter where it stays until open. */
void stage_await_waiter(const struct wait_kind *wait, struct stage *stage);

/* Nothing is held, nobody waits anywhere, and no object's state says that somebody does. */
bool stage_is_idle(const struct stage *stage);

#endif
