/* SPDX-License-Identifier: MIT
 *
 * pawl_filelock between processes: turns, holders that are killed, and what the file can be.
 *
 *   filelock_process_test [PROCESSES TURNS KILLS]
 */
#include "processes.h"
#include "support.h"

#include "file.h"
#include "task.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char path[64], data[64];
static int process_count = 4, turn_count = 60, kill_count = 25;

static pawl_filelock *open_path(const char *at, const char *label)
{
    pawl_filelock *filelock = NULL;
    if (pawl_filelock_open(at, label, &filelock) != PAWL_OK) {
        fprintf(stderr, "%s cannot be opened\n", at);
        abort();
    }
    return filelock;
}

static void name_files(const char *number)
{
    snprintf(path, sizeof path, "filelock-process-%s.lock", number);
    snprintf(data, sizeof data, "filelock-process-%s.data", number);
}

static int setup(void **state)
{
    char number[32];
    (void)state;
    snprintf(number, sizeof number, "%lld", (long long)pawl__file_process());
    name_files(number);
    remove(path);
    remove(data);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    remove(data);
    return remove(path);
}

/* The argument of each process: the number of the test's own process. */
static const char *number_of_files(void)
{
    static char number[sizeof path];
    snprintf(number, sizeof number, "%s", path + strlen("filelock-process-"));
    *strchr(number, '.') = '\0';
    return number;
}

/* --- What the lock protects: a file with a number, and whether somebody is changing it
 * ------------ */

struct record {
    long long turns;
    char state; /* 'B': somebody is between its two writes */
};

static struct record read_record(void)
{
    struct record record = {0, 'E'};
    FILE *file = fopen(data, "rb");
    if (file != NULL) {
        if (fscanf(file, "%c %lld", &record.state, &record.turns) != 2) {
            record.state = '?';
        }
        fclose(file);
    }
    return record;
}

/* In place, so that a write is whole: a process that is killed leaves the one or the other. */
static void write_record(struct record record)
{
    char text[32];
    FILE *file = fopen(data, "r+b");
    if (file == NULL) {
        file = fopen(data, "w+b");
    }
    if (file == NULL) {
        fprintf(stderr, "%s cannot be written\n", data);
        abort();
    }
    int length = snprintf(text, sizeof text, "%c %020lld", record.state, record.turns);
    if (fwrite(text, 1, (size_t)length, file) != (size_t)length || fclose(file) != 0) {
        abort();
    }
}

static bool take_turn(void)
{
    struct record record = read_record();
    bool in_order = record.state == 'E';
    record.state = 'B';
    write_record(record);
    record.turns++;
    record.state = 'E';
    write_record(record);
    return in_order;
}

/* --- Turns ------------------------------------------------------------------------------------ */

/* A process's actors share one object: two threads, and a task that goes on by itself. */
struct actors {
    pawl_filelock *filelock;
    int turns;
    uint32_t mistakes; /* under the filelock */
    pawl_event ended;
};

static void act(void *context)
{
    struct actors *actors = context;
    for (int i = 0; i < actors->turns; i++) {
        if (pawl_filelock_acquire_exclusive(actors->filelock) != PAWL_OK) {
            abort();
        }
        actors->mistakes += !take_turn() || pawl_filelock_abandoned(actors->filelock);
        pawl_filelock_release_exclusive(actors->filelock);
    }
}

static void act_as_task(struct task *task)
{
    struct actors *actors = task->object;
    do {
        actors->mistakes += !take_turn() || pawl_filelock_abandoned(actors->filelock);
        pawl_filelock_release_exclusive(actors->filelock);
        if (--task->left == 0) {
            pawl_event_set(&actors->ended);
            return;
        }
    } while (pawl_filelock_acquire_exclusive_await(actors->filelock, &task->op) == PAWL_OK);
}

