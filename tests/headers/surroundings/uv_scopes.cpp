// SPDX-License-Identifier: MIT
//
// <pawl/uv.h> inside extern "C", also in C++20, where it has coroutines; and it alone has the
// scopes.
extern "C" {
#include <pawl/uv.h>
}

bool locked_within(pawl_lock *lock);

bool locked_within(pawl_lock *lock)
{
    PAWL_WITH(lock) {
        return pawl_lock_locked(lock);
    }
    PAWL_END
}
