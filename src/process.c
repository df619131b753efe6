/* SPDX-License-Identifier: MIT
 *
 * What all copies of pawl in a process share: see process.h.
 *
 * The block is mapped when the code is loaded, or when a thread first has to wait; its pages are
 * touched as they are used.
 */
#define PAWL__INSIDE
#include "process.h"

enum { CHUNK_BYTES = 16 * 1024 };

struct chunk {
    struct chunk *next;
    size_t used; /* slots that were ever handed out */
    struct pawl__slot slots[];
};

enum { CHUNK_SLOTS = (CHUNK_BYTES - PAWL__LINE_BYTES) / sizeof(struct pawl__slot) };
_Static_assert(offsetof(struct chunk, slots) + CHUNK_SLOTS * sizeof(struct pawl__slot) <=
                   CHUNK_BYTES,
               "the slots fit in their chunk");

struct block {
    struct pawl__bucket buckets[1 << PAWL__BUCKET_BITS];
    struct pawl__guard pool_guard;
    struct chunk *chunks;    /* under pool_guard, as are the slots' next_free */
    struct pawl__slot *free; /* under pool_guard */
    /* On a line of its own, because each use of the block reads it and hardly any writes there. The
     * mark (port.h) is an enum mark, and 0 in a forked child. */
    _Alignas(PAWL__LINE_BYTES) uint32_t *fork_mark;
    uint32_t generation; /* written by an only thread only */
    bool ending;         /* the same */
    uint8_t has_locals;  /* atomic: 1 once the next three are made, under locals_guard */
    struct pawl__local identity_low, identity_high; /* two, as a pointer may have 32 bits */
    struct pawl__local calling;
    void (*keep_low)(void *value), (*keep_high)(void *value); /* of the copy that made the block */
    PAWL__ALIGNED_8 uint64_t forks_begun; /* atomic: by each copy of pawl once a fork, or more */
    PAWL__ALIGNED_8 uint64_t forks_seen;  /* atomic, but written by one thread of a child only */
    struct pawl__guard locals_guard;
    uint64_t identities; /* given to threads so far; under locals_guard */
};

/* What the fork mark says in a child: nothing has noticed the fork yet, a thread is starting
 * afresh, or has. */
enum mark { MARK_FORKED = 0, MARK_STARTING = 1, MARK_STARTED = 2 };

/* This copy's pointer to the process's block; NULL until this copy first needs it. */
static void *shared_block;

PAWL__RETAINED const struct pawl__layout pawl__layout = {
    .lot = &shared_block,
    .fields = 10,
    .bucket_bits = PAWL__BUCKET_BITS,
    .chain_bits = PAWL__CHAIN_BITS,
    .buckets = offsetof(struct block, buckets),
    .bucket_bytes = sizeof(struct pawl__bucket),
    .chains = offsetof(struct pawl__bucket, chains),
    .waiter_next = offsetof(pawl_await, next_),
    .waiter_chain = offsetof(pawl_await, chain_),
    .waiter_key = offsetof(pawl_await, key_),
    .waiter_fn = offsetof(pawl_await, fn_),
    .waiter_kind = offsetof(pawl_await, kind_),
};

static void prepare(void *memory)
{
    struct block *block = memory;
    for (size_t i = 0; i < sizeof block->buckets / sizeof block->buckets[0]; i++) {
        struct pawl__bucket *bucket = &block->buckets[i];
        pawl__guard_init(&bucket->guard);
        for (size_t j = 0; j < sizeof bucket->chains / sizeof(void *); j++) {
            if (bucket->chains[j] != NULL) { /* so that fresh memory touches no page */
                bucket->chains[j] = NULL;
            }
        }
    }
    pawl__guard_init(&block->pool_guard);
    pawl__guard_init(&block->locals_guard);
}

/* For the only thread left, which waits for nothing: whatever the guards, queues and parkers were
 * in the middle of, they start afresh, and every parker is free. Pending operations have ended,
 * because their generation has; the tasks that this thread was about to call are not called. */
static void start_afresh(struct block *block)
{
    prepare(block);
    block->generation++;
    if (block->has_locals != 0 && pawl__local_get(&block->calling) != NULL) {
        *(struct pawl__wake_list *)pawl__local_get(&block->calling) =
            (struct pawl__wake_list){NULL, NULL};
    }
    block->free = NULL;
    for (struct chunk *chunk = block->chunks; chunk != NULL; chunk = chunk->next) {
        for (size_t i = 0; i < chunk->used; i++) {
            pawl__parker_init(&chunk->slots[i].parker);
            chunk->slots[i].next_free = block->free;
            block->free = &chunk->slots[i];
        }
    }
}

