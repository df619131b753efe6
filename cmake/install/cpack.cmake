# SPDX-License-Identifier: MIT
# CPack reads this for each kind of package that it makes.
if(CPACK_GENERATOR STREQUAL "DEB")
  set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # it would stand before each package's own
  set(CPACK_PRE_BUILD_SCRIPTS "${CPACK_PAWL_SOURCE}/cmake/install/debian.cmake") # CMake 3.19
endif()
