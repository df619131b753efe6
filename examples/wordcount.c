/* SPDX-License-Identifier: MIT
 *
 * wordcount: counts the words of all files under a directory, with several threads that share one
 * table under pawl locks, and checks the result against one thread's.
 *
 * A word is a run of ASCII letters, digits and underscores, case kept; every other byte separates.
 * Of a word longer than 255 bytes the first 255 stand for it. A file counts up to the size it had
 * when it was opened, once, whichever of its names lead to it; a file with a zero byte in its first
 * 8 KiB is binary and is skipped. What cannot be read to its end counts as far as it was read, and
 * as unreadable. None of this depends on the system, its locale or its order of names, nor on the
 * threads, so the digest line is the same wherever the files are.
 *
 * What is shared, and its locks:
 *     the table              one for each of its million buckets, see wordtable.c
 *     the queue of files     one, crowd.lock
 *     the set of files seen  one, seen.lock
 *     the progress line      one for the figures; one for the terminal, which is only ever tried
 *
 * C11 <stdatomic.h> (for --no-lock) needs Visual Studio 2022 17.5 and /experimental:c11atomics.
 */
#include <pawl/pawl.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crew.h"
#include "tree.h"
#include "wordtable.h"

enum { BUFFER = 64 * 1024, BINARY_PREFIX = 8 * 1024, THREADS_MAX = 1000 };
enum { EXIT_REFUSED = 2 };

/* ---- Ending ---- */

/* One line, whatever bytes the text has. */
static void complain(const char *text, const char *detail)
{
    fputs("wordcount: ", stderr);
    for (const char *c = text; *c != '\0'; c++) {
        fputc((unsigned char)*c < ' ' || *c == 127 ? '?' : *c, stderr);
    }
    fprintf(stderr, "%s%s\n", detail[0] != '\0' ? ": " : "", detail);
}

/* Any thread may find that memory is out; the first to do so says so and ends the process. */
static void out_of_memory(void)
{
    static pawl_lock last_words; /* never released */
    pawl_lock_acquire(&last_words);
    complain("memory exhausted", "");
    _Exit(EXIT_FAILURE);
}

static void *must(void *memory)
{
    if (memory == NULL) {
        out_of_memory();
    }
    return memory;
}

/* ---- The progress line ---- */

typedef struct progress {
    bool shown;       /* stderr is a terminal */
    const char *what; /* what is being done */
    size_t of;        /* the number of files there are, 0 while they are being looked for */
    pawl_lock lock;   /* guards the three below */
    uint64_t files;
    uint64_t bytes;
    pawl_time next;
    pawl_lock terminal; /* held while writing to it; only tried, so that a slow one stops nobody */
    bool drawn;         /* under terminal */
} progress;

enum { PROGRESS_WIDTH = 54 };

static void progress_begin(progress *p, const char *what, size_t of)
{
    p->what = what;
    p->of = of;
    p->files = 0;
    p->bytes = 0;
    p->next = pawl_after_ms(200); /* what takes no longer shows nothing */
}

/* In one write, and over what stood there instead of erasing first: nothing flickers. */
static void progress_draw(progress *p, uint64_t files, uint64_t bytes)
{
    char text[PROGRESS_WIDTH + 1];
    char line[PROGRESS_WIDTH + 3];
    if (p->of == 0) {
        snprintf(text, sizeof text, "%s %" PRIu64 " files", p->what, files);
    } else {
        snprintf(text, sizeof text, "%s %" PRIu64 " of %zu files, %.1f MB", p->what, files, p->of,
                 (double)bytes / 1e6);
    }
    int length = snprintf(line, sizeof line, "\r%-*s", PROGRESS_WIDTH, text);
    fwrite(line, 1, (size_t)length, stderr);
    fflush(stderr);
    p->drawn = true;
}

static void progress_add(progress *p, uint64_t files, uint64_t bytes)
{
    if (!p->shown) {
        return;
    }
    pawl_time now = pawl_now();
    pawl_lock_acquire(&p->lock);
    files = p->files += files;
    bytes = p->bytes += bytes;
    bool due = now >= p->next;
    if (due) {
        p->next = now + PAWL_MS(200);
    }
    pawl_lock_release(&p->lock);
    if (due && pawl_lock_try_acquire(&p->terminal)) {
        progress_draw(p, files, bytes);
        pawl_lock_release(&p->terminal);
    }
}

