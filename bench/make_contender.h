/* SPDX-License-Identifier: MIT
 *
 * One contender, made from its calls. A source file includes this once for each, after
 *
 *     #define CONTENDER                   its identifier, and the prefix of all others
 *     #define NAME                        what --contender takes
 *
 *     #define LOCK                        the type of its lock
 *     #define LOCK_MAKE(lock)             make it a free lock
 *     #define LOCK_DISCARD(lock)
 *     #define LOCK_ACQUIRE(lock)
 *     #define LOCK_RELEASE(lock)
 *     #define LOCK_TRY(lock)              true when acquired
 *     #define LOCK_WITHIN_A_SECOND(lock)  the same; this one may be left out
 *
 * and of the following each group that it has, where the tables call it by its _NAME:
 *
 *     #define SEMAPHORE  _NAME, _MAKE(semaphore, value), _DISCARD, _ACQUIRE, _RELEASE, _TRY
 *     #define RWLOCK     _NAME, _MAKE, _DISCARD, _ACQUIRE_SHARED, _RELEASE_SHARED,
 *                        _ACQUIRE_EXCLUSIVE, _RELEASE_EXCLUSIVE, _TRY_EXCLUSIVE
 *     #define CONDITION  _NAME, _MAKE, _DISCARD, _WAIT(condition, lock), _NOTIFY, _NOTIFY_ALL
 *     #define EVENT      _NAME, _MAKE, _DISCARD, _SET, _AWAIT(event), which also clears it
 *     #define RLOCK      _NAME, _MAKE, _DISCARD, _ACQUIRE, _RELEASE, _HELD_ONCE(rlock)
 *     #define ONCE       _NAME, _MAKE, _CALL(once), which calls primitive_count_call
 *     #define MORE_PRIMITIVES   members of the array of primitive.h
 *
 * It undefines all of these. The measured code is what a user would write: it ignores statuses that
 * a user would ignore.
 */
#include "contender.h"
#include "work.h"

#ifndef PAWL_BENCH_MAKE_CONTENDER
# define PAWL_BENCH_MAKE_CONTENDER
# define CONTENDER_JOIN_(a, b) a##_##b
# define CONTENDER_JOIN(a, b)  CONTENDER_JOIN_(a, b)
# define CONTENDER_(verb)      CONTENDER_JOIN(CONTENDER, verb)
#endif

#include "lock_loops.h"

#ifdef SEMAPHORE
static bool CONTENDER_(has_one_permit)(SEMAPHORE *object)
{
    bool one = SEMAPHORE_TRY(object) && !SEMAPHORE_TRY(object);
    SEMAPHORE_RELEASE(object);
    return one;
}

# define PRIMITIVE             CONTENDER_(semaphore)
# define TITLE           SEMAPHORE_NAME
# define OBJECT          SEMAPHORE
# define MAKE(object)    SEMAPHORE_MAKE(object, 1)
# define DISCARD(object) SEMAPHORE_DISCARD(object)
# define SETTLED(object) CONTENDER_(has_one_permit)(object)
# define ROUND(object)                                                                             \
     do {                                                                                          \
         SEMAPHORE_ACQUIRE(object);                                                                \
         SEMAPHORE_RELEASE(object);                                                                \
     } while (0)
# include "primitive_loops.h"

typedef struct CONTENDER_(bats) {
    SEMAPHORE of[2];
} CONTENDER_(bats);

# define PRIMITIVE    CONTENDER_(handover)
# define TITLE  SEMAPHORE_NAME
# define OBJECT CONTENDER_(bats)
# define MAKE(object)                                                                              \
     do {                                                                                          \
         SEMAPHORE_MAKE(&(object)->of[0], 0);                                                      \
         SEMAPHORE_MAKE(&(object)->of[1], 0);                                                      \
     } while (0)
# define DISCARD(object)                                                                           \
     do {                                                                                          \
         SEMAPHORE_DISCARD(&(object)->of[0]);                                                      \
         SEMAPHORE_DISCARD(&(object)->of[1]);                                                      \
     } while (0)
# define SETTLED(object)                                                                           \
     (!SEMAPHORE_TRY(&(object)->of[0]) && !SEMAPHORE_TRY(&(object)->of[1]))
