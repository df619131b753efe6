// SPDX-License-Identifier: MIT
//
// coroutine.hpp: co_await for each primitive, with each kind of where, and coroutines that are
// destroyed at every moment. With an argument it is a program that has to end with a message:
// coroutine_misuse_test.cmake runs that.
#include <pawl/pawl.hpp>

#include <algorithm>
#include <cstring>
#include <deque>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "coroutines.hpp"
#include "support.hpp"

using handle = std::coroutine_handle<>;

template <class Object> static void wait_until_it_shows(const Object &object, const char *text)
{
    wait_until_true([&] { return shows(object, text); });
}

// Which thread this is, to tests that want to know: 0 is the main one.
static thread_local int thread_number;

// What a coroutine that waits once tells of itself.
struct report {
    int served = 0;
    int thread = -1;
};

// co_await make(), once; what that gives is held to the end of the coroutine.
template <class Make> static task wait_once_for(Make make, report &told)
{
    [[maybe_unused]] auto held = co_await make();
    told.served++;
    told.thread = thread_number;
}

// The handles of coroutines that may continue; run_one and run resume them on the caller's thread.
// The where that on() returns passes them here.
class run_queue
{
  public:
    auto on()
    {
        return [this](handle ready) {
            const std::lock_guard hold(lock_);
            ready_.push_back(ready);
            count_.release();
        };
    }

    // Wait for one and resume it; false: the queue was stopped.
    bool run_one()
    {
        count_.acquire();
        std::unique_lock hold(lock_);
        if (ready_.empty()) {
            return false;
        }
        const handle next = ready_.front();
        ready_.pop_front();
        hold.unlock();
        next.resume();
        return true;
    }

    void run()
    {
        while (run_one()) {
        }
    }

    void stop(int threads)
    {
        count_.release(threads);
    }

    std::size_t size()
    {
        const std::lock_guard hold(lock_);
        return ready_.size();
    }

    void forget_all()
    {
        const std::lock_guard hold(lock_);
        while (!ready_.empty()) {
            ready_.pop_front();
            CHECK(count_.try_acquire());
        }
    }

  private:
    pawl::lock lock_;
    std::deque<handle> ready_;
    pawl::semaphore count_;
};

// A where for a coroutine that need not wait, or is destroyed before.
static void fail_if_called(handle)
{
    const bool passed_on = true;
    CHECK(!passed_on);
}

// What can be had at once. ------------------------------------------------------------------------

struct things {
    pawl::lock lock;
    pawl::fair_lock fair;
    pawl::semaphore semaphore{1};
    pawl::bounded_semaphore bounded{1};
    pawl::rwlock rwlock;
    pawl::event event;
    pawl::latch latch;
    pawl::barrier barrier{1};
};

static task take_each(things &all)
{
    {
        auto lock = co_await all.lock.acquire_await(fail_if_called);
        auto fair = co_await all.fair.acquire_await(fail_if_called);
        auto permit = co_await all.semaphore.acquire_await(fail_if_called);
        auto bounded = co_await all.bounded.acquire_await(fail_if_called);
        static_assert(std::is_same_v<decltype(lock), std::unique_lock<pawl::lock>>);
        static_assert(std::is_same_v<decltype(fair), std::unique_lock<pawl::lock>>);
        static_assert(std::is_same_v<decltype(permit), std::unique_lock<pawl::semaphore>>);
        static_assert(std::is_same_v<decltype(bounded), std::unique_lock<pawl::semaphore>>);
        CHECK(lock.owns_lock() && lock.mutex() == &all.lock && all.lock.locked());
        CHECK(fair.owns_lock() && fair.mutex() == &all.fair && all.fair.locked());
        CHECK(permit.owns_lock() && all.semaphore.value() == 0);
        CHECK(bounded.owns_lock() && all.bounded.value() == 0);
    }
    {
        auto one = co_await all.rwlock.acquire_shared_await(fail_if_called);
        auto two = co_await all.rwlock.acquire_shared_await(fail_if_called);
        static_assert(std::is_same_v<decltype(one), std::shared_lock<pawl::rwlock>>);
        CHECK(one.owns_lock() && two.owns_lock() && shows(all.rwlock, "shared holders=2 "));
    }
    {
        auto alone = co_await all.rwlock.acquire_exclusive_await(fail_if_called);
        static_assert(std::is_same_v<decltype(alone), std::unique_lock<pawl::rwlock>>);
        CHECK(alone.owns_lock() && shows(all.rwlock, "exclusive"));
    }
    co_await all.event.wait_await(fail_if_called);
    co_await all.latch.wait_await(fail_if_called);
    std::uint32_t index = 9;
    CHECK(co_await all.barrier.wait_await(fail_if_called, &index) == PAWL_OK && index == 0);
}

static void what_can_be_had_at_once_is_taken_without_suspending()
{
    things all;
    all.event.set();
    const task taken = take_each(all);
    CHECK(taken.done() && !all.lock.locked() && !all.fair.locked());
    CHECK(all.semaphore.value() == 1 && all.bounded.value() == 1 && shows(all.rwlock, "unlocked"));
}

// What can be acquired, under names in common. ----------------------------------------------------

template <class Lock> struct some_lock {
    Lock thing;

    void occupy()
    {
        CHECK(thing.try_acquire());
    }

    template <class Where = pawl::resume_inline_t> auto wait(Where where = {})
    {
        return thing.acquire_await(where);
    }

    void grant()
    {
        thing.release();
    }

    [[nodiscard]] bool is_free() const
    {
        return !thing.locked() && shows(thing, "waiters=0 ");
    }
};

template <class Semaphore> struct some_semaphore : some_lock<Semaphore> {
    some_semaphore() : some_lock<Semaphore>{Semaphore(1)}
    {
    }

    [[nodiscard]] bool is_free() const
    {
        return this->thing.value() == 1 && shows(this->thing, "waiters=0 ");
    }
};

struct read_side {
    pawl::rwlock thing;

    void occupy()
    {
        CHECK(thing.try_acquire_exclusive());
    }

    template <class Where = pawl::resume_inline_t> auto wait(Where where = {})
    {
        return thing.acquire_shared_await(where);
    }

    void grant()
    {
        thing.release_exclusive();
    }

