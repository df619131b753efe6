/* SPDX-License-Identifier: MIT
 *
 * The seam: all that pawl asks of an operating system. A backend knows threads, time and one native
 * mutex; it knows no queue, no fairness and no status. src/posix/port.c, src/win32/port.c and the
 * tests' simulator implement these functions in this order.
 *
 * A backend that finds its host broken ends the process through pawl__die.
 */
#ifndef PAWL_SRC_PORT_H
#define PAWL_SRC_PORT_H

#include <pawl/base.h>

/* The backend's own header, found on the include path that CMake sets, defines
 *   struct pawl__guard    a native mutex, for a few instructions at a time
 *   struct pawl__parker   where one waiting thread sleeps: a token (token.h), and what it takes to
 *                         sleep until it is left, a native condition variable and mutex or the like
 *   struct pawl__local    the key of a pointer that each thread has for itself
 *   PAWL__STOP_SLICE      how long a wait that may be stopped sleeps before it checks for a stop
 *                         that a signal handler requested
 *   PAWL__AT_LOAD         makes a function run when the code is loaded, where there is fork
 *   pawl__remember(word)  the calling thread may keep this number at hand, for
 *   pawl__remembered()    which returns it, or 0: a fast path */
#include "native.h"

#include "cell.h"
#include "token.h"

PAWL__HIDDEN_BEGIN

/* Monotonic nanoseconds, above 0. */
pawl_time pawl__port_now(void);

/* The number of processors the process may use, at least 1: the process, not the calling thread,
 * which may be confined to one. */
unsigned pawl__port_processors(void);

/* Make the memory an unlocked guard, or a parker without a token, whatever it held before. */
void pawl__guard_init(struct pawl__guard *guard);
void pawl__parker_init(struct pawl__parker *parker);

void pawl__guard_lock(struct pawl__guard *guard);
void pawl__guard_unlock(struct pawl__guard *guard);

/* Wait for the parker's token and take it, until the monotonic time `deadline` at the latest.
 *
 * Returns   true: the token was there or came, and was taken; false: the deadline passed first.
 *           Never spuriously, never early. PAWL_NEVER: only true. 0: one look. errno is as before.
 * Requires  one thread at a time parks on a parker. Not a cancellation point.
 * Orders    the unpark that left the token happens before true is returned. */
bool pawl__park(struct pawl__parker *parker, pawl_time deadline);

/* Leave the token, of which there is at most one, and wake the thread that waits for it.
 *
 * Requires  the parker's memory stays mapped: the call may still touch it after the token was
 *           taken, so parkers are reused as parkers and never given back. */
void pawl__unpark(struct pawl__parker *parker);

/* As pawl__park, for a thread that others may poke.
 *
 * Returns   false also when it was poked, and now and then for no reason: check, and call again. */
bool pawl__park_lightly(struct pawl__parker *parker, pawl_time deadline);

/* Make the thread's pawl__park_lightly return, or the one that it calls next. Leaves no token.
 *
 * Orders    it happens before that call returns. */
void pawl__poke(struct pawl__parker *parker);

/* By the parker's one thread, when no other thread will poke it any more: forget a poke that no
 * pawl__park_lightly has seen. */
void pawl__forget_poke(struct pawl__parker *parker);

/* `size` zeroed bytes from the operating system, aligned for anything. */
void *pawl__port_map(size_t size);

/* The process's one block of `size` bytes, the same for every copy of pawl in the process (two
 * shared libraries that each contain a static pawl). The first copy maps it and calls prepare on it
 * before any other copy can see it; it is never unmapped, and is found again when all libraries
 * that contain pawl were unloaded. So that this is possible, and so that functions that the block
 * points to stay, a backend may keep the library that made the block in memory.
 *
 * PAWL__LOT_ABI keeps copies apart that do not fit together: raise it when the block's layout
 * changes, pawl_await, a parker, what a token means, or what a bit of a state word does. */
#define PAWL__LOT_ABI 3
void *pawl__port_shared_block(size_t size, void (*prepare)(void *block));

/* Called by prepare for the block of `size` bytes: a word that the system sets to 0 in the child of
 * every fork, whether or not fork handlers run, or NULL where the system cannot. */
uint32_t *pawl__port_fork_mark(void *block, size_t size);

/* Make a pointer that is NULL in every thread until it sets it; read and set the calling thread's,
 * at any time until it is gone. Where the system clears the pointer before the thread's last code
 * has run, it calls keep(value), unless keep is NULL, which sets the pointer again. */
void pawl__local_init(struct pawl__local *local, void (*keep)(void *value));
void *pawl__local_get(const struct pawl__local *local);
void pawl__local_set(const struct pawl__local *local, void *value);

/* Whether the process is ending and the system has already killed its other threads, with whatever
 * they held. */
bool pawl__port_is_ending(void);

/* Offer the processor to another thread that is ready to run. errno is as before. */
void pawl__port_yield(void);

/* Between the two the calling thread is not cancelled: what the first returned goes to the
 * second. */
int pawl__port_forbid_cancellation(void);
void pawl__port_restore_cancellation(int before);

/* Call fn(ctx), a user's function. If the calling thread ends inside it, by pthread_exit or a
 * cancellation, left(left_ctx) is called before the thread is gone. Windows has no such notice. */
void pawl__port_call(void (*fn)(void *ctx), void *ctx, void (*left)(void *ctx), void *left_ctx);

/* Call prepare() in every fork's thread before it forks, and child() in the child's only thread,
 * before fork returns there. */
void pawl__port_at_fork(void (*prepare)(void), void (*child)(void));

PAWL__HIDDEN_END

#endif
