/* SPDX-License-Identifier: MIT
 *
 * Waits that an event stops, for each row of the table of waits (waits.h) that has a stop.
 */
#include "caller.h"
#include "task.h"
#include "waits.h"

#include <string.h>

static bool has_stop(size_t row)
{
    return strstr(waits[row].name, "unless") != NULL;
}

static bool is_notified(size_t row)
{
    return waits[row].move_on != NULL;
}

static void fail_row(size_t row, const struct caller *waiter)
{
    fail_msg("%s: %s", waits[row].name, pawl_status_name(waiter->status));
}

/* Open a row whose waiter has gone. */
static void undo_shut(size_t row, struct stage *stage)
{
    waits[row].open(stage);
    if (pawl_condition_notify_all(&stage->condition) != 0) {
        fail_msg("%s: somebody was left waiting", waits[row].name);
    }
}

static void every_primitive_but_barrier_and_once_has_a_wait_with_a_stop(void **state)
{
    unsigned count = 0;
    (void)state;
    for (size_t row = 0; row < wait_count; row++) {
        count += has_stop(row) ? 1 : 0;
    }
    assert_int_equal(count, 14);
}

static void stop_ends_every_wait(void **state)
{
    struct stage stage;
    (void)state;
    stage_init(&stage);
    for (size_t row = 0; row < wait_count; row++) {
        for (int form = 0; has_stop(row) && !is_notified(row) && form < 2; form++) {
            struct caller waiter = {0};
            caller_start_wait(&waiter, &waits[row], &stage,
                              form == 0 ? PAWL_NEVER : pawl_after_s(3600));
            wait_for_waiters(&stage.stop, 1);
            pawl_event_set(&stage.stop);
            caller_join(&waiter);
            undo_shut(row, &stage);
            if (waiter.status != PAWL_CANCELLED || pawl__lot_count(&stage.stop) != 0 ||
                !stage_is_idle(&stage)) {
                fail_row(row, &waiter);
            }
            pawl_event_clear(&stage.stop);
        }
    }
}

static void stop_that_is_cleared_at_once_ends_every_wait(void **state)
{
    struct stage stage;
    (void)state;
    stage_init(&stage);
    for (size_t row = 0; row < wait_count; row++) {
        struct caller waiter = {0};
        if (!has_stop(row) || is_notified(row)) {
            continue;
        }
        caller_start_wait(&waiter, &waits[row], &stage, PAWL_NEVER);
        wait_for_waiters(&stage.stop, 1);
        pawl_event_set(&stage.stop);
        pawl_event_clear(&stage.stop);
        caller_join(&waiter);
        undo_shut(row, &stage);
        if (waiter.status != PAWL_CANCELLED || stage.stop.state_ != 0 || !stage_is_idle(&stage)) {
            fail_row(row, &waiter);
        }
    }
}

/* By the handler's set, which wakes nobody: the threads see it when they next check. */
static void set_from_a_handler_ends_every_wait(void **state)
{
    struct stage stage;
    (void)state;
    stage_init(&stage);
    for (size_t row = 0; row < wait_count; row++) {
        struct caller waiter = {0};
        if (!has_stop(row) || is_notified(row)) {
            continue;
        }
        caller_start_wait(&waiter, &waits[row], &stage, PAWL_NEVER);
        wait_for_waiters(&stage.stop, 1);
        pawl_event_set_from_handler(&stage.stop);
        assert_true(pawl_event_is_set(&stage.stop));
        caller_join(&waiter);
        undo_shut(row, &stage);
        if (waiter.status != PAWL_CANCELLED || stage.stop.state_ != PAWL__EVENT_SET ||
            !stage_is_idle(&stage)) {
            fail_row(row, &waiter);
        }
        pawl_event_clear(&stage.stop);
        assert_int_equal(stage.stop.state_, 0);
    }
}

