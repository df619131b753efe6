/* SPDX-License-Identifier: MIT
 *
 * What all copies of pawl in a process share: one block of memory with the parking lot's buckets,
 * the pool of parkers, and what identifies threads. And what happens to it in a forked child, or
 * when a Windows process ends.
 */
#ifndef PAWL_SRC_PROCESS_H
#define PAWL_SRC_PROCESS_H

#include "port.h"
#include "waiter.h"

PAWL__HIDDEN_BEGIN

/* PAWL__LOT_ABI (port.h) keeps copies apart whose block, waiters or state words do not fit
 * together. */

enum { PAWL__BUCKET_BITS = 10, PAWL__CHAIN_BITS = 5, PAWL__LINE_BYTES = 64 };

/* One of the parking lot's buckets: a guard and some chains. In a chain the first waiters of the
 * keys that hash to it follow each other; the other waiters of a key form a ring behind the first.
 * The three counters are guesses of spin.h. */
struct PAWL__IS_CAPABILITY("bucket") pawl__bucket {
    _Alignas(PAWL__LINE_BYTES) struct pawl__guard guard;
    uint8_t passes[8];                   /* atomic: by key, calls of time_to_check */
    void *chains[1 << PAWL__CHAIN_BITS]; /* under the guard: each the first of a chain, or NULL */
    uint8_t misses;                      /* atomic: recently failed spins, up to a limit */
    uint8_t skips;                       /* atomic: waits that did not spin */
};

/* Where a debugger finds what in the lot, without any debug information of pawl: in every build,
 * and exported by a shared library. tools/gdb/pawl_gdb.py reads the fields in this order; new ones
 * are appended. */
struct pawl__layout {
    void *const *lot; /* this copy's pointer to the process's block */
    uint32_t fields;  /* how many follow */
    uint32_t bucket_bits, chain_bits;
    uint32_t buckets, bucket_bytes, chains; /* in the block; in a bucket */
    uint32_t waiter_next, waiter_chain, waiter_key, waiter_fn, waiter_kind; /* in a pawl_await */
};
extern PAWL_API const struct pawl__layout pawl__layout;

/* A parker in the pool. It serves one wait after another, of any thread, and is never unmapped. */
struct pawl__slot {
    _Alignas(PAWL__LINE_BYTES) struct pawl__parker parker;
    struct pawl__slot *next_free;
};

/* The bucket of a key. Keys are hashed and compared, never dereferenced. The two lowest bits of a
 * key do not choose its bucket, so an object of four bytes has up to four queues under one
 * guard. */
struct pawl__bucket *pawl__process_bucket(const void *key);

/* In the bucket: the chain of the key. */
void **pawl__process_chain(struct pawl__bucket *bucket, const void *key);

/* Take a parker from the pool, and return it. */
struct pawl__slot *pawl__process_take_slot(void);
void pawl__process_return_slot(struct pawl__slot *slot);

/* The calling thread's identity, which no other thread ever has; not 0. */
uint64_t pawl__process_identity(void);

/* The number of times that all threads but one have vanished: forks, and the end of a Windows
 * process. A task's operation belongs to the generation in which it was started. */
uint32_t pawl__process_generation(void);

/* The wake list whose tasks the calling thread is calling, or NULL. */
struct pawl__wake_list *pawl__process_calling(void);
void pawl__process_set_calling(struct pawl__wake_list *list);

PAWL__HIDDEN_END

#endif
