/* SPDX-License-Identifier: MIT
 *
 * The seam on SRWLOCK and CONDITION_VARIABLE: Windows 7 and later. Contract: src/port.h.
 *
 * An SRWLOCK is used exclusively and released by the thread that acquired it, always: its shared
 * mode can be granted as exclusive, and it knows its owner.
 */
#include "port.h"
#include "misuse.h"

#include <stdio.h>

/* Ticks to nanoseconds in two parts, so that nothing overflows within 292 years. */
pawl_time pawl__port_now(void)
{
    LARGE_INTEGER ticks, frequency;
    QueryPerformanceFrequency(&frequency); /* neither can fail since Windows XP */
    QueryPerformanceCounter(&ticks);
    int64_t seconds = ticks.QuadPart / frequency.QuadPart;
    int64_t rest = ticks.QuadPart % frequency.QuadPart;
    return seconds * PAWL_S(1) + rest * PAWL_S(1) / frequency.QuadPart;
}

unsigned pawl__port_processors(void)
{
    DWORD_PTR allowed = 0, present = 0;
    unsigned count = 0;
    /* Zero in a process with threads in several groups of processors, each of up to 64. */
    if (GetProcessAffinityMask(GetCurrentProcess(), &allowed, &present) == 0 || allowed == 0) {
        return 64;
    }
    for (; allowed != 0; allowed &= allowed - 1) {
        count++;
    }
    return count;
}

void pawl__guard_init(struct pawl__guard *guard)
{
    InitializeSRWLock(&guard->mutex);
}

void pawl__parker_init(struct pawl__parker *parker)
{
    InitializeSRWLock(&parker->mutex);
    InitializeConditionVariable(&parker->cond);
    pawl__store32(&parker->token, PAWL__TOKEN_NONE, PAWL__RELAXED);
}

void pawl__guard_lock(struct pawl__guard *guard)
{
    AcquireSRWLockExclusive(&guard->mutex);
}

void pawl__guard_unlock(struct pawl__guard *guard)
{
    ReleaseSRWLockExclusive(&guard->mutex);
}

/* One wait, whose outcome does not matter: the caller decides by the token and the clock alone.
 * Windows counts in ticks of another clock and returns up to some milliseconds early; that costs a
 * turn and no more. Milliseconds are rounded up, and a slice of a day stays below INFINITE. */
static void sleep_once(struct pawl__parker *parker, pawl_time now, pawl_time deadline)
{
    pawl_ns left = deadline - now < PAWL_S(86400) ? deadline - now : PAWL_S(86400);
    DWORD milliseconds = INFINITE;
    if (deadline != PAWL_NEVER) {
        milliseconds = (DWORD)((left + PAWL_MS(1) - 1) / PAWL_MS(1));
    }
    SleepConditionVariableSRW(&parker->cond, &parker->mutex, milliseconds, 0);
}

static bool park(struct pawl__parker *parker, pawl_time deadline, bool lightly)
{
    if (deadline == 0 || !pawl__token_await(&parker->token, PAWL__TOKEN_AWAITED)) {
        return pawl__token_take(&parker->token);
    }
    bool taken = false;
    bool late = false;
    bool disturbed = false; /* it was poked, or has slept once and is to check */
    AcquireSRWLockExclusive(&parker->mutex);
    while (!late && !(taken = pawl__token_take(&parker->token))) {
        pawl_time now = deadline == PAWL_NEVER ? 0 : pawl__port_now();
        disturbed = disturbed || (lightly && pawl__token_is_poked(&parker->token));
        if (now < deadline && !disturbed) {
            sleep_once(parker, now, deadline);
            disturbed = lightly;
        } else {
            late = pawl__token_forgo(&parker->token, PAWL__TOKEN_AWAITED);
        }
    }
    ReleaseSRWLockExclusive(&parker->mutex);
    return taken;
}

bool pawl__park(struct pawl__parker *parker, pawl_time deadline)
{
    return park(parker, deadline, false);
}

bool pawl__park_lightly(struct pawl__parker *parker, pawl_time deadline)
{
    return park(parker, deadline, true);
}

/* Passes through the mutex, so that a thread that checked before the token was left is in its wait
 * by now; and wakes it afterwards, so that it does not run into the mutex. By then the token may be
 * taken and the parker serve another wait. For that wait this is a spurious wake-up, which is
 * harmless, because a parker is never unmapped and park loops. */
static void wake(struct pawl__parker *parker, enum pawl__token sleeper)
{
    if (sleeper == PAWL__TOKEN_AWAITED) {
        AcquireSRWLockExclusive(&parker->mutex);
        ReleaseSRWLockExclusive(&parker->mutex);
        WakeConditionVariable(&parker->cond);
    }
}

