/* SPDX-License-Identifier: MIT
 *
 * The parking lot: see lot.h.
 *
 * A fixed table of buckets. In each, the keys that are waited for form a treap (a search tree by
 * key that is balanced by a hash of the key as priority) whose nodes are the first waiters; behind
 * each first waiter hangs the ring of the others. Finding a queue costs the logarithm of the number
 * of keys in the bucket, all else is constant, and no memory is needed beyond the waiters' own.
 *
 * The lot is one block that all copies of pawl in the process share (see pawl__port_shared_block),
 * mapped when the code is loaded, or when a thread first has to wait; its pages are used as needed.
 */
#include "lot.h"

#include "misuse.h"
#include "port.h"

enum { BUCKET_BITS = 10, CHUNK_BYTES = 16 * 1024, LINE_BYTES = 64 };

struct pawl__bucket {
    _Alignas(LINE_BYTES) struct pawl__guard guard;
    struct pawl__waiter *root; /* under guard */
};

/* A parker in the pool. It serves one wait after another, of any thread, and is never unmapped. */
struct pawl__slot {
    _Alignas(LINE_BYTES) struct pawl__parker parker;
    struct pawl__slot *next_free;
};

struct chunk {
    struct chunk *next;
    size_t used; /* slots that were ever handed out */
    struct pawl__slot slots[];
};

enum { CHUNK_SLOTS = (CHUNK_BYTES - LINE_BYTES) / sizeof(struct pawl__slot) };

struct lot {
    struct pawl__bucket buckets[1 << BUCKET_BITS];
    struct pawl__guard pool_guard;
    struct chunk *chunks;    /* under pool_guard, as are the slots' next_free */
    struct pawl__slot *free; /* under pool_guard */
    uint64_t identities;     /* given to threads so far; under pool_guard */
    uint8_t has_identity;    /* atomic: 1 once `identity` is made, under pool_guard */
    struct pawl__word identity;
    unsigned forks; /* written in a new child only */
    bool ending;    /* written by the last thread only */
};

/* This copy's pointer to the process's lot; NULL until this copy first needs it. */
static void *shared_lot;

static void empty_lot(struct lot *lot)
{
    for (size_t i = 0; i < sizeof lot->buckets / sizeof lot->buckets[0]; i++) {
        pawl__guard_init(&lot->buckets[i].guard);
        lot->buckets[i].root = NULL;
    }
    pawl__guard_init(&lot->pool_guard);
}

static void prepare_lot(void *block)
{
    empty_lot(block);
}

/* For the only thread there is left, which waits for nothing: whatever the guards, queues and
 * parkers were in the middle of, they start afresh, and every parker is free. */
static void start_afresh(struct lot *lot)
{
    empty_lot(lot);
    lot->free = NULL;
    for (struct chunk *chunk = lot->chunks; chunk != NULL; chunk = chunk->next) {
        for (size_t i = 0; i < chunk->used; i++) {
            pawl__parker_init(&chunk->slots[i].parker);
            chunk->slots[i].next_free = lot->free;
            lot->free = &chunk->slots[i];
        }
    }
}

static void start_afresh_in_child(void)
{
    struct lot *lot = pawl__load_pointer(&shared_lot, PAWL__RELAXED);
    if (lot != NULL) {
        start_afresh(lot);
        lot->forks++;
    }
}

/* Where there is fork this runs when the code is loaded: before any handler of the program's is
 * registered, which may use a lock in the child, and outside every lock of the program's. */
static PAWL__COLD struct lot *open_lot(void)
{
    struct lot *lot = pawl__port_shared_block(sizeof *lot, prepare_lot);
    pawl__store_pointer(&shared_lot, lot, PAWL__RELEASE); /* pairs with get_lot */
    return lot;
}

static struct lot *get_lot(void)
{
    struct lot *lot = pawl__load_pointer(&shared_lot, PAWL__ACQUIRE); /* pairs with open_lot */
    lot = lot != NULL ? lot : open_lot();
    if (pawl__port_is_ending() && !lot->ending) {
        start_afresh(lot);
        lot->ending = true;
    }
    return lot;
}

