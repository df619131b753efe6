/* SPDX-License-Identifier: MIT
 *
 * pawl_filelock: the kernel's lock on a file, and a queue before it. Contract:
 * include/pawl/filelock.h.
 *
 * All fields below `file` change under the guard of the object's bucket. At most one thread at a
 * time uses `file`: the seeker. It holds no guard while it does, so nobody else waits for the
 * kernel. The seeker is
 *
 *     a thread    that tries to acquire; it is not queued
 *     a release   between the last hold and the unlock
 *     the keeper  pawl's thread that tries for the first task in the queue, which stays queued
 *
 * Invariant: a queued waiter implies that the object is held or that there is a seeker. The
 * thread that ends the seeking or a hold calls serve(), which makes the first waiter the next
 * seeker.
 */
#define PAWL__INSIDE
#include <pawl/filelock.h>

#include "file.h"
#include "lot.h"
#include "misuse.h"
#include "process.h"
#include "withdraw.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum seeker { NOBODY, A_THREAD, A_RELEASE, THE_KEEPER };

enum { TEXT_BYTES = 320, LABEL_BYTES = 64 };

struct pawl_filelock {
    struct pawl__file file; /* the seeker's; its path never changes */
    uint64_t shared;        /* holders */
    bool exclusive;
    bool leaves_text; /* the seeker's: the file is empty, or its content is pawl's */
    uint8_t seeker;
    uint8_t abandoned; /* atomic; the seeker writes it */
    uint32_t error;    /* atomic; the seeker writes it */
    int64_t since;     /* the seeker writes it */
    char label[LABEL_BYTES];
    pawl_filelock *next_kept; /* this and the next two: the keeper's, under the room's guard */
    pawl_time due;            /* of the keeper's next try */
    pawl_ns pause;            /* after it */
};

/* Pauses between tries: the first, and the longest without and with a watch on the file. A wait
 * that is about to pause for longer than WATCHED_FROM asks for a watch. */
#define SHORTEST_PAUSE PAWL_US(250)
#define LONGEST_PAUSE  PAWL_MS(32)
#define WATCHED_PAUSE  PAWL_MS(256)
#define WATCHED_FROM   PAWL_MS(1)
#define KEEPER_IDLES   PAWL_S(1)

/* Where threads that seek, and the keeper, park between two tries. A release in this process
 * knocks: it wakes all of them. Under the guard of the bucket of its address. */
struct waiting_room {
    uint32_t knocks;         /* atomic */
    uint32_t generation;     /* of what follows: a forked child has no keeper */
    bool has_keeper;         /* there is a keeper, and it will check `incoming` again */
    bool is_idle;            /* the keeper has nothing to do, and calls nobody */
    bool is_ending;          /* this code is being unloaded */
    pawl_filelock *incoming; /* for the keeper */
};
static struct waiting_room room;

/* Two objects in one process order what their holders do through the kernel only, which C11 does
 * not know: so each acquire and release is also a link of a chain of read-modify-writes. */
static uint32_t turns;

static void order_turns(int order)
{
    uint32_t seen = pawl__load32(&turns, PAWL__RELAXED);
    while (!pawl__cas32(&turns, &seen, seen + 1, order)) {
    }
}

/* --- The holder's text ------------------------------------------------------------------------ */

#define TEXT_BEGINS "pawl pid="

static void copy_words(char *to, size_t size, const char *from)
{
    size_t i = 0;
    for (; i + 1 < size && from[i] != '\0'; i++) {
        bool is_control = (unsigned char)from[i] < ' ';
        to[i] = from[i];
        if (is_control) {
            to[i] = ' ';
        }
    }
    if (from[i] != '\0') { /* cut: not inside a UTF-8 character */
        while (i > 0 && ((unsigned char)from[i] & 0xC0) == 0x80) {
            i--;
        }
    }
    to[i] = '\0';
}

static size_t write_text(char *text, const pawl_filelock *filelock)
{
    pawl_holder self = {.pid = pawl__file_process()};
    char host[sizeof self.host * 4];
    pawl__file_host(host, sizeof host);
    copy_words(self.host, sizeof self.host, host);
    int length =
        snprintf(text, TEXT_BYTES, TEXT_BEGINS "%" PRId64 " since=%" PRId64 " host=%s label=%s\n",
                 self.pid, filelock->since, self.host, filelock->label);
    return (size_t)length;
}

/* The value of a field: what follows `name` up to `end`, or nothing. */
static const char *find_field(const char *text, const char *name, char end, char *value,
                              size_t size)
{
    const char *at = strstr(text, name);
    const char *stop = at == NULL ? NULL : strchr(at + strlen(name), end);
    value[0] = '\0';
    if (stop != NULL) {
        snprintf(value, size, "%.*s", (int)(stop - at) - (int)strlen(name), at + strlen(name));
    }
    return value;
}

