# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Gets what a configuration needs. Sourced by test.sh and demo.sh, which set `root` (the tree) and
# `program` (the name for messages):
#
#   setup_for CONFIGURATION...   install what is missing for these; exits 2 if it cannot install
#   missing_for CONFIGURATION    the commands and headers it still lacks, on one line
#   warm_wine, stop_wine         so that a Windows program between them starts at once (wine.sh)
#
# What is there already is left alone, so a second run installs nothing.
: "${root:?}" "${program:?}"
. "$root/tools/wine.sh"

say() {
    printf '%s: %s\n' "$program" "$*" >&2
}

die() {
    say "$@"
    exit 2
}

# One line per need: the configurations that have it; the command, header of the system's or library
# of clang's that shows it is there; and the Debian packages that bring it.
needs() {
    cat <<'TABLE'
all                                     cmake                   cmake
all                                     ninja                   ninja-build
gcc-debug,gcc-release,shared,tsan,asan  g++                     g++ gcc libc6-dev
sim,amalgamation,packages,mutants       g++                     g++ gcc libc6-dev
demo                                    gcc                     gcc libc6-dev
demo-windows                            x86_64-w64-mingw32-gcc  gcc-mingw-w64-x86-64
demo-windows                            wine                    wine wine64
demo-windows                            wineserver              wine wine64
clang-debug,clang-release               clang++                 clang
msvc-branch,msvc-branch32,mutants       clang++                 clang
fuzz                                    clang                   clang
fuzz                                    libclang_rt.fuzzer.a    libclang-rt-dev
gcc-debug,gcc-release,shared,tsan,asan  uv.h                    libuv1-dev
clang-debug,clang-release,mutants       uv.h                    libuv1-dev
musl                                    musl-gcc                musl-tools gcc
arm64                                   aarch64-linux-gnu-g++   g++-aarch64-linux-gnu
arm64                                   qemu-aarch64            qemu-user
i686                                    i686-linux-gnu-g++      g++-i686-linux-gnu
s390x                                   s390x-linux-gnu-g++     g++-s390x-linux-gnu
s390x                                   qemu-s390x              qemu-user
emscripten                              em++                    emscripten
emscripten                              node                    nodejs
mingw64,msvc-branch,packages,mutants    x86_64-w64-mingw32-g++  g++-mingw-w64-x86-64
mingw64,msvc-branch,packages,mutants    wine                    wine wine64
mingw64,msvc-branch,packages,mutants    wineserver              wine wine64
mingw32,msvc-branch32                   i686-w64-mingw32-g++    g++-mingw-w64-i686
mingw32,msvc-branch32                   wine32                  libc6-i386
packages                                clang++                 clang
packages                                uv.h                    libuv1-dev
packages                                git                     git
packages                                pkg-config              pkgconf pkg-config
packages                                meson                   meson
packages,mutants                        python3                 python3
packages                                dpkg-shlibdeps          dpkg-dev
packages                                lintian                 lintian
packages                                gdb                     gdb
packages                                riscv64-linux-gnu-gcc   gcc-riscv64-linux-gnu libc6-dev-riscv64-cross
packages                                qemu-riscv64            qemu-user
workflows                               yamllint                yamllint
workflows,links                         npm                     npm nodejs
packages,links                          file                    file
links                                   llvm-windres            llvm
lint                                    git                     git
lint                                    clang++                 clang
lint                                    clang-format-14         clang-format-14
lint                                    clang-tidy-14           clang-tidy-14
lint                                    shellcheck              shellcheck
docs                                    doxygen                 doxygen
docs                                    python3                 python3
docs                                    doxygen-awesome.css     doxygen-awesome-css
packages                                doxygen                 doxygen
TABLE
}

is_there() {
    case $1 in
    llvm-windres) ls /usr/lib/llvm-*/bin/llvm-windres >/dev/null 2>&1 ;;
    wine32) [ -x "$root/build/deps/wine32/wine" ] ;;
    *.h) [ -e "/usr/include/$1" ] || [ -e "/usr/local/include/$1" ] ;;
    *.css) [ -e "/usr/share/${1%.css}-css/$1" ] ;;
    libclang_rt.*) ls "$(clang -print-runtime-dir 2>/dev/null)/${1%.a}"*.a >/dev/null 2>&1 ;;
    *) command -v "$1" >/dev/null 2>&1 ;;
    esac
}

# The needs of configuration $1 that are not there: the command, then its packages.
unmet_needs() {
    needs | while read -r configurations command packages; do
        case $1,$configurations, in
        docs,all,) ;; # needs no compiler
        *,all,* | *",$1,"*)
            is_there "$command" || echo "$command $packages"
            ;;
        esac
    done
}

missing_for() {
    unmet_needs "$1" | awk '{ printf "%s%s", (NR > 1 ? ", " : ""), $1 }'
}

# The packages that all the configurations named lack, each once.
missing_packages() {
    for configuration in "$@"; do
        unmet_needs "$configuration"
    done | awk '{
        for (i = 2; i <= NF; i++) {
            if (!seen[$i]++) { printf "%s%s", gap, $i; gap = " " }
        }
    }'
}

