/* SPDX-License-Identifier: MIT
 *
 * Destructors of thread-specific data. A thread runs them PTHREAD_DESTRUCTOR_ITERATIONS times, as
 * long as they set data again; from the second round on all other data, pawl's included, is gone.
 */
#include "late_exit.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>

struct end {
    void (*work)(void *context);
    void *context;
    int rounds; /* to let pass */
};

static pthread_key_t key;
static pthread_once_t made = PTHREAD_ONCE_INIT;

static void at_end(void *value)
{
    struct end *end = value;
    if (end->rounds > 0) {
        end->rounds--;
        pthread_setspecific(key, end);
        return;
    }
    end->work(end->context);
    free(end);
}

static void make_key(void)
{
    if (pthread_key_create(&key, at_end) != 0) {
        abort();
    }
}

static void arrange(void (*work)(void *context), void *context, int rounds)
{
    struct end *end = malloc(sizeof *end);
    if (end == NULL || pthread_once(&made, make_key) != 0) {
        abort();
    }
    *end = (struct end){work, context, rounds};
    pthread_setspecific(key, end);
}

static void arrange_first(void (*work)(void *context), void *context)
{
    arrange(work, context, 0);
}

static void arrange_last(void (*work)(void *context), void *context)
{
    arrange(work, context, PTHREAD_DESTRUCTOR_ITERATIONS - 1 - ROUNDS_LEFT_OUT);
}

const struct late_way late_ways[] = {
    {"the first round of destructors", arrange_first},
    {"the last round of destructors", arrange_last},
    {NULL, NULL},
};
