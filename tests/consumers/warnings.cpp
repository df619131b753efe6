// SPDX-License-Identifier: MIT
//
// Every class of pawl.hpp, in a program that is clean under the strictest warnings.
#include <pawl/pawl.hpp>

#include <chrono>
#include <mutex>
#include <shared_mutex>

bool lock_each(pawl::lock &lock, pawl::fair_lock &fair, pawl::rlock &rlock, pawl::rwlock &rwlock);
bool wait_for_each(pawl::semaphore &permits, pawl::condition &condition, pawl::event &event,
                   pawl::lock &lock);

bool lock_each(pawl::lock &lock, pawl::fair_lock &fair, pawl::rlock &rlock, pawl::rwlock &rwlock)
{
    const std::lock_guard<pawl::lock> hold(lock);
    const std::scoped_lock<pawl::fair_lock, pawl::rlock> both(fair, rlock);
    const std::shared_lock<pawl::rwlock> shared(rwlock);
    PAWL_WITH(lock.native()) {
        PAWL_ASSERT_HELD(lock.native());
    }
    PAWL_END
    return lock.locked() && rlock.owned() && shared.owns_lock();
}

bool wait_for_each(pawl::semaphore &permits, pawl::condition &condition, pawl::event &event,
                   pawl::lock &lock)
{
    using std::chrono::milliseconds;
    std::unique_lock<pawl::lock> hold(lock, std::chrono::duration<double>(0.5));
    pawl::bounded_semaphore bounded(2);
    pawl::barrier barrier(2);
    pawl::once once;
    once.call([] {});
    const auto end = std::chrono::steady_clock::now() + milliseconds(1);
    return condition.wait_for(hold, milliseconds(1), [] { return true; }) &&
           condition.wait_until(hold, end) == pawl::cv_status::timeout &&
           permits.try_acquire_until(std::chrono::system_clock::now()) &&
           bounded.try_acquire_for(std::chrono::hours(1)) && event.wait_for(milliseconds(2)) &&
           barrier.wait_for(milliseconds(1)) == PAWL_TIMEOUT;
}
