/* SPDX-License-Identifier: MIT
 *
 * The sentences of SEMANTICS.md under "All" and "Event", for pawl_event.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The calls that wait. */
enum form { UNTIL, FOR, UNTIMED };

/* A helper thread that waits for an event once. */
struct watcher {
    crew_thread thread;
    pawl_event *event;
    enum form form;
    int64_t time;         /* the deadline, or the duration */
    const uint64_t *data; /* if not NULL: what to read afterwards, plain */
    uint64_t seen;        /* what it read */
    pawl_status status;   /* after watcher_join */
    uint8_t is_out;       /* atomic: 1 once the wait has returned */
};

static void watch(void *context)
{
    struct watcher *watcher = context;
    if (watcher->form == UNTIL) {
        watcher->status = pawl_event_wait_until(watcher->event, watcher->time);
    } else if (watcher->form == FOR) {
        watcher->status = pawl_event_wait_for(watcher->event, watcher->time);
    } else {
        pawl_event_wait(watcher->event);
        watcher->status = PAWL_OK;
    }
    if (watcher->data != NULL) {
        watcher->seen = *watcher->data;
    }
    pawl__store8(&watcher->is_out, 1, PAWL__RELEASE);
}

/* Start one, and wait until it is waiter number `place`, or AT_ITS_OWN_TIME. */
static void watcher_start(struct watcher *watcher, pawl_event *event, int64_t time, size_t place)
{
    watcher->event = event;
    watcher->time = time;
    watcher->is_out = 0;
    crew_start(&watcher->thread, watch, watcher);
    if (place != AT_ITS_OWN_TIME) {
        wait_for_waiters(event, place);
    }
}

static void watcher_join(struct watcher *watcher)
{
    crew_join(&watcher->thread);
}

static bool is_out(const struct watcher *watcher)
{
    return pawl__load8(&watcher->is_out, PAWL__ACQUIRE) != 0;
}

/* Queue `count` of them, in all forms. */
static void queue_watchers(struct watcher *watchers, size_t count, pawl_event *event)
{
    for (size_t i = 0; i < count; i++) {
        watchers[i].form = i % 3 == 0 ? UNTIL : i % 3 == 1 ? FOR : UNTIMED;
        watcher_start(&watchers[i], event, watchers[i].form == FOR ? PAWL_S(3600) : PAWL_NEVER,
                      i + 1);
    }
}

static void join_watchers(struct watcher *watchers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        watcher_join(&watchers[i]);
        assert_int_equal(watchers[i].status, PAWL_OK);
    }
}

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

static void event_clear_of_an_unset_one_changes_nothing_for_who_waits(void **state)
{
    enum { WAITERS = 2 };
    pawl_event event = PAWL_EVENT_INIT;
    struct watcher watchers[WAITERS] = {0};
    (void)state;
    queue_watchers(watchers, WAITERS, &event);
    pawl_event_clear(&event);
    pawl_event_clear(&event);
    assert_int_equal(pawl__lot_count(&event), WAITERS);
    assert_false(is_out(&watchers[0]) || is_out(&watchers[1]));
    pawl_event_set(&event);
    join_watchers(watchers, WAITERS);
}

