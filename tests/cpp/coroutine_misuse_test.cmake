# SPDX-License-Identifier: MIT
# What a coroutine must not do ends the process with a message.
#   cmake -DPROGRAM=... -DEMULATOR=... -P coroutine_misuse_test.cmake
function(expect_end which message)
  execute_process(COMMAND ${EMULATOR} ${PROGRAM} ${which} RESULT_VARIABLE result ERROR_VARIABLE err)
  string(REPLACE "\r" "" err "${err}")
  if(result EQUAL 0 OR err MATCHES "survived" OR NOT err MATCHES "(^|\n)${message}\n")
    message(FATAL_ERROR "${which}: ended with ${result} and said: ${err}")
  endif()
endfunction()

expect_end(race "pawl: a coroutine was destroyed while another thread resumes it")
expect_end(exception "terminated")
