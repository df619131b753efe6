/* SPDX-License-Identifier: MIT
 *
 * broken.h for pthreads.
 */
#ifndef PAWL_TESTS_BROKEN_NATIVE_H
#define PAWL_TESTS_BROKEN_NATIVE_H

#if (defined(__linux__) || defined(__EMSCRIPTEN__)) && !defined(_GNU_SOURCE)
# define _GNU_SOURCE /* as src/posix/port.c, which comes after */
#elif defined(__APPLE__) && !defined(_DARWIN_C_SOURCE)
# define _DARWIN_C_SOURCE
#endif
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

void *broken_mmap(void *address, size_t size, int protection, int flags, int file, off_t offset);
int broken_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes);
int broken_mutex_lock(pthread_mutex_t *mutex);
int broken_mutex_unlock(pthread_mutex_t *mutex);
int broken_condattr_init(pthread_condattr_t *attributes);
int broken_condattr_setclock(pthread_condattr_t *attributes, clockid_t clock);
int broken_cond_init(pthread_cond_t *cond, const pthread_condattr_t *attributes);
int broken_cond_signal(pthread_cond_t *cond);
int broken_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex);
int broken_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                          const struct timespec *limit);
int broken_sem_init(sem_t *semaphore, int shared, unsigned value);
int broken_sem_post(sem_t *semaphore);
int broken_sem_wait(sem_t *semaphore);
int broken_sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *limit);
int broken_key_create(pthread_key_t *key, void (*destructor)(void *));
int broken_setspecific(pthread_key_t key, const void *value);
int broken_flock(int file, int operation);
int broken_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void));

/* The wall clock: each reading finds it some hours ahead, or behind. */
int broken_clock_gettime(clockid_t clock, struct timespec *now);
time_t broken_time(time_t *now);
int broken_gettimeofday(struct timeval *now, void *zone);
int broken_timespec_get(struct timespec *now, int base);
extern uint32_t broken_looks; /* atomic: readings of the wall clock, so far */
/* Atomic: the number of condition variables made or limits given to a semaphore, and of those by
 * the wall clock. */
extern uint32_t broken_limits;
extern uint32_t broken_wall_limits;

#ifndef BROKEN_ITSELF
# define mmap                      broken_mmap
# define pthread_mutex_init        broken_mutex_init
# define pthread_mutex_lock        broken_mutex_lock
# define pthread_mutex_unlock      broken_mutex_unlock
# define pthread_condattr_init     broken_condattr_init
# define pthread_condattr_setclock broken_condattr_setclock
# define pthread_cond_init         broken_cond_init
# define pthread_cond_signal       broken_cond_signal
# define pthread_cond_wait         broken_cond_wait
# define pthread_cond_timedwait    broken_cond_timedwait
# define sem_init                  broken_sem_init
# define sem_post                  broken_sem_post
# define sem_wait                  broken_sem_wait
# define sem_clockwait             broken_sem_clockwait
# define pthread_key_create        broken_key_create
# define pthread_setspecific       broken_setspecific
# define pthread_atfork            broken_atfork
# define flock(file, operation)    broken_flock(file, operation)
# define clock_gettime             broken_clock_gettime
# define time(now)                 broken_time(now)
# define gettimeofday              broken_gettimeofday
# define timespec_get              broken_timespec_get
#endif

#endif
