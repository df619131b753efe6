/* SPDX-License-Identifier: MIT
 *
 * pawl_filelock: a lock between processes, named by a path, that a crash cannot break.
 *
 * For one instance of a program, for a cache that several builds share, for whatever two processes
 * must not do at once. Within one process pawl_lock and pawl_rwlock are a thousand times faster.
 *
 * The lock is the operating system's (flock, LockFileEx): when its holder ends, in whatever way,
 * the system drops it. The file is never deleted, and must not be while the lock is in use. No lock
 * is ever broken because of its age or its holder's process number. Each wait can have a time
 * limit, and a program can ask which process holds the lock.
 *
 *     state                acquire_shared   acquire_exclusive   release_shared   release_exclusive
 *     free                 shared by 1      exclusive           PAWL_NOT_HELD    PAWL_NOT_HELD
 *     shared by n of this  shared by n + 1  waits               shared by n - 1  PAWL_NOT_HELD
 *     exclusive by this    waits            waits               PAWL_NOT_HELD    free
 *     held by another      waits, unless    waits               PAWL_NOT_HELD    PAWL_NOT_HELD
 *                          both are shared
 *
 * "This" is an object: two objects on one path exclude each other, in one process too. The threads
 * and tasks that use one object wait in order of arrival, and any thread may release. Between
 * objects, and so between processes, no order is promised: each polls, and the first to find the
 * lock free has it. A process that always wants the lock again may keep others waiting for long.
 * There is no change from shared to exclusive or back: no system has one without a gap.
 *
 * An exclusive holder leaves a line in the file that says who it is, and removes it when it
 * releases. A line in a file that nobody holds is a holder's that crashed: pawl_filelock_abandoned.
 * A file with other content keeps that content. The lock also works with such a file, and with a
 * file that cannot be written: only the line is missing.
 *
 * A forked child does not have what its parent holds. Its copy of the file is closed, and the
 * object is as fresh. The lock works with local files, and with network files as far as the
 * system's locks do. On Emscripten pawl_filelock_open returns PAWL_UNSUPPORTED.
 *
 * Example:
 *
 *     #include <pawl/filelock.h>
 *     #include <stdio.h>
 *
 *     int main(void)
 *     {
 *         pawl_filelock *one;
 *         pawl_holder who;
 *         if (pawl_filelock_open("/tmp/editor.lock", "editor", &one) != PAWL_OK) {
 *             return 1;
 *         }
 *         if (!pawl_filelock_try_acquire_exclusive(one)) {
 *             if (pawl_filelock_holder(one, &who)) {
 *                 printf("%s runs already, as process %lld\n", who.label, (long long)who.pid);
 *             }
 *             pawl_filelock_close(one);
 *             return 1;
 *         }
 *         // the one instance runs
 *         pawl_filelock_close(one); // or just ends
 *         return 0;
 *     }
 */
#ifndef PAWL_FILELOCK_H
#define PAWL_FILELOCK_H

#include <pawl/await.h>
#include <pawl/event.h>

PAWL__BEGIN

/* An open lock file, on the heap. */
typedef struct pawl_filelock pawl_filelock;

/* Who holds a filelock exclusively. */
typedef struct pawl_holder {
    int64_t pid;    /* the process's number on its host; 0 if the holder left no line */
    int64_t since;  /* seconds since 1970 by the holder's wall clock; 0 if not known */
    char host[64];  /* the name of its machine; "" if not known */
    char label[64]; /* what it gave pawl_filelock_open; "" if not known */
} pawl_holder;

/* Open the lock file at `path`, in UTF-8, and create it if it is not there. `label` says what the
 * program is, for people; it may be NULL, control characters become spaces, and what exceeds 63
 * bytes is cut. A relative path is made absolute. The descriptor or handle is not inherited by
 * programs that this process starts.
 *
 * Returns   PAWL_OK           *out is the object, which pawl_filelock_close closes
 *           PAWL_INVALID      the path is empty, or on Windows no UTF-8
 *           PAWL_NO_MEMORY    memory is out
 *           PAWL_UNSUPPORTED  this platform has no such locks
 *           PAWL_SYSTEM       the system does not open or create the file; errno or GetLastError
 *                             says why
 *           else              *out is NULL
 * Requires  path and out are not NULL.
 * Costs     malloc, and opening a file. */
