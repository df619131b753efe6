/* SPDX-License-Identifier: MIT
 *
 * docs/semantics.md, "All" and "Condition", for pawl_condition.
 */
#include "caller.h"
#include "rows.h"

#include <stdlib.h>
#include <string.h>

/* A condition and its lock, the rows of this test. A nested lock is an rlock, LEVELS deep. */
enum kind { PLAIN, FAIR, NESTED, KINDS };
enum { LEVELS = 3 };

struct monitor {
    const struct calls *calls;
    pawl_lock lock;
    pawl_rlock rlock;
    pawl_condition condition;
};

/* The calls of a kind of lock. */
struct calls {
    void (*enter)(struct monitor *monitor);
    pawl_status (*leave)(struct monitor *monitor);
    bool (*is_held)(const struct monitor *monitor); /* an rlock: by this thread */
    bool (*is_free)(const struct monitor *monitor);
    const void *(*key)(const struct monitor *monitor); /* under which threads wait for the lock */
    pawl_status (*wait)(struct monitor *monitor, pawl_condition *condition);
    pawl_status (*wait_for)(struct monitor *monitor, pawl_condition *condition, pawl_ns ns);
    pawl_status (*wait_until)(struct monitor *monitor, pawl_condition *condition,
                              pawl_time deadline);
    pawl_status (*wait_pred)(struct monitor *monitor, bool (*pred)(void *ctx), void *ctx,
                             pawl_time deadline);
};

/* The calls that differ by a suffix and by the lock. */
#define WAITS(prefix, suffix, lock)                                                                \
    static pawl_status prefix##_wait(struct monitor *monitor, pawl_condition *condition)           \
    {                                                                                              \
        return pawl_condition_wait##suffix(condition, &monitor->lock);                             \
    }                                                                                              \
    static pawl_status prefix##_wait_for(struct monitor *monitor, pawl_condition *condition,       \
                                         pawl_ns ns)                                               \
    {                                                                                              \
        return pawl_condition_wait##suffix##_for(condition, &monitor->lock, ns);                   \
    }                                                                                              \
    static pawl_status prefix##_wait_until(struct monitor *monitor, pawl_condition *condition,     \
                                           pawl_time deadline)                                     \
    {                                                                                              \
        return pawl_condition_wait##suffix##_until(condition, &monitor->lock, deadline);           \
    }                                                                                              \
    static pawl_status prefix##_wait_pred(struct monitor *monitor, bool (*pred)(void *ctx),        \
                                          void *ctx, pawl_time deadline)                           \
    {                                                                                              \
        return pawl_condition_wait##suffix##_pred(&monitor->condition, &monitor->lock, pred, ctx,  \
                                                  deadline);                                       \
    }

WAITS(lock, , lock)
WAITS(nested, _rlock, rlock)

static void lock_enter(struct monitor *monitor)
{
    pawl_lock_acquire(&monitor->lock);
}

static pawl_status lock_leave(struct monitor *monitor)
{
    return pawl_lock_release(&monitor->lock);
}

static bool lock_is_held(const struct monitor *monitor)
{
    return pawl_lock_locked(&monitor->lock);
}

static bool lock_is_free(const struct monitor *monitor)
{
    return !pawl_lock_locked(&monitor->lock);
}

static const void *lock_key(const struct monitor *monitor)
{
    return &monitor->lock;
}

static void nested_enter(struct monitor *monitor)
{
    for (int level = 0; level < LEVELS; level++) {
        pawl_rlock_acquire(&monitor->rlock);
    }
}

static pawl_status nested_leave(struct monitor *monitor)
{
    pawl_status status = PAWL_OK;
    for (int level = 0; level < LEVELS; level++) {
        pawl_status once = pawl_rlock_release(&monitor->rlock);
        status = once == PAWL_OK ? status : once;
    }
    return status;
}

static bool nested_is_held(const struct monitor *monitor)
{
    return pawl_rlock_depth(&monitor->rlock) == LEVELS;
}

static bool nested_is_free(const struct monitor *monitor)
{
    return !pawl_rlock_locked(&monitor->rlock);
}

static const void *nested_key(const struct monitor *monitor)
{
    return &monitor->rlock.lock_;
}

#define CALLS(prefix)                                                                              \
    {                                                                                              \
        prefix##_enter, prefix##_leave, prefix##_is_held, prefix##_is_free, prefix##_key,          \
            prefix##_wait, prefix##_wait_for, prefix##_wait_until, prefix##_wait_pred              \
    }
static const struct calls calls_of[KINDS] = {CALLS(lock), CALLS(lock), CALLS(nested)};
static const char *const names_of[KINDS] = {"lock", "fair lock", "rlock"};

static struct monitor fresh(int kind)
{
    struct monitor monitor = {.calls = &calls_of[kind]};
    pawl_condition_init(&monitor.condition);
    pawl_rlock_init(&monitor.rlock);
    if (kind == FAIR) {
        pawl_lock_init_fair(&monitor.lock);
    } else {
        pawl_lock_init(&monitor.lock);
    }
    return monitor;
}

static void enter(struct monitor *monitor)
{
    monitor->calls->enter(monitor);
}

static pawl_status leave(struct monitor *monitor)
{
    return monitor->calls->leave(monitor);
}

static bool is_held(const struct monitor *monitor)
{
    return monitor->calls->is_held(monitor);
}

static bool is_free(const struct monitor *monitor)
{
    return monitor->calls->is_free(monitor);
}

static const void *lock_of(const struct monitor *monitor)
{
    return monitor->calls->key(monitor);
}

/* PAWL_NEVER is the call that has no deadline. */
static pawl_status wait_on(struct monitor *monitor, pawl_condition *condition, pawl_time deadline)
{
    return deadline == PAWL_NEVER ? monitor->calls->wait(monitor, condition)
                                  : monitor->calls->wait_until(monitor, condition, deadline);
}

static pawl_status wait_until(struct monitor *monitor, pawl_time deadline)
{
    return wait_on(monitor, &monitor->condition, deadline);
}

static pawl_status wait_for(struct monitor *monitor, pawl_ns ns)
{
    return monitor->calls->wait_for(monitor, &monitor->condition, ns);
}

static pawl_status wait_pred(struct monitor *monitor, bool (*pred)(void *ctx), void *ctx,
                             pawl_time deadline)
{
    return monitor->calls->wait_pred(monitor, pred, ctx, deadline);
}

/* Wait once, for the caller's own condition if it has one in `lock`. To return without the
 * monitor's lock is a mistake. */
static pawl_status wait_inside(struct caller *waiter)
{
    struct monitor *monitor = waiter->object;
    pawl_condition *condition = waiter->lock != NULL ? waiter->lock : &monitor->condition;
    pawl_status status = wait_on(monitor, condition, waiter->time);
    waiter->mistakes += is_held(monitor) ? 0 : 1;
    return status;
}

static pawl_status wait_once(struct caller *waiter)
{
    enter(waiter->object);
    caller_begins(waiter);
    return wait_inside(waiter);
}

