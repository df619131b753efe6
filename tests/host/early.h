/* SPDX-License-Identifier: MIT
 *
 * A host that wakes early and spuriously on purpose: included before a backend's port.c, so that
 * its native waits become these, which return without cause, or before their time, more often than
 * not. Real Windows does so (0.5 to 6 ms early) where Wine does not; POSIX allows it. It also
 * counts the native wake-ups.
 */
#ifndef PAWL_TESTS_EARLY_H
#define PAWL_TESTS_EARLY_H

#include "early_native.h"

#include <stdint.h>

/* How often a waiting thread was woken so far, by the whole process. */
uint32_t early_wakes(void);
void early_count_wake(void);

/* 0: a spurious wake-up. 1: an early time-out. 2: a true wait. Cheap and without a lock. */
int early_choice(void);

#endif
