/* SPDX-License-Identifier: MIT
 *
 * A shared library that contains a static pawl and hides it: built twice, as copy_a and copy_b.
 */
#include "copy.h"

COPY_API void COPY(acquire)(pawl_lock *lock)
{
    pawl_lock_acquire(lock);
}

COPY_API pawl_status COPY(release)(pawl_lock *lock)
{
    return pawl_lock_release(lock);
}

COPY_API void COPY(acquire_rlock)(pawl_rlock *rlock)
{
    pawl_rlock_acquire(rlock);
}

COPY_API pawl_status COPY(release_rlock)(pawl_rlock *rlock)
{
    return pawl_rlock_release(rlock);
}

COPY_API size_t COPY(count)(const pawl_lock *lock)
{
    return pawl__lot_count(lock);
}
