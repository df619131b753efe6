/* SPDX-License-Identifier: MIT */
#define EARLY_ITSELF
#include "early.h"

/* A return without a wait releases the mutex for a moment, as a real one would. */
static BOOL come_back(SRWLOCK *mutex, DWORD error)
{
    ReleaseSRWLockExclusive(mutex);
    SwitchToThread();
    AcquireSRWLockExclusive(mutex);
    SetLastError(error);
    return error == ERROR_SUCCESS;
}

BOOL early_SleepConditionVariableSRW(CONDITION_VARIABLE *cond, SRWLOCK *mutex, DWORD milliseconds,
                                     ULONG flags)
{
    switch (early_choice()) {
    case 0:
        return come_back(mutex, ERROR_SUCCESS);
    case 1:
        return come_back(mutex, ERROR_TIMEOUT);
    default:
        return SleepConditionVariableSRW(cond, mutex, milliseconds, flags);
    }
}

void early_WakeConditionVariable(CONDITION_VARIABLE *cond)
{
    early_count_wake();
    WakeConditionVariable(cond);
}