static void read_text(const char *text, pawl_holder *holder)
{
    char number[32];
    if (strncmp(text, TEXT_BEGINS, strlen(TEXT_BEGINS)) != 0) {
        return;
    }
    holder->pid = strtoll(find_field(text, "pid=", ' ', number, sizeof number), NULL, 10);
    holder->since = strtoll(find_field(text, "since=", ' ', number, sizeof number), NULL, 10);
    find_field(text, "host=", ' ', holder->host, sizeof holder->host);
    find_field(text, "label=", '\n', holder->label, sizeof holder->label);
}

/* The file's text as a string. Returns its length, or -1. */
static int look_at_text(struct pawl__file *file, char *text)
{
    int length = pawl__file_read(file, text, TEXT_BYTES - 1);
    text[length < 0 ? 0 : length] = '\0';
    return length;
}

/* --- The seeker at the kernel ----------------------------------------------------------------- */

/* The kernel's lock was acquired: look for the text of a holder that crashed, and leave ours. A
 * shared holder leaves none, as there may be many. */
static void take_over(pawl_filelock *filelock, bool shared)
{
    char text[TEXT_BYTES];
    int length = look_at_text(&filelock->file, text);
    bool found = strncmp(text, TEXT_BEGINS, strlen(TEXT_BEGINS)) == 0;
    pawl__store8(&filelock->abandoned, found, PAWL__RELAXED);
    filelock->leaves_text = !shared && (found || length == 0);
    filelock->since = pawl__file_wall_clock();
    if (filelock->leaves_text) {
        pawl__file_write(&filelock->file, text, write_text(text, filelock));
    }
}

static pawl_status ask(pawl_filelock *filelock, bool shared)
{
    int32_t error = 0;
    pawl_status status = pawl__file_try(&filelock->file, shared, &error);
    if (status == PAWL_OK) {
        order_turns(PAWL__ACQUIRE);
        take_over(filelock, shared);
    }
    pawl__store32(&filelock->error, (uint32_t)error, PAWL__RELAXED);
    return status;
}

/* A try that does not wait. For a moment the lock may be held by pawl_filelock_holder, somewhere,
 * which leaves no text: so ask again then. */
static pawl_status ask_once(pawl_filelock *filelock, bool shared)
{
    enum { ATTEMPTS = 4, TURNS = 200 };
    char text[TEXT_BYTES];
    pawl_status status = ask(filelock, shared);
    for (int i = 1;
         i < ATTEMPTS && status == PAWL_TIMEOUT && filelock->file.handle != PAWL__FILE_CLOSED &&
         look_at_text(&filelock->file, text) == 0;
         i++) {
        for (int turn = 0; turn < TURNS; turn++) {
            PAWL__PAUSE();
        }
        status = ask(filelock, shared);
    }
    return status;
}

/* The kernel's lock is released. Text that stays says that the holder crashed. */
static void give_back(pawl_filelock *filelock, bool keep_text)
{
    if (filelock->leaves_text && !keep_text) {
        pawl__file_write(&filelock->file, NULL, 0);
    }
    order_turns(PAWL__RELEASE);
    pawl__file_unlock(&filelock->file);
    pawl__file_poke(&filelock->file);
}

/* --- The object's state ----------------------------------------------------------------------- */

static bool is_shared(const pawl_await *waiter)
{
    return waiter->kind_ == PAWL__ON_FILE_SHARED;
}

/* Lock the object's bucket. In a forked child the object is made fresh first: nobody holds it, and
 * the lot is empty. */
static struct pawl__bucket *lock_state(pawl_filelock *filelock)
{
    struct pawl__bucket *bucket = pawl__lot_bucket(filelock);
    pawl__lot_lock(bucket);
    if (PAWL__UNLIKELY(pawl__file_is_lost(&filelock->file))) {
        pawl__file_forget(&filelock->file);
        filelock->shared = 0;
        filelock->exclusive = false;
        filelock->seeker = NOBODY;
        pawl__store8(&filelock->abandoned, 0, PAWL__RELAXED);
    }
    return bucket;
}

static bool is_held(const pawl_filelock *filelock)
{
    return filelock->exclusive || filelock->shared > 0;
}

static void hold(pawl_filelock *filelock, bool shared)
{
    if (shared) {
        filelock->shared++;
    } else {
        filelock->exclusive = true;
    }
}

/* The key under which close waits for the keeper to drop the object; it has the same guard. */
static void *closer_key(pawl_filelock *filelock)
{
    return (char *)filelock + 1;
}

/* If there is no seeker: let waiters join a shared hold, or make the first one the seeker.
 *
 * Returns   whether the seeker is now the keeper, to which the caller gives the object (keep) once
 *           the bucket is unlocked. */
static bool serve(pawl_filelock *filelock, struct pawl__bucket *bucket,
                  struct pawl__wake_list *list)
{
    const pawl_await *first;
    while (filelock->seeker == NOBODY && (first = pawl__lot_first(bucket, filelock)) != NULL) {
        if (!is_held(filelock)) {
            bool is_task = pawl__waiter_is_task(first);
            filelock->seeker = is_task ? THE_KEEPER : A_THREAD;
            if (!is_task) {
                pawl__lot_grant_first(bucket, filelock, PAWL_PENDING, list);
            }
            return is_task;
        }
        if (filelock->shared == 0 || !is_shared(first)) {
            return false;
        }
        filelock->shared++;
        pawl__lot_grant_first(bucket, filelock, PAWL_OK, list);
    }
    return false;
}

