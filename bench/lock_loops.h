/* SPDX-License-Identifier: MIT
 *
 * A family's lock: the loops over it. For family.h, which says what the macros are.
 */
static struct {
    _Alignas(BENCH_APART) LOCK lock;
    guarded data;
} FAMILY_(lock_place);

static void FAMILY_(make)(void)
{
    LOCK_MAKE(&FAMILY_(lock_place).lock);
}

static void FAMILY_(discard)(void)
{
    LOCK_DISCARD(&FAMILY_(lock_place).lock);
}

static void FAMILY_(acquire)(void)
{
    LOCK_ACQUIRE(&FAMILY_(lock_place).lock);
}

static void FAMILY_(release)(void)
{
    LOCK_RELEASE(&FAMILY_(lock_place).lock);
}

static uint64_t FAMILY_(pair)(uint64_t times)
{
    LOCK *lock = &FAMILY_(lock_place).lock;
    for (uint64_t i = 0; i < times; i++) {
        LOCK_ACQUIRE(lock);
        LOCK_RELEASE(lock);
    }
    return times;
}

static uint64_t FAMILY_(try)(uint64_t times)
{
    LOCK *lock = &FAMILY_(lock_place).lock;
    uint64_t acquired = 0;
    for (uint64_t i = 0; i < times; i++) {
        if (LOCK_TRY(lock)) {
            acquired++;
            LOCK_RELEASE(lock);
        }
    }
    return acquired;
}

static uint64_t FAMILY_(try_fails)(uint64_t times)
{
    LOCK *lock = &FAMILY_(lock_place).lock;
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
static uint64_t FAMILY_(timed)(uint64_t times)
{
    LOCK *lock = &FAMILY_(lock_place).lock;
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

static void FAMILY_(crowd)(member *me)
{
    LOCK *lock = &FAMILY_(lock_place).lock;
    guarded *data = &FAMILY_(lock_place).data;
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

static const arena FAMILY_(lock_arena) = {
    .name = NAME,
    .data = &FAMILY_(lock_place).data,
    .make = FAMILY_(make),
    .discard = FAMILY_(discard),
    .loop = FAMILY_(crowd),
};

static void FAMILY_(stock_make)(void *locks, size_t at)
{
    LOCK *lock = (LOCK *)locks + at;
    LOCK_MAKE(lock);
}

static void FAMILY_(stock_discard)(void *locks, size_t at)
{
    LOCK *lock = (LOCK *)locks + at;
    LOCK_DISCARD(lock);
}

static void FAMILY_(stock_acquire)(void *locks, size_t at)
{
    LOCK *lock = (LOCK *)locks + at;
    LOCK_ACQUIRE(lock);
}

static void FAMILY_(stock_release)(void *locks, size_t at)
{
    LOCK *lock = (LOCK *)locks + at;
    LOCK_RELEASE(lock);
}
