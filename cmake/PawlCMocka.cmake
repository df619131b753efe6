# SPDX-License-Identifier: MIT
# CMocka, as the target pawl_cmocka, for whatever the project is built for; no target if there is no
# CMocka. In this order:
#
#  1. PAWL_CMOCKA_SOURCE_DIR, a cache or environment variable: an unpacked CMocka source.
#  2. build/deps/cmocka, where tools/setup.sh unpacks it.
#  3. PAWL_FETCH_CMOCKA=ON, a cache or environment variable: CMake downloads the source.
#  4. An installed CMocka, which a cross compiler hardly has.
#
# From its source CMocka is one C file, built with the project's own compiler and flags, and so the
# same way for every target and sanitizer.

set(PAWL_CMOCKA_SOURCE_DIR "" CACHE PATH "An unpacked CMocka source, to build the tests with")
option(PAWL_FETCH_CMOCKA "Download CMocka's source if PAWL_CMOCKA_SOURCE_DIR is not set" OFF)

function(pawl_provide_cmocka)
  if(TARGET pawl_cmocka)
    return()
  endif()
  pawl_cmocka_source(source)
  if(source)
    pawl_cmocka_from_source("${source}")
  else()
    pawl_cmocka_installed()
  endif()
endfunction()

# Set `result` to the folder of CMocka's source, or to nothing.
function(pawl_cmocka_source result)
  set(source "${PAWL_CMOCKA_SOURCE_DIR}")
  if(NOT source AND DEFINED ENV{PAWL_CMOCKA_SOURCE_DIR})
    set(source "$ENV{PAWL_CMOCKA_SOURCE_DIR}")
    # Kept, as a later configuration by the build itself may not have the variable.
    set_property(CACHE PAWL_CMOCKA_SOURCE_DIR PROPERTY VALUE "${source}")
  endif()
  if(NOT source AND EXISTS "${PROJECT_SOURCE_DIR}/build/deps/cmocka/src/cmocka.c")
    set(source "${PROJECT_SOURCE_DIR}/build/deps/cmocka")
  endif()
  if(NOT source AND (PAWL_FETCH_CMOCKA OR "$ENV{PAWL_FETCH_CMOCKA}"))
    include(FetchContent)
    FetchContent_Declare(pawl_cmocka_source
      URL https://cmocka.org/files/1.1/cmocka-1.1.5.tar.xz
      URL_HASH SHA256=f0ccd8242d55e2fd74b16ba518359151f6f8383ff8aef4976e48393f77bba8b6
      SOURCE_SUBDIR none) # a folder that is not there: CMocka's own CMakeLists.txt is not wanted
    FetchContent_MakeAvailable(pawl_cmocka_source)
    set(source "${pawl_cmocka_source_SOURCE_DIR}")
  endif()
  if(source AND NOT EXISTS "${source}/src/cmocka.c")
    message(FATAL_ERROR " No src/cmocka.c in PAWL_CMOCKA_SOURCE_DIR, ${source}.")
  endif()
  set(${result} "${source}" PARENT_SCOPE)
endfunction()

# The definitions replace those that CMocka's own configuration would detect.
function(pawl_cmocka_from_source source)
  add_library(pawl_cmocka STATIC "${source}/src/cmocka.c")
  target_include_directories(pawl_cmocka SYSTEM PUBLIC "${source}/include")
  set_target_properties(pawl_cmocka PROPERTIES
    C_STANDARD 11 C_EXTENSIONS ON POSITION_INDEPENDENT_CODE ON)
  target_compile_definitions(pawl_cmocka
    PUBLIC CMOCKA_STATIC PRIVATE HAVE_INTTYPES_H=1 HAVE_SIGNAL_H=1)
  if(NOT WIN32 AND NOT APPLE)
    # cmocka.h makes its own uintptr_t unless told not to: of 32 bits on a musl that is not x86-64.
    target_compile_definitions(pawl_cmocka PUBLIC _UINTPTR_T)
  endif()
  if(MSVC) # and clang-cl
    target_compile_definitions(pawl_cmocka PRIVATE
      _CRT_SECURE_NO_WARNINGS HAVE_MSVC_THREAD_LOCAL_STORAGE=1)
  else()
    target_compile_definitions(pawl_cmocka PRIVATE HAVE_GCC_THREAD_LOCAL_STORAGE=1)
    target_compile_options(pawl_cmocka PRIVATE -w)
  endif()
  if(NOT WIN32)
    target_compile_definitions(pawl_cmocka PRIVATE _GNU_SOURCE HAVE_STRINGS_H=1
      HAVE_STRUCT_TIMESPEC=1 HAVE_CLOCK_REALTIME=1 HAVE_SIGLONGJMP=1 HAVE_STRSIGNAL=1)
  endif()
endfunction()

# CMocka 1.1.6 and newer export a target; Debian 12's 1.1.5 has to be looked for by its files.
function(pawl_cmocka_installed)
  find_package(cmocka QUIET CONFIG ONLY_CMAKE_FIND_ROOT_PATH)
  if(TARGET cmocka::cmocka)
    add_library(pawl_cmocka INTERFACE)
    target_link_libraries(pawl_cmocka INTERFACE cmocka::cmocka)
    return()
  endif()
  find_path(PAWL_CMOCKA_INCLUDE cmocka.h)
  find_library(PAWL_CMOCKA_LIBRARY cmocka)
  mark_as_advanced(PAWL_CMOCKA_INCLUDE PAWL_CMOCKA_LIBRARY)
  if(PAWL_CMOCKA_INCLUDE AND PAWL_CMOCKA_LIBRARY)
    add_library(pawl_cmocka INTERFACE)
    target_link_libraries(pawl_cmocka INTERFACE "${PAWL_CMOCKA_LIBRARY}")
    target_include_directories(pawl_cmocka SYSTEM INTERFACE "${PAWL_CMOCKA_INCLUDE}")
  endif()
endfunction()
