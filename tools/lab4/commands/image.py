# SPDX-License-Identifier: BSD-2-Clause
"""./lab4 image: a boot image for QEMU."""
import argparse

from lab4 import programs, tree
from lab4.arguments import Parser
from lab4.terminal import one_line, refuse

DESCRIPTION = """\
Makes FILE, a boot image for QEMU of the kernel, a device tree and a root task.
PROGRAM is as for `./lab4 run --on qemu`."""


def parser():
    result = Parser("image", "PROGRAM -o FILE [OPTION…] [-- ARGUMENT…]", DESCRIPTION)
    result.add_argument("program", nargs="?", help=argparse.SUPPRESS)
    result.add_argument("-o", dest="output", metavar="FILE", help="the image")
    result.add_argument("--mem", metavar="SIZE", help="RAM of the machine (default 1G)")
    result.add_argument("--dtb", metavar="FILE", help="another device tree than the one QEMU makes for that machine")
    return result


def main(arguments):
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    parsed, unknown = parser().parse_known_args(arguments[:cut])
    words = arguments[cut + 1:]  # the root task's arguments
    for word in unknown:
        refuse(f"image does not know '{one_line(word)}'; see ./lab4 image --help" if word.startswith("-") else
               f"image takes one PROGRAM, but got '{one_line(parsed.program)}' and '{one_line(word)}'")
    if parsed.program is None or parsed.output is None:
        refuse("image needs PROGRAM and -o FILE; see ./lab4 image --help")
    options = [word for name in ("mem", "dtb") if getattr(parsed, name) for word in (f"--{name}", getattr(parsed, name))]
    file = programs.for_qemu(parsed.program)
    programs.replace_by([tree.source("tools/run-qemu"), "--build", tree.build("qemu-aarch64"), "--image", parsed.output, *options, file, *(["--", *words] if words else [])])