/* Before a fork, in any thread. Never undone: the parent's count may be ahead. */
static void begin_fork(void)
{
    struct block *block = pawl__load_pointer(&shared_block, PAWL__ACQUIRE); /* pairs with open */
    if (block != NULL) {
        uint64_t begun = pawl__load64(&block->forks_begun, PAWL__RELAXED);
        while (!pawl__cas64(&block->forks_begun, &begun, begun + 1, PAWL__RELAXED)) {
        }
    }
}

static void mark_started(struct block *block)
{
    if (block->fork_mark != NULL) {
        pawl__store32(block->fork_mark, MARK_STARTED, PAWL__RELEASE); /* pairs with get */
    }
}

static void forget_forks(struct block *block)
{
    uint64_t begun = pawl__load64(&block->forks_begun, PAWL__RELAXED);
    pawl__store64(&block->forks_seen, begun, PAWL__RELAXED);
    start_afresh(block);
    mark_started(block);
}

/* Each copy of pawl has registered this, but one is to do it: a copy that was loaded late is called
 * after handlers of the program's, which may use a lock. */
static void start_afresh_in_child(void)
{
    struct block *block = pawl__load_pointer(&shared_block, PAWL__RELAXED);
    if (block != NULL && pawl__load64(&block->forks_seen, PAWL__RELAXED) !=
                             pawl__load64(&block->forks_begun, PAWL__RELAXED)) {
        forget_forks(block);
    }
}

/* In a child whose fork called no handlers (_Fork), or none yet, at the first use of the block. The
 * child may have threads already: one of them starts afresh and the others wait for it. */
static PAWL__COLD void notice_fork(struct block *block)
{
    uint32_t seen = MARK_FORKED;
    if (pawl__cas32(block->fork_mark, &seen, MARK_STARTING, PAWL__ACQUIRE)) {
        forget_forks(block);
    }
    while (pawl__load32(block->fork_mark, PAWL__ACQUIRE) != MARK_STARTED) {
        PAWL__PAUSE();
    }
}

static PAWL__COLD struct block *open_block(void);

/* A thread keeps its identity while it runs destructors: the system clears the two words, and calls
 * these functions to set them again. They belong to the copy that made the block, whose library
 * stays loaded. (Another copy may make the words before that one has stored its pointer.)
 *
 * Relaxed: the thread has used the block since it has an identity. And ThreadSanitizer, which would
 * be told of an acquire, may have forgotten the thread by now. */
static PAWL__NO_TSAN void keep_low(void *value)
{
    struct block *block = pawl__load_pointer(&shared_block, PAWL__RELAXED);
    block = block != NULL ? block : open_block();
    pawl__local_set(&block->identity_low, value);
}

static PAWL__NO_TSAN void keep_high(void *value)
{
    struct block *block = pawl__load_pointer(&shared_block, PAWL__RELAXED);
    block = block != NULL ? block : open_block();
    pawl__local_set(&block->identity_high, value);
}

static void make_block(void *memory)
{
    struct block *block = memory;
    block->keep_low = keep_low;
    block->keep_high = keep_high;
    block->fork_mark = pawl__port_fork_mark(block, sizeof *block);
    mark_started(block);
    prepare(memory);
}

/* Where there is fork this runs when the code is loaded: before the program registers any handler,
 * which may use a lock in the child, and outside every lock of the program's. */
static PAWL__COLD struct block *open_block(void)
{
    struct block *block = pawl__port_shared_block(sizeof *block, make_block);
    pawl__store_pointer(&shared_block, block, PAWL__RELEASE); /* pairs with get */
    return block;
}

static struct block *get(void)
{
    struct block *block = pawl__load_pointer(&shared_block, PAWL__ACQUIRE); /* pairs with open */
    block = block != NULL ? block : open_block();
    if (block->fork_mark != NULL && pawl__load32(block->fork_mark, PAWL__ACQUIRE) !=
                                        MARK_STARTED) { /* pairs with mark_started */
        notice_fork(block);
    }
    if (pawl__port_is_ending() && !block->ending) {
        start_afresh(block);
        block->ending = true;
    }
    return block;
}

