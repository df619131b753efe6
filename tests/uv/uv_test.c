/* SPDX-License-Identifier: MIT
 *
 * docs/semantics.md, "All" and "Await", for <pawl/uv.h> on the real libuv. The loop runs on the
 * main thread.
 */
#include "caller.h"
#include "rows.h"

#include <stdlib.h>
#include <string.h>

#include <pawl/uv.h>

/* ---- A loop, the objects to wait for, and tasks ---- */

static struct {
    uv_loop_t loop;
    pawl_uv *uv; /* on the heap, and freed in closed(), so that a sanitizer sees a late touch */
    uv_thread_t thread;
    bool in_call;      /* the program is inside a call of pawl's */
    unsigned calls;    /* of fn, by all tasks */
    unsigned closings; /* calls of closed() */
} stage;

static void count_closing(pawl_uv *uv)
{
    assert_ptr_equal(uv, stage.uv);
    stage.closings++;
    free(uv);
    stage.uv = NULL;
}

static void run(void)
{
    uv_run(&stage.loop, UV_RUN_DEFAULT);
}

/* A turn of the loop that does not sleep. (A turn that may, UV_RUN_ONCE, sleeps on when the timer
 * that is waited for fires before it.) */
static void turn(void)
{
    uv_run(&stage.loop, UV_RUN_NOWAIT);
    crew_yield();
}

/* The objects to wait for, the rows of this test. */
enum { LOCK, FAIR, SEMAPHORE, EVENT, LATCH, SHARED, EXCLUSIVE, CONDITION, BARRIER, KINDS };

struct thing {
    int kind; /* LOCK and so on */
    pawl_lock lock;
    pawl_semaphore semaphore;
    pawl_event event;
    pawl_latch latch; /* of one */
    pawl_rwlock rwlock;
    pawl_condition condition;
    pawl_barrier barrier;
};

struct task {
    pawl_uv_await op;
    struct thing *thing;
    unsigned calls;
    unsigned place;     /* what stage.calls was */
    pawl_status result; /* the result of the last call, or of the start if that ended it */
    pawl_time at;       /* when fn was called */
    uint32_t index;     /* a barrier's */
    void (*then)(struct task *task); /* called by fn, if not NULL */
};

static void take_lock(struct thing *thing)
{
    pawl_lock_acquire(&thing->lock);
}

static void take_fair_lock(struct thing *thing)
{
    pawl_lock_init_fair(&thing->lock);
    pawl_lock_acquire(&thing->lock);
}

static void take_rwlock(struct thing *thing)
{
    pawl_rwlock_acquire_exclusive(&thing->rwlock);
}

static pawl_status release_lock(struct thing *thing)
{
    return pawl_lock_release(&thing->lock);
}

static pawl_status release_semaphore(struct thing *thing)
{
    return pawl_semaphore_release(&thing->semaphore);
}

static pawl_status set_event(struct thing *thing)
{
    pawl_event_set(&thing->event);
    return PAWL_OK;
}

static pawl_status open_latch(struct thing *thing)
{
    pawl_latch_done(&thing->latch, 1); /* PAWL_NOT_HELD: it is open already */
    return PAWL_OK;
}

static pawl_status release_shared(struct thing *thing)
{
    return pawl_rwlock_release_shared(&thing->rwlock);
}

static pawl_status release_exclusive(struct thing *thing)
{
    return pawl_rwlock_release_exclusive(&thing->rwlock);
}

static pawl_status notify_one(struct thing *thing)
{
    pawl_condition_notify(&thing->condition, 1);
    return PAWL_OK;
}

static pawl_status meet_at_barrier(struct thing *thing)
{
    if (pawl_barrier_wait_for(&thing->barrier, 0, NULL) == PAWL_TIMEOUT) {
        pawl_barrier_reset(&thing->barrier); /* nobody was there */
    }
    return PAWL_OK;
}

static pawl_status await_lock(struct task *task, pawl_time deadline)
{
    return pawl_uv_lock_acquire(&task->op, &task->thing->lock, deadline);
}

static pawl_status await_semaphore(struct task *task, pawl_time deadline)
{
    return pawl_uv_semaphore_acquire(&task->op, &task->thing->semaphore, deadline);
}

static pawl_status await_event(struct task *task, pawl_time deadline)
{
    return pawl_uv_event_wait(&task->op, &task->thing->event, deadline);
}

static pawl_status await_latch(struct task *task, pawl_time deadline)
{
    return pawl_uv_latch_wait(&task->op, &task->thing->latch, deadline);
}

static pawl_status await_shared(struct task *task, pawl_time deadline)
{
    return pawl_uv_rwlock_acquire_shared(&task->op, &task->thing->rwlock, deadline);
}

static pawl_status await_exclusive(struct task *task, pawl_time deadline)
{
    return pawl_uv_rwlock_acquire_exclusive(&task->op, &task->thing->rwlock, deadline);
}

static pawl_status await_condition(struct task *task, pawl_time deadline)
{
    struct thing *thing = task->thing;
    pawl_lock_acquire(&thing->lock);
    return pawl_uv_condition_wait(&task->op, &thing->condition, &thing->lock, deadline);
}

static pawl_status await_barrier(struct task *task, pawl_time deadline)
{
    return pawl_uv_barrier_wait(&task->op, &task->thing->barrier, &task->index, deadline);
}

static const struct row {
    size_t key;                                        /* where in the thing a task waits */
    void (*take)(struct thing *thing);                 /* or NULL: a new thing is busy */
    pawl_status (*let_through)(struct thing *thing);   /* one waiter, on any thread */
    pawl_status (*give_back)(struct thing *thing);     /* what a task was granted; or NULL */
    pawl_status (*call)(struct task *task, pawl_time deadline);
} rows[KINDS] = {
    [LOCK] = {offsetof(struct thing, lock), take_lock, release_lock, release_lock, await_lock},
    [FAIR] = {offsetof(struct thing, lock), take_fair_lock, release_lock, release_lock, await_lock},
    [SEMAPHORE] = {offsetof(struct thing, semaphore), NULL, release_semaphore, NULL,
                   await_semaphore},
    [EVENT] = {offsetof(struct thing, event), NULL, set_event, NULL, await_event},
    [LATCH] = {offsetof(struct thing, latch), NULL, open_latch, NULL, await_latch},
    [SHARED] = {offsetof(struct thing, rwlock), take_rwlock, release_exclusive, release_shared,
                await_shared},
    [EXCLUSIVE] = {offsetof(struct thing, rwlock) + 1, take_rwlock, release_exclusive,
                   release_exclusive, await_exclusive},
    [CONDITION] = {offsetof(struct thing, condition), NULL, notify_one, release_lock,
                   await_condition},
    [BARRIER] = {offsetof(struct thing, barrier), NULL, meet_at_barrier, NULL, await_barrier},
};
static const char *const row_names[KINDS] = {"lock",      "fair lock", "semaphore",
                                             "event",     "latch",     "shared",
                                             "exclusive", "condition", "barrier"};

/* An operation that a task has to wait for. */
static struct thing busy(int kind)
{
    struct thing thing = {
        .kind = kind, .latch = PAWL_LATCH_INIT(1), .barrier = PAWL_BARRIER_INIT(2)};
    if (rows[kind].take != NULL) {
        rows[kind].take(&thing);
    }
    return thing;
}

static const void *key_of(const struct thing *thing)
{
    return (const char *)thing + rows[thing->kind].key;
}

static void let_through(void *context)
{
    struct thing *thing = context;
    pawl_status status = rows[thing->kind].let_through(thing);
    (void)status; /* the thing shows that the waiter was granted */
}

static pawl_status give_back(struct thing *thing)
{
    return rows[thing->kind].give_back != NULL ? rows[thing->kind].give_back(thing) : PAWL_OK;
}

