/* SPDX-License-Identifier: MIT
 *
 * pawl for C++17 and later: the same objects under the standard's names.
 *
 *     pawl::lock  pawl::fair_lock  pawl::rlock             Lockable and TimedLockable
 *     pawl::semaphore  pawl::bounded_semaphore             the same: a hold is one permit
 *     pawl::rwlock  pawl::filelock                         SharedTimedLockable
 *     pawl::condition  pawl::event  pawl::latch  pawl::barrier  pawl::once
 *
 * So std::lock_guard, std::unique_lock, std::scoped_lock, std::shared_lock and
 * std::condition_variable_any take them; pawl::guard and pawl::shared_guard are for Clang's
 * -Wthread-safety. In C++20 most of them can be awaited by coroutines as well: coroutine.hpp.
 *
 * Each class is its C struct and nothing more: of the same size, ready without any code at program
 * start, never copied or moved. (filelock is a pointer, and opens a file.) The contract of a call
 * is that of the C function of the same name, in its own header; the comments here say what C++
 * adds. A call throws only if its comment says so, and is not marked noexcept, because around a
 * call of C that would cost code. Example:
 *
 *     #include <pawl/pawl.hpp>
 *
 *     static pawl::lock lock;
 *     static pawl::condition filled;
 *     static int items;
 *
 *     bool take_within_a_second()
 *     {
 *         std::unique_lock hold(lock);
 *         if (!filled.wait_for(hold, std::chrono::seconds(1), [] { return items > 0; })) {
 *             return false;
 *         }
 *         items--;
 *         return true; // released here, and by an exception
 *     }
 */
#ifndef PAWL_PAWL_HPP
#define PAWL_PAWL_HPP

#if (defined(_MSVC_LANG) ? _MSVC_LANG : __cplusplus) < 201703L
# error "pawl.hpp needs C++17; the C headers need C++11"
#else

#include <pawl/pawl.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <mutex>
#include <numeric>
#include <ratio>
#include <stdexcept>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

#if defined(__has_include)
# if __cplusplus > 201703L && __has_include(<stop_token>)
#  include <stop_token>
# endif
#endif
#if defined(__cpp_lib_jthread)
# define PAWL__STOP_TOKENS 1
#else
# define PAWL__STOP_TOKENS 0
#endif

#if defined(__cpp_impl_coroutine) && defined(__cpp_concepts) && __has_include(<coroutine>)
# define PAWL__COROUTINES 1
#else
# define PAWL__COROUTINES 0
#endif

#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
# define PAWL__EXCEPTIONS 1
#else
# define PAWL__EXCEPTIONS 0
#endif

namespace pawl
{

/* Times. Every call that waits takes std::chrono's:
 *
 *     a duration     of any period, and of any representation, floating ones included, is rounded
 *                    up to nanoseconds. 0, less than 0 and NaN make the call a try. More than
 *                    2^63 ns, such as hours::max(), waits as long as it takes.
 *     a time point   of any clock is converted to the time that remains. When that has passed, the
 *                    clock is read again: PAWL_TIMEOUT means that by this clock the time has come,
 *                    even if the clock is slow or was set back. A clock that was set forward is
 *                    noticed only then. A time point of pawl::clock needs no conversion.
 *
 * Calls named as the standard's return bool, or std::cv_status. pawl's own verbs return the
 * pawl_status that C's return, of which PAWL_OK is 0: compare it. */

/* pawl_now() as a std::chrono clock; time_point::max() is PAWL_NEVER. */
struct clock {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<clock>;
    static constexpr bool is_steady = true;

    [[nodiscard]] static time_point now() noexcept
    {
        return time_point(duration(pawl_now()));
    }
};

/* std::cv_status, or the same where the standard library has no threads (MinGW with Windows's own
 * thread model before GCC 13). */
#if defined(__GLIBCXX__) && !defined(_GLIBCXX_HAS_GTHREADS)
enum class cv_status { no_timeout, timeout };
#else
using cv_status = std::cv_status;
#endif

class event;

/* Nothing in here is for users. */
namespace detail
{

/* What ends a wait early, as the pawl_event that the calls of C take: a pawl::event's own, or one
 * that a stop callback sets. The callback takes no lock and waits for nothing, so it can neither
 * deadlock with the wait nor come too early for it. */
class event_stop
{
  public:
    explicit event_stop(pawl_event *stop) noexcept : stop_(stop)
    {
    }

    pawl_event *get() const
    {
        return stop_;
    }

  private:
    pawl_event *stop_;
};

inline event_stop stop_of(event &stop);

#if PAWL__STOP_TOKENS
class token_stop
{
  public:
    explicit token_stop(std::stop_token token) : callback_(std::move(token), setter{&event_})
    {
    }

    pawl_event *get()
    {
        return &event_;
    }

  private:
    struct setter {
        pawl_event *event;

        void operator()() const noexcept
        {
            pawl_event_set(event);
        }
    };

    pawl_event event_ = PAWL_EVENT_INIT;
    std::stop_callback<setter> callback_; /* ends before the event does */
};

inline token_stop stop_of(const std::stop_token &token)
{
    return token_stop(token);
}
#endif

class immovable
{
  public:
    immovable(const immovable &) = delete;
    immovable &operator=(const immovable &) = delete;

  protected:
    constexpr immovable() noexcept = default;
    ~immovable() = default;
};

/* The action of a round that runs. However the action is left, the round ends. */
class running_action : immovable
{
  public:
    explicit running_action(pawl__round &round) noexcept : round_(round)
    {
    }

    ~running_action()
    {
        if (!ended_) {
            (void)pawl__barrier_finish(&round_, false);
        }
    }

    /* The action has returned. Whether the next round's is to run. */
    bool end()
    {
        ended_ = true;
        return pawl__barrier_finish(&round_, true);
    }

