/* SPDX-License-Identifier: MIT
 *
 * Abseil's C++ in words of C. The implementation is one call for each, which the compiler makes a
 * jump: what it adds is under half a nanosecond.
 */
#ifndef PAWL_BENCH_ABSEIL_H
#define PAWL_BENCH_ABSEIL_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Room for an absl::Mutex, which abseil.cpp asserts. */
typedef struct abseil_mutex {
    int64_t room;
} abseil_mutex;

/* Without the deadlock detection that a build of Abseil without NDEBUG, such as Debian's, has. */
void abseil_mutex_make(abseil_mutex *mutex);
void abseil_mutex_discard(abseil_mutex *mutex);
void abseil_mutex_lock(abseil_mutex *mutex);
void abseil_mutex_unlock(abseil_mutex *mutex);
bool abseil_mutex_try_lock(abseil_mutex *mutex);

#ifdef __cplusplus
}
#endif

#endif
