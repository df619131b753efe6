/* SPDX-License-Identifier: MIT
 *
 * Included first of all by msvc.cmake: Microsoft's words, without a warning for each.
 */
#include <_mingw.h>
#undef __forceinline
#pragma clang diagnostic ignored "-Wlanguage-extension-token"
#pragma clang diagnostic ignored "-Wstatic-in-inline"
#pragma clang diagnostic ignored "-Wshadow" /* nested scopes; for MSVC with.h disables it */
