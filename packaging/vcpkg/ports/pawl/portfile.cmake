vcpkg_download_distfile(ARCHIVE
    URLS "https://github.com/OWNER/pawl/releases/download/v${VERSION}/pawl-${VERSION}.tar.gz"
    FILENAME "pawl-${VERSION}.tar.gz"
    SHA512 00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
)
vcpkg_extract_source_archive(SOURCE_PATH ARCHIVE "${ARCHIVE}")

vcpkg_cmake_configure(
    SOURCE_PATH "${SOURCE_PATH}"
    OPTIONS
        -DPAWL_BUILD_TESTS=OFF
)
vcpkg_cmake_install()
vcpkg_copy_pdbs()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/pawl)
file(REMOVE "${CURRENT_PACKAGES_DIR}/lib/pkgconfig/pawl-static.pc" # a triplet has one library
    "${CURRENT_PACKAGES_DIR}/debug/lib/pkgconfig/pawl-static.pc")
vcpkg_fixup_pkgconfig()

file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include" "${CURRENT_PACKAGES_DIR}/debug/share")
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/share/doc")

vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
