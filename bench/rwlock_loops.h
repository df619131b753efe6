/* SPDX-License-Identifier: MIT
 *
 * The crowd's loop over a contender's rwlock. For make_contender.h, which documents the macros.
 */
static struct {
    _Alignas(BENCH_APART) RWLOCK rwlock;
    guarded data;
} CONTENDER_(rwlock_place);

static void CONTENDER_(rwlock_make)(void)
{
    RWLOCK_MAKE(&CONTENDER_(rwlock_place).rwlock);
}

static void CONTENDER_(rwlock_discard)(void)
{
    RWLOCK_DISCARD(&CONTENDER_(rwlock_place).rwlock);
}

static void CONTENDER_(readers)(member *me)
{
    RWLOCK *rwlock = &CONTENDER_(rwlock_place).rwlock;
    guarded *data = &CONTENDER_(rwlock_place).data;
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

static const arena CONTENDER_(rwlock_arena) = {
    .name = RWLOCK_NAME,
    .data = &CONTENDER_(rwlock_place).data,
    .make = CONTENDER_(rwlock_make),
    .discard = CONTENDER_(rwlock_discard),
    .loop = CONTENDER_(readers),
};