    [[nodiscard]] bool is_free() const
    {
        return shows(thing, "unlocked") && shows(thing, "waiters=0 ");
    }
};

struct write_side {
    pawl::rwlock thing;

    void occupy()
    {
        CHECK(thing.try_acquire_shared());
    }

    template <class Where = pawl::resume_inline_t> auto wait(Where where = {})
    {
        return thing.acquire_exclusive_await(where);
    }

    void grant()
    {
        thing.release_shared();
    }

    [[nodiscard]] bool is_free() const
    {
        return shows(thing, "unlocked") && shows(thing, "waiters=0 ");
    }
};

// test(subject) with a fresh one of each kind.
template <class Test> static void with_each_kind(Test test)
{
    test(std::make_unique<some_lock<pawl::lock>>());
    test(std::make_unique<some_lock<pawl::fair_lock>>());
    test(std::make_unique<some_semaphore<pawl::semaphore>>());
    test(std::make_unique<some_semaphore<pawl::bounded_semaphore>>());
    test(std::make_unique<read_side>());
    test(std::make_unique<write_side>());
}

// co_await subject.wait(where), once; what that gives is held to the end of the coroutine.
template <class Subject, class Where>
static task wait_once(Subject &subject, Where where, report &told)
{
    auto held = co_await subject.wait(where);
    CHECK(held.owns_lock() && held.mutex() == &subject.thing);
    told.served++;
    told.thread = thread_number;
}

template <class Subject> static task wait_once(Subject &subject, report &told)
{
    return wait_once(subject, pawl::resume_inline, told);
}

// Being let through. ------------------------------------------------------------------------------

static void who_waits_is_resumed_by_the_release_of_a_thread()
{
    with_each_kind([](auto subject) {
        report told;
        subject->occupy();
        const task waits = wait_once(*subject, told);
        CHECK(!waits.done() && shows(subject->thing, "waiters=1 "));
        helper other([&] {
            thread_number = 7;
            subject->grant();
        });
        other.join();
        CHECK(waits.done() && told.served == 1 && told.thread == 7);
        CHECK(subject->is_free());
    });
}

static void who_waits_is_resumed_by_another_coroutine_but_not_inside_it()
{
    with_each_kind([](auto subject) {
        report told;
        pawl::event begin;
        subject->occupy();
        const task waits = wait_once(*subject, told);
        const task granter = act_inside(begin, [&] {
            subject->grant();
            CHECK(told.served == 0);
        });
        begin.set();
        CHECK(granter.done() && waits.done() && told.served == 1 && told.thread == 0);
        CHECK(subject->is_free());
    });
}

template <class Subject> static task wait_and_throw(Subject &subject)
{
    auto held = co_await subject.wait();
    throw std::system_error(std::make_error_code(std::errc::io_error));
}

static void what_was_acquired_is_released_by_an_exception()
{
    with_each_kind([](auto subject) {
        const task at_once = wait_and_throw(*subject);
        CHECK(at_once.threw(std::errc::io_error) && subject->is_free());
        subject->occupy();
        const task later = wait_and_throw(*subject);
        report told;
        const task next = wait_once(*subject, told);
        CHECK(!later.done() && !next.done());
        subject->grant();
        CHECK(later.threw(std::errc::io_error) && next.done() && told.served == 1);
        CHECK(subject->is_free());
    });
}

template <class Thing> static task log_turn(Thing &thing, std::string &log, char name)
{
    auto held = co_await thing.acquire_await(pawl::resume_inline);
    log += name;
}

template <class Thing> static void expect_order_of_arrival(Thing &thing)
{
    std::string log; // guarded by the thing itself
    thing.acquire();
    const task first = log_turn(thing, log, 'a');
    helper second([&] {
        const std::lock_guard hold(thing);
        log += 'b';
    });
    wait_until_it_shows(thing, "waiters=2 ");
    const task third = log_turn(thing, log, 'c');
    helper fourth([&] {
        const std::lock_guard hold(thing);
        log += 'd';
    });
    wait_until_it_shows(thing, "waiters=4 ");
    const task fifth = log_turn(thing, log, 'e');
    thing.release();
    second.join();
    fourth.join();
    CHECK(first.done() && third.done() && fifth.done());
    const std::lock_guard hold(thing);
    CHECK(log == "abcde");
}

static void threads_and_coroutines_are_served_in_order_of_arrival()
{
    pawl::fair_lock fair;
    pawl::semaphore semaphore(1);
    expect_order_of_arrival(fair);
    expect_order_of_arrival(semaphore);
}

static void a_newcomer_waits_behind_a_coroutine()
{
    pawl::semaphore semaphore;
    report told;
    pawl::event begin;
    auto wait = [&] { return semaphore.acquire_await(pawl::resume_inline); };
    const task waits = wait_once_for(wait, told);
    const task newcomer = act_inside(begin, [&] {
        semaphore.release();
        CHECK(!semaphore.try_acquire() && told.served == 0);
    });
    begin.set();
    CHECK(told.served == 1 && semaphore.value() == 1);
}

// Being destroyed. --------------------------------------------------------------------------------

static void destroyed_while_it_waits_it_withdraws_and_the_next_is_served()
{
    with_each_kind([](auto subject) {
        report told[2];
        subject->occupy();
        task first = wait_once(*subject, told[0]);
        const task second = wait_once(*subject, told[1]);
        CHECK(shows(subject->thing, "waiters=2 "));
        first.destroy();
        CHECK(shows(subject->thing, "waiters=1 "));
        subject->grant();
        CHECK(second.done() && told[0].served == 0 && told[1].served == 1);
        CHECK(subject->is_free());
    });
}

static void readers_that_waited_for_a_destroyed_writer_come_in()
{
    pawl::rwlock rwlock;
    report told[2];
    rwlock.acquire_shared();
    auto exclude = [&] { return rwlock.acquire_exclusive_await(pawl::resume_inline); };
    auto share = [&] { return rwlock.acquire_shared_await(pawl::resume_inline); };
    task writer = wait_once_for(exclude, told[0]);
    const task reader = wait_once_for(share, told[1]);
    CHECK(!writer.done() && !reader.done());
    writer.destroy();
    CHECK(reader.done() && told[0].served == 0 && told[1].served == 1);
    rwlock.release_shared();
    CHECK(shows(rwlock, "unlocked"));
}