static void progress_end(progress *p)
{
    if (p->drawn) {
        fprintf(stderr, "\r%*s\r", PROGRESS_WIDTH, "");
    }
    p->drawn = false;
}

/* ---- What was seen already ---- */

typedef struct sight {
    tree_identity identity;
    bool used;
} sight;

/* A set of identities, never more than half full. */
typedef struct seen {
    pawl_lock lock; /* guards the rest */
    sight *sights;
    size_t size; /* 0 or a power of two */
    size_t count;
} seen;

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

typedef enum outcome { COUNTED, BINARY, EMPTY, UNREADABLE, LINK, SPECIAL, OUTCOMES } outcome;

/* What reading a file gave: but for the outcome, the same for the same bytes. */
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

typedef struct census {
    file *files;
    size_t count;
    size_t room;
    tree_path **pending; /* directories still to be listed */
    size_t depth;
    size_t pending_room;
    uint64_t skipped[OUTCOMES]; /* names that are no files */
    seen seen;
    progress *progress;
} census;

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
        progress_add(c->progress, 1, 0);
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

/* Takes in one of the user's paths, which, unlike what is found below it, must be readable.
 * Returns NULL, or why it is not. */
static const char *census_add(census *c, const char *text)
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

static void census_free(census *c)
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

/* ---- Counting ---- */

typedef bool adder(table *t, const char *text, size_t length, uint64_t hash);

/* The threads that count together, and what they share. */
typedef struct crowd {
    file *files; /* each is used by the one thread that took it */
    size_t count;
    table *table;
    adder *add;
    seen *seen; /* NULL in a later reading: the first has decided */
    progress *progress;
    pawl_lock lock; /* guards next */
    size_t next;
} crowd;

/* One thread. A word may be in several buffers, so its beginning is kept here. */
typedef struct counter {
    crowd *crowd;
    unsigned char buffer[BUFFER];
    char word[WORD_MAX];
    size_t length;
    uint64_t hash;
    tally tally;
} counter;

static bool is_of_word(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static void end_word(counter *w)
{
    if (w->length > 0) {
        w->tally.words++;
        w->tally.hashes += w->hash;
        if (!w->crowd->add(w->crowd->table, w->word, w->length, w->hash)) {
            out_of_memory();
        }
    }
    w->length = 0;
    w->hash = FNV_START;
}

static void scan(counter *w, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char c = w->buffer[i];
        if (!is_of_word(c)) {
            end_word(w);
        } else if (w->length < WORD_MAX) {
            w->word[w->length++] = (char)c;
            w->hash = (w->hash ^ c) * FNV_PRIME;
        }
    }
}

/* In constant memory, and to an end even where the file grows faster than it is read. */
static outcome scan_file(counter *w, tree_file *opened, uint64_t limit)
{
    outcome result = EMPTY;
    uint64_t left = opened->size < limit ? opened->size : limit;
    while (left > 0) {
        ptrdiff_t got = tree_read(opened, w->buffer, left < BUFFER ? (size_t)left : BUFFER);
        if (got < 0) {
            result = UNREADABLE;
        }
        if (got <= 0) {
            break;
        }
        size_t size = (size_t)got;
        if (result == EMPTY &&
            memchr(w->buffer, 0, size < BINARY_PREFIX ? size : BINARY_PREFIX) != NULL) {
            return BINARY;
        }
        result = COUNTED;
        scan(w, size);
        w->tally.bytes += size;
        progress_add(w->crowd->progress, 0, size);
        left -= size;
    }
    end_word(w);
    return result;
}

static outcome count_file(counter *w, const tree_path *path, uint64_t limit)
{
    tree_file opened;
    tree_kind kind = tree_open(path, &opened);
    if (kind != TREE_FILE) {
        return kind == TREE_SPECIAL ? SPECIAL : UNREADABLE;
    }
    bool known = w->crowd->seen != NULL && !seen_first(w->crowd->seen, opened.identity);
    outcome result = known ? LINK : scan_file(w, &opened, limit);
    tree_close(&opened);
    return result;
}

