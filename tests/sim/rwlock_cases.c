/* SPDX-License-Identifier: MIT */
#include "sim.h"

enum call {
    SHARED,
    TRY_SHARED,
    SHARED_UNTIL,
    RELEASE_SHARED,
    EXCLUSIVE,
    TRY_EXCLUSIVE,
    EXCLUSIVE_UNTIL,
    RELEASE_EXCLUSIVE,
    DOWNGRADE
};

static pawl_rwlock *rwlock;
static struct sim_task *task;
static pawl_event *inside; /* a reader is in */
static int value, copy;

static void new_rwlock(void)
{
    rwlock = sim_new(sizeof *rwlock, "rwlock");
    task = sim_new(sizeof *task, "task");
    inside = sim_new(sizeof *inside, "inside");
    value = 0;
    copy = 0;
}

static pawl_time soon(void)
{
    return PAWL_S(1) + PAWL_MS(5);
}

static void change(void)
{
    int before = SIM_READ(value);
    SIM_CHECK(SIM_READ(copy) == before);
    SIM_WRITE(value, before + 1);
    SIM_WRITE(copy, before + 1);
}

static void look(void)
{
    int seen = SIM_READ(value);
    SIM_CHECK(SIM_READ(copy) == seen);
}

static void release_shared(void)
{
    SIM_CHECK(SIM_CALL(RELEASE_SHARED, 0, pawl_rwlock_release_shared(rwlock)) == PAWL_OK);
}

static void release_exclusive(void)
{
    SIM_CHECK(SIM_CALL(RELEASE_EXCLUSIVE, 0, pawl_rwlock_release_exclusive(rwlock)) == PAWL_OK);
}

static void change_and_release(void)
{
    change();
    release_exclusive();
}

static void look_and_release(void)
{
    look();
    release_shared();
}

static void acquire_shared(void)
{
    sim_begin(SHARED, 0);
    pawl_rwlock_acquire_shared(rwlock);
    sim_end(0);
}

static void acquire_exclusive(void)
{
    sim_begin(EXCLUSIVE, 0);
    pawl_rwlock_acquire_exclusive(rwlock);
    sim_end(0);
}

static void reader(void)
{
    acquire_shared();
    look_and_release();
}

static void writer(void)
{
    acquire_exclusive();
    change_and_release();
}

static void reader_then_writer(void)
{
    reader();
    writer();
}

static void try_reader(void)
{
    if (SIM_CALL(TRY_SHARED, 0, pawl_rwlock_try_acquire_shared(rwlock))) {
        look_and_release();
    }
}

/* Beside readers only, of whom there may be any number. */
static void try_reader_who_succeeds(void)
{
    SIM_CHECK(SIM_CALL(TRY_SHARED, 0, pawl_rwlock_try_acquire_shared(rwlock)) != 0);
    look_and_release();
}

static void try_writer(void)
{
    if (SIM_CALL(TRY_EXCLUSIVE, 0, pawl_rwlock_try_acquire_exclusive(rwlock))) {
        change_and_release();
    }
}

static void timed_reader(void)
{
    if (SIM_CALL(SHARED_UNTIL, 0, pawl_rwlock_acquire_shared_until(rwlock, soon())) == PAWL_OK) {
        look_and_release();
    }
}

static void timed_writer(void)
{
    if (SIM_CALL(EXCLUSIVE_UNTIL, 0, pawl_rwlock_acquire_exclusive_until(rwlock, soon())) ==
        PAWL_OK) {
        change_and_release();
    }
}

static void downgrading_writer(void)
{
    acquire_exclusive();
    change();
    SIM_CHECK(SIM_CALL(DOWNGRADE, 0, pawl_rwlock_downgrade(rwlock)) == PAWL_OK);
    look();
    release_shared();
}

static void writing_task(void)
{
    sim_started(task, pawl_rwlock_acquire_exclusive_await(
                          rwlock, sim_start(task, EXCLUSIVE_UNTIL, change_and_release)));
}

static void reading_task(void)
{
    sim_started(task, pawl_rwlock_acquire_shared_await(
                          rwlock, sim_start(task, SHARED_UNTIL, look_and_release)));
}

