# SPDX-License-Identifier: MIT
# What ThreadSanitizer says of locks in a wrong order, of races, and of what is right.
#   cmake -DPROGRAM=... -DORDERED=ON|OFF -P order_test.cmake
# ORDERED: built with PAWL_TSAN_LOCK_ORDER. Without it TSan sees the races only.
set(inversion "lock-order-inversion")
set(data_race "data race")
set(wrong_thread "unlock of an unlocked mutex \\(or by a wrong thread\\)")
if(ORDERED)
  set(expected locks=inversion rlock=inversion rwlock=inversion race=data_race shared=data_race two_locks=data_race
    other_thread=wrong_thread right=nothing)
else()
  set(expected locks=nothing race=data_race shared=data_race two_locks=data_race other_thread=nothing right=nothing)
endif()
# No options from outside: the first report must not end the program before it is written.
set(ENV{TSAN_OPTIONS} "exitcode=66 second_deadlock_stack=1")
foreach(pair IN LISTS expected)
  string(REGEX MATCH "^(.*)=(.*)$" matched "${pair}")
  set(what ${CMAKE_MATCH_1})
  set(report ${CMAKE_MATCH_2})
  execute_process(COMMAND ${PROGRAM} ${what} OUTPUT_VARIABLE out ERROR_VARIABLE said
    RESULT_VARIABLE result TIMEOUT 60)
  if(report STREQUAL "nothing")
    if(NOT result EQUAL 0 OR NOT out MATCHES "^${what}: ended" OR said MATCHES "ThreadSanitizer")
      message(SEND_ERROR "${what}: ended with ${result}, said: ${said}")
    endif()
  elseif(NOT result EQUAL 66 OR NOT said MATCHES "ThreadSanitizer: ${${report}}")
    message(SEND_ERROR "${what}: no ${report} reported, ended with ${result}, said: ${said}")
  endif()
endforeach()