/* Wait when another thread has waited for the lock for so long that a release hands it the lock. */
static pawl_status wait_for_a_patient_one(struct caller *waiter)
{
    enter(waiter->object);
    caller_begins(waiter);
    wait_for_waiters(lock_of(waiter->object), 1);
    let_time_pass(PATIENCE);
    return wait_inside(waiter);
}

static void leave_after(struct caller *waiter)
{
    leave(waiter->object);
}

/* Start one, and wait until it is waiter number `place` of the condition, or AT_ITS_OWN_TIME. */
static void waiter_start(struct caller *waiter, struct monitor *monitor, pawl_time deadline,
                         size_t place)
{
    waiter->then = leave_after;
    waiter->key = waiter->lock != NULL ? waiter->lock : &monitor->condition;
    caller_start_on(waiter, wait_once, monitor, deadline, place);
}

/* Queue `count` of them in this order. */
static void queue_waiters(struct caller *waiters, size_t count, struct monitor *monitor)
{
    for (size_t i = 0; i < count; i++) {
        waiter_start(&waiters[i], monitor, PAWL_NEVER, i + 1);
    }
}

static pawl_status notify_one(struct caller *notifier)
{
    notifier->count = pawl_condition_notify(notifier->object, 1);
    return PAWL_OK;
}

static pawl_status visit(struct caller *visitor)
{
    enter(visitor->object);
    return PAWL_OK;
}

/* Start a thread that goes once through the lock, and wait until it is waiter number `place`. */
static void visitor_start(struct caller *visitor, struct monitor *monitor, size_t place)
{
    visitor->then = leave_after;
    visitor->key = lock_of(monitor);
    caller_start_on(visitor, visit, monitor, PAWL_NEVER, place);
    if (monitor->calls != &calls_of[FAIR]) {
        let_time_pass(PATIENCE); /* so that a release hands the lock over */
    }
}

static void assert_nobody_is_left(const struct monitor *monitor)
{
    assert_int_equal(pawl__lot_count(&monitor->condition), 0);
    assert_int_equal(pawl__lot_count(lock_of(monitor)), 0);
    assert_int_equal(monitor->condition.state_, 0);
    assert_true(is_free(monitor));
}

static void condition_is_at_most_eight_bytes(void **state)
{
    (void)state;
    assert_true(sizeof(pawl_condition) <= 8);
}

static void condition_of_zero_bytes_is_ready(void **state)
{
    struct monitor monitor = fresh(PLAIN);
    struct caller other = {0};
    (void)state;
    memset(&monitor.condition, 0, sizeof monitor.condition);
    assert_int_equal(pawl_condition_notify_all(&monitor.condition), 0);
    waiter_start(&other, &monitor, PAWL_NEVER, 1);
    assert_int_equal(pawl_condition_notify_all(&monitor.condition), 1);
    assert_int_equal(caller_join(&other), PAWL_OK);
}

static void condition_initialisers_make_it_ready(void **state)
{
    pawl_condition condition = PAWL_CONDITION_INIT;
    pawl_lock lock = PAWL_LOCK_INIT;
    (void)state;
    assert_int_equal(pawl_condition_notify(&condition, 1), 0);
    memset(&condition, 0xA5, sizeof condition);
    pawl_condition_init(&condition);
    assert_int_equal(pawl_condition_notify(&condition, 1), 0);
    pawl_lock_acquire(&lock);
    assert_int_equal(pawl_condition_wait_for(&condition, &lock, PAWL_MS(1)), PAWL_TIMEOUT);
    assert_int_equal(pawl_lock_release(&lock), PAWL_OK);
}

static void wait_releases_the_lock_at_all_its_levels(void **state)
{
    struct monitor *monitor = *state;
    struct caller other = {0};
    waiter_start(&other, monitor, PAWL_NEVER, 1);
    enter(monitor);
    assert_true(is_held(monitor));
    assert_false(caller_is_back(&other));
    assert_int_equal(leave(monitor), PAWL_OK);
    assert_true(is_free(monitor));
    assert_int_equal(pawl_condition_notify(&monitor->condition, 1), 1);
    caller_join(&other);
}

/* A thread that acquires the lock after the waiter released it finds the waiter in the queue: no
 * notification is lost between the two steps. */
struct exchange {
    struct monitor *monitor;
    uint32_t round; /* atomic: written with the lock held, before the wait */
    uint32_t awaited;
};

enum { EXCHANGES = 300 };

static pawl_status wait_each_round(struct caller *caller)
{
    struct exchange *exchange = caller->object;
    pawl_status status = PAWL_OK;
    enter(exchange->monitor);
    for (uint32_t round = 1; status == PAWL_OK && round <= EXCHANGES; round++) {
        pawl__store32(&exchange->round, round, PAWL__RELEASE);
        status = wait_until(exchange->monitor, PAWL_NEVER);
    }
    leave(exchange->monitor);
    return status;
}

static bool round_has_begun(void *context)
{
    struct exchange *exchange = context;
    return pawl__load32(&exchange->round, PAWL__ACQUIRE) >= exchange->awaited;
}

static void wait_releases_the_lock_and_waits_as_one_step(void **state)
{
    struct monitor *monitor = *state;
    struct exchange exchange = {.monitor = monitor};
    struct caller other = {.call = wait_each_round, .object = &exchange};
    int missed = 0;
    caller_start(&other, AT_ITS_OWN_TIME);
    for (uint32_t round = 1; round <= EXCHANGES; round++) {
        exchange.awaited = round;
        crew_until(round_has_begun, &exchange);
        enter(monitor);
        while (pawl_condition_notify(&monitor->condition, 1) == 0) {
            missed++;
            crew_yield();
        }
        leave(monitor);
    }
    assert_int_equal(caller_join(&other), PAWL_OK);
    assert_int_equal(missed, 0);
}

static void wait_holds_the_lock_again_when_it_was_notified(void **state)
{
    const pawl_time deadlines[] = {PAWL_NEVER, PAWL_NEVER - 1};
    struct monitor *monitor = *state;
    for (size_t i = 0; i < 2; i++) {
        struct caller other = {0};
        waiter_start(&other, monitor, deadlines[i], 1);
        enter(monitor);
        assert_int_equal(pawl_condition_notify(&monitor->condition, 1), 1);
        assert_int_equal(leave(monitor), PAWL_OK);
        callers_join(&other, 1, PAWL_OK);
        assert_nobody_is_left(monitor);
    }
}

static void wait_holds_the_lock_again_when_it_timed_out(void **state)
{
    struct monitor *monitor = *state;
    enter(monitor);
    assert_int_equal(wait_for(monitor, PAWL_MS(1)), PAWL_TIMEOUT);
    assert_true(is_held(monitor));
    assert_int_equal(wait_until(monitor, pawl_after_ms(1)), PAWL_TIMEOUT);
    assert_true(is_held(monitor));
    assert_int_equal(leave(monitor), PAWL_OK);
}

static bool is_back_or_waits_for_lock(void *context)
{
    struct caller *other = context;
    return caller_is_back(other) || pawl__lot_count(lock_of(other->object)) == 1;
}

