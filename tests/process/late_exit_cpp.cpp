/* SPDX-License-Identifier: MIT */
#include "late_exit.h"

namespace {

struct end {
    void (*work)(void *context) = nullptr;
    void *context = nullptr;

    ~end()
    {
        if (work != nullptr) {
            work(context);
        }
    }
};

thread_local end at_end;

} // namespace

extern "C" void late_exit_arrange_destructor(void (*work)(void *context), void *context)
{
    at_end.work = work;
    at_end.context = context;
}
