/* SPDX-License-Identifier: MIT
 *
 * Status names, time and version. Contract: include/pawl/base.h.
 */
#define PAWL__INSIDE
#include <pawl/base.h>

#include "port.h"

#define DIGITS_(x) #x
#define DIGITS(x)  DIGITS_(x)

const char *pawl_version(void)
{
    return DIGITS(PAWL_VERSION_MAJOR) "." DIGITS(PAWL_VERSION_MINOR) "." DIGITS(PAWL_VERSION_PATCH);
}

const char *pawl_status_name(pawl_status status)
{
    static const char *const names[] = {
        "PAWL_OK",        "PAWL_TIMEOUT",  "PAWL_CANCELLED",   "PAWL_PENDING",
        "PAWL_NOT_HELD",  "PAWL_OVERFLOW", "PAWL_BROKEN",      "PAWL_INVALID",
        "PAWL_NO_MEMORY", "PAWL_SYSTEM",   "PAWL_UNSUPPORTED",
    };
    size_t index = (size_t)status;
    return index < sizeof names / sizeof names[0] ? names[index] : "PAWL_UNKNOWN";
}

pawl_time pawl_now(void)
{
    return pawl__port_now();
}

/* now + n units, saturating. For n <= 0 now itself serves: a deadline reached has passed. */
static pawl_time after(int64_t n, int64_t unit)
{
    pawl_time now = pawl__port_now();
    if (n <= 0) {
        return now;
    }
    if (n > (PAWL_NEVER - now) / unit) {
        return PAWL_NEVER;
    }
    return now + n * unit;
}

pawl_time pawl_after_ns(int64_t n)
{
    return after(n, 1);
}

pawl_time pawl_after_us(int64_t n)
{
    return after(n, PAWL_US(1));
}

pawl_time pawl_after_ms(int64_t n)
{
    return after(n, PAWL_MS(1));
}

pawl_time pawl_after_s(int64_t n)
{
    return after(n, PAWL_S(1));
}
