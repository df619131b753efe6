# SPDX-License-Identifier: MIT
# Makes what CPack has installed for a Debian package what Debian expects: a folder of documents with
# the package's name, the licence as `copyright`, a changelog, compressed manual pages, and the script
# for gdb where gdb finds it by itself. CPack runs this before it packs.
cmake_minimum_required(VERSION 3.19)

# The licence in Debian's format.
function(write_copyright file)
  file(STRINGS "${CPACK_PAWL_SOURCE}/LICENSE" lines)
  list(FILTER lines INCLUDE REGEX "^Copyright \\(c\\) ")
  string(REPLACE "Copyright (c) " "" holders "${lines}")
  file(READ "${CPACK_PAWL_SOURCE}/LICENSE" text)
  string(REGEX REPLACE "^.*\nCopyright [^\n]*\n\n" "" text "${text}")
  string(STRIP "${text}" text)
  string(REGEX REPLACE "\n\n" "\n.\n" text "${text}")
  string(REPLACE "\n" "\n " text " ${text}")
  file(WRITE "${file}" "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: pawl

Files: *
Copyright: ${holders}
License: Expat
${text}
")
endfunction()

function(compress file)
  execute_process(COMMAND gzip -9nf "${file}" RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "gzip failed: ${file}")
  endif()
endfunction()

# SOURCE_DATE_EPOCH, if it is set, is the day.
function(write_changelog file)
  string(TIMESTAMP day "%a, %d %b %Y %H:%M:%S +0000" UTC)
  file(WRITE "${file}" "pawl (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * Made from the source by CPack. CHANGELOG.md of libpawl-dev says what
    changed.

 -- ${CPACK_PACKAGE_CONTACT}  ${day}
")
  compress("${file}")
endfunction()

foreach(component IN ITEMS Runtime Development)
  set(folder "${CPACK_TEMPORARY_DIRECTORY}/${component}")
  string(TOUPPER ${component} upper)
  set(name ${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
  if(NOT EXISTS "${folder}")
    continue()
  endif()
  set(documents "${folder}/usr/share/doc/${name}")
  if(EXISTS "${folder}/usr/share/doc/pawl")
    file(RENAME "${folder}/usr/share/doc/pawl" "${documents}")
    file(REMOVE "${documents}/LICENSE")
  endif()
  write_copyright("${documents}/copyright")
  write_changelog("${documents}/changelog")
  file(GLOB pages "${folder}/usr/share/man/man*/*.[0-9]")
  foreach(page IN LISTS pages)
    compress("${page}")
  endforeach()
  if(EXISTS "${folder}/usr/share/pawl/pawl_gdb.py")
    file(WRITE "${folder}/usr/share/gdb/auto-load${CPACK_PAWL_LIBRARY}-gdb.py"
      "import gdb\ngdb.execute('source /usr/share/pawl/pawl_gdb.py')\n")
  endif()
endforeach()
