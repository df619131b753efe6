/* SPDX-License-Identifier: MIT
 *
 * A library that uses up some of the static TLS that the loader keeps for libraries that are loaded
 * later: see loading_posix.c.
 */
static __thread volatile char hog_data[16] __attribute__((tls_model("initial-exec")));

char hog_use(void);

char hog_use(void)
{
    return ++hog_data[0];
}
