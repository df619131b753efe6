# SPDX-License-Identifier: MIT
# ThreadSanitizer reports nothing of a correct client, and a race of one with a mistake.
#   cmake -DPROGRAM=... -P client_test.cmake
set(ENV{TSAN_OPTIONS} "exitcode=66")
set(steady "") # ThreadSanitizer of gcc 12 does not start where addresses have more than 28 random bits
find_program(setarch setarch)
if(setarch)
  execute_process(COMMAND ${setarch} -R true RESULT_VARIABLE result OUTPUT_QUIET ERROR_QUIET)
  if(result EQUAL 0)
    set(steady ${setarch} -R)
  endif()
endif()
execute_process(COMMAND ${steady} ${PROGRAM} OUTPUT_VARIABLE out ERROR_VARIABLE said RESULT_VARIABLE result)
if(NOT result EQUAL 0 OR NOT out MATCHES "client: ended" OR said MATCHES "ThreadSanitizer")
  message(FATAL_ERROR "ended with ${result}, said: ${said}")
endif()
execute_process(COMMAND ${steady} ${PROGRAM} mistake ERROR_VARIABLE said RESULT_VARIABLE result)
if(NOT result EQUAL 66 OR NOT said MATCHES "ThreadSanitizer: data race")
  message(FATAL_ERROR "with a mistake: ended with ${result}, said: ${said}")
endif()
