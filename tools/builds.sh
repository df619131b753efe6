# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# A part of the job `packages`: pawl under the compilers, options and builds that users have.
# packages.sh calls check_builds; test.sh has step, checks.sh check.
: "${root:?}" "${work=}" "${away=}"

check_builds() {
    builds=$away/builds
    mkdir -p "$builds"
    check_refusals
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