/* --- The room, and the keeper ----------------------------------------------------------------- */

static struct pawl__bucket *lock_room(void)
{
    struct pawl__bucket *bucket = pawl__lot_bucket(&room);
    pawl__lot_lock(bucket);
    uint32_t generation = pawl__process_generation();
    if (room.generation != generation) {
        room.generation = generation;
        room.has_keeper = false;
        room.incoming = NULL;
    }
    return bucket;
}

/* Wake all that pause, with the room locked; they are woken when it is unlocked. */
static void knock_in_room(struct pawl__bucket *bucket, struct pawl__wake_list *list)
{
    pawl__store32(&room.knocks, pawl__load32(&room.knocks, PAWL__RELAXED) + 1, PAWL__RELAXED);
    pawl__lot_grant_all(bucket, &room, PAWL_OK, list);
}

static void knock(void)
{
    struct pawl__wake_list list = {NULL, NULL};
    struct pawl__bucket *bucket = lock_room();
    knock_in_room(bucket, &list);
    pawl__lot_unlock(bucket);
    pawl__lot_wake(&list);
}

/* Park until a knock that came after the `knocks` given, or until the deadline; false: it passed.
 */
static bool wait_for_knock(struct pawl__sleeper *sleeper, uint32_t knocks, pawl_time deadline)
{
    struct pawl__bucket *bucket = lock_room();
    bool knocked = pawl__load32(&room.knocks, PAWL__RELAXED) != knocks;
    if (!knocked) {
        pawl__lot_enqueue(bucket, &room, &sleeper->waiter);
    }
    pawl__lot_unlock(bucket);
    if (!knocked && pawl__lot_wait(sleeper, bucket, &room, deadline)) {
        pawl__lot_unlock(bucket);
        return false;
    }
    return true;
}

static void run_keeper(void);

/* Called when this code is unloaded, or the process ends: an idle keeper ends at once. */
static bool stop_keeper(void)
{
    struct pawl__wake_list list = {NULL, NULL};
    struct pawl__bucket *bucket = lock_room();
    bool is_idle = !room.has_keeper || room.is_idle;
    room.is_ending = is_idle;
    knock_in_room(bucket, &list);
    pawl__lot_unlock(bucket);
    pawl__lot_wake(&list);
    return is_idle;
}

/* The keeper cannot be started: the tasks at the head of the queue get PAWL_NO_MEMORY. */
static void fail_tasks(pawl_filelock *filelock)
{
    struct pawl__wake_list list = {NULL, NULL};
    struct pawl__bucket *bucket = lock_state(filelock);
    const pawl_await *first;
    while ((first = pawl__lot_first(bucket, filelock)) != NULL && pawl__waiter_is_task(first)) {
        pawl__lot_grant_first(bucket, filelock, PAWL_NO_MEMORY, &list);
    }
    filelock->seeker = NOBODY;
    serve(filelock, bucket, &list);
    pawl__lot_grant_all(bucket, closer_key(filelock), PAWL_OK, &list);
    pawl__lot_unlock(bucket);
    pawl__lot_wake(&list);
}

/* Take what is incoming, because there is no keeper. */
static pawl_filelock *dismiss_keeper(void)
{
    struct pawl__bucket *bucket = lock_room();
    pawl_filelock *incoming = room.incoming;
    room.incoming = NULL;
    room.has_keeper = false;
    pawl__lot_unlock(bucket);
    return incoming;
}

/* Give an object whose seeker is the keeper to it. */
static void keep(pawl_filelock *filelock)
{
    struct pawl__wake_list list = {NULL, NULL};
    struct pawl__bucket *bucket = lock_room();
    bool starts = !room.has_keeper;
    filelock->due = 0;
    filelock->pause = SHORTEST_PAUSE;
    filelock->next_kept = room.incoming;
    room.incoming = filelock;
    room.has_keeper = true;
    knock_in_room(bucket, &list);
    pawl__lot_unlock(bucket);
    pawl__lot_wake(&list);
    if (starts && !pawl__file_start_keeper(run_keeper, stop_keeper)) {
        pawl_filelock *next = NULL;
        for (pawl_filelock *each = dismiss_keeper(); each != NULL; each = next) {
            next = each->next_kept;
            fail_tasks(each);
        }
    }
}

/* With the bucket locked: what a try of the keeper's for the first waiter came to. *gives_back: the
 * kernel's lock was acquired for a task that was withdrawn meanwhile. */