/* A thread that gets no processor for the time that the lock is kept for it comes too late: then
 * again. Returns whether it came in time. */
static bool a_wait_times_out_while_the_lock_is_held(struct monitor *monitor)
{
    struct caller other = {.then = leave_after};
    caller_start_on(&other, wait_for_a_patient_one, monitor, 0, AT_ITS_OWN_TIME);
    caller_await_begin(&other);
    enter(monitor); /* by its wait */
    crew_until(is_back_or_waits_for_lock, &other);
    bool in_time = !caller_is_back(&other);
    assert_int_equal(leave(monitor), PAWL_OK);
    callers_join(&other, 1, PAWL_TIMEOUT);
    return in_time;
}

static void wait_that_timed_out_returns_only_with_the_lock(void **state)
{
    while (!a_wait_times_out_while_the_lock_is_held(*state)) {
    }
}

static bool is_fair(const struct monitor *monitor)
{
    return (pawl__load8(&monitor->lock.state_, PAWL__RELAXED) & PAWL__LOCK_FAIR) != 0;
}

static pawl_status wait_in_the_past(struct monitor *monitor, int way)
{
    switch (way) {
    case 0:
        return wait_for(monitor, 0);
    case 1:
        return wait_for(monitor, INT64_MIN);
    case 2:
        return wait_until(monitor, 0);
    case 3:
        return wait_until(monitor, INT64_MIN);
    default:
        return wait_until(monitor, pawl_now());
    }
}

static void wait_whose_deadline_has_passed_lets_the_lock_go_once(void **state)
{
    enum { WAYS = 5 };
    struct monitor *monitor = *state;
    for (int way = 0; way < WAYS; way++) {
        struct caller other = {0};
        enter(monitor);
        visitor_start(&other, monitor, 1);
        do { /* once, if the other thread gets a processor while the lock is kept for it */
            assert_int_equal(wait_in_the_past(monitor, way), PAWL_TIMEOUT);
            assert_true(is_held(monitor));
        } while (!caller_is_back(&other) && !is_fair(monitor));
        assert_true(caller_is_back(&other));
        assert_int_equal(leave(monitor), PAWL_OK);
        caller_join(&other);
        assert_nobody_is_left(monitor);
    }
}

/* A predicate that counts how often it is asked, and is true from the `enough`th time on. */
struct question {
    struct monitor *monitor;
    int asked;
    int enough;
    int unheld;     /* how often the lock was not held */
    pawl_time from; /* true from this time on, too */
};

static bool is_enough(void *ctx)
{
    struct question *question = ctx;
    question->asked++;
    question->unheld += !is_held(question->monitor);
    return question->asked >= question->enough || pawl_now() >= question->from;
}

static void assert_every_wait_is_refused(struct monitor *monitor)
{
    struct question question = {.monitor = monitor, .enough = 1, .from = PAWL_NEVER};
    assert_int_equal(wait_until(monitor, PAWL_NEVER), PAWL_NOT_HELD);
    assert_int_equal(wait_until(monitor, pawl_after_s(3600)), PAWL_NOT_HELD);
    assert_int_equal(wait_until(monitor, 0), PAWL_NOT_HELD);
    assert_int_equal(wait_for(monitor, PAWL_S(3600)), PAWL_NOT_HELD);
    assert_int_equal(wait_for(monitor, 0), PAWL_NOT_HELD);
    assert_int_equal(wait_pred(monitor, is_enough, &question, PAWL_NEVER), PAWL_NOT_HELD);
    assert_int_equal(wait_pred(monitor, is_enough, &question, 0), PAWL_NOT_HELD);
    assert_int_equal(question.asked, 0);
    assert_int_equal(pawl__lot_count(&monitor->condition), 0);
    assert_int_equal(monitor->condition.state_, 0);
}

static void wait_without_the_lock_is_refused_and_the_predicate_not_asked(void **state)
{
    struct monitor *monitor = *state;
    assert_every_wait_is_refused(monitor);
    assert_true(is_free(monitor));
    enter(monitor);
    assert_int_equal(leave(monitor), PAWL_OK);
    assert_every_wait_is_refused(monitor);
    assert_true(is_free(monitor));
}

static void wait_with_another_threads_rlock_is_refused(void **state)
{
    struct monitor monitor = fresh(NESTED);
    struct caller owner = {.call = visit, .object = &monitor};
    (void)state;
    caller_start(&owner, AT_ITS_OWN_TIME);
    caller_join(&owner);
    assert_every_wait_is_refused(&monitor);
    assert_true(pawl_rlock_locked(&monitor.rlock));
    assert_int_equal(monitor.rlock.depth_, LEVELS);
}

static void wait_restores_any_depth_of_an_rlock(void **state)
{
    struct monitor monitor = fresh(NESTED);
    const pawl_time deadlines[] = {0, 1, INT64_MIN};
    (void)state;
    for (uint32_t depth = 1; depth < 6; depth++) {
        pawl_rlock_acquire(&monitor.rlock);
        assert_int_equal(wait_until(&monitor, deadlines[depth % 3]), PAWL_TIMEOUT);
        assert_int_equal(wait_for(&monitor, deadlines[depth % 3]), PAWL_TIMEOUT);
        assert_true(pawl_rlock_owned(&monitor.rlock));
        assert_int_equal(pawl_rlock_depth(&monitor.rlock), depth);
    }
    monitor.rlock.depth_ = UINT32_MAX;
    assert_int_equal(wait_until(&monitor, 0), PAWL_TIMEOUT);
    assert_true(pawl_rlock_depth(&monitor.rlock) == UINT32_MAX);
}

static void notify_with_nobody_waiting_returns_zero_and_is_not_remembered(void **state)
{
    struct monitor *monitor = *state;
    assert_int_equal(pawl_condition_notify(&monitor->condition, 0), 0);
    assert_int_equal(pawl_condition_notify(&monitor->condition, 3), 0);
    assert_int_equal(pawl_condition_notify(&monitor->condition, SIZE_MAX), 0);
    assert_int_equal(pawl_condition_notify_all(&monitor->condition), 0);
    enter(monitor);
    assert_int_equal(pawl_condition_notify(&monitor->condition, 3), 0);
    assert_int_equal(pawl_condition_notify_all(&monitor->condition), 0);
    assert_int_equal(wait_for(monitor, PAWL_MS(1)), PAWL_TIMEOUT);
    assert_int_equal(leave(monitor), PAWL_OK);
}

static void notify_of_more_than_wait_is_not_remembered(void **state)
{
    struct monitor *monitor = *state;
    struct caller others[2] = {0};
    queue_waiters(others, 2, monitor);
    assert_int_equal(pawl_condition_notify(&monitor->condition, 7), 2);
    callers_join(others, 2, PAWL_OK);
    enter(monitor);
    assert_int_equal(wait_for(monitor, PAWL_MS(1)), PAWL_TIMEOUT);
    assert_int_equal(leave(monitor), PAWL_OK);
}

