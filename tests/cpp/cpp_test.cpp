// SPDX-License-Identifier: MIT
//
// pawl.hpp: the wrappers with the standard library's own users of locks, with its times, and with
// exceptions. Built as C++17 and as C++20. Where the standard library has no threads, neither
// std::condition_variable_any is tested, nor std::cv_status used.
#include <pawl/pawl.hpp>

#include <array>
#include <atomic>
#include <cstring>
#include <limits>
#include <memory>
#include <shared_mutex>
#include <string>

#include "support.hpp"

#if __cplusplus >= 202002L
# define CONSTINIT constinit
#elif defined(__clang__)
# define CONSTINIT [[clang::require_constant_initialization]]
#else
# define CONSTINIT
#endif

using namespace std::chrono_literals;
using std::chrono::duration;
using std::chrono::hours;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;
using std::chrono::time_point;

template <class Object> static void wait_until_somebody_waits(const Object &object)
{
    wait_until_true([&] { return shows(object, "waiters=1 "); });
}

// Sizes, triviality, constant initialisation. ----------------------------------------------------

template <class Object, class Native> constexpr bool is_nothing_more_than()
{
    return sizeof(Object) == sizeof(Native) && alignof(Object) == alignof(Native) &&
           std::is_standard_layout_v<Object> && std::is_trivially_destructible_v<Object> &&
           !std::is_copy_constructible_v<Object> && !std::is_move_constructible_v<Object> &&
           !std::is_copy_assignable_v<Object> && !std::is_move_assignable_v<Object>;
}

static_assert(is_nothing_more_than<pawl::lock, pawl_lock>());
static_assert(is_nothing_more_than<pawl::fair_lock, pawl_lock>());
static_assert(is_nothing_more_than<pawl::rlock, pawl_rlock>());
static_assert(is_nothing_more_than<pawl::semaphore, pawl_semaphore>());
static_assert(is_nothing_more_than<pawl::bounded_semaphore, pawl_semaphore>());
static_assert(is_nothing_more_than<pawl::rwlock, pawl_rwlock>());
static_assert(is_nothing_more_than<pawl::condition, pawl_condition>());
static_assert(is_nothing_more_than<pawl::event, pawl_event>());
static_assert(is_nothing_more_than<pawl::barrier, pawl_barrier>());
static_assert(is_nothing_more_than<pawl::once, pawl_once>());
static_assert(std::is_nothrow_default_constructible_v<pawl::lock>);
static_assert(!std::is_convertible_v<int, pawl::semaphore>);

// In a struct, no base class in common makes room for itself.
struct several {
    pawl::lock lock;
    pawl::event event;
    pawl::condition condition;
    pawl::once once;
};
static_assert(sizeof(several) == 4);

static int rounds;
static void count_round() noexcept
{
    rounds++;
}

CONSTINIT static pawl::lock static_lock;
CONSTINIT static pawl::fair_lock static_fair;
CONSTINIT static pawl::rlock static_rlock;
CONSTINIT static pawl::semaphore static_semaphore(2);
CONSTINIT static pawl::bounded_semaphore static_bounded(2);
CONSTINIT static pawl::rwlock static_rwlock;
CONSTINIT static pawl::condition static_condition;
CONSTINIT static pawl::event static_event;
CONSTINIT static pawl::barrier static_barrier(1);
CONSTINIT static pawl::barrier_with<void (*)() noexcept> static_start(1, count_round);
CONSTINIT static pawl::once static_once;

static void static_objects_are_ready()
{
    CHECK(!static_lock.locked() && shows(static_lock, "<pawl_lock unlocked"));
    CHECK(!static_fair.locked() && shows(static_fair, "<pawl_lock fair unlocked"));
    CHECK(!static_rlock.locked() && !static_rlock.owned() && static_rlock.depth() == 0);
    CHECK(static_semaphore.value() == 2 && static_bounded.value() == 2);
    CHECK(static_rwlock.try_lock());
    static_rwlock.unlock();
    CHECK(static_condition.notify_all() == 0);
    CHECK(!static_event.is_set() && !static_once.done());
    CHECK(static_barrier.parties() == 1 && static_barrier.wait() == PAWL_OK);
    CHECK(static_start.wait() == PAWL_OK && rounds == 1);
}

// Durations. --------------------------------------------------------------------------------------

template <class Rep, class Period> constexpr pawl_ns up(const duration<Rep, Period> &time)
{
    return pawl::detail::in_ns(time, pawl::detail::rounding::up);
}

template <class Rep, class Period> constexpr pawl_ns down(const duration<Rep, Period> &time)
{
    return pawl::detail::in_ns(time, pawl::detail::rounding::down);
}

using picoseconds = duration<std::int64_t, std::pico>;
using frames = duration<std::int64_t, std::ratio<1, 60>>;
using odd = duration<std::int64_t, std::ratio<1000003, 1000033>>;
constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

