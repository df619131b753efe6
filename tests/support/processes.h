/* SPDX-License-Identifier: MIT
 *
 * Other processes, for tests: each runs one of the test program's roles. A test starts them while
 * it has one thread, since on POSIX they are forked.
 */
#ifndef PAWL_TESTS_PROCESSES_H
#define PAWL_TESTS_PROCESSES_H

#include <stdbool.h>
#include <stdint.h>

/* What a process does. Returns its exit status. */
struct process_role {
    const char *name;
    int (*run)(const char *argument);
};

struct process {
    const struct process_role *role;
    union {
        void *pointer;
        int64_t number;
    } native;
    int64_t id;
};

/* What main calls first. In a process that process_start started it does not return. */
void process_begin(int argc, char **argv, const struct process_role *roles, int role_count);

/* Start a process. If that fails: a line on stderr, and abort. The argument has no spaces. */
void process_start(struct process *process, const struct process_role *role, const char *argument);

/* End it at once, in the middle of whatever it does. */
void process_kill(struct process *process);

enum { PROCESS_KILLED = 1000 };

/* Wait for its end. Returns the exit status, or PROCESS_KILLED. */
int process_join(struct process *process);

/* Make a folder, and a file read-only; the path is UTF-8 and absolute or short. */
bool process_make_folder(const char *path);
bool process_make_read_only(const char *path, bool read_only);
bool process_remove(const char *path, bool is_folder);

/* The working directory, with / between its parts. */
void process_folder(char *folder, int size);

/* The processor time that this process has used, in nanoseconds. */
int64_t process_used_ns(void);

#endif
