#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Weakens the library in one place at a time and requires that a test fails for it.

usage: mutants.py BUILD [--only FILE] [--list] [--limit N] [--seconds N]

A scratch copy of the tree is made in BUILD and built once. Then, for each mutant, one source file
is changed, the test programs are linked anew and run, the quick ones first, until one fails, or
hangs: the mutant is killed. Who survives is listed, and must be in survivors.txt beside this
script, with the reason why the change is harmless.

It runs by hand, for hours: a mutant costs some seconds, one in a header more.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
COPIED = ["CMakeLists.txt", "cmake", "include", "src", "tests"]

# What is run for a change in a file: the first that fails kills. Each is a CTest name.
COMMON = ["lot", "model", "lock", "await", "await_family"]
OWN = {
    "await": ["await", "await_family"],
    "barrier": ["barrier"],
    "base": ["base"],
    "condition": ["condition", "wakes"],
    "event": ["event"],
    "lock": ["lock", "lock_early", "wakes", "lock_stress"],
    "lot": ["lot", "port", "fork", "copies"],
    "misuse": ["null"],
    "once": ["once"],
    "port": ["port", "port_early", "fork", "copies", "interruption"],
    "rlock": ["rlock"],
    "rwlock": ["rwlock"],
    "semaphore": ["semaphore", "semaphore_stress"],
}
LAST = ["conformance", "null", "await_stress", "soak", "lock_stress", "semaphore_stress", "fork"]

# (what, pattern, replacement): each match of the pattern in code is one mutant.
CHANGES = [
    ("order", r"PAWL__(?:ACQUIRE|RELEASE|ACQ_REL)\b(?=\))", "PAWL__RELAXED"),
    ("equal", r" == ", " != "),
    ("unequal", r" != ", " == "),
    ("less", r" < ", " <= "),
    ("at most", r" <= ", " < "),
    ("more", r" > ", " >= "),
    ("at least", r" >= ", " > "),
    ("and", r" && ", " || "),
    ("or", r" \|\| ", " && "),
    ("plus", r" \+ (?=[\w(])", " - "),
    ("minus", r" - (?=[\w(])", " + "),
    ("no wake", r"pawl__lot_wake\(&list\);", ";"),
    ("no unpark", r"pawl__unpark\(parker_of\(waiter\)\);", ";"),
    ("no signal", r"check\(pthread_cond_signal\([^;]*;", ";"),
    ("queue end", r"pawl__lot_push_last\(", "pawl__lot_push_first("),
    ("queue end", r"pawl__lot_push_first\(", "pawl__lot_push_last("),
    ("true", r"return true;", "return false;"),
    ("false", r"return false;", "return true;"),
    ("is past", r"pawl__lot_is_past\(deadline\)", "false"),
]


def code_lines(path):
    """(number, text) of the lines that are code: no comment, no preprocessor, no static check."""
    inside = False
    for number, line in enumerate(open(path, encoding="ascii"), 1):
        text = line
        if inside:
            inside = "*/" not in text
            continue
        if re.match(r"\s*/\*", text):
            inside = "*/" not in text
            continue
        if text.lstrip().startswith("#") or "_Static_assert" in text or text.rstrip().endswith("\\"):
            continue
        if "/*" in text and "*/" not in text:
            inside = True
        yield number, text.split("/*")[0].rstrip("\n")


def mutants_of(path):
    for number, text in code_lines(os.path.join(ROOT, path)):
        for what, pattern, replacement in CHANGES:
            for match in re.finditer(pattern, text):
                changed = text[: match.start()] + replacement + text[match.end() :]
                yield {
                    "file": path,
                    "line": number,
                    "column": match.start() + 1,
                    "what": what,
                    "text": text.strip(),
                    "changed": changed,
                }


def sources(backend):
    files = ["src/" + name for name in sorted(os.listdir(os.path.join(ROOT, "src")))]
    files = [name for name in files if name.endswith(".c")]
    files += ["src/%s/port.c" % backend]
    headers = sorted(os.listdir(os.path.join(ROOT, "include/pawl")))
    return files + ["include/pawl/" + h for h in headers if h.endswith(".h") and h != "uv.h"]


def key_of(mutant):
    return "%s: %s: %s @%d" % (
        mutant["file"], mutant["what"], mutant["text"], mutant["column"])


def known_survivors():
    """The keys of survivors.txt; a line that begins with white space is the reason for the one
    above."""
    known = {}
    last = None
    path = os.path.join(HERE, "survivors.txt")
    if os.path.exists(path):
        for line in open(path, encoding="ascii"):
            if line.startswith("#") or not line.strip():
                continue
            if line[0].isspace():
                known[last] = (known[last] + " " + line.strip()).strip()
            else:
                last = line.rstrip("\n")
                known[last] = ""
    return known


