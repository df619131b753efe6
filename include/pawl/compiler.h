/* SPDX-License-Identifier: MIT
 *
 * What differs between compilers, in one place: linkage, attributes, the pause instruction, and
 * whether the process has a second thread yet. Not for users. Beside it stand atomic.h, observer.h,
 * and for users thread_safety.h.
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

/* Conversions and the null pointer as each language's strictest warnings want them: PAWL__CAST to a
 * type that is another one, PAWL__TO also to one that may be the same. */
#if defined(__cplusplus) && (__cplusplus >= 201103L || defined(_MSC_VER))
# define PAWL__CPP11 1 /* without it the #error above is the only one */
#else
# define PAWL__CPP11 0
#endif
#if PAWL__CPP11
extern "C++" {
template <class To, class From> struct pawl__conversion {
    static constexpr To of(From value)
    {
        return static_cast<To>(value);
    }
};
template <class To> struct pawl__conversion<To, To> {
    static constexpr To of(To value)
    {
        return value;
    }
};
template <class To, class From> constexpr To pawl__to(From value)
{
    return pawl__conversion<To, From>::of(value);
}
template <bool holds, class Value> constexpr Value pawl__constant(Value value)
{
    static_assert(holds, "the initialiser's value is negative or above its bound");
    return value;
}
} /* extern "C++" */
# define PAWL__CAST(type, value) static_cast<type>(value)
# define PAWL__TO(type, value)   pawl__to<type>(value)
# define PAWL__NULL              nullptr
#else
# define PAWL__CAST(type, value) ((type)(value))
# define PAWL__TO(type, value)   ((type)(value))
# define PAWL__NULL              NULL
#endif

/* The value of a constant expression, which does not compile unless `holds`. */
#if PAWL__CPP11
# define PAWL__CONSTANT(value, holds) pawl__constant<(holds)>(value)
#else
# define PAWL__CONSTANT(value, holds) ((value) + 0 * sizeof(char[(holds) ? 1 : -1]))
#endif


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

#if defined(PAWL__MACHINE)
# include PAWL__MACHINE /* a simulated machine's own: the atomics, the pause and the thread count */
#endif
#include <pawl/observer.h>
#include <pawl/atomic.h>

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
