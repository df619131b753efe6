#include <pawl/pawl.h>
#include <stdio.h>

int main(void)
{
    static pawl_lock lock;
    PAWL_WITH(&lock) {
        printf("pawl %s: %s\n", pawl_version(), pawl_lock_locked(&lock) ? "locked" : "unlocked");
    } PAWL_END
    return pawl_lock_release(&lock) == PAWL_NOT_HELD ? 0 : 1;
}
