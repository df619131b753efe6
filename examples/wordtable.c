/* SPDX-License-Identifier: MIT */
#include "wordtable.h"

#include <pawl/pawl.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Fixed, so that a thread never needs more than one lock: 16 MB on a 64-bit machine, of which the
 * system provides only what is used. More words only make the chains longer. */
enum { BUCKETS = 1 << 20 };

typedef struct bucket {
    word *first;
    pawl_lock lock; /* guards first and the words of the chain */
} bucket;

struct table {
    bucket buckets[BUCKETS];
};

static bucket *bucket_of(table *t, uint64_t hash)
{
    return &t->buckets[(hash ^ hash >> 32) % BUCKETS];
}

static uint32_t tag_of(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

static bool is_word(const word *w, const char *text, size_t length, uint32_t tag)
{
    return w->tag == tag && w->length == length && memcmp(w->text, text, length) == 0;
}

static word *find(const bucket *b, const char *text, size_t length, uint32_t tag)
{
    word *w = b->first;
    while (w != NULL && !is_word(w, text, length, tag)) {
        w = w->next;
    }
    return w;
}

/* Finds the word or puts it at the chain's end, so that common words, met early, are found first.
 * Returns NULL when memory is out. */
static word *provide(bucket *b, const char *text, size_t length, uint32_t tag)
{
    word **link = &b->first;
    while (*link != NULL) {
        if (is_word(*link, text, length, tag)) {
            return *link;
        }
        link = &(*link)->next;
    }
    word *w = malloc(sizeof *w + length);
    if (w != NULL) {
        w->next = NULL;
        w->count = 0;
        atomic_init(&w->unlocked, 0);
        w->tag = tag;
        w->length = (uint32_t)length;
        memcpy(w->text, text, length);
        *link = w;
    }
    return w;
}

table *table_new(void)
{
    return calloc(1, sizeof(table)); /* all-zero bytes are unlocked locks */
}

void table_free(table *t)
{
    if (t == NULL) {
        return;
    }
    for (size_t i = 0; i < BUCKETS; i++) {
        word *next;
        for (word *w = t->buckets[i].first; w != NULL; w = next) {
            next = w->next;
            free(w);
        }
    }
    free(t);
}

bool table_add(table *t, const char *text, size_t length, uint64_t hash)
{
    bucket *b = bucket_of(t, hash);
    pawl_lock_acquire(&b->lock);
    word *w = provide(b, text, length, tag_of(hash));
    if (w != NULL) {
        w->count++;
    }
    pawl_lock_release(&b->lock);
    return w != NULL;
}

bool table_add_unlocked(table *t, const char *text, size_t length, uint64_t hash)
{
    word *w = find(bucket_of(t, hash), text, length, tag_of(hash));
    if (w != NULL) {
        size_t seen = atomic_load_explicit(&w->unlocked, memory_order_relaxed);
        atomic_store_explicit(&w->unlocked, seen + 1, memory_order_relaxed);
    }
    return true;
}

/* Takes the word in, or its count if there is one like it. */
static void absorb(bucket *b, word *moved)
{
    word **link = &b->first;
    while (*link != NULL && !is_word(*link, moved->text, moved->length, moved->tag)) {
        link = &(*link)->next;
    }
    if (*link != NULL) {
        (*link)->count += moved->count;
        free(moved);
    } else {
        moved->next = NULL;
        *link = moved;
    }
}

void table_absorb(table *into, table *from)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        word *next;
        for (word *w = from->buckets[i].first; w != NULL; w = next) {
            next = w->next;
            absorb(&into->buckets[i], w);
        }
        from->buckets[i].first = NULL;
    }
}

static size_t distinct(const table *t)
{
    size_t count = 0;
    for (size_t i = 0; i < BUCKETS; i++) {
        for (const word *w = t->buckets[i].first; w != NULL; w = w->next) {
            count++;
        }
    }
    return count;
}

const word **table_words(const table *t, size_t *count)
{
    *count = distinct(t);
    const word **words = malloc((*count + 1) * sizeof *words); /* malloc(0) may be NULL */
    if (words == NULL) {
        return NULL;
    }
    size_t at = 0;
    for (size_t i = 0; i < BUCKETS; i++) {
        for (const word *w = t->buckets[i].first; w != NULL; w = w->next) {
            words[at++] = w;
        }
    }
    return words;
}

static size_t length_of(const word *w)
{
    size_t length = 0;
    for (; w != NULL; w = w->next) {
        length++;
    }
    return length;
}

static bool same_bucket(const bucket *a, const bucket *b)
{
    for (const word *w = a->first; w != NULL; w = w->next) {
        const word *other = find(b, w->text, w->length, w->tag);
        if (other == NULL || other->count != w->count) {
            return false;
        }
    }
    return length_of(a->first) == length_of(b->first);
}

bool table_equal(const table *a, const table *b)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        if (!same_bucket(&a->buckets[i], &b->buckets[i])) {
            return false;
        }
    }
    return true;
}

static uint64_t fnv(uint64_t hash, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ (unsigned char)bytes[i]) * FNV_PRIME;
    }
    return hash;
}

uint64_t words_digest(const word *const *words, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        char tail[32];
        int length = snprintf(tail, sizeof tail, " %" PRIu64 "\n", words[i]->count);
        sum += fnv(fnv(FNV_START, words[i]->text, words[i]->length), tail, (size_t)length);
    }
    return sum;
}
