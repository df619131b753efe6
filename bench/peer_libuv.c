/* SPDX-License-Identifier: MIT
 *
 * libuv, where it is installed.
 */
#include "roster.h"

#include <uv.h>

static void make_once(uv_once_t *once)
{
    static const uv_once_t fresh = UV_ONCE_INIT;
    *once = fresh;
}

#define CONTENDER                        peer_libuv
#define NAME                             "libuv"
#define LOCK                             uv_mutex_t
#define LOCK_MAKE(lock)                  uv_mutex_init(lock)
#define LOCK_DISCARD(lock)               uv_mutex_destroy(lock)
#define LOCK_ACQUIRE(lock)               uv_mutex_lock(lock)
#define LOCK_RELEASE(lock)               uv_mutex_unlock(lock)
#define LOCK_TRY(lock)                   (uv_mutex_trylock(lock) == 0)
#define SEMAPHORE                        uv_sem_t
#define SEMAPHORE_NAME                   "uv_sem"
#define SEMAPHORE_MAKE(semaphore, value) uv_sem_init(semaphore, value)
#define SEMAPHORE_DISCARD(semaphore)     uv_sem_destroy(semaphore)
#define SEMAPHORE_ACQUIRE(semaphore)     uv_sem_wait(semaphore)
#define SEMAPHORE_RELEASE(semaphore)     uv_sem_post(semaphore)
#define SEMAPHORE_TRY(semaphore)         (uv_sem_trywait(semaphore) == 0)
#define RWLOCK                           uv_rwlock_t
#define RWLOCK_NAME                      "uv_rwlock"
#define RWLOCK_MAKE(rwlock)              uv_rwlock_init(rwlock)
#define RWLOCK_DISCARD(rwlock)           uv_rwlock_destroy(rwlock)
#define RWLOCK_ACQUIRE_SHARED(rwlock)    uv_rwlock_rdlock(rwlock)
#define RWLOCK_RELEASE_SHARED(rwlock)    uv_rwlock_rdunlock(rwlock)
#define RWLOCK_ACQUIRE_EXCLUSIVE(rwlock) uv_rwlock_wrlock(rwlock)
#define RWLOCK_RELEASE_EXCLUSIVE(rwlock) uv_rwlock_wrunlock(rwlock)
#define RWLOCK_TRY_EXCLUSIVE(rwlock)     (uv_rwlock_trywrlock(rwlock) == 0)
#define CONDITION                        uv_cond_t
#define CONDITION_NAME                   "uv_cond"
#define CONDITION_MAKE(condition)        uv_cond_init(condition)
#define CONDITION_DISCARD(condition)     uv_cond_destroy(condition)
#define CONDITION_WAIT(condition, lock)  uv_cond_wait(condition, lock)
#define CONDITION_NOTIFY(condition)      uv_cond_signal(condition)
#define CONDITION_NOTIFY_ALL(condition)  uv_cond_broadcast(condition)
#define RLOCK                            uv_mutex_t
#define RLOCK_NAME                       "uv recursive"
#define RLOCK_MAKE(rlock)                uv_mutex_init_recursive(rlock)
#define RLOCK_DISCARD(rlock)             uv_mutex_destroy(rlock)
#define RLOCK_ACQUIRE(rlock)             uv_mutex_lock(rlock)
#define RLOCK_RELEASE(rlock)             uv_mutex_unlock(rlock)
#define RLOCK_HELD_ONCE(rlock)           ((void)(rlock), true)
#define ONCE                             uv_once_t
#define ONCE_NAME                        "uv_once"
#define ONCE_MAKE(once)                  make_once(once)
#define ONCE_CALL(once)                  uv_once(once, primitive_count_call)
#include "make_contender.h"