# It is, or is not needed: neither the documentation nor the demo is a test.
cmocka_is_there() {
    [ "$asked_for" = docs ] || [ "$asked_for" = demo ] || [ -n "${PAWL_CMOCKA_SOURCE_DIR-}${PAWL_FETCH_CMOCKA-}" ] ||
        [ -e "$root/build/deps/cmocka/src/cmocka.c" ]
}

setup_for() {
    asked_for=$*
    mkdir -p "$root/build/logs"
    setup_log=$root/build/logs/setup.log
    packages=$(missing_packages "$@")
    wanted=$packages
    cmocka_is_there || wanted="${wanted:+$wanted }cmocka (its source, into build/deps)"
    if [ -n "$wanted" ]; then
        can_install || die "cannot install by itself here, please install: $wanted"
        say "getting with apt-get: $wanted"
        : >"$setup_log"
        [ -z "$packages" ] || install_packages "$@"
        case " $asked_for " in
        *' mingw32 '* | *' msvc-branch32 '*)
            is_there wine32 || get_wine32 || say "cannot get wine32 (build/logs/setup.log)"
            ;;
        esac
        cmocka_is_there || get_cmocka || die "cannot get CMocka's source (build/logs/setup.log):" \
            "set PAWL_CMOCKA_SOURCE_DIR to it, or PAWL_FETCH_CMOCKA=ON"
    fi
    [ "$asked_for" = docs ] || [ "$asked_for" = demo ] || check_cmake
}

# apt-get, and the right to install packages if there are any to install.
can_install() {
    command -v apt-get >/dev/null 2>&1 || return
    [ -z "$packages" ] || [ "$(id -u)" = 0 ] || command -v sudo >/dev/null 2>&1
}

apt_get() {
    set -- env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@"
    [ "$(id -u)" = 0 ] || set -- sudo "$@"
    "$@" >>"$setup_log" 2>&1 </dev/null
}

# All packages at once, or else for each configuration on its own: a package that this system does
# not have must not keep the other configurations from running.
install_packages() {
    apt_get update || say "apt-get update failed, going on with the old lists"
    # shellcheck disable=SC2086 # words, by intent
    apt_get install -y --no-install-recommends $packages && return
    for configuration in "$@"; do
        packages=$(missing_packages "$configuration")
        # shellcheck disable=SC2086
        [ -z "$packages" ] || apt_get install -y --no-install-recommends $packages ||
            say "apt-get did not install all that $configuration needs (build/logs/setup.log)"
    done
}

# Unpack CMocka's source, as the distribution has it, into build/deps/cmocka.
get_cmocka() {
    scratch=$(mktemp -d) || return
    mkdir "$scratch/out"
    apt_apart deb-src source --download-only cmocka >>"$setup_log" 2>&1 &&
        unpack_cmocka >>"$setup_log" 2>&1
    rm -rf "$scratch"
    cmocka_is_there || return
    [ "$cmocka_version" = 1.1.5 ] ||
        say "CMocka is $cmocka_version here, the tests were written with 1.1.5"
}

# apt_apart TYPE OPTIONS COMMAND...: apt-get into the folder scratch, with the machine's own sources
# as entries of that type, and lists apart: the machine's settings are not touched, and no right to
# change them is needed. If a source's list cannot be fetched, the command fails for that source.
apt_apart() {
    type=$1
    shift
    mkdir -p "$scratch/parts" "$scratch/lists/partial" "$scratch/cache/archives/partial"
    source_entries "$type" "$scratch/parts"
    options="-q -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts=$scratch/parts
        -o Dir::State::Lists=$scratch/lists -o Dir::Cache=$scratch/cache -o APT::Sandbox::User=root"
    while [ "$1" = -o ]; do
        options="$options $1 $2"
        shift 2
    done
    # shellcheck disable=SC2086 # words
    (cd "$scratch" && { apt-get $options update; apt-get $options "$@"; })
}

# Write the machine's package sources as entries of type $1 into folder $2.
source_entries() {
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
        case $file in
        *.sources) sed "s/^[Tt]ypes:.*/Types: $1/" "$file" ;;
        *.list) sed -n "s/^[[:space:]]*deb[[:space:]]/$1 /p" "$file" ;;
        *) continue ;;
        esac >"$2/${file##*/}"
    done 2>/dev/null
}

# cmake unpacks, as it knows xz and a fresh system's tar does not.
unpack_cmocka() {
    archive=$(find "$scratch" -maxdepth 1 -name 'cmocka_*.orig.tar.?z')
    cmocka_version=${archive##*/cmocka_}
    cmocka_version=${cmocka_version%.orig.tar.*}
    if [ "$cmocka_version" = 1.1.5 ]; then
        echo "f0ccd8242d55e2fd74b16ba518359151f6f8383ff8aef4976e48393f77bba8b6  $archive" |
            sha256sum -c || return
    fi
    (cd "$scratch/out" && cmake -E tar xf "$archive") || return
    mkdir -p "$root/build/deps"
    rm -rf "$root/build/deps/cmocka"
    mv "$scratch"/out/* "$root/build/deps/cmocka"
}

# The presets' format is CMake 3.25's.
check_cmake() {
    found=$(cmake --version 2>/dev/null | awk 'NR == 1 { print $3 }')
    echo "$found" | awk -F. '{ exit !($1 > 3 || ($1 == 3 && $2 >= 25)) }' ||
        die "needs CMake 3.25 or newer, found ${found:-none}"
}
