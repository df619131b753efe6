/* SPDX-License-Identifier: MIT
 *
 * Walks the contract and writes one line a sentence with what it observed, free of times and
 * addresses: every platform must write the same bytes (tests/contract/conformance.expected).
 *
 *   conformance FILE
 */
#include "conformance.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *transcript;

void say(const char *sentence, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(transcript, "%s: ", sentence);
    vfprintf(transcript, format, arguments);
    fputc('\n', transcript);
    va_end(arguments);
}

void say_heading(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("# ", transcript);
    vfprintf(transcript, format, arguments);
    fputc('\n', transcript);
    va_end(arguments);
}

const char *name(pawl_status status)
{
    return pawl_status_name(status);
}

const char *truth(bool value)
{
    return value ? "true" : "false";
}

const char *early(bool value)
{
    return value ? "early" : "not early";
}

static void walk_base(void)
{
    say_heading("base");
    say("status names", "%s %s %s %s %s %s %s %s %s %s %s", name(PAWL_OK), name(PAWL_TIMEOUT),
        name(PAWL_CANCELLED), name(PAWL_PENDING), name(PAWL_NOT_HELD), name(PAWL_OVERFLOW),
        name(PAWL_BROKEN), name(PAWL_INVALID), name(PAWL_NO_MEMORY), name(PAWL_SYSTEM),
        name(PAWL_UNSUPPORTED));
    say("status values", "%d to %d", (int)PAWL_OK, (int)PAWL_UNSUPPORTED);
    say("version", "%s", pawl_version());
    say("now is above 0", "%s", truth(pawl_now() > 0));
    say("after_s of INT64_MAX is never", "%s", truth(pawl_after_s(INT64_MAX) == PAWL_NEVER));
    say("after_ms of -1 is past", "%s", truth(pawl_after_ms(-1) <= pawl_now()));
    say("durations", "%lld %lld %lld", (long long)PAWL_US(1), (long long)PAWL_MS(1),
        (long long)PAWL_S(1));
}

static void walk_all(const char *kind, pawl_lock *lock)
{
    pawl_time start = pawl_now();
    pawl_lock_acquire(lock);
    say_heading("All, %s", kind);
    pawl_status status = pawl_lock_acquire_for(lock, PAWL_MS(3));
    say("All.1 a wait never ends early", "%s, %s", name(status),
        early(pawl_now() - start < PAWL_MS(3)));
    status = pawl_lock_acquire_until(lock, INT64_MIN);
    say("All.2 a deadline in the past on a locked one", "%s", name(status));
    status = pawl_lock_acquire_for(lock, 0);
    say("All.2 a duration of 0 on a locked one", "%s", name(status));
    pawl_lock_release(lock);
    status = pawl_lock_acquire_for(lock, -1);
    say("All.2 a duration of -1 on an unlocked one", "%s", name(status));
    pawl_lock_release(lock);
    status = pawl_lock_acquire_until(lock, 0);
    say("All.2 a deadline in the past on an unlocked one", "%s", name(status));
    struct caller first = {0};
    struct caller second = {0};
    caller_start_on(&first, call_lock, lock, pawl_after_ms(30), AT_ITS_OWN_TIME);
    caller_start_on(&second, call_lock, lock, PAWL_NEVER, AT_ITS_OWN_TIME);
    caller_join(&first);
    wait_for_waiters(lock, 1);
    say("All.3 a wait that times out", "%s, one waiter left", name(first.status));
    status = pawl_lock_release(lock);
    caller_join(&second);
    say("All.3 the next waiter is served", "release %s, waiter %s", name(status),
        name(second.status));
    status = pawl_lock_release(lock);
    say("All.4 misuse changes nothing", "release %s, again %s, locked %s", name(status),
        name(pawl_lock_release(lock)), truth(pawl_lock_locked(lock)));
}

void say_description(const char *sentence, const void *object,
                     int (*describe)(const void *object, char *buf, size_t size))
{
    char text[96];
    int length = describe(object, text, sizeof text);
    int sized = describe(object, NULL, 0);
    char *address = strstr(text, " at 0x");
    unsigned long long value = address == NULL ? 0 : strtoull(address + 4, NULL, 16);
    if (address != NULL) {
        strcpy(address, " at ADDRESS>");
    }
    say(sentence, "%s, its own address %s, (NULL, 0) alike %s", text,
        truth((uintptr_t)value == (uintptr_t)object), truth(length == sized && length > 0));
}

static int describe_lock(const void *lock, char *buf, size_t size)
{
    return pawl_lock_describe(lock, buf, size);
}

static void walk_description(const char *kind, pawl_lock *lock)
{
    struct caller other = {0};
    char small[10];
    say_heading("All.10, %s", kind);
    say_description("All.10 describe, unlocked", lock, describe_lock);
    pawl_lock_acquire(lock);
    say_description("All.10 describe, locked", lock, describe_lock);
    caller_start_on(&other, call_lock, lock, PAWL_NEVER, 1);
    say_description("All.10 describe, with a waiter", lock, describe_lock);
    pawl_lock_describe(lock, small, sizeof small);
    say("All.10 describe, 10 bytes", "%s", small);
    pawl_lock_release(lock);
    caller_join(&other);
    pawl_lock_release(lock);
    pawl_lock_free(NULL);
    say("All.12 free of NULL", "returned");
}

