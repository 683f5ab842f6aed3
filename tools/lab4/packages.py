# SPDX-License-Identifier: BSD-2-Clause
"""What each kind of work needs, by Debian package name, and how what is missing gets installed."""
import os
import subprocess
import sys

from lab4 import tree
from lab4.terminal import fail, is_terminal, say, write

BUILD = ["cmake", "ninja-build", "gcc", "libc6-dev"]
HOSTED = [*BUILD, "libfdt-dev", "libdw-dev"]
AARCH64 = [*BUILD, "gcc-aarch64-linux-gnu", "libfdt-dev"]
QEMU = [*AARCH64, "qemu-system-arm", "python3"]
CLANG = [*BUILD, "clang", "libclang-rt-dev"]
UNIT = ["libcmocka-dev", "libzydis-dev", "patch", "python3"]
CXX = ["g++"]
LIBC = ["newlib-source", "xz-utils"]  # for root tasks that ask for it, their tests, and the SDK
HOSTS = [*HOSTED, *UNIT, "qemu-system-x86"]
COVERAGE = [*CLANG, *UNIT, "llvm"]

OF_PRESET = {
    "hosted": HOSTED,
    "hosted-kasan": HOSTED,
    "hosted-clang": [*HOSTED, *CLANG],
    "hosted-asan": [*CLANG, *UNIT],
    "coverage": COVERAGE,
    "fuzz": CLANG,
    "fuzz-afl": [*CLANG, "afl++"],
    "qemu-aarch64": AARCH64,
    "qemu-aarch64-release": AARCH64,
}

# Packages that are known by a command, however that was installed.
COMMANDS = {
    "cmake": "cmake", "gcc": "gcc", "g++": "g++", "make": "make", "clang": "clang", "gdb": "gdb", "gdb-multiarch": "gdb-multiarch",
    "pkg-config": "pkg-config", "ninja-build": "ninja", "llvm": "llvm-cov", "gcc-aarch64-linux-gnu": "aarch64-linux-gnu-gcc",
    "qemu-system-arm": "qemu-system-aarch64", "patch": "patch",
}


def find_command(name):
    """The path of a command, or None."""
    for directory in os.environ.get("PATH", os.defpath).split(os.pathsep):
        path = os.path.join(directory, name)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return None


def has_whole_python():
    """python3 and not only python3-minimal, which runs this."""
    import importlib.util
    return importlib.util.find_spec("shutil") is not None and find_command("python3") is not None


def is_installed(package):
    try:
        answer = subprocess.run(["dpkg-query", "-W", "-f=${db:Status-Status}", package], capture_output=True, text=True)
    except OSError:
        return False
    return answer.stdout.startswith("installed")


def is_present(package):
    """Is a package there, as its command (however installed) or as a package?"""
    if package == "python3":
        return has_whole_python()
    return find_command(COMMANDS[package]) is not None if package in COMMANDS else is_installed(package)


def missing_of(packages):
    """Those of the packages that are missing, sorted."""
    return [package for package in sorted(set(packages)) if not is_present(package)]


def need(packages):
    """Installs what is missing of the packages. Touches the network only when something is."""
    missing = missing_of(packages)
    if missing:
        install(missing)


def command_line(packages):
    """What root types to install them."""
    return f"apt-get install --no-install-recommends {' '.join(packages)}"


def install(packages):
    """As root at once; with sudo after a question, if there is somebody to ask."""
    if find_command("apt-get") is None:
        fail(f"please install the equivalents of these Debian packages: {' '.join(packages)}")
    sudo = [] if os.geteuid() == 0 else sudo_for(packages)
    say(f"installing {' '.join(packages)} ({' '.join([*sudo, 'apt-get install'])})")
    os.makedirs(tree.BUILD, exist_ok=True)
    log = tree.build("apt.log")
    # The package lists may be absent or stale: they are refreshed once when the first attempt fails.
    apt = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    command = [*apt, "install", "-y", "--no-install-recommends", *packages]
    if not logged(log, command) and not (logged(log, [*apt, "update"]) and logged(log, command)):
        with open(log, errors="replace") as lines:
            write("".join(lines.readlines()[-5:]))
        fail(f"could not install {' '.join(packages)}; as root: {command_line(packages)} (the whole log is {log})")


def sudo_for(packages):
    """The words in front of apt-get; ends in a sentence if that is not wanted or not there."""
    as_root = f"as root: {command_line(packages)}"
    if find_command("sudo") is None:
        fail(f"packages are missing, and there is no sudo to install them with; {as_root}")
    if consent.is_given or not is_terminal(0, 2):
        return ["sudo"] if is_terminal(0) else ["sudo", "-n"]  # nobody could type a password
    write(f"lab4: packages are missing. Run sudo {command_line(packages)}? [Y/n] ")
    answer = sys.stdin.readline()
    if not answer or answer.strip().lower() not in ("", "y", "yes"):
        fail(f"nothing was installed; {as_root}")
    return ["sudo"]


class consent:  # of the user to installing, given by --yes
    is_given = False


def logged(log, command):
    """Runs a command with its output in a file; did it succeed?"""
    with open(log, "wb") as output:
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output).returncode == 0
