/* SPDX-License-Identifier: MIT
 *
 * The sequential model: what docs/semantics.md promises to one thread and its tasks, with queues of
 * numbers and no concurrency. See machine.h.
 */
#include "machine.h"

#include <stdlib.h>
#include <string.h>

/* Numbers of tasks, oldest first. */
struct queue {
    unsigned tasks[MACHINE_TASKS];
    size_t length;
};

enum state { IDLE, WAITING, GRANTED };

struct machine {
    struct player *player;
    bool locked;
    int64_t permits;
    bool set, broken;
    unsigned readers;
    bool writer;
    bool wants_exclusive[MACHINE_TASKS]; /* of those in queues[SHARED], which all wait in; in
                                            queues[EXCLUSIVE] is who is next, once readers left */
    struct queue queues[THINGS];
    enum state states[MACHINE_TASKS];
    enum thing where[MACHINE_TASKS]; /* the queue that the task waits in */
    bool notified[MACHINE_TASKS];    /* it is on the lock's queue by a notification */
    bool hands_on[MACHINE_TASKS];    /* a notification that others could have had */
    uint32_t index[MACHINE_TASKS];
    pawl_status results[MACHINE_TASKS];
    struct queue ready; /* granted, to be called */
    bool calling;
};

static void append(struct queue *queue, unsigned task)
{
    queue->tasks[queue->length++] = task;
}

static void erase(struct queue *queue, unsigned task)
{
    size_t kept = 0;
    for (size_t i = 0; i < queue->length; i++) {
        if (queue->tasks[i] != task) {
            queue->tasks[kept++] = queue->tasks[i];
        }
    }
    queue->length = kept;
}

static void wait_in(struct machine *machine, unsigned task, enum thing thing)
{
    machine->states[task] = WAITING;
    machine->where[task] = thing;
    append(&machine->queues[thing], task);
}

static void grant(struct machine *machine, unsigned task, pawl_status result)
{
    erase(&machine->queues[machine->where[task]], task);
    machine->states[task] = GRANTED;
    machine->results[task] = result;
    append(&machine->ready, task);
}

/* The oldest of a queue, or false. */
static bool grant_first(struct machine *machine, enum thing thing, pawl_status result)
{
    if (machine->queues[thing].length == 0) {
        return false;
    }
    grant(machine, machine->queues[thing].tasks[0], result);
    return true;
}

static unsigned grant_all(struct machine *machine, enum thing thing, pawl_status result)
{
    unsigned count = 0;
    while (grant_first(machine, thing, result)) {
        count++;
    }
    return count;
}

/* At the end of each call: the tasks that were granted are called one after the other, never one
 * inside another. */
static void call_ready(struct machine *machine)
{
    if (machine->calling) {
        return;
    }
    machine->calling = true;
    while (machine->ready.length > 0) {
        unsigned task = machine->ready.tasks[0];
        erase(&machine->ready, task);
        machine->states[task] = IDLE;
        player_called(machine->player, task, machine->results[task]);
    }
    machine->calling = false;
}

/* --- One rule a function ---------------------------------------------------------------------- */

static pawl_status release_lock(struct machine *machine)
{
    if (!machine->locked) {
        return PAWL_NOT_HELD;
    }
    machine->locked = grant_first(machine, LOCK, PAWL_OK);
    return PAWL_OK;
}

static pawl_status release_permits(struct machine *machine, int64_t n)
{
    if (n < 1) {
        return PAWL_INVALID;
    }
    if (machine->permits + n > MACHINE_BOUND) {
        return PAWL_OVERFLOW;
    }
    while (n > 0 && grant_first(machine, PERMIT, PAWL_OK)) {
        n--;
    }
    machine->permits += n;
    return PAWL_OK;
}

/* Move the oldest at the condition to the lock: each is the next holder or waits. */
static int64_t notify(struct machine *machine, size_t n)
{
    int64_t count = 0;
    bool hands_on = machine->queues[ITEM].length > n;
    while (n > 0 && machine->queues[ITEM].length > 0) {
        unsigned task = machine->queues[ITEM].tasks[0];
        if (machine->locked) {
            erase(&machine->queues[ITEM], task);
            wait_in(machine, task, LOCK);
            machine->notified[task] = true;
            machine->hands_on[task] = hands_on;
        } else {
            machine->locked = true;
            grant(machine, task, PAWL_OK);
        }
        count++;
        n--;
    }
    return count;
}