static_assert(up(3s) == PAWL_S(3) && up(2ms) == PAWL_MS(2) && up(-2ms) == -PAWL_MS(2));
static_assert(up(0ns) == 0 && up(1ns) == 1 && up(hours(1)) == PAWL_S(3600));
static_assert(up(picoseconds(1)) == 1 && up(picoseconds(1000)) == 1);
static_assert(up(picoseconds(1001)) == 2 && down(picoseconds(1999)) == 1);
static_assert(up(picoseconds(-1)) == 0 && down(picoseconds(-1)) == -1);
static_assert(up(picoseconds(-1001)) == -1 && down(picoseconds(-1001)) == -2);
static_assert(up(duration<std::int64_t, std::atto>(INT64_MAX)) == 9223372037);
static_assert(up(frames(1)) == 16666667 && down(frames(1)) == 16666666);
static_assert(up(frames(60)) == PAWL_S(1) && up(frames(-1)) == -16666666);
// Beyond what count * numerator / denominator could hold on the way.
static_assert(up(frames(INT64_C(60) * 9000000000)) == PAWL_S(9000000000));
static_assert(up(odd(1000033)) == PAWL_S(1000003) && up(odd(20000)) == 19999400019800);
static_assert(down(odd(20000)) == 19999400019799 && up(odd(INT64_MAX)) == PAWL_FOREVER);

static_assert(up(hours::max()) == PAWL_FOREVER && up(hours::min()) == INT64_MIN);
static_assert(up(nanoseconds::max()) == PAWL_FOREVER && up(nanoseconds::min()) == INT64_MIN);
static_assert(up(nanoseconds(INT64_MAX - 1)) == INT64_MAX - 1);
static_assert(up(9223372036s) == PAWL_S(9223372036) && up(9223372037s) == PAWL_FOREVER);
static_assert(up(-9223372036s) == -PAWL_S(9223372036) && up(-9223372037s) == INT64_MIN);
static_assert(up(duration<std::uint64_t>(UINT64_MAX)) == PAWL_FOREVER);
static_assert(up(duration<std::uint8_t>(200)) == PAWL_S(200));
static_assert(up(duration<std::int8_t, std::milli>(-128)) == -PAWL_MS(128));
static_assert(up(duration<int, std::tera>(1)) == PAWL_FOREVER);
static_assert(up(duration<int, std::tera>(-1)) == INT64_MIN);
static_assert(up(duration<int, std::tera>(0)) == 0);

static_assert(up(duration<double>(0.5)) == PAWL_MS(500) && up(duration<float>(0.25F)) == 250000000);
static_assert(up(duration<double, std::nano>(0.25)) == 1 && up(duration<double>(1e-12)) == 1);
static_assert(up(duration<double, std::nano>(-0.25)) == 0);
static_assert(down(duration<double, std::nano>(-0.25)) == -1);
static_assert(up(duration<double>(1e290)) == PAWL_FOREVER && up(duration<double>(-1e290)) < 0);
static_assert(up(duration<double>(infinite)) == PAWL_FOREVER);
static_assert(up(duration<double>(-infinite)) == INT64_MIN);
static_assert(pawl::detail::round_real(not_a_number, pawl::detail::rounding::up) == INT64_MIN);
static_assert(pawl::detail::span(picoseconds(1)) == 1);
static_assert(up(duration<long double, std::nano>(9.2233720368547758e18L)) == PAWL_FOREVER);
static_assert(up(duration<double, std::tera>(1e-12)) == PAWL_S(1));

#ifdef __SIZEOF_INT128__
__extension__ typedef __int128 wide;
static_assert(up(duration<wide, std::pico>(1001)) == 2 && up(duration<wide>(2)) == PAWL_S(2));
static_assert(up(duration<wide>(static_cast<wide>(INT64_MAX) * INT64_MAX)) == PAWL_FOREVER);
static_assert(up(duration<wide>(static_cast<wide>(INT64_MIN) * INT64_MAX)) == INT64_MIN);
#endif

static_assert(pawl::clock::is_steady &&
              pawl::clock::time_point::max().time_since_epoch().count() == PAWL_NEVER);

// A clock of half the speed: the time that remains by it passes too early, again and again.
struct slow_clock {
    using duration = nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<slow_clock>;
    static constexpr bool is_steady = true;

    static time_point now()
    {
        return time_point(nanoseconds(pawl_now() / 2));
    }
};

// A clock that is set back by two hours after its first reading; then it runs an hour a reading, as
// far as four.
struct altered_clock {
    using duration = hours;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<altered_clock>;
    static constexpr bool is_steady = false;
    static int readings;

    static time_point now()
    {
        static const std::array<int, 4> shown = {4, 2, 3, 4};
        const auto reading = static_cast<std::size_t>(readings++);
        return time_point(hours(shown.at(reading < shown.size() ? reading : shown.size() - 1)));
    }
};
int altered_clock::readings;

template <class Clock, class Wait> static void expect_not_early(Wait times_out)
{
    const auto end = Clock::now() + 2ms;
    CHECK(times_out(end));
    CHECK(Clock::now() >= end);
    CHECK(times_out(Clock::now() - 1ms));
}

template <class Wait> static void expect_not_early_by_any(Wait times_out)
{
    expect_not_early<steady_clock>(times_out);
    expect_not_early<system_clock>(times_out);
    expect_not_early<pawl::clock>(times_out);
    expect_not_early<slow_clock>(times_out);
    CHECK(times_out(time_point<steady_clock, duration<double>>(duration<double>(0.5))));
    CHECK(times_out(steady_clock::time_point::min()));
    CHECK(times_out(pawl::clock::time_point::min()));
    CHECK(times_out(time_point<system_clock, hours>::min()));
}

