/* SPDX-License-Identifier: MIT
 *
 * The locks of this platform. The first is the reference: every ratio is to it.
 */
#ifndef PAWL_BENCH_PEERS_H
#define PAWL_BENCH_PEERS_H

#include "contender.h"

extern const contender *const peers[];
extern const size_t peer_count;

/* And those of other libraries, up to a NULL. */
extern const contender *const *const libraries[];
extern const contender *const peer_nsync;
extern const contender *const peer_abseil;

#endif