void pawl__unpark(struct pawl__parker *parker)
{
    wake(parker, pawl__token_leave(&parker->token));
}

void pawl__poke(struct pawl__parker *parker)
{
    wake(parker, pawl__token_poke(&parker->token));
}

void pawl__forget_poke(struct pawl__parker *parker)
{
    pawl__token_forget_poke(&parker->token);
}

void *pawl__port_map(size_t size)
{
    void *block = VirtualAlloc(NULL, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    if (block == NULL) {
        pawl__die("VirtualAlloc", (long)GetLastError());
    }
    return block;
}

/* Copies of pawl in one process share a few bytes of named memory that hold the block's address.
 * The name has the process's id and a number that Windows makes from a secret of the process's own
 * (EncodePointer), so no other process can create it first or read it. */
static HANDLE open_cell(void ***cell)
{
    char name[64];
    snprintf(name, sizeof name, "Local\\pawl-lot-%d-%lx-%llx", PAWL__LOT_ABI, GetCurrentProcessId(),
             (unsigned long long)(uintptr_t)EncodePointer((void *)(uintptr_t)PAWL__LOT_ABI));
    HANDLE memory =
        CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, sizeof(void *), name);
    if (memory == NULL) {
        pawl__die("CreateFileMapping", (long)GetLastError());
    }
    *cell = MapViewOfFile(memory, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, sizeof(void *));
    if (*cell == NULL) {
        pawl__die("MapViewOfFile", (long)GetLastError());
    }
    return memory;
}

/* The handle of the copy whose block is chosen stays open, and with it the name and the address,
 * until the process ends: they outlive the library that contains the copy. */
void *pawl__port_shared_block(size_t size, void (*prepare)(void *block))
{
    void **cell = NULL;
    HANDLE memory = open_cell(&cell);
    void *block = pawl__cell_meet(cell, NULL);
    bool chosen = false;
    if (block == NULL) {
        void *fresh = pawl__port_map(size);
        prepare(fresh);
        block = pawl__cell_meet(cell, fresh);
        chosen = block == fresh;
        if (!chosen) {
            VirtualFree(fresh, 0, MEM_RELEASE);
        }
    }
    UnmapViewOfFile(cell);
    if (!chosen) {
        CloseHandle(memory);
    }
    return block;
}

/* Windows has no fork. */
uint32_t *pawl__port_fork_mark(void *block, size_t size)
{
    (void)block;
    (void)size;
    return NULL;
}

/* Windows clears no slot before the thread is gone. */
void pawl__local_init(struct pawl__local *local, void (*keep)(void *value))
{
    (void)keep;
    local->slot = TlsAlloc();
    if (local->slot == TLS_OUT_OF_INDEXES) {
        pawl__die("TlsAlloc", (long)GetLastError());
    }
}

void *pawl__local_get(const struct pawl__local *local)
{
    DWORD error = GetLastError(); /* which TlsGetValue clears */
    void *value = TlsGetValue(local->slot);
    SetLastError(error);
    return value;
}

void pawl__local_set(const struct pawl__local *local, void *value)
{
    if (!TlsSetValue(local->slot, value)) {
        pawl__die("TlsSetValue", (long)GetLastError());
    }
}

/* RtlDllShutdownInProgress is in every Windows since XP, but in no import library that all have. */
typedef BOOLEAN(NTAPI *ending_query)(void);
static void *found_query; /* atomic */

static void find_query(void)
{
    HMODULE ntdll = GetModuleHandleA("ntdll.dll");
    FARPROC address = ntdll == NULL ? NULL : GetProcAddress(ntdll, "RtlDllShutdownInProgress");
    pawl__store_pointer(&found_query, (void *)(uintptr_t)address, PAWL__RELAXED);
}

/* When the code is loaded: a later look would wait for the loader, whose lock a thread may hold
 * that waits, in DllMain, for what the looking thread holds. */
PAWL__WHEN_LOADED(find_query)

bool pawl__port_is_ending(void)
{
    void *function = pawl__load_pointer(&found_query, PAWL__RELAXED);
    return function != NULL && ((ending_query)(uintptr_t)function)();
}

void pawl__port_yield(void)
{
    SwitchToThread();
}

/* Windows has no cancellation. */
int pawl__port_forbid_cancellation(void)
{
    return 0;
}

void pawl__port_restore_cancellation(int before)
{
    (void)before;
}

/* Windows has no fork. */
/* ExitThread does not unwind, and tells nobody but libraries that are loaded. */
void pawl__port_call(void (*fn)(void *ctx), void *ctx, void (*left)(void *ctx), void *left_ctx)
{
    (void)left;
    (void)left_ctx;
    fn(ctx);
}

void pawl__port_at_fork(void (*prepare)(void), void (*child)(void))
{
    (void)prepare;
    (void)child;
}
