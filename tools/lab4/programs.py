# SPDX-License-Identifier: BSD-2-Clause
"""Programs to run: examples by their names, and ELF files."""
import os

from lab4 import packages, tree
from lab4.terminal import one_line, refuse

HOSTED_TARGETS = ["lab4-machine", "lab4-hosted"]
QEMU_TARGETS = ["kernel.elf", "loader.elf", "lab4-image"]


def examples():
    directory = tree.source("examples")
    return sorted(name for name in os.listdir(directory) if is_example(name))


def is_example(name):
    return "/" not in name and os.path.isfile(tree.source("examples", name, "CMakeLists.txt"))


def bring_up_to_date(preset, base, needed, program):
    """Builds what running the program takes, and the program itself if it is an example; its file."""
    from lab4 import trees
    if not is_example(program) and not os.path.exists(program):
        refuse(f"'{one_line(program)}' is neither an example ({' '.join(examples())}) nor a file")
    targets = [*base, *([program] if is_example(program) else [])]
    directory = trees.bring_up_to_date(preset, targets, needed)
    return os.path.join(directory, "bin", program) if is_example(program) else program


def for_hosted(program):
    return bring_up_to_date("hosted", HOSTED_TARGETS, packages.HOSTED, program)


def for_qemu(program):
    return bring_up_to_date("qemu-aarch64", QEMU_TARGETS, packages.QEMU, program)


def replace_by(command):
    """Becomes another program: its output, signals and status are those of this command."""
    os.execv(command[0], command)
