# SPDX-License-Identifier: MIT
# Builds pawl as a stranger does, without CMake: the sources as a shared library, and in a plugin. A program
# then loads these: see loading_posix.c.
#   cmake -DCC=... -DNM=... "-DFLAGS=..." -DTREE=... "-DSOURCES=..." -DWORK=... -P loading_test.cmake
cmake_minimum_required(VERSION 3.16)
set(tests ${TREE}/tests/process)
set(cc ${CC} ${FLAGS} -std=c11 -I${TREE}/include -I${TREE}/src -I${TREE}/src/posix -pthread)
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})

function(run)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${WORK} RESULT_VARIABLE result OUTPUT_VARIABLE said
    ERROR_VARIABLE said)
  string(STRIP "${said}" said)
  message(STATUS "${said}")
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "ended with ${result}: ${ARGN}")
  endif()
endfunction()

# The names that a library exports.
function(list_exports library result)
  execute_process(COMMAND ${NM} -D --defined-only ${library} OUTPUT_VARIABLE said WORKING_DIRECTORY ${WORK}
    RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${NM} ended with ${status}")
  endif()
  string(REGEX REPLACE "[^\n]* [A-Za-z] ([^\n]*)\n" "\\1;" names "${said}")
  list(FILTER names EXCLUDE REGEX "^(_init|_fini|_edata|_end|__bss_start|plugin_.*)?$") # a linker's
  set(${result} "${names}" PARENT_SCOPE)
endfunction()

run(${cc} -s -shared -fPIC -DPAWL_BUILDING ${SOURCES} -o libpawl.so)
run(${cc} -s -shared -fPIC ${tests}/loading_plugin_posix.c ${SOURCES} -o plugin.so)
run(${cc} -s -shared -fPIC ${tests}/loading_hog_posix.c -o hog.so)
run(${cc} ${tests}/loading_posix.c -o program -ldl)

# A plugin with another version: its header is found first.
set(newer ${SOURCES})
set(header base.h)
set(base ${TREE}/include/pawl/base.h)
if(SOURCES MATCHES "/pawl\\.c$") # the amalgamation
  set(newer ${WORK}/newer/pawl/pawl.c)
  file(COPY ${SOURCES} DESTINATION ${WORK}/newer/pawl)
  string(REGEX REPLACE "c$" "h" base ${SOURCES})
  set(header pawl.h)
endif()
file(READ ${base} text)
string(REGEX REPLACE "(PAWL_VERSION_MAJOR) 0" "\\1 9" text "${text}")
file(WRITE ${WORK}/newer/pawl/${header} "${text}")
list(INSERT cc 1 -I${WORK}/newer)
run(${cc} -s -shared -fPIC ${tests}/loading_plugin_posix.c ${newer} -o newer.so)

# A program that is linked statically: the linker has nothing to warn about.
file(WRITE ${WORK}/static.c "#include <pawl/lock.h>\n
int main(void) { pawl_lock lock = PAWL_LOCK_INIT; return !pawl_lock_try_acquire(&lock); }\n")
run(${cc} -static -Wl,--fatal-warnings static.c ${SOURCES} -o static)
run(${WORK}/static)

list_exports(plugin.so names)
if(names)
  message(SEND_ERROR "a plugin with a static pawl exports ${names}")
endif()
list_exports(libpawl.so names)
list(FILTER names EXCLUDE REGEX "^pawl_")
if(names)
  message(SEND_ERROR "the shared library exports ${names}")
endif()
set(libraries hog.so libpawl.so plugin.so newer.so)
list(TRANSFORM libraries PREPEND ${WORK}/)
run(${WORK}/program ${libraries} ${WORK})
file(REMOVE_RECURSE ${WORK})
