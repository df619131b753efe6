/* SPDX-License-Identifier: MIT
 *
 * Copies of pawl in one process share one weak definition: see meet.h.
 */
#include "meet.h"
#include "port.h"

_Static_assert(PAWL__LOT_ABI == 3, "the slot's name has the same number");
extern void *pawl__shared_cell_3;
__attribute__((weak, visibility("default"))) void *pawl__shared_cell_3 = NULL;

void *pawl__meet(void *fresh)
{
    return pawl__cell_meet(&pawl__shared_cell_3, fresh);
}

void **pawl__meet_own_cell(void)
{
    return &pawl__shared_cell_3;
}
