#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Proves that the simulator bites: replaces one memory order of the library at a time by
# PAWL__RELAXED, in a copy, and requires that a case of the simulator fails. Those that survive must
# stand in weaken.survivors, with the reason why the order is not needed, and nothing else may.
#
#   sh tests/sim/weaken.sh [PART]...    only files whose path contains one of the PARTs
#
# CC names the compiler, SECONDS_EACH the simulator's budget for a mutant (12).
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc=${CC:-cc}
budget=${SECONDS_EACH:-12}
list=$root/tests/sim/weaken.survivors
flags='-std=c11 -O2 -w -D_DEFAULT_SOURCE -D_XOPEN_SOURCE=700 -DPAWL__MACHINE="machine.h"'
flags="$flags -I$work/include -I$work/src -I$work/tests/sim"

# Compile the sources that are newer than their objects, and link.
build() {
    for source in "$work"/src/*.c "$work"/tests/sim/*.c; do
        object=${source%.c}.o
        if [ ! -e "$object" ] || [ "${1-all}" = all ] || [ "$source" -nt "$object" ]; then
            # shellcheck disable=SC2086 # words
            $cc $flags -c "$source" -o "$object" || return 1
        fi
    done
    $cc "$work"/src/*.o "$work"/tests/sim/*.o -o "$work/sim"
}

# The cases that use what the file is about: the lock's file all that wait for locks.
cases_for() {
    case $1 in
    *lot.c) echo rlock once lock await ;;
    */lock.[ch]) echo lock condition ;;
    *) basename "$1" | sed 's/\.[ch]$//' ;;
    esac
}

# The simulator's verdict: 0 if a case failed.
is_killed() {
    for group in $(cases_for "$1"); do
        if ! "$work/sim" --case "$group" --budget "$budget" >"$work/report" 2>&1; then
            return 0
        fi
    done
    return 1
}

# file:line and the order, and the line itself without leading blanks, which is what the list names.
places() {
    (cd "$root" && grep -nE 'PAWL__(ACQUIRE|RELEASE|ACQ_REL)\b' src/*.c include/pawl/*.h) |
        grep -v '^include/pawl/compiler.h:' | cut -d: -f1,2
}

wanted() {
    [ $# -gt 1 ] || return 0
    file=$1
    shift
    for part; do
        case $file in *"$part"*) return 0 ;; esac
    done
    return 1
}

mkdir -p "$work/tests"
cp -r "$root/src" "$root/include" "$work"
cp -r "$root/tests/sim" "$work/tests"
build all
mutants=0 killed=0 bad=0
for place in $(places); do
    file=${place%:*}
    line=${place#*:}
    wanted "$file" "$@" || continue
    text=$(sed -n "${line}p" "$root/$file" | sed 's/^ *//')
    mutants=$((mutants + 1))
    sed "${line}s/PAWL__\(ACQUIRE\|RELEASE\|ACQ_REL\)\b/PAWL__RELAXED/" "$root/$file" >"$work/$file"
    case $file in
    *.h) build all ;;
    *) touch "$work/$file" && build changed ;;
    esac
    listed=$(grep -cF "$file: $text" "$list" || true)
    if is_killed "$file"; then
        killed=$((killed + 1))
        echo "killed    $place: $text"
        sed -n 's/^FAILED /          /p' "$work/report" | head -n 1
    elif [ "$listed" != 0 ]; then
        echo "survived  $place: $text (harmless: see weaken.survivors)"
    else
        bad=$((bad + 1))
        echo "SURVIVED  $place: $text"
    fi
    cp "$root/$file" "$work/$file"
    touch "$work/$file"
    case $file in *.h) build all ;; esac
done
echo "$mutants weakened orders, $killed killed, $((mutants - killed)) survived, $bad of them unexplained"
[ "$bad" = 0 ]
