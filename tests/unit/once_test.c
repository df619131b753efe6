/* SPDX-License-Identifier: MIT
 *
 * docs/semantics.md, "All" and "RWLock, Once", for pawl_once.
 */
#include "caller.h"

#include <stdlib.h>
#include <string.h>

static bool is_set(void *flag)
{
    return pawl__load8((uint8_t *)flag, PAWL__ACQUIRE) != 0;
}

/* The data that a once sets up. All is plain except the flags: only the once orders it. */
struct setup {
    pawl_once once;
    size_t waiters;  /* the run goes on until this many threads wait for it */
    bool to_be_told; /* and until it may end */
    int runs;
    bool done_while_running;
    bool complete;   /* set at the very end of the run */
    uint8_t *go;     /* if not NULL: the calls wait until this is 1 */
    uint8_t running; /* atomic: 1 once the run has begun */
    uint8_t may_end; /* atomic */
};

static void set_up(void *ctx)
{
    struct setup *setup = ctx;
    setup->runs++;
    setup->done_while_running = pawl_once_done(&setup->once);
    pawl__store8(&setup->running, 1, PAWL__RELEASE);
    if (setup->waiters > 0) {
        wait_for_waiters(&setup->once, setup->waiters);
    }
    if (setup->to_be_told) {
        crew_until(is_set, &setup->may_end);
    }
    setup->complete = true;
}

/* Call the once, when `go`, if there is one, is 1. A run that is not complete when the call returns
 * is a mistake. */
static pawl_status call_it(struct caller *caller)
{
    struct setup *setup = caller->object;
    if (setup->go != NULL) {
        crew_until(is_set, setup->go);
    }
    pawl_once_call(&setup->once, set_up, setup);
    caller->mistakes += setup->complete ? 0 : 1;
    caller->mistakes += pawl_once_done(&setup->once) ? 0 : 1;
    return PAWL_OK;
}

/* Start a run that goes on until it is released, and wait until it runs. */
static void runner_start(struct caller *caller, struct setup *setup)
{
    setup->to_be_told = true;
    callers_start(caller, 1, &(struct caller){.call = call_it, .object = setup});
    crew_until(is_set, &setup->running);
}

/* Start others, each of which waits for the run. */
static void others_start(struct caller *others, size_t count, struct setup *setup)
{
    for (size_t i = 0; i < count; i++) {
        others[i] = (struct caller){.call = call_it, .object = setup, .key = &setup->once};
        caller_start(&others[i], i + 1);
    }
}

static void tell_to_end(struct setup *setup)
{
    pawl__store8(&setup->may_end, 1, PAWL__RELEASE);
}

static void count_run(void *ctx)
{
    int *runs = ctx;
    (*runs)++;
}

static void once_is_one_byte(void **state)
{
    (void)state;
    assert_int_equal(sizeof(pawl_once), 1);
}

static void once_of_zero_bytes_is_ready(void **state)
{
    pawl_once once;
    int runs = 0;
    (void)state;
    memset(&once, 0, sizeof once);
    assert_false(pawl_once_done(&once));
    pawl_once_call(&once, count_run, &runs);
    assert_int_equal(runs, 1);
    assert_true(pawl_once_done(&once));
}

static void once_initialisers_make_it_fresh(void **state)
{
    pawl_once once = PAWL_ONCE_INIT;
    int runs = 0;
    (void)state;
    assert_false(pawl_once_done(&once));
    pawl_once_call(&once, count_run, &runs);
    pawl_once_init(&once);
    assert_false(pawl_once_done(&once));
    pawl_once_call(&once, count_run, &runs);
    assert_int_equal(runs, 2);
    memset(&once, 0xA5, sizeof once);
    pawl_once_init(&once);
    pawl_once_call(&once, count_run, &runs);
    assert_int_equal(runs, 3);
}

static void once_runs_the_function_once(void **state)
{
    pawl_once once = PAWL_ONCE_INIT;
    int runs = 0;
    int others = 0;
    (void)state;
    for (int i = 0; i < 5; i++) {
        pawl_once_call(&once, count_run, &runs);
        pawl_once_call(&once, count_run, &others); /* whatever function, whatever context */
    }
    assert_int_equal(runs, 1);
    assert_int_equal(others, 0);
}

static void once_runs_the_function_once_when_many_threads_race(void **state)
{
    enum { THREADS = 8, ROUNDS = 40 };
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        uint8_t go = 0;
        struct setup setup = {.once = PAWL_ONCE_INIT, .go = &go};
        struct caller callers[THREADS];
        callers_start(callers, THREADS, &(struct caller){.call = call_it, .object = &setup});
        pawl__store8(&go, 1, PAWL__RELEASE);
        callers_join(callers, THREADS, PAWL_OK);
        assert_int_equal(setup.runs, 1);
        assert_int_equal(setup.once.state_, PAWL__ONCE_DONE);
    }
}

