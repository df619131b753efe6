# SPDX-License-Identifier: MIT
# Linux with musl instead of glibc, linked statically, run directly.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${CMAKE_HOST_SYSTEM_PROCESSOR})
set(CMAKE_C_COMPILER musl-gcc)
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
# musl-gcc has no C++ library; without this a native g++ would be taken for the C++ tests.
set(PAWL_HAVE_CXX OFF CACHE BOOL "The toolchain has a C++ compiler")
# Nor can a static program load a shared library.
set(PAWL_STATIC_ONLY ON CACHE BOOL "Programs are linked statically")
set(CMAKE_FIND_ROOT_PATH /usr/lib/${CMAKE_HOST_SYSTEM_PROCESSOR}-linux-musl)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE BOTH) # in CMAKE_PREFIX_PATH too
