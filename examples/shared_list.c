/* SPDX-License-Identifier: MIT
 *
 * Several threads append to one linked list. Appending changes two places, the last node and the
 * list's end; the lock makes them one step, so that no node is lost and each thread finds its own
 * nodes in the order in which it appended them.
 *
 *     cc examples/shared_list.c -lpawl -pthread -o shared_list
 */
#include <pawl/pawl.h>

#include <stdio.h>
#include <stdlib.h>

#include "thread.h"

enum { THREADS = 4, NODES = 5000 };

typedef struct node {
    struct node *next;
    int thread;
    int number;
} node;

typedef struct list {
    pawl_lock lock; /* guards first, end and every next */
    node *first;
    node **end; /* where the next node's address goes */
} list;

typedef struct writer {
    list *list;
    int thread;
    node nodes[NODES];
} writer;

static void append(list *l, node *n)
{
    n->next = NULL;
    pawl_lock_acquire(&l->lock);
    *l->end = n;
    if (n->number % 500 == 0) {
        thread_yield(); /* tempt the others in between: the lock keeps them out */
    }
    l->end = &n->next;
    pawl_lock_release(&l->lock);
}

static void write_nodes(void *context)
{
    writer *w = context;
    for (int i = 0; i < NODES; i++) {
        w->nodes[i].thread = w->thread;
        w->nodes[i].number = i;
        append(w->list, &w->nodes[i]);
    }
}

int main(void)
{
    static writer writers[THREADS];
    list l = {PAWL_LOCK_INIT, NULL, &l.first};
    struct thread threads[THREADS];
    pawl_lock_acquire(&l.lock); /* so that none is done before the last one starts */
    for (int i = 0; i < THREADS; i++) {
        writers[i].list = &l;
        writers[i].thread = i;
        thread_start(&threads[i], write_nodes, &writers[i]);
    }
    pawl_lock_release(&l.lock);
    for (int i = 0; i < THREADS; i++) {
        thread_join(&threads[i]);
    }

    int found[THREADS] = {0}; /* of each thread; also the number its next node must have */
    int misplaced = 0;
    for (const node *n = l.first; n != NULL; n = n->next) {
        misplaced += n->number != found[n->thread];
        found[n->thread]++;
    }
    int total = 0;
    for (int i = 0; i < THREADS; i++) {
        printf("thread %d: %d of %d nodes\n", i, found[i], NODES);
        total += found[i];
    }
    printf("out of their thread's order: %d\n", misplaced);
    return total == THREADS * NODES && misplaced == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
