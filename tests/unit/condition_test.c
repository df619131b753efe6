/* SPDX-License-Identifier: MIT
 *
 * The sentences of SEMANTICS.md under "All" and "Condition", for pawl_condition.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A condition and its lock, of any kind. A nested lock is an rlock, always LEVELS deep. Every test
 * runs on all kinds where the sentence holds for all. */
enum kind { PLAIN, FAIR, NESTED, KINDS };
enum { LEVELS = 3 };

struct monitor {
    enum kind kind;
    pawl_lock lock;
    pawl_rlock rlock;
    pawl_condition condition;
};

static struct monitor fresh(int kind)
{
    struct monitor monitor = {.kind = (enum kind)kind};
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
    if (monitor->kind != NESTED) {
        pawl_lock_acquire(&monitor->lock);
        return;
    }
    for (int level = 0; level < LEVELS; level++) {
        pawl_rlock_acquire(&monitor->rlock);
    }
}

static pawl_status leave(struct monitor *monitor)
{
    if (monitor->kind != NESTED) {
        return pawl_lock_release(&monitor->lock);
    }
    pawl_status status = PAWL_OK;
    for (int level = 0; level < LEVELS; level++) {
        pawl_status once = pawl_rlock_release(&monitor->rlock);
        status = once == PAWL_OK ? status : once;
    }
    return status;
}

/* Held, as far as can be seen: a pawl_lock by somebody, an rlock by the caller at full depth. */
static bool is_held(const struct monitor *monitor)
{
    return monitor->kind == NESTED ? pawl_rlock_depth(&monitor->rlock) == LEVELS
                                   : pawl_lock_locked(&monitor->lock);
}

static bool is_free(const struct monitor *monitor)
{
    return monitor->kind == NESTED ? !pawl_rlock_locked(&monitor->rlock)
                                   : !pawl_lock_locked(&monitor->lock);
}

/* The key under which threads wait for the lock. */
static const void *lock_of(const struct monitor *monitor)
{
    return monitor->kind == NESTED ? &monitor->rlock.lock_ : &monitor->lock;
}

static pawl_status wait_on(struct monitor *monitor, pawl_condition *condition, pawl_time deadline)
{
    if (monitor->kind == NESTED) {
        return deadline == PAWL_NEVER
                   ? pawl_condition_wait_rlock(condition, &monitor->rlock)
                   : pawl_condition_wait_rlock_until(condition, &monitor->rlock, deadline);
    }
    return deadline == PAWL_NEVER ? pawl_condition_wait(condition, &monitor->lock)
                                  : pawl_condition_wait_until(condition, &monitor->lock, deadline);
}

static pawl_status wait_until(struct monitor *monitor, pawl_time deadline)
{
    return wait_on(monitor, &monitor->condition, deadline);
}

static pawl_status wait_for(struct monitor *monitor, pawl_ns ns)
{
    return monitor->kind == NESTED
               ? pawl_condition_wait_rlock_for(&monitor->condition, &monitor->rlock, ns)
               : pawl_condition_wait_for(&monitor->condition, &monitor->lock, ns);
}

static pawl_status wait_pred(struct monitor *monitor, bool (*pred)(void *ctx), void *ctx,
                             pawl_time deadline)
{
    return monitor->kind == NESTED
               ? pawl_condition_wait_rlock_pred(&monitor->condition, &monitor->rlock, pred, ctx,
                                                deadline)
               : pawl_condition_wait_pred(&monitor->condition, &monitor->lock, pred, ctx, deadline);
}

static bool is_set(void *flag)
{
    return pawl__load8((uint8_t *)flag, PAWL__ACQUIRE) != 0;
}

/* A helper thread that waits for the condition once. */
struct waiter {
    crew_thread thread;
    struct monitor *monitor;
    pawl_time deadline;
    size_t queued;      /* it waits when so many are queued, and patient, for the lock */
    pawl_status status; /* after waiter_join */
    bool held;          /* whether it held the lock when wait returned */
    uint32_t *turn;     /* if not NULL: counts the waits that ended, while the lock is held */
    uint32_t order;     /* what *turn was at this one */
    uint8_t inside;     /* atomic: 1 once it has the lock and is about to wait */
    uint8_t through;    /* atomic: 1 once wait has returned */
};

static void wait_once(void *context)
{
    struct waiter *waiter = context;
    struct monitor *monitor = waiter->monitor;
    enter(monitor);
    pawl__store8(&waiter->inside, 1, PAWL__RELEASE);
    if (waiter->queued > 0) {
        wait_for_waiters(lock_of(monitor), waiter->queued);
        let_time_pass(PATIENCE); /* so that a release hands the lock over */
    }
    waiter->status = wait_until(monitor, waiter->deadline);
    waiter->held = is_held(monitor);
    if (waiter->turn != NULL) {
        waiter->order = (*waiter->turn)++;
    }
    pawl__store8(&waiter->through, 1, PAWL__RELEASE);
    leave(monitor);
}

/* Start one, and wait until it is waiter number `place` of the condition, or AT_ITS_OWN_TIME. */
static void waiter_start(struct waiter *waiter, struct monitor *monitor, pawl_time deadline,
                         size_t place)
{
    waiter->monitor = monitor;
    waiter->deadline = deadline;
    waiter->inside = 0;
    waiter->through = 0;
    crew_start(&waiter->thread, wait_once, waiter);
    if (place != AT_ITS_OWN_TIME) {
        wait_for_waiters(&monitor->condition, place);
    }
}

static void waiter_join(struct waiter *waiter)
{
    crew_join(&waiter->thread);
}

static bool is_through(struct waiter *waiter)
{
    return is_set(&waiter->through);
}

/* A helper thread that goes once through the lock. */
struct visitor {
    crew_thread thread;
    struct monitor *monitor;
    uint32_t *turn;
    uint32_t order;
    uint8_t been; /* atomic: 1 once it has the lock */
};

static void visit(void *context)
{
    struct visitor *visitor = context;
    enter(visitor->monitor);
    if (visitor->turn != NULL) {
        visitor->order = (*visitor->turn)++;
    }
    pawl__store8(&visitor->been, 1, PAWL__RELEASE);
    leave(visitor->monitor);
}

