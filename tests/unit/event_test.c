/* SPDX-License-Identifier: MIT
 *
 * docs/semantics.md, "All" and "Event", for pawl_event.
 */
#include "caller.h"

#include <stdlib.h>
#include <string.h>

static void assert_nobody_waits(const pawl_event *event)
{
    assert_int_equal(pawl__lot_count(event), 0);
    assert_int_equal(pawl__load8(&event->state_, PAWL__RELAXED) & PAWL__EVENT_PARKED, 0);
}

static void event_is_at_most_four_bytes(void **state)
{
    (void)state;
    assert_true(sizeof(pawl_event) <= 4);
}

static void event_of_zero_bytes_is_unset(void **state)
{
    pawl_event event;
    (void)state;
    memset(&event, 0, sizeof event);
    assert_false(pawl_event_is_set(&event));
    assert_int_equal(pawl_event_wait_for(&event, 0), PAWL_TIMEOUT);
    pawl_event_set(&event);
    assert_true(pawl_event_is_set(&event));
}

static void event_initialisers_make_it_unset(void **state)
{
    pawl_event event = PAWL_EVENT_INIT;
    (void)state;
    assert_false(pawl_event_is_set(&event));
    pawl_event_set(&event);
    pawl_event_init(&event);
    assert_false(pawl_event_is_set(&event));
    memset(&event, 0xA5, sizeof event);
    pawl_event_init(&event);
    assert_false(pawl_event_is_set(&event));
    pawl_event_set(&event);
    assert_true(pawl_event_is_set(&event));
}

static void event_set_is_idempotent(void **state)
{
    pawl_event event = PAWL_EVENT_INIT;
    (void)state;
    for (int i = 0; i < 3; i++) {
        pawl_event_set(&event);
        assert_true(pawl_event_is_set(&event));
    }
    pawl_event_clear(&event); /* one undoes them all */
    assert_false(pawl_event_is_set(&event));
    assert_int_equal(pawl_event_wait_for(&event, PAWL_MS(1)), PAWL_TIMEOUT);
}

static void event_clear_is_idempotent(void **state)
{
    pawl_event event = PAWL_EVENT_INIT;
    (void)state;
    for (int i = 0; i < 3; i++) {
        pawl_event_clear(&event);
        assert_false(pawl_event_is_set(&event));
    }
    pawl_event_set(&event);
    assert_true(pawl_event_is_set(&event));
    for (int i = 0; i < 3; i++) {
        pawl_event_clear(&event);
        assert_false(pawl_event_is_set(&event));
    }
}

static void event_clear_of_an_unset_event_changes_nothing_for_waiters(void **state)
{
    enum { WAITERS = 2 };
    pawl_event event = PAWL_EVENT_INIT;
    struct caller watchers[WAITERS] = {0};
    (void)state;
    callers_queue(watchers, WAITERS, call_event, &event);
    pawl_event_clear(&event);
    pawl_event_clear(&event);
    assert_int_equal(pawl__lot_count(&event), WAITERS);
    assert_int_equal(callers_back(watchers, WAITERS), 0);
    pawl_event_set(&event);
    callers_join(watchers, WAITERS, PAWL_OK);
}

static void event_wait_waits_until_it_is_set(void **state)
{
    (void)state;
    for (int form = UNTIL; form < FORMS; form++) {
        pawl_event event = PAWL_EVENT_INIT;
        struct caller other = {.form = (enum form)form};
        caller_start_on(&other, call_event, &event, PAWL_NEVER, 1);
        let_time_pass(PAWL_MS(2));
        assert_false(caller_is_back(&other)); /* nor did it return without cause */
        assert_false(pawl_event_is_set(&event));
        pawl_event_set(&event);
        assert_int_equal(caller_join(&other), PAWL_OK);
        assert_true(pawl_event_is_set(&event));
        assert_nobody_waits(&event);
    }
}

static void event_wait_on_a_set_one_returns_at_once(void **state)
{
    pawl_event event = PAWL_EVENT_INIT;
    (void)state;
    pawl_event_set(&event);
    for (int i = 0; i < 3; i++) { /* and it stays set */
        pawl_event_wait(&event);
        assert_int_equal(pawl_event_wait_for(&event, PAWL_FOREVER), PAWL_OK);
        assert_int_equal(pawl_event_wait_until(&event, PAWL_NEVER), PAWL_OK);
        assert_true(pawl_event_is_set(&event));
    }
    assert_nobody_waits(&event);
}

