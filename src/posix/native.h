/* SPDX-License-Identifier: MIT
 *
 * What the POSIX backend's guard and parker are made of: see port.h.
 */
#ifndef PAWL_SRC_POSIX_NATIVE_H
#define PAWL_SRC_POSIX_NATIVE_H

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

/* A key is the same for every copy of pawl, but slow to look at; so each copy remembers the word in
 * a variable. It is initial-exec, where that exists, so that the first look never
 * allocates. */
#if defined(__ELF__)
#    define PAWL__REMEMBERED_MODEL __attribute__((tls_model("initial-exec")))
#else
#    define PAWL__REMEMBERED_MODEL
#endif
extern _Thread_local uint64_t pawl__remembered_word PAWL__REMEMBERED_MODEL;

static inline uint64_t pawl__remembered(void)
{
    return pawl__remembered_word;
}

static inline void pawl__remember(uint64_t word)
{
    pawl__remembered_word = word;
}

#endif