static void notify_of_none_notifies_none(void **state)
{
    struct monitor *monitor = *state;
    struct caller other = {0};
    waiter_start(&other, monitor, PAWL_NEVER, 1);
    enter(monitor);
    assert_int_equal(pawl_condition_notify(&monitor->condition, 0), 0);
    assert_int_equal(pawl__lot_count(&monitor->condition), 1);
    assert_int_equal(pawl_condition_notify(&monitor->condition, 1), 1);
    leave(monitor);
    caller_join(&other);
}

/* Waiters of whom some have been notified. */
struct crowd {
    struct caller *waiters;
    size_t size, notified;
};

static bool as_many_are_through(void *context)
{
    struct crowd *crowd = context;
    return callers_back(crowd->waiters, crowd->size) == crowd->notified;
}

static void notify_reaches_the_oldest_and_no_more_than_it_is_told(void **state)
{
    enum { WAITERS = 5 };
    struct monitor *monitor = *state;
    struct caller others[WAITERS] = {0};
    struct crowd crowd = {.waiters = others, .size = WAITERS};
    queue_waiters(others, WAITERS, monitor);
    while (crowd.notified < WAITERS) {
        size_t left = WAITERS - crowd.notified;
        size_t expected = left < 2 ? left : 2;
        assert_int_equal(pawl_condition_notify(&monitor->condition, 2), expected);
        assert_int_equal(pawl__lot_count(&monitor->condition), left - expected);
        crowd.notified += expected;
        crew_until(as_many_are_through, &crowd);
        for (size_t i = 0; i < WAITERS; i++) {
            assert_int_equal(caller_is_back(&others[i]), i < crowd.notified);
        }
    }
    callers_join(others, WAITERS, PAWL_OK);
}

static void notified_waiters_of_a_fair_lock_proceed_oldest_first(void **state)
{
    enum { WAITERS = 8 };
    struct monitor monitor = fresh(FAIR);
    struct caller others[WAITERS] = {0};
    uint32_t turn = 0;
    (void)state;
    for (size_t i = 0; i < WAITERS; i++) {
        others[i].turn = &turn;
        waiter_start(&others[i], &monitor, PAWL_NEVER, i + 1);
    }
    enter(&monitor);
    assert_int_equal(pawl_condition_notify(&monitor.condition, 3), 3);
    assert_int_equal(pawl_condition_notify_all(&monitor.condition), WAITERS - 3);
    leave(&monitor);
    for (size_t i = 0; i < WAITERS; i++) {
        caller_join(&others[i]);
        assert_int_equal(others[i].order, i);
    }
}

static void notified_waiter_of_a_fair_lock_takes_its_place_behind_those_queued(void **state)
{
    struct monitor monitor = fresh(FAIR);
    uint32_t turn = 0;
    struct caller before = {.turn = &turn};
    struct caller notified = {.turn = &turn};
    struct caller after = {.turn = &turn};
    (void)state;
    waiter_start(&notified, &monitor, PAWL_NEVER, 1);
    enter(&monitor);
    visitor_start(&before, &monitor, 1);
    assert_int_equal(pawl_condition_notify(&monitor.condition, 1), 1);
    visitor_start(&after, &monitor, 3);
    leave(&monitor);
    caller_join(&before);
    caller_join(&notified);
    caller_join(&after);
    assert_int_equal(before.order, 0);
    assert_int_equal(notified.order, 1);
    assert_int_equal(after.order, 2);
}

static void notified_waiter_proceeds_only_when_it_has_the_lock(void **state)
{
    enum { WAITERS = 4 };
    struct monitor *monitor = *state;
    struct caller others[WAITERS] = {0};
    queue_waiters(others, WAITERS, monitor);
    enter(monitor);
    for (size_t moved = 1; moved <= WAITERS; moved++) { /* moved, not woken */
        assert_int_equal(pawl_condition_notify(&monitor->condition, 1), 1);
        assert_int_equal(pawl__lot_count(&monitor->condition), WAITERS - moved);
        assert_int_equal(pawl__lot_count(lock_of(monitor)), moved);
    }
    for (size_t i = 0; i < WAITERS; i++) {
        assert_false(caller_is_back(&others[i]));
    }
    assert_int_equal(leave(monitor), PAWL_OK);
    callers_join(others, WAITERS, PAWL_OK);
}

static void notified_waiter_is_not_starved(void **state)
{
    struct monitor *monitor = *state;
    struct caller other = {0};
    waiter_start(&other, monitor, PAWL_NEVER, 1);
    enter(monitor);
    assert_int_equal(pawl_condition_notify(&monitor->condition, 1), 1);
    while (!caller_is_back(&other)) { /* a greedy thread, never waiting */
        leave(monitor);
        enter(monitor);
    }
    leave(monitor);
    caller_join(&other);
}

static void notify_needs_no_lock_when_it_is_free(void **state)
{
    struct monitor *monitor = *state;
    struct caller others[2] = {0};
    queue_waiters(others, 2, monitor);
    enter(monitor); /* after which both have released it */
    leave(monitor);
    assert_int_equal(pawl_condition_notify(&monitor->condition, 1), 1);
    caller_join(&others[0]);
    assert_int_equal(pawl_condition_notify_all(&monitor->condition), 1);
    caller_join(&others[1]);
    assert_int_equal(others[0].status, PAWL_OK);
    assert_int_equal(others[1].status, PAWL_OK);
}

static void notify_needs_no_lock_when_another_thread_holds_it(void **state)
{
    struct monitor *monitor = *state;
    struct caller other = {0};
    struct caller notifier = {.call = notify_one, .object = &monitor->condition};
    waiter_start(&other, monitor, PAWL_NEVER, 1);
    enter(monitor);
    caller_start(&notifier, AT_ITS_OWN_TIME);
    assert_int_equal(callers_join(&notifier, 1, PAWL_OK), 1);
    assert_int_equal(pawl__lot_count(lock_of(monitor)), 1);
    assert_false(caller_is_back(&other));
    assert_int_equal(leave(monitor), PAWL_OK);
    assert_int_equal(caller_join(&other), PAWL_OK);
}

static void notify_all_of_a_crowd_moves_them_to_the_locks_queue(void **state)
{
    struct caller *others = calloc(CREW_CROWD, sizeof *others);
    uint32_t turn = 0;
    (void)state;
    assert_non_null(others);
    struct monitor monitor = fresh(PLAIN);
    for (size_t i = 0; i < CREW_CROWD; i++) {
        others[i].turn = &turn;
        waiter_start(&others[i], &monitor, PAWL_NEVER, AT_ITS_OWN_TIME);
    }
    wait_for_waiters(&monitor.condition, CREW_CROWD);
    enter(&monitor);
    assert_int_equal(pawl_condition_notify_all(&monitor.condition), CREW_CROWD);
    assert_int_equal(pawl__lot_count(&monitor.condition), 0);
    assert_int_equal(pawl__lot_count(lock_of(&monitor)), CREW_CROWD);
    assert_int_equal(turn, 0);
    assert_int_equal(leave(&monitor), PAWL_OK);
    callers_join(others, CREW_CROWD, PAWL_OK);
    assert_int_equal(turn, CREW_CROWD);
    assert_nobody_is_left(&monitor);
    free(others);
}

