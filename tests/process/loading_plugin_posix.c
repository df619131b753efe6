/* SPDX-License-Identifier: MIT
 *
 * A plugin that contains a static pawl: see loading_posix.c.
 */
#include <pawl/rlock.h>

__attribute__((visibility("default"))) uint32_t plugin_nest(pawl_rlock *rlock);
__attribute__((visibility("default"))) uint32_t plugin_depth(const pawl_rlock *rlock);
__attribute__((visibility("default"))) pawl_status plugin_release(pawl_rlock *rlock);
__attribute__((visibility("default"))) const char *plugin_version(void);

uint32_t plugin_nest(pawl_rlock *rlock)
{
    pawl_rlock_acquire(rlock);
    return pawl_rlock_depth(rlock);
}

uint32_t plugin_depth(const pawl_rlock *rlock)
{
    return pawl_rlock_depth(rlock);
}

pawl_status plugin_release(pawl_rlock *rlock)
{
    return pawl_rlock_release(rlock);
}

const char *plugin_version(void)
{
    return pawl_version();
}
