# SPDX-License-Identifier: BSD-2-Clause
"""./lab4 fuzz: builds the fuzz targets and becomes tests/fuzz/run."""
import subprocess
import sys

from lab4 import packages, programs, tree, trees
from lab4.arguments import Parser
from lab4.terminal import STATUS_FAILED, refuse, say

DESCRIPTION = """\
Builds the fuzz targets (clang, libFuzzer, sanitizers) and runs one, for 60
seconds as 1 job; --list names them. Inputs that fail are kept in
build/fuzz/found/TARGET."""

OPTIONS = [
    ("--time", "SECONDS", "for so long"),
    ("--jobs", "N", "so many at once"),
    ("--replay", "FILE", "what an input does, and what goes wrong"),
    ("--minimise", "FILE", "leaves out what is not needed for FILE to fail the same way; writes FILE.min"),
    ("--smoke", "SECONDS", "all corpora, then fresh fuzzing divided over the targets"),
    ("--coverage", None, "what the corpora reach in core/"),
    ("--plant", None, "plant bugs in a copy of the tree, one at a time, and tell which are found within --time"),
    ("--import", None, "make inputs of what the unit tests and the ABI programs do"),
    ("--merge", "TARGET", "add what was found here to the committed corpus"),
]


def parser():
    """For the help; tests/fuzz/run reads the arguments."""
    result = Parser("fuzz", "TARGET [--time SECONDS] [--jobs N]\n--list", DESCRIPTION)
    for name, value, text in OPTIONS:
        result.add_argument(name, help=text, **({"action": "store_true"} if value is None else {"metavar": value}))
    return result


def main(arguments):
    if not arguments:
        refuse("fuzz what? ./lab4 fuzz --list names the targets")
    packages.need(["python3"])
    runner = tree.source("tests/fuzz/run")
    status = subprocess.run([runner, "--check-arguments", *arguments]).returncode  # before a build of minutes
    if status:
        return status
    if "--list" not in arguments:
        packages.need([*packages.CLANG, "python3"])
        say("building build/fuzz")
        if not trees.Tree("fuzz").build():
            sys.exit(STATUS_FAILED)
    programs.replace_by([runner, *arguments])
