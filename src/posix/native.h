/* SPDX-License-Identifier: MIT
 *
 * What the POSIX backend's guard and parker are made of: see port.h.
 */
#ifndef PAWL_SRC_POSIX_NATIVE_H
#define PAWL_SRC_POSIX_NATIVE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct pawl__guard {
    pthread_mutex_t mutex;
};

struct pawl__parker {
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    bool token; /* under mutex */
};

/* Two keys, as a pointer may have 32 bits. */
struct pawl__word {
    pthread_key_t low, high;
};

#endif