static void timed_acquires_are_never_early()
{
    pawl::lock lock;
    pawl::fair_lock fair;
    pawl::semaphore semaphore;
    pawl::rwlock rwlock;
    lock.lock();
    fair.lock();
    rwlock.lock();
    expect_not_early_by_any([&](auto end) { return !lock.try_lock_until(end); });
    expect_not_early_by_any([&](auto end) { return lock.acquire_until(end) == PAWL_TIMEOUT; });
    expect_not_early_by_any([&](auto end) { return !fair.try_lock_until(end); });
    expect_not_early_by_any([&](auto end) { return !semaphore.try_acquire_until(end); });
    expect_not_early_by_any([&](auto end) { return !rwlock.try_lock_until(end); });
    expect_not_early_by_any([&](auto end) { return !rwlock.try_lock_shared_until(end); });
    CHECK(lock.locked() && fair.locked() && semaphore.value() == 0);
}

static void timed_rlock_acquires_are_never_early()
{
    pawl::rlock rlock;
    rlock.lock();
    helper stranger([&] {
        expect_not_early_by_any([&](auto end) { return !rlock.try_lock_until(end); });
        CHECK(!rlock.try_lock_for(-1s) && !rlock.try_lock() && rlock.release() == PAWL_NOT_HELD);
    });
    stranger.join();
    CHECK(rlock.try_lock_until(steady_clock::now() - 1s) && rlock.depth() == 2);
}

static void timed_waits_are_never_early()
{
    pawl::event event;
    pawl::lock lock;
    pawl::rlock rlock;
    pawl::condition condition;
    std::unique_lock hold(lock);
    std::unique_lock rhold(rlock);
    auto never = [] { return false; };
    expect_not_early_by_any([&](auto end) { return event.wait_until(end) == PAWL_TIMEOUT; });
    expect_not_early_by_any([&](auto end) {
        while (condition.wait_until(hold, end) == pawl::cv_status::no_timeout) {
        }
        return hold.owns_lock() && lock.locked();
    });
    expect_not_early_by_any([&](auto end) { return !condition.wait_until(hold, end, never); });
    expect_not_early_by_any([&](auto end) { return !condition.wait_until(rhold, end, never); });
    CHECK(rlock.depth() == 1);
}

static void a_duration_that_passed_is_not_early()
{
    pawl::lock lock;
    pawl::condition condition;
    std::unique_lock hold(lock);
    auto expect = [&](auto time) {
        const auto start = pawl::clock::now();
        CHECK(!lock.try_lock_for(time));
        CHECK(pawl::clock::now() - start >= time);
        const auto second = pawl::clock::now();
        CHECK(condition.wait_for(hold, time) == pawl::cv_status::timeout);
        CHECK(pawl::clock::now() - second >= time);
    };
    expect(2ms);
    expect(duration<double>(0.0015));
    expect(duration<float, std::milli>(1.25F));
    expect(frames(1) / 10);
    expect(duration<int, std::pico>(1000001));
}

// The lock is held: what would wait for ever if the call were not a try.
static void durations_below_zero_and_not_a_number_are_a_try()
{
    pawl::lock lock;
    pawl::rwlock rwlock;
    pawl::event event;
    lock.lock();
    rwlock.lock();
    auto expect = [&](auto time) {
        CHECK(!lock.try_lock_for(time) && lock.acquire_for(time) == PAWL_TIMEOUT);
        CHECK(!rwlock.try_lock_for(time) && !rwlock.try_lock_shared_for(time));
        CHECK(event.wait_for(time) == PAWL_TIMEOUT);
    };
    expect(0s);
    expect(-1ns);
    expect(hours::min());
    expect(duration<double>(-infinite));
    expect(duration<double>(not_a_number));
    lock.unlock();
    CHECK(lock.try_lock_for(hours::min()) && lock.locked());
}

// acquire(lock) waits in another thread until the lock is released here.
template <class Acquire> static void expect_to_wait_for_the_release(Acquire acquire)
{
    pawl::lock lock;
    bool acquired = false;
    lock.lock();
    helper waiter([&] { acquired = acquire(lock); });
    wait_until_somebody_waits(lock);
    lock.unlock();
    waiter.join();
    CHECK(acquired && lock.locked());
}

static void what_passes_the_range_waits_as_long_as_it_takes()
{
    auto expect_for = [](auto time) {
        expect_to_wait_for_the_release([=](pawl::lock &lock) { return lock.try_lock_for(time); });
    };
    auto expect_until = [](auto time) {
        expect_to_wait_for_the_release([=](pawl::lock &lock) { return lock.try_lock_until(time); });
    };
    expect_for(hours::max());
    expect_for(nanoseconds::max());
    expect_for(duration<double>(infinite));
    expect_for(duration<int, std::tera>(1));
    expect_until(steady_clock::time_point::max());
    expect_until(system_clock::time_point::max());
    expect_until(pawl::clock::time_point::max());
    expect_until(time_point<steady_clock, hours>::max());
    expect_until(time_point<slow_clock, duration<double>>(duration<double>(infinite)));
    CHECK(pawl::detail::deadline(system_clock::time_point::max()) == PAWL_NEVER);
    CHECK(pawl::detail::deadline(steady_clock::time_point::max()) == PAWL_NEVER);
    CHECK(pawl::detail::deadline(pawl::clock::time_point::max()) == PAWL_NEVER);
    expect_until(steady_clock::now() + hours(24));
    expect_until(pawl::clock::now() + hours(24));
}

