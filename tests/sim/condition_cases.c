/* SPDX-License-Identifier: MIT */
#include "sim.h"

static pawl_lock *lock;
static pawl_rlock *rlock;
static pawl_condition *condition;
static int items;
static unsigned ok_count, timeout_count, notified, waited;

static void new_condition(void)
{
    lock = sim_new(sizeof *lock, "lock");
    rlock = sim_new(sizeof *rlock, "rlock");
    condition = sim_new(sizeof *condition, "condition");
    items = 0;
    ok_count = timeout_count = notified = waited = 0;
}

static void new_fair_condition(void)
{
    new_condition();
    pawl_lock_init_fair(lock);
}

static void change_items(int by)
{
    int before = SIM_READ(items);
    SIM_WRITE(items, before + by);
}

static void put(void)
{
    pawl_lock_acquire(lock);
    change_items(1);
    pawl_condition_notify(condition, 1);
    pawl_lock_release(lock);
}

/* Notifies without the lock. */
static void put_first(void)
{
    pawl_lock_acquire(lock);
    change_items(1);
    pawl_lock_release(lock);
    pawl_condition_notify(condition, 1);
}

static void put_two(void)
{
    pawl_lock_acquire(lock);
    change_items(2);
    pawl_condition_notify_all(condition);
    pawl_lock_release(lock);
}

static void take(void)
{
    pawl_lock_acquire(lock);
    while (SIM_READ(items) == 0) {
        SIM_CHECK(pawl_condition_wait(condition, lock) == PAWL_OK);
    }
    change_items(-1);
    SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
}

static void take_one_of_two(void)
{
    take();
    SIM_CHECK(items <= 1);
}

static bool has_items(void *ctx)
{
    (void)ctx;
    return SIM_READ(items) > 0;
}

static void take_by_predicate(void)
{
    pawl_lock_acquire(lock);
    pawl_status status = pawl_condition_wait_pred(condition, lock, has_items, NULL,
                                                  PAWL_S(1) + PAWL_MS(5));
    SIM_CHECK(status == PAWL_OK || sim_time() >= PAWL_S(1) + PAWL_MS(5));
    if (status == PAWL_OK) {
        change_items(-1);
    }
    pawl_lock_release(lock);
}

/* Counts the notifications: under the lock. */
static void count_outcome(pawl_status status)
{
    change_items(0);
    ok_count += status == PAWL_OK;
    timeout_count += status == PAWL_TIMEOUT;
    SIM_CHECK(status == PAWL_OK || sim_time() >= PAWL_S(1) + PAWL_MS(5));
}

static void wait_timed(void)
{
    pawl_lock_acquire(lock);
    waited++;
    count_outcome(pawl_condition_wait_until(condition, lock, PAWL_S(1) + PAWL_MS(5)));
    pawl_lock_release(lock);
}

static void wait_timed_with_rlock(void)
{
    pawl_rlock_acquire(rlock);
    pawl_rlock_acquire(rlock);
    waited++;
    count_outcome(pawl_condition_wait_rlock_until(condition, rlock, PAWL_S(1) + PAWL_MS(5)));
    SIM_CHECK(pawl_rlock_depth(rlock) == 2);
    pawl_rlock_release(rlock);
    SIM_CHECK(pawl_rlock_depth(rlock) == 1);
    pawl_rlock_release(rlock);
}

static void notify_one(void)
{
    notified += (unsigned)pawl_condition_notify(condition, 1);
}

static void notify_all(void)
{
    notified += (unsigned)pawl_condition_notify_all(condition);
}

static void notify_holding(void)
{
    pawl_lock_acquire(lock);
    change_items(0);
    notified += (unsigned)pawl_condition_notify_all(condition);
    change_items(0);
    pawl_lock_release(lock);
}

static void notify_holding_rlock(void)
{
    pawl_rlock_acquire(rlock);
    change_items(0);
    notified += (unsigned)pawl_condition_notify(condition, 1);
    change_items(0);
    pawl_rlock_release(rlock);
}

static void use_lock(void)
{
    pawl_lock_acquire(lock);
    change_items(0);
    pawl_lock_release(lock);
}

static void locks_are_free(void)
{
    SIM_CHECK(!pawl_lock_locked(lock) && !pawl_rlock_locked(rlock));
}

static void all_is_taken(void)
{
    SIM_CHECK(items == 0);
    locks_are_free();
}

static void each_notification_counts_once(void)
{
    SIM_CHECK(ok_count == notified);
    SIM_CHECK(ok_count + timeout_count == waited);
    locks_are_free();
}

/* Who was notified may free the condition once it has the lock. */
static void wait_and_free(void)
{
    pawl_lock_acquire(lock);
    while (SIM_READ(items) == 0) {
        SIM_CHECK(pawl_condition_wait(condition, lock) == PAWL_OK);
        sim_free(condition);
        break;
    }
    pawl_lock_release(lock);
}

/* The waiter has the lock at first, so who has it afterwards finds the waiter. */
static void new_condition_held(void)
{
    new_condition();
    SIM_CHECK(pawl_lock_try_acquire(lock));
}

static void wait_and_free_both(void)
{
    SIM_CHECK(pawl_condition_wait(condition, lock) == PAWL_OK);
    sim_free(condition);
    sim_free(lock);
}

/* The last of two who waited, with two locks, frees the condition. */
static void leave(void)
{
    pawl_lock_acquire(lock);
    change_items(1);
    if (SIM_READ(items) == 2) {
        sim_free(condition);
    }
    pawl_lock_release(lock);
}

