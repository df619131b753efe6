#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Builds pawl in every configuration, runs the tests in each, and compares what they report.
# A job is one row of the table it prints.
set -u
program=tools/test.sh
root=$(cd "$(dirname "$0")/.." && pwd) || exit 2
cd "$root" || exit 2
. "$root/tools/setup.sh"
. "$root/tools/checks.sh"
. "$root/tools/packages.sh"
. "$root/tools/builds.sh"
. "$root/tools/workflows.sh"
. "$root/tools/links.sh"
. "$root/tools/lint.sh"

usage() {
    cat <<'END_OF_USAGE'
usage: sh tools/test.sh [--without JOB]... [--repeat N] [JOB]...

Builds and tests pawl in the configurations named, or in all of them but those that --list
marks, and installs what they need (by apt-get) if it is missing. Exits with 0 only if everything passed.

  --without JOB  leave this one out
  --repeat N     run each test N times, or until it fails
  --list         list the jobs
  --help         print this

The builds are in build/JOB, the logs in build/logs.
END_OF_USAGE
}

# One line per job: its name, the function that runs it, and what it is.
jobs_table() {
    cat <<'TABLE'
gcc-debug      run_preset  gcc, debug
gcc-release    run_preset  gcc, release
clang-debug    run_preset  clang, debug
clang-release  run_preset  clang, release
musl           run_preset  musl, linked statically
arm64          run_preset  64-bit ARM, under qemu
i686           run_preset  32-bit x86
s390x          run_preset  s390x (big endian), under qemu
emscripten     run_preset  WebAssembly with threads, under node
mingw64        run_preset  64-bit Windows, under Wine
mingw32        run_preset  32-bit Windows, under Wine
msvc-branch    run_preset  MSVC's branches by clang, 64-bit Windows, under Wine
msvc-branch32  run_preset  MSVC's branches by clang, 32-bit Windows, under Wine
tsan           run_preset  gcc with the thread sanitizer
asan           run_preset  gcc with the address and undefined behaviour sanitizers
shared         run_preset  gcc, release, pawl as a shared library
amalgamation   run_preset  gcc, release, the tests on pawl.h and pawl.c
sim            run_sim     every schedule, on a simulated machine
fuzz           run_fuzz    calls that libFuzzer makes up, against a model, for a minute
packages       run_packages  installed, packed and used as strangers do, for two systems
workflows      run_workflows  what linters say of .github/workflows; only when named
docs           run_docs    the documentation: HTML and manual pages, their links
lint           run_lint    what clang-format, clang-tidy and shellcheck say; the last commit's message
mutants        run_mutants  the library, weakened: a test must fail for each; hours, only when named
links          run_links   linked for macOS and for Windows on ARM64, not run; only when named
TABLE
}

# What runs only when it is named: its tools come from npm, which not every machine reaches, or it
# takes hours.
on_request='workflows mutants links'

all_jobs() {
    jobs_table | awk '{ print $1 }'
}

known_job() {
    all_jobs | grep -qxF -e "$1" || die "no job is named '$1' (--list shows them)"
}

runner_of() {
    jobs_table | awk -v job="$1" '$1 == job { print $2 }'
}

# Sets: jobs, the names to run, in the table's order; repeat, ctest's option or nothing.
read_arguments() {
    asked='' without='' repeat=''
    while [ $# -gt 0 ]; do
        case $1 in
        --help | -h) usage && exit ;;
        --list) jobs_table | sed 's/run_[a-z_]* *//' && exit ;;
        --without)
            known_job "${2-}"
            without="$without $2" && shift
            ;;
        --repeat)
            case ${2-} in
            '' | 0* | *[!0-9]*) die "--repeat needs a number above 0" ;;
            esac
            repeat="--repeat until-fail:$2" && shift
            ;;
        -*) die "unknown option '$1' (--help shows the usage)" ;;
        *)
            known_job "$1"
            asked="$asked $1"
            ;;
        esac
        shift
    done
    jobs=''
    [ -n "$asked" ] || without="$without $on_request"
    for job in $(all_jobs); do
        case " ${asked:-$job} " in *" $job "*) ;; *) continue ;; esac
        case " $without " in *" $job "*) continue ;; esac
        jobs="$jobs $job"
    done
    [ -n "$jobs" ] || die "nothing is left to run"
}

# --- Running a job -------------------------------------------------------------------------------
#
# A job's function gets the job's name and sets passed and failed; and note, to what went wrong
# outside its tests, which counts as one failure; or remark, to what else is worth a word.

