/* SPDX-License-Identifier: MIT
 *
 * docs/semantics.md, "All" and "Barrier", for pawl_barrier.
 */
#include "caller.h"

#include <string.h>

enum { UNTOUCHED = 0xA5A5 };

static struct caller party_at(pawl_barrier *barrier, enum form form, int64_t time)
{
    return (struct caller){.call = call_barrier, .object = barrier, .form = form, .time = time,
                           .number = UNTOUCHED};
}

/* Arrive on this thread. */
static pawl_status arrive(pawl_barrier *barrier, enum form form, int64_t time, uint32_t *index)
{
    struct caller party = party_at(barrier, form, time);
    party.number = *index;
    pawl_status status = call_barrier(&party);
    *index = party.number;
    return status;
}

/* Start one, and wait until it is waiter number `place`, or AT_ITS_OWN_TIME. */
static void party_start(struct caller *party, pawl_barrier *barrier, int64_t time, size_t place)
{
    *party = party_at(barrier, party->form, time);
    caller_start(party, place);
}

/* Queue `count` of them in this order, in all forms. */
static void queue_parties(struct caller *parties, size_t count, pawl_barrier *barrier)
{
    for (size_t i = 0; i < count; i++) {
        parties[i].number = UNTOUCHED;
    }
    callers_queue(parties, count, call_barrier, barrier);
}

/* All of them returned PAWL_OK, with indexes in the order in which they were queued. */
static void join_through(struct caller *parties, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(caller_join(&parties[i]), PAWL_OK);
        assert_int_equal(parties[i].number, i);
    }
}

static void join_broken(struct caller *parties, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(caller_join(&parties[i]), PAWL_BROKEN);
        assert_int_equal(parties[i].number, UNTOUCHED);
    }
}

/* Two parties complete a round, as with a fresh barrier. */
static void assert_usable_by_two(pawl_barrier *barrier)
{
    struct caller other = {0};
    uint32_t index = UNTOUCHED;
    assert_false(pawl_barrier_broken(barrier));
    assert_int_equal(pawl_barrier_waiting(barrier), 0);
    party_start(&other, barrier, PAWL_NEVER, 1);
    assert_int_equal(pawl_barrier_wait(barrier, &index), PAWL_OK);
    assert_int_equal(index, 1);
    join_through(&other, 1);
    assert_int_equal(pawl__lot_count(barrier), 0);
}

/* Every wait returns PAWL_BROKEN, even a try. */
static void assert_broken(pawl_barrier *barrier)
{
    uint32_t index = UNTOUCHED;
    assert_true(pawl_barrier_broken(barrier));
    assert_int_equal(pawl_barrier_waiting(barrier), 0);
    assert_int_equal(pawl_barrier_wait(barrier, &index), PAWL_BROKEN);
    assert_int_equal(pawl_barrier_wait_for(barrier, PAWL_S(3600), &index), PAWL_BROKEN);
    assert_int_equal(pawl_barrier_wait_for(barrier, 0, &index), PAWL_BROKEN);
    assert_int_equal(pawl_barrier_wait_until(barrier, PAWL_NEVER, &index), PAWL_BROKEN);
    assert_int_equal(pawl_barrier_wait_until(barrier, 0, &index), PAWL_BROKEN);
    assert_int_equal(pawl_barrier_wait(barrier, NULL), PAWL_BROKEN);
    assert_int_equal(index, UNTOUCHED);
    assert_int_equal(pawl__lot_count(barrier), 0);
}

static uint32_t add(uint32_t *number, uint32_t what)
{
    uint32_t seen = pawl__load32(number, PAWL__ACQUIRE);
    while (!pawl__cas32(number, &seen, seen + what, PAWL__ACQ_REL)) {
    }
    return seen + what;
}

static void count(void *context)
{
    add(context, 1);
}

static void barrier_of_zero_bytes_has_no_parties_and_its_waits_are_invalid(void **state)
{
    pawl_barrier barrier;
    uint32_t index = UNTOUCHED;
    (void)state;
    memset(&barrier, 0, sizeof barrier);
    assert_int_equal(pawl_barrier_parties(&barrier), 0);
    assert_int_equal(pawl_barrier_waiting(&barrier), 0);
    assert_false(pawl_barrier_broken(&barrier));
    assert_int_equal(pawl_barrier_wait(&barrier, &index), PAWL_INVALID);
    assert_int_equal(pawl_barrier_wait_for(&barrier, PAWL_FOREVER, &index), PAWL_INVALID);
    assert_int_equal(pawl_barrier_wait_for(&barrier, 0, &index), PAWL_INVALID);
    assert_int_equal(pawl_barrier_wait_until(&barrier, PAWL_NEVER, &index), PAWL_INVALID);
    assert_int_equal(pawl_barrier_wait_until(&barrier, 0, &index), PAWL_INVALID);
    assert_int_equal(pawl_barrier_wait(&barrier, NULL), PAWL_INVALID);
    assert_int_equal(index, UNTOUCHED);
    assert_int_equal(pawl_barrier_waiting(&barrier), 0);
    assert_false(pawl_barrier_broken(&barrier));
}

static void barrier_initialisers_make_it_usable(void **state)
{
    pawl_barrier barrier = PAWL_BARRIER_INIT(2);
    (void)state;
    assert_int_equal(pawl_barrier_parties(&barrier), 2);
    assert_usable_by_two(&barrier);
    memset(&barrier, 0xA5, sizeof barrier);
    assert_int_equal(pawl_barrier_init(&barrier, 2, NULL, NULL), PAWL_OK);
    assert_int_equal(pawl_barrier_parties(&barrier), 2);
    assert_usable_by_two(&barrier);
}

static void barrier_init_for_no_parties_is_refused(void **state)
{
    pawl_barrier barrier, untouched;
    (void)state;
    memset(&barrier, 0xA5, sizeof barrier);
    memset(&untouched, 0xA5, sizeof untouched);
    assert_int_equal(pawl_barrier_init(&barrier, 0, NULL, NULL), PAWL_INVALID);
    assert_int_equal(pawl_barrier_init(&barrier, 0, count, NULL), PAWL_INVALID);
    assert_memory_equal(&barrier, &untouched, sizeof barrier);
}

