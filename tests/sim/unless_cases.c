/* SPDX-License-Identifier: MIT
 *
 * Stops against grants, timeouts and each other, for each primitive.
 */
#include "sim.h"

#define SOON (PAWL_S(1) + PAWL_MS(5))

static struct {
    pawl_lock lock;
    pawl_rlock rlock;
    pawl_semaphore semaphore;
    pawl_event event;
    pawl_latch latch;
    pawl_rwlock rwlock;
    pawl_condition condition;
} * at;
static pawl_event *stop;
static struct sim_task *task;
static struct sim_section section;
static int news;  /* what the stopper wrote before it set the stop */
static int items; /* under at->lock */
static unsigned cancelled;

static void new_objects(void)
{
    at = sim_new(sizeof *at, "objects");
    stop = sim_new(sizeof *stop, "stop");
    task = sim_new(sizeof *task, "task");
    at->latch.state_ = 1 << 1;
    section = (struct sim_section){0};
    news = items = 0;
    cancelled = 0;
}

static void new_fair_objects(void)
{
    new_objects();
    pawl_lock_init_fair(&at->lock);
}

static void new_stopped_objects(void)
{
    new_objects();
    news = 7;
    pawl_event_set(stop);
}

/* How a call ended that may be stopped: true if it acquired. */
static bool acquired(pawl_status status, pawl_time deadline)
{
    if (status == PAWL_CANCELLED) {
        SIM_CHECK(SIM_READ(news) == 7); /* the set happens before */
        cancelled++;
    } else if (status == PAWL_TIMEOUT) {
        SIM_CHECK(sim_time() >= deadline);
    } else {
        SIM_CHECK(status == PAWL_OK);
    }
    return status == PAWL_OK;
}

static void set_stop(void)
{
    SIM_WRITE(news, 7);
    pawl_event_set(stop);
}

static void set_and_clear_stop(void)
{
    set_stop();
    pawl_event_clear(stop);
}

static void set_stop_from_handler(void)
{
    SIM_WRITE(news, 7);
    pawl_event_set_from_handler(stop);
}

#define UNLESS(name, object, call, inside)                                                         \
    static void name(void)                                                                         \
    {                                                                                              \
        if (acquired(call(&at->object, stop, PAWL_NEVER), PAWL_NEVER)) {                           \
            inside;                                                                                \
        }                                                                                          \
    }                                                                                              \
    static void name##_timed(void)                                                                 \
    {                                                                                              \
        if (acquired(call(&at->object, stop, SOON), SOON)) {                                       \
            inside;                                                                                \
        }                                                                                          \
    }

/* --- Locks ------------------------------------------------------------------------------------ */

static void use(void)
{
    sim_enter(&section);
    sim_leave(&section);
}

static void leave_lock(void)
{
    use();
    SIM_CHECK(pawl_lock_release(&at->lock) == PAWL_OK);
}

static void leave_rlock(void)
{
    use();
    SIM_CHECK(pawl_rlock_release(&at->rlock) == PAWL_OK);
}

UNLESS(lock, lock, pawl_lock_acquire_unless, leave_lock())
UNLESS(rlock, rlock, pawl_rlock_acquire_unless, leave_rlock())

static void hold_lock(void)
{
    pawl_lock_acquire(&at->lock);
    leave_lock();
}

static void hold_rlock(void)
{
    pawl_rlock_acquire(&at->rlock);
    leave_rlock();
}

static void start_task(void)
{
    sim_started(task, pawl_lock_acquire_await(&at->lock, sim_start(task, 0, leave_lock)));
}

static void lock_is_free(void)
{
    SIM_CHECK((at->lock.state_ & ~PAWL__LOCK_FAIR) == 0 && at->rlock.lock_.state_ == 0);
    SIM_CHECK((stop->state_ & PAWL__EVENT_PARKED) == 0);
}

static void lock_was_never_had(void)
{
    SIM_CHECK(cancelled == 2 && section.entered == 0);
    lock_is_free();
}

static void lock_and_free_stop(void)
{
    if (acquired(pawl_lock_acquire_unless(&at->lock, stop, PAWL_NEVER), PAWL_NEVER)) {
        leave_lock();
    } else {
        sim_free(stop);
    }
}