// By the clock the time had come at the first reading, and lay two hours ahead at the next.
static void a_clock_that_was_set_back_is_asked_again()
{
    const time_point<altered_clock, hours> end(hours(4));
    pawl::lock lock;
    lock.lock();
    altered_clock::readings = 3;
    CHECK(!lock.try_lock_until(end));
    altered_clock::readings = 0;
    pawl::detail::until(end, [](pawl_time deadline) {
        CHECK(altered_clock::readings != 1 || deadline == 0);
        CHECK(altered_clock::readings != 3 || deadline > pawl_now());
        return PAWL_TIMEOUT;
    });
    CHECK(altered_clock::readings == 4);

    // A condition must not wait on: what was notified meanwhile would be missed.
    pawl::condition condition;
    altered_clock::readings = 0;
    CHECK(condition.wait_until(lock, end) == pawl::cv_status::no_timeout);
    CHECK(altered_clock::readings == 2);
    altered_clock::readings = 3;
    CHECK(condition.wait_until(lock, end) == pawl::cv_status::timeout);
}

// The standard's holders of locks. ----------------------------------------------------------------

template <class Lock> static void expect_the_holders_to_hold(Lock &lock)
{
    {
        std::lock_guard hold(lock);
        CHECK(!shows(lock, "unlocked"));
    }
    std::unique_lock deferred(lock, std::defer_lock);
    CHECK(!deferred.owns_lock());
    deferred.lock();
    CHECK(deferred.owns_lock());
    deferred.unlock();
    CHECK(deferred.try_lock());
    deferred.unlock();
    CHECK(deferred.try_lock_for(1ms));
    deferred.unlock();
    CHECK(deferred.try_lock_until(steady_clock::now()));
    bool refused = false;
    helper stranger([&] {
        std::unique_lock tried(lock, std::try_to_lock);
        std::unique_lock timed(lock, 1ms);
        std::unique_lock past(lock, system_clock::now() - 1s);
        refused = !tried && !timed && !past;
    });
    stranger.join();
    CHECK(refused);
    deferred.unlock();
    std::unique_lock tried(lock, std::try_to_lock);
    CHECK(tried.owns_lock());
    std::unique_lock moved(std::move(tried));
    CHECK(moved.owns_lock() && !tried.owns_lock());
}

static void lock_guard_and_unique_lock_hold_each_kind()
{
    pawl::lock lock;
    pawl::fair_lock fair;
    pawl::rlock rlock;
    pawl::rwlock rwlock;
    expect_the_holders_to_hold(lock);
    expect_the_holders_to_hold(fair);
    expect_the_holders_to_hold(rlock);
    expect_the_holders_to_hold(rwlock);
    CHECK(!lock.locked() && !fair.locked() && !rlock.locked() && shows(rwlock, "unlocked"));
}

static void lock_guard_holds_a_permit()
{
    pawl::bounded_semaphore pool(1);
    {
        std::lock_guard permit(pool);
        CHECK(pool.value() == 0);
        std::unique_lock second(pool, 1ms);
        CHECK(!second.owns_lock());
        std::unique_lock third(pool, pawl::clock::now());
        CHECK(!third.owns_lock());
    }
    CHECK(pool.value() == 1 && pool.release() == PAWL_OVERFLOW && pool.value() == 1);
}

static void shared_locks_share_and_exclude_a_writer()
{
    pawl::rwlock rwlock;
    {
        std::shared_lock first(rwlock);
        std::shared_lock second(rwlock, std::try_to_lock);
        std::shared_lock third(rwlock, 1ms);
        std::shared_lock fourth(rwlock, steady_clock::now());
        CHECK(second.owns_lock() && third.owns_lock() && fourth.owns_lock());
        CHECK(shows(rwlock, "shared holders=4 "));
        CHECK(!rwlock.try_lock() && !rwlock.try_lock_for(1ms));
        CHECK(rwlock.release_exclusive() == PAWL_NOT_HELD);
        rwlock.unlock(); // changes nothing
    }
    CHECK(shows(rwlock, "unlocked") && rwlock.release_shared() == PAWL_NOT_HELD);
    std::unique_lock writer(rwlock);
    std::shared_lock reader(rwlock, 1ms);
    CHECK(!reader.owns_lock());
    rwlock.unlock_shared(); // changes nothing
    CHECK(shows(rwlock, "exclusive") && rwlock.downgrade() == PAWL_OK);
    writer.release(); // it holds no more: the hold is a shared one now
    std::shared_lock after(rwlock, std::adopt_lock);
    CHECK(shows(rwlock, "shared holders=1 ") && rwlock.downgrade() == PAWL_NOT_HELD);
}

