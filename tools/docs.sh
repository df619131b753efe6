#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Builds the documentation from the headers and the Markdown pages, by Doxygen: HTML in
# build/docs/html, the manual's pages in build/docs/man/man3.
set -u
program=tools/docs.sh
root=$(cd "$(dirname "$0")/.." && pwd) || exit 2
cd "$root" || exit 2
. "$root/tools/setup.sh"

usage() {
    cat <<'END_OF_USAGE'
usage: sh tools/docs.sh [--man FOLDER]

Builds build/docs/html/index.html and the manual's pages in build/docs/man/man3. Installs Doxygen and
its style sheet (by apt-get) if they are missing. Exits with 0 only if there was no warning: no link
leads nowhere, and every contract has the form that CONTRIBUTING.md asks for. Each check that passed
is a line that begins with "ok:".

  --man FOLDER  only the manual's pages, into FOLDER, by the Doxygen that is installed
END_OF_USAGE
}

# The page `pawl`: what it is, and a line for each header's page, which begins with such a line.
write_overview() {
    pages=$out/man/man3
    {
        printf '%s\n' ".TH pawl 3 \"\" \"Version $version\" pawl" .SH NAME \
            'pawl \- cross\-platform lock runtime' .SH SYNOPSIS .nf '#include <pawl/pawl.h>' '' \
            'cc program.c \-lpawl' .fi .SH DESCRIPTION \
            'Locks and other things that threads wait for, the same on POSIX and on Windows.' \
            'Each lock is ready when its bytes are zero. Event\-loop tasks and coroutines await the' \
            'same objects that threads block on, in one queue.' .PP \
            'There is a page for each header, which also has a name for each call, as in' \
            '.BR pawl_lock_acquire (3).'
        for page in "$pages"/pawl_*_h.3 "$pages"/pawl_*_hpp.3; do
            name=${page##*/}
            printf '.TP\n.BR %s (3)\n' "${name%.3}"
            awk '/^\.SH "What it is"/ { inside = 1; next }
                inside && !/^\./ { print; exit }' "$page"
        done
    } >"$pages/pawl.3"
}

# doxygen_with LINE...: run Doxygen with these settings too; what it says goes to stdout. What a filter
# complains of is a warning.
doxygen_with() {
    rm -rf "$out"
    mkdir -p "$out"
    version=$(sed -n 's/^project(pawl VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
    {
        cat tools/docs/Doxyfile
        printf '%s\n' "PROJECT_NUMBER = $version" "OUTPUT_DIRECTORY = $out" "$@"
    } >"$out/Doxyfile"
    doxygen "$out/Doxyfile" >"$out/warnings" 2>&1
    status=$?
    # The manual has pages of pawl's names only, not of C++ members named as the system's calls.
    find "$out/man/man3" -name '*.3' '(' ! -name 'pawl*' ! -name 'PAWL*' -o -name 'pawl_detail_*' ')' \
        -exec rm -f {} +
    write_overview
    for page in $(sed -n 's/^\.so //p' "$out"/man/man3/*.3 | sort -u); do
        [ -e "$out/man/$page" ] || echo "names lead to $page, which is not there" >>"$out/warnings"
    done
    cat "$out/warnings"
    [ $status = 0 ] && [ ! -s "$out/warnings" ]
}

make_man() {
    mkdir -p "$1"
    folder=$(cd "$1" && pwd) || exit 2
    out=$(mktemp -d) || exit 2
    trap 'rm -rf "$out"' EXIT
    doxygen_with "GENERATE_HTML = NO" && cp "$out"/man/man3/* "$folder"
}

case ${1-} in
'') ;;
--man) make_man "${2:?--man needs a folder}" && exit || exit 1 ;;
--help | -h) usage && exit ;;
*) die "unknown option '$1' (--help shows the usage)" ;;
esac

setup_for docs
out=build/docs
style=/usr/share/doxygen-awesome-css/doxygen-awesome.css
[ -e "$style" ] || style=
doxygen_with "HTML_EXTRA_STYLESHEET = $style" || exit 1
# Doxygen says nothing where an #error hides what follows.
[ -s "$out/html/classpawl_1_1rlock.html" ] || die "pawl.hpp's classes have no pages"
count() {
    find "$out/$1" -name "$2" | wc -l
}
names=$(grep -l '^\.so ' "$out"/man/man3/*.3 | wc -l)
echo "ok: the contracts of the headers have the form that CONTRIBUTING.md asks for"
echo "ok: HTML without a warning or a broken link, $(count html '*.html') pages: $out/html/index.html"
echo "ok: $(($(count man '*.3') - names)) pages of the manual, $names names that lead to them"