static file *next_file(crowd *c)
{
    pawl_lock_acquire(&c->lock);
    file *f = c->next < c->count ? &c->files[c->next++] : NULL;
    pawl_lock_release(&c->lock);
    return f;
}

/* A later reading, of as many bytes as the first: what was appended since does not count. */
static void count_again(counter *w, file *f)
{
    count_file(w, f->path, f->tally.bytes);
    f->changed = f->changed || w->tally.bytes != f->tally.bytes ||
                 w->tally.words != f->tally.words || w->tally.hashes != f->tally.hashes;
}

static void count_files(void *context)
{
    counter *w = context;
    w->length = 0;
    w->hash = FNV_START;
    for (file *f = next_file(w->crowd); f != NULL; f = next_file(w->crowd)) {
        memset(&w->tally, 0, sizeof w->tally);
        if (w->crowd->seen != NULL) {
            w->tally.outcome = count_file(w, f->path, UINT64_MAX);
            f->tally = w->tally;
        } else if (f->tally.bytes > 0) {
            count_again(w, f);
        }
        progress_add(w->crowd->progress, 1, 0);
    }
}

/* The caller is one of the threads, so that one thread needs no other. Returns the time it took. */
static pawl_ns count_together(crowd *c, unsigned threads, const char *what)
{
    counter *counters = must(malloc(threads * sizeof *counters));
    crew_thread *helpers = must(malloc(threads * sizeof *helpers));
    progress_begin(c->progress, what, c->count);
    pawl_time start = pawl_now();
    for (unsigned i = 0; i < threads; i++) {
        counters[i].crowd = c;
    }
    for (unsigned i = 1; i < threads; i++) {
        crew_start(&helpers[i], count_files, &counters[i]);
    }
    count_files(&counters[0]);
    for (unsigned i = 1; i < threads; i++) {
        crew_join(&helpers[i]);
    }
    pawl_ns taken = pawl_now() - start;
    progress_end(c->progress);
    free(helpers);
    free(counters);
    return taken;
}

/* ---- The result ---- */

typedef struct totals {
    uint64_t outcomes[OUTCOMES];
    uint64_t bytes;
    uint64_t words;
    uint64_t changed;
} totals;

static totals totals_of(const census *c)
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

