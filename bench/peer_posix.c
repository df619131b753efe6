/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE  /* the adaptive mutex, the recursive one, the rwlock; hides nothing on macOS  \
                      */

#include "primitive_tasks.h"
#include "roster.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

/* The adaptive kind is an enumerator; its initialiser is what the preprocessor sees. */
#if defined(PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP) || defined(PTHREAD_MUTEX_ADAPTIVE_NP)
# define HAVE_ADAPTIVE 1
#else
# define HAVE_ADAPTIVE 0
#endif

/* ThreadSanitizer intercepts pthread_mutex_lock, but not glibc's mtx_lock: it would report races on
 * data that mtx_lock protects. */
#if defined(__has_feature)
# if __has_feature(thread_sanitizer)
#  define THREAD_SANITIZER 1
# endif
#elif defined(__SANITIZE_THREAD__)
# define THREAD_SANITIZER 1
#endif
#if defined(__has_include) && !defined(__STDC_NO_THREADS__) && !defined(THREAD_SANITIZER)
# if __has_include(<threads.h>)
#  define HAVE_C11 1
#  include <threads.h>
# endif
#endif
#ifndef HAVE_C11
# define HAVE_C11 0
#endif

/* The deadlines include the reading of the clock, which their callers have to write. */
#if defined(_POSIX_TIMEOUTS) && _POSIX_TIMEOUTS > 0
# define HAVE_TIMEDLOCK 1
static inline bool within_a_second(pthread_mutex_t *lock)
{
    struct timespec deadline;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec++;
    return pthread_mutex_timedlock(lock, &deadline) == 0;
}
#else
# define HAVE_TIMEDLOCK 0
#endif

#if HAVE_C11
static inline bool within_a_second_c11(mtx_t *lock)
{
    struct timespec deadline;
    timespec_get(&deadline, TIME_UTC);
    deadline.tv_sec++;
    return mtx_timedlock(lock, &deadline) == thrd_success;
}
#endif

/* macOS has a sem_init that always fails. */
#if defined(__APPLE__)
# include <dispatch/dispatch.h>
# define SEMAPHORE_NAME                   "dispatch_sem"
# define SEMAPHORE                        dispatch_semaphore_t
# define SEMAPHORE_MAKE(semaphore, value) (*(semaphore) = dispatch_semaphore_create(value))
# define SEMAPHORE_DISCARD(semaphore)     dispatch_release(*(semaphore))
# define SEMAPHORE_ACQUIRE(semaphore)                                                              \
     dispatch_semaphore_wait(*(semaphore), DISPATCH_TIME_FOREVER)
# define SEMAPHORE_RELEASE(semaphore) dispatch_semaphore_signal(*(semaphore))
# define SEMAPHORE_TRY(semaphore)                                                                  \
     (dispatch_semaphore_wait(*(semaphore), DISPATCH_TIME_NOW) == 0)
#else
# include <semaphore.h>
# define SEMAPHORE_NAME                   "sem_t"
# define SEMAPHORE                        sem_t
# define SEMAPHORE_MAKE(semaphore, value) sem_init(semaphore, 0, value)
# define SEMAPHORE_DISCARD(semaphore)     sem_destroy(semaphore)
# define SEMAPHORE_ACQUIRE(semaphore)     sem_wait(semaphore)
# define SEMAPHORE_RELEASE(semaphore)     sem_post(semaphore)
# define SEMAPHORE_TRY(semaphore)         (sem_trywait(semaphore) == 0)
#endif