/* Nobody holds it and nobody waits. */
static void assert_at_rest(struct thing *thing)
{
    assert_int_equal(pawl__lot_count(key_of(thing)), 0);
    assert_int_equal(pawl__lot_count(&thing->lock), 0);
    assert_false(pawl_lock_locked(&thing->lock));
    assert_int_equal(pawl_semaphore_value(&thing->semaphore), 0);
    assert_int_equal(pawl_barrier_waiting(&thing->barrier), 0);
    assert_true(pawl_rwlock_try_acquire_exclusive(&thing->rwlock));
    pawl_rwlock_release_exclusive(&thing->rwlock);
}

static int start_loop(void)
{
    memset(&stage, 0, sizeof stage);
    stage.thread = uv_thread_self();
    stage.uv = malloc(sizeof *stage.uv);
    return stage.uv != NULL && uv_loop_init(&stage.loop) == 0 &&
                   pawl_uv_init(stage.uv, &stage.loop) == 0
               ? 0
               : -1;
}

/* A test of a row gets a thing of that kind. */
static int set_up(void **state, int row)
{
    static struct thing thing;
    if (row >= 0) {
        thing = busy(row);
        *state = &thing;
    }
    return start_loop();
}

/* After each test: nothing is in flight, nothing is left in the loop, and the thing is at rest. */
static int tear_down(void **state)
{
    unsigned calls = stage.calls;
    if (stage.uv != NULL) {
        pawl_uv_close(stage.uv, count_closing);
    }
    uv_run(&stage.loop, UV_RUN_DEFAULT);
    assert_int_equal(stage.closings, 1);
    assert_int_equal(stage.calls, calls);
    assert_int_equal(uv_loop_close(&stage.loop), 0);
    if (*state != NULL) {
        assert_at_rest(*state);
    }
    return 0;
}

static struct task *task_of(pawl_uv_await *op)
{
    return pawl_uv_await_context(op);
}

static void resumed(pawl_uv_await *op, pawl_status result)
{
    struct task *task = task_of(op);
    uv_thread_t self = uv_thread_self();
    assert_true(uv_thread_equal(&self, &stage.thread));
    assert_false(stage.in_call);
    task->at = pawl_now();
    task->calls++;
    task->place = stage.calls++;
    task->result = result;
    if (task->then != NULL) {
        task->then(task);
    }
}

static void then_give_back(struct task *task)
{
    if (task->result == PAWL_OK || (task->result == PAWL_TIMEOUT && task->op.lock_ != NULL)) {
        assert_int_equal(give_back(task->thing), PAWL_OK);
    }
}

static void prepare(struct task *task, struct thing *thing)
{
    memset(task, 0, sizeof *task);
    task->thing = thing;
    task->result = PAWL_PENDING;
    task->then = then_give_back;
    pawl_uv_await_init(&task->op, stage.uv, resumed, task);
}

static pawl_status start(struct task *task, pawl_time deadline)
{
    bool outer = stage.in_call;
    stage.in_call = true;
    task->result = rows[task->thing->kind].call(task, deadline);
    stage.in_call = outer;
    return task->result;
}

/* A waiting operation; returns its deadline, which is later than asked for if this thread was held
 * up until that had passed. */
static pawl_time queue(struct task *task, struct thing *thing, pawl_time deadline)
{
    pawl_ns patience = PAWL_MS(1);
    prepare(task, thing);
    while (start(task, deadline) == PAWL_TIMEOUT) {
        pawl_barrier_reset(&thing->barrier);
        patience *= 2;
        deadline = pawl_after_ns(patience);
    }
    assert_int_equal(task->result, PAWL_PENDING);
    return deadline;
}

static void assert_ended(const struct task *task, pawl_status result)
{
    assert_int_equal(task->calls, 1);
    assert_int_equal(task->result, result);
}

/* A thread that is inside a call of the program's, after it has granted and before it has reported
 * the grant. */
struct slow_granter {
    crew_thread thread;
    struct thing *thing;
    pawl_event gate;
    pawl_await await;
    pawl_event has_granted;
    pawl_event go_on;
};

static void grant_and_pause(pawl_await *await, pawl_status result)
{
    struct slow_granter *slow_granter = pawl_await_context(await);
    (void)result;
    let_through(slow_granter->thing);
    pawl_event_set(&slow_granter->has_granted);
    pawl_event_wait(&slow_granter->go_on);
}

static void open_gate(void *context)
{
    struct slow_granter *slow_granter = context;
    pawl_event_set(&slow_granter->gate);
}

static void slow_granter_start(struct slow_granter *slow_granter, struct thing *thing)
{
    memset(slow_granter, 0, sizeof *slow_granter);
    slow_granter->thing = thing;
    pawl_await_init(&slow_granter->await, grant_and_pause, slow_granter);
    assert_int_equal(pawl_event_wait_await(&slow_granter->gate, &slow_granter->await),
                     PAWL_PENDING);
    crew_start(&slow_granter->thread, open_gate, slow_granter);
    pawl_event_wait(&slow_granter->has_granted);
}

static void slow_granter_end(struct slow_granter *slow_granter)
{
    pawl_event_set(&slow_granter->go_on);
    crew_join(&slow_granter->thread);
}

/* ---- Grants ---- */

static void what_is_free_is_had_at_once(void **state)
{
    struct thing *thing = *state;
    for (int past = 0; past < 2; past++) {
        struct task task;
        *thing = busy(thing->kind);
        prepare(&task, thing);
        thing->barrier.parties_ = 1;
        if (thing->kind != BARRIER) {
            let_through(thing);
        }
        assert_int_equal(start(&task, past ? 0 : PAWL_NEVER), PAWL_OK);
        assert_int_equal(give_back(thing), PAWL_OK);
        run();
        assert_int_equal(task.calls, 0);
        assert_at_rest(thing);
    }
}

static void grant_by_another_thread_resumes_on_the_loops_thread(void **state)
{
    struct thing *thing = *state;
    struct task task;
    crew_thread other;
    queue(&task, thing, PAWL_NEVER);
    crew_start(&other, let_through, thing);
    run();
    crew_join(&other);
    assert_ended(&task, PAWL_OK);
}

static void grant_by_the_loops_thread_resumes_after_the_granting_call(void **state)
{
    struct thing *thing = *state;
    struct task task;
    queue(&task, thing, PAWL_NEVER);
    let_through(thing);
    assert_int_equal(task.calls, 0);
    run();
    assert_ended(&task, PAWL_OK);
}

static void resumed_task_holds_what_it_asked_for(void **state)
{
    struct thing *thing = *state;
    struct task task;
    queue(&task, thing, PAWL_NEVER);
    task.then = NULL;
    let_through(thing);
    run();
    assert_ended(&task, PAWL_OK);
    if (thing->kind == LOCK || thing->kind == FAIR || thing->kind == CONDITION) {
        assert_false(pawl_lock_try_acquire(&thing->lock));
    } else if (thing->kind == SHARED || thing->kind == EXCLUSIVE) {
        assert_int_equal(pawl_rwlock_try_acquire_shared(&thing->rwlock), thing->kind == SHARED);
        assert_int_equal(pawl_rwlock_release_shared(&thing->rwlock),
                         thing->kind == SHARED ? PAWL_OK : PAWL_NOT_HELD);
    } else if (thing->kind == BARRIER) {
        assert_int_equal(task.index, 0);
    }
    assert_int_equal(give_back(thing), PAWL_OK);
}

static void waiters_are_served_in_order_of_arrival(void **state)
{
    enum { TASKS = 5 };
    struct thing *thing = *state;
    struct task tasks[TASKS];
    unsigned first = stage.calls;
    for (unsigned j = 0; j < TASKS; j++) {
        queue(&tasks[j], thing, j % 2 == 0 ? PAWL_NEVER : pawl_after_s(3600));
    }
    let_through(thing);
    run();
    for (unsigned j = 0; j < TASKS; j++) {
        assert_ended(&tasks[j], PAWL_OK);
        assert_int_equal(tasks[j].place, first + j);
    }
}

