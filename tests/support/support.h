/* SPDX-License-Identifier: MIT
 *
 * Shared by the tests: CMocka with the headers it needs before it, and waiting for a state of the
 * lot instead of sleeping.
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

/* Longer than a default lock's waiter waits for its turn: then the next release hands it the
 * lock. */
#define PATIENCE PAWL_MS(11)

/* The parker that this thread's next wait will use: for tests of what ended threads leave
 * behind. */
const void *next_parker(void);

/* xorshift64*: a small generator. The test that uses it prints the seed. */
uint64_t next_random(uint64_t *state);

#endif