  private:
    pawl__round &round_;
    bool ended_ = false;
};

/* Run the action of a complete round, if this thread is to, and perhaps those of later rounds. */
inline void act(pawl__round &round)
{
    pawl_barrier *const barrier = round.barrier_;
    for (bool again = barrier != nullptr; again;) {
        running_action running(round);
        barrier->action_(barrier->ctx_);
        again = running.end();
    }
}

/* For misuse that C reports as a status and a constructor or a wait cannot: throws, or ends the
 * process where exceptions are disabled. */
[[noreturn]] inline void refuse_argument(const char *what)
{
#if PAWL__EXCEPTIONS
    throw std::invalid_argument(what);
#else
    std::fprintf(stderr, "%s\n", what);
    std::abort();
#endif
}

[[noreturn]] inline void refuse_wait()
{
#if PAWL__EXCEPTIONS
    throw std::system_error(std::make_error_code(std::errc::operation_not_permitted),
                            "pawl::condition: wait without the lock");
#else
    std::fprintf(stderr, "pawl::condition: wait without the lock\n");
    std::abort();
#endif
}

enum class rounding { up, down };

/* A count of periods is count * num / den nanoseconds; num and den have no common factor. */
template <class Period> struct nanosecond_ratio {
    static constexpr std::int64_t common =
        std::gcd(std::int64_t{Period::den}, std::int64_t{std::nano::den});
    static constexpr std::int64_t factor = std::nano::den / common;
    static constexpr bool fits = Period::num <= INT64_MAX / factor;
    static constexpr std::uint64_t num = fits ? std::uint64_t{Period::num} * factor : 1;
    static constexpr std::uint64_t den = Period::den / common;
    /* scale() does not overflow. */
    static constexpr bool exact = fits && (num == 1 || den <= UINT32_MAX);
};

/* The nanoseconds in this many periods, at most 2^63. count * num / den, in terms that each fit:
 * whole * num + rest * (num / den) + rest * (num % den) / den. */
template <class Ratio> constexpr std::uint64_t scale(std::uint64_t count, bool up)
{
    const std::uint64_t limit = std::uint64_t{1} << 63;
    const std::uint64_t whole = count / Ratio::den;
    const std::uint64_t rest = count % Ratio::den;
    const std::uint64_t last = rest * (Ratio::num % Ratio::den) + (up ? Ratio::den - 1 : 0);
    const std::uint64_t part = rest * (Ratio::num / Ratio::den) + last / Ratio::den;
    return whole > (limit - part) / Ratio::num ? limit : whole * Ratio::num + part;
}

constexpr std::int64_t with_sign(bool negative, std::uint64_t magnitude)
{
    if (magnitude > std::uint64_t{INT64_MAX}) {
        return negative ? INT64_MIN : INT64_MAX;
    }
    return negative ? -static_cast<std::int64_t>(magnitude) : static_cast<std::int64_t>(magnitude);
}

/* The last double before 2^63 is near enough to it. */
constexpr double near_the_end = 9223372036854774784.0;

template <class Real> constexpr std::int64_t round_real(Real value, rounding to)
{
    if (!(value > -static_cast<Real>(near_the_end))) { /* NaN is here, too */
        return INT64_MIN;
    }
    if (value >= static_cast<Real>(near_the_end)) {
        return INT64_MAX;
    }
    const auto whole = static_cast<std::int64_t>(value);
    const auto back = static_cast<Real>(whole);
    return to == rounding::up ? whole + (back < value ? 1 : 0) : whole - (back > value ? 1 : 0);
}

/* A duration in nanoseconds, rounded; INT64_MIN and INT64_MAX where it passes them. */
template <class Rep, class Period>
constexpr std::int64_t in_ns(const std::chrono::duration<Rep, Period> &time, rounding to)
{
    using ratio = nanosecond_ratio<Period>;
    using real = std::common_type_t<Rep, double>;
    using real_ns = std::chrono::duration<real, std::nano>;
    constexpr bool floating = std::chrono::treat_as_floating_point_v<Rep>;
    if constexpr (!ratio::fits || (!floating && !ratio::exact)) {
        return in_ns(std::chrono::duration<real>(time), to);
    } else if constexpr (floating) {
        return round_real(std::chrono::duration_cast<real_ns>(time).count(), to);
    } else if constexpr (std::is_integral_v<Rep> && sizeof(Rep) <= sizeof(std::uint64_t)) {
        const bool negative = std::is_signed_v<Rep> && time < time.zero();
        const auto count = static_cast<std::uint64_t>(time.count());
        const bool away = negative == (to == rounding::down);
        return with_sign(negative, scale<ratio>(negative ? ~count + 1 : count, away));
    } else { /* a class, or wider than 64 bits: exact unless it saturates */
        const real about = std::chrono::duration_cast<real_ns>(time).count();
        if (!(about > -near_the_end && about < near_the_end)) {
            return round_real(about, to);
        }
        using std::chrono::nanoseconds;
        return to == rounding::up ? std::chrono::ceil<nanoseconds>(time).count()
                                  : std::chrono::floor<nanoseconds>(time).count();
    }
}

template <class Rep, class Period>
constexpr pawl_ns span(const std::chrono::duration<Rep, Period> &time)
{
    return in_ns(time, rounding::up);
}

/* What remains until the time point: 0 when it has come, PAWL_FOREVER if it never will. */
template <class Clock, class Duration>
pawl_ns remaining(const std::chrono::time_point<Clock, Duration> &time)
{
    const std::int64_t then = in_ns(time.time_since_epoch(), rounding::up);
    if (then == INT64_MAX) {
        return PAWL_FOREVER;
    }
    const std::int64_t now = in_ns(Clock::now().time_since_epoch(), rounding::down);
    if (then <= now) {
        return 0;
    }
    const std::uint64_t left = static_cast<std::uint64_t>(then) - static_cast<std::uint64_t>(now);
    return with_sign(false, left);
}

/* The time point as a deadline. Its own clock is read before pawl's, so that the time that passes
 * between the two readings makes it later; 0 is always past. */
template <class Clock, class Duration>
pawl_time deadline(const std::chrono::time_point<Clock, Duration> &time)
{
    if constexpr (std::is_same_v<Clock, clock>) {
        return in_ns(time.time_since_epoch(), rounding::up);
    } else {
        const pawl_ns left = remaining(time);
        return left > 0 ? pawl_after_ns(left) : 0;
    }
}

/* Whether, after a PAWL_TIMEOUT, the time has come by the time point's own clock. */
template <class Clock, class Duration>
bool has_come(const std::chrono::time_point<Clock, Duration> &time)
{
    return std::is_same_v<Clock, clock> || remaining(time) == 0;
}

/* Calls wait(deadline) again while it ends before the time point. */
template <class Clock, class Duration, class Wait>
pawl_status until(const std::chrono::time_point<Clock, Duration> &time, Wait wait)
{
    for (;;) {
        const pawl_status status = wait(deadline(time));
        if (status != PAWL_TIMEOUT || has_come(time)) {
            return status;
        }
    }
}

/* The C calls of the three objects that are held in one way, under one name each. */
#define PAWL__OVERLOADS(type)                                                                      \
    PAWL__NO_ANALYSIS inline void acquire(type *object)                                            \
    {                                                                                              \
        type##_acquire(object);                                                                    \
    }                                                                                              \
    PAWL__NO_ANALYSIS inline bool try_acquire(type *object)                                        \
    {                                                                                              \
        return type##_try_acquire(object);                                                         \
    }                                                                                              \
    PAWL__NO_ANALYSIS inline pawl_status acquire_for(type *object, pawl_ns ns)                     \
    {                                                                                              \
        return type##_acquire_for(object, ns);                                                     \
    }                                                                                              \
    PAWL__NO_ANALYSIS inline pawl_status acquire_until(type *object, pawl_time time)               \
    {                                                                                              \
        return type##_acquire_until(object, time);                                                 \
    }                                                                                              \
    PAWL__NO_ANALYSIS inline pawl_status acquire_unless(type *object, pawl_event *stop,            \
                                                        pawl_time time)                            \
    {                                                                                              \
        return type##_acquire_unless(object, stop, time);                                          \
    }                                                                                              \
    PAWL__NO_ANALYSIS inline pawl_status release(type *object)                                     \
    {                                                                                              \
        return type##_release(object);                                                             \
    }                                                                                              \
    inline int describe(const type *object, char *buf, std::size_t size)                           \
    {                                                                                              \
        return type##_describe(object, buf, size);                                                 \
    }
PAWL__OVERLOADS(pawl_lock)
PAWL__OVERLOADS(pawl_rlock)
PAWL__OVERLOADS(pawl_semaphore)
#undef PAWL__OVERLOADS

/* What lock, rlock and semaphore have in common. */
template <class Native> class holdable : immovable
{
  public:
    /* pawl's verbs. */
    void acquire()
    {
        detail::acquire(&native_);
    }

    [[nodiscard]] bool try_acquire()
    {
        return detail::try_acquire(&native_);
    }

    template <class Rep, class Period>
    [[nodiscard]] pawl_status acquire_for(const std::chrono::duration<Rep, Period> &time)
    {
        return detail::acquire_for(&native_, span(time));
    }

    /* Costs     as acquire when it is free: then no clock is read. */
    template <class Clock, class Duration>
    [[nodiscard]] pawl_status acquire_until(const std::chrono::time_point<Clock, Duration> &time)
    {
        if (try_acquire()) {
            return PAWL_OK;
        }
        return until(time, [this](pawl_time end) { return detail::acquire_until(&native_, end); });
    }

    /* `stop` is a pawl::event or, in C++20, a std::stop_token; unless.h. */
    template <class Stop> [[nodiscard]] pawl_status acquire_unless(Stop &&stop)
    {
        return acquire_unless(stop, (clock::time_point::max)());
    }

    template <class Stop, class Clock, class Duration>
    [[nodiscard]] pawl_status
    acquire_unless(Stop &&stop, const std::chrono::time_point<Clock, Duration> &time)
    {
        auto &&ends = detail::stop_of(stop);
        return until(time, [&](pawl_time end) {
            return detail::acquire_unless(&native_, ends.get(), end);
        });
    }

    pawl_status release()
    {
        return detail::release(&native_);
    }

    /* The standard's names for them. The timed ones return true if it was acquired.
     *
     * unlock() cannot report misuse: without a hold it changes nothing. release() does the same and
     * returns a status. */
    void lock()
    {
        acquire();
    }

    [[nodiscard]] bool try_lock()
    {
        return try_acquire();
    }

    template <class Rep, class Period>
    [[nodiscard]] bool try_lock_for(const std::chrono::duration<Rep, Period> &time)
    {
        return acquire_for(time) == PAWL_OK;
    }

    template <class Clock, class Duration>
    [[nodiscard]] bool try_lock_until(const std::chrono::time_point<Clock, Duration> &time)
    {
        return acquire_until(time) == PAWL_OK;
    }

    void unlock()
    {
        (void)release();
    }

    int describe(char *buf, std::size_t size) const
    {
        return detail::describe(&native_, buf, size);
    }

    /* The C object, for the calls of C and for PAWL_WITH. */
    [[nodiscard]] Native *native()
    {
        return &native_;
    }

    [[nodiscard]] const Native *native() const
    {
        return &native_;
    }

  protected:
    constexpr explicit holdable(const Native &fresh) noexcept : native_(fresh)
    {
    }
    ~holdable() = default;

    Native native_;
};

/* What a condition releases: the C object of a lock or rlock that is held, itself or by a
 * std::unique_lock. */
template <class Lock> auto held_by(std::unique_lock<Lock> &hold)
{
    if (!hold.owns_lock()) {
        refuse_wait();
    }
    return hold.mutex()->native();
}

template <class Lock> auto held_by(Lock &held)
{
    return held.native();
}

/* The same for lock and rlock, with what Clang's -Wthread-safety needs to know. Not for semaphore:
 * to Clang a permit is not a capability, because a thread that has one may take another. */
template <class Native> class PAWL__IS_CAPABILITY("lock") lockable : public holdable<Native>
{
    using base = holdable<Native>;

  public:
    PAWL__NO_ANALYSIS void acquire() PAWL__ACQUIRES()
    {
        base::acquire();
    }

    [[nodiscard]] PAWL__NO_ANALYSIS bool try_acquire() PAWL__TRIES(true)
    {
        return base::try_acquire();
    }

    template <class Rep, class Period>
    [[nodiscard]] PAWL__NO_ANALYSIS pawl_status
    acquire_for(const std::chrono::duration<Rep, Period> &time) PAWL__TRIES(0)
    {
        return base::acquire_for(time);
    }

    template <class Clock, class Duration>
    [[nodiscard]] PAWL__NO_ANALYSIS pawl_status
    acquire_until(const std::chrono::time_point<Clock, Duration> &time) PAWL__TRIES(0)
    {
        return base::acquire_until(time);
    }

    template <class Stop>
    [[nodiscard]] PAWL__NO_ANALYSIS pawl_status acquire_unless(Stop &&stop) PAWL__TRIES(0)
    {
        return base::acquire_unless(stop);
    }

    template <class Stop, class Clock, class Duration>
    [[nodiscard]] PAWL__NO_ANALYSIS pawl_status
    acquire_unless(Stop &&stop, const std::chrono::time_point<Clock, Duration> &time)
        PAWL__TRIES(0)
    {
        return base::acquire_unless(stop, time);
    }

    PAWL__NO_ANALYSIS pawl_status release() PAWL__RELEASES()
    {
        return base::release();
    }

    PAWL__NO_ANALYSIS void lock() PAWL__ACQUIRES()
    {
        base::lock();
    }

    [[nodiscard]] PAWL__NO_ANALYSIS bool try_lock() PAWL__TRIES(true)
    {
        return base::try_lock();
    }

    template <class Rep, class Period>
    [[nodiscard]] PAWL__NO_ANALYSIS bool
    try_lock_for(const std::chrono::duration<Rep, Period> &time) PAWL__TRIES(true)
    {
        return base::try_lock_for(time);
    }

    template <class Clock, class Duration>
    [[nodiscard]] PAWL__NO_ANALYSIS bool
    try_lock_until(const std::chrono::time_point<Clock, Duration> &time) PAWL__TRIES(true)
    {
        return base::try_lock_until(time);
    }

    PAWL__NO_ANALYSIS void unlock() PAWL__RELEASES()
    {
        base::unlock();
    }

    /* To Clang they are this object, so PAWL_WITH(lock.native()) holds what is guarded by lock. */
    [[nodiscard]] PAWL__NO_ANALYSIS Native *native() PAWL__IS(this)
    {
        return base::native();
    }

    [[nodiscard]] PAWL__NO_ANALYSIS const Native *native() const PAWL__IS(this)
    {
        return base::native();
    }

  protected:
    constexpr explicit lockable(const Native &fresh) noexcept : base(fresh)
    {
    }
    ~lockable() = default;
};

} // namespace detail

} // namespace pawl