static void scoped_lock_over_several_does_not_deadlock()
{
    enum { ROUNDS = 20000 };
    pawl::lock first;
    pawl::lock second;
    pawl::rlock third;
    pawl::rwlock fourth;
    long sum = 0;
    {
        helper other([&] {
            for (int round = 0; round < ROUNDS; round++) {
                std::scoped_lock hold(second, first);
                sum++;
            }
            for (int round = 0; round < ROUNDS; round++) {
                std::scoped_lock hold(fourth, third, first);
                sum++;
            }
        });
        for (int round = 0; round < ROUNDS; round++) {
            std::scoped_lock hold(first, second);
            sum++;
        }
        for (int round = 0; round < ROUNDS; round++) {
            std::scoped_lock hold(first, third, fourth);
            sum++;
        }
    }
    CHECK(sum == 4L * ROUNDS && !first.locked() && !second.locked() && !third.locked());
}

static void unlock_of_what_is_not_held_changes_nothing()
{
    pawl::lock lock;
    pawl::rlock rlock;
    lock.unlock();
    rlock.unlock();
    CHECK(!lock.locked() && lock.release() == PAWL_NOT_HELD);
    CHECK(!rlock.locked() && rlock.release() == PAWL_NOT_HELD);
    CHECK(lock.try_lock() && !lock.try_lock() && lock.release() == PAWL_OK);
}

static void a_fair_lock_is_a_lock()
{
    pawl::fair_lock fair;
    pawl::lock &either = fair;
    const std::lock_guard hold(either);
    CHECK(fair.locked() && shows(either, "<pawl_lock fair locked"));
    CHECK(pawl_lock_locked(fair.native()));
}

static void semaphores_have_the_standards_names_too()
{
    pawl::semaphore semaphore;
    CHECK(!semaphore.try_acquire() && !semaphore.try_acquire_for(1ms));
    CHECK(semaphore.release() == PAWL_OK && semaphore.release(2) == PAWL_OK);
    CHECK(semaphore.release(0) == PAWL_INVALID && semaphore.value() == 3);
    semaphore.acquire();
    CHECK(semaphore.try_acquire() && semaphore.try_acquire_until(pawl::clock::now()));
    CHECK(semaphore.value() == 0 && semaphore.native() != nullptr);
}

// Condition. --------------------------------------------------------------------------------------

template <class Lock> static void expect_a_condition_to_be_waited_for()
{
    Lock lock;
    pawl::condition condition;
    int stage = 0;
    bool timed = false;
    helper other([&] {
        std::unique_lock hold(lock);
        condition.wait(hold, [&] { return stage == 1; });
        stage = 2;
        condition.notify_all();
        timed = condition.wait_for(hold, hours::max(), [&] { return stage == 3; });
    });
    wait_until_somebody_waits(condition);
    {
        std::unique_lock hold(lock);
        stage = 1;
        CHECK(condition.notify_one() == 1);
        while (stage != 2) {
            condition.wait(hold);
        }
        CHECK(hold.owns_lock() && !shows(lock, "unlocked"));
    }
    wait_until_somebody_waits(condition);
    {
        std::lock_guard hold(lock);
        stage = 3;
        CHECK(condition.notify(5) == 1 && condition.notify_all() == 0);
    }
    other.join();
    CHECK(timed);
}

static void a_condition_is_waited_for_with_each_kind()
{
    expect_a_condition_to_be_waited_for<pawl::lock>();
    expect_a_condition_to_be_waited_for<pawl::fair_lock>();
    expect_a_condition_to_be_waited_for<pawl::rlock>();
}

static void a_condition_takes_a_lock_that_a_lock_guard_holds()
{
    pawl::rlock rlock;
    pawl::condition condition;
    bool ready = false;
    const std::lock_guard outer(rlock);
    const std::lock_guard inner(rlock);
    helper other([&] {
        const std::lock_guard hold(rlock); // both levels were released
        ready = true;
        condition.notify_one();
    });
    condition.wait(rlock, [&] { return ready; });
    CHECK(rlock.depth() == 2);
}

static void notified_waits_return_no_timeout()
{
    pawl::lock lock;
    pawl::condition condition;
    int notified = 0;
    helper other([&] {
        std::unique_lock hold(lock);
        notified += condition.wait_for(hold, 24h) == pawl::cv_status::no_timeout ? 1 : 0;
        notified +=
            condition.wait_until(hold, system_clock::now() + 24h) == pawl::cv_status::no_timeout
                ? 1
                : 0;
    });
    for (int waits = 0; waits < 2; waits++) {
        wait_until_somebody_waits(condition);
        condition.notify_one();
    }
    other.join();
    CHECK(notified == 2);
}

static void a_predicate_that_is_true_needs_no_wait()
{
    pawl::lock lock;
    pawl::condition condition;
    std::unique_lock hold(lock);
    int calls = 0;
    auto yes = [&] { return ++calls > 0; };
    condition.wait(hold, yes);
    CHECK(condition.wait_for(hold, -1s, yes));
    CHECK(condition.wait_until(hold, steady_clock::time_point::min(), yes));
    CHECK(calls == 3);
}

