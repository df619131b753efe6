/* SPDX-License-Identifier: MIT
 *
 * pawl_event: a flag that threads wait for.
 *
 * For "it has happened": ready, stop, done. It stays set until it is cleared. To wake one thread
 * for each happening, use pawl_semaphore; for anything more, pawl_condition.
 *
 *     state   set                     clear   wait
 *     unset   set; all waiters pass   -       waits
 *     set     -                       unset   returns at once
 *
 * set lets all present waiters proceed, even if clear follows at once. Example:
 *
 *     #include <pawl/event.h>
 *
 *     static pawl_event stop; // all-zero bytes: unset
 *
 *     void tick_until_stopped(void (*tick)(void))
 *     {
 *         while (pawl_event_wait_for(&stop, PAWL_MS(100)) == PAWL_TIMEOUT) {
 *             tick();
 *         }
 *     }
 */
#ifndef PAWL_EVENT_H
#define PAWL_EVENT_H

#include <pawl/await.h>

PAWL__BEGIN

/* All-zero bytes are an unset event. Nothing needs destroying. The memory may be reused as soon as
 * no thread will call the event again, also by a thread whose wait has just returned. */
typedef struct pawl_event {
    uint8_t state_;
} pawl_event;

#define PAWL_EVENT_INIT {0}

/* The bits of state_. Both are set only after pawl_event_set_from_handler, which wakes nobody.
 *
 *     SET      exact
 *     PARKED   may lag: threads may be queued in the lot. Set before a thread queues; cleared,
 *              under the bucket's guard, by the thread that finds or leaves the queue empty. */
enum { PAWL__EVENT_SET = 1, PAWL__EVENT_PARKED = 2 };

PAWL_API PAWL__COLD pawl_status pawl__event_wait_slow(pawl_event *event, pawl_time deadline);
PAWL_API PAWL__COLD pawl_status pawl__event_wait_for_slow(pawl_event *event, pawl_ns ns);

/* The acquire pairs with the release in pawl_event_set. */
PAWL__HELPER bool pawl__event_look(const pawl_event *event, const char *call)
{
    if (PAWL__UNLIKELY(event == NULL)) {
        pawl__die_null(call, "event");
    }
    return (pawl__load8(&event->state_, PAWL__ACQUIRE) & PAWL__EVENT_SET) != 0;
}

/* Make the memory an unset event, whatever it held before.
 *
 * Requires  no thread is using it. */
PAWL_API void pawl_event_init(pawl_event *event);

/* Set the event: all present waiters proceed. On a set event nothing changes.
 *
 * Requires  the event outlives the moment at which a waiter can proceed: from then on this call
 *           does not touch it. Any thread; not a signal handler.
 * Orders    what the caller did before happens before a wait returns that finds this set.
 * Costs     one atomic operation when nobody waits; otherwise a wake-up for each waiter. A task
 *           (await.h) is called instead, before this returns. */
PAWL_API void pawl_event_set(pawl_event *event);

/* Set the event from a signal handler. It wakes nobody itself. The wait of pawl/unless.h that the
 * signal interrupted, with this event as its stop, ends at once where the thread sleeps on a
 * semaphore; all other such waits on the event end within 50 ms, and their threads then also wake
 * those that wait for the event itself. Where no such wait is under way, a waiter that was there
 * before goes on waiting until the next pawl_event_set or pawl_event_clear.
 *
 * Requires  as pawl_event_set; also a signal handler.
 * Orders    as pawl_event_set.
 * Costs     one atomic operation. Async-signal-safe. */
PAWL_API void pawl_event_set_from_handler(pawl_event *event);

/* Unset the event. On an unset event nothing changes. Waiters that were released stay released.
 *
 * Orders    what a thread did before a set that this undoes is seen by the caller. */
PAWL_API void pawl_event_clear(pawl_event *event);

/* Whether it is set: a snapshot.
 *
 * Orders    when true, the set happens before this returns.
 * Costs     one load. */
PAWL_MUST_CHECK PAWL_INLINE bool pawl_event_is_set(const pawl_event *event)
{
    return pawl__event_look(event, "pawl_event_is_set");
}

/* Wait until the event is set: as long as it takes, at most `ns` nanoseconds, or until the
 * monotonic time `deadline` at the latest. With a duration of 0 or less, or a deadline in the past,
 * the call only checks the event.
 *
 * Returns   PAWL_OK       it was set
 *           PAWL_TIMEOUT  the time passed, never early
 * Requires  the event outlives the call. Any thread; not a signal handler.
 * Orders    when PAWL_OK, the set that let this call proceed happens before it returns.
 * Costs     one load when it is set; otherwise spins briefly if nobody waits yet, then parks. Never
 *           allocates. Not a cancellation point. */
PAWL_INLINE void pawl_event_wait(pawl_event *event)
{
    if (!pawl__event_look(event, "pawl_event_wait")) {
        (void)pawl__event_wait_slow(event, PAWL_NEVER); /* PAWL_OK: PAWL_NEVER cannot time out */
    }
}

PAWL_MUST_CHECK PAWL_INLINE pawl_status pawl_event_wait_for(pawl_event *event, pawl_ns ns)
{
    return pawl__event_look(event, "pawl_event_wait_for") ? PAWL_OK
                                                          : pawl__event_wait_for_slow(event, ns);
}

PAWL_MUST_CHECK PAWL_INLINE pawl_status pawl_event_wait_until(pawl_event *event,
                                                              pawl_time deadline)
{
    return pawl__event_look(event, "pawl_event_wait_until")
               ? PAWL_OK
               : pawl__event_wait_slow(event, deadline);
}

/* Wait for the event: PAWL_OK if it is set, PAWL_PENDING if fn will be called by a set, even if
 * clear follows at once. Otherwise as pawl_lock_acquire_await. */
PAWL_MUST_CHECK PAWL_API pawl_status pawl_event_wait_await(pawl_event *event, pawl_await *op);

/* Write what it looks like: `<pawl_event unset waiters=3 at 0x7f30c0de>`. A snapshot.
 *
 * Returns   as snprintf; (NULL, 0) is allowed. */
PAWL_API int pawl_event_describe(const pawl_event *event, char *buf, size_t size);

/* An unset event on the heap; NULL when memory is out. NULL may be freed. */
PAWL_MUST_CHECK PAWL_API pawl_event *pawl_event_new(void);
PAWL_API void pawl_event_free(pawl_event *event);

PAWL__END

#endif