/* The argument is NUMBER,TURNS. */
static int take_turns(const char *argument)
{
    crew_thread threads[2];
    struct task task;
    char number[32];
    const char *comma = strchr(argument, ',');
    snprintf(number, sizeof number, "%.*s", (int)(comma - argument), argument);
    name_files(number);
    struct actors actors = {.filelock = open_path(path, "turns"), .turns = atoi(comma + 1) / 3};
    task_init(&task, act_as_task, &actors);
    task.left = (unsigned)actors.turns;
    for (int i = 0; i < 2; i++) {
        crew_start(&threads[i], act, &actors);
    }
    if (pawl_filelock_acquire_exclusive_await(actors.filelock, &task.op) == PAWL_OK) {
        act_as_task(&task);
    }
    pawl_event_wait(&actors.ended);
    for (int i = 0; i < 2; i++) {
        crew_join(&threads[i]);
    }
    pawl_filelock_close(actors.filelock);
    return actors.mistakes == 0 ? 0 : 1;
}

/* --- Kills ------------------------------------------------------------------------------------ */

static int take_turns_until_killed(const char *number)
{
    name_files(number);
    pawl_filelock *filelock = open_path(path, "victim");
    for (;;) {
        if (pawl_filelock_acquire_exclusive(filelock) != PAWL_OK ||
            pawl_filelock_abandoned(filelock) || !take_turn() ||
            pawl_filelock_release_exclusive(filelock) != PAWL_OK) {
            return 1;
        }
    }
}

static int hold_until_killed(const char *number)
{
    name_files(number);
    pawl_filelock *filelock = open_path(path, "victim");
    if (pawl_filelock_acquire_exclusive(filelock) != PAWL_OK) {
        return 1;
    }
    for (;;) {
        let_time_pass(PAWL_S(1));
    }
}

static const struct process_role roles[] = {
    {"take_turns", take_turns},
    {"take_turns_until_killed", take_turns_until_killed},
    {"hold_until_killed", hold_until_killed},
};
enum { TAKE_TURNS, TAKE_TURNS_UNTIL_KILLED, HOLD_UNTIL_KILLED, ROLES };

static void processes_with_threads_and_tasks_take_turns(void **state)
{
    struct process processes[16];
    char argument[80];
    (void)state;
    snprintf(argument, sizeof argument, "%s,%d", number_of_files(), turn_count);
    for (int i = 0; i < process_count; i++) {
        process_start(&processes[i], &roles[TAKE_TURNS], argument);
    }
    for (int i = 0; i < process_count; i++) {
        assert_int_equal(process_join(&processes[i]), 0);
    }
    assert_int_equal(read_record().state, 'E');
    assert_int_equal(read_record().turns, process_count * (turn_count / 3) * 3);
}

static bool is_held_by(void *context)
{
    struct process *process = context;
    pawl_holder who;
    pawl_filelock *filelock = open_path(path, "test");
    bool held = pawl_filelock_holder(filelock, &who) && who.pid == process->id;
    pawl_filelock_close(filelock);
    return held;
}

static void killed_holder_s_lock_is_free_and_abandoned_once(void **state)
{
    pawl_filelock *filelock = open_path(path, "test");
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct process victim;
        process_start(&victim, &roles[HOLD_UNTIL_KILLED], number_of_files());
        crew_until(is_held_by, &victim);
        assert_int_equal(pawl_filelock_acquire_exclusive_for(filelock, PAWL_MS(2)), PAWL_TIMEOUT);
        process_kill(&victim);
        assert_int_equal(pawl_filelock_acquire_exclusive(filelock), PAWL_OK);
        assert_true(pawl_filelock_abandoned(filelock));
        assert_int_equal(process_join(&victim), PROCESS_KILLED);
        assert_int_equal(pawl_filelock_release_exclusive(filelock), PAWL_OK);
        assert_int_equal(pawl_filelock_acquire_exclusive(filelock), PAWL_OK);
        assert_false(pawl_filelock_abandoned(filelock));
        assert_int_equal(pawl_filelock_release_exclusive(filelock), PAWL_OK);
    }
    pawl_filelock_close(filelock);
}

struct kills {
    pawl_ns longest, sum;
    int abandoned, half_done;
};

