/* SPDX-License-Identifier: MIT
 *
 * pawl_filelock's seam on flock(2): see src/file.h.
 *
 * flock locks belong to the open file description. fcntl's locks are not used, since a process
 * loses those when it closes any descriptor of the file. A forked child shares the description, so
 * it closes its copy and never unlocks.
 */
#if (defined(__linux__) || defined(__EMSCRIPTEN__)) && !defined(_GNU_SOURCE)
#    define _GNU_SOURCE /* ppoll, F_DUPFD_CLOEXEC */
#elif defined(__APPLE__) && !defined(_DARWIN_C_SOURCE)
#    define _DARWIN_C_SOURCE /* flock */
#endif
#include "file.h"
#include "port.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#if defined(__linux__)
#    include <sys/inotify.h>
#endif

/* The number of times that a path may lead to another file than the locked one. Some file systems
 * have no lasting file numbers, so that every file would seem to be another one. */
enum { REPLACEMENTS = 8 };

#if defined(__EMSCRIPTEN__)
enum { FLOCK_LOCKS = 0 }; /* it does nothing there */
#else
enum { FLOCK_LOCKS = 1 };
#endif

static pthread_mutex_t files_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct pawl__file *files; /* this and the next three: under files_mutex */
static bool handles_forks;
static pthread_t keeper_thread;
static bool has_keeper; /* there is a thread to join */

static pawl__keeper_stop *stop_keeper;
static pawl__keeper *keeper_function; /* the same in every call */

/* Around a fork the mutex is held, so that the child finds the list in order. */
static void before_fork(void)
{
    pthread_mutex_lock(&files_mutex);
}

static void after_fork(void)
{
    pthread_mutex_unlock(&files_mutex);
}

static void close_number(intptr_t *number)
{
    if (*number != PAWL__FILE_CLOSED) {
        close((int)*number);
        *number = PAWL__FILE_CLOSED;
    }
}

/* The list may contain a structure on the stack of a thread that is gone, so the child begins with
 * an empty list. */
static void close_in_child(void)
{
    for (struct pawl__file *file = files; file != NULL; file = file->next) {
        close_number(&file->handle);
        close_number(&file->watch);
        file->process = 0; /* lost, even if a namespace gives the child its parent's number */
    }
    files = NULL;
    has_keeper = false;
    pthread_mutex_unlock(&files_mutex);
}

static void list_file(struct pawl__file *file)
{
    pthread_mutex_lock(&files_mutex);
    if (!handles_forks) {
        handles_forks = pthread_atfork(before_fork, after_fork, close_in_child) == 0;
    }
    file->prev = NULL;
    file->next = files;
    if (files != NULL) {
        files->prev = file;
    }
    files = file;
    pthread_mutex_unlock(&files_mutex);
}

/* With files_mutex locked. */
static void close_and_unlist(struct pawl__file *file)
{
    if (file->handle == PAWL__FILE_CLOSED) {
        return;
    }
    *(file->prev != NULL ? &file->prev->next : &files) = file->next;
    if (file->next != NULL) {
        file->next->prev = file->prev;
    }
    close_number(&file->handle);
    close_number(&file->watch);
}

static void close_listed(struct pawl__file *file)
{
    pthread_mutex_lock(&files_mutex);
    close_and_unlist(file);
    pthread_mutex_unlock(&files_mutex);
}

static pawl_status refusal(int number, int32_t *error)
{
    if (number == EWOULDBLOCK) {
        return PAWL_TIMEOUT;
    }
    *error = number;
    return number == ENOLCK || number == ENOSYS || number == EOPNOTSUPP ? PAWL_UNSUPPORTED
                                                                        : PAWL_SYSTEM;
}

static int open_number(const char *path, int flags)
{
    int number;
    do {
        number = open(path, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0666);
    } while (number < 0 && errno == EINTR);
    if (number >= 0 && number <= STDERR_FILENO) { /* a program may have closed these */
        int higher = fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        int reason = errno;
        close(number);
        errno = reason;
        number = higher;
    }
    return number;
}