static void destroyed_after_the_grant_inside_another_it_gives_back()
{
    with_each_kind([](auto subject) {
        report told[2];
        pawl::event begin;
        subject->occupy();
        task first = wait_once(*subject, told[0]);
        const task second = wait_once(*subject, told[1]);
        const task destroyer = act_inside(begin, [&] {
            subject->grant();
            CHECK(!subject->is_free());
            first.destroy();
            CHECK(told[1].served == 0);
        });
        begin.set();
        CHECK(destroyer.done() && second.done());
        CHECK(told[0].served == 0 && told[1].served == 1 && subject->is_free());
    });
}

static void destroyed_after_the_grant_before_its_scheduler_resumes_it_it_gives_back()
{
    with_each_kind([](auto subject) {
        report told[2];
        run_queue queue;
        subject->occupy();
        task first = wait_once(*subject, queue.on(), told[0]);
        const task second = wait_once(*subject, told[1]);
        subject->grant();
        CHECK(queue.size() == 1 && !first.done() && told[0].served == 0);
        queue.forget_all();
        first.destroy();
        CHECK(second.done() && told[1].served == 1 && subject->is_free());
    });
}

static void destroyed_before_where_was_called_it_is_not_called()
{
    with_each_kind([](auto subject) {
        report told;
        pawl::event begin;
        subject->occupy();
        task first = wait_once(*subject, fail_if_called, told);
        const task destroyer = act_inside(begin, [&] {
            subject->grant();
            first.destroy();
        });
        begin.set();
        CHECK(destroyer.done() && told.served == 0 && subject->is_free());
    });
}

static void an_awaiter_that_nobody_awaits_does_nothing()
{
    with_each_kind([](auto subject) {
        {
            [[maybe_unused]] auto unused = subject->wait();
            CHECK(subject->is_free());
        }
        CHECK(subject->is_free());
    });
}

// Chains. -----------------------------------------------------------------------------------------

struct depth {
    std::uintptr_t lowest = UINTPTR_MAX;
    std::uintptr_t highest = 0;
};

static void note_depth(depth &stack)
{
    volatile char here = 0;
    const auto address = reinterpret_cast<std::uintptr_t>(&here);
    stack.lowest = std::min(stack.lowest, address);
    stack.highest = std::max(stack.highest, address);
}

static task pass_on(pawl::fair_lock &lock, depth &stack, int &turns)
{
    auto hold = co_await lock.acquire_await(pawl::resume_inline);
    note_depth(stack);
    turns++;
}

static void a_chain_of_a_hundred_thousand_takes_the_stack_of_one()
{
    helper on_a_small_stack([] {
        const std::size_t length = 100000;
        pawl::fair_lock lock;
        depth stack;
        int turns = 0;
        std::vector<task> chain;
        chain.reserve(length);
        lock.acquire();
        for (std::size_t i = 0; i < length; i++) {
            chain.push_back(pass_on(lock, stack, turns));
        }
        CHECK(turns == 0);
        lock.release();
        CHECK(turns == 100000 && !lock.locked() && chain.back().done());
        CHECK(stack.highest - stack.lowest < 1024);
    });
}

// Event. ------------------------------------------------------------------------------------------

static void an_event_resumes_all_who_wait_also_when_it_is_cleared_at_once()
{
    pawl::event event;
    report told[3];
    auto wait = [&] { return event.wait_await(pawl::resume_inline); };
    const task one = wait_once_for(wait, told[0]);
    task gone = wait_once_for(wait, told[1]);
    const task two = wait_once_for(wait, told[2]);
    CHECK(shows(event, "waiters=3 "));
    gone.destroy();
    helper other([&] {
        event.set();
        event.clear();
    });
    other.join();
    CHECK(one.done() && two.done() && told[0].served == 1 && told[2].served == 1);
    CHECK(told[1].served == 0 && !event.is_set());
}

static void one_that_an_event_let_through_may_be_destroyed_by_another()
{
    pawl::event event;
    report told;
    std::optional<task> second;
    const task first = act_inside(event, [&] { second.reset(); });
    second.emplace(wait_once_for([&] { return event.wait_await(pawl::resume_inline); }, told));
    event.set();
    CHECK(first.done() && told.served == 0);
}

static void a_latch_resumes_all_who_wait()
{
    pawl::latch latch(2);
    report told[3];
    auto wait = [&] { return latch.wait_await(pawl::resume_inline); };
    const task one = wait_once_for(wait, told[0]);
    task gone = wait_once_for(wait, told[1]);
    const task two = wait_once_for(wait, told[2]);
    CHECK(shows(latch, "count=2 waiters=3 "));
    gone.destroy();
    CHECK(latch.done() == PAWL_OK && told[0].served == 0);
    helper other([&] {
        CHECK(latch.done() == PAWL_OK);
        CHECK(latch.add() == PAWL_OK);
    });
    other.join();
    CHECK(one.done() && two.done() && told[0].served == 1 && told[2].served == 1);
    CHECK(told[1].served == 0 && latch.count() == 1);
}

// Condition. --------------------------------------------------------------------------------------

template <class Lock> struct shelf {
    Lock lock;
    pawl::condition condition;
    int items = 0;
};

template <class Lock> static task take_item(shelf<Lock> &from, report &told)
{
    auto hold = co_await from.lock.acquire_await(pawl::resume_inline);
    while (from.items == 0) {
        const pawl::cv_status status =
            co_await from.condition.wait_await(hold, pawl::resume_inline);
        CHECK(status == pawl::cv_status::no_timeout && hold.owns_lock() && from.lock.locked());
    }
    from.items--;
    told.served++;
    told.thread = thread_number;
}

template <class Lock> static void expect_a_notified_coroutine_to_hold_the_lock()
{
    shelf<Lock> all;
    report told[2];
    const task first = take_item(all, told[0]);
    const task second = take_item(all, told[1]);
    CHECK(!all.lock.locked() && shows(all.condition, "waiters=2 "));
    {
        const std::lock_guard hold(all.lock);
        all.items = 1;
        CHECK(all.condition.notify_one() == 1 && told[0].served == 0);
    }
    CHECK(first.done() && !second.done() && told[0].served == 1);
    helper other([&] {
        thread_number = 7;
        const std::lock_guard hold(all.lock);
        all.items = 1;
        all.condition.notify_all();
    });
    other.join();
    CHECK(second.done() && told[1].served == 1 && told[1].thread == 7 && !all.lock.locked());
}