static void barrier_for_the_most_parties_waits_for_them(void **state)
{
    pawl_barrier barrier = PAWL_BARRIER_INIT(UINT32_MAX);
    (void)state;
    assert_true(pawl_barrier_parties(&barrier) == UINT32_MAX);
    assert_int_equal(pawl_barrier_wait_for(&barrier, PAWL_MS(1), NULL), PAWL_TIMEOUT);
}

static void barrier_of_one_party_never_waits(void **state)
{
    uint32_t actions = 0;
    pawl_barrier barrier;
    (void)state;
    assert_int_equal(pawl_barrier_init(&barrier, 1, count, &actions), PAWL_OK);
    for (uint32_t round = 0; round < 9; round++) {
        uint32_t index = UNTOUCHED;
        assert_int_equal(arrive(&barrier, (enum form)(round % 3), PAWL_NEVER, &index), PAWL_OK);
        assert_int_equal(index, 0);
        assert_int_equal(actions, round + 1);
    }
}

static void barrier_lets_no_party_leave_before_all_have_arrived(void **state)
{
    enum { OTHERS = 4 };
    pawl_barrier barrier = PAWL_BARRIER_INIT(OTHERS + 1);
    (void)state;
    for (int round = 0; round < 3; round++) {
        struct caller others[OTHERS] = {0};
        queue_parties(others, OTHERS, &barrier);
        let_time_pass(PAWL_MS(2));
        for (size_t i = 0; i < OTHERS; i++) {
            assert_false(caller_is_back(&others[i]));
        }
        assert_int_equal(pawl_barrier_wait(&barrier, NULL), PAWL_OK);
        assert_int_equal(pawl__lot_count(&barrier), 0); /* all in one step */
        join_through(others, OTHERS);
    }
}

static void barrier_gives_each_party_its_place_in_the_order_of_arrival(void **state)
{
    enum { OTHERS = 6 };
    pawl_barrier barrier = PAWL_BARRIER_INIT(OTHERS + 1);
    (void)state;
    for (int form = UNTIL; form < FORMS; form++) {
        struct caller others[OTHERS] = {0};
        uint32_t index = UNTOUCHED;
        queue_parties(others, OTHERS, &barrier);
        assert_int_equal(arrive(&barrier, (enum form)form, PAWL_NEVER, &index), PAWL_OK);
        assert_int_equal(index, OTHERS);
        join_through(others, OTHERS);
    }
}

static pawl_status arrive_without_index(struct caller *party)
{
    switch (party->form) {
    case UNTIL:
        return pawl_barrier_wait_until(party->object, party->time, NULL);
    case FOR:
        return pawl_barrier_wait_for(party->object, party->time, NULL);
    default:
        return pawl_barrier_wait(party->object, NULL);
    }
}

static void barrier_index_may_be_null(void **state)
{
    pawl_barrier barrier = PAWL_BARRIER_INIT(2);
    (void)state;
    for (int form = UNTIL; form < FORMS; form++) {
        struct caller other = {.form = (enum form)form};
        caller_start_on(&other, arrive_without_index, &barrier, PAWL_NEVER, 1);
        assert_int_equal(arrive_without_index(&other), PAWL_OK);
        assert_int_equal(caller_join(&other), PAWL_OK);
    }
}

/* What an action finds. */
struct inspection {
    pawl_barrier barrier;
    struct caller *others;
    size_t count;
    uint32_t actions; /* plain */
    bool somebody_was_out;
};

static void inspect(void *context)
{
    struct inspection *inspection = context;
    inspection->actions++;
    let_time_pass(PAWL_MS(1));
    for (size_t i = 0; i < inspection->count; i++) {
        inspection->somebody_was_out |= caller_is_back(&inspection->others[i]);
    }
}

static void barrier_action_runs_once_a_round_before_anyone_is_released(void **state)
{
    enum { OTHERS = 3 };
    struct inspection inspection = {.count = OTHERS};
    (void)state;
    assert_int_equal(pawl_barrier_init(&inspection.barrier, OTHERS + 1, inspect, &inspection),
                     PAWL_OK);
    for (uint32_t round = 0; round < 5; round++) {
        struct caller others[OTHERS] = {0};
        inspection.others = others;
        queue_parties(others, OTHERS, &inspection.barrier);
        assert_int_equal(inspection.actions, round);
        assert_int_equal(pawl_barrier_wait(&inspection.barrier, NULL), PAWL_OK);
        assert_int_equal(inspection.actions, round + 1);
        join_through(others, OTHERS);
        assert_false(inspection.somebody_was_out);
    }
    assert_int_equal(inspection.actions, 5);
}

static void barrier_action_does_not_run_for_a_round_that_was_broken(void **state)
{
    uint32_t actions = 0;
    pawl_barrier barrier;
    struct caller other = {0};
    (void)state;
    assert_int_equal(pawl_barrier_init(&barrier, 2, count, &actions), PAWL_OK);
    assert_int_equal(pawl_barrier_wait_for(&barrier, PAWL_US(1), NULL), PAWL_TIMEOUT);
    assert_broken(&barrier);
    pawl_barrier_reset(&barrier);
    for (int by_reset = 0; by_reset < 2; by_reset++) {
        party_start(&other, &barrier, PAWL_NEVER, 1);
        if (by_reset == 0) {
            pawl_barrier_abort(&barrier);
        }
        pawl_barrier_reset(&barrier);
        join_broken(&other, 1);
    }
    assert_int_equal(pawl__load32(&actions, PAWL__ACQUIRE), 0);
    assert_usable_by_two(&barrier);
    assert_int_equal(actions, 1);
}

/* An action during which the next round begins to fill. */
struct overlap {
    pawl_barrier barrier;
    struct caller late;
};

static void let_one_come_late(void *context)
{
    struct overlap *overlap = context;
    party_start(&overlap->late, &overlap->barrier, PAWL_NEVER, 1);
}