static void waiters_of_an_event_set_by_a_handler_return_when_it_is_cleared(void **state)
{
    pawl_event stop = PAWL_EVENT_INIT;
    pawl_event never = PAWL_EVENT_INIT;
    struct caller plain = {0};
    struct task task;
    (void)state;
    task_begin_test(NULL);
    task_init(&task, NULL, NULL);
    caller_start_on(&plain, call_event, &stop, PAWL_NEVER, 1);
    assert_int_equal(pawl_event_wait_await(&stop, &task.op), PAWL_PENDING);
    pawl_event_set_from_handler(&stop);
    assert_int_equal(pawl_event_wait_unless(&never, &stop, PAWL_NEVER), PAWL_CANCELLED);
    assert_int_equal(task.calls, 0); /* the set wakes nobody, and no thread has slept */
    pawl_event_clear(&stop);
    assert_int_equal(task.calls, 1);
    assert_int_equal(caller_join(&plain), PAWL_OK);
    assert_false(pawl_event_is_set(&stop));
    assert_int_equal(pawl__lot_count(&stop), 0);
}

static pawl_status wait_unless(struct caller *caller)
{
    pawl_event never = PAWL_EVENT_INIT;
    return pawl_event_wait_unless(&never, caller->object, PAWL_NEVER);
}

static void thread_that_sees_the_set_of_a_handler_wakes_the_others(void **state)
{
    pawl_event stop = PAWL_EVENT_INIT;
    struct caller plain = {0};
    struct caller stopped = {.call = wait_unless, .object = &stop};
    struct task task;
    (void)state;
    task_begin_test(NULL);
    task_init(&task, NULL, NULL);
    caller_start_on(&plain, call_event, &stop, PAWL_NEVER, 1);
    assert_int_equal(pawl_event_wait_await(&stop, &task.op), PAWL_PENDING);
    caller_start(&stopped, 3);
    pawl_event_set_from_handler(&stop);
    assert_int_equal(caller_join(&stopped), PAWL_CANCELLED);
    assert_int_equal(caller_join(&plain), PAWL_OK);
    assert_int_equal(task.calls, 1);
    assert_int_equal(stop.state_, PAWL__EVENT_SET);
}

static void set_after_one_from_a_handler_wakes_the_waiters(void **state)
{
    pawl_event event = PAWL_EVENT_INIT;
    struct caller plain = {0};
    (void)state;
    caller_start_on(&plain, call_event, &event, PAWL_NEVER, 1);
    pawl_event_set_from_handler(&event);
    pawl_event_set_from_handler(&event);
    assert_int_equal(pawl_event_wait_for(&event, 0), PAWL_OK);
    pawl_event_set(&event);
    assert_int_equal(caller_join(&plain), PAWL_OK);
    assert_int_equal(event.state_, PAWL__EVENT_SET);
}

static void stop_that_was_set_before_wins_over_what_is_free(void **state)
{
    struct stage stage;
    (void)state;
    stage_init(&stage);
    pawl_event_set(&stage.stop);
    pawl_event_set(&stage.event);
    for (size_t row = 0; row < wait_count; row++) {
        if (!has_stop(row)) {
            continue;
        }
        stage.is_true = true;
        if (waits[row].call(&stage, PAWL_NEVER) != PAWL_CANCELLED ||
            waits[row].call(&stage, 0) != PAWL_CANCELLED) {
            fail_msg("%s", waits[row].name);
        }
    }
    pawl_event_clear(&stage.event);
    assert_true(stage_is_idle(&stage));
}

static void without_a_stop_every_wait_gets_what_it_waits_for(void **state)
{
    struct stage stage;
    (void)state;
    stage_init(&stage);
    for (size_t row = 0; row < wait_count; row++) {
        struct caller waiter = {0};
        if (!has_stop(row)) {
            continue;
        }
        caller_start_wait(&waiter, &waits[row], &stage, PAWL_NEVER);
        stage_await_waiter(&waits[row], &stage);
        waits[row].open(&stage);
        if (caller_join(&waiter) != PAWL_OK || pawl__lot_count(&stage.stop) != 0 ||
            stage.stop.state_ != 0) {
            fail_row(row, &waiter);
        }
    }
}

