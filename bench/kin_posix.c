/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* the recursive mutex, the rwlock; hides nothing on macOS */

#include "kin.h"
#include "kin_tasks.h"

#include <pthread.h>
#include <stddef.h>

/* macOS has a sem_init that always fails. */
#if defined(__APPLE__)
# include <dispatch/dispatch.h>
# define SEMAPHORE_TITLE "dispatch_sem"
typedef dispatch_semaphore_t semaphore;
# define SEMAPHORE_MAKE(it, value) (*(it) = dispatch_semaphore_create(value))
# define SEMAPHORE_DISCARD(it)     dispatch_release(*(it))
# define SEMAPHORE_ACQUIRE(it)     dispatch_semaphore_wait(*(it), DISPATCH_TIME_FOREVER)
# define SEMAPHORE_RELEASE(it)     dispatch_semaphore_signal(*(it))
# define SEMAPHORE_TRY(it)         (dispatch_semaphore_wait(*(it), DISPATCH_TIME_NOW) == 0)
#else
# include <semaphore.h>
# define SEMAPHORE_TITLE "sem_t"
typedef sem_t semaphore;
# define SEMAPHORE_MAKE(it, value) sem_init(it, 0, value)
# define SEMAPHORE_DISCARD(it)     sem_destroy(it)
# define SEMAPHORE_ACQUIRE(it)     sem_wait(it)
# define SEMAPHORE_RELEASE(it)     sem_post(it)
# define SEMAPHORE_TRY(it)         (sem_trywait(it) == 0)
#endif

/* Exactly one permit is in it, and stays there. */
static bool has_one(semaphore *object)
{
    bool one = SEMAPHORE_TRY(object) && !SEMAPHORE_TRY(object);
    SEMAPHORE_RELEASE(object);
    return one;
}

static bool rwlock_free(pthread_rwlock_t *rwlock)
{
    return pthread_rwlock_trywrlock(rwlock) == 0 && pthread_rwlock_unlock(rwlock) == 0;
}

/* Locked, as make leaves it: its loop is that of the owner. */
static void make_nested(pthread_mutex_t *lock)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
    pthread_mutex_lock(lock);
}

static void discard_nested(pthread_mutex_t *lock)
{
    pthread_mutex_unlock(lock);
    pthread_mutex_destroy(lock);
}

static unsigned once_calls;

static void count_call(void)
{
    once_calls++;
}

static void make_once(pthread_once_t *once)
{
    static const pthread_once_t fresh = PTHREAD_ONCE_INIT;
    once_calls = 0;
    *once = fresh;
    pthread_once(once, count_call);
}

typedef struct game {
    pthread_mutex_t lock;
    pthread_cond_t turns[2];
    int turn;
} game;

static void make_game(game *object)
{
    pthread_mutex_init(&object->lock, NULL);
    pthread_cond_init(&object->turns[0], NULL);
    pthread_cond_init(&object->turns[1], NULL);
    object->turn = 0;
}

static void discard_game(game *object)
{
    pthread_cond_destroy(&object->turns[0]);
    pthread_cond_destroy(&object->turns[1]);
    pthread_mutex_destroy(&object->lock);
}

typedef struct bats {
    semaphore of[2];
} bats;

static void make_bats(bats *object)
{
    SEMAPHORE_MAKE(&object->of[0], 0);
    SEMAPHORE_MAKE(&object->of[1], 0);
}

static void discard_bats(bats *object)
{
    SEMAPHORE_DISCARD(&object->of[0]);
    SEMAPHORE_DISCARD(&object->of[1]);
}

#define KIN             peer_semaphore
#define TITLE           SEMAPHORE_TITLE
#define OBJECT          semaphore
#define MAKE(object)    SEMAPHORE_MAKE(object, 1)
#define DISCARD(object) SEMAPHORE_DISCARD(object)
#define SETTLED(object) has_one(object)
#define ROUND(object)                                                                              \
    do {                                                                                           \
        SEMAPHORE_ACQUIRE(object);                                                                 \
        SEMAPHORE_RELEASE(object);                                                                 \
    } while (0)
#include "kin_loops.h"

