/* SPDX-License-Identifier: MIT
 *
 * Stopping a thread's wait: see stop.h.
 */
#define PAWL__INSIDE
#include "stop.h"

#include "process.h"

/* A signal handler pokes nobody, so the thread also checks now and then. */
static pawl_time next_check(pawl_time deadline)
{
    if (PAWL__STOP_SLICE == PAWL_FOREVER) { /* there are no handlers */
        return deadline;
    }
    pawl_time check = pawl_after_ns(PAWL__STOP_SLICE);
    return check < deadline ? check : deadline;
}

/* Relaxed: its thread polls it, and reads it again under the guard. */
void pawl__stop_poke(pawl_await *watcher)
{
    pawl__store_pointer(&watcher->key_, PAWL__TAKEN, PAWL__RELAXED);
    pawl__poke(&pawl__sleeper_of(watcher)->slot->parker);
}

bool pawl__stop_park(struct pawl__sleeper *sleeper, pawl_time deadline)
{
    struct pawl__parker *parker = &sleeper->slot->parker;
    struct pawl__sleeper watcher = {.slot = sleeper->slot};
    watcher.waiter.kind_ = PAWL__ON_STOP;
    sleeper->stopped = sleeper->stopped || !pawl__event_watch(sleeper->stop, &watcher);
    if (sleeper->stopped) {
        return pawl__park(parker, 0);
    }
    bool woken = false;
    bool set = false;
    do {
        woken = pawl__park_lightly(parker, next_check(deadline));
        set = pawl__event_watched_is_set(sleeper->stop, &watcher);
    } while (!woken && !set && !pawl__lot_is_past(deadline));
    set = pawl__event_unwatch(sleeper->stop, &watcher) || set;
    pawl__forget_poke(parker);
    sleeper->stopped = set;
    return woken;
}
