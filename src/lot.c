/* SPDX-License-Identifier: MIT
 *
 * The parking lot: see lot.h.
 *
 * A fixed table of buckets, each a guard and some chains. In a chain the first waiters of the keys
 * that hash to it follow each other; behind each first waiter hangs the ring of the others. So a
 * hundred thousand keys that are waited for at a time make chains of three, all else is constant,
 * and no memory is needed beyond the waiters' own.
 *
 * The lot is one block that all copies of pawl in the process share (see pawl__port_shared_block),
 * mapped when the code is loaded, or when a thread first has to wait; its pages are used as needed.
 */
#include "lot.h"

#include "port.h"

enum { BUCKET_BITS = 10, CHAIN_BITS = 5, CHUNK_BYTES = 16 * 1024, LINE_BYTES = 64 };

struct pawl__bucket {
    _Alignas(LINE_BYTES) struct pawl__guard guard;
    uint8_t passes;                /* atomic: calls of time_to_look since one was awakened */
    void *chains[1 << CHAIN_BITS]; /* under guard: the first of the first waiters */
    uint8_t misses; /* atomic: of those who spun, up to SPIN_MISSES; seldom written, hence here */
    uint8_t skips;  /* atomic: by those who did not */
};

/* A parker in the pool. It serves one wait after another, of any thread, and is never unmapped. */
struct pawl__slot {
    _Alignas(LINE_BYTES) struct pawl__parker parker;
    struct pawl__slot *next_free;
};

struct chunk {
    struct chunk *next;
    size_t used; /* slots that were ever handed out */
    struct pawl__slot slots[];
};

enum { CHUNK_SLOTS = (CHUNK_BYTES - LINE_BYTES) / sizeof(struct pawl__slot) };
_Static_assert(offsetof(struct chunk, slots) + CHUNK_SLOTS * sizeof(struct pawl__slot) <=
                   CHUNK_BYTES,
               "the slots fit in their chunk");

struct lot {
    struct pawl__bucket buckets[1 << BUCKET_BITS];
    struct pawl__guard pool_guard;
    struct chunk *chunks;    /* under pool_guard, as are the slots' next_free */
    struct pawl__slot *free; /* under pool_guard */
    struct pawl__guard locals_guard;
    uint64_t identities; /* given to threads so far; under locals_guard */
    uint8_t has_locals;  /* atomic: 1 once the next three are made, under locals_guard */
    struct pawl__local identity_low, identity_high; /* two, as a pointer may have 32 bits */
    struct pawl__local calling;           /* the wake list whose tasks the thread calls, or NULL */
    PAWL__ALIGNED_8 uint64_t forks_begun; /* atomic: by each copy of pawl once a fork, or more */
    uint64_t forks_seen;                  /* written by an only thread only, as are the next */
    uint32_t generation;
    bool ending;
};

/* This copy's pointer to the process's lot; NULL until this copy first needs it. */
static void *shared_lot;

static void empty_lot(struct lot *lot)
{
    for (size_t i = 0; i < sizeof lot->buckets / sizeof lot->buckets[0]; i++) {
        pawl__guard_init(&lot->buckets[i].guard);
        for (size_t j = 0; j < sizeof lot->buckets[i].chains / sizeof(void *); j++) {
            if (lot->buckets[i].chains[j] != NULL) { /* so that a fresh lot touches no page */
                lot->buckets[i].chains[j] = NULL;
            }
        }
    }
    pawl__guard_init(&lot->pool_guard);
    pawl__guard_init(&lot->locals_guard);
}

static void prepare_lot(void *block)
{
    empty_lot(block);
}

/* For the only thread there is left, which waits for nothing: whatever the guards, queues and
 * parkers were in the middle of, they start afresh, and every parker is free. Operations that were
 * pending have ended: their generation is over, and those that this thread was to call are not. */
static void start_afresh(struct lot *lot)
{
    empty_lot(lot);
    lot->generation++;
    if (lot->has_locals != 0 && pawl__local_get(&lot->calling) != NULL) {
        *(struct pawl__wake_list *)pawl__local_get(&lot->calling) =
            (struct pawl__wake_list){NULL, NULL};
    }
    lot->free = NULL;
    for (struct chunk *chunk = lot->chunks; chunk != NULL; chunk = chunk->next) {
        for (size_t i = 0; i < chunk->used; i++) {
            pawl__parker_init(&chunk->slots[i].parker);
            chunk->slots[i].next_free = lot->free;
            lot->free = &chunk->slots[i];
        }
    }
}

