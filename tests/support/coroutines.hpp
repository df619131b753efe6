// SPDX-License-Identifier: MIT
//
// The coroutines of the tests.
#ifndef PAWL_TESTS_COROUTINES_HPP
#define PAWL_TESTS_COROUTINES_HPP

#include <pawl/pawl.hpp>

#include <exception>
#include <system_error>
#include <utility>

class task;

struct task_promise {
    std::exception_ptr thrown;

    task get_return_object();

    std::suspend_never initial_suspend() noexcept
    {
        return {};
    }

    std::suspend_always final_suspend() noexcept
    {
        return {};
    }

    void return_void()
    {
    }

    void unhandled_exception()
    {
        thrown = std::current_exception();
    }
};

// A coroutine that runs at once to its first wait, and whose frame this owns.
class task
{
  public:
    using promise_type = task_promise;

    explicit task(std::coroutine_handle<task_promise> started) : handle_(started)
    {
    }

    task(task &&other) noexcept : handle_(std::exchange(other.handle_, nullptr))
    {
    }

    task(const task &) = delete;
    task &operator=(const task &) = delete;
    task &operator=(task &&) = delete;

    ~task()
    {
        destroy();
    }

    void destroy()
    {
        if (handle_) {
            std::exchange(handle_, nullptr).destroy();
        }
    }

    [[nodiscard]] bool done() const
    {
        return handle_ && handle_.done();
    }

    // Whether the coroutine ended by a std::system_error with this code.
    [[nodiscard]] bool threw(std::errc code) const
    {
        if (!done() || handle_.promise().thrown == nullptr) {
            return false;
        }
        try {
            std::rethrow_exception(handle_.promise().thrown);
        } catch (const std::system_error &error) {
            return error.code() == code;
        } catch (...) {
            return false;
        }
    }

  private:
    std::coroutine_handle<task_promise> handle_;
};

inline task task_promise::get_return_object()
{
    return task(std::coroutine_handle<task_promise>::from_promise(*this));
}

// Run action() as a coroutine that is resumed by begin: what it grants waits for its return.
template <class Action> task act_inside(pawl::event &begin, Action action)
{
    co_await begin.wait_await(pawl::resume_inline);
    action();
}

#endif
