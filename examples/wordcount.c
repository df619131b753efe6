/* SPDX-License-Identifier: MIT
 *
 * wordcount: counts the words of all files under a directory, with several threads that share one
 * table under pawl locks, and checks the result against one thread's.
 *
 * What counts as a word, and which files count, words.h says. None of this depends on the system,
 * its locale or its order of names, nor on the threads, so the digest line is the same wherever the
 * files are.
 *
 * What is shared, and its locks:
 *     the table              one for each of its million buckets, see wordtable.c
 *     the queue of files     one, crowd.lock
 *     the set of files seen  one, seen.lock
 *     the progress line      one for the figures; one for the terminal, which is only ever tried
 *
 * C11 <stdatomic.h> (for --no-lock) needs Visual Studio 2022 17.5 and /experimental:c11atomics.
 *
 *     cc examples/wordcount.c examples/words.c examples/wordtable.c examples/tree_posix.c \
 *         -lpawl -pthread -o wordcount
 */
#include <pawl/pawl.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "thread.h"
#include "words.h"

enum { THREADS_MAX = 1000 };

const char program_name[] = "wordcount";

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

static void progress_found(void *context)
{
    progress_add(context, 1, 0);
}

static void progress_end(progress *p)
{
    if (p->drawn) {
        fprintf(stderr, "\r%*s\r", PROGRESS_WIDTH, "");
    }
    p->drawn = false;
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

/* One thread. */
typedef struct counter {
    crowd *crowd;
    unsigned char buffer[BUFFER];
    splitter splitter;
    tally tally;
} counter;

static void count_word(void *context, const char *text, size_t length, uint64_t hash)
{
    counter *w = context;
    w->tally.words++;
    w->tally.hashes += hash;
    if (!w->crowd->add(w->crowd->table, text, length, hash)) {
        out_of_memory();
    }
}

static void count_bytes(void *context, const unsigned char *bytes, size_t size)
{
    counter *w = context;
    words_split(&w->splitter, bytes, size);
    w->tally.bytes += size;
    progress_add(w->crowd->progress, 0, size);
}

static outcome count_file(counter *w, const tree_path *path, uint64_t limit)
{
    outcome result = words_read(path, limit, w->crowd->seen, w->buffer, count_bytes, w);
    words_end(&w->splitter);
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
    words_begin(&w->splitter, count_word, w);
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
    struct thread *helpers = must(malloc(threads * sizeof *helpers));
    progress_begin(c->progress, what, c->count);
    pawl_time start = pawl_now();
    for (unsigned i = 0; i < threads; i++) {
        counters[i].crowd = c;
    }
    for (unsigned i = 1; i < threads; i++) {
        thread_start(&helpers[i], count_files, &counters[i]);
    }
    count_files(&counters[0]);
    for (unsigned i = 1; i < threads; i++) {
        thread_join(&helpers[i]);
    }
    pawl_ns taken = pawl_now() - start;
    progress_end(c->progress);
    free(helpers);
    free(counters);
    return taken;
}

/* ---- The result ---- */

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
    print_skipped(sum);
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
    uint64_t changed = census_totals(c).changed;
    table_free(alone.table);
    if (changed > 0) {
        printf("checked against one thread: cannot say, %" PRIu64 " files changed meanwhile\n",
               changed);
        return true;
    }
    printf("checked against one thread: %s (%.3f seconds, files cached)\n",
           equal ? "equal" : "DIFFERENT", (double)taken / 1e9);
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
    totals sum = census_totals(c);
    if (sum.changed > 0) {
        printf("without locks: cannot say, %" PRIu64 " files changed meanwhile\n", sum.changed);
        return;
    }
    uint64_t lost = sum.words - kept;
    printf("without locks: %" PRIu64 " of %" PRIu64
           " words lost, %.4f %% (%.3f seconds, files cached)\n",
           lost, sum.words, sum.words > 0 ? 100.0 * (double)lost / (double)sum.words : 0.0,
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
           tree_default(), (int)THREADS_MAX, thread_processors(), (int)WORD_MAX,
           (int)BINARY_PREFIX);
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

static int run(const options *o, census *c, progress *p)
{
    crowd all = {.files = c->files,
                 .count = c->count,
                 .table = must(table_new()),
                 .add = table_add,
                 .seen = &c->seen,
                 .progress = p};
    pawl_ns taken = count_together(&all, (unsigned)o->threads, "counting");

    size_t distinct;
    const word **words = must(table_words(all.table, &distinct));
    totals sum = census_totals(c);
    print_commonest(words, distinct, o->top);
    print_summary(&sum, distinct, (unsigned)o->threads, taken);
    fflush(stdout);

    bool right = o->no_check || check(&all, c);
    if (o->no_lock) {
        show_loss(&all, c, words, distinct, (unsigned)o->threads);
    }
    print_digest(&sum, words, distinct);
    free(words);
    table_free(all.table);
    return finish_output(right ? EXIT_SUCCESS : EXIT_FAILURE);
}

int main(int argc, char **argv)
{
    if (!tree_begin(&argc, &argv)) {
        out_of_memory();
    }
    unsigned processors = thread_processors();
    options o = {.threads = processors < THREADS_MAX ? processors : THREADS_MAX, .top = 20};
    int status = parse(&o, argc, argv);
    if (status >= 0) {
        return status;
    }

    progress p = {.shown = tree_terminal()};
    census c = {.found = progress_found, .context = &p};
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
        status = run(&o, &c, &p);
    }
    census_free(&c);
    return status;
}