/* Before a fork, in any thread. Never taken back: the parent's count may be ahead. */
static void begin_fork(void)
{
    struct lot *lot = pawl__load_pointer(&shared_lot, PAWL__ACQUIRE); /* pairs with open_lot */
    if (lot != NULL) {
        uint64_t begun = pawl__load64(&lot->forks_begun, PAWL__RELAXED);
        while (!pawl__cas64(&lot->forks_begun, &begun, begun + 1, PAWL__RELAXED)) {
        }
    }
}

/* Each copy of pawl has registered this, but one is to do it: a copy that was loaded late is called
 * behind handlers of the program's, which may use the lot. */
static void start_afresh_in_child(void)
{
    struct lot *lot = pawl__load_pointer(&shared_lot, PAWL__RELAXED);
    if (lot != NULL && lot->forks_seen != lot->forks_begun) {
        lot->forks_seen = lot->forks_begun;
        start_afresh(lot);
    }
}

/* Where there is fork this runs when the code is loaded: before any handler of the program's is
 * registered, which may use a lock in the child, and outside every lock of the program's. */
static PAWL__COLD struct lot *open_lot(void)
{
    struct lot *lot = pawl__port_shared_block(sizeof *lot, prepare_lot);
    pawl__store_pointer(&shared_lot, lot, PAWL__RELEASE); /* pairs with get_lot */
    return lot;
}

static struct lot *get_lot(void)
{
    struct lot *lot = pawl__load_pointer(&shared_lot, PAWL__ACQUIRE); /* pairs with open_lot */
    lot = lot != NULL ? lot : open_lot();
    if (pawl__port_is_ending() && !lot->ending) {
        start_afresh(lot);
        lot->ending = true;
    }
    return lot;
}

PAWL__AT_LOAD static void open_early(void)
{
    pawl__port_at_fork(begin_fork, start_afresh_in_child);
    open_lot();
}

/* A hash of an address by multiplication with an odd constant (the golden ratio's): the highest
 * bits choose the bucket, the next ones the chain in it. */
static uint64_t hash(const void *key)
{
    return ((uintptr_t)key >> 2) * UINT64_C(0x9E3779B97F4A7C15);
}

static struct pawl__bucket *bucket_of(const void *key)
{
    return &get_lot()->buckets[hash(key) >> (64 - BUCKET_BITS)];
}

static void **chain_of(struct pawl__bucket *bucket, const void *key)
{
    return &bucket->chains[hash(key) >> (64 - BUCKET_BITS - CHAIN_BITS) & ((1U << CHAIN_BITS) - 1)];
}

static struct chunk *map_chunk(struct chunk *next)
{
    struct chunk *chunk = pawl__port_map(CHUNK_BYTES);
    chunk->next = next;
    return chunk;
}

static struct pawl__slot *take_slot(struct lot *lot)
{
    pawl__guard_lock(&lot->pool_guard);
    struct pawl__slot *slot = lot->free;
    if (slot != NULL) {
        lot->free = slot->next_free;
    } else {
        if (lot->chunks == NULL || lot->chunks->used == CHUNK_SLOTS) {
            lot->chunks = map_chunk(lot->chunks);
        }
        slot = &lot->chunks->slots[lot->chunks->used++];
        pawl__parker_init(&slot->parker);
    }
    pawl__guard_unlock(&lot->pool_guard);
    return slot;
}

void pawl__waiter_open(pawl_await *waiter, enum pawl__awaited kind)
{
    waiter->ctx_ = take_slot(get_lot());
    waiter->fn_ = NULL;
    waiter->kind_ = (uint8_t)kind;
    waiter->awake_ = false;
}

void pawl__waiter_close(pawl_await *waiter)
{
    struct lot *lot = get_lot();
    struct pawl__slot *slot = waiter->ctx_;
    pawl__guard_lock(&lot->pool_guard);
    slot->next_free = lot->free;
    lot->free = slot;
    pawl__guard_unlock(&lot->pool_guard);
}

static struct pawl__parker *parker_of(const pawl_await *thread)
{
    return &((struct pawl__slot *)thread->ctx_)->parker;
}