static void barrier_fills_the_next_round_while_the_action_runs(void **state)
{
    struct overlap overlap;
    struct caller early = {0};
    (void)state;
    memset(&overlap, 0, sizeof overlap);
    assert_int_equal(pawl_barrier_init(&overlap.barrier, 2, let_one_come_late, &overlap), PAWL_OK);
    party_start(&early, &overlap.barrier, PAWL_NEVER, 1);
    assert_int_equal(pawl_barrier_wait(&overlap.barrier, NULL), PAWL_OK);
    join_through(&early, 1);
    assert_int_equal(pawl_barrier_waiting(&overlap.barrier), 1);
    assert_int_equal(pawl__lot_count(&overlap.barrier), 1);
    assert_false(caller_is_back(&overlap.late));
    pawl_barrier_reset(&overlap.barrier);
    join_broken(&overlap.late, 1);
}

/* An action during which others arrive: the second call only counts. */
struct busy {
    pawl_barrier barrier;
    struct caller late[4];
    size_t count;   /* of the late ones */
    uint32_t calls; /* plain */
    void (*meanwhile)(struct busy *busy);
    bool somebody_was_back;
};

static void let_many_come_late(void *context)
{
    struct busy *busy = context;
    if (busy->calls++ == 0) {
        queue_parties(busy->late, busy->count, &busy->barrier);
        if (busy->meanwhile != NULL) {
            busy->meanwhile(busy);
        }
        for (size_t i = 0; i < busy->count; i++) {
            busy->somebody_was_back |= caller_is_back(&busy->late[i]);
        }
    }
}

/* One round of two, during whose action `count` others arrive. */
static void busy_round(struct busy *busy, size_t count)
{
    struct caller early = {0};
    busy->count = count;
    assert_int_equal(pawl_barrier_init(&busy->barrier, 2, let_many_come_late, busy), PAWL_OK);
    party_start(&early, &busy->barrier, PAWL_NEVER, 1);
    assert_int_equal(pawl_barrier_wait(&busy->barrier, NULL), PAWL_OK);
    join_through(&early, 1);
}

static void barrier_completes_a_full_round_when_the_action_before_has_returned(void **state)
{
    struct busy busy = {.calls = 0};
    (void)state;
    busy_round(&busy, 2);
    join_through(busy.late, 2);
    assert_false(busy.somebody_was_back);
    assert_int_equal(busy.calls, 2);
    assert_int_equal(pawl_barrier_waiting(&busy.barrier), 0);
}

static void barrier_completes_several_full_rounds_in_order_of_arrival(void **state)
{
    struct busy busy = {.calls = 0};
    (void)state;
    busy_round(&busy, 4);
    join_through(busy.late, 2);
    for (size_t i = 2; i < 4; i++) {
        assert_int_equal(caller_join(&busy.late[i]), PAWL_OK);
        assert_int_equal(busy.late[i].number, i - 2);
    }
    assert_false(busy.somebody_was_back);
    assert_int_equal(busy.calls, 3);
}

static void abort_meanwhile(struct busy *busy)
{
    pawl_barrier_abort(&busy->barrier);
}

static void reset_meanwhile(struct busy *busy)
{
    pawl_barrier_reset(&busy->barrier);
}

static void barrier_full_round_is_broken_while_the_action_before_runs(void **state)
{
    (void)state;
    for (int by_reset = 0; by_reset < 2; by_reset++) {
        struct busy busy = {.meanwhile = by_reset ? reset_meanwhile : abort_meanwhile};
        busy_round(&busy, 2);
        for (size_t i = 0; i < 2; i++) {
            assert_int_equal(caller_join(&busy.late[i]), PAWL_BROKEN);
            assert_int_equal(busy.late[i].number, UNTOUCHED);
        }
        assert_int_equal(busy.calls, 1);
        assert_int_equal(pawl_barrier_broken(&busy.barrier), by_reset == 0);
        pawl_barrier_reset(&busy.barrier);
        assert_usable_by_two(&busy.barrier);
        assert_int_equal(busy.calls, 2);
    }
}

static void arrive_last_without_time(struct busy *busy)
{
    uint32_t index = UNTOUCHED;
    assert_int_equal(arrive(&busy->barrier, UNTIL, 0, &index), PAWL_TIMEOUT);
    assert_int_equal(index, UNTOUCHED);
}

static void barrier_try_of_the_last_party_while_the_action_before_runs_breaks_it(void **state)
{
    struct busy busy = {.meanwhile = arrive_last_without_time};
    (void)state;
    busy_round(&busy, 1);
    join_broken(busy.late, 1);
    assert_true(pawl_barrier_broken(&busy.barrier));
}

/* Actions of a barrier that more threads use than it has parties: plain counters. After a given
 * number of rounds the action breaks the barrier, which ends the threads. */
enum { TURNS = 300 };
struct turns {
    pawl_barrier barrier;
    unsigned inside;
    uint64_t actions, overlaps;
};

static void take_a_turn(void *context)
{
    struct turns *turns = context;
    turns->overlaps += turns->inside++ != 0;
    let_time_pass(PAWL_US(50));
    turns->inside--;
    if (++turns->actions == TURNS) {
        pawl_barrier_abort(&turns->barrier);
    }
}

static pawl_status wait_often(struct caller *caller)
{
    struct turns *turns = caller->object;
    pawl_status status = PAWL_OK;
    while (status == PAWL_OK) {
        status = pawl_barrier_wait(&turns->barrier, NULL);
    }
    return status;
}

static void barrier_actions_of_consecutive_rounds_do_not_overlap(void **state)
{
    enum { THREADS = 4 };
    struct turns turns = {.inside = 0};
    struct caller threads[THREADS];
    const struct caller model = {.call = wait_often, .object = &turns};
    (void)state;
    assert_int_equal(pawl_barrier_init(&turns.barrier, 2, take_a_turn, &turns), PAWL_OK);
    callers_start(threads, THREADS, &model);
    callers_join(threads, THREADS, PAWL_BROKEN);
    assert_int_equal(turns.overlaps, 0);
    assert_int_equal(turns.actions, TURNS);
}

