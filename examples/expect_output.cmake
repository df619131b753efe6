# SPDX-License-Identifier: MIT
# Runs PROGRAM, through EMULATOR if there is one, which must print exactly what the file EXPECTED
# holds and end with status 0.
execute_process(COMMAND ${EMULATOR} ${PROGRAM} RESULT_VARIABLE status OUTPUT_VARIABLE output)
file(READ ${EXPECTED} expected)
string(REPLACE "\r\n" "\n" output "${output}")
string(REPLACE "\r\n" "\n" expected "${expected}")
if(NOT status STREQUAL "0" OR NOT output STREQUAL expected)
  message(FATAL_ERROR "status: ${status}\nexpected:\n${expected}\nprinted:\n${output}")
endif()
