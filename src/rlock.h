/* SPDX-License-Identifier: MIT
 *
 * What a condition needs of an rlock: to give up all its levels and take them back.
 */
#ifndef PAWL_SRC_RLOCK_H
#define PAWL_SRC_RLOCK_H

#include <pawl/rlock.h>

/* Write down the owner and its depth. Requires  the caller holds rlock->lock_. */
void pawl__rlock_set(pawl_rlock *rlock, uint64_t owner, uint32_t depth);

#endif