PAWL_MUST_CHECK PAWL_API pawl_status pawl_filelock_open(const char *path, const char *label,
                                                        pawl_filelock **out);

/* Release what this object holds, close the file, and free the object. NULL is allowed. Others that
 * wait for the lock go on.
 *
 * Requires  no thread or task uses the object, or waits for it. */
PAWL_API void pawl_filelock_close(pawl_filelock *filelock);

/* Acquire the lock, shared with other shared holders, or exclusively, waiting as long as it takes.
 *
 * A waiting thread tries, and tries again after 0.25 ms, doubling up to 32 ms; on Linux the kernel
 * also tells it of changes to the file, and then up to 256 ms. (An object that has waited keeps one
 * inotify instance until it is closed.) A release in the same process ends a wait at once. If the
 * file is deleted or replaced meanwhile, the lock is the new file's.
 *
 * Returns   PAWL_OK           the caller holds it that way
 *           PAWL_UNSUPPORTED  the file system has no such locks; nothing was acquired
 *           PAWL_SYSTEM       the system refused; nothing was acquired, and
 *                             pawl_filelock_error returns the reason
 * Requires  the object stays open. Any thread; not a signal handler.
 * Orders    the release that made it possible happens before this returns PAWL_OK.
 * Costs     some system calls; for shared, if this object is held shared and nobody waits, none.
 *           Never allocates. Not a cancellation point. */
PAWL_MUST_CHECK PAWL_API pawl_status pawl_filelock_acquire_shared(pawl_filelock *filelock);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_filelock_acquire_exclusive(pawl_filelock *filelock);

/* Acquire the lock if that takes no waiting.
 *
 * Returns   true   the caller now holds it that way
 *           false  it does not. If pawl_filelock_error is not 0 the system refused
 * Requires  the object stays open. Any thread; not a signal handler.
 * Orders    when true, as the acquire of that kind.
 * Costs     some system calls. */
PAWL_MUST_CHECK PAWL_API bool pawl_filelock_try_acquire_shared(pawl_filelock *filelock);
PAWL_MUST_CHECK PAWL_API bool pawl_filelock_try_acquire_exclusive(pawl_filelock *filelock);

/* Acquire the lock, waiting at most `ns` nanoseconds, or until the monotonic time `deadline` at the
 * latest. A duration of 0 or less, or a deadline in the past, makes the call a try.
 *
 * Returns   PAWL_OK           the caller holds it that way
 *           PAWL_TIMEOUT      the time passed, never early; nothing was acquired
 *           PAWL_UNSUPPORTED  as the acquire without a limit
 *           PAWL_SYSTEM       as the acquire without a limit
 * Requires  the object stays open. Any thread; not a signal handler.
 * Orders    when PAWL_OK, as the acquire of that kind.
 * Costs     as the acquire of that kind. */
PAWL_MUST_CHECK PAWL_API pawl_status pawl_filelock_acquire_shared_for(pawl_filelock *filelock,
                                                                      pawl_ns ns);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_filelock_acquire_shared_until(pawl_filelock *filelock,
                                                                        pawl_time deadline);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_filelock_acquire_exclusive_for(pawl_filelock *filelock,
                                                                         pawl_ns ns);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_filelock_acquire_exclusive_until(pawl_filelock *filelock,
                                                                           pawl_time deadline);

/* Acquire the lock unless `stop` is set, until the monotonic time `deadline` at the latest;
 * PAWL_NEVER is a legal deadline. Such a wait polls the file every 32 ms, on Linux as well.
 *
 * Returns   PAWL_CANCELLED  stop was set on entry, or became set during the wait; nothing was
 *                           acquired
 *           else            as the acquire with a deadline
 * Requires  the object and `stop` stay in place until the call returns. Any thread; not a signal
 *           handler.
 * Orders    when PAWL_CANCELLED, the set happens before this returns; else as the acquire.
 * Costs     as the acquire of that kind. */
