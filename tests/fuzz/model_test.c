/* SPDX-License-Identifier: MIT
 *
 * usage: model_test [PROGRAMS [SEED]], or model_test FILE... to play what a fuzzer found
 *
 * Random programs on pawl and on the model: see machine.h.
 */
#include "machine.h"

#include "support.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST_BYTES = 301 };

static int play_file(const char *path)
{
    uint8_t program[4096];
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fprintf(stderr, "model_test: cannot read '%s'\n", path);
        return 2;
    }
    size_t size = fread(program, 1, sizeof program, file);
    fclose(file);
    return player_compare(program, size) ? 0 : 1;
}

static int play_random(unsigned long programs, uint64_t seed)
{
    uint8_t program[MOST_BYTES];
    printf("%lu programs, seed %llu\n", programs, (unsigned long long)seed);
    for (unsigned long i = 0; i < programs; i++) {
        uint64_t own = seed + i;
        size_t size = (size_t)(1 + next_random(&own) % MOST_BYTES);
        for (size_t at = 0; at < size; at++) {
            program[at] = (uint8_t)(next_random(&own) >> 32);
        }
        if (!player_compare(program, size)) {
            fprintf(stderr, "model_test: they differ; again with: model_test 1 %llu\n",
                    (unsigned long long)(seed + i));
            return 1;
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    char *end = NULL;
    unsigned long programs = argc > 1 ? strtoul(argv[1], &end, 10) : 20000;
    if (argc > 1 && (end == argv[1] || *end != '\0')) {
        int result = 0;
        for (int i = 1; i < argc && result == 0; i++) {
            result = play_file(argv[i]);
        }
        return result;
    }
    return play_random(programs, argc > 2 ? strtoul(argv[2], NULL, 10) : 20261121);
}