static uint32_t turns_taken;

static void take_a_turn(struct task *task)
{
    task->index = turns_taken++;
    then_give_back(task);
}

static void threads_and_tasks_wait_in_one_queue(void **state)
{
    struct thing thing = busy(FAIR);
    struct task first, third;
    struct caller second = {.then = release_lock_after, .turn = &turns_taken};
    struct caller fourth = second;
    (void)state;
    turns_taken = 0;
    queue(&first, &thing, PAWL_NEVER);
    caller_start_on(&second, call_lock, &thing.lock, PAWL_NEVER, 2);
    queue(&third, &thing, PAWL_NEVER);
    caller_start_on(&fourth, call_lock, &thing.lock, PAWL_NEVER, 4);
    first.then = take_a_turn;
    third.then = take_a_turn;
    let_through(&thing);
    run();
    caller_join(&second);
    caller_join(&fourth);
    assert_int_equal(first.index, 0);
    assert_int_equal(second.order, 1);
    assert_int_equal(third.index, 2);
    assert_int_equal(fourth.order, 3);
    assert_at_rest(&thing);
}

static void start_again_once(struct task *task)
{
    then_give_back(task);
    task->then = then_give_back;
    assert_int_equal(start(task, PAWL_NEVER), PAWL_PENDING);
    assert_int_equal(task->result, PAWL_PENDING);
}

static void task_that_starts_again_in_its_call_queues_behind_the_others(void **state)
{
    struct thing thing = busy(LOCK);
    struct task again, other;
    (void)state;
    queue(&again, &thing, PAWL_NEVER);
    queue(&other, &thing, PAWL_NEVER);
    again.then = start_again_once;
    let_through(&thing);
    run();
    assert_int_equal(again.calls, 2);
    assert_int_equal(again.result, PAWL_OK);
    assert_int_equal(other.place, 1);
    assert_int_equal(again.place, 2);
    assert_at_rest(&thing);
}

/* Passes a lock on to itself, and counts how many other handles libuv has served meanwhile. */
static unsigned turns_of_the_loop, left_to_pass, most_in_a_turn, in_this_turn;

static void count_turn(uv_check_t *check)
{
    (void)check;
    turns_of_the_loop++;
    in_this_turn = 0;
}

static void pass_on(struct task *task)
{
    in_this_turn++;
    most_in_a_turn = in_this_turn > most_in_a_turn ? in_this_turn : most_in_a_turn;
    if (left_to_pass > 0) {
        left_to_pass--;
        assert_int_equal(start(task, PAWL_NEVER), PAWL_PENDING); /* behind the other one */
    }
    assert_int_equal(give_back(task->thing), PAWL_OK);
}

/* Two tasks pass a lock to and fro, `times` times in all. */
static void pass(unsigned times)
{
    struct thing thing = busy(LOCK);
    struct task tasks[2];
    uv_check_t check;
    turns_of_the_loop = most_in_a_turn = in_this_turn = 0;
    left_to_pass = times;
    uv_check_init(&stage.loop, &check);
    uv_check_start(&check, count_turn);
    uv_unref((uv_handle_t *)&check);
    for (int i = 0; i < 2; i++) {
        queue(&tasks[i], &thing, PAWL_NEVER);
        tasks[i].then = pass_on;
    }
    let_through(&thing);
    run();
    assert_int_equal(tasks[0].calls + tasks[1].calls, times + 2);
    assert_at_rest(&thing);
    uv_close((uv_handle_t *)&check, NULL);
    run();
}

static void hand_over_from_task_to_task_needs_no_turn_of_the_loop(void **state)
{
    (void)state;
    pass(1000);
    assert_true(turns_of_the_loop <= 2);
}

static void endless_hand_over_leaves_the_loops_other_handles_their_turn(void **state)
{
    (void)state;
    pass(10000);
    assert_true(most_in_a_turn <= PAWL_UV__TURN);
    assert_true(turns_of_the_loop >= 10000 / PAWL_UV__TURN);
}

/* ---- Misuse ---- */

static void operation_that_is_in_flight_is_not_started_again(void **state)
{
    struct thing *thing = *state;
    struct thing other = busy(thing->kind);
    struct task task;
    queue(&task, thing, PAWL_NEVER);
    for (int granted = 0; granted < 2; granted++) {
        task.thing = &other;
        assert_int_equal(start(&task, granted ? 0 : PAWL_NEVER), PAWL_INVALID);
        assert_int_equal(pawl__lot_count(key_of(&other)), 0);
        if (thing->kind == CONDITION) { /* still holds the lock */
            assert_int_equal(pawl_lock_release(&other.lock), PAWL_OK);
        }
        task.thing = thing;
        if (!granted) {
            let_through(thing);
        }
    }
    run();
    assert_ended(&task, PAWL_OK);
}

static void operation_of_zero_bytes_is_not_started(void **state)
{
    pawl_uv_await op;
    pawl_lock lock = PAWL_LOCK_INIT;
    (void)state;
    memset(&op, 0, sizeof op);
    assert_int_equal(pawl_uv_lock_acquire(&op, &lock, PAWL_NEVER), PAWL_INVALID);
    assert_false(pawl_lock_locked(&lock));
    assert_false(pawl_uv_await_cancel(&op));
}

static void condition_wait_without_the_lock_is_refused(void **state)
{
    struct thing thing = busy(CONDITION);
    struct task task;
    (void)state;
    prepare(&task, &thing);
    assert_int_equal(pawl_uv_condition_wait(&task.op, &thing.condition, &thing.lock, PAWL_NEVER),
                     PAWL_NOT_HELD);
    run(); /* nothing is in flight */
    assert_at_rest(&thing);
}

static void barrier_without_parties_or_broken_is_refused(void **state)
{
    struct thing thing = busy(BARRIER);
    struct task task;
    (void)state;
    prepare(&task, &thing);
    thing.barrier.parties_ = 0;
    assert_int_equal(start(&task, PAWL_NEVER), PAWL_INVALID);
    assert_int_equal(pawl_barrier_init(&thing.barrier, 2, NULL, NULL), PAWL_OK);
    pawl_barrier_abort(&thing.barrier);
    assert_int_equal(start(&task, PAWL_NEVER), PAWL_BROKEN);
    run();
    assert_int_equal(task.calls, 0);
}

static void barrier_that_is_aborted_resumes_its_parties_as_broken(void **state)
{
    struct thing thing = busy(BARRIER);
    struct task task;
    (void)state;
    queue(&task, &thing, PAWL_NEVER);
    pawl_barrier_abort(&thing.barrier);
    run();
    assert_ended(&task, PAWL_BROKEN);
}

/* ---- Cancel ---- */

static void cancel_before_the_grant_leaves_no_trace(void **state)
{
    struct thing *thing = *state;
    struct task task;
    queue(&task, thing, thing->kind % 2 == 0 ? PAWL_NEVER : pawl_after_ms(1));
    assert_true(pawl_uv_await_cancel(&task.op));
    assert_false(pawl_uv_await_cancel(&task.op));
    assert_int_equal(pawl__lot_count(key_of(thing)), 0);
    run();
    if (thing->kind == SEMAPHORE) {
        let_through(thing);
        assert_true(pawl_semaphore_try_acquire(&thing->semaphore));
    } else if (thing->kind != BARRIER) {
        let_through(thing);
    }
    run();
    assert_int_equal(task.calls, 0);
}

static void cancel_of_the_first_leaves_the_next_one_first(void **state)
{
    struct thing *thing = *state;
    struct task first, second;
    queue(&first, thing, PAWL_NEVER);
    queue(&second, thing, PAWL_NEVER);
    assert_true(pawl_uv_await_cancel(&first.op));
    let_through(thing);
    run();
    assert_int_equal(first.calls, 0);
    assert_ended(&second, PAWL_OK);
}

