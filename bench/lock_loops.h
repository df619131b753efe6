/* SPDX-License-Identifier: MIT
 *
 * The loops over a contender's lock. For make_contender.h, which documents the macros.
 */
static struct {
    _Alignas(BENCH_APART) LOCK lock;
    guarded data;
} CONTENDER_(lock_place);

static void CONTENDER_(make)(void)
{
    LOCK_MAKE(&CONTENDER_(lock_place).lock);
}

static void CONTENDER_(discard)(void)
{
    LOCK_DISCARD(&CONTENDER_(lock_place).lock);
}

static void CONTENDER_(acquire)(void)
{
    LOCK_ACQUIRE(&CONTENDER_(lock_place).lock);
}

static void CONTENDER_(release)(void)
{
    LOCK_RELEASE(&CONTENDER_(lock_place).lock);
}

static uint64_t CONTENDER_(pair)(uint64_t times)
{
    LOCK *lock = &CONTENDER_(lock_place).lock;
    for (uint64_t i = 0; i < times; i++) {
        LOCK_ACQUIRE(lock);
        LOCK_RELEASE(lock);
    }
    return times;
}

static uint64_t CONTENDER_(try)(uint64_t times)
{
    LOCK *lock = &CONTENDER_(lock_place).lock;
    uint64_t acquired = 0;
    for (uint64_t i = 0; i < times; i++) {
        if (LOCK_TRY(lock)) {
            acquired++;
            LOCK_RELEASE(lock);
        }
    }
    return acquired;
}

static uint64_t CONTENDER_(try_fails)(uint64_t times)
{
    LOCK *lock = &CONTENDER_(lock_place).lock;
    uint64_t refused = 0;
    for (uint64_t i = 0; i < times; i++) {
        if (LOCK_TRY(lock)) {
            LOCK_RELEASE(lock);
        } else {
            refused++;
        }
    }
    return refused;
}

#ifdef LOCK_WITHIN_A_SECOND
static uint64_t CONTENDER_(timed)(uint64_t times)
{
    LOCK *lock = &CONTENDER_(lock_place).lock;
    uint64_t acquired = 0;
    for (uint64_t i = 0; i < times; i++) {
        if (LOCK_WITHIN_A_SECOND(lock)) {
            acquired++;
            LOCK_RELEASE(lock);
        }
    }
    return acquired;
}
#endif

static void CONTENDER_(crowd)(member *me)
{
    LOCK *lock = &CONTENDER_(lock_place).lock;
    guarded *data = &CONTENDER_(lock_place).data;
    int64_t asked;
    int64_t acquired;
    do {
        asked = member_clock(me);
        LOCK_ACQUIRE(lock);
        acquired = member_clock(me);
        data->count++;
        data->value = work(data->value, me->inside);
        LOCK_RELEASE(lock);
        me->exclusive++;
        me->value = work(me->value, me->outside);
    } while (member_goes_on(me, asked, acquired));
}

static const arena CONTENDER_(lock_arena) = {
    .name = NAME,
    .data = &CONTENDER_(lock_place).data,
    .make = CONTENDER_(make),
    .discard = CONTENDER_(discard),
    .loop = CONTENDER_(crowd),
};

static void CONTENDER_(stock_make)(void *locks, size_t at)
{
    LOCK *lock = (LOCK *)locks + at;
    LOCK_MAKE(lock);
}

static void CONTENDER_(stock_discard)(void *locks, size_t at)
{
    LOCK *lock = (LOCK *)locks + at;
    LOCK_DISCARD(lock);
}

static void CONTENDER_(stock_acquire)(void *locks, size_t at)
{
    LOCK *lock = (LOCK *)locks + at;
    LOCK_ACQUIRE(lock);
}

static void CONTENDER_(stock_release)(void *locks, size_t at)
{
    LOCK *lock = (LOCK *)locks + at;
    LOCK_RELEASE(lock);
}
