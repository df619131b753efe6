/* SPDX-License-Identifier: MIT
 *
 * How a thread waits: how often it looks before it sleeps, who stays awake, and to the nanosecond
 * when a default lock is kept for a waiter. The contract promises little of this, but
 * the figures in docs/performance.md rest on it. Each case is one schedule: fibre BOSS does as it
 * says, and the others run when it lets them, for as long as it says.
 */
#include "sim.h"

enum { BOSS, A, B, C };

/* The pauses of a spin that fails: 1 in each of the first five turns, then twice as many in each,
 * up to 128, in 13 turns; and of one that begins at a later turn. */
enum { ALL_PAUSES = 387, CROWDED_PAUSES = 380, MISSES = 32, TRIES = 64 };

/* Of a wait for a token: 12 polls (machine.h), each after 8 pauses. */
enum { POLL_PAUSES = 8, TOKEN_PAUSES = 12 * POLL_PAUSES };

enum {
    LOCKED = PAWL__LOCK_LOCKED,
    PARKED = PAWL__LOCK_PARKED,
    FAIR = PAWL__LOCK_FAIR,
    WATCHED = PAWL__LOCK_WATCHED,
    RESERVED = PAWL__LOCK_RESERVED
};

static pawl_lock *lock;
static pawl_semaphore *semaphore;
static pawl_event *event;
static pawl_rwlock *rwlock;
static pawl_condition *condition;
static bool has[SIM_FIBRES];
static unsigned pauses_before[SIM_FIBRES];

/* Whose turn it is, and until when: until it sleeps at the latest, unless it is to time out. */
static unsigned turn;
static bool (*over)(void);
static bool may_time_out;
static unsigned mark; /* a count, for `over` */

static void new_objects(void)
{
    lock = sim_new(sizeof *lock, "lock");
    semaphore = sim_new(sizeof *semaphore, "semaphore");
    event = sim_new(sizeof *event, "event");
    rwlock = sim_new(sizeof *rwlock, "rwlock");
    condition = sim_new(sizeof *condition, "condition");
    for (unsigned i = 0; i < SIM_FIBRES; i++) {
        has[i] = false;
        pauses_before[i] = 0;
    }
    turn = BOSS;
    over = NULL;
    may_time_out = false;
}

static unsigned choose(unsigned enabled)
{
    bool sleeps = sim_sleeps(turn) && !may_time_out;
    if (turn != BOSS && ((enabled & 1U << turn) == 0 || sleeps || (over != NULL && over()))) {
        turn = BOSS;
    }
    if ((enabled & 1U << turn) == 0) { /* the boss is done: the others in turn */
        turn = 0;
        while ((enabled & 1U << turn) == 0) {
            turn++;
        }
    }
    return turn;
}

static void let_until(unsigned fibre, bool (*is_over)(void))
{
    over = is_over;
    turn = fibre;
    sim_yield();
    over = NULL;
}

/* Until it sleeps, or ends. */
static void let(unsigned fibre)
{
    let_until(fibre, NULL);
}

static bool is_queued(void)
{
    size_t length = sim_queue_length(lock);
    return length != SIM_NONE && length == mark;
}

/* Until so many are in the lock's queue. */
static void let_queue(unsigned fibre, unsigned length)
{
    mark = length;
    let_until(fibre, is_queued);
}

static bool has_paused(void)
{
    return sim_counts(turn).pauses >= mark;
}

static void let_pause(unsigned fibre, unsigned times)
{
    mark = sim_counts(fibre).pauses + times;
    let_until(fibre, has_paused);
}

static bool has_it(void)
{
    return has[turn];
}

/* The number of pauses since this was asked last of the same fibre. */
static unsigned pauses(unsigned fibre)
{
    unsigned fresh = sim_counts(fibre).pauses - pauses_before[fibre];
    pauses_before[fibre] += fresh;
    return fresh;
}

static void keep_and_release(void)
{
    has[sim_self()] = true;
    sim_yield();
    has[sim_self()] = false;
    SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
}