class Bench:
    """The scratch copy, and how its tests are run."""

    def __init__(self, build, seconds):
        self.tree = os.path.join(build, "tree")
        self.build = os.path.join(build, "build")
        self.seconds = seconds
        shutil.rmtree(self.tree, ignore_errors=True)
        for name in COPIED:
            source = os.path.join(ROOT, name)
            target = os.path.join(self.tree, name)
            if os.path.isdir(source):
                shutil.copytree(source, target)
            else:
                os.makedirs(self.tree, exist_ok=True)
                shutil.copy(source, target)
        for name in ["examples", "bench"]:
            os.makedirs(os.path.join(self.tree, name))
            open(os.path.join(self.tree, name, "CMakeLists.txt"), "w", encoding="ascii").close()
        cmocka = os.environ.get("PAWL_CMOCKA_SOURCE_DIR", os.path.join(ROOT, "build/deps/cmocka"))
        self.run(["cmake", "-S", self.tree, "-B", self.build, "-G", "Ninja",
                  "-DCMAKE_BUILD_TYPE=RelWithDebInfo", "-DPAWL_CMOCKA_SOURCE_DIR=" + cmocka])
        self.run(["ninja", "-C", self.build])
        listing = subprocess.run(["ctest", "-N"], cwd=self.build, capture_output=True, text=True,
                                 check=True).stdout
        self.tests = re.findall(r"Test +#\d+: (\S+)", listing)

    @staticmethod
    def run(command):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def order(self, path):
        """The tests for a change in this file, the most telling first."""
        thing = os.path.splitext(os.path.basename(path))[0]
        wanted = OWN.get(thing, []) + COMMON
        simulated = [name for name in self.tests if name.startswith("sim")]
        simulated.sort(key=lambda name: thing not in name)
        wanted += simulated + LAST
        seen = []
        for name in wanted:
            if name in self.tests and name not in seen:
                seen.append(name)
        return seen

    def killer(self, mutant):
        """The test that fails with the mutant, "compiler", or None."""
        path = os.path.join(self.tree, mutant["file"])
        original = open(path, encoding="ascii").read()
        lines = original.split("\n")
        lines[mutant["line"] - 1] = mutant["changed"]
        with open(path, "w", encoding="ascii") as file:
            file.write("\n".join(lines))
        try:
            built = subprocess.run(["ninja", "-C", self.build], stdout=subprocess.DEVNULL,
                                   check=False)
            if built.returncode != 0:
                return "compiler"
            for name in self.order(mutant["file"]):
                if not self.passes(name):
                    return name
            return None
        finally:
            with open(path, "w", encoding="ascii") as file:
                file.write(original)

    def passes(self, name):
        command = ["ctest", "-R", "^%s$" % re.escape(name), "--timeout", str(self.seconds)]
        return subprocess.run(command, cwd=self.build, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, check=False).returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", nargs="?", help="a scratch folder")
    parser.add_argument("--only", help="mutants of this file alone")
    parser.add_argument("--what", help="mutants of this kind alone")
    parser.add_argument("--list", action="store_true", help="print the mutants and stop")
    parser.add_argument("--limit", type=int, help="every so many'th only, to this number")
    parser.add_argument("--seconds", type=int, default=60, help="for one test (60)")
    options = parser.parse_args()
    mutants = [m for path in sources("posix") for m in mutants_of(path)]
    mutants = [m for m in mutants if options.only in (None, m["file"])]
    mutants = [m for m in mutants if options.what in (None, m["what"])]
    if options.limit and options.limit < len(mutants):
        mutants = mutants[:: len(mutants) // options.limit + 1]
    if options.list or not options.build:
        for mutant in mutants:
            print(key_of(mutant))
        print("%d mutants" % len(mutants))
        return 0
    known = known_survivors()
    bench = Bench(os.path.abspath(options.build), options.seconds)
    survivors, killed, began = [], {}, time.time()
    for number, mutant in enumerate(mutants, 1):
        killer = bench.killer(mutant)
        if killer is None:
            survivors.append(mutant)
        else:
            killed[killer] = killed.get(killer, 0) + 1
        print("%4d/%d %5.0f s  %-20s %s:%d %s" % (
            number, len(mutants), time.time() - began, killer or "SURVIVES", mutant["file"],
            mutant["line"], mutant["what"]), flush=True)
    return report(mutants, survivors, killed, known)


def report(mutants, survivors, killed, known):
    print("\n%d mutants, %d killed, %d survive" % (
        len(mutants), len(mutants) - len(survivors), len(survivors)))
    for killer in sorted(killed, key=killed.get, reverse=True):
        print("  %4d by %s" % (killed[killer], killer))
    unknown = [m for m in survivors if not known.get(key_of(m))]
    for mutant in survivors:
        print("%s\n    %s" % (key_of(mutant), known.get(key_of(mutant)) or "NO REASON IS GIVEN"))
    print("%d survivors without a reason" % len(unknown))
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
