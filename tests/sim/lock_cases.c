/* SPDX-License-Identifier: MIT */
#include "sim.h"

enum call { ACQUIRE, TRY_ACQUIRE, ACQUIRE_UNTIL, RELEASE };

static pawl_lock *lock;
static struct sim_task *task;
static struct sim_section section;

static void new_lock(void)
{
    lock = sim_new(sizeof *lock, "lock");
    task = sim_new(sizeof *task, "task");
    section = (struct sim_section){0};
}

static void new_fair_lock(void)
{
    new_lock();
    pawl_lock_init_fair(lock);
}

static void acquire(void)
{
    sim_begin(ACQUIRE, 0);
    pawl_lock_acquire(lock);
    sim_end(0);
}

static void release(void)
{
    SIM_CHECK(SIM_CALL(RELEASE, 0, pawl_lock_release(lock)) == PAWL_OK);
}

static void pass_section(void)
{
    sim_enter(&section);
    sim_leave(&section);
}

static void pass_and_release(void)
{
    pass_section();
    release();
}

static void acquire_once(void)
{
    acquire();
    pass_and_release();
}

static void acquire_twice(void)
{
    acquire_once();
    acquire_once();
}

static void try_once(void)
{
    if (SIM_CALL(TRY_ACQUIRE, 0, pawl_lock_try_acquire(lock))) {
        pass_and_release();
    }
}

static void acquire_timed(void)
{
    if (SIM_CALL(ACQUIRE_UNTIL, 0, pawl_lock_acquire_until(lock, PAWL_S(1) + PAWL_MS(5))) ==
        PAWL_OK) {
        pass_and_release();
    }
}

static void start_task(void)
{
    sim_started(task, pawl_lock_acquire_await(lock,
                                              sim_start(task, ACQUIRE_UNTIL, pass_and_release)));
}

static void start_and_cancel_task(void)
{
    start_task();
    sim_cancel(task);
}

/* A deadline that is past, and no duration: what is free is taken, and nobody waits. */
static void try_in_the_past(void)
{
    (void)sim_has_waited();
    int64_t first = SIM_CALL(ACQUIRE_UNTIL, 0, pawl_lock_acquire_until(lock, sim_time()));
    SIM_CHECK(!sim_has_waited());
    if (first == PAWL_OK) {
        pass_and_release();
    }
    int64_t second = SIM_CALL(ACQUIRE_UNTIL, 0, pawl_lock_acquire_for(lock, 0));
    SIM_CHECK(!sim_has_waited());
    if (second == PAWL_OK) {
        pass_and_release();
    }
}

/* state[0]: 1 while it is locked. */
static bool step(int64_t *state, const struct sim_call *call)
{
    bool locked = state[0] != 0;
    switch (call->name) {
    case ACQUIRE:
        state[0] = 1;
        return !locked;
    case TRY_ACQUIRE:
        state[0] = 1;
        return (call->result != 0) == !locked;
    case ACQUIRE_UNTIL:
        state[0] = call->result == PAWL_OK ? 1 : state[0];
        return call->result == PAWL_TIMEOUT || !locked;
    default:
        state[0] = 0;
        return call->result == (locked ? PAWL_OK : PAWL_NOT_HELD);
    }
}

static void is_free_and_linear(void)
{
    static const struct sim_model model = {{0}, step};
    SIM_CHECK(!pawl_lock_locked(lock));
    SIM_CHECK(pawl_lock_release(lock) == PAWL_NOT_HELD);
    sim_check_linearizable(&model);
}

/* The lock is held once more from who queued first, and nobody overtook it. */
static void was_in_order(void)
{
    is_free_and_linear();
    for (unsigned i = 1; i < section.entered; i++) {
        if (section.order[i] < section.order[i - 1]) {
            sim_fail("a fair lock was overtaken: turn %u", i);
        }
    }
}

static void acquire_and_free(void)
{
    acquire();
    pass_section();
    sim_free(lock);
}

static void held_at_first(void)
{
    new_lock();
    SIM_CHECK(pawl_lock_try_acquire(lock));
}

static void fair_held_at_first(void)
{
    new_fair_lock();
    SIM_CHECK(pawl_lock_try_acquire(lock));
}

static void release_only(void)
{
    pawl_status status = pawl_lock_release(lock);
    SIM_CHECK(status == PAWL_OK);
}

