// SPDX-License-Identifier: MIT
//
// Three coroutines take turns with one fair lock, all on one thread. The holder suspends while it
// holds the lock, so the others wait; they are served in order of arrival. The loop is minimal: a
// queue of coroutines that may continue.
//
//     c++ -std=c++20 examples/coroutine_turns.cpp -lpawl -pthread -o coroutine_turns
#include <pawl/pawl.hpp>

#include <cstdio>
#include <cstdlib>
#include <deque>

class run_queue
{
  public:
    void push(std::coroutine_handle<> ready)
    {
        ready_.push_back(ready);
    }

    void run()
    {
        while (!ready_.empty()) {
            const std::coroutine_handle<> next = ready_.front();
            ready_.pop_front();
            next.resume();
        }
    }

  private:
    std::deque<std::coroutine_handle<>> ready_;
};

static run_queue loop;

// A `where`: how pawl passes on a coroutine whose turn has come.
static void on_loop(std::coroutine_handle<> ready)
{
    loop.push(ready);
}

// co_await this: let the others run.
struct yield : std::suspend_always {
    void await_suspend(std::coroutine_handle<> waiting) const
    {
        loop.push(waiting);
    }
};

// A coroutine that frees itself when it ends.
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

        void unhandled_exception()
        {
            std::abort();
        }
    };
};

static pawl::fair_lock lock;
static int turns;

static task take_turns(const char *name)
{
    for (int turn = 1; turn <= 2; turn++) {
        std::printf("%s: waiting\n", name);
        auto hold = co_await lock.acquire_await(on_loop);
        std::printf("%s: acquired\n", name);
        turns++;
        co_await yield();
        std::printf("%s: releasing\n", name);
    }
    std::printf("%s: done\n", name);
}

int main()
{
    take_turns("one");
    take_turns("two");
    take_turns("three");
    loop.run();
    std::printf("%d turns, and the lock is %s\n", turns, lock.locked() ? "held" : "free");
    return turns == 6 && !lock.locked() ? EXIT_SUCCESS : EXIT_FAILURE;
}