#if PAWL__COROUTINES
# include <pawl/coroutine.hpp>
#endif

namespace pawl
{

/* pawl_lock, lock.h. The class has another name because no class can have a member of its own
 * name. */
class PAWL__IS_CAPABILITY("lock") basic_lock : public detail::lockable<pawl_lock>
{
  public:
    constexpr basic_lock() noexcept : lockable(pawl_lock PAWL_LOCK_INIT)
    {
    }

    [[nodiscard]] bool locked() const
    {
        return pawl_lock_locked(&native_);
    }

#if PAWL__COROUTINES
    template <where_to_resume Where>
    detail::awaiter<detail::acquiring<basic_lock>, Where> acquire_await(Where where)
    {
        return {detail::acquiring<basic_lock>(this), std::move(where)};
    }
#endif

    void reinit_after_fork()
    {
        pawl_lock_reinit_after_fork(&native_);
    }

  protected:
    constexpr explicit basic_lock(const pawl_lock &fresh) noexcept : lockable(fresh)
    {
    }
};
using lock = basic_lock;

/* A pawl::lock that serves in order of arrival; a function that takes a pawl::lock & takes it. */
class PAWL__IS_CAPABILITY("lock") fair_lock : public basic_lock
{
  public:
    constexpr fair_lock() noexcept : basic_lock(pawl_lock PAWL_FAIR_LOCK_INIT)
    {
    }
};

/* pawl_rlock, rlock.h. */
class PAWL__IS_CAPABILITY("rlock") PAWL__IS_REENTRANT rlock
    : public detail::lockable<pawl_rlock>
{
  public:
    constexpr rlock() noexcept : lockable(pawl_rlock PAWL_RLOCK_INIT)
    {
    }

    [[nodiscard]] bool locked() const
    {
        return pawl_rlock_locked(&native_);
    }

    [[nodiscard]] bool owned() const
    {
        return pawl_rlock_owned(&native_);
    }

    [[nodiscard]] std::uint32_t depth() const
    {
        return pawl_rlock_depth(&native_);
    }

    void reinit_after_fork()
    {
        pawl_rlock_reinit_after_fork(&native_);
    }
};

/* pawl_semaphore, semaphore.h. lock() takes a permit and unlock() gives one, so a std::lock_guard
 * holds a permit for its scope; one unlock() too many on a plain semaphore adds a permit.
 *
 * With a value below 0 or above PAWL_SEMAPHORE_MAX the constructor throws std::invalid_argument, or
 * ends the process where exceptions are disabled; in a constant expression it does not compile. */
class semaphore : public detail::holdable<pawl_semaphore>
{
  public:
    constexpr semaphore() noexcept : holdable(pawl_semaphore PAWL_SEMAPHORE_INIT(0))
    {
    }

