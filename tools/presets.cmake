# SPDX-License-Identifier: MIT
#
# CMakePresets.json, made from the configurations in cmake/presets.json:
#
#   cmake -P tools/presets.cmake               write it
#   cmake -DCHECK=ON -P tools/presets.cmake    fail if it is not up to date
#
# The format has no way to say "and a build, a test and a workflow preset of the same name", which is
# all that CMakePresets.json adds. A preset that cmake/presets.json has itself is not made again.
cmake_minimum_required(VERSION 3.19)
get_filename_component(tree "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
file(READ "${tree}/cmake/presets.json" presets)

# Sets `result` to the names of the presets of a kind, without the hidden ones.
function(names_of kind result)
  set(names "")
  string(JSON last LENGTH "${presets}" ${kind})
  math(EXPR last "${last} - 1")
  foreach(i RANGE ${last})
    string(JSON name GET "${presets}" ${kind} ${i} name)
    string(JSON hidden ERROR_VARIABLE visible GET "${presets}" ${kind} ${i} hidden)
    if(visible)
      list(APPEND names ${name})
    endif()
  endforeach()
  set(${result} "${names}" PARENT_SCOPE)
endfunction()

# Sets `result` to a JSON array with the text once for each name, which replaces NAME in the text.
function(array_of text names result)
  string(REPLACE NAME "\\1" text "${text}")
  list(TRANSFORM names REPLACE "(.+)" "    ${text}")
  list(JOIN names ",\n" lines)
  set(${result} "[\n${lines}\n  ]" PARENT_SCOPE)
endfunction()

names_of(configurePresets configurations)
names_of(buildPresets built)
names_of(testPresets tested)
set(to_build ${configurations})
list(REMOVE_ITEM to_build ${built})
set(to_test ${configurations})
list(REMOVE_ITEM to_test ${tested})
array_of([[{ "name": "NAME", "configurePreset": "NAME" }]] "${to_build}" builds)
array_of([[{ "name": "NAME", "inherits": "tests", "configurePreset": "NAME" }]] "${to_test}" tests)
set(step [[{ "type": "TYPE", "name": "NAME" }]])
foreach(type configure build test)
  string(REPLACE TYPE ${type} ${type}_step "${step}")
endforeach()
array_of("{ \"name\": \"NAME\", \"steps\": [${configure_step}, ${build_step}, ${test_step}] }"
  "${configurations}" workflows)
set(text "{
  \"version\": 6,
  \"cmakeMinimumRequired\": { \"major\": 3, \"minor\": 25 },
  \"vendor\": { \"pawl\": \"made by tools/presets.cmake from cmake/presets.json, the configurations\" },
  \"include\": [\"cmake/presets.json\"],
  \"buildPresets\": ${builds},
  \"testPresets\": ${tests},
  \"workflowPresets\": ${workflows}
}
")
set(file "${tree}/CMakePresets.json")
if(NOT CHECK)
  file(WRITE "${file}" "${text}")
  return()
endif()
file(READ "${file}" present)
if(NOT present STREQUAL text)
  message(FATAL_ERROR " CMakePresets.json is not what cmake -P tools/presets.cmake makes.")
endif()
