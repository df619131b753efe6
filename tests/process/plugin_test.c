/* SPDX-License-Identifier: MIT
 *
 * Plugins that contain a pawl each, loaded and unloaded by a program that has none of its own. So
 * the first, which made the lot, may be the first to be unloaded. The others continue, with
 * whatever was held and waited for meanwhile. The arguments are the two libraries' paths.
 */
#include "crew.h"

#include "cross.h"
#include "plugin.h"

#include <stdio.h>
#include <string.h>

static const char *paths[2];
static struct plugin plugins[2];

static const struct copy *load(size_t number)
{
    const char *const names[2] = {"copy_a", "copy_b"};
    const struct copy *(*get)(void) = NULL;
    if (!plugin_open(&plugins[number], paths[number], names[number])) {
        return NULL;
    }
    memcpy(&get, &plugins[number].function, sizeof get); /* ISO C does not cast to a function */
    return get();
}

/* The first library that was ever loaded may stay, and is then the same when it comes back. */
static bool stays(size_t number)
{
    return plugin_first_stays && number == 0;
}

static bool unload(size_t number)
{
    bool gone = false;
    return plugin_close(&plugins[number], paths[number], &gone) && gone == !stays(number);
}

/* Ends the program at the first condition that is false. */
static int failures;

static void expect(bool is_so, const char *what)
{
    if (!is_so) {
        printf("not so: %s\n", what);
        failures++;
    }
}

struct waiter {
    crew_thread thread;
    const struct copy *copy;
    pawl_lock *lock;
};

static void acquire(void *context)
{
    struct waiter *waiter = context;
    waiter->copy->acquire(waiter->lock);
}

static int calls;

static void count_call(pawl_await *op, pawl_status result)
{
    (void)op;
    calls += result == PAWL_OK;
}

/* What the first plugin leaves behind when it is unloaded: a lock that it holds, which a thread and
 * a task that the second started wait for, and a task of its own. A thread that the first started
 * would return to code that is gone, unless it stays. */
static void go_while_the_other_goes_on(size_t first)
{
    pawl_lock lock = PAWL_FAIR_LOCK_INIT;
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    pawl_await ops[2];
    calls = 0;
    const struct copy *going = load(first), *staying = load(1 - first);
    if (going == NULL || staying == NULL) {
        failures++;
        return;
    }
    struct waiter waiter = {.copy = stays(first) ? going : staying, .lock = &lock};
    going->acquire(&lock);
    going->rlock_acquire(&rlock);
    crew_start(&waiter.thread, acquire, &waiter);
    while (going->count(&lock) != 1) {
        crew_yield();
    }
    staying->await_init(&ops[0], count_call, NULL);
    going->await_init(&ops[1], count_call, NULL);
    expect(staying->acquire_await(&lock, &ops[0]) == PAWL_PENDING, "its task waits");
    expect(going->acquire_await(&lock, &ops[1]) == PAWL_PENDING, "the other's task waits");
    expect(unload(first), "the first plugin is gone");
    expect(staying->count(&lock) == 3, "three wait still");
    expect(staying->rlock_depth(&rlock) == 1, "the thread is still the owner");
    expect(staying->rlock_release(&rlock) == PAWL_OK, "what the other acquired is released");
    expect(staying->release(&lock) == PAWL_OK && calls == 0, "the thread is first");
    crew_join(&waiter.thread);
    expect(staying->release(&lock) == PAWL_OK && calls == 1, "the task is second");
    expect(staying->release(&lock) == PAWL_OK && calls == 2, "the other's task is third");
    going = load(first);
    expect(going != NULL && going->release(&lock) == PAWL_OK, "it comes back, and knows the lock");
    expect(going != NULL && cross_wait(going, staying) == NULL, "every wait, its own");
    expect(going != NULL && cross_wait(staying, going) == NULL, "every wait, the other's");
    expect(unload(1 - first) && unload(first), "both are gone");
}

int main(int count, char **arguments)
{
    if (count != 3) {
        return 2;
    }
    paths[0] = arguments[1];
    paths[1] = arguments[2];
    for (size_t turn = 0; turn < 6 && failures == 0; turn++) {
        go_while_the_other_goes_on(turn % 2);
    }
    printf("%s\n", failures == 0 ? "the plugins came and went" : "failed");
    return failures != 0;
}
