/* SPDX-License-Identifier: MIT
 *
 * early.h for Windows.
 */
#ifndef PAWL_TESTS_EARLY_NATIVE_H
#define PAWL_TESTS_EARLY_NATIVE_H

#ifndef _WIN32_WINNT
# define _WIN32_WINNT 0x0601
#endif
#include <windows.h>

BOOL early_SleepConditionVariableSRW(CONDITION_VARIABLE *cond, SRWLOCK *mutex, DWORD milliseconds,
                                     ULONG flags);
void early_WakeConditionVariable(CONDITION_VARIABLE *cond);

#ifndef EARLY_ITSELF
# define SleepConditionVariableSRW early_SleepConditionVariableSRW
# define WakeConditionVariable     early_WakeConditionVariable
#endif

#endif
