/* SPDX-License-Identifier: MIT
 *
 * Tasks beside pawl's own plain forms: for both tables of kin.h.
 */
#ifndef PAWL_BENCH_KIN_TASKS_H
#define PAWL_BENCH_KIN_TASKS_H

#include "kin.h"

extern const kin tasks_plain_pair, tasks_awaited_pair;
extern const kin tasks_one_waiter, tasks_on_one_lock, tasks_on_many_locks;
extern const kin tasks_handover;

/* kin_uv.c, where libuv is: BENCH_UV is then a kin, else NULL. */
extern const kin tasks_on_loop;
#if defined(BENCH_HAS_UV)
# define BENCH_UV(kin) (kin)
#else
# define BENCH_UV(kin) NULL
#endif

#endif
