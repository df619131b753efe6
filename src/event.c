/* SPDX-License-Identifier: MIT
 *
 * pawl_event's slow paths. Contract and the bits of the state: include/pawl/event.h.
 *
 * Invariant: a queued waiter implies PARKED. While PARKED is set, only the holder of the bucket's
 * guard changes the state, so a set that finds PARKED grants all waiters as one step, whatever
 * clear does afterwards. Exception: a signal handler's set may add SET to PARKED, and grants
 * nothing. A thread that finds both completes that set.
 *
 * set does not touch the event after the store that lets another thread proceed.
 */
#define PAWL__INSIDE
#include <pawl/event.h>

#include "limit.h"
#include "lot.h"
#include "misuse.h"
#include "spin.h"
#include "stop.h"
#include "withdraw.h"

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

/* Under the guard: grant all waiters, and poke the watchers of waits that the event stops. */
static void grant_all(pawl_event *event, struct pawl__bucket *bucket, struct pawl__wake_list *list)
    PAWL_REQUIRES(bucket)
{
    pawl_await *waiter = NULL;
    while ((waiter = pawl__lot_first(bucket, event)) != NULL) {
        pawl__lot_dequeue(bucket, waiter);
        if (waiter->kind_ == PAWL__ON_STOP) {
            pawl__stop_poke(waiter);
        } else {
            pawl__lot_grant(waiter, PAWL_OK, list);
        }
    }
}

/* With all of `bits` set, PARKED among them: under the guard, set the event and grant all waiters.
 *
 * Returns   false: they are not set any more, check again. */
static bool set_for_waiters(pawl_event *event, uint8_t bits)
{
    struct pawl__wake_list list = {NULL, NULL};
    struct pawl__bucket *bucket = pawl__lot_bucket(event);
    pawl__lot_lock(bucket);
    bool parked = (pawl__load8(&event->state_, PAWL__RELAXED) & bits) == bits;
    if (parked) {
        grant_all(event, bucket, &list);
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
        if ((seen & PARKED) != 0) {
            if (set_for_waiters(event, PARKED)) {
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

/* For a signal handler: one atomic operation, repeated while others change the state. */
void pawl_event_set_from_handler(pawl_event *event)
{
    pawl__need(event, "pawl_event_set_from_handler", "event");
    uint8_t seen = pawl__load8(&event->state_, PAWL__RELAXED);
    while (!pawl__cas8(&event->state_, &seen, seen | SET, PAWL__RELEASE)) { /* as in set */
    }
}

/* Acquires, for a thread that clears and then checks whether there was something to do: it sees
 * what a thread did before a set that this undoes. */
void pawl_event_clear(pawl_event *event)
{
    pawl__need(event, "pawl_event_clear", "event");
    uint8_t seen = pawl__load8(&event->state_, PAWL__RELAXED);
    while ((seen & SET) != 0) {
        if ((seen & PARKED) != 0) { /* a handler's: its waiters return, though it is cleared */
            (void)set_for_waiters(event, SET | PARKED);
            seen = pawl__load8(&event->state_, PAWL__RELAXED);
        } else if (pawl__cas8(&event->state_, &seen, 0, PAWL__ACQUIRE)) {
            return;
        }
    }
}

/* Also clears PARKED if the queue is now empty. */
void pawl__event_withdraw_and_unlock(pawl_event *event, struct pawl__bucket *bucket)
{
    if (pawl__lot_first(bucket, event) == NULL) {
        uint8_t seen = pawl__load8(&event->state_, PAWL__RELAXED);
        while (!pawl__cas8(&event->state_, &seen, seen & SET, PAWL__RELAXED)) {
        }
    }
    pawl__lot_unlock(bucket);
}

/* Queue the waiter if the event is unset and the state says that a waiter may be parked; false:
 * check again. */
static bool queue(pawl_event *event, pawl_await *waiter)
{
    uint8_t seen = pawl__load8(&event->state_, PAWL__RELAXED);
    /* Relaxed: it orders nothing, and a thread that sees PARKED then takes the guard. */
    if (seen != PARKED &&
        ((seen & SET) != 0 || !pawl__cas8(&event->state_, &seen, PARKED, PAWL__RELAXED))) {
        return false;
    }
    struct pawl__bucket *bucket = pawl__lot_bucket(event);
    pawl__lot_lock(bucket);
    bool still = pawl__load8(&event->state_, PAWL__RELAXED) == PARKED;
    if (still) {
        pawl__lot_enqueue(bucket, event, waiter);
        pawl__lot_unlock(bucket);
    } else {
        pawl__event_withdraw_and_unlock(event, bucket); /* nobody may be there after a handler's */
    }
    return still;
}

bool pawl__event_watch(pawl_event *event, struct pawl__sleeper *watcher)
{
    while (!is_set(event)) {
        if (queue(event, &watcher->waiter)) {
            return true;
        }
    }
    return false;
}

/* It is this event's key, or not, under this guard only. The event may be gone if it is not. */
bool pawl__event_unwatch(pawl_event *event, struct pawl__sleeper *watcher)
{
    struct pawl__bucket *bucket = pawl__lot_bucket(event);
    pawl__lot_lock(bucket);
    if (pawl__load_pointer(&watcher->waiter.key_, PAWL__RELAXED) != event) {
        pawl__lot_unlock(bucket);
        return true;
    }
    bool set = is_set(event);
    pawl__lot_dequeue(bucket, &watcher->waiter);
    pawl__event_withdraw_and_unlock(event, bucket);
    return set;
}

bool pawl__event_watched_is_set(pawl_event *event, const struct pawl__sleeper *watcher)
{
    if (pawl__load_pointer(&watcher->waiter.key_, PAWL__RELAXED) != event) {
        return true;
    }
    if (!is_set(event)) {
        return false;
    }
    (void)set_for_waiters(event, SET | PARKED);
    return true;
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

static pawl_status wait_until(pawl_event *event, struct pawl__limit limit)
{
    unsigned turn = pawl__spin_begin(event);
    while (pawl__load8(&event->state_, PAWL__RELAXED) == 0 && pawl__spin(&turn)) {
    }
    pawl__spin_end(event, turn, (pawl__load8(&event->state_, PAWL__RELAXED) & SET) != 0);
    struct pawl__sleeper sleeper;
    pawl_status status = PAWL_OK;
    pawl__lot_open_with(&sleeper, PAWL__ON_EVENT, limit.stop);
    while (!is_set(event)) {
        if (!queue(event, &sleeper.waiter)) {
            continue;
        }
        struct pawl__bucket *bucket = pawl__lot_bucket(event);
        if (pawl__lot_wait(&sleeper, bucket, event, limit.deadline)) {
            pawl__event_withdraw_and_unlock(event, bucket);
            status = pawl__sleeper_ended(&sleeper);
        }
        break; /* a woken waiter was granted */
    }
    pawl__lot_close(&sleeper);
    return status;
}

pawl_status pawl__event_wait(pawl_event *event, struct pawl__limit limit)
{
    return pawl__lot_is_past(limit.deadline) ? PAWL_TIMEOUT : wait_until(event, limit);
}

pawl_status pawl__event_wait_slow(pawl_event *event, pawl_time deadline)
{
    return pawl__event_wait(event, pawl__until(deadline));
}

pawl_status pawl__event_wait_for_slow(pawl_event *event, pawl_ns ns)
{
    return ns <= 0 ? PAWL_TIMEOUT : wait_until(event, pawl__until(pawl_after_ns(ns)));
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
