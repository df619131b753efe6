/* SPDX-License-Identifier: MIT */
#include "words.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Ending ---- */

void complain(const char *text, const char *detail)
{
    fprintf(stderr, "%s: ", program_name);
    for (const char *c = text; *c != '\0'; c++) {
        fputc((unsigned char)*c < ' ' || *c == 127 ? '?' : *c, stderr);
    }
    fprintf(stderr, "%s%s\n", detail[0] != '\0' ? ": " : "", detail);
}

void out_of_memory(void)
{
    static pawl_lock last_words; /* never released */
    pawl_lock_acquire(&last_words);
    complain("memory exhausted", "");
    _Exit(EXIT_FAILURE);
}

void *must(void *memory)
{
    if (memory == NULL) {
        out_of_memory();
    }
    return memory;
}

int finish_output(int status)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        complain("standard output", "cannot be written");
        return EXIT_FAILURE;
    }
    return status;
}

/* ---- What was seen already ---- */

typedef struct sight {
    tree_identity identity;
    bool used;
} sight;

/* Where the identity is, or where it would go. */
static sight *seen_find(const seen *s, const tree_identity *id)
{
    uint64_t hash = (id->volume ^ id->index ^ id->stamp) * FNV_PRIME;
    for (size_t at = (size_t)(hash ^ hash >> 32);; at++) {
        sight *found = &s->sights[at & (s->size - 1)];
        if (!found->used ||
            (found->identity.volume == id->volume && found->identity.index == id->index &&
             found->identity.stamp == id->stamp)) {
            return found;
        }
    }
}

static void seen_grow(seen *s)
{
    seen grown = {.size = s->size == 0 ? 1024 : s->size * 2};
    grown.sights = must(calloc(grown.size, sizeof *grown.sights));
    for (size_t i = 0; i < s->size; i++) {
        if (s->sights[i].used) {
            *seen_find(&grown, &s->sights[i].identity) = s->sights[i];
        }
    }
    free(s->sights);
    s->sights = grown.sights;
    s->size = grown.size;
}

/* Returns true for the first of all names that lead to the same file or directory. */
static bool seen_first(seen *s, tree_identity id)
{
    pawl_lock_acquire(&s->lock);
    if (s->count >= s->size / 2) {
        seen_grow(s);
    }
    sight *found = seen_find(s, &id);
    bool first = !found->used;
    if (first) {
        *found = (sight){id, true};
        s->count++;
    }
    pawl_lock_release(&s->lock);
    return first;
}

/* ---- The files ---- */

static void *with_room(void *memory, size_t count, size_t *room, size_t size)
{
    if (count < *room) {
        return memory;
    }
    *room = *room == 0 ? 1024 : *room * 2;
    return must(realloc(memory, *room * size));
}

static void census_found(void *context, tree_kind kind, tree_path *path)
{
    census *c = context;
    switch (kind) {
    case TREE_FILE:
        c->files = with_room(c->files, c->count, &c->room, sizeof *c->files);
        c->files[c->count++] = (file){.path = path};
        if (c->found != NULL) {
            c->found(c->context);
        }
        break;
    case TREE_DIRECTORY:
        c->pending = with_room(c->pending, c->depth, &c->pending_room, sizeof *c->pending);
        c->pending[c->depth++] = path;
        break;
    case TREE_LINK:
        c->skipped[LINK]++;
        break;
    case TREE_SPECIAL:
        c->skipped[SPECIAL]++;
        break;
    case TREE_UNREADABLE:
        c->skipped[UNREADABLE]++;
        break;
    }
}

/* Lists a directory, unless that was done by another of its names. Returns 0 or an errno value. */
static int census_list(census *c, const tree_path *directory, const tree_file *opened)
{
    if (!seen_first(&c->seen, opened->identity)) {
        c->skipped[LINK]++;
        return 0;
    }
    int error = tree_list(directory, census_found, c);
    if (error == ENOMEM) {
        out_of_memory();
    }
    return error;
}

/* Without recursion: a tree may be deeper than a stack. */
static void census_walk(census *c)
{
    while (c->depth > 0) {
        tree_file opened;
        tree_path *path = c->pending[--c->depth];
        bool found = tree_open(path, &opened) == TREE_DIRECTORY;
        if (!found || census_list(c, path, &opened) != 0) {
            c->skipped[UNREADABLE]++;
        }
        free(path);
    }
}