/* A waiter that was notified has no stop any more: it acquires the lock, as after a timeout. */
static void stop_does_not_reach_a_waiter_that_was_notified(void **state)
{
    struct stage stage;
    (void)state;
    stage_init(&stage);
    for (size_t row = 0; row < wait_count; row++) {
        struct caller waiter = {0};
        if (!has_stop(row) || !is_notified(row)) {
            continue;
        }
        caller_start_wait(&waiter, &waits[row], &stage, PAWL_NEVER);
        stage_await_waiter(&waits[row], &stage);
        pawl_event_set(&stage.stop);
        assert_false(caller_is_back(&waiter)); /* the lock is held by this thread */
        waits[row].open(&stage);
        assert_int_equal(caller_join(&waiter), PAWL_OK);
        pawl_event_clear(&stage.stop);
        assert_true(stage_is_idle(&stage));
    }
}

static pawl_status take_unless(struct caller *caller)
{
    return pawl_semaphore_acquire_unless(caller->object, caller->lock, PAWL_NEVER);
}

static void crowd_is_stopped_by_one_event(void **state)
{
    enum { CROWD = CREW_CROWD < 200 ? CREW_CROWD : 200 };
    static struct caller others[CROWD];
    pawl_semaphore none = PAWL_SEMAPHORE_INIT(0);
    pawl_event stop = PAWL_EVENT_INIT;
    (void)state;
    for (size_t i = 0; i < CROWD; i++) {
        others[i] = (struct caller){.call = take_unless, .object = &none, .lock = &stop};
        caller_start(&others[i], AT_ITS_OWN_TIME);
    }
    wait_for_waiters(&stop, CROWD);
    pawl_event_set(&stop);
    callers_join(others, CROWD, PAWL_CANCELLED);
    assert_int_equal(pawl__lot_count(&none), 0);
    assert_int_equal(pawl__lot_count(&stop), 0);
    assert_int_equal(none.state_, 0);
}

static void rlock_that_is_owned_is_deepened_unless_stopped(void **state)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    pawl_event stop = PAWL_EVENT_INIT;
    (void)state;
    assert_int_equal(pawl_rlock_acquire_unless(&rlock, &stop, 0), PAWL_OK);
    assert_int_equal(pawl_rlock_acquire_unless(&rlock, &stop, PAWL_NEVER), PAWL_OK);
    assert_int_equal(pawl_rlock_depth(&rlock), 2);
    pawl_event_set(&stop);
    assert_int_equal(pawl_rlock_acquire_unless(&rlock, &stop, PAWL_NEVER), PAWL_CANCELLED);
    assert_int_equal(pawl_rlock_depth(&rlock), 2);
}

static void condition_wait_without_the_lock_is_refused_also_when_stopped(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    pawl_condition condition = PAWL_CONDITION_INIT;
    pawl_event stop = PAWL_EVENT_INIT;
    (void)state;
    for (int set = 0; set < 2; set++) {
        assert_int_equal(pawl_condition_wait_unless(&condition, &lock, &stop, PAWL_NEVER),
                         PAWL_NOT_HELD);
        assert_int_equal(pawl_condition_wait_rlock_unless(&condition, &rlock, &stop, PAWL_NEVER),
                         PAWL_NOT_HELD);
        pawl_event_set(&stop);
    }
}

static void event_can_be_its_own_stop(void **state)
{
    pawl_event event = PAWL_EVENT_INIT;
    (void)state;
    assert_int_equal(pawl_event_wait_unless(&event, &event, pawl_after_ms(1)), PAWL_TIMEOUT);
    assert_int_equal(event.state_, 0);
    pawl_event_set(&event);
    assert_int_equal(pawl_event_wait_unless(&event, &event, PAWL_NEVER), PAWL_CANCELLED);
}

/* The stop's memory is another thing as soon as the calls that name it have returned. */
struct place {
    pawl_lock lock;
    pawl_event *stop;
};

static pawl_status acquire_unless(struct caller *caller)
{
    struct place *place = caller->object;
    return pawl_lock_acquire_unless(&place->lock, place->stop, PAWL_NEVER);
}

