/* SPDX-License-Identifier: MIT */
#include "caller.h"

static void make_call(void *context)
{
    struct caller *caller = context;
    caller->status = caller->call(caller);
}

void caller_start(struct caller *caller, const void *key, size_t place)
{
    crew_start(&caller->thread, make_call, caller);
    if (place != AT_ITS_OWN_TIME) {
        wait_for_waiters(key, place);
    }
}

pawl_status caller_join(struct caller *caller)
{
    crew_join(&caller->thread);
    return caller->status;
}