bool pawl__waiter_start(pawl_await *op, enum pawl__awaited kind)
{
    uint32_t generation = pawl__lot_generation();
    /* Pairs with be_idle, as in pawl__await_is_idle. */
    if (op->fn_ == NULL ||
        (pawl__load_pointer(&op->key_, PAWL__ACQUIRE) != NULL && op->generation_ == generation)) {
        return false;
    }
    pawl__store_pointer(&op->key_, NULL, PAWL__RELAXED); /* a parent's may have been left there */
    op->generation_ = generation;
    op->kind_ = (uint8_t)kind;
    return true;
}

struct pawl__bucket *pawl__lot_enter(const void *key)
{
    struct pawl__bucket *bucket = bucket_of(key);
    pawl__guard_lock(&bucket->guard);
    return bucket;
}

/* In the order of their addresses, so that no two threads wait for each other. */
struct pawl__bucket_pair pawl__lot_enter_two(const void *first_key, const void *second_key)
{
    struct pawl__bucket_pair pair = {bucket_of(first_key), bucket_of(second_key)};
    bool in_order = (uintptr_t)pair.first < (uintptr_t)pair.second;
    pawl__guard_lock(in_order ? &pair.first->guard : &pair.second->guard);
    if (pair.first != pair.second) {
        pawl__guard_lock(in_order ? &pair.second->guard : &pair.first->guard);
    }
    return pair;
}

void pawl__lot_leave_two(struct pawl__bucket_pair pair)
{
    if (pair.first != pair.second) {
        pawl__guard_unlock(&pair.first->guard);
    }
    pawl__guard_unlock(&pair.second->guard);
}

void pawl__lot_leave(struct pawl__bucket *bucket)
{
    pawl__guard_unlock(&bucket->guard);
}

/* The key_ of a waiter that was granted and not yet woken: no address of an object. One that is
 * only moved to another key never has it, so who sees it comes too late. */
static void *const TAKEN = (void *)1;

/* The link in the key's chain that holds, or would hold, the key's first waiter. */
static void **find_link(struct pawl__bucket *bucket, const void *key)
{
    void **link = chain_of(bucket, key);
    for (pawl_await *at = *link; at != NULL && at->key_ != key; at = *link) {
        link = &at->chain_;
    }
    return link;
}

/* Let `fresh` stand in the chain where the first waiter in *link stands. */
static void replace_first(void **link, pawl_await *fresh)
{
    const pawl_await *first = *link;
    fresh->chain_ = first->chain_;
    *link = fresh;
}

void pawl__lot_push_last(struct pawl__bucket *bucket, void *key, pawl_await *waiter)
{
    void **link = find_link(bucket, key);
    pawl_await *first = *link;
    /* Relaxed, here and where it is taken: it is read under another bucket's guard, or none, only
     * to find the bucket under whose guard it is read again. (An awake thread also sees by it that
     * it was granted: see pawl__lot_grant_awake.) */
    pawl__store_pointer(&waiter->key_, key, PAWL__RELAXED);
    if (first == NULL) {
        waiter->next_ = waiter;
        waiter->prev_ = waiter;
        waiter->chain_ = NULL;
        *link = waiter;
    } else {
        waiter->next_ = first;
        waiter->prev_ = first->prev_;
        waiter->prev_->next_ = waiter;
        waiter->next_->prev_ = waiter;
    }
}

pawl_await *pawl__lot_first(struct pawl__bucket *bucket, const void *key)
{
    return *find_link(bucket, key);
}

void pawl__lot_take(struct pawl__bucket *bucket, pawl_await *waiter)
{
    void **link = find_link(bucket, waiter->key_);
    if (*link == waiter && waiter->next_ == waiter) {
        *link = waiter->chain_;
    } else if (*link == waiter) {
        replace_first(link, waiter->next_);
    }
    waiter->prev_->next_ = waiter->next_;
    waiter->next_->prev_ = waiter->prev_;
}

/* A waiter on a wake list is linked both ways, but for the first one's prev_, and says in chain_
 * which list it is on: an address that is no waiter's. Written by the list's thread; relaxed, as
 * another thread that reads it only has to find that it is not its own. */
static void append(struct pawl__wake_list *list, pawl_await *waiter)
{
    waiter->next_ = NULL;
    waiter->prev_ = list->last;
    pawl__store_pointer(&waiter->chain_, list, PAWL__RELAXED);
    if (list->first == NULL) {
        list->first = waiter;
    } else {
        list->last->next_ = waiter;
    }
    list->last = waiter;
}