PAWL__AT_LOAD static void open_early(void)
{
    pawl__port_at_fork(start_afresh_in_child);
    open_lot();
}

/* Two independent hashes of an address, by multiplication with odd constants (the golden ratio's,
 * and the first of MurmurHash3's finaliser): one spreads keys over buckets, the other balances. */
static size_t bucket_index(const void *key)
{
    uint64_t object = (uintptr_t)key >> 2;
    return (size_t)(object * UINT64_C(0x9E3779B97F4A7C15) >> (64 - BUCKET_BITS));
}

static uint64_t priority(const void *key)
{
    uint64_t mixed = (uint64_t)(uintptr_t)key * UINT64_C(0xFF51AFD7ED558CCD);
    return (mixed ^ (mixed >> 32)) * UINT64_C(0xFF51AFD7ED558CCD);
}

static struct chunk *map_chunk(struct chunk *next)
{
    struct chunk *chunk = pawl__port_map(CHUNK_BYTES);
    if (chunk == NULL) {
        pawl__die("memory mapping for a waiting thread", 0);
    }
    chunk->next = next;
    return chunk;
}

void pawl__waiter_open(struct pawl__waiter *waiter)
{
    struct lot *lot = get_lot();
    pawl__guard_lock(&lot->pool_guard);
    struct pawl__slot *slot = lot->free;
    if (slot != NULL) {
        lot->free = slot->next_free;
    } else {
        if (lot->chunks == NULL || lot->chunks->used == CHUNK_SLOTS) {
            lot->chunks = map_chunk(lot->chunks);
        }
        slot = &lot->chunks->slots[lot->chunks->used++];
        pawl__parker_init(&slot->parker);
    }
    pawl__guard_unlock(&lot->pool_guard);
    waiter->slot = slot;
    waiter->key = NULL;
}

void pawl__waiter_close(struct pawl__waiter *waiter)
{
    struct lot *lot = get_lot();
    pawl__guard_lock(&lot->pool_guard);
    waiter->slot->next_free = lot->free;
    lot->free = waiter->slot;
    pawl__guard_unlock(&lot->pool_guard);
}

struct pawl__bucket *pawl__lot_enter(const void *key)
{
    struct pawl__bucket *bucket = &get_lot()->buckets[bucket_index(key)];
    pawl__guard_lock(&bucket->guard);
    return bucket;
}

void pawl__lot_leave(struct pawl__bucket *bucket)
{
    pawl__guard_unlock(&bucket->guard);
}

/* The link in the bucket's tree that holds, or would hold, the key's first waiter. */
static struct pawl__waiter **find_link(struct pawl__bucket *bucket, const void *key)
{
    struct pawl__waiter **link = &bucket->root;
    while (*link != NULL && (*link)->key != key) {
        link = (uintptr_t)key < (uintptr_t)(*link)->key ? &(*link)->low : &(*link)->high;
    }
    return link;
}

/* Add a key that is not in the tree: descend to where its priority belongs, then split what was
 * below into what is lower and what is higher than the key. */
static void insert_key(struct pawl__bucket *bucket, struct pawl__waiter *first)
{
    uintptr_t key = (uintptr_t)first->key;
    struct pawl__waiter **link = &bucket->root;
    while (*link != NULL && priority((*link)->key) >= priority(first->key)) {
        link = key < (uintptr_t)(*link)->key ? &(*link)->low : &(*link)->high;
    }
    struct pawl__waiter *rest = *link;
    struct pawl__waiter **low = &first->low;
    struct pawl__waiter **high = &first->high;
    *link = first;
    while (rest != NULL) {
        if ((uintptr_t)rest->key < key) {
            *low = rest;
            low = &rest->high;
        } else {
            *high = rest;
            high = &rest->low;
        }
        rest = (uintptr_t)rest->key < key ? rest->high : rest->low;
    }
    *low = NULL;
    *high = NULL;
}

