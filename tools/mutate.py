#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Do the unit tests notice when the core is wrong? Plants small faults in core/, one at a time, and counts those that
make a test fail.

    mutate.py [N] [--seed S] [--jobs J] [--file core/x.c] [--minimum PERCENT] [--list]

A fault is one of: a comparison or logical operator flipped, a REQUIRE dropped, two adjacent REQUIREs swapped, a constant
changed, a statement dropped. Asserts and the invariant checker are left alone: they are tests themselves. The N faults are a random
sample, the same for the same seed and sources. Each worker has its own copy of the tree, so that a fault costs one
compilation and the link of one shared library; the tree itself is not touched.
"""
import argparse
import collections
import concurrent.futures
import os
import pathlib
import queue
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
PARTS = ("CMakeLists.txt", "CMakePresets.json", "cmake", "core", "libsel4", "platform", "tests", "tools")

Fault = collections.namedtuple("Fault", "file line kind start end text")

FLIPS = {"==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "&&": "||", "||": "&&"}


def blank(match):
    return re.sub(r"[^\n]", " ", match[0])


def code_only(text):
    """The text with comments, strings, preprocessor lines and asserts blanked out, offsets kept."""
    text = re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.S)
    text = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", blank, text, flags=re.M)
    for word in ("KASSERT", "_Static_assert", "NEVER"):
        at = 0
        while (found := re.compile(r"\b%s\s*\(" % word).search(text, at)):
            end = closing(text, found.end() - 1)
            if word == "NEVER":  # with the way out that it guards
                rest = re.compile(r"\)\s*\{[^}]*\}").match(text, end)
                end = rest.end() if rest else end
            text = text[:found.start()] + re.sub(r"[^\n]", " ", text[found.start():end]) + text[end:]
            at = end
    return text


def closing(text, at):
    """The offset behind the bracket that closes the one at `at`."""
    depth = 0
    for n in range(at, len(text)):
        depth += (text[n] == "(") - (text[n] == ")")
        if depth == 0:
            return n + 1
    return len(text)


def faults_of(path, text):
    code, name = code_only(text), str(path.relative_to(ROOT))

    def fault(kind, start, end, replacement):
        return Fault(name, text.count("\n", 0, start) + 1, kind, start, end, replacement)

    # Only inside function bodies.
    bodies = [(m.start(), code.find("\n}", m.start())) for m in re.finditer(r"^\{$", code, re.M)]

    def inside(at):
        return any(start < at < end for start, end in bodies)

    for m in re.finditer(r"(?<![<>=!+\-*/&|^-])(==|!=|<=|>=|<|>|&&|\|\|)(?![<>=&|])", code):
        if inside(m.start()):
            yield fault("flip", m.start(), m.end(), FLIPS[m[0]])
    for m in re.finditer(r"(?<![\w.])(0x[0-9a-fA-F]+|\d+)(?![\w.])|\b(true|false)\b", code):
        if inside(m.start()):
            if m[2]:
                changed = "false" if m[2] == "true" else "true"
            else:
                changed = {0: "1", 1: "0"}.get(int(m[1], 0), f"({m[1]} + 1)")
            yield fault("constant", m.start(), m.end(), changed)
    requires = []
    for m in re.finditer(r"^[ \t]*(REQUIRE(?:_ACCEPTED)?)\s*\(", code, re.M):
        end = closing(code, m.end() - 1)
        if code[end:end + 1] == ";" and inside(m.start()):
            start = m.start(1)
            requires.append((start, end + 1))
            yield fault("drop REQUIRE", start, end + 1, ";")
    for (start, end), (start2, end2) in zip(requires, requires[1:]):
        if not code[end:start2].strip():
            yield fault("swap REQUIREs", start, end2, text[start2:end2] + text[end:start2] + text[start:end])
    for m in re.finditer(r"(?<=[;{}])\s*\n[ \t]+((?:[a-z_][\w.>\[\]-]*\s*(?:[+\-|&^]?=(?!=)|\+\+|--)|[a-z_]\w*\()[^;{}]*;)", code):
        if inside(m.start(1)) and not re.match(r"(return|if|while|for|switch|case|else|goto|sizeof)\b", m[1]):
            yield fault("drop statement", m.start(1), m.end(1), ";")


class Worker:
    """A copy of the tree, built once; then one fault at a time."""

    def __init__(self, directory, timeout):
        self.tree, self.build, self.timeout = directory / "tree", directory / "build", timeout
        for part in PARTS:
            source = ROOT / part
            if source.is_dir():
                shutil.copytree(source, self.tree / part)
            elif source.exists():
                self.tree.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, self.tree / part)
        self.run(["cmake", "-G", "Ninja", "-S", str(self.tree), "-B", str(self.build), "-DLAB4_PLATFORM=fake", "-DCMAKE_BUILD_TYPE=Debug",
                  "-DLAB4_REQUIRE_TESTS=ON", "-DCMAKE_C_FLAGS=-w -O0", "-DCMAKE_C_FLAGS_DEBUG=", "-DLAB4_FAKE_TYPE=SHARED",
                  "-DCMAKE_POSITION_INDEPENDENT_CODE=ON", "-DCMAKE_LINK_DEPENDS_NO_SHARED=ON"], check=True)
        self.run(["ninja", "-C", str(self.build), f"-j{os.cpu_count()}"], check=True)
        # What has the core in it. The other tests share the library, so they need no new link.
        targets = self.build / "tests/unit/CMakeFiles"
        self.with_core = ["lab4_fake"] + [name for name in ("unit_domains",) if (targets / f"{name}.dir").exists()]

    @staticmethod
    def run(command, check=False, timeout=None):
        """True if the command succeeds; a hang counts as failure, and its whole process group is ended."""
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                   text=True, start_new_session=True)
        try:
            output, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return False
        if check and process.returncode:
            sys.exit(f"mutate: {' '.join(command)} failed:\n{output[-3000:]}")
        return process.returncode == 0

    def tests_pass(self, check=False):
        return self.run(["ctest", "--test-dir", str(self.build / "tests/unit"), "--stop-on-failure", "--no-tests=error",
                         "--output-on-failure", "--timeout", str(self.timeout)], check=check, timeout=20 * self.timeout)

    def verdict(self, fault):
        path = self.tree / fault.file
        text = path.read_text()
        path.write_text(text[:fault.start] + fault.text + text[fault.end:])
        try:
            if not self.run(["ninja", "-C", str(self.build), *self.with_core]):
                return "does not compile"
            return "survived" if self.tests_pass() else "killed"
        finally:
            path.write_text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.error = lambda problem: sys.exit(print(f"mutate: {problem}", file=sys.stderr) or 2)
    parser.add_argument("number", nargs="?", type=int, default=200)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--file", action="append", help="only faults in this file")
    parser.add_argument("--minimum", type=float, default=85, help="fail below this percentage of kills")
    parser.add_argument("--timeout", type=int, default=10, help="seconds after which a test counts as failed")
    parser.add_argument("--list", action="store_true", help="only show the faults that would be planted")
    options = parser.parse_args()

    faults = []
    for path in sorted((ROOT / "core").rglob("*.c")):
        if str(path.relative_to(ROOT)) in options.file if options.file else not path.name.startswith("invariants"):
            faults += faults_of(path, path.read_text())
    if not faults:
        sys.exit("mutate: no place for a fault")
    random.Random(options.seed).shuffle(faults)
    kinds = collections.Counter(fault.kind for fault in faults)
    print(f"{len(faults)} places for a fault: " + ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items())))
    if options.list:
        for fault in faults[:options.number]:
            print(f"  {fault.file}:{fault.line}: {fault.kind}")
        return

    started, texts = time.time(), {}
    verdicts = collections.Counter()
    survivors = []
    with tempfile.TemporaryDirectory(prefix="lab4-mutate-") as scratch:
        idle = queue.Queue()
        workers = [Worker(pathlib.Path(scratch) / str(n), options.timeout) for n in range(max(1, options.jobs))]
        workers[0].tests_pass(check=True)
        for worker in workers:
            idle.put(worker)
        print(f"ready after {time.time() - started:.0f} s; the tests pass without a fault", flush=True)

        def examine(fault):
            worker = idle.get()
            try:
                return fault, worker.verdict(fault)
            finally:
                idle.put(worker)

        source = iter(faults)
        with concurrent.futures.ThreadPoolExecutor(len(workers)) as pool:
            pending = {pool.submit(examine, fault) for fault, _ in zip(source, range(len(workers) * 2))}
            while pending:
                done, pending = concurrent.futures.wait(pending, return_when=concurrent.futures.FIRST_COMPLETED)
                for future in done:
                    fault, verdict = future.result()
                    verdicts[verdict] += 1
                    if verdict == "survived":
                        survivors.append(fault)
                        texts.setdefault(fault.file, (ROOT / fault.file).read_text())
                        was = " ".join(texts[fault.file][fault.start:fault.end].split())
                        line = texts[fault.file].split("\n")[fault.line - 1].strip()
                        becomes = " ".join(fault.text.split()) if fault.kind in ("flip", "constant") else ""
                        print(f"survived: {fault.file}:{fault.line}: {fault.kind}: {line if becomes else was}"
                              f"{f'   ({was} → {becomes})' if becomes else ''}", flush=True)
                    # Those that do not compile are replaced.
                    judged = verdicts["killed"] + verdicts["survived"]
                    if sys.stderr.isatty():
                        print(f"\r{judged} of {options.number} ", end="", file=sys.stderr, flush=True)
                    if judged + len(pending) < options.number and (fault := next(source, None)):
                        pending.add(pool.submit(examine, fault))
    judged = verdicts["killed"] + verdicts["survived"]
    percent = 100 * verdicts["killed"] / judged if judged else 0
    print(f"{judged} faults planted, {verdicts['killed']} found by the unit tests ({percent:.1f} %), "
          f"{verdicts['survived']} survived, {verdicts['does not compile']} more did not compile; "
          f"{time.time() - started:.0f} s, seed {options.seed}")
    sys.exit(0 if judged and percent >= options.minimum else 1)


if __name__ == "__main__":
    main()