# Run a command with its output in the job's log. `timeout` is here for its process group: through
# it a signal reaches the command's children too, and it sets no limit of its own.
step() {
    echo "\$ $*" >>"$log"
    if command -v timeout >/dev/null 2>&1; then
        timeout 0 "$@" >>"$log" 2>&1 </dev/null &
    else
        "$@" >>"$log" 2>&1 </dev/null &
    fi
    step_pid=$!
    wait "$step_pid"
}

run_preset() {
    step cmake --preset "$1" || { note="does not configure" && return; }
    step cmake --build --preset "$1" || { note="does not build" && return; }
    case $1 in
    mingw64 | msvc-branch) bits=64 ;;
    mingw32 | msvc-branch32) bits=32 ;;
    *) bits='' ;;
    esac
    if [ -n "$bits" ]; then
        echo "\$ wine wineboot" >>"$log"
        warm_wine $bits >>"$log" 2>&1 || { note="not run: wine does not start" && return; }
    fi
    # shellcheck disable=SC2046,SC2086 # `steady` and `repeat` are words, or nothing
    step $(steady "$1") ctest --preset "$1" $repeat
    read_closing_line
    if [ "$note$failed" = 0 ] && [ ! -s "$(transcript_of "$1")" ]; then
        note="made no conformance transcript"
    fi
}

# The simulator's tests alone, of a build of their own.
run_sim() {
    step cmake --preset sim || { note="does not configure" && return; }
    step cmake --build --preset sim || { note="does not build" && return; }
    # shellcheck disable=SC2086 # `repeat` is words, or nothing
    step ctest --preset sim $repeat
    read_closing_line
    remark=$(awk '/ cases, .* schedules, / { sum += $8 } END { print sum + 0 " schedules" }' \
        build/sim/Testing/Temporary/LastTest.log)
}

# From the corpus in the tree on; what it finds new stays in build/fuzz/corpus.
run_fuzz() {
    mkdir -p build/fuzz/corpus
    # shellcheck disable=SC2046 # words
    step clang -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
        -Iinclude -Isrc -Isrc/posix tests/fuzz/fuzz_calls.c tests/fuzz/player.c \
        tests/fuzz/model.c tests/fuzz/real.c src/*.c src/posix/port.c src/posix/file.c \
        src/posix/sleep_semaphore.c src/posix/meet_elf.c -pthread -o build/fuzz/fuzz ||
        { note="does not build" && return; }
    # shellcheck disable=SC2046 # `steady` is words, or nothing
    step $(steady fuzz) build/fuzz/fuzz -max_total_time=60 -max_len=401 -verbosity=0 \
        -artifact_prefix=build/fuzz/ -print_final_stats=1 build/fuzz/corpus tests/fuzz/corpus ||
        { note="pawl and the model differ: see tests/fuzz/machine.h" && return; }
    passed=1
    remark=$(awk '/number_of_executed_units/ { print $2 " programs" }' "$log")
}

# Goes on where it was stopped. Its last line: "1300 mutants, 1250 killed (...".
run_mutants() {
    # shellcheck disable=SC2046 # `steady` is words, or nothing
    step $(steady mutants) python3 tests/mutants/mutants.py build/mutants \
        --jobs "$(getconf _NPROCESSORS_ONLN)" ||
        note="too few are killed, or one survives without a reason"
    remark=$(tail -n 1 "$log")
    passed=$(echo "$remark" | sed -n 's/.* mutants, \([0-9]*\) killed .*/\1/p')
    passed=${passed:-0}
}

# Each check that passes is a line "ok: ...".
run_docs() {
    step sh tools/docs.sh || note="the documentation is not in order"
    passed=$(grep -c '^ok: ' "$log")
}

transcript_of() {
    echo "build/$1/tests/conformance.txt"
}

# Addresses randomised by more than 28 bits are beyond what gcc 12's sanitizers can map.
steady() {
    bits=$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null)
    case $1 in tsan | asan | fuzz | mutants) ;; *) return ;; esac
    if [ "${bits:-0}" -gt 28 ] && setarch -R true 2>/dev/null; then
        echo setarch -R
    fi
}

# "97% tests passed, 1 tests failed out of 33", by ctest
read_closing_line() {
    closing=$(grep -E '^[0-9]+% tests passed, [0-9]+ tests? failed out of' "$log" | tail -n 1)
    if [ -z "$closing" ]; then
        note="ctest did not finish"
        return
    fi
    failed=$(echo "$closing" | sed 's/.*passed, \([0-9]*\) test.*/\1/')
    passed=$(($(echo "$closing" | sed 's/.*out of \([0-9]*\).*/\1/') - failed))
    skipped=$(grep -c '\*\*\*Skipped ' "$log")
    [ "$skipped" = 0 ] || remark="$skipped of them skipped"
}

