/* SPDX-License-Identifier: MIT
 *
 * A helper thread that makes one call of the test's, and keeps what it returned.
 */
#ifndef PAWL_TESTS_CALLER_H
#define PAWL_TESTS_CALLER_H

#include "support.h"

struct caller {
    crew_thread thread;
    pawl_status (*call)(struct caller *caller);
    void *object;
    void *lock;
    pawl_time deadline;
    uint32_t number; /* a barrier's index, an rlock's depth */
    pawl_status status;
};

/* Start the call, and wait until it is waiter number `place` for the key, or AT_ITS_OWN_TIME. */
void caller_start(struct caller *caller, const void *key, size_t place);
pawl_status caller_join(struct caller *caller);

#endif
