/* SPDX-License-Identifier: MIT
 *
 * A program that runs once at a time: a second start is told which process runs already. When the
 * first one ends, in whatever way, the next start succeeds. Here the second start is a second
 * object on the same file, which is what another process has.
 *
 *     cc examples/single_instance.c -lpawl -pthread -o single_instance
 */
#include <pawl/filelock.h>

#include <stdio.h>

static const char path[] = "single_instance.lock";

/* Returns the lock, which the instance holds until it ends, or NULL if another instance runs. */
static pawl_filelock *start(const char *name)
{
    pawl_filelock *instance;
    pawl_holder who;
    pawl_status status = pawl_filelock_open(path, name, &instance);

    if (status != PAWL_OK) {
        printf("%s: cannot open %s: %s\n", name, path, pawl_status_name(status));
        return NULL;
    }
    if (pawl_filelock_try_acquire_exclusive(instance)) {
        printf("%s: runs%s\n", name,
               pawl_filelock_abandoned(instance) ? ", after one that crashed" : "");
        return instance;
    }
    if (pawl_filelock_holder(instance, &who)) {
        printf("%s: %s runs already\n", name, who.label); /* and who.pid says in which process */
    }
    pawl_filelock_close(instance);
    return NULL;
}

int main(void)
{
    remove(path); /* so that each run of this example prints the same */
    pawl_filelock *first = start("first editor");
    pawl_filelock *second = start("second editor");

    pawl_filelock_close(first);
    pawl_filelock *third = start("third editor");

    pawl_filelock_close(third);
    remove(path);
    return first != NULL && second == NULL && third != NULL ? 0 : 1;
}
