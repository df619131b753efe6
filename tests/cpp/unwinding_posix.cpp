// SPDX-License-Identifier: MIT
//
// Where a cancellation and pthread_exit unwind the stack, they leave a once and a barrier in order.
#include <pawl/pawl.hpp>

#include <pthread.h>

#include "support.hpp"

// Run work() on a thread of its own until it ends, or ends its thread.
template <class Work> static void run_apart(Work work)
{
    pthread_t thread;
    auto start = [](void *context) -> void * {
        (*static_cast<Work *>(context))();
        return nullptr;
    };
    CHECK(pthread_create(&thread, nullptr, start, &work) == 0);
    CHECK(pthread_join(thread, nullptr) == 0);
}

static void a_once_whose_function_is_cancelled_is_fresh()
{
    pawl::once once;
    int returned = 0;
    run_apart([&] {
        once.call([&] {
            pthread_cancel(pthread_self());
            pthread_testcancel();
            returned++;
        });
    });
    CHECK(returned == 0 && !once.done() && shows(once, "fresh"));
    once.call([&] { returned++; });
    CHECK(returned == 1 && once.done());
}

static void a_barrier_is_broken_by_an_action_that_ends_its_thread()
{
    pawl::barrier_with start(2, [] { pthread_exit(nullptr); });
    helper first([&] { CHECK(start.wait() == PAWL_BROKEN); });
    wait_until_true([&] { return start.waiting() == 1; });
    run_apart([&] { (void)start.wait(); });
    first.join();
    CHECK(start.broken());
}

static void a_thread_is_not_cancelled_in_a_barriers_action()
{
    int returned = 0;
    pawl::barrier_with start(1, [&] {
        pthread_cancel(pthread_self());
        pthread_testcancel();
        returned++;
    });
    run_apart([&] { CHECK(start.wait() == PAWL_OK); });
    CHECK(returned == 1 && !start.broken());
}

int main()
{
    a_once_whose_function_is_cancelled_is_fresh();
    a_barrier_is_broken_by_an_action_that_ends_its_thread();
    a_thread_is_not_cancelled_in_a_barriers_action();
    return failures == 0 ? 0 : 1;
}