#define KIN             peer_shared
#define TITLE           "pthread_rwlock"
#define OBJECT          pthread_rwlock_t
#define MAKE(object)    pthread_rwlock_init(object, NULL)
#define DISCARD(object) pthread_rwlock_destroy(object)
#define SETTLED(object) rwlock_free(object)
#define ROUND(object)                                                                              \
    do {                                                                                           \
        pthread_rwlock_rdlock(object);                                                             \
        pthread_rwlock_unlock(object);                                                             \
    } while (0)
#include "kin_loops.h"

#define KIN             peer_exclusive
#define TITLE           "pthread_rwlock"
#define OBJECT          pthread_rwlock_t
#define MAKE(object)    pthread_rwlock_init(object, NULL)
#define DISCARD(object) pthread_rwlock_destroy(object)
#define SETTLED(object) rwlock_free(object)
#define ROUND(object)                                                                              \
    do {                                                                                           \
        pthread_rwlock_wrlock(object);                                                             \
        pthread_rwlock_unlock(object);                                                             \
    } while (0)
#include "kin_loops.h"

#define KIN             peer_nested
#define TITLE           "pthread recursive"
#define OBJECT          pthread_mutex_t
#define MAKE(object)    make_nested(object)
#define DISCARD(object) discard_nested(object)
#define SETTLED(object) ((void)(object), true)
#define ROUND(object)                                                                              \
    do {                                                                                           \
        pthread_mutex_lock(object);                                                                \
        pthread_mutex_unlock(object);                                                              \
    } while (0)
#include "kin_loops.h"

#define KIN             peer_once
#define TITLE           "pthread_once"
#define OBJECT          pthread_once_t
#define MAKE(object)    make_once(object)
#define DISCARD(object) (void)(object)
#define SETTLED(object) ((void)(object), once_calls == 1)
#define ROUND(object)   pthread_once(object, count_call)
#include "kin_loops.h"

#define KIN                 peer_condition
#define TITLE               "pthread_cond"
#define OBJECT              game
#define MAKE(object)        make_game(object)
#define DISCARD(object)     discard_game(object)
#define SETTLED(object)     ((object)->turn == 0)
#define ENTER(object)       pthread_mutex_lock(&(object)->lock)
#define LEAVE(object)       pthread_mutex_unlock(&(object)->lock)
#define GIVE(object, side)                                                                         \
    do {                                                                                           \
        (object)->turn = (side);                                                                   \
        pthread_cond_signal(&(object)->turns[side]);                                               \
    } while (0)
#define AWAIT(object, side)                                                                        \
    do {                                                                                           \
        while ((object)->turn != (side)) {                                                         \
            pthread_cond_wait(&(object)->turns[side], &(object)->lock);                            \
        }                                                                                          \
    } while (0)
#include "kin_loops.h"

#define KIN                 peer_handover
#define TITLE               SEMAPHORE_TITLE
#define OBJECT              bats
#define MAKE(object)        make_bats(object)
#define DISCARD(object)     discard_bats(object)
#define SETTLED(object)     (!SEMAPHORE_TRY(&(object)->of[0]) && !SEMAPHORE_TRY(&(object)->of[1]))
#define ENTER(object)       (void)(object)
#define LEAVE(object)       (void)(object)
#define GIVE(object, side)  SEMAPHORE_RELEASE(&(object)->of[side])
#define AWAIT(object, side) SEMAPHORE_ACQUIRE(&(object)->of[side])
#include "kin_loops.h"

const kin *const peer_kin[KIN_COUNT] = {
    [KIN_SEMAPHORE] = &peer_semaphore,
    [KIN_SHARED] = &peer_shared,
    [KIN_EXCLUSIVE] = &peer_exclusive,
    [KIN_NESTED] = &peer_nested,
    [KIN_ONCE] = &peer_once,
    [KIN_CONDITION] = &peer_condition,
    [KIN_HANDOVER] = &peer_handover,
    [KIN_AWAITED] = &tasks_plain_pair,
    [KIN_TASKS] = &tasks_one_waiter,
    [KIN_LOCKS] = &tasks_one_waiter,
    [KIN_TURNS] = &peer_condition,
    [KIN_LOOP] = BENCH_UV(&peer_condition),
};
