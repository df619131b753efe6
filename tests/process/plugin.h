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

/* true: the library is out of the process's memory. */
bool plugin_close(struct plugin *plugin, const char *path);

#endif
