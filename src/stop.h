/* SPDX-License-Identifier: MIT
 *
 * Stopping a thread's wait: an event that ends it, as a deadline does.
 *
 * A stop is no grant. It makes the thread do what it does at its deadline: lock the bucket of what
 * it waits for, and withdraw its waiter unless it was granted meanwhile. So a stop and a grant race
 * under the same guard as a timeout and a grant, and exactly one of the two happens.
 *
 * While it is parked, the thread has a second waiter, a watcher, in the queue of the stop event. It
 * has the thread's parker, and the kind PAWL__ON_STOP.
 *
 * Invariant: pawl_event_set pokes the watchers under the guard of the event's bucket, and dequeues
 * them in the same section. A thread whose watcher was dequeued, or that finds it queued under that
 * guard and dequeues it, gets no poke any more. So no poke is left over for its next wait, and the
 * watcher can be on its stack.
 */
#ifndef PAWL_SRC_STOP_H
#define PAWL_SRC_STOP_H

#include <pawl/event.h>

#include "lot.h"

PAWL__HIDDEN_BEGIN

/* In the thread of a queued sleeper with a stop: park until the sleeper is woken or the wait is
 * stopped, or until `deadline`. Sets sleeper->stopped.
 *
 * Returns   true: it was woken, and took its token; false: the wait was stopped, or the deadline
 *           has passed. */
bool pawl__stop_park(struct pawl__sleeper *sleeper, pawl_time deadline);

/* Poke a watcher that was dequeued. Requires  the guard of the bucket it was queued in. */
void pawl__stop_poke(pawl_await *watcher);

/* Queue a watcher; false, with nothing changed: the event is set. */
bool pawl__event_watch(pawl_event *event, struct pawl__sleeper *watcher);

/* Dequeue the watcher if it is queued. No poke comes when this has returned.
 *
 * Returns   true: the event was set after the watcher had been queued. */
bool pawl__event_unwatch(pawl_event *event, struct pawl__sleeper *watcher);

/* In the thread of a queued watcher: whether the event is, or was, set. A set by a signal handler
 * is completed: it has not woken anybody. */
bool pawl__event_watched_is_set(pawl_event *event, const struct pawl__sleeper *watcher);

PAWL__HIDDEN_END

#endif
