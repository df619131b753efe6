/* SPDX-License-Identifier: MIT
 *
 * GLib, where it is installed.
 */
#include "roster.h"

#include <glib.h>

static gpointer count_call(gpointer context)
{
    primitive_count_call();
    return context;
}

static void make_once(GOnce *once)
{
    static const GOnce fresh = G_ONCE_INIT;
    *once = fresh;
}

#define CONTENDER                        peer_glib
#define NAME                             "glib"
#define LOCK                             GMutex
#define LOCK_MAKE(lock)                  g_mutex_init(lock)
#define LOCK_DISCARD(lock)               g_mutex_clear(lock)
#define LOCK_ACQUIRE(lock)               g_mutex_lock(lock)
#define LOCK_RELEASE(lock)               g_mutex_unlock(lock)
#define LOCK_TRY(lock)                   g_mutex_trylock(lock)
#define RWLOCK                           GRWLock
#define RWLOCK_NAME                      "GRWLock"
#define RWLOCK_MAKE(rwlock)              g_rw_lock_init(rwlock)
#define RWLOCK_DISCARD(rwlock)           g_rw_lock_clear(rwlock)
#define RWLOCK_ACQUIRE_SHARED(rwlock)    g_rw_lock_reader_lock(rwlock)
#define RWLOCK_RELEASE_SHARED(rwlock)    g_rw_lock_reader_unlock(rwlock)
#define RWLOCK_ACQUIRE_EXCLUSIVE(rwlock) g_rw_lock_writer_lock(rwlock)
#define RWLOCK_RELEASE_EXCLUSIVE(rwlock) g_rw_lock_writer_unlock(rwlock)
#define RWLOCK_TRY_EXCLUSIVE(rwlock)     g_rw_lock_writer_trylock(rwlock)
#define CONDITION                        GCond
#define CONDITION_NAME                   "GCond"
#define CONDITION_MAKE(condition)        g_cond_init(condition)
#define CONDITION_DISCARD(condition)     g_cond_clear(condition)
#define CONDITION_WAIT(condition, lock)  g_cond_wait(condition, lock)
#define CONDITION_NOTIFY(condition)      g_cond_signal(condition)
#define CONDITION_NOTIFY_ALL(condition)  g_cond_broadcast(condition)
#define RLOCK                            GRecMutex
#define RLOCK_NAME                       "GRecMutex"
#define RLOCK_MAKE(rlock)                g_rec_mutex_init(rlock)
#define RLOCK_DISCARD(rlock)             g_rec_mutex_clear(rlock)
#define RLOCK_ACQUIRE(rlock)             g_rec_mutex_lock(rlock)
#define RLOCK_RELEASE(rlock)             g_rec_mutex_unlock(rlock)
#define RLOCK_HELD_ONCE(rlock)           ((void)(rlock), true)
#define ONCE                             GOnce
#define ONCE_NAME                        "g_once"
#define ONCE_MAKE(once)                  make_once(once)
#define ONCE_CALL(once)                  g_once(once, count_call, NULL)
#include "make_contender.h"
