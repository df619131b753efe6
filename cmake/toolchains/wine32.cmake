# SPDX-License-Identifier: MIT
# 32-bit Windows run by the Wine that tools/wine.sh unpacks: what mingw32.cmake and
# msvc-branch32.cmake have in common.
set(CMAKE_SYSTEM_PROCESSOR i686)
get_filename_component(wine ${CMAKE_CURRENT_LIST_DIR}/../../build/deps/wine32/wine ABSOLUTE)
set(CMAKE_CROSSCOMPILING_EMULATOR ${wine})
unset(wine)