static void waiters_of_one_condition_may_use_different_locks(void **state)
{
    enum { GUESTS = 2 * KINDS }; /* two for each lock, with those of others between */
    pawl_condition condition = PAWL_CONDITION_INIT;
    struct monitor monitors[KINDS];
    struct caller guests[GUESTS] = {0};
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        monitors[kind] = fresh(kind);
    }
    for (size_t i = 0; i < GUESTS; i++) {
        guests[i].lock = &condition;
        waiter_start(&guests[i], &monitors[i < KINDS ? i : GUESTS - 1 - i], PAWL_NEVER, i + 1);
    }
    for (int kind = 0; kind < KINDS; kind++) {
        enter(&monitors[kind]);
    }
    assert_int_equal(pawl_condition_notify_all(&condition), GUESTS);
    for (int kind = KINDS - 1; kind >= 0; kind--) {
        assert_int_equal(pawl__lot_count(lock_of(&monitors[kind])), 2);
        assert_false(caller_is_back(&guests[kind]));
        assert_int_equal(leave(&monitors[kind]), PAWL_OK);
    }
    callers_join(guests, GUESTS, PAWL_OK);
    for (int kind = 0; kind < KINDS; kind++) {
        assert_true(is_free(&monitors[kind]));
    }
    assert_int_equal(condition.state_, 0);
}

static void wait_never_ends_early(void **state)
{
    const pawl_ns durations[] = {1, PAWL_US(1), PAWL_US(700), PAWL_MS(1), PAWL_MS(1) + 1,
                                 PAWL_MS(15)};
    struct monitor *monitor = *state;
    enter(monitor);
    for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++) {
        pawl_time start = pawl_now();
        assert_int_equal(wait_for(monitor, durations[i]), PAWL_TIMEOUT);
        assert_true(pawl_now() - start >= durations[i]);
        pawl_time deadline = pawl_after_ns(durations[i]);
        assert_int_equal(wait_until(monitor, deadline), PAWL_TIMEOUT);
        assert_true(pawl_now() >= deadline);
    }
    assert_int_equal(leave(monitor), PAWL_OK);
}

static void longest_durations_are_waits_without_end(void **state)
{
    const pawl_ns durations[] = {PAWL_FOREVER, PAWL_FOREVER - 1, PAWL_S(86400) * 400};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct monitor monitor = fresh(PLAIN);
        struct caller other = {0};
        waiter_start(&other, &monitor, pawl_after_ns(durations[i]), 1);
        assert_int_equal(pawl_condition_notify(&monitor.condition, 1), 1);
        assert_int_equal(caller_join(&other), PAWL_OK);
    }
}

static void timed_out_waiter_leaves_no_trace(void **state)
{
    struct monitor *monitor = *state;
    enter(monitor);
    assert_int_equal(wait_for(monitor, PAWL_MS(1)), PAWL_TIMEOUT);
    assert_int_equal(pawl__lot_count(&monitor->condition), 0);
    assert_int_equal(monitor->condition.state_, 0);
    assert_int_equal(pawl_condition_notify_all(&monitor->condition), 0);
    assert_int_equal(leave(monitor), PAWL_OK);
}

static void next_waiter_is_notified_after_one_timed_out(void **state)
{
    struct monitor *monitor = *state;
    struct caller first = {0};
    struct caller second = {0};
    waiter_start(&first, monitor, pawl_after_ms(5), AT_ITS_OWN_TIME);
    waiter_start(&second, monitor, PAWL_NEVER, AT_ITS_OWN_TIME);
    assert_int_equal(caller_join(&first), PAWL_TIMEOUT);
    wait_for_waiters(&monitor->condition, 1);
    assert_int_equal(pawl_condition_notify(&monitor->condition, 1), 1);
    assert_int_equal(caller_join(&second), PAWL_OK);
}

/* The notification must be before the deadline: if it is too late, the test runs again with more
 * time. Returns whether it was in time. */
static bool keep_the_lock_past_the_deadline(struct monitor *monitor, pawl_ns time)
{
    struct caller other = {0};
    pawl_time deadline = pawl_after_ns(time);
    waiter_start(&other, monitor, deadline, AT_ITS_OWN_TIME);
    caller_await_begin(&other);
    enter(monitor);
    bool in_time = pawl_condition_notify(&monitor->condition, 1) == 1;
    if (in_time) {
        let_time_pass(deadline - pawl_now() + PAWL_MS(2));
        assert_false(caller_is_back(&other));
        assert_int_equal(pawl__lot_count(lock_of(monitor)), 1);
    }
    leave(monitor);
    caller_join(&other);
    assert_int_equal(other.status, in_time ? PAWL_OK : PAWL_TIMEOUT);
    return in_time;
}

static void deadline_no_longer_counts_once_notified(void **state)
{
    struct monitor *monitor = *state;
    pawl_ns time = PAWL_MS(4);
    while (!keep_the_lock_past_the_deadline(monitor, time)) {
        time *= 4;
    }
}

/* Notifications that meet time-outs: as many waits return PAWL_OK as were notified. */
enum { RACERS = 4, RACES = 300 };

static pawl_status race(struct caller *racer)
{
    struct monitor *monitor = racer->object;
    for (int i = 0; i < RACES; i++) {
        pawl_ns time = (pawl_ns)(next_random(&racer->seed) % 60000);
        enter(monitor);
        pawl_status status = wait_for(monitor, time);
        racer->count += status == PAWL_OK;
        racer->mistakes += status != PAWL_OK && status != PAWL_TIMEOUT;
        racer->mistakes += !is_held(monitor);
        leave(monitor);
    }
    return PAWL_OK;
}

/* Notify one to three, with and without the lock, until the racers are through. */
static uint64_t notify_now_and_then(struct monitor *monitor, const struct caller *racers)
{
    uint64_t seed = 4711;
    uint64_t notified = 0;
    while (callers_back(racers, RACERS) < RACERS) {
        uint64_t choice = next_random(&seed);
        if (choice % 2 == 0) {
            enter(monitor);
        }
        notified += pawl_condition_notify(&monitor->condition, (size_t)(choice / 2 % 3) + 1);
        if (choice % 2 == 0) {
            leave(monitor);
        }
        let_time_pass((pawl_ns)(choice / 8 % 30000));
    }
    return notified;
}

static void notification_that_meets_a_time_out_is_not_lost(void **state)
{
    struct monitor *monitor = *state;
    struct caller racers[RACERS];
    callers_start(racers, RACERS,
                  &(struct caller){.call = race, .object = monitor, .seed = 2862933555777941757U});
    uint64_t notified = notify_now_and_then(monitor, racers);
    uint64_t woken = callers_join(racers, RACERS, PAWL_OK);
    assert_true(woken == notified);
}