static void a_notified_coroutine_holds_the_lock_again()
{
    expect_a_notified_coroutine_to_hold_the_lock<pawl::lock>();
    expect_a_notified_coroutine_to_hold_the_lock<pawl::fair_lock>();
}

static task wait_with_the_lock_itself(shelf<pawl::lock> &all, report &told)
{
    all.lock.acquire();
    co_await all.condition.wait_await(all.lock, pawl::resume_inline);
    CHECK(all.lock.locked());
    told.served++;
    all.lock.release();
}

static void a_condition_takes_the_lock_itself_too()
{
    shelf<pawl::lock> all;
    report told;
    const task waits = wait_with_the_lock_itself(all, told);
    CHECK(!waits.done() && !all.lock.locked() && all.condition.notify_one() == 1);
    CHECK(waits.done() && told.served == 1 && !all.lock.locked());
}

template <class Hold> static task only_wait(pawl::condition &condition, Hold &hold)
{
    co_await condition.wait_await(hold, pawl::resume_inline);
}

static void a_wait_without_the_lock_is_refused()
{
    shelf<pawl::lock> all;
    std::unique_lock hold(all.lock, std::defer_lock);
    CHECK(only_wait(all.condition, hold).threw(std::errc::operation_not_permitted));
    CHECK(only_wait(all.condition, all.lock).threw(std::errc::operation_not_permitted));
    hold.lock();
    all.lock.release(); // behind its back
    CHECK(only_wait(all.condition, hold).threw(std::errc::operation_not_permitted));
    CHECK(!hold.owns_lock() && !all.lock.locked() && shows(all.condition, "waiters=0 "));
}

static void destroyed_before_the_notification_it_leaves_that_to_the_next()
{
    shelf<pawl::lock> all;
    report told[2];
    task first = take_item(all, told[0]);
    const task second = take_item(all, told[1]);
    {
        const std::lock_guard hold(all.lock);
        first.destroy();
        CHECK(all.lock.locked()); // its std::unique_lock did not release what is held here
        all.items = 1;
        CHECK(all.condition.notify_one() == 1);
    }
    CHECK(second.done() && told[0].served == 0 && told[1].served == 1 && !all.lock.locked());
}

static void destroyed_while_it_waits_for_the_lock_it_hands_the_notification_on()
{
    shelf<pawl::lock> all;
    report told[2];
    task first = take_item(all, told[0]);
    const task second = take_item(all, told[1]);
    {
        const std::lock_guard hold(all.lock);
        all.items = 1;
        CHECK(all.condition.notify_one() == 1 && shows(all.lock, "waiters=1 "));
        first.destroy();
        CHECK(all.lock.locked() && shows(all.condition, "waiters=0 "));
    }
    CHECK(second.done() && told[0].served == 0 && told[1].served == 1 && !all.lock.locked());
}

static void destroyed_after_it_was_notified_and_granted_the_lock_it_hands_both_on()
{
    shelf<pawl::lock> all;
    report told[2];
    pawl::event begin;
    task first = take_item(all, told[0]);
    const task second = take_item(all, told[1]);
    const task destroyer = act_inside(begin, [&] {
        all.items = 1;
        CHECK(all.condition.notify_one() == 1 && all.lock.locked());
        first.destroy();
        CHECK(shows(all.condition, "waiters=0 ") && told[1].served == 0);
    });
    begin.set();
    CHECK(destroyer.done() && second.done());
    CHECK(told[0].served == 0 && told[1].served == 1 && !all.lock.locked());
}

static task wait_on_a_queue(shelf<pawl::lock> &all, run_queue &queue)
{
    auto hold = co_await all.lock.acquire_await(pawl::resume_inline);
    co_await all.condition.wait_await(hold, queue.on());
}

static void destroyed_in_its_schedulers_queue_it_hands_lock_and_notification_on()
{
    shelf<pawl::lock> all;
    report told;
    run_queue queue;
    task first = wait_on_a_queue(all, queue);
    const task second = take_item(all, told);
    all.items = 1;
    CHECK(all.condition.notify_one() == 1 && queue.size() == 1 && all.lock.locked());
    queue.forget_all();
    first.destroy();
    CHECK(second.done() && told.served == 1 && !all.lock.locked());
}

static task acquire_and_note_who_waits(shelf<pawl::lock> &all, bool &nobody_waits)
{
    auto hold = co_await all.lock.acquire_await(pawl::resume_inline);
    nobody_waits = shows(all.condition, "waiters=0 ");
}

// The next owner of the lock may free the condition.
static void destroyed_it_hands_the_notification_on_before_it_releases_the_lock()
{
    shelf<pawl::lock> all;
    report told;
    run_queue queue;
    bool nobody_waits = false;
    task first = wait_on_a_queue(all, queue);
    const task second = take_item(all, told);
    all.items = 1;
    CHECK(all.condition.notify_one() == 1 && queue.size() == 1 && all.lock.locked());
    const task next_owner = acquire_and_note_who_waits(all, nobody_waits);
    queue.forget_all();
    first.destroy();
    CHECK(next_owner.done() && nobody_waits);
    CHECK(second.done() && told.served == 1 && !all.lock.locked());
}

static void all_were_notified_so_a_destroyed_one_owes_nobody_a_notification()
{
    shelf<pawl::lock> all;
    report told[2];
    pawl::event begin;
    task first = take_item(all, told[0]);
    std::optional<task> later;
    const task destroyer = act_inside(begin, [&] {
        CHECK(all.condition.notify_all() == 1);
        all.lock.release(); // as the first would have
        later.emplace(take_item(all, told[1]));
        all.lock.acquire();
        first.destroy();
        CHECK(shows(all.condition, "waiters=1 "));
    });
    begin.set();
    CHECK(destroyer.done() && !all.lock.locked() && !later->done());
    all.items = 1;
    CHECK(all.condition.notify_one() == 1 && later->done());
}