template <class Wait> static bool is_refused(Wait wait)
{
    try {
        wait();
    } catch (const std::system_error &error) {
        return error.code() == std::errc::operation_not_permitted;
    }
    return false;
}

template <class Lock> static void expect_waits_without_the_lock_to_be_refused()
{
    Lock lock;
    pawl::condition condition;
    std::unique_lock hold(lock, std::defer_lock);
    int asked = 0;
    auto ask = [&] { return ++asked > 0; };
    CHECK(is_refused([&] { condition.wait(lock); }));
    CHECK(is_refused([&] { condition.wait(hold); }));
    CHECK(is_refused([&] { condition.wait(lock, ask); }));
    CHECK(is_refused([&] { condition.wait(hold, ask); }));
    CHECK(is_refused([&] { condition.wait_for(lock, 1ms); }));
    CHECK(is_refused([&] { condition.wait_for(hold, 1ms, ask); }));
    CHECK(is_refused([&] { condition.wait_until(lock, steady_clock::now()); }));
    CHECK(is_refused([&] { condition.wait_until(hold, steady_clock::now(), ask); }));
    CHECK(asked == 0 && !lock.locked());
    // Somebody's, but not this unique_lock's.
    const std::lock_guard held(lock);
    CHECK(is_refused([&] { condition.wait_for(hold, 1ms, ask); }) && asked == 0 && lock.locked());
}

static void a_wait_without_the_lock_is_refused()
{
    expect_waits_without_the_lock_to_be_refused<pawl::lock>();
    expect_waits_without_the_lock_to_be_refused<pawl::rlock>();
}

static void a_predicate_that_throws_leaves_the_lock_held()
{
    pawl::lock lock;
    pawl::condition condition;
    bool held = false;
    bool thrown = false;
    try {
        std::unique_lock hold(lock);
        condition.wait_for(hold, 1ms, [&]() -> bool {
            held = lock.locked();
            throw std::runtime_error("out");
        });
    } catch (const std::runtime_error &) {
        thrown = true;
    }
    CHECK(held && thrown && !lock.locked());
}

#if !defined(__GLIBCXX__) || defined(_GLIBCXX_HAS_GTHREADS)
template <class Lock> static void expect_condition_variable_any_to_take_it()
{
    Lock lock;
    std::condition_variable_any condition;
    bool ready = false;
    helper other([&] {
        std::unique_lock hold(lock);
        ready = true;
        condition.notify_one();
    });
    std::unique_lock hold(lock);
    condition.wait(hold, [&] { return ready; });
    CHECK(ready && hold.owns_lock());
    CHECK(condition.wait_for(hold, 1ms) == std::cv_status::timeout || hold.owns_lock());
    hold.unlock();
    lock.lock();
    CHECK(!condition.wait_until(lock, steady_clock::now() + 1ms, [] { return false; }));
    lock.unlock();
}

static void condition_variable_any_takes_each_kind()
{
    expect_condition_variable_any_to_take_it<pawl::lock>();
    expect_condition_variable_any_to_take_it<pawl::fair_lock>();
    expect_condition_variable_any_to_take_it<pawl::rlock>();
    expect_condition_variable_any_to_take_it<pawl::rwlock>();
}
#else
static void condition_variable_any_takes_each_kind()
{
}
#endif

// Event, barrier, once. ---------------------------------------------------------------------------

static void an_event_lets_waits_pass()
{
    pawl::event event;
    int passed = 0;
    helper waiter([&] {
        event.wait();
        passed += event.wait_for(hours::max()) == PAWL_OK ? 1 : 0;
        passed += event.wait_until(system_clock::now() - 1s) == PAWL_OK ? 1 : 0;
    });
    wait_until_somebody_waits(event);
    event.set();
    waiter.join();
    CHECK(passed == 2 && event.is_set());
    event.clear();
    CHECK(!event.is_set() && event.wait_for(1ms) == PAWL_TIMEOUT);
}

static void guards_hold_for_their_scope()
{
    pawl::lock lock;
    pawl::rwlock rwlock;
    {
        pawl::guard hold(lock);
        pawl::guard exclusive(rwlock);
        CHECK(lock.locked() && !rwlock.try_acquire_shared());
    }
    CHECK(!lock.locked() && rwlock.try_acquire_exclusive());
    (void)rwlock.release_exclusive();
    {
        pawl::shared_guard shared(rwlock);
        CHECK(!rwlock.try_acquire_exclusive() && rwlock.try_acquire_shared());
        (void)rwlock.release_shared();
    }
    CHECK(rwlock.try_acquire_exclusive());
}

static void a_barrier_runs_its_action_once_a_round()
{
    int actions = 0;
    std::uint32_t sum = 0;
    pawl::barrier_with start(2, [&actions]() noexcept { actions++; });
    std::uint32_t index = 9;
    helper other([&] {
        for (int round = 0; round < 3; round++) {
            std::uint32_t mine = 9;
            sum += start.wait(&mine) == PAWL_OK ? mine : 100;
        }
    });
    std::uint32_t here = 0;
    for (int round = 0; round < 3; round++) {
        here += start.wait_for(hours::max(), &index) == PAWL_OK ? index : 100;
        CHECK(index < 2 && actions >= round + 1);
    }
    other.join();
    CHECK(sum + here == 3 && actions == 3);
    pawl::barrier plain(
        1, [](void *ctx) { ++*static_cast<int *>(ctx); }, &actions);
    CHECK(plain.wait() == PAWL_OK && actions == 4 && plain.waiting() == 0);
}

