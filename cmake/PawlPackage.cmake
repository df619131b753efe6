# SPDX-License-Identifier: MIT
# CPack's packages: libpawl0.1 and libpawl-dev for Debian, or everything in one archive.
set(CPACK_PACKAGE_VENDOR "pawl")
set(CPACK_PACKAGE_CONTACT "pawl maintainers <pawl@example.org>")
if(DEFINED ENV{DEBEMAIL}) # as Debian's own tools know who makes a package
  set(CPACK_PACKAGE_CONTACT "$ENV{DEBFULLNAME} <$ENV{DEBEMAIL}>")
endif()
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL Development)
set(description "Locks, semaphores, conditions, events, barriers, latches and reader-writer
locks that behave in the same way on POSIX and on Windows. Threads block on
them, tasks of an event loop and coroutines await them, all in one queue.")
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION "${PROJECT_DESCRIPTION}
${description}")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "${PROJECT_DESCRIPTION} (development files)
${description}
.
This package has the headers, the libraries, CMake and pkg-config files, manual
pages, the guide, examples, and a script for gdb.")
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SOURCE pawl)
set(CPACK_DEBIAN_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME libpawl${PAWL_SOVERSION})
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/cmake/install/triggers)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libpawl-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
if(PAWL_LINKAGE STREQUAL "shared")
  set(CPACK_COMPONENTS_ALL Runtime Development)
  set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libpawl${PAWL_SOVERSION} (= ${PROJECT_VERSION})")
endif()
set(CPACK_PROJECT_CONFIG_FILE ${PROJECT_SOURCE_DIR}/cmake/install/cpack.cmake)
set(CPACK_PAWL_SOURCE ${PROJECT_SOURCE_DIR})
set(CPACK_PAWL_LIBRARY "/usr/${CMAKE_INSTALL_LIBDIR}/libpawl.so.${PROJECT_VERSION}")
set(CPACK_SOURCE_GENERATOR TGZ)
set(CPACK_SOURCE_IGNORE_FILES "/\\\\.git" "/build/" "/out/")
include(CPack)