static task wait_from_a_queue(shelf<pawl::lock> &all, run_queue &queue)
{
    auto hold = co_await all.lock.acquire_await(queue.on());
    co_await all.condition.wait_await(hold, pawl::resume_inline);
}

static task lock_and_destroy(pawl::lock &lock, std::optional<task> &other)
{
    auto hold = co_await lock.acquire_await(pawl::resume_inline);
    other.reset();
}

// The wait's own release resumes who destroys it, before the start of the wait has returned.
static void one_that_begins_to_wait_may_be_destroyed_by_who_gets_the_lock()
{
    shelf<pawl::lock> all;
    run_queue queue;
    std::optional<task> waits;
    all.lock.acquire();
    waits.emplace(wait_from_a_queue(all, queue));
    const task destroyer = lock_and_destroy(all.lock, waits);
    all.lock.release();
    CHECK(queue.run_one() && destroyer.done() && !waits);
    CHECK(!all.lock.locked() && shows(all.condition, "waiters=0 "));
}

// Barrier. ----------------------------------------------------------------------------------------

struct arrival {
    pawl_status status = PAWL_PENDING;
    std::uint32_t index = 99;
};

static task arrive(pawl::barrier &barrier, arrival &told)
{
    told.status = co_await barrier.wait_await(pawl::resume_inline, &told.index);
}

static void parties_at_a_barrier_get_their_indexes_whether_threads_or_coroutines()
{
    pawl::barrier barrier(4);
    arrival told[3];
    std::uint32_t of_thread = 99;
    const task first = arrive(barrier, told[0]);
    helper second([&] { CHECK(barrier.wait(&of_thread) == PAWL_OK); });
    wait_until_true([&] { return barrier.waiting() == 2; });
    const task third = arrive(barrier, told[1]);
    CHECK(barrier.waiting() == 3 && !first.done() && !third.done());
    const task last = arrive(barrier, told[2]);
    CHECK(first.done() && third.done() && last.done());
    second.join();
    CHECK(told[0].index == 0 && of_thread == 1 && told[1].index == 2 && told[2].index == 3);
    CHECK(told[0].status == PAWL_OK && told[1].status == PAWL_OK && told[2].status == PAWL_OK);
}

static void a_broken_barrier_is_told_to_who_waits_and_who_comes()
{
    pawl::barrier barrier(2);
    arrival told[2];
    const task waits = arrive(barrier, told[0]);
    barrier.abort();
    CHECK(waits.done() && told[0].status == PAWL_BROKEN && told[0].index == 99);
    const task comes = arrive(barrier, told[1]);
    CHECK(comes.done() && told[1].status == PAWL_BROKEN && told[1].index == 99);
}

static task arrive_at_what_throws(pawl::barrier &barrier, bool &thrown)
{
    try {
        (void)co_await barrier.wait_await(pawl::resume_inline);
    } catch (const std::runtime_error &) {
        thrown = true;
    }
}

static void an_exception_of_the_action_reaches_the_coroutine_that_arrived_last()
{
    pawl::barrier_with barrier(2, [] { throw std::runtime_error("not this round"); });
    arrival told;
    bool thrown = false;
    const task first = arrive(barrier, told);
    const task last = arrive_at_what_throws(barrier, thrown);
    CHECK(first.done() && told.status == PAWL_BROKEN && told.index == 99);
    CHECK(last.done() && thrown && barrier.broken());
}

static void a_party_that_is_destroyed_takes_only_itself_out()
{
    pawl::barrier barrier(2);
    arrival told[3];
    task gone = arrive(barrier, told[0]);
    gone.destroy();
    CHECK(barrier.waiting() == 0 && !barrier.broken());
    const task first = arrive(barrier, told[1]);
    CHECK(!first.done());
    const task last = arrive(barrier, told[2]);
    CHECK(told[1].index == 0 && told[2].index == 1 && told[0].status == PAWL_PENDING);
}

static void a_party_that_was_let_through_may_be_destroyed_by_another()
{
    pawl::barrier barrier(2);
    pawl::event begin;
    arrival told;
    task first = arrive(barrier, told);
    const task last = act_inside(begin, [&] {
        CHECK(barrier.wait() == PAWL_OK); // the last arrival does not wait
        first.destroy();
    });
    begin.set();
    CHECK(last.done() && told.status == PAWL_PENDING && barrier.waiting() == 0);
}

// Where. ------------------------------------------------------------------------------------------

template <class Lock>
concept can_leave_out_where = requires(Lock &lock)
{
    lock.acquire_await();
};
static_assert(!can_leave_out_where<pawl::lock>);
static_assert(pawl::where_to_resume<pawl::resume_inline_t>);
static_assert(pawl::where_to_resume<void (*)(handle)>);
static_assert(sizeof(std::declval<pawl::lock &>().acquire_await(pawl::resume_inline)) <=
              sizeof(pawl_await) + 8 * sizeof(void *));
static_assert(!pawl::where_to_resume<int> && !pawl::where_to_resume<void (*)()>);

static void a_where_of_the_users_resumes_on_its_own_thread()
{
    with_each_kind([](auto subject) {
        run_queue queue;
        report told[2];
        subject->occupy();
        helper worker([&] {
            thread_number = 8;
            CHECK(queue.run_one() && queue.run_one());
        });
        const task first = wait_once(*subject, queue.on(), told[0]);
        const task second = wait_once(*subject, queue.on(), told[1]);
        subject->grant();
        worker.join();
        CHECK(first.done() && second.done() && told[0].thread == 8 && told[1].thread == 8);
        CHECK(told[0].served == 1 && told[1].served == 1 && subject->is_free());
    });
}

static void a_where_need_only_be_movable()
{
    pawl::lock lock;
    report told;
    int calls = 0;
    lock.acquire();
    auto make = [&] {
        return lock.acquire_await([&calls, box = std::make_unique<int>(1)](handle waiting) {
            calls += *box;
            waiting.resume();
        });
    };
    const task waits = wait_once_for(make, told);
    lock.release();
    CHECK(waits.done() && calls == 1 && told.served == 1);
}

