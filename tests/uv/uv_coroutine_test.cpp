// SPDX-License-Identifier: MIT
//
// Coroutines on a libuv loop: co_await with pawl::on(uv), the real ones of both. Built as C++20.
#include "coroutines.hpp"

#include <pawl/uv.h>

#include <optional>

#include "support.hpp"

static uv_loop_t loop;
static pawl_uv uv;
static pawl::lock lock;
static int done;

static void run()
{
    uv_run(&loop, UV_RUN_DEFAULT);
}

static task use_lock()
{
    auto hold = co_await lock.acquire_await(pawl::on(uv));
    CHECK(hold.owns_lock() && lock.locked());
    done++;
}

static task use_lock_until(pawl_time deadline, bool expected)
{
    auto hold = co_await lock.acquire_await(pawl::on(uv, deadline));
    CHECK(hold.owns_lock() == expected);
    done++;
}

static void three_take_turns_on_the_loop()
{
    done = 0;
    lock.acquire();
    task first = use_lock(), second = use_lock(), third = use_lock();
    second.destroy(); // it leaves the queue
    lock.release();
    CHECK(done == 0); // nothing runs inside the release
    run();
    CHECK(done == 2 && first.done() && third.done() && !lock.locked());
}

static void one_that_is_destroyed_after_its_grant_gives_the_lock_on()
{
    done = 0;
    lock.acquire();
    task first = use_lock(), second = use_lock();
    lock.release();
    first.destroy(); // granted, and not yet resumed
    run();
    CHECK(done == 1 && second.done() && !lock.locked());
}

static void a_deadline_ends_the_wait_without_the_lock()
{
    done = 0;
    const pawl_time deadline = pawl_after_ms(1);
    lock.acquire();
    task late = use_lock_until(deadline, false);
    run();
    CHECK(done == 1 && pawl_now() >= deadline);
    lock.release();
    task in_time = use_lock_until(PAWL_NEVER, true);
    CHECK(done == 2 && !lock.locked());
}

static void a_thread_grants_and_the_loop_resumes()
{
    done = 0;
    lock.acquire();
    task waits = use_lock();
    helper releaser([] { lock.release(); });
    run();
    releaser.join();
    CHECK(done == 1 && !lock.locked());
}

static pawl::condition condition;

static task wait_for_news(pawl_time deadline, pawl::cv_status expected)
{
    auto hold = co_await lock.acquire_await(pawl::on(uv));
    const pawl::cv_status status = co_await condition.wait_await(hold, pawl::on(uv, deadline));
    CHECK(status == expected && hold.owns_lock() && lock.locked());
    done++;
}

static void a_condition_is_waited_for_and_the_lock_held_again()
{
    done = 0;
    task told = wait_for_news(PAWL_NEVER, pawl::cv_status::no_timeout);
    task late = wait_for_news(pawl_after_ms(1), pawl::cv_status::timeout);
    CHECK(condition.notify(1) == 1);
    run();
    CHECK(done == 2 && !lock.locked());
}

static task meet(pawl::barrier &barrier, std::uint32_t &sum)
{
    std::uint32_t index = 9;
    CHECK(co_await barrier.wait_await(pawl::on(uv), &index) == PAWL_OK);
    sum += index;
    done++;
}

static void parties_meet_on_the_loop()
{
    pawl::barrier barrier(3);
    std::uint32_t sum = 0;
    done = 0;
    task first = meet(barrier, sum), second = meet(barrier, sum), third = meet(barrier, sum);
    run();
    CHECK(done == 3 && sum == 0 + 1 + 2);
}

static pawl::event begin_on_loop;
static std::optional<task> victim;

static task wait_for_what_the_release_destroys()
{
    co_await begin_on_loop.wait_await(pawl::on(uv));
    auto hold = co_await lock.acquire_await(pawl::on(uv));
    done++;
    co_await condition.wait_await(hold, pawl::on(uv, pawl_after_s(5)));
    done += 100; // not reached
}

static task destroy_the_victim_with_the_lock()
{
    auto hold = co_await lock.acquire_await(pawl::resume_inline);
    victim->destroy();
    done += 10;
}

// The wait releases its lock to a coroutine that destroys the waiting one, inside the start.
static void coroutine_destroyed_by_the_next_holder_is_not_touched_again()
{
    done = 0;
    begin_on_loop.clear();
    lock.acquire();
    victim.emplace(wait_for_what_the_release_destroys());
    begin_on_loop.set();
    uv_run(&loop, UV_RUN_NOWAIT); // it waits for the lock
    task destroyer = destroy_the_victim_with_the_lock();
    lock.release();
    run();
    CHECK(done == 11 && destroyer.done() && !lock.locked());
    victim.reset();
}

static task destroy_the_victim_when_broken(pawl::barrier &barrier)
{
    const pawl_status status = co_await barrier.wait_await(pawl::resume_inline);
    CHECK(status == PAWL_BROKEN);
    victim->destroy();
    done++;
}

static task arrive_too_late(pawl::barrier &barrier)
{
    co_await begin_on_loop.wait_await(pawl::on(uv));
    (void)co_await barrier.wait_await(pawl::on(uv, 1));
    done += 100; // not reached
}

// A past deadline breaks the barrier, inside the start, for a coroutine that destroys the arriver.
static void coroutine_destroyed_by_a_party_of_its_broken_barrier_is_not_touched_again()
{
    pawl::barrier barrier(3);
    done = 0;
    begin_on_loop.clear();
    task party = destroy_the_victim_when_broken(barrier);
    victim.emplace(arrive_too_late(barrier));
    begin_on_loop.set();
    run();
    CHECK(done == 1 && party.done());
    victim.reset();
}

static void a_closed_loop_ends_the_wait_by_an_exception()
{
    done = 0;
    lock.acquire();
    task waits = use_lock();
    pawl_uv_close(&uv, nullptr);
    run();
    CHECK(done == 0 && waits.threw(std::errc::operation_canceled));
    lock.release();
    CHECK(!lock.locked());
}

int main()
{
    CHECK(uv_loop_init(&loop) == 0 && pawl_uv_init(&uv, &loop) == 0);
    three_take_turns_on_the_loop();
    one_that_is_destroyed_after_its_grant_gives_the_lock_on();
    a_deadline_ends_the_wait_without_the_lock();
    a_thread_grants_and_the_loop_resumes();
    a_condition_is_waited_for_and_the_lock_held_again();
    parties_meet_on_the_loop();
    coroutine_destroyed_by_the_next_holder_is_not_touched_again();
    coroutine_destroyed_by_a_party_of_its_broken_barrier_is_not_touched_again();
    a_closed_loop_ends_the_wait_by_an_exception();
    CHECK(uv_loop_close(&loop) == 0);
    return failures == 0 ? 0 : 1;
}
