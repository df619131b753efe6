/* SPDX-License-Identifier: MIT */
#ifndef _WIN32_WINNT
# define _WIN32_WINNT 0x0601 /* TryAcquireSRWLockExclusive: Windows 7 */
#endif

#include "kin.h"
#include "kin_tasks.h"

#include <windows.h>

#define SEMAPHORE_TITLE "CreateSemaphore"
typedef HANDLE semaphore;
#define SEMAPHORE_MAKE(it, value) (*(it) = CreateSemaphore(NULL, value, LONG_MAX, NULL))
#define SEMAPHORE_DISCARD(it)     CloseHandle(*(it))
#define SEMAPHORE_ACQUIRE(it)     WaitForSingleObject(*(it), INFINITE)
#define SEMAPHORE_RELEASE(it)     ReleaseSemaphore(*(it), 1, NULL)
#define SEMAPHORE_TRY(it)         (WaitForSingleObject(*(it), 0) == WAIT_OBJECT_0)

/* Exactly one permit is in it, and stays there. */
static bool has_one(semaphore *object)
{
    bool one = SEMAPHORE_TRY(object) && !SEMAPHORE_TRY(object);
    SEMAPHORE_RELEASE(object);
    return one;
}

static bool srwlock_free(SRWLOCK *lock)
{
    if (!TryAcquireSRWLockExclusive(lock)) {
        return false;
    }
    ReleaseSRWLockExclusive(lock);
    return true;
}

static void discard_nested(CRITICAL_SECTION *lock)
{
    LeaveCriticalSection(lock);
    DeleteCriticalSection(lock);
}

static unsigned once_calls;

static BOOL CALLBACK count_call(INIT_ONCE *once, void *parameter, void **context)
{
    (void)once;
    (void)parameter;
    (void)context;
    once_calls++;
    return TRUE;
}

static void make_once(INIT_ONCE *once)
{
    once_calls = 0;
    InitOnceInitialize(once);
    InitOnceExecuteOnce(once, count_call, NULL, NULL);
}

typedef struct game {
    SRWLOCK lock;
    CONDITION_VARIABLE turns[2];
    int turn;
} game;

static void make_game(game *object)
{
    InitializeSRWLock(&object->lock);
    InitializeConditionVariable(&object->turns[0]);
    InitializeConditionVariable(&object->turns[1]);
    object->turn = 0;
}

typedef struct bats {
    semaphore of[2];
} bats;

static void make_bats(bats *object)
{
    SEMAPHORE_MAKE(&object->of[0], 0);
    SEMAPHORE_MAKE(&object->of[1], 0);
}

static void discard_bats(bats *object)
{
    SEMAPHORE_DISCARD(&object->of[0]);
    SEMAPHORE_DISCARD(&object->of[1]);
}

#define KIN             peer_semaphore
#define TITLE           SEMAPHORE_TITLE
#define OBJECT          semaphore
#define MAKE(object)    SEMAPHORE_MAKE(object, 1)
#define DISCARD(object) SEMAPHORE_DISCARD(object)
#define SETTLED(object) has_one(object)
#define ROUND(object)                                                                              \
    do {                                                                                           \
        SEMAPHORE_ACQUIRE(object);                                                                 \
        SEMAPHORE_RELEASE(object);                                                                 \
    } while (0)
#include "kin_loops.h"

#define KIN             peer_shared
#define TITLE           "SRWLOCK shared"
#define OBJECT          SRWLOCK
#define MAKE(object)    InitializeSRWLock(object)
#define DISCARD(object) (void)(object)
#define SETTLED(object) srwlock_free(object)
#define ROUND(object)                                                                              \
    do {                                                                                           \
        AcquireSRWLockShared(object);                                                              \
        ReleaseSRWLockShared(object);                                                              \
    } while (0)
#include "kin_loops.h"

