/* SPDX-License-Identifier: MIT
 *
 * Included before pawl's sources: defines what a host with glibc 2.28 defines, where threads sleep
 * on a condition variable. A copy of pawl that was built so shares parkers with a copy that was
 * not.
 */
#ifndef PAWL_TESTS_OLDER_H
#define PAWL_TESTS_OLDER_H

#if !defined(_GNU_SOURCE)
# define _GNU_SOURCE /* as src/posix/port.c, which comes after */
#endif
#include <limits.h> /* glibc's header states its version as well */
#if defined(__GLIBC__)
# undef __GLIBC_MINOR__
# define __GLIBC_MINOR__ 28
#endif

#endif
