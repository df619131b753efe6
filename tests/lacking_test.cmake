# SPDX-License-Identifier: MIT
# A broken host, or misuse that no status can tell of, is one line on stderr and abort; a lack of
# memory is NULL.
#   cmake -DPROGRAM=... -P lacking_test.cmake
function(expect what ends line)
  execute_process(COMMAND ${PROGRAM} ${what} OUTPUT_VARIABLE out ERROR_VARIABLE said
    RESULT_VARIABLE result TIMEOUT 60)
  set(went_on 0)
  if(result EQUAL 0)
    set(went_on 1)
  endif()
  if(NOT went_on EQUAL ends OR NOT "${out}${said}" MATCHES "^${line}\n")
    message(SEND_ERROR "${what}: ended with ${result}, said: ${out}${said}")
  endif()
endfunction()

set(failed "failed with error [1-9][0-9]*")
expect(malloc 1 "went on, 0 made")
expect(mmap 0 "pawl: the system's mmap ${failed}")
expect(clock_gettime 0 "pawl: the system's clock_gettime ${failed}")
expect(pthread_mutex_lock 0 "pawl: the system's pthread_mutex_lock ${failed}")
expect(depth 0 "pawl: pawl_rlock_acquire: the depth is at its maximum")
expect(holders 0 "pawl: pawl_rwlock_acquire_shared: there are too many shared holders")
