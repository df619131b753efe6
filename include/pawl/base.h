/* SPDX-License-Identifier: MIT
 *
 * What all of pawl shares: status, time, sleep, version.
 *
 * A call whose outcome can differ returns a pawl_status. Times are nanoseconds of the platform's
 * monotonic clock: a deadline is a pawl_time (a point), a duration is a pawl_ns. Example:
 *
 *     #include <pawl/base.h>
 *     #include <stdio.h>
 *
 *     void report(pawl_status status, pawl_time started)
 *     {
 *         printf("%s after %lld us\n", pawl_status_name(status),
 *                (long long)((pawl_now() - started) / PAWL_US(1)));
 *     }
 */
#ifndef PAWL_BASE_H
#define PAWL_BASE_H

#include <pawl/compiler.h>

/* The header's version; pawl_version() is the library's. */
#define PAWL_VERSION_MAJOR 0
#define PAWL_VERSION_MINOR 1
#define PAWL_VERSION_PATCH 0

PAWL__BEGIN

/* How a call ended. */
typedef enum pawl_status {
    PAWL_OK = 0,    /* done */
    PAWL_TIMEOUT,   /* the deadline passed; nothing was acquired */
    PAWL_CANCELLED, /* the wait was withdrawn; nothing was acquired */
    PAWL_PENDING,   /* the outcome will be told later */
    PAWL_NOT_HELD,  /* what was to be released is not held; nothing changed */
    PAWL_OVERFLOW,  /* a count would pass its bound; nothing changed */
    PAWL_BROKEN,    /* the barrier was broken */
    PAWL_INVALID,   /* an argument is outside its range; nothing changed */
    PAWL_NO_MEMORY, /* memory is out; nothing changed */
    PAWL_SYSTEM,    /* the system refused; the object's error function says why */
    PAWL_UNSUPPORTED /* this platform or file system has no such thing */
} pawl_status;

/* In C an enumerator is an int, as 0 is; but Clang's -Wthread-safety follows `status == 0` only. */
#if defined(__clang__) && !defined(__cplusplus)
# define PAWL_OK 0
#endif

/* The name of a status, "PAWL_OK" for PAWL_OK.
 *
 * Returns   a string that lives as long as the program; "PAWL_UNKNOWN" for a value that is not in
 *           the enumeration; never NULL. */
PAWL_API const char *pawl_status_name(pawl_status status);

/* A point in time: nanoseconds of the platform's monotonic clock since an arbitrary start.
 * PAWL_NEVER as a deadline never passes. Range: about 292 years. */
typedef int64_t pawl_time;
#define PAWL_NEVER INT64_MAX

/* A duration in nanoseconds. 0 or less makes a call a try; PAWL_FOREVER does not end. */
typedef int64_t pawl_ns;
#define PAWL_FOREVER INT64_MAX

/* Durations from microseconds, milliseconds, seconds. `n` may be a fraction, PAWL_S(0.5), and is
 * evaluated once; the product must fit in a pawl_ns. */
#define PAWL_US(n) PAWL__TO(pawl_ns, (n) * INT64_C(1000))
#define PAWL_MS(n) PAWL__TO(pawl_ns, (n) * INT64_C(1000000))
#define PAWL_S(n)  PAWL__TO(pawl_ns, (n) * INT64_C(1000000000))

/* The monotonic clock, in nanoseconds.
 *
 * Returns   a time above 0 that never goes back, on any thread.
 * Orders    nothing.
 * Costs     one reading of the platform's clock: CLOCK_MONOTONIC or QueryPerformanceCounter. */
PAWL_API pawl_time pawl_now(void);

/* The deadline that is n nanoseconds, microseconds, milliseconds or seconds from now; n is a whole
 * number: half a second is pawl_after_ns(PAWL_S(0.5)).
 *
 * Returns   now + n, or PAWL_NEVER where that would pass it; a time already past for n <= 0.
 * Costs     pawl_now. */
PAWL_API pawl_time pawl_after_ns(int64_t n);
PAWL_API pawl_time pawl_after_us(int64_t n);
PAWL_API pawl_time pawl_after_ms(int64_t n);
PAWL_API pawl_time pawl_after_s(int64_t n);

/* Sleep for `ns` nanoseconds, or until the monotonic time `deadline`. A duration of 0 or less, or a
 * deadline in the past, returns at once; PAWL_FOREVER and PAWL_NEVER do not end. For a sleep that
 * another thread can end, wait for a pawl_event (event.h).
 *
 * Returns   after the time has passed, never early.
 * Requires  any thread; not a signal handler.
 * Costs     one reading of the clock; then parks. Never allocates. Not a cancellation point. */
PAWL_API void pawl_sleep_for(pawl_ns ns);
PAWL_API void pawl_sleep_until(pawl_time deadline);

/* Offer the processor to another thread that is ready to run. The system decides whether one runs:
 * a loop around this call keeps a processor busy, so wait for an object instead.
 *
 * Costs     one call of the system: sched_yield, SwitchToThread. */
PAWL_API void pawl_yield(void);

/* The library's version, "1.2.3". */
PAWL_API const char *pawl_version(void);

/* Ends the process: one line on stderr that names the call and its NULL argument, then abort. The
 * inline calls share it; not for users. */
PAWL_API PAWL__COLD PAWL__NORETURN void pawl__die_null(const char *call, const char *argument);

PAWL__END

#endif
