/* SPDX-License-Identifier: MIT
 *
 * What tools/demo.sh runs. It reads the files below a path into memory, a batch at a time, and
 * counts their words with all processors: each word under the lock of its bucket, see wordtable.c.
 * It measures what one, two and more threads count in a second, apart from the reading. Then it
 * shows what a loop loses without a lock, a timeout, a task, an rwlock and a condition. Each line
 * is checked, and the program's status is 0 if all of them are right. The digest is the same for
 * the same files on every system.
 *
 * Usage: demo [--brief] [PATH]    --brief measures nothing
 *
 *     cc examples/demo.c examples/words.c examples/wordtable.c examples/tree_posix.c \
 *         -lpawl -pthread -o demo
 */
#include <pawl/pawl.h>

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "thread.h"
#include "words.h"

enum { BATCH = 16 * 1024 * 1024, THREADS_MAX = 64, ROUNDS = 3, ROUNDS_MAX = 6 };
enum { INCREMENTS = 1000000, LINGER_EVERY = 500000, PATIENCE_MS = 50 };

const char program_name[] = "demo";

static double in_seconds(pawl_ns ns)
{
    return (double)ns / 1e9;
}

/* ---- Reading ---- */

typedef struct piece {
    file *file;
    size_t start;
    size_t size;
} piece;

/* Some of the files, in memory. */
typedef struct batch {
    unsigned char *bytes;
    size_t size;
    size_t room;
    piece *pieces; /* as many as there are files, at most */
    size_t count;
} batch;

static void keep_bytes(void *context, const unsigned char *bytes, size_t size)
{
    batch *b = context;
    if (b->room - b->size < size) {
        b->room = b->room * 2 + BATCH + BUFFER;
        b->bytes = must(realloc(b->bytes, b->room));
    }
    memcpy(b->bytes + b->size, bytes, size);
    b->size += size;
}

/* The next files. Returns the time that took. */
static pawl_ns read_batch(batch *b, census *c, size_t *next)
{
    static unsigned char buffer[BUFFER];
    pawl_time start = pawl_now();
    b->size = 0;
    b->count = 0;
    while (*next < c->count && b->size < BATCH) {
        file *f = &c->files[(*next)++];
        piece p = {f, b->size, 0};
        f->tally.outcome = words_read(f->path, UINT64_MAX, &c->seen, buffer, keep_bytes, b);
        p.size = b->size - p.start;
        f->tally.bytes = p.size;
        if (p.size > 0) {
            b->pieces[b->count++] = p;
        }
    }
    return pawl_now() - start;
}

/* ---- Counting ---- */

/* What the threads that count a batch share. */
typedef struct crowd {
    const batch *batch;
    pawl_lock lock; /* guards next */
    size_t next;
} crowd;

typedef struct counter {
    crowd *crowd;
    table *table;
    splitter splitter;
    uint64_t words;
    struct thread thread;
} counter;

static void count_word(void *context, const char *text, size_t length, uint64_t hash)
{
    counter *w = context;
    w->words++;
    if (!table_add(w->table, text, length, hash)) {
        out_of_memory();
    }
}

static const piece *next_piece(crowd *c)
{
    const piece *taken = NULL;
    PAWL_WITH(&c->lock) {
        if (c->next < c->batch->count) {
            taken = &c->batch->pieces[c->next++];
        }
    }
    PAWL_END
    return taken;
}

static void count_pieces(void *context)
{
    counter *w = context;
    words_begin(&w->splitter, count_word, w);
    for (const piece *p = next_piece(w->crowd); p != NULL; p = next_piece(w->crowd)) {
        w->words = 0;
        words_split(&w->splitter, w->crowd->batch->bytes + p->start, p->size);
        words_end(&w->splitter);
        p->file->tally.words = w->words;
    }
}

/* Each thread but the first counts in the table `others`. Returns the time that took. */
static pawl_ns count_batch(const batch *b, table *t, table *others, unsigned threads)
{
    static counter counters[THREADS_MAX];
    crowd c = {.batch = b};
    pawl_time start = pawl_now();
    for (unsigned i = 0; i < threads; i++) {
        counters[i].crowd = &c;
        counters[i].table = i == 0 ? t : others;
    }
    for (unsigned i = 1; i < threads; i++) {
        thread_start(&counters[i].thread, count_pieces, &counters[i]);
    }
    count_pieces(&counters[0]);
    for (unsigned i = 1; i < threads; i++) {
        thread_join(&counters[i].thread);
    }
    return pawl_now() - start;
}

static uint64_t words_in(const batch *b)
{
    uint64_t words = 0;
    for (size_t i = 0; i < b->count; i++) {
        words += b->pieces[i].file->tally.words;
    }
    return words;
}

/* How fast so many threads are. */
typedef struct speed {
    unsigned threads;
    bool apart;  /* two threads with a table each: how much a second processor adds without locks */
    double best; /* words in a second */
} speed;

enum { SPEEDS = 4 };

