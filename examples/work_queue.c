/* SPDX-License-Identifier: MIT
 *
 * work_queue: counts the words of all files under a directory, as wordcount does, in a pipeline:
 *
 *     readers --- blocks of whole words ---> counters --- a table each ---> merger
 *
 * Between two stages stands a queue of limited length: a lock and two conditions, "not full" for
 * those who put and "not empty" for those who take. A stage that is faster than the next one waits,
 * so memory stays bounded however many files there are. When the last of its producers has left, a
 * queue is closed; that wakes all who wait for more, and each stage ends because the one before it
 * did.
 *
 * Usage: work_queue [PATH]...
 *
 *     cc examples/work_queue.c examples/words.c examples/wordtable.c examples/tree_posix.c \
 *         -lpawl -pthread -o work_queue
 */
#include <pawl/pawl.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "thread.h"
#include "words.h"

enum { READERS = 2, COUNTERS = 4, BLOCKS_WAITING = 8, TABLES_WAITING = 1 };

const char program_name[] = "work_queue";

/* ---- The queue ---- */

typedef struct queue {
    pawl_lock lock;           /* guards all but the conditions */
    pawl_condition not_full;  /* somebody took */
    pawl_condition not_empty; /* somebody put, or the queue was closed */
    void *items[BLOCKS_WAITING];
    size_t capacity;
    size_t first;
    size_t count;
    unsigned producers; /* those who may still put; closed when there are none */
    size_t put;
    size_t taken;
    size_t most; /* that ever waited at once */
} queue;

/* The lock is held, so waiting cannot be refused; if it is, no count can be trusted. */
static void await(queue *q, pawl_condition *condition)
{
    pawl_status status = pawl_condition_wait(condition, &q->lock);
    if (status != PAWL_OK) {
        complain("waiting at a queue", pawl_status_name(status));
        _Exit(EXIT_FAILURE);
    }
}

static void queue_put(queue *q, void *item)
{
    pawl_lock_acquire(&q->lock);
    while (q->count == q->capacity) {
        await(q, &q->not_full);
    }
    q->items[(q->first + q->count) % q->capacity] = item;
    q->count++;
    q->put++;
    q->most = q->count > q->most ? q->count : q->most;
    pawl_condition_notify(&q->not_empty, 1);
    pawl_lock_release(&q->lock);
}

/* Returns NULL when the queue is closed and nothing is left in it. */
static void *queue_take(queue *q)
{
    void *item = NULL;
    pawl_lock_acquire(&q->lock);
    while (q->count == 0 && q->producers > 0) {
        await(q, &q->not_empty);
    }
    if (q->count > 0) {
        item = q->items[q->first];
        q->first = (q->first + 1) % q->capacity;
        q->count--;
        q->taken++;
        pawl_condition_notify(&q->not_full, 1);
    }
    pawl_lock_release(&q->lock);
    return item;
}

/* A producer will put no more. The last one to leave closes the queue. */
static void queue_leave(queue *q)
{
    pawl_lock_acquire(&q->lock);
    q->producers--;
    if (q->producers == 0) {
        pawl_condition_notify_all(&q->not_empty);
    }
    pawl_lock_release(&q->lock);
}

/* Everything went through, and never more was waiting than may. */
static bool queue_balanced(const queue *q)
{
    return q->producers == 0 && q->count == 0 && q->put == q->taken && q->most <= q->capacity;
}

/* ---- The stages ---- */

typedef struct pipeline {
    census *census;
    pawl_lock lock; /* guards next */
    size_t next;    /* file to be read */
    queue blocks;   /* of block */
    queue tables;   /* of table */
    table *sum;     /* the merger's, until it has ended */
} pipeline;

typedef struct block {
    size_t size;
    unsigned char bytes[BUFFER + WORD_MAX];
} block;

/* A reader cuts a file into blocks between words, so that any counter can take any block. It keeps
 * back the word that a buffer's end may have cut; of a word too long for that the first WORD_MAX
 * bytes are enough, and the rest of it is dropped. */
typedef struct reader {
    pipeline *pipeline;
    uint64_t bytes;   /* of this file */
    size_t kept;      /* bytes of word */
    bool in_the_rest; /* of a long word */
    unsigned char word[WORD_MAX];
    unsigned char buffer[BUFFER];
} reader;

static void send_block(reader *r, const unsigned char *bytes, size_t size)
{
    block *b = must(malloc(sizeof *b));
    memcpy(b->bytes, r->word, r->kept);
    memcpy(b->bytes + r->kept, bytes, size);
    b->size = r->kept + size;
    r->kept = 0;
    queue_put(&r->pipeline->blocks, b);
}

