# SPDX-License-Identifier: MIT
# gdb, with tools/gdb/pawl_gdb.py, in the program that is stopped with somebody waiting everywhere.
#   cmake -DGDB=... -DPROGRAM=... -DSCRIPT=... -P gdb_test.cmake
set(commands "")
foreach(command "set debuginfod enabled off" "set width 0" "source ${SCRIPT}" "break all_wait" "run"
    "up" "print lock" "print fair" "print rlock" "print permits" "print plain" "print condition"
    "print event" "print latch" "print barrier" "print rwlock" "print written" "print once" "print task"
    "pawl waiters &lock" "pawl waiters rwlock" "pawl locks" "frame" "next" "print happened"
    "print &lock" "continue" "pawl waiters 3")
  list(APPEND commands -ex "${command}")
endforeach()
execute_process(COMMAND ${GDB} -nx -batch ${commands} ${PROGRAM}
  OUTPUT_VARIABLE said ERROR_VARIABLE errors RESULT_VARIABLE result)
if("${said}${errors}" MATCHES "(ptrace|Operation not permitted|personality)[^\n]*\n" AND
    NOT said MATCHES "Breakpoint 1, ")
  message(STATUS "SKIPPED: gdb may not trace here: ${CMAKE_MATCH_0}")
  return()
endif()

set(expected
  "<pawl_lock locked waiters=2 at 0x[0-9a-f]+>"
  "<pawl_lock fair unlocked waiters=0 at "
  "<pawl_rlock locked owner=thread-1 depth=2 waiters=1 at "
  "<pawl_semaphore value=0 bound=2 waiters=1 at "
  "<pawl_semaphore value=7 waiters=0 at "
  "<pawl_condition waiters=1 at "
  "<pawl_event unset waiters=1 at "
  "<pawl_latch count=3 waiters=0 at "
  "<pawl_barrier parties=3 waiters=1 at "
  "<pawl_rwlock shared holders=1 waiters=1 at "
  "<pawl_rwlock exclusive waiters=0 at "
  "<pawl_once fresh waiters=0 at "
  "<pawl_await pending for: lock at 0x[0-9a-f]+, resumes by 0x[0-9a-f]+ <resume>>"
  "\n    thread 2, for: lock\n    task 0x[0-9a-f]+, for: lock, resumes by 0x[0-9a-f]+ <resume>\n"
  "\n    thread 8, for: rwlock exclusive\n"
  "\nlock at 0x[0-9a-f]+:\n    thread 2, for: lock\n"
  "\nrlock \\+ 12 at 0x[0-9a-f]+:\n    thread 3, for: lock\n"
  "\npermits at 0x[0-9a-f]+:\n    thread 4, for: semaphore\n"
  "\nevent at 0x[0-9a-f]+:\n    thread 5, for: event\n"
  "\ncondition at 0x[0-9a-f]+:\n    thread 6, for: condition\n"
  "\nbarrier at 0x[0-9a-f]+:\n    thread 7, for: barrier\n"
  "\nrwlock \\+ 1 at 0x[0-9a-f]+:\n    thread 8, for: rwlock exclusive\n"
  "\n8 waiting\n"
  "<pawl_event set waiters=0 at "
  "exited normally")
foreach(pattern IN LISTS expected)
  if(NOT said MATCHES "${pattern}")
    message(SEND_ERROR "gdb did not say: ${pattern}")
    set(failed ON)
  endif()
endforeach()
if(NOT errors MATCHES "the address of a pawl object is needed" OR failed)
  message(FATAL_ERROR "gdb said:\n${said}\n${errors}")
endif()