/* In tables that have all the words already. Another process can take a processor for a whole
 * round, so the best of some rounds counts. */
static void measure(const batch *b, speed *speeds)
{
    table *t = must(table_new());
    table *other = must(table_new());
    count_batch(b, t, t, 1);
    count_batch(b, other, other, 1);
    for (int round = 0; round < ROUNDS_MAX; round++) {
        for (int i = 0; i < SPEEDS; i++) {
            speed *s = &speeds[i];
            pawl_ns taken = count_batch(b, t, s->apart ? other : t, s->threads);
            double words = (double)words_in(b) / in_seconds(taken);
            s->best = words > s->best ? words : s->best;
        }
        if (round + 1 >= ROUNDS && speeds[1].best > speeds[0].best) {
            break;
        }
    }
    table_free(t);
    table_free(other);
}

static void print_speeds(const speed *s)
{
    printf("speed: in a second 1 thread %.1f, 2 threads %.1f", s[0].best / 1e6, s[1].best / 1e6);
    if (s[2].threads > 2) {
        printf(", %u threads %.1f", s[2].threads, s[2].best / 1e6);
    }
    printf(" million words, each under its lock (2 with a table each: %.1f)\n", s[3].best / 1e6);
    if (s[1].best < 1.2 * s[0].best && s[3].best < 1.2 * s[0].best) {
        printf("speed: a second processor adds little here and now, with or without locks\n");
    }
}

/* With `speeds` not NULL the first batch is counted again, to measure that. Returns the time for
 * reading alone. */
static pawl_ns count_files(census *c, table *t, unsigned threads, speed *speeds)
{
    batch b = {.pieces = must(calloc(c->count + 1, sizeof(piece)))};
    size_t next = 0;
    pawl_ns reading = 0;
    for (bool first = true; next < c->count; first = false) {
        reading += read_batch(&b, c, &next);
        count_batch(&b, t, t, threads);
        if (first && speeds != NULL) {
            measure(&b, speeds);
        }
    }
    free(b.bytes);
    free(b.pieces);
    return reading;
}

/* ---- A loop with and without a lock ---- */

typedef struct race {
    atomic_long value; /* an increment is a load and a store, so without the lock it can be lost */
    pawl_lock lock;
    bool locked;
    atomic_bool over;
    long others; /* how many the other thread made */
} race;

static void increment(race *r, bool linger)
{
    long before = atomic_load_explicit(&r->value, memory_order_relaxed);
    while (linger && atomic_load_explicit(&r->value, memory_order_relaxed) == before) {
        pawl_yield(); /* until the other thread has overtaken this one, on one processor as well */
    }
    atomic_store_explicit(&r->value, before + 1, memory_order_relaxed);
}

static void increment_until_over(void *context)
{
    race *r = context;
    while (!atomic_load(&r->over)) {
        if (r->locked) {
            pawl_lock_acquire(&r->lock);
            increment(r, false);
            pawl_lock_release(&r->lock);
        } else {
            increment(r, false);
        }
        r->others++;
    }
}

/* Returns how many increments were lost, and in *all how many there were. */
static long run_race(bool locked, long *all)
{
    race r = {.locked = locked};
    struct thread other;
    thread_start(&other, increment_until_over, &r);
    for (int i = 0; i < INCREMENTS; i++) {
        if (locked) {
            pawl_lock_acquire(&r.lock);
            increment(&r, false);
            pawl_lock_release(&r.lock);
        } else {
            increment(&r, i % LINGER_EVERY == 0);
        }
    }
    atomic_store(&r.over, true);
    thread_join(&other);
    *all = INCREMENTS + r.others;
    return *all - atomic_load(&r.value);
}

static bool show_race(void)
{
    long all, all_locked;
    long lost = run_race(false, &all);
    long lost_locked = run_race(true, &all_locked);
    printf("lock: two threads lose %.1f %% of %.1f million increments without it, and %ld of %.1f "
           "million with it\n",
           100.0 * (double)lost / (double)all, (double)all / 1e6, lost_locked,
           (double)all_locked / 1e6);
    return lost > 0 && lost_locked == 0;
}

/* ---- A timeout, a task, an rwlock, a condition ---- */

typedef struct patience {
    pawl_lock lock;
    pawl_status status;
    pawl_ns waited;
} patience;

static void wait_in_vain(void *context)
{
    patience *p = context;
    pawl_time start = pawl_now();
    p->status = pawl_lock_acquire_for(&p->lock, PAWL_MS(PATIENCE_MS));
    p->waited = pawl_now() - start;
}

static bool show_timeout(void)
{
    patience p = {.waited = 0};
    struct thread impatient;
    pawl_lock_acquire(&p.lock);
    thread_start(&impatient, wait_in_vain, &p);
    thread_join(&impatient);
    pawl_lock_release(&p.lock);
    printf("timeout: %d ms for a lock that stays held: %s after %.1f ms\n", PATIENCE_MS,
           pawl_status_name(p.status), in_seconds(p.waited) * 1e3);
    return p.status == PAWL_TIMEOUT && p.waited >= PAWL_MS(PATIENCE_MS);
}

