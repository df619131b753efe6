/* SPDX-License-Identifier: MIT
 *
 * docs/semantics.md, "All" 5, on Windows, which has no signals: a waiting thread is suspended and
 * resumed again and again, and has asynchronous calls queued, at every kind of wait. Nothing ends
 * or lengthens the wait.
 */
#include "caller.h"
#include "waits.h"

#include <windows.h>

static void CALLBACK do_nothing(ULONG_PTR context)
{
    (void)context;
}

/* Suspend and resume this many times, or until the wait has ended. In between nothing is called
 * that might need what the suspended thread holds. The context is read because only then is the
 * thread suspended for certain. Returns how many times that was done. */
static int storm(struct caller *waiter, int turns)
{
    HANDLE thread = waiter->thread.native.pointer;
    CONTEXT context;
    int turn = 0;
    context.ContextFlags = CONTEXT_CONTROL;
    QueueUserAPC(do_nothing, thread, 0);
    while (turn < turns && !caller_is_back(waiter)) {
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
        struct caller waiter = {0};
        stage_init(&stage);
        caller_start_wait(&waiter, &waits[row], &stage, PAWL_NEVER);
        stage_await_waiter(&waits[row], &stage);
        assert_int_equal(storm(&waiter, TURNS), TURNS);
        assert_false(caller_is_back(&waiter));
        assert_int_equal(pawl__lot_count(waits[row].key(&stage)), 1);
        waits[row].open(&stage);
        assert_int_equal(caller_join(&waiter), PAWL_OK);
        assert_true(stage_is_idle(&stage));
    }
}

static void suspension_neither_hastens_nor_holds_up_a_time_out(void **state)
{
    (void)state;
    for (size_t row = 0; row < wait_count; row++) {
        struct stage stage;
        struct caller waiter = {0};
        if (!waits[row].timed) {
            continue;
        }
        stage_init(&stage);
        caller_start_wait(&waiter, &waits[row], &stage, pawl_after_ms(5));
        storm(&waiter, INT32_MAX); /* without an end: the wait's own */
        assert_int_equal(caller_join(&waiter), PAWL_TIMEOUT);
        assert_true(waiter.ended >= waiter.time);
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
