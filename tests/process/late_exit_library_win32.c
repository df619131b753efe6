/* SPDX-License-Identifier: MIT
 *
 * A DLL whose DllMain, at the end of a thread, calls what the thread asked for. Windows only.
 */
#include <windows.h>

#include <stdlib.h>

struct end {
    void (*work)(void *context);
    void *context;
};

static DWORD slot = TLS_OUT_OF_INDEXES;

__declspec(dllexport) void late_library_arrange(void (*work)(void *context), void *context);
__declspec(dllexport) void late_library_arrange(void (*work)(void *context), void *context)
{
    struct end *end = malloc(sizeof *end);
    if (end == NULL) {
        abort();
    }
    *end = (struct end){work, context};
    TlsSetValue(slot, end);
}

BOOL WINAPI DllMain(HINSTANCE library, DWORD reason, LPVOID ending);
BOOL WINAPI DllMain(HINSTANCE library, DWORD reason, LPVOID ending)
{
    (void)library;
    (void)ending;
    if (reason == DLL_PROCESS_ATTACH) {
        slot = TlsAlloc();
    } else if (reason == DLL_THREAD_DETACH) {
        struct end *end = TlsGetValue(slot);
        if (end != NULL) {
            end->work(end->context);
            free(end);
        }
    }
    return TRUE;
}
