# SPDX-License-Identifier: MIT
# The warnings of this project's targets. Inside another project pawl_warnings turns the warnings off
# instead, because that project's are not pawl's. What else is unset here a parent may have set, for
# its own targets: analysers, warnings as errors, and the unity build, in which two files of pawl
# would define the same static names.
set(CMAKE_UNITY_BUILD OFF)
if(NOT PAWL_TOP_LEVEL)
  set(CMAKE_COMPILE_WARNING_AS_ERROR OFF)
  foreach(language C CXX)
    foreach(tool CLANG_TIDY CPPCHECK CPPLINT INCLUDE_WHAT_YOU_USE)
      set(CMAKE_${language}_${tool} "")
    endforeach()
  endforeach()
  if(NOT MSVC) # nor do they decide what CMake finds out by compiling
    string(APPEND CMAKE_REQUIRED_FLAGS " -w")
  endif()
endif()

function(pawl_warnings target)
  if(MSVC AND PAWL_TOP_LEVEL)
    target_compile_options(${target} PRIVATE /W4 /utf-8 $<$<BOOL:${PAWL_WERROR}>:/WX>)
  elseif(MSVC)
    target_compile_options(${target} PRIVATE /W0 /WX- /utf-8)
  elseif(NOT PAWL_TOP_LEVEL)
    target_compile_options(${target} PRIVATE -w)
  else()
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
      $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes;-Wmissing-prototypes>
      $<$<BOOL:${PAWL_WERROR}>:-Werror>)
  endif()
endfunction()