static void once_lets_others_return_only_after_the_function_has(void **state)
{
    enum { OTHERS = 5 };
    struct setup setup = {.once = PAWL_ONCE_INIT};
    struct caller runner;
    struct caller others[OTHERS];
    (void)state;
    runner_start(&runner, &setup);
    others_start(others, OTHERS, &setup);
    assert_int_equal(callers_back(others, OTHERS), 0);
    tell_to_end(&setup);
    callers_join(&runner, 1, PAWL_OK);
    callers_join(others, OTHERS, PAWL_OK);
    assert_int_equal(setup.runs, 1);
    assert_int_equal(pawl__lot_count(&setup.once), 0);
}

static void once_makes_the_functions_writes_visible_to_all_waiters(void **state)
{
    enum { THREADS = 6 };
    struct setup setup = {.once = PAWL_ONCE_INIT, .waiters = THREADS - 1};
    struct caller callers[THREADS];
    (void)state;
    callers_start(callers, THREADS, &(struct caller){.call = call_it, .object = &setup});
    callers_join(callers, THREADS, PAWL_OK);
    assert_int_equal(setup.runs, 1);
}

static void once_is_done_only_when_the_function_has_returned(void **state)
{
    struct setup setup = {.once = PAWL_ONCE_INIT};
    struct caller runner;
    (void)state;
    assert_false(pawl_once_done(&setup.once));
    runner_start(&runner, &setup);
    assert_false(pawl_once_done(&setup.once));
    tell_to_end(&setup);
    callers_join(&runner, 1, PAWL_OK);
    assert_false(setup.done_while_running);
    assert_true(pawl_once_done(&setup.once));
}

static bool is_done(void *once)
{
    return pawl_once_done(once);
}

static void done_shows_what_the_function_wrote(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        struct setup setup = {.once = PAWL_ONCE_INIT};
        struct caller runner = {.call = call_it, .object = &setup};
        caller_start(&runner, AT_ITS_OWN_TIME);
        crew_until(is_done, &setup.once);
        assert_true(setup.complete);
        assert_int_equal(setup.runs, 1);
        callers_join(&runner, 1, PAWL_OK);
    }
}

/* The function of one once may call another. */
static void call_another(void *ctx)
{
    struct setup *setup = ctx;
    pawl_once_call(&setup->once, set_up, setup);
}

static void once_may_call_another_once(void **state)
{
    pawl_once outer = PAWL_ONCE_INIT;
    struct setup setup = {.once = PAWL_ONCE_INIT};
    (void)state;
    pawl_once_call(&outer, call_another, &setup);
    pawl_once_call(&outer, call_another, &setup);
    assert_true(pawl_once_done(&outer));
    assert_true(pawl_once_done(&setup.once));
    assert_int_equal(setup.runs, 1);
}

/* Many onces, at each of which several threads arrive at about the same time. */
enum { ONCES = 600, WALKERS = 4 };

struct cell {
    pawl_once once;
    uint32_t runs; /* plain, as is the value */
    uint32_t value;
};

struct walk {
    struct cell *cells;
    uint8_t go; /* atomic */
};

static void fill_cell(void *ctx)
{
    struct cell *cell = ctx;
    cell->runs++;
    crew_yield(); /* so that others arrive while it runs */
    cell->value = 1234;
}

static pawl_status walk_along(struct caller *walker)
{
    struct walk *walk = walker->object;
    crew_until(is_set, &walk->go);
    for (size_t i = 0; i < ONCES; i++) {
        struct cell *cell = &walk->cells[i];
        pawl_once_call(&cell->once, fill_cell, cell);
        walker->mistakes += cell->value == 1234 && cell->runs == 1 ? 0U : 1U;
        if (next_random(&walker->seed) % 8 == 0) {
            crew_yield();
        }
    }
    return PAWL_OK;
}

static void many_onces_each_run_once(void **state)
{
    struct walk walk = {.cells = calloc(ONCES, sizeof *walk.cells)};
    struct caller walkers[WALKERS];
    (void)state;
    assert_non_null(walk.cells);
    callers_start(walkers, WALKERS,
                  &(struct caller){
                      .call = walk_along, .object = &walk, .seed = 3935559000370003845U});
    pawl__store8(&walk.go, 1, PAWL__RELEASE);
    callers_join(walkers, WALKERS, PAWL_OK);
    for (size_t i = 0; i < ONCES; i++) {
        assert_int_equal(walk.cells[i].runs, 1);
        assert_int_equal(walk.cells[i].once.state_, PAWL__ONCE_DONE);
    }
    free(walk.cells);
}

/* A once in memory that a thread which sees it done reuses at once: the thread that ran the
 * function, still inside its call, must not write there. */
struct reuse {
    pawl_once *once;
    size_t waiters;
    uint8_t running; /* atomic */
};

enum { REUSED_AS = 0xA5 };

