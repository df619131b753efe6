/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE     700
#define _FILE_OFFSET_BITS 64 /* files above 2 GiB on 32-bit systems */
#define _TIME_BITS        64 /* and times after 2038, which otherwise make stat fail */
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct tree_path {
    size_t length;
    char text[];
};

bool tree_begin(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return true;
}

const char *tree_default(void)
{
    static const char *const places[] = {
        "/usr/include", "/Library/Developer/CommandLineTools/SDKs/MacOSX.sdk/usr/include"};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (access(places[i], R_OK) == 0) {
            return places[i];
        }
    }
    return ".";
}

bool tree_terminal(void)
{
    return isatty(STDERR_FILENO) == 1;
}

tree_path *tree_path_new(const char *text)
{
    size_t length = strlen(text);
    tree_path *path = malloc(sizeof *path + length + 1);
    if (path != NULL) {
        path->length = length;
        memcpy(path->text, text, length + 1);
    }
    return path;
}

static tree_path *join(const tree_path *directory, const char *name)
{
    size_t length = strlen(name);
    tree_path *path = malloc(sizeof *path + directory->length + 1 + length + 1);
    if (path != NULL) {
        memcpy(path->text, directory->text, directory->length);
        path->text[directory->length] = '/';
        memcpy(path->text + directory->length + 1, name, length + 1);
        path->length = directory->length + 1 + length;
    }
    return path;
}

static tree_kind kind_of_mode(mode_t mode)
{
    return S_ISREG(mode) ? TREE_FILE : S_ISDIR(mode) ? TREE_DIRECTORY : TREE_SPECIAL;
}

static tree_kind kind_of_name(int directory, const char *name, dev_t device)
{
    struct stat info;
    if (fstatat(directory, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
        return TREE_UNREADABLE;
    }
    bool link = S_ISLNK(info.st_mode);
    if (link && fstatat(directory, name, &info, 0) != 0) {
        return TREE_UNREADABLE;
    }
    tree_kind kind = kind_of_mode(info.st_mode);
    bool mounted = info.st_dev != device;
    return kind == TREE_DIRECTORY && (link || mounted) ? TREE_LINK : kind;
}

static int list_stream(DIR *stream, const tree_path *directory, tree_found *found, void *context)
{
    struct stat own;
    if (fstat(dirfd(stream), &own) != 0) {
        return errno;
    }
    for (;;) {
        errno = 0; /* readdir changes it only for an error */
        const struct dirent *entry = readdir(stream);
        if (entry == NULL) {
            return errno;
        }
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
            continue;
        }
        tree_kind kind = kind_of_name(dirfd(stream), name, own.st_dev);
        tree_path *path = NULL;
        if (kind == TREE_FILE || kind == TREE_DIRECTORY) {
            path = join(directory, name);
            if (path == NULL) {
                return ENOMEM;
            }
        }
        found(context, kind, path);
    }
}

int tree_list(const tree_path *directory, tree_found *found, void *context)
{
    DIR *stream = opendir(directory->text);
    if (stream == NULL) {
        return errno;
    }
    int error = list_stream(stream, directory, found, context);
    closedir(stream);
    return error;
}

static tree_identity identity_of(const struct stat *info)
{
    return (tree_identity){(uint64_t)info->st_dev, (uint64_t)info->st_ino, 0};
}

/* Looks before it opens: opening a pipe or a device can change something. What takes the file's
 * place in between is at least not waited for, thanks to O_NONBLOCK, and found out by fstat. */
tree_kind tree_open(const tree_path *path, tree_file *file)
{
    struct stat info;
    if (stat(path->text, &info) != 0) {
        return TREE_UNREADABLE;
    }
    if (!S_ISREG(info.st_mode)) {
        file->identity = identity_of(&info);
        return kind_of_mode(info.st_mode);
    }
    int descriptor = open(path->text, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (descriptor < 0) {
        return TREE_UNREADABLE;
    }
    if (fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode)) {
        close(descriptor);
        errno = EIO;
        return TREE_UNREADABLE;
    }
    file->handle = descriptor;
    file->identity = identity_of(&info);
    file->size = (uint64_t)info.st_size;
    return TREE_FILE;
}

ptrdiff_t tree_read(tree_file *file, void *bytes, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t got = read((int)file->handle, (char *)bytes + done, size - done);
        if (got == 0) {
            break;
        }
        if (got > 0) {
            done += (size_t)got;
        } else if (errno != EINTR) {
            return -1;
        }
    }
    return (ptrdiff_t)done;
}

void tree_close(tree_file *file)
{
    close((int)file->handle);
}