static void event_set_lets_all_present_waiters_through(void **state)
{
    enum { WAITERS = 9 };
    pawl_event event = PAWL_EVENT_INIT;
    struct caller watchers[WAITERS] = {0};
    (void)state;
    callers_queue(watchers, WAITERS, call_event, &event);
    pawl_event_set(&event);
    assert_nobody_waits(&event);
    callers_join(watchers, WAITERS, PAWL_OK);
    assert_true(pawl_event_is_set(&event));
}

static void event_set_lets_all_present_waiters_through_when_clear_follows_at_once(void **state)
{
    enum { WAITERS = 4 };
    pawl_event event = PAWL_EVENT_INIT;
    (void)state;
    for (int round = 0; round < 60; round++) {
        struct caller watchers[WAITERS] = {0};
        callers_queue(watchers, WAITERS, call_event, &event);
        pawl_event_set(&event);
        pawl_event_clear(&event);
        assert_false(pawl_event_is_set(&event));
        assert_nobody_waits(&event);
        callers_join(watchers, WAITERS, PAWL_OK);
    }
}

static void event_wait_after_clear_waits_again(void **state)
{
    pawl_event event = PAWL_EVENT_INIT;
    (void)state;
    for (int round = 0; round < 20; round++) {
        struct caller first = {0};
        struct caller second = {.form = UNTIMED};
        caller_start_on(&first, call_event, &event, PAWL_NEVER, 1);
        pawl_event_set(&event);
        pawl_event_clear(&event);
        /* The first is out of the queue. */
        caller_start_on(&second, call_event, &event, PAWL_NEVER, 1);
        assert_int_equal(pawl_event_wait_for(&event, 0), PAWL_TIMEOUT);
        caller_join(&first);
        assert_int_equal(pawl__lot_count(&event), 1);
        assert_false(caller_is_back(&second));
        pawl_event_set(&event);
        caller_join(&second);
        pawl_event_clear(&event);
    }
}

/* Data that is written before the event is set. */
struct news {
    pawl_event event; /* first, because it is the object of calls */
    uint64_t data;    /* plain */
};

/* Counts what it reads after the wait. */
static pawl_status wait_and_read(struct caller *watcher)
{
    struct news *news = watcher->object;
    pawl_status status = call_event(watcher);
    watcher->count = news->data;
    return status;
}

static void what_was_written_before_set_is_seen_after_the_wait(void **state)
{
    enum { WAITERS = 3 };
    (void)state;
    for (uint64_t round = 1; round <= 100; round++) {
        struct news news = {.event = PAWL_EVENT_INIT};
        struct caller watchers[WAITERS] = {0};
        if (round % 2 == 0) {
            callers_queue(watchers, WAITERS, wait_and_read, &news);
        } else { /* caught as they arrive, or while they spin */
            for (size_t i = 0; i < WAITERS; i++) {
                watchers[i].form = (enum form)i;
                caller_start_on(&watchers[i], wait_and_read, &news, PAWL_NEVER, AT_ITS_OWN_TIME);
            }
        }
        news.data = round;
        pawl_event_set(&news.event);
        callers_join(watchers, WAITERS, PAWL_OK);
        for (size_t i = 0; i < WAITERS; i++) {
            assert_true(watchers[i].count == round);
        }
    }
}

static pawl_status write_and_set(struct caller *caller)
{
    struct news *news = caller->object;
    news->data = 42;
    pawl_event_set(&news->event);
    return PAWL_OK;
}

static void writes_before_set_are_seen_by_a_wait_that_finds_it_set(void **state)
{
    (void)state;
    for (int round = 0; round < 50; round++) {
        struct news news = {.event = PAWL_EVENT_INIT};
        struct caller writer = {.call = write_and_set, .object = &news};
        caller_start(&writer, AT_ITS_OWN_TIME);
        while (round % 2 == 0 ? !pawl_event_is_set(&news.event)
                              : pawl_event_wait_until(&news.event, 0) == PAWL_TIMEOUT) {
            crew_yield();
        }
        assert_int_equal(news.data, 42);
        caller_join(&writer);
    }
}

/* One thread sets an event that is set already, while another clears it and then checks for work:
 * one of the two sees what the other did. Everything except the event is relaxed. */
enum { LETTERS = 10000 };

struct office {
    crew_thread postman;
    pawl_event post_has_come;
    uint32_t brought, read; /* atomic */
};

