/* SPDX-License-Identifier: MIT
 *
 * pawl_filelock in one process. Two objects on one path are to each other what two processes are;
 * tests/process/filelock_test.c has real ones.
 */
#include "caller.h"
#include "file.h"
#include "task.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char path[64];
static pawl_filelock *one, *other;

static pawl_filelock *open_lock(const char *label)
{
    pawl_filelock *filelock = NULL;
    assert_int_equal(pawl_filelock_open(path, label, &filelock), PAWL_OK);
    assert_non_null(filelock);
    return filelock;
}

static int setup(void **state)
{
    snprintf(path, sizeof path, "filelock-%lld.lock", (long long)pawl__file_process());
    remove(path);
    one = open_lock("one");
    other = open_lock("other");
    return task_begin_test(state);
}

static int teardown(void **state)
{
    (void)state;
    pawl_filelock_close(one);
    pawl_filelock_close(other);
    return remove(path);
}

static void write_file(const char *text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

static const char *read_file(void)
{
    static char text[400];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static const char *described(pawl_filelock *filelock)
{
    static char text[600];
    int length = pawl_filelock_describe(filelock, text, sizeof text);
    assert_int_equal(length, strlen(text));
    return text;
}

/* Yield until a thread or task that uses the object waits. */
static bool waits(void *filelock)
{
    char text[600];
    pawl_filelock_describe(filelock, text, sizeof text);
    return strstr(text, "waiters=0") == NULL;
}

static pawl_status call_file_exclusive(struct caller *caller)
{
    return pawl_filelock_acquire_exclusive_until(caller->object, caller->time);
}

static pawl_status call_file_shared(struct caller *caller)
{
    return pawl_filelock_acquire_shared_until(caller->object, caller->time);
}

static void release_file_exclusive(struct caller *caller)
{
    if (caller->status == PAWL_OK) {
        caller->mistakes += pawl_filelock_release_exclusive(caller->object) != PAWL_OK;
    }
}

static void release_file_shared(struct caller *caller)
{
    if (caller->status == PAWL_OK) {
        caller->mistakes += pawl_filelock_release_shared(caller->object) != PAWL_OK;
    }
}

/* --- One object ------------------------------------------------------------------------------- */

static void exclusive_hold_is_released_once(void **state)
{
    (void)state;
    assert_int_equal(pawl_filelock_release_exclusive(one), PAWL_NOT_HELD);
    assert_int_equal(pawl_filelock_acquire_exclusive(one), PAWL_OK);
    assert_int_equal(pawl_filelock_release_shared(one), PAWL_NOT_HELD);
    assert_false(pawl_filelock_try_acquire_exclusive(one));
    assert_false(pawl_filelock_try_acquire_shared(one));
    assert_int_equal(pawl_filelock_release_exclusive(one), PAWL_OK);
    assert_int_equal(pawl_filelock_release_exclusive(one), PAWL_NOT_HELD);
    assert_int_equal(pawl_filelock_error(one), 0);
}

static void shared_holds_are_counted(void **state)
{
    (void)state;
    assert_int_equal(pawl_filelock_release_shared(one), PAWL_NOT_HELD);
    assert_int_equal(pawl_filelock_acquire_shared(one), PAWL_OK);
    assert_true(pawl_filelock_try_acquire_shared(one));
    assert_int_equal(pawl_filelock_acquire_shared_for(one, 0), PAWL_OK);
    assert_false(pawl_filelock_try_acquire_exclusive(one));
    assert_int_equal(pawl_filelock_release_exclusive(one), PAWL_NOT_HELD);
    assert_int_equal(pawl_filelock_release_shared(one), PAWL_OK);
    assert_int_equal(pawl_filelock_release_shared(one), PAWL_OK);
    assert_false(pawl_filelock_try_acquire_exclusive(other));
    assert_int_equal(pawl_filelock_release_shared(one), PAWL_OK);
    assert_int_equal(pawl_filelock_release_shared(one), PAWL_NOT_HELD);
    assert_true(pawl_filelock_try_acquire_exclusive(other));
}

static void any_thread_may_release(void **state)
{
    struct caller caller = {.call = call_file_exclusive, .object = one, .time = PAWL_NEVER};
    (void)state;
    caller_start(&caller, AT_ITS_OWN_TIME);
    assert_int_equal(caller_join(&caller), PAWL_OK);
    assert_int_equal(pawl_filelock_release_exclusive(one), PAWL_OK);
}

static void threads_of_one_object_are_served_in_order_of_arrival(void **state)
{
    enum { CALLERS = 6 };
    struct caller callers[CALLERS];
    uint32_t turn = 0;
    (void)state;
    memset(callers, 0, sizeof callers);
    assert_int_equal(pawl_filelock_acquire_exclusive(one), PAWL_OK);
    for (uint32_t i = 0; i < CALLERS; i++) {
        bool shared = i == 2 || i == 3;
        callers[i] = (struct caller){.call = shared ? call_file_shared : call_file_exclusive,
                                     .then = shared ? release_file_shared : release_file_exclusive,
                                     .object = one,
                                     .time = PAWL_NEVER,
                                     .turn = shared ? NULL : &turn};
        caller_start(&callers[i], i + 1);
    }
    assert_int_equal(pawl_filelock_release_exclusive(one), PAWL_OK);
    for (uint32_t i = 0; i < CALLERS; i++) {
        assert_int_equal(caller_join(&callers[i]), PAWL_OK);
        assert_int_equal(callers[i].mistakes, 0);
        if (callers[i].turn != NULL) {
            assert_int_equal(callers[i].order, i < 2 ? i : i - 2);
        }
    }
}

static void newcomer_does_not_pass_a_waiting_writer(void **state)
{
    struct caller writer = {.call = call_file_exclusive,
                            .then = release_file_exclusive,
                            .object = one,
                            .time = PAWL_NEVER};
    (void)state;
    assert_int_equal(pawl_filelock_acquire_shared(one), PAWL_OK);
    caller_start(&writer, 1);
    assert_false(pawl_filelock_try_acquire_shared(one));
    assert_int_equal(pawl_filelock_release_shared(one), PAWL_OK);
    assert_int_equal(caller_join(&writer), PAWL_OK);
}

static void writer_that_times_out_lets_readers_behind_it_join(void **state)
{
    struct caller writer = {.call = call_file_exclusive, .object = one, .time = pawl_after_ms(5)};
    struct caller reader = {
        .call = call_file_shared, .then = release_file_shared, .object = one, .time = PAWL_NEVER};
    (void)state;
    assert_int_equal(pawl_filelock_acquire_shared(one), PAWL_OK);
    caller_start(&writer, AT_ITS_OWN_TIME);
    caller_start(&reader, AT_ITS_OWN_TIME);
    assert_int_equal(caller_join(&reader), PAWL_OK);
    assert_int_equal(caller_join(&writer), PAWL_TIMEOUT);
    assert_true(writer.ended >= writer.time);
    assert_int_equal(pawl_filelock_release_shared(one), PAWL_OK);
}

static pawl_event stop;

static pawl_status call_unless(struct caller *caller)
{
    return pawl_filelock_acquire_exclusive_unless(caller->object, &stop, caller->time);
}

static void stop_that_is_set_wins_over_a_free_lock(void **state)
{
    (void)state;
    pawl_event_set(&stop);
    assert_int_equal(pawl_filelock_acquire_exclusive_unless(one, &stop, PAWL_NEVER),
                     PAWL_CANCELLED);
    assert_int_equal(pawl_filelock_acquire_shared_unless(one, &stop, PAWL_NEVER), PAWL_CANCELLED);
    pawl_event_clear(&stop);
    assert_int_equal(pawl_filelock_acquire_shared_unless(one, &stop, 0), PAWL_OK);
    assert_int_equal(pawl_filelock_acquire_exclusive_unless(one, &stop, 0), PAWL_TIMEOUT);
    assert_int_equal(pawl_filelock_acquire_exclusive_unless(other, &stop, pawl_after_ms(3)),
                     PAWL_TIMEOUT);
}

static void stop_ends_the_waits_in_the_queue_and_for_another_process(void **state)
{
    enum { CALLERS = 3 };
    struct caller callers[CALLERS];
    (void)state;
    pawl_event_clear(&stop);
    assert_int_equal(pawl_filelock_acquire_exclusive(one), PAWL_OK);
    for (int i = 0; i < CALLERS; i++) {
        callers[i] = (struct caller){.call = call_unless, .object = other, .time = PAWL_NEVER};
        caller_start(&callers[i], (size_t)i);
        crew_until(waits, other);
    }
    pawl_event_set(&stop);
    for (int i = 0; i < CALLERS; i++) {
        assert_int_equal(caller_join(&callers[i]), PAWL_CANCELLED);
    }
    pawl_event_clear(&stop);
    assert_int_equal(pawl_filelock_release_exclusive(one), PAWL_OK);
    assert_int_equal(pawl_filelock_acquire_exclusive_unless(other, &stop, PAWL_NEVER), PAWL_OK);
}

/* --- Two objects ------------------------------------------------------------------------------ */

static void two_objects_on_one_path_exclude_each_other(void **state)
{
    (void)state;
    assert_int_equal(pawl_filelock_acquire_exclusive(one), PAWL_OK);
    assert_false(pawl_filelock_try_acquire_exclusive(other));
    assert_false(pawl_filelock_try_acquire_shared(other));
    assert_int_equal(pawl_filelock_release_exclusive(other), PAWL_NOT_HELD);
    assert_int_equal(pawl_filelock_release_exclusive(one), PAWL_OK);
    assert_true(pawl_filelock_try_acquire_shared(other));
    assert_true(pawl_filelock_try_acquire_shared(one));
    assert_false(pawl_filelock_try_acquire_exclusive(one));
    assert_int_equal(pawl_filelock_release_shared(one), PAWL_OK);
    assert_false(pawl_filelock_try_acquire_exclusive(one));
    assert_int_equal(pawl_filelock_release_shared(other), PAWL_OK);
    assert_true(pawl_filelock_try_acquire_exclusive(one));
}

static void timeout_is_never_early_and_leaves_no_try_behind(void **state)
{
    static const pawl_ns limits[] = {INT64_MIN, 0, 1, PAWL_US(200), PAWL_MS(3), PAWL_MS(70)};
    (void)state;
    assert_int_equal(pawl_filelock_acquire_exclusive(one), PAWL_OK);
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        pawl_time begin = pawl_now();
        assert_int_equal(pawl_filelock_acquire_exclusive_for(other, limits[i]), PAWL_TIMEOUT);
        assert_true(pawl_now() - begin >= limits[i] || limits[i] <= 0);
        begin = pawl_now();
        assert_int_equal(pawl_filelock_acquire_shared_until(other, begin + limits[i] % PAWL_S(1)),
                         PAWL_TIMEOUT);
        assert_true(pawl_now() >= begin + limits[i] % PAWL_S(1));
        assert_int_equal(pawl_filelock_error(other), 0);
    }
    assert_int_equal(pawl_filelock_release_exclusive(one), PAWL_OK);
    assert_non_null(strstr(described(other), "<pawl_filelock unlocked waiters=0 at \""));
    assert_true(pawl_filelock_try_acquire_exclusive(one));
}

static void release_ends_a_wait_in_the_same_process(void **state)
{
    struct caller caller = {.call = call_file_exclusive,
                            .then = release_file_exclusive,
                            .object = other,
                            .time = PAWL_NEVER};
    (void)state;
    for (int i = 0; i < 20; i++) {
        assert_int_equal(pawl_filelock_acquire_exclusive(one), PAWL_OK);
        caller_start(&caller, AT_ITS_OWN_TIME);
        crew_until(waits, other);
        assert_int_equal(pawl_filelock_release_exclusive(one), PAWL_OK);
        assert_int_equal(caller_join(&caller), PAWL_OK);
    }
    assert_int_equal(caller.mistakes, 0);
}

static void closing_a_held_object_lets_others_go_on(void **state)
{
    struct caller caller = {.call = call_file_exclusive,
                            .then = release_file_exclusive,
                            .object = other,
                            .time = PAWL_NEVER};
    (void)state;
    assert_int_equal(pawl_filelock_acquire_exclusive(one), PAWL_OK);
    caller_start(&caller, AT_ITS_OWN_TIME);
    crew_until(waits, other);
    pawl_filelock_close(one);
    assert_int_equal(caller_join(&caller), PAWL_OK);
    assert_false(pawl_filelock_abandoned(other));
    one = open_lock("one");
    pawl_filelock_close(NULL);
}

static void deleted_file_is_made_anew_and_excludes_again(void **state)
{
    pawl_filelock *third;
    (void)state;
    remove(path); /* on Windows it cannot be: it is open */
    assert_true(pawl_filelock_try_acquire_exclusive(one));
    third = open_lock("third");
    assert_false(pawl_filelock_try_acquire_exclusive(third));
    assert_false(pawl_filelock_try_acquire_exclusive(other));
    assert_int_equal(pawl_filelock_release_exclusive(one), PAWL_OK);
    assert_true(pawl_filelock_try_acquire_exclusive(third));
    assert_false(pawl_filelock_try_acquire_exclusive(other));
    pawl_filelock_close(third);
}

/* --- Tasks ------------------------------------------------------------------------------------ */

static pawl_lock steps = PAWL_LOCK_INIT;
static pawl_event called = PAWL_EVENT_INIT;

static void tell(struct task *task)
{
    (void)task;
    pawl_event_set(&called);
}

static void free_lock_is_acquired_by_a_task_at_once(void **state)
{
    struct task task;
    (void)state;
    task_init(&task, NULL, NULL);
    assert_int_equal(pawl_filelock_acquire_exclusive_await(one, &task.op), PAWL_OK);
    assert_false(pawl_filelock_try_acquire_exclusive(other));
    assert_int_equal(pawl_filelock_release_exclusive(one), PAWL_OK);
    assert_int_equal(pawl_filelock_acquire_shared_await(one, &task.op), PAWL_OK);
    assert_int_equal(pawl_filelock_acquire_shared_await(one, &task.op), PAWL_OK);
    assert_int_equal(pawl_filelock_release_shared(one), PAWL_OK);
    assert_int_equal(pawl_filelock_release_shared(one), PAWL_OK);
    assert_int_equal(task.calls, 0);
    assert_false(pawl_await_cancel(&task.op));
}

static void task_is_called_when_another_object_releases(void **state)
{
    struct task task;
    (void)state;
    for (int i = 0; i < 10; i++) {
        pawl_event_clear(&called);
        task_init(&task, tell, NULL);
        assert_int_equal(pawl_filelock_acquire_exclusive(one), PAWL_OK);
        assert_int_equal(pawl_filelock_acquire_exclusive_await(other, &task.op), PAWL_PENDING);
        assert_int_equal(pawl_filelock_acquire_shared_await(other, &task.op), PAWL_INVALID);
        assert_int_equal(pawl_filelock_release_exclusive(one), PAWL_OK);
        pawl_event_wait(&called);
        assert_int_equal(task.calls, 1);
        assert_int_equal(task.result, PAWL_OK);
        assert_int_equal(pawl_filelock_release_exclusive(other), PAWL_OK);
    }
}

static void withdrawn_task_acquires_nothing_and_the_object_can_be_closed(void **state)
{
    struct task tasks[2];
    (void)state;
    assert_int_equal(pawl_filelock_acquire_exclusive(one), PAWL_OK);
    for (int i = 0; i < 50; i++) {
        task_init(&tasks[0], NULL, NULL);
        task_init(&tasks[1], NULL, NULL);
        pawl_filelock *third = open_lock("third");
        assert_int_equal(pawl_filelock_acquire_exclusive_await(third, &tasks[0].op), PAWL_PENDING);
        assert_int_equal(pawl_filelock_acquire_shared_await(third, &tasks[1].op), PAWL_PENDING);
        assert_true(pawl_await_cancel(&tasks[0].op));
        assert_false(pawl_await_cancel(&tasks[0].op));
        assert_true(pawl_await_cancel(&tasks[1].op));
        pawl_filelock_close(third);
        assert_int_equal(tasks[0].calls + tasks[1].calls, 0);
    }
    assert_int_equal(pawl_filelock_release_exclusive(one), PAWL_OK);
    assert_true(pawl_filelock_try_acquire_exclusive(other));
}

static void thread_behind_a_withdrawn_task_goes_on(void **state)
{
    struct caller caller = {.call = call_file_exclusive,
                            .then = release_file_exclusive,
                            .object = other,
                            .time = PAWL_NEVER};
    struct task task;
    (void)state;
    task_init(&task, NULL, NULL);
    assert_int_equal(pawl_filelock_acquire_exclusive(one), PAWL_OK);
    assert_int_equal(pawl_filelock_acquire_exclusive_await(other, &task.op), PAWL_PENDING);
    caller_start(&caller, 2);
    assert_true(pawl_await_cancel(&task.op));
    assert_int_equal(pawl_filelock_release_exclusive(one), PAWL_OK);
    assert_int_equal(caller_join(&caller), PAWL_OK);
    assert_int_equal(task.calls, 0);
}

struct chain {
    unsigned turns, left; /* under the filelock */
};

static void take_turn(struct task *task)
{
    struct chain *chain = task->object;
    chain->turns++;
    pawl_filelock_release_exclusive(task->other == NULL ? one : other);
    pawl_lock_acquire(&steps);
    if (--chain->left == 0) {
        pawl_event_set(&called);
    }
    pawl_lock_release(&steps);
}

static pawl_status take_turns(struct caller *caller)
{
    struct chain *chain = caller->lock;
    for (int i = 0; i < 50; i++) {
        pawl_status status = pawl_filelock_acquire_exclusive(caller->object);
        if (status != PAWL_OK) {
            return status;
        }
        chain->turns++;
        caller->mistakes += pawl_filelock_release_exclusive(caller->object) != PAWL_OK;
    }
    return PAWL_OK;
}

static void threads_and_tasks_of_two_objects_take_turns(void **state)
{
    enum { CALLERS = 4, TASKS = 40 };
    struct caller callers[CALLERS];
    static struct task tasks[TASKS];
    struct chain chain = {0, TASKS};
    (void)state;
    pawl_event_clear(&called);
    memset(callers, 0, sizeof callers);
    for (int i = 0; i < CALLERS; i++) {
        callers[i] =
            (struct caller){.call = take_turns, .object = i % 2 == 0 ? one : other, .lock = &chain};
        caller_start(&callers[i], AT_ITS_OWN_TIME);
    }
    for (int i = 0; i < TASKS; i++) {
        pawl_filelock *filelock = i % 2 == 0 ? one : other;
        task_init(&tasks[i], take_turn, &chain);
        tasks[i].other = filelock == one ? NULL : &tasks[i];
        if (pawl_filelock_acquire_exclusive_await(filelock, &tasks[i].op) == PAWL_OK) {
            take_turn(&tasks[i]);
        }
    }
    assert_int_equal(callers_join(callers, CALLERS, PAWL_OK), 0);
    pawl_event_wait(&called);
    assert_int_equal(pawl_filelock_acquire_exclusive(one), PAWL_OK);
    assert_int_equal(chain.turns, CALLERS * 50 + TASKS);
}

static void task_s_readers_join_together(void **state)
{
    struct task tasks[3];
    (void)state;
    pawl_event_clear(&called);
    assert_int_equal(pawl_filelock_acquire_exclusive(one), PAWL_OK);
    for (int i = 0; i < 3; i++) {
        task_init(&tasks[i], i == 2 ? tell : NULL, NULL);
        assert_int_equal(pawl_filelock_acquire_shared_await(other, &tasks[i].op), PAWL_PENDING);
    }
    assert_int_equal(pawl_filelock_release_exclusive(one), PAWL_OK);
    pawl_event_wait(&called);
    assert_non_null(strstr(described(other), "shared holders=3 waiters=0"));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(tasks[i].result, PAWL_OK);
        assert_int_equal(pawl_filelock_release_shared(other), PAWL_OK);
    }
}

