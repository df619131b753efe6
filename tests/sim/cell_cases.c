/* SPDX-License-Identifier: MIT
 *
 * How copies of pawl find the process's block (src/cell.h), as in src/posix/port.c: each checks the
 * first object's cell, agrees with other copies there, and fills its own, for later copies after
 * the first object is unloaded.
 */
#include "sim.h"

#include "port.h"

enum { COPIES = 3 };

static void **cells; /* the first object's, then each copy's own */
static int prepared[COPIES];
static void *found[COPIES];

static void new_cells(void)
{
    cells = sim_new((COPIES + 1) * sizeof *cells, "cells");
    for (unsigned i = 0; i < COPIES; i++) {
        prepared[i] = 0;
        found[i] = NULL;
    }
}

static void use(void *block)
{
    int *of = block;
    SIM_CHECK(SIM_READ(*of) == 1);
}

static void open_copy(void)
{
    unsigned self = sim_self();
    void *block = pawl__cell_meet(&cells[0], NULL);
    if (block == NULL) {
        SIM_WRITE(prepared[self], 1);
        block = pawl__cell_meet(&cells[0], &prepared[self]);
    }
    pawl__cell_fill(&cells[1 + self], block);
    use(block);
    found[self] = block;
}

static void come_late(void)
{
    for (unsigned i = 1; i <= COPIES; i++) {
        void *block = pawl__cell_meet(&cells[i], NULL);
        if (block != NULL) {
            use(block);
            found[sim_self()] = block;
        }
    }
}

static void all_found_the_same(void)
{
    for (unsigned i = 0; i < COPIES; i++) {
        SIM_CHECK(found[i] == NULL || found[i] == cells[0]);
    }
    SIM_CHECK(found[0] != NULL && cells[1] == cells[0] && cells[2] == cells[0]);
}

static const struct sim_case cell_cases[] = {
    {"cell", "three_copies_are_opened_at_a_time", new_cells, {open_copy, open_copy, open_copy},
     .finish = all_found_the_same},
    {"cell", "one_finds_the_block_in_another_copys_cell", new_cells,
     {open_copy, open_copy, come_late}, .finish = all_found_the_same},
};
SIM_GROUP(cell);