static void bring_letters(void *context)
{
    struct office *office = context;
    for (uint32_t letter = 1; letter <= LETTERS; letter++) {
        pawl_event_set(&office->post_has_come);
        for (uint32_t pauses = letter % 16; pauses > 0; pauses--) { /* it is about to be cleared */
            PAWL__PAUSE();
        }
        pawl__store32(&office->brought, letter, PAWL__RELAXED);
        pawl_event_set(&office->post_has_come);
        while (pawl__load32(&office->read, PAWL__RELAXED) != letter) {
            crew_yield(); /* for ever, if it is lost */
        }
    }
}

static void event_set_again_is_seen_by_a_waiter_that_clears_and_checks(void **state)
{
    struct office office = {.brought = 0};
    uint32_t read = 0;
    (void)state;
    crew_start(&office.postman, bring_letters, &office);
    while (read < LETTERS) {
        pawl_event_wait(&office.post_has_come);
        pawl_event_clear(&office.post_has_come);
        read = pawl__load32(&office.brought, PAWL__RELAXED);
        pawl__store32(&office.read, read, PAWL__RELAXED);
    }
    crew_join(&office.postman);
}

static void past_deadline_or_no_duration_only_checks(void **state)
{
    const pawl_ns durations[] = {0, -1, INT64_MIN};
    pawl_event event = PAWL_EVENT_INIT;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(pawl_event_wait_for(&event, durations[i]), PAWL_TIMEOUT);
        assert_int_equal(pawl_event_wait_until(&event, durations[i]), PAWL_TIMEOUT);
        assert_int_equal(pawl_event_wait_until(&event, pawl_now()), PAWL_TIMEOUT);
        assert_nobody_waits(&event);
        pawl_event_set(&event);
        assert_int_equal(pawl_event_wait_for(&event, durations[i]), PAWL_OK);
        assert_int_equal(pawl_event_wait_until(&event, durations[i]), PAWL_OK);
        assert_int_equal(pawl_event_wait_until(&event, pawl_now()), PAWL_OK);
        pawl_event_clear(&event);
    }
}

static void wait_never_ends_early(void **state)
{
    const pawl_ns durations[] = {1, PAWL_US(1), PAWL_US(700), PAWL_MS(1), PAWL_MS(1) + 1,
                                 PAWL_MS(15)};
    pawl_event event = PAWL_EVENT_INIT;
    (void)state;
    for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++) {
        pawl_time start = pawl_now();
        assert_int_equal(pawl_event_wait_for(&event, durations[i]), PAWL_TIMEOUT);
        assert_true(pawl_now() - start >= durations[i]);
        pawl_time deadline = pawl_after_ns(durations[i]);
        assert_int_equal(pawl_event_wait_until(&event, deadline), PAWL_TIMEOUT);
        assert_true(pawl_now() >= deadline);
    }
}

static void longest_durations_are_waits_without_end(void **state)
{
    const pawl_ns durations[] = {PAWL_FOREVER, PAWL_FOREVER - 1, PAWL_S(86400) * 400};
    (void)state;
    for (size_t i = 0; i < 6; i++) {
        pawl_event event = PAWL_EVENT_INIT;
        struct caller other = {.form = i < 3 ? FOR : UNTIL};
        caller_start_on(&other, call_event, &event,
                        i < 3 ? durations[i] : pawl_after_ns(durations[i - 3]), 1);
        pawl_event_set(&event);
        assert_int_equal(caller_join(&other), PAWL_OK);
    }
}

static void timed_out_waiter_leaves_no_trace(void **state)
{
    pawl_event event = PAWL_EVENT_INIT;
    (void)state;
    assert_int_equal(pawl_event_wait_for(&event, PAWL_MS(1)), PAWL_TIMEOUT);
    assert_int_equal(pawl_event_wait_until(&event, pawl_after_ms(1)), PAWL_TIMEOUT);
    assert_nobody_waits(&event);
    assert_false(pawl_event_is_set(&event));
    pawl_event_set(&event);
    assert_int_equal(pawl_event_wait_for(&event, PAWL_MS(1)), PAWL_OK);
}

static void time_out_of_one_waiter_leaves_the_others_waiting(void **state)
{
    pawl_event event = PAWL_EVENT_INIT;
    struct caller others[2] = {0};
    struct caller hasty = {0};
    (void)state;
    caller_start_on(&others[0], call_event, &event, PAWL_NEVER, 1);
    caller_start_on(&hasty, call_event, &event, pawl_after_ms(5), AT_ITS_OWN_TIME);
    caller_start_on(&others[1], call_event, &event, PAWL_NEVER, AT_ITS_OWN_TIME);
    assert_int_equal(caller_join(&hasty), PAWL_TIMEOUT);
    wait_for_waiters(&event, 2);
    assert_int_equal(callers_back(others, 2), 0);
    pawl_event_set(&event);
    callers_join(others, 2, PAWL_OK);
}