/* Kill a process at a random moment. The next holder finds the record whole, or abandoned. */
static void kill_one(pawl_filelock *filelock, uint64_t *random, struct kills *kills)
{
    struct process victim;
    long long before = read_record().turns;
    process_start(&victim, &roles[TAKE_TURNS_UNTIL_KILLED], number_of_files());
    crew_until(is_held_by, &victim);
    let_time_pass((pawl_ns)(next_random(random) % (uint64_t)PAWL_MS(3)));
    process_kill(&victim);
    pawl_time killed = pawl_now();
    assert_int_equal(pawl_filelock_acquire_exclusive(filelock), PAWL_OK);
    pawl_ns late = pawl_now() - killed;
    kills->longest = late > kills->longest ? late : kills->longest;
    kills->sum += late;
    struct record record = read_record();
    assert_true(record.turns >= before);
    assert_true(record.state == 'E' || (record.state == 'B' && pawl_filelock_abandoned(filelock)));
    kills->abandoned += pawl_filelock_abandoned(filelock);
    kills->half_done += record.state == 'B';
    record.state = 'E';
    write_record(record);
    assert_int_equal(pawl_filelock_release_exclusive(filelock), PAWL_OK);
    assert_int_equal(process_join(&victim), PROCESS_KILLED);
}

static void whoever_comes_after_a_kill_is_told_if_a_turn_is_half_done(void **state)
{
    uint64_t seed = 88172645463325252u;
    struct kills kills = {0};
    pawl_filelock *filelock = open_path(path, "test");
    (void)state;
    for (int i = 0; i < kill_count; i++) {
        kill_one(filelock, &seed, &kills);
    }
    pawl_filelock_close(filelock);
    print_message("%d kills: %d abandoned, %d half done; the lock was acquired after %.2f ms, "
                  "%.2f ms at most\n",
                  kill_count, kills.abandoned, kills.half_done,
                  (double)kills.sum / kill_count / 1e6, (double)kills.longest / 1e6);
    assert_true(kills.abandoned > 0);
}

/* --- Files ------------------------------------------------------------------------------------ */

static void two_exclude_each_other_at(const char *at)
{
    pawl_filelock *one = open_path(at, "one");
    pawl_filelock *other = open_path(at, "other");
    assert_int_equal(pawl_filelock_acquire_exclusive(one), PAWL_OK);
    assert_false(pawl_filelock_try_acquire_exclusive(other));
    assert_int_equal(pawl_filelock_error(other), 0);
    pawl_filelock_close(one);
    assert_true(pawl_filelock_try_acquire_exclusive(other));
    pawl_filelock_close(other);
}

static void path_of_300_bytes_of_utf8_works(void **state)
{
    char folder[1000], at[2000];
    (void)state;
    process_folder(folder, sizeof folder);
    int length =
        snprintf(at, sizeof at, "%s/filelock-%lld", folder, (long long)pawl__file_process());
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 50; j++) { /* a letter of two bytes */
            length += snprintf(at + length, sizeof at - (size_t)length, "\xC3\xBC");
        }
        assert_true(process_make_folder(at));
        length += snprintf(at + length, sizeof at - (size_t)length, "/");
    }
    snprintf(at + length, sizeof at - (size_t)length, "lock");
    two_exclude_each_other_at(at);
    assert_true(process_remove(at, false));
    for (int i = 0; i < 3; i++) {
        *strrchr(at, '/') = '\0';
        assert_true(process_remove(at, true));
    }
    two_exclude_each_other_at(path);
}

static void read_only_file_can_be_locked(void **state)
{
    (void)state;
    two_exclude_each_other_at(path);
    assert_true(process_make_read_only(path, true));
    two_exclude_each_other_at(path);
    assert_true(process_make_read_only(path, false));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(processes_with_threads_and_tasks_take_turns),
        TEST(killed_holder_s_lock_is_free_and_abandoned_once),
        TEST(whoever_comes_after_a_kill_is_told_if_a_turn_is_half_done),
        TEST(path_of_300_bytes_of_utf8_works),
        TEST(read_only_file_can_be_locked),
    };
    process_begin(argc, argv, roles, ROLES);
    if (argc == 4) {
        process_count = atoi(argv[1]) < 16 ? atoi(argv[1]) : 16;
        turn_count = atoi(argv[2]);
        kill_count = atoi(argv[3]);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
