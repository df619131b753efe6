// SPDX-License-Identifier: MIT
//
// pawl::filelock: the standard's locks over it, its paths, and its exceptions.
//   filelock_cpp_test NAME      of which the lock file's name is made
#include <pawl/pawl.hpp>

#include "support.hpp"

#include <cstring>
#include <mutex>
#include <shared_mutex>
#include <string>

using namespace std::chrono_literals;

static std::string lock_path;

// What std::filesystem::lock_path is to pawl::filelock, which does not include its header.
struct some_path {
    std::u32string rest; // not used
    [[nodiscard]] auto u8string() const
    {
        return std::string(::lock_path);
    }
};

static void the_locks_of_std_take_it()
{
    pawl::filelock one(lock_path, "one");
    pawl::filelock other(lock_path.c_str());
    {
        const std::lock_guard hold(one);
        CHECK(!other.try_lock());
        CHECK(!other.try_lock_for(1ms));
        CHECK(!other.try_lock_until(pawl::clock::now() + 1ms));
        CHECK(!other.try_lock_shared_until(std::chrono::steady_clock::now() + 1ms));
        pawl_holder who;
        CHECK(other.holder(who));
        CHECK(std::strcmp(who.label, "one") == 0);
    }
    {
        const std::shared_lock hold(one);
        const std::shared_lock second(other, 10s);
        CHECK(second.owns_lock());
        CHECK(!one.try_lock());
        CHECK(one.release() == PAWL_NOT_HELD);
    }
    const std::unique_lock hold(other, 10s);
    CHECK(hold.owns_lock());
    CHECK(!other.abandoned());
    CHECK(other.acquire_shared_for(1us) == PAWL_TIMEOUT);
    CHECK(!other.error());
}

static void any_path_with_u8string_is_taken()
{
    pawl::filelock one(some_path{});
    pawl::filelock other(lock_path);
    const std::lock_guard hold(one);
    CHECK(!other.try_lock_shared());
}

static void what_cannot_be_opened_throws()
{
#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
    int thrown = 0;
    try {
        pawl::filelock lock(std::string("with\0nul", 8));
    } catch (const std::invalid_argument &) {
        thrown++;
    }
    try {
        pawl::filelock lock("");
    } catch (const std::invalid_argument &) {
        thrown++;
    }
    try {
        pawl::filelock lock("no-such-folder/lock");
    } catch (const std::system_error &error) {
        thrown++;
        CHECK(error.code() == std::errc::no_such_file_or_directory);
    }
    CHECK(thrown == 3);
#endif
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    lock_path = std::string("filelock-cpp-") + argv[1] + ".lock";
    the_locks_of_std_take_it();
    any_path_with_u8string_is_taken();
    what_cannot_be_opened_throws();
    CHECK(std::remove(lock_path.c_str()) == 0);
    return failures == 0 ? 0 : 1;
}
