# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# A part of the job `packages`: pawl under the compilers, options and builds that users have.
# packages.sh calls check_builds; test.sh has step, checks.sh check.
: "${root:?}" "${away=}" "${system=}" "${prefix=}" "${compile=}" "${compile_cpp=}"

check_builds() {
    builds=$away/builds
    mkdir -p "$builds"
    path='' cmocka=${PAWL_CMOCKA_SOURCE_DIR-$root/build/deps/cmocka}
    take_tree "$builds/pawl"
    check_refusals
    check_configuring
    check_parents
    check "tools/demo.sh shows what pawl does, and fetches no CMocka" demo
}

# The tree's own files, without what is built or unpacked in it, as the folder $1.
take_tree() {
    mkdir -p "$1"
    git ls-files >"$builds/files" && tar -cT "$builds/files" | tar -x -C "$1"
}

# --- The examples --------------------------------------------------------------------------------

# With the installed pawl of packages.sh, each by the command in its first comment.
check_examples() {
    take_tree "$builds/pawl"
    for source in examples/*.c examples/*.cpp; do
        command=$(build_command "$source")
        case $command in
        '') continue ;;
        *-luv*) [ "$system" = elf ] || continue ;; # no libuv for MinGW
        esac
        check "$system: $source builds by its command and runs" builds_alone "$source" "$command"
    done
    [ "$system" != elf ] || check "an example builds with pawl's two files" by_two_files
}

# In one line, without the comment's marks.
build_command() {
    awk '/^( \*|\/\/)     (cc|c\+\+) / { inside = 1 }
        inside { sub(/^( \*|\/\/) */, ""); inside = sub(/\\$/, ""); printf "%s", $0 }' "$1"
}

# SOURCE COMMAND
builds_alone() {
    name=$(basename "${1%.c*}")
    set -- "$1" "$(echo "$2" | sed "s/^cc /$compile /; s/^c++ /$compile_cpp /")"
    # A cross compiler does not read LIBRARY_PATH, and its libwinpthread would be another DLL.
    [ "$system" = elf ] || set -- "$1" "$(echo "$2" |
        sed "s/tree_posix/tree_win32/; s/ -pthread//; s,-lpawl,-L$prefix/both/lib -lpawl,")"
    (cd "$builds/pawl" && step env "CPATH=$prefix/both/include" \
        "LIBRARY_PATH=$prefix/both/lib" sh -c "$2") || return
    expected=$builds/pawl/examples/$name.expected
    set -- "$builds/pawl/$name"
    [ -e "$expected" ] || set -- "$1" "$builds/pawl/packaging"
    prints "$@" >"$builds/printed" || return
    cat "$builds/printed"
    if [ -e "$expected" ]; then
        diff -u "$expected" "$builds/printed"
    else
        grep -q '^digest: files=[1-9]' "$builds/printed"
    fi
}

# PROGRAM ARGUMENT...: run_program has its output in the log only.
prints() {
    if [ "$system" = windows ]; then
        program_path="Z:$(echo "$prefix/both/bin" | sed 's,/,\\,g')"
        argument=${2+"Z:$2"}
        WINEPATH=$program_path timeout 60 wine "$1.exe" ${argument:+"$argument"} | tr -d '\r'
    else
        LD_LIBRARY_PATH=$prefix/both/lib timeout 60 "$@"
    fi
}

# As the page of the examples says.
by_two_files() {
    (cd "$builds/pawl" && sed -n 's/^    \(c[cm].*amalgamat.*\)/\1/p' docs/examples.md >commands &&
        [ "$(wc -l <commands)" = 2 ] && step sh -e commands && step ./shared_counter)
}

# --- What is refused -----------------------------------------------------------------------------

check_refusals() {
    echo '#include <pawl/pawl.h>' >"$builds/header.cpp"
    echo '#include <pawl/pawl.hpp>' >"$builds/cpp_header.cpp"
    check "tools/amalgamate.cmake makes two files" \
        step cmake "-DOUT=$builds/amalgamation" -P tools/amalgamate.cmake
    for cpp in g++ clang++; do
        check "$cpp: pawl.c as C++ is one error" one_error \
            $cpp -fsyntax-only -x c++ "$builds/amalgamation/pawl.c"
        check "$cpp: the C headers in C++98 are one error" one_error \
            $cpp -fsyntax-only -std=c++98 -Iinclude "$builds/header.cpp"
        check "$cpp: pawl.hpp in C++14 is one error" one_error \
            $cpp -fsyntax-only -std=c++14 -Iinclude "$builds/cpp_header.cpp"
    done
}

# COMPILER...: it says one error, which is pawl's own #error.
one_error() {
    echo "\$ $*"
    ! "$@" >"$builds/said" 2>&1 || { echo "no error" && return 1; }
    cat "$builds/said"
    [ "$(grep -c 'error: ' "$builds/said")" = 1 ] && grep -q 'error: .*pawl.*C' "$builds/said"
}

# --- Configuring ---------------------------------------------------------------------------------

check_configuring() {
    check "without CMocka pawl configures, and a line says how to get the tests" without_cmocka
    check "without CMocka PAWL_BUILD_TESTS=ON is an error" refuses_without_cmocka
    check "with CMocka the tests are there" with_cmocka
    check "BUILD_TESTING=OFF is honoured" without_testing
    check "without a C++ compiler pawl configures, and a line names PAWL_HAVE_CXX" without_cpp
    check "without a C++ compiler PAWL_BUILD_TESTS=ON names PAWL_HAVE_CXX" refuses_without_cpp
}

