/* SPDX-License-Identifier: MIT */
#include "waits.h"

#include "support.h"

#include <string.h>

static pawl_ns left_until(pawl_time deadline)
{
    return deadline == PAWL_NEVER ? PAWL_FOREVER : deadline - pawl_now();
}

/* The four forms of one acquire that wait. */
#define ACQUIRE(name, type, object, kind)                                                          \
    static void shut_##name(struct stage *stage)                                                   \
    {                                                                                              \
        pawl_##type##_acquire##kind(&stage->object);                                               \
    }                                                                                              \
    static void open_##name(struct stage *stage)                                                   \
    {                                                                                              \
        (void)pawl_##type##_release##kind(&stage->object);                                         \
    }                                                                                              \
    static pawl_status name(struct stage *stage, pawl_time deadline)                               \
    {                                                                                              \
        (void)deadline;                                                                            \
        pawl_##type##_acquire##kind(&stage->object);                                               \
        return give_back(PAWL_OK, pawl_##type##_release##kind(&stage->object));                    \
    }                                                                                              \
    static pawl_status name##_for(struct stage *stage, pawl_time deadline)                         \
    {                                                                                              \
        pawl_status status =                                                                       \
            pawl_##type##_acquire##kind##_for(&stage->object, left_until(deadline));               \
        return status != PAWL_OK                                                                   \
                   ? status                                                                        \
                   : give_back(PAWL_OK, pawl_##type##_release##kind(&stage->object));              \
    }                                                                                              \
    static pawl_status name##_until(struct stage *stage, pawl_time deadline)                       \
    {                                                                                              \
        pawl_status status = pawl_##type##_acquire##kind##_until(&stage->object, deadline);        \
        return status != PAWL_OK                                                                   \
                   ? status                                                                        \
                   : give_back(PAWL_OK, pawl_##type##_release##kind(&stage->object));              \
    }                                                                                              \
    static pawl_status name##_unless(struct stage *stage, pawl_time deadline)                      \
    {                                                                                              \
        pawl_status status =                                                                       \
            pawl_##type##_acquire##kind##_unless(&stage->object, &stage->stop, deadline);          \
        return status != PAWL_OK                                                                   \
                   ? status                                                                        \
                   : give_back(PAWL_OK, pawl_##type##_release##kind(&stage->object));              \
    }

static pawl_status give_back(pawl_status waited, pawl_status released)
{
    return released == PAWL_OK ? waited : PAWL_INVALID;
}

ACQUIRE(lock_acquire, lock, lock, )
ACQUIRE(fair_lock_acquire, lock, fair, )
ACQUIRE(rlock_acquire, rlock, rlock, )
ACQUIRE(semaphore_acquire, semaphore, semaphore, )
ACQUIRE(bounded_acquire, semaphore, bounded, )
ACQUIRE(rwlock_shared, rwlock, rwlock, _shared)
ACQUIRE(rwlock_exclusive, rwlock, rwlock, _exclusive)

/* A reader waits only for a writer. */
static void shut_to_readers(struct stage *stage)
{
    shut_rwlock_exclusive(stage);
}

static void open_to_readers(struct stage *stage)
{
    open_rwlock_exclusive(stage);
}

/* And here a writer waits for a reader. */
static void shut_to_writers(struct stage *stage)
{
    shut_rwlock_shared(stage);
}

static void open_to_writers(struct stage *stage)
{
    open_rwlock_shared(stage);
}

static void shut_event(struct stage *stage)
{
    pawl_event_clear(&stage->event);
}

static void open_event(struct stage *stage)
{
    pawl_event_set(&stage->event);
}

static pawl_status event_wait(struct stage *stage, pawl_time deadline)
{
    (void)deadline;
    pawl_event_wait(&stage->event);
    return PAWL_OK;
}

static pawl_status event_wait_for(struct stage *stage, pawl_time deadline)
{
    return pawl_event_wait_for(&stage->event, left_until(deadline));
}

static pawl_status event_wait_until(struct stage *stage, pawl_time deadline)
{
    return pawl_event_wait_until(&stage->event, deadline);
}

static void shut_latch(struct stage *stage)
{
    (void)pawl_latch_add(&stage->latch, 1);
}

static void open_latch(struct stage *stage)
{
    (void)pawl_latch_done(&stage->latch, 1);
}

static pawl_status latch_wait(struct stage *stage, pawl_time deadline)
{
    (void)deadline;
    pawl_latch_wait(&stage->latch);
    return PAWL_OK;
}

static pawl_status latch_wait_for(struct stage *stage, pawl_time deadline)
{
    return pawl_latch_wait_for(&stage->latch, left_until(deadline));
}

static pawl_status latch_wait_until(struct stage *stage, pawl_time deadline)
{
    return pawl_latch_wait_until(&stage->latch, deadline);
}

static pawl_status event_wait_unless(struct stage *stage, pawl_time deadline)
{
    return pawl_event_wait_unless(&stage->event, &stage->stop, deadline);
}

static pawl_status latch_wait_unless(struct stage *stage, pawl_time deadline)
{
    return pawl_latch_wait_unless(&stage->latch, &stage->stop, deadline);
}

static pawl_status semaphore_acquire_n(struct stage *stage, pawl_time deadline)
{
    pawl_status status = pawl_semaphore_acquire_n_until(&stage->semaphore, 1, deadline);
    return status != PAWL_OK ? status
                             : give_back(PAWL_OK, pawl_semaphore_release_n(&stage->semaphore, 1));
}

/* A time-out has broken the barrier. */
static void shut_barrier(struct stage *stage)
{
    pawl_barrier_reset(&stage->barrier);
}

static void open_barrier(struct stage *stage)
{
    pawl_status status = pawl_barrier_wait(&stage->barrier, NULL);
    (void)status; /* the waiter's tells */
}

static pawl_status barrier_wait(struct stage *stage, pawl_time deadline)
{
    (void)deadline;
    return pawl_barrier_wait(&stage->barrier, NULL);
}

static pawl_status barrier_wait_for(struct stage *stage, pawl_time deadline)
{
    return pawl_barrier_wait_for(&stage->barrier, left_until(deadline), NULL);
}

static pawl_status barrier_wait_until(struct stage *stage, pawl_time deadline)
{
    return pawl_barrier_wait_until(&stage->barrier, deadline, NULL);
}

static bool ask(void *context)
{
    const struct stage *stage = context;
    return stage->is_true;
}

static void shut_condition(struct stage *stage)
{
    stage->is_true = false;
}

static void open_with_lock(struct stage *stage)
{
    pawl_lock_acquire(&stage->lock);
    stage->is_true = true;
    pawl_condition_notify_all(&stage->condition);
    pawl_lock_release(&stage->lock);
}

static void open_with_rlock(struct stage *stage)
{
    pawl_rlock_acquire(&stage->rlock);
    stage->is_true = true;
    pawl_condition_notify_all(&stage->condition);
    pawl_rlock_release(&stage->rlock);
}

/* The waiter, notified while the lock is held, waits for the lock. */
static void notify_and_hold_lock(struct stage *stage)
{
    pawl_lock_acquire(&stage->lock);
    pawl_condition_notify_all(&stage->condition);
}

static void notify_and_hold_rlock(struct stage *stage)
{
    pawl_rlock_acquire(&stage->rlock);
    pawl_condition_notify_all(&stage->condition);
}

/* A wait that begins with the lock, and ends with it whatever it returns. */
#define WAIT_WITH_LOCK(name, wait)                                                                 \
    static pawl_status name(struct stage *stage, pawl_time deadline)                               \
    {                                                                                              \
        (void)deadline;                                                                            \
        pawl_lock_acquire(&stage->lock);                                                           \
        pawl_status status = wait;                                                                 \
        return give_back(status, pawl_lock_release(&stage->lock));                                 \
    }

/* The same, two levels deep. */
#define WAIT_WITH_RLOCK(name, wait)                                                                \
    static pawl_status name(struct stage *stage, pawl_time deadline)                               \
    {                                                                                              \
        (void)deadline;                                                                            \
        pawl_rlock_acquire(&stage->rlock);                                                         \
        pawl_rlock_acquire(&stage->rlock);                                                         \
        pawl_status status = wait;                                                                 \
        bool is_deep = pawl_rlock_depth(&stage->rlock) == 2;                                       \
        pawl_rlock_release(&stage->rlock);                                                         \
        pawl_status released = pawl_rlock_release(&stage->rlock);                                  \
        return is_deep ? give_back(status, released) : PAWL_INVALID;                               \
    }

WAIT_WITH_LOCK(condition_wait, pawl_condition_wait(&stage->condition, &stage->lock))
WAIT_WITH_LOCK(condition_wait_for,
               pawl_condition_wait_for(&stage->condition, &stage->lock, left_until(deadline)))
WAIT_WITH_LOCK(condition_wait_until,
               pawl_condition_wait_until(&stage->condition, &stage->lock, deadline))
WAIT_WITH_LOCK(condition_wait_pred,
               pawl_condition_wait_pred(&stage->condition, &stage->lock, ask, stage, deadline))
WAIT_WITH_RLOCK(condition_wait_rlock, pawl_condition_wait_rlock(&stage->condition, &stage->rlock))
WAIT_WITH_RLOCK(condition_wait_rlock_for,
                pawl_condition_wait_rlock_for(&stage->condition, &stage->rlock,
                                              left_until(deadline)))
WAIT_WITH_RLOCK(condition_wait_rlock_until,
                pawl_condition_wait_rlock_until(&stage->condition, &stage->rlock, deadline))
WAIT_WITH_RLOCK(condition_wait_rlock_pred,
                pawl_condition_wait_rlock_pred(&stage->condition, &stage->rlock, ask, stage,
                                               deadline))

WAIT_WITH_LOCK(condition_wait_unless, pawl_condition_wait_unless(&stage->condition, &stage->lock,
                                                                 &stage->stop, deadline))
WAIT_WITH_LOCK(condition_wait_unless_never,
               pawl_condition_wait_unless(&stage->condition, &stage->lock, &stage->stop,
                                          PAWL_NEVER))
WAIT_WITH_LOCK(condition_wait_pred_unless,
               pawl_condition_wait_pred_unless(&stage->condition, &stage->lock, ask, stage,
                                               &stage->stop, deadline))
WAIT_WITH_RLOCK(condition_wait_rlock_unless,
                pawl_condition_wait_rlock_unless(&stage->condition, &stage->rlock, &stage->stop,
                                                 deadline))
WAIT_WITH_RLOCK(condition_wait_rlock_pred_unless,
                pawl_condition_wait_rlock_pred_unless(&stage->condition, &stage->rlock, ask, stage,
                                                      &stage->stop, deadline))

static void wait_until_runner_may_end(void *context)
{
    struct stage *stage = context;
    pawl_event_wait(&stage->runner_may_end);
}

static void must_not_run(void *context)
{
    struct stage *stage = context;
    stage->is_true = true;
}

static void run_once(void *context)
{
    struct stage *stage = context;
    pawl_once_call(&stage->once, wait_until_runner_may_end, stage);
}

static void shut_once(struct stage *stage)
{
    stage->is_true = false;
    pawl_once_init(&stage->once);
    pawl_event_clear(&stage->runner_may_end);
    crew_start(&stage->runner, run_once, stage);
    wait_for_waiters(&stage->runner_may_end, 1);
}

static void open_once(struct stage *stage)
{
    pawl_event_set(&stage->runner_may_end);
    crew_join(&stage->runner);
}

static pawl_status once_call(struct stage *stage, pawl_time deadline)
{
    (void)deadline;
    pawl_once_call(&stage->once, must_not_run, stage);
    return pawl_once_done(&stage->once) && !stage->is_true ? PAWL_OK : PAWL_INVALID;
}

#define KEY(name, place)                                                                           \
    static const void *key_##name(const struct stage *stage)                                       \
    {                                                                                              \
        return place;                                                                              \
    }

KEY(lock, &stage->lock)
KEY(fair, &stage->fair)
KEY(rlock, &stage->rlock.lock_)
KEY(semaphore, &stage->semaphore)
KEY(bounded, &stage->bounded)
KEY(condition, &stage->condition)
KEY(event, &stage->event)
KEY(latch, &stage->latch)
KEY(barrier, &stage->barrier)
KEY(readers, &stage->rwlock)
KEY(writers, (const char *)&stage->rwlock + 1)
KEY(once, &stage->once)

#define THREE_FORMS(name, shut, open, key)                                                         \
    {#name, false, shut, name, NULL, open, key},                                                   \
        {#name "_for", true, shut, name##_for, NULL, open, key},                                   \
        {#name "_until", true, shut, name##_until, NULL, open, key}

#define FOUR_FORMS(name, shut, open, key)                                                          \
    THREE_FORMS(name, shut, open, key),                                                            \
    {                                                                                              \
        #name "_unless", true, shut, name##_unless, NULL, open, key                                \
    }

const struct wait_kind waits[] = {
    FOUR_FORMS(lock_acquire, shut_lock_acquire, open_lock_acquire, key_lock),
    FOUR_FORMS(fair_lock_acquire, shut_fair_lock_acquire, open_fair_lock_acquire, key_fair),
    FOUR_FORMS(rlock_acquire, shut_rlock_acquire, open_rlock_acquire, key_rlock),
    FOUR_FORMS(semaphore_acquire, shut_semaphore_acquire, open_semaphore_acquire, key_semaphore),
    FOUR_FORMS(bounded_acquire, shut_bounded_acquire, open_bounded_acquire, key_bounded),
    FOUR_FORMS(rwlock_shared, shut_to_readers, open_to_readers, key_readers),
    FOUR_FORMS(rwlock_exclusive, shut_to_writers, open_to_writers, key_writers),
    FOUR_FORMS(event_wait, shut_event, open_event, key_event),
    FOUR_FORMS(latch_wait, shut_latch, open_latch, key_latch),
    THREE_FORMS(barrier_wait, shut_barrier, open_barrier, key_barrier),
    FOUR_FORMS(condition_wait, shut_condition, open_with_lock, key_condition),
    FOUR_FORMS(condition_wait_rlock, shut_condition, open_with_rlock, key_condition),
    {"semaphore_acquire_n_until", true, shut_semaphore_acquire, semaphore_acquire_n, NULL,
     open_semaphore_acquire, key_semaphore},
    {"condition_wait_pred", true, shut_condition, condition_wait_pred, NULL, open_with_lock,
     key_condition},
    {"condition_wait_rlock_pred", true, shut_condition, condition_wait_rlock_pred, NULL,
     open_with_rlock, key_condition},
    {"condition_wait_pred_unless", true, shut_condition, condition_wait_pred_unless, NULL,
     open_with_lock, key_condition},
    {"condition_wait_rlock_pred_unless", true, shut_condition, condition_wait_rlock_pred_unless,
     NULL, open_with_rlock, key_condition},
    {"condition_wait, notified", false, shut_condition, condition_wait, notify_and_hold_lock,
     open_lock_acquire, key_lock},
    {"condition_wait_rlock, notified", false, shut_condition, condition_wait_rlock,
     notify_and_hold_rlock, open_rlock_acquire, key_rlock},
    {"condition_wait_unless, notified", false, shut_condition, condition_wait_unless_never,
     notify_and_hold_lock, open_lock_acquire, key_lock},
    {"once_call", false, shut_once, once_call, NULL, open_once, key_once},
};
const size_t wait_count = sizeof waits / sizeof waits[0];

void stage_init(struct stage *stage)
{
    memset(stage, 0, sizeof *stage);
    pawl_lock_init_fair(&stage->fair);
    stage->semaphore = (pawl_semaphore)PAWL_SEMAPHORE_INIT(1);
    stage->bounded = (pawl_semaphore)PAWL_BOUNDED_SEMAPHORE_INIT(1);
    stage->barrier = (pawl_barrier)PAWL_BARRIER_INIT(2);
}

void stage_await_waiter(const struct wait_kind *wait, struct stage *stage)
{
    if (wait->move_on != NULL) {
        wait_for_waiters(&stage->condition, 1);
        wait->move_on(stage);
    }
    wait_for_waiters(wait->key(stage), 1);
}

bool stage_is_idle(const struct stage *stage)
{
    for (size_t i = 0; i < wait_count; i++) {
        if (pawl__lot_count(waits[i].key(stage)) != 0) {
            return false;
        }
    }
    return stage->lock.state_ == 0 && stage->fair.state_ == PAWL__LOCK_FAIR &&
           !pawl_rlock_locked(&stage->rlock) && stage->rlock.lock_.state_ == 0 &&
           pawl_semaphore_value(&stage->semaphore) == 1 &&
           pawl_semaphore_value(&stage->bounded) == 1 && stage->rwlock.state_ == 0 &&
           stage->condition.state_ == 0 && (stage->latch.state_ & PAWL__LATCH_PARKED) == 0 &&
           pawl_barrier_waiting(&stage->barrier) == 0;
}