/* --- Who holds it ----------------------------------------------------------------------------- */

static void holder_is_told_with_pid_and_label(void **state)
{
    pawl_holder who;
    pawl_holder nobody = {0};
    (void)state;
    memset(&who, 1, sizeof who);
    assert_false(pawl_filelock_holder(one, &who));
    assert_memory_equal(&who, &nobody, sizeof who);
    assert_int_equal(pawl_filelock_acquire_exclusive(one), PAWL_OK);
    for (int i = 0; i < 2; i++) {
        assert_true(pawl_filelock_holder(i == 0 ? one : other, &who));
        assert_int_equal(who.pid, pawl__file_process());
        assert_string_equal(who.label, "one");
        assert_true(who.host[0] != '\0');
        assert_true(who.since > 1700000000);
    }
    assert_int_equal(pawl_filelock_release_exclusive(one), PAWL_OK);
    assert_false(pawl_filelock_holder(other, &who));
    assert_int_equal(pawl_filelock_acquire_shared(one), PAWL_OK);
    assert_false(pawl_filelock_holder(one, &who));
    assert_false(pawl_filelock_holder(other, &who));
}

static void describe_says_who_holds_it_and_how_many_wait(void **state)
{
    char expected[100];
    struct caller caller = {.call = call_file_exclusive,
                            .then = release_file_exclusive,
                            .object = other,
                            .time = PAWL_NEVER};
    (void)state;
    assert_non_null(strstr(described(one), "<pawl_filelock unlocked waiters=0 at \""));
    assert_non_null(strstr(described(one), path));
    assert_int_equal(pawl_filelock_acquire_exclusive(one), PAWL_OK);
    caller_start(&caller, AT_ITS_OWN_TIME);
    crew_until(waits, other);
    snprintf(expected, sizeof expected, "<pawl_filelock locked by one (pid %lld on ",
             (long long)pawl__file_process());
    assert_non_null(strstr(described(other), expected));
    assert_non_null(strstr(described(other), "Z waiters=1 at \""));
    assert_non_null(strstr(described(one), "Z waiters=0 at \""));
    assert_int_equal(pawl_filelock_describe(one, NULL, 0), strlen(described(one)));
    assert_int_equal(pawl_filelock_release_exclusive(one), PAWL_OK);
    assert_int_equal(caller_join(&caller), PAWL_OK);
}

