/* SPDX-License-Identifier: MIT */
#include "kin.h"

unsigned kin_calls;

void kin_count_call(void)
{
    kin_calls++;
}
