/* SPDX-License-Identifier: MIT
 *
 * NULL for each call of <pawl/pawl.h>: see null_probe.h.
 */
#include <pawl/pawl.h>

static bool never_asked(void *ctx)
{
    (void)ctx;
    return true;
}

static void do_nothing(void *ctx)
{
    (void)ctx;
}

static void never_called(pawl_await *op, pawl_status result)
{
    (void)op;
    (void)result;
}

static pawl_lock a_lock;
static pawl_rlock an_rlock;
static pawl_condition a_condition;
static pawl_semaphore a_semaphore;
static pawl_event an_event;
static pawl_event a_second_event;
static pawl_latch a_latch;
static pawl_barrier a_barrier;
static pawl_rwlock an_rwlock;
static pawl_once a_once;
static pawl_await an_await;
static pawl_filelock *a_filelock;
static pawl_holder a_holder;
#define some_filelock ((pawl_filelock *)&an_await) /* which is not looked at */

/* `sink` takes results that must not be ignored. */
static volatile unsigned sink;
#define CALLS(X)                                                                                   \
    X(pawl_lock_init, lock, pawl_lock_init(NULL))                                                  \
    X(pawl_lock_init_fair, lock, pawl_lock_init_fair(NULL))                                        \
    X(pawl_lock_acquire, lock, pawl_lock_acquire(NULL))                                            \
    X(pawl_lock_try_acquire, lock, sink = (unsigned)pawl_lock_try_acquire(NULL))                   \
    X(pawl_lock_acquire_for, lock, sink = (unsigned)pawl_lock_acquire_for(NULL, 0))                \
    X(pawl_lock_acquire_until, lock, sink = (unsigned)pawl_lock_acquire_until(NULL, 0))            \
    X(pawl_lock_release, lock, pawl_lock_release(NULL))                                            \
    X(pawl_lock_locked, lock, sink = (unsigned)pawl_lock_locked(NULL))                             \
    X(pawl_lock_describe, lock, pawl_lock_describe(NULL, NULL, 0))                                 \
    X(pawl_lock_describe, buf, pawl_lock_describe(&a_lock, NULL, 1))                               \
    X(pawl_lock_reinit_after_fork, lock, pawl_lock_reinit_after_fork(NULL))                        \
    X(pawl_rlock_init, rlock, pawl_rlock_init(NULL))                                               \
    X(pawl_rlock_acquire, rlock, pawl_rlock_acquire(NULL))                                         \
    X(pawl_rlock_try_acquire, rlock, sink = (unsigned)pawl_rlock_try_acquire(NULL))                \
    X(pawl_rlock_acquire_for, rlock, sink = (unsigned)pawl_rlock_acquire_for(NULL, 0))             \
    X(pawl_rlock_acquire_until, rlock, sink = (unsigned)pawl_rlock_acquire_until(NULL, 0))         \
    X(pawl_rlock_release, rlock, pawl_rlock_release(NULL))                                         \
    X(pawl_rlock_locked, rlock, sink = (unsigned)pawl_rlock_locked(NULL))                          \
    X(pawl_rlock_owned, rlock, sink = (unsigned)pawl_rlock_owned(NULL))                            \
    X(pawl_rlock_depth, rlock, sink = (unsigned)pawl_rlock_depth(NULL))                            \
    X(pawl_rlock_describe, rlock, pawl_rlock_describe(NULL, NULL, 0))                              \
    X(pawl_rlock_describe, buf, pawl_rlock_describe(&an_rlock, NULL, 1))                           \
    X(pawl_rlock_reinit_after_fork, rlock, pawl_rlock_reinit_after_fork(NULL))                     \
    X(pawl_semaphore_init, semaphore, sink = (unsigned)pawl_semaphore_init(NULL, 0))               \
    X(pawl_semaphore_init_bounded, semaphore,                                                      \
      sink = (unsigned)pawl_semaphore_init_bounded(NULL, 0))                                       \
    X(pawl_semaphore_init_bounded_at, semaphore,                                                   \
      sink = (unsigned)pawl_semaphore_init_bounded_at(NULL, 0, 1))                                 \
    X(pawl_semaphore_acquire, semaphore, pawl_semaphore_acquire(NULL))                             \
    X(pawl_semaphore_try_acquire, semaphore, sink = (unsigned)pawl_semaphore_try_acquire(NULL))    \
    X(pawl_semaphore_acquire_for, semaphore, sink = (unsigned)pawl_semaphore_acquire_for(NULL, 0)) \
    X(pawl_semaphore_acquire_until, semaphore,                                                     \
      sink = (unsigned)pawl_semaphore_acquire_until(NULL, 0))                                      \
    X(pawl_semaphore_release, semaphore, pawl_semaphore_release(NULL))                             \
    X(pawl_semaphore_release_n, semaphore, pawl_semaphore_release_n(NULL, 1))                      \
    X(pawl_semaphore_value, semaphore, sink = (unsigned)pawl_semaphore_value(NULL))                \
    X(pawl_semaphore_describe, semaphore, pawl_semaphore_describe(NULL, NULL, 0))                  \
    X(pawl_semaphore_describe, buf, pawl_semaphore_describe(&a_semaphore, NULL, 1))                \
    X(pawl_condition_init, condition, pawl_condition_init(NULL))                                   \
    X(pawl_condition_wait, condition, sink = (unsigned)pawl_condition_wait(NULL, &a_lock))         \
    X(pawl_condition_wait, lock, sink = (unsigned)pawl_condition_wait(&a_condition, NULL))         \
    X(pawl_condition_wait_for, lock,                                                               \
      sink = (unsigned)pawl_condition_wait_for(&a_condition, NULL, 0))                             \
    X(pawl_condition_wait_for, condition,                                                          \
      sink = (unsigned)pawl_condition_wait_for(NULL, &a_lock, 0))                                  \
    X(pawl_condition_wait_until, lock,                                                             \
      sink = (unsigned)pawl_condition_wait_until(&a_condition, NULL, 0))                           \
    X(pawl_condition_wait_until, condition,                                                        \
      sink = (unsigned)pawl_condition_wait_until(NULL, &a_lock, 0))                                \
    X(pawl_condition_wait_rlock, rlock,                                                            \
      sink = (unsigned)pawl_condition_wait_rlock(&a_condition, NULL))                              \
    X(pawl_condition_wait_rlock, condition,                                                        \
      sink = (unsigned)pawl_condition_wait_rlock(NULL, &an_rlock))                                 \
    X(pawl_condition_wait_rlock_for, rlock,                                                        \
      sink = (unsigned)pawl_condition_wait_rlock_for(&a_condition, NULL, 0))                       \
    X(pawl_condition_wait_rlock_for, condition,                                                    \
      sink = (unsigned)pawl_condition_wait_rlock_for(NULL, &an_rlock, 0))                          \
    X(pawl_condition_wait_rlock_until, rlock,                                                      \
      sink = (unsigned)pawl_condition_wait_rlock_until(&a_condition, NULL, 0))                     \
    X(pawl_condition_wait_rlock_until, condition,                                                  \
      sink = (unsigned)pawl_condition_wait_rlock_until(NULL, &an_rlock, 0))                        \
    X(pawl_condition_wait_pred, condition,                                                         \
      sink = (unsigned)pawl_condition_wait_pred(NULL, &a_lock, never_asked, NULL, 0))              \
    X(pawl_condition_wait_pred, lock,                                                              \
      sink = (unsigned)pawl_condition_wait_pred(&a_condition, NULL, never_asked, NULL, 0))         \
    X(pawl_condition_wait_pred, pred,                                                              \
      sink = (unsigned)pawl_condition_wait_pred(&a_condition, &a_lock, NULL, NULL, 0))             \
    X(pawl_condition_wait_rlock_pred, rlock,                                                       \
      sink = (unsigned)pawl_condition_wait_rlock_pred(&a_condition, NULL, never_asked, NULL, 0))   \
    X(pawl_condition_wait_rlock_pred, condition,                                                   \
      sink = (unsigned)pawl_condition_wait_rlock_pred(NULL, &an_rlock, never_asked, NULL, 0))      \
    X(pawl_condition_wait_rlock_pred, pred,                                                        \
      sink = (unsigned)pawl_condition_wait_rlock_pred(&a_condition, &an_rlock, NULL, NULL, 0))     \
    X(pawl_condition_notify, condition, pawl_condition_notify(NULL, 1))                            \
    X(pawl_condition_notify_one, condition, pawl_condition_notify_one(NULL))                       \
    X(pawl_condition_notify_all, condition, pawl_condition_notify_all(NULL))                       \
    X(pawl_condition_describe, condition, pawl_condition_describe(NULL, NULL, 0))                  \
    X(pawl_condition_describe, buf, pawl_condition_describe(&a_condition, NULL, 1))                \
    X(pawl_lock_acquire_unless, lock,                                                              \
      sink = (unsigned)pawl_lock_acquire_unless(NULL, &an_event, 0))                               \
    X(pawl_lock_acquire_unless, stop, sink = (unsigned)pawl_lock_acquire_unless(&a_lock, NULL, 0)) \
    X(pawl_rlock_acquire_unless, rlock,                                                            \
      sink = (unsigned)pawl_rlock_acquire_unless(NULL, &an_event, 0))                              \
    X(pawl_rlock_acquire_unless, stop,                                                             \
      sink = (unsigned)pawl_rlock_acquire_unless(&an_rlock, NULL, 0))                              \
    X(pawl_semaphore_acquire_unless, semaphore,                                                    \
      sink = (unsigned)pawl_semaphore_acquire_unless(NULL, &an_event, 0))                          \
    X(pawl_semaphore_acquire_unless, stop,                                                         \
      sink = (unsigned)pawl_semaphore_acquire_unless(&a_semaphore, NULL, 0))                       \
    X(pawl_rwlock_acquire_shared_unless, rwlock,                                                   \
      sink = (unsigned)pawl_rwlock_acquire_shared_unless(NULL, &an_event, 0))                      \
    X(pawl_rwlock_acquire_shared_unless, stop,                                                     \
      sink = (unsigned)pawl_rwlock_acquire_shared_unless(&an_rwlock, NULL, 0))                     \
    X(pawl_rwlock_acquire_exclusive_unless, rwlock,                                                \
      sink = (unsigned)pawl_rwlock_acquire_exclusive_unless(NULL, &an_event, 0))                   \
    X(pawl_rwlock_acquire_exclusive_unless, stop,                                                  \
      sink = (unsigned)pawl_rwlock_acquire_exclusive_unless(&an_rwlock, NULL, 0))                  \
    X(pawl_event_wait_unless, event, sink = (unsigned)pawl_event_wait_unless(NULL, &an_event, 0))  \
    X(pawl_event_wait_unless, stop,                                                                \
      sink = (unsigned)pawl_event_wait_unless(&a_second_event, NULL, 0))                           \
    X(pawl_latch_wait_unless, latch, sink = (unsigned)pawl_latch_wait_unless(NULL, &an_event, 0))  \
    X(pawl_latch_wait_unless, stop, sink = (unsigned)pawl_latch_wait_unless(&a_latch, NULL, 0))    \
    X(pawl_condition_wait_unless, condition,                                                       \
      sink = (unsigned)pawl_condition_wait_unless(NULL, &a_lock, &an_event, 0))                    \
    X(pawl_condition_wait_unless, lock,                                                            \
      sink = (unsigned)pawl_condition_wait_unless(&a_condition, NULL, &an_event, 0))               \
    X(pawl_condition_wait_unless, stop,                                                            \
      sink = (unsigned)pawl_condition_wait_unless(&a_condition, &a_lock, NULL, 0))                 \
    X(pawl_condition_wait_rlock_unless, condition,                                                 \
      sink = (unsigned)pawl_condition_wait_rlock_unless(NULL, &an_rlock, &an_event, 0))            \
    X(pawl_condition_wait_rlock_unless, rlock,                                                     \
      sink = (unsigned)pawl_condition_wait_rlock_unless(&a_condition, NULL, &an_event, 0))         \
    X(pawl_condition_wait_rlock_unless, stop,                                                      \
      sink = (unsigned)pawl_condition_wait_rlock_unless(&a_condition, &an_rlock, NULL, 0))         \
    X(pawl_condition_wait_pred_unless, condition,                                                  \
      sink = (unsigned)pawl_condition_wait_pred_unless(NULL, &a_lock, never_asked, NULL,           \
                                                       &an_event, 0))                              \
    X(pawl_condition_wait_pred_unless, lock,                                                       \
      sink = (unsigned)pawl_condition_wait_pred_unless(&a_condition, NULL, never_asked, NULL,      \
                                                       &an_event, 0))                              \
    X(pawl_condition_wait_pred_unless, pred,                                                       \
      sink = (unsigned)pawl_condition_wait_pred_unless(&a_condition, &a_lock, NULL, NULL,          \
                                                       &an_event, 0))                              \
    X(pawl_condition_wait_pred_unless, stop,                                                       \
      sink = (unsigned)pawl_condition_wait_pred_unless(&a_condition, &a_lock, never_asked, NULL,   \
                                                       NULL, 0))                                   \
    X(pawl_condition_wait_rlock_pred_unless, condition,                                            \
      sink = (unsigned)pawl_condition_wait_rlock_pred_unless(NULL, &an_rlock, never_asked, NULL,   \
                                                             &an_event, 0))                        \
    X(pawl_condition_wait_rlock_pred_unless, rlock,                                                \
      sink = (unsigned)pawl_condition_wait_rlock_pred_unless(&a_condition, NULL, never_asked,      \
                                                             NULL, &an_event, 0))                  \
    X(pawl_condition_wait_rlock_pred_unless, pred,                                                 \
      sink = (unsigned)pawl_condition_wait_rlock_pred_unless(&a_condition, &an_rlock, NULL, NULL,  \
                                                             &an_event, 0))                        \
    X(pawl_condition_wait_rlock_pred_unless, stop,                                                 \
      sink = (unsigned)pawl_condition_wait_rlock_pred_unless(&a_condition, &an_rlock, never_asked, \
                                                             NULL, NULL, 0))                       \
    X(pawl_event_set_from_handler, event, pawl_event_set_from_handler(NULL))                       \
    X(pawl_semaphore_acquire_n, semaphore, sink = (unsigned)pawl_semaphore_acquire_n(NULL, 1))     \
    X(pawl_semaphore_try_acquire_n, semaphore,                                                     \
      sink = (unsigned)pawl_semaphore_try_acquire_n(NULL, 1))                                      \
    X(pawl_semaphore_acquire_n_for, semaphore,                                                     \
      sink = (unsigned)pawl_semaphore_acquire_n_for(NULL, 1, 0))                                   \
    X(pawl_semaphore_acquire_n_until, semaphore,                                                   \
      sink = (unsigned)pawl_semaphore_acquire_n_until(NULL, 1, 0))                                 \
    X(pawl_semaphore_acquire_n_await, semaphore,                                                   \
      sink = (unsigned)pawl_semaphore_acquire_n_await(NULL, 1, &an_await))                         \
    X(pawl_semaphore_acquire_n_await, op,                                                          \
      sink = (unsigned)pawl_semaphore_acquire_n_await(&a_semaphore, 1, NULL))                      \
    X(pawl_semaphore_acquire_n_unless, semaphore,                                                  \
      sink = (unsigned)pawl_semaphore_acquire_n_unless(NULL, 1, &an_event, 0))                     \
    X(pawl_semaphore_acquire_n_unless, stop,                                                       \
      sink = (unsigned)pawl_semaphore_acquire_n_unless(&a_semaphore, 1, NULL, 0))                  \
    X(pawl_latch_init, latch, sink = (unsigned)pawl_latch_init(NULL, 0))                           \
    X(pawl_latch_add, latch, pawl_latch_add(NULL, 1))                                              \
    X(pawl_latch_done, latch, pawl_latch_done(NULL, 1))                                            \
    X(pawl_latch_count, latch, sink = (unsigned)pawl_latch_count(NULL))                            \
    X(pawl_latch_is_open, latch, sink = (unsigned)pawl_latch_is_open(NULL))                        \
    X(pawl_latch_wait, latch, pawl_latch_wait(NULL))                                               \
    X(pawl_latch_wait_for, latch, sink = (unsigned)pawl_latch_wait_for(NULL, 0))                   \
    X(pawl_latch_wait_until, latch, sink = (unsigned)pawl_latch_wait_until(NULL, 0))               \
    X(pawl_latch_wait_await, latch, sink = (unsigned)pawl_latch_wait_await(NULL, &an_await))       \
    X(pawl_latch_wait_await, op, sink = (unsigned)pawl_latch_wait_await(&a_latch, NULL))           \
    X(pawl_latch_describe, latch, pawl_latch_describe(NULL, NULL, 0))                              \
    X(pawl_latch_describe, buf, pawl_latch_describe(&a_latch, NULL, 1))                            \
    X(pawl_event_init, event, pawl_event_init(NULL))                                               \
    X(pawl_event_set, event, pawl_event_set(NULL))                                                 \
    X(pawl_event_clear, event, pawl_event_clear(NULL))                                             \
    X(pawl_event_is_set, event, sink = (unsigned)pawl_event_is_set(NULL))                          \
    X(pawl_event_wait, event, pawl_event_wait(NULL))                                               \
    X(pawl_event_wait_for, event, sink = (unsigned)pawl_event_wait_for(NULL, 0))                   \
    X(pawl_event_wait_until, event, sink = (unsigned)pawl_event_wait_until(NULL, 0))               \
    X(pawl_event_describe, event, pawl_event_describe(NULL, NULL, 0))                              \
    X(pawl_event_describe, buf, pawl_event_describe(&an_event, NULL, 1))                           \
    X(pawl_barrier_init, barrier, sink = (unsigned)pawl_barrier_init(NULL, 1, NULL, NULL))         \
    X(pawl_barrier_wait, barrier, sink = (unsigned)pawl_barrier_wait(NULL, NULL))                  \
    X(pawl_barrier_wait_for, barrier, sink = (unsigned)pawl_barrier_wait_for(NULL, 0, NULL))       \
    X(pawl_barrier_wait_until, barrier, sink = (unsigned)pawl_barrier_wait_until(NULL, 0, NULL))   \
    X(pawl_barrier_abort, barrier, pawl_barrier_abort(NULL))                                       \
    X(pawl_barrier_reset, barrier, pawl_barrier_reset(NULL))                                       \
    X(pawl_barrier_parties, barrier, sink = (unsigned)pawl_barrier_parties(NULL))                  \
    X(pawl_barrier_waiting, barrier, sink = (unsigned)pawl_barrier_waiting(NULL))                  \
    X(pawl_barrier_broken, barrier, sink = (unsigned)pawl_barrier_broken(NULL))                    \
    X(pawl_barrier_describe, barrier, pawl_barrier_describe(NULL, NULL, 0))                        \
    X(pawl_barrier_describe, buf, pawl_barrier_describe(&a_barrier, NULL, 1))                      \
    X(pawl_rwlock_init, rwlock, pawl_rwlock_init(NULL))                                            \
    X(pawl_rwlock_acquire_shared, rwlock, pawl_rwlock_acquire_shared(NULL))                        \
    X(pawl_rwlock_acquire_exclusive, rwlock, pawl_rwlock_acquire_exclusive(NULL))                  \
    X(pawl_rwlock_try_acquire_shared, rwlock,                                                      \
      sink = (unsigned)pawl_rwlock_try_acquire_shared(NULL))                                       \
    X(pawl_rwlock_try_acquire_exclusive, rwlock,                                                   \
      sink = (unsigned)pawl_rwlock_try_acquire_exclusive(NULL))                                    \
    X(pawl_rwlock_acquire_shared_for, rwlock,                                                      \
      sink = (unsigned)pawl_rwlock_acquire_shared_for(NULL, 0))                                    \
    X(pawl_rwlock_acquire_shared_until, rwlock,                                                    \
      sink = (unsigned)pawl_rwlock_acquire_shared_until(NULL, 0))                                  \
    X(pawl_rwlock_acquire_exclusive_for, rwlock,                                                   \
      sink = (unsigned)pawl_rwlock_acquire_exclusive_for(NULL, 0))                                 \
    X(pawl_rwlock_acquire_exclusive_until, rwlock,                                                 \
      sink = (unsigned)pawl_rwlock_acquire_exclusive_until(NULL, 0))                               \
    X(pawl_rwlock_release_shared, rwlock, pawl_rwlock_release_shared(NULL))                        \
    X(pawl_rwlock_release_exclusive, rwlock, pawl_rwlock_release_exclusive(NULL))                  \
    X(pawl_rwlock_downgrade, rwlock, pawl_rwlock_downgrade(NULL))                                  \
    X(pawl_rwlock_describe, rwlock, pawl_rwlock_describe(NULL, NULL, 0))                           \
    X(pawl_rwlock_describe, buf, pawl_rwlock_describe(&an_rwlock, NULL, 1))                        \
    X(pawl_rwlock_reinit_after_fork, rwlock, pawl_rwlock_reinit_after_fork(NULL))                  \
    X(pawl_once_init, once, pawl_once_init(NULL))                                                  \
    X(pawl_once_call, once, pawl_once_call(NULL, do_nothing, NULL))                                \
    X(pawl_once_call, fn, pawl_once_call(&a_once, NULL, NULL))                                     \
    X(pawl_once_done, once, sink = (unsigned)pawl_once_done(NULL))                                 \
    X(pawl_once_describe, once, pawl_once_describe(NULL, NULL, 0))                                 \
    X(pawl_once_describe, buf, pawl_once_describe(&a_once, NULL, 1))                               \
    X(pawl_await_init, op, pawl_await_init(NULL, never_called, NULL))                              \
    X(pawl_await_init, fn, pawl_await_init(&an_await, NULL, NULL))                                 \
    X(pawl_await_context, op, sink = pawl_await_context(NULL) != NULL)                             \
    X(pawl_await_new, fn, sink = pawl_await_new(NULL, NULL) != NULL)                               \
    X(pawl_await_cancel, op, sink = (unsigned)pawl_await_cancel(NULL))                             \
    X(pawl_lock_acquire_await, lock, sink = (unsigned)pawl_lock_acquire_await(NULL, &an_await))    \
    X(pawl_lock_acquire_await, op, sink = (unsigned)pawl_lock_acquire_await(&a_lock, NULL))        \
    X(pawl_semaphore_acquire_await, op,                                                            \
      sink = (unsigned)pawl_semaphore_acquire_await(&a_semaphore, NULL))                           \
    X(pawl_semaphore_acquire_await, semaphore,                                                     \
      sink = (unsigned)pawl_semaphore_acquire_await(NULL, &an_await))                              \
    X(pawl_event_wait_await, event, sink = (unsigned)pawl_event_wait_await(NULL, &an_await))       \
    X(pawl_event_wait_await, op, sink = (unsigned)pawl_event_wait_await(&an_event, NULL))          \
    X(pawl_condition_wait_await, lock,                                                             \
      sink = (unsigned)pawl_condition_wait_await(&a_condition, NULL, &an_await))                   \
    X(pawl_condition_wait_await, condition,                                                        \
      sink = (unsigned)pawl_condition_wait_await(NULL, &a_lock, &an_await))                        \
    X(pawl_condition_wait_await, op,                                                               \
      sink = (unsigned)pawl_condition_wait_await(&a_condition, &a_lock, NULL))                     \
    X(pawl_barrier_wait_await, barrier,                                                            \
      sink = (unsigned)pawl_barrier_wait_await(NULL, &an_await, NULL))                             \
    X(pawl_barrier_wait_await, op,                                                                 \
      sink = (unsigned)pawl_barrier_wait_await(&a_barrier, NULL, NULL))                            \
    X(pawl_rwlock_acquire_shared_await, rwlock,                                                    \
      sink = (unsigned)pawl_rwlock_acquire_shared_await(NULL, &an_await))                          \
    X(pawl_rwlock_acquire_shared_await, op,                                                        \
      sink = (unsigned)pawl_rwlock_acquire_shared_await(&an_rwlock, NULL))                         \
    X(pawl_rwlock_acquire_exclusive_await, rwlock,                                                 \
      sink = (unsigned)pawl_rwlock_acquire_exclusive_await(NULL, &an_await))                       \
    X(pawl_rwlock_acquire_exclusive_await, op,                                                     \
      sink = (unsigned)pawl_rwlock_acquire_exclusive_await(&an_rwlock, NULL))                      \
    X(pawl_filelock_open, path, sink = (unsigned)pawl_filelock_open(NULL, NULL, &a_filelock))      \
    X(pawl_filelock_open, out, sink = (unsigned)pawl_filelock_open("path", NULL, NULL))            \
    X(pawl_filelock_acquire_shared, filelock, sink = (unsigned)pawl_filelock_acquire_shared(NULL)) \
    X(pawl_filelock_try_acquire_shared, filelock,                                                  \
      sink = (unsigned)pawl_filelock_try_acquire_shared(NULL))                                     \
    X(pawl_filelock_acquire_shared_for, filelock,                                                  \
      sink = (unsigned)pawl_filelock_acquire_shared_for(NULL, 0))                                  \
    X(pawl_filelock_acquire_shared_until, filelock,                                                \
      sink = (unsigned)pawl_filelock_acquire_shared_until(NULL, 0))                                \
    X(pawl_filelock_acquire_shared_await, filelock,                                                \
      sink = (unsigned)pawl_filelock_acquire_shared_await(NULL, &an_await))                        \
    X(pawl_filelock_acquire_shared_await, op,                                                      \
      sink = (unsigned)pawl_filelock_acquire_shared_await(some_filelock, NULL))                    \
    X(pawl_filelock_release_shared, filelock, pawl_filelock_release_shared(NULL))                  \
    X(pawl_filelock_acquire_exclusive, filelock,                                                   \
      sink = (unsigned)pawl_filelock_acquire_exclusive(NULL))                                      \
    X(pawl_filelock_try_acquire_exclusive, filelock,                                               \
      sink = (unsigned)pawl_filelock_try_acquire_exclusive(NULL))                                  \
    X(pawl_filelock_acquire_exclusive_for, filelock,                                               \
      sink = (unsigned)pawl_filelock_acquire_exclusive_for(NULL, 0))                               \
    X(pawl_filelock_acquire_exclusive_until, filelock,                                             \
      sink = (unsigned)pawl_filelock_acquire_exclusive_until(NULL, 0))                             \
    X(pawl_filelock_acquire_exclusive_await, filelock,                                             \
      sink = (unsigned)pawl_filelock_acquire_exclusive_await(NULL, &an_await))                     \
    X(pawl_filelock_acquire_exclusive_await, op,                                                   \
      sink = (unsigned)pawl_filelock_acquire_exclusive_await(some_filelock, NULL))                 \
    X(pawl_filelock_release_exclusive, filelock, pawl_filelock_release_exclusive(NULL))            \
    X(pawl_filelock_acquire_shared_unless, filelock,                                               \
      sink = (unsigned)pawl_filelock_acquire_shared_unless(NULL, &an_event, 0))                    \
    X(pawl_filelock_acquire_shared_unless, stop,                                                   \
      sink = (unsigned)pawl_filelock_acquire_shared_unless(some_filelock, NULL, 0))                \
    X(pawl_filelock_acquire_exclusive_unless, filelock,                                            \
      sink = (unsigned)pawl_filelock_acquire_exclusive_unless(NULL, &an_event, 0))                 \
    X(pawl_filelock_acquire_exclusive_unless, stop,                                                \
      sink = (unsigned)pawl_filelock_acquire_exclusive_unless(some_filelock, NULL, 0))             \
    X(pawl_filelock_abandoned, filelock, sink = (unsigned)pawl_filelock_abandoned(NULL))           \
    X(pawl_filelock_error, filelock, sink = (unsigned)pawl_filelock_error(NULL))                   \
    X(pawl_filelock_holder, filelock, pawl_filelock_holder(NULL, &a_holder))                       \
    X(pawl_filelock_holder, holder, pawl_filelock_holder(some_filelock, NULL))                     \
    X(pawl_filelock_describe, filelock, pawl_filelock_describe(NULL, NULL, 0))                     \
    X(pawl_filelock_describe, buf, pawl_filelock_describe(some_filelock, NULL, 1))

#include "null_probe.h"

int main(int argc, char **argv)
{
    return probe_null(argc, argv);
}