static void end_round(struct machine *machine, pawl_status result, bool broken)
{
    for (size_t i = 0; result == PAWL_OK && i < machine->queues[ROUND].length; i++) {
        machine->index[machine->queues[ROUND].tasks[i]] = (uint32_t)i;
    }
    grant_all(machine, ROUND, result);
    machine->broken = broken;
}

static pawl_status arrive(struct machine *machine, unsigned task)
{
    if (machine->broken) {
        return PAWL_BROKEN;
    }
    if (machine->queues[ROUND].length + 1 < MACHINE_PARTIES) {
        wait_in(machine, task, ROUND);
        return PAWL_PENDING;
    }
    machine->index[task] = MACHINE_PARTIES - 1;
    end_round(machine, PAWL_OK, false);
    return PAWL_OK;
}

/* Held exclusively, or about to be: nobody comes in. */
static bool is_closed(const struct machine *machine)
{
    return machine->writer || machine->queues[EXCLUSIVE].length > 0;
}

static bool take_shared(struct machine *machine)
{
    bool free = !is_closed(machine);
    machine->readers += free ? 1 : 0;
    return free;
}

static bool take_exclusive(struct machine *machine)
{
    bool free = !is_closed(machine) && machine->readers == 0;
    machine->writer = machine->writer || free;
    return free;
}

/* A writer is the next at once, behind the readers that are in; or queues. */
static void wait_for_rwlock(struct machine *machine, unsigned task, enum thing thing)
{
    bool next = thing == EXCLUSIVE && !is_closed(machine);
    machine->wants_exclusive[task] = thing == EXCLUSIVE;
    wait_in(machine, task, next ? EXCLUSIVE : SHARED);
}

/* Let in those who queue, in their order. */
static void let_in(struct machine *machine)
{
    while (!is_closed(machine) && machine->queues[SHARED].length > 0) {
        unsigned task = machine->queues[SHARED].tasks[0];
        if (!machine->wants_exclusive[task]) {
            machine->readers++;
            grant(machine, task, PAWL_OK);
        } else if (machine->readers == 0) {
            machine->writer = true;
            grant(machine, task, PAWL_OK);
        } else {
            erase(&machine->queues[SHARED], task);
            wait_in(machine, task, EXCLUSIVE);
        }
    }
}

static pawl_status release_shared(struct machine *machine)
{
    if (machine->readers == 0) {
        return PAWL_NOT_HELD;
    }
    if (--machine->readers == 0) {
        machine->writer = grant_first(machine, EXCLUSIVE, PAWL_OK);
    }
    return PAWL_OK;
}

static pawl_status release_exclusive(struct machine *machine)
{
    if (!machine->writer) {
        return PAWL_NOT_HELD;
    }
    machine->writer = false;
    let_in(machine);
    return PAWL_OK;
}

static pawl_status downgrade(struct machine *machine)
{
    if (!machine->writer) {
        return PAWL_NOT_HELD;
    }
    machine->writer = false;
    machine->readers = 1;
    let_in(machine);
    return PAWL_OK;
}

/* --- The machine ------------------------------------------------------------------------------ */

static struct machine *make(struct player *player, bool fair)
{
    struct machine *machine = calloc(1, sizeof *machine);
    if (machine == NULL) {
        abort();
    }
    machine->player = player;
    machine->permits = MACHINE_BOUND;
    (void)fair; /* among tasks alone a default lock is as fair */
    return machine;
}

static void discard(struct machine *machine)
{
    free(machine);
}

static pawl_status take_or_wait(struct machine *machine, unsigned task, enum thing thing)
{
    bool taken = false;
    switch (thing) {
    case LOCK:
        taken = !machine->locked;
        machine->locked = true;
        break;
    case PERMIT:
        taken = machine->permits > 0;
        machine->permits -= taken ? 1 : 0;
        break;
    case EVENT:
        taken = machine->set;
        break;
    case SHARED:
        taken = take_shared(machine);
        break;
    default:
        taken = take_exclusive(machine);
        break;
    }
    if (taken) {
        return PAWL_OK;
    }
    if (thing == SHARED || thing == EXCLUSIVE) {
        wait_for_rwlock(machine, task, thing);
    } else {
        wait_in(machine, task, thing);
    }
    return PAWL_PENDING;
}

