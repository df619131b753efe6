/* SPDX-License-Identifier: MIT
 *
 * The moves: see soak.h. Each waits a few milliseconds at most, so that the gate opens soon.
 */
#include "soak.h"

#include "support.h"

static uint32_t choose(struct worker *worker, uint32_t below)
{
    return (uint32_t)(next_random(&worker->seed) % below);
}

/* From a try to two milliseconds. */
static pawl_ns some_patience(struct worker *worker)
{
    return choose(worker, 4) == 0 ? 0 : PAWL_US(choose(worker, 2000));
}

static void count_call(struct world *world, enum kind kind)
{
    pawl_lock_acquire(&world->count_lock);
    world->calls[kind]++;
    pawl_lock_release(&world->count_lock);
}

/* --- What is done with what was acquired, by a thread or a task ------------------------------- */

/* Now and then the holder of something lets the other threads run, so that they queue. */
static void dawdle(int64_t count)
{
    if (count % 8 == 0) {
        crew_yield();
    }
}

static void transfer(struct bank *bank, uint64_t random)
{
    int64_t amount = (int64_t)(random % 100);
    bank->accounts[random / 100 % ACCOUNTS] -= amount;
    dawdle((int64_t)++bank->transfers);
    bank->accounts[random / 10000 % ACCOUNTS] += amount;
    soak_insist(pawl_lock_release(&bank->lock) == PAWL_OK, "a bank's lock was released by another");
}

/* A task's, which has no random numbers of its own. */
static void transfer_some(struct bank *bank)
{
    transfer(bank, bank->transfers * 977);
}

static void use_permit(struct world *world)
{
    pawl_lock_acquire(&world->count_lock);
    world->inside++;
    soak_insist(world->inside <= PERMITS, "more are inside than there are permits");
    int64_t count = ++world->uses;
    pawl_lock_release(&world->count_lock);
    dawdle(count);
    pawl_lock_acquire(&world->count_lock);
    world->inside--;
    pawl_lock_release(&world->count_lock);
    soak_insist(pawl_semaphore_release(&world->permits) == PAWL_OK, "a permit too many");
}

/* With the store's lock. */
static void consume(struct world *world)
{
    if (world->items > 0) {
        world->items--;
        dawdle(++world->consumed);
    }
    soak_insist(pawl_lock_release(&world->store_lock) == PAWL_OK, "the store's lock was lost");
}

static void read_halves(struct world *world)
{
    dawdle(world->halves[0]);
    soak_insist(world->halves[0] == world->halves[1], "a reader sees half a write");
    soak_insist(pawl_rwlock_release_shared(&world->rwlock) == PAWL_OK, "a shared hold was lost");
}

static void write_halves(struct world *world)
{
    dawdle(++world->halves[0]);
    world->halves[1]++;
    soak_insist(pawl_rwlock_release_exclusive(&world->rwlock) == PAWL_OK,
                "an exclusive hold was lost");
}

/* --- Tasks ------------------------------------------------------------------------------------ */

static void use(struct slot *slot)
{
    struct world *world = slot->world;
    switch (slot->kind) {
    case ON_LOCK:
    case ON_FAIR_LOCK:
        transfer_some(&world->banks[slot->kind == ON_LOCK ? 0 : 1]);
        break;
    case ON_PERMIT:
        use_permit(world);
        break;
    case ON_ITEM:
        consume(world);
        break;
    case ON_READ:
        read_halves(world);
        break;
    case ON_WRITE:
        write_halves(world);
        break;
    default: /* an event or a round leaves nothing to give back */
        break;
    }
}

static void end(struct slot *slot, pawl_status result)
{
    if (result == PAWL_OK) {
        use(slot);
        count_call(slot->world, slot->kind);
    } else {
        soak_insist(result == PAWL_BROKEN && slot->kind == ON_ROUND, "a task got another result");
    }
    pawl__store8(&slot->state, IDLE, PAWL__RELEASE);
}

void soak_called(pawl_await *op, pawl_status result)
{
    end(pawl_await_context(op), result);
}

static pawl_status begin(struct slot *slot)
{
    struct world *world = slot->world;
    pawl_await *op = &slot->op;
    switch (slot->kind) {
    case ON_LOCK:
        return pawl_lock_acquire_await(&world->banks[0].lock, op);
    case ON_FAIR_LOCK:
        return pawl_lock_acquire_await(&world->banks[1].lock, op);
    case ON_PERMIT:
        return pawl_semaphore_acquire_await(&world->permits, op);
    case ON_EVENT:
        return pawl_event_wait_await(&world->event, op);
    case ON_ITEM:
        pawl_lock_acquire(&world->store_lock);
        return pawl_condition_wait_await(&world->filled, &world->store_lock, op);
    case ON_ROUND:
        return pawl_barrier_wait_await(&world->barrier, op, &slot->index);
    case ON_READ:
        return pawl_rwlock_acquire_shared_await(&world->rwlock, op);
    default:
        return pawl_rwlock_acquire_exclusive_await(&world->rwlock, op);
    }
}