static void cancel_after_the_grant_is_too_late(void **state)
{
    struct thing *thing = *state;
    struct task task;
    queue(&task, thing, PAWL_NEVER);
    let_through(thing);
    assert_false(pawl_uv_await_cancel(&task.op));
    run();
    assert_ended(&task, PAWL_OK);
    assert_false(pawl_uv_await_cancel(&task.op));
}

static void cancel_of_one_that_another_thread_is_granting_is_too_late(void **state)
{
    struct thing *thing = *state;
    struct task task;
    struct slow_granter slow_granter;
    queue(&task, thing, PAWL_NEVER);
    slow_granter_start(&slow_granter, thing);
    assert_false(pawl_uv_await_cancel(&task.op));
    turn();
    assert_int_equal(task.calls, 0);
    slow_granter_end(&slow_granter);
    run();
    assert_ended(&task, PAWL_OK);
}

/* ---- Deadlines ---- */

static void assert_timed_out(const struct task *task, pawl_time deadline)
{
    assert_ended(task, PAWL_TIMEOUT);
    assert_true(task->at >= deadline);
}

static void deadline_is_never_early(void **state)
{
    struct thing *thing = *state;
    for (int i = 0; i < 8; i++) {
        struct task task;
        *thing = busy(thing->kind);
        pawl_time deadline = queue(&task, thing, pawl_after_us(100 + 370 * i));
        run();
        assert_timed_out(&task, deadline);
        if (thing->kind == BARRIER) {
            assert_true(pawl_barrier_broken(&thing->barrier));
        } else if (thing->kind != SEMAPHORE) {
            let_through(thing);
        }
        run();
        assert_int_equal(task.calls, 1);
        assert_at_rest(thing);
    }
}

static void past_deadline_is_a_try(void **state)
{
    static const pawl_time past[] = {INT64_MIN, -1, 0, 1};
    struct thing *thing = *state;
    const int kind = thing->kind;
    for (size_t i = 0; i < sizeof past / sizeof past[0]; i++) {
        struct task task;
        *thing = busy(kind);
        prepare(&task, thing);
        assert_int_equal(start(&task, past[i]),
                         kind == CONDITION ? PAWL_PENDING : PAWL_TIMEOUT);
        run();
        assert_int_equal(task.calls, kind == CONDITION ? 1 : 0);
        assert_int_equal(task.result, PAWL_TIMEOUT);
        assert_int_equal(pawl_barrier_broken(&thing->barrier), kind == BARRIER);
        if (kind != SEMAPHORE && kind != BARRIER) {
            let_through(thing);
        }
        assert_at_rest(thing);
    }
}

static void one_that_timed_out_leaves_the_next_one_first(void **state)
{
    struct thing *thing = *state;
    struct task first, second;
    queue(&first, thing, pawl_after_ms(1));
    queue(&second, thing, PAWL_NEVER);
    while (first.calls == 0) {
        turn();
    }
    assert_ended(&first, PAWL_TIMEOUT);
    let_through(thing);
    run();
    assert_ended(&second, PAWL_OK);
}

static void readers_come_in_when_the_writer_before_them_times_out(void **state)
{
    struct thing thing = busy(EXCLUSIVE);
    struct task writer, reader;
    (void)state;
    assert_int_equal(pawl_rwlock_downgrade(&thing.rwlock), PAWL_OK);
    queue(&writer, &thing, pawl_after_ms(1));
    prepare(&reader, &thing);
    reader.then = NULL;
    assert_int_equal(pawl_uv_rwlock_acquire_shared(&reader.op, &thing.rwlock, PAWL_NEVER),
                     PAWL_PENDING);
    run();
    assert_ended(&writer, PAWL_TIMEOUT);
    assert_ended(&reader, PAWL_OK);
    assert_int_equal(pawl_rwlock_release_shared(&thing.rwlock), PAWL_OK);
    assert_int_equal(pawl_rwlock_release_shared(&thing.rwlock), PAWL_OK);
    assert_at_rest(&thing);
}

static void barrier_that_times_out_is_broken_for_all(void **state)
{
    struct thing thing = busy(BARRIER);
    struct task first, second;
    (void)state;
    thing.barrier.parties_ = 3;
    queue(&first, &thing, PAWL_NEVER);
    prepare(&second, &thing);
    pawl_status at_once = start(&second, pawl_after_ms(5));
    assert_true(at_once == PAWL_PENDING || at_once == PAWL_TIMEOUT); /* if held up until then */
    run();
    assert_ended(&first, PAWL_BROKEN);
    assert_int_equal(second.result, PAWL_TIMEOUT);
    assert_true(pawl_barrier_broken(&thing.barrier));
}

static void condition_that_times_out_waits_for_its_lock(void **state)
{
    struct thing thing = busy(CONDITION);
    struct task task;
    pawl_time deadline = pawl_after_ms(1);
    (void)state;
    queue(&task, &thing, deadline);
    pawl_lock_acquire(&thing.lock);
    while (pawl__lot_count(&thing.lock) == 0) {
        turn();
    }
    turn();
    assert_int_equal(task.calls, 0);
    assert_int_equal(pawl_condition_notify_all(&thing.condition), 0);
    task.then = NULL;
    pawl_lock_release(&thing.lock);
    run();
    assert_timed_out(&task, deadline);
    assert_false(pawl_lock_try_acquire(&thing.lock)); /* it is the task's */
    assert_int_equal(pawl_lock_release(&thing.lock), PAWL_OK);
    assert_at_rest(&thing);
}

static void condition_that_timed_out_may_be_cancelled_while_it_waits_for_its_lock(void **state)
{
    struct thing thing = busy(CONDITION);
    struct task task;
    (void)state;
    queue(&task, &thing, pawl_after_ms(1));
    pawl_lock_acquire(&thing.lock);
    while (pawl__lot_count(&thing.lock) == 0) {
        turn();
    }
    assert_true(pawl_uv_await_cancel(&task.op));
    pawl_lock_release(&thing.lock);
    run();
    assert_int_equal(task.calls, 0);
    assert_at_rest(&thing);
}

static void deadline_no_longer_counts_for_one_that_was_notified(void **state)
{
    struct thing thing = busy(CONDITION);
    struct task task;
    pawl_time deadline = pawl_after_ms(2);
    (void)state;
    queue(&task, &thing, deadline);
    pawl_lock_acquire(&thing.lock);
    assert_int_equal(pawl_condition_notify(&thing.condition, 1), 1);
    while (task.op.in_heap_) { /* the timer has fired */
        turn();
    }
    assert_int_equal(task.calls, 0);
    pawl_lock_release(&thing.lock);
    run();
    assert_ended(&task, PAWL_OK);
    assert_true(task.at >= deadline);
    assert_at_rest(&thing);
}

static void deadline_no_longer_counts_for_one_that_is_being_granted(void **state)
{
    struct thing *thing = *state;
    struct task task;
    struct slow_granter slow_granter;
    pawl_time deadline = pawl_after_ms(2);
    queue(&task, thing, deadline);
    slow_granter_start(&slow_granter, thing);
    while (task.op.in_heap_) {
        turn();
    }
    assert_int_equal(task.calls, 0);
    slow_granter_end(&slow_granter);
    run();
    assert_ended(&task, PAWL_OK);
}

