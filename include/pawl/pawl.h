/* SPDX-License-Identifier: MIT
 *
 * All of pawl for C: one include. docs/semantics.md has what each primitive promises.
 */
#ifndef PAWL_PAWL_H
#define PAWL_PAWL_H

#include <pawl/await.h>
#include <pawl/barrier.h>
#include <pawl/base.h>
#include <pawl/condition.h>
#include <pawl/event.h>
#include <pawl/filelock.h>
#include <pawl/latch.h>
#include <pawl/lock.h>
#include <pawl/once.h>
#include <pawl/rlock.h>
#include <pawl/rwlock.h>
#include <pawl/semaphore.h>
#include <pawl/unless.h>
#include <pawl/with.h>

#endif
