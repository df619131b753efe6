/* SPDX-License-Identifier: MIT
 *
 * What pawl-lock runs in its test: prints its arguments in brackets, and ends with the status that
 * the first one is.
 */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    for (int i = 2; i < argc; i++) {
        printf("[%s]", argv[i]);
    }
    printf("\n");
    return argc > 1 ? atoi(argv[1]) : 0;
}
