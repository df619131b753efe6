/* SPDX-License-Identifier: MIT
 *
 * The second half of the transcript: the other primitives. Each value is read into a variable of
 * its own before its line is written, so that the order of evaluation makes no difference.
 */
#include "conformance.h"

#include <string.h>

#define DESCRIBE(thing)                                                                            \
    static int describe_##thing(const void *object, char *buf, size_t size)                        \
    {                                                                                              \
        return pawl_##thing##_describe(object, buf, size);                                         \
    }
DESCRIBE(rlock)
DESCRIBE(semaphore)
DESCRIBE(condition)
DESCRIBE(event)
DESCRIBE(barrier)
DESCRIBE(rwlock)
DESCRIBE(once)

static pawl_status look_at_rlock(struct caller *caller)
{
    pawl_rlock *rlock = caller->object;
    caller->number = pawl_rlock_depth(rlock) + (pawl_rlock_owned(rlock) ? 100 : 0) +
                     (pawl_rlock_try_acquire(rlock) ? 1000 : 0);
    return pawl_rlock_release(rlock);
}

static void walk_rlock(void)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    struct caller other = {.call = look_at_rlock, .object = &rlock};
    struct caller owner = {.call = call_rlock, .object = &rlock};
    say_heading("RLock");
    say("RLock.2 release of a free one", "%s", name(pawl_rlock_release(&rlock)));
    pawl_rlock_acquire(&rlock);
    bool again = pawl_rlock_try_acquire(&rlock);
    pawl_status third = pawl_rlock_acquire_for(&rlock, 0);
    pawl_status fourth = pawl_rlock_acquire_until(&rlock, 0);
    say("RLock.1 the owner may acquire again", "%s %s %s, depth %u", truth(again), name(third),
        name(fourth), (unsigned)pawl_rlock_depth(&rlock));
    say_description("All.10 describe, depth 4", &rlock, describe_rlock);
    caller_start(&other, AT_ITS_OWN_TIME);
    pawl_status refused = caller_join(&other);
    say("RLock.2 release by another thread", "%s, it sees %u", name(refused),
        (unsigned)other.number);
    for (int i = 0; i < 4; i++) {
        pawl_status status = pawl_rlock_release(&rlock);
        say("RLock.1 as many releases", "%s, depth %u, locked %s", name(status),
            (unsigned)pawl_rlock_depth(&rlock), truth(pawl_rlock_locked(&rlock)));
    }
    caller_start(&owner, AT_ITS_OWN_TIME);
    caller_join(&owner);
    caller_start(&other, AT_ITS_OWN_TIME);
    refused = caller_join(&other);
    pawl_status timeout = pawl_rlock_acquire_for(&rlock, PAWL_MS(1));
    say("RLock.3 a thread that ended owns it", "a later one %s, it sees %u, acquire %s",
        name(refused), (unsigned)other.number, name(timeout));
    pawl_rlock_reinit_after_fork(&rlock);
    say_description("All.11 reinit_after_fork", &rlock, describe_rlock);
}

static void walk_semaphore(void)
{
    pawl_semaphore semaphore = PAWL_SEMAPHORE_INIT(2);
    pawl_semaphore bounded = PAWL_BOUNDED_SEMAPHORE_INIT(2);
    say_heading("Semaphore");
    pawl_status negative = pawl_semaphore_init(&semaphore, -1);
    pawl_status huge = pawl_semaphore_init_bounded(&semaphore, INT64_MAX);
    say("Semaphore.1 invalid initial values", "%s %s, value %lld", name(negative), name(huge),
        (long long)pawl_semaphore_value(&semaphore));
    bool one = pawl_semaphore_try_acquire(&semaphore);
    pawl_status two = pawl_semaphore_acquire_for(&semaphore, 0);
    bool three = pawl_semaphore_try_acquire(&semaphore);
    pawl_status late = pawl_semaphore_acquire_for(&semaphore, PAWL_MS(1));
    say("Semaphore.1 two permits", "%s %s %s %s", truth(one), name(two), truth(three), name(late));
    pawl_status none = pawl_semaphore_release_n(&semaphore, 0);
    pawl_status less = pawl_semaphore_release_n(&semaphore, -3);
    say("Semaphore.2 fewer than one", "%s %s", name(none), name(less));
    pawl_status over = pawl_semaphore_release(&bounded);
    say("Semaphore.2 above the bound", "%s, value %lld", name(over),
        (long long)pawl_semaphore_value(&bounded));
    over = pawl_semaphore_release_n(&semaphore, PAWL_SEMAPHORE_MAX);
    pawl_status full = pawl_semaphore_release(&semaphore);
    say("Semaphore.2 up to the maximum and above", "%s %s", name(over), name(full));
    say_description("All.10 describe, bounded", &bounded, describe_semaphore);
}