static void wait_pred_that_is_true_on_entry_returns_at_once(void **state)
{
    const pawl_time deadlines[] = {PAWL_NEVER, 0, INT64_MIN, 1};
    struct monitor *monitor = *state;
    struct caller other = {0};
    enter(monitor);
    visitor_start(&other, monitor, 1); /* it would get a lock that was let go */
    for (size_t i = 0; i < 4; i++) {
        struct question question = {.monitor = monitor, .enough = 1, .from = PAWL_NEVER};
        assert_int_equal(wait_pred(monitor, is_enough, &question, deadlines[i]), PAWL_OK);
        assert_int_equal(question.asked, 1);
        assert_int_equal(question.unheld, 0);
        assert_true(is_held(monitor));
        assert_int_equal(pawl__lot_count(lock_of(monitor)), 1);
        assert_false(caller_is_back(&other));
    }
    assert_int_equal(leave(monitor), PAWL_OK);
    caller_join(&other);
}

static void wait_pred_that_stays_false_times_out_and_never_early(void **state)
{
    const pawl_ns durations[] = {PAWL_US(1), PAWL_US(700), PAWL_MS(3)};
    struct monitor *monitor = *state;
    enter(monitor);
    for (size_t i = 0; i < 3; i++) {
        struct question question = {
            .monitor = monitor, .enough = INT32_MAX, .from = PAWL_NEVER};
        pawl_time deadline = pawl_after_ns(durations[i]);
        assert_int_equal(wait_pred(monitor, is_enough, &question, deadline), PAWL_TIMEOUT);
        assert_true(pawl_now() >= deadline);
        assert_int_equal(question.asked, 2); /* on entry and at the deadline */
        assert_int_equal(question.unheld, 0);
        assert_true(is_held(monitor));
    }
    assert_int_equal(leave(monitor), PAWL_OK);
}

static void wait_pred_with_a_past_deadline_lets_the_lock_go_and_asks_again(void **state)
{
    struct monitor *monitor = *state;
    struct caller other = {0};
    enter(monitor);
    visitor_start(&other, monitor, 1);
    do { /* once, if the other thread gets a processor while the lock is kept for it */
        struct question question = {
            .monitor = monitor, .enough = INT32_MAX, .from = PAWL_NEVER};
        assert_int_equal(wait_pred(monitor, is_enough, &question, 0), PAWL_TIMEOUT);
        assert_int_equal(question.asked, 2);
    } while (!caller_is_back(&other) && !is_fair(monitor));
    assert_true(caller_is_back(&other));
    assert_int_equal(leave(monitor), PAWL_OK);
    caller_join(&other);
}

static void wait_pred_that_is_true_at_the_deadline_is_ok(void **state)
{
    struct monitor *monitor = *state;
    pawl_time deadline = pawl_after_ms(2);
    struct question question = {.monitor = monitor, .enough = INT32_MAX, .from = deadline};
    enter(monitor);
    assert_int_equal(wait_pred(monitor, is_enough, &question, deadline), PAWL_OK);
    assert_true(is_held(monitor));
    assert_int_equal(leave(monitor), PAWL_OK);
}

/* A number that only who holds the lock touches, and that a thread waits for. */
struct number {
    struct monitor *monitor;
    int value, wanted;
    int asked;
    int unheld; /* how often the lock was not held */
};

static bool number_is_wanted(void *ctx)
{
    struct number *number = ctx;
    number->asked++;
    number->unheld += !is_held(number->monitor);
    return number->value == number->wanted;
}

/* Counts what the number is after the wait. */
static pawl_status wait_for_number(struct caller *reader)
{
    struct number *number = reader->object;
    enter(number->monitor);
    pawl_status status = wait_pred(number->monitor, number_is_wanted, number, PAWL_NEVER);
    reader->count = (uint64_t)number->value;
    reader->mistakes += !is_held(number->monitor);
    leave(number->monitor);
    return status;
}

static void wait_pred_returns_when_it_is_true_and_not_before(void **state)
{
    enum { NOTIFICATIONS = 5 };
    struct monitor *monitor = *state;
    struct number number = {.monitor = monitor, .wanted = NOTIFICATIONS};
    struct caller reader = {.call = wait_for_number, .object = &number};
    caller_start(&reader, AT_ITS_OWN_TIME);
    for (int i = 0; i < NOTIFICATIONS; i++) {
        wait_for_waiters(&monitor->condition, 1); /* again, since it was false */
        enter(monitor);
        number.value++;
        assert_int_equal(pawl_condition_notify(&monitor->condition, 1), 1);
        leave(monitor);
    }
    assert_int_equal(callers_join(&reader, 1, PAWL_OK), NOTIFICATIONS);
    assert_int_equal(number.asked, NOTIFICATIONS + 1);
    assert_int_equal(number.unheld, 0);
}

/* Notify, with the lock, whenever a thread waits, and count these. A wait whose time began anew
 * with each notification would not end. */
static pawl_status notify_all_the_time(struct caller *noise)
{
    struct monitor *monitor = noise->object;
    while (!caller_must_stop(noise)) {
        if (pawl__lot_count(&monitor->condition) > 0) {
            enter(monitor);
            noise->count += pawl_condition_notify(&monitor->condition, 1);
            leave(monitor);
        }
        crew_yield();
    }
    return PAWL_OK;
}

static uint64_t wait_in_spite_of_notifications(struct monitor *monitor, pawl_ns time)
{
    struct caller noise = {.call = notify_all_the_time, .object = monitor};
    struct question question = {.monitor = monitor, .enough = INT32_MAX, .from = PAWL_NEVER};
    pawl_time deadline = pawl_after_ns(time);
    caller_start(&noise, AT_ITS_OWN_TIME);
    enter(monitor);
    assert_int_equal(wait_pred(monitor, is_enough, &question, deadline), PAWL_TIMEOUT);
    assert_true(pawl_now() >= deadline);
    leave(monitor);
    caller_stop(&noise);
    uint64_t notified = callers_join(&noise, 1, PAWL_OK);
    assert_int_equal(question.unheld, 0);
    /* On entry, after each notification, and at the deadline, unless that met the last one. */
    assert_true((uint64_t)question.asked >= notified + 1);
    return notified;
}

static void wait_pred_counts_the_total_time_across_notifications(void **state)
{
    struct monitor *monitor = *state;
    pawl_ns time = PAWL_MS(4);
    while (wait_in_spite_of_notifications(monitor, time) < 3) {
        time *= 4; /* a slow machine */
    }
}

/* A bounded queue, with its second condition; all plain but the monitor. */
enum { CAPACITY = 3, PARTIES = 3, ITEMS = 400 };

struct queue {
    struct monitor *monitor; /* its condition: not empty */
    pawl_condition not_full;
    uint32_t slots[CAPACITY];
    uint32_t put, taken; /* how many, in all */
};