static void a_where_is_destroyed_as_often_as_it_was_made()
{
    with_each_kind([](auto subject) {
        auto counted = std::make_shared<int>(0);
        auto where = [counted](handle waiting) {
            ++*counted;
            waiting.resume();
        };
        report told;
        subject->occupy();
        {
            const task waits = wait_once(*subject, where, told);
            task gone = wait_once(*subject, where, told);
            CHECK(counted.use_count() > 4);
            gone.destroy();
            subject->grant();
            CHECK(waits.done() && *counted == 1);
        }
        CHECK(counted.use_count() == 2 && subject->is_free());
    });
}

static void a_where_may_destroy_the_coroutine_in_place_of_resuming_it()
{
    with_each_kind([](auto subject) {
        report told[2];
        std::optional<task> first;
        subject->occupy();
        auto calls = std::make_shared<int>(0);
        auto destroy = [&first, calls](handle) {
            first.reset();
            ++*calls; // the where is still there
        };
        first.emplace(wait_once(*subject, destroy, told[0]));
        const task second = wait_once(*subject, told[1]);
        subject->grant();
        CHECK(!first && second.done() && told[0].served == 0 && told[1].served == 1);
        CHECK(*calls == 1 && subject->is_free());
    });
}

// What a scripted operation does, and how it was used.
struct script {
    pawl_status at_start = PAWL_PENDING;
    pawl_status at_abandon = PAWL_CANCELLED;
    int starts = 0;
    int abandons = 0;
    pawl_lock *held = nullptr;
    void *self = nullptr;
    void (*ended)(void *ctx, pawl_status result) = nullptr;
    void *ctx = nullptr;

    void end(pawl_status result) const
    {
        ended(ctx, result);
    }
};

struct scripted {
    script *plan;

    class operation
    {
      public:
        explicit operation(const scripted &where) : plan_(where.plan)
        {
            plan_->self = this;
        }

        template <class Begin>
        pawl_status start(Begin, void (*ended)(void *ctx, pawl_status result), void *ctx,
                          pawl_lock *held = nullptr)
        {
            CHECK(plan_->self == this);
            plan_->starts++;
            plan_->held = held;
            plan_->ended = ended;
            plan_->ctx = ctx;
            return plan_->at_start;
        }

        pawl_status abandon()
        {
            CHECK(plan_->self == this);
            plan_->abandons++;
            return plan_->at_abandon;
        }

      private:
        script *plan_;
    };
};
static_assert(pawl::where_to_resume<scripted>);

// One whose start knows no lock: it has no deadlines.
struct scripted_briefly {
    script *plan;

    class operation
    {
      public:
        explicit operation(const scripted_briefly &where) : plan_(where.plan)
        {
        }

        template <class Begin>
        pawl_status start(Begin, void (*ended)(void *ctx, pawl_status result), void *ctx)
        {
            plan_->ended = ended;
            plan_->ctx = ctx;
            return plan_->at_start;
        }

        pawl_status abandon()
        {
            return plan_->at_abandon;
        }

      private:
        script *plan_;
    };
};
static_assert(pawl::where_to_resume<scripted_briefly>);

template <class Subject, class Where>
static task wait_and_tell(Subject &subject, Where where, bool &owned)
{
    auto held = co_await subject.wait(where);
    owned = held.owns_lock();
    CHECK(held.mutex() == &subject.thing);
}

static void a_wait_that_timed_out_comes_back_not_owning()
{
    with_each_kind([](auto subject) {
        script plan;
        bool owned = true;
        subject->occupy();
        const task waits = wait_and_tell(*subject, scripted{&plan}, owned);
        CHECK(!waits.done() && plan.starts == 1 && plan.held == nullptr);
        plan.end(PAWL_TIMEOUT);
        CHECK(waits.done() && !owned && plan.abandons == 0);
        plan.at_start = PAWL_TIMEOUT;
        owned = true;
        const task at_once = wait_and_tell(*subject, scripted{&plan}, owned);
        CHECK(at_once.done() && !owned && plan.abandons == 0);
        subject->grant();
        CHECK(subject->is_free());
    });
}

static void an_operation_that_granted_comes_back_owning()
{
    with_each_kind([](auto subject) {
        script plan;
        bool owned = false;
        subject->occupy();
        const task waits = wait_and_tell(*subject, scripted_briefly{&plan}, owned);
        subject->grant();
        subject->occupy();
        if constexpr (std::is_same_v<decltype(*subject), read_side &>) {
            (void)subject->thing.downgrade();
        }
        if constexpr (std::is_same_v<decltype(*subject), write_side &>) {
            subject->thing.release_shared();
            subject->thing.acquire_exclusive();
        }
        plan.end(PAWL_OK);
        CHECK(waits.done() && owned && subject->is_free());
    });
}

static void a_wait_whose_loop_was_closed_throws()
{
    with_each_kind([](auto subject) {
        script plan;
        bool owned = false;
        subject->occupy();
        const task waits = wait_and_tell(*subject, scripted{&plan}, owned);
        plan.end(PAWL_CANCELLED);
        CHECK(waits.threw(std::errc::operation_canceled) && plan.abandons == 0);
        plan.at_start = PAWL_CANCELLED;
        CHECK(wait_and_tell(*subject, scripted{&plan}, owned).threw(std::errc::operation_canceled));
        plan.at_start = PAWL_OVERFLOW;
        CHECK(wait_and_tell(*subject, scripted{&plan}, owned)
                  .threw(std::errc::resource_unavailable_try_again));
        plan.at_start = PAWL_NO_MEMORY;
        CHECK(wait_and_tell(*subject, scripted{&plan}, owned).threw(std::errc::not_enough_memory));
        plan.at_start = PAWL_INVALID;
        CHECK(wait_and_tell(*subject, scripted{&plan}, owned).threw(std::errc::invalid_argument));
        subject->grant();
        CHECK(subject->is_free());
    });
}

static void an_operation_is_abandoned_once_and_only_what_it_was_granted_is_given_back()
{
    with_each_kind([](auto subject) {
        for (const pawl_status result : {PAWL_CANCELLED, PAWL_TIMEOUT}) {
            script plan;
            bool owned = false;
            plan.at_abandon = result;
            subject->occupy();
            task waits = wait_and_tell(*subject, scripted{&plan}, owned);
            waits.destroy();
            CHECK(plan.abandons == 1 && !subject->is_free());
            subject->grant();
            CHECK(subject->is_free());
        }
    });
    pawl::lock lock;
    script plan;
    report told;
    plan.at_abandon = PAWL_OK;
    lock.acquire();
    task waits = wait_once_for([&] { return lock.acquire_await(scripted{&plan}); }, told);
    waits.destroy();
    CHECK(plan.abandons == 1 && !lock.locked());
}

