/* SPDX-License-Identifier: MIT
 *
 * What the two word counters, wordcount and work_queue, have in common: the list of files, each
 * once; their bytes; their words; and the lines that say what was counted.
 *
 * A word is a run of ASCII letters, digits and underscores, case kept; every other byte separates.
 * A word longer than 255 bytes counts as its first 255. A file counts up to the size it had when it
 * was opened, once, whatever number of names lead to it; a file with a zero byte in its first 8 KiB
 * is binary and is skipped. A file that cannot be read to its end counts as far as it was read, and
 * as unreadable.
 */
#ifndef PAWL_EXAMPLES_WORDS_H
#define PAWL_EXAMPLES_WORDS_H

#include <pawl/pawl.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tree.h"
#include "wordtable.h"

enum { BUFFER = 64 * 1024, BINARY_PREFIX = 8 * 1024 };
enum { EXIT_REFUSED = 2 };

/* ---- Ending ---- */

/* Defined by each program: what its complaints begin with. */
extern const char program_name[];

/* One line on stderr, whatever bytes the text has. */
void complain(const char *text, const char *detail);

/* Any thread may find that memory is out; the first to do so says so and ends the process. */
void out_of_memory(void);

/* The memory, which is there. */
void *must(void *memory);

/* Returns   the status, or EXIT_FAILURE, after a complaint, when stdout could not be written. */
int finish_output(int status);

/* ---- The files ---- */

typedef enum outcome { COUNTED, BINARY, EMPTY, UNREADABLE, LINK, SPECIAL, OUTCOMES } outcome;

/* The result of reading a file: except for the outcome, the same for the same bytes. */
typedef struct tally {
    outcome outcome;
    uint64_t bytes;
    uint64_t words;
    uint64_t hashes; /* the sum of the words' */
} tally;

typedef struct file {
    tree_path *path;
    tally tally;  /* the first reading's */
    bool changed; /* a later one's was different */
} file;

/* A set of identities, never more than half full. */
typedef struct seen {
    pawl_lock lock; /* guards the rest */
    struct sight *sights;
    size_t size; /* 0 or a power of two */
    size_t count;
} seen;

typedef struct census {
    file *files;
    size_t count;
    size_t room;
    tree_path **pending; /* directories still to be listed */
    size_t depth;
    size_t pending_room;
    uint64_t skipped[OUTCOMES]; /* names that are no files */
    seen seen;
    void (*found)(void *context); /* called for each file; or NULL */
    void *context;
} census;

/* Take in one of the user's paths, and all files under it. Unlike what is found below, the path
 * itself must be readable.
 *
 * Returns   NULL, or why it is not. */
const char *census_add(census *c, const char *text);

void census_free(census *c);

/* ---- Bytes and words ---- */

/* Called with the next bytes of a file: at most BUFFER, at least one. */
typedef void words_take(void *context, const unsigned char *bytes, size_t size);

/* Read a file in constant memory, and to an end even where it grows faster than it is read: at most
 * `limit` bytes. With `already` not NULL, a file that is in it is a LINK, and not read. */
outcome words_read(const tree_path *path, uint64_t limit, seen *already, unsigned char *buffer,
                   words_take *take, void *context);

/* Called with a word and its FNV-1a. */
typedef void words_found(void *context, const char *text, size_t length, uint64_t hash);

/* Makes words of bytes, which may be cut anywhere: the beginning of a word is kept here. */
typedef struct splitter {
    words_found *found;
    void *context;
    uint64_t hash;
    size_t length;
    char word[WORD_MAX];
} splitter;

void words_begin(splitter *s, words_found *found, void *context);
void words_split(splitter *s, const unsigned char *bytes, size_t size);
void words_end(splitter *s);

bool words_is_part(unsigned char c);

/* ---- The result ---- */

typedef struct totals {
    uint64_t outcomes[OUTCOMES];
    uint64_t bytes;
    uint64_t words;
    uint64_t changed;
} totals;

totals census_totals(const census *c);

/* The line "skipped: ...". */
void print_skipped(const totals *sum);

/* The line "digest: ...", the same for the same files on every system. */
void print_digest(const totals *sum, const word *const *words, size_t distinct);

#endif