static void walk_semaphore_waiters(void)
{
    enum { WAITERS = 3 };
    pawl_semaphore semaphore = PAWL_BOUNDED_SEMAPHORE_INIT(4);
    struct caller others[WAITERS] = {0};
    for (int i = 0; i < 4; i++) {
        pawl_semaphore_acquire(&semaphore);
    }
    for (size_t i = 0; i < WAITERS; i++) {
        caller_start_on(&others[i], call_semaphore, &semaphore, PAWL_NEVER, i + 1);
    }
    say_description("All.10 describe, with waiters", &semaphore, describe_semaphore);
    pawl_status over = pawl_semaphore_release_n(&semaphore, 5);
    say("Semaphore.2 above the bound, whoever waits", "%s, waiters %u", name(over),
        (unsigned)pawl__lot_count(&semaphore));
    pawl_status given = pawl_semaphore_release(&semaphore);
    bool newcomer = pawl_semaphore_try_acquire(&semaphore);
    pawl_status first = caller_join(&others[0]);
    say("Semaphore.3 a permit goes to the oldest", "%s, a newcomer %s, the oldest %s, waiters %u",
        name(given), truth(newcomer), name(first), (unsigned)pawl__lot_count(&semaphore));
    given = pawl_semaphore_release_n(&semaphore, 3);
    first = caller_join(&others[1]);
    pawl_status second = caller_join(&others[2]);
    say("Semaphore.3 what is left is the value", "%s %s %s, value %lld", name(given), name(first),
        name(second), (long long)pawl_semaphore_value(&semaphore));
}

static bool is_five(void *ctx)
{
    int *number = ctx;
    return *number == 5;
}

static void walk_condition(void)
{
    enum { WAITERS = 4 };
    pawl_lock lock = PAWL_LOCK_INIT;
    pawl_condition condition = PAWL_CONDITION_INIT;
    struct caller others[WAITERS] = {0};
    say_heading("Condition");
    say("Condition.1 wait without the lock", "%s", name(pawl_condition_wait(&condition, &lock)));
    say("Condition.2 notify without waiters", "%u",
        (unsigned)pawl_condition_notify(&condition, 7));
    for (size_t i = 0; i < WAITERS; i++) {
        others[i].lock = &lock;
        caller_start_on(&others[i], call_condition, &condition, PAWL_NEVER, i + 1);
    }
    say_description("All.10 describe, with waiters", &condition, describe_condition);
    pawl_lock_acquire(&lock);
    size_t one = pawl_condition_notify(&condition, 1);
    say("Condition.2 notified waiters are moved", "%u, here %u, there %u", (unsigned)one,
        (unsigned)pawl__lot_count(&condition), (unsigned)pawl__lot_count(&lock));
    size_t rest = pawl_condition_notify_all(&condition);
    say("Condition.2 notify_all moves the rest", "%u, here %u, there %u", (unsigned)rest,
        (unsigned)pawl__lot_count(&condition), (unsigned)pawl__lot_count(&lock));
    pawl_status late = pawl_condition_wait_for(&condition, &lock, PAWL_MS(1));
    say("Condition.1 a wait that times out", "%s, locked %s", name(late),
        truth(pawl_lock_locked(&lock)));
    int number = 5;
    pawl_status at_once = pawl_condition_wait_pred(&condition, &lock, is_five, &number, 0);
    number = 4;
    pawl_status never = pawl_condition_wait_pred(&condition, &lock, is_five, &number,
                                                 pawl_after_ms(1));
    say("Condition.3 wait_pred", "true on entry %s, never true %s", name(at_once), name(never));
    pawl_lock_release(&lock);
    for (size_t i = 0; i < WAITERS; i++) {
        say("Condition.2 each proceeds with the lock", "%s", name(caller_join(&others[i])));
    }
    pawl_status unheld = pawl_condition_wait_pred(&condition, &lock, is_five, &number, 0);
    say("Condition.3 wait_pred without the lock", "%s", name(unheld));
}