static void unlink(struct pawl__wake_list *list, pawl_await *waiter)
{
    if (list->first == waiter) {
        list->first = waiter->next_;
    } else {
        waiter->prev_->next_ = waiter->next_;
    }
    if (list->last == waiter) {
        list->last = waiter->prev_;
    } else {
        waiter->next_->prev_ = waiter->prev_;
    }
}

void pawl__lot_grant(pawl_await *waiter, pawl_status outcome, struct pawl__wake_list *list)
{
    waiter->outcome_ = (uint8_t)outcome;
    pawl__store_pointer(&waiter->key_, TAKEN, PAWL__RELAXED); /* as in push */
    append(list, waiter);
}

/* The release pairs with pawl__lot_is_granted: the thread may have the waiter's memory back. */
void pawl__lot_grant_awake(pawl_await *waiter)
{
    pawl__store_pointer(&waiter->key_, TAKEN, PAWL__RELEASE);
}

bool pawl__lot_is_granted(const pawl_await *waiter)
{
    return pawl__load_pointer(&waiter->key_, PAWL__ACQUIRE) == TAKEN;
}

void pawl__lot_rouse(pawl_await *waiter)
{
    pawl__unpark(parker_of(waiter));
}

uint32_t pawl__lot_take_first(struct pawl__bucket *bucket, const void *key, pawl_status outcome,
                              struct pawl__wake_list *list)
{
    pawl_await *first = pawl__lot_first(bucket, key);
    if (first == NULL) {
        return 0;
    }
    pawl__lot_take(bucket, first);
    pawl__lot_grant(first, outcome, list);
    return 1;
}

void pawl__lot_take_all(struct pawl__bucket *bucket, const void *key, pawl_status outcome,
                        struct pawl__wake_list *list)
{
    while (pawl__lot_take_first(bucket, key, outcome, list) != 0) {
    }
}

static void make_locals(struct lot *lot)
{
    pawl__guard_lock(&lot->locals_guard);
    if (lot->has_locals == 0) {
        pawl__local_init(&lot->identity_low);
        pawl__local_init(&lot->identity_high);
        pawl__local_init(&lot->calling);
        pawl__store8(&lot->has_locals, 1, PAWL__RELEASE); /* pairs with get_lot_with_locals */
    }
    pawl__guard_unlock(&lot->locals_guard);
}

static struct lot *get_lot_with_locals(void)
{
    struct lot *lot = get_lot();
    if (pawl__load8(&lot->has_locals, PAWL__ACQUIRE) == 0) { /* pairs with make_locals */
        make_locals(lot);
    }
    return lot;
}

/* The last touch of an operation that ends: whoever finds it idle may start it anew. The release
 * pairs with pawl__await_is_idle and pawl__waiter_start. */
static void be_idle(pawl_await *op)
{
    pawl__store_pointer(&op->key_, NULL, PAWL__RELEASE);
}

/* Call the tasks one after the other, oldest first, and those that they grant. The list is this
 * thread's alone; a task may be gone once its fn has begun. A thread that was cancelled ends after
 * them: they are not its own. */
static void call_tasks(struct pawl__wake_list *tasks)
{
    struct lot *lot = get_lot_with_locals();
    struct pawl__wake_list *outer = pawl__local_get(&lot->calling);
    if (outer != NULL) {
        pawl_await *next = NULL;
        for (pawl_await *op = tasks->first; op != NULL; op = next) {
            next = op->next_;
            append(outer, op);
        }
        return;
    }
    int cancellation = pawl__port_forbid_cancellation();
    pawl__local_set(&lot->calling, tasks);
    while (tasks->first != NULL) {
        pawl_await *op = tasks->first;
        pawl_resume *fn = op->fn_;
        pawl_status outcome = (pawl_status)op->outcome_;
        tasks->first = op->next_;
        be_idle(op);
        fn(op, outcome);
    }
    pawl__local_set(&lot->calling, NULL);
    pawl__port_restore_cancellation(cancellation);
}

