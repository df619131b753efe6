/* SPDX-License-Identifier: MIT
 *
 * pawl_filelock's seam on LockFileEx: see src/file.h.
 *
 * One byte far behind the end of the file is locked, since Windows does not let others read a
 * locked byte, and the holder's text is to be read. An overlapped LockFileEx, which would wait,
 * never signals under Wine 8 and is not used.
 */
#include "file.h"
#include "port.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const DWORD LOCKED_AT_HIGH = 0x40000000; /* offset 2^62 */

static HANDLE handle_of(const struct pawl__file *file)
{
    return (HANDLE)file->handle;
}

static pawl_status refusal(DWORD number, int32_t *error)
{
    switch (number) {
    case ERROR_LOCK_VIOLATION:
    case ERROR_IO_PENDING:
        return PAWL_TIMEOUT;
    case ERROR_SHARING_VIOLATION: /* a virus scanner's, or a back-up's: it passes */
        *error = (int32_t)number;
        return PAWL_TIMEOUT;
    case ERROR_INVALID_FUNCTION:
    case ERROR_NOT_SUPPORTED:
    case ERROR_CALL_NOT_IMPLEMENTED:
        *error = (int32_t)number;
        return PAWL_UNSUPPORTED;
    default:
        *error = (int32_t)number;
        return PAWL_SYSTEM;
    }
}

/* Without FILE_SHARE_DELETE, so that nobody can delete the file while it is held or waited for. */
static HANDLE open_handle(const wchar_t *path, DWORD access, DWORD disposition)
{
    return CreateFileW(path, access, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, disposition,
                       FILE_ATTRIBUTE_NORMAL, NULL);
}

/* What may not be written can be locked nevertheless. */
static pawl_status open_file(struct pawl__file *file, int32_t *error)
{
    HANDLE handle = INVALID_HANDLE_VALUE;
    file->may_write = false;
    if (!file->only_look) {
        handle = open_handle(file->native, GENERIC_READ | GENERIC_WRITE, OPEN_ALWAYS);
        file->may_write = handle != INVALID_HANDLE_VALUE;
    }
    if (file->only_look ||
        (handle == INVALID_HANDLE_VALUE && GetLastError() == ERROR_ACCESS_DENIED)) {
        handle = open_handle(file->native, GENERIC_READ, OPEN_EXISTING);
    }
    if (handle == INVALID_HANDLE_VALUE) {
        return refusal(GetLastError(), error);
    }
    file->handle = (intptr_t)handle;
    return PAWL_OK;
}

/* On the heap: the path in UTF-16, or NULL, with `status` saying why. */
static wchar_t *widen(const char *path, pawl_status *status)
{
    int length = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, NULL, 0);
    if (length == 0) {
        *status = PAWL_INVALID;
        return NULL;
    }
    wchar_t *wide = malloc((size_t)length * sizeof *wide);
    if (wide == NULL) {
        *status = PAWL_NO_MEMORY;
        return NULL;
    }
    MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, wide, length);
    return wide;
}

/* The prefix with which Windows accepts a long absolute path; it replaces the path's first
 * `*skipped` characters. A short path has none. The longest prefix has 8 characters. */
static const wchar_t *prefix_of(const wchar_t *absolute, size_t length, size_t *skipped)
{
    *skipped = 0;
    if (length + 12 < MAX_PATH || wcsncmp(absolute, L"\\\\?\\", 4) == 0 ||
        wcsncmp(absolute, L"\\\\.\\", 4) == 0) {
        return L"";
    }
    if (wcsncmp(absolute, L"\\\\", 2) == 0) {
        *skipped = 2;
        return L"\\\\?\\UNC\\";
    }
    return L"\\\\?\\";
}

/* On the heap: the path made absolute, with the prefix that a long one needs; or NULL. */
static wchar_t *make_absolute(const wchar_t *wide, pawl_status *status, int32_t *error)
{
    enum { PREFIX = 8 };
    DWORD size = GetFullPathNameW(wide, 0, NULL, NULL);
    wchar_t *full = size == 0 ? NULL : malloc((size + PREFIX) * sizeof *full);
    wchar_t *whole = size == 0 ? NULL : malloc((size + PREFIX) * sizeof *whole);
    *status = size == 0 ? refusal(GetLastError(), error) : PAWL_NO_MEMORY;
    if (full != NULL && whole != NULL) {
        size_t skipped;
        size_t length = GetFullPathNameW(wide, size, full, NULL);
        const wchar_t *prefix = prefix_of(full, length, &skipped);
        size_t before = wcslen(prefix);
        memcpy(whole, prefix, before * sizeof *whole);
        memcpy(whole + before, full + skipped, (length - skipped + 1) * sizeof *whole);
        free(full);
        return whole;
    }
    free(full);
    free(whole);
    return NULL;
}

/* On the heap: the text in UTF-8, or NULL. */
static char *narrow(const wchar_t *wide)
{
    int length = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
    char *text = length == 0 ? NULL : malloc((size_t)length);
    if (text != NULL) {
        WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, length, NULL, NULL);
    }
    return text;
}