static void acquire(void)
{
    pawl_lock_acquire(lock);
    keep_and_release();
}

static void hold(void)
{
    SIM_CHECK(pawl_lock_try_acquire(lock));
}

static void release(void)
{
    SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
}

static void lock_is(unsigned state)
{
    if (lock->state_ != state) {
        sim_fail("the lock is %x, not %x", (unsigned)lock->state_, state);
    }
}

/* The fibre waits for the lock, asleep, since now. */
static void let_sleep(unsigned fibre)
{
    let(fibre);
    SIM_CHECK(sim_sleeps(fibre));
    pauses(fibre);
}

/* It gets the lock, and gives it back. */
static void let_have(unsigned fibre)
{
    let_until(fibre, has_it);
    SIM_CHECK(has[fibre]);
    let(fibre);
    SIM_CHECK(!has[fibre]);
}

static void first_spins_and_the_next_with_longer_pauses(void)
{
    hold();
    let(A);
    SIM_CHECK(pauses(A) == ALL_PAUSES);
    lock_is(LOCKED | PARKED);
    let(B);
    SIM_CHECK(pauses(B) == CROWDED_PAUSES);
    release();
    lock_is(0);
    let_until(A, has_it);
    SIM_CHECK(has[A] && pauses(A) == 1);
    lock_is(LOCKED | PARKED);
    let(A);
    lock_is(0);
    let_until(B, has_it);
    lock_is(LOCKED);
}

static void who_spins_takes_what_becomes_free(void)
{
    hold();
    let_pause(A, 4);
    release();
    let_until(A, has_it);
    SIM_CHECK(has[A] && pauses(A) == 4 && sim_counts(A).entered == 0);
    lock_is(LOCKED);
}

static void nobody_spins_on_one_processor(void)
{
    hold();
    let(A);
    SIM_CHECK(sim_sleeps(A) && pauses(A) == 0);
    release();
    let_have(A);
    let(B);
    SIM_CHECK(sim_sleeps(B) && pauses(B) == 0);
    let(C);
    SIM_CHECK(sim_sleeps(C) && pauses(C) == 0);
    (void)pawl_semaphore_release(semaphore);
    pawl_event_set(event);
}

static void acquire_semaphore(void)
{
    pawl_semaphore_acquire(semaphore);
    has[sim_self()] = true;
}

static void wait_for_event(void)
{
    pawl_event_wait(event);
}

static pawl_status await_event_shortly(void)
{
    return pawl_event_wait_for(event, 1);
}

static pawl_status await_permit_shortly(void)
{
    return pawl_semaphore_acquire_for(semaphore, 1);
}

/* So many times, each with so many pauses. */
static void wait_in_vain(pawl_status (*wait)(void), unsigned times, unsigned expected)
{
    for (; times > 0; times--) {
        SIM_CHECK(wait() == PAWL_TIMEOUT);
        SIM_CHECK(pauses(BOSS) == expected);
    }
}

static void spins_while_it_pays(void)
{
    wait_in_vain(await_event_shortly, MISSES, ALL_PAUSES);
    wait_in_vain(await_event_shortly, TRIES - 1, 0);
    wait_in_vain(await_event_shortly, 1, ALL_PAUSES); /* now and then it is tried */
    wait_in_vain(await_event_shortly, TRIES - 1, 0);
    let_pause(A, 1);
    pawl_event_set(event);
    let(A); /* one that has not spun in vain */
    pawl_event_clear(event);
    wait_in_vain(await_event_shortly, 1, ALL_PAUSES);
}

static void a_semaphores_watches_are_remembered(void)
{
    wait_in_vain(await_permit_shortly, MISSES, TOKEN_PAUSES);
    wait_in_vain(await_permit_shortly, TRIES - 1, 0);
    wait_in_vain(await_permit_shortly, 1, TOKEN_PAUSES);
}

static void a_locks_spins_are_remembered(void)
{
    hold();
    may_time_out = true;
    for (unsigned i = 0; i < MISSES; i++) {
        let_until(A, has_it);
        SIM_CHECK(has[A] && pauses(A) == ALL_PAUSES);
        has[A] = false;
    }
    may_time_out = false;
    let(A);
    SIM_CHECK(pauses(A) == 0);
    release();
}