static void writing_task_that_is_cancelled(void)
{
    writing_task();
    sim_cancel(task);
}

/* A deadline that is past, and no duration: what is free is taken, and nobody waits. */
static void try_in_the_past(void)
{
    (void)sim_has_waited();
    int64_t status = SIM_CALL(SHARED_UNTIL, 0,
                              pawl_rwlock_acquire_shared_until(rwlock, sim_time()));
    SIM_CHECK(!sim_has_waited());
    if (status == PAWL_OK) {
        look_and_release();
    }
    status = SIM_CALL(EXCLUSIVE_UNTIL, 0, pawl_rwlock_acquire_exclusive_for(rwlock, 0));
    SIM_CHECK(!sim_has_waited());
    if (status == PAWL_OK) {
        change_and_release();
    }
}

/* Holds it shared until another reader has been in: which a writer must not prevent for longer than
 * its own wait. */
static void reader_until_another(void)
{
    pawl_rwlock_acquire_shared(rwlock);
    look();
    pawl_event_wait(inside);
    SIM_CHECK(pawl_rwlock_release_shared(rwlock) == PAWL_OK);
}

static void downgrade_until_another(void)
{
    change();
    SIM_CHECK(pawl_rwlock_downgrade(rwlock) == PAWL_OK);
    look();
    pawl_event_wait(inside);
    SIM_CHECK(pawl_rwlock_release_shared(rwlock) == PAWL_OK);
}

static void writer_downgrades_until_another(void)
{
    pawl_rwlock_acquire_exclusive(rwlock);
    downgrade_until_another();
}

static void another_reader(void)
{
    pawl_rwlock_acquire_shared(rwlock);
    look();
    pawl_event_set(inside);
    SIM_CHECK(pawl_rwlock_release_shared(rwlock) == PAWL_OK);
}

static void writer_in_time(void)
{
    if (pawl_rwlock_acquire_exclusive_until(rwlock, soon()) == PAWL_OK) {
        change();
        SIM_CHECK(pawl_rwlock_release_exclusive(rwlock) == PAWL_OK);
    }
}

static void writer_frees(void)
{
    pawl_rwlock_acquire_exclusive(rwlock);
    change();
    sim_free(rwlock);
}

static void reader_frees(void)
{
    pawl_rwlock_acquire_shared(rwlock);
    look();
    sim_free(rwlock);
}

static void held_exclusively(void)
{
    new_rwlock();
    SIM_CHECK(pawl_rwlock_try_acquire_exclusive(rwlock));
}

static void held_shared_twice(void)
{
    new_rwlock();
    SIM_CHECK(pawl_rwlock_try_acquire_shared(rwlock) && pawl_rwlock_try_acquire_shared(rwlock));
}

static void only_release_shared(void)
{
    look();
    pawl_status status = pawl_rwlock_release_shared(rwlock);
    SIM_CHECK(status == PAWL_OK);
}

static void only_release_exclusive(void)
{
    change();
    pawl_status status = pawl_rwlock_release_exclusive(rwlock);
    SIM_CHECK(status == PAWL_OK);
}

static void only_downgrade(void)
{
    change();
    pawl_status status = pawl_rwlock_downgrade(rwlock);
    SIM_CHECK(status == PAWL_OK);
    SIM_CHECK(pawl_rwlock_release_shared(rwlock) == PAWL_OK);
}

/* Both kinds wait, and the writer who holds it releases: the reader goes first. Both wait, and the
 * last reader releases: the writer does. */
enum { NOT_BOTH, READER_FIRST, WRITER_FIRST };
static int turn;

static void held_exclusively_in_turns(void)
{
    turn = NOT_BOTH;
    new_rwlock();
    SIM_CHECK(pawl_rwlock_try_acquire_exclusive(rwlock));
}

static void held_shared_in_turns(void)
{
    turn = NOT_BOTH;
    new_rwlock();
    SIM_CHECK(pawl_rwlock_try_acquire_shared(rwlock));
}

static void note_turn(int first)
{
    sim_yield();
    if (sim_queue_length(rwlock) == 1 && sim_queue_length((char *)rwlock + 1) == 1) {
        turn = first;
    }
}

