/* SPDX-License-Identifier: MIT */
#define BROKEN_ITSELF
#include "broken.h"

#include <stddef.h>

#define LINE(call) "pawl: the system's " call " failed with error "

enum { ERROR_OF_ALL = ERROR_NOT_ENOUGH_MEMORY };

const struct broken_call broken_calls[] = {
    {"VirtualAlloc", ERROR_OF_ALL, LINE("VirtualAlloc")},
    {"CreateFileMapping", ERROR_OF_ALL, LINE("CreateFileMapping")},
    {"MapViewOfFile", ERROR_OF_ALL, LINE("MapViewOfFile")},
    {"TlsAlloc", ERROR_OF_ALL, LINE("TlsAlloc")},
    {"TlsSetValue", ERROR_OF_ALL, LINE("TlsSetValue")},
    {"SleepConditionVariableSRW", ERROR_OF_ALL, NULL}, /* a spurious wake-up */
    {NULL, 0, NULL}};

static bool fails(const char *call)
{
    bool result = broken_fails(call);
    if (result) {
        SetLastError(ERROR_OF_ALL);
    }
    return result;
}

void *broken_VirtualAlloc(void *address, SIZE_T size, DWORD kind, DWORD protection)
{
    return fails("VirtualAlloc") ? NULL : VirtualAlloc(address, size, kind, protection);
}

HANDLE broken_CreateFileMapping(HANDLE file, SECURITY_ATTRIBUTES *security, DWORD protection,
                                DWORD high, DWORD low, const char *name)
{
    return fails("CreateFileMapping")
               ? NULL
               : CreateFileMappingA(file, security, protection, high, low, name);
}

void *broken_MapViewOfFile(HANDLE memory, DWORD access, DWORD high, DWORD low, SIZE_T size)
{
    return fails("MapViewOfFile") ? NULL : MapViewOfFile(memory, access, high, low, size);
}

DWORD broken_TlsAlloc(void)
{
    return fails("TlsAlloc") ? TLS_OUT_OF_INDEXES : TlsAlloc();
}

BOOL broken_TlsSetValue(DWORD slot, void *value)
{
    return !fails("TlsSetValue") && TlsSetValue(slot, value);
}

BOOL broken_SleepConditionVariableSRW(CONDITION_VARIABLE *cond, SRWLOCK *mutex, DWORD milliseconds,
                                      ULONG flags)
{
    if (!fails("SleepConditionVariableSRW")) {
        return SleepConditionVariableSRW(cond, mutex, milliseconds, flags);
    }
    ReleaseSRWLockExclusive(mutex); /* for a moment, as a wake-up would */
    AcquireSRWLockExclusive(mutex);
    SetLastError(ERROR_OF_ALL);
    return FALSE;
}

/* As some network file systems do, and as a disk that fails. */
BOOL broken_LockFileEx(HANDLE file, DWORD flags, DWORD reserved, DWORD low, DWORD high,
                       OVERLAPPED *place)
{
    bool lacks = broken_fails("lock-lacking");
    if (lacks || broken_fails("lock-failing")) {
        SetLastError(lacks ? ERROR_NOT_SUPPORTED : ERROR_CRC);
        return FALSE;
    }
    return LockFileEx(file, flags, reserved, low, high, place);
}
