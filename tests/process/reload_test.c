/* SPDX-License-Identifier: MIT
 *
 * A program without pawl loads a library that contains it, uses it and unloads it, thousands of
 * times: the process's memory, keys and handles stay what they are, and so do the identities of its
 * threads. The arguments are two libraries' paths.
 */
#include "crew.h"

#include "copy.h"
#include "plugin.h"

#include <stdio.h>
#include <string.h>

enum { CYCLES = 5000, WARM_UP = 20, BETWEEN_THREADS = 100 };

static const char *paths[2];
static const char *const names[2] = {"copy_a", "copy_b"};

static int failures;

static void expect(bool is_so, const char *what, int cycle)
{
    if (!is_so && failures++ == 0) {
        printf("not so: %s, in cycle %d\n", what, cycle);
    }
}

/* A thread that sees an rlock which the first thread owns. */
struct stranger {
    crew_thread thread;
    const struct copy *copy;
    pawl_rlock *rlock;
    uint32_t depth;
    pawl_status status;
};

static void be_refused(void *context)
{
    struct stranger *stranger = context;
    stranger->depth = stranger->copy->rlock_depth(stranger->rlock);
    stranger->status = stranger->copy->rlock_release(stranger->rlock);
}

static void check_owner(const struct copy *copy, pawl_rlock *rlock, int cycle)
{
    expect(copy->rlock_depth(rlock) == 1, "the thread is still the owner", cycle);
    copy->rlock_acquire(rlock);
    expect(copy->rlock_release(rlock) == PAWL_OK, "and releases one level", cycle);
    if (cycle % BETWEEN_THREADS == 0) {
        struct stranger stranger = {.copy = copy, .rlock = rlock};
        crew_start(&stranger.thread, be_refused, &stranger);
        crew_join(&stranger.thread);
        expect(stranger.depth == 0, "no other thread is taken for the owner", cycle);
        expect(stranger.status == PAWL_NOT_HELD, "no other thread releases", cycle);
    }
}

/* `libraries`: 1 or 2, which are then loaded in turns. */
static void come_and_go(int libraries)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    struct plugin_use before = {0, 0, 0};
    for (int cycle = 0; cycle < CYCLES && failures == 0; cycle++) {
        int number = cycle % libraries;
        struct plugin plugin;
        const struct copy *(*get)(void) = NULL;
        bool gone = false;
        if (!plugin_open(&plugin, paths[number], names[number])) {
            failures++;
            return;
        }
        memcpy(&get, &plugin.function, sizeof get); /* ISO C does not cast to a function */
        if (cycle == 0) {
            get()->rlock_acquire(&rlock);
        }
        check_owner(get(), &rlock, cycle);
        if (cycle == CYCLES - 1) {
            expect(get()->rlock_release(&rlock) == PAWL_OK, "the owner releases at last", cycle);
        }
        expect(plugin_close(&plugin, paths[number], &gone), "the library is closed", cycle);
        expect(gone == !(plugin_first_stays && number == 0), "only the first stays", cycle);
        if (cycle == WARM_UP) {
            before = plugin_count_use();
        }
    }
    struct plugin_use after = plugin_count_use();
    printf("%d in turns: %ld KiB, %ld keys, %ld handles; before: %ld, %ld, %ld\n", libraries,
           after.kib, after.keys, after.handles, before.kib, before.keys, before.handles);
    expect(!COUNT_MEMORY || after.kib < before.kib + 300, "memory is constant", CYCLES);
    expect(after.keys == before.keys, "keys are constant", CYCLES);
    expect(after.handles == before.handles, "handles are constant", CYCLES);
}

int main(int count, char **arguments)
{
    if (count != 3) {
        return 2;
    }
    paths[0] = arguments[1];
    paths[1] = arguments[2];
    come_and_go(1);
    come_and_go(2);
    printf("%s\n", failures == 0 ? "they came and went" : "failed");
    return failures != 0;
}