static void release_exclusive_in_turns(void)
{
    note_turn(READER_FIRST);
    pawl_status status = pawl_rwlock_release_exclusive(rwlock);
    SIM_CHECK(status == PAWL_OK);
}

/* The readers that waited go first, at the latest when the shared hold ends. */
static void downgrade_in_turns(void)
{
    note_turn(READER_FIRST);
    pawl_status status = pawl_rwlock_downgrade(rwlock);
    SIM_CHECK(status == PAWL_OK);
    status = pawl_rwlock_release_shared(rwlock);
    SIM_CHECK(status == PAWL_OK);
}

static void release_shared_in_turns(void)
{
    note_turn(WRITER_FIRST);
    pawl_status status = pawl_rwlock_release_shared(rwlock);
    SIM_CHECK(status == PAWL_OK);
}

static void reader_in_turn(void)
{
    pawl_rwlock_acquire_shared(rwlock);
    SIM_CHECK(turn != WRITER_FIRST);
    turn = NOT_BOTH;
    SIM_CHECK(pawl_rwlock_release_shared(rwlock) == PAWL_OK);
}

static void writer_in_turn(void)
{
    pawl_rwlock_acquire_exclusive(rwlock);
    SIM_CHECK(turn != READER_FIRST);
    turn = NOT_BOTH;
    SIM_CHECK(pawl_rwlock_release_exclusive(rwlock) == PAWL_OK);
}

/* state[0]: the shared holders, or -1. Shared is also refused while somebody waits, so a try and a
 * time-out may fail without a holder in the way; only exclusive's try is exact. */
static bool step(int64_t *state, const struct sim_call *call)
{
    int64_t before = state[0];
    switch (call->name) {
    case SHARED:
        state[0]++;
        return before >= 0;
    case TRY_SHARED:
        state[0] += call->result;
        return call->result == 0 || before >= 0;
    case SHARED_UNTIL:
        state[0] += call->result == PAWL_OK;
        return call->result == PAWL_TIMEOUT || before >= 0;
    case RELEASE_SHARED:
        state[0]--;
        return before > 0 && call->result == PAWL_OK;
    case EXCLUSIVE:
        state[0] = -1;
        return before == 0;
    case TRY_EXCLUSIVE:
        state[0] = call->result != 0 ? -1 : before;
        return (call->result != 0) == (before == 0);
    case EXCLUSIVE_UNTIL:
        state[0] = call->result == PAWL_OK ? -1 : before;
        return call->result == PAWL_TIMEOUT || before == 0;
    case RELEASE_EXCLUSIVE:
        state[0] = 0;
        return before == -1 && call->result == PAWL_OK;
    default:
        state[0] = 1;
        return before == -1 && call->result == PAWL_OK;
    }
}

static void is_free_and_linear(void)
{
    static const struct sim_model model = {{0}, step};
    SIM_CHECK(pawl_rwlock_release_shared(rwlock) == PAWL_NOT_HELD);
    SIM_CHECK(pawl_rwlock_try_acquire_exclusive(rwlock));
    SIM_CHECK(pawl_rwlock_downgrade(rwlock) == PAWL_OK);
    sim_check_linearizable(&model);
}

static void is_free(void)
{
    is_free_and_linear();
    SIM_CHECK(rwlock->state_ == PAWL__RWLOCK_READER); /* of the check above, and nothing else */
}

static void reading_task_that_is_cancelled(void)
{
    reading_task();
    sim_cancel(task);
}

/* In the child nobody waits: who holds it shared may have it again, at once. */
static void downgrade_fork_and_read_again(void)
{
    change();
    SIM_CHECK(pawl_rwlock_downgrade(rwlock) == PAWL_OK);
    bool forked = sim_fork();
    look();
    if (forked) {
        SIM_CHECK(pawl_rwlock_try_acquire_shared(rwlock));
        SIM_CHECK(pawl_rwlock_release_shared(rwlock) == PAWL_OK);
        pawl_rwlock_acquire_shared(rwlock);
        SIM_CHECK(pawl_rwlock_release_shared(rwlock) == PAWL_OK);
    }
    SIM_CHECK(pawl_rwlock_release_shared(rwlock) == PAWL_OK);
}

