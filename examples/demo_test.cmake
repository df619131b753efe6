# SPDX-License-Identifier: MIT
# PROGRAM, the demo, shows what it says it does, and counts what WORDCOUNT counts, below FILES.
#   cmake -DPROGRAM=... -DWORDCOUNT=... -DEMULATOR=... -DFILES=... -P demo_test.cmake
execute_process(COMMAND ${EMULATOR} ${WORDCOUNT} --top 0 --no-check ${FILES}
  RESULT_VARIABLE status OUTPUT_VARIABLE counted)
if(NOT status STREQUAL "0" OR NOT counted MATCHES "\ndigest: ([^\r\n]+)")
  message(FATAL_ERROR "wordcount ends with ${status}:\n${counted}")
endif()
set(digest "${CMAKE_MATCH_1}")

set(lines
  "^words: [1-9][0-9]* in [1-9][0-9]* files, which were read in [0-9.]+ s"
  "\ndigest: ${digest}"
  "\nlock: two threads lose [0-9.]+ % of [0-9.]+ million increments without it, and 0 of [0-9.]+ "
  "\ntimeout: 50 ms for a lock that stays held: PAWL_TIMEOUT after ([5-9][0-9]|[0-9][0-9][0-9]+)\\.[0-9] ms"
  "\ntask: .* PAWL_PENDING; .* PAWL_OK, and it holds the lock"
  "\nrwlock: .* alone"
  "\ncondition: 2 letters")
set(speed "\nspeed: in a second 1 thread [0-9.]+, 2 threads [0-9.]+[, 0-9.a-z]* million words")
foreach(option "" --brief)
  execute_process(COMMAND ${EMULATOR} ${PROGRAM} ${option} ${FILES}
    RESULT_VARIABLE status OUTPUT_VARIABLE printed)
  set(expected ${lines})
  if(NOT option)
    list(APPEND expected ${speed})
  elseif(printed MATCHES "${speed}")
    message(SEND_ERROR "${option} measures, too")
  endif()
  foreach(line IN LISTS expected)
    if(NOT status STREQUAL "0" OR NOT printed MATCHES "${line}")
      message(FATAL_ERROR "status ${status}, or nothing like\n${line}\nin\n${printed}")
    endif()
  endforeach()
endforeach()
