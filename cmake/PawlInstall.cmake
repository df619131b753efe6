# SPDX-License-Identifier: MIT
# What is shipped: the export list, the Windows version resource, install rules, the CMake package
# with its components static and shared, and pawl.pc.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(PAWL_DEBUG_POSTFIX "" CACHE STRING
  "Suffix of the debug library's name; vcpkg and Conan keep configurations apart by folder instead")
option(PAWL_MAN_PAGES "Make and install the manual's pages, which takes a shell, Doxygen and Python" OFF)
option(PAWL_RELOCATABLE "pawl.pc finds its prefix by its own place (OFF for a system's package)" ON)

# Before 1.0 a minor release may break the ABI, so the minor number is part of the ABI's name.
set(PAWL_SOVERSION ${PROJECT_VERSION_MAJOR})
set(PAWL_COMPATIBILITY SameMajorVersion)
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(PAWL_SOVERSION 0.${PROJECT_VERSION_MINOR})
  set(PAWL_COMPATIBILITY SameMinorVersion)
endif()

# The shared library: only what PAWL_API marks leaves it. The version script names the ABI, so that
# a program of one ABI does not start with another's library.
function(pawl_shape_shared_library)
  target_compile_definitions(pawl PRIVATE PAWL_BUILDING INTERFACE PAWL_DLL)
  if(WIN32)
    configure_file(${PROJECT_SOURCE_DIR}/cmake/install/pawl.rc.in ${PROJECT_BINARY_DIR}/pawl.rc @ONLY)
    target_sources(pawl PRIVATE ${PROJECT_BINARY_DIR}/pawl.rc)
    return()
  endif()
  set(script ${PROJECT_BINARY_DIR}/pawl.map)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/install/pawl.map.in ${script} @ONLY)
  # With a comma: zig's linker refuses --version-script=FILE.
  set(CMAKE_REQUIRED_LINK_OPTIONS -Wl,--version-script,${script})
  check_c_source_compiles("int main(void) { return 0; }" PAWL_HAVE_VERSION_SCRIPT)
  if(PAWL_HAVE_VERSION_SCRIPT)
    target_link_options(pawl PRIVATE LINKER:--version-script,${script})
    set_property(TARGET pawl APPEND PROPERTY LINK_DEPENDS ${script})
  endif()
endfunction()

# A static library has no linker's PDB: the compiler's own is put where it can be installed from.
function(pawl_shape_static_library)
  set_target_properties(pawl PROPERTIES
    COMPILE_PDB_NAME pawl COMPILE_PDB_NAME_DEBUG pawl${PAWL_DEBUG_POSTFIX}
    COMPILE_PDB_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/pdb)
endfunction()

function(pawl_install_library)
  install(TARGETS pawl EXPORT pawl-${PAWL_LINKAGE}-targets
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT Runtime
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT Runtime NAMELINK_COMPONENT Development
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT Development
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  if(MSVC AND PAWL_LINKAGE STREQUAL "shared")
    install(FILES $<TARGET_PDB_FILE:pawl> DESTINATION ${CMAKE_INSTALL_BINDIR}
      COMPONENT Development OPTIONAL)
  elseif(MSVC)
    install(DIRECTORY ${PROJECT_BINARY_DIR}/pdb/ DESTINATION ${CMAKE_INSTALL_LIBDIR}
      COMPONENT Development OPTIONAL FILES_MATCHING PATTERN "*.pdb")
  endif()
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/pawl DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    COMPONENT Development FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
  install(FILES ${PROJECT_SOURCE_DIR}/tools/gdb/pawl_gdb.py
    DESTINATION ${CMAKE_INSTALL_DATADIR}/pawl COMPONENT Development)
  pawl_install_documentation()
endfunction()

# The pages and the examples, which refer to each other as in the tree.
function(pawl_install_documentation)
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/CHANGELOG.md
    DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT Development)
  install(FILES ${PROJECT_SOURCE_DIR}/README.md OPTIONAL # Conan's recipe of the tree takes no text
    DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT Development)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs ${PROJECT_SOURCE_DIR}/examples OPTIONAL
    DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT Development
    FILES_MATCHING PATTERN "*.md" PATTERN "*.c" PATTERN "*.cpp" PATTERN "*.h")
