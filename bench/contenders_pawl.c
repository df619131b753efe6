/* SPDX-License-Identifier: MIT */
#include "contender.h"

#include <pawl/lock.h>

#define CONTENDER     own_default
#define TITLE         "pawl"
#define LOCK          pawl_lock
#define MAKE(lock)    pawl_lock_init(lock)
#define DISCARD(lock) (void)(lock)
#define ACQUIRE(lock) pawl_lock_acquire(lock)
#define RELEASE(lock) pawl_lock_release(lock)
#define TRY(lock)     pawl_lock_try_acquire(lock)
#define TIMED(lock)   (pawl_lock_acquire_for(lock, PAWL_S(1)) == PAWL_OK)
#define FAMILY        own_kin
#include "loops.h"

#define CONTENDER     own_fair
#define TITLE         "pawl fair"
#define LOCK          pawl_lock
#define MAKE(lock)    pawl_lock_init_fair(lock)
#define DISCARD(lock) (void)(lock)
#define ACQUIRE(lock) pawl_lock_acquire(lock)
#define RELEASE(lock) pawl_lock_release(lock)
#define TRY(lock)     pawl_lock_try_acquire(lock)
#define TIMED(lock)   (pawl_lock_acquire_for(lock, PAWL_S(1)) == PAWL_OK)
#include "loops.h"

const contender *const own_contenders[] = {&own_default, &own_fair};
const size_t own_contender_count = sizeof own_contenders / sizeof own_contenders[0];
