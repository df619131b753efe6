/* SPDX-License-Identifier: MIT
 *
 * How threads and tasks take turns at a lock or an rwlock. This is the only explanation of the
 * protocol; the bits of the word are in include/pawl/lock.h and rwlock.h.
 *
 * Barging: a word that is free goes to whoever takes it first. A release with waiters wakes the
 * oldest, the designated waker, which keeps its place in the queue and competes. While it is on its
 * way the word is plain, so everybody else uses the lock at full speed and wakes nobody.
 *
 *     the word says   a release                 a newcomer             the first waiter, awake
 *     --------------  ------------------------  ---------------------  ------------------------
 *     LOCKED          frees the word            spins, then queues;    looks for a while; then
 *                                               sets PARKED if no      sets PARKED and sleeps in
 *                                               waiter is awake        its place, or, after 1 ms,
 *                                                                      demands (PARKED) and looks
 *                                                                      once more
 *     LOCKED|PARKED   serves the first waiter:  the same               the same
 *                     a fair lock's or a task:
 *                       hands the lock over
 *                     one that is owed it:
 *                       RESERVED for 1 ms
 *                     one that sleeps:
 *                       wakes it, and frees
 *     LOCKED|WATCHED  frees the word; now and   looks once whether     clears WATCHED
 *                     then looks whether the    the first is late,
 *                     first waiter is late,     and then sets PARKED
 *                     and then serves it
 *     RESERVED        PAWL_NOT_HELD             queues, and sleeps     takes it if it is its own;
 *                                               till the reservation   else sleeps till the
 *                                               is over; then takes    reservation is over
 *                                               the lock
 *     free            PAWL_NOT_HELD             takes it               takes it; sets PARKED if
 *                                                                      others are queued
 *
 * A waiter is owed the lock when it demands it; when it is late, that is, it has waited for 4 ms
 * and has got no processor for 80 us since it was woken; or when it sleeps and has waited for 8 ms,
 * or for 1 ms if it was awake before and found the lock taken. So a wait is bounded by time,
 * whatever the number of threads. A waiter whose reservation passes is absent: it does not run,
 * perhaps for long. Others are served as if it were not queued until it comes; it keeps its place.
 *
 * The invariant: while somebody is queued who is not absent, somebody not absent is awake and will
 * look under the guard; or the word is RESERVED for somebody awake; or it is LOCKED and PARKED, so
 * that its release comes here. PARKED is cleared under the guard only.
 *
 * An rwlock adds readers, who do not hold LOCKED. A writer sets LOCKED, which keeps new readers
 * out, and waits until the last one leaves: DRAIN, which is set with LOCKED in one step, and only
 * while the writer is queued under the drain key. Readers that find LOCKED queue as everybody does.
 * A reader that takes its turn wakes who is next, since no release of its own will. The last reader
 * leaves a word with DRAIN under the guard only.
 *
 * Nothing touches the word after the step that lets another thread have it.
 */
#define PAWL__INSIDE
#include "lockword.h"

#include "port.h"
#include "process.h"
#include "spin.h"

enum {
    LOCKED = PAWL__WORD_LOCKED,
    PARKED = PAWL__WORD_PARKED,
    FAIR = PAWL__WORD_FAIR,
    WATCHED = PAWL__WORD_WATCHED,
    RESERVED = PAWL__WORD_RESERVED,
    DRAIN = PAWL__WORD_DRAIN,
    READER = PAWL__WORD_READER
};

static const pawl_ns PATIENCE = PAWL_MS(8);
static const pawl_ns IMPATIENCE = PAWL_MS(1);
static const pawl_ns LATENESS = PAWL_MS(4);
static const pawl_ns HURRY = PAWL_US(80);
static const pawl_ns WATCH_AFTER = PAWL_MS(2);
static const pawl_ns RESERVATION = PAWL_MS(1);

/* So many notified waiters are on their way to a lock at a time: enough to hide how long a wake-up
 * takes, too few for a crowd. */
enum { NOTIFIED_AT_A_TIME = 4 };

/* --- The word ------------------------------------------------------------------------------- */

static uint32_t load(struct pawl__word word)
{
    return word.wide ? pawl__load32((uint32_t *)word.at, PAWL__RELAXED)
                     : pawl__load8((uint8_t *)word.at, PAWL__RELAXED);
}

/* Take what a release left: pairs with let_go. */
static bool take(struct pawl__word word, uint32_t *seen, uint32_t want)
{
    if (word.wide) {
        return pawl__cas32((uint32_t *)word.at, seen, want, PAWL__ACQUIRE);
    }
    uint8_t byte = (uint8_t)*seen;
    bool done = pawl__cas8((uint8_t *)word.at, &byte, (uint8_t)want, PAWL__ACQUIRE);
    *seen = byte;
    return done;
}

