/* SPDX-License-Identifier: MIT
 *
 * What differs between compilers, in one place: linkage, attributes, atomics, the pause
 * instruction, whether the process has a second thread yet, and the annotations for Clang's
 * -Wthread-safety. Users need only PAWL_GUARDED_BY and its neighbours.
 */
#ifndef PAWL_COMPILER_H
#define PAWL_COMPILER_H

#if defined(__cplusplus) && __cplusplus < 201103L && !defined(_MSC_VER)
# error "pawl's C headers need C++11"
#endif

#include <pawl/thread_safety.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
# define PAWL__BEGIN extern "C" {
# define PAWL__END   }
#else
# define PAWL__BEGIN
# define PAWL__END
#endif

/* PAWL_BUILDING is set when pawl is compiled as a shared library, which exports these names. A
 * static pawl exports nothing, so two plugins that contain a copy each run their own code.
 * (PAWL__INSIDE is set in pawl's own source files.) Windows exports only marked names; elsewhere
 * pawl's internal headers hide theirs between PAWL__HIDDEN_BEGIN and PAWL__HIDDEN_END.
 *
 * Only functions are exported, so a client needs no macro at all: without PAWL_DLL a call goes
 * through the import library's thunk; with it (CMake and pkg-config set it) straight to the DLL. */
#if defined(_WIN32) || defined(__CYGWIN__)
# if defined(PAWL_BUILDING)
#  define PAWL_API     __declspec(dllexport)
#  define PAWL__EXPORT __declspec(dllexport)
# elif defined(PAWL_DLL)
#  define PAWL_API __declspec(dllimport)
#  define PAWL__EXPORT
# else
#  define PAWL_API
#  define PAWL__EXPORT
# endif
# define PAWL__HIDDEN_BEGIN
# define PAWL__HIDDEN_END
#else
# if defined(PAWL__INSIDE) && !defined(PAWL_BUILDING)
#  define PAWL_API __attribute__((visibility("hidden")))
# else
#  define PAWL_API __attribute__((visibility("default")))
# endif
# define PAWL__EXPORT       PAWL_API
# define PAWL__HIDDEN_BEGIN _Pragma("GCC visibility push(hidden)")
# define PAWL__HIDDEN_END   _Pragma("GCC visibility pop")
#endif

/* An inline function has its one external definition in the library, and no copy in a client: C11's
 * inline, which C++ and old C call gnu_inline. (C++'s own inline would put a second definition into
 * the client's objects, which Windows linkers refuse.) GCC puts a dllexported one into every
 * object, so there the external definition alone is marked. */
#if defined(__GNUC__) && (defined(__cplusplus) || defined(__GNUC_GNU_INLINE__))
# define PAWL_INLINE                                                                               \
     PAWL__NO_ANALYSIS PAWL__EXPORT extern __inline__ __attribute__((__gnu_inline__))
#elif (defined(_WIN32) || defined(__CYGWIN__)) && defined(__GNUC__) && !defined(__clang__)
# define PAWL_INLINE inline
#else
# define PAWL_INLINE PAWL__NO_ANALYSIS PAWL__EXPORT inline
#endif

/* Clang under MSVC's name has the GNU attributes and builtins, and is served by them. The name
 * PAWL__TEST_MSVC_BRANCH lets a test compile Microsoft's branch with another compiler. */
#if (defined(_MSC_VER) && !defined(__clang__)) || defined(PAWL__TEST_MSVC_BRANCH)
# define PAWL__MSVC 1
#else
# define PAWL__MSVC 0
#endif

/* The value of a constant expression, which does not compile unless `holds`. */
#define PAWL__CONSTANT(value, holds) ((value) + 0 * sizeof(char[(holds) ? 1 : -1]))

#if defined(__cplusplus) && __cplusplus >= 201703L
# define PAWL_MUST_CHECK [[nodiscard]]
#elif PAWL__MSVC
# define PAWL_MUST_CHECK _Check_return_
#else
# define PAWL_MUST_CHECK __attribute__((warn_unused_result))
#endif

#if PAWL__MSVC
# include <intrin.h>
# include <sal.h>
# define PAWL__HELPER           static __forceinline
# define PAWL__COLD             __declspec(noinline)
# define PAWL__NORETURN         __declspec(noreturn)
# define PAWL__UNLIKELY(truth)  (truth)
# define PAWL__ALIGNED_8        __declspec(align(8))
# define PAWL__NO_TSAN
#else
# if defined(__GNUC_GNU_INLINE__) && !defined(__cplusplus)
#  define PAWL__HELPER                                                                             \
      PAWL__NO_ANALYSIS extern __inline__ __attribute__((__gnu_inline__, always_inline))
