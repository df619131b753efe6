/* SPDX-License-Identifier: MIT
 *
 * pawl_barrier: a number of parties wait for each other, round after round.
 *
 * For phases that all threads finish before any begins the next one. For "all threads have ended",
 * join them; for a start signal that one thread gives, use pawl_event.
 *
 *     state                  wait                        abort        reset
 *     filling, more to come  waits                       broken (1)   filling anew (1)
 *     filling, last arrival  runs the action; all pass   -            -
 *     full (2)               waits                       broken (1)   filling anew (1)
 *     broken                 PAWL_BROKEN                 -            filling anew
 *                              (1) the waiting parties return PAWL_BROKEN
 *                              (2) while the previous round's action runs
 *
 * The last arrival lets all parties proceed in one step, and that is final: there is no draining,
 * and later arrivals are in the next round. A wait that times out breaks the barrier for all.
 * Example:
 *
 *     #include <pawl/barrier.h>
 *
 *     static pawl_barrier barrier = PAWL_BARRIER_INIT(4);
 *
 *     // Each of four threads: true in one of them a round.
 *     bool finish_phase(void)
 *     {
 *         uint32_t index;
 *         return pawl_barrier_wait(&barrier, &index) == PAWL_OK && index == 0;
 *     }
 */
#ifndef PAWL_BARRIER_H
#define PAWL_BARRIER_H

#include <pawl/await.h>

PAWL__BEGIN

/* All-zero bytes are a barrier of 0 parties, whose waits return PAWL_INVALID. Nothing needs
 * destroying. The memory may be reused as soon as no thread will call the barrier again, also by
 * the last thread that leaves a round. The fields that change are written under the bucket's guard,
 * and read without it. */
typedef struct pawl_barrier {
    void (*action_)(void *ctx);
    void *ctx_;
    uint32_t parties_;
    uint32_t waiting_; /* parties of the round that is filling */
    uint8_t broken_;
    uint8_t acting_; /* an action runs */
} pawl_barrier;

/* For a constant number of parties; a negative one does not compile. */
#define PAWL_BARRIER_INIT(parties)                                                                 \
    {PAWL__NULL, PAWL__NULL,                                                                       \
     PAWL__TO(uint32_t, PAWL__CONSTANT(PAWL__TO(uint32_t, parties),                                \
                                       PAWL__TO(int64_t, parties) >= 0 &&                          \
                                           PAWL__TO(int64_t, parties) <= UINT32_MAX)),             \
     0, 0, 0}

/* Make the memory a barrier for `parties` threads. If `action` is not NULL, the last arrival of
 * each round calls action(ctx) before any party proceeds. Actions never overlap: while one runs,
 * the next round may fill, but is complete only when the action has returned. The last arrival of
 * that round then runs the next action; if that is a task (await.h), the thread that ran the
 * previous action does.
 *
 * Returns   PAWL_OK       the barrier is ready
 *           PAWL_INVALID  parties is 0; nothing was written
 * Requires  no thread is using it. The action does not wait at the barrier, nor end its thread,
 *           nor leave by longjmp or a C++ exception (pawl::barrier allows exceptions). An action
 *           that ends its thread by pthread_exit breaks the barrier; by ExitThread, or longjmp, it
 *           leaves the other parties waiting for ever.
 * Orders    an action happens before the next round's. */
PAWL_MUST_CHECK PAWL_API pawl_status pawl_barrier_init(pawl_barrier *barrier, uint32_t parties,
                                                       void (*action)(void *ctx), void *ctx);

/* Wait until all parties have arrived: as long as it takes, at most `ns` nanoseconds, or until the
 * monotonic time `deadline` at the latest.
 *
 * Returns   PAWL_OK       all have arrived; *index, if index is not NULL, is the caller's own
 *                         number, 0 to parties - 1 in order of arrival
 *           PAWL_TIMEOUT  the time passed, never early; the barrier is now broken. Also if the time
 *                         had passed before the call, unless the caller completes the round
 *           PAWL_BROKEN   the barrier was broken, aborted or reset while the caller waited, or was
 *                         broken before
 *           PAWL_INVALID  it has 0 parties
 *           *index is written only with PAWL_OK.
 * Requires  the barrier outlives the call. Any thread; not a signal handler.
 * Orders    what every party did before its arrival, and the action, happen before PAWL_OK is
 *           returned to any.
 * Costs     the last arrival wakes each other thread, or calls each task (await.h); the others
 *           park. Never allocates. Not a cancellation point, and the action is not cancelled. The
 *           deadline of a complete round no longer counts: a timed wait can return as late as the
 *           action takes. */