const char *census_add(census *c, const char *text)
{
    tree_file opened;
    int error = 0;
    tree_path *path = tree_path_new(text);
    tree_kind kind = path != NULL ? tree_open(path, &opened) : TREE_UNREADABLE;
    if (kind == TREE_FILE) {
        tree_close(&opened);
        census_found(c, TREE_FILE, path);
        return NULL;
    }
    if (kind == TREE_UNREADABLE) {
        error = errno;
    } else if (kind == TREE_DIRECTORY) {
        error = census_list(c, path, &opened);
    }
    free(path);
    if (error == ENOMEM) {
        out_of_memory();
    }
    if (error != 0 || kind == TREE_SPECIAL) {
        return error != 0 ? strerror(error) : "Neither a file nor a directory";
    }
    census_walk(c);
    return NULL;
}

void census_free(census *c)
{
    for (size_t i = 0; i < c->count; i++) {
        free(c->files[i].path);
    }
    while (c->depth > 0) {
        free(c->pending[--c->depth]);
    }
    free(c->files);
    free(c->pending);
    free(c->seen.sights);
}

/* ---- Bytes and words ---- */

/* To an end even where the file grows faster than it is read. */
static outcome read_opened(tree_file *opened, uint64_t limit, unsigned char *buffer,
                           words_take *take, void *context)
{
    outcome result = EMPTY;
    uint64_t left = opened->size < limit ? opened->size : limit;
    while (left > 0) {
        ptrdiff_t got = tree_read(opened, buffer, left < BUFFER ? (size_t)left : BUFFER);
        if (got < 0) {
            result = UNREADABLE;
        }
        if (got <= 0) {
            break;
        }
        size_t size = (size_t)got;
        if (result == EMPTY &&
            memchr(buffer, 0, size < BINARY_PREFIX ? size : BINARY_PREFIX) != NULL) {
            return BINARY;
        }
        result = COUNTED;
        take(context, buffer, size);
        left -= size;
    }
    return result;
}

outcome words_read(const tree_path *path, uint64_t limit, seen *already, unsigned char *buffer,
                   words_take *take, void *context)
{
    tree_file opened;
    tree_kind kind = tree_open(path, &opened);
    if (kind != TREE_FILE) {
        return kind == TREE_SPECIAL ? SPECIAL : UNREADABLE;
    }
    bool known = already != NULL && !seen_first(already, opened.identity);
    outcome result = known ? LINK : read_opened(&opened, limit, buffer, take, context);
    tree_close(&opened);
    return result;
}

bool words_is_part(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

void words_begin(splitter *s, words_found *found, void *context)
{
    s->found = found;
    s->context = context;
    s->length = 0;
    s->hash = FNV_START;
}

void words_end(splitter *s)
{
    if (s->length > 0) {
        s->found(s->context, s->word, s->length, s->hash);
    }
    s->length = 0;
    s->hash = FNV_START;
}

void words_split(splitter *s, const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char c = bytes[i];
        if (!words_is_part(c)) {
            words_end(s);
        } else if (s->length < WORD_MAX) {
            s->word[s->length++] = (char)c;
            s->hash = (s->hash ^ c) * FNV_PRIME;
        }
    }
}

/* ---- The result ---- */

totals census_totals(const census *c)
{
    totals sum = {.bytes = 0};
    memcpy(sum.outcomes, c->skipped, sizeof sum.outcomes);
    for (size_t i = 0; i < c->count; i++) {
        const file *f = &c->files[i];
        sum.outcomes[f->tally.outcome]++;
        sum.bytes += f->tally.bytes;
        sum.words += f->tally.words;
        sum.changed += f->changed;
    }
    return sum;
}

void print_skipped(const totals *sum)
{
    printf("skipped: binary=%" PRIu64 " empty=%" PRIu64 " unreadable=%" PRIu64 " links=%" PRIu64
           " special=%" PRIu64 "\n",
           sum->outcomes[BINARY], sum->outcomes[EMPTY], sum->outcomes[UNREADABLE],
           sum->outcomes[LINK], sum->outcomes[SPECIAL]);
}

void print_digest(const totals *sum, const word *const *words, size_t distinct)
{
    printf("digest: files=%" PRIu64 " bytes=%" PRIu64 " words=%" PRIu64
           " distinct=%zu fnv=%016" PRIx64 "\n",
           sum->outcomes[COUNTED], sum->bytes, sum->words, distinct, words_digest(words, distinct));
}
