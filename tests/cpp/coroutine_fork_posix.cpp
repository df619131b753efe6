// SPDX-License-Identifier: MIT
//
// In a forked child the waits that were pending have ended without a call: a coroutine that is
// destroyed there withdraws from nothing, and gives nothing back.
#include <pawl/pawl.hpp>

#include <cstdlib>
#include <sys/wait.h>
#include <unistd.h>

#include "coroutines.hpp"
#include "support.hpp"

enum { CHILD_OK = 7 };

static task wait_for(pawl::lock &lock, bool &served)
{
    auto hold = co_await lock.acquire_await(pawl::resume_inline);
    served = true;
}

static void destroy_in_a_child(task &waits, pawl::lock &lock)
{
    int status = 0;
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        waits.destroy();
        const bool held = lock.locked();
        lock.reinit_after_fork();
        _exit(held && lock.try_acquire() && shows(lock, "waiters=0 ") ? CHILD_OK : 1);
    }
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == CHILD_OK);
}

static void destroyed_in_a_child_while_it_waited_in_the_parent()
{
    pawl::lock lock;
    bool served = false;
    lock.acquire();
    task waits = wait_for(lock, served);
    destroy_in_a_child(waits, lock);
    lock.release();
    CHECK(served && !lock.locked());
}

static void destroyed_in_a_child_when_this_thread_was_to_resume_it()
{
    pawl::lock lock;
    pawl::event begin;
    bool served = false;
    lock.acquire();
    task waits = wait_for(lock, served);
    const task granter = act_inside(begin, [&] {
        lock.release();
        destroy_in_a_child(waits, lock);
        CHECK(!served);
    });
    begin.set();
    CHECK(served && !lock.locked());
}

static void destroyed_in_a_child_when_another_thread_was_to_resume_it()
{
    pawl::lock lock;
    pawl::event begin;
    pawl::event granted;
    pawl::event go_on;
    bool served = false;
    lock.acquire();
    task waits = wait_for(lock, served);
    const task granter = act_inside(begin, [&] {
        lock.release();
        granted.set();
        go_on.wait();
    });
    helper other([&] { begin.set(); });
    granted.wait();
    destroy_in_a_child(waits, lock);
    go_on.set();
    other.join();
    CHECK(served && !lock.locked());
}

int main()
{
    destroyed_in_a_child_while_it_waited_in_the_parent();
    destroyed_in_a_child_when_this_thread_was_to_resume_it();
    destroyed_in_a_child_when_another_thread_was_to_resume_it();
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