    constexpr explicit semaphore(std::int64_t value)
        : holdable(made(checked(value, PAWL_SEMAPHORE_MAX), 0))
    {
    }

    using holdable::release;

    pawl_status release(std::int64_t n)
    {
        return pawl_semaphore_release_n(&native_, n);
    }

    /* n permits at once, all or nothing; semaphore.h. */
    [[nodiscard]] pawl_status acquire_n(std::int64_t n)
    {
        return pawl_semaphore_acquire_n(&native_, n);
    }

    [[nodiscard]] bool try_acquire_n(std::int64_t n)
    {
        return pawl_semaphore_try_acquire_n(&native_, n);
    }

    template <class Rep, class Period>
    [[nodiscard]] pawl_status acquire_n_for(std::int64_t n,
                                            const std::chrono::duration<Rep, Period> &time)
    {
        return pawl_semaphore_acquire_n_for(&native_, n, detail::span(time));
    }

    template <class Clock, class Duration>
    [[nodiscard]] pawl_status
    acquire_n_until(std::int64_t n, const std::chrono::time_point<Clock, Duration> &time)
    {
        return detail::until(time, [&](pawl_time end) {
            return pawl_semaphore_acquire_n_until(&native_, n, end);
        });
    }

    template <class Stop, class Clock, class Duration>
    [[nodiscard]] pawl_status
    acquire_n_unless(std::int64_t n, Stop &&stop,
                     const std::chrono::time_point<Clock, Duration> &time)
    {
        auto &&ends = detail::stop_of(stop);
        return detail::until(time, [&](pawl_time end) {
            return pawl_semaphore_acquire_n_unless(&native_, n, ends.get(), end);
        });
    }

    /* The names of std::counting_semaphore. */
    template <class Rep, class Period>
    [[nodiscard]] bool try_acquire_for(const std::chrono::duration<Rep, Period> &time)
    {
        return acquire_for(time) == PAWL_OK;
    }

    template <class Clock, class Duration>
    [[nodiscard]] bool try_acquire_until(const std::chrono::time_point<Clock, Duration> &time)
    {
        return acquire_until(time) == PAWL_OK;
    }

    [[nodiscard]] std::int64_t value() const
    {
        return pawl_semaphore_value(&native_);
    }

#if PAWL__COROUTINES
    template <where_to_resume Where>
    detail::awaiter<detail::acquiring<semaphore>, Where> acquire_await(Where where)
    {
        return {detail::acquiring<semaphore>(this), std::move(where)};
    }
#endif

  protected:
    constexpr explicit semaphore(const pawl_semaphore &fresh) noexcept : holdable(fresh)
    {
    }

    static constexpr std::int64_t checked(std::int64_t value, std::int64_t bound)
    {
        if (value < 0 || value > bound || bound > PAWL_SEMAPHORE_MAX) {
            detail::refuse_argument("pawl::semaphore: the value is out of range");
        }
        return value;
    }

    /* `limit` is limit_. */
    static constexpr pawl_semaphore made(std::int64_t value, std::int64_t limit)
    {
        return {static_cast<std::uint64_t>(value) << 1, static_cast<std::uint64_t>(limit)};
    }
};

/* A pawl::semaphore whose value never passes its bound, which is the initial value unless it is
 * given. */
class bounded_semaphore : public semaphore
{
  public:
    constexpr explicit bounded_semaphore(std::int64_t value) : bounded_semaphore(value, value)
    {
    }

    constexpr bounded_semaphore(std::int64_t value, std::int64_t bound)
        : semaphore(made(checked(value, bound), bound + 1))
    {
    }
};

/* pawl_rwlock, rwlock.h. The standard's names without `shared` are exclusive. */
class PAWL__IS_CAPABILITY("rwlock") rwlock : detail::immovable
{
  public:
    constexpr rwlock() noexcept = default;

    PAWL__NO_ANALYSIS void acquire_shared() PAWL__ACQUIRES_SHARED()
    {
        pawl_rwlock_acquire_shared(&native_);
    }

    [[nodiscard]] PAWL__NO_ANALYSIS bool try_acquire_shared() PAWL__TRIES_SHARED(true)
    {
        return pawl_rwlock_try_acquire_shared(&native_);
    }

    template <class Rep, class Period>
    [[nodiscard]] PAWL__NO_ANALYSIS pawl_status
    acquire_shared_for(const std::chrono::duration<Rep, Period> &time)
        PAWL__TRIES_SHARED(0)
    {
        return pawl_rwlock_acquire_shared_for(&native_, detail::span(time));
    }

    template <class Clock, class Duration>
    [[nodiscard]] PAWL__NO_ANALYSIS pawl_status
    acquire_shared_until(const std::chrono::time_point<Clock, Duration> &time)
        PAWL__TRIES_SHARED(0)
    {
        if (try_acquire_shared()) {
            return PAWL_OK;
        }
        return detail::until(time, [this](pawl_time end) {
            return pawl_rwlock_acquire_shared_until(&native_, end);
        });
    }

    template <class Stop>
    [[nodiscard]] PAWL__NO_ANALYSIS pawl_status acquire_shared_unless(Stop &&stop)
        PAWL__TRIES_SHARED(0)
    {
        return acquire_shared_unless(stop, (clock::time_point::max)());
    }

    template <class Stop, class Clock, class Duration>
    [[nodiscard]] PAWL__NO_ANALYSIS pawl_status
    acquire_shared_unless(Stop &&stop, const std::chrono::time_point<Clock, Duration> &time)
        PAWL__TRIES_SHARED(0)
    {
        auto &&ends = detail::stop_of(stop);
        return detail::until(time, [&](pawl_time end) {
            return pawl_rwlock_acquire_shared_unless(&native_, ends.get(), end);
        });
    }

    PAWL__NO_ANALYSIS pawl_status release_shared() PAWL__RELEASES_SHARED()
    {
        return pawl_rwlock_release_shared(&native_);
    }

    PAWL__NO_ANALYSIS void acquire_exclusive() PAWL__ACQUIRES()
    {
        pawl_rwlock_acquire_exclusive(&native_);
    }

    [[nodiscard]] PAWL__NO_ANALYSIS bool try_acquire_exclusive() PAWL__TRIES(true)
    {
        return pawl_rwlock_try_acquire_exclusive(&native_);
    }

    template <class Rep, class Period>
    [[nodiscard]] PAWL__NO_ANALYSIS pawl_status
    acquire_exclusive_for(const std::chrono::duration<Rep, Period> &time)
        PAWL__TRIES(0)
    {
        return pawl_rwlock_acquire_exclusive_for(&native_, detail::span(time));
    }

    template <class Clock, class Duration>
    [[nodiscard]] PAWL__NO_ANALYSIS pawl_status
    acquire_exclusive_until(const std::chrono::time_point<Clock, Duration> &time)
        PAWL__TRIES(0)
    {
        if (try_acquire_exclusive()) {
            return PAWL_OK;
        }
        return detail::until(time, [this](pawl_time end) {
            return pawl_rwlock_acquire_exclusive_until(&native_, end);
        });
    }

