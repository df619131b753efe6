// SPDX-License-Identifier: MIT
//
// The same for co_await, in C++20.
#include <pawl/pawl.hpp>

#include <coroutine>

struct task {
    struct promise_type {
        task get_return_object()
        {
            return {};
        }
        std::suspend_never initial_suspend() noexcept
        {
            return {};
        }
        std::suspend_never final_suspend() noexcept
        {
            return {};
        }
        void return_void()
        {
        }
        [[noreturn]] void unhandled_exception()
        {
            throw;
        }
    };
};

task await_each(pawl::lock &lock, pawl::semaphore &permits, pawl::rwlock &rwlock,
                pawl::condition &condition, pawl::event &event, pawl::barrier &barrier);

task await_each(pawl::lock &lock, pawl::semaphore &permits, pawl::rwlock &rwlock,
                pawl::condition &condition, pawl::event &event, pawl::barrier &barrier)
{
    auto hold = co_await lock.acquire_await(pawl::resume_inline);
    co_await condition.wait_await(hold, pawl::resume_inline);
    auto permit = co_await permits.acquire_await(pawl::resume_inline);
    auto shared = co_await rwlock.acquire_shared_await(pawl::resume_inline);
    co_await event.wait_await(pawl::resume_inline);
    (void)co_await barrier.wait_await(pawl::resume_inline);
}