static pawl_status acquire_and_release_rlock(struct caller *caller)
{
    pawl_status status = call_rlock(caller);
    return status == PAWL_OK ? pawl_rlock_release(caller->object) : status;
}

static void walk_condition_rlock(void)
{
    pawl_rlock rlock = PAWL_RLOCK_INIT;
    pawl_condition condition = PAWL_CONDITION_INIT;
    struct caller other = {.call = acquire_and_release_rlock, .object = &rlock,
                           .key = &rlock.lock_, .time = PAWL_NEVER};
    pawl_status unheld = pawl_condition_wait_rlock_for(&condition, &rlock, 0);
    pawl_rlock_acquire(&rlock);
    pawl_rlock_acquire(&rlock);
    caller_start(&other, 1);
    let_time_pass(PATIENCE); /* so that a release keeps it for the other thread */
    pawl_status past = PAWL_OK;
    do { /* once, if the other gets a processor while it is kept */
        past = pawl_condition_wait_rlock_until(&condition, &rlock, 0);
    } while (!caller_is_back(&other));
    pawl_status got_it = caller_join(&other);
    say("Condition.1 an rlock is released at all levels, a past deadline too",
        "unheld %s, wait %s, another had it %s, depth %u", name(unheld), name(past), name(got_it),
        (unsigned)pawl_rlock_depth(&rlock));
}

static void walk_event(void)
{
    enum { WAITERS = 3 };
    pawl_event event = PAWL_EVENT_INIT;
    struct caller others[WAITERS] = {0};
    say_heading("Event");
    say("Event.1 a wait on an unset one", "%s", name(pawl_event_wait_for(&event, PAWL_MS(1))));
    for (size_t i = 0; i < WAITERS; i++) {
        caller_start_on(&others[i], call_event, &event, PAWL_NEVER, i + 1);
    }
    say_description("All.10 describe, with waiters", &event, describe_event);
    pawl_event_set(&event);
    pawl_event_clear(&event);
    for (size_t i = 0; i < WAITERS; i++) {
        say("Event.1 set, then clear at once: a waiter", "%s", name(caller_join(&others[i])));
    }
    say("Event.1 and the event", "set %s", truth(pawl_event_is_set(&event)));
    pawl_event_set(&event);
    pawl_event_set(&event);
    pawl_status set = pawl_event_wait_for(&event, 0);
    pawl_event_clear(&event);
    pawl_event_clear(&event);
    say("Event.1 idempotent", "%s, then set %s", name(set), truth(pawl_event_is_set(&event)));
    say_description("All.10 describe, unset", &event, describe_event);
}

static void count_round(void *ctx)
{
    int *rounds = ctx;
    (*rounds)++;
}

static void start_parties(pawl_barrier *barrier, struct caller *others)
{
    for (size_t i = 0; i < 2; i++) {
        others[i] = (struct caller){.number = 77};
        caller_start_on(&others[i], call_barrier, barrier, PAWL_NEVER, i + 1);
    }
}

static void say_parties(const char *sentence, struct caller *others)
{
    pawl_status first = caller_join(&others[0]);
    pawl_status second = caller_join(&others[1]);
    say(sentence, "%s %u, %s %u", name(first), (unsigned)others[0].number, name(second),
        (unsigned)others[1].number);
}

