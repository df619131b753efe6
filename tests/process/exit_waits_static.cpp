/* SPDX-License-Identifier: MIT */
#include "exit_waits.h"

namespace {

struct waits_when_destroyed {
    ~waits_when_destroyed()
    {
        wait_at_exit("in a static object's destructor");
    }
};

waits_when_destroyed last_of_all;

} // namespace