static void barrier_late_comer_is_in_the_next_round(void **state)
{
    pawl_barrier barrier = PAWL_BARRIER_INIT(2);
    (void)state;
    for (int round = 0; round < 50; round++) {
        struct caller early = {0};
        struct caller late = {.form = UNTIMED};
        uint32_t index = UNTOUCHED;
        party_start(&early, &barrier, PAWL_NEVER, 1);
        assert_int_equal(pawl_barrier_wait(&barrier, &index), PAWL_OK);
        assert_int_equal(index, 1);
        party_start(&late, &barrier, PAWL_NEVER, 1); /* the early one may not have run yet */
        assert_int_equal(pawl_barrier_waiting(&barrier), 1);
        join_through(&early, 1);
        assert_false(caller_is_back(&late));
        assert_int_equal(pawl_barrier_wait(&barrier, &index), PAWL_OK);
        assert_int_equal(index, 1);
        join_through(&late, 1);
    }
}

/* Threads that go from round to round without a pause. */
enum { WALKERS = 4, ROUNDS = 1500 };

struct walk {
    pawl_barrier barrier;
    uint32_t actions;            /* plain: all read it between two rounds */
    uint32_t arrivals[WALKERS];  /* atomic: in how many rounds each has arrived */
    uint32_t indexes[WALKERS][ROUNDS];
};

/* A wait that is refused, an action that was missed and a party of another round are mistakes. */
static pawl_status go_round_and_round(struct caller *walker)
{
    struct walk *walk = walker->object;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        enum form form = (enum form)((round + walker->number) % 3);
        int64_t time = form == FOR ? PAWL_S(3600) : PAWL_NEVER;
        uint32_t *index = &walk->indexes[walker->number][round];
        pawl__store32(&walk->arrivals[walker->number], round + 1, PAWL__RELAXED);
        walker->mistakes += arrive(&walk->barrier, form, time, index) != PAWL_OK ? 1 : 0;
        walker->mistakes += walk->actions != round + 1 ? 1 : 0;
        for (size_t i = 0; i < WALKERS; i++) {
            uint32_t arrivals = pawl__load32(&walk->arrivals[i], PAWL__RELAXED);
            walker->mistakes += arrivals < round + 1 || arrivals > round + 2 ? 1 : 0;
        }
    }
    return PAWL_OK;
}

static void count_plainly(void *context)
{
    uint32_t *number = context;
    (*number)++;
}

static void barrier_keeps_its_rounds_apart_when_they_follow_at_once(void **state)
{
    static struct walk walk;
    struct caller walkers[WALKERS] = {0};
    (void)state;
    assert_int_equal(pawl_barrier_init(&walk.barrier, WALKERS, count_plainly, &walk.actions),
                     PAWL_OK);
    for (size_t i = 0; i < WALKERS; i++) {
        walkers[i].number = (uint32_t)i;
        caller_start_on(&walkers[i], go_round_and_round, &walk, 0, AT_ITS_OWN_TIME);
    }
    callers_join(walkers, WALKERS, PAWL_OK);
    for (size_t round = 0; round < ROUNDS; round++) {
        unsigned indexes = 0;
        for (size_t i = 0; i < WALKERS; i++) {
            assert_true(walk.indexes[i][round] < WALKERS);
            indexes |= 1U << walk.indexes[i][round];
        }
        assert_int_equal(indexes, (1U << WALKERS) - 1);
    }
    assert_int_equal(walk.actions, ROUNDS);
    assert_int_equal(pawl_barrier_waiting(&walk.barrier), 0);
    assert_int_equal(pawl__lot_count(&walk.barrier), 0);
}

/* More threads than parties: the third to arrive is the last of the round, whichever thread that
 * is. */
enum { PARTIES = 3, CROWD = 7, TICKETS = 300 * PARTIES };

struct crowd {
    pawl_barrier barrier;
    uint32_t tickets, actions; /* atomic */
    uint32_t given[PARTIES];   /* atomic: how often each index was given */
    uint32_t refused;          /* atomic */
};

static void arrive_while_there_are_tickets(void *context)
{
    struct crowd *crowd = context;
    while (add(&crowd->tickets, 1) <= TICKETS) {
        uint32_t index = UNTOUCHED;
        pawl_status status = pawl_barrier_wait(&crowd->barrier, &index);
        if (status == PAWL_OK && index < PARTIES) {
            add(&crowd->given[index], 1);
        } else {
            add(&crowd->refused, 1);
        }
    }
}

static void barrier_releases_one_party_of_each_index_a_round_whichever_threads_arrive(void **state)
{
    struct crowd crowd = {.actions = 0};
    crew_thread threads[CROWD];
    (void)state;
    assert_int_equal(pawl_barrier_init(&crowd.barrier, PARTIES, count, &crowd.actions), PAWL_OK);
    for (size_t i = 0; i < CROWD; i++) {
        crew_start(&threads[i], arrive_while_there_are_tickets, &crowd);
    }
    for (size_t i = 0; i < CROWD; i++) {
        crew_join(&threads[i]);
    }
    for (size_t i = 0; i < PARTIES; i++) {
        assert_int_equal(crowd.given[i], TICKETS / PARTIES);
    }
    assert_int_equal(crowd.actions, TICKETS / PARTIES);
    assert_int_equal(crowd.refused, 0);
    assert_int_equal(pawl__lot_count(&crowd.barrier), 0);
}

/* A board on which every party, and the action, writes plainly, and which all of them read. */
struct board {
    pawl_barrier barrier;
    uint64_t cells[WALKERS];
    uint64_t sum; /* by the action */
};

static void add_up(void *context)
{
    struct board *board = context;
    board->sum = 0;
    for (size_t i = 0; i < WALKERS; i++) {
        board->sum += board->cells[i];
    }
}

