/* SPDX-License-Identifier: MIT */
#include "tree.h"

#include <windows.h>

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <shellapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

struct tree_path {
    size_t length;
    wchar_t text[];
};

/* The console's code page is the console's, not the process's: it is put back. */
static UINT former_output;

static void restore_output(void)
{
    SetConsoleOutputCP(former_output);
}

static char *utf8_of(const wchar_t *wide)
{
    int size = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
    char *text = size > 0 ? malloc((size_t)size) : NULL;
    if (text != NULL) {
        WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, size, NULL, NULL);
    }
    return text;
}

/* The arguments live as long as the process. */
bool tree_begin(int *argc, char ***argv)
{
    _setmode(_fileno(stdout), _O_BINARY);
    former_output = GetConsoleOutputCP();
    if (former_output != 0 && SetConsoleOutputCP(CP_UTF8)) {
        atexit(restore_output);
    }
    int count;
    wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), &count);
    char **texts = wide != NULL ? calloc((size_t)count + 1, sizeof *texts) : NULL;
    if (texts == NULL) {
        return false;
    }
    for (int i = 0; i < count; i++) {
        texts[i] = utf8_of(wide[i]);
        if (texts[i] == NULL) {
            return false;
        }
    }
    LocalFree(wide);
    *argc = count;
    *argv = texts;
    return true;
}

const char *tree_default(void)
{
    static char *place;
    wchar_t wide[MAX_PATH];
    UINT length = GetSystemDirectoryW(wide, MAX_PATH);
    if (place == NULL && length > 0 && length < MAX_PATH) {
        place = utf8_of(wide);
    }
    return place != NULL ? place : ".";
}

bool tree_terminal(void)
{
    DWORD mode;
    return GetConsoleMode(GetStdHandle(STD_ERROR_HANDLE), &mode) != 0;
}

static int errno_of(DWORD error)
{
    switch (error) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_NAME:
    case ERROR_BAD_NETPATH:
    case ERROR_BAD_NET_NAME:
    case ERROR_INVALID_DRIVE:
        return ENOENT;
    case ERROR_ACCESS_DENIED:
    case ERROR_SHARING_VIOLATION:
    case ERROR_LOCK_VIOLATION:
        return EACCES;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
        return ENOMEM;
    case ERROR_TOO_MANY_OPEN_FILES:
        return EMFILE;
    default:
        return EIO;
    }
}

static tree_path *path_of(const wchar_t *a, const wchar_t *b, const wchar_t *c)
{
    size_t length = wcslen(a) + wcslen(b) + wcslen(c);
    tree_path *path = malloc(sizeof *path + (length + 1) * sizeof(wchar_t));
    if (path == NULL) {
        errno = ENOMEM;
        return NULL;
    }
    wcscpy(path->text, a);
    wcscat(path->text, b);
    wcscat(path->text, c);
    path->length = length;
    return path;
}

/* A full path that begins with \\?\ may be longer than 260 characters. */
static tree_path *extended(const wchar_t *full)
{
    if (wcsncmp(full, L"\\\\?\\", 4) == 0 || wcsncmp(full, L"\\\\.\\", 4) == 0) {
        return path_of(full, L"", L"");
    }
    if (wcsncmp(full, L"\\\\", 2) == 0) {
        return path_of(L"\\\\?\\UNC\\", full + 2, L"");
    }
    return path_of(L"\\\\?\\", full, L"");
}

static tree_path *full_path(const wchar_t *wide)
{
    DWORD size = GetFullPathNameW(wide, 0, NULL, NULL);
    wchar_t *full = size > 0 ? malloc(size * sizeof *full) : NULL;
    if (full == NULL) {
        errno = size > 0 ? ENOMEM : ENOENT;
        return NULL;
    }
    size = GetFullPathNameW(wide, size, full, NULL);
    while (size > 3 && (full[size - 1] == L'\\' || full[size - 1] == L'/')) {
        full[--size] = L'\0';
    }
    tree_path *path = extended(full);
    free(full);
    return path;
}

tree_path *tree_path_new(const char *text)
{
    int size = MultiByteToWideChar(CP_UTF8, 0, text, -1, NULL, 0);
    wchar_t *wide = size > 0 ? malloc((size_t)size * sizeof *wide) : NULL;
    if (wide == NULL) {
        errno = size > 0 ? ENOMEM : ENOENT;
        return NULL;
    }
    MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, size);
    tree_path *path = full_path(wide);
    free(wide);
    return path;
}

/* A link to a directory is known by its reparse point's tag; Wine 8 gives none. A reparse point
 * that names no other file, such as a directory in the cloud, is a directory. */
