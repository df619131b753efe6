#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Measures how much of src/ the tests run: lines and branches, by gcc and gcovr, and what is left.
set -u
program=tools/coverage.sh
root=$(cd "$(dirname "$0")/.." && pwd) || exit 2
cd "$root" || exit 2
. "$root/tools/setup.sh"

usage() {
    cat <<'END_OF_USAGE'
usage: sh tools/coverage.sh [--build DIRECTORY] [--report-only]

Builds the tests with gcc's coverage in DIRECTORY (build/coverage), runs them one after the other,
and prints the coverage of src/ and what no test ran: a line, or the numbers of its branches. Needs
gcovr, and installs it (by apt-get) if it is missing. Exits with 1 if a test fails.

  --report-only  no build and no run: what the last one left
END_OF_USAGE
}

build=build/coverage report_only=''
while [ $# -gt 0 ]; do
    case $1 in
    --build) build=${2:?--build needs a directory} && shift ;;
    --report-only) report_only=yes ;;
    --help | -h) usage && exit ;;
    *) die "unknown option '$1' (--help shows the usage)" ;;
    esac
    shift
done

# A process that aborts, or a forked child that ends by _exit, writes no counters by itself. The object
# made here writes them, and every program is linked with it.
make_dumper() {
    cat >"$build/dump.c" <<'END_OF_SOURCE'
#include <signal.h>
void __gcov_dump(void);
void __real__exit(int status);
void __wrap__exit(int status);
void __wrap__exit(int status)
{
    __gcov_dump();
    __real__exit(status);
}
static void dump(int signal_number)
{
    (void)signal_number; /* abort() goes on when this returns */
    __gcov_dump();
}
__attribute__((constructor)) static void dump_on_abort(void)
{
    signal(SIGABRT, dump);
}
END_OF_SOURCE
    gcc -c -o "$build/dump.o" "$build/dump.c"
}

# Counters are updated atomically: the tests' threads share them.
build_and_run() {
    flags='--coverage -fprofile-update=atomic'
    make_dumper || die "gcc does not compile $build/dump.c"
    cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_COMPILER=gcc \
        -DCMAKE_CXX_COMPILER=g++ -DPAWL_BUILD_TESTS=ON "-DCMAKE_C_FLAGS=$flags" "-DCMAKE_CXX_FLAGS=$flags" \
        "-DCMAKE_EXE_LINKER_FLAGS=$(cd "$build" && pwd)/dump.o -Wl,--wrap=_exit" >"$build/log" ||
        die "does not configure: $build/log"
    cmake --build "$build" >>"$build/log" || die "does not build: $build/log"
    find "$build" -name '*.gcda' -exec rm -f {} +
    ctest --test-dir "$build" --output-on-failure >"$build/tests.log"
    result=$?
    tail -n 3 "$build/tests.log"
    return $result
}

# gcovr's JSON of the objects in folder $1, without those in folders like $2.
counters() {
    gcovr -r "$root" -f "$root/src/" --exclude-directories ".*($2).*" --json - "$1"
}

# A row for each file, and the lines and branches that nothing ran. The library with PAWL_VALGRIND is
# left out, because its atomics have branches of their own. The library built as on an older host has
# other functions of the same names, which gcovr refuses to merge: its lines are added here.
report() {
    counters "$build" 'pawl_annotated|order_valgrind|pawl_older' >"$build/coverage.json" &&
        counters "$build/tests/process/CMakeFiles/pawl_older.dir" 'none' >"$build/older.json" || return
    python3 - "$build/coverage.json" "$build/older.json" <<'END_OF_PYTHON'
import json
import sys


def lines_of(path):
    return {(entry['file'], line['line_number']): line for entry in json.load(open(path))['files']
            for line in entry['lines'] if not line.get('gcovr/noncode')}


lines = lines_of(sys.argv[1])
for place, line in lines_of(sys.argv[2]).items():
    same = lines.setdefault(place, line)
    if same is not line:
        same['count'] += line['count']
        for branch, other in zip(same['branches'], line['branches']):
            branch['count'] += other['count']
left, sums = [], [0, 0, 0, 0]
print('%-22s %13s %17s' % ('', 'lines', 'branches'))
for name in sorted({name for name, _ in lines}):
    figures = [0, 0, 0, 0]
    text = open(name).read().split('\n')
    for line in [lines[place] for place in sorted(lines) if place[0] == name]:
        missed = [str(i) for i, branch in enumerate(line['branches']) if branch['count'] == 0]
        figures[0] += line['count'] > 0
        figures[1] += 1
        figures[2] += len(line['branches']) - len(missed)
        figures[3] += len(line['branches'])
        at = '%s:%d: ' % (name, line['line_number'])
        code = text[line['line_number'] - 1].strip()
        if line['count'] == 0:
            left.append(at + 'not run: ' + code)
        elif missed:
            left.append(at + 'branch %s of %d: %s' % (','.join(missed), len(line['branches']), code))
    sums = [a + b for a, b in zip(sums, figures)]
    if figures[1]:
        print('%-22s %4d/%-4d %3d %%   %4d/%-4d %3d %%' % (
            name, figures[0], figures[1], 100 * figures[0] // figures[1],
            figures[2], figures[3], 100 * figures[2] // figures[3] if figures[3] else 100))
print('%-22s %4d/%-4d %.1f %%   %4d/%-4d %.1f %%\n' % (
    'src', sums[0], sums[1], 100 * sums[0] / sums[1], sums[2], sums[3], 100 * sums[2] / sums[3]))
print('\n'.join(left))
END_OF_PYTHON
}

if ! command -v gcovr >/dev/null 2>&1; then
    mkdir -p "$root/build/logs"
    setup_log=$root/build/logs/setup.log packages=gcovr
    can_install || die "please install gcovr"
    apt_get update
    apt_get install -y --no-install-recommends gcovr || die "cannot install gcovr ($setup_log)"
fi
failed=0
if [ -z "$report_only" ]; then
    setup_for gcc-debug
    mkdir -p "$build"
    build_and_run || failed=1
fi
report && exit $failed
