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
    check_warnings
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
    [ "$system" = elf ] || return 0
    check "an example builds with pawl's two files" by_two_files
    for c in gcc clang; do
        check "$c: an imported target's headers are silent under strict warnings" by_import $c
    done
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

# --- Warnings ------------------------------------------------------------------------------------

# What people ask their compilers for. Of clang -Weverything is left out what no library can do
# anything about: padding, reserved names, and that C++11 is not C++98.
strict='-Werror -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wundef -Wcast-qual
    -Wcast-align -Wswitch-default -Wswitch-enum -Wredundant-decls -Wfloat-equal -Wformat=2'
strict_c='-Wdeclaration-after-statement -Wmissing-prototypes -Wstrict-prototypes -Wc++-compat'
strict_cpp='-Wold-style-cast -Weffc++ -Wzero-as-null-pointer-constant -Woverloaded-virtual'
everything='-Weverything -Wno-padded -Wno-reserved-identifier -Wno-reserved-macro-identifier
    -Wno-c++98-compat -Wno-c++98-compat-pedantic'

# COMPILER LANGUAGE: its options; a coroutine's switch and its null pointer are the compiler's own
warning_options() {
    own=$strict_c
    [ "$2" = c ] || own="$strict_cpp -Wmissing-declarations"
    if [ "$1" = clang ]; then
        own="$own $everything"
    elif [ "$2" != c ]; then
        own="$own -Wuseless-cast"
    fi
    [ "$2" != coroutines ] || own="$own -Wno-switch-default -Wno-zero-as-null-pointer-constant"
    echo "$strict $own -D_POSIX_C_SOURCE=200809L"
}

check_warnings() {
    for c in gcc clang; do
        for standard in c11 c17 c2x c++17 c++20 c++2b; do
            check "$c: the headers by -I are silent under strict warnings in $standard" \
                are_silent $c $standard
        done
    done
    check "clang: -fsanitize=integer finds nothing" is_sanitized
}

# COMPILER STANDARD
are_silent() {
    case $2 in
    c++*) language=c++ files='warnings.c warnings_uv.c warnings.cpp' ;;
    *) language=c files='warnings.c warnings_uv.c' ;;
    esac
    [ "$2" = c++17 ] || [ $language = c ] || files="$files warnings_await.cpp"
    for file in $files; do
        kind=$language
        [ "$file" != warnings_await.cpp ] || kind=coroutines
        # shellcheck disable=SC2046 # words
        step "$1" -x $language "-std=$2" $(warning_options "$1" $kind) -Iinclude -fsyntax-only \
            "tests/consumers/$file" || return
    done
}

# COMPILER: the same files, with the headers that find_package finds.
by_import() {
    take_project warnings "$system-warnings"
    cp tests/consumers/warnings*.c* "$project"
    step cmake -S "$project" -B "$project/$1" -G Ninja "-DCMAKE_C_COMPILER=$1" \
        "-DCMAKE_CXX_COMPILER=$(echo "$1" | sed 's/gcc/g/')++" \
        "-Dpawl_DIR=$prefix/both/lib/cmake/pawl" "-DC_OPTIONS=$(warning_options "$1" c)" \
        "-DCXX_OPTIONS=$(warning_options "$1" coroutines)" && step cmake --build "$project/$1"
}

is_sanitized() {
    flags='-fsanitize=integer -fno-sanitize-recover=all'
    configure -DCMAKE_C_COMPILER=clang "-DCMAKE_C_FLAGS=$flags" -DPAWL_BUILD_TESTS=OFF \
        -DPAWL_BUILD_EXAMPLES=ON && step cmake --build "$builds/build" || return
    for example in connection_pool cache start_line early_return; do
        step "$builds/build/examples/$example" || return
    done
}

# --- The demo ------------------------------------------------------------------------------------

demo() {
    (cd "$builds/pawl" && sh tools/demo.sh examples) >"$builds/said" 2>&1
    cat "$builds/said"
    [ "$(tail -n 1 "$builds/said")" = \
        "This system and Windows agree: equal digests and equal outcomes." ] &&
        [ ! -e "$builds/pawl/build/deps" ]
}
