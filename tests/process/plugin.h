/* SPDX-License-Identifier: MIT
 *
 * Loads a library while the program runs, and unloads it.
 */
#ifndef PAWL_TESTS_PLUGIN_H
#define PAWL_TESTS_PLUGIN_H

#include <stdbool.h>

struct plugin {
    void *handle;
    void *function; /* the one that was asked for */
};

/* false: a line on stderr says why. */
bool plugin_open(struct plugin *plugin, const char *path, const char *function);

/* Close the library, and see whether it is out of the process's memory. */
bool plugin_close(struct plugin *plugin, const char *path, bool *gone);

/* Whether the first library that brings pawl into a process stays when it is closed. */
extern const bool plugin_first_stays;

/* What the process has in use: private memory, thread-specific keys, open handles. */
struct plugin_use {
    long kib, keys, handles;
};
struct plugin_use plugin_count_use(void);

#endif
