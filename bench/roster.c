/* SPDX-License-Identifier: MIT */
#include "roster.h"

static const contender *const own[] = {&own_default, &own_fair};
enum { OWN_COUNT = sizeof own / sizeof own[0] };

/* CMakeLists.txt defines what it found. */
static const contender *const guests[] = {
#if defined(BENCH_HAS_NSYNC)
    &guest_nsync,
#endif
#if defined(BENCH_HAS_ABSEIL)
    &guest_abseil,
#endif
#if defined(BENCH_HAS_GLIB)
    &guest_glib,
#endif
#if defined(BENCH_HAS_SDL)
    &guest_sdl,
#endif
#if defined(BENCH_HAS_LIBUV)
    &guest_libuv,
#endif
    NULL, /* there may be none */
};
enum { GUEST_COUNT = sizeof guests / sizeof guests[0] - 1 };

size_t roster_count(void)
{
    return OWN_COUNT + platform_contender_count + GUEST_COUNT;
}

const contender *roster_at(size_t place)
{
    if (place < OWN_COUNT) {
        return own[place];
    }
    place -= OWN_COUNT;
    return place < platform_contender_count ? platform_contenders[place]
                                            : guests[place - platform_contender_count];
}

size_t roster_reference(void)
{
    return OWN_COUNT;
}

bool roster_is_guest(size_t place)
{
    return place >= OWN_COUNT + platform_contender_count;
}