# configure OPTION...: in a new folder, with what CMake says in the file said.
configure() {
    rm -rf "$builds/build"
    echo "\$ cmake -S pawl -B build $*"
    env -u PAWL_CMOCKA_SOURCE_DIR -u PAWL_FETCH_CMOCKA -u CC -u CXX ${path:+"PATH=$path"} \
        cmake -S "$builds/pawl" -B "$builds/build" -G Ninja "$@" >"$builds/said" 2>&1
    configured=$?
    cat "$builds/said"
    return "$configured"
}

count_tests() {
    ctest --test-dir "$builds/build" -N | sed -n 's/^Total Tests: //p'
}

# A system's own CMocka is not looked for.
hide='-DCMAKE_DISABLE_FIND_PACKAGE_cmocka=ON -DPAWL_CMOCKA_INCLUDE= -DPAWL_CMOCKA_LIBRARY='

without_cmocka() {
    # shellcheck disable=SC2086 # words
    configure $hide && step cmake --build "$builds/build" &&
        [ "$(grep -c 'CMocka' "$builds/said")" = 1 ] &&
        grep -q 'No tests.*PAWL_CMOCKA_SOURCE_DIR' "$builds/said" && [ "$(count_tests)" = 0 ]
}

refuses_without_cmocka() {
    # shellcheck disable=SC2086 # words
    ! configure $hide -DPAWL_BUILD_TESTS=ON && grep -q 'PAWL_BUILD_TESTS=OFF' "$builds/said"
}

with_cmocka() {
    configure "-DPAWL_CMOCKA_SOURCE_DIR=$cmocka" && [ "$(count_tests)" -gt 50 ]
}

without_testing() {
    configure "-DPAWL_CMOCKA_SOURCE_DIR=$cmocka" -DBUILD_TESTING=OFF && [ "$(count_tests)" = 0 ]
}

# PATH with a C compiler and CMake, and nothing else.
use_c_alone() {
    path=$builds/c-alone
    mkdir -p "$path"
    for tool in cc as ld ar ranlib nm objcopy objdump strip readelf ninja cmake sh uname; do
        ln -sf "$(command -v "$tool")" "$path/$tool" || return
    done
}

without_cpp() {
    use_c_alone
    configure "-DPAWL_CMOCKA_SOURCE_DIR=$cmocka"
    path=''
    [ "$configured" = 0 ] && grep -q 'No tests.*PAWL_HAVE_CXX=OFF' "$builds/said" &&
        [ "$(count_tests)" = 0 ]
}

refuses_without_cpp() {
    use_c_alone
    configure "-DPAWL_CMOCKA_SOURCE_DIR=$cmocka" -DPAWL_BUILD_TESTS=ON
    path=''
    [ "$configured" != 0 ] && grep -q 'PAWL_HAVE_CXX=OFF' "$builds/said"
}

# --- Inside somebody's build ---------------------------------------------------------------------

check_parents() {
    for c in gcc clang; do
        check "$c: a parent's warnings, analysers and unity build do not reach pawl" \
            in_strict_parent $c
    done
    check "a parent's settings do not change what pawl finds out about the system" same_findings
    check "CMAKE_UNITY_BUILD=ON builds pawl" by_unity_build
    check "Meson: a parent's werror and unity build do not reach pawl" in_strict_meson
}

take_parent() {
    project=$builds/$1
    mkdir -p "$project"
    cp -R "tests/consumers/$1/." tests/consumers/consumer.c* "$project" && take_tree "$project/$2"
}

# COMPILER
in_strict_parent() {
    take_parent strict_parent pawl
    step cmake -S "$project" -B "$project/$1" -G Ninja "-DCMAKE_C_COMPILER=$1" \
        "-DCMAKE_CXX_COMPILER=$(echo "$1" | sed 's/gcc/g/')++" &&
        step cmake --build "$project/$1" && step "$project/$1/consumer" &&
        step "$project/$1/consumer_cpp"
}

same_findings() {
    configure -DCMAKE_C_COMPILER=gcc -DPAWL_BUILD_TESTS=OFF || return
    grep '^PAWL_HAVE' "$builds/build/CMakeCache.txt" >"$builds/findings"
    grep '^PAWL_HAVE' "$builds/strict_parent/gcc/CMakeCache.txt" >"$builds/strict_findings"
    [ -s "$builds/findings" ] && diff -u "$builds/findings" "$builds/strict_findings"
}

by_unity_build() {
    configure -DPAWL_BUILD_TESTS=OFF -DCMAKE_UNITY_BUILD=ON && step cmake --build "$builds/build"
}

in_strict_meson() {
    take_parent meson subprojects/pawl
    step meson setup "$project/build" "$project" -Dwerror=true -Dwarning_level=3 -Dunity=on \
        -Dc_args=-Wdeclaration-after-statement && step meson compile -C "$project/build" &&
        step "$project/build/consumer"
}

# --- The demo ------------------------------------------------------------------------------------

demo() {
    (cd "$builds/pawl" && sh tools/demo.sh examples) >"$builds/said" 2>&1
    cat "$builds/said"
    [ "$(tail -n 1 "$builds/said")" = \
        "This system and Windows agree: equal digests and equal outcomes." ] &&
        [ ! -e "$builds/pawl/build/deps" ]
}