static pawl_status make_paths(struct pawl__file *file, const char *path, int32_t *error)
{
    pawl_status status = PAWL_OK;
    wchar_t *wide = widen(path, &status);
    if (wide == NULL) {
        return status;
    }
    file->native = make_absolute(wide, &status, error);
    free(wide);
    if (file->native == NULL) {
        return status;
    }
    file->path = narrow(file->native);
    return file->path != NULL ? PAWL_OK : PAWL_NO_MEMORY;
}

pawl_status pawl__file_open(struct pawl__file *file, const char *path, bool only_look,
                            int32_t *error)
{
    *error = 0;
    *file = (struct pawl__file){.handle = PAWL__FILE_CLOSED, .watch = PAWL__FILE_CLOSED};
    file->only_look = only_look;
    pawl_status status = make_paths(file, path, error);
    if (status == PAWL_OK) {
        status = open_file(file, error);
    }
    if (status != PAWL_OK && status != PAWL_TIMEOUT) {
        free(file->path);
        free(file->native);
    }
    return status;
}

void pawl__file_close(struct pawl__file *file)
{
    if (file->handle != PAWL__FILE_CLOSED) {
        CloseHandle(handle_of(file));
        file->handle = PAWL__FILE_CLOSED;
    }
    free(file->path);
    free(file->native);
}

/* Windows has no fork. */
bool pawl__file_is_lost(const struct pawl__file *file)
{
    (void)file;
    return false;
}

void pawl__file_forget(struct pawl__file *file)
{
    (void)file;
}

pawl_status pawl__file_try(struct pawl__file *file, bool shared, int32_t *error)
{
    OVERLAPPED place = {0};
    *error = 0;
    pawl_status status = file->handle == PAWL__FILE_CLOSED ? open_file(file, error) : PAWL_OK;
    if (status != PAWL_OK) {
        return status;
    }
    place.OffsetHigh = LOCKED_AT_HIGH;
    DWORD how = LOCKFILE_FAIL_IMMEDIATELY | (shared ? 0U : (DWORD)LOCKFILE_EXCLUSIVE_LOCK);
    return LockFileEx(handle_of(file), how, 0, 1, 0, &place) ? PAWL_OK
                                                             : refusal(GetLastError(), error);
}

void pawl__file_unlock(struct pawl__file *file)
{
    OVERLAPPED place = {0};
    place.OffsetHigh = LOCKED_AT_HIGH;
    UnlockFileEx(handle_of(file), 0, 1, 0, &place);
}

int pawl__file_read(struct pawl__file *file, char *text, size_t size)
{
    OVERLAPPED place = {0};
    DWORD length = 0;
    if (!ReadFile(handle_of(file), text, (DWORD)size, &length, &place)) {
        return GetLastError() == ERROR_HANDLE_EOF ? 0 : -1;
    }
    return (int)length;
}

static void cut(HANDLE handle, size_t length)
{
    LARGE_INTEGER end;
    end.QuadPart = (LONGLONG)length;
    if (SetFilePointerEx(handle, end, NULL, FILE_BEGIN)) {
        SetEndOfFile(handle);
    }
}

void pawl__file_write(struct pawl__file *file, const char *text, size_t length)
{
    OVERLAPPED place = {0};
    DWORD written = 0;
    if (!file->may_write) {
        return;
    }
    bool done =
        length == 0 || (WriteFile(handle_of(file), text, (DWORD)length, &written, &place) != 0 &&
                        written == length);
    cut(handle_of(file), done ? length : 0);
}

/* Windows tells of changes to folders only, and late. */
void pawl__file_poke(struct pawl__file *file)
{
    (void)file;
}

void pawl__file_watch(struct pawl__file *file)
{
    (void)file;
}

bool pawl__file_wait(struct pawl__file *file, pawl_time deadline)
{
    (void)file;
    (void)deadline;
    return false;
}

int64_t pawl__file_process(void)
{
    return (int64_t)GetCurrentProcessId();
}

void pawl__file_host(char *host, size_t size)
{
    wchar_t wide[256];
    DWORD length = sizeof wide / sizeof wide[0];
    if (!GetComputerNameExW(ComputerNameDnsHostname, wide, &length) ||
        WideCharToMultiByte(CP_UTF8, 0, wide, -1, host, (int)size, NULL, NULL) == 0) {
        host[0] = '\0';
    }
    host[size - 1] = '\0';
}

int64_t pawl__file_wall_clock(void)
{
    return (int64_t)time(NULL);
}

void pawl__file_leave_error(int32_t error)
{
    SetLastError((DWORD)error);
}

int32_t pawl__file_left_error(void)
{
    return (int32_t)GetLastError();
}

static pawl__keeper *keeper_function; /* the same in every call */

/* The thread holds a reference to the library that its code is in. */
static DWORD WINAPI run_keeper(void *module)
{
    keeper_function();
    FreeLibraryAndExitThread((HMODULE)module, 0);
}

bool pawl__file_start_keeper(pawl__keeper *keeper, pawl__keeper_stop *stop)
{
    HMODULE module = NULL;
    (void)stop; /* the library is not unloaded before the thread has ended */
    keeper_function = keeper;
    if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                            (const wchar_t *)(const void *)&keeper_function, &module)) {
        return false;
    }
    HANDLE thread = CreateThread(NULL, 0, run_keeper, module, 0, NULL);
    if (thread == NULL) {
        FreeLibrary(module);
        return false;
    }
    CloseHandle(thread);
    return true;
}
