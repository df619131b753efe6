# SPDX-License-Identifier: MIT
# Sets PAWL_TESTING: whether the tests, examples and bench are built. PAWL_BUILD_TESTS decides: with
# ON it is an error if something that they need is missing, with AUTO they are left out and a line
# says how to get them.
option(PAWL_HAVE_CXX "The toolchain has a C++ compiler, with which more tests are built" ON)
set(PAWL_TESTING OFF)
if(NOT PAWL_BUILD_TESTS)
  return()
endif()
if(PAWL_BUILD_TESTS STREQUAL "AUTO" AND DEFINED BUILD_TESTING AND NOT BUILD_TESTING)
  message(STATUS "No tests, examples and bench: BUILD_TESTING is OFF")
  return()
endif()

set(missing "")
include(cmake/PawlCMocka.cmake)
pawl_provide_cmocka()
if(NOT TARGET pawl_cmocka)
  set(missing "CMocka: set PAWL_CMOCKA_SOURCE_DIR to its unpacked source or PAWL_FETCH_CMOCKA=ON")
elseif(PAWL_HAVE_CXX)
  include(CheckLanguage)
  check_language(CXX)
  if(NOT CMAKE_CXX_COMPILER)
    set(missing "a C++ compiler: set CMAKE_CXX_COMPILER, or PAWL_HAVE_CXX=OFF for the tests in C alone")
  endif()
endif()
if(NOT missing)
  set(PAWL_TESTING ON)
elseif(PAWL_BUILD_TESTS STREQUAL "AUTO")
  message(STATUS "No tests, examples and bench. They need ${missing}")
else()
  # The leading space keeps CMake from breaking the line.
  message(FATAL_ERROR " The tests need ${missing} (or set PAWL_BUILD_TESTS=OFF).")
endif()
