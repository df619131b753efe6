/* SPDX-License-Identifier: MIT
 *
 * A fork with two copies of pawl. The second was loaded after the program registered a fork
 * handler, so its own handler runs in the child after the program's, and must not touch what that
 * began. The arguments are the two libraries' paths. POSIX only.
 */
#include "plugin.h"

#include "copy.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct plugin plugins[2];
static const struct copy *first, *second;
static pawl_lock lock;
static pawl_await op;
static int calls;

static const struct copy *load(const char *path, const char *name)
{
    const struct copy *(*get)(void) = NULL;
    struct plugin *plugin = first == NULL ? &plugins[0] : &plugins[1];
    if (!plugin_open(plugin, path, name)) {
        return NULL;
    }
    memcpy(&get, &plugin->function, sizeof get); /* ISO C does not cast to a function */
    return get();
}

static void count_call(pawl_await *called, pawl_status result)
{
    (void)called;
    calls += result == PAWL_OK;
}

static pawl_status begun;

static void begin_in_child(void)
{
    first->acquire(&lock);
    begun = first->acquire_await(&lock, &op);
}

/* 0, or the number of the first violation. */
static int look_in_child(void)
{
    if (begun != PAWL_PENDING || first->count(&lock) != 1) {
        return 1;
    }
    return second->release(&lock) == PAWL_OK && calls == 1 ? 0 : 2;
}

static bool fork_and_look(void)
{
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        _exit(look_in_child());
    }
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        printf("in the child: status %d\n", status);
        return false;
    }
    return true;
}

int main(int count, char **arguments)
{
    bool gone = false;
    if (count != 3 || (first = load(arguments[1], "copy_a")) == NULL) {
        return 2;
    }
    first->await_init(&op, count_call, NULL);
    if (pthread_atfork(NULL, NULL, begin_in_child) != 0 ||
        (second = load(arguments[2], "copy_b")) == NULL) {
        return 2;
    }
    if (!fork_and_look()) {
        return 1;
    }
    /* The handlers of a library that is gone are not called. */
    if (!plugin_close(&plugins[1], arguments[2], &gone)) {
        return 2;
    }
    second = first;
    return fork_and_look() ? 0 : 1;
}
