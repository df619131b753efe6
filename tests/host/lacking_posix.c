/* SPDX-License-Identifier: MIT
 *
 * pawl on a host without memory, without a mapping, a clock or a mutex; and that it gives back what
 * it took, and initialises the memory that it gets. The linker replaces the system's functions by
 * those below (--wrap). Each run does what its argument names; lacking_test.cmake has what it must
 * print.
 */
#include <pawl/pawl.h>

#include "port.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static const char *broken = "";
static int blocks; /* given by malloc and not given back to free */

static bool is_broken(const char *what)
{
    return strcmp(broken, what) == 0;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void __real_free(void *at);
void __wrap_free(void *at);
void *__real_mmap(void *at, size_t size, int access, int flags, int file, off_t offset);
void *__wrap_mmap(void *at, size_t size, int access, int flags, int file, off_t offset);
int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
int __real_pthread_mutex_lock(pthread_mutex_t *mutex);
int __wrap_sched_getaffinity(pid_t thread, size_t size, void *allowed);
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex);

void *__wrap_malloc(size_t size)
{
    void *at = is_broken("malloc") ? NULL : __real_malloc(size);
    if (at != NULL) {
        memset(at, 0xA5, size);
        blocks++;
    }
    return at;
}

void __wrap_free(void *at)
{
    blocks -= at != NULL ? 1 : 0;
    __real_free(at);
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

/* As on a machine with more processors than the call's set can hold. */
int __wrap_sched_getaffinity(pid_t thread, size_t size, void *allowed)
{
    (void)thread;
    (void)size;
    (void)allowed;
    errno = EINVAL;
    return -1;
}

static bool counts_all_processors(void)
{
    errno = 0;
    return pawl__port_processors() == (unsigned)sysconf(_SC_NPROCESSORS_ONLN) && errno == 0;
}

static void never_called(pawl_await *op, pawl_status result)
{
    (void)op;
    (void)result;
}

/* One of each, from every pawl_*_new. */
struct all {
    pawl_lock *lock, *fair;
    pawl_rlock *rlock;
    pawl_semaphore *semaphore, *bounded;
    pawl_condition *condition;
    pawl_event *event;
    pawl_barrier *barrier;
    pawl_rwlock *rwlock;
    pawl_once *once;
    pawl_await *op;
};

/* Returns how many there are, or -1 if a call that should refuse its arguments did not. */
static int make_all(struct all *all)
{
    all->lock = pawl_lock_new();
    all->fair = pawl_lock_new_fair();
    all->rlock = pawl_rlock_new();
    all->semaphore = pawl_semaphore_new(1);
    all->bounded = pawl_semaphore_new_bounded(1);
    all->condition = pawl_condition_new();
    all->event = pawl_event_new();
    all->barrier = pawl_barrier_new(2, NULL, NULL);
    all->rwlock = pawl_rwlock_new();
    all->once = pawl_once_new();
    all->op = pawl_await_new(never_called, NULL);
    bool refused = pawl_semaphore_new(-1) == NULL && pawl_semaphore_new_bounded(-1) == NULL &&
                   pawl_barrier_new(0, NULL, NULL) == NULL;
    return refused ? blocks : -1;
}

/* Whatever their memory held before. */
static bool are_fresh(const struct all *all)
{
    return pawl_lock_try_acquire(all->lock) && pawl_lock_try_acquire(all->fair) &&
           pawl_rlock_try_acquire(all->rlock) && pawl_rlock_depth(all->rlock) == 1 &&
           pawl_semaphore_value(all->semaphore) == 1 && pawl_semaphore_value(all->bounded) == 1 &&
           pawl_semaphore_release(all->bounded) == PAWL_OVERFLOW &&
           pawl_condition_notify(all->condition, 1) == 0 && all->condition->state_ == 0 &&
           !pawl_event_is_set(all->event) &&
           pawl_barrier_waiting(all->barrier) == 0 && !pawl_barrier_broken(all->barrier) &&
           pawl_rwlock_try_acquire_exclusive(all->rwlock) && !pawl_once_done(all->once) &&
           !pawl_await_cancel(all->op);
}

static void free_all(const struct all *all)
{
    pawl_lock_free(all->lock);
    pawl_lock_free(all->fair);
    pawl_rlock_free(all->rlock);
    pawl_semaphore_free(all->semaphore);
    pawl_semaphore_free(all->bounded);
    pawl_condition_free(all->condition);
    pawl_event_free(all->event);
    pawl_barrier_free(all->barrier);
    pawl_rwlock_free(all->rwlock);
    pawl_once_free(all->once);
    pawl_await_free(all->op);
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
    struct all all;
    int made = 0;
    broken = argc == 2 ? argv[1] : "";
    if (is_broken("malloc") || is_broken("nothing")) {
        made = make_all(&all);
        made = made > 0 && !are_fresh(&all) ? -1 : made;
        free_all(&all);
    } else if (is_broken("mmap") || is_broken("pthread_mutex_lock")) {
        wait_for_a_held_lock();
    } else if (is_broken("clock_gettime")) {
        made = pawl_now() != 0;
    } else if (is_broken("processors")) {
        made = counts_all_processors();
    } else if (is_broken("depth")) {
        acquire_too_deep();
    } else {
        share_too_often();
    }
    broken = "";
    printf("went on, %d made, %d left\n", made, blocks);
    return 0;
}
