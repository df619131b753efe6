/* SPDX-License-Identifier: MIT
 *
 * What the tests share: CMocka with the headers it wants before it, and waiting for a state of the
 * lot in place of sleeping.
 */
#ifndef PAWL_TESTS_SUPPORT_H
#define PAWL_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pawl/pawl.h>

#include "crew.h"
#include "lot.h"

/* Yield until `count` waiters are queued for the key. */
void wait_for_waiters(const void *key, size_t count);

/* Spin on the clock until `ns` nanoseconds have passed: for a state that is a matter of time. */
void let_time_pass(pawl_ns ns);

/* Longer than a default lock's waiter is patient: then the next release hands it the lock. */
#define PATIENCE PAWL_MS(11)

/* A helper thread that acquires a lock once. */
struct acquirer {
    crew_thread thread;
    pawl_lock *lock;
    pawl_time deadline;
    bool release_after;  /* release it at once */
    pawl_status status;  /* after acquirer_join */
    uint8_t *turn;       /* if not NULL: counts the acquires, while the lock is held */
    uint8_t order;       /* what *turn was at this one */
    uint8_t has_it;      /* atomic: 1 once it is acquired, or timed out */
};

/* Start one that waits until `deadline`, and wait until the lot shows it as waiter number `place`;
 * AT_ITS_OWN_TIME for one that may have timed out before anybody looks. */
enum { AT_ITS_OWN_TIME = 0 };
void acquirer_start(struct acquirer *acquirer, pawl_lock *lock, pawl_time deadline, size_t place);
void acquirer_join(struct acquirer *acquirer);

/* xorshift64*: a small generator whose seed is printed by who uses it. */
uint64_t next_random(uint64_t *state);

#endif
