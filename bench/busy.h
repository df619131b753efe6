/* SPDX-License-Identifier: MIT
 *
 * Whether other programs use the machine while it is measured.
 */
#ifndef PAWL_BENCH_BUSY_H
#define PAWL_BENCH_BUSY_H

/* Above this share, figures are not worth comparing. */
#define BUSY_TOO_MUCH 0.05

/* The share of the processors, 0 to 1, that this process does not get while it spins on all of them
 * for a fifth of a second; below 0 where the platform does not tell a thread's processor time. */
double busy_share(void);

#endif
