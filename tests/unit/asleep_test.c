/* SPDX-License-Identifier: MIT
 *
 * Who waits sleeps: all waits there are (waits.h), at a time, use next to no processor.
 */
#include "support.h"

#include "waits.h"

#include <stdlib.h>

struct waiter {
    crew_thread thread;
    const struct wait_kind *wait;
    struct stage stage;
    pawl_status status;
    uint64_t used;
};

static void wait_and_count(void *context)
{
    struct waiter *waiter = context;
    pawl_time deadline = waiter->wait->timed ? pawl_after_s(3600) : PAWL_NEVER;
    uint64_t before = crew_used_ns();
    waiter->status = waiter->wait->call(&waiter->stage, deadline);
    waiter->used = crew_used_ns() - before;
}

/* Or all that follows would show nothing. */
static void processor_time_is_told(void **state)
{
    uint64_t before = crew_used_ns();
    pawl_time end = pawl_after_s(5);
    (void)state;
    while (crew_used_ns() == before && pawl_now() < end) {
    }
    assert_true(crew_used_ns() > before);
}

static void waits_use_next_to_no_processor(void **state)
{
    struct waiter *waiters = calloc(wait_count, sizeof *waiters);
    uint64_t used = 0;
    pawl_event never = PAWL_EVENT_INIT;
    (void)state;
    assert_non_null(waiters);
    for (size_t i = 0; i < wait_count; i++) {
        waiters[i].wait = &waits[i];
        stage_init(&waiters[i].stage);
        waits[i].shut(&waiters[i].stage);
        crew_start(&waiters[i].thread, wait_and_count, &waiters[i]);
        stage_await_waiter(&waits[i], &waiters[i].stage);
    }
    assert_int_equal(pawl_event_wait_for(&never, PAWL_MS(300)), PAWL_TIMEOUT);
    for (size_t i = 0; i < wait_count; i++) {
        waits[i].open(&waiters[i].stage);
        crew_join(&waiters[i].thread);
        assert_int_equal(waiters[i].status, PAWL_OK);
        used += waiters[i].used;
    }
    free(waiters);
    print_message("%llu us in %u waits\n", (unsigned long long)(used / 1000), (unsigned)wait_count);
    assert_true(used < (uint64_t)PAWL_MS(150)); /* one that does not sleep takes twice as much */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(processor_time_is_told),
        cmocka_unit_test(waits_use_next_to_no_processor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