/* Let others have it: pairs with take, and with the acquires in the headers. It acquires, too,
 * since a writer that gives up while readers leave lets another have what they left. */
static bool let_go(struct pawl__word word, uint32_t *seen, uint32_t want)
{
    if (word.wide) {
        return pawl__cas32((uint32_t *)word.at, seen, want, PAWL__ACQ_REL);
    }
    uint8_t byte = (uint8_t)*seen;
    bool done = pawl__cas8((uint8_t *)word.at, &byte, (uint8_t)want, PAWL__ACQ_REL);
    *seen = byte;
    return done;
}

/* Change bits about waiters. Relaxed: it orders nothing, and who acts by them takes the guard. */
static bool note(struct pawl__word word, uint32_t *seen, uint32_t want)
{
    if (word.wide) {
        return *seen == want || pawl__cas32((uint32_t *)word.at, seen, want, PAWL__RELAXED);
    }
    uint8_t byte = (uint8_t)*seen;
    bool done = byte == want || pawl__cas8((uint8_t *)word.at, &byte, (uint8_t)want, PAWL__RELAXED);
    *seen = byte;
    return done;
}

static bool is_shared(enum pawl__wait_kind kind)
{
    return kind == PAWL__ON_SHARED;
}

static bool waits_shared(const pawl_await *waiter)
{
    return is_shared((enum pawl__wait_kind)waiter->kind_);
}

static bool is_free(uint32_t seen)
{
    return (seen & (LOCKED | RESERVED)) == 0;
}

/* The word once it is taken. */
static uint32_t taken(uint32_t seen, bool shared)
{
    return shared ? seen + READER : seen | LOCKED;
}

/* --- The queue, under the guard ------------------------------------------------------------- */

static bool is_absent(const pawl_await *waiter)
{
    return pawl__waiter_is_awake(waiter) && pawl__sleeper_of_const(waiter)->absent;
}

static pawl_await *after(const pawl_await *waiter, const pawl_await *first)
{
    return waiter->next_ != first ? waiter->next_ : NULL;
}

/* Who is to be thought of: the first that is not absent, and the first that sleeps behind it, or
 * NULL; and how many are awake before that. */
struct survey {
    pawl_await *first, *sleeper;
    unsigned awake;
};

static struct survey look(struct pawl__bucket *bucket, const void *key) PAWL_REQUIRES(bucket)
{
    struct survey survey = {NULL, NULL, 0};
    pawl_await *head = pawl__lot_first(bucket, key);
    for (pawl_await *at = head; at != NULL && survey.sleeper == NULL; at = after(at, head)) {
        if (is_absent(at)) {
            continue;
        }
        survey.first = survey.first != NULL ? survey.first : at;
        if (pawl__waiter_is_awake(at)) {
            survey.awake++;
        } else {
            survey.sleeper = at;
        }
    }
    return survey;
}

/* The waiter for whom the word is reserved, or NULL: it vanished. */
static struct pawl__sleeper *reserved_for(struct pawl__bucket *bucket, const void *key)
    PAWL_REQUIRES(bucket)
{
    pawl_await *head = pawl__lot_first(bucket, key);
    for (pawl_await *at = head; at != NULL; at = after(at, head)) {
        if (pawl__waiter_is_awake(at) && pawl__sleeper_of(at)->reserved != 0) {
            return pawl__sleeper_of(at);
        }
    }
    return NULL;
}

/* Of a word that is RESERVED for another: whether that is over, and anybody may take it. */
static bool reservation_is_over(struct pawl__bucket *bucket, const void *key) PAWL_REQUIRES(bucket)
{
    struct pawl__sleeper *of = reserved_for(bucket, key);
    if (of == NULL) {
        return true;
    }
    if (pawl__port_now() < of->reserved) {
        return false;
    }
    of->reserved = 0;
    of->absent = true;
    return true;
}

static bool is_late(const struct pawl__sleeper *first, pawl_time now)
{
    return now - first->since >= LATENESS && now - first->woken >= HURRY;
}

static bool is_owed(const struct pawl__sleeper *first, pawl_time now)
{
    if (first->awake) {
        return first->demands || is_late(first, now);
    }
    return now - first->since >= (first->tried ? IMPATIENCE : PATIENCE);
}

/* A thread's waiter waits from now on. */
static void begin_to_wait(struct pawl__sleeper *sleeper, pawl_time now)
{
    sleeper->since = now;
    sleeper->woken = 0;
    sleeper->reserved = 0;
    sleeper->nap = PAWL_NEVER;
    sleeper->tried = false;
    sleeper->demands = false;
    sleeper->absent = false;
}

static void awaken(struct pawl__bucket *bucket, pawl_await *waiter, pawl_time now,
                   struct pawl__sleeper **roused) PAWL_REQUIRES(bucket)
{
    struct pawl__sleeper *sleeper = pawl__sleeper_of(waiter);
    sleeper->woken = now;
    pawl__lot_awaken(bucket, sleeper, roused);
}

