# SPDX-License-Identifier: MIT
# The warning levels every target of this project is built with.
function(pawl_warnings target)
  if(MSVC)
    target_compile_options(${target} PRIVATE /W4 /utf-8 $<$<BOOL:${PAWL_WERROR}>:/WX>)
  else()
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
      $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes;-Wmissing-prototypes>
      $<$<BOOL:${PAWL_WERROR}>:-Werror>)
  endif()
endfunction()
