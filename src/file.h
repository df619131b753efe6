/* SPDX-License-Identifier: MIT
 *
 * The seam of pawl_filelock: what it asks of an operating system's files. src/posix/file.c,
 * src/win32/file.c and the tests' simulator implement these functions in this order. A backend
 * knows one open file and the kernel's lock on it. It knows no queue and no deadline, and it never
 * waits for the lock.
 *
 * The functions that can fail return PAWL_OK; PAWL_TIMEOUT, if the lock or the file is busy;
 * PAWL_UNSUPPORTED, if the system has no such locks there; PAWL_SYSTEM, if the system refused for
 * another reason; or PAWL_NO_MEMORY or PAWL_INVALID. *error is the system's error number, or 0.
 */
#ifndef PAWL_SRC_FILE_H
#define PAWL_SRC_FILE_H

#include <pawl/base.h>

PAWL__HIDDEN_BEGIN

#define PAWL__FILE_CLOSED ((intptr_t)-1)

/* One file description or handle. One thread at a time calls functions on it, except is_lost. */
struct pawl__file {
    char *path;      /* absolute, UTF-8; on the heap */
    void *native;    /* the path as the system wants it, or NULL; on the heap */
    intptr_t handle; /* PAWL__FILE_CLOSED: the next try opens it */
    intptr_t watch;  /* PAWL__FILE_CLOSED: not watched */
    int64_t process; /* the process that opened it */
    bool only_look;  /* it is opened for reading, and not created */
    bool may_write;
    struct pawl__file *next, *prev; /* the process's open files, where there is fork */
};

/* Set up the structure for this path, and open the file. PAWL_TIMEOUT: the file is busy, and a try
 * opens it later. If the status is neither PAWL_OK nor PAWL_TIMEOUT nothing needs closing. */
pawl_status pawl__file_open(struct pawl__file *file, const char *path, bool only_look,
                            int32_t *error);

/* Close the file, if it is open, and free the path. The kernel drops a lock that is still held. */
void pawl__file_close(struct pawl__file *file);

/* Whether this process is a forked child of the one that opened the file. The
 * second function then closes the child's copy, without an unlock, and the next try opens the file
 * again. */
bool pawl__file_is_lost(const struct pawl__file *file);
void pawl__file_forget(struct pawl__file *file);

/* Try the kernel's lock. PAWL_OK: it is held, on the file that is at the path now. PAWL_TIMEOUT:
 * another description or handle holds it, which includes others of this process.
 *
 * Requires  this file does not hold it. */
pawl_status pawl__file_try(struct pawl__file *file, bool shared, int32_t *error);
void pawl__file_unlock(struct pawl__file *file);

/* Read the text at the beginning of the file.
 *
 * Returns   the length, which is 0 if the file is empty; -1: it cannot be read. */
int pawl__file_read(struct pawl__file *file, char *text, size_t size);

/* Replace the file's content; a length of 0 empties it. If that fails the file is left empty. */
void pawl__file_write(struct pawl__file *file, const char *text, size_t length);

/* A hint to those who watch the file that its lock may be free. */
void pawl__file_poke(struct pawl__file *file);

/* Have the system tell of changes to the file, until it is closed: to stop an inotify watch takes
 * the kernel about 15 ms, which must not delay an acquire. If the system cannot, watch stays
 * PAWL__FILE_CLOSED. */
void pawl__file_watch(struct pawl__file *file);

/* With a watched file: wait until something changed, or until `deadline`; may return early.
 *
 * Returns   whether something changed. */
bool pawl__file_wait(struct pawl__file *file, pawl_time deadline);

/* The calling process's number, and the name of its machine. */
int64_t pawl__file_process(void);
void pawl__file_host(char *host, size_t size);

/* Seconds since 1970, for people. */
int64_t pawl__file_wall_clock(void);

/* Make this number what errno or GetLastError returns, and read that. */
void pawl__file_leave_error(int32_t error);
int32_t pawl__file_left_error(void);

typedef void pawl__keeper(void);
typedef bool pawl__keeper_stop(void);

/* Start the thread that runs keeper(). There is one at a time: an earlier one is about to end.
 * stop() is called when this code is unloaded, and returns true if the thread then ends soon.
 *
 * Returns   false: no thread can be started. */
bool pawl__file_start_keeper(pawl__keeper *keeper, pawl__keeper_stop *stop);

PAWL__HIDDEN_END

#endif
