# SPDX-License-Identifier: MIT
# WebAssembly with threads by Debian's Emscripten, run by node.
include(/usr/share/emscripten/cmake/Modules/Platform/Emscripten.cmake)
# Without fetch, by which Emscripten before 3.1.11 takes node 18 for a browser:
# https://github.com/emscripten-core/emscripten/issues/16913
set(CMAKE_CROSSCOMPILING_EMULATOR node;--no-experimental-fetch)
set(CMAKE_C_FLAGS_INIT -pthread)
set(CMAKE_CXX_FLAGS_INIT "-pthread -fexceptions")
# main gets a thread of its own, as node's first one must be free to start the others. The memory is
# for their stacks.
get_filename_component(environment ${CMAKE_CURRENT_LIST_DIR}/emscripten.js ABSOLUTE)
set(CMAKE_EXE_LINKER_FLAGS_INIT "-sPROXY_TO_PTHREAD -sEXIT_RUNTIME=1 -sINITIAL_MEMORY=256MB \
-sNODERAWFS=1 --pre-js ${environment}")
unset(environment)
# What the tests cannot have here; and how a process aborts, as there is no SIGABRT.
set(PAWL_ABORTED "Aborted[(]" CACHE STRING "A process that aborted: what its status and words match")
set(PAWL_HAVE_FORK OFF CACHE BOOL "The system has fork")
set(PAWL_HAVE_SIGNALS OFF CACHE BOOL "A signal reaches the thread it is sent to")
set(PAWL_HAVE_LIMITS OFF CACHE BOOL "A thread for which there is no memory is not started")
set(PAWL_HAVE_WAITS_AT_EXIT OFF CACHE BOOL "An exit handler may wait") # it runs in node's first one
set(PAWL_HAVE_CROWDS OFF CACHE BOOL "A process may have a thousand threads") # each one of node's
set(PAWL_HAVE_FILE_LOCKS OFF CACHE BOOL "The system has locks between processes")
set(PAWL_HAVE_THREAD_TIMES OFF CACHE BOOL "The system tells the processor time of a thread")
