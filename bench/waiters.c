/* SPDX-License-Identifier: MIT */
#include "waiters.h"

#include "host.h"
#include "measure.h"

#include <pawl/compiler.h>

#include <stdlib.h>

/* So that thousands fit. */
enum { STACK_BYTES = 64 * 1024 };

static bool is_ready(void *context)
{
    const waiter *one = context;
    return pawl__load8(&one->ready, PAWL__ACQUIRE) != 0;
}

static void begin(void *context)
{
    waiter *me = context;
    me->id = host_thread_id();
    pawl__store8(&me->ready, 1, PAWL__RELEASE);
    me->work(me);
}

waiter *waiters_start(size_t count, void (*work)(waiter *me))
{
    waiter *waiters = measure_allocate(count + 1, sizeof *waiters); /* not of 0 bytes */
    for (size_t i = 0; i < count; i++) {
        waiters[i].work = work;
        waiters[i].place = i;
        crew_start_with_stack(&waiters[i].thread, begin, &waiters[i], STACK_BYTES);
    }
    for (size_t i = 0; i < count; i++) {
        crew_until(is_ready, &waiters[i]);
    }
    return waiters;
}

void waiters_await_asleep(const waiter *waiters, size_t count)
{
    uint64_t *ids = measure_allocate(count + 1, sizeof *ids);
    for (size_t i = 0; i < count; i++) {
        ids[i] = waiters[i].id;
    }
    host_await_asleep(ids, count);
    free(ids);
}

void waiters_join(waiter *waiters, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        crew_join(&waiters[i].thread);
    }
    free(waiters);
}
