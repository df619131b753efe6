/* SPDX-License-Identifier: MIT
 *
 * Scopes that release on every way out.
 *
 *     PAWL_WITH(&lock) { ... } PAWL_END    acquires, runs the block, releases; every compiler
 *     PAWL_GUARD(&lock);                   acquires, releases at the end of the enclosing scope;
 *                                          GCC, Clang and C++
 *
 * For a pawl_lock, a pawl_rlock and a pawl_semaphore (one permit); for a pawl_rwlock
 * PAWL_WITH_SHARED, PAWL_WITH_EXCLUSIVE, PAWL_GUARD_SHARED and PAWL_GUARD_EXCLUSIVE.
 *
 * Fall-through, `break`, `continue`, `return` and `goto` out all release, and in C++ an exception
 * does. Where pthread_exit or a cancellation leaves the block, it releases in C++, and in C that is
 * compiled with -fexceptions; in other C, and after a longjmp, the object stays held.
 *
 * A `break` inside leaves the enclosing loop, as if PAWL_WITH were not there. The object's
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
 *                     return i; // released on this way out also
 *                 }
 *             } PAWL_END
 *         }
 *         return -1;
 *     }
 */
#ifndef PAWL_WITH_H
#define PAWL_WITH_H

#include <pawl/lock.h>
#include <pawl/rlock.h>
#include <pawl/rwlock.h>
#include <pawl/semaphore.h>

/* PAWL_ASSERT_HELD(object), PAWL_ASSERT_HELD_SHARED(rwlock): see compiler.h. */
PAWL__HELPER void pawl__assert_lock(const pawl_lock *object) PAWL__ASSERTS(object)
{
    (void)object;
}

PAWL__HELPER void pawl__assert_rlock(const pawl_rlock *object) PAWL__ASSERTS(object)
{
    (void)object;
}

PAWL__HELPER void pawl__assert_exclusive(const pawl_rwlock *object) PAWL__ASSERTS(object)
{
    (void)object;
}

PAWL__HELPER void pawl__assert_shared(const pawl_rwlock *object) PAWL__ASSERTS_SHARED(object)
{
    (void)object;
}

#if !defined(__cplusplus)
/* What was acquired, and how it is released. */
enum pawl__kind {
    PAWL__LOCK,
    PAWL__RLOCK,
    PAWL__SEMAPHORE,
    PAWL__SHARED,
    PAWL__EXCLUSIVE
};
struct pawl__held {
    void *object;
    enum pawl__kind kind;
};

# define PAWL__SCOPE(name, type, acquire, kind, held_by_now)                                       \
    PAWL__HELPER struct pawl__held pawl__scope_##name(type *object) held_by_now                    \
    {                                                                                              \
        struct pawl__held held = {object, kind};                                                   \
        acquire(object);                                                                           \
        return held;                                                                               \
    }
PAWL__SCOPE(lock, pawl_lock, pawl_lock_acquire, PAWL__LOCK, PAWL__ASSERTS(object))
PAWL__SCOPE(rlock, pawl_rlock, pawl_rlock_acquire, PAWL__RLOCK, PAWL__ASSERTS(object))
PAWL__SCOPE(semaphore, pawl_semaphore, pawl_semaphore_acquire, PAWL__SEMAPHORE, )
PAWL__SCOPE(shared, pawl_rwlock, pawl_rwlock_acquire_shared, PAWL__SHARED,
            PAWL__ASSERTS_SHARED(object))
PAWL__SCOPE(exclusive, pawl_rwlock, pawl_rwlock_acquire_exclusive, PAWL__EXCLUSIVE,
            PAWL__ASSERTS(object))
# undef PAWL__SCOPE

/* The type that this returns is never completed: its name is the compiler's error message. */
struct pawl__use_PAWL_WITH_SHARED_or_PAWL_WITH_EXCLUSIVE
pawl__scope_rwlock(pawl_rwlock *object);

/* The kind is known where this is inlined, so only one case remains. */
PAWL__HELPER void pawl__scope_leave(struct pawl__held *held)
{
    switch ((int)held->kind) { /* not an enumeration, whose default Clang would call superfluous */
    case PAWL__LOCK:
        pawl_lock_release((pawl_lock *)held->object);
        break;
    case PAWL__RLOCK:
        pawl_rlock_release((pawl_rlock *)held->object);
        break;
    case PAWL__SEMAPHORE:
        pawl_semaphore_release((pawl_semaphore *)held->object);
        break;
    case PAWL__SHARED:
        pawl_rwlock_release_shared((pawl_rwlock *)held->object);
        break;
    default: /* PAWL__EXCLUSIVE */
        pawl_rwlock_release_exclusive((pawl_rwlock *)held->object);
        break;
    }
}

#endif

#define PAWL__JOIN_(a, b) a##b
#define PAWL__JOIN(a, b)  PAWL__JOIN_(a, b)

/* PAWL__SCOPE_FOR(object): the scope of an object with one way to be held, by its type.
 * PAWL__GUARD(scope, object): a variable that releases at the end of its scope. */
