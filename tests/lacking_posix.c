/* SPDX-License-Identifier: MIT
 *
 * What pawl does on a host that breaks: no memory, no mapping, no clock, no mutex. The linker puts
 * the functions below in the place of the system's (--wrap). Each run does what its argument names;
 * what it must print stands in lacking_test.cmake.
 */
#include <pawl/pawl.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

static const char *broken = "";

static bool is_broken(const char *what)
{
    return strcmp(broken, what) == 0;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_mmap(void *at, size_t size, int access, int flags, int file, off_t offset);
void *__wrap_mmap(void *at, size_t size, int access, int flags, int file, off_t offset);
int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
int __real_pthread_mutex_lock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex);

void *__wrap_malloc(size_t size)
{
    return is_broken("malloc") ? NULL : __real_malloc(size);
}

void *__wrap_mmap(void *at, size_t size, int access, int flags, int file, off_t offset)
{
    if (is_broken("mmap")) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    return __real_mmap(at, size, access, flags, file, offset);
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
    if (is_broken("clock_gettime")) {
        errno = EINVAL;
        return -1;
    }
    return __real_clock_gettime(clock, now);
}

int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex)
{
    return is_broken("pthread_mutex_lock") ? EINVAL : __real_pthread_mutex_lock(mutex);
}

static void never_called(pawl_await *op, pawl_status result)
{
    (void)op;
    (void)result;
}

/* Every pawl_*_new. */
static int make_all(void)
{
    void *const made[] = {pawl_lock_new(),
                          pawl_lock_new_fair(),
                          pawl_rlock_new(),
                          pawl_semaphore_new(1),
                          pawl_semaphore_new_bounded(1),
                          pawl_condition_new(),
                          pawl_event_new(),
                          pawl_barrier_new(2, NULL, NULL),
                          pawl_rwlock_new(),
                          pawl_once_new(),
                          pawl_await_new(never_called, NULL)};
    int count = 0;
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        count += made[i] != NULL ? 1 : 0;
    }
    return count;
}

static void wait_for_a_held_lock(void)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    pawl_lock_acquire(&lock);
    pawl_lock_acquire(&lock);
}

static void acquire_too_deep(void)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    pawl_rlock_acquire(&rlock);
    rlock.depth_ = UINT32_MAX;
    pawl_rlock_acquire(&rlock);
}

static void share_too_often(void)
{
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    rwlock.state_ = PAWL__RWLOCK_FULL;
    pawl_rwlock_acquire_shared(&rwlock);
}

int main(int argc, char **argv)
{
    int made = 0;
    broken = argc == 2 ? argv[1] : "";
    if (is_broken("malloc")) {
        made = make_all();
    } else if (is_broken("mmap") || is_broken("pthread_mutex_lock")) {
        wait_for_a_held_lock();
    } else if (is_broken("clock_gettime")) {
        made = pawl_now() != 0;
    } else if (is_broken("depth")) {
        acquire_too_deep();
    } else {
        share_too_often();
    }
    broken = "";
    printf("went on, %d made\n", made);
    return 0;
}