static void visitor_start(struct visitor *visitor, struct monitor *monitor, size_t place)
{
    visitor->monitor = monitor;
    crew_start(&visitor->thread, visit, visitor);
    wait_for_waiters(lock_of(monitor), place);
}

/* A helper thread that notifies without the lock. */
struct notifier {
    crew_thread thread;
    struct monitor *monitor;
    size_t notified;
};

static void notify_one(void *context)
{
    struct notifier *notifier = context;
    notifier->notified = pawl_condition_notify(&notifier->monitor->condition, 1);
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
    struct waiter other = {0};
    (void)state;
    memset(&monitor.condition, 0, sizeof monitor.condition);
    assert_int_equal(pawl_condition_notify_all(&monitor.condition), 0);
    waiter_start(&other, &monitor, PAWL_NEVER, 1);
    assert_int_equal(pawl_condition_notify_all(&monitor.condition), 1);
    waiter_join(&other);
    assert_int_equal(other.status, PAWL_OK);
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
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct monitor monitor = fresh(kind);
        struct waiter other = {0};
        waiter_start(&other, &monitor, PAWL_NEVER, 1);
        enter(&monitor);
        assert_true(is_held(&monitor));
        assert_false(is_through(&other));
        assert_int_equal(leave(&monitor), PAWL_OK);
        assert_true(is_free(&monitor));
        assert_int_equal(pawl_condition_notify(&monitor.condition, 1), 1);
        waiter_join(&other);
        assert_nobody_is_left(&monitor);
    }
}

/* Who has the lock after a thread that was about to wait finds it waiting: no notification is lost
 * between the two. */
struct exchange {
    crew_thread thread;
    struct monitor monitor;
    uint32_t round; /* atomic: written with the lock held, before the wait */
    uint32_t awaited;
};

enum { EXCHANGES = 300 };

static void wait_each_round(void *context)
{
    struct exchange *exchange = context;
    enter(&exchange->monitor);
    for (uint32_t round = 1; round <= EXCHANGES; round++) {
        pawl__store32(&exchange->round, round, PAWL__RELEASE);
        if (wait_until(&exchange->monitor, PAWL_NEVER) != PAWL_OK) {
            break;
        }
    }
    leave(&exchange->monitor);
}

static bool round_has_begun(void *context)
{
    struct exchange *exchange = context;
    return pawl__load32(&exchange->round, PAWL__ACQUIRE) >= exchange->awaited;
}

static void wait_releases_the_lock_and_waits_as_one_step(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct exchange exchange = {.monitor = fresh(kind)};
        int missed = 0;
        crew_start(&exchange.thread, wait_each_round, &exchange);
        for (uint32_t round = 1; round <= EXCHANGES; round++) {
            exchange.awaited = round;
            crew_until(round_has_begun, &exchange);
            enter(&exchange.monitor);
            while (pawl_condition_notify(&exchange.monitor.condition, 1) == 0) {
                missed++;
                crew_yield();
            }
            leave(&exchange.monitor);
        }
        crew_join(&exchange.thread);
        assert_int_equal(missed, 0);
        assert_nobody_is_left(&exchange.monitor);
    }
}

static void wait_holds_the_lock_again_when_it_was_notified(void **state)
{
    const pawl_time deadlines[] = {PAWL_NEVER, PAWL_NEVER - 1};
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        for (size_t i = 0; i < 2; i++) {
            struct monitor monitor = fresh(kind);
            struct waiter other = {0};
            waiter_start(&other, &monitor, deadlines[i], 1);
            enter(&monitor);
            assert_int_equal(pawl_condition_notify(&monitor.condition, 1), 1);
            assert_int_equal(leave(&monitor), PAWL_OK);
            waiter_join(&other);
            assert_int_equal(other.status, PAWL_OK);
            assert_true(other.held);
            assert_nobody_is_left(&monitor);
        }
    }
}

static void wait_holds_the_lock_again_when_it_timed_out(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct monitor monitor = fresh(kind);
        enter(&monitor);
        assert_int_equal(wait_for(&monitor, PAWL_MS(1)), PAWL_TIMEOUT);
        assert_true(is_held(&monitor));
        assert_int_equal(wait_until(&monitor, pawl_after_ms(1)), PAWL_TIMEOUT);
        assert_true(is_held(&monitor));
        assert_int_equal(leave(&monitor), PAWL_OK);
        assert_nobody_is_left(&monitor);
    }
}

static void wait_that_timed_out_returns_only_with_the_lock(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct monitor monitor = fresh(kind);
        struct waiter other = {.queued = 1};
        waiter_start(&other, &monitor, 0, AT_ITS_OWN_TIME);
        crew_until(is_set, &other.inside);
        enter(&monitor); /* by its wait */
        wait_for_waiters(lock_of(&monitor), 1);
        assert_false(is_through(&other));
        assert_int_equal(leave(&monitor), PAWL_OK);
        waiter_join(&other);
        assert_int_equal(other.status, PAWL_TIMEOUT);
        assert_true(other.held);
        assert_nobody_is_left(&monitor);
    }
}

static pawl_status wait_in_the_past(struct monitor *monitor, int form)
{
    switch (form) {
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
    enum { FORMS = 5 };
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        for (int form = 0; form < FORMS; form++) {
            struct monitor monitor = fresh(kind);
            struct visitor other = {0};
            enter(&monitor);
            visitor_start(&other, &monitor, 1);
            if (kind != FAIR) {
                let_time_pass(PATIENCE); /* so that a release hands the lock over */
            }
            assert_int_equal(wait_in_the_past(&monitor, form), PAWL_TIMEOUT);
            assert_true(is_set(&other.been));
            assert_true(is_held(&monitor));
            assert_int_equal(leave(&monitor), PAWL_OK);
            crew_join(&other.thread);
            assert_nobody_is_left(&monitor);
        }
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
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct monitor monitor = fresh(kind);
        assert_every_wait_is_refused(&monitor);
        assert_true(is_free(&monitor));
        enter(&monitor);
        assert_int_equal(leave(&monitor), PAWL_OK);
        assert_every_wait_is_refused(&monitor);
        assert_true(is_free(&monitor));
    }
}

static void enter_and_end(void *context)
{
    enter(context);
}

