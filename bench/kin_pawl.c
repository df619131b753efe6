/* SPDX-License-Identifier: MIT */
#include "kin.h"
#include "kin_tasks.h"

#include <pawl/condition.h>
#include <pawl/lock.h>
#include <pawl/once.h>
#include <pawl/rlock.h>
#include <pawl/rwlock.h>
#include <pawl/semaphore.h>

#include <stdlib.h>

/* The process does not outlive a status that cannot be. */
static inline void sure(pawl_status status)
{
    if (status != PAWL_OK) {
        abort();
    }
}

static bool rwlock_free(pawl_rwlock *rwlock)
{
    return pawl_rwlock_try_acquire_exclusive(rwlock) &&
           pawl_rwlock_release_exclusive(rwlock) == PAWL_OK;
}

static unsigned once_calls;

static void count_call(void *context)
{
    (void)context;
    once_calls++;
}

static void make_once(pawl_once *once)
{
    once_calls = 0;
    pawl_once_init(once);
    pawl_once_call(once, count_call, NULL);
}

typedef struct game {
    pawl_lock lock;
    pawl_condition turns[2];
    int turn;
} game;

static void make_game(game *object)
{
    pawl_lock_init(&object->lock);
    pawl_condition_init(&object->turns[0]);
    pawl_condition_init(&object->turns[1]);
    object->turn = 0;
}

typedef struct bats {
    pawl_semaphore of[2];
} bats;

static void make_bats(bats *object)
{
    sure(pawl_semaphore_init(&object->of[0], 0));
    sure(pawl_semaphore_init(&object->of[1], 0));
}

static bool bats_settled(const bats *object)
{
    return pawl_semaphore_value(&object->of[0]) == 0 && pawl_semaphore_value(&object->of[1]) == 0;
}

#define KIN             own_semaphore
#define TITLE           "pawl"
#define OBJECT          pawl_semaphore
#define MAKE(object)    sure(pawl_semaphore_init(object, 1))
#define DISCARD(object) (void)(object)
#define SETTLED(object) (pawl_semaphore_value(object) == 1)
#define ROUND(object)                                                                              \
    do {                                                                                           \
        pawl_semaphore_acquire(object);                                                            \
        pawl_semaphore_release(object);                                                            \
    } while (0)
#include "kin_loops.h"

#define KIN             own_shared
#define TITLE           "pawl"
#define OBJECT          pawl_rwlock
#define MAKE(object)    pawl_rwlock_init(object)
#define DISCARD(object) (void)(object)
#define SETTLED(object) rwlock_free(object)
#define ROUND(object)                                                                              \
    do {                                                                                           \
        pawl_rwlock_acquire_shared(object);                                                        \
        pawl_rwlock_release_shared(object);                                                        \
    } while (0)
#include "kin_loops.h"

#define KIN             own_exclusive
#define TITLE           "pawl"
#define OBJECT          pawl_rwlock
#define MAKE(object)    pawl_rwlock_init(object)
#define DISCARD(object) (void)(object)
#define SETTLED(object) rwlock_free(object)
#define ROUND(object)                                                                              \
    do {                                                                                           \
        pawl_rwlock_acquire_exclusive(object);                                                     \
        pawl_rwlock_release_exclusive(object);                                                     \
    } while (0)
#include "kin_loops.h"

#define KIN             own_nested
#define TITLE           "pawl"
#define OBJECT          pawl_rlock
#define MAKE(object)                                                                               \
    do {                                                                                           \
        pawl_rlock_init(object);                                                                   \
        pawl_rlock_acquire(object);                                                                \
    } while (0)
#define DISCARD(object) pawl_rlock_release(object)
#define SETTLED(object) (pawl_rlock_depth(object) == 1)
#define ROUND(object)                                                                              \
    do {                                                                                           \
        pawl_rlock_acquire(object);                                                                \
        pawl_rlock_release(object);                                                                \
    } while (0)
#include "kin_loops.h"

#define KIN             own_once
#define TITLE           "pawl"
#define OBJECT          pawl_once
#define MAKE(object)    make_once(object)
#define DISCARD(object) (void)(object)
#define SETTLED(object) ((void)(object), once_calls == 1)
#define ROUND(object)   pawl_once_call(object, count_call, NULL)
#include "kin_loops.h"

#define KIN                 own_condition
#define TITLE               "pawl"
#define OBJECT              game
#define MAKE(object)        make_game(object)
#define DISCARD(object)     (void)(object)
#define SETTLED(object)     ((object)->turn == 0 && !pawl_lock_locked(&(object)->lock))
#define ENTER(object)       pawl_lock_acquire(&(object)->lock)
#define LEAVE(object)       pawl_lock_release(&(object)->lock)
#define GIVE(object, side)                                                                         \
    do {                                                                                           \
        (object)->turn = (side);                                                                   \
        pawl_condition_notify(&(object)->turns[side], 1);                                          \
    } while (0)
#define AWAIT(object, side)                                                                        \
    do {                                                                                           \
        while ((object)->turn != (side)) {                                                         \
            sure(pawl_condition_wait(&(object)->turns[side], &(object)->lock));                    \
        }                                                                                          \
    } while (0)
#include "kin_loops.h"

#define KIN                 own_handover
#define TITLE               "pawl"
#define OBJECT              bats
#define MAKE(object)        make_bats(object)
#define DISCARD(object)     (void)(object)
#define SETTLED(object)     bats_settled(object)
#define ENTER(object)       (void)(object)
#define LEAVE(object)       (void)(object)
#define GIVE(object, side)  pawl_semaphore_release(&(object)->of[side])
#define AWAIT(object, side) pawl_semaphore_acquire(&(object)->of[side])
#include "kin_loops.h"

const kin *const own_kin[KIN_COUNT] = {
    [KIN_SEMAPHORE] = &own_semaphore,
    [KIN_SHARED] = &own_shared,
    [KIN_EXCLUSIVE] = &own_exclusive,
    [KIN_NESTED] = &own_nested,
    [KIN_ONCE] = &own_once,
    [KIN_CONDITION] = &own_condition,
    [KIN_HANDOVER] = &own_handover,
    [KIN_AWAITED] = &tasks_awaited_pair,
    [KIN_TASKS] = &tasks_on_one_lock,
    [KIN_LOCKS] = &tasks_on_many_locks,
    [KIN_TURNS] = &tasks_handover,
    [KIN_LOOP] = BENCH_UV(&tasks_on_loop),
};
