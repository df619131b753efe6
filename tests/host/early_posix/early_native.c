/* SPDX-License-Identifier: MIT */
#define EARLY_ITSELF
#include "early.h"

#include "native.h"

#include <errno.h>
#include <sched.h>

/* A return without a wait releases the mutex for a moment, as a real one would. */
static int come_back(pthread_mutex_t *mutex, int result)
{
    pthread_mutex_unlock(mutex);
    sched_yield();
    pthread_mutex_lock(mutex);
    return result;
}

int early_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
    return early_choice() == 2 ? pthread_cond_wait(cond, mutex) : come_back(mutex, 0);
}

int early_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *limit)
{
    switch (early_choice()) {
    case 0:
        return come_back(mutex, 0);
    case 1:
        return come_back(mutex, ETIMEDOUT);
    default:
        return pthread_cond_timedwait(cond, mutex, limit);
    }
}

int early_cond_signal(pthread_cond_t *cond)
{
    early_count_wake();
    return pthread_cond_signal(cond);
}

#if defined(PAWL_HAVE_SEM_CLOCKWAIT)
static int fail(int error)
{
    sched_yield();
    errno = error;
    return -1;
}

int early_sem_wait(sem_t *semaphore)
{
    return early_choice() == 2 ? sem_wait(semaphore) : fail(EINTR);
}

int early_sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *limit)
{
    switch (early_choice()) {
    case 0:
        return fail(EINTR);
    case 1:
        return fail(ETIMEDOUT);
    default:
        return sem_clockwait(semaphore, clock, limit);
    }
}

int early_sem_post(sem_t *semaphore)
{
    early_count_wake();
    return sem_post(semaphore);
}
#endif
