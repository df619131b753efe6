/* SPDX-License-Identifier: MIT
 *
 * Exits with 0 if the counts added up to the end; otherwise one line names the fault, and the
 * process aborts.
 */
#include "soak.h"

#include "crew.h"
#include "lot.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void soak_insist(bool fact, const char *what)
{
    if (!fact) {
        fprintf(stderr, "soak: %s\n", what);
        abort();
    }
}

static void work(void *context)
{
    struct worker *worker = context;
    struct world *world = worker->world;
    while (!pawl_event_is_set(&world->stop)) {
        pawl_rwlock_acquire_shared(&world->gate);
        for (int i = 0; i < 16; i++) {
            soak_move(worker);
        }
        pawl_rwlock_release_shared(&world->gate);
    }
}

static void make_world(struct world *world, uint64_t seed)
{
    pawl_lock_init_fair(&world->banks[1].lock);
    soak_insist(pawl_semaphore_init_bounded(&world->permits, PERMITS) == PAWL_OK &&
                    pawl_barrier_init(&world->barrier, 3, NULL, NULL) == PAWL_OK,
                "no world");
    for (size_t w = 0; w < WORKERS; w++) {
        struct worker *worker = &world->workers[w];
        worker->world = world;
        worker->seed = seed * WORKERS + w + 1;
        for (size_t s = 0; s < SLOTS; s++) {
            worker->slots[s].world = world;
            pawl_await_init(&worker->slots[s].op, soak_called, &worker->slots[s]);
        }
    }
}

/* How many tasks are pending for each thing. */
static void count_pending(const struct world *world, size_t pending[KINDS])
{
    for (size_t w = 0; w < WORKERS; w++) {
        for (size_t s = 0; s < SLOTS; s++) {
            const struct slot *slot = &world->workers[w].slots[s];
            pending[slot->kind] += slot->state == PENDING ? 1 : 0;
        }
    }
}

/* With the gate held exclusively: no worker is inside a move, so nothing is held, and a worker that
 * waits for something free is a lost wake-up. */
static void check_books(struct world *world)
{
    size_t pending[KINDS] = {0};
    count_pending(world, pending);
    for (size_t b = 0; b < 2; b++) {
        int64_t sum = 0;
        for (size_t a = 0; a < ACCOUNTS; a++) {
            sum += world->banks[b].accounts[a];
        }
        soak_insist(sum == 0, "money was made or lost");
        soak_insist(!pawl_lock_locked(&world->banks[b].lock), "a lock is held by nobody");
    }
    soak_insist(pending[ON_LOCK] + pending[ON_FAIR_LOCK] == 0, "a task waits for a free lock");
    soak_insist(!pawl_rlock_locked(&world->rlock), "the rlock is held by nobody");
    soak_insist(world->inside == 0 && pawl_semaphore_value(&world->permits) == PERMITS,
                "permits were lost or made");
    soak_insist(pending[ON_PERMIT] == 0, "a task waits for a permit that is there");
    soak_insist(world->produced == world->consumed + world->items, "items were lost or made");
    soak_insist(!pawl_lock_locked(&world->store_lock), "the store's lock is held by nobody");
    soak_insist(pawl__lot_count(&world->filled) == pending[ON_ITEM], "a waiter was lost");
    soak_insist(pawl__lot_count(&world->event) == pending[ON_EVENT], "a waiter was lost");
    soak_insist(!pawl_event_is_set(&world->event) || pending[ON_EVENT] == 0,
                "a task waits for a set event");
    soak_insist(pawl_barrier_waiting(&world->barrier) == pending[ON_ROUND], "a party was lost");
    soak_insist(pawl__lot_count(&world->barrier) == pending[ON_ROUND], "a party was lost");
    soak_insist(pending[ON_READ] + pending[ON_WRITE] == 0, "a task waits for a free rwlock");
    soak_insist(world->halves[0] == world->halves[1], "half a write");
    soak_insist(pawl_rwlock_try_acquire_exclusive(&world->rwlock), "the rwlock is held by nobody");
    soak_insist(pawl_rwlock_release_exclusive(&world->rwlock) == PAWL_OK, "the rwlock was lost");
}

static void say_sums(const struct world *world, unsigned seconds)
{
    uint64_t moves = 0, timeouts = 0, cancels = 0, calls = 0;
    for (size_t w = 0; w < WORKERS; w++) {
        moves += world->workers[w].moves;
        timeouts += world->workers[w].timeouts;
        cancels += world->workers[w].cancels;
    }
    for (size_t k = 0; k < KINDS; k++) {
        calls += (uint64_t)world->calls[k];
    }
    printf("%6u s  %" PRIu64 " moves, %" PRIu64 " time-outs, %" PRIu64 " tasks served, %" PRIu64
           " cancelled; the books balance\n",
           seconds, moves, timeouts, calls, cancels);
    fflush(stdout);
}

/* Fifty times a second everything stops for a check: a later arrival would soon wake a waiter that
 * was forgotten, and hide it. */
static void keep_books(struct world *world, unsigned seconds)
{
    pawl_event never = PAWL_EVENT_INIT;
    pawl_time begun = pawl_now();
    unsigned said = 0;
    for (unsigned passed = 0; passed < seconds;) {
        soak_insist(pawl_event_wait_for(&never, PAWL_MS(20)) == PAWL_TIMEOUT, "never came");
        pawl_rwlock_acquire_exclusive(&world->gate);
        check_books(world);
        passed = (unsigned)((pawl_now() - begun) / PAWL_S(1));
        if (passed >= seconds || passed / 60 > said) {
            said = passed / 60;
            say_sums(world, passed);
        }
        pawl_rwlock_release_exclusive(&world->gate);
    }
}

static void cancel_what_is_left(struct world *world)
{
    for (size_t w = 0; w < WORKERS; w++) {
        for (size_t s = 0; s < SLOTS; s++) {
            struct slot *slot = &world->workers[w].slots[s];
            bool cancelled = pawl_await_cancel(&slot->op);
            soak_insist(cancelled == (slot->state == PENDING), "a task is neither here nor there");
        }
    }
}

static unsigned parse(const char *text)
{
    char *end = NULL;
    unsigned long value = strtoul(text, &end, 10);
    if (end == text || *end != '\0' || value == 0 || value > 1000000000UL) {
        fprintf(stderr, "soak: '%s' is no number from 1 to 1000000000\n", text);
        exit(2);
    }
    return (unsigned)value;
}

int main(int argc, char **argv)
{
    static struct world world;
    crew_thread threads[WORKERS];
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        puts("usage: soak [SECONDS [SEED]]");
        return 0;
    }
    unsigned seconds = argc > 1 ? parse(argv[1]) : 2;
    unsigned seed = argc > 2 ? parse(argv[2]) : 20261121;
    printf("soak: %u seconds, seed %u, %d workers, %d tasks\n", seconds, seed, WORKERS,
           WORKERS * SLOTS);
    make_world(&world, seed);
    for (size_t w = 0; w < WORKERS; w++) {
        crew_start(&threads[w], work, &world.workers[w]);
    }
    keep_books(&world, seconds);
    pawl_event_set(&world.stop);
    for (size_t w = 0; w < WORKERS; w++) {
        crew_join(&threads[w]);
    }
    check_books(&world);
    cancel_what_is_left(&world);
    return 0;
}
