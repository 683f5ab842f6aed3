#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The core compiles without a warning for every kind of option: core_variants.py BUILD_DIRECTORY

Takes the build's own compile commands and puts another <lab4/options.h> in front of its.
"""
import pathlib
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from compiled import core_units, plain_command

ROOT = pathlib.Path(__file__).resolve().parents[2]

EVERYTHING_EXPORTED = {"EXPORT_PMU_USER": 1, "EXPORT_PCNT_USER": 1, "EXPORT_PTMR_USER": 1, "EXPORT_VCNT_USER": 1}
VARIANTS = {
    "release": {"RELEASE": 1, "PRINTING": 0},
    "release with printing, two domains, smallest root CNode, everything exported":
        {"RELEASE": 1, "PRINTING": 1, "NUM_DOMAINS": 2, "NUM_DOMAIN_SCHEDULES": 100, "ROOT_CNODE_SIZE_BITS": 7,
         **EVERYTHING_EXPORTED},
    "debug without printing, 256 domains, largest root CNode":
        {"RELEASE": 0, "PRINTING": 0, "NUM_DOMAINS": 256, "NUM_DOMAIN_SCHEDULES": 100, "ROOT_CNODE_SIZE_BITS": 27},
}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    build = pathlib.Path(sys.argv[1])
    target, units = sorted(core_units(build, ROOT).items())[0]
    original = (build / "include/lab4/options.h").read_text()
    failed = 0
    for name, values in VARIANTS.items():
        options = original
        for option, value in values.items():
            options, found = re.subn(rf"(#define LAB4_OPT_{option}) .*", rf"\1 {value}", options)
            assert found == 1, option
        with tempfile.TemporaryDirectory(prefix="lab4-variant-") as scratch:
            (pathlib.Path(scratch) / "lab4").mkdir()
            (pathlib.Path(scratch) / "lab4/options.h").write_text(options)

            def compile_one(unit):
                compiler, *rest = plain_command(unit, "-O1", "-g0", "-c", "-o", "/dev/null")
                return subprocess.run([compiler, f"-I{scratch}", *rest], cwd=unit.directory, capture_output=True, text=True)

            with ThreadPoolExecutor() as pool:
                problems = [result.stderr for result in pool.map(compile_one, units) if result.returncode]
        print(f"{'FAILED' if problems else 'ok    '}  {name}")
        for problem in problems[:3]:
            print("\n".join(problem.split("\n")[:15]))
        failed += bool(problems)
    print(f"{len(VARIANTS) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
