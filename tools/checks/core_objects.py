#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Rules about what becomes of core/ in a build: no header outside the tree and the compiler's own, no symbol outside the
seam, no mutable data but `ks`, and in every target that has the core the same list of files.

    core_objects.py BUILD_DIRECTORY...
"""
import pathlib
import re
import sys
from concurrent.futures import ThreadPoolExecutor

from compiled import core_units, included_files, run, tool

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEAM = re.compile(r"plat_\w+|memcpy|memset|memmove|memcmp")
MUTABLE = {"ks"}


def check_headers(build, units):
    """Every file that the preprocessor opened is ours or the compiler's."""
    own = pathlib.Path(run([units[0].command[0], "-print-file-name=include"]).strip()).resolve()
    allowed = (ROOT / "core", ROOT / "platform", ROOT / "libsel4", pathlib.Path(build).resolve(), own)
    with ThreadPoolExecutor() as pool:
        files = list(pool.map(included_files, units))
    for unit, names in zip(units, files):
        for name in names:
            path = (pathlib.Path(unit.directory) / name).resolve()
            if not any(path.is_relative_to(directory) for directory in allowed):
                yield f"{unit.source.name} includes {path}"


def names_in_inline_part(unit):
    """The identifiers in the platform's platform_inline.h: what the inline functions of the seam may use."""
    directories = [word[2:] for word in unit.command if word.startswith("-I")]
    for directory in directories:
        path = pathlib.Path(unit.directory) / directory / "platform_inline.h"
        if path.exists():
            return set(re.findall(r"\w+", path.read_text()))
    return set()


def check_symbols(units):
    """The core's objects, taken together, need nothing but the seam; their only mutable data is `ks`."""
    nm, inlined = tool(units[0], "nm"), names_in_inline_part(units[0])
    defined, needed = set(), {}
    for unit in units:
        if not unit.object.exists():
            yield f"{unit.object} has not been built"
            return
        for line in run([nm, "--format=sysv", str(unit.object)]).splitlines():
            fields = [field.strip() for field in line.split("|")]
            if len(fields) != 7 or fields[0] == "Name":
                continue
            name, kind, section = fields[0], fields[2], fields[6]
            if kind in "Uw":
                needed.setdefault(name, unit.source.name)
            else:
                defined.add(name)
                if kind in "dDbBC" and name not in MUTABLE and not section.startswith(".data.rel.ro"):
                    yield f"{unit.source.name} has mutable data outside struct kernel: {name}"
    for name, source in sorted(needed.items()):
        if name not in defined and name not in inlined and not SEAM.fullmatch(name):
            yield f"{source} uses {name}, which is neither the core's nor the seam's"


def main():
    builds = sys.argv[1:]
    if not builds:
        sys.exit(__doc__)
    expected = sorted(path.name for path in (ROOT / "core").rglob("*.c"))
    bad = 0
    for build in builds:
        for target, units in core_units(build, ROOT).items():
            problems = []
            names = sorted(unit.source.name for unit in units)
            if names != expected:
                problems.append("compiles another list of core files: "
                                + " ".join(sorted(set(expected).symmetric_difference(names))))
            problems += check_headers(build, units)
            problems += check_symbols(units)
            print(f"{build}: {target}: {len(units)} core files, {len(problems)} problems")
            for problem in problems:
                print(f"  {problem}")
            bad += len(problems)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
