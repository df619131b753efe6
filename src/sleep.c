/* SPDX-License-Identifier: MIT
 *
 * Sleeping and yielding. Contract: include/pawl/base.h.
 */
#define PAWL__INSIDE
#include <pawl/base.h>

#include "lot.h"
#include "process.h"

/* A parker that nobody knows gets no token, so the park ends at the deadline. */
void pawl_sleep_until(pawl_time deadline)
{
    if (pawl__lot_is_past(deadline)) {
        return;
    }
    struct pawl__slot *slot = pawl__process_take_slot();
    bool woken = pawl__park(&slot->parker, deadline);
    (void)woken;
    pawl__process_return_slot(slot);
}

void pawl_sleep_for(pawl_ns ns)
{
    if (ns > 0) {
        pawl_sleep_until(pawl_after_ns(ns));
    }
}

void pawl_yield(void)
{
    pawl__port_yield();
}