static void a_barrier_that_timed_out_is_broken()
{
    pawl::barrier barrier(2);
    expect_not_early<steady_clock>([&](auto end) {
        barrier.reset();
        return barrier.wait_until(end) == PAWL_TIMEOUT && barrier.broken();
    });
    CHECK(barrier.wait() == PAWL_BROKEN && barrier.wait_for(1s) == PAWL_BROKEN);
    barrier.reset();
    CHECK(!barrier.broken() && barrier.wait_for(-1s) == PAWL_TIMEOUT);
    barrier.reset();
    barrier.abort();
    CHECK(barrier.broken() && barrier.wait_until(pawl::clock::time_point::max()) == PAWL_BROKEN);
}

static void an_exception_of_a_barriers_action_breaks_it_and_reaches_its_caller()
{
    int actions = 0;
    pawl::barrier_with start(2, [&actions] {
        if (actions++ == 0) {
            throw std::runtime_error("not this round");
        }
    });
    std::uint32_t index = 9;
    std::uint32_t here = 9;
    helper other([&] { CHECK(start.wait(&index) == PAWL_BROKEN && index == 9); });
    wait_until_true([&] { return start.waiting() == 1; });
    bool thrown = false;
    try {
        (void)start.wait_for(hours::max(), &here);
    } catch (const std::runtime_error &error) {
        thrown = std::strcmp(error.what(), "not this round") == 0;
    }
    other.join();
    CHECK(thrown && here == 9 && start.broken() && start.wait() == PAWL_BROKEN);
    start.reset();
    helper again([&] { CHECK(start.wait() == PAWL_OK); });
    CHECK(start.wait(&here) == PAWL_OK && actions == 2);
    again.join();
}

static void an_exception_of_a_barriers_action_also_breaks_the_next_round()
{
    pawl::barrier *place = nullptr;
    pawl::event begun;
    pawl::barrier_with start(1, [&] {
        begun.set();
        wait_until_true([&] { return place->waiting() == 1; });
        throw std::runtime_error("not this round");
    });
    place = &start;
    bool thrown = false;
    helper next([&] {
        begun.wait();
        CHECK(start.wait() == PAWL_BROKEN);
    });
    try {
        (void)start.wait();
    } catch (const std::runtime_error &) {
        thrown = true;
    }
    next.join();
    CHECK(thrown && start.broken());
}

template <class Make> static bool is_invalid(Make make)
{
    try {
        make();
    } catch (const std::invalid_argument &) {
        return true;
    }
    return false;
}

static void invalid_arguments_throw()
{
    CHECK(is_invalid([] { (void)pawl::semaphore(-1); }));
    CHECK(is_invalid([] { (void)pawl::semaphore(PAWL_SEMAPHORE_MAX + 1); }));
    CHECK(is_invalid([] { (void)pawl::bounded_semaphore(INT64_MIN); }));
    CHECK(is_invalid([] { (void)pawl::barrier(0); }));
    CHECK(is_invalid([] { (void)pawl::barrier_with(0, []() noexcept {}); }));
    CHECK(!is_invalid([] { (void)pawl::semaphore(PAWL_SEMAPHORE_MAX); }));
    CHECK(!is_invalid([] { (void)pawl::bounded_semaphore(0); }));
}

static void once_passes_an_exception_and_runs_again()
{
    pawl::once once;
    int runs = 0;
    bool thrown = false;
    auto attempt = [&](bool fail) {
        runs++;
        if (fail) {
            throw std::runtime_error("not this time");
        }
    };
    try {
        once.call(attempt, true);
    } catch (const std::runtime_error &error) {
        thrown = std::strcmp(error.what(), "not this time") == 0;
    }
    CHECK(thrown && runs == 1 && !once.done() && shows(once, "fresh"));
    once.call(attempt, false);
    CHECK(runs == 2 && once.done());
    once.call(attempt, true); // done: not called
    CHECK(runs == 2);
}

static void once_passes_its_arguments_on()
{
    struct store {
        int sum = 0;
        void add(int number, const std::string &text)
        {
            sum += number + static_cast<int>(text.size());
        }
    };
    store object;
    pawl::once by_member;
    by_member.call(&store::add, object, 40, "ab");
    CHECK(object.sum == 42);
    pawl::once by_move;
    std::unique_ptr<int> kept;
    by_move.call([&](std::unique_ptr<int> given) { kept = std::move(given); },
                 std::make_unique<int>(7));
    CHECK(kept != nullptr && *kept == 7);
}

static void who_waits_runs_it_after_an_exception()
{
    pawl::once once;
    pawl::event may_throw;
    pawl::event running;
    bool thrown = false;
    int runner = 0;
    helper first([&] {
        try {
            once.call([&] {
                running.set();
                may_throw.wait();
                throw 1;
            });
        } catch (int) {
            thrown = true;
        }
    });
    running.wait();
    helper second([&] { once.call([&] { runner = 2; }); });
    wait_until_somebody_waits(once);
    may_throw.set();
    first.join();
    second.join();
    CHECK(thrown && runner == 2 && once.done());
}