static void thousand_deadlines_pass_in_their_order(void **state)
{
    enum { TASKS = 1000 };
    struct thing thing = busy(EVENT);
    struct task *tasks = calloc(TASKS, sizeof *tasks);
    struct task *in_order[TASKS] = {NULL};
    uint64_t random = 88172645463325252;
    unsigned cancelled = 0;
    (void)state;
    assert_non_null(tasks);
    for (int i = 0; i < TASKS; i++) {
        queue(&tasks[i], &thing, pawl_after_us((int64_t)(next_random(&random) % 20000) + 100));
        if (i % 3 == 2) {
            struct task *victim = &tasks[next_random(&random) % (unsigned)i];
            cancelled += pawl_uv_await_cancel(&victim->op) ? 1 : 0;
        }
    }
    run();
    for (int i = 0; i < TASKS; i++) {
        if (tasks[i].calls != 0) {
            assert_timed_out(&tasks[i], tasks[i].op.deadline_);
            in_order[tasks[i].place] = &tasks[i];
        }
    }
    assert_int_equal(stage.calls, TASKS - cancelled);
    assert_true(cancelled > TASKS / 6);
    for (unsigned i = 1; i < stage.calls; i++) {
        assert_true(in_order[i - 1]->op.deadline_ <= in_order[i]->op.deadline_);
    }
    assert_at_rest(&thing);
    free(tasks);
}

static void earlier_deadline_is_not_held_up_by_one_that_started_before(void **state)
{
    struct thing thing = busy(EVENT);
    struct task late, early;
    (void)state;
    queue(&late, &thing, pawl_after_s(3600));
    turn();
    queue(&early, &thing, pawl_after_ms(1));
    while (early.calls == 0) {
        turn();
    }
    assert_ended(&early, PAWL_TIMEOUT);
    assert_true(pawl_uv_await_cancel(&late.op));
    run();
    assert_int_equal(late.calls, 0);
}

/* A thread that lets a waiter proceed at a random time, trial after trial. */
struct rival {
    crew_thread thread;
    struct thing *thing;
    pawl_time when;
    uint32_t trial;   /* atomic */
    uint32_t done;    /* atomic: the last trial it has finished */
    uint32_t current; /* its own */
};

enum { NO_MORE_TRIALS = INT32_MAX };

static bool has_trial(void *context)
{
    struct rival *rival = context;
    return pawl__load32(&rival->trial, PAWL__ACQUIRE) != rival->current;
}

static void compete(void *context)
{
    struct rival *rival = context;
    for (;;) {
        crew_until(has_trial, rival);
        rival->current = pawl__load32(&rival->trial, PAWL__ACQUIRE);
        if (rival->current == (uint32_t)NO_MORE_TRIALS) {
            return;
        }
        while (pawl_now() < rival->when) {
        }
        let_through(rival->thing);
        pawl__store32(&rival->done, rival->current, PAWL__RELEASE);
    }
}

static void rival_challenge(struct rival *rival, struct thing *thing, uint32_t trial,
                            pawl_time when)
{
    rival->thing = thing;
    rival->when = when;
    pawl__store32(&rival->trial, trial, PAWL__RELEASE);
}

static bool rival_is_done(void *context)
{
    struct rival *rival = context;
    return pawl__load32(&rival->done, PAWL__ACQUIRE) == rival->trial;
}

static void rival_end(struct rival *rival)
{
    pawl__store32(&rival->trial, (uint32_t)NO_MORE_TRIALS, PAWL__RELEASE);
    crew_join(&rival->thread);
}

/* After a rival has released once, and the task has ended with `result`: either it was granted, or
 * what the rival released is still free. */
static void assert_books_balance(struct thing *thing, pawl_status result)
{
    if (thing->kind == SEMAPHORE) {
        assert_int_equal(pawl_semaphore_try_acquire(&thing->semaphore), result != PAWL_OK);
    }
    assert_at_rest(thing);
}

static void deadline_racing_a_grant_has_one_outcome(void **state)
{
    enum { TRIALS = 100 };
    struct thing *thing = *state;
    const int kind = thing->kind;
    struct rival rival = {.trial = 0};
    uint64_t random = 2463534242;
    uint32_t trial = 0;
    crew_start(&rival.thread, compete, &rival);
    for (int i = 0; i < TRIALS; i++) {
        struct task task;
        *thing = busy(kind);
        pawl_time deadline = queue(&task, thing, pawl_after_us(900));
        rival_challenge(&rival, thing, ++trial,
                        deadline - PAWL_US(50) + (pawl_ns)(next_random(&random) % 600000));
        run();
        crew_until(rival_is_done, &rival);
        assert_int_equal(task.calls, 1);
        assert_true(task.result == PAWL_OK || task.result == PAWL_TIMEOUT);
        assert_true(task.result == PAWL_OK || task.at >= deadline);
        assert_books_balance(thing, task.result);
    }
    rival_end(&rival);
}

static void cancel_racing_a_grant_has_one_outcome(void **state)
{
    enum { TRIALS = 1000 };
    struct thing *thing = *state;
    const int kind = thing->kind;
    struct rival rival = {.trial = 0};
    uint64_t random = 2463534242;
    uint32_t trial = 0;
    crew_start(&rival.thread, compete, &rival);
    for (int i = 0; i < TRIALS; i++) {
        struct task task;
        *thing = busy(kind);
        pawl_time now = pawl_now();
        queue(&task, thing, i % 2 == 0 ? PAWL_NEVER : pawl_after_s(100));
        rival_challenge(&rival, thing, ++trial, now + (pawl_ns)(next_random(&random) % 2000));
        bool cancelled = pawl_uv_await_cancel(&task.op);
        run();
        crew_until(rival_is_done, &rival);
        assert_int_equal(task.calls, cancelled ? 0 : 1);
        assert_int_equal(task.result, cancelled ? PAWL_PENDING : PAWL_OK);
        assert_books_balance(thing, task.result);
    }
    rival_end(&rival);
}

/* ---- The loop ---- */

static void loop_ends_by_itself_when_nothing_is_in_flight(void **state)
{
    struct thing thing = busy(LOCK);
    struct task task;
    (void)state;
    assert_int_equal(uv_run(&stage.loop, UV_RUN_DEFAULT), 0);
    queue(&task, &thing, pawl_after_s(3600)); /* its timer does not keep the loop */
    assert_int_not_equal(uv_run(&stage.loop, UV_RUN_NOWAIT), 0);
    let_through(&thing);
    assert_int_equal(uv_run(&stage.loop, UV_RUN_DEFAULT), 0);
    assert_ended(&task, PAWL_OK);
    assert_true(pawl_lock_try_acquire(&thing.lock));
    queue(&task, &thing, PAWL_NEVER);
    assert_true(pawl_uv_await_cancel(&task.op));
    assert_int_equal(uv_run(&stage.loop, UV_RUN_DEFAULT), 0);
    pawl_lock_release(&thing.lock);
}

static void stop_the_loop(struct task *task)
{
    then_give_back(task);
    uv_stop(&stage.loop);
}

static void loop_that_was_stopped_goes_on_with_its_operations(void **state)
{
    struct thing thing = busy(LOCK);
    struct thing event = busy(EVENT);
    struct task first, second, third;
    (void)state;
    queue(&first, &event, PAWL_NEVER);
    queue(&second, &thing, PAWL_NEVER);
    queue(&third, &event, pawl_after_ms(1));
    first.then = stop_the_loop;
    pawl_event_set(&event.event);
    assert_int_not_equal(uv_run(&stage.loop, UV_RUN_DEFAULT), 0);
    assert_ended(&first, PAWL_OK);
    assert_int_equal(second.calls, 0);
    assert_int_equal(pawl__lot_count(&thing.lock), 1); /* while the loop does not run */
    let_through(&thing);
    assert_int_equal(second.calls, 0);
    run();
    assert_ended(&second, PAWL_OK);
    assert_ended(&third, PAWL_OK);
    assert_at_rest(&thing);
}

static void count_handle(uv_handle_t *handle, void *context)
{
    (void)handle;
    *(unsigned *)context += 1;
}

static unsigned handles(void)
{
    unsigned count = 0;
    uv_walk(&stage.loop, count_handle, &count);
    return count;
}

