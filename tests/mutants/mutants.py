#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Weakens the library in one place at a time and requires that a test fails for it.

A mutant is one change of one place: a memory order, a comparison, a condition or one operand of it,
a bit, two statements in the other order, a call that is dropped (so each wake), a queue's end, a
deadline that is not checked again. Each is built in a scratch copy of the tree and run against the
tests, those first that are most likely to tell: the simulator on what the file is about, the file's
own test, then all. The first that fails or hangs kills it. A mutant that survives must be listed in
survivors.txt beside this script, with the reason why the change is harmless or cannot be told.

It runs by hand and each week (.github/workflows/weekly.yml), for hours on two processors, and can be
stopped at any time: what is known stands in BUILD/results, and is known again when it is
started anew. That somebody was killed stays known until the file's code changes, that somebody
survived until that of src, include or tests does.

    python3 tests/mutants/mutants.py build/mutants
    python3 tests/mutants/mutants.py build/mutants --only src/lot.c
    python3 tests/mutants/mutants.py build/mutants --what order --tests '^sim_'
"""
import argparse
import collections
import glob
import hashlib
import json
import os
import queue
import re
import shlex
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
NOT_COPIED = [".git", "build"]
LEAST_KILLED = 95  # per cent, of all

# The simulator's groups that are about a file.
GROUPS = {
    "await": ["await", "fork"],
    "barrier": ["barrier", "await"],
    "cell": ["cell"],
    "condition": ["waiting", "condition", "unless", "await"],
    "event": ["waiting", "event", "unless", "await"],
    "latch": ["latch"],
    "lock": ["waiting", "lock", "single", "condition", "await", "leftover", "fork"],
    "lot": ["waiting", "lock", "take_back", "neighbours", "await", "fork", "condition", "once",
            "semaphore", "rlock", "rwlock", "event", "barrier"],
    "once": ["once", "fork"],
    "process": ["fork", "leftover", "copies", "await", "take_back", "lock"],
    "rlock": ["rlock", "condition"],
    "rwlock": ["waiting", "rwlock", "await", "leftover"],
    "semaphore": ["waiting", "semaphore", "await"],
    "stop": ["unless", "token"],
    "spin": ["waiting", "lock", "rwlock"],
    "tasks": ["take_back", "await"],
    "token": ["token"],
    "unless": ["unless"],
    "withdraw": ["await", "take_back", "copies"],
}
# The other tests that are about a file, where their names are not the file's.
TESTS = {
    "coroutine": ["coroutine", "coroutine_misuse", "coroutine_fork", "uv_coroutine"],
    "pawl": ["cpp17", "cpp20", "with_cpp17"],
    "uv": ["uv", "uv_null", "uv_cpp", "uv_coroutine"],
}
GLANCE = 2.5  # seconds of the simulator for all of them, before anything else
# After the file's own tests: what runs every call, quickly. Then all others.
QUICK = ["conformance", "null", "lacking", "model", "await_family", "lot", "lock"]

# (kind, pattern, replacement): each match of the pattern in code is a mutant. A statement's pattern
# begins with the white space before it.
BEFORE = r"(?<=[;{}:])(\s*?\\?\n\s+)"
BEHIND = r"(?=\s*\\?\n)"
CALL = r"(?!return\b|sizeof\b)(?:[a-z_]\w*(?:->|\.|::))*[a-z_]\w*\([^;{}]*\);"
ARGUMENT = r"((?:[^,;()]|\([^()]*\))+)"
ASSIGNMENT = r"[\w>.\-\[\]*+]+ (?:[|+\-*&]|<<|>>)?= [^;{}]*;"
CHANGES = [
    ("order", r"PAWL__(?:ACQUIRE|RELEASE|ACQ_REL)\b", "PAWL__RELAXED"),
    ("order", r"PAWL__ACQ_REL\b", "PAWL__ACQUIRE"),
    ("order", r"PAWL__ACQ_REL\b", "PAWL__RELEASE"),
    ("order", r"\b__ATOMIC_(?:ACQUIRE|RELEASE|ACQ_REL)\b", "__ATOMIC_RELAXED"),
    ("comparison", r"(?<= )==(?=\s)", "!="),
    ("comparison", r"(?<= )!=(?=\s)", "=="),
    ("comparison", r"(?<= )<(?=\s)", "<="),
    ("comparison", r"(?<= )<=(?=\s)", "<"),
    ("comparison", r"(?<= )>(?=\s)", ">="),
    ("comparison", r"(?<= )>=(?=\s)", ">"),
    ("condition", r"(?<= )&&(?=\s)", "||"),
    ("condition", r"(?<= )\|\|(?=\s)", "&&"),
    ("condition", r"\b(if|while) \(((?:[^;{}<>=]|->)*)\)(?= \{)", r"\1 (!(\2))"),
    ("condition", r"(?<![=!<>]= )(?<![<>] )(?<![\w>.\-])([\w>.\-]+|\w+\([^()]*\)) \?(?=\s)",
     r"!\1 ?"),
    ("arithmetic", r"(?<= )\+(?= [\w(])", "-"),
    ("arithmetic", r"(?<= )-(?= [\w(])", "+"),
    ("arithmetic", r"\+\+(?=[;)\]])", "--"),
    ("arithmetic", r"--(?=[;)\]])", "++"),
    ("call", BEFORE + CALL + BEHIND, r"\1;"),
    ("assignment", BEFORE + ASSIGNMENT + BEHIND, r"\1;"),
    # Queued last, then those before it queued behind it.
    ("queue end", r"\bpawl__lot_enqueue\(%s, %s, %s\);" % (3 * (ARGUMENT,)),
     r"{ pawl__lot_enqueue(\1, \2, \3); "
     r"for (pawl_await *before; (before = pawl__lot_first(\1, \2)) != \3;) { "
     r"pawl__lot_dequeue(\1, before); pawl__lot_enqueue(\1, \2, before); } }"),
    ("queue end", r"\bpawl__lot_first\((\w[\w.]*), ((?:[^;()]|\([^()]*\))*)\)(?! [=!]= NULL|\n)",
     r"(pawl__lot_first(\1, \2) ? pawl__lot_first(\1, \2)->prev_ : NULL)"),
    ("queue end", r"(?<=->)next_\b", "prev_"),
    ("queue end", r"(?<=->)prev_\b", "next_"),
    ("truth", r"\breturn true;", "return false;"),
    ("truth", r"\breturn false;", "return true;"),
    ("deadline", r"pawl__lot_is_past\((\w+)\)", "false"),
    ("deadline", r"\bnow >= deadline\b", "false"),
    ("deadline", r"(?<=, )deadline(?=\);)", "PAWL_NEVER"),
    ("no look again", r"\bwhile \(([^;{}]*)\)(?= \{)",
     r"for (int again = 0; again++ == 0 && (\1);)"),
]


# How the tree is built, which of its tests are run, and what says which lines are compiled then: most
# mutants; lock order that is told to ThreadSanitizer; atomics, whose orders only ThreadSanitizer can
# tell on this processor; Windows; and Microsoft's branches.
Kind = collections.namedtuple("Kind", "folder flags settings tests preprocessor backend")
MINGW = "x86_64-w64-mingw32-gcc"
PLAIN = Kind("", "-O1 -w", ("-DPAWL_SIM=ON",), "", ("gcc",), "src/posix")
TOLD = Kind("told", "-O1 -w -g -fsanitize=thread", (), "^order_", ("gcc",), "src/posix")
RACES = Kind("races", "-O1 -w -g -fsanitize=thread", (), "", ("gcc",), "src/posix")
WINDOWS = Kind("windows", "-O1 -w", ("-DCMAKE_TOOLCHAIN_FILE=cmake/toolchains/mingw64.cmake",), "",
               (MINGW,), "src/win32")
MSVC = Kind("msvc", "-O1 -w", ("-DCMAKE_TOOLCHAIN_FILE=cmake/toolchains/msvc-branch.cmake",), "",
            (MINGW, "-DPAWL__TEST_MSVC_BRANCH"), "src/win32")
# Of a file that is not only PLAIN: a line's mutants are run in the first that compiles it.
KINDS_OF = {
    "include/pawl/compiler.h": [RACES, MSVC],
    "src/win32/port.c": [WINDOWS],
}
WITH_MACROS = ["include/pawl/compiler.h"]


def masked(text, with_macros=False):
    """The text with comments, strings and what is no code blanked out, of the same length. What macros
    stand for is code if it is asked for."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group())
    text = re.sub(r"/\*.*?\*/|//[^\n]*|\"(?:[^\"\\\n]|\\.)*\"", blank, text, flags=re.DOTALL)
    text = re.sub(r"^[ \t]*#[ \t]*define \w+(?:\([^)]*\))?", blank, text, flags=re.MULTILINE) \
        if with_macros else text
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*|^[ \t]*(?:_Static_assert|static_assert|concept)\b[^;]*;",
                  blank, text, flags=re.MULTILINE)


