/* SPDX-License-Identifier: MIT
 *
 * Annotations for Clang's -Wthread-safety; nothing elsewhere. In a program's own declarations:
 *
 *     int balance PAWL_GUARDED_BY(lock);             used only with that lock held
 *     int *entries PAWL_POINTEE_GUARDED_BY(lock);    what it points to is
 *     void pay(void) PAWL_REQUIRES(lock);            called with it held
 *     int look(void) PAWL_REQUIRES_SHARED(rwlock);   called with it held, at least shared
 *     void settle(void) PAWL_EXCLUDES(lock);         called without
 *     PAWL_ASSERT_HELD(&lock);                       a statement (with.h): it is held here, which
 *                                                    the compiler cannot know
 *
 * The assertion is for a task's function, and for a lock that another thread acquired. In C a
 * PAWL_WITH counts as such a statement up to the end of the function, because Clang does not look
 * at what __attribute__((cleanup)) calls; in C++ it counts as a scope, as a pawl::guard does.
 *
 * Clang follows a timed acquire if its status is tested by `!` or compared with 0, and in C also if
 * it is compared with PAWL_OK. In C++ it does not follow a comparison with an enumerator: use
 * pawl.hpp's try_lock_for, which returns a bool. Example:
 *
 *     #include <pawl/pawl.h>
 *
 *     static pawl_lock lock;
 *     static int balance PAWL_GUARDED_BY(lock);
 *
 *     bool deposit_within(int amount, pawl_ns ns)
 *     {
 *         if (pawl_lock_acquire_for(&lock, ns) != PAWL_OK) {
 *             return false;
 *         }
 *         balance += amount;
 *         pawl_lock_release(&lock);
 *         return true;
 *     }
 */
#ifndef PAWL_THREAD_SAFETY_H
#define PAWL_THREAD_SAFETY_H

#if defined(__clang__)
#    define PAWL__SAFETY(...) __attribute__((__VA_ARGS__))
#else
#    define PAWL__SAFETY(...)
#endif
#define PAWL_GUARDED_BY(...)         PAWL__SAFETY(guarded_by(__VA_ARGS__))
#define PAWL_POINTEE_GUARDED_BY(...) PAWL__SAFETY(pt_guarded_by(__VA_ARGS__))
#define PAWL_REQUIRES(...)           PAWL__SAFETY(requires_capability(__VA_ARGS__))
#define PAWL_REQUIRES_SHARED(...)    PAWL__SAFETY(requires_shared_capability(__VA_ARGS__))
#define PAWL_EXCLUDES(...)           PAWL__SAFETY(locks_excluded(__VA_ARGS__))
#define PAWL__ACQUIRES(...)          PAWL__SAFETY(acquire_capability(__VA_ARGS__))
#define PAWL__ACQUIRES_SHARED(...)   PAWL__SAFETY(acquire_shared_capability(__VA_ARGS__))
#define PAWL__RELEASES(...)          PAWL__SAFETY(release_capability(__VA_ARGS__))
#define PAWL__RELEASES_SHARED(...)   PAWL__SAFETY(release_shared_capability(__VA_ARGS__))
#define PAWL__ASSERTS(...)           PAWL__SAFETY(assert_capability(__VA_ARGS__))
#define PAWL__ASSERTS_SHARED(...)    PAWL__SAFETY(assert_shared_capability(__VA_ARGS__))
#define PAWL__IS_CAPABILITY(name)    PAWL__SAFETY(capability(name))
/* The holder may acquire it again. Clang before 21 has no such attribute, and reports a second
 * acquire that it sees in the same function. */
#if defined(__has_attribute)
#    if __has_attribute(reentrant_capability)
#        define PAWL__IS_REENTRANT __attribute__((reentrant_capability))
#    endif
#endif
#ifndef PAWL__IS_REENTRANT
#    define PAWL__IS_REENTRANT
#endif
#define PAWL__IS_SCOPE    PAWL__SAFETY(scoped_lockable)
#define PAWL__IS(...)     PAWL__SAFETY(lock_returned(__VA_ARGS__))
#define PAWL__NO_ANALYSIS PAWL__SAFETY(no_thread_safety_analysis)
/* The first argument is what the call returns when it acquired: true, or PAWL_OK, which is 0. */
#define PAWL__TRIES(...)        PAWL__SAFETY(try_acquire_capability(__VA_ARGS__))
#define PAWL__TRIES_SHARED(...) PAWL__SAFETY(try_acquire_shared_capability(__VA_ARGS__))

#endif
