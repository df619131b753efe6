/* SPDX-License-Identifier: MIT
 *
 * Tasks under load: cancel against grant, a million times, and threads and tasks in one queue.
 *
 * A race is run in rounds. In each, one thread grants to all the tasks of a round, one after the
 * other, while a second thread cancels them: in the same order, so that the two meet all the time,
 * in the opposite order, or at random. Afterwards the counts must add up.
 */
#include "support.h"

#include <stdlib.h>
#include <string.h>

enum { TASKS = 500 };

struct race;

struct runner {
    pawl_await op;
    struct race *race;
    unsigned calls;     /* by the granting thread */
    unsigned cancelled; /* by the cancelling thread */
    pawl_status started;
};

struct race {
    pawl_lock lock;
    pawl_semaphore semaphore;
    pawl_condition condition;
    pawl_rwlock rwlock;
    pawl_event events[TASKS];
    pawl_barrier barriers[TASKS];
    struct runner runners[TASKS], partners[TASKS];
    size_t order[TASKS]; /* in which tasks are cancelled */
    size_t cancels;      /* how many of them */
    pawl_barrier gate;   /* both threads, at the beginning and at the end of each round */
    unsigned rounds;
    size_t notified;
    void (*cancel)(void *race); /* the second thread's work */
    uint64_t seed;
};

static void pass_gate(struct race *race)
{
    if (pawl_barrier_wait(&race->gate, NULL) != PAWL_OK) {
        abort(); /* not CMocka's: it may be the second thread */
    }
}

static void cancel_all(void *context)
{
    struct race *race = context;
    for (unsigned round = 0; round < race->rounds; round++) {
        pass_gate(race);
        for (size_t i = 0; i < race->cancels; i++) {
            struct runner *runner = &race->runners[race->order[i]];
            runner->cancelled += pawl_await_cancel(&runner->op) ? 1 : 0;
        }
        pass_gate(race);
    }
}

static void choose_order(struct race *race, unsigned round)
{
    for (size_t i = 0; i < TASKS; i++) {
        race->order[i] = round % 3 == 1 ? TASKS - 1 - i : i;
    }
    for (size_t i = race->cancels; round % 3 == 2 && i > 1; i--) {
        size_t other = (size_t)(next_random(&race->seed) % i);
        size_t kept = race->order[other];
        race->order[other] = race->order[i - 1];
        race->order[i - 1] = kept;
    }
}

/* Run the rounds: start(runner) for each task, then the race, then check(race). */
static void run_race(struct race *race, unsigned rounds, pawl_resume *fn,
                     pawl_status (*start)(struct runner *runner),
                     void (*grant)(struct race *race), void (*check)(struct race *race))
{
    crew_thread canceller;
    race->rounds = rounds;
    race->seed = 20261121;
    print_message("seed %llu\n", (unsigned long long)race->seed);
    assert_int_equal(pawl_barrier_init(&race->gate, 2, NULL, NULL), PAWL_OK);
    crew_start(&canceller, race->cancel, race);
    for (unsigned round = 0; round < rounds; round++) {
        for (size_t i = 0; i < TASKS; i++) {
            struct runner *runner = &race->runners[i];
            memset(runner, 0, sizeof *runner);
            runner->race = race;
            pawl_await_init(&runner->op, fn, runner);
            runner->started = start(runner);
            assert_int_equal(runner->started, PAWL_PENDING);
        }
        choose_order(race, round);
        pass_gate(race);
        grant(race);
        pass_gate(race);
        for (size_t i = 0; i < TASKS; i++) {
            assert_true(race->runners[i].calls <= 1);
        }
        check(race);
    }
    crew_join(&canceller);
}

static struct race *new_race(size_t cancels)
{
    struct race *race = calloc(1, sizeof *race);
    assert_non_null(race);
    race->cancels = cancels;
    race->cancel = cancel_all;
    return race;
}

static void every_task_was_called_or_cancelled(struct race *race)
{
    for (size_t i = 0; i < TASKS; i++) {
        assert_int_equal(race->runners[i].calls + race->runners[i].cancelled, 1);
    }
}

/* --- Lock ------------------------------------------------------------------------------------- */

static void count_and_release(pawl_await *op, pawl_status result)
{
    struct runner *runner = pawl_await_context(op);
    runner->calls += result == PAWL_OK ? 1 : 100;
    pawl_lock_release(&runner->race->lock);
}