    template <class Stop>
    [[nodiscard]] PAWL__NO_ANALYSIS pawl_status acquire_exclusive_unless(Stop &&stop)
        PAWL__TRIES(0)
    {
        return acquire_exclusive_unless(stop, (clock::time_point::max)());
    }

    template <class Stop, class Clock, class Duration>
    [[nodiscard]] PAWL__NO_ANALYSIS pawl_status
    acquire_exclusive_unless(Stop &&stop, const std::chrono::time_point<Clock, Duration> &time)
        PAWL__TRIES(0)
    {
        auto &&ends = detail::stop_of(stop);
        return detail::until(time, [&](pawl_time end) {
            return pawl_rwlock_acquire_exclusive_unless(&native_, ends.get(), end);
        });
    }

    PAWL__NO_ANALYSIS pawl_status release_exclusive() PAWL__RELEASES()
    {
        return pawl_rwlock_release_exclusive(&native_);
    }

    PAWL__NO_ANALYSIS pawl_status downgrade() PAWL__RELEASES() PAWL__ACQUIRES_SHARED()
    {
        return pawl_rwlock_downgrade(&native_);
    }

    /* The standard's names for them. unlock() and unlock_shared() without a hold of that kind
     * change nothing. */
    PAWL__NO_ANALYSIS void lock() PAWL__ACQUIRES()
    {
        acquire_exclusive();
    }

    [[nodiscard]] PAWL__NO_ANALYSIS bool try_lock() PAWL__TRIES(true)
    {
        return try_acquire_exclusive();
    }

    template <class Rep, class Period>
    [[nodiscard]] PAWL__NO_ANALYSIS bool
    try_lock_for(const std::chrono::duration<Rep, Period> &time)
        PAWL__TRIES(true)
    {
        return acquire_exclusive_for(time) == PAWL_OK;
    }

    template <class Clock, class Duration>
    [[nodiscard]] PAWL__NO_ANALYSIS bool
    try_lock_until(const std::chrono::time_point<Clock, Duration> &time)
        PAWL__TRIES(true)
    {
        return acquire_exclusive_until(time) == PAWL_OK;
    }

    PAWL__NO_ANALYSIS void unlock() PAWL__RELEASES()
    {
        (void)release_exclusive();
    }

    PAWL__NO_ANALYSIS void lock_shared() PAWL__ACQUIRES_SHARED()
    {
        acquire_shared();
    }

    [[nodiscard]] PAWL__NO_ANALYSIS bool try_lock_shared() PAWL__TRIES_SHARED(true)
    {
        return try_acquire_shared();
    }

    template <class Rep, class Period>
    [[nodiscard]] PAWL__NO_ANALYSIS bool
    try_lock_shared_for(const std::chrono::duration<Rep, Period> &time)
        PAWL__TRIES_SHARED(true)
    {
        return acquire_shared_for(time) == PAWL_OK;
    }

    template <class Clock, class Duration>
    [[nodiscard]] PAWL__NO_ANALYSIS bool
    try_lock_shared_until(const std::chrono::time_point<Clock, Duration> &time)
        PAWL__TRIES_SHARED(true)
    {
        return acquire_shared_until(time) == PAWL_OK;
    }

    PAWL__NO_ANALYSIS void unlock_shared() PAWL__RELEASES_SHARED()
    {
        (void)release_shared();
    }

#if PAWL__COROUTINES
    template <where_to_resume Where>
    detail::awaiter<detail::sharing<rwlock>, Where> acquire_shared_await(Where where)
    {
        return {detail::sharing<rwlock>(this), std::move(where)};
    }

    template <where_to_resume Where>
    detail::awaiter<detail::excluding<rwlock>, Where> acquire_exclusive_await(Where where)
    {
        return {detail::excluding<rwlock>(this), std::move(where)};
    }
#endif

    void reinit_after_fork()
    {
        pawl_rwlock_reinit_after_fork(&native_);
    }

    int describe(char *buf, std::size_t size) const
    {
        return pawl_rwlock_describe(&native_, buf, size);
    }

    [[nodiscard]] PAWL__NO_ANALYSIS pawl_rwlock *native() PAWL__IS(this)
    {
        return &native_;
    }

    [[nodiscard]] PAWL__NO_ANALYSIS const pawl_rwlock *native() const PAWL__IS(this)
    {
        return &native_;
    }

  private:
    pawl_rwlock native_ = PAWL_RWLOCK_INIT;
};

/* As std::lock_guard, over any lock of this header. Clang's -Wthread-safety knows that it holds the
 * lock, and does not know that of std::lock_guard. */
template <class Lock> class PAWL__IS_SCOPE guard : detail::immovable
{
  public:
    PAWL__NO_ANALYSIS explicit guard(Lock &held) PAWL__ACQUIRES(held) : held_(held)
    {
        held_.lock();
    }

    PAWL__NO_ANALYSIS ~guard() PAWL__RELEASES()
    {
        held_.unlock();
    }

  private:
    Lock &held_;
};

/* The same for an rwlock that is held shared. */
template <class Lock> class PAWL__IS_SCOPE shared_guard : detail::immovable
{
  public:
    PAWL__NO_ANALYSIS explicit shared_guard(Lock &held) PAWL__ACQUIRES_SHARED(held) : held_(held)
    {
        held_.lock_shared();
    }

    PAWL__NO_ANALYSIS ~shared_guard() PAWL__RELEASES()
    {
        held_.unlock_shared();
    }

  private:
    Lock &held_;
};

namespace detail
{

inline bool is_held(const pawl_lock *held)
{
    return pawl_lock_locked(held);
}

inline bool is_held(const pawl_rlock *held)
{
    return pawl_rlock_owned(held);
}

PAWL__NO_ANALYSIS inline pawl_status wait(pawl_condition *condition, pawl_lock *held,
                                          pawl_time end)
{
    return pawl_condition_wait_until(condition, held, end);
}

PAWL__NO_ANALYSIS inline pawl_status wait(pawl_condition *condition, pawl_rlock *held,
                                          pawl_time end)
{
    return pawl_condition_wait_rlock_until(condition, held, end);
}

PAWL__NO_ANALYSIS inline pawl_status wait_unless(pawl_condition *condition, pawl_lock *held,
                                                 pawl_event *stop, pawl_time end)
{
    return pawl_condition_wait_unless(condition, held, stop, end);
}

PAWL__NO_ANALYSIS inline pawl_status wait_unless(pawl_condition *condition, pawl_rlock *held,
                                                 pawl_event *stop, pawl_time end)
{
    return pawl_condition_wait_rlock_unless(condition, held, stop, end);
}

} // namespace detail

/* pawl_condition, condition.h, with the interface of std::condition_variable.
 *
 * `Hold` is a std::unique_lock of a pawl::lock, fair_lock or rlock, or one of these itself, held by
 * whatever means. A wait without the hold throws std::system_error with operation_not_permitted
 * (and ends the process where exceptions are disabled): nothing was done, and the predicate was not
 * called. However a wait ends, the caller holds what it held before.
 *
 * Only a notification ends a wait, never a spurious wake-up, with one exception: wait_until without
 * a predicate and by another clock than pawl's returns no_timeout when it ended before the time
 * came by that clock, which was set back or is slow. To wait on could miss a notification. */
class condition : detail::immovable
{
  public:
    constexpr condition() noexcept = default;

    template <class Hold> void wait(Hold &hold)
    {
        (void)notified(hold, PAWL_NEVER);
    }

