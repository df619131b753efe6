/* SPDX-License-Identifier: MIT
 *
 * uv.h under Clang's -Wthread-safety, as safety.c has the other headers. Mistakes from 41 on.
 */
#include <pawl/pawl.h>
#include <pawl/uv.h>

#ifndef MISTAKE
#    define MISTAKE 0
#endif

static pawl_uv_await op;
static pawl_lock lock;
static pawl_condition condition;
static int of_lock PAWL_GUARDED_BY(lock);

static int acquires(void)
{
    pawl_status status = pawl_uv_lock_acquire(&op, &lock, PAWL_NEVER);
    if (!status) {
        PAWL_ASSERT_HELD(&lock);
        of_lock++;
        pawl_lock_release(&lock);
    }
    return (int)status;
}

static int waits(void)
{
    pawl_lock_acquire(&lock);
    of_lock++;
    return (int)pawl_uv_condition_wait(&op, &condition, &lock, PAWL_NEVER);
}

static void mistake(int value)
{
#if MISTAKE == 41 /* used after the wait has released the lock */
    pawl_lock_acquire(&lock);
    (void)pawl_uv_condition_wait(&op, &condition, &lock, PAWL_NEVER);
    of_lock = value;
#elif MISTAKE == 42 /* a wait without the lock */
    (void)pawl_uv_condition_wait(&op, &condition, &lock, PAWL_NEVER);
#endif
    (void)value;
}

int main(void)
{
    mistake(1);
    return acquires() + waits();
}
