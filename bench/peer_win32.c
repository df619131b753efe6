/* SPDX-License-Identifier: MIT */
#ifndef _WIN32_WINNT
# define _WIN32_WINNT 0x0601 /* TryAcquireSRWLockExclusive: Windows 7 */
#endif

#include "primitive_tasks.h"
#include "roster.h"

#include <windows.h>

static BOOL CALLBACK count_call(INIT_ONCE *once, void *parameter, void **context)
{
    (void)once;
    (void)parameter;
    (void)context;
    primitive_count_call();
    return TRUE;
}

#define CONTENDER             peer_srwlock
#define NAME               "SRWLOCK"
#define LOCK               SRWLOCK
#define LOCK_MAKE(lock)    InitializeSRWLock(lock)
#define LOCK_DISCARD(lock) (void)(lock)
#define LOCK_ACQUIRE(lock) AcquireSRWLockExclusive(lock)
#define LOCK_RELEASE(lock) ReleaseSRWLockExclusive(lock)
#define LOCK_TRY(lock)     TryAcquireSRWLockExclusive(lock)
#define SEMAPHORE          HANDLE
#define SEMAPHORE_NAME     "CreateSemaphore"
#define SEMAPHORE_MAKE(semaphore, value)                                                           \
    (*(semaphore) = CreateSemaphore(NULL, value, LONG_MAX, NULL))
#define SEMAPHORE_DISCARD(semaphore)     CloseHandle(*(semaphore))
#define SEMAPHORE_ACQUIRE(semaphore)     WaitForSingleObject(*(semaphore), INFINITE)
#define SEMAPHORE_RELEASE(semaphore)     ReleaseSemaphore(*(semaphore), 1, NULL)
#define SEMAPHORE_TRY(semaphore)         (WaitForSingleObject(*(semaphore), 0) == WAIT_OBJECT_0)
#define RWLOCK                           SRWLOCK
#define RWLOCK_NAME                      "SRWLOCK"
#define RWLOCK_MAKE(rwlock)              InitializeSRWLock(rwlock)
#define RWLOCK_DISCARD(rwlock)           (void)(rwlock)
#define RWLOCK_ACQUIRE_SHARED(rwlock)    AcquireSRWLockShared(rwlock)
#define RWLOCK_RELEASE_SHARED(rwlock)    ReleaseSRWLockShared(rwlock)
#define RWLOCK_ACQUIRE_EXCLUSIVE(rwlock) AcquireSRWLockExclusive(rwlock)
#define RWLOCK_RELEASE_EXCLUSIVE(rwlock) ReleaseSRWLockExclusive(rwlock)
#define RWLOCK_TRY_EXCLUSIVE(rwlock)     TryAcquireSRWLockExclusive(rwlock)
#define CONDITION                        CONDITION_VARIABLE
#define CONDITION_NAME                   "CONDITION_VAR"
#define CONDITION_MAKE(condition)        InitializeConditionVariable(condition)
#define CONDITION_DISCARD(condition)     (void)(condition)
#define CONDITION_WAIT(condition, lock)  SleepConditionVariableSRW(condition, lock, INFINITE, 0)
#define CONDITION_NOTIFY(condition)      WakeConditionVariable(condition)
#define CONDITION_NOTIFY_ALL(condition)  WakeAllConditionVariable(condition)
#define EVENT                            HANDLE
#define EVENT_NAME                       "CreateEvent"
#define EVENT_MAKE(event)                (*(event) = CreateEvent(NULL, FALSE, FALSE, NULL))
#define EVENT_DISCARD(event)             CloseHandle(*(event))
#define EVENT_SET(event)                 SetEvent(*(event))
#define EVENT_AWAIT(event)               WaitForSingleObject(*(event), INFINITE) /* clears it */
#define RLOCK                            CRITICAL_SECTION
#define RLOCK_NAME                       "CRITICAL_SECTION"
#define RLOCK_MAKE(rlock)                InitializeCriticalSection(rlock)
#define RLOCK_DISCARD(rlock)             DeleteCriticalSection(rlock)
#define RLOCK_ACQUIRE(rlock)             EnterCriticalSection(rlock)
#define RLOCK_RELEASE(rlock)             LeaveCriticalSection(rlock)
#define RLOCK_HELD_ONCE(rlock)           ((rlock)->RecursionCount == 1)
#define ONCE                             INIT_ONCE
#define ONCE_NAME                        "INIT_ONCE"
#define ONCE_MAKE(once)                  InitOnceInitialize(once)
#define ONCE_CALL(once)                  InitOnceExecuteOnce(once, count_call, NULL, NULL)
#define MORE_PRIMITIVES                                                                            \
    .primitive[PRIMITIVE_AWAITED] = &tasks_plain_pair,                                             \
    .primitive[PRIMITIVE_TASKS] = &tasks_one_waiter,                                               \
    .primitive[PRIMITIVE_LOCKS] = &tasks_one_waiter,                                               \
    .primitive[PRIMITIVE_TURNS] = &peer_srwlock_condition,                                         \
    .primitive[PRIMITIVE_LOOP] = BENCH_UV(&peer_srwlock_condition),
#include "make_contender.h"

#define CONTENDER                          peer_critical_section
#define NAME                            "CRITICAL_SECTION"
#define LOCK                            CRITICAL_SECTION
#define LOCK_MAKE(lock)                 InitializeCriticalSection(lock)
#define LOCK_DISCARD(lock)              DeleteCriticalSection(lock)
#define LOCK_ACQUIRE(lock)              EnterCriticalSection(lock)
#define LOCK_RELEASE(lock)              LeaveCriticalSection(lock)
#define LOCK_TRY(lock)                  TryEnterCriticalSection(lock)
#define CONDITION                       CONDITION_VARIABLE
#define CONDITION_NAME                  "CONDITION_VAR, CS"
#define CONDITION_MAKE(condition)       InitializeConditionVariable(condition)
#define CONDITION_DISCARD(condition)    (void)(condition)
#define CONDITION_WAIT(condition, lock) SleepConditionVariableCS(condition, lock, INFINITE)
#define CONDITION_NOTIFY(condition)     WakeConditionVariable(condition)
#define CONDITION_NOTIFY_ALL(condition) WakeAllConditionVariable(condition)
#include "make_contender.h"

const contender *const platform_contenders[] = {&peer_srwlock, &peer_critical_section};
const size_t platform_contender_count = sizeof platform_contenders / sizeof platform_contenders[0];
