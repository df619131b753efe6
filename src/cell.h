/* SPDX-License-Identifier: MIT
 *
 * Rendezvous slots for the copies of pawl in one process, for the backends: a cell is a word that
 * holds the address of the process's block, or NULL.
 *
 * The invariant: a block is prepared before it is in any cell, and it stays. So a copy that finds
 * one can use it.
 */
#ifndef PAWL_SRC_CELL_H
#define PAWL_SRC_CELL_H

#include <pawl/compiler.h>

/* Find the block in the cell, or leave a fresh one there. fresh is NULL: only find it.
 *
 * Returns   the block that is in the cell now, or NULL: none. The acquire pairs with the two
 *           releases. */
static inline void *pawl__cell_meet(void **cell, void *fresh)
{
    void *block = NULL;
    if (fresh != NULL && pawl__cas_pointer(cell, &block, fresh, PAWL__RELEASE)) {
        return fresh;
    }
    return pawl__load_pointer(cell, PAWL__ACQUIRE);
}

/* Write the block that was found elsewhere into the cell as well. */
static inline void pawl__cell_fill(void **cell, void *block)
{
    pawl__store_pointer(cell, block, PAWL__RELEASE);
}

#endif