# else
#  define PAWL__HELPER PAWL__NO_ANALYSIS inline __attribute__((always_inline))
# endif
# define PAWL__COLD             __attribute__((noinline, cold))
# define PAWL__NORETURN         __attribute__((noreturn))
# define PAWL__UNLIKELY(truth)  __builtin_expect(!!(truth), 0)
# define PAWL__ALIGNED_8        __attribute__((aligned(8))) /* 32-bit x86 aligns 8 bytes to 4 */
# define PAWL__NO_TSAN          __attribute__((no_sanitize_thread)) /* its thread state is gone */
#endif

/* Data that no code refers to, for a debugger: compilers and linkers keep it. */
#if defined(__ELF__) && defined(__has_attribute)
# if __has_attribute(retain)
#  define PAWL__RETAINED __attribute__((used, retain))
# endif
#endif
#ifndef PAWL__RETAINED
# define PAWL__RETAINED
#endif

/* The order in which a program's threads acquire locks, for ThreadSanitizer's deadlock detector,
 * which sees only annotated mutexes: with PAWL_TSAN_LOCK_ORDER (the CMake option of that name
 * defines it here and for targets that link pawl) and -fsanitize=thread. Races are found without
 * this.
 *
 * TSan assumes that a mutex belongs to its acquirer until that thread releases it, and that it is
 * the same mutex until it is destroyed. These locks require neither, so this is off by default: in
 * a program where a thread other than the acquirer releases, where tasks await locks, or where a
 * lock on the stack follows another at its address without pawl_lock_init, TSan would report errors
 * that are none. The annotations run just after an acquire and just before a release, never around
 * a wait, because TSan ignores accesses between its two calls. So two threads that do deadlock
 * hang; the report is for runs in which they do not. */
#if defined(PAWL_TSAN_LOCK_ORDER) && defined(__has_feature)
# if __has_feature(thread_sanitizer)
#  define PAWL__TSAN 1
# endif
#elif defined(PAWL_TSAN_LOCK_ORDER) && defined(__SANITIZE_THREAD__)
# define PAWL__TSAN 1
#endif
#ifdef PAWL__TSAN
# include <sanitizer/tsan_interface.h>
# define PAWL__TSAN_SHARED 8U /* __tsan_mutex_read_lock, which older headers have as an object */
# define PAWL__TSAN_TRY    16U
# define PAWL__TSAN_ACQUIRED(lock, how)                                                            \
     (__tsan_mutex_pre_lock((lock), (how)), __tsan_mutex_post_lock((lock), (how), 0))
# define PAWL__TSAN_RELEASING(held, lock, how)                                                     \
     ((held) ? ((void)__tsan_mutex_pre_unlock((lock), (how)),                                      \
                __tsan_mutex_post_unlock((lock), (how)))                                           \
             : (void)0)
# define PAWL__TSAN_FRESH(lock)                                                                    \
     (__tsan_mutex_destroy((lock), 0), __tsan_mutex_create((lock), 0))
/* The outcome of a try or timed acquire, which cannot be part of a deadlock that lasts. */
PAWL__HELPER int pawl__tsan_outcome(int outcome, int success, void *lock, unsigned how)
{
    if (outcome == success) {
        PAWL__TSAN_ACQUIRED(lock, how | PAWL__TSAN_TRY);
    }
    return outcome;
}
# define PAWL__TSAN_TRIED(taken, lock, how) (pawl__tsan_outcome((taken), 1, (lock), (how)) != 0)
# define PAWL__TSAN_TIMED(status, lock, how)                                                       \
     ((pawl_status)pawl__tsan_outcome((int)(status), 0, (lock), (how)))
#else
# define PAWL__TSAN_SHARED                   0U
# define PAWL__TSAN_ACQUIRED(lock, how)      ((void)0)
# define PAWL__TSAN_RELEASING(held, lock, how) ((void)0)
# define PAWL__TSAN_FRESH(lock)              ((void)0)
# define PAWL__TSAN_TRIED(taken, lock, how)  (taken)
# define PAWL__TSAN_TIMED(status, lock, how) (status)
#endif

/* Atomics by size; the order is named at each use. A failed compare-and-swap is relaxed, stores
 * what it saw in *expected, and never fails without cause. Microsoft's interlocked operations are
 * full barriers whatever order is asked for; its plain volatile accesses are relaxed, hence the
 * fences. */