static void take_bytes(void *context, const unsigned char *bytes, size_t size)
{
    reader *r = context;
    r->bytes += size;
    while (r->in_the_rest && size > 0) {
        r->in_the_rest = words_is_part(*bytes);
        bytes++; /* the byte that ends the rest separates nothing any more */
        size--;
    }
    size_t whole = size;
    while (whole > 0 && words_is_part(bytes[whole - 1])) {
        whole--;
    }
    size_t cut = size - whole;
    if (cut + (whole == 0 ? r->kept : 0) >= WORD_MAX) {
        send_block(r, bytes, size);
        r->in_the_rest = true;
        return;
    }
    if (whole > 0) {
        send_block(r, bytes, whole);
    }
    memcpy(r->word + r->kept, bytes + whole, cut);
    r->kept += cut;
}

static file *next_file(pipeline *p)
{
    pawl_lock_acquire(&p->lock);
    file *f = p->next < p->census->count ? &p->census->files[p->next++] : NULL;
    pawl_lock_release(&p->lock);
    return f;
}

static void read_files(void *context)
{
    reader *r = context;
    pipeline *p = r->pipeline;
    for (file *f = next_file(p); f != NULL; f = next_file(p)) {
        r->bytes = 0;
        r->in_the_rest = false;
        f->tally.outcome =
            words_read(f->path, UINT64_MAX, &p->census->seen, r->buffer, take_bytes, r);
        f->tally.bytes = r->bytes;
        if (r->kept > 0) {
            send_block(r, r->word, 0);
        }
    }
    queue_leave(&p->blocks);
}

static void count_word(void *context, const char *text, size_t length, uint64_t hash)
{
    if (!table_add(context, text, length, hash)) {
        out_of_memory();
    }
}

static void count_blocks(void *context)
{
    pipeline *p = context;
    splitter split;
    table *own = must(table_new());
    words_begin(&split, count_word, own);
    for (block *b = queue_take(&p->blocks); b != NULL; b = queue_take(&p->blocks)) {
        words_split(&split, b->bytes, b->size);
        words_end(&split);
        free(b);
    }
    queue_put(&p->tables, own);
    queue_leave(&p->tables);
}

static void merge_tables(void *context)
{
    pipeline *p = context;
    for (table *t = queue_take(&p->tables); t != NULL; t = queue_take(&p->tables)) {
        table_absorb(p->sum, t);
        table_free(t);
    }
}

/* ---- All of it ---- */

static void run_pipeline(pipeline *p)
{
    reader *readers = must(calloc(READERS, sizeof *readers));
    struct thread threads[READERS + COUNTERS + 1];
    unsigned count = 0;
    for (unsigned i = 0; i < READERS; i++) {
        readers[i].pipeline = p;
        thread_start(&threads[count++], read_files, &readers[i]);
    }
    for (unsigned i = 0; i < COUNTERS; i++) {
        thread_start(&threads[count++], count_blocks, p);
    }
    thread_start(&threads[count++], merge_tables, p);
    while (count > 0) {
        thread_join(&threads[--count]);
    }
    free(readers);
}

static int report(const pipeline *p)
{
    size_t distinct;
    const word **words = must(table_words(p->sum, &distinct));
    totals sum = census_totals(p->census);
    for (size_t i = 0; i < distinct; i++) {
        sum.words += words[i]->count; /* the readers saw bytes, not words */
    }
    printf("counted: %" PRIu64 " files, %" PRIu64 " bytes, %" PRIu64 " words, %zu distinct\n",
           sum.outcomes[COUNTED], sum.bytes, sum.words, distinct);
    print_skipped(&sum);
    bool balanced = queue_balanced(&p->blocks) && queue_balanced(&p->tables);
    printf("pipeline: %d readers, %d counters, 1 merger; the queues are %s\n", (int)READERS,
           (int)COUNTERS, balanced ? "empty and closed" : "OUT OF BALANCE");
    print_digest(&sum, words, distinct);
    free(words);
    return finish_output(balanced ? EXIT_SUCCESS : EXIT_FAILURE);
}

static int run(census *c)
{
    pipeline p = {.census = c, .sum = must(table_new())};
    p.blocks.capacity = BLOCKS_WAITING;
    p.blocks.producers = READERS;
    p.tables.capacity = TABLES_WAITING;
    p.tables.producers = COUNTERS;
    run_pipeline(&p);
    int status = report(&p);
    table_free(p.sum);
    return status;
}

int main(int argc, char **argv)
{
    if (!tree_begin(&argc, &argv)) {
        out_of_memory();
    }
    census c = {.files = NULL};
    const char *path = argc > 1 ? argv[1] : tree_default();
    const char *fault = NULL;
    int at = 1;
    do {
        path = at < argc ? argv[at] : path;
        fault = census_add(&c, path);
    } while (fault == NULL && ++at < argc);
    int status = EXIT_REFUSED;
    if (fault != NULL) {
        complain(path, fault);
    } else {
        status = run(&c);
    }
    census_free(&c);
    return status;
}