static void settle(pawl_filelock *filelock, struct pawl__bucket *bucket, bool shared,
                   pawl_status status, struct pawl__wake_list *list, bool *gives_back)
{
    const pawl_await *first = pawl__lot_first(bucket, filelock);
    bool fits = first != NULL && is_shared(first) == shared;
    *gives_back = status == PAWL_OK && !fits;
    if (status == PAWL_OK && fits) {
        hold(filelock, shared);
        filelock->seeker = NOBODY;
        pawl__lot_grant_first(bucket, filelock, PAWL_OK, list);
    } else if (status != PAWL_OK && status != PAWL_TIMEOUT && fits) {
        pawl__lot_grant_first(bucket, filelock, status, list);
    }
}

/* With the bucket locked, after settle: whether the keeper keeps the object. Otherwise the caller
 * does not touch it after it has unlocked the bucket. */
static bool still_keeps(pawl_filelock *filelock, struct pawl__bucket *bucket,
                        struct pawl__wake_list *list)
{
    if (filelock->seeker == THE_KEEPER) {
        const pawl_await *first = pawl__lot_first(bucket, filelock);
        if (first != NULL && pawl__waiter_is_task(first)) {
            return true;
        }
        filelock->seeker = NOBODY;
    }
    if (serve(filelock, bucket, list)) {
        return true;
    }
    pawl__lot_grant_all(bucket, closer_key(filelock), PAWL_OK, list);
    return false;
}

/* The keeper's one try for an object. Returns whether it keeps the object. */
static bool try_for_first(pawl_filelock *filelock)
{
    struct pawl__wake_list list = {NULL, NULL};
    bool gives_back = false;
    struct pawl__bucket *bucket = lock_state(filelock);
    const pawl_await *first = pawl__lot_first(bucket, filelock);
    if (first != NULL && pawl__waiter_is_task(first)) {
        bool shared = is_shared(first);
        pawl__lot_unlock(bucket);
        pawl_status status = ask(filelock, shared);
        lock_state(filelock);
        settle(filelock, bucket, shared, status, &list, &gives_back);
        if (gives_back) {
            pawl__lot_unlock(bucket);
            give_back(filelock, pawl__load8(&filelock->abandoned, PAWL__RELAXED) != 0);
            lock_state(filelock);
        }
    }
    bool keeps = still_keeps(filelock, bucket, &list);
    pawl__lot_unlock(bucket);
    pawl__lot_wake(&list);
    return keeps;
}

/* A pause, or up to a quarter less, so that those who wait do not try in step. */
static pawl_ns jittered(pawl_ns pause, const void *who, pawl_time now)
{
    uint64_t random = ((uint64_t)now ^ (uintptr_t)who) * UINT64_C(0x9E3779B97F4A7C15);
    return pause - (pawl_ns)((random >> 32) % (uint64_t)(pause / 4));
}

static pawl_ns doubled(pawl_ns pause, pawl_ns longest)
{
    return pause * 2 < longest ? pause * 2 : longest;
}

/* Try for each object of the list that is due, or for all. Returns the list of those it keeps. */
static pawl_filelock *try_for_all(pawl_filelock *list, bool all, pawl_time *next_due)
{
    pawl_filelock *kept = NULL;
    pawl_filelock *next = NULL;
    *next_due = PAWL_NEVER;
    for (pawl_filelock *each = list; each != NULL; each = next) {
        next = each->next_kept;
        if (all || pawl__lot_is_past(each->due)) {
            if (!try_for_first(each)) {
                continue;
            }
            pawl_time now = pawl__port_now();
            each->pause = all ? SHORTEST_PAUSE : each->pause;
            each->due = now + jittered(each->pause, each, now);
            each->pause = doubled(each->pause, LONGEST_PAUSE);
        }
        *next_due = each->due < *next_due ? each->due : *next_due;
        each->next_kept = kept;
        kept = each;
    }
    return kept;
}

/* Add what is incoming to the list. Returns whether the keeper goes on. */
static bool admit(pawl_filelock **list, bool was_idle, uint32_t *knocks)
{
    struct pawl__bucket *bucket = lock_room();
    while (room.incoming != NULL) {
        pawl_filelock *filelock = room.incoming;
        room.incoming = filelock->next_kept;
        filelock->next_kept = *list;
        *list = filelock;
    }
    *knocks = pawl__load32(&room.knocks, PAWL__RELAXED);
    room.is_idle = *list == NULL;
    bool goes_on = !room.is_idle || !(was_idle || room.is_ending);
    room.has_keeper = goes_on;
    pawl__lot_unlock(bucket);
    return goes_on;
}

static void run_keeper(void)
{
    struct pawl__sleeper sleeper;
    pawl_filelock *list = NULL;
    bool knocked = true;
    bool was_idle = false;
    uint32_t knocks = 0;
    pawl__lot_open(&sleeper, PAWL__ON_FILE_SHARED);
    while (admit(&list, was_idle, &knocks)) {
        pawl_time due = PAWL_NEVER;
        list = try_for_all(list, knocked, &due);
        bool is_idle = list == NULL;
        knocked = wait_for_knock(&sleeper, knocks, is_idle ? pawl_after_ns(KEEPER_IDLES) : due);
        was_idle = is_idle && !knocked;
    }
    pawl__lot_close(&sleeper);
}

