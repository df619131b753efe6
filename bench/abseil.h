/* SPDX-License-Identifier: MIT
 *
 * Abseil's C++ calls as C functions. Each is one call, which the compiler makes a jump: that adds
 * less than half a nanosecond.
 */
#ifndef PAWL_BENCH_ABSEIL_H
#define PAWL_BENCH_ABSEIL_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Room for the C++ object, as abseil.cpp asserts. */
typedef struct abseil_mutex {
    int64_t room;
} abseil_mutex;
typedef struct abseil_condition {
    int64_t room;
} abseil_condition;
typedef struct abseil_once {
    uint32_t room;
} abseil_once;

/* Without the deadlock detection that Abseil has when it was built without NDEBUG, as Debian's
 * is. */
void abseil_mutex_make(abseil_mutex *mutex);
void abseil_mutex_discard(abseil_mutex *mutex);
void abseil_mutex_lock(abseil_mutex *mutex);
void abseil_mutex_unlock(abseil_mutex *mutex);
bool abseil_mutex_try_lock(abseil_mutex *mutex);
void abseil_mutex_lock_shared(abseil_mutex *mutex);
void abseil_mutex_unlock_shared(abseil_mutex *mutex);

void abseil_condition_make(abseil_condition *condition);
void abseil_condition_discard(abseil_condition *condition);
void abseil_condition_wait(abseil_condition *condition, abseil_mutex *mutex);
void abseil_condition_signal(abseil_condition *condition);
void abseil_condition_signal_all(abseil_condition *condition);

void abseil_once_make(abseil_once *once);
void abseil_once_call(abseil_once *once, void (*function)(void));

#ifdef __cplusplus
}
#endif

#endif
