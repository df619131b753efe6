# SPDX-License-Identifier: MIT
# The library, and so all tests, from the amalgamation instead of the tree: pawl.c replaces the sources
# and the port, and each public header is pawl.h.
set(amalgamation ${PROJECT_BINARY_DIR}/amalgamation)
file(GLOB_RECURSE parts CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/include/pawl/*.h* ${PROJECT_SOURCE_DIR}/src/*.[ch])
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/tools/amalgamate.cmake ${parts})
execute_process(RESULT_VARIABLE failed COMMAND ${CMAKE_COMMAND} -DOUT=${amalgamation}
  -P ${PROJECT_SOURCE_DIR}/tools/amalgamate.cmake)
if(failed)
  message(FATAL_ERROR "tools/amalgamate.cmake failed")
endif()

file(READ ${amalgamation}/pawl.h text)
file(GLOB headers ${PROJECT_SOURCE_DIR}/include/pawl/*.h*)
foreach(header IN LISTS headers)
  get_filename_component(name ${header} NAME)
  string(TOUPPER "PAWL_${name}" guard)
  string(REPLACE "." "_" guard "${guard}")
  if(text MATCHES "#ifndef ${guard}\n")
    set(part pawl.h)
  elseif(name STREQUAL "uv.h")
    set(part pawl_uv.h)
  else()
    set(part pawl.hpp)
  endif()
  file(WRITE ${amalgamation}/${name}.new "#include \"../../${part}\"\n")
  configure_file(${amalgamation}/${name}.new ${amalgamation}/include/pawl/${name} COPYONLY)
endforeach()
set(PAWL_SOURCES "")
set(PAWL_PORT ${amalgamation}/pawl.c)
set(PAWL_INCLUDE ${amalgamation}/include)
