/* SPDX-License-Identifier: MIT
 *
 * The parking lot: see lot.h.
 *
 * The buckets are the process's (process.h). A hundred thousand keys that are waited for at a time
 * make chains of three; all else is constant, and needs no memory beyond the waiters' own.
 */
#define PAWL__INSIDE
#include "lot.h"

#include "process.h"
#include "stop.h"
#include "tasks.h"

void pawl__lot_open(struct pawl__sleeper *sleeper, enum pawl__wait_kind kind)
{
    sleeper->slot = pawl__process_take_slot();
    sleeper->waiter.fn_ = NULL;
    sleeper->waiter.kind_ = (uint8_t)kind;
    sleeper->awake = false;
    sleeper->stopped = false;
    sleeper->stop = NULL;
}

void pawl__lot_open_with(struct pawl__sleeper *sleeper, enum pawl__wait_kind kind,
                         struct pawl_event *stop)
{
    pawl__lot_open(sleeper, kind);
    sleeper->stop = stop;
}

void pawl__lot_close(struct pawl__sleeper *sleeper)
{
    pawl__process_return_slot(sleeper->slot);
}

bool pawl__lot_start(pawl_await *op, enum pawl__wait_kind kind)
{
    uint32_t generation = pawl__process_generation();
    /* Pairs with pawl__waiter_be_idle. An operation of an earlier generation was pending when the
     * process was forked, and has ended. */
    if (op->fn_ == NULL ||
        (pawl__load_pointer(&op->key_, PAWL__ACQUIRE) != NULL && op->generation_ == generation)) {
        return false;
    }
    pawl__store_pointer(&op->key_, NULL, PAWL__RELAXED); /* a parent's may have been left there */
    op->generation_ = generation;
    op->kind_ = (uint8_t)kind;
    return true;
}

struct pawl__bucket *pawl__lot_bucket(const void *key)
{
    return pawl__process_bucket(key);
}

void pawl__lot_lock(struct pawl__bucket *bucket)
{
    pawl__guard_lock(&bucket->guard);
}

void pawl__lot_unlock(struct pawl__bucket *bucket)
{
    pawl__guard_unlock(&bucket->guard);
}

/* In the order of their addresses, so that no two threads wait for each other. */
void pawl__lot_lock_two(struct pawl__bucket *one, struct pawl__bucket *other)
{
    bool in_order = (uintptr_t)one < (uintptr_t)other;
    pawl__guard_lock(in_order ? &one->guard : &other->guard);
    if (one != other) {
        pawl__guard_lock(in_order ? &other->guard : &one->guard);
    }
}

void pawl__lot_unlock_two(struct pawl__bucket *one, struct pawl__bucket *other)
{
    if (one != other) {
        pawl__guard_unlock(&one->guard);
    }
    pawl__guard_unlock(&other->guard);
}

/* The link in the key's chain that holds, or would hold, the key's first waiter. */
static void **find_link(struct pawl__bucket *bucket, const void *key) PAWL_REQUIRES(bucket)
{
    void **link = pawl__process_chain(bucket, key);
    for (pawl_await *at = *link; at != NULL && at->key_ != key; at = *link) {
        link = &at->chain_;
    }
    return link;
}

/* Put `fresh` into the chain in place of the first waiter in *link. */
static void replace_first(void **link, pawl_await *fresh)
{
    const pawl_await *first = *link;
    fresh->chain_ = first->chain_;
    *link = fresh;
}

void pawl__lot_enqueue(struct pawl__bucket *bucket, void *key, pawl_await *waiter)
{
    void **link = find_link(bucket, key);
    pawl_await *first = *link;
    /* Relaxed, here and where it is granted: another thread reads it under another bucket's guard,
     * or none, only to find the bucket under whose guard it reads it again. (A thread that is awake
     * also sees by it that it was granted: see pawl__lot_grant_awake.) */
    pawl__store_pointer(&waiter->key_, key, PAWL__RELAXED);
    if (first == NULL) {
        waiter->next_ = waiter;
        waiter->prev_ = waiter;
        waiter->chain_ = NULL;
        *link = waiter;
    } else {
        waiter->next_ = first;
        waiter->prev_ = first->prev_;
        waiter->prev_->next_ = waiter;
        waiter->next_->prev_ = waiter;
    }
}

pawl_await *pawl__lot_first(struct pawl__bucket *bucket, const void *key)
{
    return *find_link(bucket, key);
}

void pawl__lot_dequeue(struct pawl__bucket *bucket, pawl_await *waiter)
{
    void **link = find_link(bucket, waiter->key_);
    if (*link == waiter && waiter->next_ == waiter) {
        *link = waiter->chain_;
    } else if (*link == waiter) {
        replace_first(link, waiter->next_);
    }
    waiter->prev_->next_ = waiter->next_;
    waiter->next_->prev_ = waiter->prev_;
}

void pawl__lot_grant(pawl_await *waiter, pawl_status outcome, struct pawl__wake_list *list)
{
    waiter->outcome_ = (uint8_t)outcome;
    pawl__list_append(list, waiter);
    /* Last, and released: pairs with pawl__tasks_take_back, which then reads this list's address in
     * chain_, or a later one. */
    pawl__store_pointer(&waiter->key_, PAWL__TAKEN, PAWL__RELEASE);
}

/* The release pairs with pawl__lot_is_granted: the thread may reuse the waiter's memory. */
void pawl__lot_grant_awake(pawl_await *waiter)
{
    pawl__store_pointer(&waiter->key_, PAWL__TAKEN, PAWL__RELEASE);
}

