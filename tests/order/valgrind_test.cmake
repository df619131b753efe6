# SPDX-License-Identifier: MIT
# What Helgrind and DRD say of the program built with PAWL_VALGRIND: nothing of what is right, a lock
# that another thread releases included, and something of a race.
#   cmake -DPROGRAM=... -DVALGRIND=... -DTOOL=helgrind|drd -P valgrind_test.cmake
foreach(pair right=0 other_thread=0 race=99 two_locks=99)
  string(REGEX MATCH "^(.*)=(.*)$" matched "${pair}")
  set(what ${CMAKE_MATCH_1})
  set(ends ${CMAKE_MATCH_2})
  execute_process(COMMAND ${VALGRIND} --tool=${TOOL} --error-exitcode=99 ${PROGRAM} ${what}
    OUTPUT_VARIABLE out ERROR_VARIABLE said RESULT_VARIABLE result)
  if(NOT result EQUAL ends OR NOT out MATCHES "^${what}: ended" OR
      (ends EQUAL 99 AND NOT said MATCHES "data race|Conflicting (load|store)"))
    message(SEND_ERROR "${what}: ended with ${result}, said: ${said}")
  endif()
endforeach()
