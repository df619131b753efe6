/* SPDX-License-Identifier: MIT
 *
 * Threads for the examples, on POSIX and on Windows; pawl itself starts none. A call that fails
 * prints a line and ends the program.
 */
#ifndef PAWL_EXAMPLES_THREAD_H
#define PAWL_EXAMPLES_THREAD_H

#include <stdio.h>
#include <stdlib.h>

#if defined(_WIN32)
#    include <windows.h>

#    include <process.h>
#else
#    include <pthread.h>
#    include <sched.h>
#    include <unistd.h>
#endif

struct thread {
    void (*work)(void *context);
    void *context;
#if defined(_WIN32)
    HANDLE native;
#else
    pthread_t native;
#endif
};

static inline void thread_check(int succeeded, const char *call)
{
    if (!succeeded) {
        fprintf(stderr, "%s failed\n", call);
        exit(EXIT_FAILURE);
    }
}

#if defined(_WIN32)
static inline unsigned __stdcall thread_run(void *argument)
{
    struct thread *thread = (struct thread *)argument;
    thread->work(thread->context);
    return 0;
}

static inline void thread_start_native(struct thread *thread)
{
    thread->native = (HANDLE)_beginthreadex(NULL, 0, thread_run, thread, 0, NULL);
    thread_check(thread->native != NULL, "_beginthreadex");
}

static inline void thread_join(struct thread *thread)
{
    DWORD ended = WaitForSingleObject(thread->native, INFINITE);
    thread_check(ended == WAIT_OBJECT_0 && CloseHandle(thread->native), "WaitForSingleObject");
}

static inline void thread_yield(void)
{
    SwitchToThread();
}

static inline unsigned thread_processors(void)
{
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    return info.dwNumberOfProcessors;
}
#else
static inline void *thread_run(void *argument)
{
    struct thread *thread = (struct thread *)argument;
    thread->work(thread->context);
    return NULL;
}

/* A small stack, so that a thousand threads fit into a 32-bit process. */
static inline void thread_start_native(struct thread *thread)
{
    pthread_attr_t attributes;
    thread_check(pthread_attr_init(&attributes) == 0, "pthread_attr_init");
    thread_check(pthread_attr_setstacksize(&attributes, 256 * 1024) == 0,
                 "pthread_attr_setstacksize");
    thread_check(pthread_create(&thread->native, &attributes, thread_run, thread) == 0,
                 "pthread_create");
    pthread_attr_destroy(&attributes);
}

/* Wait for the thread's end; what the thread wrote is visible afterwards. */
static inline void thread_join(struct thread *thread)
{
    thread_check(pthread_join(thread->native, NULL) == 0, "pthread_join");
}

/* Let another thread run. */
static inline void thread_yield(void)
{
    sched_yield();
}

/* The number of processors, at least 1. */
static inline unsigned thread_processors(void)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (unsigned)online : 1;
}
#endif

/* Start a thread that calls work(context). */
static inline void thread_start(struct thread *thread, void (*work)(void *context), void *context)
{
    thread->work = work;
    thread->context = context;
    thread_start_native(thread);
}

#endif
