/* SPDX-License-Identifier: MIT
 *
 * What pawl tells the tools that watch a program. Not for users.
 *
 *     observer                  is told                       when
 *     ThreadSanitizer, races    the order that the atomics    a program with it links a pawl that
 *                               in pawl's sources establish   was compiled without it
 *     ThreadSanitizer, locks    acquired, released, fresh     PAWL_TSAN_LOCK_ORDER
 *     Helgrind, DRD             the order that the atomics    PAWL_VALGRIND
 *                               establish, and to ignore them
 *     none                      nothing                       otherwise
 *
 * Primitives use PAWL__TOLD_ACQUIRED, _RELEASING, _FRESH and their forms for tries; the atomics of
 * atomic.h call the two functions at the end.
 */
#ifndef PAWL_OBSERVER_H
#define PAWL_OBSERVER_H

#include <pawl/compiler.h>

#if defined(__SANITIZE_THREAD__)
#    define PAWL__COMPILED_WITH_TSAN 1
#elif defined(__has_feature)
#    if __has_feature(thread_sanitizer)
#        define PAWL__COMPILED_WITH_TSAN 1
#    endif
#endif

/* The order in which a program's threads acquire locks, for ThreadSanitizer's deadlock detector,
 * which sees only annotated mutexes: with PAWL_TSAN_LOCK_ORDER (the CMake option of that name
 * defines it here and for targets that link pawl) and -fsanitize=thread. Races are found without
 * this.
 *
 * TSan assumes that a mutex belongs to its acquirer until that thread releases it, and that it is
 * the same mutex until it is destroyed. These locks require neither, so this is off by default: in
 * a program where a thread other than the acquirer releases, where tasks await locks, or where a
 * lock on the stack follows another at its address without pawl_lock_init, TSan would report errors
 * that are none. The annotations run just after an acquire and just before a release, never around
 * a wait, because TSan ignores accesses between its two calls. So two threads that do deadlock
 * hang; the report is for runs in which they do not. */
#if defined(PAWL_TSAN_LOCK_ORDER) && defined(PAWL__COMPILED_WITH_TSAN)
#    include <sanitizer/tsan_interface.h>
/* __tsan_mutex_read_lock, which older headers have as an object. */
#    define PAWL__TOLD_SHARED 8U
#    define PAWL__TOLD_TRY    16U
#    define PAWL__TOLD_ACQUIRED(lock, how)                                                         \
        (__tsan_mutex_pre_lock((lock), (how)), __tsan_mutex_post_lock((lock), (how), 0))
#    define PAWL__TOLD_RELEASING(held, lock, how)                                                  \
        ((held) ? ((void)__tsan_mutex_pre_unlock((lock), (how)),                                   \
                   __tsan_mutex_post_unlock((lock), (how)))                                        \
                : (void)0)
#    define PAWL__TOLD_FRESH(lock) (__tsan_mutex_destroy((lock), 0), __tsan_mutex_create((lock), 0))
/* The outcome of a try or timed acquire, which cannot be part of a deadlock that lasts. */
PAWL__HELPER int pawl__told_outcome(int outcome, int success, void *lock, unsigned how)
{
    if (outcome == success) {
        PAWL__TOLD_ACQUIRED(lock, how | PAWL__TOLD_TRY);
    }
    return outcome;
}
#    define PAWL__TOLD_TRIED(taken, lock, how) (pawl__told_outcome((taken), 1, (lock), (how)) != 0)
#    define PAWL__TOLD_TIMED(status, lock, how)                                                    \
        ((pawl_status)pawl__told_outcome((int)(status), 0, (lock), (how)))
#else
#    define PAWL__TOLD_SHARED                     0U
#    define PAWL__TOLD_ACQUIRED(lock, how)        ((void)0)
#    define PAWL__TOLD_RELEASING(held, lock, how) ((void)0)
#    define PAWL__TOLD_FRESH(lock)                ((void)0)
#    define PAWL__TOLD_TRIED(taken, lock, how)    (taken)
#    define PAWL__TOLD_TIMED(status, lock, how)   (status)
#endif

/* Observers of the atomics (atomic.h): before an access of `size` bytes, and after one that was
 * made, of this order. The second returns true. */
#if defined(PAWL_VALGRIND) && !defined(PAWL__MACHINE) && !PAWL__MSVC
/* Helgrind and DRD take an atomic access for a plain one, and see no order from it. So they are
 * told to ignore the word, and are told the order, which is all that matters for a lock that nobody
 * owns. (The CMake option of that name defines PAWL_VALGRIND here and for targets that link pawl.)
 * Both understand the same requests for order; drd.h cannot be included together with helgrind.h,
 * and its request to ignore a range is VG_USERREQ__DRD_START_SUPPRESSION. */
#    include <valgrind/helgrind.h>
#    define PAWL__DRD_LEAVE            (VG_USERREQ_TOOL_BASE('D', 'R') + 2)
#    define PAWL__ATOMICS_ARE_OBSERVED 1
PAWL__HELPER void pawl__observe_before(void *at, size_t size, int order)
{
    VALGRIND_HG_DISABLE_CHECKING(at, size);
    VALGRIND_DO_CLIENT_REQUEST_STMT(PAWL__DRD_LEAVE, at, size, 0, 0, 0);
    if (order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL) {
        ANNOTATE_HAPPENS_BEFORE(at);
    }
}

PAWL__HELPER bool pawl__observe_after(void *at, int order)
{
    if (order == __ATOMIC_ACQUIRE || order == __ATOMIC_ACQ_REL) {
        ANNOTATE_HAPPENS_AFTER(at);
    }
    return true;
}
#elif defined(PAWL__INSIDE) && defined(__ELF__) && !defined(PAWL__MACHINE) &&                      \
    !defined(PAWL__COMPILED_WITH_TSAN)
/* In pawl's own sources, compiled without ThreadSanitizer: a program that was compiled with it has
 * these functions in its run-time library, and all others have not. TSan sees the C library's
 * mutexes and semaphores by itself. */
PAWL__BEGIN
extern void __tsan_acquire(void *at) __attribute__((weak, visibility("default")));
extern void __tsan_release(void *at) __attribute__((weak, visibility("default")));
PAWL__END
#    define PAWL__ATOMICS_ARE_OBSERVED 1
PAWL__HELPER void pawl__observe_before(void *at, size_t size, int order)
{
    (void)size;
    if ((order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL) &&
        PAWL__UNLIKELY(__tsan_release != NULL)) {
        __tsan_release(at);
    }
}

PAWL__HELPER bool pawl__observe_after(void *at, int order)
{
    if ((order == __ATOMIC_ACQUIRE || order == __ATOMIC_ACQ_REL) &&
        PAWL__UNLIKELY(__tsan_acquire != NULL)) {
        __tsan_acquire(at);
    }
    return true;
}
#else
#    define PAWL__ATOMICS_ARE_OBSERVED 0
#endif

#endif
