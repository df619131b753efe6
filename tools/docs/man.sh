#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Makes the manual's pages from the headers, one for each and one name that leads to it for each
# public name in it. Needs awk and nothing else.
#   sh tools/docs/man.sh FOLDER      FOLDER is made anew
# docs.sh and, with -DPAWL_MAN_PAGES=ON, CMake run it. Prints to stderr what the headers' comments
# hold that nothing can be made of.
set -eu
[ $# = 1 ] || { echo "usage: sh tools/docs/man.sh FOLDER" >&2 && exit 2; }
mkdir -p "$1"
folder=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."
contracts=tools/docs/contracts.awk
version=$(sed -n 's/^project(pawl VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)

# A page is named as its header's prefix.
man_name() {
    name=${1##*/}
    case $name in
    pawl.hpp) echo "$name" ;;
    *) echo "pawl_${name%.h}" ;;
    esac
}

rm -f "$folder"/*.3
seconds=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct -- include 2>/dev/null || true)}
seconds=${seconds:-$(date +%s)}
day=$(LC_ALL=C date -u -d "@$seconds" '+%B %e, %Y' 2>/dev/null ||
    LC_ALL=C date -u -r "$seconds" '+%B %e, %Y') # GNU's, or else the BSDs'
day=$(echo "$day" | tr -s ' ')
headers=$(sh tools/docs/headers.sh)
pages=$(for header in $headers; do man_name "$header"; done | LC_ALL=C sort | tr '\n' ' ')
for header in $headers; do
    page=$(man_name "$header")
    awk -v form=man -v date="$day" -v version="$version" -v pages="$pages" \
        -f $contracts "$header" >"$folder/$page.3"
    awk -v form=names -f $contracts "$header" | while read -r name; do
        [ -e "$folder/$name.3" ] || echo ".so man3/$page.3" >"$folder/$name.3"
    done
done
