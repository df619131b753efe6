/* SPDX-License-Identifier: MIT */
#include "roster.h"

static const contender *const own[] = {&own_default, &own_fair};
enum { OWN_COUNT = sizeof own / sizeof own[0] };

/* CMakeLists.txt defines what it found. */
static const contender *const libraries[] = {
#if defined(BENCH_HAS_NSYNC)
    &peer_nsync,
#endif
#if defined(BENCH_HAS_ABSEIL)
    &peer_abseil,
#endif
#if defined(BENCH_HAS_GLIB)
    &peer_glib,
#endif
#if defined(BENCH_HAS_SDL)
    &peer_sdl,
#endif
#if defined(BENCH_HAS_LIBUV)
    &peer_libuv,
#endif
    NULL, /* there may be none */
};
enum { LIBRARY_COUNT = sizeof libraries / sizeof libraries[0] - 1 };

size_t roster_count(void)
{
    return OWN_COUNT + platform_contender_count + LIBRARY_COUNT;
}

const contender *roster_at(size_t place)
{
    if (place < OWN_COUNT) {
        return own[place];
    }
    place -= OWN_COUNT;
    return place < platform_contender_count ? platform_contenders[place]
                                            : libraries[place - platform_contender_count];
}

size_t roster_reference(void)
{
    return OWN_COUNT;
}

bool roster_is_library(size_t place)
{
    return place >= OWN_COUNT + platform_contender_count;
}
