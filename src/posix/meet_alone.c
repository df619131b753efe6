/* SPDX-License-Identifier: MIT
 *
 * This copy of pawl finds no other one: see meet.h.
 */
#include "meet.h"
#include "port.h"

static void *own_cell;

void *pawl__meet(void *fresh)
{
    return pawl__cell_meet(&own_cell, fresh);
}

/* There is no library to unload. */
void pawl__meet_stay(void)
{
}