/* --- A release with waiters ------------------------------------------------------------------ */

enum act { FREE, WAKE, RESERVE, HAND };

static bool is_notified(const pawl_await *waiter)
{
    return waiter->kind_ == PAWL__ON_NOTIFIED_LOCK;
}

/* Whether it does not compete for the word, but is given it: all of a fair lock's, and tasks. */
static bool is_handed(uint32_t seen, const pawl_await *waiter)
{
    return (seen & FAIR) != 0 || pawl__waiter_is_task(waiter);
}

/* What a release does for those who are queued. */
static enum act decide(uint32_t seen, const struct survey *survey, pawl_time now)
{
    if (survey->first == NULL) {
        return FREE;
    }
    if (is_handed(seen, survey->first)) {
        return HAND;
    }
    if (is_owed(pawl__sleeper_of(survey->first), now)) {
        return RESERVE;
    }
    if (survey->sleeper == NULL || pawl__waiter_is_task(survey->sleeper)) {
        return FREE;
    }
    bool room =
        survey->awake == 0 || (is_notified(survey->sleeper) && survey->awake < NOTIFIED_AT_A_TIME);
    return room ? WAKE : FREE;
}

/* After WAKE: whether the next release is to wake another. */
static bool wakes_on(const struct survey *survey, const pawl_await *head)
{
    const pawl_await *next = after(survey->sleeper, head);
    return next != NULL && !pawl__waiter_is_task(next) && is_notified(survey->sleeper) &&
           is_notified(next) && survey->awake + 1 < NOTIFIED_AT_A_TIME;
}

/* Wake who sleeps, and the readers right behind a reader. */
static void wake_row(struct pawl__bucket *bucket, pawl_await *waiter, const pawl_await *head,
                     pawl_time now, struct pawl__sleeper **roused) PAWL_REQUIRES(bucket)
{
    awaken(bucket, waiter, now, roused);
    bool shared = waits_shared(waiter);
    for (pawl_await *at = after(waiter, head);
         shared && at != NULL && waits_shared(at) && !pawl__waiter_is_task(at);
         at = after(at, head)) {
        if (!pawl__waiter_is_awake(at)) {
            awaken(bucket, at, now, roused);
        }
    }
}

/* Those at the head of the queue who are handed the word: readers, and then perhaps a writer, who
 * has it once the readers have left. And who is next, or NULL. */
struct row {
    uint32_t readers; /* times READER */
    pawl_await *writer, *next;
};

/* `seen` is what is left of the word by who gives it up. */
static struct row row_of(uint32_t seen, pawl_await *first, const pawl_await *head)
{
    struct row row = {0, NULL, first};
    while (row.next != NULL && row.writer == NULL && is_handed(seen, row.next)) {
        if (waits_shared(row.next)) {
            if (seen + row.readers >= PAWL__WORD_FULL) {
                break;
            }
            row.readers += READER;
        } else {
            row.writer = row.next;
        }
        row.next = after(row.next, head);
    }
    return row;
}

static void grant(struct pawl__bucket *bucket, pawl_await *waiter, struct pawl__wake_list *list)
    PAWL_REQUIRES(bucket)
{
    pawl__lot_dequeue(bucket, waiter);
    if (pawl__waiter_is_awake(waiter)) {
        pawl__lot_grant_awake(waiter);
    } else {
        pawl__lot_grant(waiter, PAWL_OK, list);
    }
}

static void hand_over(struct pawl__word word, struct pawl__bucket *bucket, pawl_await *first,
                      const struct row *row, bool drains, struct pawl__wake_list *list)
    PAWL_REQUIRES(bucket)
{
    for (uint32_t left = row->readers; left > 0; left -= READER) {
        pawl_await *next = first->next_;
        grant(bucket, first, list);
        first = next;
    }
    if (drains) {
        pawl__lot_dequeue(bucket, row->writer);
        pawl__lot_enqueue(bucket, pawl__word_drain_key(word), row->writer);
    } else if (row->writer != NULL) {
        grant(bucket, row->writer, list);
    }
}

/* Who is to be woken once the guard is left. */
struct wakes {
    struct pawl__wake_list granted;
    struct pawl__sleeper *roused;
};
#define NO_WAKES                                                                                   \
    {                                                                                              \
        {NULL, NULL}, NULL                                                                         \
    }

static void wake(const struct wakes *wakes)
{
    pawl__lot_unpark_all(wakes->roused);
    pawl__lot_wake(&wakes->granted);
}

/* What is done for the queue when somebody gives the word up, and what the word is then. */
struct plan {
    struct survey survey;
    pawl_await *head;
    pawl_time now;
    enum act act;
    struct row row; /* HAND */
    bool drains;
    uint32_t word;
};