/* --- Acquire ---------------------------------------------------------------------------------- */

enum entry { JOINED, SEEKS, WAITS };

/* Join a shared hold, or become the seeker, or queue the waiter if there is one. */
static enum entry enter(pawl_filelock *filelock, bool shared, pawl_await *waiter)
{
    enum entry entry = WAITS;
    struct pawl__bucket *bucket = lock_state(filelock);
    bool is_first = pawl__lot_first(bucket, filelock) == NULL && filelock->seeker == NOBODY;
    if (is_first && !is_held(filelock)) {
        filelock->seeker = A_THREAD;
        entry = SEEKS;
    } else if (is_first && shared && filelock->shared > 0) {
        filelock->shared++;
        entry = JOINED;
    } else if (waiter != NULL) {
        pawl__lot_enqueue(bucket, filelock, waiter);
    }
    pawl__lot_unlock(bucket);
    return entry;
}

/* Stop seeking, with the kernel's lock if the status is PAWL_OK. */
static void stop_seeking(pawl_filelock *filelock, bool shared, pawl_status status)
{
    struct pawl__wake_list list = {NULL, NULL};
    struct pawl__bucket *bucket = lock_state(filelock);
    filelock->seeker = NOBODY;
    if (status == PAWL_OK) {
        hold(filelock, shared);
    }
    bool keeps = serve(filelock, bucket, &list);
    pawl__lot_unlock(bucket);
    pawl__lot_wake(&list);
    if (keeps) {
        keep(filelock);
    }
}

/* Between two tries of a thread. */
struct wait {
    struct pawl__sleeper sleeper; /* has the stop */
    pawl_time deadline;
    pawl_ns pause;
    uint32_t knocks; /* before the last try */
    bool asked;      /* for a watch */
};

/* Pause, until the next try is due or something happens that makes it worth while.
 *
 * Returns   false: the wait has ended: the deadline has passed, or the sleeper was stopped. */
static bool pause_between(pawl_filelock *filelock, struct wait *wait)
{
    if (pawl__lot_is_past(wait->deadline)) {
        return false;
    }
    if (wait->pause > WATCHED_FROM && !wait->asked && wait->sleeper.stop == NULL) {
        wait->asked = true;
        pawl__file_watch(&filelock->file);
        return true; /* a change before this is not told: try at once */
    }
    bool watched = filelock->file.watch != PAWL__FILE_CLOSED && wait->sleeper.stop == NULL;
    pawl_time now = pawl__port_now();
    pawl_time next = now + jittered(wait->pause, wait, now);
    next = next < wait->deadline ? next : wait->deadline;
    bool told = watched ? pawl__file_wait(&filelock->file, next)
                        : wait_for_knock(&wait->sleeper, wait->knocks, next);
    wait->pause =
        told ? SHORTEST_PAUSE : doubled(wait->pause, watched ? WATCHED_PAUSE : LONGEST_PAUSE);
    return !wait->sleeper.stopped;
}

/* As the seeker: try until the lock is acquired, the limit is reached, or the system refuses. A
 * wait that has a stop parks in the room, where the stop finds it, and does not watch the file. */
static pawl_status seek(pawl_filelock *filelock, bool shared, struct pawl__limit limit)
{
    pawl_status status = ask_once(filelock, shared);
    if (status == PAWL_TIMEOUT && !pawl__lot_is_past(limit.deadline)) {
        struct wait wait = {.deadline = limit.deadline, .pause = SHORTEST_PAUSE};
        pawl__lot_open_with(&wait.sleeper, PAWL__ON_FILE_EXCLUSIVE, limit.stop);
        do {
            wait.knocks = pawl__load32(&room.knocks, PAWL__RELAXED);
            status = ask(filelock, shared);
        } while (status == PAWL_TIMEOUT && pause_between(filelock, &wait));
        status = status == PAWL_TIMEOUT ? pawl__sleeper_ended(&wait.sleeper) : status;
        pawl__lot_close(&wait.sleeper);
    }
    stop_seeking(filelock, shared, status);
    return status;
}

/* The waiter was dequeued: serve those behind it. */
void pawl__filelock_withdraw_and_unlock(pawl_filelock *filelock, struct pawl__bucket *bucket)
{
    struct pawl__wake_list list = {NULL, NULL};
    bool keeps = serve(filelock, bucket, &list);
    pawl__lot_unlock(bucket);
    pawl__lot_wake(&list);
    if (keeps) {
        keep(filelock);
    }
}

/* Wait in the queue.
 *
 * Returns   PAWL_PENDING: the caller is the seeker; PAWL_OK: it has joined; or why it gave up. */
