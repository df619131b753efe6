/* SPDX-License-Identifier: MIT
 *
 * A DLL whose lock is waited for when the process ends. By the time its DllMain is called the
 * waiter has been killed: a release must not hand it the lock, nor hang on what it held. Windows
 * only.
 */
#include <windows.h>

#include "support.h"

#include <stdio.h>

static pawl_lock locks[2] = {PAWL_LOCK_INIT, PAWL_FAIR_LOCK_INIT};
static struct acquirer others[2];

__declspec(dllexport) void hold_and_be_waited_for(void);
__declspec(dllexport) void hold_and_be_waited_for(void)
{
    for (size_t i = 0; i < 2; i++) {
        pawl_lock_acquire(&locks[i]);
        acquirer_start(&others[i], &locks[i], PAWL_NEVER, 1);
    }
    let_time_pass(PAWL_MS(2)); /* so that a default lock, too, would be handed over */
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
        fflush(stdout);
    }
    return TRUE;
}