row() {
    printf '%-14s %7s %7s %8s%s\n' "$1" "$2" "$3" "$4" "${5:+  $5}"
}

# Run one job, print its row and leave the numbers in the file results/JOB for the sum.
run_job() {
    log=$root/build/logs/$1.log
    passed=0 failed=0 note='' remark=''
    begin=$(date +%s)
    : >"$log"
    rm -f "$(transcript_of "$1")"
    lacks=$(missing_for "$1")
    if [ -n "$lacks" ]; then
        note="not run: needs $lacks"
    else
        "$(runner_of "$1")" "$1"
    fi
    [ -z "$note" ] || failed=$((failed + 1))
    row "$1" "$passed" "$failed" "$(($(date +%s) - begin))" "${note:-$remark}"
    echo "$passed $failed" >"$state/results/$1"
}

# Two workers share the list, so that one job builds while another's tests wait for each other.
# The worker whose mkdir succeeds takes the job.
worker() {
    trap 'kill "$step_pid" 2>/dev/null; exit 143' TERM
    step_pid=''
    for job in $jobs; do
        mkdir "$state/claimed/$job" 2>/dev/null && run_job "$job"
    done
}

run_jobs() {
    row configuration passed failed seconds
    worker &
    workers=$!
    worker &
    workers="$workers $!"
    # shellcheck disable=SC2086 # two words
    trap 'kill $workers; wait; exit 130' INT TERM HUP
    wait
    trap - INT TERM HUP
}

# --- Reporting -----------------------------------------------------------------------------------

# Sets passed and failed to job $1's. A job whose worker died left no result.
read_result() {
    passed=0 failed=1
    [ ! -e "$state/results/$1" ] || read -r passed failed <"$state/results/$1"
}

# Sets passed_sum and failed_sum.
sum_up() {
    passed_sum=0 failed_sum=0
    for job in $jobs; do
        read_result "$job"
        passed_sum=$((passed_sum + passed))
        failed_sum=$((failed_sum + failed))
    done
}

# The last step of each failing job's log, without the lines about what went well.
show_failures() {
    for job in $jobs; do
        read_result "$job"
        if [ "$failed" = 0 ] || [ ! -s "build/logs/$job.log" ]; then
            continue
        fi
        printf '\n--- %s: the end of build/logs/%s.log\n' "$job" "$job"
        awk '/^\$ / { n = 0 }
            /^ *Start +[0-9]+: / || /^ *[0-9]+\/[0-9]+ .* Passed +[0-9.]+ sec/ { next }
            /^\[[0-9]+\/[0-9]+\] (Build|Link)ing / { next }
            { line[n++] = $0 }
            END { for (i = 0; i < n; i++) print line[i] }' "build/logs/$job.log" | tail -n 80
    done
}

# Every configuration writes down what the calls did; all must have written the same.
compare_transcripts() {
    reference='' expected='' count=0
    if [ -e tests/contract/conformance.expected ]; then
        reference=tests/contract/conformance.expected
        expected="as in $reference"
    fi
    for job in $jobs; do
        transcript=$(transcript_of "$job")
        [ -s "$transcript" ] || continue
        count=$((count + 1))
        reference=${reference:-$transcript}
        if ! cmp -s "$reference" "$transcript"; then
            echo "conformance: $transcript differs from $reference"
            diff -u "$reference" "$transcript" | head -n 60
            failed_sum=$((failed_sum + 1))
            return
        fi
    done
    case $count in
    0) echo "conformance: no transcripts" ;;
    1) echo "conformance: 1 transcript, ${expected:-no other to compare it with}" ;;
    *) echo "conformance: $count transcripts, all equal${expected:+, $expected}" ;;
    esac
}

# In ctest's words, for programs that parse them.
close_report() {
    total=$((passed_sum + failed_sum))
    percent=0
    [ "$total" = 0 ] || percent=$((passed_sum * 100 / total))
    printf '\n%d%% tests passed, %d tests failed out of %d\n\n' "$percent" "$failed_sum" "$total"
    printf 'Total Test time (real) = %d sec\n' "$seconds"
    printf '%d passed, %d failed\n' "$passed_sum" "$failed_sum"
}

clean_up() {
    rm -rf "$state"
    stop_wine
}

read_arguments "$@"
# shellcheck disable=SC2086 # words
setup_for $jobs
state=$(mktemp -d) || exit 2
trap clean_up EXIT
mkdir "$state/claimed" "$state/results"
begin=$(date +%s)
run_jobs
seconds=$(($(date +%s) - begin))
sum_up
row total "$passed_sum" "$failed_sum" "$seconds"
show_failures
compare_transcripts
close_report
[ "$failed_sum" = 0 ]
