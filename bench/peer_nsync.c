/* SPDX-License-Identifier: MIT
 *
 * nsync, where it is installed.
 */
#include "roster.h"

#include <nsync.h>

static void make_once(nsync_once *once)
{
    static const nsync_once fresh = NSYNC_ONCE_INIT;
    *once = fresh;
}

#define CONTENDER                        peer_nsync
#define NAME                             "nsync"
#define LOCK                             nsync_mu
#define LOCK_MAKE(lock)                  nsync_mu_init(lock)
#define LOCK_DISCARD(lock)               (void)(lock)
#define LOCK_ACQUIRE(lock)               nsync_mu_lock(lock)
#define LOCK_RELEASE(lock)               nsync_mu_unlock(lock)
#define LOCK_TRY(lock)                   (nsync_mu_trylock(lock) != 0)
#define RWLOCK                           nsync_mu
#define RWLOCK_NAME                      "nsync"
#define RWLOCK_MAKE(rwlock)              nsync_mu_init(rwlock)
#define RWLOCK_DISCARD(rwlock)           (void)(rwlock)
#define RWLOCK_ACQUIRE_SHARED(rwlock)    nsync_mu_rlock(rwlock)
#define RWLOCK_RELEASE_SHARED(rwlock)    nsync_mu_runlock(rwlock)
#define RWLOCK_ACQUIRE_EXCLUSIVE(rwlock) nsync_mu_lock(rwlock)
#define RWLOCK_RELEASE_EXCLUSIVE(rwlock) nsync_mu_unlock(rwlock)
#define RWLOCK_TRY_EXCLUSIVE(rwlock)     (nsync_mu_trylock(rwlock) != 0)
#define CONDITION                        nsync_cv
#define CONDITION_NAME                   "nsync"
#define CONDITION_MAKE(condition)        nsync_cv_init(condition)
#define CONDITION_DISCARD(condition)     (void)(condition)
#define CONDITION_WAIT(condition, lock)  nsync_cv_wait(condition, lock)
#define CONDITION_NOTIFY(condition)      nsync_cv_signal(condition)
#define CONDITION_NOTIFY_ALL(condition)  nsync_cv_broadcast(condition)
#define ONCE                             nsync_once
#define ONCE_NAME                        "nsync"
#define ONCE_MAKE(once)                  make_once(once)
#define ONCE_CALL(once)                  nsync_run_once(once, primitive_count_call)
#include "make_contender.h"