static pawl_status write_wait_and_read(struct caller *reader)
{
    struct board *board = reader->object;
    for (uint64_t round = 1; round <= 300; round++) {
        board->cells[reader->number] = round;
        reader->mistakes += pawl_barrier_wait(&board->barrier, NULL) != PAWL_OK ? 1 : 0;
        for (size_t i = 0; i < WALKERS; i++) {
            reader->mistakes += board->cells[i] != round ? 1 : 0;
        }
        reader->mistakes += board->sum != round * WALKERS ? 1 : 0;
        reader->mistakes += pawl_barrier_wait(&board->barrier, NULL) != PAWL_OK ? 1 : 0;
    }
    return PAWL_OK;
}

static void what_parties_and_action_wrote_is_seen_by_all_after_the_wait(void **state)
{
    struct board board = {.sum = 0};
    struct caller readers[WALKERS] = {0};
    (void)state;
    assert_int_equal(pawl_barrier_init(&board.barrier, WALKERS, add_up, &board), PAWL_OK);
    for (size_t i = 0; i < WALKERS; i++) {
        readers[i].number = (uint32_t)i;
        caller_start_on(&readers[i], write_wait_and_read, &board, 0, AT_ITS_OWN_TIME);
    }
    callers_join(readers, WALKERS, PAWL_OK);
}

static void barrier_abort_breaks_present_and_later_waits_until_reset(void **state)
{
    enum { OTHERS = 3 };
    pawl_barrier barrier = PAWL_BARRIER_INIT(OTHERS + 1);
    (void)state;
    for (int round = 0; round < 5; round++) {
        struct caller others[OTHERS] = {0};
        queue_parties(others, OTHERS, &barrier);
        pawl_barrier_abort(&barrier);
        assert_broken(&barrier);
        join_broken(others, OTHERS);
        pawl_barrier_abort(&barrier); /* again: no change */
        assert_broken(&barrier);
        pawl_barrier_reset(&barrier);
        assert_false(pawl_barrier_broken(&barrier));
        queue_parties(others, OTHERS, &barrier);
        assert_int_equal(pawl_barrier_wait(&barrier, NULL), PAWL_OK);
        join_through(others, OTHERS);
    }
}

static void barrier_abort_while_nobody_waits_breaks_later_waits(void **state)
{
    pawl_barrier barrier = PAWL_BARRIER_INIT(2);
    pawl_barrier of_one = PAWL_BARRIER_INIT(1);
    (void)state;
    pawl_barrier_abort(&barrier);
    assert_broken(&barrier);
    pawl_barrier_reset(&barrier);
    assert_usable_by_two(&barrier);
    pawl_barrier_abort(&of_one);
    assert_broken(&of_one);
    pawl_barrier_reset(&of_one);
    assert_int_equal(pawl_barrier_wait(&of_one, NULL), PAWL_OK);
}

static void barrier_reset_breaks_present_waits_and_leaves_it_usable(void **state)
{
    enum { OTHERS = 3 };
    pawl_barrier barrier = PAWL_BARRIER_INIT(OTHERS + 1);
    (void)state;
    for (int round = 0; round < 5; round++) {
        struct caller old[OTHERS] = {0};
        struct caller fresh[OTHERS] = {0};
        queue_parties(old, OTHERS, &barrier);
        pawl_barrier_reset(&barrier);
        assert_false(pawl_barrier_broken(&barrier));
        assert_int_equal(pawl_barrier_waiting(&barrier), 0);
        queue_parties(fresh, OTHERS, &barrier); /* the old ones may not have run yet */
        join_broken(old, OTHERS);
        assert_int_equal(pawl_barrier_wait(&barrier, NULL), PAWL_OK);
        join_through(fresh, OTHERS);
    }
}

static void barrier_reset_while_nobody_waits_changes_nothing(void **state)
{
    pawl_barrier barrier = PAWL_BARRIER_INIT(2);
    (void)state;
    pawl_barrier_reset(&barrier);
    assert_usable_by_two(&barrier);
    pawl_barrier_reset(&barrier);
    pawl_barrier_reset(&barrier);
    assert_usable_by_two(&barrier);
}

static void barrier_abort_and_reset_do_not_reach_those_let_through(void **state)
{
    enum { OTHERS = 3 };
    pawl_barrier barrier = PAWL_BARRIER_INIT(OTHERS + 1);
    (void)state;
    for (int round = 0; round < 60; round++) {
        struct caller others[OTHERS] = {0};
        queue_parties(others, OTHERS, &barrier);
        pawl_status status = pawl_barrier_wait(&barrier, NULL);
        if (round % 2 == 0) {
            pawl_barrier_abort(&barrier);
        }
        pawl_barrier_reset(&barrier);
        assert_int_equal(status, PAWL_OK);
        join_through(others, OTHERS);
    }
}

static void abort_it(void *context)
{
    pawl_barrier_abort(context);
}

/* The last arrival decides: an abort during the action is too late for this round. */
static void barrier_abort_by_the_action_breaks_the_next_round_only(void **state)
{
    enum { OTHERS = 3 };
    pawl_barrier barrier;
    struct caller others[OTHERS] = {0};
    uint32_t index = UNTOUCHED;
    (void)state;
    assert_int_equal(pawl_barrier_init(&barrier, OTHERS + 1, abort_it, &barrier), PAWL_OK);
    queue_parties(others, OTHERS, &barrier);
    assert_int_equal(pawl_barrier_wait(&barrier, &index), PAWL_OK);
    assert_int_equal(index, OTHERS);
    join_through(others, OTHERS);
    assert_broken(&barrier);
}