static void acquire_in_vain(void)
{
    for (unsigned i = 0; i < MISSES; i++) {
        SIM_CHECK(pawl_lock_acquire_for(lock, 1) == PAWL_TIMEOUT);
        has[A] = true;
        sim_yield();
    }
    acquire();
}

static void only_the_first_of_a_fair_lock_stays_awake(void)
{
    pawl_lock_init_fair(lock);
    hold();
    let_queue(A, 1);
    SIM_CHECK(pauses(A) == 0 && sim_roused(lock) == 1);
    let_queue(B, 2);
    SIM_CHECK(pauses(B) == 0 && sim_roused(lock) == 1);
    let(B);
    SIM_CHECK(sim_sleeps(B) && pauses(B) == 0);
    let(A);
    SIM_CHECK(sim_sleeps(A) && pauses(A) == ALL_PAUSES && sim_roused(lock) == 0);
    lock_is(LOCKED | PARKED | FAIR);
    release();
    lock_is(LOCKED | PARKED | FAIR);
    let_until(A, has_it);
    let(A);
    lock_is(LOCKED | FAIR);
    let_have(B);
    hold();
    let_queue(C, 1);
    release();
    let_have(C); /* it was awake, and has no token */
    lock_is(FAIR);
}

static void newcomer_leaves_a_reserved_lock_alone(void)
{
    hold();
    let_sleep(A);
    let_pause(B, 4);
    sim_pass(PAWL_MS(8));
    release();
    lock_is(RESERVED);
    SIM_CHECK(!pawl_lock_try_acquire(lock));
    let(B); /* which had begun to spin, and gives up */
    SIM_CHECK(sim_sleeps(B) && pauses(B) == 4);
    let(C);
    SIM_CHECK(sim_sleeps(C) && pauses(C) == 0);
    lock_is(RESERVED);
    let_until(A, has_it);
    lock_is(LOCKED | PARKED);
}

/* One that does not run keeps the lock from others for a millisecond; then it has its place. */
static void reservation_is_over_after_a_millisecond(void)
{
    hold();
    let_sleep(A);
    sim_pass(PAWL_MS(8));
    release();
    sim_pass(PAWL_MS(1) - 1);
    SIM_CHECK(!pawl_lock_try_acquire(lock));
    sim_pass(1);
    SIM_CHECK(pawl_lock_try_acquire(lock));
    lock_is(LOCKED | PARKED);
    release();
    lock_is(0); /* none of those who are queued runs */
    hold();
    lock_is(LOCKED);
    let(B);
    lock_is(LOCKED | PARKED);
    release();
    let_have(B); /* served beside it */
    hold();
    let(A); /* here it is, and finds the lock taken: the next release keeps it again */
    lock_is(LOCKED | PARKED);
    release();
    lock_is(RESERVED);
    let_have(A);
    lock_is(0);
}

static void lock_is_kept_after_eight_milliseconds(void)
{
    hold();
    let_sleep(A);
    sim_pass(PAWL_MS(8) - 1);
    release();
    lock_is(WATCHED);
    let_have(A);
    lock_is(0);
    hold();
    let_sleep(B);
    sim_pass(PAWL_MS(8));
    release();
    lock_is(RESERVED);
    let_have(B);
    lock_is(0);
}

/* The fibre sleeps, is roused, finds the lock taken and sleeps again. */
static void let_find_it_taken(unsigned fibre)
{
    let_sleep(fibre);
    release();
    hold();
    lock_is(LOCKED);
    let(fibre);
    SIM_CHECK(sim_sleeps(fibre) && pauses(fibre) == ALL_PAUSES);
    lock_is(LOCKED | PARKED);
}

