/* SPDX-License-Identifier: MIT
 *
 * What a library that contains a pawl of its own exports: that pawl's calls, and every wait made
 * through them.
 */
#ifndef PAWL_TESTS_COPY_H
#define PAWL_TESTS_COPY_H

#include "waits.h"

struct copy {
    const struct wait_kind *(*wait)(size_t row); /* NULL behind the last */
    void (*stage_init)(struct stage *stage);
    void (*stage_await_waiter)(const struct wait_kind *wait, struct stage *stage);
    bool (*stage_is_idle)(const struct stage *stage);
    size_t (*count)(const void *key);
    pawl_time (*after_us)(int64_t n);
    void (*acquire)(pawl_lock *lock);
    pawl_status (*release)(pawl_lock *lock);
    void (*rlock_acquire)(pawl_rlock *rlock);
    pawl_status (*rlock_release)(pawl_rlock *rlock);
    uint32_t (*rlock_depth)(const pawl_rlock *rlock);
    void (*await_init)(pawl_await *op, pawl_resume *fn, void *ctx);
    pawl_status (*acquire_await)(pawl_lock *lock, pawl_await *op);
    pawl_status (*condition_wait_await)(pawl_condition *condition, pawl_lock *lock,
                                        pawl_await *op);
    bool (*await_cancel)(pawl_await *op);
    size_t (*notify_all)(pawl_condition *condition);
};

#if defined(COPY_API) /* in the program itself */
#elif defined(COPY_EXPORTS_DLL)
# define COPY_API __declspec(dllexport)
#elif defined(COPY_NAME)
# define COPY_API __attribute__((visibility("default")))
#else /* in the program that uses them */
# define COPY_API
#endif

/* The one function that is exported: by name for programs that link it, and for programs that load
 * the library later. */
COPY_API const struct copy *copy_a(void);
COPY_API const struct copy *copy_b(void);
COPY_API const struct copy *copy_here(void);

#endif
