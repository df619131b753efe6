/* SPDX-License-Identifier: MIT
 *
 * The contenders: pawl, the platform's own, and other libraries if they are installed.
 */
#ifndef PAWL_BENCH_ROSTER_H
#define PAWL_BENCH_ROSTER_H

#include "contender.h"

#include <stdbool.h>
#include <stddef.h>

/* In the order of the tables. */
size_t roster_count(void);
const contender *roster_at(size_t place);

/* The place of the contender that every ratio refers to: the first of the platform's own. */
size_t roster_reference(void);

/* Neither pawl's nor the platform's. */
bool roster_is_library(size_t place);

/* The contenders themselves, with the file of each. */
extern const contender own_default, own_fair;        /* peer_pawl.c */
extern const contender *const platform_contenders[]; /* peer_posix.c, peer_win32.c */
extern const size_t platform_contender_count;
extern const contender peer_nsync, peer_abseil, peer_glib, peer_sdl, peer_libuv;

#endif