static pawl_status start(struct machine *machine, unsigned task, enum thing thing)
{
    if (thing == ITEM && !machine->locked) {
        return PAWL_NOT_HELD;
    }
    if (machine->states[task] != IDLE) {
        return PAWL_INVALID;
    }
    machine->notified[task] = false;
    pawl_status status = PAWL_PENDING;
    if (thing == ITEM) {
        wait_in(machine, task, ITEM);
        release_lock(machine);
    } else if (thing == ROUND) {
        status = arrive(machine, task);
    } else {
        status = take_or_wait(machine, task, thing);
    }
    call_ready(machine);
    return status;
}

/* A waiter leaves its queue; false: it is in none. */
static bool leave(struct machine *machine, unsigned task)
{
    if (machine->states[task] != WAITING) {
        return false;
    }
    enum thing thing = machine->where[task];
    erase(&machine->queues[thing], task);
    machine->states[task] = IDLE;
    if (thing == EXCLUSIVE) {
        let_in(machine);
    }
    return true;
}

static bool cancel(struct machine *machine, unsigned task)
{
    bool done = leave(machine, task);
    if (done && machine->notified[task] && machine->hands_on[task]) {
        notify(machine, 1);
    }
    call_ready(machine);
    return done;
}

static bool time_out(struct machine *machine, unsigned task)
{
    bool waits = machine->states[task] == WAITING;
    bool done = !(waits && machine->notified[task]) && leave(machine, task);
    if (done && machine->where[task] == ROUND) {
        end_round(machine, PAWL_BROKEN, true);
    }
    call_ready(machine);
    return done;
}

static pawl_status give_back(struct machine *machine, enum thing thing)
{
    pawl_status status = PAWL_OK;
    if (thing == LOCK || thing == ITEM) {
        status = release_lock(machine);
    } else if (thing == PERMIT) {
        status = release_permits(machine, 1);
    } else if (thing == SHARED) {
        status = release_shared(machine);
    } else if (thing == EXCLUSIVE) {
        status = release_exclusive(machine);
    }
    call_ready(machine);
    return status;
}

static int64_t try_thing(struct machine *machine, enum act act)
{
    bool taken = false;
    switch (act) {
    case TRY_LOCK:
        taken = !machine->locked;
        machine->locked = true;
        return taken;
    case TRY_PERMIT:
        taken = machine->permits > 0;
        machine->permits -= taken ? 1 : 0;
        return taken;
    case TRY_SHARED:
        return take_shared(machine) ? PAWL_OK : PAWL_TIMEOUT;
    default:
        return take_exclusive(machine);
    }
}

/* With a past deadline: it is the last to arrive, or breaks the barrier. */
static pawl_status wait_round_now(struct machine *machine)
{
    if (machine->broken) {
        return PAWL_BROKEN;
    }
    bool last = machine->queues[ROUND].length + 1 == MACHINE_PARTIES;
    end_round(machine, last ? PAWL_OK : PAWL_BROKEN, !last);
    return last ? PAWL_OK : PAWL_TIMEOUT;
}

static int64_t do_act(struct machine *machine, enum act act, unsigned number)
{
    switch (act) {
    case TRY_LOCK:
    case TRY_PERMIT:
    case TRY_SHARED:
    case TRY_EXCLUSIVE:
        return try_thing(machine, act);
    case RELEASE_N:
        return release_permits(machine, number);
    case SET:
        machine->set = true;
        grant_all(machine, EVENT, PAWL_OK);
        return 0;
    case CLEAR:
        machine->set = false;
        return 0;
    case NOTIFY:
        return notify(machine, number);
    case NOTIFY_ALL:
        return notify(machine, MACHINE_TASKS);
    case ABORT:
    case RESET:
        end_round(machine, PAWL_BROKEN, act == ABORT);
        return 0;
    case DOWNGRADE:
        return downgrade(machine);
    case WAIT_ROUND_NOW:
        return wait_round_now(machine);
    case TIME_OUT:
        return time_out(machine, number);
    default:
        return (int64_t)machine->queues[number].length;
    }
}

static int64_t act(struct machine *machine, enum act act, unsigned number)
{
    int64_t result = do_act(machine, act, number);
    call_ready(machine);
    return result;
}

static uint32_t party_index(struct machine *machine, unsigned task)
{
    return machine->index[task];
}

const struct machine_calls model_machine = {
    .name = "the model",
    .make = make,
    .discard = discard,
    .start = start,
    .cancel = cancel,
    .give_back = give_back,
    .act = act,
    .index = party_index,
};
