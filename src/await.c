/* SPDX-License-Identifier: MIT
 *
 * pawl_await: the part that all primitives share. Contract: include/pawl/await.h.
 *
 * An operation is a waiter in the lot like a thread's, with a function instead of a parker. Each
 * primitive starts its own operations.
 */
#define PAWL__INSIDE
#include <pawl/await.h>

#include "misuse.h"
#include "tasks.h"
#include "withdraw.h"

#include <stdlib.h>

_Static_assert(sizeof(pawl_await) <= 64, "the size that is promised");

static void need_function(pawl_resume *fn, const char *call)
{
    if (fn == NULL) {
        pawl__die_null(call, "fn");
    }
}

static void initialise(pawl_await *op, pawl_resume *fn, void *ctx)
{
    *op = (pawl_await){.fn_ = fn, .ctx_ = ctx};
}

void pawl_await_init(pawl_await *op, pawl_resume *fn, void *ctx)
{
    pawl__need(op, "pawl_await_init", "op");
    need_function(fn, "pawl_await_init");
    initialise(op, fn, ctx);
}

void *pawl_await_context(const pawl_await *op)
{
    pawl__need(op, "pawl_await_context", "op");
    return op->ctx_;
}

pawl_await *pawl_await_new(pawl_resume *fn, void *ctx)
{
    need_function(fn, "pawl_await_new");
    pawl_await *op = malloc(sizeof *op);
    if (op != NULL) {
        initialise(op, fn, ctx);
    }
    return op;
}

void pawl_await_free(pawl_await *op)
{
    free(op);
}

bool pawl_await_cancel(pawl_await *op)
{
    pawl__need(op, "pawl_await_cancel", "op");
    return pawl__withdraw_cancelled(op);
}

bool pawl__await_time_out(pawl_await *op)
{
    return pawl__withdraw_timed_out(op);
}

bool pawl__await_take_back(pawl_await *op)
{
    return pawl__tasks_take_back(op);
}
