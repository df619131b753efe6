/* SPDX-License-Identifier: MIT
 *
 * The Windows backend's guard and parker: see port.h.
 */
#ifndef PAWL_SRC_WIN32_NATIVE_H
#define PAWL_SRC_WIN32_NATIVE_H

#ifndef _WIN32_WINNT
# define _WIN32_WINNT 0x0601 /* Windows 7 */
#endif
#ifndef WIN32_LEAN_AND_MEAN
# define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>

#include <stdbool.h>
#include <stdint.h>

/* There is no fork: nothing need be done at load time. */
#if defined(_MSC_VER)
# define PAWL__AT_LOAD __pragma(warning(suppress : 4505))
#else
# define PAWL__AT_LOAD __attribute__((unused))
#endif

/* Have function() called when the code is loaded. */
#if PAWL__MSVC
# define PAWL__WHEN_LOADED(function)                                                               \
     __pragma(section(".CRT$XCU", read))                                                           \
     __declspec(allocate(".CRT$XCU")) void (*const pawl__when_loaded_##function)(void) = function;
#else
# define PAWL__WHEN_LOADED(function)                                                               \
     static __attribute__((constructor)) void pawl__when_loaded_##function(void)                   \
     {                                                                                             \
         function();                                                                               \
     }
#endif

#define PAWL__STOP_SLICE PAWL_MS(50)

struct pawl__guard {
    SRWLOCK mutex;
};

struct pawl__parker {
    SRWLOCK mutex;
    CONDITION_VARIABLE cond;
    uint32_t token; /* src/token.h */
};

struct pawl__local {
    DWORD slot;
};

/* Nothing is remembered: a slot is as fast, and MinGW allocates its thread-local variables. */
static inline uint64_t pawl__remembered(void)
{
    return 0;
}

static inline void pawl__remember(uint64_t word)
{
    (void)word;
}

#endif
