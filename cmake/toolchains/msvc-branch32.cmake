# SPDX-License-Identifier: MIT
# 32-bit Windows by clang, with the branches for MSVC, run by the Wine that tools/wine.sh unpacks.
include(${CMAKE_CURRENT_LIST_DIR}/wine32.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/msvc.cmake)
add_compile_options(-msse2) # as MSVC has it by default
# Wine gives each thread two megabytes, and there are tests with a thousand.
string(APPEND CMAKE_EXE_LINKER_FLAGS_INIT " -Wl,--large-address-aware")