def compiled_lines(path, kind):
    """The numbers of the file's lines that are compiled in this kind of build."""
    flags = ["-I" + os.path.join(ROOT, name) for name in ("include", "src", kind.backend)]
    language = ["-std=c++20", "-xc++"] if path.endswith(".hpp") else ["-std=c11", "-xc"]
    output = subprocess.run(
        [*kind.preprocessor, "-E", "-fdirectives-only", "-D_GNU_SOURCE", *flags, *language, "-"],
        input='#include "%s"\n' % path, check=True, capture_output=True, text=True).stdout
    lines, here, number = set(), False, 0
    for line in output.split("\n"):
        marker = re.match(r'# (\d+) "(.*?)"', line)
        if marker:
            number, here = int(marker.group(1)), os.path.realpath(marker.group(2)) == path
            continue
        if here and line.strip():
            lines.add(number)
        number += 1
    for number, line in enumerate(open(path, encoding="ascii"), 1): # of a macro, only the first is there
        if line.endswith("\\\n") and number in lines:
            lines.add(number + 1)
    return lines


# A change: what it is, where it begins, which part of the text it replaces, and by what.
Edit = collections.namedtuple("Edit", "what at begin end fresh")


def pattern_edits(text, code):
    for what, pattern, replacement in CHANGES:
        for match in re.finditer(pattern, code):
            fresh = re.sub(r"\\(\d)", lambda group, of=match: text[slice(*of.span(int(group[1])))],
                           replacement)
            at = match.end(1) if pattern.startswith(BEFORE) else match.start()
            yield Edit(what, at, match.start(), match.end(), fresh)