static void lock_is_kept_after_one_for_who_found_it_taken(void)
{
    hold();
    let_find_it_taken(A);
    sim_pass(PAWL_MS(1) - 1);
    release();
    lock_is(0);
    let_have(A);
    hold();
    let_find_it_taken(B);
    sim_pass(PAWL_MS(1));
    release();
    lock_is(RESERVED);
    let_have(B);
}

/* A sleeper is roused so long after it began to wait, and has not come for so long since. */
static void rouse_and_leave(unsigned fibre, pawl_ns before, pawl_ns since)
{
    hold();
    let_sleep(fibre);
    sim_pass(before);
    release();
    hold();
    lock_is(before >= PAWL_MS(2) ? LOCKED | WATCHED : LOCKED);
    sim_pass(since);
}

static void who_has_waited_for_one_demands(void)
{
    rouse_and_leave(A, 0, PAWL_MS(1) - 1);
    let(A);
    SIM_CHECK(sim_sleeps(A) && pauses(A) == ALL_PAUSES);
    release();
    let_have(A);
    rouse_and_leave(B, 0, PAWL_MS(1));
    let_pause(B, ALL_PAUSES + 1);
    lock_is(LOCKED | PARKED);
    SIM_CHECK(!sim_sleeps(B) && sim_roused(lock) == 1);
    let(B);
    SIM_CHECK(sim_sleeps(B) && sim_roused(lock) == 0); /* it demands once */
    SIM_CHECK(pauses(B) == 2 * ALL_PAUSES);
    release();
    lock_is(RESERVED);
    let_have(B);
    rouse_and_leave(C, 0, PAWL_MS(1));
    let_pause(C, ALL_PAUSES + 1);
    release();
    lock_is(RESERVED);
    pauses(C);
    let_have(C);
    SIM_CHECK(pauses(C) <= 1);
}

static const pawl_ns LATENESS = PAWL_MS(4), HURRY = PAWL_US(80);

static void who_releases_looks_after_one_that_is_late(void)
{
    rouse_and_leave(A, LATENESS - HURRY - 1, HURRY);
    release();
    lock_is(WATCHED);
    let_have(A);
    rouse_and_leave(B, LATENESS, HURRY - 1);
    release();
    lock_is(WATCHED);
    let_have(B);
    rouse_and_leave(C, LATENESS - HURRY, HURRY);
    release();
    lock_is(RESERVED);
    let_have(C);
    lock_is(0);
}

static void who_comes_looks_once_after_the_first(void)
{
    rouse_and_leave(A, LATENESS - HURRY - 1, HURRY);
    let(B);
    lock_is(LOCKED | WATCHED); /* one is awake, who sees to the rest */
    SIM_CHECK(sim_sleeps(B) && sim_counts(B).entered == 2 && sim_counts(B).looks == 2);
    sim_pass(1);
    let(C);
    lock_is(LOCKED | WATCHED | PARKED);
    release();
    lock_is(RESERVED);
    let_have(A);
}

/* In the first, second, fourth and so on, and then in each 64th. */
static void who_releases_looks_less_and_less_often(void)
{
    static const unsigned looking[] = {1, 2, 4, 8, 16, 32, 64, 128, 192, 256};
    unsigned next = 0;
    hold();
    let_sleep(A);
    sim_pass(PAWL_MS(2));
    release();
    for (unsigned i = 1; i <= 256; i++) {
        unsigned before = sim_counts(BOSS).looks;
        hold();
        release();
        unsigned looks = sim_counts(BOSS).looks - before;
        SIM_CHECK(looks == (i == looking[next] ? 1 : 0));
        next += looks;
    }
    let_have(A);
}

/* And takes the guard when the lock is free, or when it has looked for long enough. */
static void who_is_roused_looks_without_the_guard(void)
{
    hold();
    let_sleep(A);
    release();
    hold();
    unsigned before = sim_counts(A).entered;
    let_pause(A, ALL_PAUSES - 1);
    SIM_CHECK(sim_counts(A).entered == before);
    let(A);
    SIM_CHECK(sim_counts(A).entered == before + 1);
    release();
    let_have(A);
}