/* `kept` is the word without what is given up and what it says of waiters. */
static void make_plan(struct plan *plan, uint32_t seen, uint32_t kept)
{
    const struct survey *survey = &plan->survey;
    plan->act = decide(seen, survey, plan->now);
    plan->row = row_of(kept, plan->act == HAND ? survey->first : NULL, plan->head);
    plan->word = kept + plan->row.readers;
    plan->drains = plan->row.writer != NULL && plan->word >= READER;
    if (plan->act == HAND) {
        plan->word |= plan->row.writer != NULL ? LOCKED | (plan->drains ? DRAIN : 0) : 0;
        plan->word |= plan->row.next != NULL ? PARKED : 0;
    } else if (plan->act == RESERVE) {
        plan->word |= RESERVED;
    } else if (plan->act == WAKE) {
        pawl_ns waited = plan->now - pawl__sleeper_of_const(survey->sleeper)->since;
        plan->word |= waited >= WATCH_AFTER ? WATCHED : 0;
        plan->word |= wakes_on(survey, plan->head) ? PARKED : 0;
    }
}

/* The word is as planned: now the queue. */
static void carry_out(struct pawl__word word, struct pawl__bucket *bucket, struct plan *plan,
                      struct wakes *wakes) PAWL_REQUIRES(bucket)
{
    if (plan->act == HAND) {
        hand_over(word, bucket, plan->survey.first, &plan->row, plan->drains, &wakes->granted);
        if (plan->row.writer != NULL) {
            return;
        }
        plan->head = pawl__lot_first(bucket, word.at);
        plan->survey = look(bucket, word.at);
        bool next = plan->survey.awake == 0 && plan->survey.sleeper != NULL &&
                    !pawl__waiter_is_task(plan->survey.sleeper);
        plan->act = next ? WAKE : FREE;
    }
    if (plan->act == RESERVE) {
        struct pawl__sleeper *first = pawl__sleeper_of(plan->survey.first);
        first->reserved = plan->now + RESERVATION;
        if (!first->awake) {
            awaken(bucket, &first->waiter, plan->now, &wakes->roused);
        }
    } else if (plan->act == WAKE) {
        pawl__spin_begin_checks(word.at);
        wake_row(bucket, plan->survey.sleeper, plan->head, plan->now, &wakes->roused);
    }
}

/* Under the guard: give up `held`, and go on with who is next. It is LOCKED; by a writer that waits
 * for readers and gives up, LOCKED | DRAIN; by a reader that took its turn, 0.
 *
 * Returns   false, with nothing done: the word is not held in that way */
static bool pass(struct pawl__word word, struct pawl__bucket *bucket, uint32_t held,
                 uint32_t becomes, struct wakes *wakes) PAWL_REQUIRES(bucket)
{
    struct plan plan = {.survey = look(bucket, word.at), .head = pawl__lot_first(bucket, word.at)};
    plan.now = plan.head != NULL ? pawl__port_now() : 0;
    uint32_t seen = load(word);
    do {
        if ((seen & (LOCKED | DRAIN)) != held) {
            return false;
        }
        make_plan(&plan, seen, (seen & ~(uint32_t)(held | PARKED | WATCHED)) + becomes);
    } while (!let_go(word, &seen, plan.word));
    carry_out(word, bucket, &plan, wakes);
    return true;
}

/* Of a word that is WATCHED: whether the first waiter is late. */
static bool first_is_late(struct pawl__word word)
{
    struct pawl__bucket *bucket = pawl__lot_bucket(word.at);
    pawl__lot_lock(bucket);
    const pawl_await *first = look(bucket, word.at).first;
    bool late = first != NULL && pawl__waiter_is_awake(first) &&
                is_late(pawl__sleeper_of_const(first), pawl__port_now());
    pawl__lot_unlock(bucket);
    return late;
}

pawl_status pawl__word_release(struct pawl__word word, uint32_t becomes)
{
    uint32_t seen = load(word);
    while ((seen & (LOCKED | DRAIN)) == LOCKED) {
        bool serves =
            (seen & PARKED) != 0 ||
            ((seen & WATCHED) != 0 && pawl__spin_time_to_check(word.at) && first_is_late(word));
        if (!serves) {
            if (let_go(word, &seen, (seen & ~(uint32_t)LOCKED) + becomes)) {
                return PAWL_OK;
            }
            continue;
        }
        struct wakes wakes = NO_WAKES;
        struct pawl__bucket *bucket = pawl__lot_bucket(word.at);
        pawl__lot_lock(bucket);
        bool done = pass(word, bucket, LOCKED, becomes, &wakes);
        pawl__lot_unlock(bucket);
        wake(&wakes);
        if (done) {
            return PAWL_OK;
        }
        seen = load(word);
    }
    return PAWL_NOT_HELD;
}

