# SPDX-License-Identifier: MIT
#
# Reads a C++ header of pawl and writes it for Doxygen: comments that precede a declaration become
# Doxygen's, what is in namespace detail goes (but for the base class that users see), and a member
# without a comment gets one that names the C functions it calls, whose contract is its own.
#
#   awk -f cpp.awk include/pawl/pawl.hpp

{
    sub(/\r$/, "")
    # What is said to Clang's -Wthread-safety is not for the reader.
    gsub(/ ?PAWL__(ACQUIRES|RELEASES|TRIES|ASSERTS|IS)(_SHARED|_CAPABILITY)?\([^()]*\)/, "")
    gsub(/PAWL__(NO_ANALYSIS|IS_SCOPE|IS_REENTRANT) ?/, "")
    line[NR] = $0
}

END {
    group = FILENAME
    sub(/.*\//, "", group)
    sub(/\.hpp$/, "_hpp", group)
    if (group == "pawl_hpp") {
        print "/** @namespace pawl\nThe C++ face of pawl: see @ref " group ". */"
    }
    for (at = 1; at <= NR && line[at] !~ /^# ?include |^#include /; at++) {
    }
    detail = 0
    hidden = 0
    for (; at <= NR; at++) {
        if (line[at] ~ /^  (public|protected|private):/ || line[at] ~ /^};/) {
            hidden = line[at] ~ /protected|private/
        }
        if (hidden) {
            continue
        } else if (line[at] ~ /^namespace detail/) {
            detail = 1
        } else if (line[at] ~ /^} \/\/ namespace detail/) {
            detail = 0
        } else if (line[at] ~ /^ *#/) {
            skip_directive()
        } else if (detail && line[at] !~ /^\/\* What lock, rlock and semaphore have in common/) {
            continue
        } else if (detail) {
            print "namespace detail {"
            while (line[at] !~ /^  protected:/) {
                write_line()
                at++
            }
            print "}; }"
            hidden = 1
        } else {
            write_line()
        }
    }
}

# Directives go, so both sides of an #if stay; of cv_status, one.
function skip_directive()
{
    while (line[at] ~ /\\$/) {
        at++
    }
    if (line[at + 1] ~ /^enum class cv_status/) {
        at++
    }
}

# Writes line `at`, or what begins with it: a comment, a member without a comment.
function write_line()
{
    if (line[at] == "{" && line[at - 1] == "namespace pawl") { # a group begun before would not reach in
        print line[at]
        open_group()
    } else if (line[at] ~ /^} \/\/ namespace pawl/) {
        close_group()
        print line[at]
    } else if (line[at] ~ /^ *(\/\*|\/\/)/) {
        write_comment()
    } else if (line[at] ~ /^template/ && line[at + 1] ~ /^concept/) {
        write_concept()
    } else if (!documented && line[at] ~ /^using .*;$/) {
        print "/** Another name of the class. */\n" line[at]
    } else if (!documented && line[at] ~ /^inline .*;$/) {
        print "/** See the one before. */\n" line[at]
    } else if (!documented && line[at] ~ /^    [^ ].*/ && line[at] !~ /^    [ {}#:]/ && line[at] !~ /;$/) {
        write_member()
    } else if (!documented && line[at] ~ /^    (constexpr )?(static constexpr|using) .*;$|^    [a-z].*= default;$/) {
        print "    /** As the standard has it. */"
        print line[at]
    } else {
        if (line[at] !~ /^ *$/) {
            documented = 0
        }
        print line[at]
    }
}

# A concept's name and comment; its requirements are the header's.
function write_concept()
{
    if (!documented) {
        print "/** See the one before. */"
    }
    documented = 0
    print line[at++]
    sub(/=.*/, "= true;", line[at])
    print line[at]
    while (line[at + 1] != "") {
        at++
    }
}

function write_comment(    s, indent, text, blank, reopen)
{
    indent = line[at]
    sub(/[^ ].*/, "", indent)
    text = ""
    for (;; at++) {
        s = line[at]
        sub(/^ *\/\* ?/, "", s)
        sub(/^ *\* ?/, "", s)
        sub(/ *\*\/ *$/, "", s)
        if (s ~ /^(Returns|Requires|Orders|Costs)  /) {
            blank = s
            sub(/ .*/, "", blank)
            sub(/^[A-Za-z]+ +/, "", s)
            s = "\n@par " blank "\n" s
        } else if (s !~ /^    /) {
            s = trim(s)
        }
        if (s !~ /^    /) {
            gsub(/[<>#&]/, "\\\\&", s)
            s = with_calls(s)
        }
        text = text s "\n"
        if (line[at] ~ /\*\/ *$/ || at == NR) {
            break
        }
    }
    if (line[at + 1] == "") {
        reopen = in_group
        close_group()
        print "/** @addtogroup " group "\n@details\n" text "*/"
        if (reopen) {
            open_group()
        }
    } else {
        print indent "/**\n" text "*/"
        documented = 1
    }
}

function open_group()
{
    print "/** @addtogroup " group "\n@{ */"
    in_group = 1
}

function close_group()
{
    if (in_group) {
        print "/** @} */"
    }
    in_group = 0
}

function trim(s)
{
    sub(/^ +/, "", s)
    return s
}

function with_calls(s,    out, word)
{
    out = ""
    while (match(s, /pawl_[a-z]+_[a-z_]*[a-z]/)) {
        word = substr(s, RSTART, RLENGTH)
        out = out substr(s, 1, RSTART - 1) word
        if (substr(s, RSTART + RLENGTH, 1) !~ /[(_A-Za-z0-9]/ && word !~ /_(await|resume)$/) {
            out = out "()"
        }
        s = substr(s, RSTART + RLENGTH)
    }
    return out s
}

# A member from its first line to the end of its body, and before it what it is.
function write_member(    last, text, body, name, calls, word, seen)
{
    text = ""
    for (last = at; last < NR && line[last] !~ /^    }/ && line[last] !~ /^    [^ ].*; *$/; last++) {
        text = text line[last] "\n"
    }
    for (; at <= last && line[at] !~ /^    {/; at++) {
        body = body line[at] "\n"
    }
    name = body
    gsub(/template <[^\n]*>\n/, "", name)
    sub(/\(.*/, "", name)
    sub(/.*[ *&]/, "", name)
    calls = ""
    while (match(text, /(pawl_[a-z]+_[a-z_]*[a-z]|detail::(try_)?(acquire|release|describe)[a-z_]*|[^_a-z:.>](try_)?(acquire|release)[a-z_]*)\(/)) {
        word = substr(text, RSTART, RLENGTH - 1)
        text = substr(text, RSTART + RLENGTH)
        sub(/^[^a-z]/, "", word)
        if (word == name || word in seen) {
            continue
        }
        seen[word] = 1
        if (word ~ /^detail::/) {
            sub(/^detail::/, "", word)
            word = "pawl_lock_" word "(), pawl_rlock_" word "() and pawl_semaphore_" word
        }
        calls = calls (calls == "" ? "" : ", ") word "()"
    }
    print "    /** " (name == "native" ? "The C object, for the calls of C." : calls != "" ? "As " calls "." : "See the description of the class.") " */"
    printf "%s", body
    for (; at <= last; at++) {
        print line[at]
    }
    at--
}
