// SPDX-License-Identifier: MIT
//
// pawl.hpp: sleeping, bounds, latches, locks by key, several locks at once.
#include <pawl/pawl.hpp>

#include "support.hpp"

using namespace std::chrono_literals;

static void sleep_is_never_early_by_any_clock()
{
    const auto start = pawl::clock::now();
    pawl::sleep_for(3ms);
    CHECK(pawl::clock::now() - start >= 3ms);
    const auto end = pawl::clock::now() + 2ms;
    pawl::sleep_until(end);
    CHECK(pawl::clock::now() >= end);
    const auto steady_end = std::chrono::steady_clock::now() + 2ms;
    pawl::sleep_until(steady_end);
    CHECK(std::chrono::steady_clock::now() >= steady_end);
    pawl::sleep_for(-1ms);
    pawl::yield();
}

static void a_bounded_semaphore_may_start_below_its_bound()
{
    static constinit pawl::bounded_semaphore permits(0, 2);
    CHECK(permits.release(2) == PAWL_OK);
    CHECK(permits.release() == PAWL_OVERFLOW);
#if PAWL__EXCEPTIONS
    for (auto [value, bound] : {std::pair{-1, 2}, std::pair{3, 2}, std::pair{0, -1}}) {
        bool thrown = false;
        try {
            pawl::bounded_semaphore wrong(value, bound);
        } catch (const std::invalid_argument &) {
            thrown = true;
        }
        CHECK(thrown);
    }
#endif
}

static void a_latch_is_waited_for()
{
    static constinit pawl::latch pending(2);
    CHECK(pending.wait_for(1us) == PAWL_TIMEOUT);
    CHECK(pending.wait_until(std::chrono::steady_clock::now() + 1us) == PAWL_TIMEOUT);
    {
        helper worker([&] {
            CHECK(pending.done() == PAWL_OK);
            CHECK(pending.done() == PAWL_OK);
        });
        pending.wait();
        CHECK(pending.is_open() && pending.count() == 0);
    }
    CHECK(pending.done() == PAWL_NOT_HELD);
    CHECK(pending.add(3) == PAWL_OK);
    CHECK(shows(pending, "count=3 waiters=0"));
#if PAWL__EXCEPTIONS
    bool thrown = false;
    try {
        pawl::latch wrong(-1);
    } catch (const std::invalid_argument &) {
        thrown = true;
    }
    CHECK(thrown);
#endif
}

int main()
{
    void (*const tests[])() = {
        sleep_is_never_early_by_any_clock,
        a_bounded_semaphore_may_start_below_its_bound,
        a_latch_is_waited_for,
    };
    for (auto test : tests) {
        test();
    }
    return failures == 0 ? 0 : 1;
}