    /* Wait until stop() is true; it is called with the lock held. */
    template <class Hold, class Predicate> void wait(Hold &hold, Predicate stop)
    {
        (void)wait_until(hold, (clock::time_point::max)(), std::move(stop));
    }

    template <class Hold, class Rep, class Period>
    cv_status wait_for(Hold &hold, const std::chrono::duration<Rep, Period> &time)
    {
        return wait_until(hold, after(time));
    }

    /* The time is the total, however often stop() is called.
     *
     * Returns   the last result of stop(): true, or false when the time has passed. */
    template <class Hold, class Rep, class Period, class Predicate>
    bool wait_for(Hold &hold, const std::chrono::duration<Rep, Period> &time, Predicate stop)
    {
        return wait_until(hold, after(time), std::move(stop));
    }

    template <class Hold, class Clock, class Duration>
    cv_status wait_until(Hold &hold, const std::chrono::time_point<Clock, Duration> &time)
    {
        return notified(hold, detail::deadline(time)) || !detail::has_come(time)
                   ? cv_status::no_timeout
                   : cv_status::timeout;
    }

    template <class Hold, class Clock, class Duration, class Predicate>
    bool wait_until(Hold &hold, const std::chrono::time_point<Clock, Duration> &time,
                    Predicate stop)
    {
        if (!detail::is_held(detail::held_by(hold))) {
            detail::refuse_wait();
        }
        while (!stop()) {
            if (wait_until(hold, time) == cv_status::timeout) {
                return stop();
            }
        }
        return true;
    }

    /* Wait until done() is true, unless `stop` is set: a pawl::event or, in C++20, a
     * std::stop_token, as with std::condition_variable_any. The lock is held again when the call
     * returns.
     *
     * Returns   the last result of done(): true, or false when it was stopped or the time has
     *           passed. */
    template <class Hold, class Stop, class Predicate>
    bool wait_unless(Hold &hold, Stop &&stop, Predicate done)
    {
        return wait_unless_until(hold, stop, (clock::time_point::max)(), std::move(done));
    }

    template <class Hold, class Stop, class Clock, class Duration, class Predicate>
    bool wait_unless_until(Hold &hold, Stop &&stop,
                           const std::chrono::time_point<Clock, Duration> &time, Predicate done)
    {
        if (!detail::is_held(detail::held_by(hold))) {
            detail::refuse_wait();
        }
        auto &&ends = detail::stop_of(stop);
        while (!done()) {
            const pawl_status status = detail::wait_unless(&native_, detail::held_by(hold),
                                                           ends.get(), detail::deadline(time));
            if (status == PAWL_NOT_HELD) {
                detail::refuse_wait();
            }
            if (status == PAWL_CANCELLED || (status == PAWL_TIMEOUT && detail::has_come(time))) {
                return done();
            }
        }
        return true;
    }

#if PAWL__STOP_TOKENS
    /* The names of std::condition_variable_any. */
    template <class Hold, class Predicate>
    bool wait(Hold &hold, std::stop_token stop, Predicate done)
    {
        return wait_unless(hold, stop, std::move(done));
    }

    template <class Hold, class Clock, class Duration, class Predicate>
    bool wait_until(Hold &hold, std::stop_token stop,
                    const std::chrono::time_point<Clock, Duration> &time, Predicate done)
    {
        return wait_unless_until(hold, stop, time, std::move(done));
    }

    template <class Hold, class Rep, class Period, class Predicate>
    bool wait_for(Hold &hold, std::stop_token stop,
                  const std::chrono::duration<Rep, Period> &time, Predicate done)
    {
        return wait_unless_until(hold, stop, after(time), std::move(done));
    }
#endif

#if PAWL__COROUTINES
    /* `Hold` is a std::unique_lock of a pawl::lock or fair_lock, or one of these itself, but not an
     * rlock, which a thread owns. Misuse throws as in the other waits. */
    template <class Hold, where_to_resume Where>
    detail::awaiter<detail::listening<Hold>, Where> wait_await(Hold &hold, Where where)
    {
        static_assert(std::is_same_v<decltype(detail::held_by(hold)), pawl_lock *>,
                      "a coroutine waits with a pawl::lock or pawl::fair_lock");
        return {detail::listening<Hold>(&native_, &hold), std::move(where)};
    }
#endif

    /* The lock need not be held.
     *
     * Returns   how many were notified. */
    std::size_t notify_one()
    {
        return pawl_condition_notify_one(&native_);
    }

    std::size_t notify(std::size_t n)
    {
        return pawl_condition_notify(&native_, n);
    }

    std::size_t notify_all()
    {
        return pawl_condition_notify_all(&native_);
    }

    int describe(char *buf, std::size_t size) const
    {
        return pawl_condition_describe(&native_, buf, size);
    }

    [[nodiscard]] pawl_condition *native()
    {
        return &native_;
    }

    [[nodiscard]] const pawl_condition *native() const
    {
        return &native_;
    }

  private:
    template <class Rep, class Period>
    static clock::time_point after(const std::chrono::duration<Rep, Period> &time)
    {
        return clock::time_point(clock::duration(pawl_after_ns(detail::span(time))));
    }

    template <class Hold> bool notified(Hold &hold, pawl_time end)
    {
        const pawl_status status = detail::wait(&native_, detail::held_by(hold), end);
        if (status == PAWL_NOT_HELD) {
            detail::refuse_wait();
        }
        return status == PAWL_OK;
    }

    pawl_condition native_ = PAWL_CONDITION_INIT;
};

/* pawl_event, event.h. */
class event : detail::immovable
{
  public:
    constexpr event() noexcept = default;

    void set()
    {
        pawl_event_set(&native_);
    }

    void clear()
    {
        pawl_event_clear(&native_);
    }

    [[nodiscard]] bool is_set() const
    {
        return pawl_event_is_set(&native_);
    }

    void wait()
    {
        pawl_event_wait(&native_);
    }

    template <class Rep, class Period>
    [[nodiscard]] pawl_status wait_for(const std::chrono::duration<Rep, Period> &time)
    {
        return pawl_event_wait_for(&native_, detail::span(time));
    }

    template <class Clock, class Duration>
    [[nodiscard]] pawl_status wait_until(const std::chrono::time_point<Clock, Duration> &time)
    {
        if (is_set()) {
            return PAWL_OK;
        }
        return detail::until(
            time, [this](pawl_time end) { return pawl_event_wait_until(&native_, end); });
    }

    template <class Stop> [[nodiscard]] pawl_status wait_unless(Stop &&stop)
    {
        return wait_unless(stop, (clock::time_point::max)());
    }

    template <class Stop, class Clock, class Duration>
    [[nodiscard]] pawl_status
    wait_unless(Stop &&stop, const std::chrono::time_point<Clock, Duration> &time)
    {
        auto &&ends = detail::stop_of(stop);
        return detail::until(time, [&](pawl_time end) {
            return pawl_event_wait_unless(&native_, ends.get(), end);
        });
    }

#if PAWL__COROUTINES
    template <where_to_resume Where>
    detail::awaiter<detail::happening, Where> wait_await(Where where)
    {
        return {detail::happening(&native_), std::move(where)};
    }
#endif

    int describe(char *buf, std::size_t size) const
    {
        return pawl_event_describe(&native_, buf, size);
    }

    [[nodiscard]] pawl_event *native()
    {
        return &native_;
    }

    [[nodiscard]] const pawl_event *native() const
    {
        return &native_;
    }

