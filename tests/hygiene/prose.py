#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Where comments and pages read like a translation: sentences with a marker of that.

    python3 tests/hygiene/prose.py [AREA...]     all areas, if none is named

A marker is a place to look at, not a verdict, so each area may have a few: it fails when the share of
its marked sentences, among those of eight words and more, is above the area's limit, and then prints
them. CONTRIBUTING.md says how the text should read.
"""
import os
import re
import sys

LIMIT = 2  # percent, and at least one sentence
LIMITS = {
    "README.md": LIMIT, "CONTRIBUTING.md": LIMIT, "SECURITY.md": LIMIT, "CHANGELOG.md": LIMIT,
    "docs": LIMIT, "bench": LIMIT, "cmake": LIMIT, "examples": LIMIT, "tools": LIMIT,
    # Not revised completely: these come down to LIMIT with the last of their files.
    "include": 6, "src": 10, "tests": 4,
}
MARKERS = [re.compile(pattern) for pattern in (
    # "who waits is woken": a clause that begins with who and has no noun
    r"(?i)(?:^|[.;:,(]\s|\b(?:by|for|of|to|with|from|and|or|than|if|until|unless|before|after|as|but|when|"
    r"since|that|let|lets|wakes?|is|are|finds?|calls?)\s)who(?:ever)?\b(?!\s+(?:is|are|was|were)\s*\?)",
    # "one that waits", "those who came": a pronoun for a thread, a waiter, a lock
    r"(?:^|[.;:(]\s*)(?:One|Those|That|He|She)\s+(?:that|who|of|which)\b|\bone that\b|\bthat of\b",
    # words and turns of another language
    r"\b(?:is|are|was|be) (?:had|told)\b|\btakes? (?:\w+ ){0,3}along\b|\bmend(?:s|ed)?\b|"
    r"\blook(?:s|ed)? (?:whether|again|after|on|itself|for what)\b|\bdoes not come\b|\bnever does not\b|"
    r"\bstands? (?:in|at|where|beside|there|here|for|once|twice)\b|\bis over\b|\bin place of\b|\bbut for\b|"
    r"\bseldom\b|\bso many\b|\bof late\b|\bis no use\b|\bthere to be\b|\bnor (?:is|does|has) (?:it|he|she)\b|"
    r"\bas yet\b|\bon its way\b|\bcomes? (?:first|too late|in)\b|\blets? (?:\w+ ){1,3}(?:through|in|go)\b",
    r",\s+too\b",
    r"\b(?:rouse[sd]?|awaken(?:s|ed)?|insists?|heir|pest|tyrants?|hesitant|kin|hall|insider)\b",
)]
C = (".c", ".h", ".cpp", ".hpp")
SCRIPTS = (".cmake", ".sh", ".py", ".txt", ".yml")


def blocks(path, text):
    """(line, text) of each comment, or of each paragraph, item and row of a page."""
    if path.endswith(C):
        for found in re.finditer(r"/\*.*?\*/|(?:^[ \t]*//[^\n]*\n)+|//[^\n]*", text, re.S | re.M):
            said = re.sub(r"(?m)^\s*(?:/\*+|\*+/?|//+)\s?", "", found[0]).replace("*/", "")
            yield text.count("\n", 0, found.start()) + 1, said
        return
    if path.endswith(".md"):
        text = re.sub(r"(?s)```.*?```", lambda found: "\n" * found[0].count("\n"), text)
        text = re.sub(r"(?m)^(?:    |#).*$", "", text)
    else:
        text = re.sub(r"(?m)^(?![ \t]*# ).*$", "", text)
        text = re.sub(r"(?m)^[ \t]*# ?", "", text)
    for found in re.finditer(r"(?:^(?!\s*$).+\n?)(?:^(?!\s*(?:[-*] |\|)|\s*$).+\n?)*", text, re.M):
        yield text.count("\n", 0, found.start()) + 1, found[0].strip("| \n")


def sentences(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    for line, said in blocks(path, text):
        for sentence in re.split(r"(?<=[.;:])\s+(?=[A-Z])|\n\s*\n", said):
            words = " ".join(sentence.split())
            if len(words.split()) >= 8:
                yield line + said[:max(said.find(sentence), 0)].count("\n"), words


def files(area):
    if os.path.isfile(area):
        yield area
    for folder, _, names in os.walk(area):
        for name in sorted(names):
            if name.endswith(C + SCRIPTS + (".md",)) and "third_party" not in folder:
                yield os.path.join(folder, name)


def main():
    os.chdir(os.path.abspath(__file__ + "/../../.."))
    failed = False
    for area in sys.argv[1:] or LIMITS:
        total, marked = 0, []
        for path in files(area):
            if path == os.path.relpath(__file__):
                continue  # it has the markers
            for line, said in sentences(path):
                total += 1
                if any(marker.search(said) for marker in MARKERS):
                    marked.append("%s:%d: %s" % (path, line, said[:200]))
        percent = 100 * len(marked) / max(total, 1)
        limit = LIMITS.get(area.split("/")[0], LIMIT)
        bad = percent > limit and len(marked) > 1
        failed |= bad
        if bad or sys.argv[1:]:
            print("\n".join(marked))
        print("%s: %d of %d sentences are marked, %.1f %% (at most %d %%)"
              % (area, len(marked), total, percent, limit))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