static void make_mutex(pthread_mutex_t *lock, int type)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, type);
    pthread_mutex_init(lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

static void make_once(pthread_once_t *once)
{
    static const pthread_once_t fresh = PTHREAD_ONCE_INIT;
    *once = fresh;
}

/* There is no event here: the semaphore serves as one. */
#define CONTENDER             peer_pthread
#define NAME               "pthread"
#define LOCK               pthread_mutex_t
#define LOCK_MAKE(lock)    pthread_mutex_init(lock, NULL)
#define LOCK_DISCARD(lock) pthread_mutex_destroy(lock)
#define LOCK_ACQUIRE(lock) pthread_mutex_lock(lock)
#define LOCK_RELEASE(lock) pthread_mutex_unlock(lock)
#define LOCK_TRY(lock)     (pthread_mutex_trylock(lock) == 0)
#if HAVE_TIMEDLOCK
# define LOCK_WITHIN_A_SECOND(lock) within_a_second(lock)
#endif
#define RWLOCK                           pthread_rwlock_t
#define RWLOCK_NAME                      "pthread_rwlock"
#define RWLOCK_MAKE(rwlock)              pthread_rwlock_init(rwlock, NULL)
#define RWLOCK_DISCARD(rwlock)           pthread_rwlock_destroy(rwlock)
#define RWLOCK_ACQUIRE_SHARED(rwlock)    pthread_rwlock_rdlock(rwlock)
#define RWLOCK_RELEASE_SHARED(rwlock)    pthread_rwlock_unlock(rwlock)
#define RWLOCK_ACQUIRE_EXCLUSIVE(rwlock) pthread_rwlock_wrlock(rwlock)
#define RWLOCK_RELEASE_EXCLUSIVE(rwlock) pthread_rwlock_unlock(rwlock)
#define RWLOCK_TRY_EXCLUSIVE(rwlock)     (pthread_rwlock_trywrlock(rwlock) == 0)
#define CONDITION                        pthread_cond_t
#define CONDITION_NAME                   "pthread_cond"
#define CONDITION_MAKE(condition)        pthread_cond_init(condition, NULL)
#define CONDITION_DISCARD(condition)     pthread_cond_destroy(condition)
#define CONDITION_WAIT(condition, lock)  pthread_cond_wait(condition, lock)
#define CONDITION_NOTIFY(condition)      pthread_cond_signal(condition)
#define CONDITION_NOTIFY_ALL(condition)  pthread_cond_broadcast(condition)
#define EVENT                            SEMAPHORE
#define EVENT_NAME                       SEMAPHORE_NAME
#define EVENT_MAKE(event)                SEMAPHORE_MAKE(event, 0)
#define EVENT_DISCARD(event)             SEMAPHORE_DISCARD(event)
#define EVENT_SET(event)                 SEMAPHORE_RELEASE(event)
#define EVENT_AWAIT(event)               SEMAPHORE_ACQUIRE(event)
#define RLOCK                            pthread_mutex_t
#define RLOCK_NAME                       "pthread recursive"
#define RLOCK_MAKE(rlock)                make_mutex(rlock, PTHREAD_MUTEX_RECURSIVE)
#define RLOCK_DISCARD(rlock)             pthread_mutex_destroy(rlock)
#define RLOCK_ACQUIRE(rlock)             pthread_mutex_lock(rlock)
#define RLOCK_RELEASE(rlock)             pthread_mutex_unlock(rlock)
#define RLOCK_HELD_ONCE(rlock)           ((void)(rlock), true)
#define ONCE                             pthread_once_t
#define ONCE_NAME                        "pthread_once"
#define ONCE_MAKE(once)                  make_once(once)
#define ONCE_CALL(once)                  pthread_once(once, primitive_count_call)
#define MORE_PRIMITIVES                                                                            \
    .primitive[PRIMITIVE_AWAITED] = &tasks_plain_pair,                                             \
    .primitive[PRIMITIVE_TASKS] = &tasks_one_waiter,                                               \
    .primitive[PRIMITIVE_LOCKS] = &tasks_one_waiter,                                               \
    .primitive[PRIMITIVE_TURNS] = &peer_pthread_condition,                                         \
    .primitive[PRIMITIVE_LOOP] = BENCH_UV(&peer_pthread_condition),
#include "make_contender.h"

#if HAVE_ADAPTIVE
# define CONTENDER             peer_adaptive
# define NAME               "pthread-adaptive"
# define LOCK               pthread_mutex_t
# define LOCK_MAKE(lock)    make_mutex(lock, PTHREAD_MUTEX_ADAPTIVE_NP)
# define LOCK_DISCARD(lock) pthread_mutex_destroy(lock)
# define LOCK_ACQUIRE(lock) pthread_mutex_lock(lock)
# define LOCK_RELEASE(lock) pthread_mutex_unlock(lock)
# define LOCK_TRY(lock)     (pthread_mutex_trylock(lock) == 0)
# if HAVE_TIMEDLOCK
#  define LOCK_WITHIN_A_SECOND(lock) within_a_second(lock)
# endif
# include "make_contender.h"
#endif

#if HAVE_C11
# define CONTENDER                          peer_c11
# define NAME                            "c11"
# define LOCK                            mtx_t
# define LOCK_MAKE(lock)                 mtx_init(lock, mtx_timed)
# define LOCK_DISCARD(lock)              mtx_destroy(lock)
# define LOCK_ACQUIRE(lock)              mtx_lock(lock)
# define LOCK_RELEASE(lock)              mtx_unlock(lock)
# define LOCK_TRY(lock)                  (mtx_trylock(lock) == thrd_success)
# define LOCK_WITHIN_A_SECOND(lock)      within_a_second_c11(lock)
# define CONDITION                       cnd_t
# define CONDITION_NAME                  "c11"
# define CONDITION_MAKE(condition)       cnd_init(condition)
# define CONDITION_DISCARD(condition)    cnd_destroy(condition)
# define CONDITION_WAIT(condition, lock) cnd_wait(condition, lock)
# define CONDITION_NOTIFY(condition)     cnd_signal(condition)
# define CONDITION_NOTIFY_ALL(condition) cnd_broadcast(condition)
# include "make_contender.h"
#endif

const contender *const platform_contenders[] = {
    &peer_pthread,
#if HAVE_ADAPTIVE
    &peer_adaptive,
#endif
#if HAVE_C11
    &peer_c11,
#endif
};
const size_t platform_contender_count = sizeof platform_contenders / sizeof platform_contenders[0];
