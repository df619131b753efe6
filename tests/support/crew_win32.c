/* SPDX-License-Identifier: MIT */
#include "crew.h"

#include <windows.h>

#include <errno.h>
#include <process.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned __stdcall run(void *argument)
{
    crew_thread *thread = argument;
    thread->work(thread->context);
    return 0;
}

void crew_start(crew_thread *thread, void (*work)(void *context), void *context)
{
    crew_start_with_stack(thread, work, context, 0); /* the program's default */
}

void crew_start_with_stack(crew_thread *thread, void (*work)(void *context), void *context,
                           unsigned stack_bytes)
{
    thread->work = work;
    thread->context = context;
    thread->native.pointer = (void *)_beginthreadex(NULL, stack_bytes, run, thread,
                                                    STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
    if (thread->native.pointer == NULL) {
        fprintf(stderr, "crew: _beginthreadex: %s\n", strerror(errno));
        abort();
    }
}

void crew_join(crew_thread *thread)
{
    if (WaitForSingleObject(thread->native.pointer, INFINITE) != WAIT_OBJECT_0) {
        fprintf(stderr, "crew: WaitForSingleObject: error %lu\n", GetLastError());
        abort();
    }
    CloseHandle(thread->native.pointer);
}

unsigned crew_processors(void)
{
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    return info.dwNumberOfProcessors;
}

bool crew_confine(void)
{
    return SetThreadAffinityMask(GetCurrentThread(), 1) != 0;
}

uint64_t crew_used_ns(void)
{
    FILETIME begin, end, system, user;
    if (!GetThreadTimes(GetCurrentThread(), &begin, &end, &system, &user)) {
        return 0;
    }
    uint64_t high = (uint64_t)system.dwHighDateTime + user.dwHighDateTime;
    return ((high << 32) + system.dwLowDateTime + user.dwLowDateTime) * 100;
}

void crew_yield(void)
{
    SwitchToThread();
}
