#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Width and layout of the sources: style.py [--report] [FOLDER…]

No line is longer than 100 columns, and C looks as clang-format 14 writes it with the file .clang-format at the top.
Without FOLDER the check looks at those that are listed below as clean; --report counts both kinds of mistakes in each
folder of the tree. A folder that has become clean is to be added to its list, so that it stays so.
"""
import argparse
import collections
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
WIDTH = 100
SUFFIXES = {".c", ".h", ".S", ".py", ".sh"}

# Clean folders, without those below them.
CORE = [
    "core/arch/aarch64",
    "core/base",
    "core/caps",
    "core/check",
    "core/entry",
    "core/ipc",
    "core/irq",
    "core/threads",
    "core/time",
]
NARROW = CORE + [
    "libsel4/include",
    "libsel4/include/sel4/mode",
    "tests/unit/toy",
    "tools/book",
    "tools/lab4/drawing",
]
FORMATTED = CORE + ["libsel4/include", "libsel4/include/sel4/mode", "tests/unit/toy"]


def sources(folder=""):
    """The sources below a folder, relative to the tree."""
    listed = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard", folder or "."],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False,
    ).stdout.split("\n")
    if not any(listed):  # no git
        listed = [str(path.relative_to(ROOT)) for path in (ROOT / folder).rglob("*")]
    paths = (pathlib.PurePath(name) for name in sorted(listed) if "build" not in name.split("/")[:1])
    return [path for path in paths if path.suffix in SUFFIXES and (ROOT / path).is_file()]


def wide_lines(path):
    """[(line, width)] of the lines that are too long, in characters."""
    text = (ROOT / path).read_text(encoding="utf-8", errors="replace").expandtabs(8)
    return [(n, len(line)) for n, line in enumerate(text.split("\n"), 1) if len(line) > WIDTH]


def formatter():
    """clang-format 14, or None."""
    for name in ("clang-format-14", "clang-format"):
        if shutil.which(name):
            version = subprocess.run([name, "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout
            if "version 14." in version:
                return name
    return None


def misformatted(path, program):
    """The first line that clang-format would change, and how many; None if there is none."""
    before = (ROOT / path).read_text(encoding="utf-8")
    done = subprocess.run([program, "--style=file", ROOT / path], stdout=subprocess.PIPE, text=True, check=True)
    if before == done.stdout:
        return None
    old, new = before.split("\n"), done.stdout.split("\n")
    differing = [n for n, (a, b) in enumerate(zip(old, new), 1) if a != b]
    return (differing or [min(len(old), len(new))])[0]


def report(folders, program):
    wide, formatted, files = collections.Counter(), collections.Counter(), collections.Counter()
    for path in (path for folder in folders or [""] for path in sources(folder)):
        folder = str(path.parent)
        files[folder] += 1
        wide[folder] += len(wide_lines(path))
        if path.suffix in (".c", ".h") and program:
            formatted[folder] += misformatted(path, program) is not None
    for folder in sorted(files):
        print(f"{folder}: {files[folder]} files, {wide[folder]} lines over {WIDTH} columns, "
              f"{formatted[folder]} files to format")


def check(narrow, formatted, program):
    """The number of mistakes, each printed with its place."""
    mistakes = 0
    for path in sources():
        if str(path.parent) in narrow:
            for line, width in wide_lines(path):
                print(f"{path}:{line}: {width} columns; break the line, {WIDTH} is the limit")
                mistakes += 1
        if str(path.parent) in formatted and path.suffix in (".c", ".h"):
            line = misformatted(path, program) if program else None
            if line:
                print(f"{path}:{line}: not as clang-format writes it; run: {program} -i {path}")
                mistakes += 1
    return mistakes


def main():
    parser = argparse.ArgumentParser(description="Check the width and the layout of the sources.")
    parser.add_argument("--report", action="store_true", help="count, and fail nothing")
    parser.add_argument("folder", nargs="*", help="these folders, instead of the clean ones")
    options = parser.parse_args()
    program = formatter()
    if not program:
        print("Note: no clang-format 14 (Debian package clang-format-14): only widths are checked.")
    if options.report:
        return report(options.folder, program)
    folders = [folder.rstrip("/") for folder in options.folder]
    mistakes = check(folders or NARROW, folders or FORMATTED, program)
    print(f"{mistakes} mistakes in {len(folders or NARROW)} folders (width), {len(folders or FORMATTED)} (layout)")
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