#define KIN             peer_exclusive
#define TITLE           "SRWLOCK"
#define OBJECT          SRWLOCK
#define MAKE(object)    InitializeSRWLock(object)
#define DISCARD(object) (void)(object)
#define SETTLED(object) srwlock_free(object)
#define ROUND(object)                                                                              \
    do {                                                                                           \
        AcquireSRWLockExclusive(object);                                                           \
        ReleaseSRWLockExclusive(object);                                                           \
    } while (0)
#include "kin_loops.h"

#define KIN             peer_nested
#define TITLE           "CRITICAL_SECTION"
#define OBJECT          CRITICAL_SECTION
#define MAKE(object)                                                                               \
    do {                                                                                           \
        InitializeCriticalSection(object);                                                         \
        EnterCriticalSection(object);                                                              \
    } while (0)
#define DISCARD(object) discard_nested(object)
#define SETTLED(object) ((object)->RecursionCount == 1)
#define ROUND(object)                                                                              \
    do {                                                                                           \
        EnterCriticalSection(object);                                                              \
        LeaveCriticalSection(object);                                                              \
    } while (0)
#include "kin_loops.h"

#define KIN             peer_once
#define TITLE           "INIT_ONCE"
#define OBJECT          INIT_ONCE
#define MAKE(object)    make_once(object)
#define DISCARD(object) (void)(object)
#define SETTLED(object) ((void)(object), once_calls == 1)
#define ROUND(object)   InitOnceExecuteOnce(object, count_call, NULL, NULL)
#include "kin_loops.h"

#define KIN                 peer_condition
#define TITLE               "CONDITION_VAR"
#define OBJECT              game
#define MAKE(object)        make_game(object)
#define DISCARD(object)     (void)(object)
#define SETTLED(object)     ((object)->turn == 0 && srwlock_free(&(object)->lock))
#define ENTER(object)       AcquireSRWLockExclusive(&(object)->lock)
#define LEAVE(object)       ReleaseSRWLockExclusive(&(object)->lock)
#define GIVE(object, side)                                                                         \
    do {                                                                                           \
        (object)->turn = (side);                                                                   \
        WakeConditionVariable(&(object)->turns[side]);                                             \
    } while (0)
#define AWAIT(object, side)                                                                        \
    do {                                                                                           \
        while ((object)->turn != (side)) {                                                         \
            SleepConditionVariableSRW(&(object)->turns[side], &(object)->lock, INFINITE, 0);       \
        }                                                                                          \
    } while (0)
#include "kin_loops.h"

#define KIN                 peer_handover
#define TITLE               SEMAPHORE_TITLE
#define OBJECT              bats
#define MAKE(object)        make_bats(object)
#define DISCARD(object)     discard_bats(object)
#define SETTLED(object)     (!SEMAPHORE_TRY(&(object)->of[0]) && !SEMAPHORE_TRY(&(object)->of[1]))
#define ENTER(object)       (void)(object)
#define LEAVE(object)       (void)(object)
#define GIVE(object, side)  SEMAPHORE_RELEASE(&(object)->of[side])
#define AWAIT(object, side) SEMAPHORE_ACQUIRE(&(object)->of[side])
#include "kin_loops.h"

const kin *const peer_kin[KIN_COUNT] = {
    [KIN_SEMAPHORE] = &peer_semaphore,
    [KIN_SHARED] = &peer_shared,
    [KIN_EXCLUSIVE] = &peer_exclusive,
    [KIN_NESTED] = &peer_nested,
    [KIN_ONCE] = &peer_once,
    [KIN_CONDITION] = &peer_condition,
    [KIN_HANDOVER] = &peer_handover,
    [KIN_AWAITED] = &tasks_plain_pair,
    [KIN_TASKS] = &tasks_one_waiter,
    [KIN_LOCKS] = &tasks_one_waiter,
    [KIN_TURNS] = &peer_condition,
    [KIN_LOOP] = BENCH_UV(&peer_condition),
};
