/* SPDX-License-Identifier: MIT
 *
 * Waiting while the process ends, before the system takes its threads: exit_waits_test.c.
 */
#ifndef PAWL_TESTS_EXIT_WAITS_H
#define PAWL_TESTS_EXIT_WAITS_H

#ifdef __cplusplus
extern "C" {
#endif

/* Makes every wait, and prints what came of them. */
void wait_at_exit(const char *when);

#ifdef __cplusplus
}
#endif

#endif
