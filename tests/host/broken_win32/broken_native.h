/* SPDX-License-Identifier: MIT
 *
 * broken.h for Windows.
 */
#ifndef PAWL_TESTS_BROKEN_NATIVE_H
#define PAWL_TESTS_BROKEN_NATIVE_H

#ifndef _WIN32_WINNT
# define _WIN32_WINNT 0x0601
#endif
#ifndef WIN32_LEAN_AND_MEAN
# define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>

void *broken_VirtualAlloc(void *address, SIZE_T size, DWORD kind, DWORD protection);
HANDLE broken_CreateFileMapping(HANDLE file, SECURITY_ATTRIBUTES *security, DWORD protection,
                                DWORD high, DWORD low, const char *name);
void *broken_MapViewOfFile(HANDLE memory, DWORD access, DWORD high, DWORD low, SIZE_T size);
DWORD broken_TlsAlloc(void);
BOOL broken_TlsSetValue(DWORD slot, void *value);
BOOL broken_SleepConditionVariableSRW(CONDITION_VARIABLE *cond, SRWLOCK *mutex, DWORD milliseconds,
                                      ULONG flags);

BOOL broken_LockFileEx(HANDLE file, DWORD flags, DWORD reserved, DWORD low, DWORD high,
                       OVERLAPPED *place);

#ifndef BROKEN_ITSELF
# define LockFileEx                broken_LockFileEx
# define VirtualAlloc              broken_VirtualAlloc
# define CreateFileMappingA        broken_CreateFileMapping
# define MapViewOfFile             broken_MapViewOfFile
# define TlsAlloc                  broken_TlsAlloc
# define TlsSetValue               broken_TlsSetValue
# define SleepConditionVariableSRW broken_SleepConditionVariableSRW
#endif

#endif
