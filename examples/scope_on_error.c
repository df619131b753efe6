/* SPDX-License-Identifier: MIT
 *
 * A task that releases its lock when its work fails. The work is a function of its own, called
 * while the lock is held: it only says whether it succeeded, and whatever it says, and wherever in
 * it that is decided, the one who acquired releases. So the next task gets its turn.
 *
 *     cc examples/scope_on_error.c -luv -lpawl -pthread -o scope_on_error
 */
#include <pawl/uv.h>

#include <stdio.h>
#include <stdlib.h>

enum { ORDERS = 4, STOCK = 10 };

static pawl_lock lock; /* guards stock */
static int stock = STOCK;
static pawl_uv uv; /* runs pawl's operations on the loop */

typedef struct order {
    const char *amount;
    pawl_uv_await acquire;
} order;

/* Take what is ordered out of the stock. Returns NULL, or what went wrong: four ways out. */
static const char *serve(const char *amount)
{
    char *end = NULL;
    long wanted = strtol(amount, &end, 10);
    if (end == amount || *end != '\0') {
        return "that is no number";
    }
    if (wanted <= 0) {
        return "that is nothing";
    }
    if (wanted > stock) {
        return "there is not enough";
    }
    stock -= (int)wanted;
    return NULL;
}

/* The order has the lock, for as long as this runs. */
static void acquired(pawl_uv_await *op, pawl_status result)
{
    order *o = pawl_uv_await_context(op);
    if (result != PAWL_OK) {
        printf("order of %s: %s\n", o->amount, pawl_status_name(result));
        return; /* there is nothing to release */
    }
    const char *fault = serve(o->amount);
    if (fault == NULL) {
        printf("order of %s: served, %d left\n", o->amount, stock);
    } else {
        printf("order of %s: failed, %s\n", o->amount, fault);
    }
    pawl_lock_release(&lock); /* in any case, and in this one place */
}

int main(void)
{
    static order orders[ORDERS] = {
        {.amount = "3"}, {.amount = "three"}, {.amount = "100"}, {.amount = "7"}};
    uv_loop_t *loop = uv_default_loop();
    if (loop == NULL || pawl_uv_init(&uv, loop) != 0) {
        return EXIT_FAILURE;
    }
    pawl_lock_acquire(&lock); /* the shop is closed: the orders queue */
    for (int i = 0; i < ORDERS; i++) {
        pawl_uv_await_init(&orders[i].acquire, &uv, acquired, &orders[i]);
        pawl_status status = pawl_uv_lock_acquire(&orders[i].acquire, &lock, PAWL_NEVER);
        if (status != PAWL_PENDING) {
            acquired(&orders[i].acquire, status);
        }
    }
    printf("open\n");
    pawl_lock_release(&lock);
    uv_run(loop, UV_RUN_DEFAULT); /* until nothing waits any more */

    pawl_uv_close(&uv, NULL);
    uv_run(loop, UV_RUN_DEFAULT);
    printf("the lock is %s\n", pawl_lock_locked(&lock) ? "still locked" : "unlocked");
    return uv_loop_close(loop) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
