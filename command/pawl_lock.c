/* SPDX-License-Identifier: MIT
 *
 * pawl-lock: run a command while a lock file is held, or say who holds it. The same on every system
 * that pawl_filelock works on; flock(1) for Windows, too.
 */
#include "run.h"

#include <pawl/pawl.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage_text[] =
    "usage: pawl-lock [--shared] [--no-wait | --wait TIME] [--conflict-exit-code N]\n"
    "                 [--label TEXT] [--verbose] [--] PATH COMMAND [ARGUMENT...]\n"
    "       pawl-lock --who [--json] PATH\n"
    "\n"
    "Holds the lock file at PATH, which it creates, while COMMAND runs. However that ends, the\n"
    "system drops the lock when pawl-lock ends.\n"
    "\n"
    "  -s, --shared    beside other shared holders; else exclusively\n"
    "  -n, --no-wait   fail at once if the lock is held\n"
    "  -w, --wait TIME fail after 5s, 500ms, 2m or 1h; a number alone means seconds\n"
    "  -E, --conflict-exit-code N  the exit status in these cases, instead of 1\n"
    "      --label TEXT  what --who says of this holder, instead of COMMAND's name\n"
    "      --verbose   say on stderr who is waited for, and if the last holder crashed\n"
    "      --who       say who holds it: exit status 0 if somebody does, 1 if nobody\n"
    "      --json      the same as JSON\n"
    "      --help, --version\n"
    "\n"
    "The exit status is COMMAND's; 128 + N if signal N ended it; and as flock(1)'s: 1 the lock "
    "was\n"
    "not acquired, 64 usage, 65 the lock failed, 66 PATH cannot be opened, 69 COMMAND cannot be\n"
    "started, 71 the system is out of something.\n";

struct options {
    bool shared, verbose, who, json;
    bool tries; /* does not wait for ever */
    pawl_ns limit;
    int conflict;
    const char *label;
    char **rest; /* PATH, and COMMAND */
};

static int complain(const char *what, const char *about)
{
    fprintf(stderr, "pawl-lock: %s%s\nTry 'pawl-lock --help'.\n", what, about);
    return RUN_USAGE;
}

/* 5s, 500ms, 2m, 1h, or seconds. false: it is no time. */
static bool read_time(const char *text, pawl_ns *ns)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"", 1}, {"s", 1}, {"ms", 1e-3}, {"m", 60}, {"h", 3600}};
    char *end = NULL;
    double value = strtod(text, &end);
    if (end == text || !(value >= 0)) {
        return false;
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(end, units[i].unit) == 0) {
            double seconds = value * units[i].seconds;
            *ns = seconds >= 9e9 ? PAWL_FOREVER : PAWL_S(seconds);
            return true;
        }
    }
    return false;
}

static bool read_status(const char *text, int *status)
{
    char *end = NULL;
    long value = strtol(text, &end, 10);
    *status = (int)value;
    return end != text && *end == '\0' && value >= 0 && value <= 255;
}

static bool is(const char *argument, const char *brief, const char *full)
{
    return strcmp(argument, brief) == 0 || strcmp(argument, full) == 0;
}

/* An option that has a value. Returns 0, or the exit status. */
static int read_value(struct options *options, const char *option, const char *value)
{
    if (value == NULL) {
        return complain("a value is missing after ", option);
    }
    if (is(option, "-w", "--wait")) {
        options->tries = true;
        return read_time(value, &options->limit) ? 0 : complain("no time: ", value);
    }
    if (is(option, "-E", "--conflict-exit-code")) {
        return read_status(value, &options->conflict) ? 0 : complain("no exit status: ", value);
    }
    options->label = value;
    return 0;
}

static bool has_value(const char *option)
{
    return is(option, "-w", "--wait") || is(option, "-E", "--conflict-exit-code") ||
           strcmp(option, "--label") == 0;
}

static bool read_flag(struct options *options, const char *option)
{
    if (is(option, "-s", "--shared")) {
        options->shared = true;
    } else if (is(option, "-x", "--exclusive")) {
        options->shared = false;
    } else if (is(option, "-n", "--no-wait")) {
        options->tries = true;
        options->limit = 0;
    } else if (strcmp(option, "--verbose") == 0) {
        options->verbose = true;
    } else if (strcmp(option, "--who") == 0) {
        options->who = true;
    } else if (strcmp(option, "--json") == 0) {
        options->json = true;
    } else {
        return false;
    }
    return true;
}

/* Returns 0, or the exit status. Options may follow PATH only with --who. */
static int read_options(struct options *options, char **at)
{
    for (; *at != NULL && (*at)[0] == '-' && (*at)[1] != '\0'; at++) {
        int status = 0;
        if (strcmp(*at, "--") == 0) {
            at++;
            break;
        }
        if (has_value(*at)) {
            status = read_value(options, at[0], at[1]);
            at++;
        } else if (!read_flag(options, *at)) {
            status = complain("unknown option ", *at);
        }
        if (status != 0) {
            return status;
        }
    }
    options->rest = at;
    if (options->who && at[0] != NULL && at[1] != NULL && strcmp(at[1], "--json") == 0) {
        options->json = true;
        at[1] = NULL;
    }
    if (at[0] == NULL || (at[1] == NULL) != options->who) {
        return complain(options->who ? "--who takes a PATH alone" : "PATH and COMMAND are needed",
                        "");
    }
    return 0;
}

