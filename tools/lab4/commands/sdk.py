# SPDX-License-Identifier: BSD-2-Clause
"""./lab4 sdk: installs headers, libraries and programs for work outside this tree."""
import argparse
import os
import subprocess

from lab4 import packages, programs, tree, trees
from lab4.arguments import Parser, add_on
from lab4.terminal import fail, one_line, refuse, say, write

DESCRIPTION = """\
Puts into DIR all that building and running root tasks outside this tree takes,
for both platforms or the one named: headers, libraries (a C library, too:
docs/LIBC.md), start-up code, linker script, a CMake package
(find_package(lab4)), pkg-config files (lab4-hosted, lab4-qemu), the
configuration and the invocations as JSON and YAML, the programs that run root
tasks, examples to copy, the manual page. docs/SDK.md shows a project that uses
it. Another configuration: `./lab4 build PRESET --dir D
-DOPTION=VALUE`, then `cmake --install D --prefix DIR`."""

LIBRARIES = ["sel4", "sel4runtime", "lab4_crt0", "lab4_libc"]
PLATFORMS = {  # preset, packages, targets
    "hosted": ("hosted", [*packages.HOSTED, *packages.LIBC], [*programs.HOSTED_TARGETS, "lab4-inspect", "lab4-irq", *LIBRARIES]),
    "qemu": ("qemu-aarch64", [*packages.QEMU, *packages.LIBC], [*programs.QEMU_TARGETS, *LIBRARIES]),
}


def parser():
    result = Parser("sdk", "DIR [--on hosted|qemu] [--project FOLDER]", DESCRIPTION)
    result.add_argument("directory", nargs="?", help=argparse.SUPPRESS)
    add_on(result, action="append", default=[])
    result.add_argument("--project", metavar="FOLDER", help="and into FOLDER what a project begins with: CMake file, main, tasks and "
                        "debugging for VS Code, clangd; what is there is kept")
    return result


def main(arguments):
    parsed, unknown = parser().parse_known_args(arguments)
    for word in unknown:
        refuse(f"sdk does not know '{one_line(word)}'; see ./lab4 sdk --help" if word.startswith("-") else
               f"sdk takes one DIR, but got '{one_line(parsed.directory)}' and '{one_line(word)}'")
    if parsed.directory is None:
        refuse("sdk into which directory? ./lab4 sdk DIR")
    platforms = parsed.on or list(PLATFORMS)
    assert_installable(parsed.directory)
    for platform in platforms:
        install(platform, parsed.directory)
    say(f"the SDK for {' '.join(platforms)} is in {parsed.directory}")
    if parsed.project is not None:
        return subprocess.run([os.path.join(os.path.abspath(parsed.directory), "bin/lab4"), "project", parsed.project]).returncode


def assert_installable(directory):
    """Can it be written? Asked before a build of a minute; a directory made for the answer goes away again."""
    if os.path.isdir(directory):
        if not os.access(directory, os.W_OK):
            refuse(f"the directory '{one_line(directory)}' cannot be written")
    elif os.path.lexists(directory):
        refuse(f"'{one_line(directory)}' is not a directory")
    else:
        try:
            os.makedirs(directory)
        except OSError as problem:
            refuse(f"the directory '{one_line(directory)}' cannot be made: {problem.strerror}")
        os.rmdir(directory)


def install(platform, directory):
    preset, needed, targets = PLATFORMS[platform]
    packages.need(needed)
    built = trees.bring_up_to_date(preset, targets, needed)
    log = tree.build(f"{preset}.install.log")
    with open(log, "wb") as output:
        status = subprocess.run(["cmake", "--install", built, "--prefix", os.path.abspath(directory)], stdin=subprocess.DEVNULL,
                                stdout=output, stderr=output).returncode
    if status:
        with open(log, errors="replace") as lines:
            write("".join(lines.readlines()[-5:]))
        fail(f"installing {tree.shown(preset)} into '{one_line(directory)}' failed; the whole log is {log}")
