/* SPDX-License-Identifier: MIT
 *
 * A family's condition and its lock: a hall of waiters, and a game of two. For family.h, which says
 * what the macros are.
 */
static struct {
    _Alignas(BENCH_APART) LOCK lock;
    CONDITION condition;
} FAMILY_(hall_place);

static void FAMILY_(hall_make)(void)
{
    LOCK_MAKE(&FAMILY_(hall_place).lock);
    CONDITION_MAKE(&FAMILY_(hall_place).condition);
}

static void FAMILY_(hall_discard)(void)
{
    CONDITION_DISCARD(&FAMILY_(hall_place).condition);
    LOCK_DISCARD(&FAMILY_(hall_place).lock);
}

static void FAMILY_(hall_enter)(void)
{
    LOCK_ACQUIRE(&FAMILY_(hall_place).lock);
}

static void FAMILY_(hall_leave)(void)
{
    LOCK_RELEASE(&FAMILY_(hall_place).lock);
}

static void FAMILY_(hall_wait)(void)
{
    CONDITION_WAIT(&FAMILY_(hall_place).condition, &FAMILY_(hall_place).lock);
}

static void FAMILY_(hall_notify_all)(void)
{
    CONDITION_NOTIFY_ALL(&FAMILY_(hall_place).condition);
}

static const hall FAMILY_(hall) = {
    .name = CONDITION_NAME,
    .make = FAMILY_(hall_make),
    .discard = FAMILY_(hall_discard),
    .enter = FAMILY_(hall_enter),
    .leave = FAMILY_(hall_leave),
    .wait = FAMILY_(hall_wait),
    .notify_all = FAMILY_(hall_notify_all),
};

typedef struct FAMILY_(game) {
    LOCK lock;
    CONDITION turns[2];
    int turn;
} FAMILY_(game);

static void FAMILY_(game_make)(FAMILY_(game) * object)
{
    LOCK_MAKE(&object->lock);
    CONDITION_MAKE(&object->turns[0]);
    CONDITION_MAKE(&object->turns[1]);
    object->turn = 0;
}

static void FAMILY_(game_discard)(FAMILY_(game) * object)
{
    CONDITION_DISCARD(&object->turns[0]);
    CONDITION_DISCARD(&object->turns[1]);
    LOCK_DISCARD(&object->lock);
}

static bool FAMILY_(game_settled)(FAMILY_(game) * object)
{
    if (!LOCK_TRY(&object->lock)) {
        return false;
    }
    LOCK_RELEASE(&object->lock);
    return object->turn == 0;
}

#define KIN             FAMILY_(condition)
#define TITLE           CONDITION_NAME
#define OBJECT          FAMILY_(game)
#define MAKE(object)    FAMILY_(game_make)(object)
#define DISCARD(object) FAMILY_(game_discard)(object)
#define SETTLED(object) FAMILY_(game_settled)(object)
#define ENTER(object)   LOCK_ACQUIRE(&(object)->lock)
#define LEAVE(object)   LOCK_RELEASE(&(object)->lock)
#define GIVE(object, side)                                                                         \
    do {                                                                                           \
        (object)->turn = (side);                                                                   \
        CONDITION_NOTIFY(&(object)->turns[side]);                                                  \
    } while (0)
#define AWAIT(object, side)                                                                        \
    do {                                                                                           \
        while ((object)->turn != (side)) {                                                         \
            CONDITION_WAIT(&(object)->turns[side], &(object)->lock);                               \
        }                                                                                          \
    } while (0)
#include "kin_loops.h"
