/* SPDX-License-Identifier: MIT */
#include "host.h"

#include <windows.h>

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

void host_sleep_ms(unsigned milliseconds)
{
    Sleep(milliseconds);
}

bool host_is_terminal(FILE *stream)
{
    return _isatty(_fileno(stream)) != 0;
}
