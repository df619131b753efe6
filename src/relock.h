/* SPDX-License-Identifier: MIT
 *
 * What a condition needs of an rlock: to release it whatever its depth, and to own it again.
 */
#ifndef PAWL_SRC_RELOCK_H
#define PAWL_SRC_RELOCK_H

#include <pawl/rlock.h>

PAWL__HIDDEN_BEGIN

/* Set the owner and its depth. Requires  the caller holds rlock->lock_. */
void pawl__rlock_set(pawl_rlock *rlock, uint64_t owner, uint32_t depth);

PAWL__HIDDEN_END

#endif
