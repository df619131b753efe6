/* SPDX-License-Identifier: MIT
 *
 * A table of words that any number of threads fill together: a lock for every bucket. A pawl_lock
 * is one byte and fits where the bucket had padding, so a million locks cost nothing.
 */
#ifndef PAWL_EXAMPLES_WORDTABLE_H
#define PAWL_EXAMPLES_WORDTABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* FNV-1a, 64 bits: one byte at a time, the same on every platform. */
#define FNV_START UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

enum { WORD_MAX = 255 }; /* the bytes of a word that are looked at */

/* Written under its bucket's lock; constant, except for the counts, once it is in the table. */
typedef struct word {
    struct word *next;
    uint64_t count;
    atomic_size_t unlocked; /* the count without the lock, see table_add_unlocked */
    uint32_t tag;           /* a part of the hash, to pass over other words quickly */
    uint32_t length;
    char text[]; /* no final zero byte */
} word;

typedef struct table table;

/* An empty table; NULL when memory is out. */
table *table_new(void);

/* NULL is allowed. */
void table_free(table *t);

/* Count one more of a word, given with its FNV-1a. Any thread, at any time.
 *
 * Returns   false when memory is out. */
bool table_add(table *t, const char *text, size_t length, uint64_t hash);

/* The same without the lock, to show what that loses: the count is loaded and stored in two steps,
 * each a relaxed atomic, so that the program stays defined. Only the count is left unprotected: a
 * chain that two threads extend at once would lose whole words, or its end. So the words must all
 * be in the table already, and nobody may call table_add meanwhile; a word that is not in the table
 * is passed over.
 *
 * Returns   true. */
bool table_add_unlocked(table *t, const char *text, size_t length, uint64_t hash);

/* Add the counts of one table to another's; `from` is empty afterwards. No other thread may be
 * using either. Never fails: the words move. */
void table_absorb(table *into, table *from);

/* Every word, in no particular order, for the caller to free; NULL when memory is out, not when
 * there is none. No thread may be adding. */
const word **table_words(const table *t, size_t *count);

/* Whether two tables have the same words as often. No thread may be adding. */
bool table_equal(const table *a, const table *b);

/* A number that depends on the words and their counts alone: the sum, modulo 2^64, of the FNV-1a of
 * every word's line "<word> <count>\n", so that no order matters. */
uint64_t words_digest(const word *const *words, size_t count);

#endif
