# SPDX-License-Identifier: MIT
# A system that cannot run here, by zig, which brings its headers and libraries: the job `links` of
# tools/test.sh, which sets PAWL_ZIG_TARGET (aarch64-macos, x86_64-macos, aarch64-windows-gnu).
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES PAWL_ZIG_TARGET)
string(REGEX MATCH "^[^-]+" CMAKE_SYSTEM_PROCESSOR ${PAWL_ZIG_TARGET})
if(PAWL_ZIG_TARGET MATCHES "macos")
  set(CMAKE_SYSTEM_NAME Darwin)
else()
  set(CMAKE_SYSTEM_NAME Windows)
endif()
get_filename_component(packages ${CMAKE_CURRENT_LIST_DIR}/../../build/deps/zig/node_modules ABSOLUTE)
set(zig ${packages}/.bin/zig)
set(CMAKE_C_COMPILER ${zig} cc)
set(CMAKE_CXX_COMPILER ${zig} c++)
# What CMake asks zig in vain.
set(CMAKE_SIZEOF_VOID_P 8)
set(CMAKE_INSTALL_NAME_TOOL true) # is looked for, and not needed: nothing is installed
unset(zig)
# Its own compiler of resources is not windres, which CMake knows.
file(GLOB windres /usr/lib/llvm-*/bin/llvm-windres)
list(POP_BACK windres CMAKE_RC_COMPILER)
unset(windres)
file(GLOB headers ${packages}/@oven/*/lib/libc/include/any-windows-any)
set(CMAKE_RC_FLAGS_INIT "--target=${CMAKE_SYSTEM_PROCESSOR}-w64-mingw32 -I ${headers}")
unset(headers)
unset(packages)
set(CMAKE_C_COMPILER_TARGET ${PAWL_ZIG_TARGET})
set(CMAKE_CXX_COMPILER_TARGET ${PAWL_ZIG_TARGET})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE BOTH) # in CMAKE_PREFIX_PATH too
set(CMAKE_USER_MAKE_RULES_OVERRIDE ${CMAKE_CURRENT_LIST_DIR}/zig-options.cmake)
