/* SPDX-License-Identifier: MIT */
#include "caller.h"

#include "waits.h"

static void make_call(void *context)
{
    struct caller *caller = context;
    caller->status = caller->call(caller);
    if (caller->status == PAWL_OK && caller->turn != NULL) {
        caller->order = (*caller->turn)++;
    }
    caller->ended = pawl_now();
    pawl__store8(&caller->is_back, 1, PAWL__RELEASE); /* pairs with caller_is_back */
    if (caller->then != NULL) {
        caller->then(caller);
    }
}

static const void *key_of(const struct caller *caller)
{
    if (caller->key != NULL) {
        return caller->key;
    }
    if (caller->call == call_rlock) {
        return &((const pawl_rlock *)caller->object)->lock_;
    }
    return caller->call == call_exclusive ? (const char *)caller->object + 1 : caller->object;
}

void caller_start(struct caller *caller, size_t place)
{
    caller->status = PAWL_PENDING;
    caller->has_begun = caller->is_back = caller->must_stop = 0;
    crew_start(&caller->thread, make_call, caller);
    if (place != AT_ITS_OWN_TIME) {
        wait_for_waiters(key_of(caller), place);
    }
}

void caller_start_on(struct caller *caller, pawl_status (*call)(struct caller *caller),
                     void *object, int64_t time, size_t place)
{
    caller->call = call;
    caller->object = object;
    caller->time = time;
    caller_start(caller, place);
}

pawl_status caller_join(struct caller *caller)
{
    crew_join(&caller->thread);
    return caller->status;
}

bool caller_is_back(const struct caller *caller)
{
    return pawl__load8(&caller->is_back, PAWL__ACQUIRE) != 0; /* pairs with make_call */
}

void caller_begins(struct caller *caller)
{
    pawl__store8(&caller->has_begun, 1, PAWL__RELEASE); /* pairs with has_begun */
}

static bool has_begun(void *context)
{
    struct caller *caller = context;
    return pawl__load8(&caller->has_begun, PAWL__ACQUIRE) != 0; /* pairs with caller_begins */
}

void caller_await_begin(struct caller *caller)
{
    crew_until(has_begun, caller);
}

/* Relaxed, so that it orders nothing that the test is about. */
void caller_stop(struct caller *caller)
{
    pawl__store8(&caller->must_stop, 1, PAWL__RELAXED);
}

bool caller_must_stop(struct caller *caller)
{
    return pawl__load8(&caller->must_stop, PAWL__RELAXED) != 0;
}

void callers_queue(struct caller *callers, size_t count, pawl_status (*call)(struct caller *caller),
                   void *object)
{
    for (size_t i = 0; i < count; i++) {
        callers[i].form = (enum form)(i % FORMS);
        caller_start_on(&callers[i], call, object,
                        callers[i].form == FOR ? PAWL_S(3600) : PAWL_NEVER, i + 1);
    }
}

void callers_start(struct caller *callers, size_t count, const struct caller *model)
{
    for (size_t i = 0; i < count; i++) {
        callers[i] = *model;
        callers[i].seed += i;
        caller_start(&callers[i], AT_ITS_OWN_TIME);
    }
}

uint64_t callers_join(struct caller *callers, size_t count, pawl_status expected)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(caller_join(&callers[i]), expected);
        assert_int_equal(callers[i].mistakes, 0);
        sum += callers[i].count;
    }
    return sum;
}

size_t callers_back(const struct caller *callers, size_t count)
{
    size_t back = 0;
    for (size_t i = 0; i < count; i++) {
        back += caller_is_back(&callers[i]) ? 1 : 0;
    }
    return back;
}

/* call_NAME in its three forms. */
#define CALL(name, type, verb)                                                                     \
    pawl_status call_##name(struct caller *caller)                                                 \
    {                                                                                              \
        type *object = caller->object;                                                             \
        switch (caller->form) {                                                                    \
        case UNTIL:                                                                                \
            return verb##_until(object, caller->time);                                             \
        case FOR:                                                                                  \
            return verb##_for(object, caller->time);                                               \
        default:                                                                                   \
            verb(object);                                                                          \
            return PAWL_OK;                                                                        \
        }                                                                                          \
    }

CALL(lock, pawl_lock, pawl_lock_acquire)
CALL(rlock, pawl_rlock, pawl_rlock_acquire)
CALL(semaphore, pawl_semaphore, pawl_semaphore_acquire)
CALL(event, pawl_event, pawl_event_wait)
CALL(latch, pawl_latch, pawl_latch_wait)
CALL(shared, pawl_rwlock, pawl_rwlock_acquire_shared)
CALL(exclusive, pawl_rwlock, pawl_rwlock_acquire_exclusive)

pawl_status call_barrier(struct caller *caller)
{
    switch (caller->form) {
    case UNTIL:
        return pawl_barrier_wait_until(caller->object, caller->time, &caller->number);
    case FOR:
        return pawl_barrier_wait_for(caller->object, caller->time, &caller->number);
    default:
        return pawl_barrier_wait(caller->object, &caller->number);
    }
}

pawl_status call_condition(struct caller *caller)
{
    pawl_lock_acquire(caller->lock);
    pawl_status status = pawl_condition_wait_until(caller->object, caller->lock, caller->time);
    pawl_lock_release(caller->lock);
    return status;
}

pawl_status call_wait(struct caller *caller)
{
    return caller->wait->call(caller->object, caller->time);
}

void caller_start_wait(struct caller *caller, const struct wait_kind *wait, struct stage *stage,
                       pawl_time deadline)
{
    caller->wait = wait;
    wait->shut(stage);
    caller_start_on(caller, call_wait, stage, deadline, AT_ITS_OWN_TIME);
}

#define RELEASE_AFTER(name, release)                                                               \
    void release_##name##_after(struct caller *caller)                                             \
    {                                                                                              \
        if (caller->status == PAWL_OK) {                                                           \
            release(caller->object);                                                               \
        }                                                                                          \
    }

RELEASE_AFTER(lock, pawl_lock_release)
RELEASE_AFTER(rlock, pawl_rlock_release)
RELEASE_AFTER(semaphore, pawl_semaphore_release)
RELEASE_AFTER(shared, pawl_rwlock_release_shared)
RELEASE_AFTER(exclusive, pawl_rwlock_release_exclusive)