/* The commonest first; of equally common ones the first in byte order. */
static int by_count(const void *left, const void *right)
{
    const word *a = *(const word *const *)left;
    const word *b = *(const word *const *)right;
    if (a->count != b->count) {
        return a->count < b->count ? 1 : -1;
    }
    int order = memcmp(a->text, b->text, a->length < b->length ? a->length : b->length);
    return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

static void print_commonest(const word **words, size_t count, size_t top)
{
    if (top > 0) {
        qsort(words, count, sizeof *words, by_count);
    }
    for (size_t i = 0; i < count && i < top; i++) {
        printf("%10" PRIu64 " %.*s\n", words[i]->count, (int)words[i]->length, words[i]->text);
    }
}

static void print_summary(const totals *sum, size_t distinct, unsigned threads, pawl_ns taken)
{
    double seconds = (double)taken / 1e9;
    double megabytes = (double)sum->bytes / 1e6;
    printf("counted: %" PRIu64 " files, %.1f MB, %" PRIu64 " words, %zu distinct\n",
           sum->outcomes[COUNTED], megabytes, sum->words, distinct);
    printf("skipped: binary=%" PRIu64 " empty=%" PRIu64 " unreadable=%" PRIu64 " links=%" PRIu64
           " special=%" PRIu64 "\n",
           sum->outcomes[BINARY], sum->outcomes[EMPTY], sum->outcomes[UNREADABLE],
           sum->outcomes[LINK], sum->outcomes[SPECIAL]);
    printf("threads: %u, %.3f seconds, %.1f MB/s\n", threads, seconds,
           seconds > 0 ? megabytes / seconds : 0.0);
}

/* ---- The checks ---- */

/* Counts again, with one thread and a table of its own. Returns false when a lock failed. */
static bool check(crowd *first, const census *c)
{
    crowd alone = *first;
    alone.table = must(table_new());
    alone.seen = NULL;
    alone.next = 0;
    pawl_ns taken = count_together(&alone, 1, "checking");
    bool equal = table_equal(first->table, alone.table);
    uint64_t changed = totals_of(c).changed;
    table_free(alone.table);
    if (changed > 0) {
        printf("checked against one thread: cannot say, %" PRIu64 " files changed meanwhile\n",
               changed);
        return true;
    }
    printf("checked against one thread: %s (%.3f seconds)\n", equal ? "equal" : "DIFFERENT",
           (double)taken / 1e9);
    return equal;
}

/* Counts again without the buckets' locks, in the same table, whose words are all there. */
static void show_loss(crowd *first, const census *c, const word *const *words, size_t distinct,
                      unsigned threads)
{
    crowd unlocked = *first;
    unlocked.add = table_add_unlocked;
    unlocked.seen = NULL;
    unlocked.next = 0;
    pawl_ns taken = count_together(&unlocked, threads, "without locks");
    uint64_t kept = 0;
    for (size_t i = 0; i < distinct; i++) {
        kept += atomic_load_explicit(&words[i]->unlocked, memory_order_relaxed);
    }
    totals sum = totals_of(c);
    if (sum.changed > 0) {
        printf("without locks: cannot say, %" PRIu64 " files changed meanwhile\n", sum.changed);
        return;
    }
    uint64_t lost = sum.words - kept;
    printf("without locks: %" PRIu64 " of %" PRIu64 " words lost, %.4f %% (%.3f seconds)\n", lost,
           sum.words, sum.words > 0 ? 100.0 * (double)lost / (double)sum.words : 0.0,
           (double)taken / 1e9);
}

/* ---- The command line ---- */

typedef struct options {
    unsigned long threads;
    unsigned long top;
    bool no_lock;
    bool no_check;
    int paths; /* the number of arguments moved to the front of argv */
} options;

static void print_help(void)
{
    printf("Usage: wordcount [OPTION]... [PATH]...\n"
           "Count the words of the files PATH, or of all files under the directories PATH,\n"
           "with several threads that share one table. Without PATH: %s\n"
           "\n"
           "  -j, --threads N  use N threads, 1 to %d (here without it: %u)\n"
           "      --top N      print the N commonest words (20)\n"
           "      --no-check   do not count again with one thread to compare\n"
           "      --no-lock    count again without locks, too, to show what that loses\n"
           "      --help       print this and exit\n"
           "      --version    print pawl's version and exit\n"
           "\n"
           "A word is a run of the bytes A-Z a-z 0-9 _, of which the first %d count. Links to\n"
           "directories, mounted file systems and files with a zero byte in the first %d bytes\n"
           "are skipped. A file with several names counts once. The last line is the same for\n"
           "the same files on every system; fnv is the sum of the 64-bit FNV-1a of the lines\n"
           "\"<word> <count>\\n\" of all words.\n"
           "\n"
           "Exit status: 0, or 1 when the check finds a difference or memory is out, or 2 when\n"
           "an option or a PATH cannot be used.\n",
           tree_default(), (int)THREADS_MAX, crew_processors(), (int)WORD_MAX, (int)BINARY_PREFIX);
}

static bool parse_number(const char *option, const char *text, unsigned long least,
                         unsigned long most, unsigned long *number)
{
    char detail[80];
    bool digits = text != NULL && text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
    errno = 0;
    *number = digits ? strtoul(text, NULL, 10) : 0;
    if (digits && errno == 0 && *number >= least && *number <= most) {
        return true;
    }
    snprintf(detail, sizeof detail, "%s needs a number from %lu to %lu", option, least, most);
    complain(text != NULL ? text : "no number", detail);
    return false;
}

/* An option's value: after `=`, directly after a single letter, or the next argument. */
static const char *value_of(const char *option, char **argv, int *at)
{
    const char *rest = argv[*at] + strlen(option);
    if (*rest == '=') {
        return rest + 1;
    }
    return *rest != '\0' ? rest : argv[++*at];
}

static bool is_option(const char *argument, const char *option)
{
    size_t length = strlen(option);
    bool is_short = length == 2;
    return strncmp(argument, option, length) == 0 &&
           (argument[length] == '\0' || argument[length] == '=' || is_short);
}

/* Takes in the option at argv[*at], and its value. Returns false after a complaint. */
static bool parse_option(options *o, char **argv, int *at)
{
    const char *argument = argv[*at];
    if (is_option(argument, "-j")) {
        return parse_number("-j", value_of("-j", argv, at), 1, THREADS_MAX, &o->threads);
    }
    if (is_option(argument, "--threads")) {
        return parse_number("--threads", value_of("--threads", argv, at), 1, THREADS_MAX,
                            &o->threads);
    }
    if (is_option(argument, "--top")) {
        return parse_number("--top", value_of("--top", argv, at), 0, 1000000000, &o->top);
    }
    if (strcmp(argument, "--no-lock") == 0) {
        o->no_lock = true;
    } else if (strcmp(argument, "--no-check") == 0) {
        o->no_check = true;
    } else {
        complain(argument, "unknown option (try --help)");
        return false;
    }
    return true;
}

static int finish_output(int status)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        complain("standard output", "cannot be written");
        return EXIT_FAILURE;
    }
    return status;
}