endfunction()

# The static library beside the shared one, from the same sources: PAWL_DEBIAN.
function(pawl_add_static_library)
  add_library(pawl_static STATIC ${PAWL_SOURCES} ${PAWL_PORT})
  pawl_library_target(pawl_static)
  set_target_properties(pawl_static PROPERTIES OUTPUT_NAME pawl EXPORT_NAME pawl)
  install(TARGETS pawl_static EXPORT pawl-static-targets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT Development
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(EXPORT pawl-static-targets NAMESPACE pawl:: COMPONENT Development
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/pawl)
endfunction()

# The folder is not cached: it must follow CMAKE_INSTALL_LIBDIR, which changes with the prefix.
function(pawl_install_cmake_package)
  set(folder ${CMAKE_INSTALL_LIBDIR}/cmake/pawl)
  install(EXPORT pawl-${PAWL_LINKAGE}-targets NAMESPACE pawl:: DESTINATION ${folder}
    COMPONENT Development)
  configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/install/pawlConfig.cmake.in
    ${PROJECT_BINARY_DIR}/pawlConfig.cmake INSTALL_DESTINATION ${folder} NO_SET_AND_CHECK_MACRO)
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/pawlConfigVersion.cmake
    VERSION ${PROJECT_VERSION} COMPATIBILITY ${PAWL_COMPATIBILITY})
  # The build folder is a package too: -Dpawl_DIR=BUILD.
  export(EXPORT pawl-${PAWL_LINKAGE}-targets NAMESPACE pawl::
    FILE ${PROJECT_BINARY_DIR}/pawl-${PAWL_LINKAGE}-targets.cmake)
  install(FILES ${PROJECT_BINARY_DIR}/pawlConfig.cmake ${PROJECT_BINARY_DIR}/pawlConfigVersion.cmake
    DESTINATION ${folder} COMPONENT Development)
endfunction()

# Set `result` to what pawl.pc calls the folder, which may be absolute (Nix).
function(pawl_pc_folder result folder)
  if(NOT IS_ABSOLUTE "${folder}")
    set(folder "\${prefix}/${folder}")
  endif()
  set(${result} "${folder}" PARENT_SCOPE)
endfunction()

function(pawl_install_pc_file)
  pawl_pc_folder(PC_LIBDIR "${CMAKE_INSTALL_LIBDIR}")
  pawl_pc_folder(PC_INCLUDEDIR "${CMAKE_INSTALL_INCLUDEDIR}")
  set(PC_PREFIX "${CMAKE_INSTALL_PREFIX}")
  if(PAWL_RELOCATABLE AND NOT IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
    file(RELATIVE_PATH up "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" /prefix)
    string(REGEX REPLACE "/$" "" up "${up}")
    set(PC_PREFIX "\${pcfiledir}/${up}")
  endif()
  set(PC_CFLAGS "-I\${includedir}")
  set(PC_LIBS "-L\${libdir} -lpawl$<$<CONFIG:Debug>:${PAWL_DEBUG_POSTFIX}>")
  set(PC_LIBS_PRIVATE "")
  if(WIN32 AND PAWL_LINKAGE STREQUAL "shared")
    string(APPEND PC_CFLAGS " -DPAWL_DLL")
  elseif(NOT WIN32)
    set(PC_LIBS_PRIVATE -pthread) # CMAKE_THREAD_LIBS_INIT is empty where libc has pthreads
  endif()
  foreach(option IN LISTS PAWL_HEADER_OPTIONS)
    if(${option})
      string(APPEND PC_CFLAGS " -D${option}")
    endif()
  endforeach()
  if(NOT PAWL_HAVE_ATOMICS AND NOT MSVC)
    string(APPEND PC_LIBS " -latomic")
  endif()
  pawl_install_pc(pawl)
  if(PAWL_LINKAGE STREQUAL "static")
    pawl_install_static_pc_file(pawl)
  elseif(PAWL_DEBIAN)
    pawl_install_static_pc_file(pawl_static)
  endif()
endfunction()

# pawl-static.pc names the static library by its file, as -lpawl would be a shared one beside it.
function(pawl_install_static_pc_file target)
  set(file $<TARGET_FILE_NAME:${target}>)
  set(PC_LIBS "-L\${libdir} -l:${file}")
  if(APPLE OR MSVC) # whose linkers do not know -l:
    set(PC_LIBS "\${libdir}/${file}")
  endif()
  string(APPEND PC_LIBS " ${PC_LIBS_PRIVATE}")
  if(NOT PAWL_HAVE_ATOMICS AND NOT MSVC)
    string(APPEND PC_LIBS " -latomic")
  endif()
  pawl_install_pc(pawl-static)
endfunction()

# The library's name differs between configurations, so each has a file.
function(pawl_install_pc PC_NAME)
  set(made ${PROJECT_BINARY_DIR}/${PC_NAME}.pc)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/install/pawl.pc.in ${made}.in @ONLY)
  file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/pc/$<CONFIG>/${PC_NAME}.pc INPUT ${made}.in)
  install(FILES ${PROJECT_BINARY_DIR}/pc/$<CONFIG>/${PC_NAME}.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT Development)