static pawl_event *second_stop;

static void new_objects_and_second_stop(void)
{
    new_objects();
    second_stop = sim_new(sizeof *second_stop, "second stop");
}

static void set_both_stops(void)
{
    set_stop();
    pawl_event_set(second_stop);
}

static void lock_twice(void)
{
    if (acquired(pawl_lock_acquire_unless(&at->lock, stop, PAWL_NEVER), PAWL_NEVER)) {
        leave_lock();
    }
    if (acquired(pawl_lock_acquire_unless(&at->lock, second_stop, PAWL_NEVER), PAWL_NEVER)) {
        leave_lock();
    }
}

/* --- Semaphores ------------------------------------------------------------------------------- */

static void give_permit(void)
{
    SIM_CHECK(pawl_semaphore_release(&at->semaphore) == PAWL_OK);
}

UNLESS(permit, semaphore, pawl_semaphore_acquire_unless, give_permit())

static void take_permit(void)
{
    pawl_semaphore_acquire(&at->semaphore);
    give_permit();
}

static void one_permit_is_left(void)
{
    SIM_CHECK(at->semaphore.state_ == 2);
    SIM_CHECK((stop->state_ & PAWL__EVENT_PARKED) == 0);
}

/* --- Events and latches ----------------------------------------------------------------------- */

UNLESS(wait_event, event, pawl_event_wait_unless, SIM_CHECK(sim_sees(&items)))
UNLESS(wait_latch, latch, pawl_latch_wait_unless, SIM_CHECK(sim_sees(&items)))

static void set_event(void)
{
    SIM_WRITE(items, 1);
    pawl_event_set(&at->event);
}

static void open_latch(void)
{
    SIM_WRITE(items, 1);
    SIM_CHECK(pawl_latch_done(&at->latch, 1) == PAWL_OK);
}

static void nobody_is_parked(void)
{
    SIM_CHECK((at->event.state_ & PAWL__EVENT_PARKED) == 0);
    SIM_CHECK((at->latch.state_ & PAWL__LATCH_PARKED) == 0);
    SIM_CHECK((stop->state_ & PAWL__EVENT_PARKED) == 0);
}

/* The event is its own stop. */
static void wait_for_stop_itself(void)
{
    pawl_status status = pawl_event_wait_unless(stop, stop, SOON);
    SIM_CHECK(status != PAWL_TIMEOUT || sim_time() >= SOON);
    if (status != PAWL_TIMEOUT) {
        SIM_CHECK(SIM_READ(news) == 7);
    }
}

static void wait_for_stop(void)
{
    pawl_event_wait(stop);
    SIM_CHECK(SIM_READ(news) == 7);
}

/* --- Readers and writers ---------------------------------------------------------------------- */

static void leave_shared(void)
{
    SIM_CHECK(pawl_rwlock_release_shared(&at->rwlock) == PAWL_OK);
}

static void leave_exclusive(void)
{
    use();
    SIM_CHECK(pawl_rwlock_release_exclusive(&at->rwlock) == PAWL_OK);
}

UNLESS(read, rwlock, pawl_rwlock_acquire_shared_unless, leave_shared())
UNLESS(write, rwlock, pawl_rwlock_acquire_exclusive_unless, leave_exclusive())

static void plain_read(void)
{
    pawl_rwlock_acquire_shared(&at->rwlock);
    leave_shared();
}

static void plain_write(void)
{
    pawl_rwlock_acquire_exclusive(&at->rwlock);
    leave_exclusive();
}

static void rwlock_is_free(void)
{
    SIM_CHECK(at->rwlock.state_ == 0);
    SIM_CHECK((stop->state_ & PAWL__EVENT_PARKED) == 0);
}

/* --- Conditions ------------------------------------------------------------------------------- */

static bool has_item(void *ctx)
{
    (void)ctx;
    return SIM_READ(items) > 0;
}

static void put_item(void)
{
    pawl_lock_acquire(&at->lock);
    SIM_WRITE(items, items + 1);
    pawl_condition_notify(&at->condition, 1);
    pawl_lock_release(&at->lock);
}

