/* SPDX-License-Identifier: MIT */
#include "plugin.h"

#include <dlfcn.h>
#include <stdio.h>

bool plugin_open(struct plugin *plugin, const char *path, const char *function)
{
    plugin->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    plugin->function = plugin->handle != NULL ? dlsym(plugin->handle, function) : NULL;
    if (plugin->function == NULL) {
        fprintf(stderr, "plugin: %s\n", dlerror());
    }
    return plugin->function != NULL;
}

bool plugin_close(struct plugin *plugin, const char *path)
{
    if (dlclose(plugin->handle) != 0) {
        return false;
    }
    plugin->handle = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
    if (plugin->handle != NULL) {
        dlclose(plugin->handle);
    }
    return plugin->handle == NULL;
}