/* Parties arrive, and another thread aborts: all of them get PAWL_OK, or none. */
static void barrier_abort_that_meets_arrivals_breaks_all_or_none(void **state)
{
    enum { MEMBERS = 3 };
    pawl_barrier barrier = PAWL_BARRIER_INIT(MEMBERS);
    uint64_t seed = 20261120;
    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int round = 0; round < 100; round++) {
        struct caller members[MEMBERS] = {0};
        for (size_t i = 0; i < MEMBERS; i++) {
            party_start(&members[i], &barrier, PAWL_NEVER, AT_ITS_OWN_TIME);
        }
        let_time_pass((pawl_ns)(next_random(&seed) % 100000));
        pawl_barrier_abort(&barrier);
        pawl_status outcome = caller_join(&members[0]);
        assert_true(outcome == PAWL_OK || outcome == PAWL_BROKEN);
        for (size_t i = 1; i < MEMBERS; i++) {
            assert_int_equal(caller_join(&members[i]), outcome);
        }
        assert_broken(&barrier);
        pawl_barrier_reset(&barrier);
    }
}

static void barrier_wait_that_times_out_breaks_it_for_all(void **state)
{
    pawl_barrier barrier = PAWL_BARRIER_INIT(4);
    (void)state;
    for (int form = UNTIL; form <= FOR; form++) {
        struct caller others[2] = {0};
        struct caller hasty = {.form = (enum form)form};
        queue_parties(others, 2, &barrier);
        party_start(&hasty, &barrier, form == FOR ? PAWL_MS(5) : pawl_after_ms(5),
                    AT_ITS_OWN_TIME);
        assert_int_equal(caller_join(&hasty), PAWL_TIMEOUT);
        assert_int_equal(hasty.number, UNTOUCHED);
        assert_broken(&barrier);
        join_broken(others, 2);
        pawl_barrier_reset(&barrier);
        assert_false(pawl_barrier_broken(&barrier));
    }
}

/* The last arrival and a time-out at about the same time: all proceed, or one has timed out and the
 * others get PAWL_BROKEN. */
static void barrier_time_out_that_meets_the_last_arrival_breaks_all_or_none(void **state)
{
    pawl_barrier barrier = PAWL_BARRIER_INIT(3);
    uint64_t seed = 20261120;
    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int round = 0; round < 150; round++) {
        struct caller hasty = {.form = FOR};
        struct caller patient = {0};
        party_start(&hasty, &barrier, (pawl_ns)(next_random(&seed) % 400000), AT_ITS_OWN_TIME);
        party_start(&patient, &barrier, PAWL_NEVER, AT_ITS_OWN_TIME);
        let_time_pass((pawl_ns)(next_random(&seed) % 300000));
        pawl_status status = pawl_barrier_wait(&barrier, NULL);
        pawl_status of_hasty = caller_join(&hasty);
        pawl_status of_patient = caller_join(&patient);
        assert_int_equal(of_patient, status);
        if (status == PAWL_OK) {
            assert_int_equal(of_hasty, PAWL_OK);
            assert_false(pawl_barrier_broken(&barrier));
        } else {
            assert_int_equal(status, PAWL_BROKEN);
            assert_int_equal(of_hasty, PAWL_TIMEOUT);
            assert_broken(&barrier);
            pawl_barrier_reset(&barrier);
        }
        assert_int_equal(pawl_barrier_waiting(&barrier), 0);
        assert_int_equal(pawl__lot_count(&barrier), 0);
    }
}

static void outlast(void *context)
{
    pawl_time *deadline = context;
    while (pawl_now() <= *deadline) {
        crew_yield();
    }
    let_time_pass(PAWL_MS(1));
}

static void barrier_deadline_that_passes_after_the_last_arrival_is_too_late(void **state)
{
    pawl_time deadline = 0;
    pawl_barrier barrier;
    pawl_status status = PAWL_BROKEN;
    (void)state;
    assert_int_equal(pawl_barrier_init(&barrier, 2, outlast, &deadline), PAWL_OK);
    for (int64_t patience = 20; status != PAWL_OK; patience *= 2) { /* until it sufficed */
        struct caller other = {0};
        deadline = pawl_after_ms(patience);
        party_start(&other, &barrier, deadline, AT_ITS_OWN_TIME);
        while (pawl_barrier_waiting(&barrier) == 0 && !pawl_barrier_broken(&barrier)) {
            crew_yield();
        }
        status = pawl_barrier_wait(&barrier, NULL);
        assert_int_equal(caller_join(&other), status == PAWL_OK ? PAWL_OK : PAWL_TIMEOUT);
        assert_true(pawl_barrier_broken(&barrier) == (status != PAWL_OK));
        pawl_barrier_reset(&barrier);
    }
}

static void past_deadline_or_no_duration_passes_as_the_last_arrival(void **state)
{
    const int64_t times[] = {0, -1, INT64_MIN};
    pawl_barrier barrier = PAWL_BARRIER_INIT(2);
    pawl_barrier of_one = PAWL_BARRIER_INIT(1);
    (void)state;
    for (size_t i = 0; i < 7; i++) {
        struct caller other = {0};
        uint32_t index = UNTOUCHED;
        enum form form = i < 3 ? FOR : UNTIL;
        int64_t time = i < 6 ? times[i % 3] : pawl_now();
        party_start(&other, &barrier, PAWL_NEVER, 1);
        assert_int_equal(arrive(&barrier, form, time, &index), PAWL_OK);
        assert_int_equal(index, 1);
        join_through(&other, 1);
        assert_int_equal(arrive(&of_one, form, time, &index), PAWL_OK);
        assert_int_equal(index, 0);
    }
}

static void past_deadline_or_no_duration_breaks_a_round_that_is_not_full(void **state)
{
    const int64_t times[] = {0, -1, INT64_MIN};
    pawl_barrier barrier = PAWL_BARRIER_INIT(3);
    (void)state;
    for (size_t i = 0; i < 7; i++) {
        struct caller other = {0};
        uint32_t index = UNTOUCHED;
        int64_t time = i < 6 ? times[i % 3] : pawl_now();
        party_start(&other, &barrier, PAWL_NEVER, 1);
        assert_int_equal(arrive(&barrier, i < 3 ? FOR : UNTIL, time, &index), PAWL_TIMEOUT);
        assert_int_equal(index, UNTOUCHED);
        assert_broken(&barrier);
        join_broken(&other, 1);
        pawl_barrier_reset(&barrier);
    }
}