/* --- Draining the readers ------------------------------------------------------------------- */

/* Under the guard, with DRAIN set: the last reader leaves, and the writer has the word. One that
 * vanished in a fork gives it up. false: the caller is not the last reader. */
static bool leave_last(struct pawl__word word, struct pawl__bucket *bucket, struct wakes *wakes)
    PAWL_REQUIRES(bucket)
{
    pawl_await *writer = pawl__lot_first(bucket, pawl__word_drain_key(word));
    uint32_t gone = DRAIN | (writer != NULL ? 0 : LOCKED | PARKED | WATCHED | RESERVED);
    /* Acquires what the readers before have read, for the writer. */
    uint32_t seen = pawl__load32((uint32_t *)word.at, PAWL__ACQUIRE);
    do {
        if (seen / READER != 1 || (seen & DRAIN) == 0) {
            return false;
        }
    } while (!let_go(word, &seen, (seen - READER) & ~gone));
    if (writer != NULL) {
        grant(bucket, writer, &wakes->granted);
    }
    return true;
}

/* Under the guard, of a word with as many readers as can be counted: leave, and let the next in. */
static bool leave_room(struct pawl__word word, struct pawl__bucket *bucket, struct wakes *wakes)
    PAWL_REQUIRES(bucket)
{
    uint32_t seen = load(word);
    do {
        if (seen < PAWL__WORD_FULL) {
            return false;
        }
    } while (!let_go(word, &seen, seen - READER));
    (void)pass(word, bucket, 0, 0, wakes);
    return true;
}

pawl_status pawl__word_release_shared(struct pawl__word word)
{
    uint32_t seen = load(word);
    while (seen >= READER) {
        bool last = seen / READER == 1 && (seen & DRAIN) != 0;
        bool full = seen >= PAWL__WORD_FULL && (seen & PARKED) != 0;
        if (!last && !full) {
            if (let_go(word, &seen, seen - READER)) {
                return PAWL_OK;
            }
            continue;
        }
        struct wakes wakes = NO_WAKES;
        struct pawl__bucket *bucket = pawl__lot_bucket(word.at);
        pawl__lot_lock(bucket);
        bool done = last ? leave_last(word, bucket, &wakes) : leave_room(word, bucket, &wakes);
        pawl__lot_unlock(bucket);
        wake(&wakes);
        if (done) {
            return PAWL_OK;
        }
        seen = load(word);
    }
    return PAWL_NOT_HELD;
}

/* Under the guard: the writer that drains gives up. */
static void stop_draining(struct pawl__word word, struct pawl__bucket *bucket, struct wakes *wakes)
    PAWL_REQUIRES(bucket)
{
    (void)pass(word, bucket, LOCKED | DRAIN, 0, wakes);
}

/* Wait until the readers have left. true: they have; false: the deadline passed first, and the word
 * is given up. */
static bool drain(struct pawl__word word, struct pawl__sleeper *sleeper, pawl_time deadline)
{
    struct pawl__bucket *bucket = pawl__lot_bucket(word.at);
    for (unsigned turn = 0; pawl__spin(&turn);) {
        if (pawl__lot_is_granted(&sleeper->waiter)) {
            return true;
        }
    }
    pawl__lot_lock(bucket);
    bool granted = pawl__lot_is_granted(&sleeper->waiter);
    sleeper->awake = false;
    pawl__lot_unlock(bucket);
    if (granted || !pawl__lot_wait(sleeper, bucket, pawl__word_drain_key(word), deadline)) {
        return true;
    }
    struct wakes wakes = NO_WAKES;
    stop_draining(word, bucket, &wakes);
    pawl__lot_unlock(bucket);
    wake(&wakes);
    return false;
}

/* --- Acquiring ------------------------------------------------------------------------------- */

/* How a waiter begins, or goes on, under the guard. */
enum start {
    TAKEN,    /* it has the word */
    DRAINING, /* it has LOCKED, and is queued until the readers have left */
    QUEUED,   /* it is queued, and is to sleep */
    AWAKE,    /* it is queued and awake: it looks whether it was granted */
    FULL      /* there are as many readers as can be counted */
};

/* Under the guard: take a word that is free, for a waiter that is queued or not. */
static bool take_inside(struct pawl__word word, struct pawl__bucket *bucket, pawl_await *waiter,
                        bool queued, bool own, enum start *start) PAWL_REQUIRES(bucket)
{
    bool shared = waits_shared(waiter);
    uint32_t seen = load(word);
    for (;;) {
        bool reserved = (seen & RESERVED) != 0 && !own;
        if ((seen & LOCKED) != 0 || (reserved && !reservation_is_over(bucket, word.at))) {
            return false;
        }
        if (shared && seen >= PAWL__WORD_FULL) {
            *start = FULL;
            return !queued;
        }
        const pawl_await *head = pawl__lot_first(bucket, word.at);
        bool others = head != NULL && !(queued && head == waiter && after(head, head) == NULL);
        bool drains = !shared && seen >= READER;
        uint32_t want = seen & ~(uint32_t)(PARKED | WATCHED | RESERVED);
        want = taken(want, shared) | (others ? PARKED : 0) | (drains ? DRAIN : 0);
        if (take(word, &seen, want)) {
            *start = drains ? DRAINING : TAKEN;
            return true;
        }
    }
}