void pawl__lot_wake(const struct pawl__wake_list *list)
{
    struct pawl__wake_list tasks = {NULL, NULL};
    pawl_await *next = NULL;
    for (pawl_await *waiter = list->first; waiter != NULL; waiter = next) {
        next = waiter->next_; /* before it is woken, after which it may be gone */
        if (pawl__waiter_is_task(waiter)) {
            append(&tasks, waiter);
        } else {
            pawl__unpark(parker_of(waiter));
        }
    }
    if (tasks.first != NULL) {
        call_tasks(&tasks);
    }
}

bool pawl__lot_take_back(pawl_await *op)
{
    struct lot *lot = get_lot_with_locals();
    struct pawl__wake_list *list = pawl__local_get(&lot->calling);
    if (list == NULL || op->generation_ != lot->generation ||
        pawl__load_pointer(&op->key_, PAWL__RELAXED) != TAKEN ||
        pawl__load_pointer(&op->chain_, PAWL__RELAXED) != (void *)list) {
        return false;
    }
    unlink(list, op);
    be_idle(op);
    return true;
}

struct pawl__bucket *pawl__lot_withdraw(pawl_await *op, struct pawl__withdrawn *was,
                                        bool (*refuses)(const pawl_await *op))
{
    for (;;) {
        was->key = pawl__load_pointer(&op->key_, PAWL__RELAXED);
        if (was->key == NULL || was->key == TAKEN) {
            return NULL;
        }
        struct pawl__bucket *bucket = pawl__lot_enter(was->key);
        bool moved = pawl__load_pointer(&op->key_, PAWL__RELAXED) != was->key;
        if (!moved && op->generation_ == get_lot()->generation &&
            (refuses == NULL || !refuses(op))) {
            was->awaited = (enum pawl__awaited)op->kind_;
            was->object = was->awaited == PAWL__ON_NOTIFIED_LOCK ? op->more_.object : NULL;
            pawl__lot_take(bucket, op);
            be_idle(op);
            return bucket;
        }
        pawl__lot_leave(bucket);
        if (!moved) {
            return NULL;
        }
    }
}

struct pawl__bucket *pawl__lot_wait(pawl_await *waiter, const void *key, pawl_time deadline)
{
    if (pawl__park(parker_of(waiter), deadline)) {
        return NULL;
    }
    struct pawl__bucket *bucket = pawl__lot_enter(key);
    /* Relaxed: it becomes this key, or ceases to be, under this guard only. */
    if (pawl__load_pointer(&waiter->key_, PAWL__RELAXED) == key && !waiter->awake_) {
        pawl__lot_take(bucket, waiter);
        return bucket;
    }
    pawl__lot_leave(bucket);
    /* Taken out or roused as the deadline passed, or moved: a waker's token will come, and is taken
     * here. */
    pawl__park(parker_of(waiter), PAWL_NEVER);
    return NULL;
}

void pawl__lot_awaken(struct pawl__bucket *bucket, pawl_await *waiter)
{
    waiter->awake_ = true;
    pawl__store8(&bucket->passes, 0, PAWL__RELAXED); /* as in pawl__lot_time_to_look */
}

/* Relaxed, and not as one step: it is a guess, which another lock's waiters in the bucket may spoil
 * towards more looks. */
bool pawl__lot_time_to_look(const void *key)
{
    enum { LAST_INTERVAL = 64 };
    struct pawl__bucket *bucket = bucket_of(key);
    uint8_t passes = (uint8_t)(pawl__load8(&bucket->passes, PAWL__RELAXED) + 1);
    pawl__store8(&bucket->passes, passes, PAWL__RELAXED);
    return (passes & (passes - 1)) == 0 || passes % LAST_INTERVAL == 0;
}

size_t pawl__lot_count(const void *key)
{
    struct pawl__bucket *bucket = pawl__lot_enter(key);
    pawl_await *first = pawl__lot_first(bucket, key);
    size_t count = first == NULL ? 0 : 1;
    for (pawl_await *at = first; count > 0 && at->next_ != first; at = at->next_) {
        count++;
    }
    pawl__lot_leave(bucket);
    return count;
}

/* The first turns are short, as most sections are: who looks late lets the lock stand free. After
 * SPIN_EVENLY + 1 of them each pauses twice as often as the one before, up to SPIN_LONGEST: ten
 * microseconds in all where a pause takes 25 ns, about what it takes there until a thread that is
 * woken runs. A shorter spin ends just before two threads that hand something over would meet; a
 * longer one wastes.
 *
 * After SPIN_MISSES spins that failed more than succeeded, one in SPIN_TRIES is tried: few enough
 * to cost nothing where it never pays, enough to find out within a millisecond that it does. */
