/* SPDX-License-Identifier: MIT */
#include "plugin.h"

#include <windows.h>

#include <stdint.h>
#include <stdio.h>

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

bool plugin_close(struct plugin *plugin, const char *path)
{
    return FreeLibrary((HMODULE)plugin->handle) && GetModuleHandleA(path) == NULL;
}