# define ENTER(object)       (void)(object)
# define LEAVE(object)       (void)(object)
# define GIVE(object, side)  SEMAPHORE_RELEASE(&(object)->of[side])
# define AWAIT(object, side) SEMAPHORE_ACQUIRE(&(object)->of[side])
# include "primitive_loops.h"
#endif

#ifdef EVENT
typedef struct CONTENDER_(flags) {
    EVENT of[2];
} CONTENDER_(flags);

# define PRIMITIVE    CONTENDER_(event)
# define TITLE  EVENT_NAME
# define OBJECT CONTENDER_(flags)
# define MAKE(object)                                                                              \
     do {                                                                                          \
         EVENT_MAKE(&(object)->of[0]);                                                             \
         EVENT_MAKE(&(object)->of[1]);                                                             \
     } while (0)
# define DISCARD(object)                                                                           \
     do {                                                                                          \
         EVENT_DISCARD(&(object)->of[0]);                                                          \
         EVENT_DISCARD(&(object)->of[1]);                                                          \
     } while (0)
# define SETTLED(object)     ((void)(object), true) /* the moves were counted */
# define ENTER(object)       (void)(object)
# define LEAVE(object)       (void)(object)
# define GIVE(object, side)  EVENT_SET(&(object)->of[side])
# define AWAIT(object, side) EVENT_AWAIT(&(object)->of[side])
# include "primitive_loops.h"
#endif

#ifdef RWLOCK
# include "rwlock_loops.h"

static bool CONTENDER_(rwlock_free)(RWLOCK *object)
{
    if (!RWLOCK_TRY_EXCLUSIVE(object)) {
        return false;
    }
    RWLOCK_RELEASE_EXCLUSIVE(object);
    return true;
}

# define PRIMITIVE             CONTENDER_(shared)
# define TITLE           RWLOCK_NAME
# define OBJECT          RWLOCK
# define MAKE(object)    RWLOCK_MAKE(object)
# define DISCARD(object) RWLOCK_DISCARD(object)
# define SETTLED(object) CONTENDER_(rwlock_free)(object)
# define ROUND(object)                                                                             \
     do {                                                                                          \
         RWLOCK_ACQUIRE_SHARED(object);                                                            \
         RWLOCK_RELEASE_SHARED(object);                                                            \
     } while (0)
# include "primitive_loops.h"

# define PRIMITIVE             CONTENDER_(exclusive)
# define TITLE           RWLOCK_NAME
# define OBJECT          RWLOCK
# define MAKE(object)    RWLOCK_MAKE(object)
# define DISCARD(object) RWLOCK_DISCARD(object)
# define SETTLED(object) CONTENDER_(rwlock_free)(object)
# define ROUND(object)                                                                             \
     do {                                                                                          \
         RWLOCK_ACQUIRE_EXCLUSIVE(object);                                                         \
         RWLOCK_RELEASE_EXCLUSIVE(object);                                                         \
     } while (0)
# include "primitive_loops.h"
#endif

#ifdef CONDITION
# include "condition_loops.h"
#endif

#ifdef RLOCK
# define PRIMITIVE    CONTENDER_(nested)
# define TITLE  RLOCK_NAME
# define OBJECT RLOCK
# define MAKE(object)                                                                              \
     do {                                                                                          \
         RLOCK_MAKE(object);                                                                       \
         RLOCK_ACQUIRE(object);                                                                    \
     } while (0)
# define DISCARD(object)                                                                           \
     do {                                                                                          \
         RLOCK_RELEASE(object);                                                                    \
         RLOCK_DISCARD(object);                                                                    \
     } while (0)
# define SETTLED(object) RLOCK_HELD_ONCE(object)
# define ROUND(object)                                                                             \
     do {                                                                                          \
         RLOCK_ACQUIRE(object);                                                                    \
         RLOCK_RELEASE(object);                                                                    \
     } while (0)
# include "primitive_loops.h"
#endif

#ifdef ONCE
# define PRIMITIVE    CONTENDER_(once)
# define TITLE  ONCE_NAME
# define OBJECT ONCE
# define MAKE(object)                                                                              \
     do {                                                                                          \
         primitive_calls = 0;                                                                      \
         ONCE_MAKE(object);                                                                        \
         ONCE_CALL(object);                                                                        \
     } while (0)
