/* SPDX-License-Identifier: MIT
 *
 * pawl_rlock: a pawl_lock plus its owner and recursion depth. Contract: include/pawl/rlock.h.
 *
 * The invariant: owner_ is a thread's identity only while that thread holds lock_, and only that
 * thread writes it. So a thread that reads its own identity there owns the rlock, and a thread that
 * reads anything else does not, however old the value. Relaxed loads are therefore enough, and
 * lock_ orders everything else.
 */
#define PAWL__INSIDE
#include <pawl/rlock.h>

#include "lot.h"
#include "misuse.h"
#include "process.h"
#include "relock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

_Static_assert(sizeof(pawl_rlock) <= 16, "the size that is promised");

static uint64_t identity(void)
{
    uint64_t remembered = pawl__remembered();
    return remembered != 0 ? remembered : pawl__process_identity();
}

static bool is_owner(const pawl_rlock *rlock, uint64_t me)
{
    return pawl__load64(&rlock->owner_, PAWL__RELAXED) == me;
}

static uint32_t depth_of(const pawl_rlock *rlock)
{
    return pawl__load32(&rlock->depth_, PAWL__RELAXED);
}

void pawl__rlock_set(pawl_rlock *rlock, uint64_t owner, uint32_t depth)
{
    pawl__store64(&rlock->owner_, owner, PAWL__RELAXED);
    pawl__store32(&rlock->depth_, depth, PAWL__RELAXED);
}

/* For the owner: one level more, unless that is one too many. */
static pawl_status deepen(pawl_rlock *rlock)
{
    uint32_t depth = depth_of(rlock);
    if (depth == UINT32_MAX) {
        return PAWL_OVERFLOW;
    }
    pawl__store32(&rlock->depth_, depth + 1, PAWL__RELAXED);
    return PAWL_OK;
}

void pawl_rlock_init(pawl_rlock *rlock)
{
    pawl__need(rlock, "pawl_rlock_init", "rlock");
    pawl__rlock_set(rlock, 0, 0);
    pawl_lock_init(&rlock->lock_);
}

void pawl_rlock_acquire(pawl_rlock *rlock)
{
    pawl__need(rlock, "pawl_rlock_acquire", "rlock");
    uint64_t me = identity();
    if (is_owner(rlock, me)) {
        if (deepen(rlock) != PAWL_OK) {
            pawl__die_misuse("pawl_rlock_acquire", "the depth is at its maximum");
        }
        return;
    }
    pawl_lock_acquire(&rlock->lock_);
    pawl__rlock_set(rlock, me, 1);
}

bool pawl_rlock_try_acquire(pawl_rlock *rlock)
{
    pawl__need(rlock, "pawl_rlock_try_acquire", "rlock");
    uint64_t me = identity();
    if (is_owner(rlock, me)) {
        return deepen(rlock) == PAWL_OK;
    }
    if (!pawl_lock_try_acquire(&rlock->lock_)) {
        return false;
    }
    pawl__rlock_set(rlock, me, 1);
    return true;
}

pawl_status pawl_rlock_acquire_for(pawl_rlock *rlock, pawl_ns ns)
{
    pawl__need(rlock, "pawl_rlock_acquire_for", "rlock");
    uint64_t me = identity();
    if (is_owner(rlock, me)) {
        return deepen(rlock);
    }
    pawl_status status = pawl_lock_acquire_for(&rlock->lock_, ns);
    if (status == PAWL_OK) {
        pawl__rlock_set(rlock, me, 1);
    }
    return status;
}

pawl_status pawl_rlock_acquire_until(pawl_rlock *rlock, pawl_time deadline)
{
    pawl__need(rlock, "pawl_rlock_acquire_until", "rlock");
    uint64_t me = identity();
    if (is_owner(rlock, me)) {
        return deepen(rlock);
    }
    pawl_status status = pawl_lock_acquire_until(&rlock->lock_, deadline);
    if (status == PAWL_OK) {
        pawl__rlock_set(rlock, me, 1);
    }
    return status;
}

pawl_status pawl_rlock_release(pawl_rlock *rlock)
{
    pawl__need(rlock, "pawl_rlock_release", "rlock");
    if (!is_owner(rlock, identity())) {
        return PAWL_NOT_HELD;
    }
    uint32_t depth = depth_of(rlock) - 1;
    if (depth > 0) {
        pawl__store32(&rlock->depth_, depth, PAWL__RELAXED);
        return PAWL_OK;
    }
    pawl__rlock_set(rlock, 0, 0);
    return pawl_lock_release(&rlock->lock_);
}

bool pawl_rlock_locked(const pawl_rlock *rlock)
{
    pawl__need(rlock, "pawl_rlock_locked", "rlock");
    return pawl_lock_locked(&rlock->lock_);
}

bool pawl_rlock_owned(const pawl_rlock *rlock)
{
    pawl__need(rlock, "pawl_rlock_owned", "rlock");
    return is_owner(rlock, identity());
}

uint32_t pawl_rlock_depth(const pawl_rlock *rlock)
{
    pawl__need(rlock, "pawl_rlock_depth", "rlock");
    return is_owner(rlock, identity()) ? depth_of(rlock) : 0;
}

int pawl_rlock_describe(const pawl_rlock *rlock, char *buf, size_t size)
{
    pawl__need_text(rlock, buf, size, "pawl_rlock_describe", "rlock");
    uint64_t owner = pawl__load64(&rlock->owner_, PAWL__RELAXED);
    char owner_text[32] = "";
    if (owner != 0) {
        snprintf(owner_text, sizeof owner_text, " owner=%" PRIu64, owner);
    }
    return snprintf(buf, size, "<pawl_rlock %s%s depth=%lu waiters=%lu at 0x%" PRIxPTR ">",
                    pawl_lock_locked(&rlock->lock_) ? "locked" : "unlocked", owner_text,
                    (unsigned long)depth_of(rlock),
                    (unsigned long)pawl__lot_count(&rlock->lock_), (uintptr_t)rlock);
}

pawl_rlock *pawl_rlock_new(void)
{
    pawl_rlock *rlock = malloc(sizeof *rlock);
    if (rlock != NULL) {
        pawl_rlock_init(rlock);
    }
    return rlock;
}

void pawl_rlock_free(pawl_rlock *rlock)
{
    free(rlock);
}

void pawl_rlock_reinit_after_fork(pawl_rlock *rlock)
{
    pawl__need(rlock, "pawl_rlock_reinit_after_fork", "rlock");
    pawl_rlock_init(rlock);
}
