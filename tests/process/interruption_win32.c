/* SPDX-License-Identifier: MIT
 *
 * Sentence 5 of "All" on Windows, which has no signals: a thread that waits is suspended and
 * resumed again and again, and has asynchronous calls queued, at every wait there is. Nothing ends
 * or lengthens the wait.
 */
#include "support.h"

#include "waits.h"

#include <windows.h>

struct waiter {
    crew_thread thread;
    const struct wait_kind *wait;
    struct stage *stage;
    pawl_time deadline, ended;
    pawl_status status;
    uint8_t through; /* atomic: 1 once the wait has returned */
};

static void wait_once(void *context)
{
    struct waiter *waiter = context;
    waiter->status = waiter->wait->call(waiter->stage, waiter->deadline);
    waiter->ended = pawl_now();
    pawl__store8(&waiter->through, 1, PAWL__RELEASE);
}

static void start(struct waiter *waiter, struct stage *stage, size_t row, pawl_time deadline)
{
    *waiter = (struct waiter){.wait = &waits[row], .stage = stage, .deadline = deadline};
    stage_init(stage);
    waits[row].shut(stage);
    crew_start(&waiter->thread, wait_once, waiter);
}

static void CALLBACK do_nothing(ULONG_PTR context)
{
    (void)context;
}

/* Suspend and resume so many times, or until the wait is over. Nothing is called in between that
 * might need what the suspended thread holds; its context is asked for since a thread is suspended
 * for certain only then. Returns how many times that was done. */
static int storm(struct waiter *waiter, int turns)
{
    HANDLE thread = waiter->thread.native.pointer;
    CONTEXT context;
    int turn = 0;
    context.ContextFlags = CONTEXT_CONTROL;
    QueueUserAPC(do_nothing, thread, 0);
    while (turn < turns && pawl__load8(&waiter->through, PAWL__ACQUIRE) == 0) {
        if (SuspendThread(thread) == (DWORD)-1) {
            break;
        }
        GetThreadContext(thread, &context);
        ResumeThread(thread);
        crew_yield();
        turn++;
    }
    return turn;
}

static void suspension_does_not_end_a_wait(void **state)
{
    enum { TURNS = 20 };
    (void)state;
    for (size_t row = 0; row < wait_count; row++) {
        struct stage stage;
        struct waiter waiter;
        start(&waiter, &stage, row, PAWL_NEVER);
        stage_await_waiter(&waits[row], &stage);
        assert_int_equal(storm(&waiter, TURNS), TURNS);
        assert_int_equal(pawl__load8(&waiter.through, PAWL__ACQUIRE), 0);
        assert_int_equal(pawl__lot_count(waits[row].key(&stage)), 1);
        waits[row].open(&stage);
        crew_join(&waiter.thread);
        assert_int_equal(waiter.status, PAWL_OK);
        assert_true(stage_is_idle(&stage));
    }
}

static void suspension_neither_hastens_nor_holds_up_a_time_out(void **state)
{
    (void)state;
    for (size_t row = 0; row < wait_count; row++) {
        struct stage stage;
        struct waiter waiter;
        if (!waits[row].timed) {
            continue;
        }
        start(&waiter, &stage, row, pawl_after_ms(5));
        storm(&waiter, INT32_MAX); /* without an end: the wait's own */
        crew_join(&waiter.thread);
        assert_int_equal(waiter.status, PAWL_TIMEOUT);
        assert_true(waiter.ended >= waiter.deadline);
        assert_int_equal(pawl__lot_count(waits[row].key(&stage)), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(suspension_does_not_end_a_wait),
        cmocka_unit_test(suspension_neither_hastens_nor_holds_up_a_time_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
