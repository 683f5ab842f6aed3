# SPDX-License-Identifier: BSD-2-Clause
"""./lab4 doctor: what this machine has and lacks."""
import os
import re
import subprocess

from lab4 import packages, tree, trees
from lab4.arguments import Parser
from lab4.commands import test
from lab4.terminal import STATUS_FAILED, green, one_line, red, refuse

DESCRIPTION = """\
Says what this machine has and lacks: packages by command, with the line that
installs them, and the host features that the hosted platform uses. Installs
nothing. Exit status 1: `./lab4 run` would not work."""

OLDEST_CMAKE = (3, 25)

PACKAGES = {  # by what they are for; the first is needed for exit status 0
    "run": packages.HOSTED,
    "run --on qemu, image, bench": packages.QEMU,
    "sdk, programs with a C library": [*packages.HOSTED, *packages.QEMU, *packages.LIBC],
    "run --gdb": ["gdb"],
    "run --on qemu --gdb": ["gdb-multiarch"],
    "test": [name for part in test.PRESETS_OF_PART for name in test.packages_of(part)],
    "test --coverage": packages.COVERAGE,
    "fuzz": [*packages.CLANG, "python3"],
}


def parser():
    return Parser("doctor", "", DESCRIPTION)


def line(what, text):
    print(f"  {what:28} {text}")


def main(arguments):
    if arguments:
        refuse(f"doctor takes no arguments, but got '{one_line(arguments[0])}'")
    packages_are_there, host_is_good = show_packages(), show_host()
    return 0 if packages_are_there and host_is_good else STATUS_FAILED


def show_packages():
    """Is there what running takes?"""
    print("packages (each command installs what it needs when it is used):")
    lacking = {what: packages.missing_of(names) for what, names in PACKAGES.items()}
    for what, names in lacking.items():
        line(what, red(f"missing: {' '.join(names)}") if names else green("ok"))
    everything = sorted({name for names in lacking.values() for name in names})
    if everything:
        print(f"  all at once: {'' if os.geteuid() == 0 else 'sudo '}{packages.command_line(everything)}")
    return not next(iter(lacking.values()))


def show_host():
    """Can the hosted platform run here?"""
    print("host:")
    return all([check() for check in (show_machine, show_protection, show_limits, show_room, show_cmake)])


def show_machine():
    host = os.uname()
    line("machine", f"{host.sysname} {host.machine}, {host.sysname} {host.release}, {trees.jobs()} CPUs")
    if (host.sysname, host.machine) == ("Linux", "x86_64"):
        return True
    line("", red("the hosted platform needs x86-64 Linux; --on qemu works elsewhere"))
    return False


def show_protection():
    has_keys = re.search(r"\bospke\b", content_of("/proc/cpuinfo"))
    line("protection keys (PKU)", "yes: user code cannot reach the kernel's memory" if has_keys else
         "no: the hosted platform runs, without protecting the kernel from user code")
    return True


def show_limits():
    line("mappings per process", content_of("/proc/sys/vm/max_map_count").strip() or "unknown")
    limit = re.search(r"^Max address space +(\S+)", content_of("/proc/self/limits"), re.MULTILINE)
    bytes_allowed = limit[1] if limit else "unknown"
    line("address space (ulimit -v)", f"{int(bytes_allowed) >> 10} KiB; the hosted platform wants unlimited"
         if bytes_allowed.isdigit() else bytes_allowed)
    return True


def show_room():
    place = tree.BUILD if os.path.isdir(tree.BUILD) else tree.ROOT
    if not os.access(place, os.W_OK):
        line("room for building", red(f"none: {place} cannot be written"))
        return False
    host = os.statvfs(place)
    line("room for building", f"{host.f_bavail * host.f_frsize / 2**30:.1f}G (all of ./lab4 test takes about 1G)")
    return True


def show_cmake():
    if not packages.find_command("cmake"):
        return True  # it is among the packages
    answer = subprocess.run(["cmake", "--version"], stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout
    version = re.search(r"(\d+)\.(\d+)\S*", answer)
    if version and (int(version[1]), int(version[2])) >= OLDEST_CMAKE:
        line("CMake", version[0])
        return True
    line("CMake", red(f"{version[0] if version else 'unknown'}, but {'.'.join(map(str, OLDEST_CMAKE))} or newer is needed"))
    return False


def content_of(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""