static void wait_never_ends_early(void **state)
{
    const pawl_ns durations[] = {1, PAWL_US(1), PAWL_US(700), PAWL_MS(1), PAWL_MS(1) + 1,
                                 PAWL_MS(15)};
    pawl_barrier barrier = PAWL_BARRIER_INIT(2);
    (void)state;
    for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++) {
        pawl_time start = pawl_now();
        assert_int_equal(pawl_barrier_wait_for(&barrier, durations[i], NULL), PAWL_TIMEOUT);
        assert_true(pawl_now() - start >= durations[i]);
        pawl_barrier_reset(&barrier);
        pawl_time deadline = pawl_after_ns(durations[i]);
        assert_int_equal(pawl_barrier_wait_until(&barrier, deadline, NULL), PAWL_TIMEOUT);
        assert_true(pawl_now() >= deadline);
        pawl_barrier_reset(&barrier);
    }
}

static void longest_durations_are_waits_without_end(void **state)
{
    const pawl_ns durations[] = {PAWL_FOREVER, PAWL_FOREVER - 1, PAWL_S(86400) * 400};
    pawl_barrier barrier = PAWL_BARRIER_INIT(2);
    (void)state;
    for (size_t i = 0; i < 6; i++) {
        struct caller other = {.form = i < 3 ? FOR : UNTIL};
        party_start(&other, &barrier, i < 3 ? durations[i] : pawl_after_ns(durations[i - 3]), 1);
        assert_int_equal(pawl_barrier_wait(&barrier, NULL), PAWL_OK);
        join_through(&other, 1);
    }
}

static void timed_out_waiter_leaves_no_trace_after_reset(void **state)
{
    pawl_barrier barrier = PAWL_BARRIER_INIT(2);
    (void)state;
    for (int form = UNTIL; form <= FOR; form++) {
        uint32_t index = UNTOUCHED;
        int64_t time = form == FOR ? PAWL_MS(1) : pawl_after_ms(1);
        assert_int_equal(arrive(&barrier, (enum form)form, time, &index), PAWL_TIMEOUT);
        assert_int_equal(index, UNTOUCHED);
        assert_int_equal(pawl__lot_count(&barrier), 0);
        assert_int_equal(pawl_barrier_waiting(&barrier), 0);
        pawl_barrier_reset(&barrier);
        assert_usable_by_two(&barrier);
    }
}

static void timed_waiter_passes_when_all_arrive_in_time(void **state)
{
    pawl_barrier barrier = PAWL_BARRIER_INIT(2);
    (void)state;
    for (int form = UNTIL; form <= FOR; form++) {
        struct caller other = {.form = (enum form)form};
        party_start(&other, &barrier, form == FOR ? PAWL_S(3600) : pawl_after_s(3600), 1);
        assert_int_equal(pawl_barrier_wait_for(&barrier, PAWL_S(3600), NULL), PAWL_OK);
        join_through(&other, 1);
    }
}

static void barrier_reports_its_parties_and_its_waiters(void **state)
{
    enum { OTHERS = 4 };
    pawl_barrier barrier = PAWL_BARRIER_INIT(OTHERS + 1);
    struct caller others[OTHERS] = {0};
    (void)state;
    assert_int_equal(pawl_barrier_waiting(&barrier), 0);
    for (size_t i = 0; i < OTHERS; i++) {
        party_start(&others[i], &barrier, PAWL_NEVER, i + 1);
        assert_int_equal(pawl_barrier_waiting(&barrier), i + 1);
        assert_int_equal(pawl_barrier_parties(&barrier), OTHERS + 1);
        assert_false(pawl_barrier_broken(&barrier));
    }
    assert_int_equal(pawl_barrier_wait(&barrier, NULL), PAWL_OK);
    assert_int_equal(pawl_barrier_waiting(&barrier), 0);
    assert_int_equal(pawl_barrier_parties(&barrier), OTHERS + 1);
    join_through(others, OTHERS);
}

/* A barrier that is freed by the last one out of a round, however the round ended. */
struct parting {
    pawl_barrier *barrier;
    uint32_t members;
    uint32_t out; /* atomic */
};

static void leave_and_free(void *context)
{
    struct parting *parting = context;
    pawl_status status = pawl_barrier_wait(parting->barrier, NULL);
    (void)status; /* PAWL_OK or PAWL_BROKEN */
    if (add(&parting->out, 1) == parting->members) {
        memset(parting->barrier, 0xA5, sizeof *parting->barrier);
        pawl_barrier_free(parting->barrier);
    }
}

static void barrier_may_be_freed_by_the_last_one_out_of_a_round(void **state)
{
    enum { MEMBERS = 3 };
    (void)state;
    for (int round = 0; round < 200; round++) {
        struct parting parting = {.members = MEMBERS};
        crew_thread threads[MEMBERS];
        bool ends_by_itself = round % 4 < 2;
        parting.barrier = pawl_barrier_new(ends_by_itself ? MEMBERS : MEMBERS + 1, NULL, NULL);
        assert_non_null(parting.barrier);
        for (size_t i = 0; i < MEMBERS; i++) {
            crew_start(&threads[i], leave_and_free, &parting);
        }
        if (!ends_by_itself) {
            wait_for_waiters(parting.barrier, MEMBERS);
            if (round % 4 == 2) {
                pawl_barrier_abort(parting.barrier); /* and does not touch it again */
            } else {
                pawl_barrier_reset(parting.barrier);
            }
        }
        for (size_t i = 0; i < MEMBERS; i++) {
            crew_join(&threads[i]);
        }
        assert_int_equal(parting.out, MEMBERS);
    }
}

/* Threads that arrive, wait and end leave nothing: a hundred of them in turn, and the main thread,
 * use two parkers. */