static void event_wait_waits_until_it_is_set(void **state)
{
    (void)state;
    for (int form = UNTIL; form <= UNTIMED; form++) {
        pawl_event event = PAWL_EVENT_INIT;
        struct watcher other = {.form = (enum form)form};
        watcher_start(&other, &event, PAWL_NEVER, 1);
        let_time_pass(PAWL_MS(2));
        assert_false(is_out(&other)); /* nor did it come back without cause */
        assert_false(pawl_event_is_set(&event));
        pawl_event_set(&event);
        watcher_join(&other);
        assert_int_equal(other.status, PAWL_OK);
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
    struct watcher watchers[WAITERS] = {0};
    (void)state;
    queue_watchers(watchers, WAITERS, &event);
    pawl_event_set(&event);
    assert_nobody_waits(&event);
    join_watchers(watchers, WAITERS);
    assert_true(pawl_event_is_set(&event));
}

static void event_set_lets_all_present_waiters_through_when_clear_follows_at_once(void **state)
{
    enum { WAITERS = 4 };
    pawl_event event = PAWL_EVENT_INIT;
    (void)state;
    for (int round = 0; round < 60; round++) {
        struct watcher watchers[WAITERS] = {0};
        queue_watchers(watchers, WAITERS, &event);
        pawl_event_set(&event);
        pawl_event_clear(&event);
        assert_false(pawl_event_is_set(&event));
        assert_nobody_waits(&event);
        join_watchers(watchers, WAITERS);
    }
}

static void event_wait_after_clear_waits_again(void **state)
{
    pawl_event event = PAWL_EVENT_INIT;
    (void)state;
    for (int round = 0; round < 20; round++) {
        struct watcher first = {0};
        struct watcher second = {.form = UNTIMED};
        watcher_start(&first, &event, PAWL_NEVER, 1);
        pawl_event_set(&event);
        pawl_event_clear(&event);
        watcher_start(&second, &event, PAWL_NEVER, 1); /* the first is out of the queue */
        assert_int_equal(pawl_event_wait_for(&event, 0), PAWL_TIMEOUT);
        watcher_join(&first);
        assert_int_equal(pawl__lot_count(&event), 1);
        assert_false(is_out(&second));
        pawl_event_set(&event);
        watcher_join(&second);
        pawl_event_clear(&event);
    }
}

static void what_was_written_before_set_is_seen_after_the_wait(void **state)
{
    enum { WAITERS = 3 };
    (void)state;
    for (uint64_t round = 1; round <= 100; round++) {
        pawl_event event = PAWL_EVENT_INIT;
        struct watcher watchers[WAITERS] = {0};
        uint64_t data = 0;
        for (size_t i = 0; i < WAITERS; i++) {
            watchers[i].data = &data;
        }
        if (round % 2 == 0) {
            queue_watchers(watchers, WAITERS, &event);
        } else { /* caught as they come, or while they spin */
            for (size_t i = 0; i < WAITERS; i++) {
                watchers[i].form = (enum form)i;
                watcher_start(&watchers[i], &event, PAWL_NEVER, AT_ITS_OWN_TIME);
            }
        }
        data = round;
        pawl_event_set(&event);
        join_watchers(watchers, WAITERS);
        for (size_t i = 0; i < WAITERS; i++) {
            assert_true(watchers[i].seen == round);
        }
    }
}

struct look {
    crew_thread thread;
    pawl_event *event;
    uint64_t data; /* plain */
};

static void write_and_set(void *context)
{
    struct look *look = context;
    look->data = 42;
    pawl_event_set(look->event);
}

static void what_was_written_before_set_is_seen_by_who_finds_it_set(void **state)
{
    (void)state;
    for (int round = 0; round < 50; round++) {
        pawl_event event = PAWL_EVENT_INIT;
        struct look look = {.event = &event};
        crew_start(&look.thread, write_and_set, &look);
        while (round % 2 == 0 ? !pawl_event_is_set(&event)
                              : pawl_event_wait_until(&event, 0) == PAWL_TIMEOUT) {
            crew_yield();
        }
        assert_int_equal(look.data, 42);
        crew_join(&look.thread);
    }
}

/* Somebody sets an event that is set already, while another clears it and then looks what there is
 * to do: one of the two sees what the other did. All but the event is relaxed. */
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

static void event_set_again_is_not_lost_on_one_that_clears_and_looks(void **state)
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

static void past_deadline_or_no_duration_is_a_look(void **state)
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
        struct watcher other = {.form = i < 3 ? FOR : UNTIL};
        watcher_start(&other, &event, i < 3 ? durations[i] : pawl_after_ns(durations[i - 3]), 1);
        pawl_event_set(&event);
        watcher_join(&other);
        assert_int_equal(other.status, PAWL_OK);
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
    struct watcher others[2] = {0};
    struct watcher hasty = {0};
    (void)state;
    watcher_start(&others[0], &event, PAWL_NEVER, 1);
    watcher_start(&hasty, &event, pawl_after_ms(5), AT_ITS_OWN_TIME);
    watcher_start(&others[1], &event, PAWL_NEVER, AT_ITS_OWN_TIME);
    watcher_join(&hasty);
    assert_int_equal(hasty.status, PAWL_TIMEOUT);
    wait_for_waiters(&event, 2);
    assert_false(is_out(&others[0]) || is_out(&others[1]));
    pawl_event_set(&event);
    join_watchers(others, 2);
}