static void wait_with_another_threads_rlock_is_refused(void **state)
{
    struct monitor monitor = fresh(NESTED);
    crew_thread owner;
    (void)state;
    crew_start(&owner, enter_and_end, &monitor);
    crew_join(&owner);
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
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct monitor monitor = fresh(kind);
        assert_int_equal(pawl_condition_notify(&monitor.condition, 0), 0);
        assert_int_equal(pawl_condition_notify(&monitor.condition, 3), 0);
        assert_int_equal(pawl_condition_notify(&monitor.condition, SIZE_MAX), 0);
        assert_int_equal(pawl_condition_notify_all(&monitor.condition), 0);
        enter(&monitor);
        assert_int_equal(pawl_condition_notify(&monitor.condition, 3), 0);
        assert_int_equal(pawl_condition_notify_all(&monitor.condition), 0);
        assert_int_equal(wait_for(&monitor, PAWL_MS(1)), PAWL_TIMEOUT);
        assert_int_equal(leave(&monitor), PAWL_OK);
    }
}

static void notify_of_more_than_wait_is_not_remembered(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct monitor monitor = fresh(kind);
        struct waiter others[2];
        memset(others, 0, sizeof others);
        waiter_start(&others[0], &monitor, PAWL_NEVER, 1);
        waiter_start(&others[1], &monitor, PAWL_NEVER, 2);
        assert_int_equal(pawl_condition_notify(&monitor.condition, 7), 2);
        waiter_join(&others[0]);
        waiter_join(&others[1]);
        enter(&monitor);
        assert_int_equal(wait_for(&monitor, PAWL_MS(1)), PAWL_TIMEOUT);
        assert_int_equal(leave(&monitor), PAWL_OK);
        assert_nobody_is_left(&monitor);
    }
}

static void notify_of_none_notifies_none(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct monitor monitor = fresh(kind);
        struct waiter other = {0};
        waiter_start(&other, &monitor, PAWL_NEVER, 1);
        enter(&monitor);
        assert_int_equal(pawl_condition_notify(&monitor.condition, 0), 0);
        assert_int_equal(pawl__lot_count(&monitor.condition), 1);
        assert_int_equal(pawl_condition_notify(&monitor.condition, 1), 1);
        leave(&monitor);
        waiter_join(&other);
    }
}

/* Waiters of whom some have been notified. */
struct crowd {
    struct waiter *waiters;
    size_t size, notified;
};

static bool as_many_are_through(void *context)
{
    struct crowd *crowd = context;
    size_t through = 0;
    for (size_t i = 0; i < crowd->size; i++) {
        through += is_through(&crowd->waiters[i]) ? 1 : 0;
    }
    return through == crowd->notified;
}

static void notify_reaches_the_oldest_and_no_more_than_it_is_told(void **state)
{
    enum { WAITERS = 5 };
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct monitor monitor = fresh(kind);
        struct waiter others[WAITERS];
        struct crowd crowd = {.waiters = others, .size = WAITERS};
        memset(others, 0, sizeof others);
        for (size_t i = 0; i < WAITERS; i++) {
            waiter_start(&others[i], &monitor, PAWL_NEVER, i + 1);
        }
        while (crowd.notified < WAITERS) {
            size_t left = WAITERS - crowd.notified;
            size_t expected = left < 2 ? left : 2;
            assert_int_equal(pawl_condition_notify(&monitor.condition, 2), expected);
            assert_int_equal(pawl__lot_count(&monitor.condition), left - expected);
            crowd.notified += expected;
            crew_until(as_many_are_through, &crowd);
            for (size_t i = 0; i < WAITERS; i++) {
                assert_int_equal(is_through(&others[i]), i < crowd.notified);
            }
        }
        for (size_t i = 0; i < WAITERS; i++) {
            waiter_join(&others[i]);
            assert_int_equal(others[i].status, PAWL_OK);
        }
        assert_nobody_is_left(&monitor);
    }
}

static void notified_waiters_of_a_fair_lock_proceed_oldest_first(void **state)
{
    enum { WAITERS = 8 };
    struct monitor monitor = fresh(FAIR);
    struct waiter others[WAITERS];
    uint32_t turn = 0;
    (void)state;
    memset(others, 0, sizeof others);
    for (size_t i = 0; i < WAITERS; i++) {
        others[i].turn = &turn;
        waiter_start(&others[i], &monitor, PAWL_NEVER, i + 1);
    }
    enter(&monitor);
    assert_int_equal(pawl_condition_notify(&monitor.condition, 3), 3);
    assert_int_equal(pawl_condition_notify_all(&monitor.condition), WAITERS - 3);
    leave(&monitor);
    for (size_t i = 0; i < WAITERS; i++) {
        waiter_join(&others[i]);
        assert_int_equal(others[i].order, i);
    }
}

static void notified_waiter_of_a_fair_lock_takes_its_place_behind_those_queued(void **state)
{
    struct monitor monitor = fresh(FAIR);
    uint32_t turn = 0;
    struct visitor before = {.turn = &turn};
    struct waiter notified = {.turn = &turn};
    struct visitor after = {.turn = &turn};
    (void)state;
    waiter_start(&notified, &monitor, PAWL_NEVER, 1);
    enter(&monitor);
    visitor_start(&before, &monitor, 1);
    assert_int_equal(pawl_condition_notify(&monitor.condition, 1), 1);
    visitor_start(&after, &monitor, 3);
    leave(&monitor);
    crew_join(&before.thread);
    waiter_join(&notified);
    crew_join(&after.thread);
    assert_int_equal(before.order, 0);
    assert_int_equal(notified.order, 1);
    assert_int_equal(after.order, 2);
}

static void notified_waiter_proceeds_only_when_it_has_the_lock(void **state)
{
    enum { WAITERS = 4 };
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct monitor monitor = fresh(kind);
        struct waiter others[WAITERS];
        memset(others, 0, sizeof others);
        for (size_t i = 0; i < WAITERS; i++) {
            waiter_start(&others[i], &monitor, PAWL_NEVER, i + 1);
        }
        enter(&monitor);
        for (size_t moved = 1; moved <= WAITERS; moved++) { /* moved, not woken */
            assert_int_equal(pawl_condition_notify(&monitor.condition, 1), 1);
            assert_int_equal(pawl__lot_count(&monitor.condition), WAITERS - moved);
            assert_int_equal(pawl__lot_count(lock_of(&monitor)), moved);
        }
        for (size_t i = 0; i < WAITERS; i++) {
            assert_false(is_through(&others[i]));
        }
        assert_int_equal(leave(&monitor), PAWL_OK);
        for (size_t i = 0; i < WAITERS; i++) {
            waiter_join(&others[i]);
            assert_int_equal(others[i].status, PAWL_OK);
            assert_true(others[i].held);
        }
        assert_nobody_is_left(&monitor);
    }
}

