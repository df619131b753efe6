/* SPDX-License-Identifier: MIT
 *
 * early.h for pthreads.
 */
#ifndef PAWL_TESTS_EARLY_NATIVE_H
#define PAWL_TESTS_EARLY_NATIVE_H

#if (defined(__linux__) || defined(__EMSCRIPTEN__)) && !defined(_GNU_SOURCE)
# define _GNU_SOURCE /* as src/posix/port.c, which comes after */
#endif
#include <pthread.h>
#include <semaphore.h>

int early_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex);
int early_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                         const struct timespec *limit);
int early_cond_signal(pthread_cond_t *cond);
int early_sem_wait(sem_t *semaphore);
int early_sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *limit);
int early_sem_post(sem_t *semaphore);

#ifndef EARLY_ITSELF
# define pthread_cond_wait      early_cond_wait
# define pthread_cond_timedwait early_cond_timedwait
# define pthread_cond_signal    early_cond_signal
# define sem_wait               early_sem_wait
# define sem_clockwait          early_sem_clockwait
# define sem_post               early_sem_post
#endif

#endif