struct scripted_shelf : shelf<pawl::lock> {
    script plan;
    pawl::cv_status status = pawl::cv_status::no_timeout;
    bool owned_after = false;
};

static task wait_by_script(scripted_shelf &all)
{
    auto hold = co_await all.lock.acquire_await(pawl::resume_inline);
    try {
        all.status = co_await all.condition.wait_await(hold, scripted{&all.plan});
        all.owned_after = hold.owns_lock();
    } catch (const std::system_error &) {
        all.owned_after = hold.owns_lock();
        throw;
    }
}

static void a_condition_wait_that_timed_out_holds_the_lock_again()
{
    scripted_shelf all;
    const task waits = wait_by_script(all);
    CHECK(!waits.done() && all.plan.held == all.lock.native());
    CHECK(all.lock.locked()); // the script did not begin: the lock is as good as held again
    all.plan.end(PAWL_TIMEOUT);
    CHECK(waits.done() && all.status == pawl::cv_status::timeout && all.owned_after);
    CHECK(!all.lock.locked());
}

static void a_condition_wait_whose_loop_was_closed_does_not_hold_the_lock()
{
    scripted_shelf all;
    const task waits = wait_by_script(all);
    all.plan.end(PAWL_CANCELLED);
    CHECK(waits.threw(std::errc::operation_canceled) && !all.owned_after && all.lock.locked());

    scripted_shelf refused; // at the start: the lock goes all the same
    refused.plan.at_start = PAWL_CANCELLED;
    const task at_once = wait_by_script(refused);
    CHECK(at_once.threw(std::errc::operation_canceled) && !refused.owned_after);
    CHECK(!refused.lock.locked());
}

static void a_condition_wait_that_is_refused_leaves_the_lock_held()
{
    for (const auto &[status, code] : {std::pair{PAWL_NO_MEMORY, std::errc::not_enough_memory},
                                       std::pair{PAWL_INVALID, std::errc::invalid_argument}}) {
        scripted_shelf all;
        all.plan.at_start = status;
        const task waits = wait_by_script(all);
        CHECK(waits.threw(code) && all.owned_after);
        CHECK(!all.lock.locked()); // its std::unique_lock released it
    }
}

static void an_abandoned_condition_wait_that_timed_out_releases_the_lock_only()
{
    scripted_shelf all;
    report told;
    task waits = wait_by_script(all);
    all.plan.at_abandon = PAWL_TIMEOUT;
    all.lock.release();
    const task next = take_item(all, told);
    all.lock.acquire();
    waits.destroy();
    CHECK(!all.lock.locked() && shows(all.condition, "waiters=1 ") && told.served == 0);
    all.items = 1;
    all.condition.notify_one();
    CHECK(next.done());
}

static task meet_by_script(pawl::event &event, pawl::barrier &barrier, script &plan,
                           std::vector<pawl_status> &results)
{
    results.push_back(co_await event.wait_await(scripted{&plan}));
    results.push_back(co_await barrier.wait_await(scripted{&plan}));
    results.push_back(co_await event.wait_await(scripted{&plan}));
}

static void events_and_barriers_that_timed_out_say_so_and_closed_ones_throw()
{
    pawl::event event;
    pawl::barrier barrier(2);
    script plan;
    std::vector<pawl_status> results;
    const task waits = meet_by_script(event, barrier, plan, results);
    plan.end(PAWL_TIMEOUT);
    plan.end(PAWL_TIMEOUT);
    plan.end(PAWL_CANCELLED);
    CHECK(waits.threw(std::errc::operation_canceled));
    CHECK((results == std::vector<pawl_status>{PAWL_TIMEOUT, PAWL_TIMEOUT}));
}

template <class Thing>
static task only_wait_by_script(Thing &thing, script &plan, pawl_status &result)
{
    result = co_await thing.wait_await(scripted{&plan});
}

template <class Thing> static void expect_outcomes_or_to_throw(Thing &thing)
{
    script plan;
    pawl_status result = PAWL_INVALID;
    for (const pawl_status outcome : {PAWL_OK, PAWL_TIMEOUT}) {
        const task waits = only_wait_by_script(thing, plan, result);
        plan.end(outcome);
        CHECK(waits.done() && result == outcome);
    }
    const task waits = only_wait_by_script(thing, plan, result);
    plan.end(PAWL_CANCELLED);
    CHECK(waits.threw(std::errc::operation_canceled));
}

static void what_is_no_outcome_of_a_wait_is_thrown()
{
    pawl::event event;
    pawl::latch latch(1);
    pawl::barrier barrier(2);
    expect_outcomes_or_to_throw(event);
    expect_outcomes_or_to_throw(latch);
    expect_outcomes_or_to_throw(barrier);
}

// Many threads. -----------------------------------------------------------------------------------

struct crowd {
    static constexpr int threads = 3;
    static constexpr int coroutines = 60;
    static constexpr int rounds = 40;

    pawl::lock lock;
    pawl::fair_lock fair;
    pawl::semaphore permits{2};
    run_queue queue;
    pawl::semaphore ended;
    int by_lock = 0; // guarded by lock, and by fair the next
    int by_fair = 0;
};

// Half of the waits go on in the queue, the other half where they were granted.
static task take_all_rounds(crowd &all, int number)
{
    for (int round = 0; round < crowd::rounds; round++) {
        const bool queued = (round + number) % 2 == 0;
        auto permit = co_await all.permits.acquire_await(all.queue.on());
        if (queued) {
            auto hold = co_await all.lock.acquire_await(all.queue.on());
            all.by_lock++;
        } else {
            auto hold = co_await all.lock.acquire_await(pawl::resume_inline);
            all.by_lock++;
        }
        permit.unlock();
        auto hold = co_await all.fair.acquire_await(pawl::resume_inline);
        all.by_fair++;
    }
    all.ended.release();
}

