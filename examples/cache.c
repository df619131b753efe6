/* SPDX-License-Identifier: MIT
 *
 * A cache that many threads read and few fill. Look-ups share an rwlock. A thread that finds a key
 * missing acquires the rwlock exclusively, checks again, because another thread may have been
 * first, fills the entry, and downgrades: no other writer can change the entry before it is read.
 * The first user sets the cache up, through pawl_once.
 *
 *     cc examples/cache.c -lpawl -pthread -o cache
 */
#include <pawl/pawl.h>

#include <stdio.h>
#include <stdlib.h>

#include "thread.h"

enum { READERS = 8, KEYS = 64, LOOK_UPS = 1000 };

typedef struct entry {
    bool filled;
    unsigned long value;
    int fills; /* how often it was filled: once */
} entry;

static struct {
    pawl_once once; /* sets up entries */
    int set_ups;
    pawl_rwlock lock; /* guards what entries points to, and writes */
    entry *entries;
    long writes;
} cache;

static pawl_barrier met = PAWL_BARRIER_INIT(READERS);

typedef struct reader {
    unsigned long number;
    long wrong;     /* values that are not the key's */
    long overtaken; /* looks that found another writer's trace since the fill */
    bool inside_with_all;
} reader;

/* What would be slow, and so is to be done once per key. */
static unsigned long compute(unsigned long key)
{
    unsigned long value = key;
    for (int i = 0; i < 1000; i++) {
        value = (value * 31 + 7) % 1000003;
    }
    return value;
}

static void set_up(void *context)
{
    (void)context;
    cache.set_ups++;
    cache.entries = calloc(KEYS, sizeof *cache.entries);
    if (cache.entries == NULL) {
        fputs("cache: memory exhausted\n", stderr);
        abort();
    }
}

/* Fills the entry unless another was first. Returns with the lock held shared. */
static void fill(entry *e, unsigned long key, reader *self)
{
    pawl_rwlock_acquire_exclusive(&cache.lock);
    if (!e->filled) {
        e->value = compute(key);
        e->filled = true;
        e->fills++;
        cache.writes++;
    }
    long writes = cache.writes;
    if (pawl_rwlock_downgrade(&cache.lock) != PAWL_OK) {
        abort(); /* it is held exclusively: cannot be */
    }
    thread_yield(); /* tempt another writer in: the shared hold keeps it out */
    self->overtaken += cache.writes != writes;
}

static unsigned long look_up(unsigned long key, reader *self)
{
    pawl_once_call(&cache.once, set_up, NULL);
    entry *e = &cache.entries[key];
    pawl_rwlock_acquire_shared(&cache.lock);
    if (!e->filled) {
        pawl_rwlock_release_shared(&cache.lock); /* a shared hold cannot be made exclusive */
        fill(e, key, self);
    }
    unsigned long value = e->value;
    pawl_rwlock_release_shared(&cache.lock);
    return value;
}

static void read_much(void *context)
{
    reader *self = context;
    for (unsigned long i = 0; i < LOOK_UPS; i++) {
        unsigned long key = (i * 7 + self->number) % KEYS;
        self->wrong += look_up(key, self) != compute(key);
    }
    /* No writer is left once all have met; then they meet again, each with a shared hold. */
    bool together = pawl_barrier_wait_for(&met, PAWL_S(30), NULL) == PAWL_OK;
    PAWL_WITH_SHARED(&cache.lock) {
        together = together && pawl_barrier_wait_for(&met, PAWL_S(30), NULL) == PAWL_OK;
    } PAWL_END
    self->inside_with_all = together;
}

/* Returns the number of keys that were filled exactly once. */
static int filled_once(void)
{
    int count = 0;
    for (int key = 0; key < KEYS; key++) {
        count += cache.entries[key].fills == 1;
    }
    return count;
}

int main(void)
{
    static reader readers[READERS];
    struct thread threads[READERS];
    long wrong = 0;
    long overtaken = 0;
    int inside = 0;
    for (int i = 0; i < READERS; i++) {
        readers[i].number = (unsigned long)i;
        thread_start(&threads[i], read_much, &readers[i]);
    }
    for (int i = 0; i < READERS; i++) {
        thread_join(&threads[i]);
        wrong += readers[i].wrong;
        overtaken += readers[i].overtaken;
        inside += readers[i].inside_with_all;
    }
    int once = filled_once();
    printf("set up: %d time\n", cache.set_ups);
    printf("%d readers, %d look-ups each: %ld wrong\n", READERS, LOOK_UPS, wrong);
    printf("%d of %d keys were filled once, in %ld writes\n", once, KEYS, cache.writes);
    printf("writers between a fill and its look: %ld\n", overtaken);
    printf("%d of %d readers were inside together\n", inside, READERS);
    free(cache.entries);
    bool right = cache.set_ups == 1 && wrong == 0 && once == KEYS && cache.writes == KEYS;
    return right && overtaken == 0 && inside == READERS ? EXIT_SUCCESS : EXIT_FAILURE;
}
