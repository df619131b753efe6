#!/bin/sh
# SPDX-License-Identifier: MIT
# Checks commit messages: a subject "area: what is now true" of one clause and at most 72 columns, an
# empty line, and a body of lines of at most 76 columns, as git log indents them, that says why, and what
# was run.
#   sh tests/hygiene/commits.sh [RANGE]        the last commit, if no range is given; merges are left out
#   sh tests/hygiene/commits.sh --file FILE    the message in a file, as a commit-msg hook is called
set -u

# check NAME: reads a message. Lines that begin with # are the editor's, indented ones are quotations.
check() {
    awk -v name="$1" '
        /^#/ { next }
        { line[++n] = $0 }
        END {
            while (n > 0 && line[n] == "") n--
            if (length(line[1]) > 72) complain("the subject has more than 72 columns")
            if (line[1] !~ /^[A-Za-z0-9_.\/, -]+: [^ ]/) complain("the subject is not \"area: what is now true\"")
            if (line[1] ~ /;|[.]$/) complain("the subject has more than one clause, or ends with a period")
            if (n > 1 && line[2] != "") complain("the second line is not empty")
            if (n < 3) complain("no body says why")
            for (i = 3; i <= n; i++) {
                if (length(line[i]) > 76 && line[i] !~ /^(    |.*:\/\/)/) complain("line " i " has more than 76 columns")
            }
            exit bad
        }
        function complain(what) { print name ": " what; bad = 1 }'
}

if [ "${1-}" = --file ]; then
    check "${2:?--file needs a file}" <"$2"
    exit
fi
status=0
for commit in $(git rev-list --no-merges ${1-"-1" "HEAD"}); do
    git log -1 --format=%B "$commit" | check "$(git log -1 --format='%h %s' "$commit")" || status=1
done
exit $status
