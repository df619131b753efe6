/* SPDX-License-Identifier: MIT
 *
 * Withdrawing a task's operation: see withdraw.h.
 *
 * The guard of the bucket that the operation is queued in decides between a withdrawal and a grant.
 * Its key_ says which bucket that is, and is read again once the guard is held. What follows
 * depends on the kind of wait, a byte rather than a function's address: another copy of pawl in the
 * process may have queued the operation, and may be unloaded.
 */
#define PAWL__INSIDE
#include "withdraw.h"

#include "lockword.h"

/* A writer's key may be its rwlock's drain key, an odd address. */
static struct pawl__word rwlock_of(void *key)
{
    return (struct pawl__word){(char *)key - ((uintptr_t)key & 1), true};
}

/* A task was dequeued: adjust the object's word, and unlock the bucket. */
PAWL__NO_ANALYSIS
static void fix_up_and_unlock(const struct pawl__withdrawn *was, struct pawl__bucket *bucket)
{
    void *key = was->key;
    switch (was->kind) {
    case PAWL__ON_LOCK:
    case PAWL__ON_NOTIFIED_LOCK:
        pawl__word_withdraw_and_unlock((struct pawl__word){key, false}, key, bucket);
        break;
    case PAWL__ON_SEMAPHORE:
        pawl__semaphore_withdraw_and_unlock(key, bucket);
        break;
    case PAWL__ON_EVENT:
        pawl__event_withdraw_and_unlock(key, bucket);
        break;
    case PAWL__ON_LATCH:
        pawl__latch_withdraw_and_unlock(key, bucket);
        break;
    case PAWL__ON_CONDITION:
        pawl__condition_withdraw_and_unlock(key, bucket);
        break;
    case PAWL__ON_BARRIER:
        pawl__barrier_withdraw_and_unlock(key, bucket);
        break;
    case PAWL__ON_SHARED:
    case PAWL__ON_EXCLUSIVE:
        pawl__word_withdraw_and_unlock(rwlock_of(key), key, bucket);
        break;
    case PAWL__ON_FILE_SHARED:
    case PAWL__ON_FILE_EXCLUSIVE:
        pawl__filelock_withdraw_and_unlock(key, bucket);
        break;
    default: /* a once has no tasks */
        pawl__lot_unlock(bucket);
        break;
    }
}

bool pawl__withdraw_cancelled(pawl_await *op)
{
    struct pawl__withdrawn was;
    struct pawl__bucket *bucket = pawl__lot_withdraw(op, &was, NULL);
    if (bucket == NULL) {
        return false;
    }
    fix_up_and_unlock(&was, bucket);
    if (was.kind == PAWL__ON_NOTIFIED_LOCK && was.object != NULL) {
        pawl_condition_notify(was.object, 1); /* its notification goes to the next waiter there */
    }
    return true;
}

static bool is_notified(const pawl_await *op)
{
    return op->kind_ == PAWL__ON_NOTIFIED_LOCK;
}

bool pawl__withdraw_timed_out(pawl_await *op)
{
    struct pawl__withdrawn was;
    struct pawl__bucket *bucket = pawl__lot_withdraw(op, &was, is_notified);
    if (bucket == NULL) {
        return false;
    }
    if (was.kind == PAWL__ON_BARRIER) {
        pawl__barrier_break_and_unlock(was.key, bucket);
    } else {
        fix_up_and_unlock(&was, bucket);
    }
    return true;
}
