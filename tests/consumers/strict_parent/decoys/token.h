/* SPDX-License-Identifier: MIT
 *
 * A project may have a header of this name as well. */
#error "the project's token.h, not pawl's"