  private:
    pawl_event native_ = PAWL_EVENT_INIT;
};

namespace detail
{

inline event_stop stop_of(event &stop)
{
    return event_stop(stop.native());
}

} // namespace detail

/* pawl_barrier, barrier.h. With no parties the constructor throws std::invalid_argument, or ends
 * the process where exceptions are disabled; in a constant expression it does not compile.
 *
 * A wait that times out breaks the barrier, which cannot be undone: wait_until converts a time
 * point of another clock once, and does not read that clock again. */
class barrier : detail::immovable
{
  public:
    constexpr explicit barrier(std::uint32_t parties) : barrier(parties, nullptr, nullptr)
    {
    }

    /* The last arrival of each round calls action(ctx). An exception that leaves it breaks the
     * barrier, and leaves the wait that called it; the other parties return PAWL_BROKEN. */
    constexpr barrier(std::uint32_t parties, void (*action)(void *ctx), void *ctx)
        : native_{action, ctx, checked(parties), 0, 0, 0}
    {
    }

    pawl_status wait(std::uint32_t *index = nullptr)
    {
        return arrive(PAWL_NEVER, index);
    }

    template <class Rep, class Period>
    [[nodiscard]] pawl_status wait_for(const std::chrono::duration<Rep, Period> &time,
                                       std::uint32_t *index = nullptr)
    {
        const pawl_ns ns = detail::span(time);
        return arrive(ns <= 0 ? 0 : pawl_after_ns(ns), index);
    }

    template <class Clock, class Duration>
    [[nodiscard]] pawl_status wait_until(const std::chrono::time_point<Clock, Duration> &time,
                                         std::uint32_t *index = nullptr)
    {
        return arrive(detail::deadline(time), index);
    }

#if PAWL__COROUTINES
    /* *index, if index is not null, must be valid until the wait has ended. */
    template <where_to_resume Where>
    detail::awaiter<detail::meeting, Where> wait_await(Where where, std::uint32_t *index = nullptr)
    {
        return {detail::meeting(&native_, index), std::move(where)};
    }
#endif

    void abort()
    {
        pawl_barrier_abort(&native_);
    }

    void reset()
    {
        pawl_barrier_reset(&native_);
    }

    [[nodiscard]] std::uint32_t parties() const
    {
        return pawl_barrier_parties(&native_);
    }

    [[nodiscard]] std::uint32_t waiting() const
    {
        return pawl_barrier_waiting(&native_);
    }

    [[nodiscard]] bool broken() const
    {
        return pawl_barrier_broken(&native_);
    }

    int describe(char *buf, std::size_t size) const
    {
        return pawl_barrier_describe(&native_, buf, size);
    }

    [[nodiscard]] pawl_barrier *native()
    {
        return &native_;
    }

    [[nodiscard]] const pawl_barrier *native() const
    {
        return &native_;
    }

  private:
    pawl_status arrive(pawl_time deadline, std::uint32_t *index)
    {
        pawl__round round;
        const pawl_status status = pawl__barrier_arrive(&native_, deadline, index, &round);
        detail::act(round);
        return status;
    }

    static constexpr std::uint32_t checked(std::uint32_t parties)
    {
        if (parties == 0) {
            detail::refuse_argument("pawl::barrier: no parties");
        }
        return parties;
    }

    pawl_barrier native_;
};

/* A barrier that keeps its action, any function object of no arguments:
 * pawl::barrier_with start(4, [&] { round++; }); */
template <class Action> class barrier_with : public barrier
{
  public:
    constexpr barrier_with(std::uint32_t parties, Action action)
        : barrier(parties, run, this), action_(std::move(action))
    {
    }

  private:
    static void run(void *self)
    {
        std::invoke(static_cast<barrier_with *>(self)->action_);
    }

    Action action_;
};

/* pawl_once, once.h. */
class once : detail::immovable
{
  public:
    constexpr once() noexcept = default;

    /* Call fn(args...) unless that was done, as std::call_once: if it throws, the exception leaves
     * this call, and the once is fresh again for those who wait and for later callers. So it is
     * when the thread is cancelled or calls pthread_exit in fn, where these unwind the stack.
     *
     * Requires  fn does not call the same once.
     * Costs     one load when it is done. */
    template <class Function, class... Args> void call(Function &&fn, Args &&...args)
    {
        if (PAWL__UNLIKELY(!pawl_once_done(&native_))) {
            auto run = [&] {
                (void)std::invoke(std::forward<Function>(fn), std::forward<Args>(args)...);
            };
            call_first(run);
        }
    }

    [[nodiscard]] bool done() const
    {
        return pawl_once_done(&native_);
    }

    int describe(char *buf, std::size_t size) const
    {
        return pawl_once_describe(&native_, buf, size);
    }

    [[nodiscard]] pawl_once *native()
    {
        return &native_;
    }

    [[nodiscard]] const pawl_once *native() const
    {
        return &native_;
    }

  private:
    /* A run: unless it succeeds, the once is fresh again, however the function is left. */
    class attempt : detail::immovable
    {
      public:
        attempt(pawl_once &once, std::uint8_t running) noexcept : once_(once), running_(running)
        {
        }

        ~attempt()
        {
            pawl__once_end(&once_, running_, done_);
        }

        void succeed() noexcept
        {
            done_ = true;
        }

      private:
        pawl_once &once_;
        std::uint8_t running_;
        bool done_ = false;
    };

    template <class Run> PAWL__COLD void call_first(Run &run)
    {
        const std::uint8_t running = pawl__once_begin(&native_);
        if (running != 0) {
            attempt began(native_, running);
            run();
            began.succeed();
        }
    }

    pawl_once native_ = PAWL_ONCE_INIT;
};

/* pawl_latch, latch.h. A count out of range: as semaphore's value. */
class latch : detail::immovable
{
  public:
    constexpr latch() noexcept = default;

    constexpr explicit latch(std::int64_t count) : native_{checked(count)}
    {
    }

    pawl_status add(std::int64_t n = 1)
    {
        return pawl_latch_add(&native_, n);
    }

    pawl_status done(std::int64_t n = 1)
    {
        return pawl_latch_done(&native_, n);
    }

    [[nodiscard]] std::int64_t count() const
    {
        return pawl_latch_count(&native_);
    }

    [[nodiscard]] bool is_open() const
    {
        return pawl_latch_is_open(&native_);
    }

    void wait()
    {
        pawl_latch_wait(&native_);
    }

    template <class Rep, class Period>
    [[nodiscard]] pawl_status wait_for(const std::chrono::duration<Rep, Period> &time)
    {
        return pawl_latch_wait_for(&native_, detail::span(time));
    }

    template <class Clock, class Duration>
    [[nodiscard]] pawl_status wait_until(const std::chrono::time_point<Clock, Duration> &time)
    {
        if (is_open()) {
            return PAWL_OK;
        }
        return detail::until(
            time, [this](pawl_time end) { return pawl_latch_wait_until(&native_, end); });
    }

    template <class Stop> [[nodiscard]] pawl_status wait_unless(Stop &&stop)
    {
        return wait_unless(stop, (clock::time_point::max)());
    }

    template <class Stop, class Clock, class Duration>
    [[nodiscard]] pawl_status
    wait_unless(Stop &&stop, const std::chrono::time_point<Clock, Duration> &time)
    {
        auto &&ends = detail::stop_of(stop);
        return detail::until(time, [&](pawl_time end) {
            return pawl_latch_wait_unless(&native_, ends.get(), end);
        });
    }

#if PAWL__COROUTINES
    template <where_to_resume Where>
    detail::awaiter<detail::opening, Where> wait_await(Where where)
    {
        return {detail::opening(&native_), std::move(where)};
    }
#endif