#if defined(__cplusplus)
extern "C++" { /* overloads, also where a program includes this inside extern "C" */
/* One class for each, because to Clang a permit is not a capability: a thread that has one may take
 * another. */
# define PAWL__SCOPE(name, type, acquire, release, is_scope, acquires, releases)                   \
     class is_scope name                                                                           \
     {                                                                                             \
       public:                                                                                     \
         PAWL__NO_ANALYSIS explicit name(type *object) acquires : object_(object)                  \
         {                                                                                         \
             acquire(object_);                                                                     \
         }                                                                                         \
         PAWL__NO_ANALYSIS ~name() releases                                                        \
         {                                                                                         \
             release(object_);                                                                     \
         }                                                                                         \
         name(const name &) = delete;                                                              \
         name &operator=(const name &) = delete;                                                   \
                                                                                                   \
       private:                                                                                    \
         type *object_;                                                                            \
     };
PAWL__SCOPE(pawl__scope_lock, pawl_lock, pawl_lock_acquire, pawl_lock_release, PAWL__IS_SCOPE,
            PAWL__ACQUIRES(object), PAWL__RELEASES())
PAWL__SCOPE(pawl__scope_rlock, pawl_rlock, pawl_rlock_acquire, pawl_rlock_release, PAWL__IS_SCOPE,
            PAWL__ACQUIRES(object), PAWL__RELEASES())
PAWL__SCOPE(pawl__scope_semaphore, pawl_semaphore, pawl_semaphore_acquire, pawl_semaphore_release, ,
            , )
PAWL__SCOPE(pawl__scope_shared, pawl_rwlock, pawl_rwlock_acquire_shared,
            pawl_rwlock_release_shared, PAWL__IS_SCOPE, PAWL__ACQUIRES_SHARED(object),
            PAWL__RELEASES())
PAWL__SCOPE(pawl__scope_exclusive, pawl_rwlock, pawl_rwlock_acquire_exclusive,
            pawl_rwlock_release_exclusive, PAWL__IS_SCOPE, PAWL__ACQUIRES(object),
            PAWL__RELEASES())
pawl__scope_lock pawl__scope_of(pawl_lock *);
pawl__scope_rlock pawl__scope_of(pawl_rlock *);
pawl__scope_semaphore pawl__scope_of(pawl_semaphore *);
/* Never defined: its name is the compiler's error message. */
class pawl__use_PAWL_WITH_SHARED_or_PAWL_WITH_EXCLUSIVE;
pawl__use_PAWL_WITH_SHARED_or_PAWL_WITH_EXCLUSIVE pawl__scope_of(pawl_rwlock *);
# define PAWL__SCOPE_FOR(object) decltype(pawl__scope_of(object))
inline void pawl__assert_any(const pawl_lock *object) PAWL__ASSERTS(object)
{
    pawl__assert_lock(object);
}

inline void pawl__assert_any(const pawl_rlock *object) PAWL__ASSERTS(object)
{
    pawl__assert_rlock(object);
}

inline void pawl__assert_any(const pawl_rwlock *object) PAWL__ASSERTS(object)
{
    pawl__assert_exclusive(object);
}
} /* extern "C++" */
# undef PAWL__SCOPE
/* Initialized in place: before C++17 a scope returned by value would have to be copied. */
# define PAWL__GUARD(scope, object) scope PAWL__JOIN(pawl__scope_, __COUNTER__)(object)
#else
# define PAWL__SCOPE_FOR(object)                                                                   \
     _Generic((object),                                                                            \
         pawl_lock *: pawl__scope_lock,                                                            \
         pawl_rlock *: pawl__scope_rlock,                                                          \
         pawl_semaphore *: pawl__scope_semaphore,                                                  \
         pawl_rwlock *: pawl__scope_rwlock)
# define pawl__assert_any(object)                                                                  \
     _Generic((object),                                                                            \
         pawl_lock *: pawl__assert_lock,                                                           \
         pawl_rlock *: pawl__assert_rlock,                                                         \
         pawl_rwlock *: pawl__assert_exclusive)(object)
# if !PAWL__MSVC || defined(__i386__) /* where the tests' clang has no __try for MinGW */
#  define PAWL__GUARD(scope, object)                                                               \
      __attribute__((cleanup(pawl__scope_leave), unused)) struct pawl__held                        \
      PAWL__JOIN(pawl__scope_, __COUNTER__) = scope(object)
# endif
#endif

#ifdef PAWL__GUARD
# define PAWL_GUARD(object)           PAWL__GUARD(PAWL__SCOPE_FOR(object), object)
# define PAWL_GUARD_SHARED(object)    PAWL__GUARD(pawl__scope_shared, object)
# define PAWL_GUARD_EXCLUSIVE(object) PAWL__GUARD(pawl__scope_exclusive, object)
# define PAWL__WITH(scope, object)    { PAWL__GUARD(scope, object);
# define PAWL_END                     }
#else
# define PAWL__WITH(scope, object)                                                                 \
     { __pragma(warning(suppress : 4456)) struct pawl__held pawl__held = scope(object); __try
# define PAWL_END             __finally { pawl__scope_leave(&pawl__held); } }
#endif

#define PAWL_WITH(object)           PAWL__WITH(PAWL__SCOPE_FOR(object), object)
#define PAWL_WITH_SHARED(object)    PAWL__WITH(pawl__scope_shared, object)
#define PAWL_WITH_EXCLUSIVE(object) PAWL__WITH(pawl__scope_exclusive, object)

#define PAWL_ASSERT_HELD(object)        pawl__assert_any(object)
#define PAWL_ASSERT_HELD_SHARED(object) pawl__assert_shared(object)

#endif