static void next_waiter_passes_after_the_first_timed_out(void **state)
{
    pawl_event event = PAWL_EVENT_INIT;
    struct watcher first = {0};
    struct watcher second = {0};
    (void)state;
    watcher_start(&first, &event, pawl_after_ms(20), AT_ITS_OWN_TIME);
    watcher_start(&second, &event, PAWL_NEVER, AT_ITS_OWN_TIME);
    watcher_join(&first);
    assert_int_equal(first.status, PAWL_TIMEOUT);
    wait_for_waiters(&event, 1);
    pawl_event_set(&event);
    pawl_event_clear(&event);
    watcher_join(&second);
    assert_int_equal(second.status, PAWL_OK);
    assert_nobody_waits(&event);
}

static void timed_waiter_passes_when_it_is_set_in_time(void **state)
{
    (void)state;
    for (int form = UNTIL; form <= FOR; form++) {
        pawl_event event = PAWL_EVENT_INIT;
        struct watcher other = {.form = (enum form)form};
        watcher_start(&other, &event, form == UNTIL ? pawl_after_s(3600) : PAWL_S(3600), 1);
        pawl_event_set(&event);
        pawl_event_clear(&event);
        watcher_join(&other);
        assert_int_equal(other.status, PAWL_OK);
    }
}

/* Threads that wait, briefly or without end, and look, while the event goes up and down. */
struct regular {
    crew_thread thread;
    pawl_event *event;
    uint64_t seed;
    int rounds;
    bool strange;
    uint8_t *left; /* atomic: those still at it */
};

static void come_and_go(void *context)
{
    struct regular *regular = context;
    for (int i = 0; i < regular->rounds; i++) {
        uint64_t choice = next_random(&regular->seed) % 4;
        pawl_status status = PAWL_OK;
        if (choice == 0) {
            status = pawl_event_wait_for(regular->event,
                                         (pawl_ns)(next_random(&regular->seed) % 40000));
            status = status == PAWL_TIMEOUT ? PAWL_OK : status;
        } else if (choice == 1) {
            status = pawl_event_wait_until(regular->event, pawl_after_s(3600));
        } else {
            pawl_event_wait(regular->event);
        }
        regular->strange |= status != PAWL_OK;
    }
    uint8_t seen = pawl__load8(regular->left, PAWL__RELAXED);
    while (!pawl__cas8(regular->left, &seen, (uint8_t)(seen - 1), PAWL__RELEASE)) {
    }
}

static void event_lets_everybody_through_when_time_outs_race_set_and_clear(void **state)
{
    enum { THREADS = 4 };
    pawl_event event = PAWL_EVENT_INIT;
    struct regular regulars[THREADS];
    uint64_t seed = 20261120;
    uint8_t left = THREADS;
    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    memset(regulars, 0, sizeof regulars);
    for (size_t i = 0; i < THREADS; i++) {
        regulars[i] = (struct regular){.event = &event, .seed = seed + i, .rounds = 500,
                                       .left = &left};
        crew_start(&regulars[i].thread, come_and_go, &regulars[i]);
    }
    while (pawl__load8(&left, PAWL__ACQUIRE) > 0) {
        pawl_event_set(&event);
        pawl_event_clear(&event);
        crew_yield();
    }
    for (size_t i = 0; i < THREADS; i++) {
        crew_join(&regulars[i].thread);
        assert_false(regulars[i].strange);
    }
    assert_false(pawl_event_is_set(&event));
    assert_nobody_waits(&event);
}

/* An event in memory that its last user reuses at once: the setter, still inside set, must not
 * write there. */
struct reuse {
    pawl_event *event;
    uint8_t go; /* atomic: 1 once the other thread is about to wait */
};

enum { REUSED_AS = 0xA5 };

static void wait_and_reuse(void *context)
{
    struct reuse *reuse = context;
    pawl__store8(&reuse->go, 1, PAWL__RELEASE);
    pawl_event_wait(reuse->event);
    memset(reuse->event, REUSED_AS, sizeof *reuse->event); /* freed, and something else now */
}

