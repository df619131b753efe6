/* SPDX-License-Identifier: MIT
 *
 * Scopes that release on every way out.
 *
 *     PAWL_WITH(&lock) { ... } PAWL_END    acquires, runs the block, releases; every compiler
 *     PAWL_GUARD(&lock);                   acquires, releases at the end of the enclosing scope;
 *                                          GCC, Clang and C++
 *
 * Fall-through, `break`, `continue`, `return` and `goto` out all release, and in C++ an exception
 * does. A `break` inside leaves the enclosing loop, as if PAWL_WITH were not there. The object's
 * expression is evaluated once. A jump into the block is an error, or has no effect that is
 * promised. Example:
 *
 *     #include <pawl/with.h>
 *
 *     static pawl_lock lock;
 *     static int table[100];
 *
 *     int find(int value)
 *     {
 *         for (int i = 0; i < 100; i++) {
 *             PAWL_WITH(&lock) {
 *                 if (table[i] == value) {
 *                     return i; // released on this way out, too
 *                 }
 *             } PAWL_END
 *         }
 *         return -1;
 *     }
 */
#ifndef PAWL_WITH_H
#define PAWL_WITH_H

#include <pawl/lock.h>

PAWL__BEGIN

PAWL__HELPER pawl_lock *pawl__scope_enter(pawl_lock *lock)
{
    pawl_lock_acquire(lock);
    return lock;
}

PAWL__HELPER void pawl__scope_leave(pawl_lock **held)
{
    pawl_lock_release(*held);
}

PAWL__END

#define PAWL__JOIN_(a, b) a##b
#define PAWL__JOIN(a, b)  PAWL__JOIN_(a, b)

#if defined(__cplusplus)
struct pawl__scope {
    explicit pawl__scope(pawl_lock *lock) : held_(pawl__scope_enter(lock)) {}
    ~pawl__scope() { pawl__scope_leave(&held_); }
    pawl__scope(const pawl__scope &) = delete;
    pawl__scope &operator=(const pawl__scope &) = delete;

  private:
    pawl_lock *held_;
};
# define PAWL_GUARD(object) pawl__scope PAWL__JOIN(pawl__scope_, __COUNTER__)(object)
#elif !PAWL__MSVC
# define PAWL_GUARD(object)                                                                       \
     __attribute__((cleanup(pawl__scope_leave), unused)) pawl_lock *PAWL__JOIN(                    \
         pawl__scope_, __COUNTER__) = pawl__scope_enter(object)
#endif

#ifdef PAWL_GUARD
# define PAWL_WITH(object) { PAWL_GUARD(object);
# define PAWL_END          }
#else
# define PAWL_WITH(object) { pawl_lock *pawl__held = pawl__scope_enter(object); __try
# define PAWL_END          __finally { pawl__scope_leave(&pawl__held); } }
#endif

#endif
