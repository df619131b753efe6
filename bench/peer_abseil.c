/* SPDX-License-Identifier: MIT
 *
 * Abseil, where it is installed.
 */
#include "abseil.h"
#include "roster.h"

#define CONTENDER                        peer_abseil
#define NAME                             "abseil"
#define LOCK                             abseil_mutex
#define LOCK_MAKE(lock)                  abseil_mutex_make(lock)
#define LOCK_DISCARD(lock)               abseil_mutex_discard(lock)
#define LOCK_ACQUIRE(lock)               abseil_mutex_lock(lock)
#define LOCK_RELEASE(lock)               abseil_mutex_unlock(lock)
#define LOCK_TRY(lock)                   abseil_mutex_try_lock(lock)
#define RWLOCK                           abseil_mutex
#define RWLOCK_NAME                      "abseil"
#define RWLOCK_MAKE(rwlock)              abseil_mutex_make(rwlock)
#define RWLOCK_DISCARD(rwlock)           abseil_mutex_discard(rwlock)
#define RWLOCK_ACQUIRE_SHARED(rwlock)    abseil_mutex_lock_shared(rwlock)
#define RWLOCK_RELEASE_SHARED(rwlock)    abseil_mutex_unlock_shared(rwlock)
#define RWLOCK_ACQUIRE_EXCLUSIVE(rwlock) abseil_mutex_lock(rwlock)
#define RWLOCK_RELEASE_EXCLUSIVE(rwlock) abseil_mutex_unlock(rwlock)
#define RWLOCK_TRY_EXCLUSIVE(rwlock)     abseil_mutex_try_lock(rwlock)
#define CONDITION                        abseil_condition
#define CONDITION_NAME                   "abseil"
#define CONDITION_MAKE(condition)        abseil_condition_make(condition)
#define CONDITION_DISCARD(condition)     abseil_condition_discard(condition)
#define CONDITION_WAIT(condition, lock)  abseil_condition_wait(condition, lock)
#define CONDITION_NOTIFY(condition)      abseil_condition_signal(condition)
#define CONDITION_NOTIFY_ALL(condition)  abseil_condition_signal_all(condition)
#define ONCE                             abseil_once
#define ONCE_NAME                        "abseil"
#define ONCE_MAKE(once)                  abseil_once_make(once)
#define ONCE_CALL(once)                  abseil_once_call(once, primitive_count_call)
#include "make_contender.h"
