# SPDX-License-Identifier: BSD-2-Clause
"""What each kind of work needs, by Debian package name, and how what is missing gets installed."""
import os
import subprocess

from lab4 import tree
from lab4.terminal import fail, is_terminal, say, write

BUILD = ["cmake", "ninja-build", "gcc", "libc6-dev"]
HOSTED = [*BUILD, "libfdt-dev", "libdw-dev"]
AARCH64 = [*BUILD, "gcc-aarch64-linux-gnu", "libfdt-dev"]
QEMU = [*AARCH64, "qemu-system-arm", "python3"]
CLANG = [*BUILD, "clang", "libclang-rt-dev"]
UNIT = ["libcmocka-dev", "libzydis-dev", "python3"]
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
    "qemu-system-arm": "qemu-system-aarch64",
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
    if find_command("apt-get") is None:
        fail(f"please install the equivalents of these Debian packages: {' '.join(packages)}")
    sudo = []
    if os.geteuid() != 0:
        if find_command("sudo") is None:
            fail(f"these packages are missing, and there is no sudo to install them with; as root: {command_line(packages)}")
        sudo = ["sudo"]
    say(f"installing {' '.join(packages)} ({' '.join([*sudo, 'apt-get install'])})")
    os.makedirs(tree.BUILD, exist_ok=True)
    log = os.path.join(tree.BUILD, "apt.log")
    # The package lists may be absent or stale: they are refreshed once when the first attempt fails.
    apt = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    if not logged(log, [*apt, "install", "-y", "--no-install-recommends", *packages]):
        if not logged(log, [*apt, "update"]) or not logged(log, [*apt, "install", "-y", "--no-install-recommends", *packages]):
            with open(log, errors="replace") as lines:
                write("".join(lines.readlines()[-5:]))
            fail(f"could not install {' '.join(packages)}; see {log}")


def logged(log, command):
    """Runs a command with its output in a file; did it succeed?"""
    with open(log, "wb") as output:
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output).returncode == 0
