# SPDX-License-Identifier: MIT
# Read when CMake has set its own options for zig, which does not compile with -fPIE.
set(CMAKE_C_COMPILE_OPTIONS_PIE "")
set(CMAKE_CXX_COMPILE_OPTIONS_PIE "")