/* Under the guard, having taken the word: what comes with it. A reader lets the next in. */
static void settle(struct pawl__word word, struct pawl__bucket *bucket, pawl_await *waiter,
                   bool queued, enum start start, struct wakes *wakes) PAWL_REQUIRES(bucket)
{
    if (queued) {
        pawl__lot_dequeue(bucket, waiter);
    }
    if (start == DRAINING) {
        if (!pawl__waiter_is_task(waiter)) {
            pawl__sleeper_of(waiter)->awake = true; /* it spins, and is granted without a token */
        }
        pawl__lot_enqueue(bucket, pawl__word_drain_key(word), waiter);
    } else if (waits_shared(waiter) && pawl__lot_first(bucket, word.at) != NULL) {
        (void)pass(word, bucket, 0, 0, wakes); /* false: LOCKED, and PARKED: a release will come */
    }
}

/* Under the guard, of a word that cannot be had: see to it that a release serves the queue, unless
 * enough are awake who will. false: it has become free. */
static bool announce(struct pawl__word word, bool awake)
{
    uint32_t seen = load(word);
    do {
        if (is_free(seen)) {
            return false;
        }
    } while (!note(word, &seen, awake ? seen : seen | PARKED));
    return true;
}

/* Under the guard, by a waiter that is about to queue: whether one is on its way who sees to the
 * rest. Not if that one is late: then a release is to come here. */
static bool one_is_coming(struct pawl__bucket *bucket, const void *key, const pawl_await *waiter)
    PAWL_REQUIRES(bucket)
{
    struct survey survey = look(bucket, key);
    if (survey.awake == 0 || pawl__waiter_is_task(survey.first) || pawl__waiter_is_task(waiter)) {
        return survey.awake > 0;
    }
    return !pawl__waiter_is_awake(survey.first) ||
           !is_late(pawl__sleeper_of(survey.first), pawl__sleeper_of_const(waiter)->since);
}

/* Under the guard: a writer that drained the readers, and vanished in a fork, gives up LOCKED. */
static void forget_vanished(struct pawl__word word, struct pawl__bucket *bucket)
    PAWL_REQUIRES(bucket)
{
    if (!word.wide || pawl__process_generation() == 0 ||
        pawl__lot_first(bucket, pawl__word_drain_key(word)) != NULL) {
        return;
    }
    uint32_t seen = load(word);
    while ((seen & DRAIN) != 0 &&
           !note(word, &seen, seen & ~(uint32_t)(LOCKED | DRAIN | PARKED | WATCHED))) {
    }
}

/* Take the word, or queue the waiter: one of the two happens under the guard, so the order at the
 * guard is the order of arrival. A fair lock's first waiter is awake for a while, and is granted
 * without being unparked. */
static enum start take_or_queue(struct pawl__word word, pawl_await *waiter)
{
    enum start start;
    struct wakes wakes = NO_WAKES;
    struct pawl__bucket *bucket = pawl__lot_bucket(word.at);
    pawl__lot_lock(bucket);
    forget_vanished(word, bucket);
    for (;;) {
        if (take_inside(word, bucket, waiter, false, false, &start)) {
            if (start != FULL) {
                settle(word, bucket, waiter, false, start, &wakes);
            }
            break;
        }
        uint32_t seen = load(word);
        bool fair = (seen & FAIR) != 0;
        if (!announce(word, !fair && one_is_coming(bucket, word.at, waiter))) {
            continue;
        }
        start = QUEUED;
        pawl__lot_enqueue(bucket, word.at, waiter);
        if (!pawl__waiter_is_task(waiter)) {
            struct pawl__sleeper *sleeper = pawl__sleeper_of(waiter);
            sleeper->awake = fair && pawl__lot_first(bucket, word.at) == waiter;
            start = sleeper->awake ? AWAKE : QUEUED;
            bool reserved = (load(word) & RESERVED) != 0;
            const struct pawl__sleeper *of = reserved ? reserved_for(bucket, word.at) : NULL;
            sleeper->nap = of != NULL ? of->reserved : PAWL_NEVER;
        }
        break;
    }
    pawl__lot_unlock(bucket);
    wake(&wakes);
    return start;
}

/* By who comes, of a word that is LOCKED and WATCHED: if the first waiter is late, the next release
 * is to serve it. */
