/* SPDX-License-Identifier: MIT
 *
 * <pawl/uv.h> alone has the scopes, as <pawl/pawl.h> does..
 */
#include <pawl/uv.h>

int locked_inside(pawl_lock *lock);

int locked_inside(pawl_lock *lock)
{
    PAWL_WITH(lock) {
        return pawl_lock_locked(lock) ? 1 : 0;
    }
    PAWL_END
}