# define DISCARD(object) (void)(object)
# define SETTLED(object) ((void)(object), primitive_calls == 1)
# define ROUND(object)   ONCE_CALL(object)
# include "primitive_loops.h"
#endif

const contender CONTENDER = {.name = NAME,
                             .lock = &CONTENDER_(lock_arena),
                             .acquire = CONTENDER_(acquire),
                             .release = CONTENDER_(release),
                             .solo[SOLO_PAIR] = CONTENDER_(pair),
                             .solo[SOLO_TRY] = CONTENDER_(try),
                             .solo[SOLO_TRY_FAILS] = CONTENDER_(try_fails),
#ifdef LOCK_WITHIN_A_SECOND
                             .solo[SOLO_TIMED] = CONTENDER_(timed),
#endif
                             .stock = {sizeof(LOCK), CONTENDER_(stock_make),
                                       CONTENDER_(stock_discard), CONTENDER_(stock_acquire),
                                       CONTENDER_(stock_release)},
#ifdef SEMAPHORE
                             .primitive[PRIMITIVE_SEMAPHORE] = &CONTENDER_(semaphore),
                             .primitive[PRIMITIVE_HANDOVER] = &CONTENDER_(handover),
#endif
#ifdef EVENT
                             .primitive[PRIMITIVE_EVENT] = &CONTENDER_(event),
#endif
#ifdef RWLOCK
                             .rwlock = &CONTENDER_(rwlock_arena),
                             .primitive[PRIMITIVE_SHARED] = &CONTENDER_(shared),
                             .primitive[PRIMITIVE_EXCLUSIVE] = &CONTENDER_(exclusive),
#endif
#ifdef CONDITION
                             .monitor = &CONTENDER_(monitor),
                             .primitive[PRIMITIVE_CONDITION] = &CONTENDER_(condition),
#endif
#ifdef RLOCK
                             .primitive[PRIMITIVE_NESTED] = &CONTENDER_(nested),
#endif
#ifdef ONCE
                             .primitive[PRIMITIVE_ONCE] = &CONTENDER_(once),
#endif
#ifdef MORE_PRIMITIVES
                             MORE_PRIMITIVES
#endif
};

#undef CONTENDER
#undef NAME
#undef LOCK
#undef LOCK_MAKE
#undef LOCK_DISCARD
#undef LOCK_ACQUIRE
#undef LOCK_RELEASE
#undef LOCK_TRY
#undef LOCK_WITHIN_A_SECOND
#undef SEMAPHORE
#undef SEMAPHORE_NAME
#undef SEMAPHORE_MAKE
#undef SEMAPHORE_DISCARD
#undef SEMAPHORE_ACQUIRE
#undef SEMAPHORE_RELEASE
#undef SEMAPHORE_TRY
#undef EVENT
#undef EVENT_NAME
#undef EVENT_MAKE
#undef EVENT_DISCARD
#undef EVENT_SET
#undef EVENT_AWAIT
#undef RWLOCK
#undef RWLOCK_NAME
#undef RWLOCK_MAKE
#undef RWLOCK_DISCARD
#undef RWLOCK_ACQUIRE_SHARED
#undef RWLOCK_RELEASE_SHARED
#undef RWLOCK_ACQUIRE_EXCLUSIVE
#undef RWLOCK_RELEASE_EXCLUSIVE
#undef RWLOCK_TRY_EXCLUSIVE
#undef CONDITION
#undef CONDITION_NAME
#undef CONDITION_MAKE
#undef CONDITION_DISCARD
#undef CONDITION_WAIT
#undef CONDITION_NOTIFY
#undef CONDITION_NOTIFY_ALL
#undef RLOCK
#undef RLOCK_NAME
#undef RLOCK_MAKE
#undef RLOCK_DISCARD
#undef RLOCK_ACQUIRE
#undef RLOCK_RELEASE
#undef RLOCK_HELD_ONCE
#undef ONCE
#undef ONCE_NAME
#undef ONCE_MAKE
#undef ONCE_CALL
#undef MORE_PRIMITIVES