static void notified_waiter_is_not_starved(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct monitor monitor = fresh(kind);
        struct waiter other = {0};
        waiter_start(&other, &monitor, PAWL_NEVER, 1);
        enter(&monitor);
        assert_int_equal(pawl_condition_notify(&monitor.condition, 1), 1);
        while (!is_through(&other)) { /* a greedy thread, never waiting */
            leave(&monitor);
            enter(&monitor);
        }
        leave(&monitor);
        waiter_join(&other);
    }
}

static void notify_needs_no_lock_when_it_is_free(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct monitor monitor = fresh(kind);
        struct waiter others[2];
        memset(others, 0, sizeof others);
        waiter_start(&others[0], &monitor, PAWL_NEVER, 1);
        waiter_start(&others[1], &monitor, PAWL_NEVER, 2);
        enter(&monitor); /* after which both have released it */
        leave(&monitor);
        assert_int_equal(pawl_condition_notify(&monitor.condition, 1), 1);
        waiter_join(&others[0]);
        assert_int_equal(pawl_condition_notify_all(&monitor.condition), 1);
        waiter_join(&others[1]);
        assert_int_equal(others[0].status, PAWL_OK);
        assert_int_equal(others[1].status, PAWL_OK);
        assert_nobody_is_left(&monitor);
    }
}

static void notify_needs_no_lock_when_another_thread_holds_it(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct monitor monitor = fresh(kind);
        struct waiter other = {0};
        struct notifier notifier = {.monitor = &monitor};
        waiter_start(&other, &monitor, PAWL_NEVER, 1);
        enter(&monitor);
        crew_start(&notifier.thread, notify_one, &notifier);
        crew_join(&notifier.thread);
        assert_int_equal(notifier.notified, 1);
        assert_int_equal(pawl__lot_count(lock_of(&monitor)), 1);
        assert_false(is_through(&other));
        assert_int_equal(leave(&monitor), PAWL_OK);
        waiter_join(&other);
        assert_int_equal(other.status, PAWL_OK);
    }
}

static void notify_all_of_a_crowd_moves_them_to_the_locks_queue(void **state)
{
    struct waiter *others = calloc(CREW_CROWD, sizeof *others);
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
    for (size_t i = 0; i < CREW_CROWD; i++) {
        waiter_join(&others[i]);
        assert_int_equal(others[i].status, PAWL_OK);
        assert_true(others[i].held);
    }
    assert_int_equal(turn, CREW_CROWD);
    assert_nobody_is_left(&monitor);
    free(others);
}

/* A helper thread that waits for another monitor's condition. */
struct guest {
    crew_thread thread;
    struct monitor *own;
    pawl_condition *condition;
    pawl_status status;
    bool held;
    uint8_t through; /* atomic */
};

static void wait_as_a_guest(void *context)
{
    struct guest *guest = context;
    enter(guest->own);
    guest->status = wait_on(guest->own, guest->condition, PAWL_NEVER);
    guest->held = is_held(guest->own);
    pawl__store8(&guest->through, 1, PAWL__RELEASE);
    leave(guest->own);
}

static void waiters_of_one_condition_may_use_different_locks(void **state)
{
    enum { GUESTS = 2 * KINDS }; /* two for each lock, with those of others between */
    pawl_condition condition = PAWL_CONDITION_INIT;
    struct monitor monitors[KINDS];
    struct guest guests[GUESTS];
    (void)state;
    memset(guests, 0, sizeof guests);
    for (int kind = 0; kind < KINDS; kind++) {
        monitors[kind] = fresh(kind);
    }
    for (size_t i = 0; i < GUESTS; i++) {
        guests[i].own = &monitors[i < KINDS ? i : GUESTS - 1 - i];
        guests[i].condition = &condition;
        crew_start(&guests[i].thread, wait_as_a_guest, &guests[i]);
        wait_for_waiters(&condition, i + 1);
    }
    for (int kind = 0; kind < KINDS; kind++) {
        enter(&monitors[kind]);
    }
    assert_int_equal(pawl_condition_notify_all(&condition), GUESTS);
    for (int kind = KINDS - 1; kind >= 0; kind--) {
        assert_int_equal(pawl__lot_count(lock_of(&monitors[kind])), 2);
        assert_false(is_set(&guests[kind].through));
        assert_int_equal(leave(&monitors[kind]), PAWL_OK);
    }
    for (size_t i = 0; i < GUESTS; i++) {
        crew_join(&guests[i].thread);
        assert_int_equal(guests[i].status, PAWL_OK);
        assert_true(guests[i].held);
    }
    for (int kind = 0; kind < KINDS; kind++) {
        assert_true(is_free(&monitors[kind]));
    }
    assert_int_equal(condition.state_, 0);
}

static void wait_never_ends_early(void **state)
{
    const pawl_ns durations[] = {1, PAWL_US(1), PAWL_US(700), PAWL_MS(1), PAWL_MS(1) + 1,
                                 PAWL_MS(15)};
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct monitor monitor = fresh(kind);
        enter(&monitor);
        for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++) {
            pawl_time start = pawl_now();
            assert_int_equal(wait_for(&monitor, durations[i]), PAWL_TIMEOUT);
            assert_true(pawl_now() - start >= durations[i]);
            pawl_time deadline = pawl_after_ns(durations[i]);
            assert_int_equal(wait_until(&monitor, deadline), PAWL_TIMEOUT);
            assert_true(pawl_now() >= deadline);
        }
        assert_int_equal(leave(&monitor), PAWL_OK);
    }
}

