/* SPDX-License-Identifier: MIT
 *
 * A contender's condition and its lock: the monitor that many threads wait in, and a ping-pong. For
 * make_contender.h, which documents the macros.
 */
static struct {
    _Alignas(BENCH_APART) LOCK lock;
    CONDITION condition;
} CONTENDER_(monitor_place);

static void CONTENDER_(monitor_make)(void)
{
    LOCK_MAKE(&CONTENDER_(monitor_place).lock);
    CONDITION_MAKE(&CONTENDER_(monitor_place).condition);
}

static void CONTENDER_(monitor_discard)(void)
{
    CONDITION_DISCARD(&CONTENDER_(monitor_place).condition);
    LOCK_DISCARD(&CONTENDER_(monitor_place).lock);
}

static void CONTENDER_(monitor_enter)(void)
{
    LOCK_ACQUIRE(&CONTENDER_(monitor_place).lock);
}

static void CONTENDER_(monitor_leave)(void)
{
    LOCK_RELEASE(&CONTENDER_(monitor_place).lock);
}

static void CONTENDER_(monitor_wait)(void)
{
    CONDITION_WAIT(&CONTENDER_(monitor_place).condition, &CONTENDER_(monitor_place).lock);
}

static void CONTENDER_(monitor_notify_all)(void)
{
    CONDITION_NOTIFY_ALL(&CONTENDER_(monitor_place).condition);
}

static const monitor CONTENDER_(monitor) = {
    .name = CONDITION_NAME,
    .make = CONTENDER_(monitor_make),
    .discard = CONTENDER_(monitor_discard),
    .enter = CONTENDER_(monitor_enter),
    .leave = CONTENDER_(monitor_leave),
    .wait = CONTENDER_(monitor_wait),
    .notify_all = CONTENDER_(monitor_notify_all),
};

typedef struct CONTENDER_(ping_pong) {
    LOCK lock;
    CONDITION turns[2];
    int turn;
} CONTENDER_(ping_pong);

static void CONTENDER_(ping_pong_make)(CONTENDER_(ping_pong) * object)
{
    LOCK_MAKE(&object->lock);
    CONDITION_MAKE(&object->turns[0]);
    CONDITION_MAKE(&object->turns[1]);
    object->turn = 0;
}

static void CONTENDER_(ping_pong_discard)(CONTENDER_(ping_pong) * object)
{
    CONDITION_DISCARD(&object->turns[0]);
    CONDITION_DISCARD(&object->turns[1]);
    LOCK_DISCARD(&object->lock);
}

static bool CONTENDER_(ping_pong_settled)(CONTENDER_(ping_pong) * object)
{
    if (!LOCK_TRY(&object->lock)) {
        return false;
    }
    LOCK_RELEASE(&object->lock);
    return object->turn == 0;
}

#define PRIMITIVE       CONTENDER_(condition)
#define TITLE           CONDITION_NAME
#define OBJECT          CONTENDER_(ping_pong)
#define MAKE(object)    CONTENDER_(ping_pong_make)(object)
#define DISCARD(object) CONTENDER_(ping_pong_discard)(object)
#define SETTLED(object) CONTENDER_(ping_pong_settled)(object)
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
#include "primitive_loops.h"
