/* SPDX-License-Identifier: MIT */
#include "abseil.h"

#include <absl/base/call_once.h>
#include <absl/synchronization/mutex.h>

#include <new>

namespace
{

template <class Inside, class Room> Inside *in(Room *room)
{
    static_assert(sizeof(Room) == sizeof(Inside), "there is room for it");
    static_assert(alignof(Room) >= alignof(Inside), "and it is aligned");
    return reinterpret_cast<Inside *>(room);
}

absl::Mutex *in(abseil_mutex *mutex)
{
    return in<absl::Mutex>(mutex);
}

absl::CondVar *in(abseil_condition *condition)
{
    return in<absl::CondVar>(condition);
}

} // namespace

void abseil_mutex_make(abseil_mutex *mutex)
{
    absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
    new (in(mutex)) absl::Mutex;
}

void abseil_mutex_discard(abseil_mutex *mutex)
{
    in(mutex)->~Mutex();
}

void abseil_mutex_lock(abseil_mutex *mutex)
{
    in(mutex)->Lock();
}

void abseil_mutex_unlock(abseil_mutex *mutex)
{
    in(mutex)->Unlock();
}

bool abseil_mutex_try_lock(abseil_mutex *mutex)
{
    return in(mutex)->TryLock();
}

void abseil_mutex_lock_shared(abseil_mutex *mutex)
{
    in(mutex)->ReaderLock();
}

void abseil_mutex_unlock_shared(abseil_mutex *mutex)
{
    in(mutex)->ReaderUnlock();
}

void abseil_condition_make(abseil_condition *condition)
{
    new (in(condition)) absl::CondVar;
}

void abseil_condition_discard(abseil_condition *condition)
{
    in(condition)->~CondVar();
}

void abseil_condition_wait(abseil_condition *condition, abseil_mutex *mutex)
{
    in(condition)->Wait(in(mutex));
}

void abseil_condition_signal(abseil_condition *condition)
{
    in(condition)->Signal();
}

void abseil_condition_signal_all(abseil_condition *condition)
{
    in(condition)->SignalAll();
}

void abseil_once_make(abseil_once *once)
{
    new (in<absl::once_flag>(once)) absl::once_flag;
}

void abseil_once_call(abseil_once *once, void (*function)(void))
{
    absl::call_once(*in<absl::once_flag>(once), function);
}