static void longest_durations_are_waits_without_end(void **state)
{
    const pawl_ns durations[] = {PAWL_FOREVER, PAWL_FOREVER - 1, PAWL_S(86400) * 400};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct monitor monitor = fresh(PLAIN);
        struct waiter other = {0};
        waiter_start(&other, &monitor, pawl_after_ns(durations[i]), 1);
        assert_int_equal(pawl_condition_notify(&monitor.condition, 1), 1);
        waiter_join(&other);
        assert_int_equal(other.status, PAWL_OK);
    }
}

static void timed_out_waiter_leaves_no_trace(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct monitor monitor = fresh(kind);
        enter(&monitor);
        assert_int_equal(wait_for(&monitor, PAWL_MS(1)), PAWL_TIMEOUT);
        assert_int_equal(pawl__lot_count(&monitor.condition), 0);
        assert_int_equal(monitor.condition.state_, 0);
        assert_int_equal(pawl_condition_notify_all(&monitor.condition), 0);
        assert_int_equal(leave(&monitor), PAWL_OK);
        assert_nobody_is_left(&monitor);
    }
}

static void next_waiter_is_notified_after_one_timed_out(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct monitor monitor = fresh(kind);
        struct waiter first = {0};
        struct waiter second = {0};
        waiter_start(&first, &monitor, pawl_after_ms(5), AT_ITS_OWN_TIME);
        waiter_start(&second, &monitor, PAWL_NEVER, AT_ITS_OWN_TIME);
        waiter_join(&first);
        assert_int_equal(first.status, PAWL_TIMEOUT);
        wait_for_waiters(&monitor.condition, 1);
        assert_int_equal(pawl_condition_notify(&monitor.condition, 1), 1);
        waiter_join(&second);
        assert_int_equal(second.status, PAWL_OK);
        assert_nobody_is_left(&monitor);
    }
}

/* The notification has to come before the deadline: where it comes too late, again with more time.
 * Returns whether it came in time. */
static bool keep_the_lock_past_the_deadline(struct monitor *monitor, pawl_ns time)
{
    struct waiter other = {0};
    pawl_time deadline = pawl_after_ns(time);
    waiter_start(&other, monitor, deadline, AT_ITS_OWN_TIME);
    crew_until(is_set, &other.inside);
    enter(monitor);
    bool in_time = pawl_condition_notify(&monitor->condition, 1) == 1;
    if (in_time) {
        let_time_pass(deadline - pawl_now() + PAWL_MS(2));
        assert_false(is_through(&other));
        assert_int_equal(pawl__lot_count(lock_of(monitor)), 1);
    }
    leave(monitor);
    waiter_join(&other);
    assert_int_equal(other.status, in_time ? PAWL_OK : PAWL_TIMEOUT);
    return in_time;
}

static void deadline_no_longer_counts_once_notified(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct monitor monitor = fresh(kind);
        pawl_ns time = PAWL_MS(4);
        while (!keep_the_lock_past_the_deadline(&monitor, time)) {
            time *= 4;
        }
        assert_nobody_is_left(&monitor);
    }
}

/* Notifications that meet time-outs: as many waits return PAWL_OK as were notified. */
struct racer {
    crew_thread thread;
    struct monitor *monitor;
    uint64_t seed;
    uint64_t notified;
    uint64_t mistakes;
    uint8_t finished; /* atomic */
};

enum { RACERS = 4, RACES = 300 };

static void race(void *context)
{
    struct racer *racer = context;
    for (int i = 0; i < RACES; i++) {
        pawl_ns time = (pawl_ns)(next_random(&racer->seed) % 60000);
        enter(racer->monitor);
        pawl_status status = wait_for(racer->monitor, time);
        racer->notified += status == PAWL_OK;
        racer->mistakes += status != PAWL_OK && status != PAWL_TIMEOUT;
        racer->mistakes += !is_held(racer->monitor);
        leave(racer->monitor);
    }
    pawl__store8(&racer->finished, 1, PAWL__RELEASE);
}

static bool all_finished(struct racer *racers)
{
    for (size_t i = 0; i < RACERS; i++) {
        if (!is_set(&racers[i].finished)) {
            return false;
        }
    }
    return true;
}

/* Notify one to three, with and without the lock, until the racers are through. */
static uint64_t notify_now_and_then(struct monitor *monitor, struct racer *racers)
{
    uint64_t seed = 4711;
    uint64_t notified = 0;
    while (!all_finished(racers)) {
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
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct monitor monitor = fresh(kind);
        struct racer racers[RACERS];
        uint64_t woken = 0;
        memset(racers, 0, sizeof racers);
        for (size_t i = 0; i < RACERS; i++) {
            racers[i].monitor = &monitor;
            racers[i].seed = 2862933555777941757U + i;
            crew_start(&racers[i].thread, race, &racers[i]);
        }
        uint64_t notified = notify_now_and_then(&monitor, racers);
        for (size_t i = 0; i < RACERS; i++) {
            crew_join(&racers[i].thread);
            assert_int_equal(racers[i].mistakes, 0);
            woken += racers[i].notified;
        }
        assert_true(woken == notified);
        assert_nobody_is_left(&monitor);
    }
}

static void wait_pred_that_is_true_on_entry_returns_at_once(void **state)
{
    const pawl_time deadlines[] = {PAWL_NEVER, 0, INT64_MIN, 1};
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct monitor monitor = fresh(kind);
        struct visitor other = {0};
        enter(&monitor);
        visitor_start(&other, &monitor, 1); /* it would get a lock that was let go */
        if (kind != FAIR) {
            let_time_pass(PATIENCE);
        }
        for (size_t i = 0; i < 4; i++) {
            struct question question = {.monitor = &monitor, .enough = 1, .from = PAWL_NEVER};
            assert_int_equal(wait_pred(&monitor, is_enough, &question, deadlines[i]), PAWL_OK);
            assert_int_equal(question.asked, 1);
            assert_int_equal(question.unheld, 0);
            assert_true(is_held(&monitor));
            assert_int_equal(pawl__lot_count(lock_of(&monitor)), 1);
            assert_false(is_set(&other.been));
        }
        assert_int_equal(leave(&monitor), PAWL_OK);
        crew_join(&other.thread);
    }
}

