# SPDX-License-Identifier: MIT
# Clang's -Wthread-safety has nothing to say of the program, and an error for each mistake put in.
#   cmake "-DCOMPILER=clang;-std=c11" -DSOURCE=... -DINCLUDE=... -P safety_test.cmake
set(flags -Wall -Wextra -Wpedantic -Wthread-safety -Wthread-safety-beta -Werror -fsyntax-only
  -I${INCLUDE})
execute_process(COMMAND ${COMPILER} ${flags} ${SOURCE} ERROR_VARIABLE said RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "without a mistake:\n${said}")
endif()

# The numbers stand in the source.
file(STRINGS ${SOURCE} numbers REGEX "^#(el)?if MISTAKE == [0-9]+ ")
list(TRANSFORM numbers REPLACE "^#[a-z]+ MISTAKE == ([0-9]+) .*" "\\1")
list(LENGTH numbers count)
if(count EQUAL 0)
  message(FATAL_ERROR "no mistakes found in ${SOURCE}")
endif()
foreach(number IN LISTS numbers)
  execute_process(COMMAND ${COMPILER} ${flags} -Wno-unused -DMISTAKE=${number} ${SOURCE}
    ERROR_VARIABLE said RESULT_VARIABLE result)
  if(result EQUAL 0 OR NOT said MATCHES "Werror,-Wthread-safety-analysis")
    message(SEND_ERROR "mistake ${number} was not found: ${said}")
  endif()
endforeach()
message(STATUS "${count} mistakes found")