static void event_may_be_freed_by_the_thread_whose_wait_just_returned(void **state)
{
    pawl_event reused;
    (void)state;
    memset(&reused, REUSED_AS, sizeof reused);
    for (int round = 0; round < 400; round++) {
        struct reuse reuse = {0};
        crew_thread other;
        reuse.event = malloc(sizeof *reuse.event);
        assert_non_null(reuse.event);
        pawl_event_init(reuse.event);
        crew_start(&other, wait_and_reuse, &reuse);
        if (round % 2 == 0) { /* parked, or caught while it spins */
            wait_for_waiters(reuse.event, 1);
        } else {
            while (pawl__load8(&reuse.go, PAWL__ACQUIRE) == 0) {
                crew_yield();
            }
        }
        pawl_event_set(reuse.event);
        crew_join(&other);
        assert_memory_equal(reuse.event, &reused, sizeof reused);
        free(reuse.event);
    }
}

/* Threads that come, wait and go leave nothing: a hundred of them in turn use one parker. */
static void threads_that_end_leave_nothing_behind(void **state)
{
    pawl_event event = PAWL_EVENT_INIT;
    struct pawl__sleeper probe = {0};
    (void)state;
    pawl__lot_open(&probe, PAWL__ON_LOCK);
    struct pawl__slot *slot = probe.slot;
    pawl__lot_close(&probe);
    for (int i = 0; i < 100; i++) {
        struct watcher other = {0};
        watcher_start(&other, &event, PAWL_NEVER, 1);
        pawl_event_set(&event);
        pawl_event_clear(&event);
        watcher_join(&other);
    }
    pawl__lot_open(&probe, PAWL__ON_LOCK);
    assert_ptr_equal(probe.slot, slot);
    pawl__lot_close(&probe);
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

static void describe_writes_as_snprintf_does(void **state)
{
    char text[80], expected[80], small[8];
    pawl_event event = PAWL_EVENT_INIT;
    (void)state;
    snprintf(expected, sizeof expected, "<pawl_event unset waiters=0 at 0x%llx>",
             (unsigned long long)(uintptr_t)&event);
    int length = pawl_event_describe(&event, text, sizeof text);
    assert_string_equal(text, expected);
    assert_int_equal(length, strlen(expected));
    assert_int_equal(pawl_event_describe(&event, NULL, 0), length);
    assert_int_equal(pawl_event_describe(&event, small, sizeof small), length);
    assert_string_equal(small, "<pawl_e");
}

static void describe_tells_state_and_waiters(void **state)
{
    pawl_event event = PAWL_EVENT_INIT;
    struct watcher watchers[2] = {0};
    char text[80];
    (void)state;
    queue_watchers(watchers, 2, &event);
    pawl_event_describe(&event, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_event unset waiters=2 at 0x"));
    pawl_event_set(&event);
    pawl_event_describe(&event, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_event set waiters=0 at 0x"));
    join_watchers(watchers, 2);
}

/* Whether the exported functions do what the inline ones do: through pointers, which also shows
 * that each is a symbol of the library. */
static void functions_are_symbols_too(void **state)
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
        cmocka_unit_test(event_clear_of_an_unset_one_changes_nothing_for_who_waits),
        cmocka_unit_test(event_wait_waits_until_it_is_set),
        cmocka_unit_test(event_wait_on_a_set_one_returns_at_once),
        cmocka_unit_test(event_set_lets_all_present_waiters_through),
        cmocka_unit_test(event_set_lets_all_present_waiters_through_when_clear_follows_at_once),
        cmocka_unit_test(event_wait_after_clear_waits_again),
        cmocka_unit_test(what_was_written_before_set_is_seen_after_the_wait),
        cmocka_unit_test(what_was_written_before_set_is_seen_by_who_finds_it_set),
        cmocka_unit_test(event_set_again_is_not_lost_on_one_that_clears_and_looks),
        cmocka_unit_test(past_deadline_or_no_duration_is_a_look),
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
        cmocka_unit_test(describe_writes_as_snprintf_does),
        cmocka_unit_test(describe_tells_state_and_waiters),
        cmocka_unit_test(functions_are_symbols_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
