/* SPDX-License-Identifier: MIT
 *
 * One contender, made from its calls. Included once for each, after
 *
 *     #define FAMILY                      its identifier, and the prefix of all others
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
 * and of what follows each group that it has, the _NAME being what the tables call it:
 *
 *     #define SEMAPHORE             _NAME, _MAKE(semaphore, value), _DISCARD, _ACQUIRE, _RELEASE,
 * _TRY #define RWLOCK                _NAME, _MAKE, _DISCARD, _ACQUIRE_SHARED, _RELEASE_SHARED,
 *                                   _ACQUIRE_EXCLUSIVE, _RELEASE_EXCLUSIVE, _TRY_EXCLUSIVE
 *     #define CONDITION             _NAME, _MAKE, _DISCARD, _WAIT(condition, lock), _NOTIFY,
 * _NOTIFY_ALL #define EVENT                 _NAME, _MAKE, _DISCARD, _SET, _AWAIT(event), which
 * clears it, too #define RLOCK                 _NAME, _MAKE, _DISCARD, _ACQUIRE, _RELEASE,
 * _HELD_ONCE(rlock) #define ONCE                  _NAME, _MAKE, _CALL(once), which calls
 * kin_count_call #define MORE_KIN              members of the array of kin.h
 *
 * all of which it undefines. What a user would write is what is measured: statuses that a user
 * would not look at are not looked at.
 */
#include "contender.h"
#include "work.h"

#ifndef PAWL_BENCH_FAMILY
# define PAWL_BENCH_FAMILY
# define FAMILY_JOIN_(a, b) a##_##b
# define FAMILY_JOIN(a, b)  FAMILY_JOIN_(a, b)
# define FAMILY_(verb)      FAMILY_JOIN(FAMILY, verb)
#endif

#include "lock_loops.h"

#ifdef SEMAPHORE
static bool FAMILY_(has_one_permit)(SEMAPHORE *object)
{
    bool one = SEMAPHORE_TRY(object) && !SEMAPHORE_TRY(object);
    SEMAPHORE_RELEASE(object);
    return one;
}

# define KIN             FAMILY_(semaphore)
# define TITLE           SEMAPHORE_NAME
# define OBJECT          SEMAPHORE
# define MAKE(object)    SEMAPHORE_MAKE(object, 1)
# define DISCARD(object) SEMAPHORE_DISCARD(object)
# define SETTLED(object) FAMILY_(has_one_permit)(object)
# define ROUND(object)                                                                             \
     do {                                                                                          \
         SEMAPHORE_ACQUIRE(object);                                                                \
         SEMAPHORE_RELEASE(object);                                                                \
     } while (0)
# include "kin_loops.h"

typedef struct FAMILY_(bats) {
    SEMAPHORE of[2];
} FAMILY_(bats);

# define KIN    FAMILY_(handover)
# define TITLE  SEMAPHORE_NAME
# define OBJECT FAMILY_(bats)
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
# include "kin_loops.h"
#endif

#ifdef EVENT
typedef struct FAMILY_(flags) {
    EVENT of[2];
} FAMILY_(flags);

# define KIN    FAMILY_(event)
# define TITLE  EVENT_NAME
# define OBJECT FAMILY_(flags)
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
# include "kin_loops.h"
#endif

#ifdef RWLOCK
# include "rwlock_loops.h"

static bool FAMILY_(rwlock_free)(RWLOCK *object)
{
    if (!RWLOCK_TRY_EXCLUSIVE(object)) {
        return false;
    }
    RWLOCK_RELEASE_EXCLUSIVE(object);
    return true;
}

# define KIN             FAMILY_(shared)
# define TITLE           RWLOCK_NAME
# define OBJECT          RWLOCK
# define MAKE(object)    RWLOCK_MAKE(object)
# define DISCARD(object) RWLOCK_DISCARD(object)
# define SETTLED(object) FAMILY_(rwlock_free)(object)
# define ROUND(object)                                                                             \
     do {                                                                                          \
         RWLOCK_ACQUIRE_SHARED(object);                                                            \
         RWLOCK_RELEASE_SHARED(object);                                                            \
     } while (0)
# include "kin_loops.h"

# define KIN             FAMILY_(exclusive)
# define TITLE           RWLOCK_NAME
# define OBJECT          RWLOCK
# define MAKE(object)    RWLOCK_MAKE(object)
# define DISCARD(object) RWLOCK_DISCARD(object)
# define SETTLED(object) FAMILY_(rwlock_free)(object)
# define ROUND(object)                                                                             \
     do {                                                                                          \
         RWLOCK_ACQUIRE_EXCLUSIVE(object);                                                         \
         RWLOCK_RELEASE_EXCLUSIVE(object);                                                         \
     } while (0)
# include "kin_loops.h"
#endif

#ifdef CONDITION
# include "condition_loops.h"
#endif

#ifdef RLOCK
# define KIN    FAMILY_(nested)
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
# include "kin_loops.h"
#endif

#ifdef ONCE
# define KIN    FAMILY_(once)
# define TITLE  ONCE_NAME
# define OBJECT ONCE
# define MAKE(object)                                                                              \
     do {                                                                                          \
         kin_calls = 0;                                                                            \
         ONCE_MAKE(object);                                                                        \
         ONCE_CALL(object);                                                                        \
     } while (0)
# define DISCARD(object) (void)(object)
# define SETTLED(object) ((void)(object), kin_calls == 1)
# define ROUND(object)   ONCE_CALL(object)
# include "kin_loops.h"
#endif

const contender FAMILY = {.name = NAME,
                          .lock = &FAMILY_(lock_arena),
                          .acquire = FAMILY_(acquire),
                          .release = FAMILY_(release),
                          .solo[SOLO_PAIR] = FAMILY_(pair),
                          .solo[SOLO_TRY] = FAMILY_(try),
                          .solo[SOLO_TRY_FAILS] = FAMILY_(try_fails),
#ifdef LOCK_WITHIN_A_SECOND
                          .solo[SOLO_TIMED] = FAMILY_(timed),
#endif
                          .stock = {sizeof(LOCK), FAMILY_(stock_make), FAMILY_(stock_discard),
                                    FAMILY_(stock_acquire), FAMILY_(stock_release)},
#ifdef SEMAPHORE
                          .kin[KIN_SEMAPHORE] = &FAMILY_(semaphore),
                          .kin[KIN_HANDOVER] = &FAMILY_(handover),
#endif
#ifdef EVENT
                          .kin[KIN_EVENT] = &FAMILY_(event),
#endif
#ifdef RWLOCK
                          .rwlock = &FAMILY_(rwlock_arena),
                          .kin[KIN_SHARED] = &FAMILY_(shared),
                          .kin[KIN_EXCLUSIVE] = &FAMILY_(exclusive),
#endif
#ifdef CONDITION
                          .hall = &FAMILY_(hall),
                          .kin[KIN_CONDITION] = &FAMILY_(condition),
#endif
#ifdef RLOCK
                          .kin[KIN_NESTED] = &FAMILY_(nested),
#endif
#ifdef ONCE
                          .kin[KIN_ONCE] = &FAMILY_(once),
#endif
#ifdef MORE_KIN
                          MORE_KIN
#endif
};

#undef FAMILY
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
#undef MORE_KIN
