# SPDX-License-Identifier: MIT
# Write the transcript and compare it, byte for byte, with the one every platform must write.
#   cmake -DPROGRAM=... -DEMULATOR=... -DTRANSCRIPT=... -DEXPECTED=... -P conformance_test.cmake
file(REMOVE "${TRANSCRIPT}")
get_filename_component(folder "${TRANSCRIPT}" DIRECTORY)
get_filename_component(name "${TRANSCRIPT}" NAME)
execute_process(COMMAND ${EMULATOR} ${PROGRAM} ${name} WORKING_DIRECTORY "${folder}"
  RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "conformance ended with ${result}")
endif()
execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files "${TRANSCRIPT}" "${EXPECTED}"
  RESULT_VARIABLE differs)
if(NOT differs EQUAL 0)
  find_program(DIFF diff)
  if(DIFF)
    execute_process(COMMAND ${DIFF} -u "${EXPECTED}" "${TRANSCRIPT}")
  endif()
  message(FATAL_ERROR "the transcript ${TRANSCRIPT} differs from ${EXPECTED}")
endif()
