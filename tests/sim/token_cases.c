/* SPDX-License-Identifier: MIT
 *
 * The token of a parker (src/token.h), which the simulated parker does not use, and the backends'
 * loops around it. The bell is a pawl_semaphore for sem_t, and a pawl_lock and a pawl_condition for
 * a native mutex and condition variable: neither loses a wake-up, and both may ring late.
 */
#include "sim.h"

#include "port.h"

struct parker {
    uint32_t token;
    pawl_semaphore bell;
    pawl_lock mutex;
    pawl_condition cond;
};

static struct parker *parker;
static pawl_semaphore *second, *noticed;
static int first_data, second_data;
static unsigned timed_out;
static uint8_t reason; /* atomic: why the thread was poked */
static enum pawl__token how;

static void begin_sleep(void)
{
    if (how == PAWL__TOKEN_AWAITED) {
        pawl_lock_acquire(&parker->mutex);
    }
}

static void end_sleep(void)
{
    if (how == PAWL__TOKEN_AWAITED) {
        SIM_CHECK(pawl_lock_release(&parker->mutex) == PAWL_OK);
    }
}

static void sleep_once(pawl_time deadline)
{
    pawl_status status = how == PAWL__TOKEN_AWAITED_AT_SEMAPHORE
                             ? pawl_semaphore_acquire_until(&parker->bell, deadline)
                             : pawl_condition_wait_until(&parker->cond, &parker->mutex, deadline);
    SIM_CHECK(status == PAWL_OK || status == PAWL_TIMEOUT);
}

/* As in src/posix/port.c. */
static bool park_so(pawl_time deadline, bool lightly)
{
    if (!pawl__token_await(&parker->token, how)) {
        return pawl__token_take(&parker->token);
    }
    bool taken = false;
    bool late = false;
    bool disturbed = false;
    begin_sleep();
    while (!late && !(taken = pawl__token_take(&parker->token))) {
        disturbed = disturbed || (lightly && pawl__token_is_poked(&parker->token));
        if ((deadline == PAWL_NEVER || pawl_now() < deadline) && !disturbed) {
            sleep_once(deadline);
            disturbed = lightly;
        } else {
            late = pawl__token_forgo(&parker->token, how);
        }
    }
    end_sleep();
    return taken;
}

static bool park(pawl_time deadline)
{
    return park_so(deadline, false);
}

static void wake(enum pawl__token sleeper)
{
    SIM_CHECK(sleeper == PAWL__TOKEN_NONE || sleeper == how);
    if (sleeper == PAWL__TOKEN_AWAITED_AT_SEMAPHORE) {
        SIM_CHECK(pawl_semaphore_release(&parker->bell) == PAWL_OK);
    } else if (sleeper == PAWL__TOKEN_AWAITED) {
        begin_sleep();
        end_sleep();
        pawl_condition_notify(&parker->cond, 1);
    }
}

static void unpark(void)
{
    wake(pawl__token_leave(&parker->token));
}

static void new_parker(void)
{
    parker = sim_new(sizeof *parker, "parker");
    second = sim_new(sizeof *second, "second");
    noticed = sim_new(sizeof *noticed, "noticed");
    first_data = second_data = 0;
    timed_out = 0;
    reason = 0;
}

static void new_semaphore_parker(void)
{
    how = PAWL__TOKEN_AWAITED_AT_SEMAPHORE;
    new_parker();
}

static void new_condition_parker(void)
{
    how = PAWL__TOKEN_AWAITED;
    new_parker();
}

/* Two waits, of which the first one's bell may ring in the second. */
static void wait_twice(void)
{
    SIM_CHECK(park(PAWL_NEVER));
    SIM_CHECK(SIM_READ(first_data) == 1);
    SIM_CHECK(pawl_semaphore_release(second) == PAWL_OK);
    SIM_CHECK(park(PAWL_NEVER));
    SIM_CHECK(SIM_READ(second_data) == 1);
}

static void wait_timed_and_again(void)
{
    if (!park(PAWL_S(1) + PAWL_MS(5))) {
        timed_out++;
        SIM_CHECK(park(PAWL_NEVER)); /* as pawl__lot_wait, when it was taken out meanwhile */
    }
    SIM_CHECK(SIM_READ(first_data) == 1);
    SIM_CHECK(pawl_semaphore_release(second) == PAWL_OK);
    SIM_CHECK(park(PAWL_NEVER));
    SIM_CHECK(SIM_READ(second_data) == 1);
}

static void unpark_first(void)
{
    SIM_WRITE(first_data, 1);
    unpark();
}

static void unpark_second(void)
{
    pawl_semaphore_acquire(second);
    SIM_WRITE(second_data, 1);
    unpark();
}

/* A wait that may be disturbed, as in src/stop.c: no poke is lost, whether it comes before the
 * thread sleeps, while it does, or together with the token. A plain wait follows. */
static void wait_lightly(void)
{
    bool woken = false;
    bool disturbed = false;
    while (!woken && !disturbed) {
        woken = park_so(PAWL_NEVER, true);
        disturbed = pawl__load8(&reason, PAWL__RELAXED) != 0;
    }
    SIM_CHECK(pawl_semaphore_release(noticed) == PAWL_OK);
    pawl_semaphore_acquire(second); /* no poke comes any more */
    pawl__token_forget_poke(&parker->token);
    SIM_CHECK(woken || park(PAWL_NEVER));
    SIM_CHECK(SIM_READ(first_data) == 1);
    pawl__store8(&reason, 0, PAWL__RELAXED);
}

static void poke(void)
{
    pawl__store8(&reason, 1, PAWL__RELAXED);
    wake(pawl__token_poke(&parker->token));
    SIM_CHECK(pawl_semaphore_release(second) == PAWL_OK);
}

/* The token comes only after the poke was noticed. */
static void poke_and_unpark(void)
{
    poke();
    pawl_semaphore_acquire(noticed);
    unpark_first();
}

static void has_no_token(void)
{
    SIM_CHECK(parker->token == PAWL__TOKEN_NONE);
}

static const struct sim_case token_cases[] = {
    {"token",
     "semaphore_two_waits_in_a_row",
     new_semaphore_parker,
     {wait_twice, unpark_first, unpark_second},
     .finish = has_no_token},
    {"token",
     "semaphore_a_time_out_and_a_wait",
     new_semaphore_parker,
     {wait_timed_and_again, unpark_first, unpark_second},
     .finish = has_no_token},
    {"token",
     "condition_two_waits_in_a_row",
     new_condition_parker,
     {wait_twice, unpark_first, unpark_second},
     .finish = has_no_token},
    {"token",
     "condition_a_time_out_and_a_wait",
     new_condition_parker,
     {wait_timed_and_again, unpark_first, unpark_second},
     .finish = has_no_token},
    {"token",
     "semaphore_a_poke_ends_a_light_wait",
     new_semaphore_parker,
     {wait_lightly, poke_and_unpark},
     .finish = has_no_token},
    {"token",
     "semaphore_a_poke_races_the_token",
     new_semaphore_parker,
     {wait_lightly, poke, unpark_first},
     .finish = has_no_token},
    {"token",
     "condition_a_poke_ends_a_light_wait",
     new_condition_parker,
     {wait_lightly, poke_and_unpark},
     .finish = has_no_token},
    {"token",
     "condition_a_poke_races_the_token",
     new_condition_parker,
     {wait_lightly, poke, unpark_first},
     .finish = has_no_token},
};
SIM_GROUP(token);
