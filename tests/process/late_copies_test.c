/* SPDX-License-Identifier: MIT
 *
 * A thread that is nearly gone is the same owner to every copy of pawl in its process.
 */
#include "support.h"

#include "copy.h"
#include "late_exit.h"

#include <string.h>

/* A thread whose last act is an rlock's release through one copy. */
struct late {
    crew_thread thread;
    const struct late_way *way;
    const struct copy *first, *last;
    bool acquired_before; /* by the first copy, and not as the last act */
    pawl_rlock rlock;
    uint32_t depth;
    pawl_status status;
    bool done;
};

static void release_last(void *context)
{
    struct late *late = context;
    if (!late->acquired_before) {
        late->first->rlock_acquire(&late->rlock);
    }
    late->depth = late->last->rlock_depth(&late->rlock);
    late->status = late->last->rlock_release(&late->rlock);
    late->done = true;
}

static void arrange_and_end(void *context)
{
    struct late *late = context;
    if (late->acquired_before) {
        late->first->rlock_acquire(&late->rlock);
    }
    late->way->arrange(release_last, late);
}

static void check(struct late late)
{
    crew_start(&late.thread, arrange_and_end, &late);
    crew_join(&late.thread);
    assert_true(late.done);
    if (late.depth != 1 || late.status != PAWL_OK || pawl_rlock_locked(&late.rlock)) {
        fail_msg("%s, acquired %s: depth %u, %s", late.way->name,
                 late.acquired_before ? "before" : "there", (unsigned)late.depth,
                 pawl_status_name(late.status));
    }
}

static void ending_thread_is_the_same_owner_in_every_copy(void **state)
{
    const struct copy *copies[3] = {copy_a(), copy_b(), copy_here()};
    (void)state;
    for (const struct late_way *way = late_ways; way->arrange != NULL; way++) {
        for (size_t i = 0; i < 18; i++) {
            check((struct late){.way = way,
                                .first = copies[i % 3],
                                .last = copies[i / 3 % 3],
                                .acquired_before = i < 9,
                                .rlock = PAWL_RLOCK_INIT});
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ending_thread_is_the_same_owner_in_every_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
