/* SPDX-License-Identifier: MIT
 *
 * How the copies of pawl in one process find each other's rendezvous slots (cell.h), for port.c:
 * one file per object format, of which CMake picks one. No symbol is exported for it, because a
 * library that contains a static pawl usually hides its symbols.
 *
 *     meet_elf.c     each copy carries a note that says where its slot is, and the loader lists the
 *                    notes of all loaded objects. glibc's dlmopen hides the objects of one
 *                    namespace from another: copies in two namespaces are apart
 *     meet_macho.c   dyld makes all weak definitions of one name one
 *     meet_alone.c   elsewhere each copy is alone: WebAssembly loads no second one, Cygwin might
 */
#ifndef PAWL_SRC_POSIX_MEET_H
#define PAWL_SRC_POSIX_MEET_H

#include <pawl/compiler.h>

PAWL__HIDDEN_BEGIN

/* The block that is in any copy's slot, or else `fresh`, left in the slot on which all copies
 * agree; fresh is NULL: only search. The block is then also in this copy's slot. Returns NULL if
 * there is none. */
void *pawl__meet(void *fresh);

/* Keep the library that this copy is in loaded until the process ends. */
void pawl__meet_stay(void);

PAWL__HIDDEN_END

#endif
