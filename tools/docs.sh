#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Builds the documentation from the headers and the Markdown pages, and checks it: HTML in
# build/docs/html, manual pages in build/docs/man/man3.
set -u
program=tools/docs.sh
root=$(cd "$(dirname "$0")/.." && pwd) || exit 2
cd "$root" || exit 2
. "$root/tools/setup.sh"

usage() {
    cat <<'END_OF_USAGE'
usage: sh tools/docs.sh

Builds build/docs/html/index.html and the manual pages in build/docs/man, and checks both. Installs
Doxygen and mandoc (by apt-get) if they are missing. Exits with 0 only if there was no warning and no
link is broken. Each check that passed is a line that begins with "ok:".
END_OF_USAGE
}

case ${1-} in
'') ;;
--help | -h) usage && exit ;;
*) die "takes no arguments (--help shows the usage)" ;;
esac

out=build/docs
awk_files=tools/docs
version=$(sed -n 's/^project(pawl VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)

# The pages in the order in which they are to be read.
markdown='README.md docs/guide.md docs/choosing.md docs/performance.md docs/platforms.md
    docs/internals.md docs/proof.md CONTRIBUTING.md SECURITY.md CHANGELOG.md'

headers=$(sh $awk_files/headers.sh)

# Prints to stderr what the headers' comments hold that nothing can be made of.
make_input() {
    mkdir -p "$out/input"
    echo '/** @defgroup headers The headers
        @brief A page for each; pawl/pawl.h includes all of C. */' >"$out/input/headers.h"
    for header in $headers; do
        copy=$out/input/${header##*/}
        awk -v form=doxygen -f $awk_files/contracts.awk "$header" >"$copy"
        case $header in
        *.hpp) awk -f $awk_files/cpp.awk "$header" >>"$copy" ;;
        esac
        echo "$copy"
    done >"$out/inputs"
    echo "$out/input/headers.h" >>"$out/inputs"
    for page in $markdown; do
        copy=$out/input/${page##*/}
        awk -f $awk_files/pages.awk "$page" >"$copy"
        echo "$copy"
    done >>"$out/inputs"
}

make_html() {
    doxygen -l "$out/layout.default.xml" &&
        awk -f $awk_files/layout.awk "$out/layout.default.xml" >"$out/layout.xml" || return
    {
        cat $awk_files/Doxyfile
        echo "PROJECT_NUMBER = $version"
        echo "OUTPUT_DIRECTORY = $out"
        echo "LAYOUT_FILE = $out/layout.xml"
        echo "HTML_EXTRA_STYLESHEET = $awk_files/pawl.css"
        echo "USE_MDFILE_AS_MAINPAGE = $out/input/README.md"
        echo "INPUT = $(tr '\n' ' ' <"$out/inputs")"
    } >"$out/Doxyfile"
    doxygen "$out/Doxyfile" || return
    count=$(find "$out/html" -name '*.html' | wc -l)
    echo "ok: HTML without a warning, $count pages: $out/html/index.html"
}

# mandoc's findings, but for advice on style: that a page names its system, and lines too long.
check_man() {
    pages=$(grep -L '^\.so ' "$out"/man/man3/*.3)
    # shellcheck disable=SC2086 # words
    mandoc -T lint -W warning $pages || return
    # shellcheck disable=SC2086
    sed -n 's/^\.Xr \([^ ]*\) 3.*/\1/p' $pages | sort -u | while read -r name; do
        [ -e "$out/man/man3/$name.3" ] || echo "no manual page $name"
    done | grep . && return 1
    aliases=$(grep -l '^\.so ' "$out"/man/man3/*.3 | wc -l)
    echo "ok: $(echo "$pages" | wc -l) manual pages without a warning, $aliases names that lead to them"
}

check_links() {
    awk -v files="$(find "$out/html" -type f | sed "s,^$out/html/,,")" -f $awk_files/links.awk \
        "$out"/html/*.html
}

check_reading() {
    awk -f $awk_files/leftovers.awk "$out"/html/*.html || return
    echo "ok: nothing of Markdown is left to read in the HTML"
}

failed=0
setup_for docs
rm -rf "$out"
mkdir -p "$out"
make_input 2>"$out/complaints"
sh $awk_files/man.sh "$out/man/man3" 2>>"$out/complaints" || failed=1
if [ -s "$out/complaints" ]; then
    sort -u "$out/complaints"
    failed=1
else
    echo "ok: the contracts of $(echo "$headers" | wc -l) headers have the form that CONTRIBUTING.md asks for"
fi
make_html || failed=1
check_links || failed=1
check_reading || failed=1
check_man || failed=1
# shellcheck disable=SC2086 # words
awk -f $awk_files/tree_links.awk $markdown || failed=1
exit $failed
