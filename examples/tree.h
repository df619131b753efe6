/* SPDX-License-Identifier: MIT
 *
 * What the word counter needs of the operating system and C does not have: listing directories,
 * reading files by the names found there, knowing a file again. tree_posix.c or tree_win32.c.
 *
 * One definition that every system can keep: a walk follows a symbolic link to a file, but not one
 * to a directory, and stays on the file system on which it began. A file is known by its identity,
 * whichever of its names reached it. Both choices are made so that Wine, which shows a link to a
 * file as the file, and a mounted file system as a link, sees the same tree as its host.
 */
#ifndef PAWL_EXAMPLES_TREE_H
#define PAWL_EXAMPLES_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum tree_kind {
    TREE_FILE,      /* something that may be opened; tree_open knows for sure */
    TREE_DIRECTORY, /* one to be walked */
    TREE_LINK,      /* a directory that is not followed: a link, a junction, a mount point */
    TREE_SPECIAL,   /* neither a file nor a directory: a pipe, a socket, a device */
    TREE_UNREADABLE /* no permission, a link to nowhere, gone meanwhile, out of descriptors */
} tree_kind;

/* A name, as the system has it: bytes that need not be text. */
typedef struct tree_path tree_path;

/* Equal for two names of the same file, and different for different files. */
typedef struct tree_identity {
    uint64_t volume;
    uint64_t index;
    uint64_t stamp;
} tree_identity;

typedef struct tree_file {
    intptr_t handle;
    tree_identity identity;
    uint64_t size;
} tree_file;

/* Makes the arguments UTF-8 (where they are not the system's own bytes) and stdout free of line-end
 * conversion, so that a program's output is the same everywhere. To be called first.
 *
 * Returns   false when memory is out. */
bool tree_begin(int *argc, char ***argv);

/* Where to begin when the user does not say: a directory that should be there. */
const char *tree_default(void);

/* Whether stderr is a terminal. */
bool tree_terminal(void);

/* A path from an argument, to be freed with free; NULL, with errno set, when memory is out or the
 * text is no path. */
tree_path *tree_path_new(const char *text);

/* Called for each name in a directory. `path` is the callee's from then on; NULL unless kind is
 * TREE_FILE or TREE_DIRECTORY. */
typedef void tree_found(void *context, tree_kind kind, tree_path *path);

/* List a directory, in no particular order, without its parent and itself.
 *
 * Returns   0, or an errno value; ENOMEM when memory is out. Names may have been found before. */
int tree_list(const tree_path *directory, tree_found *found, void *context);

/* Open a file for reading. Nothing that is not a file is waited for, or disturbed.
 *
 * Returns   TREE_FILE with *file filled in, to be closed; TREE_DIRECTORY with its identity filled
 * in and nothing to close; or another kind, with errno set when it is TREE_UNREADABLE. */
tree_kind tree_open(const tree_path *path, tree_file *file);

/* Read the next bytes.
 *
 * Returns   their number, less than `size` only at the file's end; -1 when the system cannot. */
ptrdiff_t tree_read(tree_file *file, void *bytes, size_t size);

void tree_close(tree_file *file);

#endif
