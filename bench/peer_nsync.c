/* SPDX-License-Identifier: MIT
 *
 * nsync, where it is installed.
 */
#include "peers.h"

#include <nsync.h>

#define CONTENDER     nsync
#define TITLE         "nsync"
#define LOCK          nsync_mu
#define MAKE(lock)    nsync_mu_init(lock)
#define DISCARD(lock) (void)(lock)
#define ACQUIRE(lock) nsync_mu_lock(lock)
#define RELEASE(lock) nsync_mu_unlock(lock)
#define TRY(lock)     (nsync_mu_trylock(lock) != 0)
#include "loops.h"

const contender *const peer_nsync = &nsync;