static pawl_status wait_in_queue(pawl_filelock *filelock, bool shared, struct pawl__limit limit)
{
    struct pawl__sleeper sleeper;
    pawl_status status = PAWL_OK;
    pawl__lot_open_with(&sleeper, shared ? PAWL__ON_FILE_SHARED : PAWL__ON_FILE_EXCLUSIVE,
                        limit.stop);
    enum entry entry = enter(filelock, shared, &sleeper.waiter);
    if (entry == SEEKS) {
        status = PAWL_PENDING;
    } else if (entry == WAITS) {
        struct pawl__bucket *bucket = pawl__lot_bucket(filelock);
        if (pawl__lot_wait(&sleeper, bucket, filelock, limit.deadline)) {
            pawl__filelock_withdraw_and_unlock(filelock, bucket);
            status = pawl__sleeper_ended(&sleeper);
        } else {
            status = (pawl_status)sleeper.waiter.outcome_;
        }
    }
    pawl__lot_close(&sleeper);
    return status;
}

static pawl_status acquire_uncancelled(pawl_filelock *filelock, bool shared,
                                       struct pawl__limit limit)
{
    enum entry entry = enter(filelock, shared, NULL);
    pawl_status status = entry == JOINED ? PAWL_OK : PAWL_PENDING;
    if (entry == WAITS) {
        status = pawl__lot_is_past(limit.deadline) ? PAWL_TIMEOUT
                                                   : wait_in_queue(filelock, shared, limit);
    }
    return status == PAWL_PENDING ? seek(filelock, shared, limit) : status;
}

static pawl_status acquire_within(pawl_filelock *filelock, bool shared, struct pawl__limit limit)
{
    int cancellation = pawl__port_forbid_cancellation();
    pawl_status status = acquire_uncancelled(filelock, shared, limit);
    pawl__port_restore_cancellation(cancellation);
    return status;
}

static pawl_status acquire(pawl_filelock *filelock, bool shared, pawl_time deadline)
{
    return acquire_within(filelock, shared, pawl__until(deadline));
}

/* A stop that is set on entry wins over a free lock. */
static pawl_status acquire_unless(pawl_filelock *filelock, bool shared, pawl_event *stop,
                                  pawl_time deadline)
{
    return pawl_event_is_set(stop)
               ? PAWL_CANCELLED
               : acquire_within(filelock, shared, (struct pawl__limit){deadline, stop});
}

static void need(const pawl_filelock *filelock, const char *call)
{
    pawl__need(filelock, call, "filelock");
}

pawl_status pawl_filelock_acquire_shared(pawl_filelock *filelock)
{
    need(filelock, "pawl_filelock_acquire_shared");
    return acquire(filelock, true, PAWL_NEVER);
}

pawl_status pawl_filelock_acquire_exclusive(pawl_filelock *filelock)
{
    need(filelock, "pawl_filelock_acquire_exclusive");
    return acquire(filelock, false, PAWL_NEVER);
}

bool pawl_filelock_try_acquire_shared(pawl_filelock *filelock)
{
    need(filelock, "pawl_filelock_try_acquire_shared");
    return acquire(filelock, true, 0) == PAWL_OK;
}

bool pawl_filelock_try_acquire_exclusive(pawl_filelock *filelock)
{
    need(filelock, "pawl_filelock_try_acquire_exclusive");
    return acquire(filelock, false, 0) == PAWL_OK;
}

pawl_status pawl_filelock_acquire_shared_for(pawl_filelock *filelock, pawl_ns ns)
{
    need(filelock, "pawl_filelock_acquire_shared_for");
    return acquire(filelock, true, pawl__lot_deadline(ns));
}

pawl_status pawl_filelock_acquire_shared_until(pawl_filelock *filelock, pawl_time deadline)
{
    need(filelock, "pawl_filelock_acquire_shared_until");
    return acquire(filelock, true, deadline);
}

pawl_status pawl_filelock_acquire_exclusive_for(pawl_filelock *filelock, pawl_ns ns)
{
    need(filelock, "pawl_filelock_acquire_exclusive_for");
    return acquire(filelock, false, pawl__lot_deadline(ns));
}

pawl_status pawl_filelock_acquire_exclusive_until(pawl_filelock *filelock, pawl_time deadline)
{
    need(filelock, "pawl_filelock_acquire_exclusive_until");
    return acquire(filelock, false, deadline);
}

pawl_status pawl_filelock_acquire_shared_unless(pawl_filelock *filelock, pawl_event *stop,
                                                pawl_time deadline)
{
    need(filelock, "pawl_filelock_acquire_shared_unless");
    pawl__need(stop, "pawl_filelock_acquire_shared_unless", "stop");
    return acquire_unless(filelock, true, stop, deadline);
}

pawl_status pawl_filelock_acquire_exclusive_unless(pawl_filelock *filelock, pawl_event *stop,
                                                   pawl_time deadline)
{
    need(filelock, "pawl_filelock_acquire_exclusive_unless");
    pawl__need(stop, "pawl_filelock_acquire_exclusive_unless", "stop");
    return acquire_unless(filelock, false, stop, deadline);
}

/* The operation is queued before the try, as the first, so that it keeps its place if that fails.
 * It is not in flight yet: nobody withdraws it. */