static void run_for_reuse(void *ctx)
{
    struct reuse *reuse = ctx;
    pawl__store8(&reuse->running, 1, PAWL__RELEASE);
    if (reuse->waiters > 0) {
        wait_for_waiters(reuse->once, reuse->waiters);
    }
}

static pawl_status call_for_reuse(struct caller *caller)
{
    struct reuse *reuse = caller->object;
    pawl_once_call(reuse->once, run_for_reuse, reuse);
    return PAWL_OK;
}

static void once_may_be_freed_by_a_thread_that_knows_it_done(void **state)
{
    (void)state;
    for (int round = 0; round < 200; round++) {
        struct reuse reuse = {.once = pawl_once_new(), .waiters = round % 2 == 0 ? 1 : 0};
        struct caller other = {.call = call_for_reuse, .object = &reuse};
        assert_non_null(reuse.once);
        caller_start(&other, AT_ITS_OWN_TIME);
        if (reuse.waiters > 0) { /* by a call that waited, or by a check */
            crew_until(is_set, &reuse.running);
            pawl_once_call(reuse.once, run_for_reuse, &reuse);
        } else {
            crew_until(is_done, reuse.once);
        }
        memset(reuse.once, REUSED_AS, sizeof *reuse.once); /* freed, and now another object */
        caller_join(&other);
        assert_int_equal(*(uint8_t *)reuse.once, REUSED_AS);
        pawl_once_free(reuse.once);
    }
}

/* Threads that arrive, call and end leave nothing: fifty of them in turn use one parker. */
static void threads_that_end_leave_nothing_behind(void **state)
{
    const void *parker = next_parker();
    (void)state;
    for (int i = 0; i < 50; i++) {
        pawl_once once = PAWL_ONCE_INIT;
        struct reuse reuse = {.once = &once};
        struct caller other = {.call = call_for_reuse, .object = &reuse};
        caller_start(&other, AT_ITS_OWN_TIME);
        caller_join(&other);
        assert_true(pawl_once_done(&once));
    }
    assert_ptr_equal(next_parker(), parker);
}

static void new_once_is_fresh_and_free_ends_it(void **state)
{
    pawl_once *once = pawl_once_new();
    int runs = 0;
    (void)state;
    assert_non_null(once);
    assert_false(pawl_once_done(once));
    pawl_once_call(once, count_run, &runs);
    assert_int_equal(runs, 1);
    pawl_once_free(once);
    pawl_once_free(pawl_once_new()); /* never used */
    pawl_once_free(NULL);
}

static void describe_tells_state_and_waiters(void **state)
{
    struct setup setup = {.once = PAWL_ONCE_INIT};
    struct caller runner;
    struct caller others[2];
    char text[80];
    (void)state;
    runner_start(&runner, &setup);
    pawl_once_describe(&setup.once, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_once running waiters=0 at 0x"));
    others_start(others, 2, &setup);
    pawl_once_describe(&setup.once, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_once running waiters=2 at 0x"));
    tell_to_end(&setup);
    callers_join(&runner, 1, PAWL_OK);
    callers_join(others, 2, PAWL_OK);
    pawl_once_describe(&setup.once, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_once done waiters=0 at 0x"));
}

/* Whether the exported functions do what the inline ones do: through pointers, which also shows
 * that each is a symbol of the library. */
static void functions_are_also_symbols(void **state)
{
    void (*volatile call)(pawl_once *, void (*)(void *), void *) = pawl_once_call;
    bool (*volatile done)(const pawl_once *) = pawl_once_done;
    void (*volatile init)(pawl_once *) = pawl_once_init;
    pawl_once once = PAWL_ONCE_INIT;
    int runs = 0;
    (void)state;
    assert_false(done(&once));
    call(&once, count_run, &runs);
    call(&once, count_run, &runs);
    assert_true(done(&once));
    assert_int_equal(runs, 1);
    init(&once);
    assert_false(done(&once));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(once_is_one_byte),
        cmocka_unit_test(once_of_zero_bytes_is_ready),
        cmocka_unit_test(once_initialisers_make_it_fresh),
        cmocka_unit_test(once_runs_the_function_once),
        cmocka_unit_test(once_runs_the_function_once_when_many_threads_race),
        cmocka_unit_test(once_lets_others_return_only_after_the_function_has),
        cmocka_unit_test(once_makes_the_functions_writes_visible_to_all_waiters),
        cmocka_unit_test(once_is_done_only_when_the_function_has_returned),
        cmocka_unit_test(done_shows_what_the_function_wrote),
        cmocka_unit_test(once_may_call_another_once),
        cmocka_unit_test(many_onces_each_run_once),
        cmocka_unit_test(once_may_be_freed_by_a_thread_that_knows_it_done),
        cmocka_unit_test(threads_that_end_leave_nothing_behind),
        cmocka_unit_test(new_once_is_fresh_and_free_ends_it),
        cmocka_unit_test(describe_tells_state_and_waiters),
        cmocka_unit_test(functions_are_also_symbols),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
