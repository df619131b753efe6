/* SPDX-License-Identifier: MIT
 *
 * Somebody's program, with a thread that waits for a lock when all_wait is called.
 */
#include <pawl/pawl.h>
#include <stdio.h>
#include <string.h>
#include <threads.h>

static pawl_lock lock;

static int wait_for_lock(void *unused)
{
    (void)unused;
    pawl_lock_acquire(&lock);
    pawl_lock_release(&lock);
    return 0;
}

__attribute__((noinline)) void all_wait(void);

void all_wait(void)
{
    puts("all wait");
}

int main(void)
{
    char text[128] = "";
    thrd_t thread;
    pawl_lock_acquire(&lock);
    if (thrd_create(&thread, wait_for_lock, NULL) != thrd_success) {
        return 1;
    }
    while (strstr(text, "waiters=1") == NULL) {
        thrd_yield();
        pawl_lock_describe(&lock, text, sizeof text);
    }
    all_wait();
    pawl_lock_release(&lock);
    return thrd_join(thread, NULL) == thrd_success ? 0 : 1;
}