/* With and without a deadline that may pass at any time. */
static void wait_a_while(struct caller *party, pawl_condition *condition)
{
    struct queue *queue = party->object;
    uint64_t choice = next_random(&party->seed);
    pawl_time deadline = choice % 4 == 0 ? pawl_after_us((int64_t)(choice / 4 % 40)) : PAWL_NEVER;
    pawl_status status = wait_on(queue->monitor, condition, deadline);
    party->mistakes += status == PAWL_NOT_HELD || !is_held(queue->monitor);
}

/* These count the sum of the items. */
static pawl_status put_items(struct caller *party)
{
    struct queue *queue = party->object;
    for (uint32_t i = 0; i < ITEMS; i++) {
        enter(queue->monitor);
        while (queue->put - queue->taken == CAPACITY) {
            wait_a_while(party, &queue->not_full);
        }
        uint32_t item = party->number * ITEMS + i + 1;
        queue->slots[queue->put++ % CAPACITY] = item;
        party->count += item;
        pawl_condition_notify(&queue->monitor->condition, 1);
        leave(queue->monitor);
    }
    return PAWL_OK;
}

static pawl_status take_items(struct caller *party)
{
    struct queue *queue = party->object;
    for (uint32_t i = 0; i < ITEMS; i++) {
        enter(queue->monitor);
        while (queue->put == queue->taken) {
            wait_a_while(party, &queue->monitor->condition);
        }
        uint32_t *slot = &queue->slots[queue->taken++ % CAPACITY];
        party->mistakes += *slot == 0; /* taken before */
        party->count += *slot;
        *slot = 0;
        bool unlocked = next_random(&party->seed) % 2 == 0;
        if (!unlocked) {
            pawl_condition_notify(&queue->not_full, 1);
        }
        leave(queue->monitor);
        if (unlocked) {
            pawl_condition_notify(&queue->not_full, 1);
        }
    }
    return PAWL_OK;
}

static void bounded_queue_keeps_its_books(void **state)
{
    struct queue queue = {.monitor = *state};
    struct caller parties[2][PARTIES] = {0};
    for (uint32_t i = 0; i < 2 * PARTIES; i++) {
        struct caller *party = &parties[i % 2][i / 2];
        party->number = i / 2;
        party->seed = 1181783497276652981U + i;
        caller_start_on(party, i % 2 == 0 ? put_items : take_items, &queue, 0, AT_ITS_OWN_TIME);
    }
    uint64_t put = callers_join(parties[0], PARTIES, PAWL_OK);
    uint64_t taken = callers_join(parties[1], PARTIES, PAWL_OK);
    assert_true(put == taken);
    assert_int_equal(queue.put, PARTIES * ITEMS);
    assert_int_equal(queue.taken, PARTIES * ITEMS);
    assert_int_equal(queue.not_full.state_, 0);
}

/* A condition and its lock in memory that the notified waiter reuses at once: the notifier, still
 * inside notify or release, must not write there. */
enum { REUSED_AS = 0xA5 };

static pawl_status wait_and_reuse(struct caller *caller)
{
    enter(caller->object);
    pawl_status status = wait_until(caller->object, PAWL_NEVER);
    if (status == PAWL_OK) {
        memset(caller->object, REUSED_AS, sizeof(struct monitor)); /* freed, something else now */
    }
    return status;
}

static void condition_may_be_freed_by_the_thread_that_was_just_notified(void **state)
{
    struct monitor expected;
    (void)state;
    memset(&expected, REUSED_AS, sizeof expected);
    for (int round = 0; round < 180; round++) {
        struct monitor *memory = malloc(sizeof *memory);
        bool locked = round % 2 == 0;
        assert_non_null(memory);
        *memory = fresh(round % KINDS);
        struct caller other = {.call = wait_and_reuse, .object = memory, .key = &memory->condition};
        caller_start(&other, 1);
        if (locked) {
            enter(memory);
        }
        assert_int_equal(pawl_condition_notify(&memory->condition, 1), 1);
        if (locked) {
            assert_int_equal(leave(memory), PAWL_OK);
        }
        caller_join(&other);
        assert_memory_equal(memory, &expected, sizeof expected);
        free(memory);
    }
}

/* Threads that come, wait and go leave nothing: a hundred of them in turn use one parker. */
static void threads_that_end_leave_nothing_behind(void **state)
{
    const void *parker = next_parker();
    (void)state;
    for (int i = 0; i < 100; i++) {
        struct monitor monitor = fresh(i % KINDS);
        struct caller other = {0};
        waiter_start(&other, &monitor, i % 5 == 0 ? 0 : PAWL_NEVER,
                     i % 5 == 0 ? AT_ITS_OWN_TIME : 1);
        pawl_condition_notify(&monitor.condition, 1);
        caller_join(&other);
    }
    assert_ptr_equal(next_parker(), parker);
}

static void init_makes_a_condition_that_nobody_waits_for_of_any_memory(void **state)
{
    pawl_condition condition;
    (void)state;
    memset(&condition, 0xAA, sizeof condition);
    pawl_condition_init(&condition);
    assert_int_equal(condition.state_, 0);
}

/* Like a thread that came to the lock by itself. Another thread waits on, because the lock notes
 * its waiters when the first is moved. */
static void the_lock_is_kept_for_who_was_notified_some_milliseconds_ago(void **state)
{
    struct monitor *monitor = *state;
    struct caller waiter = {0};
    struct caller another = {0};
    waiter_start(&waiter, monitor, PAWL_NEVER, 1);
    waiter_start(&another, monitor, PAWL_NEVER, 2);
    enter(monitor);
    assert_int_equal(pawl_condition_notify(&monitor->condition, 1), 1);
    let_time_pass(PATIENCE);
    pawl_time before = pawl_now();
    assert_int_equal(leave(monitor), PAWL_OK);
    uint8_t left = pawl__load8(&((const pawl_lock *)lock_of(monitor))->state_, PAWL__RELAXED);
    bool kept = (left & (PAWL__LOCK_LOCKED | PAWL__LOCK_RESERVED)) != 0;
    assert_true(kept || caller_is_back(&waiter) || pawl_now() - before >= PAWL_MS(1));
    caller_join(&waiter);
    assert_int_equal(pawl_condition_notify(&monitor->condition, 1), 1);
    caller_join(&another);
}

static void while_an_rlock_s_owner_waits_nobody_owns_it(void **state)
{
    struct monitor monitor = fresh(NESTED);
    struct caller waiter = {0};
    (void)state;
    waiter_start(&waiter, &monitor, PAWL_NEVER, 1);
    assert_int_equal(monitor.rlock.owner_, 0);
    assert_int_equal(monitor.rlock.depth_, 0);
    assert_int_equal(pawl_condition_notify(&monitor.condition, 1), 1);
    caller_join(&waiter);
}

static void new_condition_is_ready_and_free_ends_it(void **state)
{
    pawl_condition *condition = pawl_condition_new();
    pawl_lock lock = PAWL_LOCK_INIT;
    (void)state;
    assert_non_null(condition);
    assert_int_equal(pawl_condition_notify_all(condition), 0);
    pawl_lock_acquire(&lock);
    assert_int_equal(pawl_condition_wait_for(condition, &lock, PAWL_US(100)), PAWL_TIMEOUT);
    pawl_condition_free(condition);
    pawl_condition_free(pawl_condition_new());
    pawl_condition_free(NULL);
}

