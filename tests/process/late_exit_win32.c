/* SPDX-License-Identifier: MIT
 *
 * The callback of a fibre-local slot, and a DLL that the loader notifies of the thread's end while
 * it holds its lock.
 */
#include "late_exit.h"

#include <windows.h>

#include <stdlib.h>

__declspec(dllimport) void late_library_arrange(void (*work)(void *context), void *context);

struct end {
    void (*work)(void *context);
    void *context;
};

static void WINAPI at_end(void *value)
{
    struct end *end = value;
    end->work(end->context);
    free(end);
}

/* Called first by one thread only. */
static void arrange_callback(void (*work)(void *context), void *context)
{
    static DWORD slot = FLS_OUT_OF_INDEXES;
    struct end *end = malloc(sizeof *end);
    if (slot == FLS_OUT_OF_INDEXES) {
        slot = FlsAlloc(at_end);
    }
    if (end == NULL || slot == FLS_OUT_OF_INDEXES) {
        abort();
    }
    *end = (struct end){work, context};
    FlsSetValue(slot, end);
}

const struct late_way late_ways[] = {
    {"a fibre-local slot's callback", arrange_callback},
    {"a DLL that is told", late_library_arrange},
    {NULL, NULL},
};
