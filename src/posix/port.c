/* SPDX-License-Identifier: MIT
 *
 * The seam on pthreads: Linux (glibc, musl), macOS, the BSDs, Emscripten. Contract: src/port.h.
 */
#if (defined(__linux__) || defined(__EMSCRIPTEN__)) && !defined(_GNU_SOURCE)
#    define _GNU_SOURCE /* clock_gettime, dl_iterate_phdr, sched_getaffinity */
#elif defined(__APPLE__) && !defined(_DARWIN_C_SOURCE)
#    define _DARWIN_C_SOURCE /* pthread_cond_timedwait_relative_np, MAP_ANON */
#endif
#define PAWL__INSIDE
#include "port.h"
#include "meet.h"
#include "misuse.h"
#include "sleep.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

pawl_time pawl__port_now(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) {
        pawl__die("clock_gettime", errno);
    }
    return (pawl_time)now.tv_sec * PAWL_S(1) + now.tv_nsec;
}

#if defined(__linux__) && defined(CPU_COUNT)
/* Linux knows it of threads only: of the first and of this one, each of which may be confined. */
static long count_processors(void)
{
    cpu_set_t first, here;
    CPU_ZERO(&first);
    if (sched_getaffinity(0, sizeof here, &here) != 0) {
        return sysconf(_SC_NPROCESSORS_ONLN);
    }
    (void)sched_getaffinity(getpid(), sizeof first, &first); /* if it fails, this one's count */
    CPU_OR(&here, &here, &first);
    return CPU_COUNT(&here);
}
#else
static long count_processors(void)
{
    return sysconf(_SC_NPROCESSORS_ONLN);
}
#endif

/* errno is kept, as by a wait, in which this may be called. */
unsigned pawl__port_processors(void)
{
    int error = errno;
    long count = count_processors();
    errno = error;
    return count > 0 ? (unsigned)count : 1;
}

/* Zeroed memory is an unlocked mutex wherever the static initialiser is all zeros, which is not so
 * on macOS. What is zero is not written, so that a fresh lot touches no page. */
void pawl__guard_init(struct pawl__guard *guard)
{
#if !defined(__APPLE__)
    static const struct pawl__guard fresh = {PTHREAD_MUTEX_INITIALIZER};
    if (memcmp(guard, &fresh, sizeof fresh) == 0) {
        return;
    }
#endif
    pawl__check(pthread_mutex_init(&guard->mutex, NULL), "pthread_mutex_init");
}

void pawl__parker_init(struct pawl__parker *parker)
{
    pthread_condattr_t attributes;
    pawl__store32(&parker->token, PAWL__TOKEN_NONE, PAWL__RELAXED);
#if defined(PAWL__HAS_SEMAPHORE)
    pawl__check(sem_init(&parker->semaphore, 0, 0) == 0 ? 0 : errno, "sem_init");
#endif
    pawl__check(pthread_mutex_init(&parker->mutex, NULL), "pthread_mutex_init");
    pawl__check(pthread_condattr_init(&attributes), "pthread_condattr_init");
    pawl__check(pawl__sleep_set_clock(&attributes), "pthread_condattr_setclock");
    pawl__check(pthread_cond_init(&parker->cond, &attributes), "pthread_cond_init");
    pawl__check(pthread_condattr_destroy(&attributes), "pthread_condattr_destroy");
}

void pawl__guard_lock(struct pawl__guard *guard)
{
    pawl__check(pthread_mutex_lock(&guard->mutex), "pthread_mutex_lock");
}

void pawl__guard_unlock(struct pawl__guard *guard)
{
    pawl__check(pthread_mutex_unlock(&guard->mutex), "pthread_mutex_unlock");
}

/* Passes through the mutex, so that a thread that checked before the token was left is in its wait;
 * and signals after, so that the woken thread does not run into the mutex. */
static void signal_sleeper(struct pawl__parker *parker)
{
    pawl__check(pthread_mutex_lock(&parker->mutex), "pthread_mutex_lock");
#if defined(PAWL_VALGRIND) /* whose tools report a signal without the mutex */
    pawl__check(pthread_cond_signal(&parker->cond), "pthread_cond_signal");
    pawl__check(pthread_mutex_unlock(&parker->mutex), "pthread_mutex_unlock");
#else
    pawl__check(pthread_mutex_unlock(&parker->mutex), "pthread_mutex_unlock");
    pawl__check(pthread_cond_signal(&parker->cond), "pthread_cond_signal");
#endif
}

/* A permit stays in the semaphore if the token came before the thread slept: a later sleep then
 * takes one turn more. */
static void post_sleeper(struct pawl__parker *parker)
{
#if defined(PAWL__HAS_SEMAPHORE)
    pawl__check(sem_post(&parker->semaphore) == 0 ? 0 : errno, "sem_post");
#else
    (void)parker; /* no copy of pawl sleeps there on this host */
#endif
}

/* A thread that is cancelled inside a wait would leave its node in the queue, so cancellation waits
 * until the thread is out. errno is kept, as a wait may be inside a free(), which keeps it. */
