# SPDX-License-Identifier: MIT
# Windows by clang with Microsoft's extensions, run by Wine: it takes the branches of the headers that
# are written for MSVC (_Interlocked*; for 64 bits also __try and __finally) and compiles them. Shared
# by msvc-branch.cmake and msvc-branch32.cmake.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_C_COMPILER clang)
set(CMAKE_C_COMPILER_TARGET ${CMAKE_SYSTEM_PROCESSOR}-w64-mingw32)
set(CMAKE_RC_COMPILER ${CMAKE_SYSTEM_PROCESSOR}-w64-mingw32-windres)
# MinGW's __forceinline is a macro that says extern; clang's own is MSVC's.
get_filename_component(branch ${CMAKE_CURRENT_LIST_DIR}/msvc-branch.h ABSOLUTE)
set(CMAKE_C_FLAGS_INIT "-fms-extensions -include ${branch} -DPAWL__TEST_MSVC_BRANCH")
unset(branch)
# clang does not find the folder of Debian's MinGW libraries by itself.
file(GLOB libraries /usr/lib/gcc/${CMAKE_SYSTEM_PROCESSOR}-w64-mingw32/*-win32)
# What MinGW's own headers define by __forceinline is now in every object.
set(CMAKE_EXE_LINKER_FLAGS_INIT "-static -L${libraries} -Wl,--allow-multiple-definition")
set(CMAKE_SHARED_LINKER_FLAGS_INIT
  "-static-libgcc -L${libraries} -Wl,--allow-multiple-definition")
unset(libraries)
# Nor its C++ library.
set(PAWL_HAVE_CXX OFF CACHE BOOL "The toolchain has a C++ compiler")
set(CMAKE_FIND_ROOT_PATH /usr/${CMAKE_SYSTEM_PROCESSOR}-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE BOTH) # in CMAKE_PREFIX_PATH too