static void finish_task(pawl_await *op, pawl_status result)
{
    *(pawl_status *)pawl_await_context(op) = result;
}

static bool show_task(void)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    pawl_status result = PAWL_PENDING;
    pawl_await op;
    pawl_await_init(&op, finish_task, &result);
    pawl_lock_acquire(&lock);
    pawl_status status = pawl_lock_acquire_await(&lock, &op);
    bool waited = status == PAWL_PENDING && result == PAWL_PENDING;
    pawl_lock_release(&lock);
    printf("task: waits without a thread: %s; the release calls it: %s, and it holds the lock\n",
           pawl_status_name(status), pawl_status_name(result));
    return waited && result == PAWL_OK && pawl_lock_release(&lock) == PAWL_OK;
}

typedef struct library {
    pawl_rwlock lock;
    pawl_barrier inside; /* both readers, holding the lock */
    atomic_int readers;
} library;

static void read_together(void *context)
{
    library *l = context;
    pawl_rwlock_acquire_shared(&l->lock);
    atomic_fetch_add(&l->readers, 1);
    pawl_barrier_wait(&l->inside, NULL);
    atomic_fetch_sub(&l->readers, 1);
    pawl_rwlock_release_shared(&l->lock);
}

static bool show_rwlock(void)
{
    library l = {.inside = PAWL_BARRIER_INIT(3)};
    struct thread readers[2];
    thread_start(&readers[0], read_together, &l);
    thread_start(&readers[1], read_together, &l);
    pawl_barrier_wait(&l.inside, NULL);
    pawl_rwlock_acquire_exclusive(&l.lock);
    bool alone = atomic_load(&l.readers) == 0;
    pawl_rwlock_release_exclusive(&l.lock);
    thread_join(&readers[0]);
    thread_join(&readers[1]);
    printf("rwlock: two readers hold it together, the writer holds it %s\n",
           alone ? "alone" : "WITH THEM");
    return alone;
}

typedef struct mailbox {
    pawl_lock lock;
    pawl_condition changed;
    int letters;
    int taken;
} mailbox;

static void take_letter(void *context)
{
    mailbox *m = context;
    pawl_lock_acquire(&m->lock);
    while (m->letters == 0) {
        pawl_condition_wait(&m->changed, &m->lock);
    }
    m->letters--;
    m->taken++;
    pawl_lock_release(&m->lock);
}

static bool show_condition(void)
{
    mailbox m = {.letters = 0};
    struct thread readers[2];
    thread_start(&readers[0], take_letter, &m);
    thread_start(&readers[1], take_letter, &m);
    pawl_lock_acquire(&m.lock);
    m.letters = 2;
    pawl_condition_notify_all(&m.changed);
    pawl_lock_release(&m.lock);
    thread_join(&readers[0]);
    thread_join(&readers[1]);
    printf("condition: %d letters, each taken by one of two threads that waited for it\n", m.taken);
    return m.taken == 2 && m.letters == 0;
}

/* ---- All of it ---- */

static void count(census *c, bool brief)
{
    unsigned processors = thread_processors();
    unsigned threads = processors < THREADS_MAX ? processors : THREADS_MAX;
    speed speeds[SPEEDS] = {{1, false, 0}, {2, false, 0}, {threads, false, 0}, {2, true, 0}};
    table *t = must(table_new());
    pawl_ns reading = count_files(c, t, threads, brief ? NULL : speeds);
    size_t distinct;
    const word **words = must(table_words(t, &distinct));
    totals sum = census_totals(c);
    printf("words: %" PRIu64 " in %" PRIu64 " files, which were read in %.2f s\n", sum.words,
           sum.outcomes[COUNTED], in_seconds(reading));
    if (!brief && sum.words > 0) {
        print_speeds(speeds);
    }
    print_digest(&sum, words, distinct);
    fflush(stdout);
    free(words);
    table_free(t);
}

int main(int argc, char **argv)
{
    if (!tree_begin(&argc, &argv)) {
        out_of_memory();
    }
    bool brief = argc > 1 && strcmp(argv[1], "--brief") == 0;
    const char *path = argc > 1 + brief ? argv[1 + brief] : tree_default();
    census c = {.found = NULL};
    const char *fault = census_add(&c, path);
    if (fault != NULL) {
        complain(path, fault);
        census_free(&c);
        return EXIT_REFUSED;
    }
    count(&c, brief);
    bool (*const shows[])(void) = {show_race, show_timeout, show_task, show_rwlock, show_condition};
    bool right = true;
    for (size_t i = 0; i < sizeof shows / sizeof shows[0]; i++) {
        right = shows[i]() && right;
        fflush(stdout);
    }
    census_free(&c);
    return finish_output(right ? EXIT_SUCCESS : EXIT_FAILURE);
}
