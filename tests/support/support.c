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

const void *next_parker(void)
{
    struct pawl__sleeper probe = {0};
    pawl__lot_open(&probe, PAWL__ON_LOCK);
    const void *parker = probe.slot;
    pawl__lot_close(&probe);
    return parker;
}

uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}
