/* SPDX-License-Identifier: MIT
 *
 * The one way to die: a line on stderr, then abort. (pawl__die_null, for the inline calls, is in
 * <pawl/base.h>.)
 */
#ifndef PAWL_SRC_MISUSE_H
#define PAWL_SRC_MISUSE_H

#include <pawl/base.h>

PAWL__HIDDEN_BEGIN

/* The host is broken: `call` is the system's function that failed, `error` its error number. */
PAWL__COLD PAWL__NORETURN void pawl__die(const char *call, long error);

/* A call that returns no status was made in a state that it cannot serve: `what` says which. */
PAWL__COLD PAWL__NORETURN void pawl__die_misuse(const char *call, const char *what);

/* Die if the object is NULL: `call` is the public function, `argument` its parameter. */
static inline void pawl__need(const void *object, const char *call, const char *argument)
{
    if (PAWL__UNLIKELY(object == NULL)) {
        pawl__die_null(call, argument);
    }
}

/* The same for a describe call, whose buf may be NULL when its size is 0. */
static inline void pawl__need_text(const void *object, const char *buf, size_t size,
                                   const char *call, const char *argument)
{
    pawl__need(object, call, argument);
    if (PAWL__UNLIKELY(buf == NULL && size > 0)) {
        pawl__die_null(call, "buf");
    }
}

PAWL__HIDDEN_END

#endif