static void walk_states(const char *kind, pawl_lock *lock)
{
    say_heading("Lock, %s", kind);
    say("Lock.1 fresh", "locked %s, size %u", truth(pawl_lock_locked(lock)),
        (unsigned)sizeof *lock);
    pawl_lock_acquire(lock);
    say("Lock.1 after acquire", "locked %s", truth(pawl_lock_locked(lock)));
    say("Lock.1 try_acquire of a locked one", "%s", truth(pawl_lock_try_acquire(lock)));
    say("Lock.2 a second acquire by the holder", "%s",
        name(pawl_lock_acquire_for(lock, PAWL_MS(1))));
    struct caller other = {0};
    caller_start_on(&other, call_lock, lock, PAWL_NEVER, 1);
    say("Lock.1 acquire of a locked one", "has it %s, waiters %u",
        truth(caller_is_back(&other)), (unsigned)pawl__lot_count(lock));
    say("Lock.2 release", "%s", name(pawl_lock_release(lock)));
    caller_join(&other);
    say("Lock.1 the waiter after the release", "%s, locked %s", name(other.status),
        truth(pawl_lock_locked(lock)));
    say("Lock.2 release by another thread than the holder's", "%s", name(pawl_lock_release(lock)));
    say("Lock.3 release of an unlocked one", "%s, locked %s", name(pawl_lock_release(lock)),
        truth(pawl_lock_locked(lock)));
    say("Lock.3 it can still be acquired", "%s", truth(pawl_lock_try_acquire(lock)));
    pawl_lock_reinit_after_fork(lock);
    say("All.11 reinit_after_fork of a held one", "locked %s", truth(pawl_lock_locked(lock)));
}

static void walk_waiters(const char *kind, pawl_lock *lock)
{
    enum { WAITERS = 4 };
    struct caller others[WAITERS];
    uint32_t turn = 0;
    memset(others, 0, sizeof others);
    say_heading("Lock.4 and Lock.5, %s", kind);
    pawl_lock_acquire(lock);
    for (size_t i = 0; i < WAITERS; i++) {
        others[i].turn = &turn;
        caller_start_on(&others[i], call_lock, lock, PAWL_NEVER, i + 1);
    }
    let_time_pass(PATIENCE); /* a default lock's waiters are now handed it, in order */
    for (size_t i = 0; i < WAITERS; i++) {
        say("Lock.4 a release with waiters", "%s", name(pawl_lock_release(lock)));
        caller_join(&others[i]);
        say("Lock.4 lets exactly one through", "waiters left %u, locked %s, its turn %u",
            (unsigned)pawl__lot_count(lock), truth(pawl_lock_locked(lock)),
            (unsigned)others[i].order);
    }
    pawl_lock_release(lock);
}

/* A thread waits for the lock, and another tries as soon as it is released. *newcomer: whether the
 * try succeeded.
 *
 * Returns   false: the try came too late, when the lock was not kept for the waiter any more. */
static bool hand_over(pawl_lock *lock, pawl_ns patience, bool *newcomer, pawl_status *waiter)
{
    struct caller other = {0};
    pawl_lock_acquire(lock);
    caller_start_on(&other, call_lock, lock, PAWL_NEVER, 1);
    let_time_pass(patience);
    pawl_time before = pawl_now();
    pawl_lock_release(lock);
    *newcomer = pawl_lock_try_acquire(lock);
    bool late = *newcomer && pawl_now() - before >= PAWL_MS(1);
    if (*newcomer) {
        pawl_lock_release(lock);
    }
    *waiter = caller_join(&other);
    pawl_lock_release(lock);
    return !late;
}

/* After some milliseconds a release keeps a default lock for the waiter, for a millisecond; a fair
 * lock is always handed over. */
static void walk_handing_over(const char *kind, pawl_lock *lock, pawl_ns patience)
{
    bool newcomer;
    pawl_status waiter;
    say_heading("handing over, %s", kind);
    while (!hand_over(lock, patience, &newcomer, &waiter)) {
    }
    say("a newcomer against a waiter", "%s", truth(newcomer));
    say("the waiter", "%s", name(waiter));
}

static void walk_lock(const char *kind, pawl_lock fresh, pawl_ns patience)
{
    pawl_lock lock = fresh;
    walk_states(kind, &lock);
    walk_all(kind, &lock);
    walk_description(kind, &lock);
    walk_waiters(kind, &lock);
    walk_handing_over(kind, &lock, patience);
}

static int leave_by_return(pawl_lock *lock)
{
    PAWL_WITH(lock) {
        return pawl_lock_locked(lock) ? 1 : 0;
    } PAWL_END
}

static void walk_scope(void)
{
    pawl_lock lock = PAWL_LOCK_INIT;
    int rounds = 0;
    say_heading("with");
    say("a scope left by return", "held inside %s, after %s", truth(leave_by_return(&lock) == 1),
        truth(pawl_lock_locked(&lock)));
    for (; rounds < 3; rounds++) {
        PAWL_WITH(&lock) {
            break;
        } PAWL_END
    }
    say("a break inside a scope leaves the loop", "in round %d, held after %s", rounds,
        truth(pawl_lock_locked(&lock)));
}

int main(int argc, char **argv)
{
    pawl_lock plain = PAWL_LOCK_INIT;
    pawl_lock fair = PAWL_FAIR_LOCK_INIT;
    if (argc != 2) {
        fprintf(stderr, "usage: conformance FILE\n");
        return 2;
    }
    transcript = fopen(argv[1], "wb"); /* binary: the same bytes on Windows */
    if (transcript == NULL) {
        fprintf(stderr, "conformance: %s: %s\n", argv[1], strerror(errno));
        return 2;
    }
    walk_base();
    walk_lock("default lock", plain, PATIENCE);
    walk_lock("fair lock", fair, 0);
    walk_scope();
    walk_family();
    walk_await();
    walk_more();
    if (fclose(transcript) != 0) {
        fprintf(stderr, "conformance: %s: %s\n", argv[1], strerror(errno));
        return 1;
    }
    return 0;
}