static tree_kind kind_of(const WIN32_FIND_DATAW *entry)
{
    if ((entry->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) == 0) {
        return TREE_FILE;
    }
    DWORD tag = entry->dwReserved0;
    bool reparse = (entry->dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
    return reparse && (tag == 0 || IsReparseTagNameSurrogate(tag)) ? TREE_LINK : TREE_DIRECTORY;
}

/* Wine lists names that Windows forbids, and opens them only by their short names. */
static const wchar_t *name_of(const WIN32_FIND_DATAW *entry)
{
    bool forbidden = wcspbrk(entry->cFileName, L"\\/?*<>|\"") != NULL;
    bool has_short = entry->cAlternateFileName[0] != L'\0';
    return forbidden && has_short ? entry->cAlternateFileName : entry->cFileName;
}

static int list_search(HANDLE search, WIN32_FIND_DATAW *entry, const tree_path *directory,
                       tree_found *found, void *context)
{
    do {
        const wchar_t *name = name_of(entry);
        if (wcscmp(name, L".") == 0 || wcscmp(name, L"..") == 0) {
            continue;
        }
        tree_kind kind = kind_of(entry);
        tree_path *path = NULL;
        if (kind != TREE_LINK) {
            path = path_of(directory->text, L"\\", name);
            if (path == NULL) {
                return ENOMEM;
            }
        }
        found(context, kind, path);
    } while (FindNextFileW(search, entry));
    return GetLastError() == ERROR_NO_MORE_FILES ? 0 : errno_of(GetLastError());
}

int tree_list(const tree_path *directory, tree_found *found, void *context)
{
    WIN32_FIND_DATAW entry;
    tree_path *pattern = path_of(directory->text, L"\\", L"*");
    if (pattern == NULL) {
        return ENOMEM;
    }
    HANDLE search = FindFirstFileW(pattern->text, &entry);
    DWORD error = GetLastError();
    free(pattern);
    if (search == INVALID_HANDLE_VALUE) { /* a drive's empty root has not even "." */
        return error == ERROR_FILE_NOT_FOUND ? 0 : errno_of(error);
    }
    int result = list_search(search, &entry, directory, found, context);
    FindClose(search);
    return result;
}

static uint64_t pair(DWORD high, DWORD low)
{
    return (uint64_t)high << 32 | low;
}

/* The index need not be unique: ReFS has longer ones, and Wine gives all file systems below a drive
 * one volume number. Size and time tell those files apart. */
static tree_kind look(HANDLE handle, tree_file *file)
{
    BY_HANDLE_FILE_INFORMATION info;
    if (GetFileType(handle) != FILE_TYPE_DISK) {
        return TREE_SPECIAL;
    }
    if (!GetFileInformationByHandle(handle, &info)) {
        errno = errno_of(GetLastError());
        return TREE_UNREADABLE;
    }
    FILETIME written = info.ftLastWriteTime;
    file->handle = (intptr_t)handle;
    file->size = pair(info.nFileSizeHigh, info.nFileSizeLow);
    file->identity.volume = info.dwVolumeSerialNumber;
    file->identity.index = pair(info.nFileIndexHigh, info.nFileIndexLow);
    file->identity.stamp =
        pair(written.dwHighDateTime, written.dwLowDateTime) ^ (file->size << 32 | file->size >> 32);
    return (info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0 ? TREE_DIRECTORY : TREE_FILE;
}

tree_kind tree_open(const tree_path *path, tree_file *file)
{
    const DWORD share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    const DWORD how = FILE_FLAG_SEQUENTIAL_SCAN | FILE_FLAG_BACKUP_SEMANTICS; /* or no directory */
    HANDLE handle = CreateFileW(path->text, GENERIC_READ, share, NULL, OPEN_EXISTING, how, NULL);
    if (handle == INVALID_HANDLE_VALUE) {
        errno = errno_of(GetLastError());
        return TREE_UNREADABLE;
    }
    tree_kind kind = look(handle, file);
    if (kind != TREE_FILE) {
        int error = errno;
        CloseHandle(handle);
        errno = error;
    }
    return kind;
}

ptrdiff_t tree_read(tree_file *file, void *bytes, size_t size)
{
    size_t done = 0;
    while (done < size) {
        char *to = (char *)bytes + done;
        DWORD got = 0;
        if (!ReadFile((HANDLE)file->handle, to, (DWORD)(size - done), &got, NULL)) {
            return -1;
        }
        if (got == 0) {
            break;
        }
        done += got;
    }
    return (ptrdiff_t)done;
}

void tree_close(tree_file *file)
{
    CloseHandle((HANDLE)file->handle);
}
