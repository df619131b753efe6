/* SPDX-License-Identifier: MIT
 *
 * The POSIX backend's guard and parker: see port.h.
 */
#ifndef PAWL_SRC_POSIX_NATIVE_H
#define PAWL_SRC_POSIX_NATIVE_H

#include <pawl/compiler.h>

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Before the program's own constructors, so that pawl's fork handler is the first. */
#if defined(__APPLE__)
#    define PAWL__AT_LOAD __attribute__((constructor))
#else
#    define PAWL__AT_LOAD __attribute__((constructor(101)))
#endif

#define PAWL__STOP_SLICE PAWL_MS(50)

struct pawl__guard {
    pthread_mutex_t mutex;
};

/* glibc's semaphores have a timed wait on the monotonic clock since 2.30, on which a thread then
 * sleeps (sleep.h). A copy of pawl that was built with an older glibc may be in the same process,
 * so the parker has a semaphore with either. */
#if defined(__GLIBC__)
#    include <semaphore.h>
#    define PAWL__HAS_SEMAPHORE 1
#endif

struct pawl__parker {
    uint32_t token; /* src/token.h */
#if defined(PAWL__HAS_SEMAPHORE)
    sem_t semaphore;
#endif
    pthread_mutex_t mutex;
    pthread_cond_t cond;
};

struct pawl__local {
    pthread_key_t key;
};

/* A key is the same for every copy of pawl, but slow to read, so each copy also keeps the word in a
 * thread-local variable. Where the compiler or the linker knows that the code is part of a program,
 * reading it is one load. In a library it is a call of the C library: the initial-exec model would
 * save that call, but then some loaders refuse to load the library while a program runs (musl,
 * Android), and others do once their reserve of static TLS is used up (glibc). */
PAWL__HIDDEN_BEGIN
extern _Thread_local uint64_t pawl__remembered_word;
PAWL__HIDDEN_END

static inline uint64_t pawl__remembered(void)
{
    return pawl__remembered_word;
}

static inline void pawl__remember(uint64_t word)
{
    pawl__remembered_word = word;
}

#endif