PAWL__AT_LOAD static void open_early(void)
{
    pawl__port_at_fork(begin_fork, start_afresh_in_child);
    open_block();
}

/* A multiplicative hash by the golden ratio's odd constant: bits 32 to 63 of the product. The
 * highest ones choose the bucket, the next ones the chain in it. No product or sum here overflows,
 * because programs are built with -fsanitize=integer. */
static uint32_t hash(const void *key)
{
    const uint64_t low = 0x7F4A7C15;
    const uint64_t high = 0x9E3779B9;
    uint64_t word = (uintptr_t)key >> 2;
    uint64_t word_low = word & UINT32_MAX;
    uint64_t product =
        (word_low * low >> 32) + (word_low * high & UINT32_MAX) + ((word >> 32) * low & UINT32_MAX);
    return (uint32_t)(product & UINT32_MAX);
}

struct pawl__bucket *pawl__process_bucket(const void *key)
{
    return &get()->buckets[hash(key) >> (32 - PAWL__BUCKET_BITS)];
}

void **pawl__process_chain(struct pawl__bucket *bucket, const void *key)
{
    return &bucket->chains[hash(key) >> (32 - PAWL__BUCKET_BITS - PAWL__CHAIN_BITS) &
                           ((1U << PAWL__CHAIN_BITS) - 1)];
}

static struct chunk *map_chunk(struct chunk *next)
{
    struct chunk *chunk = pawl__port_map(CHUNK_BYTES);
    chunk->next = next;
    return chunk;
}

struct pawl__slot *pawl__process_take_slot(void)
{
    struct block *block = get();
    pawl__guard_lock(&block->pool_guard);
    struct pawl__slot *slot = block->free;
    if (slot != NULL) {
        block->free = slot->next_free;
    } else {
        if (block->chunks == NULL || block->chunks->used == CHUNK_SLOTS) {
            block->chunks = map_chunk(block->chunks);
        }
        slot = &block->chunks->slots[block->chunks->used++];
        pawl__parker_init(&slot->parker);
    }
    pawl__guard_unlock(&block->pool_guard);
    return slot;
}

void pawl__process_return_slot(struct pawl__slot *slot)
{
    struct block *block = get();
    pawl__guard_lock(&block->pool_guard);
    slot->next_free = block->free;
    block->free = slot;
    pawl__guard_unlock(&block->pool_guard);
}

static void make_locals(struct block *block)
{
    pawl__guard_lock(&block->locals_guard);
    if (block->has_locals == 0) {
        pawl__local_init(&block->identity_low, block->keep_low);
        pawl__local_init(&block->identity_high, block->keep_high);
        pawl__local_init(&block->calling, NULL);
        pawl__store8(&block->has_locals, 1, PAWL__RELEASE); /* pairs with get_with_locals */
    }
    pawl__guard_unlock(&block->locals_guard);
}

static struct block *get_with_locals(void)
{
    struct block *block = get();
    if (pawl__load8(&block->has_locals, PAWL__ACQUIRE) == 0) { /* pairs with make_locals */
        make_locals(block);
    }
    return block;
}

static uint64_t new_identity(struct block *block)
{
    pawl__guard_lock(&block->locals_guard);
    uint64_t identity = ++block->identities;
    pawl__guard_unlock(&block->locals_guard);
    pawl__local_set(&block->identity_low, (void *)(uintptr_t)(identity & UINT32_MAX));
    pawl__local_set(&block->identity_high, (void *)(uintptr_t)(identity >> 32));
    return identity;
}

uint64_t pawl__process_identity(void)
{
    uint64_t identity = pawl__remembered();
    if (identity == 0) {
        struct block *block = get_with_locals();
        identity = (uint64_t)(uintptr_t)pawl__local_get(&block->identity_low) |
                   (uint64_t)(uintptr_t)pawl__local_get(&block->identity_high) << 32;
        identity = identity != 0 ? identity : new_identity(block);
        pawl__remember(identity);
    }
    return identity;
}

uint32_t pawl__process_generation(void)
{
    return get()->generation;
}

struct pawl__wake_list *pawl__process_calling(void)
{
    return pawl__local_get(&get_with_locals()->calling);
}

void pawl__process_set_calling(struct pawl__wake_list *list)
{
    pawl__local_set(&get_with_locals()->calling, list);
}