static pawl_status try_for_operation(pawl_filelock *filelock, bool shared, pawl_await *op)
{
    struct pawl__wake_list list = {NULL, NULL};
    pawl_status status = ask_once(filelock, shared);
    if (status == PAWL_TIMEOUT) {
        keep(filelock);
        return PAWL_PENDING;
    }
    struct pawl__bucket *bucket = lock_state(filelock);
    pawl__lot_dequeue(bucket, op);
    pawl__waiter_be_idle(op);
    filelock->seeker = NOBODY;
    if (status == PAWL_OK) {
        hold(filelock, shared);
    }
    bool keeps = serve(filelock, bucket, &list);
    pawl__lot_unlock(bucket);
    pawl__lot_wake(&list);
    if (keeps) {
        keep(filelock);
    }
    return status;
}

static pawl_status start(pawl_filelock *filelock, bool shared, pawl_await *op)
{
    if (!pawl__lot_start(op, shared ? PAWL__ON_FILE_SHARED : PAWL__ON_FILE_EXCLUSIVE)) {
        return PAWL_INVALID;
    }
    int cancellation = pawl__port_forbid_cancellation();
    pawl_status status = PAWL_PENDING;
    struct pawl__bucket *bucket = lock_state(filelock);
    bool is_first = pawl__lot_first(bucket, filelock) == NULL && filelock->seeker == NOBODY;
    bool joins = is_first && shared && filelock->shared > 0;
    bool tries = is_first && !is_held(filelock);
    if (joins) {
        filelock->shared++;
        status = PAWL_OK;
    } else {
        pawl__lot_enqueue(bucket, filelock, op);
    }
    if (tries) {
        filelock->seeker = THE_KEEPER;
    }
    pawl__lot_unlock(bucket);
    if (tries) {
        status = try_for_operation(filelock, shared, op);
    }
    pawl__port_restore_cancellation(cancellation);
    return status;
}

pawl_status pawl_filelock_acquire_shared_await(pawl_filelock *filelock, pawl_await *op)
{
    pawl__await_check(filelock, op, "pawl_filelock_acquire_shared_await", "filelock");
    return start(filelock, true, op);
}

pawl_status pawl_filelock_acquire_exclusive_await(pawl_filelock *filelock, pawl_await *op)
{
    pawl__await_check(filelock, op, "pawl_filelock_acquire_exclusive_await", "filelock");
    return start(filelock, false, op);
}

/* --- Release ---------------------------------------------------------------------------------- */

static pawl_status release(pawl_filelock *filelock, bool shared)
{
    struct pawl__bucket *bucket = lock_state(filelock);
    bool is_mine = shared ? filelock->shared > 0 : filelock->exclusive;
    if (is_mine && shared) {
        filelock->shared--;
    } else if (is_mine) {
        filelock->exclusive = false;
    }
    bool is_last = is_mine && !is_held(filelock);
    if (is_last) {
        filelock->seeker = A_RELEASE;
    }
    pawl__lot_unlock(bucket);
    if (is_last) {
        int cancellation = pawl__port_forbid_cancellation();
        give_back(filelock, false);
        stop_seeking(filelock, shared, PAWL_TIMEOUT); /* the object may be gone */
        knock();
        pawl__port_restore_cancellation(cancellation);
    }
    return is_mine ? PAWL_OK : PAWL_NOT_HELD;
}

pawl_status pawl_filelock_release_shared(pawl_filelock *filelock)
{
    need(filelock, "pawl_filelock_release_shared");
    return release(filelock, true);
}

pawl_status pawl_filelock_release_exclusive(pawl_filelock *filelock)
{
    need(filelock, "pawl_filelock_release_exclusive");
    return release(filelock, false);
}

/* --- Open and close --------------------------------------------------------------------------- */

pawl_status pawl_filelock_open(const char *path, const char *label, pawl_filelock **out)
{
    pawl__need(path, "pawl_filelock_open", "path");
    pawl__need(out, "pawl_filelock_open", "out");
    *out = NULL;
    if (path[0] == '\0') {
        return PAWL_INVALID;
    }
    pawl_filelock *filelock = calloc(1, sizeof *filelock);
    if (filelock == NULL) {
        return PAWL_NO_MEMORY;
    }
    int32_t error = 0;
    int cancellation = pawl__port_forbid_cancellation();
    copy_words(filelock->label, sizeof filelock->label, label != NULL ? label : "");
    pawl_status status = pawl__file_open(&filelock->file, path, false, &error);
    pawl__port_restore_cancellation(cancellation);
    if (status == PAWL_OK || status == PAWL_TIMEOUT) { /* a busy file is opened when it is tried */
        *out = filelock;
        return PAWL_OK;
    }
    free(filelock);
    if (status == PAWL_SYSTEM) {
        pawl__file_leave_error(error);
    }
    return status;
}

int32_t pawl__filelock_open_error(void)
{
    return pawl__file_left_error();
}

