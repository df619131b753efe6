/* SPDX-License-Identifier: MIT */
#include "cross.h"

struct waiter {
    crew_thread thread;
    const struct wait_kind *wait;
    struct stage *stage;
    pawl_time deadline;
    pawl_status status;
};

static void wait_once(void *context)
{
    struct waiter *waiter = context;
    waiter->status = waiter->wait->call(waiter->stage, waiter->deadline);
}

static bool is_let_through(const struct copy *opening, const struct wait_kind *wait,
                           const struct wait_kind *by)
{
    struct stage stage;
    struct waiter waiter = {.wait = wait, .stage = &stage, .deadline = PAWL_NEVER};
    opening->stage_init(&stage);
    by->shut(&stage);
    crew_start(&waiter.thread, wait_once, &waiter);
    opening->stage_await_waiter(by, &stage);
    by->open(&stage);
    crew_join(&waiter.thread);
    return waiter.status == PAWL_OK && opening->stage_is_idle(&stage);
}

static bool times_out(const struct copy *opening, const struct wait_kind *wait,
                      const struct wait_kind *by, pawl_time (*after_us)(int64_t n))
{
    struct stage stage;
    struct waiter waiter = {.wait = wait, .stage = &stage, .deadline = after_us(300)};
    opening->stage_init(&stage);
    by->shut(&stage);
    crew_start(&waiter.thread, wait_once, &waiter);
    crew_join(&waiter.thread);
    return waiter.status == PAWL_TIMEOUT && opening->count(by->key(&stage)) == 0;
}

const char *cross_wait(const struct copy *waiting, const struct copy *opening)
{
    for (size_t row = 0; waiting->wait(row) != NULL; row++) {
        const struct wait_kind *wait = waiting->wait(row), *by = opening->wait(row);
        if (!is_let_through(opening, wait, by) ||
            (wait->timed && !times_out(opening, wait, by, waiting->after_us))) {
            return wait->name;
        }
    }
    return NULL;
}