PAWL_API pawl_status pawl_barrier_wait(pawl_barrier *barrier, uint32_t *index);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_barrier_wait_for(pawl_barrier *barrier, pawl_ns ns,
                                                           uint32_t *index);
PAWL_MUST_CHECK PAWL_API pawl_status pawl_barrier_wait_until(pawl_barrier *barrier,
                                                             pawl_time deadline, uint32_t *index);

/* Arrive at the barrier. The last arrival runs the action and lets the others proceed before its
 * call returns, unless the previous round's action still runs: then it is pending as the others
 * are.
 *
 * Returns   PAWL_OK       this was the last arrival, with *index = parties - 1
 *           PAWL_PENDING  fn will be called with PAWL_OK, and *index is the party's number, or with
 *                         PAWL_BROKEN, and *index is not written; unless op is cancelled before
 *           PAWL_BROKEN   it is broken
 *           PAWL_INVALID  it has 0 parties, or op is in flight or was never initialised; nothing
 *                         changed
 * Requires  barrier, op and *index, if index is not NULL, outlive the operation.
 * Orders    as pawl_barrier_wait.
 * Costs     the last arrival: a wake-up or call for each other. */
PAWL_MUST_CHECK PAWL_API pawl_status pawl_barrier_wait_await(pawl_barrier *barrier, pawl_await *op,
                                                             uint32_t *index);

/* Break the barrier: the waiting parties, and all later arrivals until reset, get PAWL_BROKEN.
 * Parties whose round was complete are not affected. */
PAWL_API void pawl_barrier_abort(pawl_barrier *barrier);

/* Begin a new round: the waiting parties get PAWL_BROKEN, and the barrier is usable again. */
PAWL_API void pawl_barrier_reset(pawl_barrier *barrier);

/* The number of parties; how many parties of the round that is filling wait (and of later rounds
 * while an action runs); and whether the barrier is broken. The last two are snapshots. */
PAWL_MUST_CHECK PAWL_API uint32_t pawl_barrier_parties(const pawl_barrier *barrier);
PAWL_MUST_CHECK PAWL_API uint32_t pawl_barrier_waiting(const pawl_barrier *barrier);
PAWL_MUST_CHECK PAWL_API bool pawl_barrier_broken(const pawl_barrier *barrier);

/* Write what it looks like: `<pawl_barrier parties=4 waiters=1 at 0x7f30c0de>`, with ` broken`
 * after the name if it is broken. A snapshot.
 *
 * Returns   as snprintf; (NULL, 0) is allowed. */
PAWL_API int pawl_barrier_describe(const pawl_barrier *barrier, char *buf, size_t size);

/* A barrier on the heap; NULL when parties is 0 or memory is out. NULL may be freed. */
PAWL_MUST_CHECK PAWL_API pawl_barrier *pawl_barrier_new(uint32_t parties, void (*action)(void *ctx),
                                                        void *ctx);
PAWL_API void pawl_barrier_free(pawl_barrier *barrier);

/* A round that is complete, and whose action the caller is to run. Not for users: pawl.hpp runs the
 * action in its own frames, so that an exception passes through none of C. */
struct pawl__round {
    pawl_barrier *barrier_;         /* NULL: the caller is not to run the action */
    struct pawl__wake_list others_; /* the other parties */
    uint32_t *index_;               /* where the caller's own number goes, or NULL */
    int cancellation_;              /* the caller's cancellation state before */
};

/* As the waits above, but the caller runs the action of *round if that has a barrier_; the status
 * is then PAWL_OK. */
PAWL_API pawl_status pawl__barrier_arrive(pawl_barrier *barrier, pawl_time deadline,
                                          uint32_t *index, struct pawl__round *round);
PAWL_API pawl_status pawl__barrier_arrive_await(pawl_barrier *barrier, pawl_await *op,
                                                uint32_t *index, struct pawl__round *round);

/* The action has returned, or was left (passed is false, which breaks the barrier).
 *
 * Returns   true: *round is now the next one, whose action the caller runs also. */
PAWL_API bool pawl__barrier_finish(struct pawl__round *round, bool passed);

PAWL__END

#endif
