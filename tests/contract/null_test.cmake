# SPDX-License-Identifier: MIT
# NULL is one line that names the call and the parameter, then abort: for every parameter that PROBE,
# null_probe, knows, LEAST of them or more.
#   cmake -DPROBE=... -DLEAST=... -DEMULATOR=... -DABORTED=... -P null_test.cmake
execute_process(COMMAND ${EMULATOR} ${PROBE} OUTPUT_VARIABLE calls RESULT_VARIABLE listed)
if(NOT listed EQUAL 0)
  message(FATAL_ERROR "null_probe does not list its calls: ${listed}")
endif()
string(REGEX REPLACE "[\r\n]+" ";" calls "${calls}")
list(REMOVE_ITEM calls "")
list(LENGTH calls count)
if(count LESS LEAST OR NOT ABORTED)
  message(FATAL_ERROR "null_probe lists ${count} parameters only")
endif()
foreach(line IN LISTS calls)
  string(REGEX MATCH "^([^ ]+) ([^ ]+)$" matched "${line}")
  set(call "${CMAKE_MATCH_1}")
  set(parameter "${CMAKE_MATCH_2}")
  execute_process(COMMAND ${EMULATOR} ${PROBE} ${call} ${parameter}
    OUTPUT_VARIABLE out ERROR_VARIABLE err RESULT_VARIABLE result)
  string(REPLACE "\r" "" err "${err}")
  if(result EQUAL 0 OR out MATCHES "survived" OR NOT "${result} ${err}" MATCHES "${ABORTED}")
    message(FATAL_ERROR "${call}: ${parameter} is NULL, and it ended with ${result} ${out}")
  endif()
  if(NOT err MATCHES "(^|\n)pawl: ${call}: ${parameter} is NULL\n")
    message(FATAL_ERROR "${call}: ${parameter} is NULL, and it said: ${err}")
  endif()
endforeach()
message(STATUS "${count} parameters")