enum { SPIN_TURNS = 13, SPIN_EVENLY = 4, SPIN_LONGEST = 128, SPIN_MISSES = 32, SPIN_TRIES = 64 };
_Static_assert((int)PAWL__SPIN_APART < (int)SPIN_TURNS, "a turn to begin with is a turn");

/* The number of processors, or 0 while it is not known. Relaxed: each who looks it up finds the
 * same, and what does not fit in a byte is many. */
static uint8_t processors;

static bool one_processor(void)
{
    uint8_t known = pawl__load8(&processors, PAWL__RELAXED);
    if (known == 0) {
        unsigned found = pawl__port_processors();
        known = found < UINT8_MAX ? (uint8_t)found : UINT8_MAX;
        pawl__store8(&processors, known, PAWL__RELAXED);
    }
    return known == 1;
}

/* Relaxed, and not as one step, as all about spinning: it is a guess. */
unsigned pawl__lot_spin_begin(const void *key)
{
    struct pawl__bucket *bucket = bucket_of(key);
    if (pawl__load8(&bucket->misses, PAWL__RELAXED) < SPIN_MISSES) {
        return 0;
    }
    uint8_t skips = (uint8_t)(pawl__load8(&bucket->skips, PAWL__RELAXED) + 1);
    pawl__store8(&bucket->skips, skips, PAWL__RELAXED);
    return skips % SPIN_TRIES == 0 ? 0 : SPIN_TURNS;
}

bool pawl__lot_spin(unsigned *turn)
{
    if (*turn == SPIN_TURNS || one_processor()) {
        return false;
    }
    unsigned pauses = 1U << (*turn > SPIN_EVENLY ? *turn - SPIN_EVENLY : 0);
    for (pauses = pauses < SPIN_LONGEST ? pauses : SPIN_LONGEST; pauses > 0; pauses--) {
        PAWL__PAUSE();
    }
    (*turn)++;
    return true;
}

/* Each miss makes up for a hit, so that only who hits more often than not goes on. */
void pawl__lot_spin_end(const void *key, unsigned turn, bool won)
{
    uint8_t *misses = &bucket_of(key)->misses;
    uint8_t seen = pawl__load8(misses, PAWL__RELAXED);
    if (won && seen > 0) {
        pawl__store8(misses, (uint8_t)(seen - 1), PAWL__RELAXED);
    } else if (!won && turn == SPIN_TURNS && seen < SPIN_MISSES) {
        pawl__store8(misses, (uint8_t)(seen + 1), PAWL__RELAXED);
    }
}

bool pawl__lot_watch(pawl_await *waiter, const void *key)
{
    unsigned turn = pawl__lot_spin_begin(key);
    bool woken = false;
    while (!woken && pawl__lot_spin(&turn)) {
        woken = pawl__park(parker_of(waiter), 0);
    }
    pawl__lot_spin_end(key, turn, woken);
    return woken;
}

bool pawl__lot_is_past(pawl_time deadline)
{
    return deadline <= 0 || (deadline != PAWL_NEVER && deadline <= pawl__port_now());
}

pawl_time pawl__lot_deadline(pawl_ns ns)
{
    return ns <= 0 ? 0 : pawl_after_ns(ns);
}

static uint64_t new_identity(struct lot *lot)
{
    pawl__guard_lock(&lot->locals_guard);
    uint64_t identity = ++lot->identities;
    pawl__guard_unlock(&lot->locals_guard);
    pawl__local_set(&lot->identity_low, (void *)(uintptr_t)(identity & UINT32_MAX));
    pawl__local_set(&lot->identity_high, (void *)(uintptr_t)(identity >> 32));
    return identity;
}

uint64_t pawl__lot_identity(void)
{
    uint64_t identity = pawl__remembered();
    if (identity == 0) {
        struct lot *lot = get_lot_with_locals();
        identity = (uint64_t)(uintptr_t)pawl__local_get(&lot->identity_low) |
                   (uint64_t)(uintptr_t)pawl__local_get(&lot->identity_high) << 32;
        identity = identity != 0 ? identity : new_identity(lot);
        pawl__remember(identity);
    }
    return identity;
}

uint32_t pawl__lot_generation(void)
{
    return get_lot()->generation;
}