static pawl_status start_on_lock(struct runner *runner)
{
    bool first = runner == &runner->race->runners[0];
    if (first) {
        pawl_lock_acquire(&runner->race->lock);
    }
    return pawl_lock_acquire_await(&runner->race->lock, &runner->op);
}

static void release_the_lock(struct race *race)
{
    pawl_lock_release(&race->lock);
}

static void lock_is_free(struct race *race)
{
    every_task_was_called_or_cancelled(race);
    assert_int_equal(race->lock.state_ & ~PAWL__LOCK_FAIR, 0);
    assert_int_equal(pawl__lot_count(&race->lock), 0);
}

static void million_cancels_against_grants_of_a_lock(void **state)
{
    (void)state;
    for (int fair = 0; fair < 2; fair++) {
        struct race *race = new_race(TASKS);
        if (fair != 0) {
            pawl_lock_init_fair(&race->lock);
        }
        run_race(race, 500000 / TASKS, count_and_release, start_on_lock, release_the_lock,
                 lock_is_free);
        free(race);
    }
}

/* --- Semaphore -------------------------------------------------------------------------------- */

static void count(pawl_await *op, pawl_status result)
{
    struct runner *runner = pawl_await_context(op);
    runner->calls += result == PAWL_OK ? 1 : 100;
}

static pawl_status start_on_semaphore(struct runner *runner)
{
    return pawl_semaphore_acquire_await(&runner->race->semaphore, &runner->op);
}

static void release_permits(struct race *race)
{
    for (size_t i = 0; i < TASKS; i++) {
        pawl_semaphore_release(&race->semaphore);
    }
}

static void permits_are_conserved(struct race *race)
{
    size_t calls = 0;
    every_task_was_called_or_cancelled(race);
    for (size_t i = 0; i < TASKS; i++) {
        calls += race->runners[i].calls;
    }
    assert_int_equal(pawl_semaphore_value(&race->semaphore), TASKS - calls);
    assert_int_equal(pawl_semaphore_init(&race->semaphore, 0), PAWL_OK);
}

static void cancels_against_releases_conserve_the_permits(void **state)
{
    struct race *race = new_race(TASKS);
    (void)state;
    run_race(race, 200000 / TASKS, count, start_on_semaphore, release_permits,
             permits_are_conserved);
    free(race);
}

/* --- Event ------------------------------------------------------------------------------------ */

static pawl_status start_on_event(struct runner *runner)
{
    return pawl_event_wait_await(&runner->race->events[runner - runner->race->runners],
                                 &runner->op);
}

static void set_events(struct race *race)
{
    for (size_t i = 0; i < TASKS; i++) {
        pawl_event_set(&race->events[i]);
    }
}

static void events_are_set(struct race *race)
{
    every_task_was_called_or_cancelled(race);
    for (size_t i = 0; i < TASKS; i++) {
        assert_int_equal(race->events[i].state_, PAWL__EVENT_SET);
        pawl_event_clear(&race->events[i]);
    }
}

static void cancels_against_sets(void **state)
{
    struct race *race = new_race(TASKS);
    (void)state;
    run_race(race, 200000 / TASKS, count, start_on_event, set_events, events_are_set);
    free(race);
}

/* --- Condition -------------------------------------------------------------------------------- */

static pawl_status start_on_condition(struct runner *runner)
{
    pawl_lock_acquire(&runner->race->lock);
    return pawl_condition_wait_await(&runner->race->condition, &runner->race->lock, &runner->op);
}

/* Half of the tasks are never cancelled, and there are half as many notifications as tasks: so each
 * notification reaches a task, or is passed on to one. Every other time the lock is held, so that
 * the notified tasks wait for it. */
static void notify_half(struct race *race)
{
    race->notified = 0;
    for (size_t i = 0; i < TASKS / 2; i++) {
        if (i % 2 == 0) {
            pawl_lock_acquire(&race->lock);
        }
        race->notified += pawl_condition_notify(&race->condition, 1);
        if (i % 2 == 0) {
            pawl_lock_release(&race->lock);
        }
    }
}

