/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* the adaptive mutex */

#include "peers.h"

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

/* ThreadSanitizer sees pthread_mutex_lock, but not glibc's mtx_lock: it would report races on what
 * that protects. */
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

/* The deadlines include the reading of the clock that their callers have to write. */
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

#if HAVE_ADAPTIVE
static void make_adaptive(pthread_mutex_t *lock)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ADAPTIVE_NP);
    pthread_mutex_init(lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
}
#endif

#define CONTENDER     pthread_default
#define TITLE         "pthread"
#define LOCK          pthread_mutex_t
#define MAKE(lock)    pthread_mutex_init(lock, NULL)
#define DISCARD(lock) pthread_mutex_destroy(lock)
#define ACQUIRE(lock) pthread_mutex_lock(lock)
#define RELEASE(lock) pthread_mutex_unlock(lock)
#define TRY(lock)     (pthread_mutex_trylock(lock) == 0)
#define FAMILY        peer_kin
#if HAVE_TIMEDLOCK
# define TIMED(lock) within_a_second(lock)
#endif
#include "loops.h"

#if HAVE_ADAPTIVE
# define CONTENDER     pthread_adaptive
# define TITLE         "pthread adaptive"
# define LOCK          pthread_mutex_t
# define MAKE(lock)    make_adaptive(lock)
# define DISCARD(lock) pthread_mutex_destroy(lock)
# define ACQUIRE(lock) pthread_mutex_lock(lock)
# define RELEASE(lock) pthread_mutex_unlock(lock)
# define TRY(lock)     (pthread_mutex_trylock(lock) == 0)
# if HAVE_TIMEDLOCK
#  define TIMED(lock) within_a_second(lock)
# endif
# include "loops.h"
#endif

#if HAVE_C11
# define CONTENDER     c11
# define TITLE         "C11 mtx"
# define LOCK          mtx_t
# define MAKE(lock)    mtx_init(lock, mtx_timed)
# define DISCARD(lock) mtx_destroy(lock)
# define ACQUIRE(lock) mtx_lock(lock)
# define RELEASE(lock) mtx_unlock(lock)
# define TRY(lock)     (mtx_trylock(lock) == thrd_success)
# define TIMED(lock)   within_a_second_c11(lock)
# include "loops.h"
#endif

const contender *const peers[] = {
    &pthread_default,
#if HAVE_ADAPTIVE
    &pthread_adaptive,
#endif
#if HAVE_C11
    &c11,
#endif
};
const size_t peer_count = sizeof peers / sizeof peers[0];