static void ten_thousand_operations_have_no_handle_of_their_own_and_are_closed(void **state)
{
    enum { TASKS = 10000 };
    struct thing thing = busy(LOCK);
    struct task *tasks = calloc(TASKS, sizeof *tasks);
    (void)state;
    assert_non_null(tasks);
    assert_int_equal(handles(), 2); /* for wake-ups, and the timer */
    for (int i = 0; i < TASKS; i++) {
        queue(&tasks[i], &thing, i % 2 == 0 ? PAWL_NEVER : pawl_after_s(3600 - i / 10));
    }
    assert_int_equal(handles(), 2);
    assert_int_equal(pawl__lot_count(&thing.lock), TASKS);
    pawl_uv_close(stage.uv, count_closing);
    run();
    for (int i = 0; i < TASKS; i++) {
        assert_ended(&tasks[i], PAWL_CANCELLED);
    }
    let_through(&thing);
    assert_at_rest(&thing);
    free(tasks);
}

/* ---- Close ---- */

static void close_ends_what_waits_as_cancelled(void **state)
{
    struct thing things[KINDS];
    struct task tasks[KINDS];
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        things[kind] = busy(kind);
        queue(&tasks[kind], &things[kind], kind % 2 == 0 ? PAWL_NEVER : pawl_after_s(3600));
    }
    stage.in_call = true;
    pawl_uv_close(stage.uv, count_closing);
    stage.in_call = false;
    assert_int_equal(stage.calls + stage.closings, 0);
    run();
    assert_int_equal(stage.closings, 1);
    for (int kind = 0; kind < KINDS; kind++) {
        assert_ended(&tasks[kind], PAWL_CANCELLED);
        if (kind != SEMAPHORE && kind != BARRIER) {
            let_through(&things[kind]);
        }
        assert_at_rest(&things[kind]);
    }
}

static void close_lets_those_that_were_granted_have_it(void **state)
{
    struct thing things[KINDS];
    struct task tasks[KINDS];
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        things[kind] = busy(kind);
        queue(&tasks[kind], &things[kind], PAWL_NEVER);
        let_through(&things[kind]);
    }
    pawl_uv_close(stage.uv, count_closing);
    run();
    for (int kind = 0; kind < KINDS; kind++) {
        assert_ended(&tasks[kind], PAWL_OK);
        assert_at_rest(&things[kind]);
    }
}

static void close_waits_for_one_that_another_thread_is_granting(void **state)
{
    struct thing thing = busy(LOCK);
    struct thing other = busy(EVENT);
    struct task task, waits;
    struct slow_granter slow_granter;
    (void)state;
    queue(&task, &thing, PAWL_NEVER);
    queue(&waits, &other, PAWL_NEVER);
    slow_granter_start(&slow_granter, &thing);
    pawl_uv_close(stage.uv, count_closing);
    for (int i = 0; i < 10; i++) {
        turn();
    }
    assert_ended(&waits, PAWL_CANCELLED); /* the loop goes on */
    assert_int_equal(task.calls, 0);
    assert_int_equal(stage.closings, 0);
    slow_granter_end(&slow_granter);
    run();
    assert_ended(&task, PAWL_OK);
    assert_int_equal(stage.closings, 1);
    assert_at_rest(&thing);
}

static void close_of_a_condition_that_waits_for_its_lock_holds_nothing(void **state)
{
    struct thing thing = busy(CONDITION);
    struct thing notified = busy(CONDITION);
    struct task tasks[2];
    (void)state;
    queue(&tasks[0], &thing, pawl_after_ms(1));
    queue(&tasks[1], &notified, PAWL_NEVER);
    pawl_lock_acquire(&thing.lock);
    pawl_lock_acquire(&notified.lock);
    assert_int_equal(pawl_condition_notify(&notified.condition, 1), 1);
    while (pawl__lot_count(&thing.lock) == 0) {
        turn();
    }
    pawl_uv_close(stage.uv, count_closing);
    run();
    assert_ended(&tasks[0], PAWL_CANCELLED);
    assert_ended(&tasks[1], PAWL_CANCELLED);
    pawl_lock_release(&thing.lock);
    pawl_lock_release(&notified.lock);
    assert_at_rest(&thing);
    assert_at_rest(&notified);
}

static void assert_refused(struct task *task)
{
    struct thing other = busy(LOCK);
    struct thing condition = busy(CONDITION);
    struct task late;
    then_give_back(task);
    prepare(&late, &other);
    let_through(&other);
    assert_int_equal(start(&late, PAWL_NEVER), PAWL_CANCELLED);
    assert_false(pawl_lock_locked(&other.lock));
    late.thing = &condition;
    assert_int_equal(start(&late, PAWL_NEVER), PAWL_CANCELLED);
    assert_int_equal(pawl_lock_release(&condition.lock), PAWL_OK); /* was not released */
    assert_int_equal(late.calls, 0);
}

static void start_during_close_is_refused(void **state)
{
    struct thing thing = busy(LOCK);
    struct task task;
    (void)state;
    queue(&task, &thing, PAWL_NEVER);
    pawl_uv_close(stage.uv, count_closing);
    assert_refused(&task);
    task.then = assert_refused;
    run();
    assert_ended(&task, PAWL_CANCELLED);
}

static void close_here(struct task *task)
{
    then_give_back(task);
    pawl_uv_close(stage.uv, count_closing);
    pawl_uv_close(stage.uv, NULL); /* does nothing */
    assert_int_equal(stage.closings, 0);
}

static void close_in_the_last_call_closes_once(void **state)
{
    struct thing thing = busy(LOCK);
    struct task task;
    (void)state;
    queue(&task, &thing, PAWL_NEVER);
    task.then = close_here;
    let_through(&thing);
    run();
    assert_int_equal(stage.closings, 1);
}

/* By a grant, and by a deadline; otherwise the other operation's turn would never come. */
static void close_in_a_call_ends_the_others_too(void **state)
{
    struct thing things[2] = {busy(LOCK), busy(SEMAPHORE)};
    struct task closer, other;
    (void)state;
    queue(&other, &things[1], PAWL_NEVER);
    queue(&closer, &things[0], PAWL_NEVER);
    closer.then = close_here;
    let_through(&things[0]);
    run();
    assert_int_equal(other.calls, 1);
    assert_int_equal(other.result, PAWL_CANCELLED);
    assert_int_equal(stage.closings, 1);
}

static void close_at_once(struct task *task)
{
    (void)task;
    pawl_uv_close(stage.uv, count_closing);
}

static void close_in_a_call_at_a_deadline_ends_the_others_too(void **state)
{
    struct thing things[2] = {busy(LOCK), busy(SEMAPHORE)};
    struct task closer, other;
    (void)state;
    queue(&other, &things[1], PAWL_NEVER);
    queue(&closer, &things[0], pawl_after_ms(20));
    closer.then = close_at_once;
    run();
    assert_int_equal(closer.result, PAWL_TIMEOUT);
    assert_int_equal(other.calls, 1);
    assert_int_equal(other.result, PAWL_CANCELLED);
    assert_int_equal(stage.closings, 1);
}

static void cancel_of_the_last_one_during_close_closes(void **state)
{
    struct thing thing = busy(LOCK);
    struct task task;
    (void)state;
    queue(&task, &thing, PAWL_NEVER);
    pawl_uv_close(stage.uv, count_closing);
    assert_true(pawl_uv_await_cancel(&task.op));
    run();
    assert_int_equal(task.calls, 0);
    assert_int_equal(stage.closings, 1);
}

static void close_needs_nobody_to_be_told(void **state)
{
    pawl_uv *uv = malloc(sizeof *uv);
    (void)state;
    assert_non_null(uv);
    assert_int_equal(pawl_uv_init(uv, &stage.loop), 0);
    pawl_uv_close(uv, NULL);
    run();
    free(uv);
}

