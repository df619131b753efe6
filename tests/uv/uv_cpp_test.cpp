// SPDX-License-Identifier: MIT
//
// pawl::on(uv), as co_await uses it: by an awaiter of this test's own, without a coroutine. Built
// as C++20.
#include <pawl/uv.h>

#include <cstdio>
#include <cstdlib>
#include <optional>

static_assert(sizeof(pawl::uv_loop) <= 2 * sizeof(pawl_time));

static void check(bool truth, const char *text, int line)
{
    if (!truth) {
        std::fprintf(stderr, "uv_cpp_test.cpp:%d: %s\n", line, text);
        std::exit(EXIT_FAILURE);
    }
}
#define CHECK(truth) check((truth), #truth, __LINE__)

static uv_loop_t loop;
static pawl_uv uv;

// What an awaiter in a coroutine's frame does.
template <class Where> struct awaiter {
    std::optional<typename Where::operation> operation;
    int calls = 0;
    pawl_status result = PAWL_PENDING;

    explicit awaiter(const Where &where)
    {
        operation.emplace(where);
    }

    static void ended(void *ctx, pawl_status result)
    {
        auto *self = static_cast<awaiter *>(ctx);
        self->calls++;
        self->result = result;
        self->operation.reset(); // the coroutine goes on, and its frame may go
    }

    template <class... Lock> pawl_status start(auto begin, Lock... lock)
    {
        return operation->start(begin, ended, this, lock...);
    }
};

static auto acquire(pawl_lock &lock)
{
    return [&lock](pawl_await *op) { return pawl_lock_acquire_await(&lock, op); };
}

static void run()
{
    uv_run(&loop, UV_RUN_DEFAULT);
}

static void what_is_free_is_had_at_once()
{
    pawl_lock lock = PAWL_LOCK_INIT;
    awaiter waits(pawl::on(uv));
    CHECK(waits.start(acquire(lock)) == PAWL_OK);
    run();
    CHECK(waits.calls == 0 && pawl_lock_release(&lock) == PAWL_OK);
}

static void it_goes_on_from_the_loop()
{
    pawl_lock lock = PAWL_LOCK_INIT;
    awaiter waits(pawl::on(uv));
    pawl_lock_acquire(&lock);
    CHECK(waits.start(acquire(lock)) == PAWL_PENDING);
    pawl_lock_release(&lock);
    CHECK(waits.calls == 0);
    run();
    CHECK(waits.calls == 1 && waits.result == PAWL_OK && pawl_lock_release(&lock) == PAWL_OK);
}

static void deadline_ends_it()
{
    pawl_lock lock = PAWL_LOCK_INIT;
    const pawl_time deadline = pawl_after_ms(1);
    awaiter waits(pawl::on(uv, deadline));
    pawl_lock_acquire(&lock);
    CHECK(waits.start(acquire(lock)) == PAWL_PENDING);
    run();
    CHECK(waits.calls == 1 && waits.result == PAWL_TIMEOUT && pawl_now() >= deadline);
    CHECK(awaiter(pawl::on(uv, deadline)).start(acquire(lock)) == PAWL_TIMEOUT);
}

static void deadline_at_a_condition_ends_it_with_the_lock()
{
    pawl_lock lock = PAWL_LOCK_INIT;
    pawl_condition condition = {};
    awaiter waits(pawl::on(uv, pawl_after_ms(1)));
    auto begin = [&](pawl_await *op) { return pawl_condition_wait_await(&condition, &lock, op); };
    pawl_lock_acquire(&lock);
    CHECK(waits.start(begin, &lock) == PAWL_PENDING);
    CHECK(!pawl_lock_locked(&lock));
    run();
    CHECK(waits.calls == 1 && waits.result == PAWL_TIMEOUT);
    CHECK(pawl_lock_release(&lock) == PAWL_OK);
}

static void abandoned_it_holds_nothing_or_what_it_was_granted()
{
    pawl_lock lock = PAWL_LOCK_INIT;
    pawl_lock_acquire(&lock);
    for (const bool granted : {false, true}) {
        awaiter waits(pawl::on(uv));
        CHECK(waits.start(acquire(lock)) == PAWL_PENDING);
        if (granted) {
            pawl_lock_release(&lock);
        }
        CHECK(waits.operation->abandon() == (granted ? PAWL_OK : PAWL_CANCELLED));
        run();
        CHECK(waits.calls == 0 && pawl_lock_locked(&lock));
    }
}

// Two wait, one is notified and abandoned: the other might have had it.
static void abandoned_after_a_notification_it_owes_it_to_others_that_waited()
{
    for (const bool others : {false, true}) {
        pawl_lock lock = PAWL_LOCK_INIT;
        pawl_condition condition = {};
        awaiter first(pawl::on(uv));
        awaiter second(pawl::on(uv));
        auto begin = [&](pawl_await *op) {
            return pawl_condition_wait_await(&condition, &lock, op);
        };
        pawl_lock_acquire(&lock);
        CHECK(first.start(begin, &lock) == PAWL_PENDING);
        if (others) {
            pawl_lock_acquire(&lock);
            CHECK(second.start(begin, &lock) == PAWL_PENDING);
        }
        CHECK(pawl_condition_notify(&condition, 1) == 1);
        CHECK(first.operation->abandon() == PAWL_OK);
        CHECK(first.operation->owes_notification() == others);
        CHECK(pawl_condition_notify(&condition, 1) == (others ? 1 : 0));
        CHECK(pawl_lock_release(&lock) == PAWL_OK);
        run();
        CHECK(first.calls == 0 && second.calls == (others ? 1 : 0));
    }
}

static void close_ends_it_as_cancelled()
{
    pawl_lock lock = PAWL_LOCK_INIT;
    awaiter waits(pawl::on(uv));
    pawl_lock_acquire(&lock);
    CHECK(waits.start(acquire(lock)) == PAWL_PENDING);
    pawl_uv_close(&uv, nullptr);
    run();
    CHECK(waits.calls == 1 && waits.result == PAWL_CANCELLED);
}

int main()
{
    CHECK(uv_loop_init(&loop) == 0 && pawl_uv_init(&uv, &loop) == 0);
    what_is_free_is_had_at_once();
    it_goes_on_from_the_loop();
    deadline_ends_it();
    deadline_at_a_condition_ends_it_with_the_lock();
    abandoned_it_holds_nothing_or_what_it_was_granted();
    abandoned_after_a_notification_it_owes_it_to_others_that_waited();
    close_ends_it_as_cancelled();
    CHECK(uv_loop_close(&loop) == 0);
    return 0;
}
