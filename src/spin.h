/* SPDX-License-Identifier: MIT
 *
 * Spinning before a thread parks, and the guesses it is steered by. All of them are relaxed and not
 * exact: they change how long a wait takes, never its outcome.
 */
#ifndef PAWL_SRC_SPIN_H
#define PAWL_SRC_SPIN_H

#include "waiter.h"

PAWL__HIDDEN_BEGIN

/* The turn to begin with at a lock that others wait for: fewer polls, 100 ns apart, disturb them
 * less. */
enum { PAWL__SPIN_CROWDED = 6 };

/* The turn to begin with: the last one, except now and then, where spinning has failed of late. */
unsigned pawl__spin_begin(const void *key);

/* One turn: pauses, longer with each later turn, and counts.
 *
 * Returns   false when spinning has cost about as much as parking would; at once on a machine with
 *           one processor. */
bool pawl__spin(unsigned *turn);

/* Remember whether spinning paid. */
void pawl__spin_end(const void *key, unsigned turn, bool won);

/* Poll a queued sleeper's token for a while, before pawl__lot_wait.
 *
 * Returns   true: it was woken, and has taken its token. */
bool pawl__spin_for_token(struct pawl__sleeper *sleeper, const void *key);

/* For threads that overtake a woken waiter: whether it is time to check if that one is not
 * scheduled. True in the first such call since checks began, the second, the fourth and so on, and
 * then in each 64th: so a check is late by no more than the time that has gone by, and costs next
 * to nothing. */
void pawl__spin_begin_checks(const void *key);
bool pawl__spin_time_to_check(const void *key);

PAWL__HIDDEN_END

#endif