/* Take an item if there is one in time, and put it back for the other waiter. */
static void take_item_unless(void)
{
    pawl_lock_acquire(&at->lock);
    pawl_status status = pawl_condition_wait_pred_unless(&at->condition, &at->lock, has_item, NULL,
                                                         stop, PAWL_NEVER);
    SIM_CHECK(pawl_lock_locked(&at->lock));
    bool taken = acquired(status, PAWL_NEVER);
    if (taken) {
        SIM_WRITE(items, items - 1);
    }
    pawl_lock_release(&at->lock);
    if (taken) {
        put_item();
    }
}

static void wait_once_unless(void)
{
    pawl_lock_acquire(&at->lock);
    pawl_status status = pawl_condition_wait_unless(&at->condition, &at->lock, stop, SOON);
    SIM_CHECK(pawl_lock_locked(&at->lock));
    (void)acquired(status, SOON);
    pawl_lock_release(&at->lock);
}

static void wait_once_with_rlock_unless(void)
{
    pawl_rlock_acquire(&at->rlock);
    pawl_status status = pawl_condition_wait_rlock_unless(&at->condition, &at->rlock, stop, SOON);
    SIM_CHECK(pawl_rlock_owned(&at->rlock) && pawl_rlock_depth(&at->rlock) == 1);
    (void)acquired(status, SOON);
    pawl_rlock_release(&at->rlock);
}

static void take_item(void)
{
    pawl_lock_acquire(&at->lock);
    pawl_status status =
        pawl_condition_wait_pred(&at->condition, &at->lock, has_item, NULL, PAWL_NEVER);
    SIM_CHECK(status == PAWL_OK);
    SIM_WRITE(items, items - 1);
    pawl_lock_release(&at->lock);
}

static void notify(void)
{
    pawl_condition_notify(&at->condition, 1);
}

static void condition_is_at_rest(void)
{
    SIM_CHECK(at->condition.state_ == 0);
    lock_is_free();
}

