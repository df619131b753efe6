/* SPDX-License-Identifier: MIT */
#include "run.h"

#ifndef WIN32_LEAN_AND_MEAN
#    define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>

#include <shellapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static void *need(void *memory)
{
    if (memory == NULL) {
        fprintf(stderr, "pawl-lock: memory is out\n");
        exit(RUN_OS);
    }
    return memory;
}

char **run_arguments(int argc, char **argv)
{
    int count = 0;
    wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), &count);
    if (wide == NULL || count != argc) {
        return argv;
    }
    char **narrow = need(calloc((size_t)count + 1, sizeof *narrow));
    for (int i = 0; i < count; i++) {
        int size = WideCharToMultiByte(CP_UTF8, 0, wide[i], -1, NULL, 0, NULL, NULL);
        narrow[i] = need(malloc((size_t)size));
        WideCharToMultiByte(CP_UTF8, 0, wide[i], -1, narrow[i], size, NULL, NULL);
    }
    LocalFree(wide);
    return narrow;
}

/* Append an argument as the C library of the program that is started takes it apart: quotes around
 * it, and backslashes before a quote doubled. Returns the new end. */
static wchar_t *append(wchar_t *end, const wchar_t *argument)
{
    bool quotes = argument[0] == L'\0' || wcspbrk(argument, L" \t\n\v\"") != NULL;
    size_t backslashes = 0;
    *end++ = L'"';
    end -= quotes ? 0 : 1;
    for (const wchar_t *at = argument; *at != L'\0'; at++) {
        size_t more = *at == L'"' ? backslashes + 1 : 0;
        backslashes = *at == L'\\' ? backslashes + 1 : 0;
        while (more-- > 0) {
            *end++ = L'\\';
        }
        *end++ = *at;
    }
    if (quotes) {
        while (backslashes-- > 0) {
            *end++ = L'\\';
        }
        *end++ = L'"';
    }
    *end++ = L' ';
    return end;
}

/* On the heap: the command line in UTF-16. */
static wchar_t *command_line(char **arguments)
{
    size_t size = 1;
    for (char **at = arguments; *at != NULL; at++) {
        size += 2 * strlen(*at) + 4;
    }
    wchar_t *line = need(calloc(size, sizeof *line));
    wchar_t *wide = need(calloc(size, sizeof *wide));
    wchar_t *end = line;
    for (char **at = arguments; *at != NULL; at++) {
        MultiByteToWideChar(CP_UTF8, 0, *at, -1, wide, (int)size);
        end = append(end, wide);
    }
    end[-1] = L'\0';
    free(wide);
    return line;
}

/* The console sends it to both; the command decides what becomes of it. */
static BOOL WINAPI leave_to_command(DWORD kind)
{
    (void)kind;
    return TRUE;
}

int run_command(char **arguments)
{
    STARTUPINFOW start;
    PROCESS_INFORMATION started;
    DWORD status = RUN_OS;
    wchar_t *line = command_line(arguments);
    memset(&start, 0, sizeof start);
    start.cb = sizeof start;
    fflush(NULL);
    SetConsoleCtrlHandler(leave_to_command, TRUE);
    BOOL done = CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &started);
    free(line);
    if (!done) {
        fprintf(stderr, "pawl-lock: %s: %s\n", arguments[0], run_words_for(run_last_error()));
        return RUN_UNAVAILABLE;
    }
    CloseHandle(started.hThread);
    WaitForSingleObject(started.hProcess, INFINITE);
    GetExitCodeProcess(started.hProcess, &status);
    CloseHandle(started.hProcess);
    return (int)status;
}

int run_last_error(void)
{
    return (int)GetLastError();
}

const char *run_words_for(int error)
{
    static char words[300];
    DWORD length = FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
                                  (DWORD)error, 0, words, sizeof words, NULL);
    while (length > 0 && strchr("\r\n. ", words[length - 1]) != NULL) {
        words[--length] = '\0';
    }
    if (length == 0) {
        snprintf(words, sizeof words, "error %d", error);
    }
    return words;
}

bool run_exists(const char *path)
{
    wchar_t wide[1000];
    if (MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, 1000) == 0) {
        return true;
    }
    return GetFileAttributesW(wide) != INVALID_FILE_ATTRIBUTES ||
           (GetLastError() != ERROR_FILE_NOT_FOUND && GetLastError() != ERROR_PATH_NOT_FOUND);
}
