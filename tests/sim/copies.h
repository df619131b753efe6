/* SPDX-License-Identifier: MIT
 *
 * Two copies of pawl in one process, as when two plugins contain it. The sources and copies_calls.c
 * are compiled a second time; in those objects every name that they define is renamed to other_...
 * (CMakeLists.txt), so that copies_calls.c calls the copy that it belongs to.
 */
#ifndef PAWL_TESTS_SIM_COPIES_H
#define PAWL_TESTS_SIM_COPIES_H

#include "sim.h"

struct copies_task {
    pawl_await op;
    unsigned calls, ended;
    void (*then)(void);
};

/* The objects that both copies use. */
struct copies_world {
    pawl_lock *lock;
    pawl_rlock *rlock;
    pawl_semaphore *semaphore;
    pawl_condition *condition;
    pawl_once *once;
    struct copies_task *tasks; /* two */
    struct sim_section section;
    int news;
    unsigned runs;
};
extern struct copies_world copies_world;

/* Load the other copy as a dynamic loader does: its variables are fresh, then its constructors run.
 * If it was loaded it is unloaded first. Only a case that loads it may call it. */
void copies_load_other(void);

#define COPIES_CALL(name)                                                                          \
    void copies_##name(void);                                                                      \
    void other_copies_##name(void)
COPIES_CALL(use_lock);
COPIES_CALL(use_lock_timed);
COPIES_CALL(acquire_rlock);
COPIES_CALL(release_rlock);
COPIES_CALL(take_permit);
COPIES_CALL(give_permit);
COPIES_CALL(wait_at_condition);
COPIES_CALL(notify);
COPIES_CALL(call_once);
COPIES_CALL(await_permit_first);
COPIES_CALL(await_permit_second);
COPIES_CALL(end_first);
COPIES_CALL(end_second);
COPIES_CALL(start_first_again);
#undef COPIES_CALL

#endif
