/* SPDX-License-Identifier: MIT */
#define BROKEN_ITSELF
#include "broken.h"

#include "native.h"

#include <pawl/compiler.h>

#include <errno.h>
#include <stddef.h>

#define LINE(call) "pawl: the system's " call " failed with error "

const struct broken_call broken_calls[] = {
    {"mmap", ENOMEM, LINE("mmap")},
    {"clock_gettime", EINVAL, LINE("clock_gettime")},
    {"pthread_mutex_init", EAGAIN, LINE("pthread_mutex_init")},
    {"pthread_condattr_init", ENOMEM, LINE("pthread_condattr_init")},
    {"pthread_condattr_setclock", EINVAL, LINE("pthread_condattr_setclock")},
    {"pthread_cond_init", EAGAIN, LINE("pthread_cond_init")},
#if defined(PAWL__HAS_SEMAPHORE)
    {"sem_init", ENOSPC, LINE("sem_init")},
#endif
#if defined(PAWL_HAVE_SEM_CLOCKWAIT)
    {"sem_post", EOVERFLOW, LINE("sem_post")},
    {"sem_wait", EINVAL, NULL}, /* a spurious wake-up */
    {"sem_clockwait", EINVAL, NULL},
#else
    {"pthread_cond_signal", EINVAL, LINE("pthread_cond_signal")},
    {"pthread_cond_wait", EINVAL, NULL}, /* a spurious wake-up */
    {"pthread_cond_timedwait", EINVAL, NULL},
#endif
    {"pthread_mutex_lock", EINVAL, LINE("pthread_mutex_lock")},
    {"pthread_mutex_unlock", EPERM, LINE("pthread_mutex_unlock")},
    {"pthread_key_create", EAGAIN, LINE("pthread_key_create")},
    {"pthread_setspecific", ENOMEM, LINE("pthread_setspecific")},
    {"pthread_atfork", ENOMEM, LINE("pthread_atfork")},
    {NULL, 0, NULL}};

void *broken_mmap(void *address, size_t size, int protection, int flags, int file, off_t offset)
{
    if (broken_fails("mmap")) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    return mmap(address, size, protection, flags, file, offset);
}

int broken_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
    return broken_fails("pthread_mutex_init") ? EAGAIN : pthread_mutex_init(mutex, attributes);
}

int broken_mutex_lock(pthread_mutex_t *mutex)
{
    return broken_fails("pthread_mutex_lock") ? EINVAL : pthread_mutex_lock(mutex);
}

int broken_mutex_unlock(pthread_mutex_t *mutex)
{
    return broken_fails("pthread_mutex_unlock") ? EPERM : pthread_mutex_unlock(mutex);
}

int broken_condattr_init(pthread_condattr_t *attributes)
{
    return broken_fails("pthread_condattr_init") ? ENOMEM : pthread_condattr_init(attributes);
}

int broken_condattr_setclock(pthread_condattr_t *attributes, clockid_t clock)
{
#if defined(__APPLE__) /* which has no such call: its waits are relative */
    (void)attributes;
    return clock == CLOCK_MONOTONIC ? 0 : EINVAL;
#else
    return broken_fails("pthread_condattr_setclock") ? EINVAL
                                                     : pthread_condattr_setclock(attributes, clock);
#endif
}

uint32_t broken_looks;
uint32_t broken_limits;
uint32_t broken_wall_limits;

static uint32_t count(uint32_t *counter)
{
    uint32_t seen = pawl__load32(counter, PAWL__RELAXED);
    while (!pawl__cas32(counter, &seen, seen + 1, PAWL__RELAXED)) {
    }
    return seen;
}

int broken_cond_init(pthread_cond_t *cond, const pthread_condattr_t *attributes)
{
    count(&broken_limits);
#if !defined(__APPLE__)
    clockid_t clock = CLOCK_REALTIME; /* without attributes */
    if (attributes != NULL) {
        pthread_condattr_getclock(attributes, &clock);
    }
    if (clock != CLOCK_MONOTONIC) {
        count(&broken_wall_limits);
    }
#endif
    return broken_fails("pthread_cond_init") ? EAGAIN : pthread_cond_init(cond, attributes);
}

