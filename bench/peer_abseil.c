/* SPDX-License-Identifier: MIT
 *
 * Abseil, where it is installed.
 */
#include "abseil.h"
#include "peers.h"

#define CONTENDER     abseil
#define TITLE         "abseil"
#define LOCK          abseil_mutex
#define MAKE(lock)    abseil_mutex_make(lock)
#define DISCARD(lock) abseil_mutex_discard(lock)
#define ACQUIRE(lock) abseil_mutex_lock(lock)
#define RELEASE(lock) abseil_mutex_unlock(lock)
#define TRY(lock)     abseil_mutex_try_lock(lock)
#include "loops.h"

const contender *const peer_abseil = &abseil;
