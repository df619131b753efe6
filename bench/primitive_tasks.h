/* SPDX-License-Identifier: MIT
 *
 * Tasks compared with pawl's own plain forms: for both tables of primitive.h.
 */
#ifndef PAWL_BENCH_PRIMITIVE_TASKS_H
#define PAWL_BENCH_PRIMITIVE_TASKS_H

#include "primitive.h"

extern const primitive tasks_plain_pair, tasks_awaited_pair;
extern const primitive tasks_one_waiter, tasks_on_one_lock, tasks_on_many_locks;
extern const primitive tasks_handover;

/* primitive_uv.c, if libuv is installed: BENCH_UV is then a primitive, otherwise NULL. */
extern const primitive tasks_on_loop;
#if defined(BENCH_HAS_UV)
# define BENCH_UV(primitive) (primitive)
#else
# define BENCH_UV(primitive) NULL
#endif

#endif