/* Two release one hold, beside a waiter who may time out: one of them is told that it was not held,
 * unless the waiter has it by then. */
static void release_any(void)
{
    (void)SIM_CALL(RELEASE, 0, pawl_lock_release(lock));
}

static void keep_timed(void)
{
    (void)SIM_CALL(ACQUIRE_UNTIL, 0, pawl_lock_acquire_until(lock, PAWL_S(1) + PAWL_MS(5)));
}

static void was_linear_from_held(void)
{
    static const struct sim_model model = {{1}, step};
    sim_check_linearizable(&model);
}

/* Eventual fairness. A fibre is overdue if it has waited for as long as a release may leave it.
 * Whoever gets the lock while all who sleep are overdue was handed it, or is the last who was not;
 * so of those who are overdue each other can go ahead of one once. */
static unsigned overtaken[SIM_FIBRES];
static pawl_time counted[SIM_FIBRES];
static unsigned fair_enough;

static bool is_overdue(unsigned fibre)
{
    return sim_sleeps(fibre) && sim_time() >= sim_waits_since(fibre) + PAWL_MS(10);
}

static void count_overtaken(void)
{
    size_t sleepers = 0;
    bool all = true;
    overtaken[sim_self()] = 0;
    for (unsigned i = 0; i < SIM_FIBRES; i++) {
        sleepers += sim_sleeps(i);
        all = all && (!sim_sleeps(i) || is_overdue(i));
    }
    if (!all || sim_queue_length(lock) != sleepers || sim_roused(lock) != 0) {
        /* or one is just being woken */
        return;
    }
    for (unsigned i = 0; i < SIM_FIBRES; i++) {
        if (!sim_sleeps(i) || sim_time() < counted[i] + PAWL_US(100)) {
            continue;
        }
        counted[i] = sim_time();
        if (++overtaken[i] > fair_enough) {
            sim_fail("%c was overtaken %u times since it was due", 'a' + (int)i, overtaken[i]);
        }
    }
}

static void new_contended_lock(void)
{
    new_lock();
    fair_enough = 2;
    for (unsigned i = 0; i < SIM_FIBRES; i++) {
        overtaken[i] = 0;
        counted[i] = 0;
    }
}

static void acquire_counting(unsigned times)
{
    for (; times > 0; times--) {
        pawl_lock_acquire(lock);
        count_overtaken();
        pass_section();
        SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
    }
}

static void contend(void)
{
    acquire_counting(4);
}

/* While one is on its way no release wakes a second. */
static void wake_one_at_a_time(void)
{
    for (int i = 0; i < 2; i++) {
        pawl_lock_acquire(lock);
        SIM_CHECK(sim_roused(lock) <= 1);
        pass_section();
        SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
    }
}

/* For who is first in the queue and due when the lock is released it is kept for a millisecond. */
static unsigned heir;
static pawl_time kept_until;

static void new_lock_for_two(void)
{
    new_contended_lock();
    heir = SIM_FIBRES;
}

static void inherit(unsigned times)
{
    for (; times > 0; times--) {
        pawl_lock_acquire(lock);
        SIM_CHECK(heir == SIM_FIBRES || heir == sim_self() || sim_time() >= kept_until);
        heir = SIM_FIBRES;
        pass_section();
        sim_yield();
        unsigned first = sim_first(lock);
        if (first != SIM_FIBRES && is_overdue(first) && sim_roused(lock) == 0) {
            heir = first;
            kept_until = sim_time() + PAWL_MS(1);
        }
        SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
    }
}

static void inherit_once(void)
{
    inherit(1);
}

static void acquire_often(void)
{
    inherit(4);
}

/* For one that was roused and gets no processor the lock is kept before it has waited for twice as
 * long as it should: here by the next release once it is late. The sleeper is roused and then never
 * runs while the hog can, which sleeps while the lock is kept; each of its sections takes 3 ms. */
enum { SLEEPER, BUSY };
static bool sleeper_has_queued, works;
static unsigned releases_since_due;

static void new_lock_with_a_sleeper(void)
{
    held_at_first();
    sleeper_has_queued = works = false;
    releases_since_due = 0;
}

static void check_not_passed_over(void)
{
    if (section.entered == 0 && releases_since_due > 1) {
        sim_fail("the sleeper, due, was passed over by %u releases in a row", releases_since_due);
    }
}

static void work(void)
{
    works = true;
    (void)pawl_now();
    works = false;
}

