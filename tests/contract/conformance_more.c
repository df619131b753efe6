/* SPDX-License-Identifier: MIT
 *
 * The last part of the transcript: sleeping, bounds, notify_one, latches, stops.
 */
#include "conformance.h"
#include "task.h"
#include "waits.h"

#include <string.h>

static int describe_semaphore(const void *object, char *buf, size_t size)
{
    return pawl_semaphore_describe(object, buf, size);
}

static int describe_latch(const void *object, char *buf, size_t size)
{
    return pawl_latch_describe(object, buf, size);
}

static void walk_sleep(void)
{
    say_heading("Sleep");
    pawl_time start = pawl_now();
    pawl_sleep_for(PAWL_MS(2));
    bool for_early = pawl_now() - start < PAWL_MS(2);
    pawl_time deadline = pawl_after_ms(2);
    pawl_sleep_until(deadline);
    bool until_early = pawl_now() < deadline;
    pawl_sleep_for(-1);
    pawl_sleep_until(0);
    pawl_yield();
    say("Sleep never ends early", "%s, %s", early(for_early), early(until_early));
}

static void walk_bounds(void)
{
    pawl_semaphore semaphore = PAWL_BOUNDED_SEMAPHORE_INIT_AT(1, 3);
    say_heading("Bounded semaphore below its bound");
    say_description("All.10 describe", &semaphore, describe_semaphore);
    pawl_status over = pawl_semaphore_release_n(&semaphore, 3);
    pawl_status full = pawl_semaphore_release_n(&semaphore, 2);
    pawl_status more = pawl_semaphore_release(&semaphore);
    say("Semaphore.2 up to the bound and above", "%s %s %s, value %lld", name(over), name(full),
        name(more), (long long)pawl_semaphore_value(&semaphore));
    pawl_status below = pawl_semaphore_init_bounded_at(&semaphore, -1, 3);
    pawl_status above = pawl_semaphore_init_bounded_at(&semaphore, 4, 3);
    pawl_status bound = pawl_semaphore_init_bounded_at(&semaphore, 0, INT64_MAX);
    say("Semaphore.1 invalid values and bounds", "%s %s %s", name(below), name(above), name(bound));
}

static pawl_status acquire_two(struct caller *caller)
{
    return pawl_semaphore_acquire_n(caller->object, 2);
}

static void walk_several_permits(void)
{
    pawl_semaphore semaphore = PAWL_BOUNDED_SEMAPHORE_INIT_AT(1, 3);
    struct caller large = {.call = acquire_two, .object = &semaphore};
    struct caller small = {0};
    say_heading("Several permits at once");
    pawl_status none = pawl_semaphore_acquire_n(&semaphore, 0);
    pawl_status above = pawl_semaphore_acquire_n(&semaphore, 4);
    pawl_status late = pawl_semaphore_acquire_n_for(&semaphore, 2, PAWL_MS(1));
    say("Semaphore.5 refused, and timed out", "%s %s %s, value %lld", name(none), name(above),
        name(late), (long long)pawl_semaphore_value(&semaphore));
    caller_start(&large, 1);
    caller_start_on(&small, call_semaphore, &semaphore, PAWL_NEVER, 2);
    bool newcomer = pawl_semaphore_try_acquire(&semaphore);
    pawl_status one = pawl_semaphore_release(&semaphore);
    pawl_status first = caller_join(&large);
    size_t left = pawl__lot_count(&semaphore);
    pawl_status two = pawl_semaphore_release(&semaphore);
    pawl_status second = caller_join(&small);
    say("Semaphore.5 a large request is served in its turn",
        "a newcomer %s, %s: %s, waiters %u, %s: %s, value %lld", truth(newcomer), name(one),
        name(first), (unsigned)left, name(two), name(second),
        (long long)pawl_semaphore_value(&semaphore));
}

