/* SPDX-License-Identifier: MIT
 *
 * How a parked thread sleeps, for port.c: one file per way, of which CMake picks one.
 *
 *     sleep_semaphore.c   on a semaphore with a timed wait on the monotonic clock (POSIX 2024,
 *                         glibc 2.30): one native call where a condition variable takes three
 *     sleep_condition.c   on a condition variable whose clock is the monotonic one
 *     sleep_relative.c    on a condition variable with a relative timed wait (Apple)
 */
#ifndef PAWL_SRC_POSIX_SLEEP_H
#define PAWL_SRC_POSIX_SLEEP_H

#include "misuse.h"
#include "port.h"

PAWL__HIDDEN_BEGIN

/* The token's value while a thread of this copy sleeps. */
enum pawl__token pawl__sleep_how(void);

/* Set the clock of the parker's condition variable. Returns an error number. */
int pawl__sleep_set_clock(pthread_condattr_t *attributes);

/* One wait, whose outcome does not matter: the token and the clock alone decide. A wait that ends
 * early or spuriously, or with one of the errors that macOS returns under load, or that takes a
 * permit or signal which came too late for the wait before, costs one more turn. */
void pawl__sleep_once(struct pawl__parker *parker, pawl_time now, pawl_time deadline);

/* Before the first and after the last of these waits: acquire and release what is held in
 * between. */
void pawl__sleep_begin(struct pawl__parker *parker);
void pawl__sleep_end(struct pawl__parker *parker);

/* How much of a wait to ask for at once: at most a day, which keeps a 32-bit time_t from
 * overflowing. */
static inline pawl_ns pawl__sleep_slice(pawl_time now, pawl_time deadline)
{
    return deadline - now < PAWL_S(86400) ? deadline - now : PAWL_S(86400);
}

static inline struct timespec pawl__timespec(pawl_time time)
{
    return (struct timespec){(time_t)(time / PAWL_S(1)), (long)(time % PAWL_S(1))};
}

static inline void pawl__check(int error, const char *call)
{
    if (error != 0) {
        pawl__die(call, error);
    }
}

PAWL__HIDDEN_END

#endif
