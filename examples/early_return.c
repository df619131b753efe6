/* SPDX-License-Identifier: MIT
 *
 * A scope that holds a lock releases it on every way out: at its end, by return, break, continue
 * and goto. PAWL_WITH ... PAWL_END does so with every compiler. PAWL_GUARD holds the lock to the
 * end of the enclosing scope and saves a level of braces; Microsoft's C compiler does not have it.
 *
 *     cc examples/early_return.c -lpawl -pthread -o early_return
 */
#include <pawl/pawl.h>

#include <stdio.h>
#include <stdlib.h>

static pawl_lock lock;
static const int shelf[] = {7, 4, 9, 2, 5};
enum { SHELF = sizeof shelf / sizeof shelf[0] };

/* clang-format off */ /* which would part a `}` from its PAWL_END */
static int find_by_return(int wanted)
{
    for (int i = 0; i < SHELF; i++) {
        PAWL_WITH(&lock) {
            if (shelf[i] == wanted) {
                return i; /* lets the lock go, too */
            }
        } PAWL_END
    }
    return -1;
}

static int find_by_break(int wanted)
{
    int i;
    for (i = 0; i < SHELF; i++) {
        PAWL_WITH(&lock) {
            if (shelf[i] == wanted) {
                break; /* leaves the loop: the scope is not one of its own */
            }
        } PAWL_END
    }
    return i;
}

static int sum_of_odd_by_continue(void)
{
    int sum = 0;
    for (int i = 0; i < SHELF; i++) {
        PAWL_WITH(&lock) {
            if (shelf[i] % 2 == 0) {
                continue;
            }
            sum += shelf[i];
        } PAWL_END
    }
    return sum;
}

static int find_by_goto(int wanted)
{
    int at = -1;
    PAWL_WITH(&lock) {
        for (int i = 0; i < SHELF; i++) {
            if (shelf[i] == wanted) {
                at = i;
                goto found;
            }
        }
    } PAWL_END
    printf("not found\n");
found:
    return at;
}

/* clang-format on */

#ifdef PAWL_GUARD
static int find_guarded(int wanted)
{
    PAWL_GUARD(&lock);
    for (int i = 0; i < SHELF; i++) {
        if (shelf[i] == wanted) {
            return i;
        }
    }
    return -1;
}
#else
static int find_guarded(int wanted)
{
    return find_by_return(wanted);
}
#endif

/* Says what came back and whether the lock was let go. Returns the number of faults. */
static int report(const char *way, int result, int expected)
{
    bool locked = pawl_lock_locked(&lock);
    printf("%s: %d, the lock is %s\n", way, result, locked ? "still locked" : "unlocked");
    return (result != expected) + locked;
}

int main(void)
{
    int faults = report("return", find_by_return(9), 2);
    faults += report("break", find_by_break(2), 3);
    faults += report("continue", sum_of_odd_by_continue(), 7 + 9 + 5);
    faults += report("goto", find_by_goto(4), 1);
    faults += report("guarded return", find_guarded(5), 4);

    bool inside = false;
    /* clang-format off */
    PAWL_WITH(&lock) {
        inside = pawl_lock_locked(&lock);
    } PAWL_END
    /* clang-format on */
    printf("inside the scope it is %s\n", inside ? "locked" : "unlocked");
    faults += !inside;
    return faults == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