def operand_end(code, at, step, ends):
    """Where the operand of && or || ends that begins beside this place and extends to the left (step
    -1) or to the right (1): before what closes the parentheses around it, or one of the ends."""
    opening, closing = ("(", ")") if step == 1 else (")", "(")
    depth = 0
    while 0 <= at < len(code):
        here = code[at:at + 2] if step == 1 else code[at - 1:at + 1]
        char = code[at]
        if depth == 0 and (here in ends or char in ",;{}?" or char == closing or
                           (char == ":" and "::" not in code[at - 1:at + 2]) or
                           (char == "=" and not re.search(r"[=!<>]=", code[at - 1:at + 2])) or
                           (step == -1 and re.search(r"\breturn$", code[at - 6:at + 1]))):
            return at if step == 1 else at + 1
        depth += (char in opening + "[") - (char in closing + "]") if step == 1 else \
            (char in opening + "]") - (char in closing + "[")
        at += step
    return at


def operand_edits(text, code):
    """Each operand of a && or || is dropped once."""
    for match in re.finditer(r"(?<= )(&&|\|\|)(?=\s)", code):
        ends = ["&&", "||"] if match[1] == "&&" else ["||"]
        left = operand_end(code, match.start() - 1, -1, ends)
        right = operand_end(code, match.end(), 1, ends)
        if code[left - 2:left] != match[1]:
            yield Edit("operand", left + len(code[left:]) - len(code[left:].lstrip()), left,
                       match.end(), " " if code[left - 1] in "n=" else "")
        begin = len(code[:match.start()].rstrip())
        yield Edit("operand", match.start(), begin, len(code[:right].rstrip()), "")