static void past_deadline_is_known_without_the_clock(void)
{
    hold();
    SIM_CHECK(pawl_lock_acquire_until(lock, 0) == PAWL_TIMEOUT);
    SIM_CHECK(pawl_event_wait_for(event, 0) == PAWL_TIMEOUT);
    pawl_rwlock_acquire_exclusive(rwlock);
    SIM_CHECK(pawl_rwlock_acquire_shared_for(rwlock, 0) == PAWL_TIMEOUT);
    SIM_CHECK(sim_counts(BOSS).looks == 0 && sim_counts(BOSS).entered == 0);
    SIM_CHECK(pawl_rwlock_release_exclusive(rwlock) == PAWL_OK);
    release();
}

static void only_the_first_at_a_semaphore_stays_awake(void)
{
    let(A);
    SIM_CHECK(sim_sleeps(A) && pauses(A) == TOKEN_PAUSES);
    let(B);
    SIM_CHECK(sim_sleeps(B) && pauses(B) == 0);
    SIM_CHECK(pawl_semaphore_release_n(semaphore, 2) == PAWL_OK);
    let(A);
    let(B);
    let_pause(C, 4);
    SIM_CHECK(pawl_semaphore_release(semaphore) == PAWL_OK);
    let_until(C, has_it);
    SIM_CHECK(has[C] && pauses(C) == POLL_PAUSES);
}

static void event_is_looked_at_for_a_while(void)
{
    let(A);
    SIM_CHECK(sim_sleeps(A) && pauses(A) == ALL_PAUSES);
    let(B);
    SIM_CHECK(sim_sleeps(B) && pauses(B) == 0);
    pawl_event_set(event);
}

static void write_once(void)
{
    pawl_rwlock_acquire_exclusive(rwlock);
    has[sim_self()] = true;
    SIM_CHECK(pawl_rwlock_release_exclusive(rwlock) == PAWL_OK);
}

static void a_writer_stays_awake_while_readers_leave(void)
{
    pawl_rwlock_acquire_shared(rwlock);
    let(A);
    SIM_CHECK(sim_sleeps(A) && pauses(A) == ALL_PAUSES);
    SIM_CHECK(rwlock->state_ ==
              (PAWL__RWLOCK_READER | PAWL__RWLOCK_WRITER | PAWL__RWLOCK_DRAIN));
    SIM_CHECK(!pawl_rwlock_try_acquire_shared(rwlock));
    SIM_CHECK(pawl_rwlock_release_shared(rwlock) == PAWL_OK);
    let(A);
    SIM_CHECK(has[A]);
    pawl_rwlock_acquire_shared(rwlock);
    let_pause(B, 16);
    SIM_CHECK(pawl_rwlock_release_shared(rwlock) == PAWL_OK);
    let(B);
    SIM_CHECK(has[B] && pauses(B) < ALL_PAUSES && sim_counts(B).entered == 1);
    SIM_CHECK(rwlock->state_ == 0);
}

static void read_once(void)
{
    pawl_rwlock_acquire_shared(rwlock);
    SIM_CHECK(pawl_rwlock_release_shared(rwlock) == PAWL_OK);
}

/* A reader's release wakes nobody. So a reader wakes the next when it takes the rwlock instead of a
 * waiter that does not run. */
static void a_try_that_ends_a_reservation_wakes_the_next(void)
{
    pawl_rwlock_acquire_exclusive(rwlock);
    let(A);
    let(B);
    sim_pass(PAWL_MS(8));
    SIM_CHECK(pawl_rwlock_release_exclusive(rwlock) == PAWL_OK);
    SIM_CHECK(rwlock->state_ == PAWL__RWLOCK_RESERVED);
    sim_pass(PAWL_MS(1));
    SIM_CHECK(pawl_rwlock_try_acquire_shared(rwlock));
    let(B);
    SIM_CHECK((rwlock->state_ & PAWL__RWLOCK_DRAIN) != 0);
    SIM_CHECK(pawl_rwlock_release_shared(rwlock) == PAWL_OK);
    let(B);
    SIM_CHECK(has[B]);
}

