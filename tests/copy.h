/* SPDX-License-Identifier: MIT
 *
 * What each of the two libraries that contain a pawl of their own exports.
 */
#ifndef PAWL_TESTS_COPY_H
#define PAWL_TESTS_COPY_H

#include <pawl/rlock.h>

#include "lot.h"

#if defined(COPY_EXPORTS_DLL)
# define COPY_API __declspec(dllexport)
#elif defined(COPY_NAME)
# define COPY_API __attribute__((visibility("default")))
#else /* in the program that uses them */
# define COPY_API
#endif

#define COPY_JOIN_(name, verb) name##_##verb
#define COPY_JOIN(name, verb)  COPY_JOIN_(name, verb)
#define COPY(verb)             COPY_JOIN(COPY_NAME, verb) /* copy_a_acquire, ... */

COPY_API void copy_a_acquire(pawl_lock *lock);
COPY_API pawl_status copy_a_release(pawl_lock *lock);
COPY_API void copy_a_acquire_rlock(pawl_rlock *rlock);
COPY_API pawl_status copy_a_release_rlock(pawl_rlock *rlock);
COPY_API size_t copy_a_count(const pawl_lock *lock);
COPY_API void copy_b_acquire(pawl_lock *lock);
COPY_API pawl_status copy_b_release(pawl_lock *lock);
COPY_API void copy_b_acquire_rlock(pawl_rlock *rlock);
COPY_API pawl_status copy_b_release_rlock(pawl_rlock *rlock);
COPY_API size_t copy_b_count(const pawl_lock *lock);

#endif
