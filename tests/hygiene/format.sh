#!/bin/sh
# SPDX-License-Identifier: MIT
# Checks that files are as clang-format 14 formats them, except those in unformatted.txt, whose lines
# have at most 100 columns and no blanks at the end. A listed file that conforms leaves the list.
#   sh tests/hygiene/format.sh [--fix] [FILE...]     all files of the tree, if none is named
set -u
fix=''
[ "${1-}" != --fix ] || { fix=yes && shift; }
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 2
list=$root/tests/hygiene/unformatted.txt
if [ $# = 0 ]; then
    cd "$root" || exit 2
    # shellcheck disable=SC2046 # names without blanks
    set -- $(git ls-files '*.c' '*.h' '*.cpp' '*.hpp')
fi
for formatter in clang-format-14 clang-format; do
    "$formatter" --version 2>/dev/null | grep -q 'version 14\.' && break
    formatter=''
done
[ -n "$formatter" ] || { echo "format.sh: needs clang-format 14" >&2 && exit 2; }

status=0
say() {
    echo "$1: $2"
    status=1
}
for file in "$@"; do
    name=${file#"$root"/}
    case $name in bench/third_party/*) continue ;; esac
    conforms=yes
    "$formatter" --style=file "$file" | cmp -s - "$file" || conforms=''
    if grep -qxF "$name" "$list"; then
        [ -z "$conforms" ] || say "$name" "conforms: take it off tests/hygiene/unformatted.txt"
        awk 'length($0) > 100 || /[[:space:]]$/ { bad = 1 } END { exit bad }' "$file" ||
            say "$name" "a line has more than 100 columns, or blanks at its end"
    elif [ -z "$conforms" ] && [ -n "$fix" ]; then
        "$formatter" --style=file -i "$file"
    elif [ -z "$conforms" ]; then
        say "$name" "is not as clang-format 14 formats it (--fix does)"
    fi
done
exit $status
