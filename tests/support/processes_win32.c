/* SPDX-License-Identifier: MIT */
#include "processes.h"

#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *call)
{
    fprintf(stderr, "%s failed with error %lu\n", call, GetLastError());
    abort();
}

/* A child is started as PROGRAM --role NAME ARGUMENT. */
void process_begin(int argc, char **argv, const struct process_role *roles, int role_count)
{
    if (argc != 4 || strcmp(argv[1], "--role") != 0) {
        return;
    }
    for (int i = 0; i < role_count; i++) {
        if (strcmp(roles[i].name, argv[2]) == 0) {
            exit(roles[i].run(argv[3]));
        }
    }
    fprintf(stderr, "no role %s\n", argv[2]);
    abort();
}

void process_start(struct process *process, const struct process_role *role, const char *argument)
{
    char program[MAX_PATH], line[MAX_PATH + 200];
    STARTUPINFOA start = {0};
    PROCESS_INFORMATION started;
    start.cb = sizeof start;
    fflush(NULL);
    GetModuleFileNameA(NULL, program, sizeof program);
    snprintf(line, sizeof line, "\"%s\" --role %s %s", program, role->name, argument);
    if (!CreateProcessA(program, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &started)) {
        fail("CreateProcess");
    }
    CloseHandle(started.hThread);
    process->role = role;
    process->native.pointer = started.hProcess;
    process->id = (int64_t)started.dwProcessId;
}

void process_kill(struct process *process)
{
    TerminateProcess(process->native.pointer, PROCESS_KILLED);
}

int process_join(struct process *process)
{
    DWORD status = 0;
    WaitForSingleObject(process->native.pointer, INFINITE);
    if (!GetExitCodeProcess(process->native.pointer, &status)) {
        fail("GetExitCodeProcess");
    }
    CloseHandle(process->native.pointer);
    return (int)status;
}

/* In the form that may be long: absolute, with backslashes. */
static const wchar_t *wide(const char *path)
{
    static wchar_t text[2000] = L"\\\\?\\";
    wchar_t relative[1000];
    MultiByteToWideChar(CP_UTF8, 0, path, -1, relative, 1000);
    GetFullPathNameW(relative, 1900, text + 4, NULL);
    return text;
}

bool process_make_folder(const char *path)
{
    return CreateDirectoryW(wide(path), NULL) != 0;
}

bool process_make_read_only(const char *path, bool read_only)
{
    return SetFileAttributesW(wide(path),
                              read_only ? FILE_ATTRIBUTE_READONLY : FILE_ATTRIBUTE_NORMAL) != 0;
}

bool process_remove(const char *path, bool is_folder)
{
    return (is_folder ? RemoveDirectoryW(wide(path)) : DeleteFileW(wide(path))) != 0;
}

void process_folder(char *folder, int size)
{
    wchar_t text[1000];
    GetCurrentDirectoryW(1000, text);
    WideCharToMultiByte(CP_UTF8, 0, text, -1, folder, size, NULL, NULL);
    for (char *at = folder; *at != '\0'; at++) {
        *at = *at == '\\' ? '/' : *at;
    }
}

int64_t process_used_ns(void)
{
    FILETIME begun, ended, kernel, user;
    GetProcessTimes(GetCurrentProcess(), &begun, &ended, &kernel, &user);
    return ((int64_t)kernel.dwHighDateTime + (int64_t)user.dwHighDateTime) * INT64_C(429496729600) +
           ((int64_t)kernel.dwLowDateTime + (int64_t)user.dwLowDateTime) * 100;
}
