/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* where it means something: affinity */
#include "crew.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void *run(void *argument)
{
    crew_thread *thread = argument;
    thread->work(thread->context);
    return NULL;
}

static void check(int error, const char *call)
{
    if (error != 0) {
        fprintf(stderr, "crew: %s: %s\n", call, strerror(error));
        abort();
    }
}

/* A small stack, so that a thousand threads fit on a 32-bit machine. */
enum { STACK_BYTES = 256 * 1024 };

void crew_start(crew_thread *thread, void (*work)(void *context), void *context)
{
    crew_start_with_stack(thread, work, context, STACK_BYTES);
}

void crew_start_with_stack(crew_thread *thread, void (*work)(void *context), void *context,
                           unsigned stack_bytes)
{
    pthread_t id;
    pthread_attr_t attributes;
    long least = sysconf(_SC_THREAD_STACK_MIN); /* 128 KiB with glibc on 64-bit ARM */
    size_t bytes = least > (long)stack_bytes ? (size_t)least : stack_bytes;
    thread->work = work;
    thread->context = context;
    check(pthread_attr_init(&attributes), "pthread_attr_init");
    check(pthread_attr_setstacksize(&attributes, bytes), "pthread_attr_setstacksize");
    check(pthread_create(&id, &attributes, run, thread), "pthread_create");
    check(pthread_attr_destroy(&attributes), "pthread_attr_destroy");
    memcpy(&thread->native, &id, sizeof id);
}

void crew_join(crew_thread *thread)
{
    pthread_t id;
    memcpy(&id, &thread->native, sizeof id);
    check(pthread_join(id, NULL), "pthread_join");
}

unsigned crew_processors(void)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (unsigned)online : 1;
}

bool crew_confine(void)
{
#if defined(__linux__)
    cpu_set_t processors;
    size_t first = 0;
    check(sched_getaffinity(0, sizeof processors, &processors) == 0 ? 0 : errno,
          "sched_getaffinity");
    while (!CPU_ISSET(first, &processors)) {
        first++;
    }
    CPU_ZERO(&processors);
    CPU_SET(first, &processors);
    check(sched_setaffinity(0, sizeof processors, &processors) == 0 ? 0 : errno,
          "sched_setaffinity");
    return true;
#else
    return false;
#endif
}

uint64_t crew_used_ns(void)
{
    struct timespec used;
    return clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used) == 0
               ? (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec
               : 0;
}

void crew_yield(void)
{
    sched_yield();
}
