#!/bin/sh
# SPDX-License-Identifier: MIT
# The project's rules that a script can see, as a test: prints each violation, fails if there is one.
#   sh tests/hygiene/check.sh [ROOT]
set -eu
cd "${1:-$(dirname "$0")/../..}"
report=$(mktemp)
trap 'rm -f "$report"' EXIT

# violation TEXT: reads lines; any line violates the rule TEXT. It runs at the end of pipes, where a
# shell's variables are lost, so it writes to a file.
violation() {
    found=$(cat)
    if [ -n "$found" ]; then
        printf '%s:\n%s\n' "$1" "$found" >>"$report"
    fi
}

sources() {
    find include src tests examples bench -name '*.[ch]' -o -name '*.cpp' -o -name '*.hpp' | sort
}

os_macro='\b(_WIN32|_WIN64|__APPLE__|__linux__|__FreeBSD__|__unix__|__ANDROID__)\b'
os_header='#[[:space:]]*include[[:space:]]*<(windows|pthread|unistd|sched|process|link|signal|sys/[a-z_]+)\.h>'

# Backends, the crew's and the bench's halves, and the tests of what only POSIX has, may name an OS.
sources | grep -vE '^src/(posix|win32)/|^include/pawl/compiler\.h$|^examples/thread\.h$|_(posix|win32)(\.c|/)|^tests/(process/(fork|fork_waits|interruption)|host/memory)_test\.c$' |
    xargs grep -nE "$os_macro|$os_header" | violation 'an operating system is named outside a backend' || true

{ sources; find tools tests cmake .ci -name '*.sh' -o -name '*.cmake' -o -name '*.in' -o -name CMakeLists.txt -o -path '.ci/run'; } |
    xargs grep -L 'SPDX-License-Identifier: MIT' | violation 'no SPDX line' || true

# A function's body stands between a brace in the first column and the next one; in pawl.hpp classes do.
sources | grep -v '\.hpp$' | xargs awk '
    /^\{/ { start = FNR }
    /^\}/ { if (start && FNR - start > 70) print FILENAME ":" start ": " FNR - start " lines"; start = 0 }
' | violation 'a function has more than 70 lines'

grep -rnE '\b(TODO|FIXME|XXX|HACK)\b' include src tests examples bench tools --include='*.[ch]*' --include='*.sh' |
    grep -v '^tests/hygiene/check.sh' | violation 'something is left for later' || true
grep -rnE '\b(usleep|nanosleep|Sleep|sleep)[[:space:]]*\(' tests --include='*.c' --include='*.cpp' |
    violation 'a test sleeps' || true

# Without it a static pawl exports its names (include/pawl/compiler.h).
grep -L '^#define PAWL__INSIDE$' src/*.c | violation 'a source file does not begin with #define PAWL__INSIDE' || true

# A page that a comment or a script names, README.md beside it included, is in the tree.
grep -roE '[A-Za-z0-9_./-]+\.md\b' include src tests bench examples tools cmake --include='*.[ch]*' --include='*.sh' \
    --include='*.cmake' --include=CMakeLists.txt --include='*.py' --include='*.txt' |
    sed "s,:/,:," | while IFS=: read -r file page; do
        case $page in .md | *.md.* | build/*) continue ;; esac
        [ -e "$page" ] || [ -e "$(dirname "$file")/$page" ] || echo "$file: $page"
    done | violation 'a page is named that is not in the tree' || true

if command -v cmake >/dev/null 2>&1; then
    cmake -DCHECK=ON -P tools/presets.cmake 2>&1 | violation 'the presets are not up to date'
fi

if [ -s "$report" ]; then
    cat "$report"
    exit 1
fi
echo 'the rules hold'
