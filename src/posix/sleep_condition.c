/* SPDX-License-Identifier: MIT
 *
 * Sleeping on a condition variable by the monotonic clock: see sleep.h.
 */
#if (defined(__linux__) || defined(__EMSCRIPTEN__)) && !defined(_GNU_SOURCE)
#    define _GNU_SOURCE /* pthread_condattr_setclock */
#endif
#include "sleep.h"

enum pawl__token pawl__sleep_how(void)
{
    return PAWL__TOKEN_AWAITED;
}

int pawl__sleep_set_clock(pthread_condattr_t *attributes)
{
    return pthread_condattr_setclock(attributes, CLOCK_MONOTONIC);
}

void pawl__sleep_once(struct pawl__parker *parker, pawl_time now, pawl_time deadline)
{
    struct timespec limit = pawl__timespec(now + pawl__sleep_slice(now, deadline));
    if (deadline == PAWL_NEVER) {
        pthread_cond_wait(&parker->cond, &parker->mutex);
    } else {
        pthread_cond_timedwait(&parker->cond, &parker->mutex, &limit);
    }
}

void pawl__sleep_begin(struct pawl__parker *parker)
{
    pawl__check(pthread_mutex_lock(&parker->mutex), "pthread_mutex_lock");
}

void pawl__sleep_end(struct pawl__parker *parker)
{
    pawl__check(pthread_mutex_unlock(&parker->mutex), "pthread_mutex_unlock");
}