static void walk_notify_one(void)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    pawl_condition condition = PAWL_CONDITION_INIT;
    struct caller others[2] = {{.lock = &lock}, {.lock = &lock}};
    say_heading("notify_one");
    size_t none = pawl_condition_notify_one(&condition);
    for (size_t i = 0; i < 2; i++) {
        caller_start_on(&others[i], call_condition, &condition, PAWL_NEVER, i + 1);
    }
    size_t one = pawl_condition_notify_one(&condition);
    pawl_status first = caller_join(&others[0]);
    size_t left = pawl__lot_count(&condition);
    pawl_condition_notify_one(&condition);
    pawl_status second = caller_join(&others[1]);
    say("Condition.2 notify_one", "%u, then %u: the oldest %s, waiters %u; the other %s",
        (unsigned)none, (unsigned)one, name(first), (unsigned)left, name(second));
}

static void walk_latch(void)
{
    pawl_latch latch = PAWL_LATCH_INIT(1);
    struct caller other = {0};
    struct task task;
    say_heading("Latch");
    pawl_status invalid = pawl_latch_init(&latch, -1);
    pawl_status nothing = pawl_latch_add(&latch, 0);
    pawl_status over = pawl_latch_add(&latch, PAWL_LATCH_MAX);
    pawl_status below = pawl_latch_done(&latch, 2);
    say("Latch, refused", "%s %s %s %s, count %lld", name(invalid), name(nothing), name(over),
        name(below), (long long)pawl_latch_count(&latch));
    pawl_status late = pawl_latch_wait_for(&latch, PAWL_MS(1));
    pawl_status past = pawl_latch_wait_until(&latch, 0);
    say("Latch, a wait that times out", "%s %s, waiters %u", name(late), name(past),
        (unsigned)pawl__lot_count(&latch));
    caller_start_on(&other, call_latch, &latch, PAWL_NEVER, 1);
    task_init(&task, NULL, NULL);
    pawl_status pending = pawl_latch_wait_await(&latch, &task.op);
    pawl_status more = pawl_latch_add(&latch, 1);
    pawl_status one = pawl_latch_done(&latch, 1);
    say("Latch, add while others wait", "%s %s %s, called %u", name(pending), name(more), name(one),
        task.calls);
    say_description("All.10 describe", &latch, describe_latch);
    pawl_status last = pawl_latch_done(&latch, 1);
    pawl_status waited = caller_join(&other);
    say("Latch, the last done", "%s: thread %s, task called %u with %s, open %s", name(last),
        name(waited), task.calls, name(task.result), truth(pawl_latch_is_open(&latch)));
}

/* Each wait that can be stopped: stopped while it waits, and before it begins. */
static void walk_stops(void)
{
    struct stage stage;
    stage_init(&stage);
    say_heading("Stops");
    for (size_t row = 0; row < wait_count; row++) {
        struct caller waiter = {0};
        if (strstr(waits[row].name, "unless") == NULL || waits[row].move_on != NULL) {
            continue;
        }
        caller_start_wait(&waiter, &waits[row], &stage, PAWL_NEVER);
        wait_for_waiters(&stage.stop, 1);
        pawl_event_set(&stage.stop);
        pawl_status stopped = caller_join(&waiter);
        waits[row].open(&stage);
        pawl_condition_notify_all(&stage.condition);
        bool idle = stage_is_idle(&stage);
        pawl_status before = waits[row].call(&stage, PAWL_NEVER);
        pawl_event_clear(&stage.stop);
        say("Stop", "%s: %s, leaves no trace %s, set before %s", waits[row].name, name(stopped),
            truth(idle), name(before));
    }
    pawl_event_set_from_handler(&stage.stop);
    pawl_event_clear(&stage.event);
    pawl_status status = pawl_event_wait_unless(&stage.event, &stage.stop, PAWL_NEVER);
    say("Stop, set by a handler", "%s, set %s", name(status),
        truth(pawl_event_is_set(&stage.stop)));
}

void walk_more(void)
{
    walk_sleep();
    walk_bounds();
    walk_several_permits();
    walk_notify_one();
    walk_latch();
    walk_stops();
}