#if defined(PAWL__MACHINE)
# include PAWL__MACHINE /* a simulated machine's own: the atomics, the pause and the thread count */
#elif PAWL__MSVC
# define PAWL__RELAXED 0
# define PAWL__ACQUIRE 1
# define PAWL__RELEASE 2
# define PAWL__ACQ_REL 3
# if defined(_M_ARM64) || defined(_M_ARM64EC)
#  define PAWL__FENCE() __dmb(_ARM64_BARRIER_ISH)
# elif defined(_M_ARM)
#  define PAWL__FENCE() __dmb(_ARM_BARRIER_ISH)
# else
#  define PAWL__FENCE() _ReadWriteBarrier()
# endif
# define PAWL__ATOMIC(type, suffix, native, exchange, read, write)                                 \
     PAWL__HELPER type pawl__load##suffix(type const volatile *at, int order)                      \
     {                                                                                             \
         type value = read(at);                                                                    \
         if (order != PAWL__RELAXED) {                                                             \
             PAWL__FENCE();                                                                        \
         }                                                                                         \
         return value;                                                                             \
     }                                                                                             \
     PAWL__HELPER void pawl__store##suffix(type volatile *at, type value, int order)               \
     {                                                                                             \
         if (order != PAWL__RELAXED) {                                                             \
             PAWL__FENCE();                                                                        \
         }                                                                                         \
         write(at, value);                                                                         \
     }                                                                                             \
     PAWL__HELPER bool pawl__cas##suffix(type volatile *at, type *expected, type desired,          \
                                         int order)                                                \
     {                                                                                             \
         type seen = (type)exchange((native volatile *)at, (native)desired, (native)*expected);    \
         bool done = seen == *expected;                                                            \
         (void)order;                                                                              \
         *expected = seen;                                                                         \
         return done;                                                                              \
     }
# define PAWL__READ(at)         (*(at))
# define PAWL__WRITE(at, value) (*(at) = (value))
PAWL__ATOMIC(uint8_t, 8, char, _InterlockedCompareExchange8, PAWL__READ, PAWL__WRITE)
PAWL__ATOMIC(uint32_t, 32, long, _InterlockedCompareExchange, PAWL__READ, PAWL__WRITE)
# if UINTPTR_MAX < UINT64_MAX
/* A plain access of eight bytes would be two of four here. On x86 an SSE2 load is one access, and
 * unlike a compare-and-swap it also reads a const object in read-only memory. */