static void walk_barrier(void)
{
    int rounds = 0;
    uint32_t index = 77;
    struct caller others[2];
    pawl_barrier barrier;
    memset(&barrier, 0, sizeof barrier);
    say_heading("Barrier");
    pawl_status zeroed = pawl_barrier_wait(&barrier, &index);
    pawl_status invalid = pawl_barrier_init(&barrier, 0, NULL, NULL);
    pawl_status valid = pawl_barrier_init(&barrier, 3, count_round, &rounds);
    say("Barrier zero parties", "%s %s, three %s", name(zeroed), name(invalid), name(valid));
    start_parties(&barrier, others);
    say_description("All.10 describe, filling", &barrier, describe_barrier);
    pawl_status last = pawl_barrier_wait(&barrier, &index);
    pawl_barrier_abort(&barrier);
    say("Barrier.1 the last arrival", "%s %u, rounds %d", name(last), (unsigned)index, rounds);
    say_parties("Barrier.1 a grant is final, abort does not reach it", others);
    say("Barrier.3 a wait after abort", "%s, broken %s",
        name(pawl_barrier_wait(&barrier, NULL)), truth(pawl_barrier_broken(&barrier)));
    pawl_barrier_reset(&barrier);
    start_parties(&barrier, others);
    pawl_barrier_abort(&barrier);
    say_parties("Barrier.3 abort", others);
    pawl_barrier_reset(&barrier);
    start_parties(&barrier, others);
    pawl_barrier_reset(&barrier);
    say_parties("Barrier.3 reset", others);
    start_parties(&barrier, others);
    pawl_status late = pawl_barrier_wait_for(&barrier, PAWL_NEVER, NULL);
    say_parties("Barrier.1 usable after reset", others);
    say("Barrier.1 again the last", "%s, rounds %d", name(late), rounds);
    caller_start_on(&others[0], call_barrier, &barrier, PAWL_NEVER, 1);
    late = pawl_barrier_wait_until(&barrier, 0, &index);
    pawl_status broken = caller_join(&others[0]);
    say("Barrier.3 a wait that times out", "%s, the other %s", name(late), name(broken));
    say_description("All.10 describe, broken", &barrier, describe_barrier);
}

static void walk_rwlock(void)
{
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    say_heading("RWLock");
    pawl_status shared = pawl_rwlock_release_shared(&rwlock);
    pawl_status exclusive = pawl_rwlock_release_exclusive(&rwlock);
    pawl_status downgrade = pawl_rwlock_downgrade(&rwlock);
    say("RWLock.1 releases of a free one", "%s %s %s", name(shared), name(exclusive),
        name(downgrade));
    bool one = pawl_rwlock_try_acquire_shared(&rwlock);
    bool two = pawl_rwlock_try_acquire_shared(&rwlock);
    bool writer = pawl_rwlock_try_acquire_exclusive(&rwlock);
    exclusive = pawl_rwlock_release_exclusive(&rwlock);
    say("RWLock.1 many shared", "%s %s, a writer %s, release_exclusive %s", truth(one),
        truth(two), truth(writer), name(exclusive));
    say_description("All.10 describe, shared", &rwlock, describe_rwlock);
    pawl_rwlock_release_shared(&rwlock);
    pawl_rwlock_release_shared(&rwlock);
    pawl_rwlock_acquire_exclusive(&rwlock);
    one = pawl_rwlock_try_acquire_shared(&rwlock);
    writer = pawl_rwlock_try_acquire_exclusive(&rwlock);
    shared = pawl_rwlock_release_shared(&rwlock);
    say("RWLock.1 one exclusive", "a reader %s, a writer %s, release_shared %s", truth(one),
        truth(writer), name(shared));
    say_description("All.10 describe, exclusive", &rwlock, describe_rwlock);
    downgrade = pawl_rwlock_downgrade(&rwlock);
    one = pawl_rwlock_try_acquire_shared(&rwlock);
    say("RWLock.2 downgrade", "%s, a reader %s", name(downgrade), truth(one));
}

