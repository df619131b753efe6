/* SPDX-License-Identifier: MIT
 *
 * pawl_once's slow paths. Contract and the bits of the state: include/pawl/once.h.
 *
 * The invariant: a queued waiter implies RUNNING and PARKED. While PARKED is set only the holder of
 * the bucket's guard changes the state, so the thread that ends the run finds all its waiters.
 */
#define PAWL__INSIDE
#include <pawl/once.h>

#include "lot.h"
#include "misuse.h"
#include "port.h"
#include "process.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* The external definitions of the header's inline functions. */
PAWL__EXPORT extern inline void pawl_once_call(pawl_once *once, void (*fn)(void *ctx), void *ctx);
PAWL__EXPORT extern inline bool pawl_once_done(const pawl_once *once);

_Static_assert(sizeof(pawl_once) == 1, "a once is one byte");

enum { DONE = PAWL__ONCE_DONE, RUNNING = PAWL__ONCE_RUNNING, PARKED = PAWL__ONCE_PARKED };

/* The state of a run that began in this process, whatever its parents left. */
static uint8_t running_here(void)
{
    return (uint8_t)(RUNNING | (pawl__process_generation() * PAWL__ONCE_FORK));
}

void pawl__once_end(pawl_once *once, uint8_t running, bool done)
{
    uint8_t state = done ? DONE : 0;
    struct pawl__wake_list list = {NULL, NULL};
    uint8_t seen = running;
    if (pawl__cas8(&once->state_, &seen, state, PAWL__RELEASE)) { /* pairs with pawl__once_look */
        return;
    }
    struct pawl__bucket *bucket = pawl__lot_bucket(once);
    pawl__lot_lock(bucket); /* PARKED was set */
    pawl__lot_grant_all(bucket, once, PAWL_PENDING, &list);
    pawl__store8(&once->state_, state, PAWL__RELEASE);
    pawl__lot_unlock(bucket);
    pawl__lot_wake(&list);
}

/* Wait until the run that was seen has ended, or return early to check again. */
static void wait_for_run(pawl_once *once, uint8_t seen, struct pawl__sleeper *sleeper)
{
    uint8_t parked = (uint8_t)(seen | PARKED);
    /* Relaxed: it orders nothing, and the end of the run that sees PARKED takes the guard. */
    if (seen != parked && !pawl__cas8(&once->state_, &seen, parked, PAWL__RELAXED)) {
        return;
    }
    struct pawl__bucket *bucket = pawl__lot_bucket(once);
    pawl__lot_lock(bucket);
    bool still = pawl__load8(&once->state_, PAWL__RELAXED) == parked;
    if (still) {
        pawl__lot_enqueue(bucket, once, &sleeper->waiter);
    }
    pawl__lot_unlock(bucket);
    if (still) {
        pawl__lot_wait(sleeper, bucket, once, PAWL_NEVER);
    }
}

uint8_t pawl__once_begin(pawl_once *once)
{
    uint8_t running = running_here();
    struct pawl__sleeper sleeper;
    pawl__lot_open(&sleeper, PAWL__ON_ONCE);
    for (;;) {
        uint8_t seen = pawl__load8(&once->state_, PAWL__ACQUIRE); /* pairs with pawl__once_end */
        if (seen == DONE) {
            running = 0;
            break;
        }
        if ((seen & ~PARKED) == running) {
            wait_for_run(once, seen, &sleeper);
        } else if (pawl__cas8(&once->state_, &seen, running, PAWL__ACQUIRE)) {
            break;
        }
    }
    pawl__lot_close(&sleeper);
    return running;
}

/* A run that this thread began. */
struct run {
    pawl_once *once;
    uint8_t running;
};

static void leave_run(void *context)
{
    const struct run *run = context;
    pawl__once_end(run->once, run->running, false);
}

void pawl__once_call_first(pawl_once *once, void (*fn)(void *ctx), void *ctx)
{
    if (PAWL__UNLIKELY(fn == NULL)) {
        pawl__die_null("pawl_once_call", "fn");
    }
    struct run run = {once, pawl__once_begin(once)};
    if (run.running != 0) {
        pawl__port_call(fn, ctx, leave_run, &run);
        pawl__once_end(once, run.running, true);
    }
}

void pawl_once_init(pawl_once *once)
{
    pawl__need(once, "pawl_once_init", "once");
    pawl__store8(&once->state_, 0, PAWL__RELAXED);
}

int pawl_once_describe(const pawl_once *once, char *buf, size_t size)
{
    pawl__need_text(once, buf, size, "pawl_once_describe", "once");
    uint8_t seen = pawl__load8(&once->state_, PAWL__RELAXED);
    const char *words = seen == 0 ? "fresh" : seen == DONE ? "done" : "running";
    return snprintf(buf, size, "<pawl_once %s waiters=%lu at 0x%" PRIxPTR ">", words,
                    (unsigned long)pawl__lot_count(once), (uintptr_t)once);
}

pawl_once *pawl_once_new(void)
{
    pawl_once *once = malloc(sizeof *once);
    if (once != NULL) {
        pawl_once_init(once);
    }
    return once;
}

void pawl_once_free(pawl_once *once)
{
    free(once);
}