static void downgrade_fork_and_wait_again(void)
{
    change();
    SIM_CHECK(pawl_rwlock_downgrade(rwlock) == PAWL_OK);
    bool forked = sim_fork();
    if (forked) {
        pawl_rwlock_acquire_shared(rwlock);
        SIM_CHECK(pawl_rwlock_release_shared(rwlock) == PAWL_OK);
        SIM_CHECK(pawl_rwlock_acquire_shared_until(rwlock, 0) == PAWL_OK);
        SIM_CHECK(pawl_rwlock_release_shared(rwlock) == PAWL_OK);
    }
    SIM_CHECK(pawl_rwlock_release_shared(rwlock) == PAWL_OK);
}

static void try_and_release(void)
{
    SIM_CHECK(pawl_rwlock_try_acquire_shared(rwlock));
    SIM_CHECK(pawl_rwlock_release_shared(rwlock) == PAWL_OK);
}

/* A writer's time-out and a reader's release at the same moment leave nothing behind that would
 * refuse a try. */
static void time_out_and_try(void)
{
    SIM_CHECK(pawl_rwlock_acquire_exclusive_until(rwlock, soon()) == PAWL_TIMEOUT);
    try_and_release();
}

static void release_one_shared(void)
{
    SIM_CHECK(pawl_rwlock_release_shared(rwlock) == PAWL_OK);
}

static void is_held_shared_once(void)
{
    SIM_CHECK(rwlock->state_ / PAWL__RWLOCK_READER == 1 &&
              (rwlock->state_ & PAWL__RWLOCK_WRITER) == 0);
}

/* A child's, with the word of a parent whose waiters have vanished. */
static void left_over_in_a_child(void)
{
    held_shared_twice();
    sim_be_child();
    rwlock->state_ |= PAWL__RWLOCK_PARKED;
}

static void make_free(void)
{
    pawl_rwlock_reinit_after_fork(rwlock);
}

