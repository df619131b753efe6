/* SPDX-License-Identifier: MIT
 *
 * Waiting threads sleep: all kinds of wait (waits.h) at the same time use next to no processor
 * time.
 */
#include "caller.h"
#include "waits.h"

#include <stdlib.h>

/* Counts the processor time, in nanoseconds. */
static pawl_status wait_and_count(struct caller *waiter)
{
    uint64_t before = crew_used_ns();
    pawl_status status = call_wait(waiter);
    waiter->count = crew_used_ns() - before;
    return status;
}

/* Otherwise the rest would show nothing. */
static void processor_time_is_reported(void **state)
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
    struct caller *waiters = calloc(wait_count, sizeof *waiters);
    struct stage *stages = calloc(wait_count, sizeof *stages);
    pawl_event never = PAWL_EVENT_INIT;
    (void)state;
    assert_true(waiters != NULL && stages != NULL);
    for (size_t i = 0; i < wait_count; i++) {
        waiters[i].wait = &waits[i];
        stage_init(&stages[i]);
        waits[i].shut(&stages[i]);
        caller_start_on(&waiters[i], wait_and_count, &stages[i],
                        waits[i].timed ? pawl_after_s(3600) : PAWL_NEVER, AT_ITS_OWN_TIME);
        stage_await_waiter(&waits[i], &stages[i]);
    }
    assert_int_equal(pawl_event_wait_for(&never, PAWL_MS(300)), PAWL_TIMEOUT);
    for (size_t i = 0; i < wait_count; i++) {
        waits[i].open(&stages[i]);
    }
    uint64_t used = callers_join(waiters, wait_count, PAWL_OK);
    free(stages);
    free(waiters);
    print_message("%llu us in %u waits\n", (unsigned long long)(used / 1000), (unsigned)wait_count);
    assert_true(used < (uint64_t)PAWL_MS(150)); /* a waiter that does not sleep takes twice as
                                                 * much */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(processor_time_is_reported),
        cmocka_unit_test(waits_use_next_to_no_processor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
