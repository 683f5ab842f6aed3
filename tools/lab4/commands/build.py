# SPDX-License-Identifier: BSD-2-Clause
"""./lab4 build: a preset, with CMake's and Ninja's own output."""
import argparse
import os

from lab4 import children, packages, tree, trees
from lab4.arguments import Parser
from lab4.terminal import fail, one_line, refuse

DESCRIPTION = """\
Configures and builds a preset: hosted, hosted-clang, hosted-kasan, hosted-asan,
coverage, fuzz, fuzz-afl, qemu-aarch64, qemu-aarch64-release."""


def parser():
    result = Parser("build", "PRESET [--dir DIR] [-DOPTION=VALUE…]", DESCRIPTION)
    result.add_argument("preset", nargs="?", help=argparse.SUPPRESS)
    result.add_argument("--dir", metavar="DIR", help="build there instead of in build/PRESET")
    result.add_argument("-D", metavar="OPTION=VALUE", dest="definitions", action="append", default=[],
                        help="any CMake variable, in particular LAB4_RELEASE, LAB4_PRINTING, "
                        "LAB4_EXPORT_{PMU,PCNT,PTMR,VCNT}_USER, LAB4_ROOT_CNODE_SIZE_BITS (13), LAB4_NUM_DOMAINS (1) and "
                        "LAB4_PRINT_INVOCATION_ERRORS")
    return result


def main(arguments):
    parsed, unknown = parser().parse_known_args(arguments)
    for word in unknown:
        refuse(f"build does not know '{one_line(word)}'; see ./lab4 build --help" if word.startswith("-") else "build takes one preset")
    if parsed.preset is None:
        refuse("which preset? See ./lab4 build --help")
    if parsed.preset not in packages.OF_PRESET:
        refuse(f"there is no preset '{one_line(parsed.preset)}'; ./lab4 build --help lists them")
    packages.need(packages.OF_PRESET[parsed.preset])
    built = trees.Tree(parsed.preset)
    directory = os.path.abspath(parsed.dir) if parsed.dir else built.directory
    fresh = [] if os.path.exists(os.path.join(directory, "build.ninja")) else ["--fresh"]
    with built.locked():
        if children.call(["cmake", *fresh, "--preset", parsed.preset, "-B", directory, *(f"-D{word}" for word in parsed.definitions)],
                         cwd=tree.ROOT):
            fail(f"configuring {directory} failed")
        if children.call(["cmake", "--build", directory, "-j", str(trees.jobs())]):
            fail(f"building {directory} failed")