static const struct sim_case rwlock_cases[] = {
    {"rwlock", "a_writers_time_out_races_a_release_and_leaves_nothing", held_shared_twice,
     {time_out_and_try, release_one_shared}, .finish = is_held_shared_once},
    {"rwlock", "a_try_in_a_child_races_a_release", left_over_in_a_child,
     {try_and_release, release_one_shared}, .finish = is_held_shared_once},
    {"rwlock", "a_reader_and_a_writer", new_rwlock, {reader, writer},
     .finish = is_free_and_linear},
    {"rwlock", "two_writers", new_rwlock, {writer, writer}, .finish = is_free_and_linear},
    {"rwlock", "two_readers_and_a_writer", new_rwlock, {reader, reader, writer},
     .finish = is_free_and_linear, .old_values = SIM_NONE},
    {"rwlock", "a_reader_and_two_writers", new_rwlock, {reader, writer, writer},
     .finish = is_free_and_linear, .old_values = SIM_NONE},
    {"rwlock", "tries_beside_a_writer", new_rwlock, {writer, try_reader, try_writer},
     .finish = is_free_and_linear},
    {"rwlock", "tries_beside_a_reader", new_rwlock,
     {reader, try_reader_who_succeeds, try_reader_who_succeeds}, .finish = is_free_and_linear,
     .old_values = SIM_NONE},
    {"rwlock", "a_writer_downgrades_beside_a_reader", new_rwlock, {downgrading_writer, reader},
     .finish = is_free_and_linear},
    {"rwlock", "a_writer_downgrades_beside_a_reader_and_a_writer", new_rwlock,
     {downgrading_writer, reader, writer}, .finish = is_free_and_linear, .old_values = SIM_NONE},
    {"rwlock", "a_readers_time_out_races_the_release", new_rwlock, {writer, timed_reader},
     .finish = is_free_and_linear},
    {"rwlock", "a_writers_time_out_races_the_release", new_rwlock, {reader, timed_writer},
     .finish = is_free_and_linear},
    {"rwlock", "a_writer_that_times_out_lets_readers_in", new_rwlock,
     {reader_until_another, another_reader, writer_in_time}, .finish = is_free_and_linear,
     .old_values = SIM_NONE},
    {"rwlock", "readers_whom_a_time_out_lets_in_see_what_was_written", held_exclusively,
     {downgrade_until_another, another_reader, writer_in_time}, .finish = is_free_and_linear,
     .old_values = SIM_NONE},
    {"rwlock", "a_downgrade_lets_waiting_readers_in", new_rwlock,
     {writer_downgrades_until_another, another_reader}, .finish = is_free_and_linear},
    {"rwlock", "a_writing_task_a_reader_and_a_writer", new_rwlock, {writing_task, reader, writer},
     .finish = is_free_and_linear, .old_values = SIM_NONE},
    {"rwlock", "a_reading_task_a_writer_and_a_time_out", new_rwlock,
     {reading_task, writer, timed_writer}, .finish = is_free_and_linear, .old_values = SIM_NONE},
    {"rwlock", "a_writing_task_that_is_cancelled_a_reader_and_a_writer", new_rwlock,
     {writing_task_that_is_cancelled, reader, writer}, .finish = is_free_and_linear,
     .old_values = SIM_NONE},
    {"rwlock", "a_try_neither_sleeps_nor_spins", new_rwlock, {writer, try_in_the_past},
     .finish = is_free_and_linear, .processors = 2},
    {"rwlock", "an_exclusive_release_races_the_free_by_a_writer", held_exclusively,
     {only_release_exclusive, writer_frees}, .finish = NULL},
    {"rwlock", "an_exclusive_release_races_the_free_by_a_reader", held_exclusively,
     {only_release_exclusive, reader_frees}, .finish = NULL},
    {"rwlock", "two_shared_releases_race_the_free_by_a_writer", held_shared_twice,
     {only_release_shared, only_release_shared, writer_frees}, .finish = NULL},
    {"rwlock", "a_downgrade_races_a_writer_who_frees", held_exclusively,
     {only_downgrade, writer_frees}, .finish = NULL},
    {"rwlock", "a_reader_has_its_turn_after_a_writer", held_exclusively_in_turns,
     {release_exclusive_in_turns, reader_in_turn, writer_in_turn}, .finish = NULL,
     .sampled = true},
    {"rwlock", "a_reader_has_its_turn_after_a_downgrade", held_exclusively_in_turns,
     {downgrade_in_turns, reader_in_turn, writer_in_turn}, .finish = is_free_and_linear,
     .sampled = true},
    {"rwlock", "a_writer_has_its_turn_after_a_reader", held_shared_in_turns,
     {release_shared_in_turns, reader_in_turn, writer_in_turn}, .finish = NULL, .sampled = true},
    {"rwlock", "a_child_forked_by_a_reader_reads_again", held_exclusively,
     {downgrade_fork_and_read_again, timed_reader, timed_writer}, .finish = make_free,
     .old_values = SIM_NONE},
    {"rwlock", "a_child_forked_by_a_reader_need_not_wait", held_exclusively,
     {downgrade_fork_and_wait_again, timed_reader, timed_writer}, .finish = make_free,
     .old_values = SIM_NONE},
    {"rwlock", "a_reading_task_that_is_cancelled_after_a_downgrade", new_rwlock,
     {downgrading_writer, reading_task_that_is_cancelled, writer}, .finish = is_free,
     .old_values = SIM_NONE},
    {"rwlock", "a_writing_task_that_is_cancelled_after_a_downgrade", new_rwlock,
     {downgrading_writer, writing_task_that_is_cancelled, reader, timed_writer},
     .finish = is_free, .sampled = true},
    {"rwlock", "a_time_out_after_a_downgrade", held_exclusively,
     {only_downgrade, timed_reader, writer, timed_writer}, .finish = NULL, .sampled = true},
    {"rwlock", "readers_writers_and_time_outs", new_rwlock,
     {reader, writer, timed_reader, timed_writer}, .finish = is_free_and_linear, .spurious = 1,
     .sampled = true},
    {"rwlock", "reading_then_writing_beside_a_downgrade", new_rwlock,
     {reader_then_writer, reader_then_writer, downgrading_writer}, .finish = is_free_and_linear,
     .sampled = true},
    {"rwlock", "two_processors_spin_first", new_rwlock,
     {writer, reader_then_writer, timed_reader, timed_writer}, .finish = is_free_and_linear,
     .processors = 2, .sampled = true},
};
SIM_GROUP(rwlock);
