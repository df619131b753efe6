/* SPDX-License-Identifier: MIT
 *
 * docs/semantics.md, "All" 10, for every object: what describe writes, where, and what it returns.
 * Each object's own test covers what describe says of waiters.
 */
#include "rows.h"

#include <stdio.h>
#include <string.h>

static const pawl_lock lock = PAWL_LOCK_INIT;
static const pawl_rlock rlock = PAWL_RLOCK_INIT;
static const pawl_semaphore semaphore = PAWL_SEMAPHORE_INIT(2);
static const pawl_condition condition = PAWL_CONDITION_INIT;
static const pawl_event event = PAWL_EVENT_INIT;
static const pawl_barrier barrier = PAWL_BARRIER_INIT(4);
static const pawl_rwlock rwlock = PAWL_RWLOCK_INIT;
static const pawl_once once = PAWL_ONCE_INIT;

#define DESCRIBE(thing)                                                                            \
    static int describe_##thing(char *buf, size_t size)                                            \
    {                                                                                              \
        return pawl_##thing##_describe(&thing, buf, size);                                         \
    }
DESCRIBE(lock)
DESCRIBE(rlock)
DESCRIBE(semaphore)
DESCRIBE(condition)
DESCRIBE(event)
DESCRIBE(barrier)
DESCRIBE(rwlock)
DESCRIBE(once)

static const struct description {
    const void *object;
    int (*describe)(char *buf, size_t size);
    const char *text; /* before the address */
} descriptions[] = {
    {&lock, describe_lock, "<pawl_lock unlocked waiters=0"},
    {&rlock, describe_rlock, "<pawl_rlock unlocked depth=0 waiters=0"},
    {&semaphore, describe_semaphore, "<pawl_semaphore value=2 waiters=0"},
    {&condition, describe_condition, "<pawl_condition waiters=0"},
    {&event, describe_event, "<pawl_event unset waiters=0"},
    {&barrier, describe_barrier, "<pawl_barrier parties=4 waiters=0"},
    {&rwlock, describe_rwlock, "<pawl_rwlock unlocked waiters=0"},
    {&once, describe_once, "<pawl_once fresh waiters=0"},
};
static const char *const names[] = {"lock",  "rlock",   "semaphore", "condition",
                                    "event", "barrier", "rwlock",    "once"};
enum { ROWS = sizeof descriptions / sizeof descriptions[0], ALL = (1 << ROWS) - 1 };

static void describe_writes_as_snprintf_does(void **state)
{
    const struct description *row = *state;
    char text[120], expected[120], small[8];
    snprintf(expected, sizeof expected, "%s at 0x%llx>", row->text,
             (unsigned long long)(uintptr_t)row->object);
    int length = row->describe(text, sizeof text);
    assert_string_equal(text, expected);
    assert_int_equal(length, strlen(expected));
    assert_int_equal(row->describe(NULL, 0), length);
    assert_int_equal(row->describe(small, sizeof small), length);
    expected[sizeof small - 1] = '\0';
    assert_string_equal(small, expected);
}

static int set_up(void **state, int row)
{
    *state = (void *)(uintptr_t)&descriptions[row];
    return 0;
}

int main(void)
{
    const struct row_test tests[] = {BY_ROWS(describe_writes_as_snprintf_does, ALL)};
    const struct rows rows = {names, ROWS, set_up, NULL};
    return rows_run(&rows, tests, 1);
}
