/* SPDX-License-Identifier: MIT
 *
 * SDL 2, where it is installed. Its objects are on the heap, its mutex is recursive.
 */
#include "roster.h"

#include <SDL_mutex.h>

#define CONTENDER                        peer_sdl
#define NAME                             "sdl"
#define LOCK                             SDL_mutex *
#define LOCK_MAKE(lock)                  (*(lock) = SDL_CreateMutex())
#define LOCK_DISCARD(lock)               SDL_DestroyMutex(*(lock))
#define LOCK_ACQUIRE(lock)               SDL_LockMutex(*(lock))
#define LOCK_RELEASE(lock)               SDL_UnlockMutex(*(lock))
#define LOCK_TRY(lock)                   (SDL_TryLockMutex(*(lock)) == 0)
#define SEMAPHORE                        SDL_sem *
#define SEMAPHORE_NAME                   "SDL_sem"
#define SEMAPHORE_MAKE(semaphore, value) (*(semaphore) = SDL_CreateSemaphore(value))
#define SEMAPHORE_DISCARD(semaphore)     SDL_DestroySemaphore(*(semaphore))
#define SEMAPHORE_ACQUIRE(semaphore)     SDL_SemWait(*(semaphore))
#define SEMAPHORE_RELEASE(semaphore)     SDL_SemPost(*(semaphore))
#define SEMAPHORE_TRY(semaphore)         (SDL_SemTryWait(*(semaphore)) == 0)
#define CONDITION                        SDL_cond *
#define CONDITION_NAME                   "SDL_cond"
#define CONDITION_MAKE(condition)        (*(condition) = SDL_CreateCond())
#define CONDITION_DISCARD(condition)     SDL_DestroyCond(*(condition))
#define CONDITION_WAIT(condition, lock)  SDL_CondWait(*(condition), *(lock))
#define CONDITION_NOTIFY(condition)      SDL_CondSignal(*(condition))
#define CONDITION_NOTIFY_ALL(condition)  SDL_CondBroadcast(*(condition))
#define RLOCK                            SDL_mutex *
#define RLOCK_NAME                       "SDL_mutex"
#define RLOCK_MAKE(rlock)                (*(rlock) = SDL_CreateMutex())
#define RLOCK_DISCARD(rlock)             SDL_DestroyMutex(*(rlock))
#define RLOCK_ACQUIRE(rlock)             SDL_LockMutex(*(rlock))
#define RLOCK_RELEASE(rlock)             SDL_UnlockMutex(*(rlock))
#define RLOCK_HELD_ONCE(rlock)           ((void)(rlock), true)
#include "make_contender.h"
