# SPDX-License-Identifier: MIT
#
# Reads one public header of pawl and writes what it promises, without what is private in it:
#
#   awk -v form=doxygen -f contracts.awk include/pawl/lock.h    a header with Doxygen's comments
#   awk -v form=man -v date='November 21, 2026' -v version=0.1.0 -v pages='lock rlock' ...
#                                                               a page in the language mdoc
#   awk -v form=names -f contracts.awk include/pawl/lock.h      the public names, one a line
#
# A contract is the comment in the first column before a declaration, and holds for all declarations
# until the next such comment. What it cannot make sense of it says on stderr.

{
    sub(/\r$/, "")
    # What is said to Clang's -Wthread-safety is not for the reader.
    gsub(/ ?PAWL__(ACQUIRES|RELEASES|TRIES|ASSERTS|IS)(_SHARED|_CAPABILITY)?\([^()]*\)/, "")
    gsub(/PAWL__(NO_ANALYSIS|IS_SCOPE|IS_REENTRANT) ?/, "")
    line[NR] = $0
}

END {
    base = FILENAME
    sub(/.*\//, "", base)
    sub(/\.h$/, "", base)
    page = base == "pawl.hpp" ? base : "pawl_" base
    read_header()
    look_for_contracts()
    if (form == "doxygen") {
        write_doxygen()
    } else if (form == "man") {
        write_man()
    } else {
        write_names()
    }
}

function complain(at, what)
{
    print FILENAME ":" at ": " what > "/dev/stderr"
}

function trim(s)
{
    sub(/^[ \t]+/, "", s)
    sub(/[ \t]+$/, "", s)
    return s
}

# --- Reading -------------------------------------------------------------------------------------
#
# Comment c has blocks[c] blocks, each with a kind and a body:
#
#   para    a paragraph              pre    a table           code    the example
#   label   one of the four, named   item   a status and its meaning, named
#   more    a paragraph of the label before
#
# Declaration d has a name, a kind (function, macro, type, enum), its text, the comment that is its
# contract, and whether its result must be looked at.

function read_header(    at, last, current, private, in_body)
{
    comments = 0
    declarations = 0
    at = 1
    while (at <= NR && line[at] !~ /\*\/$/) {
        at++
    }
    read_comment(1, at, 1)
    current = 0
    private = 0
    for (at++; at <= NR; at++) {
        if (line[at] ~ /^\/\*/) {
            for (last = at; line[last] !~ /\*\//; last++) {
            }
            if (line[at] ~ /^\/\* ---- /) {
                private = line[at] ~ /private/
                current = 0
            } else if (line[at] ~ /^\/\* (pawl|PAWL)__/) {
                current = 0
            } else {
                current = read_comment(at, last, 0)
            }
            at = last
        } else if (line[at] ~ /^PAWL__(BEGIN|END)/) {
            current = 0
        } else if (base !~ /\.hpp$/) {
            at = read_declaration(at, private ? -1 : current)
        }
    }
}

# Lines first to last as comment number comments + 1; returns the number.
function read_comment(first, last, is_opening,    i, s, c, in_label, in_item, open, rest, name, example)
{
    c = ++comments
    blocks[c] = 0
    open = ""
    in_label = 0
    in_item = 0
    example = 0
    for (i = first; i <= last; i++) {
        s = line[i]
        sub(/^\/\* ?/, "", s)
        sub(/ *\*\/$/, "", s)
        sub(/^ \* ?/, "", s)
        if (s ~ /^SPDX-License-Identifier/) {
            continue
        }
        if (s ~ /[^ ] (Returns|Requires|Orders|Costs)  /) {
            complain(i, "a label stands in the middle of a line")
        }
        if (s == "") {
            if (open == "pre" || open == "code") {
                gap = "\n" # kept if the table or example goes on
            } else {
                open = ""
                in_label = 0
            }
        } else if (!in_label && s ~ /^    /) {
            if (open != "pre" && open != "code") {
                open = example ? "code" : "pre"
                add_block(c, open, "", "")
                gap = ""
            }
            body[c, blocks[c]] = body[c, blocks[c]] gap substr(s, 5) "\n"
            gap = ""
        } else if (s ~ /^(Returns|Requires|Orders|Costs)  /) {
            name = s
            sub(/ .*/, "", name)
            in_label = 1
            in_item = 0
            open = "label"
            rest = substr(s, 11)
            add_block(c, "label", name, "")
            in_item = read_label_line(c, rest, 0)
        } else if (in_label) {
            if (s !~ /^          /) {
                complain(i, "a line of a label's text is not below its beginning")
                s = "          " s
            }
            in_item = read_label_line(c, substr(s, 11), in_item)
        } else {
            if (open != "para") {
                open = "para"
                add_block(c, "para", "", "")
            }
            body[c, blocks[c]] = trim(body[c, blocks[c]] " " trim(s))
            if (is_opening && s ~ /Example:$/) {
                example = 1
                sub(/ *Example:$/, "", body[c, blocks[c]])
                if (body[c, blocks[c]] == "") {
                    blocks[c]--
                }
                open = ""
            }
        }
    }
    return c
}

function add_block(c, block_kind, name, text)
{
    blocks[c]++
    kind[c, blocks[c]] = block_kind
    title[c, blocks[c]] = name
    body[c, blocks[c]] = text
}

# One line of a label's text; returns whether it belongs to a status.
function read_label_line(c, s, in_item,    name)
{
    if (s ~ /^(PAWL_[A-Z_]+|true|false|else)  /) {
        name = s
        sub(/ .*/, "", name)
        sub(/^[^ ]+ +/, "", s)
        add_block(c, "item", name, s)
        return 1
    }
    if (in_item && s !~ /^    /) {
        add_block(c, "more", "", trim(s))
        return 0
    }
    body[c, blocks[c]] = trim(body[c, blocks[c]] " " trim(s))
    return in_item
}

# The declaration that begins in line `at`, if it is one; returns its last line. A contract of -1 is
# that of the private part.
function read_declaration(at, contract,    s, name, last, text)
{
    s = line[at]
    if (s ~ /^#define PAWL_[A-Z]/) {
        name = s
        sub(/^#define /, "", name)
        sub(/[^A-Z0-9_].*/, "", name)
        text = s
        if (s ~ /^#define [A-Z0-9_]+\(/) {
            sub(/\).*/, ")", text)
        } else {
            text = "#define " name
        }
        while (line[at] ~ /\\$/) {
            at++
        }
        if (name !~ /__/ && name !~ /_H$/) {
            add_declaration("macro", name, text, contract)
        }
        return at
    }
    if (s !~ /^(PAWL_API|PAWL_INLINE|PAWL_MUST_CHECK|PAWL__[A-Z]+|static|typedef|struct|enum|union|inline)[ ]/) {
        return at
    }
    last = at
    text = s
    while (line[last] !~ /[;{]$/ && line[last] !~ /^\{/ && last < NR) {
        last++
        text = text " " trim(line[last])
    }
    if (s ~ /^typedef enum/) {
        for (; line[last] !~ /^\}/; last++) {
        }
        text = ""
        for (; at <= last; at++) {
            text = text line[at] "\n"
        }
        name = line[last]
        gsub(/[} ;]/, "", name)
    } else if (text ~ /\{$/) {
        text = substr(text, 1, length(text) - 1)
        for (; line[last] !~ /^\}/ && line[last] !~ /[^ ].*\};?$/ && last < NR; last++) {
        }
        if (s ~ /^(typedef )?struct /) {
            sub(/^(typedef )?struct /, "", text)
            name = trim(text)
            text = "typedef struct " name " " name
            s = "typedef"
        }
    }
    if (s !~ /^typedef/) {
        gsub(/PAWL_API|PAWL_INLINE|PAWL_MUST_CHECK|PAWL__[A-Z]+|static|inline/, "", text)
    }
    text = s ~ /^typedef enum/ ? text : trim(text)
    sub(/ *;$/, "", text)
    if (s !~ /^typedef enum/) {
        gsub(/  +/, " ", text)
    }
    if (name == "") {
        name = text
        if (match(name, /[A-Za-z0-9_]+\(/)) {
            name = substr(name, RSTART, RLENGTH - 1)
        } else {
            sub(/.*[ *]/, "", name)
        }
    }
    if (name ~ /__/ || name !~ /^pawl_/) {
        return last
    }
    if (s ~ /^typedef enum/) {
        add_declaration("enum", name, text, contract)
    } else if (s ~ /^typedef/) {
        add_declaration("type", name, text, contract)
    } else if (contract != -1) {
        add_declaration("function", name, text, contract)
        must_look[declarations] = line[at] ~ /PAWL_MUST_CHECK/
    }
    return last
}

# A type may be declared twice; what has a contract wins.
function add_declaration(what, name, text, contract)
{
    if (name in known) {
        if (contract > 0 && contract_of[known[name]] <= 0) {
            contract_of[known[name]] = contract
        }
        return
    }
    if (contract == -1) {
        return
    }
    declarations++
    known[name] = declarations
    what_is[declarations] = what
    name_of[declarations] = name
    text_of[declarations] = text
    contract_of[declarations] = contract
}

# with.h's contract is the comment at its top.
function look_for_contracts(    d)
{
    for (d = 1; d <= declarations && base != "with"; d++) {
        if (contract_of[d] <= 0) {
            complain(1, name_of[d] " has no contract")
        }
    }
}

function write_names(    d)
{
    for (d = 1; d <= declarations; d++) {
        print name_of[d]
    }
    if (base == "with") { # defined differently for each compiler, so not in the first column
        print "PAWL_GUARD"
        print "PAWL_GUARD_SHARED"
        print "PAWL_GUARD_EXCLUSIVE"
        print "PAWL_END"
    }
}

# --- As Doxygen's input --------------------------------------------------------------------------

# Text with nothing in it that Doxygen or Markdown would take for a command, and calls as links.
function plain(s,    parts, n, i, out)
{
    n = split(s, parts, "`")
    out = ""
    for (i = 1; i <= n; i++) {
        if (i % 2 == 1) {
            gsub(/\\/, "\\\\", parts[i])
            gsub(/[<>*#@%&~]/, "\\\\&", parts[i])
            out = out with_calls(parts[i])
        } else {
            out = out "`" parts[i] "`"
        }
    }
    return out
}

# pawl_lock_acquire becomes pawl_lock_acquire(), which Doxygen makes a link.
function with_calls(s,    out, word, next_character)
{
    out = ""
    while (match(s, /pawl_[a-z]+_[a-z_]*[a-z]/)) {
        word = substr(s, RSTART, RLENGTH)
        next_character = substr(s, RSTART + RLENGTH, 1)
        out = out substr(s, 1, RSTART - 1) word
        if (next_character !~ /[(_A-Za-z0-9]/ && word !~ /__/ && word !~ /_(await|resume)$/) {
            out = out "()"
        }
        s = substr(s, RSTART + RLENGTH)
    }
    return out s
}

# A contract may be shared by functions that return nothing.
function write_blocks(c, returns_nothing,    k)
{
    for (k = 1; k <= blocks[c]; k++) {
        if (kind[c, k] == "para") {
            printf "%s%s\n", (k > 1 ? "\n" : ""), plain(body[c, k])
        } else if (kind[c, k] == "pre") {
            printf "\n@verbatim\n%s@endverbatim\n", body[c, k]
        } else if (kind[c, k] == "code") {
            printf "\n@par Example\n@code{.%s}\n%s@endcode\n", base ~ /pp$/ ? "cpp" : "c", body[c, k]
        } else if (returns_nothing && (title[c, k] == "Returns" || kind[c, k] ~ /^(item|more)$/)) {
            continue
        } else if (kind[c, k] == "label" && title[c, k] == "Returns") {
            if (body[c, k] != "") {
                printf "\n@return %s\n", plain(body[c, k])
            }
        } else if (kind[c, k] == "label") {
            printf "\n@par %s\n%s\n", title[c, k], plain(body[c, k])
        } else if (kind[c, k] == "item") {
            printf "\n@retval %s %s\n", title[c, k], plain(body[c, k])
        } else if (kind[c, k] == "more") {
            printf "\n@par\n%s\n", plain(body[c, k])
        }
    }
}

# The opening comment begins with a title, "name: what it is", or a sentence. summary() takes it, and
# leaves the rest of its paragraph.
function page_name(    s)
{
    s = body[1, 1]
    return s ~ /^pawl_[a-z_]+: / ? substr(s, 1, index(s, ":") - 1) : "pawl/" base (base ~ /pp$/ ? "" : ".h")
}

function summary(    s, has_name)
{
    s = body[1, 1]
    has_name = sub(/^pawl_[a-z_]+: /, "", s)
    if (match(s, /[^.]\. [A-Za-z]/)) {
        body[1, 1] = substr(s, RSTART + 3)
        s = substr(s, 1, RSTART + 1)
    } else {
        kind[1, 1] = "done"
    }
    return has_name ? toupper(substr(s, 1, 1)) substr(s, 2) : s
}

function write_doxygen(    d, c, group)
{
    group = base
    sub(/\.hpp$/, "_hpp", group)
    printf "/** @defgroup %s %s\n@ingroup headers\n", group, plain(page_name())
    printf "@brief %s\n\n", plain(summary())
    if (base !~ /pp$/) {
        printf "`#include <pawl/%s.h>`\n\n", base
    }
    write_blocks(1, 0)
    print "@{ */"
    for (d = 1; d <= declarations; d++) {
        c = contract_of[d]
        print "/**"
        if (c > 0) {
            write_blocks(c, text_of[d] ~ /^void [a-z]/)
        } else {
            print "See the top of this page."
        }
        if (must_look[d]) {
            print "\n@note The compiler warns if the result is not looked at."
        }
        print "*/"
        if (what_is[d] == "enum") {
            gsub(/\/\* /, "/**< ", text_of[d])
        }
        print text_of[d] (what_is[d] == "macro" ? "" : ";") "\n"
    }
    if (base == "with") {
        print "/** See the top of this page. GCC, Clang and C++ only. */\n#define PAWL_GUARD(object)"
        print "/** See the top of this page. GCC, Clang and C++ only. */\n#define PAWL_GUARD_SHARED(object)"
        print "/** See the top of this page. GCC, Clang and C++ only. */\n#define PAWL_GUARD_EXCLUSIVE(object)"
        print "/** Closes what PAWL_WITH opened. */\n#define PAWL_END"
    }
    print "/** @} */"
}

# --- As a manual page ----------------------------------------------------------------------------

function roff(s)
{
    gsub(/\\/, "\\e", s)
    gsub(/-/, "\\-", s)
    while (match(s, /`[^`]*`/)) {
        s = substr(s, 1, RSTART - 1) "\\fB" substr(s, RSTART + 1, RLENGTH - 2) "\\fR" substr(s, RSTART + RLENGTH)
    }
    return s
}

# Text in lines of less than 80 columns, each sentence from a new one.
function write_text(s,    words, n, i, current)
{
    n = split(roff(s), words, " ")
    current = ""
    for (i = 1; i <= n; i++) {
        if (current != "" && (length(current) + length(words[i]) > 77 || (current ~ /[^.][.?!]$/ && words[i] ~ /^[A-Z]/))) {
            write_line(current)
            current = words[i]
        } else {
            current = current == "" ? words[i] : current " " words[i]
        }
    }
    if (current != "") {
        write_line(current)
    }
}

function write_line(s)
{
    print (s ~ /^[.']/ ? "\\&" : "") s
}

function write_literal(s,    rows, n, i)
{
    print ".Bd -literal -offset 2n"
    n = split(s, rows, "\n")
    for (i = 1; i < n; i++) {
        gsub(/\\/, "\\e", rows[i])
        gsub(/-/, "\\-", rows[i])
        write_line(rows[i])
    }
    print ".Ed"
}

function write_man_blocks(c,    k, first, in_list, in_items)
{
    first = 1
    in_list = 0
    in_items = 0
    for (k = 1; k <= blocks[c]; k++) {
        if (kind[c, k] == "para") {
            if (!first) {
                print ".Pp"
            }
            write_text(body[c, k])
        } else if (kind[c, k] == "pre") {
            write_literal(body[c, k])
        } else if (kind[c, k] == "label") {
            if (in_items) {
                print ".El"
                in_items = 0
            }
            if (!in_list) {
                print ".Bl -tag -width Requires"
                in_list = 1
            }
            print ".It " title[c, k]
            write_text(body[c, k])
        } else if (kind[c, k] == "item") {
            if (!in_items) {
                print ".Bl -tag -compact -width PAWL_CANCELLED"
                in_items = 1
            }
            print ".It " (title[c, k] ~ /^PAWL/ ? "Dv " : "") title[c, k]
            write_text(body[c, k])
        } else if (kind[c, k] == "more") {
            if (in_items) {
                print ".El"
                in_items = 0
            }
            write_text(body[c, k])
        }
        first = first && kind[c, k] == "done"
    }
    if (in_items) {
        print ".El"
    }
    if (in_list) {
        print ".El"
    }
}

# A prototype: its result's type, its name, its arguments (split at the commas outside brackets).
function write_prototype(text, name,    result, rest, i, character, depth, argument)
{
    result = trim(substr(text, 1, index(text, name "(") - 1))
    rest = substr(text, index(text, name "(") + length(name) + 1)
    sub(/\)$/, "", rest)
    if (result != "") {
        print ".Ft \"" result "\""
    }
    print ".Fo " name
    depth = 0
    argument = ""
    for (i = 1; i <= length(rest); i++) {
        character = substr(rest, i, 1)
        depth += character == "(" ? 1 : character == ")" ? -1 : 0
        if (character == "," && depth == 0) {
            print ".Fa \"" trim(argument) "\""
            argument = ""
        } else {
            argument = argument character
        }
    }
    print ".Fa \"" trim(argument) "\""
    print ".Fc"
}

function write_synopsis(    d, text)
{
    print ".Sh SYNOPSIS"
    print ".In pawl/" base (base ~ /pp$/ ? "" : ".h")
    for (d = 1; d <= declarations; d++) {
        text = text_of[d]
        if (what_is[d] == "function") {
            write_prototype(text, name_of[d])
        } else if (what_is[d] == "macro" && text ~ /\(/) {
            sub(/^#define /, "", text)
            write_prototype(text, name_of[d])
        } else if (what_is[d] == "macro") {
            print ".Fd \"#define " name_of[d] "\""
        } else if (what_is[d] == "enum") {
            print ".Vt enum " name_of[d] " ;"
        } else {
            print ".Vt \"" text "\" ;"
        }
    }
    if (base == "with") {
        print ".Fo PAWL_GUARD\n.Fa object\n.Fc\n.Fo PAWL_GUARD_SHARED\n.Fa object\n.Fc"
        print ".Fo PAWL_GUARD_EXCLUSIVE\n.Fa object\n.Fc\n.Fd \"#define PAWL_END\""
    }
}

function write_values(text,    rows, n, i, name, meaning)
{
    n = split(text, rows, "\n")
    print ".Bl -tag -compact -width PAWL_CANCELLED"
    for (i = 1; i <= n; i++) {
        if (rows[i] ~ /^    PAWL_/) {
            name = trim(rows[i])
            sub(/[ ,].*/, "", name)
            meaning = rows[i]
            sub(/.*\/\* /, "", meaning)
            sub(/ \*\/.*/, "", meaning)
            print ".It Dv " name
            write_text(meaning)
        }
    }
    print ".El"
}

function write_man(    d, e, heading, k, n, all, i, summary_text)
{
    print ".\\\" Made from include/pawl/" base (base ~ /pp$/ ? "" : ".h") " by tools/docs.sh."
    print ".\\\" SPDX-License-Identifier: MIT"
    print ".Dd " date
    print ".Dt " toupper(page) " 3"
    print ".Os pawl " version
    print ".Sh NAME"
    printf ".Nm %s", page
    for (d = 1; d <= declarations; d++) {
        if (name_of[d] != page) {
            printf " ,\n.Nm %s", name_of[d]
        }
    }
    summary_text = summary()
    sub(/\.$/, "", summary_text)
    printf "\n.Nd %s\n", roff(tolower(substr(summary_text, 1, 1)) substr(summary_text, 2))
    write_synopsis()
    print ".Sh DESCRIPTION"
    write_man_blocks(1)
    for (d = 1; d <= declarations; d = e) {
        heading = name_of[d]
        for (e = d + 1; e <= declarations && contract_of[e] == contract_of[d]; e++) {
            heading = heading " , " name_of[e]
        }
        if (contract_of[d] <= 0) {
            continue
        }
        print ".Ss " heading
        write_man_blocks(contract_of[d])
        if (what_is[d] == "enum") {
            write_values(text_of[d])
        }
    }
    for (k = 1; k <= blocks[1]; k++) {
        if (kind[1, k] == "code") {
            print ".Sh EXAMPLES"
            write_literal(body[1, k])
        }
    }
    print ".Sh SEE ALSO"
    n = split(pages, all, " ")
    for (i = 1; i <= n; i++) {
        if (all[i] != page) {
            printf "%s.Xr %s 3", (i > 1 && !(i == 2 && all[1] == page) ? " ,\n" : ""), all[i]
        }
    }
    print ""
}