static void be_busy(void)
{
    work();
    SIM_CHECK(pawl_lock_release(lock) == PAWL_OK); /* rouses the sleeper */
    for (unsigned i = 0; i < 200 && section.entered == 0; i++) {
        pawl_lock_acquire(lock);
        check_not_passed_over();
        if (i > 0) { /* the first look finds the sleeper not yet late */
            work();
        }
        releases_since_due += i > 0 ? 1 : 0;
        SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
    }
}

static unsigned choose_busy(unsigned enabled)
{
    bool sleeper = (enabled & 1U << SLEEPER) != 0;
    bool busy = (enabled & 1U << BUSY) != 0 && !sim_sleeps(BUSY);
    sleeper_has_queued = sleeper_has_queued || sim_sleeps(SLEEPER);
    return sleeper && (!sleeper_has_queued || !busy) ? SLEEPER : BUSY;
}

static bool it_works(void)
{
    return works;
}

static struct sim_task *tasks[3];

/* As a forked child may find it: held, with waiters that vanished. */
static void held_and_left(void)
{
    new_lock();
    lock->state_ = PAWL__LOCK_LOCKED | PAWL__LOCK_PARKED;
}

static void pass_and_only_release(void)
{
    pass_section();
    pawl_status status = pawl_lock_release(lock);
    SIM_CHECK(status == PAWL_OK);
}

static void only_acquire_and_pass(void)
{
    pawl_lock_acquire(lock);
    pass_and_only_release();
}

static void nothing_is_left(void)
{
    SIM_CHECK(lock->state_ == 0);
}

static void held_with_tasks(void)
{
    held_at_first();
    for (unsigned i = 0; i < 3; i++) {
        tasks[i] = sim_new(sizeof *tasks[i], "task of three");
    }
}

static void fair_held_with_tasks(void)
{
    held_with_tasks();
    pawl_lock_init_fair(lock);
    SIM_CHECK(pawl_lock_try_acquire(lock));
}

static void release_any_twice(void)
{
    release_any();
    release_any();
}

static void keep_task(void)
{
}

static void start_keeping_task(void)
{
    pawl_await *op = sim_start(tasks[0], ACQUIRE_UNTIL, keep_task);
    sim_started(tasks[0], pawl_lock_acquire_await(lock, op));
}

static void start_keeping_task_and_cancel(void)
{
    start_keeping_task();
    sim_cancel(tasks[0]);
}

static void keep_timed_shortly(void)
{
    (void)SIM_CALL(ACQUIRE_UNTIL, 0, pawl_lock_acquire_until(lock, PAWL_S(1) + PAWL_MS(1)));
}

static void acquire_timed_twice(void)
{
    acquire_timed();
    if (SIM_CALL(ACQUIRE_UNTIL, 0, pawl_lock_acquire_until(lock, PAWL_S(1) + PAWL_MS(12))) ==
        PAWL_OK) {
        pass_and_release();
    }
}

static void release_slowly(void)
{
    (void)pawl_now();
    release();
}

static void is_free_and_quiet(void)
{
    is_free_and_linear();
    SIM_CHECK((lock->state_ & ~PAWL__LOCK_FAIR) == 0);
}

static void slow_section(void)
{
    acquire();
    pass_section();
    release_slowly();
}

static void slow_section_thrice(void)
{
    slow_section();
    slow_section();
    slow_section();
}

/* As above, but in each round the hog also waits in vain for an event in the next byte, and so in
 * the same bucket, where spinning has failed and is counted. */
static pawl_event *neighbour;

static void new_lock_with_a_neighbour(void)
{
    new_lock_with_a_sleeper();
    lock = sim_new(sizeof *lock + sizeof *neighbour, "lock and event");
    neighbour = (pawl_event *)(lock + 1);
    SIM_CHECK(pawl_lock_try_acquire(lock));
}

static void be_busy_with_both(void)
{
    for (unsigned i = 0; i < 31; i++) { /* with the sleeper's own spin, 32 misses */
        SIM_CHECK(pawl_event_wait_for(neighbour, 1) == PAWL_TIMEOUT);
    }
    work();
    SIM_CHECK(pawl_lock_release(lock) == PAWL_OK); /* rouses the sleeper */
    for (unsigned i = 0; i < 200 && section.entered == 0; i++) {
        pawl_lock_acquire(lock);
        check_not_passed_over();
        SIM_CHECK(pawl_event_wait_for(neighbour, 1) == PAWL_TIMEOUT);
        if (i > 0) {
            work();
        }
        releases_since_due += i > 0 ? 1 : 0;
        SIM_CHECK(pawl_lock_release(lock) == PAWL_OK);
    }
}