// Exceptions and the C scopes. --------------------------------------------------------------------

template <class Scope> static bool leaves_by_exception(Scope scope)
{
    bool held = false;
    try {
        scope([&](bool holds) {
            held = holds;
            throw std::runtime_error("out");
        });
    } catch (const std::runtime_error &) {
        return held;
    }
    return false;
}

static void exceptions_release_the_standards_scopes()
{
    pawl::lock lock;
    pawl::rwlock rwlock;
    CHECK(leaves_by_exception([&](auto leave) {
        std::lock_guard hold(lock);
        leave(lock.locked());
    }));
    CHECK(leaves_by_exception([&](auto leave) {
        std::scoped_lock hold(lock, rwlock);
        leave(lock.locked() && shows(rwlock, "exclusive"));
    }));
    CHECK(leaves_by_exception([&](auto leave) {
        std::shared_lock hold(rwlock);
        leave(shows(rwlock, "shared holders=1 "));
    }));
    CHECK(!lock.locked() && shows(rwlock, "unlocked"));
}

static void exceptions_release_with_and_guard()
{
    pawl::lock lock;
    pawl::rlock rlock;
    pawl::semaphore semaphore(1);
    CHECK(leaves_by_exception([&](auto leave) {
        PAWL_WITH(lock.native()) {
            leave(lock.locked());
        } PAWL_END
    }));
    CHECK(leaves_by_exception([&](auto leave) {
        PAWL_GUARD(lock.native());
        leave(lock.locked());
    }));
    CHECK(leaves_by_exception([&](auto leave) {
        PAWL_WITH(rlock.native()) {
            PAWL_GUARD(rlock.native());
            leave(rlock.depth() == 2);
        } PAWL_END
    }));
    CHECK(leaves_by_exception([&](auto leave) {
        PAWL_WITH(semaphore.native()) {
            leave(semaphore.value() == 0);
        } PAWL_END
    }));
    CHECK(leaves_by_exception([&](auto leave) {
        PAWL_GUARD(semaphore.native());
        leave(semaphore.value() == 0);
    }));
    CHECK(!lock.locked() && !rlock.locked() && semaphore.value() == 1);
}

static void exceptions_release_the_scopes_of_an_rwlock()
{
    pawl::rwlock rwlock;
    CHECK(leaves_by_exception([&](auto leave) {
        PAWL_WITH_SHARED(rwlock.native()) {
            PAWL_GUARD_SHARED(rwlock.native());
            leave(shows(rwlock, "shared holders=2 "));
        } PAWL_END
    }));
    CHECK(leaves_by_exception([&](auto leave) {
        PAWL_WITH_EXCLUSIVE(rwlock.native()) {
            leave(shows(rwlock, "exclusive"));
        } PAWL_END
    }));
    CHECK(leaves_by_exception([&](auto leave) {
        PAWL_GUARD_EXCLUSIVE(rwlock.native());
        leave(shows(rwlock, "exclusive"));
    }));
    CHECK(shows(rwlock, "unlocked"));
}

int main()
{
    void (*const tests[])() = {
        static_objects_are_ready,
        timed_acquires_are_never_early,
        timed_rlock_acquires_are_never_early,
        timed_waits_are_never_early,
        a_duration_that_passed_is_not_early,
        durations_below_zero_and_not_a_number_are_a_try,
        what_passes_the_range_waits_as_long_as_it_takes,
        a_clock_that_was_set_back_is_asked_again,
        lock_guard_and_unique_lock_hold_each_kind,
        lock_guard_holds_a_permit,
        shared_locks_share_and_exclude_a_writer,
        scoped_lock_over_several_does_not_deadlock,
        unlock_of_what_is_not_held_changes_nothing,
        a_fair_lock_is_a_lock,
        semaphores_have_the_standards_names_too,
        a_condition_is_waited_for_with_each_kind,
        a_condition_takes_a_lock_that_a_lock_guard_holds,
        notified_waits_return_no_timeout,
        a_predicate_that_is_true_needs_no_wait,
        a_wait_without_the_lock_is_refused,
        a_predicate_that_throws_leaves_the_lock_held,
        condition_variable_any_takes_each_kind,
        an_event_lets_waits_pass,
        guards_hold_for_their_scope,
        a_barrier_runs_its_action_once_a_round,
        a_barrier_that_timed_out_is_broken,
        an_exception_of_a_barriers_action_breaks_it_and_reaches_its_caller,
        an_exception_of_a_barriers_action_also_breaks_the_next_round,
        invalid_arguments_throw,
        once_passes_an_exception_and_runs_again,
        once_passes_its_arguments_on,
        who_waits_runs_it_after_an_exception,
        exceptions_release_the_standards_scopes,
        exceptions_release_with_and_guard,
        exceptions_release_the_scopes_of_an_rwlock,
    };
    for (auto test : tests) {
        test();
    }
    return failures == 0 ? 0 : 1;
}
