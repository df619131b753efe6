/* SPDX-License-Identifier: MIT
 *
 * Passes NULL to the call that its argument names, and is expected to die of it: null_test.cmake.
 */
#include <pawl/pawl.h>

#include <stdio.h>
#include <string.h>

struct probe {
    const char *name;
    void (*call)(pawl_lock *lock);
};

static void acquire_for(pawl_lock *lock)
{
    pawl_status status = pawl_lock_acquire_for(lock, 0);
    (void)status;
}

static void acquire_until(pawl_lock *lock)
{
    pawl_status status = pawl_lock_acquire_until(lock, 0);
    (void)status;
}

static void try_acquire(pawl_lock *lock)
{
    bool got = pawl_lock_try_acquire(lock);
    (void)got;
}

static void locked(pawl_lock *lock)
{
    bool is = pawl_lock_locked(lock);
    (void)is;
}

static void release(pawl_lock *lock)
{
    pawl_lock_release(lock);
}

static void describe(pawl_lock *lock)
{
    pawl_lock_describe(lock, NULL, 0);
}

static const struct probe probes[] = {
    {"pawl_lock_init", pawl_lock_init},
    {"pawl_lock_init_fair", pawl_lock_init_fair},
    {"pawl_lock_acquire", pawl_lock_acquire},
    {"pawl_lock_try_acquire", try_acquire},
    {"pawl_lock_acquire_for", acquire_for},
    {"pawl_lock_acquire_until", acquire_until},
    {"pawl_lock_release", release},
    {"pawl_lock_locked", locked},
    {"pawl_lock_describe", describe},
    {"pawl_lock_reinit_after_fork", pawl_lock_reinit_after_fork},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        if (argc > 1 && strcmp(argv[1], probes[i].name) == 0) {
            probes[i].call(NULL);
            puts("survived");
            return 0;
        }
        if (argc == 1) {
            puts(probes[i].name);
        }
    }
    return argc > 1 ? 2 : 0;
}