int broken_cond_signal(pthread_cond_t *cond)
{
    return broken_fails("pthread_cond_signal") ? EINVAL : pthread_cond_signal(cond);
}

/* An error without a wait releases the mutex for a moment, as a wake-up would. */
static int fail_in_wait(pthread_mutex_t *mutex)
{
    pthread_mutex_unlock(mutex);
    pthread_mutex_lock(mutex);
    return EINVAL;
}

int broken_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
    return broken_fails("pthread_cond_wait") ? fail_in_wait(mutex) : pthread_cond_wait(cond, mutex);
}

int broken_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                          const struct timespec *limit)
{
    return broken_fails("pthread_cond_timedwait") ? fail_in_wait(mutex)
                                                  : pthread_cond_timedwait(cond, mutex, limit);
}

#if defined(PAWL__HAS_SEMAPHORE) /* on macOS these semaphores exist in name only */
int broken_sem_init(sem_t *semaphore, int shared, unsigned value)
{
    if (broken_fails("sem_init")) {
        errno = ENOSPC;
        return -1;
    }
    return sem_init(semaphore, shared, value);
}

int broken_sem_post(sem_t *semaphore)
{
    if (broken_fails("sem_post")) {
        errno = EOVERFLOW;
        return -1;
    }
    return sem_post(semaphore);
}
#endif

#if defined(PAWL_HAVE_SEM_CLOCKWAIT)
static int refuse(void)
{
    errno = EINVAL;
    return -1;
}

int broken_sem_wait(sem_t *semaphore)
{
    return broken_fails("sem_wait") ? refuse() : sem_wait(semaphore);
}

int broken_sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *limit)
{
    count(&broken_limits);
    if (clock != CLOCK_MONOTONIC) {
        count(&broken_wall_limits);
    }
    return broken_fails("sem_clockwait") ? refuse() : sem_clockwait(semaphore, clock, limit);
}
#endif

int broken_key_create(pthread_key_t *key, void (*destructor)(void *))
{
    return broken_fails("pthread_key_create") ? EAGAIN : pthread_key_create(key, destructor);
}

int broken_setspecific(pthread_key_t key, const void *value)
{
    return broken_fails("pthread_setspecific") ? ENOMEM : pthread_setspecific(key, value);
}

int broken_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void))
{
    return broken_fails("pthread_atfork") ? ENOMEM : pthread_atfork(prepare, parent, child);
}

/* As some network file systems do, and as a disk that fails. */
int broken_flock(int file, int operation)
{
    bool lacks = broken_fails("lock-lacking");
    if (lacks || broken_fails("lock-failing")) {
        errno = lacks ? ENOLCK : EIO;
        return -1;
    }
    return flock(file, operation);
}

/* Five hours forward, five hours back, further each time. */
static time_t jump(void)
{
    uint32_t looks = count(&broken_looks);
    return (time_t)(looks / 2 + 1) * 5 * 3600 * (looks % 2 == 0 ? 1 : -1);
}

int broken_clock_gettime(clockid_t clock, struct timespec *now)
{
    if (broken_fails("clock_gettime")) {
        errno = EINVAL;
        return -1;
    }
    int result = clock_gettime(clock, now);
    if (clock != CLOCK_MONOTONIC) {
        now->tv_sec += jump();
    }
    return result;
}

time_t broken_time(time_t *now)
{
    time_t seconds = time(NULL) + jump();
    if (now != NULL) {
        *now = seconds;
    }
    return seconds;
}

int broken_gettimeofday(struct timeval *now, void *zone)
{
    (void)zone;
    *now = (struct timeval){.tv_sec = broken_time(NULL)};
    return 0;
}

int broken_timespec_get(struct timespec *now, int base)
{
    *now = (struct timespec){.tv_sec = broken_time(NULL)};
    return base;
}