/* Take a key out of the tree: merge what is below it, the higher priority on top. */
static void remove_key(struct pawl__waiter **link)
{
    struct pawl__waiter *low = (*link)->low;
    struct pawl__waiter *high = (*link)->high;
    while (low != NULL && high != NULL) {
        if (priority(low->key) >= priority(high->key)) {
            *link = low;
            link = &low->high;
            low = low->high;
        } else {
            *link = high;
            link = &high->low;
            high = high->low;
        }
    }
    *link = low != NULL ? low : high;
}

/* Let `fresh` stand in the tree where the first waiter in *link stands. */
static void replace_first(struct pawl__waiter **link, struct pawl__waiter *fresh)
{
    fresh->low = (*link)->low;
    fresh->high = (*link)->high;
    *link = fresh;
}

/* Queue the waiter and return the link of its key. In the ring "before the first" and "behind the
 * last" are the same place; who is first is the tree's to say. */
static struct pawl__waiter **push(struct pawl__bucket *bucket, void *key,
                                  struct pawl__waiter *waiter)
{
    struct pawl__waiter **link = find_link(bucket, key);
    /* Relaxed: pawl__lot_wait may read it under another bucket's guard, where it only has to differ
     * from that bucket's key. */
    pawl__store_pointer(&waiter->key, key, PAWL__RELAXED);
    if (*link == NULL) {
        waiter->next = waiter;
        waiter->prev = waiter;
        insert_key(bucket, waiter);
        return NULL;
    }
    waiter->next = *link;
    waiter->prev = (*link)->prev;
    waiter->prev->next = waiter;
    waiter->next->prev = waiter;
    return link;
}

void pawl__lot_push_last(struct pawl__bucket *bucket, void *key, struct pawl__waiter *waiter)
{
    push(bucket, key, waiter);
}

void pawl__lot_push_first(struct pawl__bucket *bucket, void *key, struct pawl__waiter *waiter)
{
    struct pawl__waiter **link = push(bucket, key, waiter);
    if (link != NULL) {
        replace_first(link, waiter);
    }
}

struct pawl__waiter *pawl__lot_first(struct pawl__bucket *bucket, const void *key)
{
    return *find_link(bucket, key);
}

void pawl__lot_take(struct pawl__bucket *bucket, struct pawl__waiter *waiter)
{
    struct pawl__waiter **link = find_link(bucket, waiter->key);
    if (*link == waiter && waiter->next == waiter) {
        remove_key(link);
    } else if (*link == waiter) {
        replace_first(link, waiter->next);
    }
    waiter->prev->next = waiter->next;
    waiter->next->prev = waiter->prev;
    pawl__store_pointer(&waiter->key, NULL, PAWL__RELAXED); /* as in push */
}

static void take_into(struct pawl__bucket *bucket, struct pawl__waiter *waiter, pawl_status outcome,
                      struct pawl__wake_list *list)
{
    pawl__lot_take(bucket, waiter);
    waiter->outcome = outcome;
    waiter->next = NULL;
    if (list->first == NULL) {
        list->first = waiter;
    } else {
        list->last->next = waiter;
    }
    list->last = waiter;
}

uint32_t pawl__lot_take_first(struct pawl__bucket *bucket, const void *key, pawl_status outcome,
                              struct pawl__wake_list *list)
{
    struct pawl__waiter *first = pawl__lot_first(bucket, key);
    if (first == NULL) {
        return 0;
    }
    take_into(bucket, first, outcome, list);
    return 1;
}

uint32_t pawl__lot_take_all(struct pawl__bucket *bucket, const void *key, pawl_status outcome,
                            struct pawl__wake_list *list)
{
    uint32_t count = 0;
    while (pawl__lot_take_first(bucket, key, outcome, list) != 0) {
        count++;
    }
    return count;
}

void pawl__lot_wake(struct pawl__waiter *waiter)
{
    pawl__unpark(&waiter->slot->parker);
}