static void play_task(struct worker *worker)
{
    struct slot *slot = &worker->slots[choose(worker, SLOTS)];
    if (pawl__load8(&slot->state, PAWL__ACQUIRE) == PENDING) {
        if (pawl_await_cancel(&slot->op)) {
            worker->cancels++;
            pawl__store8(&slot->state, IDLE, PAWL__RELEASE);
        }
        return;
    }
    slot->kind = (enum kind)choose(worker, KINDS);
    pawl__store8(&slot->state, PENDING, PAWL__RELAXED);
    pawl_status status = begin(slot);
    if (status != PAWL_PENDING) {
        end(slot, status);
    }
}

/* --- Threads ---------------------------------------------------------------------------------- */

static void note(struct worker *worker, pawl_status status)
{
    soak_insist(status == PAWL_TIMEOUT, "a wait returned what it cannot");
    worker->timeouts++;
}

static void play_bank(struct worker *worker)
{
    struct bank *bank = &worker->world->banks[choose(worker, 2)];
    pawl_status status = pawl_lock_acquire_for(&bank->lock, some_patience(worker));
    if (status == PAWL_OK) {
        transfer(bank, next_random(&worker->seed));
    } else {
        note(worker, status);
    }
}

static void play_rlock(struct worker *worker)
{
    struct world *world = worker->world;
    pawl_status status = pawl_rlock_acquire_for(&world->rlock, some_patience(worker));
    if (status != PAWL_OK) {
        note(worker, status);
        return;
    }
    pawl_rlock_acquire(&world->rlock);
    soak_insist(world->pair[0] == world->pair[1], "the rlock does not exclude");
    world->pair[0]++;
    world->pair[1]++;
    soak_insist(pawl_rlock_release(&world->rlock) == PAWL_OK &&
                    pawl_rlock_release(&world->rlock) == PAWL_OK,
                "the rlock's owner was lost");
}

static void play_permit(struct worker *worker)
{
    struct world *world = worker->world;
    pawl_status status = pawl_semaphore_acquire_for(&world->permits, some_patience(worker));
    if (status == PAWL_OK) {
        use_permit(world);
    } else {
        note(worker, status);
    }
}

static void play_store(struct worker *worker)
{
    struct world *world = worker->world;
    pawl_lock_acquire(&world->store_lock);
    if (choose(worker, 2) == 0) {
        world->items++;
        world->produced++;
        pawl_condition_notify(&world->filled, 1 + choose(worker, 3));
        pawl_lock_release(&world->store_lock);
        return;
    }
    if (world->items == 0) {
        pawl_status status =
            pawl_condition_wait_for(&world->filled, &world->store_lock, some_patience(worker));
        if (status != PAWL_OK) {
            note(worker, status);
        }
    }
    consume(world);
}

static void play_event(struct worker *worker)
{
    struct world *world = worker->world;
    uint32_t what = choose(worker, 4);
    if (what == 0) {
        pawl_event_set(&world->event);
    } else if (what == 1) {
        pawl_event_clear(&world->event);
    } else {
        pawl_status status = pawl_event_wait_for(&world->event, some_patience(worker));
        if (status != PAWL_OK) {
            note(worker, status);
        }
    }
}

static void play_barrier(struct worker *worker)
{
    struct world *world = worker->world;
    uint32_t index = 0;
    if (choose(worker, 20) == 0) {
        pawl_barrier_abort(&world->barrier);
    }
    pawl_status status = pawl_barrier_wait_for(&world->barrier, some_patience(worker), &index);
    if (status == PAWL_OK) {
        soak_insist(index < pawl_barrier_parties(&world->barrier), "an index outside its range");
    } else if (status == PAWL_BROKEN) {
        pawl_barrier_reset(&world->barrier);
    } else {
        note(worker, status);
    }
}

static void play_rwlock(struct worker *worker)
{
    struct world *world = worker->world;
    bool writes = choose(worker, 4) == 0;
    pawl_ns patience = some_patience(worker);
    pawl_status status = writes ? pawl_rwlock_acquire_exclusive_for(&world->rwlock, patience)
                                : pawl_rwlock_acquire_shared_for(&world->rwlock, patience);
    if (status != PAWL_OK) {
        note(worker, status);
    } else if (!writes) {
        read_halves(world);
    } else if (choose(worker, 3) == 0) {
        soak_insist(pawl_rwlock_downgrade(&world->rwlock) == PAWL_OK, "no downgrade");
        read_halves(world);
    } else {
        write_halves(world);
    }
}

static void run_once(void *ctx)
{
    ++*(int64_t *)ctx;
}

static void play_once(struct worker *worker)
{
    struct world *world = worker->world;
    uint32_t which = choose(worker, ONCES);
    pawl_once_call(&world->onces[which], run_once, &world->once_runs[which]);
    soak_insist(world->once_runs[which] == 1, "a once ran twice, or not");
}

void soak_move(struct worker *worker)
{
    static void (*const plays[])(struct worker *worker) = {
        play_bank, play_rlock, play_permit, play_store, play_event, play_barrier, play_rwlock,
        play_once, play_task,  play_task,   play_task,  play_task,
    };
    plays[choose(worker, sizeof plays / sizeof plays[0])](worker);
    worker->moves++;
}
