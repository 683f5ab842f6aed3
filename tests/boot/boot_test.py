#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Boot images on QEMU: boot_test.py BUILD_DIRECTORY [WORD…]

Runs every test_… function of the test_*.py files here (those whose names contain one of the WORDs), prints one line for
each in the manner of TAP, and ends with `N passed, M failed`.
"""
import importlib
import pathlib
import sys
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))
from machine import Lab  # noqa: E402


class Test:
    """What a test function says what it found with."""

    def __init__(self):
        self.problems = []

    def check(self, condition, claim):
        if not condition:
            self.problems.append(claim)

    def equal(self, found, wanted, claim):
        if found != wanted:
            if isinstance(found, (list, tuple)) and isinstance(wanted, (list, tuple)) and len(found) == len(wanted):
                at = next(i for i in range(len(found)) if found[i] != wanted[i])
                claim, found, wanted = f"{claim}, item {at}", found[at], wanted[at]
            show = lambda x: hex(x) if isinstance(x, int) else repr(x)[:2000]
            self.problems.append(f"{claim}: {show(found)} instead of {show(wanted)}")

    def contains(self, output, *texts):
        for text in texts:
            if text not in output:
                self.problems.append(f"'{text}' is not in the output: {output[:2000]!r}")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    lab, words = Lab(sys.argv[1]), sys.argv[2:]
    passed = failed = number = 0
    for path in sorted(HERE.glob("test_*.py")):
        module = importlib.import_module(path.stem)
        for name in [n for n in vars(module) if n.startswith("test_")]:
            if words and not any(word in f"{path.stem}.{name}" for word in words):
                continue
            number += 1
            test, start = Test(), time.monotonic()
            try:
                getattr(module, name)(lab, test)
            except Exception:  # a broken test is a failed one
                test.problems.append(traceback.format_exc())
            passed, failed = passed + (not test.problems), failed + bool(test.problems)
            print(f"{'not ok' if test.problems else 'ok'} {number} - {name[5:]} ({time.monotonic() - start:.1f} s)", flush=True)
            for problem in test.problems:
                print("  # " + problem.replace("\n", "\n  # "), flush=True)
    print(f"1..{number}\n{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
