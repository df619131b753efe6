/* SPDX-License-Identifier: MIT
 *
 * Atomic operations for C and C++. Not for users.
 */
#ifndef PAWL_ATOMIC_H
#define PAWL_ATOMIC_H

#include <pawl/compiler.h>

/* Atomics by size; the order is named at each use. A failed compare-and-swap is relaxed, stores
 * what it saw in *expected, and never fails without cause. Microsoft's interlocked operations are
 * full barriers whatever order is asked for; its plain volatile accesses are relaxed, hence the
 * fences. */
#if defined(PAWL__MACHINE) /* which has its own */
#elif PAWL__MSVC
#    define PAWL__RELAXED 0
#    define PAWL__ACQUIRE 1
#    define PAWL__RELEASE 2
#    define PAWL__ACQ_REL 3
#    if defined(_M_ARM64) || defined(_M_ARM64EC)
#        define PAWL__FENCE() __dmb(_ARM64_BARRIER_ISH)
#    elif defined(_M_ARM)
#        define PAWL__FENCE() __dmb(_ARM_BARRIER_ISH)
#    else
#        define PAWL__FENCE() _ReadWriteBarrier()
#    endif
#    define PAWL__ATOMIC(type, suffix, native, exchange, read, write)                              \
        PAWL__HELPER type pawl__load##suffix(type const volatile *at, int order)                   \
        {                                                                                          \
            type value = read(at);                                                                 \
            if (order != PAWL__RELAXED) {                                                          \
                PAWL__FENCE();                                                                     \
            }                                                                                      \
            return value;                                                                          \
        }                                                                                          \
        PAWL__HELPER void pawl__store##suffix(type volatile *at, type value, int order)            \
        {                                                                                          \
            if (order != PAWL__RELAXED) {                                                          \
                PAWL__FENCE();                                                                     \
            }                                                                                      \
            write(at, value);                                                                      \
        }                                                                                          \
        PAWL__HELPER bool pawl__cas##suffix(type volatile *at, type *expected, type desired,       \
                                            int order)                                             \
        {                                                                                          \
            type seen = (type)exchange((native volatile *)at, (native)desired, (native)*expected); \
            bool done = seen == *expected;                                                         \
            (void)order;                                                                           \
            *expected = seen;                                                                      \
            return done;                                                                           \
        }
#    define PAWL__READ(at)         (*(at))
#    define PAWL__WRITE(at, value) (*(at) = (value))
PAWL__ATOMIC(uint8_t, 8, char, _InterlockedCompareExchange8, PAWL__READ, PAWL__WRITE)
PAWL__ATOMIC(uint32_t, 32, long, _InterlockedCompareExchange, PAWL__READ, PAWL__WRITE)
#    if UINTPTR_MAX < UINT64_MAX
/* A plain access of eight bytes would be two of four here. On x86 an SSE2 load is one access, and
 * unlike a compare-and-swap it also reads a const object in read-only memory. */
PAWL__HELPER uint64_t pawl__read64(uint64_t const volatile *at)
{
#        if defined(_M_IX86) || defined(__i386__)
    uint64_t value;
    _ReadWriteBarrier();
    _mm_storel_epi64((__m128i *)(void *)&value, _mm_loadl_epi64((const __m128i *)(uintptr_t)at));
    return value;
#        else
    return (uint64_t)_InterlockedCompareExchange64((__int64 volatile *)at, 0, 0);
#        endif
}

PAWL__HELPER void pawl__write64(uint64_t volatile *at, uint64_t value)
{
    __int64 seen = 0, before;
    do {
        before = seen;
        seen = _InterlockedCompareExchange64((__int64 volatile *)at, (__int64)value, before);
    } while (seen != before);
}
PAWL__ATOMIC(uint64_t, 64, __int64, _InterlockedCompareExchange64, pawl__read64, pawl__write64)
#    else
PAWL__ATOMIC(uint64_t, 64, __int64, _InterlockedCompareExchange64, PAWL__READ, PAWL__WRITE)
#    endif
typedef void *pawl__pointer;
PAWL__ATOMIC(pawl__pointer, _pointer, pawl__pointer, _InterlockedCompareExchangePointer, PAWL__READ,
             PAWL__WRITE)
#else
#    define PAWL__RELAXED __ATOMIC_RELAXED
#    define PAWL__ACQUIRE __ATOMIC_ACQUIRE
#    define PAWL__RELEASE __ATOMIC_RELEASE
#    define PAWL__ACQ_REL __ATOMIC_ACQ_REL
#    if PAWL__ATOMICS_ARE_OBSERVED
#        ifdef __cplusplus
#            define PAWL__AUTO auto
#        else
#            define PAWL__AUTO __auto_type
#        endif
#        define PAWL__LOAD(at, order)                                                              \
            (__extension__({                                                                       \
                pawl__observe_before((void *)(uintptr_t)(at), sizeof *(at), (order));              \
                PAWL__AUTO pawl__loaded = __atomic_load_n((at), (order));                          \
                (void)pawl__observe_after((void *)(uintptr_t)(at), (order));                       \
                pawl__loaded;                                                                      \
            }))
#        define PAWL__STORE(at, value, order)                                                      \
            (pawl__observe_before((void *)(uintptr_t)(at), sizeof *(at), (order)),                 \
             __atomic_store_n((at), (value), (order)))
#        define PAWL__CAS(at, expected, desired, order)                                            \
            (pawl__observe_before((void *)(uintptr_t)(at), sizeof *(at), (order)),                 \
             __atomic_compare_exchange_n((at), (expected), (desired), false, (order),              \
                                         __ATOMIC_RELAXED) &&                                      \
                 pawl__observe_after((void *)(uintptr_t)(at), (order)))
#    else
#        define PAWL__LOAD(at, order)         __atomic_load_n((at), (order))
#        define PAWL__STORE(at, value, order) __atomic_store_n((at), (value), (order))
#        define PAWL__CAS(at, expected, desired, order)                                            \
            __atomic_compare_exchange_n((at), (expected), (desired), false, (order),               \
                                        __ATOMIC_RELAXED)
#    endif
#    define pawl__load8         PAWL__LOAD
#    define pawl__load32        PAWL__LOAD
#    define pawl__load64        PAWL__LOAD
#    define pawl__load_pointer  PAWL__LOAD
#    define pawl__store8        PAWL__STORE
#    define pawl__store32       PAWL__STORE
#    define pawl__store64       PAWL__STORE
#    define pawl__store_pointer PAWL__STORE
#    define pawl__cas8          PAWL__CAS
#    define pawl__cas32         PAWL__CAS
#    define pawl__cas64         PAWL__CAS
#    define pawl__cas_pointer   PAWL__CAS
#endif

#endif
