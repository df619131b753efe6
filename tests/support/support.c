/* SPDX-License-Identifier: MIT */
#include "support.h"

struct queue_length {
    const void *key;
    size_t count;
};

static bool is_that_long(void *context)
{
    struct queue_length *wanted = context;
    return pawl__lot_count(wanted->key) == wanted->count;
}

void wait_for_waiters(const void *key, size_t count)
{
    struct queue_length wanted = {key, count};
    crew_until(is_that_long, &wanted);
}

void let_time_pass(pawl_ns ns)
{
    pawl_time end = pawl_after_ns(ns);
    while (pawl_now() < end) {
        crew_yield();
    }
}

static void acquire_once(void *context)
{
    struct acquirer *acquirer = context;
    acquirer->status = pawl_lock_acquire_until(acquirer->lock, acquirer->deadline);
    if (acquirer->status == PAWL_OK && acquirer->turn != NULL) {
        acquirer->order = (*acquirer->turn)++;
    }
    pawl__store8(&acquirer->has_it, 1, PAWL__RELEASE);
    if (acquirer->status == PAWL_OK && acquirer->release_after) {
        pawl_lock_release(acquirer->lock);
    }
}

void acquirer_start(struct acquirer *acquirer, pawl_lock *lock, pawl_time deadline, size_t place)
{
    acquirer->lock = lock;
    acquirer->deadline = deadline;
    acquirer->has_it = 0;
    crew_start(&acquirer->thread, acquire_once, acquirer);
    if (place != AT_ITS_OWN_TIME) {
        wait_for_waiters(lock, place);
    }
}

void acquirer_join(struct acquirer *acquirer)
{
    crew_join(&acquirer->thread);
}

uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}
