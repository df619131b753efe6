/* SPDX-License-Identifier: MIT
 *
 * A DLL whose objects are waited for when the process ends, one for each kind of wait. By the time
 * its DllMain is called the waiters have been killed: nothing may be handed to them, and nothing
 * may hang on what they held. Windows only.
 */
#include <windows.h>

#include "caller.h"
#include "task.h"
#include "waits.h"

#include <stdio.h>

enum { MANY = 64 };

static pawl_lock locks[2] = {PAWL_LOCK_INIT, PAWL_FAIR_LOCK_INIT};
static struct caller others[2];

static struct caller waiters[MANY];
static struct stage stages[MANY];

static struct task task; /* it waits for the first stage's semaphore */

static void shut_all(void)
{
    for (size_t row = 0; row < wait_count && row < MANY; row++) {
        stage_init(&stages[row]);
        caller_start_wait(&waiters[row], &waits[row], &stages[row], PAWL_NEVER);
        stage_await_waiter(&waits[row], &stages[row]);
    }
}

__declspec(dllexport) void hold_and_be_waited_for(void);
__declspec(dllexport) void hold_and_be_waited_for(void)
{
    shut_all();
    pawl_semaphore_acquire(&stages[0].semaphore);
    task_init(&task, NULL, NULL);
    if (pawl_semaphore_acquire_await(&stages[0].semaphore, &task.op) != PAWL_PENDING) {
        printf("the task does not wait\n");
    }
    for (size_t i = 0; i < 2; i++) {
        pawl_lock_acquire(&locks[i]);
        caller_start_on(&others[i], call_lock, &locks[i], PAWL_NEVER, 1);
    }
    let_time_pass(PATIENCE); /* so that a default lock would be handed off as well */
}

/* Opened with no waiter left, the object is free for the next thread that tries; a notification or
 * a complete round reaches nobody. */
static bool works(const struct wait_kind *wait, struct stage *stage)
{
    const void *key = wait->key(stage);
    bool is_kept = key != &stage->condition && key != &stage->barrier;
    bool nobody_waits = pawl__lot_count(key) == 0;
    wait->open(stage);
    return nobody_waits && (!wait->timed || !is_kept || wait->call(stage, 0) == PAWL_OK);
}

static void use_all(void)
{
    for (size_t row = 0; row < wait_count; row++) {
        if (!works(&waits[row], &stages[row])) {
            printf("at exit: %s fails\n", waits[row].name);
            return;
        }
    }
    pawl_semaphore_release(&stages[0].semaphore);
    printf("at exit: every object works, %u calls of a task that has ended, %s\n", task.calls,
           pawl_await_cancel(&task.op) ? "which still waits" : "which does not wait");
}

BOOL WINAPI DllMain(HINSTANCE library, DWORD reason, LPVOID ending);
BOOL WINAPI DllMain(HINSTANCE library, DWORD reason, LPVOID ending)
{
    (void)library;
    if (reason == DLL_PROCESS_DETACH && ending != NULL) {
        for (size_t i = 0; i < 2; i++) {
            pawl_status status = pawl_lock_release(&locks[i]);
            printf("at exit: release %s, then %s\n", pawl_status_name(status),
                   pawl_lock_try_acquire(&locks[i]) ? "free" : "handed to a dead thread");
        }
        use_all();
        fflush(stdout);
    }
    return TRUE;
}