/* What may not be written can be locked nevertheless: a read-only file, a directory. */
static pawl_status open_file(struct pawl__file *file, int32_t *error)
{
    int number = -1;
    file->may_write = false;
    if (!file->only_look) {
        number = open_number(file->path, O_RDWR | O_CREAT);
        file->may_write = number >= 0;
    }
    if (file->only_look || (number < 0 && (errno == EACCES || errno == EROFS || errno == EISDIR ||
                                           errno == EPERM || errno == ETXTBSY))) {
        number = open_number(file->path, O_RDONLY);
    }
    if (number < 0) {
        return refusal(errno, error);
    }
    file->handle = number;
    list_file(file);
    return PAWL_OK;
}

/* On the heap: the path, with the working directory before it if it is relative. */
static char *make_absolute(const char *path)
{
    char folder[PATH_MAX] = "";
    if (path[0] != '/' && getcwd(folder, sizeof folder) == NULL) {
        folder[0] = '\0';
    }
    size_t length = strlen(folder) + strlen(path) + 2;
    char *absolute = malloc(length);
    if (absolute != NULL) {
        snprintf(absolute, length, "%s%s%s", folder, folder[0] != '\0' ? "/" : "", path);
    }
    return absolute;
}

pawl_status pawl__file_open(struct pawl__file *file, const char *path, bool only_look,
                            int32_t *error)
{
    *error = 0;
    *file = (struct pawl__file){.handle = PAWL__FILE_CLOSED, .watch = PAWL__FILE_CLOSED};
    file->only_look = only_look;
    file->process = getpid();
    if (!FLOCK_LOCKS) {
        return PAWL_UNSUPPORTED;
    }
    file->path = make_absolute(path);
    if (file->path == NULL) {
        return PAWL_NO_MEMORY;
    }
    pawl_status status = open_file(file, error);
    if (status != PAWL_OK) {
        free(file->path);
    }
    return status;
}

void pawl__file_close(struct pawl__file *file)
{
    close_listed(file);
    free(file->path);
}

bool pawl__file_is_lost(const struct pawl__file *file)
{
    return file->process != getpid();
}

/* close_in_child has closed it already, unless a handler of the program's calls this earlier. Then
 * the mutex is locked, and close_in_child will empty the list. */
void pawl__file_forget(struct pawl__file *file)
{
    if (pthread_mutex_trylock(&files_mutex) == 0) {
        close_and_unlist(file);
        pthread_mutex_unlock(&files_mutex);
    } else {
        close_number(&file->handle);
        close_number(&file->watch);
    }
    file->process = getpid();
}

static bool is_at_its_path(const struct pawl__file *file)
{
    struct stat here, there;
    return fstat((int)file->handle, &here) == 0 && stat(file->path, &there) == 0 &&
           here.st_ino == there.st_ino && here.st_dev == there.st_dev;
}

/* If somebody has deleted or replaced the file its lock is worth nothing: others lock the file that
 * is there now. */
pawl_status pawl__file_try(struct pawl__file *file, bool shared, int32_t *error)
{
    *error = 0;
    for (int replaced = 0;; replaced++) {
        pawl_status status = file->handle == PAWL__FILE_CLOSED ? open_file(file, error) : PAWL_OK;
        if (status != PAWL_OK) {
            return status;
        }
        int result;
        do {
            result = flock((int)file->handle, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB);
        } while (result != 0 && errno == EINTR);
        if (result != 0) {
            return refusal(errno, error);
        }
        if (file->only_look || replaced == REPLACEMENTS || is_at_its_path(file)) {
            return PAWL_OK;
        }
        close_listed(file);
    }
}

void pawl__file_unlock(struct pawl__file *file)
{
    while (flock((int)file->handle, LOCK_UN) != 0 && errno == EINTR) {
    }
}

int pawl__file_read(struct pawl__file *file, char *text, size_t size)
{
    ssize_t length;
    do {
        length = pread((int)file->handle, text, size, 0);
    } while (length < 0 && errno == EINTR);
    return length < 0 ? -1 : (int)length;
}

static void cut(int number, off_t length)
{
    while (ftruncate(number, length) != 0 && errno == EINTR) {
    }
}