def bits_of(code):
    """{bit: the next bit of its set}, of the enumerations in this code and in the library's headers:
    those whose values all are powers of two."""
    headers = glob.glob(os.path.join(ROOT, "src/*.h")) + glob.glob(os.path.join(ROOT, "include/pawl/*.h"))
    texts = [masked(open(path, encoding="ascii").read()) for path in sorted(headers)]
    values, following = {}, {}
    for part in texts + [code]:
        for body in re.findall(r"\benum\b[^{;()]*\{([^}]*)\}", part):
            names = re.findall(r"(\w+) = (\w+)\s*(?:,|$)", body.strip())
            fresh = {name: int(value) if value.isdigit() else values.get(value, 0)
                     for name, value in names}
            values.update(fresh)
            bits = [name for name, value in fresh.items() if value > 0 and value & (value - 1) == 0]
            if len(bits) > 1 and len(bits) == body.strip().strip(",").count(",") + 1:
                following.update(zip(bits, bits[1:] + bits[:1]))
    return following


def bit_edits(text, code):
    following = bits_of(code)
    plain = re.sub(r"\benum\b[^{;()]*\{[^}]*\}", lambda match: " " * len(match.group()), code)
    for match in re.finditer(r"\b[A-Z]\w+\b", plain):
        if match.group() in following:
            yield Edit("bit", match.start(), match.start(), match.end(), following[match.group()])


def block_end(code, at):
    """Behind the brace that closes the first one from here on."""
    depth, at = 1, code.index("{", at) + 1
    while depth > 0:
        depth += (code[at] == "{") - (code[at] == "}")
        at += 1
    return at


def statements(code):
    """Where simple statements, and blocks with if, for and while but no else, begin and end."""
    for match in re.finditer(r"(?<=[;{}:])\s*?\n\s+(?=\S)", code):
        at = match.end()
        simple = re.match(CALL + "|" + ASSIGNMENT + r"|\(?[\w>.\-*]+\)?(?:\+\+|--);", code[at:])
        if simple:
            yield at, at + simple.end()
        elif re.match(r"(?:if|for|while) \(", code[at:]):
            end = block_end(code, at)
            if not re.match(r" (?:else|while)\b", code[end:]):
                yield at, end


def are_independent(one, other):
    """Whether two statements are assignments of plain values, of which neither names the other's
    target: in either order they do the same."""
    targets = [re.match(r"([\w>.\-\[\]*]+) = [^;({}]*;$", text) for text in (one, other)]
    return all(targets) and targets[0][1] not in other and targets[1][1] not in one


def order_edits(text, code):
    """Two statements that follow each other, the other way round."""
    spans = sorted(statements(code))
    ends = {begin: end for begin, end in spans}
    for begin, end in spans:
        after = end + len(code[end:]) - len(code[end:].lstrip())
        if after in ends and "\n" in code[end:after] and not are_independent(
                code[begin:end], code[after:ends[after]]):
            yield Edit("statements", begin, begin, ends[after],
                       text[after:ends[after]] + text[end:after] + text[begin:end])


Mutant = collections.namedtuple("Mutant", "file line what key changed kind")


