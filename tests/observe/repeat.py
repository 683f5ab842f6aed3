#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""--time=virtual: the same run, bit for bit: repeat.py FRONT-END DIRECTORY-OF-PROGRAMS [RUNS [NAME…]]

Traces and console output of RUNS (2) runs of each ABI program (but slow ones) and example are compared. Where the clock had to be moved on because
user code spun (the run says so), how far that code came is the host's business, so numbers in hexadecimal are not compared.
"""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from harness import main, run
from machines import FRONT_END, PROGRAMS, SCRATCH

RUNS = int(sys.argv[3]) if len(sys.argv) > 3 else 2
TESTS = pathlib.Path(__file__).resolve().parents[1]
EXAMPLES, INPUT = TESTS.parent / "examples", TESTS / "abi/input"
NAMES = sys.argv[4:] or sorted([path.name for path in PROGRAMS.glob("abi-*")] +
                               [path.name for path in EXAMPLES.iterdir() if (PROGRAMS / path.name).is_file() and path.name != "bench"])


def traced(program, number):
    path = pathlib.Path(SCRATCH.name) / f"{program}.{number}.txt"
    text = INPUT / f"{program.removeprefix('abi-')}.txt"
    result = run(FRONT_END, "--timeout", "180", "--time", "virtual", "--trace", path, PROGRAMS / program, timeout=200,
                 text=text.read_text() if text.exists() else None)
    assert result.status == 0, result
    text = path.read_text(encoding="ascii")
    path.unlink()
    return "may not repeat" in result.err, text, result.out


def test_of(program):
    def repeats():
        has_spun, first, out = traced(program, 0)
        for number in range(1, RUNS):
            spun, text, again = traced(program, number)
            assert spun == has_spun and again == out
            if has_spun:
                first, text = (re.sub("0x[0-9a-f]+", "0x…", trace) for trace in (first, text))
            differing = [lines for lines in zip(first.split("\n"), text.split("\n")) if lines[0] != lines[1]]
            assert first == text, f"run {number + 1}: {differing[0] if differing else 'one is longer'}"
    return repeats


main({f"test_{name}_repeats": test_of(name) for name in NAMES})
