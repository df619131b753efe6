# SPDX-License-Identifier: MIT
#
# All of pawl in two files, made from the tree:
#
#   cmake [-DOUT=FOLDER] -P tools/amalgamate.cmake      (FOLDER: build/amalgamation)
#
# pawl.h is the public C headers. Beside it, pawl.hpp is the C++ header and pawl_uv.h the one for libuv,
# for programs that want them. pawl.c is the sources and both backends; it includes "pawl.h" and
# nothing else of pawl's, and is compiled as C11 with no macro and no option (a POSIX system may
# want -pthread). Names that are local to a source file get its name in front, as two files may have
# a function called `spin`: by #define and #undef, so that the text stays what it is in the tree.
cmake_minimum_required(VERSION 3.16)
get_filename_component(tree "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
if(NOT DEFINED OUT)
  set(OUT "${tree}/build/amalgamation")
endif()

# The file's text without its SPDX line, or nothing if it is already included. Each #include of a pawl
# file is replaced by that file's text.
function(expand result file)
  get_property(known GLOBAL PROPERTY EXPANDED)
  if(file IN_LIST known)
    set(${result} "" PARENT_SCOPE)
    return()
  endif()
  set_property(GLOBAL APPEND PROPERTY EXPANDED "${file}")
  file(READ "${tree}/${file}" text)
  string(REPLACE "/* SPDX-License-Identifier: MIT\n *\n" "/*\n" text "${text}")
  string(REGEX REPLACE "( \\*     #include )<pawl/[a-z_]+\\.h>" "\\1\"pawl.h\"" text "${text}")
  get_filename_component(folder "${file}" DIRECTORY)
  set(done "")
  while(text MATCHES "\n#include (<pawl/[^>\n]+>|\"[^\"\n]+\")[^\n]*\n")
    set(line "${CMAKE_MATCH_0}")
    set(name "${CMAKE_MATCH_1}")
    string(FIND "${text}" "${line}" at)
    string(SUBSTRING "${text}" 0 ${at} before)
    string(LENGTH "${line}" length)
    math(EXPR at "${at} + ${length} - 1") # the line's own end stays, for a match on the next line
    string(SUBSTRING "${text}" ${at} -1 text)
    if(name MATCHES "^<(.*)>$")
      expand(included "include/${CMAKE_MATCH_1}")
    elseif(name STREQUAL "\"native.h\"")
      expand_backends(included native.h)
    else()
      string(REPLACE "\"" "" name "${name}")
      find_beside("${folder}" "${name}" path)
      expand(included "${path}")
    endif()
    string(APPEND done "${before}\n${included}")
  endwhile()
  set(${result} "${done}${text}" PARENT_SCOPE)
endfunction()

# "misuse.h", from src/posix/port.c, is in src.
function(find_beside folder name result)
  if(NOT EXISTS "${tree}/${folder}/${name}")
    get_filename_component(folder "${folder}" DIRECTORY)
  endif()
  set(${result} "${folder}/${name}" PARENT_SCOPE)
endfunction()

function(expand_backends result name)
  expand(win32 "src/win32/${name}")
  expand(posix "src/posix/${name}")
  set(${result} "#if defined(_WIN32)\n${win32}#else\n${posix}#endif\n" PARENT_SCOPE)
endfunction()

# Names that the text defines for itself: static functions and variables, constants and tags.
function(find_local_names result text)
  set(names "")
  string(REGEX MATCHALL "\n([A-Z_]+ )?static [A-Za-z0-9_ *]+" found "${text}")
  foreach(definition IN LISTS found)
    string(STRIP "${definition}" definition)
    string(REGEX REPLACE "^.*[ *]" "" name "${definition}")
    list(APPEND names ${name})
  endforeach()
  string(REGEX MATCHALL "\nenum ([a-z_]+ )?{[^}]*}" found "${text}")
  foreach(enumeration IN LISTS found)
    string(REGEX MATCHALL "[A-Z][A-Z0-9_]+" constants "${enumeration}")
    list(APPEND names ${constants})
  endforeach()
  string(REGEX MATCHALL "\n(struct|enum|union) [A-Za-z0-9_]+ {" found "${text}")
  foreach(definition IN LISTS found)
    string(REGEX REPLACE "^.* ([A-Za-z0-9_]+) {" "\\1" name "${definition}")
    list(APPEND names ${name})
  endforeach()
  list(FILTER names EXCLUDE REGEX "^(pawl_|PAWL_)")
  list(REMOVE_DUPLICATES names)
  set(${result} "${names}" PARENT_SCOPE)
endfunction()

function(find_local_macros result text)
  set(macros "")
  string(REGEX MATCHALL "\n# *define +[A-Za-z0-9_]+" found "${text}")
  foreach(definition IN LISTS found)
    string(REGEX REPLACE "^.* " "" name "${definition}")
    list(APPEND macros ${name})
  endforeach()
  list(FILTER macros EXCLUDE REGEX "^(PAWL_|_)") # of headers that are in the text; of the system
  list(REMOVE_DUPLICATES macros)
  set(${result} "${macros}" PARENT_SCOPE)
endfunction()

# A source file as a section of pawl.c: what it includes, then its names, its text, its names again.
function(make_section result file)
  get_filename_component(module "${file}" NAME_WE)
  file(READ "${tree}/${file}" own)
  find_local_names(names "${own}")
  find_local_macros(macros "${own}")
  expand(text "${file}")
  set(head "")
  set(rest "${text}")
  if(text MATCHES "^(.*\n# *include [^\n]*\n(#endif\n)?)(.*)$")
    set(head "${CMAKE_MATCH_1}")
    set(rest "${CMAKE_MATCH_3}")
  endif()
  set(before "")
  set(after "")
  foreach(name IN LISTS names)
    string(APPEND before "#define ${name} pawl__${module}_c_${name}\n")
    string(APPEND after "#undef ${name}\n")
  endforeach()
  foreach(name IN LISTS macros)
    string(APPEND after "#undef ${name}\n")
  endforeach()
  set(${result} "\n/* ---- ${file} ---- */\n\n${head}\n${before}${rest}\n${after}" PARENT_SCOPE)
endfunction()

# The headers in the order in which they need each other.
expand(headers include/pawl/pawl.h)
file(STRINGS "${tree}/include/pawl/base.h" version REGEX "^#define PAWL_VERSION_[A-Z]+ [0-9]+$")
list(TRANSFORM version REPLACE "^.* " "")
list(JOIN version "." version)
set(notice "/* SPDX-License-Identifier: MIT
 *
 * pawl ${version}, all of it in pawl.h and pawl.c. Made by tools/amalgamate.cmake: change the tree
 * instead.
")
string(REGEX REPLACE "^/\\*\n" "${notice} *\n" header "${headers}")

# What the backends ask of the system's headers must be said before the first of them.
set(source "${notice} */
#if defined(__cplusplus)
# error \"pawl.c is C11: compile it with a C compiler; C++ programs include pawl.h\"
#else
#if (defined(__linux__) || defined(__EMSCRIPTEN__)) && !defined(_GNU_SOURCE)
# define _GNU_SOURCE
#elif defined(__APPLE__) && !defined(_DARWIN_C_SOURCE)
# define _DARWIN_C_SOURCE
#endif
#define PAWL__INSIDE
#include \"pawl.h\"
")
file(GLOB files RELATIVE "${tree}" "${tree}/src/*.c")
list(SORT files)
foreach(file IN LISTS files)
  make_section(section "${file}")
  string(APPEND source "${section}")
endforeach()
# The backends, with the choices that CMake makes for the tree (cmake/PawlPort.cmake). port.c is the
# first, because it includes the headers that the others share.
function(make_choice result)
  set(text "")
  set(directive "#if")
  while(ARGN)
    list(POP_FRONT ARGN file condition)
    make_section(section ${file})
    string(APPEND text "${directive} ${condition}\n${section}\n")
    set(directive "#elif")
  endwhile()
  set(${result} "${text}#endif\n" PARENT_SCOPE)
endfunction()
make_section(win32 src/win32/port.c)
make_section(win32_file src/win32/file.c)
make_section(posix src/posix/port.c)
make_section(posix_file src/posix/file.c)
make_choice(sleep src/posix/sleep_relative.c "defined(__APPLE__)"
  src/posix/sleep_semaphore.c "defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 30)"
  src/posix/sleep_condition.c "1")
make_choice(meet src/posix/meet_macho.c "defined(__APPLE__)"
  src/posix/meet_elf.c "defined(__ELF__)"
  src/posix/meet_alone.c "1")
string(APPEND source "\n#if defined(_WIN32)\n${win32}\n${win32_file}\n#else\n${posix}\n${posix_file}\n${sleep}${meet}#endif\n\n#endif /* C */\n")

# A header that stays a file of its own. It includes pawl.h instead of the C headers.
function(make_face result file)
  file(READ "${tree}/${file}" text)
  string(REPLACE "/* SPDX-License-Identifier: MIT\n *\n" "${notice} *\n" text "${text}")
  string(REPLACE "<pawl/pawl.hpp>" "\"pawl.hpp\"" text "${text}")
  string(REPLACE "<pawl/uv.h>" "\"pawl_uv.h\"" text "${text}")
  string(REGEX REPLACE "(\n# *include )<pawl/[a-z_]+\\.h>" "\\1\"pawl.h\"" text "${text}")
  string(REGEX REPLACE "(\n# *include \"pawl\\.h\")+\n" "\n#include \"pawl.h\"\n" text "${text}")
  set(${result} "${text}" PARENT_SCOPE)
endfunction()
make_face(cpp include/pawl/pawl.hpp)
make_face(coroutine include/pawl/coroutine.hpp)
string(REPLACE "${notice} *\n" "/*\n" coroutine "${coroutine}")
string(REPLACE "\n# include <pawl/coroutine.hpp>\n" "\n${coroutine}" cpp "${cpp}")
make_face(uv include/pawl/uv.h)

# A file that did not change keeps its time, so that nothing is built anew.
function(write_if_changed file text)
  string(REGEX REPLACE "\n\n\n+" "\n\n" text "${text}")
  if(EXISTS "${file}")
    file(READ "${file}" old)
    if(old STREQUAL text)
      return()
    endif()
  endif()
  file(WRITE "${file}" "${text}")
endfunction()
write_if_changed("${OUT}/pawl.h" "${header}")
write_if_changed("${OUT}/pawl.c" "${source}")
write_if_changed("${OUT}/pawl.hpp" "${cpp}")
write_if_changed("${OUT}/pawl_uv.h" "${uv}")