static void describe_tells_the_number_of_waiters(void **state)
{
    struct monitor monitor = fresh(PLAIN);
    struct caller others[2] = {0};
    char text[80];
    (void)state;
    queue_waiters(others, 2, &monitor);
    pawl_condition_describe(&monitor.condition, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_condition waiters=2 at 0x"));
    pawl_condition_notify(&monitor.condition, 1);
    pawl_condition_describe(&monitor.condition, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_condition waiters=1 at 0x"));
    pawl_condition_notify(&monitor.condition, 1);
    callers_join(others, 2, PAWL_OK);
}

/* Through pointers, which shows that each is a symbol of the library. */
static void functions_are_symbols_too(void **state)
{
    void (*volatile init)(pawl_condition *) = pawl_condition_init;
    pawl_status (*volatile wait)(pawl_condition *, pawl_lock *) = pawl_condition_wait;
    pawl_status (*volatile until)(pawl_condition *, pawl_lock *, pawl_time) =
        pawl_condition_wait_until;
    pawl_status (*volatile nested)(pawl_condition *, pawl_rlock *) = pawl_condition_wait_rlock;
    pawl_status (*volatile nested_for)(pawl_condition *, pawl_rlock *, pawl_ns) =
        pawl_condition_wait_rlock_for;
    size_t (*volatile notify)(pawl_condition *, size_t) = pawl_condition_notify;
    size_t (*volatile one)(pawl_condition *) = pawl_condition_notify_one;
    size_t (*volatile notify_all)(pawl_condition *) = pawl_condition_notify_all;
    pawl_condition condition;
    pawl_lock lock = PAWL_LOCK_INIT;
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    (void)state;
    init(&condition);
    assert_int_equal(wait(&condition, &lock), PAWL_NOT_HELD);
    assert_int_equal(until(&condition, &lock, 0), PAWL_NOT_HELD);
    assert_int_equal(nested(&condition, &rlock), PAWL_NOT_HELD);
    assert_int_equal(nested_for(&condition, &rlock, 0), PAWL_NOT_HELD);
    assert_int_equal(notify(&condition, 1), 0);
    assert_int_equal(one(&condition), 0);
    assert_int_equal(notify_all(&condition), 0);
}

static int set_up(void **state, int row)
{
    static struct monitor monitor;
    if (row >= 0) {
        monitor = fresh(row);
        *state = &monitor;
    }
    return 0;
}

/* After each test on a monitor: nobody waits, and nobody holds its lock. */
static int tear_down(void **state)
{
    if (*state != NULL) {
        assert_nobody_is_left(*state);
    }
    return 0;
}

int main(void)
{
    enum { ALL = (1 << KINDS) - 1 };
    const struct row_test tests[] = {
        BY_ROWS(condition_is_at_most_eight_bytes, ONCE),
        BY_ROWS(condition_of_zero_bytes_is_ready, ONCE),
        BY_ROWS(condition_initialisers_make_it_ready, ONCE),
        BY_ROWS(wait_releases_the_lock_at_all_its_levels, ALL),
        BY_ROWS(wait_releases_the_lock_and_waits_as_one_step, ALL),
        BY_ROWS(wait_holds_the_lock_again_when_it_was_notified, ALL),
        BY_ROWS(wait_holds_the_lock_again_when_it_timed_out, ALL),
        BY_ROWS(wait_that_timed_out_returns_only_with_the_lock, ALL),
        BY_ROWS(wait_whose_deadline_has_passed_lets_the_lock_go_once, ALL),
        BY_ROWS(wait_without_the_lock_is_refused_and_the_predicate_not_asked, ALL),
        BY_ROWS(wait_with_another_threads_rlock_is_refused, ONCE),
        BY_ROWS(wait_restores_any_depth_of_an_rlock, ONCE),
        BY_ROWS(notify_with_nobody_waiting_returns_zero_and_is_not_remembered, ALL),
        BY_ROWS(notify_of_more_than_wait_is_not_remembered, ALL),
        BY_ROWS(notify_of_none_notifies_none, ALL),
        BY_ROWS(notify_reaches_the_oldest_and_no_more_than_it_is_told, ALL),
        BY_ROWS(notified_waiters_of_a_fair_lock_proceed_oldest_first, ONCE),
        BY_ROWS(notified_waiter_of_a_fair_lock_takes_its_place_behind_those_queued, ONCE),
        BY_ROWS(notified_waiter_proceeds_only_when_it_has_the_lock, ALL),
        BY_ROWS(notified_waiter_is_not_starved, ALL),
        BY_ROWS(notify_needs_no_lock_when_it_is_free, ALL),
        BY_ROWS(notify_needs_no_lock_when_another_thread_holds_it, ALL),
        BY_ROWS(notify_all_of_a_crowd_moves_them_to_the_locks_queue, ONCE),
        BY_ROWS(waiters_of_one_condition_may_use_different_locks, ONCE),
        BY_ROWS(wait_never_ends_early, ALL),
        BY_ROWS(longest_durations_are_waits_without_end, ONCE),
        BY_ROWS(timed_out_waiter_leaves_no_trace, ALL),
        BY_ROWS(next_waiter_is_notified_after_one_timed_out, ALL),
        BY_ROWS(deadline_no_longer_counts_once_notified, ALL),
        BY_ROWS(notification_that_meets_a_time_out_is_not_lost, ALL),
        BY_ROWS(wait_pred_that_is_true_on_entry_returns_at_once, ALL),
        BY_ROWS(wait_pred_that_stays_false_times_out_and_never_early, ALL),
        BY_ROWS(wait_pred_with_a_past_deadline_lets_the_lock_go_and_asks_again, ALL),
        BY_ROWS(wait_pred_that_is_true_at_the_deadline_is_ok, ALL),
        BY_ROWS(wait_pred_returns_when_it_is_true_and_not_before, ALL),
        BY_ROWS(wait_pred_counts_the_total_time_across_notifications, ALL),
        BY_ROWS(bounded_queue_keeps_its_books, ALL),
        BY_ROWS(condition_may_be_freed_by_the_thread_that_was_just_notified, ONCE),
        BY_ROWS(threads_that_end_leave_nothing_behind, ONCE),
        BY_ROWS(init_makes_a_condition_that_nobody_waits_for_of_any_memory, ONCE),
        BY_ROWS(the_lock_is_kept_for_who_was_notified_some_milliseconds_ago, ALL),
        BY_ROWS(while_an_rlock_s_owner_waits_nobody_owns_it, ONCE),
        BY_ROWS(new_condition_is_ready_and_free_ends_it, ONCE),
        BY_ROWS(describe_tells_the_number_of_waiters, ONCE),
        BY_ROWS(functions_are_symbols_too, ONCE),
    };
    const struct rows rows = {names_of, KINDS, set_up, tear_down};
    return rows_run(&rows, tests, sizeof tests / sizeof tests[0]);
}