def mutants_of(file):
    path = os.path.join(ROOT, file)
    text = open(path, encoding="ascii").read()
    code, seen = masked(text, file in WITH_MACROS), collections.Counter()
    kind_of = {}
    for kind in reversed(KINDS_OF.get(file, [PLAIN])):
        kind_of.update(dict.fromkeys(compiled_lines(os.path.realpath(path), kind), kind))
    for edits in (pattern_edits, operand_edits, bit_edits, order_edits):
        for what, at, begin, end, fresh in edits(text, code):
            line = text.count("\n", 0, at) + 1
            if line not in kind_of:
                continue
            start = text.rfind("\n", 0, at) + 1
            words = text[start:text.find("\n", at)].split("/*")[0].strip()
            key = "%s: %s: %s @%d" % (file, what, words, at - start + 1)
            seen[key] += 1
            key += " #%d" % seen[key] if seen[key] > 1 else ""
            yield Mutant(file, line, what, key, text[:begin] + fresh + text[end:],
                         TOLD if "PAWL__TOLD_" in key else kind_of[line])


def sources():
    judged = ("src/*.c", "src/cell.h", "src/token.h", "src/posix/port.c", "src/posix/sleep.h",
              "src/posix/sleep_semaphore.c", "src/posix/meet_elf.c", "src/win32/port.c",
              "include/pawl/*.h", "include/pawl/*.hpp")
    return [name for pattern in judged for name in sorted(glob.glob(pattern, root_dir=ROOT))]


def known_survivors():
    """The reasons of survivors.txt by key: the lines below a key that begin with white space."""
    known, last = {}, None
    path = os.path.join(HERE, "survivors.txt")
    if os.path.exists(path):
        for line in open(path, encoding="ascii"):
            if line.startswith("#") or not line.strip():
                continue
            if line[0].isspace():
                known[last] += line.strip() + " "
            else:
                last = line.rstrip("\n")
                known[last] = ""
    return known


def files_below(path):
    """The paths in the tree of this file, or of all files in this folder."""
    if os.path.isfile(os.path.join(ROOT, path)):
        return [path]
    found = []
    for name in sorted(os.listdir(os.path.join(ROOT, path))):
        found += files_below(os.path.join(path, name)) if name not in NOT_COPIED else []
    return found


def read(*path):
    with open(os.path.join(*path), "rb") as file:
        return file.read()


def digest_of(*paths):
    """Of the code of all files in these, but for this script and its list: neither comments nor what
    is to be read count."""
    digest = hashlib.sha256()
    for name in [name for path in paths for name in files_below(path)]:
        if not name.startswith("tests/mutants/") and not name.endswith(".md"):
            digest.update(name.encode() + without_comments(name, read(ROOT, name)))
    return digest.hexdigest()


def without_comments(name, text):
    """The text of a C file without comments and static assertions, each run of white space as one."""
    if not name.endswith((".c", ".h", ".hpp", ".cpp")):
        return text
    text = re.sub(rb"/\*.*?\*/|(\"(?:[^\"\\\n]|\\.)*\")", rb" \1", text, flags=re.DOTALL)
    return b" ".join(re.sub(rb"^_Static_assert[^;]*;", b"", text, flags=re.MULTILINE).split())


class Results:
    """What became of each mutant, kept from one run to the next."""

    def __init__(self, path):
        self.path, self.lock = path, threading.Lock()
        # Of the tree as it is now, which is what is copied, even if it changes later.
        self.all = digest_of("src", "include", "tests")
        self.of_file = {file: digest_of(file) for file in sources()}
        self.killers = {}
        for line in open(path, encoding="ascii") if os.path.exists(path) else []:
            entry = json.loads(line)
            self.killers[entry["key"]] = (entry["killer"], entry["digest"])

    def digest(self, mutant, killer):
        return self.all if killer is None else self.of_file[mutant.file]

    def find(self, mutant):
        """(True, the killer, or None who survived), or (False, None)."""
        killer, digest = self.killers.get(mutant.key, (None, None))
        is_known = digest == self.digest(mutant, killer)
        return is_known, killer if is_known else None

    def add(self, mutant, killer):
        with self.lock:
            digest = self.digest(mutant, killer)
            self.killers[mutant.key] = (killer, digest)
            with open(self.path, "a", encoding="ascii") as file:
                json.dump({"key": mutant.key, "killer": killer, "digest": digest}, file)
                file.write("\n")


