#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Doxygen's input filter for Markdown: headings get GitHub's names, and links lead to pages.

Doxygen 1.9.8 names headings as GitHub does (MARKDOWN_ID_STYLE), older ones do not.
"""
import os
import re
import sys

ROOT = os.path.abspath(__file__ + "/../../..")
PATH = os.path.relpath(sys.argv[1], ROOT)


def page_of(path):
    return re.sub(r"\W", "_", "page_" + path.removesuffix(".md").lower())


def link(found):
    """A link to a page or a header; another file of the tree is named and not linked."""
    text, (target, _, section) = found[1], found[2].partition("#")
    path = os.path.normpath(os.path.join(os.path.dirname(PATH), target)) if target else PATH
    if ":" in target:
        return found[0]
    if not os.path.exists(os.path.join(ROOT, path)):
        print("%s: a link leads to %s, which is not there" % (PATH, path), file=sys.stderr)
    header = re.match(r"include/pawl/(?!pawl\.h$|compiler)(\w+\.h(?:pp)?)$", path)
    if header:
        return "[%s](@ref pawl_%s)" % (text, header[1].replace(".", "_"))
    if path.endswith(".md"):
        return "[%s](@ref %s)" % (text, page_of(path) + ("_" + section if section else ""))
    return text


fence = False
for number, line in enumerate(open(sys.argv[1], encoding="utf-8").read().split("\n")):
    fence ^= line.startswith("```")
    if line.startswith("#") and not fence:
        slug = re.sub(r"[^a-z0-9 _-]", "", line.lstrip("#").strip().lower()).replace(" ", "-")
        line += " {#%s}" % (page_of(PATH) + ("_" + slug if number else ""))
    code = fence or line.startswith(("```", "    "))
    print(line.replace(" fragment", "") if code else
          re.sub(r"\[([^]]*)\]\(([^)]*)\)", link, line))