static const struct sim_case unless_cases[] = {
    {"unless",
     "a_stop_races_the_release_of_a_lock",
     new_objects,
     {lock, hold_lock, set_stop},
     .finish = lock_is_free,
     .old_values = SIM_NONE},
    {"unless",
     "a_stop_races_the_release_of_a_fair_lock",
     new_fair_objects,
     {lock, hold_lock, set_stop},
     .finish = lock_is_free,
     .old_values = SIM_NONE},
    {"unless",
     "a_stop_races_a_timeout_and_the_release_of_a_lock",
     new_fair_objects,
     {lock_timed, hold_lock, set_stop},
     .finish = lock_is_free,
     .old_values = SIM_NONE},
    {"unless",
     "a_stopped_waiter_leaves_the_lock_to_the_next",
     new_fair_objects,
     {lock, hold_lock, hold_lock, set_stop},
     .finish = lock_is_free,
     .sampled = true},
    {"unless",
     "a_stopped_waiter_leaves_the_lock_to_a_task",
     new_objects,
     {lock, hold_lock, start_task, set_stop},
     .finish = lock_is_free,
     .sampled = true},
    {"unless",
     "a_stop_races_the_release_of_an_rlock",
     new_objects,
     {rlock, hold_rlock, set_stop},
     .finish = lock_is_free,
     .old_values = SIM_NONE},
    {"unless",
     "a_stop_races_a_timeout_of_an_rlock",
     new_objects,
     {rlock_timed, hold_rlock, set_stop},
     .finish = lock_is_free,
     .sampled = true},
    {"unless",
     "a_stop_that_was_set_wins_over_a_free_lock",
     new_stopped_objects,
     {lock, lock_timed},
     .finish = lock_was_never_had},
    {"unless",
     "a_stop_races_the_free_by_the_waiter_it_stopped",
     new_fair_objects,
     {lock_and_free_stop, hold_lock, set_stop},
     .finish = NULL,
     .old_values = SIM_NONE},
    {"unless",
     "no_poke_is_left_for_the_next_wait",
     new_objects_and_second_stop,
     {lock_twice, hold_lock, set_both_stops},
     .finish = lock_is_free,
     .old_values = SIM_NONE},
    {"unless",
     "a_stop_races_the_release_of_a_permit",
     new_objects,
     {permit, give_permit, set_stop},
     .finish = one_permit_is_left},
    {"unless",
     "a_stop_races_a_timeout_and_the_release_of_a_permit",
     new_objects,
     {permit_timed, give_permit, set_stop},
     .finish = one_permit_is_left,
     .old_values = SIM_NONE},
    {"unless",
     "a_stopped_waiter_leaves_the_permit_to_the_next",
     new_objects,
     {permit, take_permit, give_permit, set_stop},
     .finish = one_permit_is_left,
     .old_values = SIM_NONE},
    {"unless",
     "a_stop_that_is_cleared_at_once_races_a_release",
     new_objects,
     {permit, give_permit, set_and_clear_stop},
     .finish = one_permit_is_left,
     .old_values = SIM_NONE},
    {"unless",
     "two_waiters_are_stopped_by_one_event",
     new_objects,
     {permit, permit_timed, give_permit, set_stop},
     .finish = one_permit_is_left,
     .sampled = true},
    {"unless",
     "a_set_by_a_handler_races_a_timeout_and_a_release",
     new_objects,
     {permit_timed, give_permit, set_stop_from_handler},
     .finish = one_permit_is_left,
     .old_values = SIM_NONE},
    {"unless",
     "a_stop_races_the_set_of_an_event",
     new_objects,
     {wait_event, set_event, set_stop},
     .finish = nobody_is_parked},
    {"unless",
     "a_stop_races_a_timeout_of_an_event",
     new_objects,
     {wait_event_timed, set_stop},
     .finish = nobody_is_parked},
    {"unless",
     "an_event_is_its_own_stop",
     new_objects,
     {wait_for_stop_itself, wait_for_stop, set_stop},
     .finish = nobody_is_parked,
     .old_values = SIM_NONE},
    {"unless",
     "a_stop_races_the_last_done_of_a_latch",
     new_objects,
     {wait_latch, open_latch, set_stop},
     .finish = nobody_is_parked},
    {"unless",
     "a_stop_races_a_timeout_of_a_latch",
     new_objects,
     {wait_latch_timed, set_stop},
     .finish = nobody_is_parked},
    {"unless",
     "a_stop_races_a_writer_and_a_reader_comes_in",
     new_objects,
     {write, plain_read, plain_read, set_stop},
     .finish = rwlock_is_free,
     .sampled = true},
    {"unless",
     "a_stop_races_the_release_to_a_writer",
     new_objects,
     {write, plain_read, set_stop},
     .finish = rwlock_is_free,
     .old_values = SIM_NONE},
    {"unless",
     "a_stop_races_the_release_to_a_reader",
     new_objects,
     {read, plain_write, set_stop},
     .finish = rwlock_is_free,
     .old_values = SIM_NONE},
    {"unless",
     "a_stop_races_a_timeout_of_a_reader_and_a_writer",
     new_objects,
     {read_timed, write_timed, plain_write, set_stop},
     .finish = rwlock_is_free,
     .sampled = true},
    {"unless",
     "a_notification_that_meets_a_stop_goes_to_the_next_waiter",
     new_objects,
     {take_item_unless, take_item, put_item, set_stop},
     .finish = condition_is_at_rest,
     .sampled = true},
    {"unless",
     "a_stop_races_a_notification_and_a_timeout",
     new_objects,
     {wait_once_unless, notify, set_stop},
     .finish = condition_is_at_rest,
     .old_values = SIM_NONE},
    {"unless",
     "a_stop_races_a_notification_with_an_rlock",
     new_objects,
     {wait_once_with_rlock_unless, notify, set_stop},
     .finish = condition_is_at_rest,
     .old_values = SIM_NONE},
    {"unless",
     "two_processors_spin_first",
     new_objects,
     {permit, give_permit, set_stop},
     .finish = one_permit_is_left,
     .processors = 2,
     .sampled = true},
};
SIM_GROUP(unless);