static void close_racing_grants_loses_and_doubles_nothing(void **state)
{
    enum { TRIALS = 300, TASKS = 4 };
    struct rival rival = {.trial = 0};
    uint64_t random = 362436069;
    (void)state;
    crew_start(&rival.thread, compete, &rival);
    for (uint32_t trial = 1; trial <= TRIALS; trial++) {
        static const int kinds[] = {LOCK, SEMAPHORE, EVENT, EXCLUSIVE, CONDITION};
        struct thing thing = busy(kinds[trial % 5]);
        struct task tasks[TASKS];
        int granted = 0;
        for (int i = 0; i < TASKS; i++) {
            queue(&tasks[i], &thing, i % 2 == 0 ? PAWL_NEVER : pawl_after_s(3600));
        }
        rival_challenge(&rival, &thing, trial,
                        pawl_now() + (pawl_ns)(next_random(&random) % 10000));
        pawl_uv_close(stage.uv, count_closing);
        run();
        assert_int_equal(stage.closings, 1);
        crew_until(rival_is_done, &rival);
        for (int i = 0; i < TASKS; i++) {
            assert_int_equal(tasks[i].calls, 1);
            granted += tasks[i].result == PAWL_OK;
        }
        if (thing.kind == SEMAPHORE || thing.kind == CONDITION) {
            assert_true(granted <= 1);
        }
        assert_books_balance(&thing, granted != 0 ? PAWL_OK : PAWL_CANCELLED);
        assert_int_equal(uv_loop_close(&stage.loop), 0);
        assert_int_equal(start_loop(), 0);
    }
    rival_end(&rival);
}

/* ---- What a coroutine's destruction needs ---- */

/* Abandons the task, and gives back what it was granted. */
static void abandon(struct task *task, pawl_status result)
{
    assert_int_equal(pawl_uv__abandon(&task->op), result);
    task->result = result;
    then_give_back(task);
    memset(&task->op, 0xA5, sizeof task->op); /* its memory is gone */
}

static void abandoned_while_it_waits_it_holds_nothing(void **state)
{
    struct thing *thing = *state;
    struct task task;
    queue(&task, thing, thing->kind % 2 == 0 ? PAWL_NEVER : pawl_after_ms(1));
    abandon(&task, PAWL_CANCELLED);
    if (thing->kind != SEMAPHORE && thing->kind != BARRIER) {
        let_through(thing);
    }
    run();
    assert_int_equal(task.calls, 0);
}

static void abandoned_after_its_grant_it_has_what_it_was_granted(void **state)
{
    struct thing *thing = *state;
    struct task task;
    queue(&task, thing, PAWL_NEVER);
    let_through(thing);
    abandon(&task, PAWL_OK);
    run();
    assert_int_equal(task.calls, 0);
}

static void let_go_on(void *context)
{
    struct slow_granter *slow_granter = context;
    wait_for_waiters(&stage.uv->arrived_, 1);
    pawl_event_set(&slow_granter->go_on);
}

static void abandoned_while_another_thread_grants_it_waits_for_that_thread(void **state)
{
    struct thing *thing = *state;
    struct task task;
    struct slow_granter slow_granter;
    crew_thread other;
    queue(&task, thing, PAWL_NEVER);
    slow_granter_start(&slow_granter, thing);
    crew_start(&other, let_go_on, &slow_granter);
    abandon(&task, PAWL_OK);
    crew_join(&other);
    slow_granter_end(&slow_granter);
    run();
    assert_int_equal(task.calls, 0);
}

/* A task of pawl_await's own on the loop's thread that lets another task proceed and abandons
 * it. */
static void grant_and_abandon(pawl_await *await, pawl_status result)
{
    struct task *task = pawl_await_context(await);
    (void)result;
    let_through(task->thing);
    assert_false(pawl_uv_await_cancel(&task->op));
    abandon(task, PAWL_OK);
}

static void abandoned_inside_the_grant_on_its_own_thread_it_has_it(void **state)
{
    struct thing *thing = *state;
    struct task task;
    pawl_event gate = PAWL_EVENT_INIT;
    pawl_await await;
    queue(&task, thing, PAWL_NEVER);
    pawl_await_init(&await, grant_and_abandon, &task);
    assert_int_equal(pawl_event_wait_await(&gate, &await), PAWL_PENDING);
    pawl_event_set(&gate);
    run();
    assert_int_equal(task.calls, 0);
}

static void abandoned_after_its_time_was_up_it_has_what_a_time_out_leaves(void **state)
{
    struct thing thing = busy(CONDITION);
    struct task task;
    (void)state;
    queue(&task, &thing, pawl_after_ms(1));
    pawl_lock_acquire(&thing.lock);
    while (pawl__lot_count(&thing.lock) == 0) {
        turn();
    }
    pawl_lock_release(&thing.lock);
    assert_int_equal(pawl_uv__abandon(&task.op), PAWL_TIMEOUT);
    assert_int_equal(pawl_lock_release(&thing.lock), PAWL_OK);
    run();
    assert_int_equal(task.calls, 0);
    assert_at_rest(&thing);
}

static void abandon_writer(pawl_await *await, pawl_status result)
{
    (void)result;
    abandon(pawl_await_context(await), PAWL_CANCELLED);
}

/* The withdrawal of a writer grants the reader behind it, a pawl_await, which abandons the writer:
 * by its deadline, by close, and by a deadline that is past when it starts. */
static void abandoned_by_what_its_own_withdrawal_lets_in_it_holds_nothing(void **state)
{
    enum { BY_DEADLINE, BY_CLOSE };
    (void)state;
    for (int way = BY_DEADLINE; way <= BY_CLOSE; way++) {
        struct thing thing = busy(EXCLUSIVE);
        struct task writer;
        pawl_await reader;
        assert_int_equal(pawl_rwlock_downgrade(&thing.rwlock), PAWL_OK);
        queue(&writer, &thing, way == BY_DEADLINE ? pawl_after_ms(1) : PAWL_NEVER);
        pawl_await_init(&reader, abandon_writer, &writer);
        assert_int_equal(pawl_rwlock_acquire_shared_await(&thing.rwlock, &reader), PAWL_PENDING);
        if (way == BY_CLOSE) {
            pawl_uv_close(stage.uv, count_closing);
        }
        run();
        assert_int_equal(writer.calls, 0);
        assert_int_equal(pawl_rwlock_release_shared(&thing.rwlock), PAWL_OK);
        assert_int_equal(pawl_rwlock_release_shared(&thing.rwlock), PAWL_OK);
        assert_at_rest(&thing);
    }
}

static void cancel_and_forget(pawl_await *await, pawl_status result)
{
    struct task *task = pawl_await_context(await);
    (void)result;
    assert_true(pawl_uv_await_cancel(&task->op));
    memset(&task->op, 0xA5, sizeof task->op);
    pawl_lock_release(&task->thing->lock);
}

static void condition_may_be_cancelled_by_what_its_own_start_lets_in(void **state)
{
    struct thing thing = busy(CONDITION);
    struct task task;
    pawl_await next;
    (void)state;
    prepare(&task, &thing);
    pawl_await_init(&next, cancel_and_forget, &task);
    pawl_lock_acquire(&thing.lock);
    assert_int_equal(pawl_lock_acquire_await(&thing.lock, &next), PAWL_PENDING);
    assert_int_equal(
        pawl_uv_condition_wait(&task.op, &thing.condition, &thing.lock, pawl_after_s(3600)),
        PAWL_PENDING);
    run();
    assert_int_equal(task.calls, 0);
    assert_at_rest(&thing);
}

/* ---- Several loops ---- */

enum { LOOPS = 2, TASKS_EACH = 3, ROUNDS = 2000 };

static struct {
    pawl_lock lock;
    uint64_t count; /* plain, under the lock */
} shared;

struct worker {
    pawl_uv_await op;
    int rounds;
};

