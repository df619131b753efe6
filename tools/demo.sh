#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Builds examples/demo and runs it: on this system, and where the tools for that are there, the same
# program built for Windows.
set -u
program=tools/demo.sh
root=$(cd "$(dirname "$0")/.." && pwd) || exit 2
. "$root/tools/setup.sh"

usage() {
    cat <<'END_OF_USAGE'
usage: sh tools/demo.sh [PATH]

Shows what pawl does on this machine, with examples/demo: it counts the words of the files below
PATH (the system's include directory if it is left out) with one, two and more threads that share
one table, and shows a loop with and without a lock, a timeout, a task, an rwlock and a condition.
Where Wine and MinGW are there it does the same on Windows, and compares.

Installs gcc, CMake and Ninja (by apt-get) if they are missing.
END_OF_USAGE
}

heading() {
    printf '\n== %s\n\n' "$*"
}

# Build the example into build/$1, with more options for CMake.
build() {
    folder=build/$1
    log=$root/build/logs/$1.log
    shift
    if ! (cd "$root" && cmake -S . -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DPAWL_BUILD_TESTS=OFF -DPAWL_BUILD_EXAMPLES=ON "$@" &&
        cmake --build "$folder" --target demo) >"$log" 2>&1 </dev/null; then
        tail -n 30 "$log" >&2
        say "examples/demo does not build, all of it is in $log"
        exit 1
    fi
}

# Run a command, keep a copy of what it prints in file $1, and return its status.
keeping() {
    kept=$1
    shift
    {
        "$@"
        echo $? >"$kept.status"
    } | tr -d '\r' | tee "$kept"
    return "$(cat "$kept.status")"
}

# What is the same on every system: all but times, speeds and the losses of a race.
same_everywhere() {
    sed -e '/^words: /d; /^speed: /d; /^lock: /d' -e 's/ after .* ms$//' "$1"
}

run_native() {
    echo "Building pawl and examples/demo (build/demo) ..."
    build demo
    heading "What pawl does on this machine, with the files below ${path:-the default directory}"
    keeping "$results/native" "$root/build/demo/examples/demo" ${path:+"$path"}
}

# The same files as Wine names them.
windows_path() {
    case $1 in
    /*) printf 'Z:%s' "$1" ;;
    *) printf 'Z:%s/%s' "$PWD" "$1" ;;
    esac | sed 's,/,\\,g'
}

run_windows() {
    printf '\nBuilding the same for Windows (build/demo-windows) ...\n'
    build demo-windows "-DCMAKE_TOOLCHAIN_FILE=$root/cmake/toolchains/mingw64.cmake"
    warm_wine 64 >"$root/build/logs/demo-wine.log" 2>&1 || {
        say "Wine does not start, its words are in build/logs/demo-wine.log"
        return 1
    }
    # Wine opens a file slowly, so a part of the default directory is enough.
    part=$path
    [ "$path" != "$default" ] || [ ! -d "$default/linux" ] || part=$default/linux
    heading "The same program on Windows, under Wine, with the files below $part"
    keeping "$results/windows" wine "$root/build/demo-windows/examples/demo.exe" --brief \
        "$(windows_path "$part")" 2>"$root/build/logs/demo-wine.log" &&
        "$root/build/demo/examples/demo" --brief "$part" >"$results/native"
}

compare() {
    same_everywhere "$results/native" >"$results/native.same"
    same_everywhere "$results/windows" >"$results/windows.same"
    if cmp -s "$results/native.same" "$results/windows.same"; then
        printf '\nThis system and Windows agree: equal digests and equal outcomes.\n'
    else
        heading "This system and Windows DIFFER:"
        diff "$results/native.same" "$results/windows.same"
        return 1
    fi
}

case $# in
0) path='' ;;
1) path=$1 ;;
*) die "takes one PATH (--help shows the usage)" ;;
esac
case $path in
-h | --help) usage && exit ;;
-*) die "unknown option '$path' (--help shows the usage)" ;;
esac
default=/usr/include
[ -n "$path" ] || [ ! -d "$default" ] || path=$default
[ -z "$path" ] || [ -e "$path" ] || die "$path: no such file or directory"

setup_for demo
results=$(mktemp -d) || exit 2
trap 'rm -rf "$results"; stop_wine' EXIT
trap 'exit 130' INT TERM HUP
run_native || exit
if [ -n "$(missing_for demo-windows)" ]; then
    printf '\nNot shown on Windows: %s missing (sh tools/test.sh mingw64 installs these).\n' \
        "$(missing_for demo-windows)"
    exit 0
fi
run_windows && compare
