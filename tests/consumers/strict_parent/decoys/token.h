/* SPDX-License-Identifier: MIT
 *
 * A project may have a header of this name, too. */
#error "the project's token.h, not pawl's"
