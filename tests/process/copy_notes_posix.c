/* SPDX-License-Identifier: MIT
 *
 * For copies of pawl on ELF: notes that are nearly pawl's, before pawl's own (src/posix/port.c).
 * One is from another pawl, which does not share its block with this one; the others are not
 * pawl's. A copy that takes one of them for its own finds an address without a block.
 */
__attribute__((used, visibility("hidden"))) void *copy_no_cell = &copy_no_cell;

#define NOTE(name, type)                                                                           \
    ".long 5, 4, " type "\n"                                                                       \
    ".asciz \"" name "\"\n"                                                                        \
    ".balign 4\n"                                                                                  \
    ".long copy_no_cell - .\n"

__asm__(".pushsection .note.pawl,\"a\",%note\n"
        ".balign 4\n"
        NOTE("pawl", "9999")
        NOTE("pawn", "3")
        NOTE("nine", "9")
        ".popsection\n");
