/* SPDX-License-Identifier: MIT */
#include "processes.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

void process_begin(int argc, char **argv, const struct process_role *roles, int role_count)
{
    (void)argc;
    (void)argv;
    (void)roles;
    (void)role_count;
}

void process_start(struct process *process, const struct process_role *role, const char *argument)
{
    fflush(NULL);
    pid_t id = fork();
    if (id < 0) {
        perror("fork");
        abort();
    }
    if (id == 0) {
        int status = role->run(argument);
        fflush(NULL);
        _exit(status);
    }
    process->role = role;
    process->id = id;
}

void process_kill(struct process *process)
{
    kill((pid_t)process->id, SIGKILL);
}

int process_join(struct process *process)
{
    int status = 0;
    if (waitpid((pid_t)process->id, &status, 0) != process->id) {
        perror("waitpid");
        abort();
    }
    return WIFEXITED(status)             ? WEXITSTATUS(status)
           : WTERMSIG(status) == SIGKILL ? PROCESS_KILLED
                                         : -1;
}

bool process_make_folder(const char *path)
{
    return mkdir(path, 0777) == 0;
}

bool process_make_read_only(const char *path, bool read_only)
{
    return chmod(path, read_only ? 0444 : 0666) == 0;
}

bool process_remove(const char *path, bool is_folder)
{
    return (is_folder ? rmdir(path) : unlink(path)) == 0;
}

void process_folder(char *folder, int size)
{
    if (getcwd(folder, (size_t)size) == NULL) {
        perror("getcwd");
        abort();
    }
}

int64_t process_used_ns(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * INT64_C(1000000000) +
           (used.ru_utime.tv_usec + used.ru_stime.tv_usec) * INT64_C(1000);
}
