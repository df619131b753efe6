// SPDX-License-Identifier: MIT
//
// What the tests in C++ share. They have no CMocka, but count failures.
#ifndef PAWL_TESTS_SUPPORT_HPP
#define PAWL_TESTS_SUPPORT_HPP

#include <cstdio>
#include <cstring>
#include <utility>

extern "C" {
#include "crew.h"
}

inline int failures;

#define CHECK(truth)                                                                               \
    do {                                                                                           \
        if (!(truth)) {                                                                            \
            std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #truth);                       \
            failures++;                                                                            \
        }                                                                                          \
    } while (0)

// A thread that runs work() and is joined at the end of the scope, or by join().
template <class Work> class helper
{
  public:
    explicit helper(Work work) : work_(std::move(work))
    {
        crew_start(
            &thread_, [](void *self) { static_cast<helper *>(self)->work_(); }, this);
    }

    ~helper()
    {
        join();
    }

    helper(const helper &) = delete;
    helper &operator=(const helper &) = delete;

    void join()
    {
        if (!joined_) {
            crew_join(&thread_);
        }
        joined_ = true;
    }

  private:
    Work work_;
    crew_thread thread_ = {};
    bool joined_ = false;
};

template <class Object> bool shows(const Object &object, const char *text)
{
    char buf[128];
    CHECK(object.describe(buf, sizeof buf) < static_cast<int>(sizeof buf));
    return std::strstr(buf, text) != nullptr;
}

template <class Truth> void wait_until_true(Truth truth)
{
    crew_until([](void *context) { return (*static_cast<Truth *>(context))(); }, &truth);
}

#endif
