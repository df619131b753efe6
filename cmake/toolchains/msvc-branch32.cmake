# SPDX-License-Identifier: MIT
# 32-bit Windows by clang, with the branches for MSVC, run by the Wine that tools/wine.sh unpacks.
set(CMAKE_SYSTEM_PROCESSOR i686)
get_filename_component(wine ${CMAKE_CURRENT_LIST_DIR}/../../build/deps/wine32/wine ABSOLUTE)
set(CMAKE_CROSSCOMPILING_EMULATOR ${wine})
unset(wine)
include(${CMAKE_CURRENT_LIST_DIR}/msvc.cmake)
# Wine gives each thread two megabytes, and there are tests with a thousand.
string(APPEND CMAKE_EXE_LINKER_FLAGS_INIT " -Wl,--large-address-aware")
