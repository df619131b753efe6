/* SPDX-License-Identifier: MIT
 *
 * The loops of one primitive. A source file includes this once for each, after
 *
 *     #define PRIMITIVE        its name as an identifier
 *     #define TITLE            its name as a string
 *     #define OBJECT           its type
 *     #define MAKE(object)
 *     #define DISCARD(object)
 *     #define SETTLED(object)  whether it is as it was made
 *
 * and either, for one thread,
 *
 *     #define ROUND(object)    statements: what is measured
 *
 * or, for a ping-pong of the sides 0 and 1, each of which awaits what the other gives,
 *
 *     #define ENTER(object)
 *     #define LEAVE(object)
 *     #define GIVE(object, side)
 *     #define AWAIT(object, side)
 *
 * It undefines all of these.
 */
#include "crowd.h"
#include "host.h"
#include "primitive.h"
#include "work.h"

#ifndef PAWL_BENCH_PRIMITIVE_LOOPS
# define PAWL_BENCH_PRIMITIVE_LOOPS
# define PRIMITIVE_JOIN_(a, b) a##_##b
# define PRIMITIVE_JOIN(a, b)  PRIMITIVE_JOIN_(a, b)
# define PRIMITIVE_LOOPS(verb) PRIMITIVE_JOIN(PRIMITIVE, verb)
#endif

/* On cache lines of its own. The fields after the object are a ping-pong's; the side whose turn it
 * is writes them. */
static struct {
    _Alignas(BENCH_APART) OBJECT object;
    uint64_t count; /* the moves of side 1 */
    uint64_t value; /* of the work */
    int64_t given;  /* when the other side was given its turn */
    int64_t late;   /* from being given a turn until running: the sum, both sides' */
} PRIMITIVE_LOOPS(table);

static void PRIMITIVE_LOOPS(make)(void)
{
    MAKE(&PRIMITIVE_LOOPS(table).object);
    PRIMITIVE_LOOPS(table).count = 0;
    PRIMITIVE_LOOPS(table).late = 0;
}

static void PRIMITIVE_LOOPS(discard)(void)
{
    DISCARD(&PRIMITIVE_LOOPS(table).object);
}

static bool PRIMITIVE_LOOPS(settled)(void)
{
    return SETTLED(&PRIMITIVE_LOOPS(table).object);
}

#ifdef ROUND
static uint64_t PRIMITIVE_LOOPS(loop)(uint64_t times)
{
    OBJECT *object = &PRIMITIVE_LOOPS(table).object;
    for (uint64_t i = 0; i < times; i++) {
        ROUND(object);
    }
    return times;
}
#else
/* Before it gives. */
static void PRIMITIVE_LOOPS(let_sleep)(void)
{
    PRIMITIVE_LOOPS(table).value =
        work(PRIMITIVE_LOOPS(table).value | 1, work_steps(PRIMITIVE_ASLEEP_NS));
    PRIMITIVE_LOOPS(table).given = host_now();
}

/* As soon as it was given to. */
static void PRIMITIVE_LOOPS(wake)(void)
{
    PRIMITIVE_LOOPS(table).late += host_now() - PRIMITIVE_LOOPS(table).given;
}

static inline uint64_t PRIMITIVE_LOOPS(side_0)(uint64_t times, bool asleep)
{
    OBJECT *object = &PRIMITIVE_LOOPS(table).object;
    ENTER(object);
    uint64_t before = PRIMITIVE_LOOPS(table).count;
    for (uint64_t i = 0; i < times; i++) {
        if (asleep) {
            PRIMITIVE_LOOPS(let_sleep)();
        }
        GIVE(object, 1);
        AWAIT(object, 0);
        if (asleep) {
            PRIMITIVE_LOOPS(wake)();
        }
    }
    uint64_t moves = PRIMITIVE_LOOPS(table).count - before;
    LEAVE(object);
    return moves;
}

static inline void PRIMITIVE_LOOPS(side_1)(uint64_t times, bool asleep)
{
    OBJECT *object = &PRIMITIVE_LOOPS(table).object;
    ENTER(object);
    for (uint64_t i = 0; i < times; i++) {
        AWAIT(object, 1);
        if (asleep) {
            PRIMITIVE_LOOPS(wake)();
            PRIMITIVE_LOOPS(let_sleep)();
        }
        PRIMITIVE_LOOPS(table).count++;
        GIVE(object, 0);
    }
    LEAVE(object);
}

static uint64_t PRIMITIVE_LOOPS(loop)(uint64_t times)
{
    return PRIMITIVE_LOOPS(side_0)(times, false);
}

static uint64_t PRIMITIVE_LOOPS(loop_asleep)(uint64_t times)
{
    return PRIMITIVE_LOOPS(side_0)(times, true);
}

static void PRIMITIVE_LOOPS(partner)(uint64_t times)
{
    PRIMITIVE_LOOPS(side_1)(times, false);
}

static void PRIMITIVE_LOOPS(partner_asleep)(uint64_t times)
{
    PRIMITIVE_LOOPS(side_1)(times, true);
}

static int64_t PRIMITIVE_LOOPS(late_ns)(void)
{
    return PRIMITIVE_LOOPS(table).late;
}
#endif

static const primitive PRIMITIVE = {
    .name = TITLE,
    .make = PRIMITIVE_LOOPS(make),
    .discard = PRIMITIVE_LOOPS(discard),
    .loop = PRIMITIVE_LOOPS(loop),
#ifndef ROUND
    .partner = PRIMITIVE_LOOPS(partner),
    .loop_asleep = PRIMITIVE_LOOPS(loop_asleep),
    .partner_asleep = PRIMITIVE_LOOPS(partner_asleep),
    .late_ns = PRIMITIVE_LOOPS(late_ns),
#endif
    .settled = PRIMITIVE_LOOPS(settled),
};

#undef PRIMITIVE
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