static void next_waiter_passes_after_the_first_timed_out(void **state)
{
    pawl_event event = PAWL_EVENT_INIT;
    struct caller first = {0};
    struct caller second = {0};
    (void)state;
    caller_start_on(&first, call_event, &event, pawl_after_ms(20), AT_ITS_OWN_TIME);
    caller_start_on(&second, call_event, &event, PAWL_NEVER, AT_ITS_OWN_TIME);
    assert_int_equal(caller_join(&first), PAWL_TIMEOUT);
    wait_for_waiters(&event, 1);
    pawl_event_set(&event);
    pawl_event_clear(&event);
    assert_int_equal(caller_join(&second), PAWL_OK);
    assert_nobody_waits(&event);
}

static void timed_waiter_passes_when_it_is_set_in_time(void **state)
{
    (void)state;
    for (int form = UNTIL; form <= FOR; form++) {
        pawl_event event = PAWL_EVENT_INIT;
        struct caller other = {.form = (enum form)form};
        caller_start_on(&other, call_event, &event,
                        form == UNTIL ? pawl_after_s(3600) : PAWL_S(3600), 1);
        pawl_event_set(&event);
        pawl_event_clear(&event);
        assert_int_equal(caller_join(&other), PAWL_OK);
    }
}

/* Wait, briefly or without a limit, while the event is set and cleared. */
static pawl_status come_and_go(struct caller *regular)
{
    for (int i = 0; i < 500; i++) {
        uint64_t choice = next_random(&regular->seed) % 4;
        pawl_status status = PAWL_OK;
        if (choice == 0) {
            status = pawl_event_wait_for(regular->object,
                                         (pawl_ns)(next_random(&regular->seed) % 40000));
            status = status == PAWL_TIMEOUT ? PAWL_OK : status;
        } else if (choice == 1) {
            status = pawl_event_wait_until(regular->object, pawl_after_s(3600));
        } else {
            pawl_event_wait(regular->object);
        }
        regular->mistakes += status != PAWL_OK ? 1 : 0;
    }
    return PAWL_OK;
}

static void event_lets_everybody_through_when_time_outs_race_set_and_clear(void **state)
{
    enum { THREADS = 4 };
    pawl_event event = PAWL_EVENT_INIT;
    struct caller regulars[THREADS];
    uint64_t seed = 20261120;
    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    callers_start(regulars, THREADS,
                  &(struct caller){.call = come_and_go, .object = &event, .seed = seed});
    while (callers_back(regulars, THREADS) < THREADS) {
        pawl_event_set(&event);
        pawl_event_clear(&event);
        crew_yield();
    }
    callers_join(regulars, THREADS, PAWL_OK);
    assert_false(pawl_event_is_set(&event));
    assert_nobody_waits(&event);
}

/* An event in memory that its last user reuses at once: the setter, still inside set, must not
 * write there. */
enum { REUSED_AS = 0xA5 };

static pawl_status wait_and_reuse(struct caller *caller)
{
    caller_begins(caller);
    pawl_event_wait(caller->object);
    memset(caller->object, REUSED_AS, sizeof(pawl_event)); /* freed, and now another object */
    return PAWL_OK;
}

static void event_may_be_freed_by_the_thread_whose_wait_just_returned(void **state)
{
    pawl_event reused;
    (void)state;
    memset(&reused, REUSED_AS, sizeof reused);
    for (int round = 0; round < 400; round++) {
        pawl_event *event = malloc(sizeof *event);
        struct caller other = {.call = wait_and_reuse, .object = event};
        assert_non_null(event);
        pawl_event_init(event);
        caller_start(&other, round % 2 == 0 ? 1 : AT_ITS_OWN_TIME);
        caller_await_begin(&other); /* parked, or caught while it spins */
        pawl_event_set(event);
        caller_join(&other);
        assert_memory_equal(event, &reused, sizeof reused);
        free(event);
    }
}