endfunction()

function(pawl_add_uninstall)
  add_custom_target(uninstall COMMAND ${CMAKE_COMMAND} -DBUILD=${CMAKE_BINARY_DIR}
    -P ${PROJECT_SOURCE_DIR}/cmake/install/uninstall.cmake)
endfunction()

# A page for each header, and one name that leads to it for each name in it.
function(pawl_install_manual)
  find_program(PAWL_SH sh)
  if(NOT PAWL_SH)
    message(FATAL_ERROR "PAWL_MAN_PAGES takes a shell")
  endif()
  set(folder ${PROJECT_BINARY_DIR}/man)
  file(GLOB made_of CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/pawl/*.h*
    ${PROJECT_SOURCE_DIR}/tools/docs/* ${PROJECT_SOURCE_DIR}/tools/docs.sh)
  add_custom_command(OUTPUT ${folder}/made DEPENDS ${made_of}
    COMMAND ${CMAKE_COMMAND} -E remove_directory ${folder}/man3 # pages of headers that were
    COMMAND ${PAWL_SH} ${PROJECT_SOURCE_DIR}/tools/docs.sh --man ${folder}/man3
    COMMAND ${CMAKE_COMMAND} -E touch ${folder}/made
    COMMENT "Making the manual's pages")
  add_custom_target(pawl_manual ALL DEPENDS ${folder}/made)
  install(DIRECTORY ${folder}/man3 DESTINATION ${CMAKE_INSTALL_MANDIR} COMPONENT Development)
endfunction()

set_target_properties(pawl PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PAWL_SOVERSION}
  DEBUG_POSTFIX "${PAWL_DEBUG_POSTFIX}")
get_target_property(pawl_type pawl TYPE)
if(pawl_type STREQUAL "SHARED_LIBRARY")
  set(PAWL_LINKAGE shared)
  if(WIN32)
    enable_language(RC) # not inside a function
  endif()
  pawl_shape_shared_library()
else()
  set(PAWL_LINKAGE static)
  pawl_shape_static_library()
endif()
if(PAWL_INSTALL)
  pawl_install_library()
  if(PAWL_DEBIAN)
    pawl_add_static_library()
  endif()
  pawl_install_cmake_package()
  pawl_install_pc_file()
  if(PAWL_MAN_PAGES)
    pawl_install_manual()
  endif()
  if(PAWL_TOP_LEVEL)
    pawl_add_uninstall()
    include(cmake/PawlPackage.cmake)
  endif()
endif()