static void no_notification_was_lost(struct race *race)
{
    size_t calls = 0, cancelled = 0;
    for (size_t i = 0; i < TASKS; i++) {
        assert_true(race->runners[i].calls + race->runners[i].cancelled <= 1);
        calls += race->runners[i].calls;
        cancelled += race->runners[i].cancelled;
    }
    assert_int_equal(race->notified, TASKS / 2);
    assert_int_equal(calls, TASKS / 2);
    assert_int_equal(pawl__lot_count(&race->condition), TASKS - calls - cancelled);
    pawl_condition_notify_all(&race->condition);
    assert_int_equal(race->lock.state_, 0);
    assert_int_equal(race->condition.state_, 0);
}

static void cancels_against_notifications_lose_none(void **state)
{
    struct race *race = new_race(TASKS / 2);
    (void)state;
    run_race(race, 100000 / TASKS, count_and_release, start_on_condition, notify_half,
             no_notification_was_lost);
    free(race);
}

/* --- RWLock ----------------------------------------------------------------------------------- */

/* A writer first: its cancel grants the readers behind it, if the release is not faster. */
static bool is_writer(const struct runner *runner)
{
    return (runner - runner->race->runners) % 3 == 0;
}

static void count_and_release_rwlock(pawl_await *op, pawl_status result)
{
    struct runner *runner = pawl_await_context(op);
    pawl_status released = is_writer(runner) ? pawl_rwlock_release_exclusive(&runner->race->rwlock)
                                             : pawl_rwlock_release_shared(&runner->race->rwlock);
    runner->calls += result == PAWL_OK && released == PAWL_OK ? 1 : 100;
}

static pawl_status start_on_rwlock(struct runner *runner)
{
    if (runner == &runner->race->runners[0]) {
        pawl_rwlock_acquire_shared(&runner->race->rwlock);
    }
    return is_writer(runner)
               ? pawl_rwlock_acquire_exclusive_await(&runner->race->rwlock, &runner->op)
               : pawl_rwlock_acquire_shared_await(&runner->race->rwlock, &runner->op);
}

static void release_shared(struct race *race)
{
    pawl_rwlock_release_shared(&race->rwlock);
}

/* A reader that a cancelled writer's withdrawal granted is called by the cancelling thread, perhaps
 * still. */
static void rwlock_is_free(struct race *race)
{
    every_task_was_called_or_cancelled(race);
    assert_true(race->rwlock.state_ == 0);
}

static void cancels_against_releases_of_an_rwlock(void **state)
{
    struct race *race = new_race(TASKS);
    (void)state;
    run_race(race, 200000 / TASKS, count_and_release_rwlock, start_on_rwlock, release_shared,
             rwlock_is_free);
    free(race);
}

/* --- Barrier ---------------------------------------------------------------------------------- */

static pawl_status start_on_barrier(struct runner *runner)
{
    size_t i = (size_t)(runner - runner->race->runners);
    assert_int_equal(pawl_barrier_init(&runner->race->barriers[i], 2, NULL, NULL), PAWL_OK);
    return pawl_barrier_wait_await(&runner->race->barriers[i], &runner->op, NULL);
}

static void arrive_as_partners(struct race *race)
{
    for (size_t i = 0; i < TASKS; i++) {
        struct runner *partner = &race->partners[i];
        pawl_await_init(&partner->op, count, partner);
        partner->started = pawl_barrier_wait_await(&race->barriers[i], &partner->op, NULL);
    }
}

static void partners_met_or_wait(struct race *race)
{
    every_task_was_called_or_cancelled(race);
    for (size_t i = 0; i < TASKS; i++) {
        bool met = race->runners[i].calls == 1;
        assert_int_equal(race->partners[i].started, met ? PAWL_OK : PAWL_PENDING);
        assert_int_equal(pawl_barrier_waiting(&race->barriers[i]), met ? 0 : 1);
        assert_int_equal(pawl_await_cancel(&race->partners[i].op), !met);
    }
}

static void cancels_against_last_arrivals(void **state)
{
    struct race *race = new_race(TASKS);
    (void)state;
    run_race(race, 200000 / TASKS, count, start_on_barrier, arrive_as_partners,
             partners_met_or_wait);
    free(race);
}

/* --- Condition, with the lock held ------------------------------------------------------------ */

/* The holder of the lock finds each task that was not called yet: at the condition, on the lock's
 * queue or between the two. So the cancel is never too late. */
