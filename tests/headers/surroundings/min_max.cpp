// SPDX-License-Identifier: MIT
//
// <windows.h> without NOMINMAX defines these two macros. The standard library's headers come first,
// because some of them remove the macros again.
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <limits>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <system_error>

#define max(a, b) (((a) > (b)) ? (a) : (b))
#define min(a, b) (((a) < (b)) ? (a) : (b))

#include <pawl/pawl.hpp>

bool wait_for_each(pawl::condition &condition, pawl::lock &lock);

bool wait_for_each(pawl::condition &condition, pawl::lock &lock)
{
    std::unique_lock<pawl::lock> hold(lock);
    condition.wait(hold, [] { return true; });
    return condition.wait_for(hold, std::chrono::seconds(1), [] { return true; }) &&
           lock.acquire_for(std::chrono::duration<double>(0.1)) == PAWL_TIMEOUT &&
           min(max(1, 2), 3) == 2;
}
