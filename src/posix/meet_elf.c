/* SPDX-License-Identifier: MIT
 *
 * Copies of pawl in one process find each other by ELF notes: see meet.h.
 */
#if defined(__linux__) && !defined(_GNU_SOURCE)
#    define _GNU_SOURCE /* dl_iterate_phdr */
#endif
#include "meet.h"
#include "port.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>

_Static_assert(PAWL__LOT_ABI == 3, "the slot's name has the same number");
extern void *pawl__shared_cell_3;
__attribute__((used, visibility("hidden"))) void *pawl__shared_cell_3 = NULL;

#define TEXT_(x) #x
#define TEXT(x)  TEXT_(x)
/* Name "pawl", type PAWL__LOT_ABI, and as descriptor the distance from itself to the cell. */
__asm__(".pushsection .note.pawl,\"a\",%note\n"
        ".balign 4\n"
        ".long 5, 4, " TEXT(PAWL__LOT_ABI) "\n"
                                           ".asciz \"pawl\"\n"
                                           ".balign 4\n"
                                           ".long pawl__shared_cell_3 - .\n"
                                           ".popsection\n");

/* The cell that a loaded object's note points to, or NULL. */
static void **find_cell(const struct dl_phdr_info *object)
{
    for (unsigned i = 0; i < object->dlpi_phnum; i++) {
        if (object->dlpi_phdr[i].p_type != PT_NOTE) {
            continue;
        }
        size_t align = object->dlpi_phdr[i].p_align == 8 ? 8 : 4;
        const char *at = (const char *)(object->dlpi_addr + object->dlpi_phdr[i].p_vaddr);
        const char *end = at + object->dlpi_phdr[i].p_memsz;
        uint32_t head[3]; /* the sizes of name and descriptor, and the type */
        while (end - at >= (ptrdiff_t)sizeof head) {
            memcpy(head, at, sizeof head);
            size_t offset = (sizeof head + head[0] + align - 1) & ~(align - 1);
            const char *descriptor = at + offset;
            if (head[0] == 5 && head[2] == PAWL__LOT_ABI &&
                memcmp(at + sizeof head, "pawl", 5) == 0) {
                int32_t distance;
                memcpy(&distance, descriptor, sizeof distance);
                return (void **)(uintptr_t)((uintptr_t)descriptor + (uintptr_t)(intptr_t)distance);
            }
            at += (offset + head[1] + align - 1) & ~(align - 1);
        }
    }
    return NULL;
}

/* A look at the cells of all loaded objects: for one that is filled, or to fill the first. */
struct search {
    void *fresh; /* NULL: only look */
    void *block;
};

/* The loader's lock keeps each object loaded while its cell is read. This copy's own cell is filled
 * under the same lock, so that the block can be found even if that object is unloaded at once. */
static int look_at_object(struct dl_phdr_info *object, size_t size, void *context)
{
    struct search *search = context;
    void **cell = find_cell(object);
    (void)size;
    if (cell != NULL) {
        search->block = pawl__cell_meet(cell, search->fresh);
    }
    if (search->block != NULL) {
        pawl__cell_fill(&pawl__shared_cell_3, search->block);
    }
    return search->block != NULL;
}

void *pawl__meet(void *fresh)
{
    struct search search = {fresh, NULL};
    dl_iterate_phdr(look_at_object, &search);
    return search.block;
}

/* A search for the object that contains this copy. */
struct own {
    const char *name;
    unsigned before; /* objects */
};

static int is_own(struct dl_phdr_info *object, size_t size, void *context)
{
    struct own *own = context;
    (void)size;
    for (unsigned i = 0; i < object->dlpi_phnum; i++) {
        uintptr_t start = (uintptr_t)(object->dlpi_addr + object->dlpi_phdr[i].p_vaddr);
        if (object->dlpi_phdr[i].p_type == PT_LOAD &&
            (uintptr_t)&pawl__shared_cell_3 - start < object->dlpi_phdr[i].p_memsz) {
            own->name = object->dlpi_name;
            return 1;
        }
    }
    own->before++;
    return 0;
}

/* Older C libraries have dlsym and dlopen in a library of their own, which a process that loads
 * libraries has. dlopen is found by name, because naming it here makes the linker warn about each
 * program that is linked statically. */
#pragma weak dlsym

/* The library is opened once more, and nobody closes it. The first object is the program. */
void pawl__meet_stay(void)
{
    struct own own = {NULL, 0};
    if (dl_iterate_phdr(is_own, &own) != 0 && own.before > 0 && dlsym != NULL) {
        void *found = dlsym(RTLD_DEFAULT, "dlopen");
        void *(*open)(const char *name, int flags) = NULL;
        memcpy(&open, &found, sizeof open); /* ISO C does not cast to a function */
        if (open != NULL) {
            (void)open(own.name, RTLD_LAZY | RTLD_NOLOAD);
        }
    }
}