static void wait_pred_that_stays_false_times_out_and_never_early(void **state)
{
    const pawl_ns durations[] = {PAWL_US(1), PAWL_US(700), PAWL_MS(3)};
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct monitor monitor = fresh(kind);
        enter(&monitor);
        for (size_t i = 0; i < 3; i++) {
            struct question question = {
                .monitor = &monitor, .enough = INT32_MAX, .from = PAWL_NEVER};
            pawl_time deadline = pawl_after_ns(durations[i]);
            assert_int_equal(wait_pred(&monitor, is_enough, &question, deadline), PAWL_TIMEOUT);
            assert_true(pawl_now() >= deadline);
            assert_int_equal(question.asked, 2); /* on entry and at the deadline */
            assert_int_equal(question.unheld, 0);
            assert_true(is_held(&monitor));
        }
        assert_int_equal(leave(&monitor), PAWL_OK);
        assert_nobody_is_left(&monitor);
    }
}

static void wait_pred_with_a_past_deadline_lets_the_lock_go_and_asks_again(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct monitor monitor = fresh(kind);
        struct visitor other = {0};
        struct question question = {.monitor = &monitor, .enough = INT32_MAX, .from = PAWL_NEVER};
        enter(&monitor);
        visitor_start(&other, &monitor, 1);
        if (kind != FAIR) {
            let_time_pass(PATIENCE);
        }
        assert_int_equal(wait_pred(&monitor, is_enough, &question, 0), PAWL_TIMEOUT);
        assert_int_equal(question.asked, 2);
        assert_true(is_set(&other.been));
        assert_int_equal(leave(&monitor), PAWL_OK);
        crew_join(&other.thread);
    }
}

static void wait_pred_that_is_true_at_the_deadline_is_ok(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct monitor monitor = fresh(kind);
        pawl_time deadline = pawl_after_ms(2);
        struct question question = {.monitor = &monitor, .enough = INT32_MAX, .from = deadline};
        enter(&monitor);
        assert_int_equal(wait_pred(&monitor, is_enough, &question, deadline), PAWL_OK);
        assert_true(is_held(&monitor));
        assert_int_equal(leave(&monitor), PAWL_OK);
    }
}

/* A helper thread that waits for a number, which only who holds the lock touches. */
struct reader {
    crew_thread thread;
    struct monitor *monitor;
    int *number;
    int wanted;
    int asked;
    int unheld;
    pawl_status status;
    int found;
};

static bool number_is_wanted(void *ctx)
{
    struct reader *reader = ctx;
    reader->asked++;
    reader->unheld += !is_held(reader->monitor);
    return *reader->number == reader->wanted;
}

static void wait_for_number(void *context)
{
    struct reader *reader = context;
    enter(reader->monitor);
    reader->status = wait_pred(reader->monitor, number_is_wanted, reader, PAWL_NEVER);
    reader->found = *reader->number;
    reader->unheld += !is_held(reader->monitor);
    leave(reader->monitor);
}

static void wait_pred_returns_when_it_is_true_and_not_before(void **state)
{
    enum { NOTIFICATIONS = 5 };
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct monitor monitor = fresh(kind);
        int number = 0;
        struct reader reader = {.monitor = &monitor, .number = &number, .wanted = NOTIFICATIONS};
        crew_start(&reader.thread, wait_for_number, &reader);
        for (int i = 0; i < NOTIFICATIONS; i++) {
            wait_for_waiters(&monitor.condition, 1); /* again, since it was false */
            enter(&monitor);
            number++;
            assert_int_equal(pawl_condition_notify(&monitor.condition, 1), 1);
            leave(&monitor);
        }
        crew_join(&reader.thread);
        assert_int_equal(reader.status, PAWL_OK);
        assert_int_equal(reader.found, NOTIFICATIONS);
        assert_int_equal(reader.asked, NOTIFICATIONS + 1);
        assert_int_equal(reader.unheld, 0);
        assert_nobody_is_left(&monitor);
    }
}

/* A helper thread that notifies, with the lock, whenever somebody waits, until it is told to stop.
 * A wait whose time began anew with each notification would not end. */
struct pest {
    crew_thread thread;
    struct monitor *monitor;
    uint64_t notified;
    uint8_t stop; /* atomic */
};

static void notify_all_the_time(void *context)
{
    struct pest *pest = context;
    while (!is_set(&pest->stop)) {
        if (pawl__lot_count(&pest->monitor->condition) > 0) {
            enter(pest->monitor);
            pest->notified += pawl_condition_notify(&pest->monitor->condition, 1);
            leave(pest->monitor);
        }
        crew_yield();
    }
}

static uint64_t wait_in_spite_of_notifications(struct monitor *monitor, pawl_ns time)
{
    struct pest pest = {.monitor = monitor};
    struct question question = {.monitor = monitor, .enough = INT32_MAX, .from = PAWL_NEVER};
    pawl_time deadline = pawl_after_ns(time);
    crew_start(&pest.thread, notify_all_the_time, &pest);
    enter(monitor);
    assert_int_equal(wait_pred(monitor, is_enough, &question, deadline), PAWL_TIMEOUT);
    assert_true(pawl_now() >= deadline);
    leave(monitor);
    pawl__store8(&pest.stop, 1, PAWL__RELEASE);
    crew_join(&pest.thread);
    assert_int_equal(question.unheld, 0);
    /* On entry, after each notification, and at the deadline, unless that met the last one. */
    assert_true((uint64_t)question.asked >= pest.notified + 1);
    return pest.notified;
}

static void wait_pred_counts_the_total_time_across_notifications(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct monitor monitor = fresh(kind);
        pawl_ns time = PAWL_MS(4);
        while (wait_in_spite_of_notifications(&monitor, time) < 3) {
            time *= 4; /* a slow machine */
        }
        assert_nobody_is_left(&monitor);
    }
}

/* A bounded queue, with its second condition; all plain but the monitor. */
enum { CAPACITY = 3, PARTIES = 3, ITEMS = 400 };

struct queue {
    struct monitor monitor; /* its condition: not empty */
    pawl_condition not_full;
    uint32_t slots[CAPACITY];
    uint32_t put, taken; /* how many, in all */
};

struct party {
    crew_thread thread;
    struct queue *queue;
    uint32_t number;
    uint64_t seed;
    uint64_t sum;
    uint32_t mistakes;
};