static void work_on(pawl_uv_await *op, pawl_status result)
{
    struct worker *worker = pawl_uv_await_context(op);
    while (result == PAWL_OK) {
        shared.count++;
        pawl_lock_release(&shared.lock);
        if (--worker->rounds == 0) {
            return;
        }
        result = pawl_uv_lock_acquire(op, &shared.lock, pawl_after_s(3600));
    }
}

static void run_a_loop(void *context)
{
    struct worker workers[TASKS_EACH];
    pawl_uv *uv = context;
    for (int i = 0; i < TASKS_EACH; i++) {
        workers[i].rounds = ROUNDS;
        pawl_uv_await_init(&workers[i].op, uv, work_on, &workers[i]);
        work_on(&workers[i].op, pawl_uv_lock_acquire(&workers[i].op, &shared.lock, PAWL_NEVER));
    }
    uv_run(uv->async_.loop, UV_RUN_DEFAULT);
    pawl_uv_close(uv, NULL);
    uv_run(uv->async_.loop, UV_RUN_DEFAULT);
}

/* The loops are made and closed by one thread. ThreadSanitizer does not see libuv close a file. If
 * unrelated threads make and close loops, TSan takes the next use of the file's number for a use of
 * the old file. */
static void two_loops_and_a_thread_share_a_lock(void **state)
{
    crew_thread threads[LOOPS];
    uv_loop_t loops[LOOPS];
    pawl_uv uvs[LOOPS];
    (void)state;
    pawl_lock_init(&shared.lock);
    shared.count = 0;
    for (int i = 0; i < LOOPS; i++) {
        assert_int_equal(uv_loop_init(&loops[i]), 0);
        assert_int_equal(pawl_uv_init(&uvs[i], &loops[i]), 0);
    }
    for (int i = 0; i < LOOPS; i++) {
        crew_start(&threads[i], run_a_loop, &uvs[i]);
    }
    for (int i = 0; i < ROUNDS; i++) {
        pawl_lock_acquire(&shared.lock);
        shared.count++;
        pawl_lock_release(&shared.lock);
    }
    for (int i = 0; i < LOOPS; i++) {
        crew_join(&threads[i]);
    }
    for (int i = 0; i < LOOPS; i++) {
        assert_int_equal(uv_loop_close(&loops[i]), 0);
    }
    assert_int_equal(shared.count, (LOOPS * TASKS_EACH + 1) * ROUNDS);
    assert_false(pawl_lock_locked(&shared.lock));
}

#define ON(kind) (1U << (kind))
#define ALL (ON(KINDS) - 1)
#define IN_TURN (ON(LOCK) | ON(FAIR) | ON(SEMAPHORE) | ON(EXCLUSIVE)) /* granted one by one */

int main(void)
{
    const struct row_test tests[] = {
        BY_ROWS(what_is_free_is_had_at_once, ALL & ~ON(CONDITION)),
        BY_ROWS(grant_by_another_thread_resumes_on_the_loops_thread, ALL),
        BY_ROWS(grant_by_the_loops_thread_resumes_after_the_granting_call, ALL),
        BY_ROWS(resumed_task_holds_what_it_asked_for, ALL),
        BY_ROWS(waiters_are_served_in_order_of_arrival, ON(LOCK) | ON(FAIR) | ON(EXCLUSIVE)),
        BY_ROWS(threads_and_tasks_wait_in_one_queue, ONCE),
        BY_ROWS(task_that_starts_again_in_its_call_queues_behind_the_others, ONCE),
        BY_ROWS(hand_over_from_task_to_task_needs_no_turn_of_the_loop, ONCE),
        BY_ROWS(endless_hand_over_leaves_the_loops_other_handles_their_turn, ONCE),
        BY_ROWS(operation_that_is_in_flight_is_not_started_again, ALL),
        BY_ROWS(operation_of_zero_bytes_is_not_started, ONCE),
        BY_ROWS(condition_wait_without_the_lock_is_refused, ONCE),
        BY_ROWS(barrier_without_parties_or_broken_is_refused, ONCE),
        BY_ROWS(barrier_that_is_aborted_resumes_its_parties_as_broken, ONCE),
        BY_ROWS(cancel_before_the_grant_leaves_no_trace, ALL),
        BY_ROWS(cancel_of_the_first_leaves_the_next_one_first, IN_TURN),
        BY_ROWS(cancel_after_the_grant_is_too_late, ALL),
        BY_ROWS(cancel_of_one_that_another_thread_is_granting_is_too_late, ALL),
        BY_ROWS(deadline_is_never_early, ALL),
        BY_ROWS(past_deadline_is_a_try, ALL),
        BY_ROWS(one_that_timed_out_leaves_the_next_one_first, IN_TURN),
        BY_ROWS(readers_come_in_when_the_writer_before_them_times_out, ONCE),
        BY_ROWS(barrier_that_times_out_is_broken_for_all, ONCE),
        BY_ROWS(condition_that_times_out_waits_for_its_lock, ONCE),
        BY_ROWS(condition_that_timed_out_may_be_cancelled_while_it_waits_for_its_lock, ONCE),
        BY_ROWS(deadline_no_longer_counts_for_one_that_was_notified, ONCE),
        BY_ROWS(deadline_no_longer_counts_for_one_that_is_being_granted, ALL),
        BY_ROWS(thousand_deadlines_pass_in_their_order, ONCE),
        BY_ROWS(earlier_deadline_is_not_held_up_by_one_that_started_before, ONCE),
        BY_ROWS(deadline_racing_a_grant_has_one_outcome, ALL & ~ON(BARRIER)),
        BY_ROWS(cancel_racing_a_grant_has_one_outcome, ALL & ~ON(BARRIER)),
        BY_ROWS(loop_ends_by_itself_when_nothing_is_in_flight, ONCE),
        BY_ROWS(loop_that_was_stopped_goes_on_with_its_operations, ONCE),
        BY_ROWS(ten_thousand_operations_have_no_handle_of_their_own_and_are_closed, ONCE),
        BY_ROWS(close_ends_what_waits_as_cancelled, ONCE),
        BY_ROWS(close_lets_those_that_were_granted_have_it, ONCE),
        BY_ROWS(close_waits_for_one_that_another_thread_is_granting, ONCE),
        BY_ROWS(close_of_a_condition_that_waits_for_its_lock_holds_nothing, ONCE),
        BY_ROWS(start_during_close_is_refused, ONCE),
        BY_ROWS(close_in_the_last_call_closes_once, ONCE),
        BY_ROWS(close_in_a_call_ends_the_others_too, ONCE),
        BY_ROWS(close_in_a_call_at_a_deadline_ends_the_others_too, ONCE),
        BY_ROWS(cancel_of_the_last_one_during_close_closes, ONCE),
        BY_ROWS(close_needs_nobody_to_be_told, ONCE),
        BY_ROWS(close_racing_grants_loses_and_doubles_nothing, ONCE),
        BY_ROWS(abandoned_while_it_waits_it_holds_nothing, ALL),
        BY_ROWS(abandoned_after_its_grant_it_has_what_it_was_granted, ALL),
        BY_ROWS(abandoned_while_another_thread_grants_it_waits_for_that_thread, ALL),
        BY_ROWS(abandoned_inside_the_grant_on_its_own_thread_it_has_it, ALL),
        BY_ROWS(abandoned_after_its_time_was_up_it_has_what_a_time_out_leaves, ONCE),
        BY_ROWS(abandoned_by_what_its_own_withdrawal_lets_in_it_holds_nothing, ONCE),
        BY_ROWS(condition_may_be_cancelled_by_what_its_own_start_lets_in, ONCE),
        BY_ROWS(two_loops_and_a_thread_share_a_lock, ONCE),
    };
    const struct rows by_kind = {row_names, KINDS, set_up, tear_down};
    return rows_run(&by_kind, tests, sizeof tests / sizeof tests[0]);
}
