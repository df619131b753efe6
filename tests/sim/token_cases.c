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
static pawl_semaphore *second;
static int first_data, second_data;
static unsigned timed_out;
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
static bool park(pawl_time deadline)
{
    if (!pawl__token_await(&parker->token, how)) {
        return pawl__token_take(&parker->token);
    }
    bool taken = false;
    bool late = false;
    begin_sleep();
    while (!late && !(taken = pawl__token_take(&parker->token))) {
        if (deadline == PAWL_NEVER || pawl_now() < deadline) {
            sleep_once(deadline);
        } else {
            late = pawl__token_forgo(&parker->token, how);
        }
    }
    end_sleep();
    return taken;
}

static void unpark(void)
{
    enum pawl__token sleeper = pawl__token_leave(&parker->token);
    SIM_CHECK(sleeper == PAWL__TOKEN_NONE || sleeper == how);
    if (sleeper == PAWL__TOKEN_AWAITED_AT_SEMAPHORE) {
        SIM_CHECK(pawl_semaphore_release(&parker->bell) == PAWL_OK);
    } else if (sleeper == PAWL__TOKEN_AWAITED) {
        begin_sleep();
        end_sleep();
        pawl_condition_notify(&parker->cond, 1);
    }
}

static void new_parker(void)
{
    parker = sim_new(sizeof *parker, "parker");
    second = sim_new(sizeof *second, "second");
    first_data = second_data = 0;
    timed_out = 0;
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
};
SIM_GROUP(token);