/* With and without a deadline that may pass at any time. */
static void wait_a_while(struct party *party, pawl_condition *condition)
{
    uint64_t choice = next_random(&party->seed);
    pawl_time deadline = choice % 4 == 0 ? pawl_after_us((int64_t)(choice / 4 % 40)) : PAWL_NEVER;
    pawl_status status = wait_on(&party->queue->monitor, condition, deadline);
    party->mistakes += status == PAWL_NOT_HELD || !is_held(&party->queue->monitor);
}

static void put_items(void *context)
{
    struct party *party = context;
    struct queue *queue = party->queue;
    for (uint32_t i = 0; i < ITEMS; i++) {
        enter(&queue->monitor);
        while (queue->put - queue->taken == CAPACITY) {
            wait_a_while(party, &queue->not_full);
        }
        uint32_t item = party->number * ITEMS + i + 1;
        queue->slots[queue->put++ % CAPACITY] = item;
        party->sum += item;
        pawl_condition_notify(&queue->monitor.condition, 1);
        leave(&queue->monitor);
    }
}

static void take_items(void *context)
{
    struct party *party = context;
    struct queue *queue = party->queue;
    for (uint32_t i = 0; i < ITEMS; i++) {
        enter(&queue->monitor);
        while (queue->put == queue->taken) {
            wait_a_while(party, &queue->monitor.condition);
        }
        uint32_t *slot = &queue->slots[queue->taken++ % CAPACITY];
        party->mistakes += *slot == 0; /* taken before */
        party->sum += *slot;
        *slot = 0;
        bool unlocked = next_random(&party->seed) % 2 == 0;
        if (!unlocked) {
            pawl_condition_notify(&queue->not_full, 1);
        }
        leave(&queue->monitor);
        if (unlocked) {
            pawl_condition_notify(&queue->not_full, 1);
        }
    }
}

static void bounded_queue_keeps_its_books(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct queue queue = {.monitor = fresh(kind)};
        struct party parties[2][PARTIES];
        uint64_t sums[2] = {0, 0};
        memset(parties, 0, sizeof parties);
        for (uint32_t i = 0; i < 2 * PARTIES; i++) {
            struct party *party = &parties[i % 2][i / 2];
            party->queue = &queue;
            party->number = i / 2;
            party->seed = 1181783497276652981U + i;
            crew_start(&party->thread, i % 2 == 0 ? put_items : take_items, party);
        }
        for (size_t i = 0; i < 2 * PARTIES; i++) {
            struct party *party = &parties[i % 2][i / 2];
            crew_join(&party->thread);
            assert_int_equal(party->mistakes, 0);
            sums[i % 2] += party->sum;
        }
        assert_true(sums[0] == sums[1]);
        assert_int_equal(queue.put, PARTIES * ITEMS);
        assert_int_equal(queue.taken, PARTIES * ITEMS);
        assert_int_equal(queue.not_full.state_, 0);
        assert_nobody_is_left(&queue.monitor);
    }
}

/* A condition and its lock in memory that the notified waiter reuses at once: the notifier, still
 * inside notify or release, must not write there. */
struct reuse {
    crew_thread thread;
    struct monitor *memory;
};

enum { REUSED_AS = 0xA5 };

static void wait_and_reuse(void *context)
{
    struct reuse *reuse = context;
    enter(reuse->memory);
    if (wait_until(reuse->memory, PAWL_NEVER) == PAWL_OK) {
        memset(reuse->memory, REUSED_AS, sizeof *reuse->memory); /* freed, something else now */
    }
}

static void condition_may_be_freed_by_the_thread_that_was_just_notified(void **state)
{
    struct monitor expected;
    (void)state;
    memset(&expected, REUSED_AS, sizeof expected);
    for (int round = 0; round < 180; round++) {
        struct reuse reuse = {.memory = malloc(sizeof expected)};
        bool locked = round % 2 == 0;
        assert_non_null(reuse.memory);
        *reuse.memory = fresh(round % KINDS);
        crew_start(&reuse.thread, wait_and_reuse, &reuse);
        wait_for_waiters(&reuse.memory->condition, 1);
        if (locked) {
            enter(reuse.memory);
        }
        assert_int_equal(pawl_condition_notify(&reuse.memory->condition, 1), 1);
        if (locked) {
            assert_int_equal(leave(reuse.memory), PAWL_OK);
        }
        crew_join(&reuse.thread);
        assert_memory_equal(reuse.memory, &expected, sizeof expected);
        free(reuse.memory);
    }
}

/* Threads that come, wait and go leave nothing: a hundred of them in turn use one parker. */
static void threads_that_end_leave_nothing_behind(void **state)
{
    struct pawl__sleeper probe = {0};
    (void)state;
    pawl__lot_open(&probe, PAWL__ON_LOCK);
    struct pawl__slot *slot = probe.slot;
    pawl__lot_close(&probe);
    for (int i = 0; i < 100; i++) {
        struct monitor monitor = fresh(i % KINDS);
        struct waiter other = {0};
        waiter_start(&other, &monitor, i % 5 == 0 ? 0 : PAWL_NEVER,
                     i % 5 == 0 ? AT_ITS_OWN_TIME : 1);
        pawl_condition_notify(&monitor.condition, 1);
        waiter_join(&other);
    }
    pawl__lot_open(&probe, PAWL__ON_LOCK);
    assert_ptr_equal(probe.slot, slot);
    pawl__lot_close(&probe);
}

static void init_makes_a_condition_that_nobody_waits_for_of_any_memory(void **state)
{
    pawl_condition condition;
    (void)state;
    memset(&condition, 0xAA, sizeof condition);
    pawl_condition_init(&condition);
    assert_int_equal(condition.state_, 0);
}

/* As one that came to the lock by itself. Another waits on, as that is noted with who is moved. */
static void who_was_notified_is_handed_the_lock_after_some_milliseconds(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct monitor monitor = fresh(kind);
        struct waiter waiter = {0};
        struct waiter another = {0};
        waiter_start(&waiter, &monitor, PAWL_NEVER, 1);
        waiter_start(&another, &monitor, PAWL_NEVER, 2);
        enter(&monitor);
        assert_int_equal(pawl_condition_notify(&monitor.condition, 1), 1);
        let_time_pass(PATIENCE);
        assert_int_equal(leave(&monitor), PAWL_OK);
        bool became_free = is_free(&monitor);
        assert_true(!became_free || is_through(&waiter));
        waiter_join(&waiter);
        assert_int_equal(pawl_condition_notify(&monitor.condition, 1), 1);
        waiter_join(&another);
        assert_nobody_is_left(&monitor);
    }
}

