# SPDX-License-Identifier: MIT
#
# Reads one Markdown page of the tree and writes it for Doxygen: headings get the names that GitHub
# gives them, links to pages and headers become Doxygen's, links to other files become plain names.
#
#   awk -f pages.awk docs/guide.md

BEGIN { code = 0 }

{
    sub(/\r$/, "")
}

FNR == 1 {
    name = page_of(FILENAME)
}

/^```/ {
    code = !code
    sub(/ fragment$/, "")
    print
    next
}

code || /^    / {
    print
    next
}

/^#+ / {
    text = $0
    sub(/^#+ +/, "", text)
    print $0 " {#" (/^# / ? name : name "_" slug(text)) "}"
    next
}

{
    if (gsub(/`/, "`") % 2 == 1) {
        print FILENAME ":" FNR ": code goes on into the next line" > "/dev/stderr"
    }
    print with_links($0)
}

function page_of(path)
{
    sub(/.*\//, "", path)
    sub(/\.md$/, "", path)
    return "page_" tolower(path)
}

function slug(text)
{
    text = tolower(text)
    gsub(/`/, "", text)
    gsub(/[^a-z0-9 _-]/, "", text)
    gsub(/ /, "-", text)
    return text
}

function with_links(s,    out, text, target, before)
{
    out = ""
    while (match(s, /\[[^]]*\]\([^)]*\)/)) {
        text = substr(s, RSTART + 1, RLENGTH - 1)
        target = text
        sub(/\].*/, "", text)
        sub(/^.*\]\(/, "", target)
        sub(/\)$/, "", target)
        before = substr(s, 1, RSTART - 1)
        s = substr(s, RSTART + RLENGTH)
        out = out plain(before) link(text, target)
    }
    return out plain(s)
}

function link(text, target,    anchor, file)
{
    if (target ~ /^(https?|mailto):/) {
        return "[" text "](" target ")"
    }
    anchor = ""
    file = target
    if (match(target, /#/)) {
        anchor = substr(target, RSTART + 1)
        file = substr(target, 1, RSTART - 1)
    }
    if (file == "" || file ~ /\.md$/) {
        file = file == "" ? name : page_of(file)
        return "[" text "](@ref " file (anchor != "" ? "_" anchor : "") ")"
    }
    if (file ~ /include\/pawl$/) {
        return "[" text "](@ref headers)"
    }
    if (file ~ /include\/pawl\/.*\.h(pp)?$/ && file !~ /\/(pawl|compiler)\.h$/ && exists(file)) {
        sub(/.*\//, "", file)
        sub(/\.h$/, "", file)
        sub(/\.hpp$/, "_hpp", file)
        return "[" text "](@ref " file ")"
    }
    return text
}

function exists(file,    ignored, answer)
{
    sub(/.*include\//, "include/", file)
    answer = (getline ignored < file) > 0
    close(file)
    return answer
}

# Outside of code, what Doxygen would take for a command. A piece of code gets two backticks, as to
# Doxygen one begins a quotation that the next apostrophe ends.
function plain(s,    parts, n, i, out)
{
    n = split(s, parts, "`")
    out = ""
    for (i = 1; i <= n; i++) {
        if (i % 2 == 1) {
            gsub(/[@%]/, "\\\\&", parts[i])
            out = out parts[i]
        } else {
            out = out "``" parts[i] "``"
        }
    }
    return out
}