PAWL__HELPER uint64_t pawl__read64(uint64_t const volatile *at)
{
#  if defined(_M_IX86) || defined(__i386__)
    uint64_t value;
    _ReadWriteBarrier();
    _mm_storel_epi64((__m128i *)(void *)&value, _mm_loadl_epi64((const __m128i *)(uintptr_t)at));
    return value;
#  else
    return (uint64_t)_InterlockedCompareExchange64((__int64 volatile *)at, 0, 0);
#  endif
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
# else
PAWL__ATOMIC(uint64_t, 64, __int64, _InterlockedCompareExchange64, PAWL__READ, PAWL__WRITE)
# endif
typedef void *pawl__pointer;
PAWL__ATOMIC(pawl__pointer, _pointer, pawl__pointer, _InterlockedCompareExchangePointer,
             PAWL__READ, PAWL__WRITE)
#else
# define PAWL__RELAXED __ATOMIC_RELAXED
# define PAWL__ACQUIRE __ATOMIC_ACQUIRE
# define PAWL__RELEASE __ATOMIC_RELEASE
# define PAWL__ACQ_REL __ATOMIC_ACQ_REL
# if defined(PAWL_VALGRIND)
/* Helgrind and DRD treat an atomic access as a plain one, and do not see the order that it gives.
 * So these macros make them ignore the word, and state the order, which is all there is to say
 * about a lock that nobody owns. (The CMake option of that name defines this here and for targets
 * that link pawl.) Both use the same requests for order. drd.h cannot be included beside the other
 * header, and its request to ignore a word is VG_USERREQ__DRD_START_SUPPRESSION. */
#  include <valgrind/helgrind.h>
#  define PAWL__DRD_LEAVE (VG_USERREQ_TOOL_BASE('D', 'R') + 2)
#  ifdef __cplusplus
#   define PAWL__AUTO auto
#  else
#   define PAWL__AUTO __auto_type
#  endif
#  define PAWL__LEAVE(at)                                                                          \
      VALGRIND_HG_DISABLE_CHECKING((at), sizeof *(at));                                            \
      VALGRIND_DO_CLIENT_REQUEST_STMT(PAWL__DRD_LEAVE, (at), sizeof *(at), 0, 0, 0)
#  define PAWL__BEFORE(at, order)                                                                  \
      if ((order) == __ATOMIC_RELEASE || (order) == __ATOMIC_ACQ_REL) {                            \
          ANNOTATE_HAPPENS_BEFORE(at);                                                             \
      }
#  define PAWL__AFTER(at, order)                                                                   \
      if ((order) == __ATOMIC_ACQUIRE || (order) == __ATOMIC_ACQ_REL) {                            \
          ANNOTATE_HAPPENS_AFTER(at);                                                              \
      }
#  define PAWL__LOAD(at, order)                                                                    \
      (__extension__({                                                                             \
          PAWL__LEAVE(at);                                                                         \
          PAWL__AUTO pawl__loaded = __atomic_load_n((at), (order));                                \
          PAWL__AFTER(at, order)                                                                   \
          pawl__loaded;                                                                            \
      }))
#  define PAWL__STORE(at, value, order)                                                            \
      (__extension__({                                                                             \
          PAWL__LEAVE(at);                                                                         \
          PAWL__BEFORE(at, order)                                                                  \
          __atomic_store_n((at), (value), (order));                                                \
      }))
#  define PAWL__CAS(at, expected, desired, order)                                                  \
      (__extension__({                                                                             \
          PAWL__LEAVE(at);                                                                         \
          PAWL__BEFORE(at, order)                                                                  \
          bool pawl__done = __atomic_compare_exchange_n((at), (expected), (desired), false,        \
                                                        (order), __ATOMIC_RELAXED);                \
          if (pawl__done) {                                                                        \
              PAWL__AFTER(at, order)                                                               \
          }                                                                                        \
          pawl__done;                                                                              \
      }))
# else
#  define PAWL__LOAD(at, order)         __atomic_load_n((at), (order))
#  define PAWL__STORE(at, value, order) __atomic_store_n((at), (value), (order))
#  define PAWL__CAS(at, expected, desired, order)                                                  \
      __atomic_compare_exchange_n((at), (expected), (desired), false, (order), __ATOMIC_RELAXED)
# endif
# define pawl__load8         PAWL__LOAD
# define pawl__load32        PAWL__LOAD
# define pawl__load64        PAWL__LOAD
# define pawl__load_pointer  PAWL__LOAD
# define pawl__store8        PAWL__STORE
# define pawl__store32       PAWL__STORE
# define pawl__store64       PAWL__STORE
# define pawl__store_pointer PAWL__STORE
# define pawl__cas8          PAWL__CAS
# define pawl__cas32         PAWL__CAS
# define pawl__cas64         PAWL__CAS
# define pawl__cas_pointer   PAWL__CAS
#endif

/* One turn of a spinning loop, told to the processor. */
#if defined(PAWL__PAUSE)
#elif PAWL__MSVC && (defined(_M_ARM64) || defined(_M_ARM))
# define PAWL__PAUSE() __yield()
#elif PAWL__MSVC
# define PAWL__PAUSE() _mm_pause()
#elif defined(__i386__) || defined(__x86_64__)
# define PAWL__PAUSE() __builtin_ia32_pause()
#elif defined(__aarch64__) || (defined(__ARM_ARCH) && __ARM_ARCH >= 7)
# define PAWL__PAUSE() __asm__ volatile("yield" ::: "memory")
#elif defined(__powerpc__)
# define PAWL__PAUSE() __asm__ volatile("or 27,27,27" ::: "memory")
#else
# define PAWL__PAUSE() __asm__ volatile("" ::: "memory")
#endif

/* True only while the process has never had a second thread: then plain loads and stores are
 * enough, as in the C library's own mutex. glibc 2.32 and later tells,
 * https://www.gnu.org/software/libc/manual/html_node/Single_002dThreaded.html */
#if defined(__has_include) && !defined(PAWL__SINGLE_THREADED)
# if __has_include(<sys/single_threaded.h>)
#  include <sys/single_threaded.h>
#  define PAWL__SINGLE_THREADED() (__libc_single_threaded != 0)
# endif
#endif
#ifndef PAWL__SINGLE_THREADED
# define PAWL__SINGLE_THREADED() false
#endif

#endif
