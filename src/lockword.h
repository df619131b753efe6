/* SPDX-License-Identifier: MIT
 *
 * The protocol by which threads and tasks take turns at a word: a pawl_lock's byte, or a
 * pawl_rwlock's four. lockword.c has it as a table.
 */
#ifndef PAWL_SRC_LOCKWORD_H
#define PAWL_SRC_LOCKWORD_H

#include "lot.h"

PAWL__HIDDEN_BEGIN

/* The bits of a word, at the same place in both. include/pawl/lock.h and rwlock.h explain them. */
enum {
    PAWL__WORD_LOCKED = 1,
    PAWL__WORD_PARKED = 2,
    PAWL__WORD_FAIR = 4,
    PAWL__WORD_WATCHED = 8,
    PAWL__WORD_RESERVED = 16,
    PAWL__WORD_DRAIN = 32,
    PAWL__WORD_READER = 64
};

/* As many readers as can be counted. */
#define PAWL__WORD_FULL UINT32_C(0xFFFFFFC0)

/* A lock's, or (wide) an rwlock's. Waiters queue under its address; who drains the readers of an
 * rwlock, under the next one. */
struct pawl__word {
    void *at;
    bool wide;
};

static inline void *pawl__word_drain_key(struct pawl__word word)
{
    return (char *)word.at + 1;
}

/* Acquire the word by waiting; what it waits for is the kind. An exclusive acquire of an rwlock
 * also waits until the readers have left.
 *
 * Returns   PAWL_OK; or PAWL_TIMEOUT or PAWL_CANCELLED, as the limit says, or for a reader
 *           PAWL_OVERFLOW, with nothing acquired */
pawl_status pawl__word_acquire(struct pawl__word word, enum pawl__wait_kind kind,
                               struct pawl__limit limit);

/* Acquire it for a task.
 *
 * Returns   PAWL_OK, PAWL_PENDING, or PAWL_INVALID: op is not idle */
pawl_status pawl__word_acquire_await(struct pawl__word word, enum pawl__wait_kind kind,
                                     pawl_await *op);

/* Acquire it if that takes no waiting, where the word says RESERVED or may say what is no longer
 * true: a reservation that is over, or waiters who vanished in a fork. */
bool pawl__word_try(struct pawl__word word, enum pawl__wait_kind kind);

/* Give up LOCKED, and hold it shared instead if `becomes` is PAWL__WORD_READER rather than 0.
 *
 * Returns   PAWL_OK, or PAWL_NOT_HELD: it is not LOCKED, or not yet by its holder */
pawl_status pawl__word_release(struct pawl__word word, uint32_t becomes);

/* Give up one shared hold.
 *
 * Returns   PAWL_OK, or PAWL_NOT_HELD: there is none */
pawl_status pawl__word_release_shared(struct pawl__word word);

/* A waiter of this kind was withdrawn from the queue of this key, under the guard. */
void pawl__word_withdraw_and_unlock(struct pawl__word word, const void *key,
                                    struct pawl__bucket *bucket) PAWL__RELEASES(bucket);

/* With the word's bucket locked, for a waiter that a condition notified and dequeued at the time
 * `now`: queue it. A task, and a fair lock's waiter, takes the lock if it is free and is appended
 * to the list; a thread is woken to take it, and joins the roused. */
void pawl__word_admit(struct pawl__word word, struct pawl__bucket *bucket, pawl_await *waiter,
                      pawl_time now, struct pawl__wake_list *list, struct pawl__sleeper **roused)
    PAWL_REQUIRES(bucket);

/* In the admitted sleeper's own thread, after it was woken: return when it has the lock. */
void pawl__word_accept(struct pawl__word word, struct pawl__sleeper *sleeper);

PAWL__HIDDEN_END

#endif
