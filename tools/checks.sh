# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# For jobs of test.sh that are no ctest run: counts checks, each a sentence and a command. test.sh
# sources this and has log, passed and failed.
: "${root:?}" "${log=}"

begin_checks() {
    failures=$root/build/logs/$1.failures
    : >"$failures"
}

# check SENTENCE COMMAND...: the command is to succeed.
check() {
    sentence=$1
    shift
    first=$(($(wc -l <"$log") + 1))
    echo "# $sentence" >>"$log"
    if "$@" >>"$log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        {
            echo "FAILED: $sentence"
            tail -n "+$first" "$log" | sed '1d; s/^\$ /ran: /; s/^/    /' | tail -n 12
        } >>"$failures"
    fi
}

# What failed, as the log's last step, which test.sh shows.
end_checks() {
    if [ -s "$failures" ]; then
        echo "\$ the checks that failed" >>"$log" && cat "$failures" >>"$log"
    fi
}

not() {
    ! "$@"
}