PAWL_MUST_CHECK PAWL_API pawl_status pawl_filelock_acquire_shared_unless(pawl_filelock *filelock,
                                                                         pawl_event *stop,
                                                                         pawl_time deadline);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_filelock_acquire_exclusive_unless(pawl_filelock *filelock,
                                                                            pawl_event *stop,
                                                                            pawl_time deadline);

/* Acquire the lock now or later, without a thread: as pawl_lock_acquire_await. While the first that
 * waits is a task, one thread of pawl's own polls for all of them and calls the function. It is
 * started then, and ends after a second without work. fn can also get PAWL_SYSTEM,
 * PAWL_UNSUPPORTED, and PAWL_NO_MEMORY if that thread cannot be started.
 *
 * Returns   PAWL_OK           acquired; fn will not be called
 *           PAWL_PENDING      fn will be called, exactly once, unless the operation is withdrawn
 *           PAWL_INVALID      the operation is not idle; nothing changed
 *           PAWL_UNSUPPORTED  as the acquire; fn will not be called
 *           PAWL_SYSTEM       as the acquire; fn will not be called
 * Requires  the object stays open, and op's memory in place until fn begins. Any thread.
 * Orders    as the acquire of that kind.
 * Costs     a try; starts a thread if there is none. */
PAWL_MUST_CHECK PAWL_API pawl_status pawl_filelock_acquire_shared_await(pawl_filelock *filelock,
                                                                        pawl_await *op);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_filelock_acquire_exclusive_await(pawl_filelock *filelock,
                                                                           pawl_await *op);

/* Release a hold of that kind, whichever thread acquired it.
 *
 * Returns   PAWL_OK        one hold of that kind is released
 *           PAWL_NOT_HELD  this object is not held that way; nothing changed
 * Requires  the object stays open. Any thread; not a signal handler.
 * Orders    what the caller did before happens before an acquire returns that this allowed.
 * Costs     some system calls; for shared, unless it is the last of this object, none. */
PAWL_API pawl_status pawl_filelock_release_shared(pawl_filelock *filelock);
PAWL_API pawl_status pawl_filelock_release_exclusive(pawl_filelock *filelock);

/* Whether the lock, when this object last acquired it, was an exclusive holder's that ended without
 * releasing it: what it was changing may be half done. This is true for each shared holder until an
 * exclusive holder has acquired the lock. A holder that could leave no line goes unnoticed. */
PAWL_MUST_CHECK PAWL_API bool pawl_filelock_abandoned(pawl_filelock *filelock);

/* Ask who holds the lock exclusively: this process, or another. A snapshot, for people to read:
 * never take a lock to be free on the grounds of it. If the holder left no line, its pid is 0.
 *
 * Returns   true   *holder says who
 *           false  nobody holds it exclusively, or the file cannot be opened; *holder is all zeros
 * Requires  holder is not NULL.
 * Costs     opening the file, and trying to lock it shared for a moment. */
PAWL_API bool pawl_filelock_holder(pawl_filelock *filelock, pawl_holder *holder);

/* The errno or GetLastError behind the last PAWL_SYSTEM or PAWL_UNSUPPORTED of this object, or a
 * timeout while the file could not be opened; 0 if the last acquire met nothing of the kind. */
PAWL_MUST_CHECK PAWL_API int32_t pawl_filelock_error(pawl_filelock *filelock);

/* Write what it looks like, on one line:
 * `<pawl_filelock locked by make (pid 412 on build7) since 14:02:11Z waiters=2 at "/x/.lock">`. The
 * time is UTC. `unlocked`, `shared holders=2` for what this object holds, or `locked` alone if the
 * holder left no line. The waiters are this object's. A snapshot.
 *
 * Returns   as snprintf; (NULL, 0) is allowed. */
PAWL_API int pawl_filelock_describe(pawl_filelock *filelock, char *buf, size_t size);

/* For pawl.hpp: errno or GetLastError after a failed open. Not for users. */
PAWL_API int32_t pawl__filelock_open_error(void);

PAWL__END

#endif