static void look_after_first(struct pawl__word word)
{
    if (!first_is_late(word)) {
        return;
    }
    uint32_t seen = load(word);
    while ((seen & LOCKED) != 0 && !note(word, &seen, seen | PARKED)) {
    }
}

/* Spin for a word; true: it is taken. A fair lock's waiters queue first, since their order is the
 * order in which they queue; so do those who find the word reserved, to leave a processor. */
static bool spin(struct pawl__word word, bool shared)
{
    unsigned turn = pawl__spin_begin(word.at);
    bool taken_it = false;
    bool looked = false;
    do {
        uint32_t seen = load(word);
        if (is_free(seen) && (shared || seen < READER) && seen < PAWL__WORD_FULL) {
            taken_it = take(word, &seen, taken(seen, shared));
        } else if ((seen & (FAIR | RESERVED)) != 0 || is_free(seen)) {
            return false;
        } else if ((seen & WATCHED) != 0 && !looked) {
            look_after_first(word);
            looked = true;
        }
        if ((seen & PARKED) != 0 && turn < PAWL__SPIN_CROWDED) {
            turn = PAWL__SPIN_CROWDED;
        }
    } while (!taken_it && pawl__spin(&turn));
    pawl__spin_end(word.at, turn, taken_it);
    return taken_it;
}

/* Under the guard, by a queued waiter that is awake: whether it has the word. */
static enum start arrive(struct pawl__word word, struct pawl__bucket *bucket,
                         struct pawl__sleeper *sleeper, struct wakes *wakes) PAWL_REQUIRES(bucket)
{
    enum start start = AWAKE;
    if (pawl__lot_is_granted(&sleeper->waiter)) {
        return TAKEN;
    }
    sleeper->absent = false;
    if (take_inside(word, bucket, &sleeper->waiter, true, sleeper->reserved != 0, &start)) {
        sleeper->reserved = 0;
        settle(word, bucket, &sleeper->waiter, true, start, wakes);
    }
    return start == FULL ? AWAKE : start;
}

/* Under the guard: a waiter has looked for long enough, and found the word taken. It sleeps, or, if
 * it has waited for so long that the next release is to serve it, looks on, once each time. */
static enum start rest(struct pawl__word word, struct pawl__bucket *bucket,
                       struct pawl__sleeper *sleeper, bool *demanded) PAWL_REQUIRES(bucket)
{
    uint32_t seen = load(word);
    do {
        if (is_free(seen)) {
            return AWAKE;
        }
    } while (!note(word, &seen, (seen | PARKED) & ~(uint32_t)WATCHED));
    const struct pawl__sleeper *of = (seen & RESERVED) != 0 ? reserved_for(bucket, word.at) : NULL;
    sleeper->nap = of != NULL ? of->reserved : PAWL_NEVER;
    sleeper->tried = true;
    sleeper->demands = of == NULL && !*demanded && (seen & FAIR) == 0 &&
                       pawl__port_now() - sleeper->since >= IMPATIENCE;
    sleeper->awake = sleeper->demands;
    *demanded = true;
    return sleeper->awake ? AWAKE : QUEUED;
}

/* In the thread of a waiter that was granted, or is queued and awake: TAKEN, DRAINING, or QUEUED:
 * it is to sleep, in its place. */
static enum start come_forward(struct pawl__word word, struct pawl__sleeper *sleeper)
{
    struct pawl__bucket *bucket = pawl__lot_bucket(word.at);
    enum start start = pawl__lot_is_granted(&sleeper->waiter) ? TAKEN : AWAKE;
    bool demanded = false;
    for (unsigned turn = 0; start == AWAKE;) {
        bool tired = !pawl__spin(&turn);
        uint32_t seen = load(word);
        if (!tired && (seen & LOCKED) != 0) {
            start = pawl__lot_is_granted(&sleeper->waiter) ? TAKEN : AWAKE;
            continue;
        }
        struct wakes wakes = NO_WAKES;
        pawl__lot_lock(bucket);
        start = arrive(word, bucket, sleeper, &wakes);
        if (start == AWAKE && (tired || (seen & RESERVED) != 0)) {
            start = rest(word, bucket, sleeper, &demanded);
            turn = 0;
        }
        pawl__lot_unlock(bucket);
        wake(&wakes);
    }
    return start;
}

/* Wait in the lot, for as many rounds as others take the word first. */
static pawl_status wait_for_turn(struct pawl__word word, struct pawl__sleeper *sleeper,
                                 enum start start, pawl_time deadline)
{
    struct pawl__bucket *bucket = pawl__lot_bucket(word.at);
    for (;;) {
        if (start == AWAKE) {
            start = come_forward(word, sleeper);
        }
        if (start == TAKEN) {
            return PAWL_OK;
        }
        if (start == DRAINING) {
            return drain(word, sleeper, deadline) ? PAWL_OK : pawl__sleeper_ended(sleeper);
        }
        pawl_time nap = sleeper->nap;
        sleeper->nap = PAWL_NEVER;
        if (nap < deadline) {
            pawl__lot_nap(sleeper, bucket, word.at, nap);
        } else if (pawl__lot_wait(sleeper, bucket, word.at, deadline)) {
            pawl__word_withdraw_and_unlock(word, word.at, bucket);
            return pawl__sleeper_ended(sleeper);
        }
        start = AWAKE;
    }
}

