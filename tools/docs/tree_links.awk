# SPDX-License-Identifier: MIT
#
# Reads the Markdown pages of the tree, from its root, and says which of their links lead to no file
# and to no heading of the tree.
#
#   awk -f tree_links.awk README.md docs/*.md

BEGIN { code = 0 }

FNR == 1 {
    code = 0
    read[FILENAME] = 1
}

/^```/ { code = !code }

code || /^    / { next }

/^#+ / {
    text = $0
    sub(/^#+ +/, "", text)
    text = tolower(text)
    gsub(/[^a-z0-9 _-]/, "", text)
    gsub(/ /, "-", text)
    heading[FILENAME "#" text] = 1
}

{
    rest = $0
    while (match(rest, /\]\([^)]*\)/)) {
        target = substr(rest, RSTART + 2, RLENGTH - 3)
        rest = substr(rest, RSTART + RLENGTH)
        if (target !~ /^(https?|mailto):/) {
            links++
            from[links] = FILENAME
            line[links] = FNR
            to[links] = target
        }
    }
}

END {
    for (i = 1; i <= links; i++) {
        anchor = ""
        file = to[i]
        if (match(file, /#/)) {
            anchor = substr(file, RSTART)
            file = substr(file, 1, RSTART - 1)
        }
        file = file == "" ? from[i] : resolve(from[i], file)
        if (!exists(file)) {
            print from[i] ":" line[i] ": no file " file
            broken++
        } else if (anchor != "" && (file in read) && !((file anchor) in heading)) {
            print from[i] ":" line[i] ": no heading " file anchor
            broken++
        }
    }
    if (!broken) {
        print "ok: " links " links between the pages of the tree, none is broken"
    }
    exit broken > 0
}

# `file` as seen from the folder of `page`.
function resolve(page, file)
{
    if (page ~ /\//) {
        sub(/[^\/]*$/, "", page)
        file = page file
    }
    while (sub(/[^\/]+\/\.\.\//, "", file)) {
    }
    return file
}

# A file, or a folder.
function exists(file)
{
    if (!(file in answers)) {
        answers[file] = system("test -e '" file "'") == 0
    }
    return answers[file]
}
