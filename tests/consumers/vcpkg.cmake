# SPDX-License-Identifier: MIT
# Runs a vcpkg port without vcpkg: what the port calls does here what it does there, as far as pawl
# needs it, and then some of vcpkg's checks after the build. What vcpkg itself would say is not
# known by this.
#
#   cmake -DPORT=FOLDER -DPREFIX=FOLDER -DWORK=FOLDER -DDOWNLOADS=FOLDER -DSHARED=ON|OFF
#         [-DTOOLCHAIN=FILE] -P tests/consumers/vcpkg.cmake
cmake_minimum_required(VERSION 3.19)

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "failed: ${ARGN}")
  endif()
endfunction()

function(vcpkg_download_distfile result)
  cmake_parse_arguments(arg "" "FILENAME;SHA512" "URLS" ${ARGN})
  if(NOT arg_URLS MATCHES "/${arg_FILENAME}$")
    message(FATAL_ERROR "the port's URL and file name differ")
  endif()
  file(SHA512 "${DOWNLOADS}/${arg_FILENAME}" hash)
  if(NOT hash STREQUAL arg_SHA512)
    message(FATAL_ERROR "${arg_FILENAME} has not the hash that the port says")
  endif()
  set(${result} "${DOWNLOADS}/${arg_FILENAME}" PARENT_SCOPE)
endfunction()

function(vcpkg_extract_source_archive result)
  cmake_parse_arguments(arg "" "ARCHIVE" "" ${ARGN})
  file(ARCHIVE_EXTRACT INPUT "${arg_ARCHIVE}" DESTINATION "${WORK}/source")
  file(GLOB folder "${WORK}/source/*")
  set(${result} "${folder}" PARENT_SCOPE)
endfunction()

function(vcpkg_cmake_configure)
  cmake_parse_arguments(arg "" "SOURCE_PATH" "OPTIONS" ${ARGN})
  set(common -S ${arg_SOURCE_PATH} -G Ninja -DCMAKE_TOOLCHAIN_FILE=${TOOLCHAIN}
    -DBUILD_SHARED_LIBS=${SHARED} -DPAWL_WERROR=ON
    -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_INSTALL_BINDIR=bin
    -DFETCHCONTENT_FULLY_DISCONNECTED=ON -DCMAKE_ERROR_ON_ABSOLUTE_INSTALL_DESTINATION=ON)
  run(${CMAKE_COMMAND} ${common} ${arg_OPTIONS} -B ${WORK}/release -DCMAKE_BUILD_TYPE=Release
    -DCMAKE_INSTALL_PREFIX=${PREFIX})
  run(${CMAKE_COMMAND} ${common} ${arg_OPTIONS} -B ${WORK}/debug -DCMAKE_BUILD_TYPE=Debug
    -DCMAKE_INSTALL_PREFIX=${PREFIX}/debug)
endfunction()

function(vcpkg_cmake_install)
  run(${CMAKE_COMMAND} --build ${WORK}/release --target install)
  run(${CMAKE_COMMAND} --build ${WORK}/debug --target install)
endfunction()

function(vcpkg_copy_pdbs)
endfunction()

# Both configurations' CMake files into share/pawl, where the prefix is two folders up, and the debug
# library is below debug.
function(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(arg "" "CONFIG_PATH" "" ${ARGN})
  file(GLOB files "${PREFIX}/debug/${arg_CONFIG_PATH}/*-debug.cmake")
  foreach(file IN LISTS files)
    file(READ "${file}" text)
    string(REPLACE "\${_IMPORT_PREFIX}/" "\${_IMPORT_PREFIX}/debug/" text "${text}")
    get_filename_component(name "${file}" NAME)
    file(WRITE "${PREFIX}/${arg_CONFIG_PATH}/${name}" "${text}")
  endforeach()
  file(GLOB files "${PREFIX}/${arg_CONFIG_PATH}/*")
  file(COPY ${files} DESTINATION "${PREFIX}/share/pawl")
  file(REMOVE_RECURSE "${PREFIX}/lib/cmake" "${PREFIX}/debug/lib/cmake")
  set(up "get_filename_component\\(_IMPORT_PREFIX \"\\\${_IMPORT_PREFIX}\" PATH\\)\n")
  file(GLOB files "${PREFIX}/share/pawl/*.cmake")
  foreach(file IN LISTS files)
    file(READ "${file}" text)
    string(REGEX REPLACE "(${up}${up})${up}" "\\1" text "${text}")
    string(REPLACE "\${CMAKE_CURRENT_LIST_DIR}/../../../" "\${CMAKE_CURRENT_LIST_DIR}/../../" text
      "${text}")
    file(WRITE "${file}" "${text}")
  endforeach()
endfunction()

# Like vcpkg: pkg-config files find their prefix by their own location.
function(vcpkg_fixup_pkgconfig)
  foreach(file lib/pkgconfig/pawl.pc debug/lib/pkgconfig/pawl.pc)
    file(READ "${PREFIX}/${file}" text)
    if(NOT text MATCHES "\nprefix=\\\${pcfiledir}/../..\n")
      message(FATAL_ERROR "${file} is not relocatable")
    endif()
  endforeach()
  file(READ "${PREFIX}/debug/lib/pkgconfig/pawl.pc" text)
  string(REPLACE "\${prefix}/include" "\${prefix}/../include" text "${text}")
  file(WRITE "${PREFIX}/debug/lib/pkgconfig/pawl.pc" "${text}")
endfunction()

function(vcpkg_install_copyright)
  cmake_parse_arguments(arg "" "FILE_LIST" "" ${ARGN})
  configure_file("${arg_FILE_LIST}" "${PREFIX}/share/pawl/copyright" COPYONLY)
endfunction()

# Of the checks after the build: no path of this machine in a text file, no empty folder.
function(check_prefix)
  file(GLOB_RECURSE files LIST_DIRECTORIES true "${PREFIX}/*")
  foreach(file IN LISTS files)
    file(GLOB inside "${file}/*")
    if(IS_DIRECTORY "${file}" AND NOT inside)
      message(SEND_ERROR "empty folder: ${file}")
    elseif(file MATCHES "\\.(cmake|pc|h|hpp)$")
      file(STRINGS "${file}" hits REGEX "${PREFIX}|${WORK}|${SOURCE_PATH}")
      if(hits)
        message(SEND_ERROR "${file} has a path of this machine: ${hits}")
      endif()
    endif()
  endforeach()
endfunction()

file(REMOVE_RECURSE "${PREFIX}" "${WORK}/source")
file(READ "${PORT}/vcpkg.json" manifest)
string(JSON VERSION GET "${manifest}" version-semver)
set(CURRENT_PACKAGES_DIR "${PREFIX}")
include("${PORT}/portfile.cmake")
check_prefix()
