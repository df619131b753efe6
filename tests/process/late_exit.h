/* SPDX-License-Identifier: MIT
 *
 * The ways in which a thread still runs code when it has nearly ended.
 */
#ifndef PAWL_TESTS_LATE_EXIT_H
#define PAWL_TESTS_LATE_EXIT_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* arrange(work, context) lets work(context) be called when the calling thread ends. */
struct late_way {
    const char *name;
    void (*arrange)(void (*work)(void *context), void *context);
};

/* The platform's own ways; the last one's arrange is NULL. */
extern const struct late_way late_ways[];

/* A C++ thread_local's destructor: where the tests have C++. */
void late_exit_arrange_destructor(void (*work)(void *context), void *context);

#ifdef __cplusplus
}
#endif

#endif
