/* SPDX-License-Identifier: MIT
 *
 * The contenders of other libraries: CMakeLists.txt says which are here.
 */
#include "peers.h"

#include <stddef.h>

const contender *const *const libraries[] = {
#if defined(BENCH_HAS_NSYNC)
    &peer_nsync,
#endif
#if defined(BENCH_HAS_ABSEIL)
    &peer_abseil,
#endif
    NULL,
};
