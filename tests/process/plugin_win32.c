/* SPDX-License-Identifier: MIT */
#include "plugin.h"

#include <windows.h>

#include <psapi.h>
#include <stdint.h>
#include <stdio.h>

const bool plugin_first_stays = false;

bool plugin_open(struct plugin *plugin, const char *path, const char *function)
{
    HMODULE library = LoadLibraryA(path);
    FARPROC address = library != NULL ? GetProcAddress(library, function) : NULL;
    plugin->handle = (void *)library;
    plugin->function = (void *)(uintptr_t)address;
    if (address == NULL) {
        fprintf(stderr, "plugin: LoadLibrary or GetProcAddress: error %lu\n", GetLastError());
    }
    return address != NULL;
}

bool plugin_close(struct plugin *plugin, const char *path, bool *gone)
{
    bool closed = FreeLibrary((HMODULE)plugin->handle);
    *gone = GetModuleHandleA(path) == NULL;
    return closed;
}

static long count_kib(void)
{
    PROCESS_MEMORY_COUNTERS counters = {.cb = sizeof counters};
    GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof counters);
    return (long)(counters.PagefileUsage / 1024);
}

/* How many can no longer be made. */
static long count_keys(void)
{
    enum { MOST = 2048 };
    static DWORD slots[MOST];
    long left = 0;
    while (left < MOST && (slots[left] = TlsAlloc()) != TLS_OUT_OF_INDEXES) {
        left++;
    }
    for (long i = 0; i < left; i++) {
        TlsFree(slots[i]);
    }
    return MOST - left;
}

/* Wine 8 counts none, but gives each new handle the lowest number that is free. */
static long count_handles(void)
{
    DWORD count = 0;
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    if (!GetProcessHandleCount(GetCurrentProcess(), &count) || count == 0) {
        count = (DWORD)((uintptr_t)event / 4);
    }
    CloseHandle(event);
    return (long)count;
}

struct plugin_use plugin_count_use(void)
{
    return (struct plugin_use){count_kib(), count_keys(), count_handles()};
}
