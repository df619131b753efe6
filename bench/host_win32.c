/* SPDX-License-Identifier: MIT */
#include "host.h"

#ifndef _WIN32_WINNT
# define _WIN32_WINNT 0x0601 /* QueryThreadCycleTime, K32GetProcessMemoryInfo: Windows 7 */
#endif
#define PSAPI_VERSION 2

#include <windows.h>
/* after it: */
#include <psapi.h>

#include <io.h>

int64_t host_now(void)
{
    LARGE_INTEGER ticks;
    LARGE_INTEGER frequency;
    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&ticks);
    int64_t seconds = ticks.QuadPart / frequency.QuadPart;
    int64_t rest = ticks.QuadPart % frequency.QuadPart;
    return seconds * 1000000000 + rest * 1000000000 / frequency.QuadPart;
}

/* A FILETIME counts units of 100 ns. */
static double seconds_of(FILETIME time)
{
    return ((double)time.dwHighDateTime * 4294967296.0 + (double)time.dwLowDateTime) / 1e7;
}

double host_cpu_seconds(void)
{
    FILETIME created;
    FILETIME exited;
    FILETIME system;
    FILETIME user;
    if (!GetProcessTimes(GetCurrentProcess(), &created, &exited, &system, &user)) {
        return 0;
    }
    return seconds_of(system) + seconds_of(user);
}

int64_t host_thread_cpu_ns(void)
{
    return host_now();
}

double host_switches(void)
{
    return -1;
}

double host_memory_bytes(host_memory of)
{
    PROCESS_MEMORY_COUNTERS used;
    if (of != HOST_PAGES || !GetProcessMemoryInfo(GetCurrentProcess(), &used, sizeof used)) {
        return -1;
    }
    return (double)used.WorkingSetSize;
}

void host_sleep_ms(unsigned milliseconds)
{
    Sleep(milliseconds);
}

uint64_t host_thread_id(void)
{
    return GetCurrentThreadId();
}

/* 0 where it is not told. */
static ULONG64 cycles_of(uint64_t id)
{
    ULONG64 cycles = 0;
    HANDLE thread = OpenThread(THREAD_QUERY_INFORMATION, FALSE, (DWORD)id);
    if (thread != NULL) {
        if (!QueryThreadCycleTime(thread, &cycles)) {
            cycles = 0;
        }
        CloseHandle(thread);
    }
    return cycles;
}

static ULONG64 cycles_of_all(const uint64_t *ids, size_t count)
{
    ULONG64 sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += cycles_of(ids[i]);
    }
    return sum;
}

void host_await_asleep(const uint64_t *ids, size_t count)
{
    ULONG64 before;
    ULONG64 after = cycles_of_all(ids, count);
    do {
        before = after;
        Sleep(1);
        after = cycles_of_all(ids, count);
    } while (after != before);
}

bool host_pin(unsigned which)
{
    DWORD_PTR allowed;
    DWORD_PTR system;
    if (!GetProcessAffinityMask(GetCurrentProcess(), &allowed, &system) || allowed == 0) {
        return false;
    }
    DWORD_PTR one = 0;
    for (DWORD_PTR rest = allowed; rest != 0 && (one == 0 || which != 0); rest &= rest - 1) {
        one = rest & (~rest + 1); /* its lowest bit */
    }
    return SetThreadAffinityMask(GetCurrentThread(), one) != 0;
}

void host_unpin(void)
{
    DWORD_PTR allowed;
    DWORD_PTR system;
    if (GetProcessAffinityMask(GetCurrentProcess(), &allowed, &system)) {
        SetThreadAffinityMask(GetCurrentThread(), allowed);
    }
}

void host_describe(char *to, size_t size)
{
    char processor[100];
    DWORD length = GetEnvironmentVariableA("PROCESSOR_IDENTIFIER", processor, sizeof processor);
    bool found = length > 0 && length < sizeof processor;
    snprintf(to, size, "Windows, %s", found ? processor : "unknown processor");
}

bool host_is_terminal(FILE *stream)
{
    return _isatty(_fileno(stream)) != 0;
}
