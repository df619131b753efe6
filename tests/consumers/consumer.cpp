/* SPDX-License-Identifier: MIT
 *
 * Somebody's C++ program.
 */
#include <pawl/pawl.hpp>
#include <cstdio>
#include <mutex>

static pawl::lock lock;
static pawl::condition never;

int main()
{
    std::unique_lock hold(lock);
    if (never.wait_for(hold, std::chrono::microseconds(1), [] { return false; })) {
        return 1;
    }
    std::printf("library %s\n", pawl_version());
    return hold.owns_lock() && pawl_lock_locked(lock.native()) ? 0 : 2;
}