static void stop_may_be_freed_when_the_calls_that_name_it_have_returned(void **state)
{
    (void)state;
    for (int round = 0; round < 400; round++) {
        struct place place = {.lock = PAWL_LOCK_INIT, .stop = pawl_event_new()};
        struct caller other = {.call = acquire_unless, .object = &place, .key = place.stop};
        assert_non_null(place.stop);
        pawl_lock_acquire(&place.lock);
        caller_start(&other, round % 2 == 0 ? 1 : AT_ITS_OWN_TIME);
        pawl_event_set(place.stop);
        assert_int_equal(caller_join(&other), PAWL_CANCELLED);
        pawl_event_free(place.stop);
        assert_int_equal(place.lock.state_, PAWL__LOCK_LOCKED);
    }
}

/* Stops, grants and timeouts race: a permit is granted exactly as often as it was released. */
static pawl_status come_and_go(struct caller *regular)
{
    for (int i = 0; i < 400; i++) {
        uint64_t choice = next_random(&regular->seed);
        pawl_time deadline =
            choice % 3 == 0 ? PAWL_NEVER : pawl_after_ns((pawl_ns)(choice >> 8) % 60000);
        pawl_status status =
            pawl_semaphore_acquire_unless(regular->object, regular->lock, deadline);
        if (status == PAWL_OK) {
            regular->count++;
            pawl_semaphore_release(regular->object);
        }
    }
    return PAWL_OK;
}

static void permits_are_kept_when_stops_race_grants_and_timeouts(void **state)
{
    enum { THREADS = 4 };
    pawl_semaphore semaphore = PAWL_BOUNDED_SEMAPHORE_INIT(1);
    pawl_event stop = PAWL_EVENT_INIT;
    struct caller regulars[THREADS];
    uint64_t seed = 20261201;
    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    callers_start(
        regulars, THREADS,
        &(struct caller){.call = come_and_go, .object = &semaphore, .lock = &stop, .seed = seed});
    while (callers_back(regulars, THREADS) < THREADS) {
        pawl_event_set(&stop);
        pawl_event_clear(&stop);
        crew_yield();
    }
    callers_join(regulars, THREADS, PAWL_OK);
    assert_int_equal(pawl_semaphore_value(&semaphore), 1);
    assert_int_equal(semaphore.state_, 2);
    assert_int_equal(stop.state_, 0);
    assert_int_equal(pawl__lot_count(&stop), 0);
}

static void stopped_waits_leave_no_parker_behind(void **state)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    pawl_event stop = PAWL_EVENT_INIT;
    const void *parker = next_parker();
    (void)state;
    pawl_lock_acquire(&lock);
    for (int i = 0; i < 50; i++) {
        assert_int_equal(pawl_lock_acquire_unless(&lock, &stop, pawl_after_us(1)), PAWL_TIMEOUT);
        assert_ptr_equal(next_parker(), parker);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_primitive_but_barrier_and_once_has_a_wait_with_a_stop),
        cmocka_unit_test(stop_ends_every_wait),
        cmocka_unit_test(stop_that_is_cleared_at_once_ends_every_wait),
        cmocka_unit_test(set_from_a_handler_ends_every_wait),
        cmocka_unit_test(waiters_of_an_event_set_by_a_handler_return_when_it_is_cleared),
        cmocka_unit_test(thread_that_sees_the_set_of_a_handler_wakes_the_others),
        cmocka_unit_test(set_after_one_from_a_handler_wakes_the_waiters),
        cmocka_unit_test(stop_that_was_set_before_wins_over_what_is_free),
        cmocka_unit_test(without_a_stop_every_wait_gets_what_it_waits_for),
        cmocka_unit_test(stop_does_not_reach_a_waiter_that_was_notified),
        cmocka_unit_test(crowd_is_stopped_by_one_event),
        cmocka_unit_test(rlock_that_is_owned_is_deepened_unless_stopped),
        cmocka_unit_test(condition_wait_without_the_lock_is_refused_also_when_stopped),
        cmocka_unit_test(event_can_be_its_own_stop),
        cmocka_unit_test(stop_may_be_freed_when_the_calls_that_name_it_have_returned),
        cmocka_unit_test(permits_are_kept_when_stops_race_grants_and_timeouts),
        cmocka_unit_test(stopped_waits_leave_no_parker_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
