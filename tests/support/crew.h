/* SPDX-License-Identifier: MIT
 *
 * The crew: helper threads for tests and the bench, the same on every platform. pawl
 * itself makes no threads. A test sees what its helpers returned after crew_join; CMocka's
 * assertions are for the main thread only.
 */
#ifndef PAWL_TESTS_CREW_H
#define PAWL_TESTS_CREW_H

#include <stdbool.h>
#include <stdint.h>

typedef struct crew_thread {
    void (*work)(void *context);
    void *context;
    union {
        void *pointer;
        uint64_t word;
    } native;
} crew_thread;

/* This many threads at a time are a crowd. A build may define fewer if threads are expensive. */
#ifndef CREW_CROWD
# define CREW_CROWD 1000
#endif

/* Start a thread that calls work(context). If that fails: a line on stderr, and abort. */
void crew_start(crew_thread *thread, void (*work)(void *context), void *context);

/* The same with a stack of this many bytes, or the system's minimum if that is more: for tests that
 * must run with little. */
void crew_start_with_stack(crew_thread *thread, void (*work)(void *context), void *context,
                           unsigned stack_bytes);

/* Wait for the thread's end. What it wrote is visible afterwards. */
void crew_join(crew_thread *thread);

/* The number of processors this process may use, at least 1. */
unsigned crew_processors(void);

/* Confine the calling thread to one processor; false if this system has no call for it. */
bool crew_confine(void);

/* The processor time that the calling thread has used; 0 if this system does not report it. */
uint64_t crew_used_ns(void);

/* Let another thread run. */
void crew_yield(void);

/* Yield until done(context) is true: for a state that must come, instead of a sleep. */
void crew_until(bool (*done)(void *context), void *context);

#endif
