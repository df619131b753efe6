/* SPDX-License-Identifier: MIT */
#include "plugin.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

const bool plugin_first_stays = true;

bool plugin_open(struct plugin *plugin, const char *path, const char *function)
{
    plugin->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    plugin->function = plugin->handle != NULL ? dlsym(plugin->handle, function) : NULL;
    if (plugin->function == NULL) {
        fprintf(stderr, "plugin: %s\n", dlerror());
    }
    return plugin->function != NULL;
}

bool plugin_close(struct plugin *plugin, const char *path, bool *gone)
{
    if (dlclose(plugin->handle) != 0) {
        return false;
    }
    plugin->handle = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
    *gone = plugin->handle == NULL;
    return *gone || dlclose(plugin->handle) == 0;
}

/* The address space in use, or else the most memory that ever was. */
static long count_kib(void)
{
    long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "r");
    if (statm == NULL || fscanf(statm, "%ld", &pages) != 1) {
        struct rusage usage;
        getrusage(RUSAGE_SELF, &usage);
        pages = usage.ru_maxrss * 1024 / sysconf(_SC_PAGESIZE);
    }
    if (statm != NULL) {
        fclose(statm);
    }
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* How many can no longer be made. */
static long count_keys(void)
{
    enum { MOST = 4096 };
    static pthread_key_t keys[MOST];
    long left = 0;
    while (left < MOST && pthread_key_create(&keys[left], NULL) == 0) {
        left++;
    }
    for (long i = 0; i < left; i++) {
        pthread_key_delete(keys[i]);
    }
    return MOST - left;
}

static long count_descriptors(void)
{
    long count = 0;
    for (int i = 0; i < 1024; i++) {
        count += fcntl(i, F_GETFD) >= 0;
    }
    return count;
}

struct plugin_use plugin_count_use(void)
{
    return (struct plugin_use){count_kib(), count_keys(), count_descriptors()};
}
