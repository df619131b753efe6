/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE     /* where it means something: affinity, mallinfo2 */
#define _POSIX_C_SOURCE 200809L
#define _XOPEN_SOURCE   700
#define _DARWIN_C_SOURCE

#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#if defined(__linux__)
# include <sched.h>
# include <sys/syscall.h>
#endif
#if defined(__GLIBC__)
# include <malloc.h>
#endif

static int64_t read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t host_now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t host_thread_cpu_ns(void)
{
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

static double seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

double host_cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

double host_switches(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_nvcsw + (double)usage.ru_nivcsw;
}

void host_sleep_ms(unsigned milliseconds)
{
    struct timespec left;
    left.tv_sec = (time_t)(milliseconds / 1000);
    left.tv_nsec = (long)(milliseconds % 1000) * 1000000;
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
}

#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
static double heap_bytes(void)
{
    struct mallinfo2 heap = mallinfo2();
    return (double)heap.uordblks + (double)heap.hblkhd;
}
#else
static double heap_bytes(void)
{
    return -1;
}
#endif

/* The beginning of a file, as a string; false when there is none. */
static bool read_file(const char *path, char *to, size_t size)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t bytes = file >= 0 ? read(file, to, size - 1) : -1;
    if (file >= 0) {
        close(file);
    }
    to[bytes > 0 ? bytes : 0] = '\0';
    return bytes > 0;
}

double host_memory_bytes(host_memory of)
{
    char text[200];
    unsigned long all;
    unsigned long resident;
    if (of == HOST_HEAP) {
        return heap_bytes();
    }
    if (!read_file("/proc/self/statm", text, sizeof text) ||
        sscanf(text, "%lu %lu", &all, &resident) != 2) {
        return -1;
    }
    return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

static void await_idle(void)
{
    double used;
    do {
        used = host_cpu_seconds();
        host_sleep_ms(1);
    } while (host_cpu_seconds() - used > 0.0002);
}

#if defined(__linux__)
uint64_t host_thread_id(void)
{
    return (uint64_t)syscall(SYS_gettid);
}

/* The letter of the state follows the thread's name, which may contain any character. */
static bool is_asleep(uint64_t id, bool *told)
{
    char path[60];
    char text[200];
    snprintf(path, sizeof path, "/proc/self/task/%llu/stat", (unsigned long long)id);
    *told = read_file(path, text, sizeof text);
    const char *name_end = strrchr(text, ')');
    return name_end != NULL && strncmp(name_end, ") S", 3) == 0;
}

void host_await_asleep(const uint64_t *ids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool told = true;
        while (told && !is_asleep(ids[i], &told)) {
            sched_yield();
        }
        if (!told) { /* no /proc here */
            await_idle();
            return;
        }
    }
}

/* As they were before this thread was pinned. */
static _Thread_local cpu_set_t allowed;

bool host_pin(unsigned which)
{
    cpu_set_t one;
    size_t found = CPU_SETSIZE;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
        return false;
    }
    for (size_t cpu = 0; cpu < CPU_SETSIZE && (found == CPU_SETSIZE || which != 0); cpu++) {
        found = CPU_ISSET(cpu, &allowed) ? cpu : found;
    }
    CPU_ZERO(&one);
    CPU_SET(found, &one);
    return sched_setaffinity(0, sizeof one, &one) == 0;
}

void host_unpin(void)
{
    sched_setaffinity(0, sizeof allowed, &allowed);
}
#else
uint64_t host_thread_id(void)
{
    return 0;
}

void host_await_asleep(const uint64_t *ids, size_t count)
{
    (void)ids;
    (void)count;
    await_idle();
}

bool host_pin(unsigned which)
{
    (void)which;
    return false;
}

void host_unpin(void)
{
}
#endif

void host_describe(char *to, size_t size)
{
    static char text[4096];
    struct utsname system;
    const char *model = NULL;
    if (read_file("/proc/cpuinfo", text, sizeof text)) {
        model = strstr(text, "model name");
        model = model != NULL ? strchr(model, ':') : NULL;
    }
    uname(&system);
    snprintf(to, size, "%s %s %s%s%.*s", system.sysname, system.release, system.machine,
             model != NULL ? "," : "", model != NULL ? (int)strcspn(model + 1, "\n") : 0,
             model != NULL ? model + 1 : "");
}

bool host_is_terminal(FILE *stream)
{
    return isatty(fileno(stream)) != 0;
}