bool pawl__lot_is_granted(const pawl_await *waiter)
{
    return pawl__load_pointer(&waiter->key_, PAWL__ACQUIRE) == PAWL__TAKEN;
}

uint32_t pawl__lot_grant_first(struct pawl__bucket *bucket, const void *key, pawl_status outcome,
                               struct pawl__wake_list *list)
{
    pawl_await *first = pawl__lot_first(bucket, key);
    if (first == NULL) {
        return 0;
    }
    pawl__lot_dequeue(bucket, first);
    pawl__lot_grant(first, outcome, list);
    return 1;
}

void pawl__lot_grant_all(struct pawl__bucket *bucket, const void *key, pawl_status outcome,
                         struct pawl__wake_list *list)
{
    while (pawl__lot_grant_first(bucket, key, outcome, list) != 0) {
    }
}

void pawl__lot_awaken(struct pawl__bucket *bucket, struct pawl__sleeper *sleeper,
                      struct pawl__sleeper **roused)
{
    (void)bucket;
    sleeper->awake = true;
    sleeper->next_roused = *roused;
    *roused = sleeper;
}

static void unpark(struct pawl__sleeper *sleeper)
{
    pawl__unpark(&sleeper->slot->parker);
}

void pawl__lot_unpark_all(struct pawl__sleeper *roused)
{
    while (roused != NULL) {
        struct pawl__sleeper *next = roused->next_roused; /* before it is gone */
        unpark(roused);
        roused = next;
    }
}

void pawl__lot_wake(const struct pawl__wake_list *list)
{
    struct pawl__wake_list tasks = {NULL, NULL};
    pawl_await *next = NULL;
    for (pawl_await *waiter = list->first; waiter != NULL; waiter = next) {
        next = waiter->next_; /* before it is woken, after which it may be gone */
        if (pawl__waiter_is_task(waiter)) {
            pawl__list_append(&tasks, waiter);
        } else {
            unpark(pawl__sleeper_of(waiter));
        }
    }
    if (tasks.first != NULL) {
        pawl__tasks_call(&tasks);
    }
}

PAWL__NO_ANALYSIS
struct pawl__bucket *pawl__lot_withdraw(pawl_await *op, struct pawl__withdrawn *was,
                                        bool (*refuses)(const pawl_await *op))
{
    for (;;) {
        was->key = pawl__load_pointer(&op->key_, PAWL__RELAXED);
        if (was->key == NULL || was->key == PAWL__TAKEN) {
            return NULL;
        }
        struct pawl__bucket *bucket = pawl__lot_bucket(was->key);
        pawl__lot_lock(bucket);
        bool moved = pawl__load_pointer(&op->key_, PAWL__RELAXED) != was->key;
        if (!moved && op->generation_ == pawl__process_generation() &&
            (refuses == NULL || !refuses(op))) {
            was->kind = (enum pawl__wait_kind)op->kind_;
            was->object = op->object_;
            pawl__lot_dequeue(bucket, op);
            pawl__waiter_be_idle(op);
            return bucket;
        }
        pawl__lot_unlock(bucket);
        if (!moved) {
            return NULL;
        }
    }
}

bool pawl__lot_wait(struct pawl__sleeper *sleeper, struct pawl__bucket *bucket, const void *key,
                    pawl_time deadline)
{
    struct pawl__parker *parker = &sleeper->slot->parker;
    if (sleeper->stop != NULL ? pawl__stop_park(sleeper, deadline) : pawl__park(parker, deadline)) {
        return false;
    }
    pawl__lot_lock(bucket);
    /* Relaxed: it becomes this key, or ceases to be, under this guard only. */
    if (pawl__load_pointer(&sleeper->waiter.key_, PAWL__RELAXED) == key && !sleeper->awake) {
        pawl__lot_dequeue(bucket, &sleeper->waiter);
        return true;
    }
    pawl__lot_unlock(bucket);
    /* It was woken as the deadline passed, or moved: a waker's token will come, and is taken
     * here. */
    pawl__park(parker, PAWL_NEVER);
    return false;
}

void pawl__lot_nap(struct pawl__sleeper *sleeper, struct pawl__bucket *bucket, const void *key,
                   pawl_time until)
{
    if (pawl__park(&sleeper->slot->parker, until)) {
        return;
    }
    pawl__lot_lock(bucket);
    bool sleeps =
        pawl__load_pointer(&sleeper->waiter.key_, PAWL__RELAXED) == key && !sleeper->awake;
    sleeper->awake = sleeper->awake || sleeps;
    pawl__lot_unlock(bucket);
    if (!sleeps) { /* as in pawl__lot_wait */
        pawl__park(&sleeper->slot->parker, PAWL_NEVER);
    }
}

size_t pawl__lot_count(const void *key)
{
    struct pawl__bucket *bucket = pawl__lot_bucket(key);
    pawl__lot_lock(bucket);
    pawl_await *first = pawl__lot_first(bucket, key);
    size_t count = first == NULL ? 0 : 1;
    for (pawl_await *at = first; count > 0 && at->next_ != first; at = at->next_) {
        count++;
    }
    pawl__lot_unlock(bucket);
    return count;
}

bool pawl__lot_is_past(pawl_time deadline)
{
    return deadline <= 0 || (deadline != PAWL_NEVER && deadline <= pawl__port_now());
}

pawl_time pawl__lot_deadline(pawl_ns ns)
{
    return ns <= 0 ? 0 : pawl_after_ns(ns);
}