/* Threads that arrive, wait and end leave nothing: a hundred of them in turn use one parker. */
static void threads_that_end_leave_nothing_behind(void **state)
{
    pawl_event event = PAWL_EVENT_INIT;
    const void *parker = next_parker();
    (void)state;
    for (int i = 0; i < 100; i++) {
        struct caller other = {0};
        caller_start_on(&other, call_event, &event, PAWL_NEVER, 1);
        pawl_event_set(&event);
        pawl_event_clear(&event);
        caller_join(&other);
    }
    assert_ptr_equal(next_parker(), parker);
}

static void new_event_is_unset_and_may_be_freed_in_any_state(void **state)
{
    (void)state;
    for (int set = 0; set < 2; set++) {
        pawl_event *event = pawl_event_new();
        assert_non_null(event);
        assert_false(pawl_event_is_set(event));
        assert_int_equal(pawl_event_wait_for(event, PAWL_US(1)), PAWL_TIMEOUT);
        if (set != 0) {
            pawl_event_set(event);
        }
        pawl_event_free(event);
    }
    pawl_event_free(NULL);
}

static void describe_tells_state_and_waiters(void **state)
{
    pawl_event event = PAWL_EVENT_INIT;
    struct caller watchers[2] = {0};
    char text[80];
    (void)state;
    callers_queue(watchers, 2, call_event, &event);
    pawl_event_describe(&event, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_event unset waiters=2 at 0x"));
    pawl_event_set(&event);
    pawl_event_describe(&event, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_event set waiters=0 at 0x"));
    callers_join(watchers, 2, PAWL_OK);
}

/* Whether the exported functions do what the inline ones do: through pointers, which also shows
 * that each is a symbol of the library. */
static void functions_are_also_symbols(void **state)
{
    bool (*volatile is_set)(const pawl_event *) = pawl_event_is_set;
    void (*volatile wait)(pawl_event *) = pawl_event_wait;
    pawl_status (*volatile wait_for)(pawl_event *, pawl_ns) = pawl_event_wait_for;
    pawl_status (*volatile wait_until)(pawl_event *, pawl_time) = pawl_event_wait_until;
    pawl_event event = PAWL_EVENT_INIT;
    (void)state;
    assert_false(is_set(&event));
    assert_int_equal(wait_for(&event, 0), PAWL_TIMEOUT);
    assert_int_equal(wait_until(&event, 0), PAWL_TIMEOUT);
    pawl_event_set(&event);
    assert_true(is_set(&event));
    wait(&event);
    assert_int_equal(wait_for(&event, PAWL_FOREVER), PAWL_OK);
    assert_int_equal(wait_until(&event, PAWL_NEVER), PAWL_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(event_is_at_most_four_bytes),
        cmocka_unit_test(event_of_zero_bytes_is_unset),
        cmocka_unit_test(event_initialisers_make_it_unset),
        cmocka_unit_test(event_set_is_idempotent),
        cmocka_unit_test(event_clear_is_idempotent),
        cmocka_unit_test(event_clear_of_an_unset_event_changes_nothing_for_waiters),
        cmocka_unit_test(event_wait_waits_until_it_is_set),
        cmocka_unit_test(event_wait_on_a_set_one_returns_at_once),
        cmocka_unit_test(event_set_lets_all_present_waiters_through),
        cmocka_unit_test(event_set_lets_all_present_waiters_through_when_clear_follows_at_once),
        cmocka_unit_test(event_wait_after_clear_waits_again),
        cmocka_unit_test(what_was_written_before_set_is_seen_after_the_wait),
        cmocka_unit_test(writes_before_set_are_seen_by_a_wait_that_finds_it_set),
        cmocka_unit_test(event_set_again_is_seen_by_a_waiter_that_clears_and_checks),
        cmocka_unit_test(past_deadline_or_no_duration_only_checks),
        cmocka_unit_test(wait_never_ends_early),
        cmocka_unit_test(longest_durations_are_waits_without_end),
        cmocka_unit_test(timed_out_waiter_leaves_no_trace),
        cmocka_unit_test(time_out_of_one_waiter_leaves_the_others_waiting),
        cmocka_unit_test(next_waiter_passes_after_the_first_timed_out),
        cmocka_unit_test(timed_waiter_passes_when_it_is_set_in_time),
        cmocka_unit_test(event_lets_everybody_through_when_time_outs_race_set_and_clear),
        cmocka_unit_test(event_may_be_freed_by_the_thread_whose_wait_just_returned),
        cmocka_unit_test(threads_that_end_leave_nothing_behind),
        cmocka_unit_test(new_event_is_unset_and_may_be_freed_in_any_state),
        cmocka_unit_test(describe_tells_state_and_waiters),
        cmocka_unit_test(functions_are_also_symbols),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
