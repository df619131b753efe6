# SPDX-License-Identifier: MIT
# libuv, for the tests and examples of <pawl/uv.h>, as the target pawl_libuv; without it these are
# left out. A cross compiler looks in its own root only.
function(pawl_provide_libuv)
  if(TARGET pawl_libuv)
    return()
  endif()
  find_path(PAWL_LIBUV_INCLUDE uv.h)
  find_library(PAWL_LIBUV_LIBRARY NAMES uv libuv)
  mark_as_advanced(PAWL_LIBUV_INCLUDE PAWL_LIBUV_LIBRARY)
  if(NOT PAWL_LIBUV_INCLUDE OR NOT PAWL_LIBUV_LIBRARY)
    message(STATUS "No libuv: the tests and examples of pawl/uv.h are left out")
    return()
  endif()
  add_library(pawl_libuv INTERFACE)
  target_link_libraries(pawl_libuv INTERFACE "${PAWL_LIBUV_LIBRARY}")
  target_include_directories(pawl_libuv SYSTEM INTERFACE "${PAWL_LIBUV_INCLUDE}")
  if(PAWL_BACKEND STREQUAL "posix") # its header needs POSIX's types, which strict C11 hides
    target_compile_definitions(pawl_libuv INTERFACE _POSIX_C_SOURCE=200809L)
  endif()
endfunction()