pawl_status pawl__word_acquire(struct pawl__word word, enum pawl__wait_kind kind,
                               struct pawl__limit limit)
{
    if (spin(word, is_shared(kind))) {
        return PAWL_OK;
    }
    struct pawl__sleeper sleeper;
    pawl__lot_open_with(&sleeper, kind, limit.stop);
    begin_to_wait(&sleeper, pawl__port_now());
    enum start start = take_or_queue(word, &sleeper.waiter);
    pawl_status status =
        start == FULL ? PAWL_OVERFLOW : wait_for_turn(word, &sleeper, start, limit.deadline);
    pawl__lot_close(&sleeper);
    return status;
}

/* A task neither spins nor looks at the clock: it has no thread that could retry, so it is handed
 * the word when it is first. */
pawl_status pawl__word_acquire_await(struct pawl__word word, enum pawl__wait_kind kind,
                                     pawl_await *op)
{
    if (!pawl__lot_start(op, kind)) {
        return PAWL_INVALID;
    }
    enum start start = take_or_queue(word, op);
    return start == TAKEN ? PAWL_OK : start == FULL ? PAWL_OVERFLOW : PAWL_PENDING;
}

bool pawl__word_try(struct pawl__word word, enum pawl__wait_kind kind)
{
    bool done = false;
    struct wakes wakes = NO_WAKES;
    struct pawl__bucket *bucket = pawl__lot_bucket(word.at);
    pawl__lot_lock(bucket);
    forget_vanished(word, bucket);
    uint32_t seen = load(word);
    while (!done && (seen & LOCKED) == 0 && (is_shared(kind) || seen < READER) &&
           seen < PAWL__WORD_FULL &&
           ((seen & RESERVED) == 0 || reservation_is_over(bucket, word.at))) {
        bool others = pawl__lot_first(bucket, word.at) != NULL;
        done = take(word, &seen,
                    taken(seen & ~(uint32_t)(RESERVED | WATCHED | PARKED), is_shared(kind)) |
                        (others ? PARKED : 0));
    }
    if (done && is_shared(kind) && pawl__lot_first(bucket, word.at) != NULL) {
        (void)pass(word, bucket, 0, 0, &wakes); /* as a reader that takes its turn */
    }
    pawl__lot_unlock(bucket);
    wake(&wakes);
    return done;
}

void pawl__word_withdraw_and_unlock(struct pawl__word word, const void *key,
                                    struct pawl__bucket *bucket)
{
    struct wakes wakes = NO_WAKES;
    if (key != word.at) {
        stop_draining(word, bucket, &wakes);
    } else if (pawl__lot_first(bucket, key) == NULL) {
        uint32_t seen = load(word);
        while (!note(word, &seen, seen & ~(uint32_t)(PARKED | WATCHED))) {
        }
    }
    pawl__lot_unlock(bucket);
    wake(&wakes);
}

/* --- For conditions -------------------------------------------------------------------------- */

void pawl__word_admit(struct pawl__word word, struct pawl__bucket *bucket, pawl_await *waiter,
                      pawl_time now, struct pawl__wake_list *list, struct pawl__sleeper **roused)
{
    bool task = pawl__waiter_is_task(waiter);
    if (!task) {
        begin_to_wait(pawl__sleeper_of(waiter), now);
    }
    enum start start;
    for (;;) {
        uint32_t seen = load(word);
        bool handed = is_handed(seen, waiter);
        if (handed && take_inside(word, bucket, waiter, false, false, &start)) {
            pawl__lot_grant(waiter, PAWL_OK, list);
            return;
        }
        unsigned awake = (seen & FAIR) != 0 ? 0 : look(bucket, word.at).awake;
        if (!announce(word, awake >= NOTIFIED_AT_A_TIME)) { /* it is free */
            if (handed) {
                continue;
            }
            pawl__lot_enqueue(bucket, word.at, waiter);
            if (awake < NOTIFIED_AT_A_TIME) {
                awaken(bucket, waiter, now, roused);
            }
            return;
        }
        pawl__lot_enqueue(bucket, word.at, waiter);
        return;
    }
}

void pawl__word_accept(struct pawl__word word, struct pawl__sleeper *sleeper)
{
    pawl_status status = wait_for_turn(word, sleeper, AWAKE, PAWL_NEVER);
    (void)status; /* PAWL_OK: never does not come */
}
