#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Coverage of core/ by the unit tests: coverage.py BUILD_DIRECTORY [--minimum-lines P] [--minimum-branches P]

Runs the unit tests of a build made with the preset `coverage`, writes BUILD_DIRECTORY/html/index.html and prints two
figures. Lines are llvm-cov's. Branches are counted at the place where a macro is used, not where it is defined, and
without those of KASSERT and NEVER, which exist in order not to be taken.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
ASSERTS = re.compile(r"(KASSERT|NEVER)\b")


def run(*command, **keywords):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **keywords).stdout


class Sources:
    def __init__(self):
        self.lines = {}

    def at(self, name, line, column):
        if name not in self.lines:
            self.lines[name] = pathlib.Path(name).read_bytes().decode().split("\n")
        return self.lines[name][line - 1][column - 1:]


def branches_of(data, core):
    """{place: [times true, times false]} of every branch written in core/, asserts left out."""
    sources, taken = Sources(), {}
    for function in data["functions"]:
        names = function["filenames"]
        # Where each virtual file (= one macro expansion) is used: {its id: (parent id, line, column)}.
        used_at = {region[6]: (region[5], region[0], region[1]) for region in function["regions"] if region[7] == 1}
        for line, column, _, _, true, false, file, *_ in function["branches"]:
            chain, at = [(names[file], line, column)], file
            while at in used_at:
                at, *place = used_at[at]
                chain.append((names[at], *place))
            if not chain[-1][0].startswith(core):
                continue
            if any(ASSERTS.match(sources.at(*place)) for place in chain) or names[file].endswith("core/base/types.h"):
                continue
            counts = taken.setdefault(tuple(chain), [0, 0])
            counts[0] += true
            counts[1] += false
    return taken


def run_tests(directory, environment):
    """Runs the tests, with a count on a terminal; prints everything if one fails."""
    text = []
    with subprocess.Popen(["ctest", "--test-dir", str(directory), "--output-on-failure", "--timeout", "300"], env=environment,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as tests:
        for line in tests.stdout:
            text.append(line)
            count = re.match(r" *(\d+/\d+) Test", line)
            if count and sys.stderr.isatty():
                print(f"\rcoverage: test {count[1]}", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print("\r" + " " * 40 + "\r", end="", file=sys.stderr)
    if tests.returncode:
        print("".join(text))
    return tests.returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.error = lambda problem: sys.exit(print(f"coverage: {problem}", file=sys.stderr) or 2)
    parser.add_argument("--check-arguments", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--minimum-lines", type=float, default=95)
    parser.add_argument("--minimum-branches", type=float, default=90)
    parser.add_argument("--missing", action="store_true", help="list the branches not taken both ways")
    options = parser.parse_args()
    if options.check_arguments:
        return

    unit, raw = options.build / "tests/unit", options.build / "profiles"
    for old in raw.glob("*.profraw"):
        old.unlink()
    listing = json.loads(run("ctest", "--test-dir", str(unit), "--show-only=json-v1"))
    programs = sorted({test["command"][0] for test in listing["tests"] if "command" in test})
    programs = [name for name in programs if pathlib.Path(name).is_relative_to(options.build.resolve())]
    if not programs:
        sys.exit("coverage: no unit test was built")
    environment = {**os.environ, "LLVM_PROFILE_FILE": str(raw.resolve() / "%p-%m.profraw")}
    status = run_tests(unit, environment)

    profiles = sorted(map(str, raw.glob("*.profraw")))
    if not profiles:
        sys.exit("coverage: no unit test ran to its end")
    merged = options.build / "unit.profdata"
    run("llvm-profdata", "merge", "-sparse", "-o", str(merged), *profiles)
    core = str(ROOT / "core") + "/"
    objects = [programs[0]] + [word for name in programs[1:] for word in ("-object", name)]
    common = [*objects, f"-instr-profile={merged}"]
    ignore = "-ignore-filename-regex=^" + re.escape(str(ROOT)) + "/(tests|platform|libsel4|build)/"
    data = json.loads(run("llvm-cov", "export", *common, ignore))["data"][0]
    run("llvm-cov", "show", *common, ignore, "-format=html", f"-output-dir={options.build / 'html'}",
        "-show-branches=count")

    count = covered = 0
    for entry in sorted(data["files"], key=lambda entry: entry["summary"]["lines"]["percent"]):
        if entry["filename"].startswith(core):
            lines = entry["summary"]["lines"]
            count, covered = count + lines["count"], covered + lines["covered"]
            if lines["percent"] < 95:
                print(f"  {lines['percent']:6.1f} % of {lines['count']:4} lines  core/{entry['filename'][len(core):]}")
    branches = branches_of(data, core)
    ways = sum((counts[0] > 0) + (counts[1] > 0) for counts in branches.values())
    if options.missing:
        for place, counts in sorted(branches.items(), key=lambda item: item[0][-1]):
            if not all(counts):
                name, line, _ = place[-1]
                print(f"  core/{name[len(core):]}:{line}: never {'true' if not counts[0] else 'false'}")
    line_percent = 100 * covered / count if count else 0
    branch_percent = 100 * ways / (2 * len(branches)) if branches else 0
    print(f"report: {options.build / 'html' / 'index.html'}")
    print(f"lines of core/:    {line_percent:5.1f} % ({covered} of {count})")
    print(f"branches of core/: {branch_percent:5.1f} % ({ways} of {2 * len(branches)}; without asserts)")
    failed = status or line_percent < options.minimum_lines or branch_percent < options.minimum_branches
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
