# SPDX-License-Identifier: MIT
# The backend's files: PAWL_PORT. On POSIX one of the ways to sleep (src/posix/sleep.h) and one of the
# ways in which copies of pawl find each other (src/posix/meet.h).
include(CheckCSourceCompiles)

if(PAWL_BACKEND STREQUAL "win32")
  set(PAWL_PORT src/win32/port.c src/win32/file.c)
else()
  check_c_source_compiles("
    #define _GNU_SOURCE
    #include <semaphore.h>
    #include <time.h>
    #if !defined(__GLIBC__) /* the parker has a semaphore there only, see src/posix/native.h */
    # error not glibc
    #endif
    int main(void) {
      sem_t semaphore;
      struct timespec limit = {0, 0};
      return sem_clockwait(&semaphore, CLOCK_MONOTONIC, &limit); }" PAWL_HAVE_SEM_CLOCKWAIT)
  check_c_source_compiles("
    #if !defined(__ELF__)
    # error not ELF
    #endif
    int main(void) { return 0; }" PAWL_HAVE_ELF)
  if(APPLE)
    set(PAWL_PORT sleep_relative meet_macho)
  else()
    set(PAWL_PORT sleep_condition meet_alone)
    if(PAWL_HAVE_SEM_CLOCKWAIT)
      set(PAWL_PORT sleep_semaphore meet_alone)
    endif()
    if(PAWL_HAVE_ELF)
      list(TRANSFORM PAWL_PORT REPLACE meet_alone meet_elf)
    endif()
  endif()
  list(TRANSFORM PAWL_PORT REPLACE "(.+)" "src/posix/\\1.c")
  list(PREPEND PAWL_PORT src/posix/port.c src/posix/file.c)
endif()
list(TRANSFORM PAWL_PORT PREPEND ${PROJECT_SOURCE_DIR}/)