/* The keeper may still have an object whose tasks were withdrawn. */
static void wait_for_keeper(pawl_filelock *filelock)
{
    struct pawl__sleeper sleeper;
    pawl__lot_open(&sleeper, PAWL__ON_FILE_EXCLUSIVE);
    struct pawl__bucket *bucket = lock_state(filelock);
    bool waits = filelock->seeker == THE_KEEPER;
    if (waits) {
        pawl__lot_enqueue(bucket, closer_key(filelock), &sleeper.waiter);
    }
    pawl__lot_unlock(bucket);
    if (waits) {
        knock();
        pawl__lot_wait(&sleeper, bucket, closer_key(filelock), PAWL_NEVER);
    }
    pawl__lot_close(&sleeper);
}

void pawl_filelock_close(pawl_filelock *filelock)
{
    if (filelock == NULL) {
        return;
    }
    int cancellation = pawl__port_forbid_cancellation();
    wait_for_keeper(filelock);
    struct pawl__bucket *bucket = lock_state(filelock);
    bool held = is_held(filelock);
    pawl__lot_unlock(bucket);
    if (held) {
        give_back(filelock, false);
    }
    pawl__file_close(&filelock->file);
    free(filelock);
    if (held) {
        knock();
    }
    pawl__port_restore_cancellation(cancellation);
}

/* --- Who holds it ----------------------------------------------------------------------------- */

bool pawl_filelock_abandoned(pawl_filelock *filelock)
{
    need(filelock, "pawl_filelock_abandoned");
    return pawl__load8(&filelock->abandoned, PAWL__RELAXED) != 0;
}

int32_t pawl_filelock_error(pawl_filelock *filelock)
{
    need(filelock, "pawl_filelock_error");
    return (int32_t)pawl__load32(&filelock->error, PAWL__RELAXED);
}

/* By a file of its own, as a lock that is acquired on the object's would replace what that holds.
 * The text is a holder's if the lock was held while it stood there: it is read before and after. */
static bool probe(const char *path, pawl_holder *holder)
{
    enum { ATTEMPTS = 4 };
    struct pawl__file file;
    char text[2][TEXT_BYTES];
    int32_t error;
    bool held = false;
    if (pawl__file_open(&file, path, true, &error) != PAWL_OK) {
        return false;
    }
    for (int i = 0; i < ATTEMPTS; i++) {
        look_at_text(&file, text[0]);
        pawl_status status = pawl__file_try(&file, true, &error);
        if (status == PAWL_OK) {
            pawl__file_unlock(&file);
        }
        look_at_text(&file, text[1]);
        held = status == PAWL_TIMEOUT;
        if (!held || strcmp(text[0], text[1]) == 0) {
            break;
        }
    }
    pawl__file_close(&file);
    if (held) {
        read_text(text[1], holder);
    }
    return held;
}

static bool find_holder(pawl_filelock *filelock, pawl_holder *holder, uint64_t *shared)
{
    char text[TEXT_BYTES];
    *holder = (pawl_holder){0};
    struct pawl__bucket *bucket = lock_state(filelock);
    bool exclusive = filelock->exclusive;
    *shared = filelock->shared;
    if (exclusive) {
        write_text(text, filelock);
    }
    pawl__lot_unlock(bucket);
    if (exclusive) {
        read_text(text, holder);
        return true;
    }
    return *shared == 0 && probe(filelock->file.path, holder);
}

bool pawl_filelock_holder(pawl_filelock *filelock, pawl_holder *holder)
{
    uint64_t shared;
    need(filelock, "pawl_filelock_holder");
    pawl__need(holder, "pawl_filelock_holder", "holder");
    int cancellation = pawl__port_forbid_cancellation();
    bool held = find_holder(filelock, holder, &shared);
    pawl__port_restore_cancellation(cancellation);
    return held;
}

static void write_holder(char *words, size_t size, const pawl_holder *holder)
{
    int second = (int)(holder->since % 86400);
    if (holder->pid == 0) {
        snprintf(words, size, "locked");
    } else {
        snprintf(words, size, "locked by %s (pid %" PRId64 " on %s) since %02d:%02d:%02dZ",
                 holder->label[0] != '\0' ? holder->label : "a process", holder->pid, holder->host,
                 second / 3600, second / 60 % 60, second % 60);
    }
}

int pawl_filelock_describe(pawl_filelock *filelock, char *buf, size_t size)
{
    pawl_holder holder;
    uint64_t shared;
    char words[TEXT_BYTES] = "unlocked";
    pawl__need_text(filelock, buf, size, "pawl_filelock_describe", "filelock");
    int cancellation = pawl__port_forbid_cancellation();
    if (find_holder(filelock, &holder, &shared)) {
        write_holder(words, sizeof words, &holder);
    } else if (shared > 0) {
        snprintf(words, sizeof words, "shared holders=%" PRIu64, shared);
    }
    struct pawl__bucket *bucket = lock_state(filelock);
    size_t waiters = filelock->seeker == A_THREAD ? 1 : 0; /* which is not queued */
    pawl__lot_unlock(bucket);
    waiters += pawl__lot_count(filelock);
    pawl__port_restore_cancellation(cancellation);
    return snprintf(buf, size, "<pawl_filelock %s waiters=%lu at \"%s\">", words,
                    (unsigned long)waiters, filelock->file.path);
}