static bool park(struct pawl__parker *parker, pawl_time deadline, bool lightly)
{
    enum pawl__token how = pawl__sleep_how();
    if (deadline == 0 || !pawl__token_await(&parker->token, how)) {
        return pawl__token_take(&parker->token);
    }
    int cancellation = pawl__port_forbid_cancellation();
    int error = errno;
    bool taken = false;
    bool late = false;
    bool disturbed = false; /* it was poked, or has slept once and is to check */
    pawl__sleep_begin(parker);
    while (!late && !(taken = pawl__token_take(&parker->token))) {
        pawl_time now = deadline == PAWL_NEVER ? 0 : pawl__port_now();
        disturbed = disturbed || (lightly && pawl__token_is_poked(&parker->token));
        if (now < deadline && !disturbed) {
            pawl__sleep_once(parker, now, deadline);
            disturbed = lightly;
        } else {
            late = pawl__token_forgo(&parker->token, how);
        }
    }
    pawl__sleep_end(parker);
    errno = error;
    pawl__port_restore_cancellation(cancellation);
    return taken;
}

bool pawl__park(struct pawl__parker *parker, pawl_time deadline)
{
    return park(parker, deadline, false);
}

bool pawl__park_lightly(struct pawl__parker *parker, pawl_time deadline)
{
    return park(parker, deadline, true);
}

static void wake(struct pawl__parker *parker, enum pawl__token sleeper)
{
    if (sleeper == PAWL__TOKEN_AWAITED_AT_SEMAPHORE) {
        post_sleeper(parker);
    } else if (sleeper == PAWL__TOKEN_AWAITED) {
        signal_sleeper(parker);
    }
}

/* By the time it wakes the sleeper the token may be taken and the parker serve another wait, to
 * which that is a spurious wake-up: harmless, since a parker is never unmapped and park loops. */
void pawl__unpark(struct pawl__parker *parker)
{
    wake(parker, pawl__token_leave(&parker->token));
}

void pawl__poke(struct pawl__parker *parker)
{
    wake(parker, pawl__token_poke(&parker->token));
}

void pawl__forget_poke(struct pawl__parker *parker)
{
    pawl__token_forget_poke(&parker->token);
}

void *pawl__port_map(size_t size)
{
    void *block = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    if (block == MAP_FAILED) {
        pawl__die("mmap", errno);
    }
    return block;
}

/* Behind the block lies a page for the fork mark. */
static size_t mark_offset(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (size + page - 1) / page * page;
}

static size_t with_mark(size_t size)
{
    return mark_offset(size) + (size_t)sysconf(_SC_PAGESIZE);
}

/* A filled slot anywhere wins; otherwise all copies that come at the same time agree on the first
 * object's slot. The block's own library stays loaded: its slot is where a later copy finds the
 * block. */
void *pawl__port_shared_block(size_t size, void (*prepare)(void *block))
{
    void *block = pawl__meet(NULL);
    if (block != NULL) {
        return block;
    }
    void *fresh = pawl__port_map(with_mark(size));
    prepare(fresh);
    block = pawl__meet(fresh);
    if (block != NULL && block != fresh) {
        munmap(fresh, with_mark(size));
        return block;
    }
    pawl__meet_stay();
    return fresh; /* also if no note survived the link, and this copy is alone */
}

/* Linux 4.14 wipes such a page in a child. errno is kept, as by a wait, in which this may happen.
 */
uint32_t *pawl__port_fork_mark(void *block, size_t size)
{
    uint32_t *mark = NULL;
#if defined(MADV_WIPEONFORK)
    int error = errno;
    char *page = (char *)block + mark_offset(size);
    if (madvise(page, with_mark(size) - mark_offset(size), MADV_WIPEONFORK) == 0) {
        mark = (uint32_t *)(void *)page;
    }
    errno = error;
#else
    (void)block;
    (void)size;
#endif
    return mark;
}

_Thread_local uint64_t pawl__remembered_word;

/* Destructors of other keys may use pawl after this key's value was cleared, hence `keep`. */
void pawl__local_init(struct pawl__local *local, void (*keep)(void *value))
{
    pawl__check(pthread_key_create(&local->key, keep), "pthread_key_create");
}

void *pawl__local_get(const struct pawl__local *local)
{
    return pthread_getspecific(local->key);
}

PAWL__NO_TSAN void pawl__local_set(const struct pawl__local *local, void *value)
{
    int error = pthread_setspecific(local->key, value);
    if (error != 0) {
        pawl__die("pthread_setspecific", error);
    }
}

/* Threads live until the process does. */
bool pawl__port_is_ending(void)
{
    return false;
}

/* errno is kept: a system without the call says so there. */
void pawl__port_yield(void)
{
    int error = errno;
    sched_yield();
    errno = error;
}

/* Android has no cancellation. */
int pawl__port_forbid_cancellation(void)
{
    int before = 0;
#if !defined(__ANDROID__)
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
#endif
    return before;
}

void pawl__port_restore_cancellation(int before)
{
#if defined(__ANDROID__)
    (void)before;
#else
    pthread_setcancelstate(before, &before);
#endif
}

/* Built with -fexceptions, the C library's cleanup handlers also run for a C++ exception. */
void pawl__port_call(void (*fn)(void *ctx), void *ctx, void (*left)(void *ctx), void *left_ctx)
{
    pthread_cleanup_push(left, left_ctx);
    fn(ctx);
    pthread_cleanup_pop(0);
}

/* glibc, Android and FreeBSD drop a library's handlers when it is unloaded, and musl unloads none.
 * Elsewhere each library with pawl in it stays. */
void pawl__port_at_fork(void (*prepare)(void), void (*child)(void))
{
#if !defined(__GLIBC__) && !defined(__ANDROID__) && !defined(__FreeBSD__)
    pawl__meet_stay();
#endif
    pawl__check(pthread_atfork(prepare, NULL, child), "pthread_atfork");
}