void pawl__file_write(struct pawl__file *file, const char *text, size_t length)
{
    int number = (int)file->handle;
    ssize_t written = 0;
    if (!file->may_write) {
        return;
    }
    if (length > 0) {
        do {
            written = pwrite(number, text, length, 0);
        } while (written < 0 && errno == EINTR);
    }
    cut(number, written == (ssize_t)length ? (off_t)length : 0);
}

#if defined(__linux__)
/* A change of its times is a change that inotify tells of. The kernel's lock is free by now, unlike
 * when inotify tells of a close: that comes shortly before the lock is dropped. */
void pawl__file_poke(struct pawl__file *file)
{
    if (file->may_write) {
        futimens((int)file->handle, NULL);
    }
}

void pawl__file_watch(struct pawl__file *file)
{
    char name[64];
    uint32_t changes = IN_ATTRIB | IN_CLOSE_WRITE | IN_MOVE_SELF;
    if (file->handle == PAWL__FILE_CLOSED || file->watch != PAWL__FILE_CLOSED) {
        return;
    }
    int number = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (number < 0) {
        return;
    }
    snprintf(name, sizeof name, "/proc/self/fd/%d", (int)file->handle); /* the file, not the path */
    if (inotify_add_watch(number, name, changes) < 0 &&
        inotify_add_watch(number, file->path, changes) < 0) {
        close(number);
        return;
    }
    pthread_mutex_lock(&files_mutex); /* against a fork */
    file->watch = number;
    pthread_mutex_unlock(&files_mutex);
}

bool pawl__file_wait(struct pawl__file *file, pawl_time deadline)
{
    _Alignas(struct inotify_event) char changes[4096];
    struct pollfd watched = {.fd = (int)file->watch, .events = POLLIN};
    pawl_time now = pawl__port_now();
    pawl_ns left = deadline > now ? deadline - now : 0;
    struct timespec limit = {.tv_sec = (time_t)(left / PAWL_S(1)),
                             .tv_nsec = (long)(left % PAWL_S(1))};
    bool changed = ppoll(&watched, 1, &limit, NULL) > 0;
    while (changed && read((int)file->watch, changes, sizeof changes) > 0) {
    }
    return changed;
}
#else
void pawl__file_poke(struct pawl__file *file)
{
    (void)file;
}

void pawl__file_watch(struct pawl__file *file)
{
    (void)file;
}

bool pawl__file_wait(struct pawl__file *file, pawl_time deadline)
{
    (void)file;
    (void)deadline;
    return false;
}
#endif

int64_t pawl__file_process(void)
{
    return getpid();
}

void pawl__file_host(char *host, size_t size)
{
    if (gethostname(host, size) != 0) {
        host[0] = '\0';
    }
    host[size - 1] = '\0';
}

int64_t pawl__file_wall_clock(void)
{
    return (int64_t)time(NULL);
}

void pawl__file_leave_error(int32_t error)
{
    errno = error;
}

int32_t pawl__file_left_error(void)
{
    return errno;
}

static void *run_keeper(void *nothing)
{
    (void)nothing;
    keeper_function();
    return NULL;
}

/* An earlier thread has said that it ends: there is no wait worth the name. */
bool pawl__file_start_keeper(pawl__keeper *keeper, pawl__keeper_stop *stop)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_mutex_lock(&files_mutex);
    keeper_function = keeper;
    stop_keeper = stop;
    if (has_keeper) {
        pthread_join(keeper_thread, NULL);
    }
    pthread_sigmask(SIG_BLOCK, &all, &before);
    has_keeper = pthread_create(&keeper_thread, NULL, run_keeper, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    bool started = has_keeper;
    pthread_mutex_unlock(&files_mutex);
    return started;
}

/* When this code is unloaded, or the process ends. */
__attribute__((destructor)) static void end_keeper(void)
{
    if (stop_keeper != NULL && stop_keeper()) {
        pthread_mutex_lock(&files_mutex);
        bool joins = has_keeper;
        has_keeper = false;
        pthread_mutex_unlock(&files_mutex);
        if (joins) {
            pthread_join(keeper_thread, NULL);
        }
    }
}
