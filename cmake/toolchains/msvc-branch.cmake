# SPDX-License-Identifier: MIT
# 64-bit Windows by clang, with the branches for MSVC, run by Wine.
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_CROSSCOMPILING_EMULATOR wine)
include(${CMAKE_CURRENT_LIST_DIR}/msvc.cmake)
