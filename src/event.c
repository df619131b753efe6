/* SPDX-License-Identifier: MIT
 *
 * pawl_event's slow paths. Contract and the bits of the state: include/pawl/event.h.
 *
 * The invariant: a queued waiter implies PARKED, and PARKED excludes SET. While PARKED is set only
 * the holder of the bucket's guard changes the state, so a set that sees PARKED dequeues all
 * waiters as one step, whatever clear does afterwards.
 *
 * set does not touch the event after the store that lets another thread proceed.
 */
#define PAWL__INSIDE
#include <pawl/event.h>

#include "lot.h"
#include "withdraw.h"
#include "misuse.h"
#include "spin.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* The external definitions of the header's inline functions. */
PAWL__EXPORT extern inline bool pawl_event_is_set(const pawl_event *event);
PAWL__EXPORT extern inline void pawl_event_wait(pawl_event *event);
PAWL__EXPORT extern inline pawl_status pawl_event_wait_for(pawl_event *event, pawl_ns ns);
PAWL__EXPORT extern inline pawl_status pawl_event_wait_until(pawl_event *event,
                                                             pawl_time deadline);

_Static_assert(sizeof(pawl_event) <= 4, "the size that is promised");

enum { SET = PAWL__EVENT_SET, PARKED = PAWL__EVENT_PARKED };

static bool is_set(const pawl_event *event)
{
    return (pawl__load8(&event->state_, PAWL__ACQUIRE) & SET) != 0; /* pairs with pawl_event_set */
}

void pawl_event_init(pawl_event *event)
{
    pawl__need(event, "pawl_event_init", "event");
    pawl__store8(&event->state_, 0, PAWL__RELAXED);
}

/* With PARKED set: under the guard, dequeue all waiters. false: PARKED is no longer set, check
 * again. */
static bool set_for_waiters(pawl_event *event)
{
    struct pawl__wake_list list = {NULL, NULL};
    struct pawl__bucket *bucket = pawl__lot_bucket(event);
    pawl__lot_lock(bucket);
    bool parked = pawl__load8(&event->state_, PAWL__RELAXED) == PARKED;
    if (parked) {
        pawl__lot_grant_all(bucket, event, PAWL_OK, &list);
        /* Pairs with the acquires of SET. */
        pawl__store8(&event->state_, SET, PAWL__RELEASE);
    }
    pawl__lot_unlock(bucket);
    pawl__lot_wake(&list);
    return parked;
}

void pawl_event_set(pawl_event *event)
{
    pawl__need(event, "pawl_event_set", "event");
    uint8_t seen = pawl__load8(&event->state_, PAWL__RELAXED);
    for (;;) {
        if (seen == PARKED) {
            if (set_for_waiters(event)) {
                return;
            }
            seen = pawl__load8(&event->state_, PAWL__RELAXED);
        } else if (pawl__cas8(&event->state_, &seen, SET, PAWL__RELEASE)) {
            /* Also if it is set already: a wait that finds it set synchronises with every set since
             * the last clear, because this is a link of their release sequence. */
            return;
        }
    }
}

/* Acquires, for a thread that clears and then checks whether there was something to do: it sees
 * what was done before the set that this undoes. */
void pawl_event_clear(pawl_event *event)
{
    pawl__need(event, "pawl_event_clear", "event");
    uint8_t seen = SET;
    while (is_set(event) && !pawl__cas8(&event->state_, &seen, 0, PAWL__ACQUIRE)) {
        seen = SET;
    }
}

/* Queue the waiter if the event is unset and the state says that a waiter may be parked; false:
 * check again. */
static bool queue(pawl_event *event, pawl_await *waiter)
{
    uint8_t seen = pawl__load8(&event->state_, PAWL__RELAXED);
    /* Relaxed: it orders nothing, and a thread that sees PARKED then takes the guard. */
    if (seen != PARKED &&
        (seen == SET || !pawl__cas8(&event->state_, &seen, PARKED, PAWL__RELAXED))) {
        return false;
    }
    struct pawl__bucket *bucket = pawl__lot_bucket(event);
    pawl__lot_lock(bucket);
    bool still = pawl__load8(&event->state_, PAWL__RELAXED) == PARKED;
    if (still) {
        pawl__lot_enqueue(bucket, event, waiter);
    }
    pawl__lot_unlock(bucket);
    return still;
}

/* Also clears PARKED if the queue is now empty. */
void pawl__event_withdraw_and_unlock(pawl_event *event, struct pawl__bucket *bucket)
{
    if (pawl__lot_first(bucket, event) == NULL) {
        pawl__store8(&event->state_, 0, PAWL__RELAXED);
    }
    pawl__lot_unlock(bucket);
}

pawl_status pawl_event_wait_await(pawl_event *event, pawl_await *op)
{
    pawl__await_check(event, op, "pawl_event_wait_await", "event");
    if (!pawl__lot_start(op, PAWL__ON_EVENT)) {
        return PAWL_INVALID;
    }
    while (!is_set(event)) {
        if (queue(event, op)) {
            return PAWL_PENDING;
        }
    }
    return PAWL_OK;
}

static pawl_status wait_until(pawl_event *event, pawl_time deadline)
{
    unsigned turn = pawl__spin_begin(event);
    while (pawl__load8(&event->state_, PAWL__RELAXED) == 0 && pawl__spin(&turn)) {
    }
    pawl__spin_end(event, turn, pawl__load8(&event->state_, PAWL__RELAXED) == SET);
    struct pawl__sleeper sleeper;
    pawl_status status = PAWL_OK;
    pawl__lot_open(&sleeper, PAWL__ON_EVENT);
    while (!is_set(event)) {
        if (!queue(event, &sleeper.waiter)) {
            continue;
        }
        struct pawl__bucket *bucket = pawl__lot_bucket(event);
        if (pawl__lot_wait(&sleeper, bucket, event, deadline)) {
            pawl__event_withdraw_and_unlock(event, bucket);
            status = PAWL_TIMEOUT;
        }
        break; /* a woken waiter was granted */
    }
    pawl__lot_close(&sleeper);
    return status;
}

pawl_status pawl__event_wait_slow(pawl_event *event, pawl_time deadline)
{
    return pawl__lot_is_past(deadline) ? PAWL_TIMEOUT : wait_until(event, deadline);
}

pawl_status pawl__event_wait_for_slow(pawl_event *event, pawl_ns ns)
{
    return ns <= 0 ? PAWL_TIMEOUT : wait_until(event, pawl_after_ns(ns));
}

int pawl_event_describe(const pawl_event *event, char *buf, size_t size)
{
    pawl__need_text(event, buf, size, "pawl_event_describe", "event");
    return snprintf(buf, size, "<pawl_event %s waiters=%lu at 0x%" PRIxPTR ">",
                    is_set(event) ? "set" : "unset", (unsigned long)pawl__lot_count(event),
                    (uintptr_t)event);
}

pawl_event *pawl_event_new(void)
{
    pawl_event *event = malloc(sizeof *event);
    if (event != NULL) {
        pawl_event_init(event);
    }
    return event;
}

void pawl_event_free(pawl_event *event)
{
    free(event);
}
