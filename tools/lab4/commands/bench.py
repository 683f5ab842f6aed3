# SPDX-License-Identifier: BSD-2-Clause
"""./lab4 bench: release kernels with a console, in build trees of their own, and the tools that measure them."""
import subprocess

from lab4 import packages, programs, tree, trees
from lab4.arguments import Parser, add_on
from lab4.terminal import STATUS_FAILED

DESCRIPTION = """\
Measures a release kernel and prints a table; docs/PERFORMANCE.md explains the
figures. On QEMU they are instructions, the same in every run, beside those of
seL4; hosted they are nanoseconds."""

DEFINITIONS = ["LAB4_RELEASE=ON", "LAB4_PRINTING=ON", "LAB4_EXPORT_PMU_USER=ON", "LAB4_EXPORT_VCNT_USER=ON"]


def parser():
    result = Parser("bench", "[--on hosted|qemu] [--json FILE] [OPTION…]", DESCRIPTION)
    add_on(result)
    result.add_argument("--breakdown", metavar="NAME", help="where the instructions go, by function of the kernel, for the measurement "
                        "NAME: call, send, … (QEMU)")
    for name, value, text in (("--json", "FILE", "all figures, to a file"),
                              ("--only", "NAME,…", "only these measurements (their names are in examples/bench/main.c)"),
                              ("--watching", None, "what it costs that --trace and --check could be on, although they are off (hosted)")):
        result.add_argument(name, help=text, **({"metavar": value} if value else {"action": "store_true"}))
    return result


def own_parser():
    """Only what is decided here; tools/bench reads the rest."""
    result = Parser("bench", "", "")
    add_on(result)
    result.add_argument("--breakdown", metavar="the name of a measurement")
    return result


def plan_of(on, options):
    """(preset, packages, targets) of a platform."""
    if on == "qemu":
        return "qemu-aarch64-release", packages.QEMU, [*programs.QEMU_TARGETS, "bench"]
    unwatched = ["lab4-machine-unwatched"] if "--watching" in options else []
    return "hosted", packages.HOSTED, [*programs.HOSTED_TARGETS, "bench", *unwatched]


def main(arguments):
    parsed, options = own_parser().parse_known_args(arguments)
    if parsed.breakdown == "":
        own_parser().error("argument --breakdown: expected one argument")
    on = "qemu" if parsed.breakdown else parsed.on
    preset, needed, targets = plan_of(on, options)
    built = trees.Tree(preset, f"bench-{on}")
    packages.need(["python3"])
    if parsed.breakdown:
        tool, last = [tree.source("tools/bench_breakdown.py")], [parsed.breakdown]
    else:
        tool, last = [tree.source("tools/bench"), "--on", on], []
    status = subprocess.run([tool[0], "--check-arguments", *tool[1:], *([] if last else ["--build", built.directory]),
                             *options, *last]).returncode  # before a build of a minute
    if status:
        return status
    packages.need(needed)
    definitions = [] if built.is_configured() else DEFINITIONS
    if not built.build(targets, definitions, announce=f"building a release kernel ({tree.shown(built.name)})"):
        return STATUS_FAILED
    programs.replace_by([*tool, "--build", built.directory, *options, *last])
