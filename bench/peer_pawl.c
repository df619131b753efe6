/* SPDX-License-Identifier: MIT
 *
 * pawl itself.
 */
#include "primitive_tasks.h"
#include "roster.h"

#include <pawl/pawl.h>

#include <stdlib.h>

/* A status that cannot occur ends the process. */
static inline void sure(pawl_status status)
{
    if (status != PAWL_OK) {
        abort();
    }
}

static void count_call(void *context)
{
    (void)context;
    primitive_count_call();
}

#define CONTENDER                        own_default
#define NAME                             "pawl"
#define LOCK                             pawl_lock
#define LOCK_MAKE(lock)                  pawl_lock_init(lock)
#define LOCK_DISCARD(lock)               (void)(lock)
#define LOCK_ACQUIRE(lock)               pawl_lock_acquire(lock)
#define LOCK_RELEASE(lock)               pawl_lock_release(lock)
#define LOCK_TRY(lock)                   pawl_lock_try_acquire(lock)
#define LOCK_WITHIN_A_SECOND(lock)       (pawl_lock_acquire_for(lock, PAWL_S(1)) == PAWL_OK)
#define SEMAPHORE                        pawl_semaphore
#define SEMAPHORE_NAME                   "pawl"
#define SEMAPHORE_MAKE(semaphore, value) sure(pawl_semaphore_init(semaphore, value))
#define SEMAPHORE_DISCARD(semaphore)     (void)(semaphore)
#define SEMAPHORE_ACQUIRE(semaphore)     pawl_semaphore_acquire(semaphore)
#define SEMAPHORE_RELEASE(semaphore)     pawl_semaphore_release(semaphore)
#define SEMAPHORE_TRY(semaphore)         pawl_semaphore_try_acquire(semaphore)
#define RWLOCK                           pawl_rwlock
#define RWLOCK_NAME                      "pawl"
#define RWLOCK_MAKE(rwlock)              pawl_rwlock_init(rwlock)
#define RWLOCK_DISCARD(rwlock)           (void)(rwlock)
#define RWLOCK_ACQUIRE_SHARED(rwlock)    pawl_rwlock_acquire_shared(rwlock)
#define RWLOCK_RELEASE_SHARED(rwlock)    pawl_rwlock_release_shared(rwlock)
#define RWLOCK_ACQUIRE_EXCLUSIVE(rwlock) pawl_rwlock_acquire_exclusive(rwlock)
#define RWLOCK_RELEASE_EXCLUSIVE(rwlock) pawl_rwlock_release_exclusive(rwlock)
#define RWLOCK_TRY_EXCLUSIVE(rwlock)     pawl_rwlock_try_acquire_exclusive(rwlock)
#define CONDITION                        pawl_condition
#define CONDITION_NAME                   "pawl"
#define CONDITION_MAKE(condition)        pawl_condition_init(condition)
#define CONDITION_DISCARD(condition)     (void)(condition)
#define CONDITION_WAIT(condition, lock)  sure(pawl_condition_wait(condition, lock))
#define CONDITION_NOTIFY(condition)      pawl_condition_notify(condition, 1)
#define CONDITION_NOTIFY_ALL(condition)  pawl_condition_notify_all(condition)
#define EVENT                            pawl_event
#define EVENT_NAME                       "pawl"
#define EVENT_MAKE(event)                pawl_event_init(event)
#define EVENT_DISCARD(event)             (void)(event)
#define EVENT_SET(event)                 pawl_event_set(event)
#define EVENT_AWAIT(event)               (pawl_event_wait(event), pawl_event_clear(event))
#define RLOCK                            pawl_rlock
#define RLOCK_NAME                       "pawl"
#define RLOCK_MAKE(rlock)                pawl_rlock_init(rlock)
#define RLOCK_DISCARD(rlock)             (void)(rlock)
#define RLOCK_ACQUIRE(rlock)             pawl_rlock_acquire(rlock)
#define RLOCK_RELEASE(rlock)             pawl_rlock_release(rlock)
#define RLOCK_HELD_ONCE(rlock)           (pawl_rlock_depth(rlock) == 1)
#define ONCE                             pawl_once
#define ONCE_NAME                        "pawl"
#define ONCE_MAKE(once)                  pawl_once_init(once)
#define ONCE_CALL(once)                  pawl_once_call(once, count_call, NULL)
#define MORE_PRIMITIVES                                                                            \
    .primitive[PRIMITIVE_AWAITED] = &tasks_awaited_pair,                                           \
    .primitive[PRIMITIVE_TASKS] = &tasks_on_one_lock,                                              \
    .primitive[PRIMITIVE_LOCKS] = &tasks_on_many_locks,                                            \
    .primitive[PRIMITIVE_TURNS] = &tasks_handover,                                                 \
    .primitive[PRIMITIVE_LOOP] = BENCH_UV(&tasks_on_loop),
#include "make_contender.h"

#define CONTENDER                  own_fair
#define NAME                       "pawl-fair"
#define LOCK                       pawl_lock
#define LOCK_MAKE(lock)            pawl_lock_init_fair(lock)
#define LOCK_DISCARD(lock)         (void)(lock)
#define LOCK_ACQUIRE(lock)         pawl_lock_acquire(lock)
#define LOCK_RELEASE(lock)         pawl_lock_release(lock)
#define LOCK_TRY(lock)             pawl_lock_try_acquire(lock)
#define LOCK_WITHIN_A_SECOND(lock) (pawl_lock_acquire_for(lock, PAWL_S(1)) == PAWL_OK)
#include "make_contender.h"