void pawl__lot_wake_list(const struct pawl__wake_list *list)
{
    struct pawl__waiter *next = NULL;
    for (struct pawl__waiter *waiter = list->first; waiter != NULL; waiter = next) {
        next = waiter->next; /* before it is woken, after which it may be gone */
        pawl__lot_wake(waiter);
    }
}

struct pawl__bucket *pawl__lot_wait(struct pawl__waiter *waiter, const void *key,
                                    pawl_time deadline)
{
    if (pawl__park(&waiter->slot->parker, deadline)) {
        return NULL;
    }
    struct pawl__bucket *bucket = pawl__lot_enter(key);
    /* Relaxed: it becomes this key, or ceases to be, under this guard only. */
    if (pawl__load_pointer(&waiter->key, PAWL__RELAXED) == key) {
        pawl__lot_take(bucket, waiter);
        return bucket;
    }
    pawl__lot_leave(bucket);
    /* Taken out as the deadline passed, or moved: a waker's token will come, and is taken here. */
    pawl__park(&waiter->slot->parker, PAWL_NEVER);
    return NULL;
}

size_t pawl__lot_count(const void *key)
{
    struct pawl__bucket *bucket = pawl__lot_enter(key);
    struct pawl__waiter *first = pawl__lot_first(bucket, key);
    size_t count = first == NULL ? 0 : 1;
    for (struct pawl__waiter *at = first; count > 0 && at->next != first; at = at->next) {
        count++;
    }
    pawl__lot_leave(bucket);
    return count;
}

/* Each turn pauses twice as often as the one before, up to SPIN_LONGEST: some ten microseconds in
 * all where a pause takes 25 ns, about what it takes there until a thread that is woken runs. A
 * shorter spin ends just before two threads that hand something over would meet; a longer one
 * wastes. */
enum { SPIN_TURNS = 9, SPIN_LONGEST = 128 };

/* The number of processors, or 0 while it is not known. Relaxed: each who looks it up finds the
 * same, and what does not fit in a byte is many. */
static uint8_t processors;

static bool one_processor(void)
{
    uint8_t known = pawl__load8(&processors, PAWL__RELAXED);
    if (known == 0) {
        unsigned found = pawl__port_processors();
        known = found < UINT8_MAX ? (uint8_t)found : UINT8_MAX;
        pawl__store8(&processors, known, PAWL__RELAXED);
    }
    return known == 1;
}

bool pawl__lot_spin(unsigned *turn)
{
    if (*turn == SPIN_TURNS || one_processor()) {
        return false;
    }
    unsigned pauses = 1U << *turn;
    for (pauses = pauses < SPIN_LONGEST ? pauses : SPIN_LONGEST; pauses > 0; pauses--) {
        PAWL__PAUSE();
    }
    (*turn)++;
    return true;
}

bool pawl__lot_is_past(pawl_time deadline)
{
    return deadline <= 0 || (deadline != PAWL_NEVER && deadline <= pawl__port_now());
}

pawl_time pawl__lot_deadline(pawl_ns ns)
{
    return ns <= 0 ? 0 : pawl_after_ns(ns);
}

static uint64_t new_identity(struct lot *lot)
{
    pawl__guard_lock(&lot->pool_guard);
    if (lot->has_identity == 0) {
        pawl__word_init(&lot->identity);
        pawl__store8(&lot->has_identity, 1, PAWL__RELEASE); /* pairs with pawl__lot_identity */
    }
    uint64_t identity = ++lot->identities;
    pawl__guard_unlock(&lot->pool_guard);
    pawl__word_set(&lot->identity, identity);
    return identity;
}

uint64_t pawl__lot_identity(void)
{
    struct lot *lot = get_lot();
    uint64_t identity = 0;
    if (pawl__load8(&lot->has_identity, PAWL__ACQUIRE) != 0) { /* pairs with new_identity */
        identity = pawl__word_get(&lot->identity);
    }
    return identity != 0 ? identity : new_identity(lot);
}

unsigned pawl__lot_forks(void)
{
    return get_lot()->forks;
}
