/* SPDX-License-Identifier: MIT
 *
 * Sleeping on a semaphore: see sleep.h.
 */
#if !defined(_GNU_SOURCE)
#    define _GNU_SOURCE /* sem_clockwait */
#endif
#include "sleep.h"

enum pawl__token pawl__sleep_how(void)
{
    return PAWL__TOKEN_AWAITED_AT_SEMAPHORE;
}

int pawl__sleep_set_clock(pthread_condattr_t *attributes)
{
    return pthread_condattr_setclock(attributes, CLOCK_MONOTONIC);
}

void pawl__sleep_once(struct pawl__parker *parker, pawl_time now, pawl_time deadline)
{
    struct timespec limit = pawl__timespec(now + pawl__sleep_slice(now, deadline));
    if (deadline == PAWL_NEVER) {
        sem_wait(&parker->semaphore);
    } else {
        sem_clockwait(&parker->semaphore, CLOCK_MONOTONIC, &limit);
    }
}

void pawl__sleep_begin(struct pawl__parker *parker)
{
    (void)parker;
}

void pawl__sleep_end(struct pawl__parker *parker)
{
    (void)parker;
}