/* What the lock says of a waiter does not outlive all who waited. */
static void hint_is_gone(void)
{
    SIM_CHECK((lock->state_ & (PAWL__LOCK_WATCHED | PAWL__LOCK_RESERVED)) == 0);
}

static void release_thrice(void)
{
    for (int i = 0; i < 3; i++) {
        (void)pawl_lock_release(lock);
    }
}

static void acquire_and_keep(void)
{
    if (pawl_lock_acquire_until(lock, PAWL_S(1) + PAWL_MS(20)) == PAWL_OK) {
        (void)pawl_lock_release(lock);
    }
}

static void release_as_task(void)
{
    (void)pawl_lock_release(lock);
}

static void start_releasing_task(void)
{
    pawl_await *op = sim_start(tasks[0], ACQUIRE_UNTIL, release_as_task);
    sim_started(tasks[0], pawl_lock_acquire_await(lock, op));
}

static const struct sim_case lock_cases[] = {
    {"lock", "a_hint_does_not_outlive_those_who_waited", held_with_tasks,
     {acquire_and_keep, start_releasing_task, release_thrice}, .finish = hint_is_gone,
     .jumps = 3, .jump = PAWL_MS(12), .old_values = SIM_NONE, .sampled = true},
    {"lock", "one_that_gets_no_processor_beside_an_event", new_lock_with_a_neighbour,
     {acquire_once, be_busy_with_both}, .finish = NULL, .jumps = 1000, .processors = 2,
     .jump = PAWL_MS(3), .old_values = SIM_NONE, .choose = choose_busy, .time_passes = it_works},
    {"lock", "double_releases_beside_two_timed", held_with_tasks,
     {release_any_twice, release_any, keep_timed, keep_timed_shortly},
     .finish = was_linear_from_held, .jumps = 2, .jump = PAWL_MS(6), .old_values = SIM_NONE,
     .sampled = true},
    {"lock", "two_processors_double_releases_and_a_cancel", held_with_tasks,
     {release_any_twice, release_any_twice, keep_timed, keep_timed_shortly,
      start_keeping_task_and_cancel}, .finish = was_linear_from_held,
     .jumps = 3, .jump = PAWL_MS(6), .processors = 2, .sampled = true},
    {"lock", "two_processors_fair_double_releases_and_a_cancel", fair_held_with_tasks,
     {release_any_twice, release_any_twice, keep_timed, keep_timed_shortly,
      start_keeping_task_and_cancel}, .finish = was_linear_from_held,
     .jumps = 3, .jump = PAWL_MS(6), .processors = 2, .sampled = true},
    {"lock", "nothing_is_left_behind", new_lock,
     {slow_section_thrice, slow_section_thrice, acquire_timed_twice, acquire_timed},
     .finish = is_free_and_quiet, .jumps = 6, .jump = PAWL_MS(6), .sampled = true},
    {"lock", "two_processors_nothing_is_left_behind", new_lock,
     {slow_section_thrice, slow_section_thrice, acquire_timed_twice, start_and_cancel_task},
     .finish = is_free_and_quiet, .jumps = 6, .jump = PAWL_MS(6), .processors = 2, .sampled = true},
    {"lock", "two_processors_fair_nothing_is_left_behind", new_fair_lock,
     {slow_section_thrice, slow_section_thrice, acquire_timed_twice, start_and_cancel_task},
     .finish = is_free_and_quiet, .jumps = 6, .jump = PAWL_MS(6), .processors = 2, .sampled = true},
    {"lock", "the_lock_is_kept_for_one_that_gets_no_processor",
     new_lock_with_a_sleeper, {acquire_once, be_busy}, .finish = NULL, .jumps = 1000,
     .jump = PAWL_MS(3), .old_values = SIM_NONE, .choose = choose_busy, .time_passes = it_works},
    {"lock", "a_release_wakes_nobody_while_one_is_on_its_way", new_lock,
     {wake_one_at_a_time, wake_one_at_a_time, wake_one_at_a_time}, .finish = nothing_is_left,
     .old_values = SIM_NONE, .sampled = true},
    {"lock", "two_acquire_and_release", new_lock, {acquire_once, acquire_once},
     .finish = is_free_and_linear, .jumps = 1},
    {"lock", "one_tries_while_another_acquires", new_lock, {acquire_once, try_once, try_once},
     .finish = is_free_and_linear},
    {"lock", "a_time_out_races_the_release", new_lock, {acquire_once, acquire_timed},
     .finish = is_free_and_linear, .jumps = 1},
    {"lock", "a_release_races_the_free_by_the_next_holder", held_at_first,
     {release_only, acquire_and_free}, .jumps = 1},
    {"lock", "two_release_one_hold_beside_a_time_out", held_at_first,
     {release_any, release_any, keep_timed}, .finish = was_linear_from_held},
    {"lock", "three_acquire_and_release", new_lock, {acquire_once, acquire_once, acquire_once},
     .finish = is_free_and_linear, .jumps = 1, .old_values = SIM_NONE},
    {"lock", "two_acquire_twice_and_one_times_out", new_lock,
     {acquire_twice, acquire_twice, acquire_timed}, .finish = is_free_and_linear, .jumps = 2,
     .old_values = SIM_NONE},
    {"lock", "waiters_who_vanished_are_forgotten", held_and_left,
     {pass_and_only_release, only_acquire_and_pass}, .finish = nothing_is_left},
    {"lock", "two_processors_spin_first", new_lock, {acquire_twice, acquire_once, acquire_timed},
     .finish = is_free_and_linear, .processors = 2, .jumps = 1, .sampled = true},
    {"lock", "fair_two_acquire_and_release", new_fair_lock, {acquire_once, acquire_once},
     .finish = was_in_order},
    {"lock", "fair_a_release_races_the_free_by_the_next_holder", fair_held_at_first,
     {release_only, acquire_and_free}, .finish = NULL},
    {"lock", "fair_serves_three_in_order_of_arrival", new_fair_lock,
     {acquire_once, acquire_once, acquire_once}, .finish = was_in_order},
    {"lock", "fair_a_time_out_and_a_try_race_the_release", new_fair_lock,
     {acquire_once, acquire_timed, try_once}, .finish = is_free_and_linear, .old_values = 1},
    {"lock", "a_task_a_thread_and_a_try", new_lock, {start_task, acquire_once, try_once},
     .finish = is_free_and_linear, .old_values = 1},
    {"lock", "fair_a_task_a_thread_and_a_time_out", new_fair_lock,
     {start_task, acquire_once, acquire_timed}, .finish = is_free_and_linear, .old_values = 1},
    {"lock", "a_task_that_is_cancelled_and_two_threads", new_lock,
     {start_and_cancel_task, acquire_once, acquire_timed}, .finish = is_free_and_linear,
     .old_values = SIM_NONE},
    {"lock", "a_try_neither_sleeps_nor_spins", new_lock, {acquire_once, try_in_the_past},
     .finish = is_free_and_linear, .processors = 2},
    {"lock", "two_open_the_lot_while_one_holds", held_at_first,
     {release_only, acquire_once, acquire_once}, .finish = NULL, .cold = true,
     .old_values = SIM_NONE},
    {"lock", "the_lock_is_kept_for_one_that_is_due", new_lock_for_two,
     {inherit_once, acquire_often}, .finish = NULL, .jumps = 3, .jump = PAWL_MS(6),
     .sampled = true},
    {"lock", "the_lock_is_kept_for_one_that_is_due_beside_another", new_lock_for_two,
     {inherit_once, inherit_once, acquire_often}, .finish = NULL, .jumps = 3,
     .jump = PAWL_MS(2), .processors = 2, .sampled = true},
    {"lock", "the_lock_is_kept_for_one_that_is_late", new_lock_for_two,
     {inherit_once, acquire_often, acquire_often}, .finish = NULL, .jumps = 3,
     .jump = PAWL_MS(6), .sampled = true},
    {"lock", "a_late_one_that_times_out_leaves_the_next_in_place", new_lock,
     {acquire_twice, acquire_twice, acquire_timed}, .finish = is_free_and_linear, .jumps = 2,
     .jump = PAWL_MS(6), .old_values = SIM_NONE, .sampled = true},
    {"lock", "those_who_are_due_are_overtaken_a_few_times_at_most", new_contended_lock,
     {contend, contend, contend}, .finish = NULL, .jumps = 8, .jump = PAWL_MS(4), .sampled = true},
};
SIM_GROUP(lock);
