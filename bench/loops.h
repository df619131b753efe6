/* SPDX-License-Identifier: MIT
 *
 * The loops of one contender. Included once for each, after
 *
 *     #define CONTENDER       its name as an identifier
 *     #define TITLE           its name as a string
 *     #define LOCK            the type of the lock
 *     #define MAKE(lock)      make it a free lock
 *     #define DISCARD(lock)
 *     #define ACQUIRE(lock)
 *     #define RELEASE(lock)
 *     #define TRY(lock)       true when acquired
 *     #define TIMED(lock)     acquire within a second from now, true when acquired; may be left out
 *     #define FAMILY          the array of its kin; may be left out
 *
 * all of which it undefines. What a user would write is what is measured: statuses that a user
 * would not look at are not looked at.
 */
#include "contender.h"
#include "host.h"
#include "work.h"

#include <pawl/compiler.h>

#ifndef PAWL_BENCH_LOOPS
# define PAWL_BENCH_LOOPS
# define LOOPS_JOIN_(a, b) a##_##b
# define LOOPS_JOIN(a, b)  LOOPS_JOIN_(a, b)
# define LOOPS(verb)       LOOPS_JOIN(CONTENDER, verb)
#endif

/* On cache lines of their own, as every contender's are. */
static struct {
    _Alignas(BENCH_APART) LOCK lock;
    guarded data;
} LOOPS(object);

static void LOOPS(make)(void)
{
    MAKE(&LOOPS(object).lock);
}

static void LOOPS(discard)(void)
{
    DISCARD(&LOOPS(object).lock);
}

static void LOOPS(acquire)(void)
{
    ACQUIRE(&LOOPS(object).lock);
}

static void LOOPS(release)(void)
{
    RELEASE(&LOOPS(object).lock);
}

static uint64_t LOOPS(pair)(uint64_t times)
{
    LOCK *lock = &LOOPS(object).lock;
    for (uint64_t i = 0; i < times; i++) {
        ACQUIRE(lock);
        RELEASE(lock);
    }
    return times;
}

static uint64_t LOOPS(try)(uint64_t times)
{
    LOCK *lock = &LOOPS(object).lock;
    uint64_t acquired = 0;
    for (uint64_t i = 0; i < times; i++) {
        if (TRY(lock)) {
            acquired++;
            RELEASE(lock);
        }
    }
    return acquired;
}

static uint64_t LOOPS(try_fails)(uint64_t times)
{
    LOCK *lock = &LOOPS(object).lock;
    uint64_t refused = 0;
    for (uint64_t i = 0; i < times; i++) {
        if (TRY(lock)) {
            RELEASE(lock);
        } else {
            refused++;
        }
    }
    return refused;
}

#ifdef TIMED
static uint64_t LOOPS(timed)(uint64_t times)
{
    LOCK *lock = &LOOPS(object).lock;
    uint64_t acquired = 0;
    for (uint64_t i = 0; i < times; i++) {
        if (TIMED(lock)) {
            acquired++;
            RELEASE(lock);
        }
    }
    return acquired;
}
#endif

static void LOOPS(crowd)(member *me)
{
    LOCK *lock = &LOOPS(object).lock;
    commons *all = me->all;
    guarded *data = &LOOPS(object).data;
    uint32_t inside = me->inside;
    uint32_t outside = me->outside;
    uint64_t value = me->value;
    uint64_t operations = 0;
    do {
        ACQUIRE(lock);
        data->count++;
        data->value = work(data->value, inside);
        RELEASE(lock);
        operations++;
        value = work(value, outside);
    } while (pawl__load8(&all->stop, PAWL__RELAXED) == 0);
    me->value = value;
    me->operations = operations;
}

/* The same with a clock read before and after each acquire. */
static void LOOPS(crowd_waits)(member *me)
{
    LOCK *lock = &LOOPS(object).lock;
    commons *all = me->all;
    guarded *data = &LOOPS(object).data;
    int64_t since = all->since;
    uint32_t inside = me->inside;
    uint32_t outside = me->outside;
    uint64_t value = me->value;
    uint64_t operations = 0;
    do {
        int64_t asked = host_now();
        ACQUIRE(lock);
        int64_t acquired = host_now();
        data->count++;
        data->value = work(data->value, inside);
        RELEASE(lock);
        operations++;
        if (asked >= since) {
            histogram_add(me->waits, acquired - asked);
        }
        value = work(value, outside);
    } while (pawl__load8(&all->stop, PAWL__RELAXED) == 0);
    me->value = value;
    me->operations = operations;
}

static const contender CONTENDER = {
    .name = TITLE,
    .data = &LOOPS(object).data,
    .make = LOOPS(make),
    .discard = LOOPS(discard),
    .acquire = LOOPS(acquire),
    .release = LOOPS(release),
    .solo[SOLO_PAIR] = LOOPS(pair),
    .solo[SOLO_TRY] = LOOPS(try),
    .solo[SOLO_TRY_FAILS] = LOOPS(try_fails),
#ifdef TIMED
    .solo[SOLO_TIMED] = LOOPS(timed),
#endif
    .crowd = LOOPS(crowd),
    .crowd_waits = LOOPS(crowd_waits),
#ifdef FAMILY
    .kin = FAMILY,
#endif
};

#undef CONTENDER
#undef TITLE
#undef LOCK
#undef MAKE
#undef DISCARD
#undef ACQUIRE
#undef RELEASE
#undef TRY
#undef TIMED
#undef FAMILY
