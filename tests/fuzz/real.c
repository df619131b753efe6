/* SPDX-License-Identifier: MIT
 *
 * pawl as a machine: see machine.h.
 */
#include "lot.h"
#include "machine.h"

#include <stdlib.h>

struct machine {
    struct player *player;
    pawl_lock lock;
    pawl_semaphore semaphore;
    pawl_event event;
    pawl_condition condition;
    pawl_barrier barrier;
    pawl_rwlock rwlock;
    pawl_await ops[MACHINE_TASKS];
    uint32_t index[MACHINE_TASKS];
};

static void called(pawl_await *op, pawl_status result)
{
    struct machine *machine = pawl_await_context(op);
    if (machine->player != NULL) {
        player_called(machine->player, (unsigned)(op - machine->ops), result);
    }
}

static struct machine *make(struct player *player, bool fair)
{
    struct machine *machine = calloc(1, sizeof *machine);
    if (machine == NULL || pawl_semaphore_init_bounded(&machine->semaphore, MACHINE_BOUND) != 0 ||
        pawl_barrier_init(&machine->barrier, MACHINE_PARTIES, NULL, NULL) != PAWL_OK) {
        abort();
    }
    machine->player = player;
    if (fair) {
        pawl_lock_init_fair(&machine->lock);
    }
    for (size_t i = 0; i < MACHINE_TASKS; i++) {
        pawl_await_init(&machine->ops[i], called, machine);
    }
    return machine;
}

static void discard(struct machine *machine)
{
    machine->player = NULL; /* a task that these cancels let proceed plays no more */
    for (size_t i = 0; i < MACHINE_TASKS; i++) {
        pawl_await_cancel(&machine->ops[i]);
    }
    free(machine);
}

static pawl_status start(struct machine *machine, unsigned task, enum thing thing)
{
    pawl_await *op = &machine->ops[task];
    switch (thing) {
    case LOCK:
        return pawl_lock_acquire_await(&machine->lock, op);
    case PERMIT:
        return pawl_semaphore_acquire_await(&machine->semaphore, op);
    case EVENT:
        return pawl_event_wait_await(&machine->event, op);
    case ITEM:
        return pawl_condition_wait_await(&machine->condition, &machine->lock, op);
    case ROUND:
        return pawl_barrier_wait_await(&machine->barrier, op, &machine->index[task]);
    case SHARED:
        return pawl_rwlock_acquire_shared_await(&machine->rwlock, op);
    default:
        return pawl_rwlock_acquire_exclusive_await(&machine->rwlock, op);
    }
}

static bool cancel(struct machine *machine, unsigned task)
{
    return pawl_await_cancel(&machine->ops[task]);
}

static pawl_status give_back(struct machine *machine, enum thing thing)
{
    switch (thing) {
    case LOCK:
    case ITEM:
        return pawl_lock_release(&machine->lock);
    case PERMIT:
        return pawl_semaphore_release(&machine->semaphore);
    case SHARED:
        return pawl_rwlock_release_shared(&machine->rwlock);
    case EXCLUSIVE:
        return pawl_rwlock_release_exclusive(&machine->rwlock);
    default:
        return PAWL_OK;
    }
}

static int64_t count_waiters(struct machine *machine, enum thing thing)
{
    const void *const keys[THINGS] = {
        &machine->lock,    &machine->semaphore, &machine->event,
        &machine->condition, &machine->barrier, &machine->rwlock,
        (const char *)&machine->rwlock + 1,
    };
    return (int64_t)pawl__lot_count(keys[thing]);
}

static int64_t act(struct machine *machine, enum act act, unsigned number)
{
    switch (act) {
    case TRY_LOCK:
        return pawl_lock_try_acquire(&machine->lock);
    case TRY_PERMIT:
        return pawl_semaphore_try_acquire(&machine->semaphore);
    case RELEASE_N:
        return pawl_semaphore_release_n(&machine->semaphore, number);
    case SET:
        pawl_event_set(&machine->event);
        return 0;
    case CLEAR:
        pawl_event_clear(&machine->event);
        return 0;
    case NOTIFY:
        return (int64_t)pawl_condition_notify(&machine->condition, number);
    case NOTIFY_ALL:
        return (int64_t)pawl_condition_notify_all(&machine->condition);
    case ABORT:
        pawl_barrier_abort(&machine->barrier);
        return 0;
    case RESET:
        pawl_barrier_reset(&machine->barrier);
        return 0;
    case TRY_SHARED:
        return pawl_rwlock_acquire_shared_for(&machine->rwlock, 0);
    case TRY_EXCLUSIVE:
        return pawl_rwlock_try_acquire_exclusive(&machine->rwlock);
    case DOWNGRADE:
        return pawl_rwlock_downgrade(&machine->rwlock);
    case WAIT_ROUND_NOW:
        return pawl_barrier_wait_until(&machine->barrier, 0, NULL);
    case TIME_OUT:
        return pawl__await_time_out(&machine->ops[number]);
    default:
        return count_waiters(machine, (enum thing)number);
    }
}

static uint32_t party_index(struct machine *machine, unsigned task)
{
    return machine->index[task];
}

const struct machine_calls real_machine = {
    .name = "pawl",
    .make = make,
    .discard = discard,
    .start = start,
    .cancel = cancel,
    .give_back = give_back,
    .act = act,
    .index = party_index,
};
