/* SPDX-License-Identifier: MIT
 *
 * libFuzzer's entry: programs of calls on pawl and on the model. See machine.h.
 */
#include "machine.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!player_compare(data, size)) {
        abort();
    }
    return 0;
}
