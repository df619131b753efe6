/* SPDX-License-Identifier: MIT */
#include "abseil.h"

#include <absl/synchronization/mutex.h>

#include <new>

static_assert(sizeof(abseil_mutex) == sizeof(absl::Mutex), "room for it");
static_assert(alignof(abseil_mutex) >= alignof(absl::Mutex), "aligned for it");

static absl::Mutex *inside(abseil_mutex *mutex)
{
    return reinterpret_cast<absl::Mutex *>(mutex);
}

void abseil_mutex_make(abseil_mutex *mutex)
{
    absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
    new (mutex) absl::Mutex;
}

void abseil_mutex_discard(abseil_mutex *mutex)
{
    inside(mutex)->~Mutex();
}

void abseil_mutex_lock(abseil_mutex *mutex)
{
    inside(mutex)->Lock();
}

void abseil_mutex_unlock(abseil_mutex *mutex)
{
    inside(mutex)->Unlock();
}

bool abseil_mutex_try_lock(abseil_mutex *mutex)
{
    return inside(mutex)->TryLock();
}
