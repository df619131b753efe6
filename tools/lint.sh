# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# The job `lint` of test.sh, which sources this file: what clang-format, clang-tidy and git know.
: "${root:?}"

run_lint() {
    begin_checks lint
    check "clang-format: each file conforms that is not listed as old" step sh tests/hygiene/format.sh
    check "clang-tidy: the library, its headers and the tests' helpers" tidy
    check "the last commit's message has its form" step sh tests/hygiene/commits.sh
    check "prose: comments and pages are in plain English" step python3 tests/hygiene/prose.py
    check "shellcheck: the scripts" step shellcheck -x -S warning tools/*.sh tests/hygiene/*.sh
    end_checks
}

# For this system's sources; .clang-tidy has the checks and their exceptions.
tidy() {
    step cmake -S . -B build/lint -G Ninja -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ \
        -DCMAKE_EXPORT_COMPILE_COMMANDS=ON -DCMAKE_BUILD_TYPE=Debug \
        -DPAWL_BUILD_TESTS=ON || return
    # shellcheck disable=SC2046 # names without blanks
    step clang-tidy-14 -p build/lint --quiet \
        $(compiled src/*.c src/posix/*.c tests/support/*.c)
}

# Prints the files that a target compiles: the others are for other systems.
compiled() {
    for source in "$@"; do
        ! grep -qF "/$source\"" build/lint/compile_commands.json || echo "$source"
    done
}
