# SPDX-License-Identifier: MIT
# The compiler accepts the program without a warning, and refuses each mistake by an error that
# matches the words in the mistake's line.
#   cmake "-DCOMPILER=gcc;-std=c11" -DSOURCE=... -DINCLUDE=... -DOBJECT=... -P mistakes_test.cmake
set(flags -Wall -Wextra -Wpedantic -Werror -c -o ${OBJECT} -I${INCLUDE}) # -fsyntax-only has fewer warnings
execute_process(COMMAND ${COMPILER} ${flags} ${SOURCE} ERROR_VARIABLE said RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "without a mistake:\n${said}")
endif()

file(STRINGS ${SOURCE} lines REGEX "^#(el)?if MISTAKE == [0-9]+ ")
list(LENGTH lines count)
if(count LESS 8)
  message(FATAL_ERROR "only ${count} mistakes found in ${SOURCE}")
endif()
foreach(line IN LISTS lines)
  string(REGEX REPLACE "^#[a-z]+ MISTAKE == ([0-9]+) .*" "\\1" number "${line}")
  string(REGEX REPLACE ".*/\\* (.*) \\*/.*" "\\1" words "${line}")
  execute_process(COMMAND ${COMPILER} ${flags} -DMISTAKE=${number} ${SOURCE}
    ERROR_VARIABLE said RESULT_VARIABLE result)
  if(result EQUAL 0 OR NOT said MATCHES "error: [^\n]*(${words})")
    message(SEND_ERROR "mistake ${number} was not refused by words like ${words}:\n${said}")
  endif()
endforeach()
message(STATUS "${count} mistakes refused")
