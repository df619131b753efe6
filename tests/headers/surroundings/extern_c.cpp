// SPDX-License-Identifier: MIT
//
// A program may include the C headers inside extern "C", as it does with headers that lack it.
extern "C" {
#include <pawl/pawl.h>
}

int increment_each(pawl_lock *lock, pawl_rlock *rlock, pawl_semaphore *permits,
                   pawl_rwlock *rwlock);

int increment_each(pawl_lock *lock, pawl_rlock *rlock, pawl_semaphore *permits, pawl_rwlock *rwlock)
{
    int count = 0;
    PAWL_WITH(lock) {
        PAWL_ASSERT_HELD(lock);
        count++;
    }
    PAWL_END
    PAWL_WITH(rlock) {
        PAWL_ASSERT_HELD(rlock);
        count++;
    }
    PAWL_END
    PAWL_WITH(permits) {
        count++;
    }
    PAWL_END
    PAWL_WITH_SHARED(rwlock) {
        PAWL_ASSERT_HELD_SHARED(rwlock);
        count++;
    }
    PAWL_END
    PAWL_GUARD_EXCLUSIVE(rwlock);
    PAWL_ASSERT_HELD(rwlock);
    return count + 1;
}