static void wait_and_leave(void)
{
    SIM_CHECK(pawl_condition_wait(condition, lock) == PAWL_OK);
    SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
    leave();
}

static void wait_timed_with_rlock_and_leave(void)
{
    pawl_rlock_acquire(rlock);
    SIM_CHECK(pawl_condition_wait_rlock_until(condition, rlock, PAWL_S(1) + PAWL_MS(5)) !=
              PAWL_NOT_HELD);
    SIM_CHECK(pawl_rlock_release(rlock) == PAWL_OK);
    leave();
}

static void hold_lock(void)
{
    pawl_lock_acquire(lock);
    pawl_lock_release(lock);
}

static void notify_both(void)
{
    pawl_lock_acquire(lock);
    pawl_lock_release(lock);
    pawl_condition_notify_all(condition);
}

static void notify_the_waiter(void)
{
    pawl_lock_acquire(lock);
    pawl_lock_release(lock);
    SIM_CHECK(pawl_condition_notify(condition, 1) == 1);
}

static void tell_and_notify(void)
{
    pawl_lock_acquire(lock);
    pawl_condition_notify(condition, 1);
    SIM_WRITE(items, 1);
    pawl_lock_release(lock);
}

static void use_lock_slowly(void)
{
    for (int i = 0; i < 3; i++) {
        pawl_lock_acquire(lock);
        change_items(0);
        (void)pawl_now();
        pawl_lock_release(lock);
    }
}

static void use_lock_timed(void)
{
    for (int i = 0; i < 2; i++) {
        if (pawl_lock_acquire_until(lock, PAWL_S(1) + PAWL_MS(4)) == PAWL_OK) {
            change_items(0);
            pawl_lock_release(lock);
        }
    }
}

static const struct sim_case condition_cases[] = {
    {"condition", "one_that_was_notified_is_late", new_condition,
     {wait_timed, wait_timed, notify_holding, use_lock_slowly, use_lock_timed},
     .finish = each_notification_counts_once, .jumps = 5, .jump = PAWL_MS(6), .sampled = true},
    {"condition", "two_processors_and_one_that_was_notified_is_late", new_condition,
     {wait_timed, wait_timed, notify_holding, use_lock_slowly, use_lock_timed},
     .finish = each_notification_counts_once, .jumps = 5, .jump = PAWL_MS(6), .processors = 2,
     .sampled = true},
    {"condition", "two_processors_and_a_fair_lock_that_is_used", new_fair_condition,
     {wait_timed, wait_timed, notify_all, use_lock_slowly, use_lock_timed},
     .finish = each_notification_counts_once, .jumps = 5, .jump = PAWL_MS(6), .processors = 2,
     .sampled = true},
    {"condition", "an_item_is_put_and_taken", new_condition, {take, put},
     .finish = all_is_taken},
    {"condition", "a_notification_without_the_lock_is_not_lost", new_condition, {take, put_first},
     .finish = all_is_taken},
    {"condition", "two_items_are_taken_by_two", new_condition, {take, take, put_two},
     .finish = all_is_taken, .old_values = SIM_NONE},
    {"condition", "a_time_out_leaves_the_next_waiter_in_place", new_condition,
     {take_one_of_two, wait_timed, put_two}, .finish = locks_are_free, .old_values = SIM_NONE},
    {"condition", "two_put_and_two_take", new_condition, {take, take, put, put_first},
     .finish = all_is_taken, .old_values = SIM_NONE},
    {"condition", "a_notification_meets_a_time_out", new_condition, {wait_timed, notify_one},
     .finish = each_notification_counts_once},
    {"condition", "one_notification_meets_two_time_outs", new_condition,
     {wait_timed, wait_timed, notify_one}, .finish = each_notification_counts_once,
     .old_values = SIM_NONE},
    {"condition", "notify_all_meets_time_outs_while_the_lock_is_used", new_condition,
     {wait_timed, wait_timed, notify_holding, use_lock},
     .finish = each_notification_counts_once, .jumps = 1, .old_values = SIM_NONE},
    {"condition", "two_notifiers_and_two_time_outs", new_condition,
     {wait_timed, wait_timed, notify_one, notify_all}, .finish = each_notification_counts_once,
     .old_values = SIM_NONE},
    {"condition", "notify_all_moves_waiters_to_a_fair_lock", new_fair_condition,
     {wait_timed, wait_timed, notify_holding, use_lock}, .finish = each_notification_counts_once,
     .old_values = SIM_NONE},
    {"condition", "an_rlock_is_released_at_all_levels_and_restored", new_condition,
     {wait_timed_with_rlock, notify_holding_rlock}, .finish = each_notification_counts_once,
     .old_values = SIM_NONE},
    {"condition", "a_predicate_with_a_deadline", new_condition, {take_by_predicate, put},
     .finish = locks_are_free},
    {"condition", "a_notification_races_the_free_by_the_waiter", new_condition,
     {wait_and_free, tell_and_notify}, .finish = locks_are_free},
    {"condition", "a_notification_without_the_lock_races_the_free_of_both",
     new_condition_held, {wait_and_free_both, notify_the_waiter}, .finish = NULL},
    {"condition", "a_notification_of_two_locks_races_the_free_by_the_last_waiter",
     new_condition_held, {wait_and_leave, wait_timed_with_rlock_and_leave, notify_both, hold_lock},
     .finish = locks_are_free, .old_values = SIM_NONE, .sampled = true},
};
SIM_GROUP(condition);