/* Returns -1 to go on, or the exit status. */
static int parse(options *o, int argc, char **argv)
{
    bool only_paths = false;
    for (int i = 1; i < argc; i++) {
        if (only_paths || argv[i][0] != '-' || argv[i][1] == '\0') {
            argv[o->paths++] = argv[i];
        } else if (strcmp(argv[i], "--") == 0) {
            only_paths = true;
        } else if (strcmp(argv[i], "--help") == 0) {
            print_help();
            return finish_output(EXIT_SUCCESS);
        } else if (strcmp(argv[i], "--version") == 0) {
            printf("wordcount (pawl) %s\n", pawl_version());
            return finish_output(EXIT_SUCCESS);
        } else if (!parse_option(o, argv, &i)) {
            return EXIT_REFUSED;
        }
    }
    return -1;
}

/* ---- All of it ---- */

static int run(const options *o, census *c)
{
    crowd all = {.files = c->files,
                 .count = c->count,
                 .table = must(table_new()),
                 .add = table_add,
                 .seen = &c->seen,
                 .progress = c->progress};
    pawl_ns taken = count_together(&all, (unsigned)o->threads, "counting");

    size_t distinct;
    const word **words = must(table_words(all.table, &distinct));
    totals sum = totals_of(c);
    print_commonest(words, distinct, o->top);
    print_summary(&sum, distinct, (unsigned)o->threads, taken);
    fflush(stdout);

    bool right = o->no_check || check(&all, c);
    if (o->no_lock) {
        show_loss(&all, c, words, distinct, (unsigned)o->threads);
    }
    printf("digest: files=%" PRIu64 " bytes=%" PRIu64 " words=%" PRIu64
           " distinct=%zu fnv=%016" PRIx64 "\n",
           sum.outcomes[COUNTED], sum.bytes, sum.words, distinct, words_digest(words, distinct));
    free(words);
    table_free(all.table);
    return finish_output(right ? EXIT_SUCCESS : EXIT_FAILURE);
}

int main(int argc, char **argv)
{
    if (!tree_begin(&argc, &argv)) {
        out_of_memory();
    }
    unsigned processors = crew_processors();
    options o = {.threads = processors < THREADS_MAX ? processors : THREADS_MAX, .top = 20};
    int status = parse(&o, argc, argv);
    if (status >= 0) {
        return status;
    }

    progress p = {.shown = tree_terminal()};
    census c = {.progress = &p};
    const char *none = tree_default();
    const char *const *paths = o.paths > 0 ? (const char *const *)argv : &none;
    const char *fault = NULL;
    int at = 0;
    progress_begin(&p, "found", 0);
    do {
        fault = census_add(&c, paths[at]);
    } while (fault == NULL && ++at < o.paths);
    progress_end(&p);
    if (fault != NULL) {
        complain(paths[at], fault);
        status = EXIT_REFUSED;
    } else {
        status = run(&o, &c);
    }
    census_free(&c);
    return status;
}
