/* SPDX-License-Identifier: MIT
 *
 * Somebody's program: is this the pawl of its headers, and does it work?
 */
#include <pawl/pawl.h>
#include <stdio.h>

static pawl_lock lock;
static pawl_event ready;
static int visits;

static int visit(void)
{
    PAWL_WITH(&lock) {
        visits++;
        return pawl_lock_locked(&lock);
    } PAWL_END
    return 0;
}

int main(void)
{
    char expected[32];
    pawl_semaphore permits = PAWL_BOUNDED_SEMAPHORE_INIT(1);
    snprintf(expected, sizeof expected, "%d.%d.%d", PAWL_VERSION_MAJOR, PAWL_VERSION_MINOR,
             PAWL_VERSION_PATCH);
    pawl_event_set(&ready);
    if (!visit() || visits != 1 || pawl_lock_locked(&lock)) {
        return 1;
    }
    if (pawl_event_wait_for(&ready, PAWL_MS(1)) != PAWL_OK ||
        pawl_semaphore_release(&permits) != PAWL_OVERFLOW) {
        return 2;
    }
    pawl_lock_acquire(&lock);
    if (pawl_lock_acquire_for(&lock, PAWL_US(1)) != PAWL_TIMEOUT) { /* not inline: the library's */
        return 3;
    }
    printf("headers %s, library %s\n", expected, pawl_version());
    for (int i = 0; expected[i] != '\0'; i++) {
        if (expected[i] != pawl_version()[i]) {
            return 4;
        }
    }
    return 0;
}
