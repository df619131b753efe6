/* SPDX-License-Identifier: MIT
 *
 * Several threads count on one counter. The lock makes reading the value and writing the next one
 * step, so that no count is lost and the final value is exact.
 *
 *     cc examples/shared_counter.c -lpawl -pthread -o shared_counter
 */
#include <pawl/pawl.h>

#include <stdio.h>
#include <stdlib.h>

#include "thread.h"

enum { THREADS = 4, TIMES = 100000 };

typedef struct counter {
    pawl_lock lock; /* guards value */
    long value;
} counter;

static void count(void *shared)
{
    counter *c = shared;
    for (int i = 0; i < TIMES; i++) {
        pawl_lock_acquire(&c->lock);
        long seen = c->value;
        if (i % 1000 == 0) {
            thread_yield(); /* tempt the others into the gap: the lock keeps them out */
        }
        c->value = seen + 1;
        pawl_lock_release(&c->lock);
    }
}

int main(void)
{
    counter c = {PAWL_LOCK_INIT, 0};
    struct thread threads[THREADS];
    pawl_lock_acquire(&c.lock); /* so that none is done before the last one starts */
    for (int i = 0; i < THREADS; i++) {
        thread_start(&threads[i], count, &c);
    }
    pawl_lock_release(&c.lock);
    for (int i = 0; i < THREADS; i++) {
        thread_join(&threads[i]);
    }
    printf("%d threads counted %d times each: %ld\n", THREADS, TIMES, c.value);
    printf("the lock took %zu byte\n", sizeof c.lock);
    return c.value == (long)THREADS * TIMES ? EXIT_SUCCESS : EXIT_FAILURE;
}