static void walk_rwlock_waiters(void)
{
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    struct caller reader = {.call = call_shared, .object = &rwlock, .time = PAWL_NEVER};
    struct caller second = reader;
    struct caller writer = {.call = call_exclusive, .object = &rwlock, .time = PAWL_NEVER};
    pawl_rwlock_acquire_shared(&rwlock);
    caller_start(&writer, 1);
    bool newcomer = pawl_rwlock_try_acquire_shared(&rwlock);
    caller_start(&reader, 1);
    say("RWLock.1 a waiting writer holds back new readers", "%s, readers waiting %u",
        truth(newcomer), (unsigned)pawl__lot_count(&rwlock));
    pawl_rwlock_release_shared(&rwlock);
    say("RWLock.1 the writer", "%s", name(caller_join(&writer)));
    caller_start(&second, 2);
    pawl_rwlock_release_exclusive(&rwlock);
    pawl_status first = caller_join(&reader);
    pawl_status last = caller_join(&second);
    say("RWLock.1 after it the readers that waited", "%s %s", name(first), name(last));
    caller_start(&writer, 1);
    pawl_rwlock_release_shared(&rwlock);
    pawl_rwlock_release_shared(&rwlock);
    say("RWLock.1 and then the next writer", "%s", name(caller_join(&writer)));
    caller_start(&reader, 1);
    pawl_rwlock_downgrade(&rwlock);
    say("RWLock.2 downgrade lets waiting readers in", "%s", name(caller_join(&reader)));
    writer.time = pawl_after_ms(20);
    caller_start(&writer, AT_ITS_OWN_TIME);
    caller_start(&second, AT_ITS_OWN_TIME);
    pawl_status late = caller_join(&writer);
    first = caller_join(&second);
    say("All.3 a writer that times out lets readers in", "%s %s", name(late), name(first));
    pawl_rwlock_reinit_after_fork(&rwlock);
    say_description("All.11 reinit_after_fork", &rwlock, describe_rwlock);
}

static void walk_rwlock_downgrade(void)
{
    pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
    const void *writers = (char *)&rwlock + 1;
    struct caller reader = {.call = call_shared, .object = &rwlock, .time = PAWL_NEVER};
    struct caller writer = {.call = call_exclusive, .object = &rwlock, .time = PAWL_NEVER};
    pawl_rwlock_acquire_exclusive(&rwlock);
    writer.key = &rwlock; /* behind another writer, it waits where the readers do */
    caller_start(&writer, 1);
    pawl_rwlock_downgrade(&rwlock);
    wait_for_waiters(writers, 1);
    caller_start(&reader, 1);
    say("RWLock.2 downgrade, and a writer waits", "readers waiting %u",
        (unsigned)pawl__lot_count(&rwlock));
    pawl_rwlock_release_shared(&rwlock);
    say("RWLock.1 the writer before the reader", "%s", name(caller_join(&writer)));
    pawl_rwlock_release_exclusive(&rwlock);
    say("RWLock.1 and then that one", "%s", name(caller_join(&reader)));
}

static void walk_once(void)
{
    pawl_once once = PAWL_ONCE_INIT;
    int runs = 0;
    say_heading("Once");
    say_description("All.10 describe, fresh", &once, describe_once);
    bool before = pawl_once_done(&once);
    pawl_once_call(&once, count_round, &runs);
    pawl_once_call(&once, count_round, &runs);
    say("Once runs once", "done %s then %s, runs %d", truth(before), truth(pawl_once_done(&once)),
        runs);
    say_description("All.10 describe, done", &once, describe_once);
}

static void say_sizes(void)
{
    say_heading("sizes");
    say("within what is promised", "%s",
        truth(sizeof(pawl_lock) == 1 && sizeof(pawl_rlock) <= 16 && sizeof(pawl_semaphore) <= 16 &&
              sizeof(pawl_condition) <= 8 && sizeof(pawl_event) <= 4 && sizeof(pawl_rwlock) <= 8 &&
              sizeof(pawl_once) == 1 && sizeof(pawl_await) <= 64));
}

void walk_family(void)
{
    walk_rlock();
    walk_semaphore();
    walk_semaphore_waiters();
    walk_condition();
    walk_condition_rlock();
    walk_event();
    walk_barrier();
    walk_rwlock();
    walk_rwlock_waiters();
    walk_rwlock_downgrade();
    walk_once();
    say_sizes();
}
