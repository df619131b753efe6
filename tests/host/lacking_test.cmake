# SPDX-License-Identifier: MIT
# A broken host, or misuse that no status can tell of, is one line on stderr and abort; a lack of
# memory is NULL.
#   cmake -DPROGRAM=... -P lacking_test.cmake
set(dies "^(Subprocess|Child) aborted$") # the second before CMake 3.19
function(expect what ends line)
  execute_process(COMMAND ${PROGRAM} ${what} OUTPUT_VARIABLE out ERROR_VARIABLE said
    RESULT_VARIABLE result TIMEOUT 60)
  if(NOT result MATCHES "${ends}" OR NOT "${out}${said}" MATCHES "^${line}\n")
    message(SEND_ERROR "${what}: ended with ${result}, said: ${out}${said}")
  endif()
endfunction()

set(failed "failed with error [1-9][0-9]*")
expect(malloc ^0$ "went on, 0 made, 0 left")
expect(nothing ^0$ "went on, 11 made, 0 left")
expect(mmap "${dies}" "pawl: the system's mmap ${failed}")
expect(clock_gettime "${dies}" "pawl: the system's clock_gettime ${failed}")
expect(pthread_mutex_lock "${dies}" "pawl: the system's pthread_mutex_lock ${failed}")
expect(processors ^0$ "went on, 1 made, 0 left")
expect(depth "${dies}" "pawl: pawl_rlock_acquire: the depth is at its maximum")
expect(holders "${dies}" "pawl: pawl_rwlock_acquire_shared: there are too many shared holders")