static void threads_that_end_leave_nothing_behind(void **state)
{
    pawl_barrier barrier = PAWL_BARRIER_INIT(2);
    struct pawl__sleeper probes[2] = {0};
    struct pawl__slot *slots[2];
    (void)state;
    for (int look = 0; look < 2; look++) {
        pawl__lot_open(&probes[0], PAWL__ON_LOCK);
        pawl__lot_open(&probes[1], PAWL__ON_LOCK);
        if (look == 0) {
            slots[0] = probes[0].slot;
            slots[1] = probes[1].slot;
        }
        assert_true(probes[0].slot == slots[0] || probes[0].slot == slots[1]);
        assert_true(probes[1].slot == slots[0] || probes[1].slot == slots[1]);
        pawl__lot_close(&probes[0]);
        pawl__lot_close(&probes[1]);
        for (int i = 0; look == 0 && i < 100; i++) {
            assert_usable_by_two(&barrier);
        }
    }
}

static void new_barrier_is_usable_and_may_be_freed_in_any_state(void **state)
{
    uint32_t actions = 0;
    (void)state;
    pawl_barrier *barrier = pawl_barrier_new(2, count, &actions);
    assert_non_null(barrier);
    assert_int_equal(pawl_barrier_parties(barrier), 2);
    assert_usable_by_two(barrier);
    assert_int_equal(actions, 1);
    pawl_barrier_abort(barrier);
    pawl_barrier_free(barrier);
    barrier = pawl_barrier_new(UINT32_MAX, NULL, NULL); /* never used */
    assert_non_null(barrier);
    pawl_barrier_free(barrier);
}

static void new_barrier_for_no_parties_is_null(void **state)
{
    (void)state;
    assert_null(pawl_barrier_new(0, NULL, NULL));
    assert_null(pawl_barrier_new(0, count, NULL));
    pawl_barrier_free(NULL);
}

static void describe_tells_parties_waiters_and_broken(void **state)
{
    pawl_barrier barrier = PAWL_BARRIER_INIT(4);
    const pawl_barrier of_zero_bytes = {0};
    struct caller others[2] = {0};
    char text[120];
    (void)state;
    queue_parties(others, 2, &barrier);
    pawl_barrier_describe(&barrier, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_barrier parties=4 waiters=2 at 0x"));
    pawl_barrier_abort(&barrier);
    pawl_barrier_describe(&barrier, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_barrier broken parties=4 waiters=0 at 0x"));
    join_broken(others, 2);
    pawl_barrier_describe(&of_zero_bytes, text, sizeof text);
    assert_non_null(strstr(text, "<pawl_barrier parties=0 waiters=0 at 0x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(barrier_of_zero_bytes_has_no_parties_and_its_waits_are_invalid),
        cmocka_unit_test(barrier_initialisers_make_it_usable),
        cmocka_unit_test(barrier_init_for_no_parties_is_refused),
        cmocka_unit_test(barrier_for_the_most_parties_waits_for_them),
        cmocka_unit_test(barrier_of_one_party_never_waits),
        cmocka_unit_test(barrier_lets_no_party_leave_before_all_have_arrived),
        cmocka_unit_test(barrier_gives_each_party_its_place_in_the_order_of_arrival),
        cmocka_unit_test(barrier_index_may_be_null),
        cmocka_unit_test(barrier_action_runs_once_a_round_before_anyone_is_released),
        cmocka_unit_test(barrier_action_does_not_run_for_a_round_that_was_broken),
        cmocka_unit_test(barrier_fills_the_next_round_while_the_action_runs),
        cmocka_unit_test(barrier_completes_a_full_round_when_the_action_before_has_returned),
        cmocka_unit_test(barrier_completes_several_full_rounds_in_order_of_arrival),
        cmocka_unit_test(barrier_full_round_is_broken_while_the_action_before_runs),
        cmocka_unit_test(barrier_try_of_the_last_party_while_the_action_before_runs_breaks_it),
        cmocka_unit_test(barrier_actions_of_consecutive_rounds_do_not_overlap),
        cmocka_unit_test(barrier_late_comer_is_in_the_next_round),
        cmocka_unit_test(barrier_keeps_its_rounds_apart_when_they_follow_at_once),
        cmocka_unit_test(barrier_releases_one_party_of_each_index_a_round_whichever_threads_arrive),
        cmocka_unit_test(what_parties_and_action_wrote_is_seen_by_all_after_the_wait),
        cmocka_unit_test(barrier_abort_breaks_present_and_later_waits_until_reset),
        cmocka_unit_test(barrier_abort_while_nobody_waits_breaks_later_waits),
        cmocka_unit_test(barrier_reset_breaks_present_waits_and_leaves_it_usable),
        cmocka_unit_test(barrier_reset_while_nobody_waits_changes_nothing),
        cmocka_unit_test(barrier_abort_and_reset_do_not_reach_those_let_through),
        cmocka_unit_test(barrier_abort_by_the_action_breaks_the_next_round_only),
        cmocka_unit_test(barrier_abort_that_meets_arrivals_breaks_all_or_none),
        cmocka_unit_test(barrier_wait_that_times_out_breaks_it_for_all),
        cmocka_unit_test(barrier_time_out_that_meets_the_last_arrival_breaks_all_or_none),
        cmocka_unit_test(barrier_deadline_that_passes_after_the_last_arrival_is_too_late),
        cmocka_unit_test(past_deadline_or_no_duration_passes_as_the_last_arrival),
        cmocka_unit_test(past_deadline_or_no_duration_breaks_a_round_that_is_not_full),
        cmocka_unit_test(wait_never_ends_early),
        cmocka_unit_test(longest_durations_are_waits_without_end),
        cmocka_unit_test(timed_out_waiter_leaves_no_trace_after_reset),
        cmocka_unit_test(timed_waiter_passes_when_all_arrive_in_time),
        cmocka_unit_test(barrier_reports_its_parties_and_its_waiters),
        cmocka_unit_test(barrier_may_be_freed_by_the_last_one_out_of_a_round),
        cmocka_unit_test(threads_that_end_leave_nothing_behind),
        cmocka_unit_test(new_barrier_is_usable_and_may_be_freed_in_any_state),
        cmocka_unit_test(new_barrier_for_no_parties_is_null),
        cmocka_unit_test(describe_tells_parties_waiters_and_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
