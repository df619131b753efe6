/* SPDX-License-Identifier: MIT
 *
 * The loops of one of the kin. Included once for each, after
 *
 *     #define KIN              its name as an identifier
 *     #define TITLE            its name as a string
 *     #define OBJECT           the type of it
 *     #define MAKE(object)
 *     #define DISCARD(object)
 *     #define SETTLED(object)  whether it is as it was made
 *
 * and either, for one thread,
 *
 *     #define ROUND(object)    statements: what is measured
 *
 * or, for a game of two, who are the sides 0 and 1, and of whom each awaits what the other gives,
 *
 *     #define ENTER(object)
 *     #define LEAVE(object)
 *     #define GIVE(object, side)
 *     #define AWAIT(object, side)
 *
 * all of which it undefines.
 */
#include "crowd.h"
#include "host.h"
#include "kin.h"
#include "work.h"

#ifndef PAWL_BENCH_KIN_LOOPS
# define PAWL_BENCH_KIN_LOOPS
# define KIN_JOIN_(a, b) a##_##b
# define KIN_JOIN(a, b)  KIN_JOIN_(a, b)
# define KIN_LOOPS(verb) KIN_JOIN(KIN, verb)
#endif

/* On cache lines of its own. What follows the object is a game's, written by whose turn it is. */
static struct {
    _Alignas(BENCH_APART) OBJECT object;
    uint64_t count; /* the moves of side 1 */
    uint64_t value; /* of the work */
    int64_t given;  /* when the other side was given its turn */
    int64_t late;   /* from being given a turn until running: the sum, both sides' */
} KIN_LOOPS(table);

static void KIN_LOOPS(make)(void)
{
    MAKE(&KIN_LOOPS(table).object);
    KIN_LOOPS(table).count = 0;
    KIN_LOOPS(table).late = 0;
}

static void KIN_LOOPS(discard)(void)
{
    DISCARD(&KIN_LOOPS(table).object);
}

static bool KIN_LOOPS(settled)(void)
{
    return SETTLED(&KIN_LOOPS(table).object);
}

#ifdef ROUND
static uint64_t KIN_LOOPS(loop)(uint64_t times)
{
    OBJECT *object = &KIN_LOOPS(table).object;
    for (uint64_t i = 0; i < times; i++) {
        ROUND(object);
    }
    return times;
}
#else
/* Before it gives. */
static void KIN_LOOPS(let_sleep)(void)
{
    KIN_LOOPS(table).value = work(KIN_LOOPS(table).value | 1, work_steps(KIN_ASLEEP_NS));
    KIN_LOOPS(table).given = host_now();
}

/* As soon as it was given to. */
static void KIN_LOOPS(wake)(void)
{
    KIN_LOOPS(table).late += host_now() - KIN_LOOPS(table).given;
}

static inline uint64_t KIN_LOOPS(side_0)(uint64_t times, bool asleep)
{
    OBJECT *object = &KIN_LOOPS(table).object;
    ENTER(object);
    uint64_t before = KIN_LOOPS(table).count;
    for (uint64_t i = 0; i < times; i++) {
        if (asleep) {
            KIN_LOOPS(let_sleep)();
        }
        GIVE(object, 1);
        AWAIT(object, 0);
        if (asleep) {
            KIN_LOOPS(wake)();
        }
    }
    uint64_t moves = KIN_LOOPS(table).count - before;
    LEAVE(object);
    return moves;
}

static inline void KIN_LOOPS(side_1)(uint64_t times, bool asleep)
{
    OBJECT *object = &KIN_LOOPS(table).object;
    ENTER(object);
    for (uint64_t i = 0; i < times; i++) {
        AWAIT(object, 1);
        if (asleep) {
            KIN_LOOPS(wake)();
            KIN_LOOPS(let_sleep)();
        }
        KIN_LOOPS(table).count++;
        GIVE(object, 0);
    }
    LEAVE(object);
}

static uint64_t KIN_LOOPS(loop)(uint64_t times)
{
    return KIN_LOOPS(side_0)(times, false);
}

static uint64_t KIN_LOOPS(loop_asleep)(uint64_t times)
{
    return KIN_LOOPS(side_0)(times, true);
}

static void KIN_LOOPS(partner)(uint64_t times)
{
    KIN_LOOPS(side_1)(times, false);
}

static void KIN_LOOPS(partner_asleep)(uint64_t times)
{
    KIN_LOOPS(side_1)(times, true);
}

static int64_t KIN_LOOPS(late_ns)(void)
{
    return KIN_LOOPS(table).late;
}
#endif

static const kin KIN = {
    .name = TITLE,
    .make = KIN_LOOPS(make),
    .discard = KIN_LOOPS(discard),
    .loop = KIN_LOOPS(loop),
#ifndef ROUND
    .partner = KIN_LOOPS(partner),
    .loop_asleep = KIN_LOOPS(loop_asleep),
    .partner_asleep = KIN_LOOPS(partner_asleep),
    .late_ns = KIN_LOOPS(late_ns),
#endif
    .settled = KIN_LOOPS(settled),
};

#undef KIN
#undef TITLE
#undef OBJECT
#undef MAKE
#undef DISCARD
#undef SETTLED
#undef ROUND
#undef ENTER
#undef LEAVE
#undef GIVE
#undef AWAIT
