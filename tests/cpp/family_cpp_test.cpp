// SPDX-License-Identifier: MIT
//
// pawl.hpp: sleeping, bounds, latches, stops.
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

static void several_permits_are_taken_at_once()
{
    pawl::bounded_semaphore permits(3, 4);
    pawl::event stop;
    CHECK(permits.acquire_n(2) == PAWL_OK && permits.value() == 1);
    CHECK(!permits.try_acquire_n(2) && permits.try_acquire_n(1));
    CHECK(permits.acquire_n_for(2, 1us) == PAWL_TIMEOUT);
    CHECK(permits.acquire_n_until(2, std::chrono::system_clock::now() + 1us) == PAWL_TIMEOUT);
    CHECK(permits.acquire_n_unless(2, stop, pawl::clock::now() + 1us) == PAWL_TIMEOUT);
    CHECK(permits.acquire_n(0) == PAWL_INVALID && permits.acquire_n(5) == PAWL_INVALID);
    stop.set();
    CHECK(permits.acquire_n_unless(1, stop, pawl::clock::now()) == PAWL_CANCELLED);
    helper giver([&] { CHECK(permits.release(4) == PAWL_OK); });
    CHECK(permits.acquire_n_for(4, 1h) == PAWL_OK);
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

// Stops. -----------------------------------------------------------------------------------------

template <class Stop> static void expect_to_be_stopped(Stop stop_now, auto &&stop)
{
    pawl::lock lock;
    pawl::rlock rlock;
    pawl::semaphore semaphore;
    pawl::event event;
    pawl::latch latch(1);
    pawl::rwlock rwlock;
    const auto soon = pawl::clock::now() + 1ms;
    lock.acquire();
    rwlock.acquire_exclusive();
    CHECK(lock.acquire_unless(stop, soon) == PAWL_TIMEOUT);
    CHECK(rlock.acquire_unless(stop) == PAWL_OK);
    CHECK(semaphore.acquire_unless(stop, soon) == PAWL_TIMEOUT);
    CHECK(event.wait_unless(stop, soon) == PAWL_TIMEOUT);
    CHECK(latch.wait_unless(stop, soon) == PAWL_TIMEOUT);
    CHECK(rwlock.acquire_shared_unless(stop, soon) == PAWL_TIMEOUT);
    CHECK(rwlock.acquire_exclusive_unless(stop, soon) == PAWL_TIMEOUT);
    {
        helper stopper([&] {
            wait_until_true([&] { return shows(lock, "waiters=1 "); });
            stop_now();
        });
        CHECK(lock.acquire_unless(stop) == PAWL_CANCELLED);
    }
    CHECK(rlock.acquire_unless(stop) == PAWL_CANCELLED && rlock.depth() == 1);
    CHECK(semaphore.acquire_unless(stop) == PAWL_CANCELLED);
    CHECK(event.wait_unless(stop) == PAWL_CANCELLED);
    CHECK(latch.wait_unless(stop) == PAWL_CANCELLED);
    CHECK(rwlock.acquire_shared_unless(stop) == PAWL_CANCELLED);
    CHECK(rwlock.acquire_exclusive_unless(stop) == PAWL_CANCELLED);
    lock.release();
    CHECK(lock.acquire_unless(stop) == PAWL_CANCELLED && !lock.locked());
}

static void an_event_stops_every_wait()
{
    pawl::event stop;
    expect_to_be_stopped([&] { stop.set(); }, stop);
}

static void a_wait_at_a_condition_is_stopped_by_an_event()
{
    pawl::event stop;
    pawl::rlock lock;
    pawl::condition condition;
    std::unique_lock hold(lock);
    helper stopper([&] {
        wait_until_true([&] { return shows(condition, "waiters=1 "); });
        stop.set();
    });
    CHECK(!condition.wait_unless(hold, stop, [] { return false; }));
    CHECK(lock.owned());
    CHECK(condition.wait_unless(hold, stop, [] { return true; }));
}

#if PAWL__STOP_TOKENS
static void a_stop_token_stops_every_wait()
{
    std::stop_source source;
    expect_to_be_stopped([&] { source.request_stop(); }, source.get_token());
}

// A stop that is requested just before the thread sleeps must reach it, and a callback that runs
// just then must not wait for the lock that the waiter holds. Each of the three implementations of
// std::condition_variable_any got one of these wrong.
static void stop_races_the_beginning_of_a_wait(bool with_notifications)
{
    for (int round = 0; round < 2000; round++) {
        std::stop_source source;
        pawl::lock lock;
        pawl::condition condition;
        helper waiter([&] {
            std::unique_lock hold(lock);
            CHECK(!condition.wait(hold, source.get_token(), [] { return false; }));
            CHECK(hold.owns_lock() && lock.locked());
        });
        if (with_notifications) {
            condition.notify_all();
        }
        source.request_stop();
        if (with_notifications) {
            condition.notify_all();
        }
        waiter.join();
        CHECK(shows(condition, "waiters=0 ") && shows(lock, "unlocked waiters=0 "));
    }
}

static void a_stop_request_is_not_lost_as_in_stl_pr_1196()
{
    stop_races_the_beginning_of_a_wait(false);
}

static void a_stop_request_is_not_lost_among_notifications_as_in_llvm_pr_77127()
{
    stop_races_the_beginning_of_a_wait(true);
}

static void a_stop_is_requested_with_the_lock_held_as_in_jthread_pr_13()
{
    for (int round = 0; round < 500; round++) {
        std::stop_source source;
        pawl::lock lock;
        pawl::condition condition;
        helper waiter([&] {
            std::unique_lock hold(lock);
            CHECK(!condition.wait(hold, source.get_token(), [] { return false; }));
        });
        {
            std::unique_lock hold(lock);
            source.request_stop();
        }
        waiter.join();
    }
}

static void the_predicate_decides_when_the_stop_was_requested_before()
{
    std::stop_source source;
    pawl::lock lock;
    pawl::condition condition;
    std::unique_lock hold(lock);
    CHECK(!condition.wait_for(hold, source.get_token(), 1ms, [] { return false; }));
    CHECK(!condition.wait_until(hold, source.get_token(), std::chrono::system_clock::now() + 1ms,
                                [] { return false; }));
    source.request_stop();
    CHECK(condition.wait(hold, source.get_token(), [] { return true; }));
    CHECK(!condition.wait(hold, source.get_token(), [] { return false; }));
}
#endif

int main()
{
    void (*const tests[])() = {
        sleep_is_never_early_by_any_clock,
        a_bounded_semaphore_may_start_below_its_bound,
        several_permits_are_taken_at_once,
        a_latch_is_waited_for,
        an_event_stops_every_wait,
        a_wait_at_a_condition_is_stopped_by_an_event,
#if PAWL__STOP_TOKENS
        a_stop_token_stops_every_wait,
        a_stop_request_is_not_lost_as_in_stl_pr_1196,
        a_stop_request_is_not_lost_among_notifications_as_in_llvm_pr_77127,
        a_stop_is_requested_with_the_lock_held_as_in_jthread_pr_13,
        the_predicate_decides_when_the_stop_was_requested_before,
#endif
    };
    for (auto test : tests) {
        test();
    }
    return failures == 0 ? 0 : 1;
}