    int describe(char *buf, std::size_t size) const
    {
        return pawl_latch_describe(&native_, buf, size);
    }

    [[nodiscard]] pawl_latch *native()
    {
        return &native_;
    }

    [[nodiscard]] const pawl_latch *native() const
    {
        return &native_;
    }

  private:
    static constexpr std::uint64_t checked(std::int64_t count)
    {
        if (count < 0 || count > PAWL_LATCH_MAX) {
            detail::refuse_argument("pawl::latch: the count is out of range");
        }
        return static_cast<std::uint64_t>(count) << 1;
    }

    pawl_latch native_ = PAWL_LATCH_INIT(0);
};

/* pawl_filelock: filelock.h. The constructor opens the lock file, the destructor closes it, and
 * both release what the object holds. Where the C function returns PAWL_SYSTEM or PAWL_UNSUPPORTED,
 * a constructor and the standard's verbs throw std::system_error with the system's error, and
 * std::invalid_argument if the path is empty or contains a NUL. The acquire verbs return the status
 * instead. */
class PAWL__IS_CAPABILITY("filelock") filelock : detail::immovable
{
  public:
    explicit filelock(const char *path, const char *label = nullptr)
    {
        open(path, label);
    }

    explicit filelock(const std::string &path, const char *label = nullptr)
    {
        open_whole(path, label);
    }

    /* A path of any class that has u8string(), such as std::filesystem::path. */
    template <class Path, class = decltype(std::declval<const Path &>().u8string())>
    explicit filelock(const Path &path, const char *label = nullptr)
    {
        const auto text = path.u8string();
        open_whole(std::string(text.begin(), text.end()), label);
    }

    ~filelock()
    {
        pawl_filelock_close(native_);
    }
    filelock(const filelock &) = delete;
    filelock &operator=(const filelock &) = delete;

    void lock() PAWL__ACQUIRES()
    {
        expect(acquire());
    }

    [[nodiscard]] bool try_lock() PAWL__TRIES(true)
    {
        return pawl_filelock_try_acquire_exclusive(native_);
    }

    template <class Rep, class Period>
    [[nodiscard]] bool try_lock_for(const std::chrono::duration<Rep, Period> &time)
        PAWL__TRIES(true)
    {
        return expect(acquire_for(time));
    }

    template <class Clock, class Duration>
    [[nodiscard]] bool try_lock_until(const std::chrono::time_point<Clock, Duration> &time)
        PAWL__TRIES(true)
    {
        return expect(acquire_until(time));
    }

    void unlock() PAWL__RELEASES()
    {
        (void)release();
    }

    void lock_shared() PAWL__ACQUIRES_SHARED()
    {
        expect(acquire_shared());
    }

    [[nodiscard]] bool try_lock_shared() PAWL__TRIES_SHARED(true)
    {
        return pawl_filelock_try_acquire_shared(native_);
    }

    template <class Rep, class Period>
    [[nodiscard]] bool try_lock_shared_for(const std::chrono::duration<Rep, Period> &time)
        PAWL__TRIES_SHARED(true)
    {
        return expect(acquire_shared_for(time));
    }

    template <class Clock, class Duration>
    [[nodiscard]] bool try_lock_shared_until(const std::chrono::time_point<Clock, Duration> &time)
        PAWL__TRIES_SHARED(true)
    {
        return expect(acquire_shared_until(time));
    }

    void unlock_shared() PAWL__RELEASES_SHARED()
    {
        (void)release_shared();
    }

    [[nodiscard]] pawl_status acquire()
    {
        return pawl_filelock_acquire_exclusive(native_);
    }

    template <class Rep, class Period>
    [[nodiscard]] pawl_status acquire_for(const std::chrono::duration<Rep, Period> &time)
    {
        return pawl_filelock_acquire_exclusive_for(native_, detail::span(time));
    }

    template <class Clock, class Duration>
    [[nodiscard]] pawl_status acquire_until(const std::chrono::time_point<Clock, Duration> &time)
    {
        return detail::until(time, [this](pawl_time end) {
            return pawl_filelock_acquire_exclusive_until(native_, end);
        });
    }

    pawl_status release()
    {
        return pawl_filelock_release_exclusive(native_);
    }

    [[nodiscard]] pawl_status acquire_shared()
    {
        return pawl_filelock_acquire_shared(native_);
    }

    template <class Rep, class Period>
    [[nodiscard]] pawl_status acquire_shared_for(const std::chrono::duration<Rep, Period> &time)
    {
        return pawl_filelock_acquire_shared_for(native_, detail::span(time));
    }

    template <class Clock, class Duration>
    [[nodiscard]] pawl_status
    acquire_shared_until(const std::chrono::time_point<Clock, Duration> &time)
    {
        return detail::until(time, [this](pawl_time end) {
            return pawl_filelock_acquire_shared_until(native_, end);
        });
    }

    pawl_status release_shared()
    {
        return pawl_filelock_release_shared(native_);
    }

    [[nodiscard]] bool abandoned() const
    {
        return pawl_filelock_abandoned(native_);
    }

    bool holder(pawl_holder &who) const
    {
        return pawl_filelock_holder(native_, &who);
    }

    [[nodiscard]] std::error_code error() const
    {
        return {pawl_filelock_error(native_), std::system_category()};
    }

    int describe(char *buf, std::size_t size) const
    {
        return pawl_filelock_describe(native_, buf, size);
    }

    [[nodiscard]] pawl_filelock *native() const
    {
        return native_;
    }

  private:
    void open(const char *path, const char *label)
    {
        const pawl_status status = pawl_filelock_open(path, label, &native_);
        if (status == PAWL_INVALID) {
            detail::refuse_argument("pawl::filelock: the path is empty, or is no UTF-8");
        } else if (status != PAWL_OK) {
            refuse(status, status == PAWL_SYSTEM ? pawl__filelock_open_error() : 0);
        }
    }

    void open_whole(const std::string &path, const char *label)
    {
        if (path.find('\0') != std::string::npos) {
            detail::refuse_argument("pawl::filelock: the path contains a NUL");
        }
        open(path.c_str(), label);
    }

    /* Whether it was acquired, if the system did not refuse. */
    bool expect(pawl_status status)
    {
        if (status != PAWL_OK && status != PAWL_TIMEOUT) {
            refuse(status, pawl_filelock_error(native_));
        }
        return status == PAWL_OK;
    }

    [[noreturn]] static void refuse(pawl_status status, int error)
    {
#if PAWL__EXCEPTIONS
        const std::error_code code =
            error != 0 ? std::error_code(error, std::system_category())
                       : std::make_error_code(status == PAWL_NO_MEMORY
                                                  ? std::errc::not_enough_memory
                                                  : std::errc::operation_not_supported);
        throw std::system_error(code, "pawl::filelock");
#else
        std::fprintf(stderr, "pawl::filelock: %s, error %d\n", pawl_status_name(status), error);
        std::abort();
#endif
    }

    pawl_filelock *native_ = nullptr;
};

/* pawl_sleep_for, pawl_sleep_until, pawl_yield: base.h. */
template <class Rep, class Period>
void sleep_for(const std::chrono::duration<Rep, Period> &time)
{
    pawl_sleep_for(detail::span(time));
}

template <class Clock, class Duration>
void sleep_until(const std::chrono::time_point<Clock, Duration> &time)
{
    (void)detail::until(time, [](pawl_time end) {
        pawl_sleep_until(end);
        return PAWL_TIMEOUT;
    });
}

inline void yield()
{
    pawl_yield();
}

} // namespace pawl

#undef PAWL__COROUTINES
#undef PAWL__EXCEPTIONS

#endif /* C++17 */

#endif