def copy_tree(target):
    """Make the target a copy of the tree. What is there already keeps its time, so that little is
    built again."""
    wanted = set(files_below(""))
    for folder, _, names in os.walk(target):
        for path in [os.path.join(folder, name) for name in names]:
            if os.path.relpath(path, target) not in wanted:
                os.remove(path)
    for name in wanted:
        copy = os.path.join(target, name)
        if not os.path.exists(copy) or read(copy) != read(ROOT, name):
            os.makedirs(os.path.dirname(copy), exist_ok=True)
            with open(copy, "wb") as file:
                file.write(read(ROOT, name))


class Test:
    """A test of CTest's, run without it, so that a limit ends all its processes."""

    def __init__(self, entry, build, targets):
        self.name, self.command = entry["name"], entry.get("command", [])
        properties = {p["name"]: p["value"] for p in entry["properties"]}
        self.folder = properties["WORKING_DIRECTORY"]
        self.must_say = properties.get("PASS_REGULAR_EXPRESSION", [])
        self.skips = properties.get("SKIP_RETURN_CODE")
        paths = re.findall(re.escape(build) + r"/([\w./-]+)", " ".join(self.command))
        self.targets = [path for path in paths if path in targets]
        self.limit = 120.0

    def run(self, prefix, glance=None):
        """None: it passes. Otherwise how it does not, which is believed the second time, as others may
        use the processors; what the simulator says, at once. `glance` is a command in place of its
        own, of GLANCE seconds at most."""
        command, limit = (glance, 4 * GLANCE) if glance else (self.command, self.limit)
        how = self.run_once(prefix, command, limit)
        if how == "hangs" or (how is not None and not self.name.startswith("sim_")):
            how = self.run_once(prefix, command, 3 * limit)
        return how

    def run_once(self, prefix, command, limit):
        command = prefix + ["timeout", "-k", "2", "%.0f" % limit] + command
        run = subprocess.run(command, cwd=self.folder, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE if self.must_say else subprocess.DEVNULL,
                             stderr=subprocess.STDOUT, check=False)
        if run.returncode in (124, 137):
            return "hangs"
        if self.must_say:
            said = run.stdout.decode("ascii", "replace")
            is_good = any(re.search(text, said, re.DOTALL) for text in self.must_say)
        else:
            is_good = run.returncode in (0, self.skips)
        return None if is_good else "fails"


