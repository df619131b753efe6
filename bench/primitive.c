/* SPDX-License-Identifier: MIT */
#include "primitive.h"

unsigned primitive_calls;

void primitive_count_call(void)
{
    primitive_calls++;
}
