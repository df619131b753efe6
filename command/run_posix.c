/* SPDX-License-Identifier: MIT */
#include "run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t child;

char **run_arguments(int argc, char **argv)
{
    (void)argc;
    return argv;
}

static void pass_on(int number)
{
    int error = errno;
    if (child > 0) {
        kill((pid_t)child, number);
    }
    errno = error;
}

static void handle(int number, void (*handler)(int))
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigaction(number, &action, NULL);
}

/* The terminal sends SIGINT and SIGQUIT to both; the command decides what becomes of it. */
static void leave_signals_to_command(void)
{
    handle(SIGINT, SIG_IGN);
    handle(SIGQUIT, SIG_IGN);
    handle(SIGTERM, pass_on);
    handle(SIGHUP, pass_on);
}

static void start(char **arguments, const sigset_t *mask, const struct sigaction *interrupted,
                  const struct sigaction *quit)
{
    sigaction(SIGINT, interrupted, NULL);
    sigaction(SIGQUIT, quit, NULL);
    handle(SIGTERM, SIG_DFL);
    handle(SIGHUP, SIG_DFL);
    sigprocmask(SIG_SETMASK, mask, NULL);
    execvp(arguments[0], arguments);
    fprintf(stderr, "pawl-lock: %s: %s\n", arguments[0], strerror(errno));
    _exit(RUN_UNAVAILABLE);
}

int run_command(char **arguments)
{
    struct sigaction interrupted, quit;
    sigset_t passed_on, mask;
    int status = 0;
    sigemptyset(&passed_on);
    sigaddset(&passed_on, SIGTERM);
    sigaddset(&passed_on, SIGHUP);
    sigprocmask(SIG_BLOCK, &passed_on, &mask); /* until it is known to whom */
    sigaction(SIGINT, NULL, &interrupted);
    sigaction(SIGQUIT, NULL, &quit);
    leave_signals_to_command();
    fflush(NULL);
    pid_t started = fork();
    if (started < 0) {
        fprintf(stderr, "pawl-lock: fork: %s\n", strerror(errno));
        return RUN_OS;
    }
    if (started == 0) {
        start(arguments, &mask, &interrupted, &quit);
    }
    child = started;
    sigprocmask(SIG_SETMASK, &mask, NULL);
    while (waitpid(started, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int run_last_error(void)
{
    return errno;
}

const char *run_words_for(int error)
{
    return strerror(error);
}

bool run_exists(const char *path)
{
    struct stat file;
    return stat(path, &file) == 0 || errno != ENOENT;
}
