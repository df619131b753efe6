/* SPDX-License-Identifier: MIT
 *
 * Sleeping on a condition variable for a duration, which is computed anew for each wait: see
 * sleep.h. Apple's condition variables have no clock except the wall clock.
 */
#if defined(__APPLE__) && !defined(_DARWIN_C_SOURCE)
#    define _DARWIN_C_SOURCE /* pthread_cond_timedwait_relative_np */
#endif
#include "sleep.h"

enum pawl__token pawl__sleep_how(void)
{
    return PAWL__TOKEN_AWAITED;
}

int pawl__sleep_set_clock(pthread_condattr_t *attributes)
{
    (void)attributes;
    return 0;
}

void pawl__sleep_once(struct pawl__parker *parker, pawl_time now, pawl_time deadline)
{
    struct timespec limit = pawl__timespec(pawl__sleep_slice(now, deadline));
    if (deadline == PAWL_NEVER) {
        pthread_cond_wait(&parker->cond, &parker->mutex);
    } else {
        pthread_cond_timedwait_relative_np(&parker->cond, &parker->mutex, &limit);
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