static void label_is_one_line_of_63_bytes_at_most(void **state)
{
    pawl_holder who;
    char label[100];
    (void)state;
    memset(label, 'x', sizeof label);
    memcpy(label, "a\nb\x01 \xC3\xBC ", 8);
    memcpy(label + 62, "\xC3\xBC", 3); /* which is cut whole */
    pawl_filelock_close(one);
    one = open_lock(label);
    assert_int_equal(pawl_filelock_acquire_exclusive(one), PAWL_OK);
    assert_true(pawl_filelock_holder(other, &who));
    assert_int_equal(strlen(who.label), 62);
    assert_memory_equal(who.label, "a b  \xC3\xBC ", 8);
    pawl_filelock_close(one);
    one = open_lock(NULL);
    assert_int_equal(pawl_filelock_acquire_exclusive(one), PAWL_OK);
    assert_true(pawl_filelock_holder(other, &who));
    assert_string_equal(who.label, "");
    assert_non_null(strstr(described(other), "locked by a process (pid "));
}

static void text_in_a_free_file_means_abandoned_until_a_writer_has_been_told(void **state)
{
    (void)state;
    write_file("pawl pid=1234567 since=1764583326 host=gone label=crashed\n");
    assert_int_equal(pawl_filelock_acquire_shared(one), PAWL_OK);
    assert_true(pawl_filelock_abandoned(one));
    assert_int_equal(pawl_filelock_release_shared(one), PAWL_OK);
    assert_false(pawl_filelock_abandoned(other));
    assert_int_equal(pawl_filelock_acquire_exclusive(other), PAWL_OK);
    assert_true(pawl_filelock_abandoned(other));
    assert_int_equal(pawl_filelock_release_exclusive(other), PAWL_OK);
    assert_int_equal(pawl_filelock_acquire_exclusive(other), PAWL_OK);
    assert_false(pawl_filelock_abandoned(other));
    assert_int_equal(pawl_filelock_release_exclusive(other), PAWL_OK);
    assert_true(pawl_filelock_try_acquire_shared(one));
    assert_false(pawl_filelock_abandoned(one));
}