static void wait_with_the_lock(void)
{
    pawl_lock_acquire(lock);
    SIM_CHECK(pawl_condition_wait(condition, lock) == PAWL_OK);
    keep_and_release();
}

static void notified_begin_to_wait_for_the_lock(void)
{
    pawl_condition_notify_all(condition);
    SIM_CHECK(sim_counts(BOSS).entered == 0 && sim_counts(BOSS).looks == 0);
    let(A);
    let(B);
    let(C);
    sim_pass(PAWL_MS(20));
    hold();
    pawl_condition_notify_all(condition);
    SIM_CHECK(sim_counts(BOSS).entered <= 3); /* one look, and all are moved in one go */
    release();
    lock_is(PARKED); /* not kept for them, who wait since now; more than one is to come */
    let_have(A);
    let_have(B);
    let_have(C);
    lock_is(0);
}

static pawl_lock *second;

static void wait_with_the_second_lock(void)
{
    pawl_lock_acquire(second);
    SIM_CHECK(pawl_condition_wait(condition, second) == PAWL_OK);
    SIM_CHECK(pawl_lock_release(second) == PAWL_OK);
}

/* A look, and a pair of guards for each lock. */
static void notification_begins_with_the_first_waiters_lock(void)
{
    second = sim_new(sizeof *second, "second");
    let(A);
    let(B);
    pawl_condition_notify_all(condition);
    SIM_CHECK(sim_counts(BOSS).entered == 5);
}

/* The boss's name is the case's. */
#define WAITING(boss, count, ...)                                                                  \
    {"waiting", #boss, new_objects, {boss, __VA_ARGS__}, .finish = NULL, .processors = (count),    \
     .old_values = SIM_NONE, .choose = choose}

static const struct sim_case waiting_cases[] = {
    WAITING(first_spins_and_the_next_with_longer_pauses, 2, acquire, acquire),
    WAITING(who_spins_takes_what_becomes_free, 2, acquire),
    WAITING(nobody_spins_on_one_processor, 1, acquire, acquire_semaphore, wait_for_event),
    WAITING(spins_while_it_pays, 2, wait_for_event),
    WAITING(a_locks_spins_are_remembered, 2, acquire_in_vain),
    WAITING(a_semaphores_watches_are_remembered, 2, NULL),
    WAITING(only_the_first_of_a_fair_lock_stays_awake, 2, acquire, acquire, acquire),
    WAITING(newcomer_leaves_a_reserved_lock_alone, 2, acquire, acquire, acquire),
    WAITING(reservation_is_over_after_a_millisecond, 2, acquire, acquire),
    WAITING(lock_is_kept_after_eight_milliseconds, 2, acquire, acquire),
    WAITING(lock_is_kept_after_one_for_who_found_it_taken, 2, acquire, acquire),
    WAITING(who_has_waited_for_one_demands, 2, acquire, acquire, acquire),
    WAITING(who_releases_looks_after_one_that_is_late, 2, acquire, acquire, acquire),
    WAITING(who_comes_looks_once_after_the_first, 2, acquire, acquire, acquire),
    WAITING(who_releases_looks_less_and_less_often, 2, acquire),
    WAITING(who_is_roused_looks_without_the_guard, 2, acquire),
    WAITING(past_deadline_is_known_without_the_clock, 2, NULL),
    WAITING(only_the_first_at_a_semaphore_stays_awake, 2, acquire_semaphore, acquire_semaphore,
            acquire_semaphore),
    WAITING(event_is_looked_at_for_a_while, 2, wait_for_event, wait_for_event),
    WAITING(a_writer_stays_awake_while_readers_leave, 2, write_once, write_once),
    WAITING(a_try_that_ends_a_reservation_wakes_the_next, 2, read_once, write_once),
    WAITING(notification_begins_with_the_first_waiters_lock, 2, wait_with_the_lock,
            wait_with_the_second_lock),
    WAITING(notified_begin_to_wait_for_the_lock, 2, wait_with_the_lock, wait_with_the_lock,
            wait_with_the_lock),
};
SIM_GROUP(waiting);
