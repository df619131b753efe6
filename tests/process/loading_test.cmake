# SPDX-License-Identifier: MIT
# Builds pawl as a stranger does, without CMake: the sources as a shared library, and in a plugin. A program
# then loads these: see loading_posix.c.
#   cmake -DCC=... "-DFLAGS=..." -DTREE=... "-DSOURCES=..." -DWORK=... -P loading_test.cmake
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

run(${cc} -s -shared -fPIC -DPAWL_BUILDING ${SOURCES} -o libpawl.so)
run(${cc} -s -shared -fPIC ${tests}/loading_plugin_posix.c ${SOURCES} -o plugin.so)
run(${cc} -s -shared -fPIC ${tests}/loading_hog_posix.c -o hog.so)
run(${cc} ${tests}/loading_posix.c -o program -ldl)
run(${WORK}/program ${WORK}/hog.so ${WORK}/libpawl.so ${WORK}/plugin.so ${WORK})
file(REMOVE_RECURSE ${WORK})
