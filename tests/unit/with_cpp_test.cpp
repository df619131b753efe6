// SPDX-License-Identifier: MIT
//
// The C headers, the fast paths and the scopes as C++17; exceptions leave a scope as well.
#include <pawl/pawl.h>

#include "with_test.h"

#include <cstdio>
#include <stdexcept>

static int failures;

#define CHECK(truth)                                                                               \
    do {                                                                                           \
        if (!(truth)) {                                                                            \
            std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #truth);                       \
            failures++;                                                                            \
        }                                                                                          \
    } while (0)

static bool leave_by_exception()
{
    bool held = false;
    try {
        PAWL_WITH(&with_lock) {
            held = held_inside() == 1;
            throw std::runtime_error("out");
        } PAWL_END
    } catch (const std::runtime_error &) {
        return held;
    }
    return false;
}

static bool guard_until_the_end()
{
    PAWL_GUARD(&with_lock);
    return held_inside() == 1;
}

int main()
{
    pawl_lock lock = PAWL_LOCK_INIT;
    pawl_lock fair = PAWL_FAIR_LOCK_INIT;
    EVERY_WAY_OUT(CHECK);
    CHECK(leave_by_exception() && !pawl_lock_locked(&with_lock));
    CHECK(guard_until_the_end() && !pawl_lock_locked(&with_lock));
    pawl_lock_acquire(&lock);
    CHECK(pawl_lock_acquire_for(&lock, PAWL_MS(1)) == PAWL_TIMEOUT);
    CHECK(pawl_lock_acquire_until(&lock, pawl_after_ms(1)) == PAWL_TIMEOUT);
    CHECK(pawl_lock_release(&lock) == PAWL_OK);
    CHECK(pawl_lock_release(&lock) == PAWL_NOT_HELD);
    CHECK(pawl_lock_try_acquire(&fair) && !pawl_lock_try_acquire(&fair));
    return failures == 0 ? 0 : 1;
}
