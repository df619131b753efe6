#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Builds pawl's main example and runs it: on this system, and where the tools for that are there,
# the same program built for Windows.
set -u
program=tools/demo.sh
root=$(cd "$(dirname "$0")/.." && pwd) || exit 2
. "$root/tools/setup.sh"

usage() {
    cat <<'END_OF_USAGE'
usage: sh tools/demo.sh [PATH]

Counts the words of the files below PATH (the system's include directory if it is left out) with
examples/wordcount: several threads, one table, pawl's locks. Then counts them without the locks.
Where Wine and MinGW are there, counts them on Windows too, and compares.

Installs gcc, CMake, Ninja and CMocka's source (by apt-get) if they are missing.
END_OF_USAGE
}

heading() {
    printf '\n== %s\n\n' "$*"
}

# Build the example in configuration $1.
build() {
    log=$root/build/logs/demo-$1.log
    if ! (cd "$root" && cmake --preset "$1" && cmake --build --preset "$1" --target wordcount) \
        >"$log" 2>&1 </dev/null; then
        tail -n 30 "$log" >&2
        say "examples/wordcount does not build, all of it is in build/logs/demo-$1.log"
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
    } | tee "$kept"
    return "$(cat "$kept.status")"
}

digest_in() {
    tr -d '\r' <"$1" | grep '^digest: '
}

run_native() {
    echo "Building pawl and examples/wordcount (build/gcc-release) ..."
    build gcc-release
    example=$root/build/gcc-release/examples/wordcount
    heading "The words below ${path:-the default directory}, counted on this system"
    keeping "$results/native" "$example" --no-lock ${path:+-- "$path"}
}

# The same files as Wine names them.
windows_path() {
    case $1 in
    /*) printf 'Z:%s' "$1" ;;
    *) printf 'Z:%s/%s' "$PWD" "$1" ;;
    esac | sed 's,/,\\,g'
}

run_windows() {
    printf '\nBuilding the same for Windows (build/mingw64) ...\n'
    build mingw64
    warm_wine 64 >"$root/build/logs/demo-wine.log" 2>&1 || {
        say "Wine does not start, its words are in build/logs/demo-wine.log"
        return 1
    }
    heading "The same files, counted by the Windows program under Wine"
    keeping "$results/windows" wine "$root/build/mingw64/examples/wordcount.exe" --top 0 \
        -- "$(windows_path "$path")"
}

compare() {
    if [ "$(digest_in "$results/native")" = "$(digest_in "$results/windows")" ]; then
        heading "The two agree: the digest lines are equal."
    else
        heading "The two DIFFER: the digest lines are not equal."
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
[ -n "$path" ] || [ ! -d /usr/include ] || path=/usr/include
[ -z "$path" ] || [ -e "$path" ] || die "$path: no such file or directory"

setup_for gcc-release
results=$(mktemp -d) || exit 2
trap 'rm -rf "$results"; stop_wine' EXIT
trap 'exit 130' INT TERM HUP
run_native || exit
if [ -n "$(missing_for mingw64)" ]; then
    heading "No Windows half: $(missing_for mingw64) missing ('sh tools/test.sh mingw64' installs)"
    exit 0
fi
run_windows && compare
