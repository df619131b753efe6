/* SPDX-License-Identifier: MIT
 *
 * What pawl-lock asks of the operating system: its arguments, and another program.
 */
#ifndef PAWL_COMMAND_RUN_H
#define PAWL_COMMAND_RUN_H

#include <stdbool.h>

/* flock(1)'s exit statuses, which are those of sysexits.h. */
enum {
    RUN_CONFLICT = 1,
    RUN_USAGE = 64,
    RUN_DATA = 65,
    RUN_NO_INPUT = 66,
    RUN_UNAVAILABLE = 69,
    RUN_OS = 71
};

/* The program's arguments in UTF-8. Returns argv, or a copy of it. */
char **run_arguments(int argc, char **argv);

/* Run the command, with the same standard files, and wait for its end. An interrupt from the
 * keyboard is left to the command; a request to terminate is passed on to it.
 *
 * Returns   its exit status, or 128 + the signal that ended it; RUN_UNAVAILABLE, with a line on
 *           stderr: it cannot be started; RUN_OS: the system cannot start a process. */
int run_command(char **arguments);

/* The system's words for errno or GetLastError, or for a number of that kind. */
int run_last_error(void);
const char *run_words_for(int error);

/* Whether there is a file at the path. */
bool run_exists(const char *path);

#endif