static void while_an_rlock_s_owner_waits_nobody_owns_it(void **state)
{
    struct monitor monitor = fresh(NESTED);
    struct waiter waiter = {0};
    (void)state;
    waiter_start(&waiter, &monitor, PAWL_NEVER, 1);
    assert_int_equal(monitor.rlock.owner_, 0);
    assert_int_equal(monitor.rlock.depth_, 0);
    assert_int_equal(pawl_condition_notify(&monitor.condition, 1), 1);
    waiter_join(&waiter);
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

static void describe_writes_as_snprintf_does(void **state)
{
    char text[80], expected[80], small[8];
    pawl_condition condition = PAWL_CONDITION_INIT;
    (void)state;
    snprintf(expected, sizeof expected, "<pawl_condition waiters=0 at 0x%llx>",
             (unsigned long long)(uintptr_t)&condition);
    int length = pawl_condition_describe(&condition, text, sizeof text);
    assert_string_equal(text, expected);
    assert_int_equal(length, strlen(expected));
    assert_int_equal(pawl_condition_describe(&condition, NULL, 0), length);
    assert_int_equal(pawl_condition_describe(&condition, small, sizeof small), length);
    assert_string_equal(small, "<pawl_c");
}

static void describe_tells_the_number_of_waiters(void **state)
{
    struct monitor monitor = fresh(PLAIN);
    struct waiter others[2];
    char text[80];
    (void)state;
    memset(others, 0, sizeof others);
    for (size_t i = 0; i < 2; i++) {
        waiter_start(&others[i], &monitor, PAWL_NEVER, i + 1);
    }
    pawl_condition_describe(&monitor.condition, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_condition waiters=2 at 0x"));
    pawl_condition_notify(&monitor.condition, 1);
    pawl_condition_describe(&monitor.condition, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_condition waiters=1 at 0x"));
    pawl_condition_notify(&monitor.condition, 1);
    for (size_t i = 0; i < 2; i++) {
        waiter_join(&others[i]);
    }
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
    assert_int_equal(notify_all(&condition), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(condition_is_at_most_eight_bytes),
        cmocka_unit_test(condition_of_zero_bytes_is_ready),
        cmocka_unit_test(condition_initialisers_make_it_ready),
        cmocka_unit_test(wait_releases_the_lock_at_all_its_levels),
        cmocka_unit_test(wait_releases_the_lock_and_waits_as_one_step),
        cmocka_unit_test(wait_holds_the_lock_again_when_it_was_notified),
        cmocka_unit_test(wait_holds_the_lock_again_when_it_timed_out),
        cmocka_unit_test(wait_that_timed_out_returns_only_with_the_lock),
        cmocka_unit_test(wait_whose_deadline_has_passed_lets_the_lock_go_once),
        cmocka_unit_test(wait_without_the_lock_is_refused_and_the_predicate_not_asked),
        cmocka_unit_test(wait_with_another_threads_rlock_is_refused),
        cmocka_unit_test(wait_restores_any_depth_of_an_rlock),
        cmocka_unit_test(notify_with_nobody_waiting_returns_zero_and_is_not_remembered),
        cmocka_unit_test(notify_of_more_than_wait_is_not_remembered),
        cmocka_unit_test(notify_of_none_notifies_none),
        cmocka_unit_test(notify_reaches_the_oldest_and_no_more_than_it_is_told),
        cmocka_unit_test(notified_waiters_of_a_fair_lock_proceed_oldest_first),
        cmocka_unit_test(notified_waiter_of_a_fair_lock_takes_its_place_behind_those_queued),
        cmocka_unit_test(notified_waiter_proceeds_only_when_it_has_the_lock),
        cmocka_unit_test(notified_waiter_is_not_starved),
        cmocka_unit_test(notify_needs_no_lock_when_it_is_free),
        cmocka_unit_test(notify_needs_no_lock_when_another_thread_holds_it),
        cmocka_unit_test(notify_all_of_a_crowd_moves_them_to_the_locks_queue),
        cmocka_unit_test(waiters_of_one_condition_may_use_different_locks),
        cmocka_unit_test(wait_never_ends_early),
        cmocka_unit_test(longest_durations_are_waits_without_end),
        cmocka_unit_test(timed_out_waiter_leaves_no_trace),
        cmocka_unit_test(next_waiter_is_notified_after_one_timed_out),
        cmocka_unit_test(deadline_no_longer_counts_once_notified),
        cmocka_unit_test(notification_that_meets_a_time_out_is_not_lost),
        cmocka_unit_test(wait_pred_that_is_true_on_entry_returns_at_once),
        cmocka_unit_test(wait_pred_that_stays_false_times_out_and_never_early),
        cmocka_unit_test(wait_pred_with_a_past_deadline_lets_the_lock_go_and_asks_again),
        cmocka_unit_test(wait_pred_that_is_true_at_the_deadline_is_ok),
        cmocka_unit_test(wait_pred_returns_when_it_is_true_and_not_before),
        cmocka_unit_test(wait_pred_counts_the_total_time_across_notifications),
        cmocka_unit_test(bounded_queue_keeps_its_books),
        cmocka_unit_test(condition_may_be_freed_by_the_thread_that_was_just_notified),
        cmocka_unit_test(threads_that_end_leave_nothing_behind),
        cmocka_unit_test(init_makes_a_condition_that_nobody_waits_for_of_any_memory),
        cmocka_unit_test(who_was_notified_is_handed_the_lock_after_some_milliseconds),
        cmocka_unit_test(while_an_rlock_s_owner_waits_nobody_owns_it),
        cmocka_unit_test(new_condition_is_ready_and_free_ends_it),
        cmocka_unit_test(describe_writes_as_snprintf_does),
        cmocka_unit_test(describe_tells_the_number_of_waiters),
        cmocka_unit_test(functions_are_symbols_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