static void threads_and_coroutines_share_locks_and_lose_nothing()
{
    crowd all;
    std::vector<task> tasks;
    {
        auto work = [&] {
            all.queue.run();
            for (int round = 0; round < crowd::rounds; round++) {
                const std::scoped_lock hold(all.lock);
                all.by_lock++;
            }
        };
        helper one(work);
        helper two(work);
        helper three(work);
        tasks.reserve(crowd::coroutines);
        for (int i = 0; i < crowd::coroutines; i++) {
            tasks.push_back(take_all_rounds(all, i));
            const std::scoped_lock hold(all.fair);
            all.by_fair++;
        }
        for (int i = 0; i < crowd::coroutines; i++) {
            all.ended.acquire();
        }
        all.queue.stop(crowd::threads);
    }
    CHECK(all.by_lock == (crowd::coroutines + crowd::threads) * crowd::rounds);
    CHECK(all.by_fair == crowd::coroutines * (crowd::rounds + 1));
    CHECK(std::all_of(tasks.begin(), tasks.end(), [](const task &each) { return each.done(); }));
    CHECK(!all.lock.locked() && !all.fair.locked() && all.permits.value() == 2);
}

// Programs that end with a message. ---------------------------------------------------------------

// The helper has granted the lock, but is inside another coroutine; the main thread destroys.
static void destroy_what_another_thread_resumes()
{
    pawl::lock lock;
    pawl::event begin;
    pawl::event granted;
    pawl::event never;
    report told;
    lock.acquire();
    task waits = wait_once_for([&] { return lock.acquire_await(pawl::resume_inline); }, told);
    const task granter = act_inside(begin, [&] {
        lock.release();
        granted.set();
        never.wait();
    });
    helper other([&] { begin.set(); });
    granted.wait();
    waits.destroy();
    std::fprintf(stderr, "survived\n");
    std::_Exit(0);
}

struct throwing_task {
    struct promise_type {
        throwing_task get_return_object()
        {
            return {};
        }

        std::suspend_never initial_suspend() noexcept
        {
            return {};
        }

        std::suspend_never final_suspend() noexcept
        {
            return {};
        }

        void return_void()
        {
        }

        void unhandled_exception()
        {
            throw;
        }
    };
};

static throwing_task throw_out(pawl::event &event)
{
    co_await event.wait_await(pawl::resume_inline);
    throw std::runtime_error("out");
}

static void let_an_exception_out_of_a_resumed_coroutine()
{
    std::set_terminate([] {
        std::fprintf(stderr, "terminated\n");
        std::abort();
    });
    pawl::event event;
    throw_out(event);
    try {
        event.set();
    } catch (...) {
        std::fprintf(stderr, "survived\n");
    }
}

static int misuse(const char *which)
{
    if (std::strcmp(which, "race") == 0) {
        destroy_what_another_thread_resumes();
    } else if (std::strcmp(which, "exception") == 0) {
        let_an_exception_out_of_a_resumed_coroutine();
    }
    return 0;
}

int main(int argc, char **argv)
{
    void (*const tests[])() = {
        what_can_be_had_at_once_is_taken_without_suspending,
        who_waits_is_resumed_by_the_release_of_a_thread,
        who_waits_is_resumed_by_another_coroutine_but_not_inside_it,
        what_was_acquired_is_released_by_an_exception,
        threads_and_coroutines_are_served_in_order_of_arrival,
        a_newcomer_waits_behind_a_coroutine,
        destroyed_while_it_waits_it_withdraws_and_the_next_is_served,
        readers_that_waited_for_a_destroyed_writer_come_in,
        destroyed_after_the_grant_inside_another_it_gives_back,
        destroyed_after_the_grant_before_its_scheduler_resumes_it_it_gives_back,
        destroyed_before_where_was_called_it_is_not_called,
        an_awaiter_that_nobody_awaits_does_nothing,
        a_chain_of_a_hundred_thousand_takes_the_stack_of_one,
        an_event_resumes_all_who_wait_also_when_it_is_cleared_at_once,
        one_that_an_event_let_through_may_be_destroyed_by_another,
        a_latch_resumes_all_who_wait,
        a_notified_coroutine_holds_the_lock_again,
        a_condition_takes_the_lock_itself_too,
        a_wait_without_the_lock_is_refused,
        destroyed_before_the_notification_it_leaves_that_to_the_next,
        destroyed_while_it_waits_for_the_lock_it_hands_the_notification_on,
        destroyed_after_it_was_notified_and_granted_the_lock_it_hands_both_on,
        destroyed_in_its_schedulers_queue_it_hands_lock_and_notification_on,
        destroyed_it_hands_the_notification_on_before_it_releases_the_lock,
        all_were_notified_so_a_destroyed_one_owes_nobody_a_notification,
        one_that_begins_to_wait_may_be_destroyed_by_who_gets_the_lock,
        parties_at_a_barrier_get_their_indexes_whether_threads_or_coroutines,
        a_broken_barrier_is_told_to_who_waits_and_who_comes,
        an_exception_of_the_action_reaches_the_coroutine_that_arrived_last,
        a_party_that_is_destroyed_takes_only_itself_out,
        a_party_that_was_let_through_may_be_destroyed_by_another,
        a_where_of_the_users_resumes_on_its_own_thread,
        a_where_need_only_be_movable,
        a_where_is_destroyed_as_often_as_it_was_made,
        a_where_may_destroy_the_coroutine_in_place_of_resuming_it,
        a_wait_that_timed_out_comes_back_not_owning,
        an_operation_that_granted_comes_back_owning,
        a_wait_whose_loop_was_closed_throws,
        an_operation_is_abandoned_once_and_only_what_it_was_granted_is_given_back,
        a_condition_wait_that_timed_out_holds_the_lock_again,
        a_condition_wait_whose_loop_was_closed_does_not_hold_the_lock,
        a_condition_wait_that_is_refused_leaves_the_lock_held,
        an_abandoned_condition_wait_that_timed_out_releases_the_lock_only,
        events_and_barriers_that_timed_out_say_so_and_closed_ones_throw,
        what_is_no_outcome_of_a_wait_is_thrown,
        threads_and_coroutines_share_locks_and_lose_nothing,
    };
    if (argc > 1) {
        return misuse(argv[1]);
    }
    for (void (*const test)() : tests) {
        test();
    }
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