static void crashed_holder_is_not_told_as_holder(void **state)
{
    pawl_holder who;
    (void)state;
    write_file("pawl pid=1234567 since=1764583326 host=gone label=crashed\n");
    assert_false(pawl_filelock_holder(one, &who));
    assert_int_equal(who.pid, 0);
    assert_true(pawl_filelock_try_acquire_exclusive(one));
    assert_true(pawl_filelock_holder(other, &who));
    assert_string_equal(who.label, "one");
}

static void file_with_other_content_keeps_it(void **state)
{
    pawl_holder who;
    (void)state;
    write_file("the user's own data");
    assert_true(pawl_filelock_try_acquire_exclusive(one));
    assert_false(pawl_filelock_abandoned(one));
    assert_string_equal(read_file(), "the user's own data");
    assert_false(pawl_filelock_try_acquire_exclusive(other));
    assert_true(pawl_filelock_holder(other, &who));
    assert_int_equal(who.pid, 0);
    assert_non_null(strstr(described(other), "<pawl_filelock locked waiters=0 at \""));
    assert_int_equal(pawl_filelock_release_exclusive(one), PAWL_OK);
    assert_string_equal(read_file(), "the user's own data");
}

static void text_is_one_line_while_held_and_gone_afterwards(void **state)
{
    (void)state;
    assert_true(pawl_filelock_try_acquire_exclusive(one));
    assert_memory_equal(read_file(), "pawl pid=", 9);
    assert_ptr_equal(strchr(read_file(), '\n'), read_file() + strlen(read_file()) - 1);
    assert_int_equal(pawl_filelock_release_exclusive(one), PAWL_OK);
    assert_string_equal(read_file(), "");
    assert_true(pawl_filelock_try_acquire_shared(one));
    assert_string_equal(read_file(), "");
}

