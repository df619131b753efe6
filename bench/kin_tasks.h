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

#endif
