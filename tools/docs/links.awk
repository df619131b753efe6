# SPDX-License-Identifier: MIT
#
# Reads all HTML pages of one folder and says which of their links lead nowhere: to a file that the
# list `files` does not name, or to a place that no page has. Links to other hosts are not followed.
#
#   awk -v files="$(ls html)" -f links.awk html/*.html

BEGIN {
    n = split(files, all, "\n")
    for (i = 1; i <= n; i++) {
        there[all[i]] = 1
    }
}

FNR == 1 {
    page = FILENAME
    sub(/.*\//, "", page)
}

{
    rest = $0
    while (match(rest, /[ ](id|name|href|src)="[^"]*"/)) {
        word = substr(rest, RSTART + 1, RLENGTH - 2)
        rest = substr(rest, RSTART + RLENGTH)
        value = word
        sub(/^[a-z]*="/, "", value)
        if (word ~ /^(id|name)=/) {
            place[page "#" value] = 1
        } else if (value !~ /^([a-z]+:|\/\/)/) {
            link[page " " value] = page ":" FNR
        }
    }
}

END {
    count = 0
    for (key in link) {
        count++
        page = key
        sub(/ .*/, "", page)
        target = substr(key, length(page) + 2)
        file = target
        sub(/#.*/, "", file)
        if (file == "") {
            file = page
            target = page target
        }
        gsub(/%3A/, ":", target)
        if (!(file in there)) {
            print link[key] ": no file " file
            broken++
        } else if (target ~ /#./ && file ~ /\.html$/ && !(target in place)) {
            print link[key] ": no place " target
            broken++
        }
    }
    if (!broken) {
        print "ok: " count " links, none is broken"
    }
    exit broken > 0
}
