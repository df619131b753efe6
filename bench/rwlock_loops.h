/* SPDX-License-Identifier: MIT
 *
 * A family's rwlock: the crowd's loop over it. For family.h, which says what the macros are.
 */
static struct {
    _Alignas(BENCH_APART) RWLOCK rwlock;
    guarded data;
} FAMILY_(rwlock_place);

static void FAMILY_(rwlock_make)(void)
{
    RWLOCK_MAKE(&FAMILY_(rwlock_place).rwlock);
}

static void FAMILY_(rwlock_discard)(void)
{
    RWLOCK_DISCARD(&FAMILY_(rwlock_place).rwlock);
}

static void FAMILY_(readers)(member *me)
{
    RWLOCK *rwlock = &FAMILY_(rwlock_place).rwlock;
    guarded *data = &FAMILY_(rwlock_place).data;
    int64_t asked;
    int64_t acquired;
    do {
        me->value = work(me->value, me->outside + 1); /* one step more, to draw from */
        asked = member_clock(me);
        if ((uint32_t)me->value < me->write_share) {
            RWLOCK_ACQUIRE_EXCLUSIVE(rwlock);
            acquired = member_clock(me);
            data->count++;
            data->value = work(data->value, me->inside);
            data->twin++;
            RWLOCK_RELEASE_EXCLUSIVE(rwlock);
            me->exclusive++;
        } else {
            RWLOCK_ACQUIRE_SHARED(rwlock);
            acquired = member_clock(me);
            uint64_t twin = data->twin;
            me->value = work(me->value, me->inside);
            me->torn += twin != data->count;
            RWLOCK_RELEASE_SHARED(rwlock);
        }
    } while (member_goes_on(me, asked, acquired));
}

static const arena FAMILY_(rwlock_arena) = {
    .name = RWLOCK_NAME,
    .data = &FAMILY_(rwlock_place).data,
    .make = FAMILY_(rwlock_make),
    .discard = FAMILY_(rwlock_discard),
    .loop = FAMILY_(readers),
};
