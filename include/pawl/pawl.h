/* SPDX-License-Identifier: MIT
 *
 * All of pawl for C: one include.
 */
#ifndef PAWL_PAWL_H
#define PAWL_PAWL_H

#include <pawl/base.h>
#include <pawl/lock.h>
#include <pawl/with.h>

#endif
