# SPDX-License-Identifier: MIT
# Compiles every sample of the documentation: the blocks in the tree's pages that begin with
#
#   ```c             a whole file                  ```cpp             the same in C++17
#   ```c fragment    statements, or declarations   ```cpp fragment    the same in C++17
#                    and statements, of a function
#   ```cmake         not compiled here: tools/test.sh packages builds projects with those
#
# and the example of pawl.hpp. A block that begins otherwise is an error.

# pawl_samples_of(PAGE OUT): cut the page's blocks into files of their own and append their names
# to the list OUT. A #line directive lets the compiler name the page and its line.
function(pawl_samples_of page out)
  file(READ ${page} text)
  string(REPLACE "\r\n" "\n" text "\n${text}")
  get_filename_component(name ${page} NAME_WE)
  set(line 0)
  set(sources ${${out}})
  string(FIND "${text}" "\n```" at)
  while(NOT at EQUAL -1)
    math(EXPR at "${at} + 1")
    string(SUBSTRING "${text}" 0 ${at} before)
    string(SUBSTRING "${text}" ${at} -1 text)
    string(REGEX REPLACE "[^\n]" "" newlines "${before}")
    string(LENGTH "${newlines}" passed)
    math(EXPR line "${line} + ${passed}")
    string(FIND "${text}" "\n" first_end)
    string(FIND "${text}" "\n```" last_begin)
    if(last_begin EQUAL -1)
      message(FATAL_ERROR "${page}:${line}: a block of code has no end")
    endif()
    string(SUBSTRING "${text}" 0 ${first_end} head)
    math(EXPR length "${last_begin} - ${first_end}")
    string(SUBSTRING "${text}" ${first_end} ${length} code)
    if(head MATCHES "^```(c|cpp)( fragment)?$")
      pawl_sample_source(${page} ${name} ${line} "${CMAKE_MATCH_1}" "${CMAKE_MATCH_2}" "${code}")
      list(APPEND sources ${source})
    elseif(NOT head STREQUAL "```cmake")
      message(FATAL_ERROR "${page}:${line}: nothing compiles a block that begins with ${head}")
    endif()
    # Continue after the block: its lines, and the line that ends it.
    string(REGEX REPLACE "[^\n]" "" newlines "${code}")
    string(LENGTH "${newlines}" passed)
    math(EXPR line "${line} + ${passed} + 1")
    math(EXPR rest "${last_begin} + 4")
    string(SUBSTRING "${text}" ${rest} -1 text)
    string(FIND "${text}" "\n```" at)
  endwhile()
  set(${out} "${sources}" PARENT_SCOPE)
endfunction()

# Sets: source, the file that holds the sample.
function(pawl_sample_source page name line language fragment code)
  math(EXPR first "${line} + 1")
  set(begin "#line ${line} \"${page}\"")
  set(end "\n")
  if(fragment)
    set(header pawl/pawl.h)
    if(language STREQUAL "cpp")
      set(header pawl/pawl.hpp)
    endif()
    set(begin "#include <${header}>\n#include <stdio.h>\nvoid fragment_${line}(void);\nvoid fragment_${line}(void)\n{\n${begin}")
    set(end "\n}\n")
  endif()
  set(source ${CMAKE_CURRENT_BINARY_DIR}/samples/${name}_${line}.${language})
  file(WRITE ${source}.new "${begin}${code}${end}")
  configure_file(${source}.new ${source} COPYONLY)
  set(source ${source} PARENT_SCOPE)
endfunction()

# The example in the opening comment of a C++ header, appended to the list OUT.
function(pawl_sample_of_header header out)
  file(READ ${header} text)
  get_filename_component(name ${header} NAME_WE)
  if(NOT text MATCHES "Example:\n \\*\n(( \\*(     [^\n]*)?\n)+) \\*/")
    message(FATAL_ERROR "${header} has no example in its opening comment")
  endif()
  string(REGEX REPLACE "(^|\n) \\*( ?    )?" "\\1" code "${CMAKE_MATCH_1}")
  set(source ${CMAKE_CURRENT_BINARY_DIR}/samples/${name}_hpp.cpp)
  file(WRITE ${source}.new "${code}")
  configure_file(${source}.new ${source} COPYONLY)
  set(${out} ${${out}} ${source} PARENT_SCOPE)
endfunction()

file(GLOB pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/*.md ${PROJECT_SOURCE_DIR}/docs/*.md)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${pages}
  ${PROJECT_SOURCE_DIR}/include/pawl/pawl.hpp)
set(samples "")
foreach(page IN LISTS pages)
  pawl_samples_of(${page} samples)
endforeach()
pawl_sample_of_header(${PROJECT_SOURCE_DIR}/include/pawl/pawl.hpp samples)
if(NOT PAWL_CXX)
  list(FILTER samples EXCLUDE REGEX "\\.cpp$")
endif()
list(LENGTH samples count)
message(STATUS "${count} samples of the documentation are compiled")

add_library(samples OBJECT ${samples})
target_link_libraries(samples PRIVATE pawl::pawl)
target_compile_features(samples PRIVATE c_std_11)
if(PAWL_CXX)
  target_compile_features(samples PRIVATE cxx_std_17)
  set_target_properties(samples PROPERTIES CXX_EXTENSIONS OFF)
endif()
if(NOT MSVC) # samples define functions that nobody declares, and fragments set what nobody reads
  target_compile_options(samples PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
    -Wno-unused-function -Wno-unused-but-set-variable -Wno-unused-variable
    $<$<BOOL:${PAWL_WERROR}>:-Werror>)
endif()
