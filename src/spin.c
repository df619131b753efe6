/* SPDX-License-Identifier: MIT
 *
 * Spinning before a thread parks: see spin.h.
 */
#define PAWL__INSIDE
#include "spin.h"

#include "process.h"

/* The first turns are short, as most critical sections are. After SPIN_EVENLY + 1 of them each
 * pauses twice as often as the one before, up to SPIN_LONGEST: ten microseconds in all where a
 * pause takes 25 ns, about as long as a woken thread there takes to run. A shorter spin ends just
 * before two threads that hand something over would meet; a longer one wastes.
 *
 * After SPIN_MISSES spins that failed more often than they succeeded, one in SPIN_TRIES is tried:
 * few enough to cost nothing where it never pays, enough to find out within a millisecond that it
 * does. */
enum { SPIN_TURNS = 13, SPIN_EVENLY = 4, SPIN_LONGEST = 128, SPIN_MISSES = 32, SPIN_TRIES = 64 };
_Static_assert((int)PAWL__SPIN_CROWDED < (int)SPIN_TURNS, "a turn to begin with is a turn");

/* The number of processors, or 0 while it is not known; what does not fit in a byte is many. Where
 * it is 1, because the threads that looked are confined to the same one, others look again. */
static uint8_t processors;
static uint8_t looks;

static bool one_processor(void)
{
    enum { LOOK_AGAIN = 16 };
    uint8_t known = pawl__load8(&processors, PAWL__RELAXED);
    if (known > 1) {
        return false;
    }
    uint8_t look = (uint8_t)(pawl__load8(&looks, PAWL__RELAXED) + 1);
    pawl__store8(&looks, look, PAWL__RELAXED);
    if (known == 0 || look % LOOK_AGAIN == 0) {
        unsigned found = pawl__port_processors();
        known = found < UINT8_MAX ? (uint8_t)found : UINT8_MAX;
        pawl__store8(&processors, known, PAWL__RELAXED);
    }
    return known == 1;
}

unsigned pawl__spin_begin(const void *key)
{
    struct pawl__bucket *bucket = pawl__process_bucket(key);
    if (pawl__load8(&bucket->misses, PAWL__RELAXED) < SPIN_MISSES) {
        return 0;
    }
    uint8_t skips = (uint8_t)(pawl__load8(&bucket->skips, PAWL__RELAXED) + 1);
    pawl__store8(&bucket->skips, skips, PAWL__RELAXED);
    return skips % SPIN_TRIES == 0 ? 0 : SPIN_TURNS;
}

bool pawl__spin(unsigned *turn)
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

/* Each miss cancels a hit, so spinning goes on only where it succeeds more often than not. */
void pawl__spin_end(const void *key, unsigned turn, bool won)
{
    uint8_t *misses = &pawl__process_bucket(key)->misses;
    uint8_t seen = pawl__load8(misses, PAWL__RELAXED);
    if (won && seen > 0) {
        pawl__store8(misses, (uint8_t)(seen - 1), PAWL__RELAXED);
    } else if (!won && turn == SPIN_TURNS && seen < SPIN_MISSES) {
        pawl__store8(misses, (uint8_t)(seen + 1), PAWL__RELAXED);
    }
}

/* The thread that hands something over may be asleep too, and a wake-up takes 5 to 30 microseconds
 * where it crosses processors. A waiter that polls for less would sleep whenever the other did
 * once, and the two would never meet awake again. 256 polls 8 pauses apart are 20 to 50
 * microseconds.
 * Now and then it yields its processor. If that takes longer than the call itself, another thread
 * had use for the processor, and polling is over. */
#if !defined(PAWL__TOKEN_POLLS)
#    define PAWL__TOKEN_POLLS 256
#endif
enum { TOKEN_PAUSES = 8, POLLS_TO_YIELD = 16 };
static const pawl_ns YIELD_ALONE = PAWL_US(2);

static bool somebody_else_runs(void)
{
    pawl_time before = pawl__port_now();
    pawl__port_yield();
    return pawl__port_now() - before > YIELD_ALONE;
}

bool pawl__spin_for_token(struct pawl__sleeper *sleeper, const void *key)
{
    if (pawl__spin_begin(key) == SPIN_TURNS || one_processor()) {
        return false;
    }
    bool woken = false;
    bool alone = true;
    for (unsigned polls = 1; !woken && alone && polls <= PAWL__TOKEN_POLLS; polls++) {
        for (unsigned pauses = 0; pauses < TOKEN_PAUSES; pauses++) {
            PAWL__PAUSE();
        }
        alone = polls % POLLS_TO_YIELD != 0 || !somebody_else_runs();
        woken = pawl__park(&sleeper->slot->parker, 0);
    }
    pawl__spin_end(key, SPIN_TURNS, woken && alone);
    return woken;
}

/* Neighbours in a word, or in a bucket, have counts of their own, mostly. */
static uint8_t *passes_of(const void *key)
{
    return &pawl__process_bucket(key)->passes[((uintptr_t)key ^ (uintptr_t)key >> 3) & 7];
}

void pawl__spin_begin_checks(const void *key)
{
    pawl__store8(passes_of(key), 0, PAWL__RELAXED);
}

/* Not one atomic step: two threads may count as one. */
bool pawl__spin_time_to_check(const void *key)
{
    enum { LAST_INTERVAL = 64 };
    uint8_t passes = (uint8_t)(pawl__load8(passes_of(key), PAWL__RELAXED) + 1);
    pawl__store8(passes_of(key), passes, PAWL__RELAXED);
    return (passes & (passes - 1)) == 0 || passes % LAST_INTERVAL == 0;
}