class Bench:
    """A scratch copy, and how its tests are run."""

    def __init__(self, kind, number, options):
        folder = os.path.join(options.build, kind.folder, str(number))
        self.tree, self.build = os.path.join(folder, "tree"), os.path.join(folder, "build")
        self.prefix, self.cores = options.prefix, max(1, (os.cpu_count() or 1) // options.jobs)
        self.kind = kind
        copy_tree(self.tree)

    def set_up(self, options):
        """Build it as it is, and find its tests: CTest names no command that is not built."""
        # Which is not copied; else as cmake/PawlCMocka.cmake finds it.
        cmocka = os.path.join(ROOT, "build/deps/cmocka")
        where = ["-DPAWL_CMOCKA_SOURCE_DIR=" + cmocka] if os.path.isdir(cmocka) else []
        subprocess.run(
            ["cmake", "-S", self.tree, "-B", self.build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=None",
             "-DPAWL_BUILD_TESTS=ON",
             "-DCMAKE_C_FLAGS=" + self.kind.flags, "-DCMAKE_CXX_FLAGS=" + self.kind.flags, *where,
             *self.kind.settings],
            check=True, stdout=subprocess.DEVNULL)
        if not self.make([]):
            sys.exit("mutants.py: the tree itself does not build, in " + self.build)
        said = subprocess.run(["ninja", "-C", self.build, "-t", "targets", "all"], check=True,
                              capture_output=True, text=True).stdout
        targets = set(line.split(": ")[0] for line in said.split("\n"))
        said = subprocess.run(["ctest", "--show-only=json-v1"], cwd=self.build, check=True,
                              capture_output=True, text=True).stdout
        self.tests = [Test(entry, self.build, targets) for entry in json.loads(said)["tests"]]
        self.tests = [t for t in self.tests if t.targets and
                      re.search(options.tests, t.name) and re.search(self.kind.tests, t.name)]

    def make(self, targets):
        command = self.prefix + ["ninja", "-j", str(self.cores), "-C", self.build] + targets
        return subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0

    def measure(self):
        """Run each test once: how long it takes limits how long it may. Leaves out, and says so,
        those that fail as it is."""
        for test in list(self.tests):
            began = time.time()
            how = test.run(self.prefix)
            test.limit = min(60, 4 + 4 * (time.time() - began))
            if how is not None:
                print("left out, as it %s without a change: %s" % (how, test.name), flush=True)
                self.tests.remove(test)

    def stages(self, file):
        """Lists of (test, glance): all of a stage are built before any is run."""
        thing = os.path.splitext(os.path.basename(file))[0]
        groups = ["sim_" + group for group in GROUPS.get(thing, [])]
        simulated = [t for name in groups for t in self.tests if t.name == name]
        real = [t for t in self.tests if not t.name.startswith("sim_")]
        own = [t for name in TESTS.get(thing, [thing]) for t in real if t.name == name]
        quick = [t for name in QUICK for t in real if t.name == name and t not in own]
        rest = [t for t in real if t not in own + quick]
        rest.sort(key=lambda test: (thing not in test.name, test.limit))
        glance = "%.1f" % (GLANCE / max(1, len(simulated)))
        yield [(t, t.command[:-1] + [glance, "--brief"]) for t in simulated]
        yield [(t, None) for t in own]
        yield [(t, None) for t in quick]
        yield [(t, None) for t in rest]
        yield [(t, None) for t in simulated]

    def killer(self, mutant):
        """The test that fails with the mutant, or None; "nobody" for one that does not compile, which
        is believed the second time."""
        path = os.path.join(self.tree, mutant.file)
        original = open(path, encoding="ascii").read()
        with open(path, "w", encoding="ascii") as file:
            file.write(mutant.changed)
        try:
            for stage in self.stages(mutant.file):
                targets = sorted({target for test, _ in stage for target in test.targets})
                if stage and not self.make(targets) and not self.make(targets):
                    return "nobody"
                for test, glance in stage:
                    how = test.run(self.prefix, glance)
                    if how is not None:
                        return test.name + (" (hangs)" if how == "hangs" else "")
            return None
        finally:
            with open(path, "w", encoding="ascii") as file:
                file.write(original)


def work(bench, mutants, results):
    """Take mutants from the queue until it is empty."""
    bench.measure()
    while True:
        try:
            mutant = mutants.get_nowait()
        except queue.Empty:
            return
        began = time.time()
        killer = bench.killer(mutant)
        results.add(mutant, killer)
        print("%4d left %5.1f s  %-24s %s:%d %s" % (
            mutants.qsize(), time.time() - began, killer or "SURVIVES", mutant.file, mutant.line,
            mutant.what), flush=True)


def run_all(mutants, results, options):
    """Find out what is not known of these, first of those that never ran."""
    unknown = sorted([mutant for mutant in mutants if not results.find(mutant)[0]],
                     key=lambda mutant: mutant.key in results.killers)
    rounds = []
    for kind in (TOLD, PLAIN, RACES, WINDOWS, MSVC):
        of_it = [mutant for mutant in unknown if mutant.kind == kind]
        # All trees are copied before any is built, so that they are the same.
        rounds.append((of_it, [Bench(kind, n, options)
                               for n in range(min(options.jobs, len(of_it)))]))
    for of_it, benches in rounds:
        if of_it:
            run_some(of_it, benches, results, options)


def run_some(mutants, benches, results, options):
    """Run these, several at a time."""
    unknown = queue.Queue()
    for mutant in mutants:
        unknown.put(mutant)
    for bench in benches:
        bench.set_up(options)
    if not benches[0].tests:
        print("%d mutants are left out: no test of theirs is chosen" % len(mutants))
        return
    began = time.time()
    workers = [threading.Thread(target=work, args=(bench, unknown, results))
               for bench in benches]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print("%.1f s for each of %d mutants" % ((time.time() - began) / len(mutants), len(mutants)))


def report(mutants, results, least):
    """Print what became of them; returns whether all is well: each survivor has its reason, and at
    least so many per cent were killed."""
    known = known_survivors()
    killers = {m: results.find(m)[1] for m in mutants}
    valid = [m for m in mutants if killers[m] != "nobody"]
    survivors = [m for m in valid if killers[m] is None]
    unexplained = [m for m in survivors if not known.get(m.key)]
    for mutant in survivors:
        if mutant not in unexplained:
            print("%s\n    %s" % (mutant.key, known[mutant.key]))
    for mutant in mutants:
        if killers[mutant] == "nobody":
            print("does not compile: %s" % mutant.key)
        elif killers[mutant] is not None and mutant.key in known:
            print("killed by %s, but listed as a survivor: %s" % (killers[mutant], mutant.key))
    for title, name_of in (("kind", lambda m: m.what), ("file", lambda m: m.file)):
        for name in sorted({name_of(m) for m in valid}):
            of_it = [m for m in valid if name_of(m) == name]
            print("%-22s %4d of %4d killed" % (
                name, sum(killers[m] is not None for m in of_it), len(of_it)))
    simulated = sum((killers[m] or "").startswith("sim_") for m in valid)
    killed = len(valid) - len(survivors)
    print("%d more do not compile" % (len(mutants) - len(valid)))
    for mutant in unexplained:
        print("NO REASON IS GIVEN for %s" % mutant.key)
    print("%d mutants, %d killed (%d by the simulator), %d survivors (%s)" % (
        len(valid), killed, simulated, len(survivors),
        "all explained" if not unexplained else "%d UNEXPLAINED" % len(unexplained)))
    return not unexplained and 100 * killed >= least * len(valid)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=os.path.abspath,
                        help="a scratch folder, kept for the next run")
    parser.add_argument("--only", action="append", help="mutants of files that contain this")
    parser.add_argument("--what", action="append", help="mutants of this kind")
    parser.add_argument("--tests", default="", help="only tests whose names match this expression")
    parser.add_argument("--list", action="store_true", help="print the mutants and stop")
    parser.add_argument("--jobs", type=int, default=1, help="so many copies at a time (1)")
    parser.add_argument("--prefix", default=[], type=shlex.split,
                        help="words before each command that builds or tests, such as nice")
    options = parser.parse_args()
    mutants = [m for file in sources() for m in mutants_of(file)
               if (not options.only or any(part in file for part in options.only))
               and (not options.what or m.what in options.what)]
    if options.list:
        print("\n".join(m.key for m in mutants))
        print("%d mutants" % len(mutants))
        return 0
    os.makedirs(options.build, exist_ok=True)
    os.environ["WINEPREFIX"], os.environ["WINEDEBUG"] = os.path.join(options.build, "wine"), "-all"
    name = "results" + re.sub(r"\W+", "-", options.tests)
    results = Results(os.path.join(options.build, name))
    run_all(mutants, results, options)
    is_part = options.only or options.what or options.tests
    known = [mutant for mutant in mutants if results.find(mutant)[0]]
    is_well = report(known, results, 0 if is_part else LEAST_KILLED)
    return 0 if is_well and (is_part or len(known) == len(mutants)) else 1


if __name__ == "__main__":
    sys.exit(main())
