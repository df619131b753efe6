/* SPDX-License-Identifier: MIT */
#ifndef _WIN32_WINNT
# define _WIN32_WINNT 0x0601 /* TryAcquireSRWLockExclusive: Windows 7 */
#endif

#include "peers.h"

#include <windows.h>

#define CONTENDER     srwlock
#define TITLE         "SRWLOCK"
#define LOCK          SRWLOCK
#define MAKE(lock)    InitializeSRWLock(lock)
#define DISCARD(lock) (void)(lock)
#define ACQUIRE(lock) AcquireSRWLockExclusive(lock)
#define RELEASE(lock) ReleaseSRWLockExclusive(lock)
#define TRY(lock)     TryAcquireSRWLockExclusive(lock)
#define FAMILY        peer_kin
#include "loops.h"

#define CONTENDER     critical_section
#define TITLE         "CRITICAL_SECTION"
#define LOCK          CRITICAL_SECTION
#define MAKE(lock)    InitializeCriticalSection(lock)
#define DISCARD(lock) DeleteCriticalSection(lock)
#define ACQUIRE(lock) EnterCriticalSection(lock)
#define RELEASE(lock) LeaveCriticalSection(lock)
#define TRY(lock)     TryEnterCriticalSection(lock)
#include "loops.h"

const contender *const peers[] = {&srwlock, &critical_section};
const size_t peer_count = sizeof peers / sizeof peers[0];
