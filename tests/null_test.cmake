# SPDX-License-Identifier: MIT
# NULL is one line that names the call, then abort: for every call that PROBE, null_probe, knows,
# LEAST of them or more.
#   cmake -DPROBE=... -DLEAST=... -DEMULATOR=... -P null_test.cmake
execute_process(COMMAND ${EMULATOR} ${PROBE} OUTPUT_VARIABLE calls RESULT_VARIABLE listed)
if(NOT listed EQUAL 0)
  message(FATAL_ERROR "null_probe does not list its calls: ${listed}")
endif()
string(REGEX REPLACE "[\r\n]+" ";" calls "${calls}")
list(REMOVE_ITEM calls "")
list(LENGTH calls count)
if(count LESS LEAST)
  message(FATAL_ERROR "null_probe lists ${count} calls only")
endif()
foreach(line IN LISTS calls)
  string(REGEX MATCH "^([^ ]+) ([^ ]+)$" matched "${line}")
  set(call "${CMAKE_MATCH_1}")
  set(parameter "${CMAKE_MATCH_2}")
  execute_process(COMMAND ${EMULATOR} ${PROBE} ${call}
    OUTPUT_VARIABLE out ERROR_VARIABLE err RESULT_VARIABLE result)
  string(REPLACE "\r" "" err "${err}")
  if(result EQUAL 0 OR out MATCHES "survived")
    message(FATAL_ERROR "${call}(NULL) returned")
  endif()
  if(NOT err MATCHES "(^|\n)pawl: ${call}: ${parameter} is NULL\n")
    message(FATAL_ERROR "${call}(NULL) said: ${err}")
  endif()
endforeach()
message(STATUS "${count} calls")