static void print_json_text(const char *name, const char *text)
{
    printf("\"%s\": \"", name);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            putchar('\\');
        }
        putchar(*text);
    }
    printf("\"");
}

static void print_json(bool held, const pawl_holder *who)
{
    printf("{\"held\": %s", held ? "true" : "false");
    if (held && who->pid != 0) {
        printf(", \"pid\": %" PRId64 ", \"since\": %" PRId64 ", ", who->pid, who->since);
        print_json_text("host", who->host);
        printf(", ");
        print_json_text("label", who->label);
    }
    printf("}\n");
}

/* One line, for --who and --verbose. */
static void print_holder(FILE *to, const char *before, const pawl_holder *who)
{
    int second = (int)(who->since % 86400);
    if (who->pid == 0) {
        fprintf(to, "%sa process that left no line, or shared holders\n", before);
    } else {
        fprintf(to, "%s%s (pid %" PRId64 " on %s) since %02d:%02d:%02dZ\n", before,
                who->label[0] != '\0' ? who->label : "a process", who->pid, who->host,
                second / 3600, second / 60 % 60, second % 60);
    }
}

static int report_open(const char *path, pawl_status status)
{
    const char *words =
        status == PAWL_SYSTEM ? run_words_for(run_last_error()) : pawl_status_name(status);
    fprintf(stderr, "pawl-lock: %s: %s\n", path, words);
    return status == PAWL_NO_MEMORY ? RUN_OS : RUN_NO_INPUT;
}

static int say_who(const struct options *options)
{
    pawl_filelock *lock = NULL;
    pawl_holder who = {0};
    bool held = false;
    if (run_exists(options->rest[0])) { /* else opening it would create it */
        pawl_status status = pawl_filelock_open(options->rest[0], "pawl-lock --who", &lock);
        if (status != PAWL_OK) {
            return report_open(options->rest[0], status);
        }
        held = pawl_filelock_holder(lock, &who);
        pawl_filelock_close(lock);
    }
    if (options->json) {
        print_json(held, &who);
    } else if (held) {
        print_holder(stdout, "", &who);
    } else {
        printf("nobody\n");
    }
    return held ? 0 : 1;
}

static pawl_status acquire(pawl_filelock *lock, const struct options *options)
{
    pawl_holder who;
    pawl_ns limit = options->tries ? options->limit : PAWL_FOREVER;
    if (options->verbose) {
        pawl_status status = options->shared ? pawl_filelock_acquire_shared_for(lock, 0)
                                             : pawl_filelock_acquire_exclusive_for(lock, 0);
        if (status != PAWL_TIMEOUT) {
            return status;
        }
        if (pawl_filelock_holder(lock, &who)) {
            print_holder(stderr, "pawl-lock: held by ", &who);
        }
    }
    return options->shared ? pawl_filelock_acquire_shared_for(lock, limit)
                           : pawl_filelock_acquire_exclusive_for(lock, limit);
}

static int run_locked(pawl_filelock *lock, const struct options *options)
{
    pawl_status status = acquire(lock, options);
    if (status == PAWL_TIMEOUT) {
        return options->conflict;
    }
    if (status != PAWL_OK) {
        fprintf(stderr, "pawl-lock: %s: %s\n", options->rest[0],
                run_words_for((int)pawl_filelock_error(lock)));
        return status == PAWL_UNSUPPORTED ? RUN_OS : RUN_DATA;
    }
    if (options->verbose && pawl_filelock_abandoned(lock)) {
        fprintf(stderr, "pawl-lock: %s: the last holder did not release it\n", options->rest[0]);
    }
    return run_command(options->rest + 1);
}

static const char *name_of(const char *command)
{
    const char *name = command;
    for (const char *at = command; *at != '\0'; at++) {
        name = *at == '/' || *at == '\\' ? at + 1 : name;
    }
    return name;
}

int main(int argc, char **argv)
{
    struct options options = {.conflict = RUN_CONFLICT};
    pawl_filelock *lock = NULL;
    argv = run_arguments(argc, argv);
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        fputs(usage_text, stdout);
        return 0;
    }
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("pawl-lock %s\n", pawl_version());
        return 0;
    }
    int result = read_options(&options, argv + (argc > 0 ? 1 : 0));
    if (result != 0 || options.who) {
        return result != 0 ? result : say_who(&options);
    }
    const char *label = options.label != NULL ? options.label : name_of(options.rest[1]);
    pawl_status status = pawl_filelock_open(options.rest[0], label, &lock);
    if (status != PAWL_OK) {
        return report_open(options.rest[0], status);
    }
    result = run_locked(lock, &options);
    pawl_filelock_close(lock);
    return result;
}