/* --- Bad input -------------------------------------------------------------------------------- */

static void path_that_cannot_be_opened_is_a_status_with_an_error(void **state)
{
    static char long_name[70000];
    pawl_filelock *filelock = one;
    (void)state;
    assert_int_equal(pawl_filelock_open("", NULL, &filelock), PAWL_INVALID);
    assert_null(filelock);
    filelock = one;
    assert_int_equal(pawl_filelock_open("no-such-folder/file.lock", NULL, &filelock), PAWL_SYSTEM);
    assert_null(filelock);
    memset(long_name, 'x', sizeof long_name - 1);
    filelock = one;
    assert_int_equal(pawl_filelock_open(long_name, NULL, &filelock), PAWL_SYSTEM);
    assert_null(filelock);
}

static void relative_and_absolute_path_are_one_lock(void **state)
{
    char absolute[500];
    pawl_filelock *third = NULL;
    (void)state;
    const char *text = described(one);
    const char *at = strchr(text, '"') + 1;
    snprintf(absolute, sizeof absolute, "%.*s", (int)(strrchr(text, '"') - at), at);
    assert_int_equal(pawl_filelock_open(absolute, NULL, &third), PAWL_OK);
    assert_true(pawl_filelock_try_acquire_exclusive(third));
    assert_false(pawl_filelock_try_acquire_exclusive(one));
    pawl_filelock_close(third);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(exclusive_hold_is_released_once),
        TEST(shared_holds_are_counted),
        TEST(any_thread_may_release),
        TEST(threads_of_one_object_are_served_in_order_of_arrival),
        TEST(newcomer_does_not_pass_a_waiting_writer),
        TEST(writer_that_times_out_lets_readers_behind_it_join),
        TEST(stop_that_is_set_wins_over_a_free_lock),
        TEST(stop_ends_the_waits_in_the_queue_and_for_another_process),
        TEST(two_objects_on_one_path_exclude_each_other),
        TEST(timeout_is_never_early_and_leaves_no_try_behind),
        TEST(release_ends_a_wait_in_the_same_process),
        TEST(closing_a_held_object_lets_others_go_on),
        TEST(deleted_file_is_made_anew_and_excludes_again),
        TEST(free_lock_is_acquired_by_a_task_at_once),
        TEST(task_is_called_when_another_object_releases),
        TEST(withdrawn_task_acquires_nothing_and_the_object_can_be_closed),
        TEST(thread_behind_a_withdrawn_task_goes_on),
        TEST(threads_and_tasks_of_two_objects_take_turns),
        TEST(task_s_readers_join_together),
        TEST(holder_is_told_with_pid_and_label),
        TEST(describe_says_who_holds_it_and_how_many_wait),
        TEST(label_is_one_line_of_63_bytes_at_most),
        TEST(text_in_a_free_file_means_abandoned_until_a_writer_has_been_told),
        TEST(crashed_holder_is_not_told_as_holder),
        TEST(file_with_other_content_keeps_it),
        TEST(text_is_one_line_while_held_and_gone_afterwards),
        TEST(path_that_cannot_be_opened_is_a_status_with_an_error),
        TEST(relative_and_absolute_path_are_one_lock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
