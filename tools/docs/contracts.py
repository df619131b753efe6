#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Doxygen's input filter for headers: prints one with its comments as Doxygen's.

The opening comment describes the header, which is a group. A comment before a declaration is its
contract, and that of the declarations after it that have none. The labels become headings, the
statuses below them a list. A contract that is missing or out of form is told on stderr.
"""
import re
import sys

PATH = sys.argv[1]
FILE = PATH.rpartition("/")[2]
IS_CPP = FILE.endswith(".hpp")
GROUP = "pawl_" + FILE.replace(".", "_")
LABEL = re.compile(r"(Returns|Requires|Orders|Costs)  +(.*)")
ITEM = re.compile(r"(PAWL_[A-Z_]+|true|false|else)  +(.*)")
COMMENT = re.compile(r"(    )?/\* " if IS_CPP else r"/\* (?!(?:pawl|PAWL)__|----)")
MACRO = re.compile(r" ?\bPAWL__(?!COROUTINES)[A-Z_]+\b(\([^()]*\))?(?! *\\$)")
PRIVATE = re.compile("  (protected|private):" if IS_CPP else r"enum( pawl__\w+)? \{")
NAME = re.compile(r"# *define (PAWL_(?!\w*_H\b)\w+)|(?:PAWL_API|PAWL_INLINE|PAWL_MUST_CHECK|typedef|struct)"
                  r"\b[^;{]*?\b(pawl_\w+)(?= ?[({;])")


def complain(number, what):
    print("%s:%d: %s" % (PATH, number, what), file=sys.stderr)


def contract(number, said):
    label = False
    for number, line in enumerate(said, number):
        found = LABEL.match(line)
        label = line != "" and (label or found is not None)
        if found:
            yield "\n@par %s" % found[1]
            line = " " * 10 + found[2]
        elif LABEL.search(line) or label and not line.startswith(" " * 10):
            complain(number, "a label does not begin a line, or its text is not below its beginning")
        if label:
            found, line = ITEM.match(line[10:]), re.sub("^ +", "  ", line[10:])
            line = "- `%s`: %s" % found.groups() if found else line
        yield line


def opening(said):
    text, _, example = "\n".join(said[2:]).partition("Example:\n")
    yield "@defgroup %s pawl/%s\n%s\n@code{.%s}" % (GROUP, FILE, text, "cpp" if IS_CPP else "c")
    yield re.sub(r"(?m)^    ", "", example).strip("\n") + "\n@endcode\n@{"


lines = open(PATH, encoding="utf-8").read().split("\n") + [""]
at, shared, hidden = 0, None, False
while at < len(lines) - 1:
    first, said = at, None
    if COMMENT.match(lines[at]):
        at = next(i for i in range(at, len(lines)) if "*/" in lines[i]) + 1
        said = [re.sub(r"^ *(/\*|\*/|\*)? ?| *\*/$", "", line) for line in lines[first:at]]
    name = NAME.match("\n".join(lines[at:at + 3]))
    name = name and (name[1] or name[2])
    if said and (IS_CPP or name or first == 0) and "__" not in (name or ""):
        alone = ["@addtogroup %s\n" % GROUP] if lines[at] == "" else []
        text = opening(said) if first == 0 else alone + list(contract(first + 1, said))
        print("\n".join(["/**", *text, "*/"]))
        shared = name
    elif said:
        print("\n".join(lines[first:at]))
    elif name and "__" not in name and not IS_CPP:
        if shared or lines[at].startswith("#"):
            print("/** @copydoc %s */" % (shared or GROUP))
        elif not lines[at].startswith("typedef struct"):
            complain(at + 1, name + " has no contract")
    if not COMMENT.match(lines[at]):
        hidden = hidden or PRIVATE.match(lines[at]) is not None
        line = lines[at] if lines[at].startswith("#") else MACRO.sub("", lines[at])
        ends = hidden and line.rstrip().endswith("};")
        line = re.sub(r"^(    PAWL_\w+.*)/\* ", r"\1/**< ", line)
        print(line if not hidden or ends and IS_CPP else "")
        hidden, at = hidden and not ends, at + 1
print("/** @} */")
