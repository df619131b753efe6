/* SPDX-License-Identifier: MIT
 *
 * A pool of three connections and twelve clients. A bounded semaphore counts the free connections:
 * a client with a permit finds one, a client that gets no permit in time gives up, and returning a
 * connection that nobody took is refused with a status.
 *
 *     cc examples/connection_pool.c -lpawl -pthread -o connection_pool
 */
#include <pawl/pawl.h>

#include <stdio.h>
#include <stdlib.h>

#include "thread.h"

enum { CONNECTIONS = 3, CLIENTS = 12, QUERIES = 100 };

typedef struct pool {
    pawl_semaphore free; /* as many permits as connections are free */
    pawl_lock lock;      /* guards the rest, for moments only: a client with a permit never waits
                          * long */
    bool used[CONNECTIONS];
    int inside;
    int most;
    int faults;
    long queries;
} pool;

static pool connections = {.free = PAWL_BOUNDED_SEMAPHORE_INIT(CONNECTIONS)};
static pawl_event all_used; /* set once as many clients as there are connections were inside */

/* The caller has a permit, so there is one. */
static int take_connection(pool *p)
{
    int taken = -1;
    PAWL_WITH(&p->lock) {
        for (int i = 0; i < CONNECTIONS && taken < 0; i++) {
            if (!p->used[i]) {
                p->used[i] = true;
                taken = i;
            }
        }
        p->faults += taken < 0;
        p->inside++;
        p->most = p->inside > p->most ? p->inside : p->most;
        p->queries++;
        if (p->inside >= CONNECTIONS) {
            pawl_event_set(&all_used);
        }
    } PAWL_END
    return taken;
}

static void give_connection(pool *p, int taken)
{
    PAWL_WITH(&p->lock) {
        p->inside--;
        if (taken >= 0) {
            p->faults += !p->used[taken];
            p->used[taken] = false;
        }
    } PAWL_END
}

static void be_a_client(void *context)
{
    pool *p = context;
    for (int i = 0; i < QUERIES; i++) {
        PAWL_WITH(&p->free) {
            int taken = take_connection(p);
            pawl_event_wait(&all_used); /* the first ones: until the pool is used up */
            thread_yield();               /* tempt the others in: the semaphore keeps them out */
            give_connection(p, taken);
        } PAWL_END
    }
}

static void be_impatient(void *context)
{
    int *faults = context;
    pawl_time start = pawl_now();
    pawl_status status = pawl_semaphore_acquire_for(&connections.free, PAWL_MS(20));
    bool early = pawl_now() - start < PAWL_MS(20);
    printf("a client that waits 20 ms: %s, %s\n", pawl_status_name(status),
           early ? "too early" : "and not before the time was up");
    *faults += status != PAWL_TIMEOUT || early;
    if (status == PAWL_OK) {
        pawl_semaphore_release(&connections.free);
    }
}

/* All connections are in use until the client has given up. Returns the number of faults. */
static int show_patience(void)
{
    int faults = 0; /* the client's until it is joined */
    struct thread client;
    for (int i = 0; i < CONNECTIONS; i++) {
        pawl_semaphore_acquire(&connections.free);
    }
    thread_start(&client, be_impatient, &faults);
    thread_join(&client);
    pawl_status status = pawl_semaphore_release_n(&connections.free, CONNECTIONS);
    return faults + (status != PAWL_OK);
}

static int show_crowd(void)
{
    struct thread clients[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
        thread_start(&clients[i], be_a_client, &connections);
    }
    for (int i = 0; i < CLIENTS; i++) {
        thread_join(&clients[i]);
    }
    const pool *p = &connections;
    printf("%d clients, %ld queries: at most %d inside at once, %d without a connection\n", CLIENTS,
           p->queries, p->most, p->faults);
    return p->faults + (p->most != CONNECTIONS) + (p->queries != (long)CLIENTS * QUERIES);
}

static int show_bound(void)
{
    pawl_status status = pawl_semaphore_release(&connections.free);
    long long value = pawl_semaphore_value(&connections.free);
    printf("a release too many: %s, and %lld of %d are free\n", pawl_status_name(status), value,
           CONNECTIONS);
    return (status != PAWL_OVERFLOW) + (value != CONNECTIONS);
}

int main(void)
{
    int faults = show_patience();
    faults += show_crowd();
    faults += show_bound();
    return faults == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
