/* SPDX-License-Identifier: MIT
 *
 * Passes NULL to the call and for the parameter that the program's arguments name, and must abort:
 * null_test.cmake. Without arguments it lists the calls and parameters.
 *
 * Included once, after the definition of CALLS(X): a list of X(call, parameter, statement).
 */
#ifndef PAWL_TESTS_NULL_PROBE_H
#define PAWL_TESTS_NULL_PROBE_H

#include <stdio.h>
#include <string.h>

#define DEFINE(name, parameter, call)                                                              \
    static void name##_##parameter(void)                                                           \
    {                                                                                              \
        call;                                                                                      \
    }
CALLS(DEFINE)

#define ROW(name, parameter, call) {#name, #parameter, name##_##parameter},
static const struct probe {
    const char *name;
    const char *parameter;
    void (*call)(void);
} probes[] = {CALLS(ROW)};

/* What main returns. */
static int probe_null(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        if (argc == 1) {
            printf("%s %s\n", probes[i].name, probes[i].parameter);
        } else if (argc == 3 && strcmp(argv[1], probes[i].name) == 0 &&
                   strcmp(argv[2], probes[i].parameter) == 0) {
            probes[i].call();
            puts("survived");
            return 0;
        }
    }
    return argc > 1 ? 2 : 0;
}

#endif