static void cancel_with_the_lock(void *context)
{
    struct race *race = context;
    for (unsigned round = 0; round < race->rounds; round++) {
        pass_gate(race);
        for (size_t i = 0; i < TASKS; i++) {
            struct runner *runner = &race->runners[i];
            pawl_lock_acquire(&race->lock);
            if (runner->calls == 0) {
                runner->cancelled = pawl_await_cancel(&runner->op) ? 1 : 100;
            }
            pawl_lock_release(&race->lock);
        }
        pass_gate(race);
    }
}

static void notify_without_the_lock(struct race *race)
{
    for (size_t i = 0; i < TASKS / 2; i++) {
        pawl_condition_notify(&race->condition, 1);
    }
}

static void every_cancel_was_in_time(struct race *race)
{
    every_task_was_called_or_cancelled(race);
    assert_int_equal(pawl__lot_count(&race->condition), 0);
    assert_int_equal(race->lock.state_, 0);
}

static void cancels_with_the_lock_meet_notifications_in_time(void **state)
{
    struct race *race = new_race(TASKS);
    (void)state;
    race->cancel = cancel_with_the_lock;
    run_race(race, 100000 / TASKS, count_and_release, start_on_condition, notify_without_the_lock,
             every_cancel_was_in_time);
    free(race);
}

/* --- Threads and tasks in one queue ----------------------------------------------------------- */

enum { THREADS = 2, CYCLERS = 8, TURNS = 20000 };

struct mix {
    pawl_lock lock;
    pawl_event done;
    long counter; /* plain: under the lock */
    int running;  /* under the lock: cyclers that have turns left */
};

struct cycler {
    pawl_await op;
    struct mix *mix;
    int turns;
};

/* One turn: with the lock held, which it releases. */
static void take_turns(struct cycler *cycler)
{
    struct mix *mix = cycler->mix;
    do {
        mix->counter++;
        bool last = --cycler->turns == 0;
        bool all_done = last && --mix->running == 0;
        pawl_lock_release(&mix->lock);
        if (all_done) {
            pawl_event_set(&mix->done);
        }
        if (last) {
            return;
        }
    } while (pawl_lock_acquire_await(&mix->lock, &cycler->op) == PAWL_OK);
}

static void have_turn(pawl_await *op, pawl_status result)
{
    if (result != PAWL_OK) {
        abort();
    }
    take_turns(pawl_await_context(op));
}

static void count_as_thread(void *context)
{
    struct mix *mix = context;
    for (int i = 0; i < TURNS; i++) {
        pawl_lock_acquire(&mix->lock);
        mix->counter++;
        pawl_lock_release(&mix->lock);
    }
}

static void threads_and_tasks_share_a_lock(void **state)
{
    (void)state;
    for (int fair = 0; fair < 2; fair++) {
        struct mix mix = {PAWL_LOCK_INIT, PAWL_EVENT_INIT, 0, CYCLERS};
        struct cycler cyclers[CYCLERS];
        crew_thread threads[THREADS];
        if (fair != 0) {
            pawl_lock_init_fair(&mix.lock);
        }
        for (size_t i = 0; i < THREADS; i++) {
            crew_start(&threads[i], count_as_thread, &mix);
        }
        for (size_t i = 0; i < CYCLERS; i++) {
            cyclers[i].mix = &mix;
            cyclers[i].turns = TURNS / CYCLERS;
            pawl_await_init(&cyclers[i].op, have_turn, &cyclers[i]);
            if (pawl_lock_acquire_await(&mix.lock, &cyclers[i].op) == PAWL_OK) {
                take_turns(&cyclers[i]);
            }
        }
        pawl_event_wait(&mix.done);
        for (size_t i = 0; i < THREADS; i++) {
            crew_join(&threads[i]);
        }
        assert_int_equal(mix.counter, (THREADS + 1) * (long)TURNS);
        assert_false(pawl_lock_locked(&mix.lock));
        assert_int_equal(pawl__lot_count(&mix.lock), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(million_cancels_against_grants_of_a_lock),
        cmocka_unit_test(cancels_against_releases_conserve_the_permits),
        cmocka_unit_test(cancels_against_sets),
        cmocka_unit_test(cancels_against_notifications_lose_none),
        cmocka_unit_test(cancels_with_the_lock_meet_notifications_in_time),
        cmocka_unit_test(cancels_against_releases_of_an_rwlock),
        cmocka_unit_test(cancels_against_last_arrivals),
        cmocka_unit_test(threads_and_tasks_share_a_lock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
